//! Files without cargo: those named on the command line, and packages whose manifest cargo refuses.

use crate::cfg::Conditions;
use crate::cli::Cli;
use crate::config::Config;
use crate::load::loose_candidates;
use crate::notice::{Notice, Trouble};
use crate::plan::{Identity, Named, Plan, TargetInfo, Unit, normal};
use crate::shelf::Shelf;
use crate::{machine, triggers};
use memlint_analysis::lower::scan::Scanner;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::{DirEntry, WalkDir};

/// The plan for the files and folders named on the command line.
pub fn plan(cli: &Cli, shelf: &mut Shelf, scanner: &Scanner) -> Result<Plan, Trouble> {
    let mut files = Vec::new();
    let mut notices = Vec::new();
    let mut forced = FxHashSet::default();
    for path in &cli.choice.paths {
        collect(path, &mut files, &mut notices)?;
        if !cli.levels.force_exclude && path.is_file() {
            forced.insert(normal(path).into_os_string());
        }
    }
    let root = normal(Path::new("."));
    let mut manifests = Manifests::default();
    let config = config(cli, &root, &files, &mut manifests)?;
    let conditions = Arc::new(Conditions {
        tests: cli.choice.targets.with_tests(),
        features: None,
        target: machine::describe(cli.choice.build.target.as_deref())?,
    });
    let own = scanner_for(&config);
    let scanner = own.as_ref().unwrap_or(scanner);
    let folders: FxHashSet<PathBuf> = cli.choice.paths.iter().map(|path| normal(path)).collect();
    let whole = |manifest: &Path| {
        let sources = manifest.with_file_name("src");
        sources.ancestors().any(|folder| folders.contains(folder))
    };
    let units = units(files, &conditions, &mut manifests, &whole, shelf, scanner);
    Ok(Plan {
        root,
        units,
        config,
        forced,
        notices,
        ..Plan::default()
    })
}

/// The plan for a package that `cargo metadata` refuses: its sources by the usual folders.
pub fn package(
    file: &Path,
    manifest: &toml::Table,
    cli: &Cli,
    shelf: &mut Shelf,
    scanner: &Scanner,
) -> Result<Plan, Trouble> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut files = Vec::new();
    let mut notices = Vec::new();
    let mut places = vec!["src", "lib.rs", "main.rs", "build.rs"];
    if cli.choice.targets.all_targets {
        places.extend(["tests", "examples", "benches"]);
    }
    let lib = manifest
        .get("lib")
        .and_then(|lib| lib.get("path"))
        .and_then(toml::Value::as_str);
    let lib = lib.map(|path| {
        Path::new(path)
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new(path))
    });
    for place in places.into_iter().map(Path::new).chain(lib) {
        let place = folder.join(place);
        if place.exists() {
            collect(&place, &mut files, &mut notices)?;
        }
    }
    let mut manifests = Manifests::default();
    let config = config(cli, folder, &files, &mut manifests)?;
    let conditions = Arc::new(Conditions {
        tests: cli.choice.targets.with_tests(),
        features: None,
        target: machine::describe(cli.choice.build.target.as_deref())?,
    });
    let own = scanner_for(&config);
    let scanner = own.as_ref().unwrap_or(scanner);
    let whole = |_: &Path| true;
    let units = units(files, &conditions, &mut manifests, &whole, shelf, scanner);
    Ok(Plan {
        root: folder.to_path_buf(),
        units,
        config,
        notices,
        ..Plan::default()
    })
}

/// The configuration of the folder and of the packages that the files lie in.
fn config(
    cli: &Cli,
    folder: &Path,
    files: &[PathBuf],
    manifests: &mut Manifests,
) -> Result<Config, Trouble> {
    let named = cli.levels.config.as_deref();
    let mut config = Config::near(named, folder)?;
    if named.is_none() {
        for file in files {
            manifests.of(file);
        }
        let all: BTreeSet<&PathBuf> = manifests.0.values().flatten().collect();
        for manifest in all {
            config.join(manifest)?;
        }
    }
    Ok(config)
}

fn collect(
    path: &Path,
    files: &mut Vec<PathBuf>,
    notices: &mut Vec<Notice>,
) -> Result<(), Trouble> {
    if !path.exists() {
        let word = path.to_str().unwrap_or_default();
        let closest = memlint_lints::closest_of(word, ["init", "completions", "man", "audit"]);
        return Err(
            Trouble::at(path, "no such file or folder").help(match closest {
                _ if word == "help" => "did you mean `cargo memlint --help`?".to_owned(),
                Some(errand) => format!("did you mean `cargo memlint {errand}`?"),
                None => "PATHS are files and folders of Rust sources".to_owned(),
            }),
        );
    }
    if path.is_file() {
        files.push(normal(path));
        return Ok(());
    }
    // From an absolute path all that is found is absolute.
    let base = normal(path);
    let walk = WalkDir::new(&base).follow_links(true).sort_by_file_name();
    for entry in walk
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_skipped(entry))
    {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                if entry.path().extension().is_some_and(|ext| ext == "rs") {
                    files.push(entry.into_path());
                }
            }
            Ok(_) => {}
            Err(error) => {
                let below = error.path().and_then(|at| at.strip_prefix(&base).ok());
                let place = below.map_or(path.to_path_buf(), |below| path.join(below));
                // A link that leads back up is no loss: its files are read where they are.
                if error.loop_ancestor().is_none() {
                    notices.push(Notice::at(
                        place.display().to_string(),
                        format!("cannot be read: {}", cause(&error)),
                    ));
                }
            }
        }
    }
    Ok(())
}

