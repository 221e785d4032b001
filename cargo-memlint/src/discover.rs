//! Which packages and targets: asks `cargo metadata --no-deps`, which builds and resolves nothing.

use crate::cfg::{Conditions, active_features};
use crate::cli::{Cli, Targets};
use crate::config::{Config, Declared, Under};
use crate::notice::{Notice, Trouble};
use crate::plan::{Identity, Plan, TargetInfo, Unit, normal};
use crate::shelf::Shelf;
use crate::{bare, glob};
use cargo_metadata::{Metadata, MetadataCommand, Package, Target, TargetKind};
use memlint_analysis::lower::scan::Scanner;
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// The plan for the package or workspace that the options select.
pub fn plan(cli: &Cli, shelf: &mut Shelf, scanner: &Scanner) -> Result<Plan, Trouble> {
    let manifest = manifest(cli)?;
    let metadata = match metadata(cli, &manifest) {
        Ok(metadata) => metadata,
        Err(message) => return fallback(cli, &manifest, message, shelf, scanner),
    };
    let root = metadata.workspace_root.clone().into_std_path_buf();
    let packages = select_packages(cli, &metadata, &manifest)?;
    let (config, mut notices) = config(cli, &metadata, &packages)?;
    let target = target_cfg(cli)?;
    let mut units = Vec::new();
    for package in &packages {
        let conditions = Arc::new(conditions(cli, package, target.clone()));
        let chosen = package
            .targets
            .iter()
            .filter(|target| wanted(&cli.targets, target));
        units.extend(chosen.map(|target| unit(package, target, &conditions)));
    }
    check_names(&cli.targets, &packages)?;
    // A library comes first: what several targets share belongs to it.
    units.sort_by_key(|unit| {
        (
            unit.identity.package_id.clone(),
            rank(&unit.identity.target.kind),
        )
    });
    notices.extend(misplaced_levels(&metadata, &packages));
    Ok(Plan {
        root,
        units,
        config,
        notices,
    })
}

/// Levels and patterns come from one place, families from all.
fn config(
    cli: &Cli,
    metadata: &Metadata,
    packages: &[&Package],
) -> Result<(Config, Vec<Notice>), Trouble> {
    let root = metadata.workspace_root.clone().into_std_path_buf();
    let workspace = metadata
        .workspace_metadata
        .get("memlint")
        .map(|_| Declared {
            manifest: root.join("Cargo.toml"),
            under: Under::Workspace,
        });
    let holding = packages
        .iter()
        .filter(|package| package.metadata.get("memlint").is_some());
    let mut others: Vec<Declared> = holding
        .map(|package| Declared {
            manifest: package.manifest_path.clone().into_std_path_buf(),
            under: Under::Package,
        })
        .collect();
    let chosen = match (workspace, packages) {
        (None, [_]) => others.pop(),
        (workspace, _) => workspace,
    };
    let named = cli.levels.config.as_deref();
    let mut config = Config::find(named, &root, chosen.as_ref())?;
    let mut notices = Vec::new();
    for other in others.iter().filter(|_| named.is_none()) {
        if config.join(other)? {
            let place = other.manifest.display().to_string();
            let message = format!(
                "of `[{}]` only the families count: levels and patterns hold for the whole run",
                other.under.table()
            );
            let help =
                "put them into `memlint.toml` at the workspace's root, or check this package alone";
            notices.push(Notice::at(place, message).help(help));
        }
    }
    Ok((config, notices))
}

/// `[lints.memlint]` looks right and breaks the build: rustc refuses a tool that it does not know.
fn misplaced_levels(metadata: &Metadata, packages: &[&Package]) -> Vec<Notice> {
    let root = metadata
        .workspace_root
        .join("Cargo.toml")
        .into_std_path_buf();
    let manifests = packages
        .iter()
        .map(|package| package.manifest_path.clone().into_std_path_buf());
    let manifests: BTreeSet<PathBuf> = manifests.chain([root]).collect();
    manifests
        .into_iter()
        .filter_map(|path| misplaced_in(&path))
        .collect()
}

fn misplaced_in(manifest: &Path) -> Option<Notice> {
    let text = std::fs::read_to_string(manifest)
        .ok()
        .filter(|text| text.contains("memlint"))?;
    let table = text.parse::<toml::Table>().ok()?;
    let own = table.get("lints").and_then(|lints| lints.get("memlint"));
    let shared = || table.get("workspace")?.get("lints")?.get("memlint");
    own.or_else(shared)?;
    let message = "`[lints.memlint]` does not count, and rustc refuses it as an unknown tool";
    let help = "put the levels under `[levels]` in `memlint.toml`, or under `[workspace.metadata.memlint.levels]`";
    Some(Notice::at(manifest.display().to_string(), message).help(help))
}

