//! Which packages and targets of a workspace are checked: the meaning of `-p`, `--lib` and the like.

use crate::cli::Targets;
use crate::glob;
use crate::notice::Trouble;
use cargo_metadata::{Metadata, Package, Target, TargetKind};
use clap_cargo::Workspace;
use std::collections::BTreeSet;
use std::path::Path;

/// The packages that the options select; without any, those that cargo would take.
///
/// clap-cargo's own selection knows neither patterns nor versions, and lets unknown names pass.
pub fn packages<'a>(
    asked: &Workspace,
    metadata: &'a Metadata,
    manifest: &Path,
) -> Result<Vec<&'a Package>, Trouble> {
    let members = metadata.workspace_packages();
    if members.is_empty() {
        return Err(Trouble::at(manifest, "the workspace has no members")
            .help("name its packages under `members` in `[workspace]`"));
    }
    let all = asked.workspace || asked.all;
    if !asked.exclude.is_empty() && !all {
        return Err(Trouble::new("`--exclude` needs `--workspace`"));
    }
    for spec in asked.package.iter().chain(&asked.exclude) {
        if !members.iter().any(|package| fits(package, spec)) {
            return Err(no_such_package(spec, &members));
        }
    }
    if all {
        let staying = |package: &&&Package| !asked.exclude.iter().any(|spec| fits(package, spec));
        let staying: Vec<_> = members.iter().filter(staying).copied().collect();
        return match staying.is_empty() {
            true => Err(Trouble::new("`--exclude` leaves no package")),
            false => Ok(staying),
        };
    }
    if !asked.package.is_empty() {
        let fitting = |package: &&&Package| asked.package.iter().any(|spec| fits(package, spec));
        return Ok(members.iter().filter(fitting).copied().collect());
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

fn no_such_package(spec: &str, members: &[&Package]) -> Trouble {
    let names: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
    let name = spec.split(['@', ':']).next().unwrap_or(spec);
    let all = format!("packages: {}", names.join(", "));
    let trouble = Trouble::new(format!("no package of the workspace is called `{spec}`"));
    trouble.help(match closest(name, &names) {
        Some(closest) => format!("did you mean `{closest}`? ({all})"),
        None => all,
    })
}

fn closest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    memlint_lints::closest_of(word, known.iter().copied())
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

/// Why the options do not select the target, if they do not. `features` are the active ones, if
/// any option is about them: a target that needs others is left out, as cargo does.
pub fn left_out(
    asked: &Targets,
    target: &Target,
    features: Option<&BTreeSet<String>>,
) -> Option<&'static str> {
    let lacks = |feature: &String| features.is_some_and(|on| !on.contains(feature));
    if !wanted(asked, target) {
        return Some("no option selects it");
    }
    let lacking = target.required_features.iter().any(lacks);
    lacking.then_some("a feature that it requires is off")
}

/// The packages, by their ids, that are looked at without all that belongs to them: their library
/// and binaries, and members of the workspace that they depend on or that depend on them.
pub fn torn<'a>(
    asked: &Targets,
    metadata: &'a Metadata,
    selected: &[&Package],
) -> BTreeSet<&'a str> {
    let members = metadata.workspace_packages();
    let whole = |package: &Package| {
        let code = |target: &&Target| !is_beside(target);
        selected.iter().any(|one| one.id == package.id)
            && (package.targets.iter().filter(code)).all(|target| wanted(asked, target))
    };
    let needs = |one: &Package, other: &Package| {
        let folder = other.manifest_path.parent();
        (one.dependencies.iter()).any(|dependency| dependency.path.as_deref() == folder)
    };
    let (mut waiting, mut intact): (Vec<&Package>, Vec<&Package>) =
        members.into_iter().partition(|package| !whole(package));
    let mut torn = BTreeSet::new();
    while let Some(package) = waiting.pop() {
        torn.insert(package.id.repr.as_str());
        let linked = |other: &&Package| needs(package, other) || needs(other, package);
        let (next, rest) = intact.into_iter().partition(linked);
        intact = rest;
        waiting.extend::<Vec<&Package>>(next);
    }
    torn
}

/// Tests, examples, benches and build scripts: no other code calls into them.
fn is_beside(target: &Target) -> bool {
    use TargetKind::{Bench, CustomBuild, Example, Test};
    let kinds = [Bench, CustomBuild, Example, Test];
    target.kind.iter().any(|kind| kinds.contains(kind))
}

fn wanted(asked: &Targets, target: &Target) -> bool {
    if asked.all_targets {
        return true;
    }
    let is = |kind: TargetKind| target.kind.contains(&kind);
    let named = |names: &[String]| names.iter().any(|name| glob::covers(name, &target.name));
    let tested = asked.tests && target.test;
    let narrowed = is_narrowed(asked);
    if is(TargetKind::Bin) {
        !narrowed || asked.bins || tested || named(&asked.bin)
    } else if is(TargetKind::Example) {
        asked.examples || tested || named(&asked.example)
    } else if is(TargetKind::Test) {
        tested || named(&asked.test)
    } else if is(TargetKind::Bench) {
        asked.benches || named(&asked.bench)
    } else if is(TargetKind::CustomBuild) {
        !narrowed
    } else {
        !narrowed || asked.lib || tested
    }
}

fn is_narrowed(asked: &Targets) -> bool {
    let kinds = [
        asked.lib,
        asked.bins,
        asked.examples,
        asked.tests,
        asked.benches,
    ];
    let names = [&asked.bin, &asked.example, &asked.test, &asked.bench];
    kinds.contains(&true) || names.iter().any(|names| !names.is_empty())
}

/// Names of targets that no selected package has.
pub fn check_names(asked: &Targets, packages: &[&Package]) -> Result<(), Trouble> {
    let kinds = [
        ("bin", TargetKind::Bin, &asked.bin),
        ("example", TargetKind::Example, &asked.example),
        ("test", TargetKind::Test, &asked.test),
        ("bench", TargetKind::Bench, &asked.bench),
    ];
    for (word, kind, names) in kinds {
        let targets = packages.iter().flat_map(|package| &package.targets);
        let known: Vec<&str> = targets
            .filter(|target| target.kind.contains(&kind))
            .map(|target| target.name.as_str())
            .collect();
        for name in names {
            if !known.iter().any(|known| glob::covers(name, known)) {
                return Err(no_such_target(word, name, &known));
            }
        }
    }
    Ok(())
}

fn no_such_target(word: &str, name: &str, known: &[&str]) -> Trouble {
    let trouble = Trouble::new(format!("no {word} target is called `{name}`"));
    let all = format!("known: {}", known.join(", "));
    trouble.help(match (closest(name, known), known) {
        (Some(closest), _) => format!("did you mean `{closest}`? ({all})"),
        (None, []) => format!("the selected packages have no {word}"),
        (None, _) => all,
    })
}
