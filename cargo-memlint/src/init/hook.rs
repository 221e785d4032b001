//! `init --hook`: a git hook that checks before each commit.

use crate::git::{self, Hooks};
use crate::notice::Trouble;
use crate::sink;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// By this line a hook of ours is known.
const MARK: &str = "# Written by `cargo memlint init --hook`, which also renews it.";

/// Writes the hook of the repository that the folder lies in; the answer says what was done.
pub(super) fn write(root: &Path, force: bool) -> Result<String, Trouble> {
    let Hooks {
        folder: hooks,
        own,
        inside,
    } = git::hooks(root)?;
    let (place, own) = (real(&hooks), own.map(|own| real(&own)));
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
    let text = text(&inside);
    sink::to_program(&file, &|out| out.write_all(text.as_bytes()))?;
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
