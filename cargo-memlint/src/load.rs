//! Which files belong to a target: follows `mod x;` and `include!` from its root.

use crate::notice::Notice;
use crate::plan::{Named, Plan, Unit, normal};
use crate::shelf::{Entry, Shelf};
use memlint_analysis::lower::scan::{ModDecl, Scanner};
use memlint_analysis::name::Name;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file at its place in a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The file.
    pub path: PathBuf,
    /// The unit, an index into [`Plan::units`].
    pub unit: usize,
    /// Its module path from the crate root.
    pub module: Vec<Name>,
    /// It stands in an `include!`: it need not be a file of items.
    pub included: bool,
}

/// The files of all units, in the order of the units and of their declarations.
#[derive(Debug, Default)]
pub struct Tree {
    /// The files.
    pub placed: Vec<Placed>,
    /// Files that are missing or cannot be used.
    pub notices: BTreeSet<Notice>,
}

/// A file that is to be found: the first of the candidates that exists.
struct Wanted {
    unit: usize,
    candidates: Vec<PathBuf>,
    module: Vec<Name>,
    /// Declares its children beside itself whatever its name: roots, `#[path]` files.
    beside: bool,
    included: bool,
    /// Sort key: positions of the declarations from the root down.
    order: Vec<u32>,
    trail: Option<Arc<Trail>>,
    /// Worth a notice when it is missing.
    needed: bool,
}

/// The files above a file.
struct Trail {
    path: PathBuf,
    above: Option<Arc<Trail>>,
}

impl Trail {
    fn holds(mut trail: Option<&Trail>, path: &Path) -> bool {
        while let Some(here) = trail {
            if here.path.as_os_str() == path.as_os_str() {
                return true;
            }
            trail = here.above.as_deref();
        }
        false
    }
}

/// So many files a unit: a tree that declares itself twice a level would grow without end.
const MOST_FILES: usize = 50_000;

/// Finds and reads the files of all units.
pub fn load(
    plan: &Plan,
    shelf: &mut Shelf,
    scanner: &Scanner,
    shown: &dyn Fn(&Path) -> String,
) -> Tree {
    let mut tree = Tree::default();
    let mut found: Vec<(Vec<u32>, Placed)> = Vec::new();
    let mut counts = vec![0; plan.units.len()];
    let mut seen: FxHashSet<(usize, OsString, Vec<Name>)> = FxHashSet::default();
    let mut wave: Vec<Wanted> = plan.units.iter().enumerate().map(root).collect();
    while !wave.is_empty() {
        fetch(shelf, &wave, scanner);
        let mut next = Vec::new();
        for wanted in wave {
            let Some(path) = pick(plan, &wanted, shelf, &mut tree.notices, shown) else {
                continue;
            };
            let key = (
                wanted.unit,
                path.clone().into_os_string(),
                wanted.module.clone(),
            );
            if counts[wanted.unit] >= MOST_FILES || !seen.insert(key) {
                continue;
            }
            counts[wanted.unit] += 1;
            next.extend(children(&plan.units[wanted.unit], &wanted, &path, shelf));
            let placed = Placed {
                path,
                unit: wanted.unit,
                module: wanted.module,
                included: wanted.included,
            };
            found.push((wanted.order, placed));
        }
        wave = next;
    }
    found.sort_by(|a, b| (a.1.unit, &a.0).cmp(&(b.1.unit, &b.0)));
    tree.placed = found.into_iter().map(|(_, placed)| placed).collect();
    tree
}

fn root((ix, unit): (usize, &Unit)) -> Wanted {
    Wanted {
        unit: ix,
        candidates: vec![unit.root.clone()],
        module: Vec::new(),
        beside: true,
        included: false,
        order: Vec::new(),
        trail: None,
        needed: true,
    }
}

/// Asks for the first candidates, and only where they are missing for the next ones.
fn fetch(shelf: &mut Shelf, wave: &[Wanted], scanner: &Scanner) {
    let longest = wave
        .iter()
        .map(|wanted| wanted.candidates.len())
        .max()
        .unwrap_or(0);
    for n in 0..longest {
        let missing = |wanted: &&Wanted| {
            wanted.candidates[..n.min(wanted.candidates.len())]
                .iter()
                .all(|path| matches!(shelf.get(path), Entry::Missing))
        };
        let paths = wave
            .iter()
            .filter(missing)
            .filter_map(|wanted| wanted.candidates.get(n))
            .filter(|path| !shelf.knows(path));
        let paths: Vec<_> = paths.cloned().collect();
        if !paths.is_empty() {
            shelf.fetch(paths, scanner);
        }
    }
}