fn cause(error: &walkdir::Error) -> String {
    error
        .io_error()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

/// Hidden folders, and what cargo builds into.
fn is_skipped(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let built = || {
        name == "target"
            && (entry.path().join("CACHEDIR.TAG").exists() || beside_manifest(entry.path()))
    };
    entry.file_type().is_dir() && (name.starts_with('.') || built())
}

fn beside_manifest(path: &Path) -> bool {
    path.parent()
        .is_some_and(|folder| folder.join("Cargo.toml").exists())
}

/// Whether the file is one of the package's own, by the usual folders.
fn is_source(file: &Path, manifest: &Path) -> bool {
    let inside = manifest
        .parent()
        .and_then(|folder| file.strip_prefix(folder).ok());
    let first = inside.and_then(|path| path.iter().next());
    let places = ["src", "tests", "examples", "benches", "build.rs"];
    first.is_some_and(|first| places.iter().any(|place| first == *place))
}

/// One unit for each file that no other file declares as its module. `whole` tells whether all
/// sources of a package are named: otherwise code that belongs together is torn apart.
fn units(
    mut files: Vec<PathBuf>,
    conditions: &Arc<Conditions>,
    manifests: &mut Manifests,
    whole: &dyn Fn(&Path) -> bool,
    shelf: &mut Shelf,
    scanner: &Scanner,
) -> Vec<Unit> {
    files.sort_unstable_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    files.dedup();
    shelf.fetch(files.clone(), scanner);
    let named = Arc::new(Named::new(&files));
    let parents = parents(&files, shelf, &named);
    files
        .iter()
        .filter(|file| is_root(file, &parents))
        .map(|file| Unit {
            // No path can name it, so files that have nothing to do with each other stay apart.
            krate: format!("{} (file)", stem(file)),
            root: file.clone(),
            conditions: conditions.clone(),
            only: Some(named.clone()),
            lacks: (manifests.of(file))
                .is_some_and(|manifest| is_source(file, manifest) && !whole(manifest)),
            identity: identity(file, manifests),
        })
        .collect()
}

/// By the text of a file's path, the files that declare it.
type Parents = FxHashMap<OsString, Vec<PathBuf>>;

/// Which files declare a file.
fn parents(files: &[PathBuf], shelf: &Shelf, named: &Named) -> Parents {
    let mut parents = Parents::default();
    for file in files {
        let Some(scanned) = shelf.scanned(file) else {
            continue;
        };
        for decl in &scanned.children {
            if let Some(child) = loose_candidates(decl, file, named).into_iter().next() {
                let above = parents.entry(child.into_os_string()).or_default();
                above.push(file.clone());
            }
        }
    }
    parents
}

/// Whether nothing declares the file; of files that declare each other the first is the root.
fn is_root(file: &Path, parents: &Parents) -> bool {
    if !parents.contains_key(file.as_os_str()) {
        return true;
    }
    let mut above = BTreeSet::from([file.to_path_buf()]);
    let mut waiting = vec![file.to_path_buf()];
    while let Some(here) = waiting.pop() {
        match parents.get(here.as_os_str()) {
            None => return here == file,
            Some(list) => waiting.extend(
                list.iter()
                    .filter(|path| above.insert((*path).clone()))
                    .cloned(),
            ),
        }
    }
    above.first().is_some_and(|first| first == file)
}

fn stem(file: &Path) -> String {
    file.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The manifests of the packages that files lie in, by the text of the folder's path.
#[derive(Default)]
struct Manifests(FxHashMap<OsString, Option<PathBuf>>);

impl Manifests {
    /// That of a file.
    fn of(&mut self, file: &Path) -> Option<&Path> {
        let folder = file.parent().unwrap_or(Path::new(""));
        if !self.0.contains_key(folder.as_os_str()) {
            let mut above = folder.ancestors().map(|up| up.join("Cargo.toml"));
            let found = above.find(|path| path.is_file());
            self.0.insert(folder.as_os_str().to_owned(), found);
        }
        self.0.get(folder.as_os_str())?.as_deref()
    }
}

/// What cargo would say about the file if it were a package of its own.
fn identity(file: &Path, manifests: &mut Manifests) -> Identity {
    let folder = file.parent().unwrap_or(Path::new(""));
    let manifest = match manifests.of(file) {
        Some(known) => known.to_path_buf(),
        None => folder.join("Cargo.toml"),
    };
    let name = stem(file);
    let package = manifest.parent().unwrap_or(folder).display();
    Identity {
        package_id: format!("path+file://{package}#{name}@0.0.0"),
        manifest_path: manifest.display().to_string(),
        target: TargetInfo {
            kind: vec!["lib".into()],
            crate_types: vec!["lib".into()],
            name,
            src_path: file.display().to_string(),
            edition: "2021".into(),
            doc: true,
            doctest: true,
            test: true,
        },
    }
}

/// The scanner of the first round.
pub fn scanner() -> Scanner {
    Scanner::new(&triggers::words())
}

/// The same with the names of the routines that the user described, if there are any.
pub fn scanner_for(config: &Config) -> Option<Scanner> {
    config.families.as_ref()?;
    let mut words = triggers::words();
    words.extend(config.tables.routines());
    Some(Scanner::new(&words))
}
