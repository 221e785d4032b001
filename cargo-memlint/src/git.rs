//! Git as far as it is asked: what is in the index, what has changed, and where.

use crate::notice::Trouble;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The repository around the current folder. Environment variables that git sets for its hooks
/// hold for it too, so that a hook sees the index of the commit that is being made.
#[derive(Debug, Clone)]
pub struct Repository {
    /// Its work tree's top, links resolved.
    pub top: PathBuf,
}

/// With what the files are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// What the index holds, with the last commit.
    Index,
    /// The work tree, with this commit.
    Commit(String),
}

/// A file of the index.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// From the top.
    pub path: PathBuf,
    /// What it is.
    pub kind: EntryKind,
    /// The object.
    pub object: String,
}

/// What a file of the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A symbolic link: its content is the target.
    Link,
    /// A submodule.
    Submodule,
}

/// A file that has changed.
#[derive(Debug, PartialEq, Eq)]
pub struct Changed {
    /// From the top.
    pub path: PathBuf,
    /// Its name before, if it was renamed.
    pub old: Option<PathBuf>,
}

/// Lines that were replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The first of the new lines; without any, the line after which lines were removed.
    pub first: u32,
    /// How many new lines.
    pub lines: u32,
    /// The lines that are gone.
    pub removed: Vec<String>,
}

/// Where a repository keeps its hooks.
#[derive(Debug)]
pub struct Hooks {
    /// Their folder: worktrees and `core.hooksPath` are counted in.
    pub folder: PathBuf,
    /// What belongs to the repository: its work tree and what its work trees share.
    pub own: [PathBuf; 2],
    /// The folder that was asked about, from the top, without a slash at its end.
    pub inside: String,
}

/// The hooks of the repository that the folder lies in.
///
/// # Errors
/// There is none, or git is not there.
pub fn hooks(folder: &Path) -> Result<Hooks, Trouble> {
    let ask = |args: &[&str]| {
        let output = git(Some(folder), args)?;
        match output.status.success() {
            true => Ok(folder.join(path(trimmed(&output.stdout)))),
            false => {
                let message = format!("there is no git work tree: {}", said(&output));
                let help = "run it inside a repository, or make one with `git init`";
                Err(Trouble::at(folder, message).help(help))
            }
        }
    };
    let inside = git(Some(folder), &["rev-parse", "--show-prefix"])?;
    Ok(Hooks {
        own: [
            ask(&["rev-parse", "--show-toplevel"])?,
            ask(&["rev-parse", "--git-common-dir"])?,
        ],
        folder: ask(&["rev-parse", "--git-path", "hooks"])?,
        inside: String::from_utf8_lossy(trimmed(&inside.stdout))
            .trim_end_matches('/')
            .to_owned(),
    })
}

impl Repository {
    /// The repository around the current folder.
    ///
    /// # Errors
    /// There is none, or git is not there.
    pub fn here(option: &str) -> Result<Repository, Trouble> {
        let output = git(None, &["rev-parse", "--show-toplevel"])?;
        if !output.status.success() {
            let message = format!("`{option}` needs a git repository: {}", said(&output));
            return Err(
                Trouble::new(message).help("run it inside of a work tree, or leave the option out")
            );
        }
        Ok(Repository {
            top: path(trimmed(&output.stdout)),
        })
    }

