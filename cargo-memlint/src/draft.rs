//! A file that takes the place of another when it is complete: the old content or the new one stands
//! there, never a part of either.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The new content of a file, complete, beside the old one. It goes away unless it is put there;
/// whoever is killed leaves the old file whole, and at most a hidden `.memlint-*.tmp` beside it.
#[derive(Debug)]
pub struct Draft {
    new: NamedTempFile,
    target: PathBuf,
    folder: PathBuf,
}

/// Why the old file is as it was.
#[derive(Debug)]
pub enum Fault {
    /// No file can be made in this folder.
    Beside(PathBuf, io::Error),
    /// The new content cannot be written, or cannot take the place of the old one.
    Write(io::Error),
}

impl Fault {
    /// What the system said.
    pub fn into_error(self) -> io::Error {
        match self {
            Fault::Beside(_, error) | Fault::Write(error) => error,
        }
    }
}

impl Draft {
    /// Writes it, as far as the disk. A link stays one: what it leads to will be replaced. Without
    /// permissions it has those of any new file.
    ///
    /// # Errors
    /// It cannot be written, or `write` fails.
    pub fn of(
        path: &Path,
        permissions: Option<Permissions>,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Draft, Fault> {
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
            _ => PathBuf::from("."),
        };
        let new = beside(&folder).map_err(|error| Fault::Beside(folder.clone(), error))?;
        fill(new.as_file(), permissions, write).map_err(Fault::Write)?;
        Ok(Draft {
            new,
            target,
            folder,
        })
    }

    /// Puts it in the place of the old file.
    ///
    /// # Errors
    /// The system refuses.
    pub fn put(self) -> Result<(), Fault> {
        let put = self.new.persist(&self.target);
        put.map_err(|error| Fault::Write(error.error))?;
        sync_folder(&self.folder);
        Ok(())
    }
}

fn beside(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".memlint-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(plain)
}

/// The error without the name of the temporary file, which says nothing to anybody.
fn plain(error: io::Error) -> io::Error {
    let inner = error.get_ref().and_then(|inner| inner.source());
    let inner = inner.and_then(|inner| inner.downcast_ref::<io::Error>());
    match inner.and_then(io::Error::raw_os_error) {
        Some(code) => io::Error::from_raw_os_error(code),
        None => error.kind().into(),
    }
}

fn fill(
    file: &File,
    permissions: Option<Permissions>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    out.flush()?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}

/// Makes the renaming itself last; where folders cannot be opened, the system sees to it.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
