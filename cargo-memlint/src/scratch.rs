//! For tests: a folder of files that goes away with the test.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder under the system's temporary one.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// A folder with these files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Scratch {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("memlint-test-{}-{n}", std::process::id());
        let folder = crate::plan::normal(&std::env::temp_dir()).join(name);
        for (path, text) in files {
            let path = folder.join(path);
            let parent = path.parent().expect("a file stands in a folder");
            std::fs::create_dir_all(parent).expect("the temporary folder is writable");
            std::fs::write(&path, text).expect("the temporary folder is writable");
        }
        Scratch(folder)
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A file of it as an argument.
    pub(crate) fn arg(&self, path: &str) -> String {
        self.0.join(path).display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