    /// The commit that REF and the current one have in common.
    ///
    /// # Errors
    /// There is no such commit, or none in common.
    pub fn merge_base(&self, reference: &str) -> Result<String, Trouble> {
        let commit = format!("{reference}^{{commit}}");
        let known = self.git(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ])?;
        if !known.status.success() {
            let message = format!("git knows no commit `{reference}`");
            return Err(Trouble::new(message).help(self.depth_help("`git fetch` may bring it")?));
        }
        let base = self.git(&["merge-base", trimmed_str(&known.stdout), "HEAD"])?;
        if !base.status.success() {
            let message = format!("`{reference}` and the current commit have none in common");
            return Err(Trouble::new(message).help(self.depth_help("name another commit")?));
        }
        Ok(trimmed_str(&base.stdout).to_owned())
    }

    /// What to do when a commit is missing.
    fn depth_help(&self, otherwise: &str) -> Result<String, Trouble> {
        let output = self.git(&["rev-parse", "--is-shallow-repository"])?;
        Ok(match trimmed(&output.stdout) {
            b"true" => "the clone is shallow: `git fetch --unshallow` brings the rest \
                        (`fetch-depth: 0` for `actions/checkout`)"
                .to_owned(),
            _ => otherwise.to_owned(),
        })
    }

    /// All files of the index.
    ///
    /// # Errors
    /// Git fails, or a merge is not resolved.
    pub fn index(&self) -> Result<Vec<Entry>, Trouble> {
        let listed = self.must(&["ls-files", "--stage", "-z"])?;
        let mut entries = Vec::new();
        for record in fields(&listed) {
            let Some((facts, name)) = split(record, b'\t') else {
                continue;
            };
            let facts = String::from_utf8_lossy(facts);
            let facts: Vec<&str> = facts.split(' ').collect();
            let &[mode, object, stage] = &facts[..] else {
                continue;
            };
            if stage != "0" {
                let place = path(name);
                return Err(
                    Trouble::at(&place, "the index holds a merge that is not resolved")
                        .help("resolve it and `git add` the file"),
                );
            }
            let kind = match mode {
                "120000" => EntryKind::Link,
                "160000" => EntryKind::Submodule,
                _ => EntryKind::File,
            };
            entries.push(Entry {
                path: path(name),
                kind,
                object: object.to_owned(),
            });
        }
        Ok(entries)
    }

    /// Hands out the contents of objects, in their order, as they come.
    ///
    /// # Errors
    /// Git fails, or `each` does.
    pub fn contents(
        &self,
        objects: &[&str],
        mut each: impl FnMut(usize, &[u8]) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        let mut command = command(Some(&self.top), &["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| absent(&error))?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let asked: String = objects.iter().map(|object| format!("{object}\n")).collect();
        // Git answers while it is still asked: both at once, or the pipes fill up.
        let asking = std::thread::spawn(move || {
            stdin.map_or(Ok(()), |mut stdin| stdin.write_all(asked.as_bytes()))
        });
        let read = read_objects(stdout, objects.len(), &mut each);
        let _ = child.wait();
        let _ = asking.join();
        read
    }

    /// The files that have changed, without those that are gone.
    ///
    /// # Errors
    /// Git fails.
    pub fn changed(&self, against: &Against) -> Result<Vec<Changed>, Trouble> {
        let mut args = vec!["diff", "--name-status", "-z", "-M", "--no-ext-diff"];
        args.extend(["--ignore-submodules", "--diff-filter=d"]);
        args.push(against.word());
        let told = self.must(&args)?;
        let mut words = fields(&told);
        let mut found = Vec::new();
        while let (Some(status), Some(name)) = (words.next(), words.next()) {
            let renamed = matches!(status.first(), Some(b'R' | b'C'));
            let (new, old) = match renamed.then(|| words.next()).flatten() {
                Some(new) => (new, Some(path(name))),
                None => (name, None),
            };
            found.push(Changed {
                path: path(new),
                old,
            });
        }
        Ok(found)
    }

    /// Files of the work tree that git does not know and does not ignore.
    ///
    /// # Errors
    /// Git fails.
    pub fn untracked(&self) -> Result<Vec<PathBuf>, Trouble> {
        let listed = self.must(&["ls-files", "--others", "--exclude-standard", "-z"])?;
        Ok(fields(&listed).map(path).collect())
    }

    /// The lines of a file that have changed.
    ///
    /// # Errors
    /// Git fails.
    pub fn hunks(&self, against: &Against, file: &Changed) -> Result<Vec<Hunk>, Trouble> {
        let mut command = command(Some(&self.top), &["--literal-pathspecs", "diff", "-U0"]);
        command.args(["--inter-hunk-context=0", "-M", "--text", "--no-color"]);
        command.args(["--no-ext-diff", "--no-textconv", against.word(), "--"]);
        command.arg(&file.path).args(&file.old);
        let output = command.output().map_err(|error| absent(&error))?;
        match output.status.success() {
            true => Ok(read_hunks(&String::from_utf8_lossy(&output.stdout))),
            false => Err(failed(&output)),
        }
    }

    fn git(&self, args: &[&str]) -> Result<Output, Trouble> {
        git(Some(&self.top), args)
    }

    fn must(&self, args: &[&str]) -> Result<Vec<u8>, Trouble> {
        let output = self.git(args)?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(failed(&output)),
        }
    }
}

/// What `git status` tells of the repository at `top`, in its form for programs.
///
/// # Errors
/// Git fails, or is not there.
pub fn status(top: &Path) -> Result<String, Trouble> {
    let args = ["status", "--porcelain=v1", "-z", "--untracked-files=all"];
    let output = git(Some(top), &args)?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(Trouble::at(
            top,
            format!("`git status` failed: {}", said(&output)),
        )),
    }
}

impl Against {
    fn word(&self) -> &str {
        match self {
            Against::Index => "--cached",
            Against::Commit(id) => id,
        }
    }
}

fn command(folder: Option<&Path>, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(args).stdin(Stdio::null());
    if let Some(folder) = folder {
        command.current_dir(folder);
    }
    command
}

fn git(folder: Option<&Path>, args: &[&str]) -> Result<Output, Trouble> {
    command(folder, args)
        .output()
        .map_err(|error| absent(&error))
}

