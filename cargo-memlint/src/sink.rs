//! Where a report goes: a stream, or a file that is replaced as a whole or not at all.

use crate::draft::{Draft, Fault};
use crate::notice::Trouble;
use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// What writes a report.
pub type Writer<'w> = &'w dyn Fn(&mut dyn Write) -> io::Result<()>;

/// Writes to standard output.
///
/// # Errors
/// It cannot be written, by a full disk for instance. That a reader went away (`| head`) is no error.
pub fn to_stdout(write: Writer<'_>) -> Result<(), Trouble> {
    to_stream(io::stdout().lock(), write)
}

/// Writes to standard error.
///
/// # Errors
/// The same; then the exit status is what is left to tell it by.
pub fn to_stderr(write: Writer<'_>) -> Result<(), Trouble> {
    to_stream(io::stderr().lock(), write)
}

fn to_stream(stream: impl Write, write: Writer<'_>) -> Result<(), Trouble> {
    let mut out = BufWriter::new(stream);
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Trouble::new(format!(
            "the output cannot be written: {error}"
        ))),
        _ => Ok(()),
    }
}

/// Writes a file: a temporary one beside it takes its place when it is complete, so that neither a
/// full disk nor an interruption leaves half of it. A device or a pipe is written as it is.
///
/// # Errors
/// It cannot be written; what was there before is as it was.
pub fn to_file(path: &Path, write: Writer<'_>) -> Result<(), Trouble> {
    to_file_with(path, None, write)
}

/// The same for a program that a shell runs: it is executable from the beginning.
///
/// # Errors
/// The same.
pub fn to_program(path: &Path, write: Writer<'_>) -> Result<(), Trouble> {
    to_file_with(path, run_by_all(), write)
}

fn to_file_with(
    path: &Path,
    wanted: Option<Permissions>,
    write: Writer<'_>,
) -> Result<(), Trouble> {
    let failed = |error: io::Error| {
        let message = format!("the file cannot be written: {error}");
        Trouble::at(path, message).help(remedy(&error))
    };
    let replace = |permissions| {
        let draft = Draft::of(path, permissions, write);
        draft.and_then(Draft::put).map_err(Fault::into_error)
    };
    let done = match fs::metadata(path) {
        Ok(data) if data.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(data) if !data.is_file() => File::options().write(true).open(path).and_then(|file| {
            let mut out = BufWriter::new(file);
            write(&mut out)?;
            out.flush()
        }),
        Ok(data) => replace(wanted.or(Some(data.permissions()))),
        Err(_) => replace(wanted),
    };
    done.map_err(failed)
}

#[cfg(unix)]
fn run_by_all() -> Option<Permissions> {
    Some(std::os::unix::fs::PermissionsExt::from_mode(0o755))
}

/// Elsewhere a program is known by its name.
#[cfg(not(unix))]
fn run_by_all() -> Option<Permissions> {
    None
}

fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "make its folder first",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "it is replaced by a new file, so its folder has to be writable"
        }
        io::ErrorKind::IsADirectory => "give the name of a file",
        _ => "what was there before is as it was",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("the folder is readable");
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        entries.flatten().map(name).collect()
    }

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else() {
        let scratch = Scratch::new(&[("out.json", "old")]);
        let path = scratch.path().join("out.json");
        let half = |out: &mut dyn Write| {
            out.write_all(&[b'x'; 100_000])?;
            Err(io::ErrorKind::StorageFull.into())
        };
        let trouble = to_file(&path, &half).expect_err("the writer fails");
        assert!(trouble.0.message.starts_with("the file cannot be written"));
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "old");
        assert_eq!(names(scratch.path()), ["out.json"]);
    }

    #[test]
    fn a_new_file_is_written_whole() {
        let scratch = Scratch::new(&[("x", "")]);
        let path = scratch.path().join("out.json");
        to_file(&path, &|out| out.write_all(b"new")).expect("the folder is writable");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "new");
    }

    #[test]
    #[cfg(unix)]
    fn a_link_stays_and_permissions_too() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let scratch = Scratch::new(&[("real", "old")]);
        let (real, link) = (scratch.path().join("real"), scratch.path().join("link"));
        symlink(&real, &link).expect("links can be made");
        fs::set_permissions(&real, PermissionsExt::from_mode(0o640)).expect("it is ours");
        to_file(&link, &|out| out.write_all(b"new")).expect("the folder is writable");
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&real).expect("it is there"), "new");
        let mode = fs::metadata(&real)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[test]
    #[cfg(unix)]
    fn a_program_can_be_run() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = Scratch::new(&[("old", "old")]);
        for name in ["old", "new"] {
            let path = scratch.path().join(name);
            to_program(&path, &|out| out.write_all(b"new")).expect("the folder is writable");
            let data = fs::metadata(&path).expect("it is there");
            assert_eq!(data.permissions().mode() & 0o777, 0o755, "{name}");
        }
    }

    #[test]
    fn a_folder_is_no_file() {
        let scratch = Scratch::new(&[("x", "")]);
        let trouble = to_file(scratch.path(), &|_| Ok(())).expect_err("a folder");
        assert_eq!(trouble.0.help.as_deref(), Some("give the name of a file"));
    }
}
