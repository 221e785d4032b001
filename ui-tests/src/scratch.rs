//! A folder of files made for one test.

use std::fs;
use std::path::{Path, PathBuf};

/// An empty folder under the build's own temporary folder; left there for a look after a failure.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// A fresh folder of this name in `base` (a test's `CARGO_TARGET_TMPDIR`).
    ///
    /// # Panics
    /// The folder cannot be made.
    pub fn new(base: &str, name: &str) -> Scratch {
        let path = Path::new(base).join("scratch").join(name);
        if path.exists() {
            fs::remove_dir_all(&path).expect("an old scratch folder can be removed");
        }
        fs::create_dir_all(&path).expect("a scratch folder can be made");
        Scratch(path)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file, its folders included, and hands the scratch back for the next one.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn file(self, name: &str, text: impl AsRef<[u8]>) -> Scratch {
        let path = self.0.join(name);
        let folder = path.parent().expect("a file has a folder");
        fs::create_dir_all(folder).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
        self
    }
}
