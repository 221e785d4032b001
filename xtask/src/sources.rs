//! Folders of crates, and the Rust files in them, in an order that does not depend on the machine.

use std::fs;
use std::path::{Path, PathBuf};

/// A file and its size in bytes.
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

/// The folders directly under `folder` that hold a manifest, sorted.
pub(crate) fn crates(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let crates: Vec<PathBuf> = entries(folder)?
        .into_iter()
        .filter(|path| path.join("Cargo.toml").is_file())
        .collect();
    if crates.is_empty() {
        return Err(format!("{}: no crates in it", folder.display()));
    }
    Ok(crates)
}

/// All Rust files under `folder`, sorted.
pub(crate) fn files(folder: &Path) -> Result<Vec<Source>, String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder)? {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let bytes = fs::metadata(&path).map_or(0, |data| data.len());
                found.push(Source { path, bytes });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// The sum of the sizes.
pub(crate) fn bytes(files: &[Source]) -> u64 {
    files.iter().map(|file| file.bytes).sum()
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}
