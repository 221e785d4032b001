//! What a run looks at: compilation targets or loose files, with what cargo says about each.

use crate::cfg::Conditions;
use crate::config::Config;
use crate::notice::Notice;
use rustc_hash::FxHashSet;
use serde::Serialize;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Everything that a run looks at.
#[derive(Debug, Default)]
pub struct Plan {
    /// File names are shown relative to this folder (the workspace root).
    pub root: PathBuf,
    /// The compilation targets.
    pub units: Vec<Unit>,
    /// The configuration in force.
    pub config: Config,
    /// Files that were named one by one: no pattern excludes them.
    pub forced: FxHashSet<OsString>,
    /// Targets that are not selected, and why.
    pub left_out: Vec<(String, &'static str)>,
    /// What could not be taken as it is.
    pub notices: Vec<Notice>,
}

impl Plan {
    /// Whether the configuration excludes the file of this unit, an index into [`Plan::units`].
    pub fn excludes(&self, file: &Path, unit: usize) -> bool {
        let manifest = self
            .units
            .get(unit)
            .map(|unit| &unit.identity.manifest_path);
        let manifest = manifest.map_or(Path::new(""), |path| Path::new(path));
        self.config.excludes(file, manifest) && !self.forced.contains(file.as_os_str())
    }
}

/// One compilation target, or a loose file that is nobody's module.
#[derive(Debug)]
pub struct Unit {
    /// The crate's name in paths; of a target that no other crate can name, no identifier.
    pub krate: String,
    /// The root file.
    pub root: PathBuf,
    /// Which code is certainly absent.
    pub conditions: Arc<Conditions>,
    /// If given, the only files that are read, and how each was named by the user.
    pub only: Option<Arc<Named>>,
    /// Whether code that it belongs together with is not looked at: other files, targets or packages.
    pub lacks: bool,
    /// What cargo's messages say about the target.
    pub identity: Identity,
}

/// The files named on the command line.
#[derive(Debug, Default)]
pub struct Named {
    /// Absolute paths, of which the text counts: they are all of the same form.
    pub files: FxHashSet<OsString>,
    /// The names of the modules that they can be.
    pub modules: FxHashSet<String>,
}

impl Named {
    /// These files.
    pub fn new(paths: &[PathBuf]) -> Named {
        let mut named = Named::default();
        for path in paths {
            named.files.insert(path.clone().into_os_string());
            let name = match path.file_stem() {
                Some(stem) if stem == "mod" => path.parent().and_then(Path::file_name),
                stem => stem,
            };
            let name = name.and_then(OsStr::to_str);
            named.modules.extend(name.map(str::to_owned));
        }
        named
    }
}

/// A target as cargo's JSON messages describe it.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Identity {
    /// The package.
    pub package_id: String,
    /// Its manifest.
    pub manifest_path: String,
    /// The target.
    pub target: TargetInfo,
}

/// The `target` field of cargo's messages.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct TargetInfo {
    /// `lib`, `bin`, `test`, ..
    pub kind: Vec<String>,
    /// The same for crates.
    pub crate_types: Vec<String>,
    /// The name.
    pub name: String,
    /// The root file.
    pub src_path: String,
    /// The edition.
    pub edition: String,
    /// Whether it is documented.
    pub doc: bool,
    /// Whether it has documentation tests.
    pub doctest: bool,
    /// Whether it is tested.
    pub test: bool,
}

/// The path without `.` and `..`, absolute, links not followed.
pub fn normal(path: &Path) -> PathBuf {
    if is_normal(path) {
        return path.to_path_buf();
    }
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut out = PathBuf::new();
    for part in absolute.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// The folder of the repository that a folder belongs to, or the folder itself if there is none.
pub fn repository(folder: &Path) -> &Path {
    let mut around = folder.ancestors();
    // In a worktree or submodule `.git` is a file.
    around
        .find(|folder| folder.join(".git").exists())
        .unwrap_or(folder)
}

/// A cheap test that finds most of them.
fn is_normal(path: &Path) -> bool {
    let bytes = path.as_os_str().as_encoded_bytes();
    // A part that is empty or begins with a dot may be `.` or `..`.
    let odd = |pair: &[u8]| pair[0] == b'/' && matches!(pair[1], b'/' | b'.');
    cfg!(unix)
        && bytes.first() == Some(&b'/')
        && bytes.last() != Some(&b'/')
        && !bytes.windows(2).any(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn the_cheap_test_is_right() {
        for path in [
            "/a/b",
            "/a/./b",
            "/a/../b",
            "/a//b",
            "/a/",
            "/",
            "/.",
            "/.hidden/a",
            "/a/b.",
        ] {
            let path = Path::new(path);
            if is_normal(path) {
                let parts: PathBuf = path.components().collect();
                assert_eq!(parts.as_os_str(), path.as_os_str());
                assert!(!path.to_string_lossy().contains("/."));
            }
        }
        assert!(is_normal(Path::new("/a/b.rs")) && !is_normal(Path::new("a/b.rs")));
    }

    #[test]
    fn dots_go_away() {
        let here = normal(Path::new("x"));
        assert_eq!(normal(Path::new("a/../b/.././x")), here);
    }
}
