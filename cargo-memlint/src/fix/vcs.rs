//! The guard before files are changed: what is changed must be under version control and committed,
//! as `cargo fix` asks for it.

use crate::git;
use crate::notice::Trouble;
use std::path::{Path, PathBuf};

/// What the user allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Leave {
    /// Files with changes that are not staged, and staged ones too.
    pub dirty: bool,
    /// Files with staged changes.
    pub staged: bool,
    /// No version control at all.
    pub no_vcs: bool,
}

/// Version controls that are recognised, but not asked.
const OTHERS: [&str; 5] = [".hg", ".jj", ".pijul", ".fslckout", "_FOSSIL_"];
/// So many files are listed.
const LISTED: usize = 20;

/// Whether files in and below the folder may be changed.
///
/// # Errors
/// There is no version control, or there are changes that it does not hold yet, and they are not
/// allowed for.
pub fn guard(folder: &Path, leave: Leave) -> Result<(), Trouble> {
    let Some((top, is_git)) = checkout(folder) else {
        return match leave.no_vcs {
            true => Ok(()),
            false => Err(Trouble::at(
                folder,
                "no version control found, and files would be changed",
            )
            .help("to go on without it, add `--allow-no-vcs`")),
        };
    };
    if leave.dirty || !is_git {
        return Ok(());
    }
    let status = git::status(&top)
        .map_err(|trouble| trouble.help("to go on without asking git, add `--allow-dirty`"))?;
    let changes = changes(&status);
    let refused: Vec<&Change> = changes
        .iter()
        .filter(|change| !change.staged || !leave.staged)
        .collect();
    match refused.is_empty() {
        true => Ok(()),
        false => Err(uncommitted(&refused)),
    }
}

/// The top of the checkout around a folder, and whether it is git's.
fn checkout(folder: &Path) -> Option<(PathBuf, bool)> {
    folder.ancestors().find_map(|at| {
        let git = at.join(".git").exists();
        let other = || OTHERS.iter().any(|name| at.join(name).exists());
        (git || other()).then(|| (at.to_path_buf(), git))
    })
}

#[derive(Debug, PartialEq, Eq)]
struct Change {
    path: String,
    /// All of it is in the index.
    staged: bool,
}

/// Reads `XY path` entries, each ended by a nul; after a renaming the old path follows.
fn changes(status: &str) -> Vec<Change> {
    let mut found = Vec::new();
    let mut entries = status.split_terminator('\0');
    while let Some(entry) = entries.next() {
        let mut letters = entry.chars();
        let (Some(index), Some(tree)) = (letters.next(), letters.next()) else {
            continue;
        };
        if matches!(index, 'R' | 'C') {
            entries.next();
        }
        found.push(Change {
            path: letters.as_str().trim_start().to_owned(),
            staged: tree == ' ',
        });
    }
    found
}

fn uncommitted(changes: &[&Change]) -> Trouble {
    let mut message =
        "there are changes that are not committed, and files would be changed".to_owned();
    for change in changes.iter().take(LISTED) {
        let state = if change.staged { "staged" } else { "dirty" };
        message.push_str(&format!("\n  * {} ({state})", change.path));
    }
    if changes.len() > LISTED {
        message.push_str(&format!("\n  and {} more", changes.len() - LISTED));
    }
    let only_staged = changes.iter().all(|change| change.staged);
    let flag = if only_staged {
        "--allow-staged"
    } else {
        "--allow-dirty"
    };
    Trouble::new(message).help(format!("commit them, or add `{flag}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn git(folder: &Path, args: &[&str]) {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"];
        let done = std::process::Command::new("git")
            .current_dir(folder)
            .args(identity)
            .args(args)
            .output()
            .expect("git runs");
        assert!(done.status.success(), "{done:?}");
    }

    fn said(folder: &Path, leave: Leave) -> String {
        match guard(folder, leave) {
            Ok(()) => String::new(),
            Err(trouble) => trouble.to_string(),
        }
    }

    const NONE: Leave = Leave {
        dirty: false,
        staged: false,
        no_vcs: false,
    };

    #[test]
    fn without_version_control_it_asks() {
        let scratch = Scratch::new(&[("a.rs", "")]);
        assert!(said(scratch.path(), NONE).contains("--allow-no-vcs"));
        let no_vcs = true;
        assert_eq!(said(scratch.path(), Leave { no_vcs, ..NONE }), "");
        std::fs::create_dir(scratch.path().join(".hg")).unwrap();
        assert_eq!(said(scratch.path(), NONE), "");
    }

    #[test]
    fn changes_have_to_be_committed_or_allowed() {
        let scratch = Scratch::new(&[("src/a.rs", "1"), ("b.rs", "1")]);
        let folder = scratch.path();
        git(folder, &["init", "-q"]);
        git(folder, &["add", "."]);
        let (dirty, staged) = (true, true);
        let text = said(&folder.join("src"), NONE);
        assert!(text.contains("* src/a.rs (staged)"), "{text}");
        assert!(text.contains("`--allow-staged`"), "{text}");
        assert_eq!(said(folder, Leave { staged, ..NONE }), "");
        git(folder, &["commit", "-q", "-m", "x"]);
        assert_eq!(said(folder, NONE), "");
        std::fs::write(folder.join("b.rs"), "2").unwrap();
        let text = said(folder, Leave { staged, ..NONE });
        assert!(text.contains("* b.rs (dirty)"), "{text}");
        assert!(text.contains("`--allow-dirty`"), "{text}");
        assert_eq!(said(folder, Leave { dirty, ..NONE }), "");
    }

    #[test]
    fn the_status_is_read_as_git_writes_it() {
        let found = changes("M  a b.rs\0RM new.rs\0old.rs\0?? é.rs\0");
        let found: Vec<_> = found.iter().map(|c| (c.path.as_str(), c.staged)).collect();
        assert_eq!(
            found,
            [("a b.rs", true), ("new.rs", false), ("é.rs", false)]
        );
    }
}
