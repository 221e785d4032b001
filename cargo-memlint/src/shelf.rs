//! The files of a run: each is read and scanned once, whatever targets it belongs to.

use memlint_analysis::lower::scan::{ModDecl, Scanner};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHasher};
use std::ffi::OsString;
use std::fs::File;
use std::hash::Hasher;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Larger files are left out: they are tables, and parsing one takes 40 bytes a byte.
pub const LARGEST: u64 = 64 << 20;

/// One file, read.
#[derive(Debug)]
pub struct Scanned {
    /// The text, kept only until it is parsed: the file has a trigger word.
    pub text: Option<Arc<str>>,
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

/// Texts that stand for those on disk: what files would hold after repairs that are not written yet.
#[derive(Debug, Default, Clone)]
pub struct Drafts(FxHashMap<PathBuf, Arc<str>>);

impl Drafts {
    /// From now on the file holds this text.
    pub fn put(&mut self, path: PathBuf, text: Arc<str>) {
        self.0.insert(path, text);
    }

    /// From now on the file holds what is on disk.
    pub fn discard(&mut self, path: &Path) {
        self.0.remove(path);
    }

    /// The text that stands for the file's own, if one does.
    pub fn get(&self, path: &Path) -> Option<&Arc<str>> {
        self.0.get(path)
    }

    /// What the file holds as text, see [`read_text`].
    pub fn read_text(&self, path: &Path) -> Result<String, Entry> {
        match self.get(path) {
            Some(text) => Ok(text.as_ref().to_owned()),
            None => read_text(path),
        }
    }

    /// What the file holds, see [`read_bytes`].
    pub fn read_bytes(&self, path: &Path) -> Result<Vec<u8>, Entry> {
        match self.get(path) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => read_bytes(path),
        }
    }
}

/// All files asked for so far.
#[derive(Debug, Default)]
pub struct Shelf {
    /// By the text of the path.
    entries: FxHashMap<OsString, Entry>,
    /// What stands for files on disk.
    pub drafts: Drafts,
}

impl Shelf {
    /// An empty one that reads these texts in the place of files.
    pub fn over(drafts: Drafts) -> Shelf {
        Shelf {
            drafts,
            ..Shelf::default()
        }
    }

    /// Reads those not yet read, in parallel.
    pub fn fetch(&mut self, mut paths: Vec<PathBuf>, scanner: &Scanner) {
        paths.retain(|path| !self.entries.contains_key(path.as_os_str()));
        paths.sort_unstable_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
        paths.dedup_by(|a, b| a.as_os_str() == b.as_os_str());
        let drafts = &self.drafts;
        let read: Vec<_> = paths
            .into_par_iter()
            .map(|path| {
                let entry = read(drafts, &path, scanner);
                (path.into_os_string(), entry)
            })
            .collect();
        self.entries.extend(read);
    }

    /// Whether the file was asked for already.
    pub fn knows(&self, path: &Path) -> bool {
        self.entries.contains_key(path.as_os_str())
    }

    /// What is known of the file; one never asked for counts as missing.
    pub fn get(&self, path: &Path) -> &Entry {
        self.entries
            .get(path.as_os_str())
            .unwrap_or(&Entry::Missing)
    }

    /// The file, if it was read.
    pub fn scanned(&self, path: &Path) -> Option<&Scanned> {
        match self.get(path) {
            Entry::Read(scanned) => Some(scanned),
            Entry::Missing | Entry::Unusable(..) => None,
        }
    }
}

/// A number that another text does not have by accident.
pub fn stamp(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// Reads a file as text.
pub fn read_text(path: &Path) -> Result<String, Entry> {
    String::from_utf8(read_bytes(path)?).map_err(|error| {
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

/// Reads a file.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, Entry> {
    let failed = |error: &io::Error, help: &str| match is_missing(error) || path.is_dir() {
        true => Entry::Missing,
        false => unusable(format!("the file cannot be read: {error}"), help),
    };
    let mut file = File::open(path).map_err(|error| failed(&error, "check its permissions"))?;
    let data = file.metadata().map_err(|error| failed(&error, ""))?;
    if data.is_dir() {
        return Err(Entry::Missing);
    }
    if data.len() > LARGEST {
        let size = LARGEST >> 20;
        return Err(unusable(
            format!("the file was left out: it is larger than {size} MB"),
            "split it, or silence this by adding it to `exclude` in `memlint.toml`",
        ));
    }
    // One byte more, so that the end is met without growing.
    let mut bytes = Vec::with_capacity(data.len() as usize + 1);
    file.read_to_end(&mut bytes)
        .map_err(|error| failed(&error, ""))?;
    Ok(bytes)
}

fn unusable(what: String, help: &str) -> Entry {
    let help = (!help.is_empty()).then(|| help.to_owned());
    Entry::Unusable(what, help)
}

fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn read(drafts: &Drafts, path: &Path, scanner: &Scanner) -> Entry {
    let text = match drafts.read_text(path) {
        Ok(text) => text,
        Err(entry) => return entry,
    };
    let found = scanner.scan(&text);
    Entry::Read(Scanned {
        bytes: text.len(),
        macros: found.macros,
        children: found.children,
        text: found.triggered.then(|| Arc::from(text)),
    })
}
