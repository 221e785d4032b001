//! Which packages and targets: asks `cargo metadata --no-deps`, which builds and resolves nothing.

use crate::cfg::Conditions;
use crate::cli::Cli;
use crate::config::fault::Source;
use crate::config::misplaced;
use crate::config::{Config, Declared, Under};
use crate::notice::{Notice, Trouble};
use crate::plan::{Identity, Plan, TargetInfo, Unit, normal};
use crate::shelf::Shelf;
use crate::{bare, features, machine, select};
use cargo_metadata::{Metadata, MetadataCommand, Package, Target, TargetKind};
use memlint_analysis::lower::scan::Scanner;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The plan for the package or workspace that the options select.
pub fn plan(cli: &Cli, shelf: &mut Shelf, scanner: &Scanner) -> Result<Plan, Trouble> {
    let manifest = manifest(cli)?;
    let metadata = match metadata(cli, &manifest) {
        Ok(metadata) => metadata,
        Err(refusal) => return fallback(cli, &manifest, refusal, shelf, scanner),
    };
    let packages = select::packages(&cli.choice.packages, &metadata, &manifest)?;
    select::check_names(&cli.choice.targets, &packages)?;
    let config = config(cli, &metadata, &packages)?;
    let mut notices = misplaced::levels(&metadata, &packages);
    let mut left_out = Vec::new();
    let mut units = units(cli, &packages, &mut left_out)?;
    let torn = select::torn(&cli.choice.targets, &metadata, &packages);
    for unit in &mut units {
        unit.lacks = torn.contains(unit.identity.package_id.as_str());
    }
    if units.is_empty() {
        notices.push(nothing_selected(&packages));
    }
    Ok(Plan {
        root: metadata.workspace_root.into_std_path_buf(),
        units,
        config,
        left_out,
        notices,
        ..Plan::default()
    })
}

/// The selected targets of the packages; the others, and why they are not, go to `left_out`.
fn units(
    cli: &Cli,
    packages: &[&Package],
    left_out: &mut Vec<(String, &'static str)>,
) -> Result<Vec<Unit>, Trouble> {
    let features = features::active(&cli.choice.features, packages)?;
    let machine = machine::describe(cli.choice.build.target.as_deref())?;
    let mut units = Vec::new();
    for (n, package) in packages.iter().enumerate() {
        let features = features.as_ref().map(|all| &all[n]);
        // Build scripts and procedural macros run on the machine that builds.
        let [here, there] = [None, machine.clone()].map(|target| {
            Arc::new(Conditions {
                tests: cli.choice.targets.with_tests(),
                features: features.cloned(),
                target,
            })
        });
        for target in &package.targets {
            if let Some(why) = select::left_out(&cli.choice.targets, target, features) {
                let kind: Vec<_> = target.kind.iter().map(ToString::to_string).collect();
                let name = format!("{} ({}) of {}", target.name, kind.join(", "), package.name);
                left_out.push((name, why));
                continue;
            }
            let builds = [TargetKind::CustomBuild, TargetKind::ProcMacro];
            let builds = target.kind.iter().any(|kind| builds.contains(kind));
            units.push(unit(package, target, if builds { &here } else { &there }));
        }
    }
    // A library comes first: what several targets share belongs to it.
    units.sort_by_key(|unit| {
        (
            unit.identity.package_id.clone(),
            rank(&unit.identity.target.kind),
        )
    });
    Ok(units)
}

fn nothing_selected(packages: &[&Package]) -> Notice {
    let names: Vec<_> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    Notice::at("", format!("no target of {} is selected", names.join(", ")))
        .help("`--all-targets` selects all; a target may need features that are off")
}

/// The configuration of the workspace, and what its packages say of themselves.
fn config(cli: &Cli, metadata: &Metadata, packages: &[&Package]) -> Result<Config, Trouble> {
    let root = metadata.workspace_root.clone().into_std_path_buf();
    let named = cli.levels.config.as_deref();
    let workspace = metadata.workspace_metadata.get("memlint");
    let workspace = workspace.map(|_| Declared {
        manifest: root.join("Cargo.toml"),
        under: Under::Workspace,
    });
    let mut config = Config::find(named, &root, workspace.as_ref())?;
    let packages = packages.iter().filter(|_| named.is_none());
    for package in packages {
        config.join(package.manifest_path.as_std_path())?;
    }
    Ok(config)
}

fn manifest(cli: &Cli) -> Result<PathBuf, Trouble> {
    if let Some(path) = &cli.choice.manifest.manifest_path {
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

/// Why cargo says nothing about a manifest.
enum Refusal {
    /// It is not there.
    NotRun(String),
    /// In its own words.
    Said(String),
}

fn metadata(cli: &Cli, manifest: &Path) -> Result<Metadata, Refusal> {
    let mut command = MetadataCommand::new();
    command.no_deps().manifest_path(manifest);
    command.other_options(cli.choice.lock.flags());
    command.exec().map_err(|error| match error {
        cargo_metadata::Error::CargoMetadata { stderr } => {
            Refusal::Said(stderr.trim().trim_start_matches("error: ").to_owned())
        }
        cargo_metadata::Error::Io(error) => Refusal::NotRun(error.to_string()),
        other => Refusal::Said(other.to_string()),
    })
}

/// A package that cargo refuses (it inherits from a workspace that is not there, its edition is
/// unknown) need not keep its sources from being read if its manifest was named. Everything else
/// ends the run.
fn fallback(
    cli: &Cli,
    manifest: &Path,
    refusal: Refusal,
    shelf: &mut Shelf,
    scanner: &Scanner,
) -> Result<Plan, Trouble> {
    let message =
        match refusal {
            Refusal::NotRun(message) => {
                return Err(Trouble::new(format!("cargo cannot be run: {message}")).help(
                "it tells what belongs to a package; set `CARGO`, or name files and folders, \
                 which need none: `cargo memlint src/`",
            ));
            }
            Refusal::Said(message) => format!("`cargo metadata` failed: {message}"),
        };
    let table = Source::read_as(manifest, "the manifest")?.manifest()?;
    let lock = &cli.choice.lock;
    let given = cli.choice.manifest.manifest_path.is_some() && !lock.locked && !lock.frozen;
    if !given || !table.contains_key("package") {
        return Err(Trouble::at(manifest, message)
            .help("repair the manifest, or name files and folders: `cargo memlint src/`"));
    }
    let notice = Notice::at(manifest.display().to_string(), message)
        .help("the sources beside the manifest are checked without it");
    let mut plan = bare::package(manifest, &table, cli, shelf, scanner)?;
    plan.notices.push(notice);
    Ok(plan)
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
        lacks: false,
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