fn pick(
    plan: &Plan,
    wanted: &Wanted,
    shelf: &Shelf,
    notices: &mut BTreeSet<Notice>,
    shown: &dyn Fn(&Path) -> String,
) -> Option<PathBuf> {
    for path in &wanted.candidates {
        if Trail::holds(wanted.trail.as_deref(), path) {
            return None;
        }
        match shelf.get(path) {
            Entry::Missing => {}
            Entry::Read(_) => return Some(path.clone()),
            Entry::Unusable(..) if plan.excludes(path, wanted.unit) => return None,
            Entry::Unusable(message, help) => {
                let notice = Notice::at(shown(path), message);
                notices.insert(match help {
                    Some(help) => notice.help(help),
                    None => notice,
                });
                return None;
            }
        }
    }
    let first = wanted.candidates.first()?;
    if wanted.needed && !plan.excludes(first, wanted.unit) {
        let (what, help) = match wanted.module.last() {
            Some(name) => (
                format!("the file of module `{name}` does not exist"),
                "was it generated by a build script? its code is not checked",
            ),
            None => (
                "the file does not exist".to_owned(),
                "check the target's `path` in `Cargo.toml`",
            ),
        };
        notices.insert(Notice::at(shown(first), what).help(help));
    }
    None
}

fn children(unit: &Unit, parent: &Wanted, path: &Path, shelf: &Shelf) -> Vec<Wanted> {
    let Some(scanned) = shelf.scanned(path) else {
        return Vec::new();
    };
    if scanned.children.is_empty() {
        return Vec::new();
    }
    let trail = Arc::new(Trail {
        path: path.to_path_buf(),
        above: parent.trail.clone(),
    });
    let mut out = Vec::new();
    for (n, decl) in scanned.children.iter().enumerate() {
        if !unit.conditions.possible(decl.cfg.as_ref()) {
            continue;
        }
        let candidates = match &unit.only {
            Some(named) => loose_candidates(decl, path, named),
            None => candidates(decl, path, parent.beside),
        };
        let mut module = parent.module.clone();
        module.extend(decl.inside.iter().map(|inline| inline.name));
        if !decl.include {
            module.push(decl.name);
        }
        let mut order = parent.order.clone();
        order.push(n as u32);
        out.push(Wanted {
            unit: parent.unit,
            beside: decl.path.is_some(),
            needed: unit.only.is_none() && !decl.include && decl.cfg.is_none(),
            candidates,
            module,
            included: parent.included || decl.include,
            order,
            trail: Some(trail.clone()),
        });
    }
    out
}

/// Where among the named files the file of a declaration is. The declaring one may be the root of
/// a target or a module whose own root was not named, so both conventions are tried.
pub fn loose_candidates(decl: &ModDecl, file: &Path, named: &Named) -> Vec<PathBuf> {
    let stem = file.file_stem().and_then(OsStr::to_str);
    let beside = matches!(stem, Some("lib" | "main" | "build"));
    if decl.path.is_none() && !named.modules.contains(decl.name.as_str()) {
        return Vec::new();
    }
    let mut found = candidates(decl, file, beside);
    found.extend(candidates(decl, file, !beside));
    found.retain(|path| named.files.contains(path.as_os_str()) && path != file);
    found
}

/// Where the file of a declaration may be, best first. `beside` is rustc's "mod-rs file": the
/// file declares its modules in its own folder, not in one named after it.
pub fn candidates(decl: &ModDecl, file: &Path, beside: bool) -> Vec<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let stem = file.file_stem().unwrap_or_default();
    let own = match beside || stem == "mod" {
        true => folder.to_path_buf(),
        false => folder.join(stem),
    };
    let inside = |base: PathBuf| {
        decl.inside
            .iter()
            .fold(base, |base, inline| match &inline.path {
                Some(path) => base.join(path.replace('\\', "/")),
                None => base.join(inline.name.as_str()),
            })
    };
    if let Some(path) = &decl.path {
        // `include!` counts from the file whatever stands around it, `#[path]` from the folder
        // of the inline module that it stands in.
        let base = match decl.include || decl.inside.is_empty() {
            true => folder.to_path_buf(),
            false => inside(own),
        };
        return vec![normal(&base.join(path.replace('\\', "/")))];
    }
    let base = inside(own);
    // Of names alone, only a `#[path]` around them can lead back up.
    let base = match decl.inside.iter().any(|inline| inline.path.is_some()) {
        true => normal(&base),
        false => base,
    };
    let name = decl.name.as_str();
    let mut folder = base.join(name);
    let file = folder.with_extension("rs");
    folder.push("mod.rs");
    vec![file, folder]
}

#[cfg(test)]
mod tests;