fn absent(error: &io::Error) -> Trouble {
    Trouble::new(format!("`git` cannot be run: {error}")).help("is it installed and on `PATH`?")
}

fn failed(output: &Output) -> Trouble {
    Trouble::new(format!("git failed: {}", said(output)))
}

/// The first line of what git said, without its `fatal:`.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("fatal: ").to_owned()
}

/// Reads what `cat-file --batch` answers: `OBJECT TYPE SIZE`, the content, a line end.
fn read_objects(
    stdout: Option<impl Read>,
    count: usize,
    each: &mut impl FnMut(usize, &[u8]) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let unreadable = |error: io::Error| Trouble::new(format!("git cannot be read: {error}"));
    let Some(stdout) = stdout else {
        return Ok(());
    };
    let mut out = BufReader::new(stdout);
    let mut content = Vec::new();
    for n in 0..count {
        let mut head = String::new();
        out.read_line(&mut head).map_err(unreadable)?;
        let size = head
            .trim_end()
            .rsplit(' ')
            .next()
            .and_then(|n| n.parse().ok());
        let Some(size) = size else {
            let message = format!(
                "git does not have an object of the index: {}",
                head.trim_end()
            );
            return Err(Trouble::new(message).help("`git fsck` says more"));
        };
        content.clear();
        let mut piece = (&mut out).take(size);
        piece.read_to_end(&mut content).map_err(unreadable)?;
        out.read_line(&mut head).map_err(unreadable)?;
        each(n, &content)?;
    }
    Ok(())
}

/// The hunks of a patch of one file without context.
fn read_hunks(patch: &str) -> Vec<Hunk> {
    let mut found = Vec::new();
    let mut lines = patch.lines();
    while let Some(line) = lines.next() {
        let Some((gone, first, count)) = line.strip_prefix("@@ ").and_then(ranges) else {
            continue;
        };
        // What follows is counted: a removed line may look like a header.
        let removed = lines.by_ref().take(gone);
        let removed = removed.map(|line| line.get(1..).unwrap_or_default().to_owned());
        found.push(Hunk {
            first,
            lines: count,
            removed: removed.collect(),
        });
    }
    found
}

/// `-a,b +c,d @@ ..`: how many lines are gone, where the new ones begin, how many they are.
fn ranges(line: &str) -> Option<(usize, u32, u32)> {
    let mut words = line.split(' ');
    let (old, new) = (
        words.next()?.strip_prefix('-')?,
        words.next()?.strip_prefix('+')?,
    );
    let count = |range: &str| match range.split_once(',') {
        Some((_, count)) => count.parse().ok(),
        None => Some(1_u32),
    };
    let first = new.split(',').next()?.parse().ok()?;
    Some((count(old)? as usize, first, count(new)?))
}

fn fields(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes
        .split(|byte| *byte == 0)
        .filter(|field| !field.is_empty())
}

fn split(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = bytes.iter().position(|byte| *byte == at)?;
    Some((&bytes[..place], &bytes[place + 1..]))
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

fn trimmed_str(bytes: &[u8]) -> &str {
    std::str::from_utf8(trimmed(bytes)).unwrap_or_default()
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsString::from(OsStr::from_bytes(bytes)))
}

/// Elsewhere git writes paths in UTF-8.
#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    let text: &OsStr = OsStr::new(std::str::from_utf8(bytes).unwrap_or_default());
    PathBuf::from(OsString::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_are_counted_not_guessed() {
        let patch = "\
diff --git a/x b/x
--- a/x
+++ b/x
@@ -3,2 +3 @@ fn f() {
--- a/looks like a header
-@@ -1 +1 @@
+new
@@ -9 +9,0 @@
-gone
";
        let hunk = |first, lines, removed: &[&str]| Hunk {
            first,
            lines,
            removed: removed.iter().map(ToString::to_string).collect(),
        };
        let expected = [
            hunk(3, 1, &["-- a/looks like a header", "@@ -1 +1 @@"]),
            hunk(9, 0, &["gone"]),
        ];
        assert_eq!(read_hunks(patch), expected);
    }

    #[test]
    fn objects_come_with_their_size() {
        let answer = b"aa blob 3\na\nb\nbb blob 0\n\ncc missing\n".as_slice();
        let mut found = Vec::new();
        let mut each = |n: usize, content: &[u8]| {
            found.push((n, content.to_vec()));
            Ok(())
        };
        let trouble = read_objects(Some(answer), 3, &mut each).expect_err("one is missing");
        assert!(trouble.0.message.ends_with("cc missing"), "{trouble}");
        assert_eq!(found, [(0, b"a\nb".to_vec()), (1, Vec::new())]);
    }
}
