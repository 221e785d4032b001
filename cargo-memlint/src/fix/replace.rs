//! Writing a changed file: the old text or the new one stands there, never a part of either.

use crate::draft::{self, Draft};
use std::fs;
use std::io;
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

/// Puts `after` in the place of `before`, as a draft that takes its place. Permissions are kept.
///
/// # Errors
/// The file no longer holds `before`, or it cannot be read or written; it is then as it was.
pub fn replace(path: &Path, before: &str, after: &str) -> Result<(), Fault> {
    let held = fs::read(path).map_err(Fault::Read)?;
    if held != before.as_bytes() {
        return Err(Fault::Changed);
    }
    let permissions = fs::metadata(path).map_err(Fault::Read)?.permissions();
    if permissions.readonly() {
        return Err(Fault::ReadOnly);
    }
    let draft = Draft::of(path, Some(permissions), |out| {
        out.write_all(after.as_bytes())
    })?;
    // Between reading and here there was time for an editor to save.
    if fs::read(path).map_err(Fault::Read)? != held {
        return Err(Fault::Changed);
    }
    Ok(draft.put()?)
}

impl From<draft::Fault> for Fault {
    fn from(fault: draft::Fault) -> Fault {
        match fault {
            draft::Fault::Beside(folder, error) => Fault::Beside(folder, error),
            draft::Fault::Write(error) => Fault::Write(error),
        }
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