fn manifest(cli: &Cli) -> Result<PathBuf, Trouble> {
    if let Some(path) = &cli.packages.manifest_path {
        let path = if path.is_dir() {
            path.join("Cargo.toml")
        } else {
            path.clone()
        };
        if !path.is_file() {
            return Err(Trouble::at(&path, "the manifest does not exist")
                .help("give the path of a `Cargo.toml`"));
        }
        return Ok(normal(&path));
    }
    let here = std::env::current_dir()
        .map_err(|e| Trouble::new(format!("the current folder cannot be read: {e}")))?;
    let mut found = here
        .ancestors()
        .map(|folder| folder.join("Cargo.toml"))
        .filter(|path| path.is_file());
    found.next().ok_or_else(|| {
        Trouble::at(&here, "there is no `Cargo.toml` here or in any parent folder")
            .help("run it inside a package, give `--manifest-path`, or name files and folders: `cargo memlint src/`")
    })
}

fn metadata(cli: &Cli, manifest: &Path) -> Result<Metadata, String> {
    let mut command = MetadataCommand::new();
    command.no_deps().manifest_path(manifest);
    let flags = [
        (cli.build.locked, "--locked"),
        (cli.build.offline, "--offline"),
    ];
    let flags = flags
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, flag)| (*flag).to_owned());
    command.other_options(flags.collect::<Vec<_>>());
    command.exec().map_err(|error| match error {
        cargo_metadata::Error::CargoMetadata { stderr } => {
            stderr.trim().trim_start_matches("error: ").to_owned()
        }
        other => other.to_string(),
    })
}

/// A manifest that cargo refuses (a member that is missing, an unknown edition) need not keep its
/// sources from being read; one that is no TOML is an error.
fn fallback(
    cli: &Cli,
    manifest: &Path,
    message: String,
    shelf: &mut Shelf,
    scanner: &Scanner,
) -> Result<Plan, Trouble> {
    let text = std::fs::read_to_string(manifest)
        .map_err(|e| Trouble::at(manifest, format!("the manifest cannot be read: {e}")))?;
    let table = text.parse::<toml::Table>().map_err(|e| {
        Trouble::at(
            manifest,
            format!(
                "the manifest is no valid TOML: {}",
                e.to_string().trim_end()
            ),
        )
    })?;
    if cli.packages.manifest_path.is_none() {
        return Err(
            Trouble::at(manifest, format!("`cargo metadata` failed: {message}"))
                .help("repair the manifest, or name files and folders: `cargo memlint src/`"),
        );
    }
    let notice = Notice::at(
        manifest.display().to_string(),
        format!("`cargo metadata` failed: {message}"),
    )
    .help("the sources beside the manifest are checked without it");
    let mut plan = bare::package(manifest, &table, cli, shelf, scanner)?;
    plan.notices.push(notice);
    Ok(plan)
}

fn select_packages<'a>(
    cli: &Cli,
    metadata: &'a Metadata,
    manifest: &Path,
) -> Result<Vec<&'a Package>, Trouble> {
    let members = metadata.workspace_packages();
    let asked = &cli.packages;
    if !asked.exclude.is_empty() && !asked.workspace {
        return Err(Trouble::new("`--exclude` needs `--workspace`"));
    }
    for spec in asked.package.iter().chain(&asked.exclude) {
        if !members.iter().any(|package| fits(package, spec)) {
            let names: Vec<_> = members
                .iter()
                .map(|package| package.name.as_str())
                .collect();
            return Err(
                Trouble::new(format!("no package of the workspace is called `{spec}`"))
                    .help(format!("packages: {}", names.join(", "))),
            );
        }
    }
    if !asked.package.is_empty() {
        let fitting = |package: &&&Package| asked.package.iter().any(|spec| fits(package, spec));
        return Ok(members.iter().filter(fitting).copied().collect());
    }
    if asked.workspace {
        let staying = |package: &&&Package| !asked.exclude.iter().any(|spec| fits(package, spec));
        return Ok(members.iter().filter(staying).copied().collect());
    }
    let root = metadata.workspace_root.join("Cargo.toml");
    let own = members
        .iter()
        .find(|package| package.manifest_path.as_std_path() == manifest);
    match own {
        Some(package) if root.as_std_path() != manifest => Ok(vec![package]),
        _ if metadata.workspace_default_members.is_available() => {
            Ok(metadata.workspace_default_packages())
        }
        Some(package) => Ok(vec![package]),
        None => Ok(members),
    }
}

fn fits(package: &Package, spec: &str) -> bool {
    let name = package.name.as_str();
    let with_version = |spec: &str| {
        spec.split_once(['@', ':'])
            .is_some_and(|(wanted, version)| {
                wanted == name && package.version.to_string().starts_with(version)
            })
    };
    glob::covers(spec, name) || with_version(spec) || package.id.repr == spec
}

