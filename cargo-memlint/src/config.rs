//! Configuration: `memlint.toml`, or the table `memlint` under `[workspace.metadata]`.

use crate::glob;
use crate::notice::Trouble;
use memlint_lints::Level;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Names under which the file is looked for at the workspace root.
pub const FILES: [&str; 2] = ["memlint.toml", ".memlint.toml"];

/// What the configuration says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Config {
    /// Levels, in the order in which they apply (groups before lints).
    pub levels: Vec<(Level, String)>,
    /// Patterns of files and folders that are not reported on.
    pub exclude: Vec<String>,
    /// The folder to which the patterns are relative.
    pub base: PathBuf,
    /// Where it stands, for messages; empty if there is none.
    pub origin: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    levels: BTreeMap<String, RawLevel>,
    #[serde(default)]
    exclude: Vec<String>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a level (`\"warn\"`) or `{ level = \"warn\", priority = 0 }`"
)]
enum RawLevel {
    Plain(RawWord),
    Full(RawFull),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFull {
    level: RawWord,
    #[serde(default)]
    priority: i32,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawWord {
    Allow,
    Warn,
    Deny,
    Forbid,
}

impl RawWord {
    fn level(self) -> Level {
        match self {
            RawWord::Allow => Level::Allow,
            RawWord::Warn => Level::Warn,
            RawWord::Deny => Level::Deny,
            RawWord::Forbid => Level::Forbid,
        }
    }
}

impl Config {
    /// The configuration of a workspace: the named file, else `memlint.toml` at the root, else the
    /// manifest's metadata. Two of the last two are refused: nobody could tell which one counts.
    pub fn find(
        named: Option<&Path>,
        root: &Path,
        metadata: &serde_json::Value,
    ) -> Result<Config, Trouble> {
        if let Some(file) = named {
            return Config::read(file);
        }
        let file = FILES
            .iter()
            .map(|name| root.join(name))
            .find(|file| file.is_file());
        match (file, metadata.get("memlint")) {
            (Some(file), Some(_)) => Err(Trouble::at(
                &file,
                "the configuration stands both here and under `metadata.memlint` in the manifest",
            )
            .help("keep one of the two")),
            (Some(file), None) => Config::read(&file),
            (None, Some(table)) => Config::from_metadata(table, root),
            (None, None) => Ok(Config::default()),
        }
    }

    /// The configuration for files named on the command line: the named one, else the nearest
    /// `memlint.toml` from the current folder up.
    pub fn near(named: Option<&Path>, here: &Path) -> Result<Config, Trouble> {
        let files = here
            .ancestors()
            .flat_map(|folder| FILES.map(|name| folder.join(name)));
        let file = named
            .map(Path::to_path_buf)
            .or_else(|| files.into_iter().find(|file| file.is_file()));
        file.map_or_else(|| Ok(Config::default()), |file| Config::read(&file))
    }

    fn read(file: &Path) -> Result<Config, Trouble> {
        let text = std::fs::read_to_string(file)
            .map_err(|e| Trouble::at(file, format!("the configuration cannot be read: {e}")))?;
        let raw = toml::from_str::<Raw>(&text).map_err(|e| {
            Trouble::at(
                file,
                format!("invalid configuration: {}", e.to_string().trim_end()),
            )
            .help(KNOWN)
        })?;
        let base = file.parent().map(Path::to_path_buf).unwrap_or_default();
        Config::new(raw, base, file.display().to_string())
    }

    fn from_metadata(table: &serde_json::Value, root: &Path) -> Result<Config, Trouble> {
        let manifest = root.join("Cargo.toml");
        let raw = Raw::deserialize(table).map_err(|e| {
            Trouble::at(&manifest, format!("invalid `metadata.memlint`: {e}")).help(KNOWN)
        })?;
        Config::new(raw, root.to_path_buf(), manifest.display().to_string())
    }

    fn new(raw: Raw, base: PathBuf, origin: String) -> Result<Config, Trouble> {
        let mut levels: Vec<_> = raw
            .levels
            .into_iter()
            .map(|(name, level)| {
                let (level, priority) = match level {
                    RawLevel::Plain(word) => (word.level(), 0),
                    RawLevel::Full(full) => (full.level.level(), full.priority),
                };
                // A single lint is more specific than a group, whatever the alphabet says.
                (priority, memlint_lints::find(&name).is_some(), level, name)
            })
            .collect();
        levels.sort_by(|a, b| (a.0, a.1, &a.3).cmp(&(b.0, b.1, &b.3)));
        Ok(Config {
            levels: levels
                .into_iter()
                .map(|(_, _, level, name)| (level, name))
                .collect(),
            exclude: raw.exclude,
            base,
            origin,
        })
    }

    /// Whether the file is excluded.
    pub fn excludes(&self, file: &Path) -> bool {
        if self.exclude.is_empty() {
            return false;
        }
        let base = std::path::absolute(&self.base).unwrap_or_else(|_| self.base.clone());
        let Ok(inside) = file.strip_prefix(&base) else {
            return false;
        };
        let inside: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
        let inside = inside.join("/");
        self.exclude
            .iter()
            .any(|pattern| glob::covers(pattern, &inside))
    }
}

const KNOWN: &str = "known keys: `levels` (a table from lint or group to `allow`, `warn`, `deny` or `forbid`), `exclude` (a list of files, folders and patterns)";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        let raw = toml::from_str::<Raw>(text).map_err(|e| e.to_string())?;
        Config::new(raw, PathBuf::from("/w"), String::new()).map_err(|e| e.to_string())
    }

    #[test]
    fn levels_and_exclude() {
        let config =
            parse("exclude = ['gen']\n[levels]\nleaked_raw = 'allow'\nleak = { level = 'deny' }\n")
                .expect("valid");
        let expected = [
            (Level::Deny, "leak".to_owned()),
            (Level::Allow, "leaked_raw".to_owned()),
        ];
        assert_eq!(config.levels, expected);
        assert!(config.excludes(Path::new("/w/gen/a.rs")));
        assert!(!config.excludes(Path::new("/w/src/a.rs")));
    }

    #[test]
    fn unknown_keys_are_refused_with_the_known_ones() {
        let error = parse("levles = {}").expect_err("unknown key");
        assert!(
            error.contains("`levels`") && error.contains("`exclude`"),
            "{error}"
        );
    }

    #[test]
    fn unknown_levels_are_refused() {
        assert!(parse("[levels]\nleak = 'loud'").is_err());
    }
}
