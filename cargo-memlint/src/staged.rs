//! The index as a tree of files: what a commit would hold, whatever the work tree looks like.
//!
//! The analysis needs the whole package, and cargo its manifests; so the sources and manifests of the
//! index are laid out in a temporary folder and looked at there. Submodules are taken as they lie in
//! the work tree. What git ignores or does not know is not there, as it will not be in the commit.

use crate::cli::Cli;
use crate::git::{Entry, EntryKind, Repository};
use crate::notice::{Notice, Trouble};
use crate::plan::{Plan, normal};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use tempfile::TempDir;
use walkdir::WalkDir;

/// The files that can matter: sources, what they include, and manifests.
const KINDS: [&str; 5] = ["rs", "toml", "lock", "in", "inc"];

/// The index in a temporary folder, which goes away with this value.
#[derive(Debug)]
pub struct Staged {
    /// The repository.
    pub repository: Repository,
    folder: TempDir,
    /// The folder without links.
    top: PathBuf,
}

impl Staged {
    /// Lays out the index and points the command line at it.
    ///
    /// # Errors
    /// There is no repository or no manifest in it, git fails, or the files cannot be written.
    pub fn lay_out(cli: &mut Cli) -> Result<Staged, Trouble> {
        let repository = Repository::here("--staged")?;
        let folder = TempDir::with_prefix("memlint-").map_err(|error| unwritten(&error))?;
        let top = fs::canonicalize(folder.path()).map_err(|error| unwritten(&error))?;
        let staged = Staged {
            repository,
            folder,
            top,
        };
        let entries = staged.repository.index()?;
        let chosen: Vec<&Entry> = entries.iter().filter(|entry| matters(entry)).collect();
        let (submodules, files): (Vec<&Entry>, Vec<&Entry>) = chosen
            .into_iter()
            .partition(|entry| entry.kind == EntryKind::Submodule);
        let objects: Vec<&str> = files.iter().map(|entry| &*entry.object).collect();
        staged.repository.contents(&objects, |n, content| {
            staged
                .put(files[n], content)
                .map_err(|error| unwritten(&error))
        })?;
        for module in submodules {
            staged
                .copy(&module.path)
                .map_err(|error| unwritten(&error))?;
        }
        cli.choice.manifest.manifest_path = Some(staged.manifest(cli)?);
        Ok(staged)
    }

    /// Where the files of the run lie.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// Where a folder of the work tree is laid out; `None` for one that lies elsewhere.
    pub fn laid_out(&self, folder: &Path) -> Option<PathBuf> {
        let real = fs::canonicalize(folder).ok()?;
        let inside = real.strip_prefix(&self.repository.top).ok()?;
        Some(self.top.join(inside))
    }

    /// Tells everything under the names of the work tree.
    pub fn rename(&self, plan: &mut Plan, notices: &mut [Notice]) {
        for unit in &mut plan.units {
            let identity = &mut unit.identity;
            for text in [
                &mut identity.package_id,
                &mut identity.manifest_path,
                &mut identity.target.src_path,
            ] {
                *text = self.renamed(text);
            }
        }
        notices
            .iter_mut()
            .for_each(|notice| self.rename_notice(notice));
    }

    /// The same for an error.
    pub fn rename_trouble(&self, mut trouble: Trouble) -> Trouble {
        self.rename_notice(&mut trouble.0);
        trouble
    }

    fn rename_notice(&self, notice: &mut Notice) {
        notice.place = self.renamed(&notice.place);
        notice.message = self.renamed(&notice.message);
    }

    fn renamed(&self, text: &str) -> String {
        let (mine, real) = (self.top.display(), self.repository.top.display());
        let laid = self.folder.path().display().to_string();
        let text = text.replace(&mine.to_string(), &real.to_string());
        text.replace(&laid, &real.to_string())
    }

    fn put(&self, entry: &Entry, content: &[u8]) -> io::Result<()> {
        let Some(path) = self.inside(&entry.path) else {
            return Ok(());
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        match entry.kind {
            EntryKind::Link => link(&String::from_utf8_lossy(content), &path),
            _ => fs::write(path, content),
        }
    }

    /// Copies what can matter of a folder of the work tree.
    fn copy(&self, folder: &Path) -> io::Result<()> {
        let walk = WalkDir::new(self.repository.top.join(folder));
        for entry in walk.into_iter().flatten() {
            let inside = entry.path().strip_prefix(&self.repository.top).ok();
            let wanted = inside.filter(|path| entry.file_type().is_file() && is_of_kind(path));
            if let Some(path) = wanted.and_then(|path| self.inside(path)) {
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::copy(entry.path(), path)?;
            }
        }
        Ok(())
    }

    /// A path of the index in the temporary folder; never out of it.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        path.components().all(plain).then(|| self.top.join(path))
    }

    /// The manifest that was named or stands above the current folder, as it is in the index.
    fn manifest(&self, cli: &Cli) -> Result<PathBuf, Trouble> {
        let here = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| normal(path));
        let start = match &cli.choice.manifest.manifest_path {
            Some(path) if path.is_dir() => here(path),
            // A manifest that is gone from the work tree may still be in the index.
            Some(path) => here(path.parent().unwrap_or(Path::new(""))),
            None => here(Path::new(".")),
        };
        let outside = || {
            let message = "the manifest is not in the repository of the current folder";
            Trouble::at(&start, message)
                .help("run it inside of the repository whose index is meant")
        };
        let inside = start
            .strip_prefix(&self.repository.top)
            .map_err(|_| outside())?;
        let above = inside.ancestors().map(|folder| self.top.join(folder));
        let named = cli.choice.manifest.manifest_path.is_some();
        let mut manifests = above
            .take(if named { 1 } else { usize::MAX })
            .map(|folder| folder.join("Cargo.toml"))
            .filter(|path| path.is_file());
        manifests.next().ok_or_else(|| {
            Trouble::at(&start, "the index holds no `Cargo.toml` for this folder")
                .help("`git add` it, or name another with `--manifest-path`")
        })
    }
}

fn matters(entry: &Entry) -> bool {
    entry.kind != EntryKind::File || is_of_kind(&entry.path)
}

fn is_of_kind(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| KINDS.contains(&ending))
}

fn unwritten(error: &io::Error) -> Trouble {
    Trouble::new(format!("the index cannot be laid out: {error}"))
        .help("the folder for temporary files needs room for the sources (`TMPDIR`)")
}

#[cfg(unix)]
fn link(target: &str, path: &Path) -> io::Result<()> {
    // One that leads out of the tree would lead elsewhere from here.
    match Path::new(target).is_absolute() {
        true => Ok(()),
        false => std::os::unix::fs::symlink(target, path),
    }
}

/// Links need a privilege here; git writes them as files with the target in them.
#[cfg(not(unix))]
fn link(target: &str, path: &Path) -> io::Result<()> {
    fs::write(path, target)
}
