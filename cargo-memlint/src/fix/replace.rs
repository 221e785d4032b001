//! Writing a changed file: the old text or the new one stands there, never a part of either.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why a file was left as it is.
#[derive(Debug)]
pub enum Fault {
    /// It is no longer what was read.
    Changed,
    /// Its permissions forbid writing.
    ReadOnly,
    /// It cannot be read again.
    Read(io::Error),
    /// No file can be made beside it.
    Beside(PathBuf, io::Error),
    /// The new text cannot be written, or cannot take the place of the old one.
    Write(io::Error),
}

impl Fault {
    /// What happened, as a message about the file.
    pub fn message(&self) -> String {
        match self {
            Fault::Changed => "the file was not changed: somebody else changed it meanwhile".into(),
            Fault::ReadOnly => "the file was not changed: it is read-only".into(),
            Fault::Read(error) => {
                format!("the file was not changed: it cannot be read again: {error}")
            }
            Fault::Beside(folder, error) => format!(
                "the file was not changed: no file can be made in `{}`: {error}",
                folder.display()
            ),
            Fault::Write(error) => {
                format!("the file was not changed: the new text cannot be written: {error}")
            }
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Fault::Changed => "run again",
            Fault::ReadOnly => "make it writable and run again",
            Fault::Read(_) => "check its permissions and run again",
            Fault::Beside(..) => {
                "the new text is written beside the old one first: make the folder writable and \
                 run again"
            }
            Fault::Write(_) => "check the free space and run again",
        }
    }
}

/// Puts `after` in the place of `before`, by a file beside it that is then renamed.
///
/// A link stays a link: the file that it leads to is replaced. Permissions are kept. Whoever is
/// interrupted leaves the old file whole, and at most a hidden file `.memlint-*.tmp` beside it.
///
/// # Errors
/// The file no longer holds `before`, or it cannot be read or written; it is then as it was.
pub fn replace(path: &Path, before: &str, after: &str) -> Result<(), Fault> {
    let path = fs::canonicalize(path).map_err(Fault::Read)?;
    let held = fs::read(&path).map_err(Fault::Read)?;
    if held != before.as_bytes() {
        return Err(Fault::Changed);
    }
    let permissions = fs::metadata(&path).map_err(Fault::Read)?.permissions();
    if permissions.readonly() {
        return Err(Fault::ReadOnly);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let beside = |error| Fault::Beside(folder.to_path_buf(), error);
    let mut new = tempfile::Builder::new()
        .prefix(".memlint-")
        .suffix(".tmp")
        .tempfile_in(folder)
        .map_err(beside)?;
    new.write_all(after.as_bytes()).map_err(Fault::Write)?;
    fs::set_permissions(new.path(), permissions).map_err(Fault::Write)?;
    new.as_file().sync_all().map_err(Fault::Write)?;
    // Between reading and here there was time for an editor to save.
    if fs::read(&path).map_err(Fault::Read)? != held {
        return Err(Fault::Changed);
    }
    new.persist(&path)
        .map_err(|error| Fault::Write(error.error))?;
    sync_folder(folder);
    Ok(())
}

/// Makes the renaming itself last; where folders cannot be opened, the system sees to it.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("readable").flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn the_new_text_takes_the_place_of_the_old_one() {
        let scratch = Scratch::new(&[("a.rs", "\u{feff}fn é() {}\r\n")]);
        let file = scratch.path().join("a.rs");
        let before = "\u{feff}fn é() {}\r\n";
        replace(&file, before, "\u{feff}fn ü() {}\r\n").expect("it is writable");
        let held = fs::read(&file).expect("readable");
        assert_eq!(held, "\u{feff}fn ü() {}\r\n".as_bytes());
        assert_eq!(names(scratch.path()), ["a.rs"]);
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_refused() {
        let scratch = Scratch::new(&[("a.rs", "fn a() {}\n")]);
        let file = scratch.path().join("a.rs");
        let fault = replace(&file, "fn b() {}\n", "fn c() {}\n").unwrap_err();
        assert!(matches!(fault, Fault::Changed), "{fault:?}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "fn a() {}\n");
        let gone = replace(&scratch.path().join("b.rs"), "", "x").unwrap_err();
        assert!(matches!(gone, Fault::Read(_)), "{gone:?}");
    }

    #[test]
    #[cfg(unix)]
    fn permissions_and_links_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let scratch = Scratch::new(&[("deep/a.rs", "old")]);
        let (file, link) = (
            scratch.path().join("deep/a.rs"),
            scratch.path().join("l.rs"),
        );
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("deep/a.rs", &link).unwrap();
        replace(&link, "old", "new").expect("it is writable");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[test]
    fn a_read_only_file_is_refused() {
        let scratch = Scratch::new(&[("a.rs", "old")]);
        let file = scratch.path().join("a.rs");
        let mut permissions = fs::metadata(&file).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&file, permissions).unwrap();
        let fault = replace(&file, "old", "new").unwrap_err();
        assert!(matches!(fault, Fault::ReadOnly), "{fault:?}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    }
}
