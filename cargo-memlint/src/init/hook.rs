//! `init --hook`: a git hook that checks before each commit.

use super::put_program;
use crate::notice::Trouble;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// By this line a hook of ours is known.
const MARK: &str = "# Written by `cargo memlint init --hook`, which also renews it.";

/// Writes the hook of the repository that the folder lies in; the answer says what was done.
pub(super) fn write(root: &Path, force: bool) -> Result<String, Trouble> {
    let top = PathBuf::from(git(root, &["rev-parse", "--show-toplevel"])?);
    // Counts worktrees and `core.hooksPath` in.
    let hooks = root.join(git(root, &["rev-parse", "--git-path", "hooks"])?);
    let common = root.join(git(root, &["rev-parse", "--git-common-dir"])?);
    let (place, own) = (real(&hooks), [real(&top), real(&common)]);
    if !force && !own.iter().any(|own| place.starts_with(own)) {
        let message =
            "`core.hooksPath` leads out of the repository: a hook there runs for others too";
        return Err(Trouble::at(&hooks, message).help("`--force` writes it all the same"));
    }
    let file = hooks.join("pre-commit");
    if !force && is_foreign(&file)? {
        let message = "there is a hook already, and it was not written by memlint";
        let line = "cargo memlint --staged -D warnings || exit 1";
        let help = format!("add the line `{line}` to it, or replace it with `--force`");
        return Err(Trouble::at(&file, message).help(help));
    }
    fs::create_dir_all(&hooks).map_err(|error| {
        Trouble::at(
            &hooks,
            format!("the folder of hooks cannot be made: {error}"),
        )
    })?;
    let inside = git(root, &["rev-parse", "--show-prefix"])?;
    put_program(&file, &text(inside.trim_end_matches('/')))?;
    Ok(format!("wrote {}\n", file.display()))
}

fn is_foreign(file: &Path) -> Result<bool, Trouble> {
    match fs::read(file) {
        Ok(bytes) => Ok(!String::from_utf8_lossy(&bytes).contains(MARK)),
        // A link that leads nowhere is somebody's all the same.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(file.is_symlink()),
        Err(error) => {
            let message = format!("the hook that is there cannot be read: {error}");
            Err(Trouble::at(file, message))
        }
    }
}

/// With links followed as far as the path exists.
fn real(path: &Path) -> PathBuf {
    let found = path.ancestors().find_map(|above| {
        let real = above.canonicalize().ok()?;
        Some(real.join(path.strip_prefix(above).ok()?))
    });
    found.unwrap_or_else(|| path.to_path_buf())
}

/// The hook for a workspace in this folder of the repository, empty for its top.
fn text(inside: &str) -> String {
    let enter = match inside {
        "" => String::new(),
        inside => format!("cd '{}' || exit 1\n", inside.replace('\'', r"'\''")),
    };
    format!(
        "\
#!/bin/sh
{MARK}
# To commit without it once: git commit --no-verify
{enter}git diff --cached --quiet -- '*.rs' '*.toml' && exit 0
if ! command -v cargo-memlint >/dev/null 2>&1; then
    echo 'cargo-memlint is not installed: install it, or commit with --no-verify' >&2
    exit 1
fi
exec cargo-memlint memlint --staged -D warnings
"
    )
}

fn git(folder: &Path, args: &[&str]) -> Result<String, Trouble> {
    let output = Command::new("git").current_dir(folder).args(args).output();
    let output = output.map_err(|error| {
        Trouble::new(format!("git cannot be run: {error}")).help("`--hook` writes a hook for git")
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().trim_start_matches("fatal: ");
        return Err(
            Trouble::at(folder, format!("there is no git work tree: {said}"))
                .help("run it inside a repository, or make one with `git init`"),
        );
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_quoted() {
        assert!(text("it's here").contains("\ncd 'it'\\''s here' || exit 1\n"));
        assert!(!text("").contains("cd "));
        assert!(text("").starts_with("#!/bin/sh\n") && text("").contains(MARK));
    }
}