fn wanted(asked: &Targets, target: &Target) -> bool {
    let named = |names: &[String]| names.iter().any(|name| glob::covers(name, &target.name));
    let narrowed = asked.lib
        || asked.bins
        || asked.examples
        || asked.tests
        || asked.benches
        || ![&asked.bin, &asked.example, &asked.test, &asked.bench]
            .iter()
            .all(|names| names.is_empty());
    let any = |kind: TargetKind| target.kind.contains(&kind);
    if asked.all_targets {
        return true;
    }
    if any(TargetKind::Bin) {
        return !narrowed || asked.bins || asked.tests || named(&asked.bin);
    }
    if any(TargetKind::Example) {
        return asked.examples || named(&asked.example);
    }
    if any(TargetKind::Test) {
        return asked.tests || named(&asked.test);
    }
    if any(TargetKind::Bench) {
        return asked.benches || named(&asked.bench);
    }
    if any(TargetKind::CustomBuild) {
        return !narrowed;
    }
    !narrowed || asked.lib || asked.tests
}

fn check_names(asked: &Targets, packages: &[&Package]) -> Result<(), Trouble> {
    let kinds = [
        ("bin", TargetKind::Bin, &asked.bin),
        ("example", TargetKind::Example, &asked.example),
        ("test", TargetKind::Test, &asked.test),
        ("bench", TargetKind::Bench, &asked.bench),
    ];
    for (word, kind, names) in kinds {
        let targets = || {
            packages
                .iter()
                .flat_map(|package| &package.targets)
                .filter(|t| t.kind.contains(&kind))
        };
        for name in names {
            if !targets().any(|target| glob::covers(name, &target.name)) {
                let known: Vec<_> = targets().map(|target| target.name.as_str()).collect();
                let help = match known.is_empty() {
                    true => format!("the selected packages have no {word}"),
                    false => format!("known: {}", known.join(", ")),
                };
                return Err(Trouble::new(format!("no {word} target is called `{name}`")).help(help));
            }
        }
    }
    Ok(())
}

fn rank(kind: &[String]) -> u8 {
    match kind.first().map_or("", String::as_str) {
        "bin" => 1,
        "test" | "example" | "bench" => 2,
        "custom-build" => 3,
        _ => 0,
    }
}

fn unit(package: &Package, target: &Target, conditions: &Arc<Conditions>) -> Unit {
    let kind: Vec<_> = target.kind.iter().map(ToString::to_string).collect();
    let name = target.name.replace('-', "_");
    Unit {
        krate: match rank(&kind) {
            0 => name,
            // No other crate can name it, and its name may be the library's.
            _ => format!("{name} ({})", kind.join(" ")),
        },
        root: normal(target.src_path.as_std_path()),
        conditions: conditions.clone(),
        only: None,
        identity: Identity {
            package_id: package.id.repr.clone(),
            manifest_path: package.manifest_path.to_string(),
            target: TargetInfo {
                kind,
                crate_types: target.crate_types.iter().map(ToString::to_string).collect(),
                name: target.name.clone(),
                src_path: target.src_path.to_string(),
                edition: target.edition.to_string(),
                doc: target.doc,
                doctest: target.doctest,
                test: target.test,
            },
        },
    }
}

fn conditions(cli: &Cli, package: &Package, target: Option<HashSet<String>>) -> Conditions {
    let build = &cli.build;
    let narrowed = build.all_features || build.no_default_features || !build.features.is_empty();
    let features = narrowed.then(|| {
        let declared = package.features.clone().into_iter().collect();
        let own = build
            .features
            .iter()
            .flat_map(|list| list.split_whitespace())
            .filter_map(|name| match name.split_once('/') {
                Some((of, feature)) => (of == package.name.as_str()).then(|| feature.to_owned()),
                None => Some(name.to_owned()),
            });
        let default = (!build.no_default_features).then(|| "default".to_owned());
        let mut asked: Vec<_> = own.chain(default).collect();
        if build.all_features {
            asked.extend(package.features.keys().cloned());
        }
        active_features(&declared, asked)
    });
    Conditions {
        tests: cli.with_tests(),
        features,
        target,
    }
}

/// What the compiler says about the named target.
pub fn target_cfg(cli: &Cli) -> Result<Option<HashSet<String>>, Trouble> {
    let Some(triple) = &cli.build.target else {
        return Ok(None);
    };
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args(["--print", "cfg", "--target", triple])
        .output();
    let output =
        output.map_err(|e| Trouble::new(format!("`rustc --print cfg` cannot be run: {e}")))?;
    if !output.status.success() {
        return Err(
            Trouble::new(format!("the compiler does not know the target `{triple}`"))
                .help("`rustc --print target-list` lists the known ones"),
        );
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(Some(text.lines().map(str::to_owned).collect()))
}
