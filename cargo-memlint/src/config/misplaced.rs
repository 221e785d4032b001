//! `[lints.memlint]` in a manifest looks right and breaks the build: rustc refuses a tool that it
//! does not know.

use crate::notice::Notice;
use cargo_metadata::{Metadata, Package};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A notice for each manifest of the run that has the table, with what belongs there instead.
pub fn levels(metadata: &Metadata, packages: &[&Package]) -> Vec<Notice> {
    let root = metadata.workspace_root.join("Cargo.toml");
    let manifests = packages.iter().map(|package| &package.manifest_path);
    let manifests: BTreeSet<PathBuf> = manifests
        .chain([&root])
        .map(|path| path.clone().into_std_path_buf())
        .collect();
    manifests
        .iter()
        .filter_map(|path| levels_in(path))
        .collect()
}

fn levels_in(manifest: &Path) -> Option<Notice> {
    let text = std::fs::read_to_string(manifest).ok()?;
    if !text.contains("memlint") {
        return None;
    }
    let table = text.parse::<toml::Table>().ok()?;
    let own = || Some((table.get("lints")?.get("memlint")?, "lints.memlint"));
    let shared = || {
        let lints = table.get("workspace")?.get("lints")?;
        Some((lints.get("memlint")?, "workspace.lints.memlint"))
    };
    let (levels, name) = own().or_else(shared)?;
    let place = match text.find(&format!("[{name}]")) {
        Some(at) => format!(
            "{}:{}:1",
            manifest.display(),
            text[..at].matches('\n').count() + 1
        ),
        None => manifest.display().to_string(),
    };
    let message = format!(
        "`[{name}]` does not count, and breaks `cargo check`: rustc refuses a lint tool that it does \
         not know (E0602)"
    );
    Some(Notice::at(place, message).help(instead(levels)))
}

/// The same levels where they count.
fn instead(levels: &toml::Value) -> String {
    let mut help =
        "remove it, and write into `memlint.toml` at the workspace's root:\n[levels]".to_owned();
    for (name, level) in levels.as_table().into_iter().flatten() {
        help.push_str(&format!("\n{name} = {level}"));
    }
    help
}
