//! The files of a run: each is read and scanned once, whatever targets it belongs to.

use memlint_analysis::lower::prefilter::Prefilter;
use memlint_analysis::lower::scan::{ModDecl, module_decls};
use rayon::prelude::*;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Larger files are left out: they are tables, and parsing one takes 40 bytes a byte.
pub const LARGEST: u64 = 64 << 20;

/// One file, read.
#[derive(Debug)]
pub struct Scanned {
    /// The text, kept only while it is needed: the file has a trigger word or defines macros.
    pub text: Option<Arc<str>>,
    /// Whether it has a trigger word.
    pub triggered: bool,
    /// Whether it may define macros.
    pub macros: bool,
    /// Its length in bytes.
    pub bytes: usize,
    /// `mod x;` and `include!` in it.
    pub children: Vec<ModDecl>,
}

/// What became of a file that was asked for.
#[derive(Debug)]
pub enum Entry {
    /// There is none.
    Missing,
    /// It cannot be used: what is wrong, and the remedy.
    Unusable(String, Option<String>),
    /// Read.
    Read(Scanned),
}

/// All files asked for so far.
#[derive(Debug, Default)]
pub struct Shelf {
    entries: HashMap<PathBuf, Entry>,
}

impl Shelf {
    /// Reads those not yet read, in parallel.
    pub fn fetch(&mut self, mut paths: Vec<PathBuf>, filter: &Prefilter) {
        paths.retain(|path| !self.entries.contains_key(path));
        paths.sort_unstable();
        paths.dedup();
        let read: Vec<_> = paths
            .into_par_iter()
            .map(|path| {
                let entry = read(&path, filter);
                (path, entry)
            })
            .collect();
        self.entries.extend(read);
    }

    /// What is known of the file; one never asked for counts as missing.
    pub fn get(&self, path: &Path) -> &Entry {
        self.entries.get(path).unwrap_or(&Entry::Missing)
    }

    /// The file, if it was read.
    pub fn scanned(&self, path: &Path) -> Option<&Scanned> {
        match self.get(path) {
            Entry::Read(scanned) => Some(scanned),
            Entry::Missing | Entry::Unusable(..) => None,
        }
    }
}

/// Reads a file as text.
pub fn read_text(path: &Path) -> Result<String, Entry> {
    let unusable = |what: String, help: &str| {
        let help = (!help.is_empty()).then(|| help.to_owned());
        Entry::Unusable(what, help)
    };
    let length = match std::fs::metadata(path) {
        Ok(data) if data.is_dir() => return Err(Entry::Missing),
        Ok(data) => data.len(),
        Err(error) if is_missing(&error) => return Err(Entry::Missing),
        Err(error) => return Err(unusable(format!("the file cannot be read: {error}"), "")),
    };
    if length > LARGEST {
        let message = format!(
            "the file was left out: it is larger than {} MB",
            LARGEST >> 20
        );
        return Err(unusable(
            message,
            "split it, or silence this by adding it to `exclude` in `memlint.toml`",
        ));
    }
    let bytes = std::fs::read(path).map_err(|error| match is_missing(&error) {
        true => Entry::Missing,
        false => unusable(
            format!("the file cannot be read: {error}"),
            "check its permissions",
        ),
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        let message = format!("the file was left out: it is not UTF-8 (line {line}, byte {at})");
        unusable(message, "rustc refuses it as well; save it as UTF-8")
    })
}

fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn read(path: &Path, filter: &Prefilter) -> Entry {
    let text = match read_text(path) {
        Ok(text) => text,
        Err(entry) => return entry,
    };
    let triggered = filter.matches(&text);
    let macros = text.contains("macro_rules!");
    let children = module_decls(&text);
    let bytes = text.len();
    Entry::Read(Scanned {
        text: (triggered || macros).then(|| Arc::from(text)),
        triggered,
        macros,
        bytes,
        children,
    })
}
