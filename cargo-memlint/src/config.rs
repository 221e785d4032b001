//! Configuration: `memlint.toml`, or the table `memlint` under `[workspace.metadata]` or
//! `[package.metadata]`.

pub mod fault;
pub mod misplaced;

use crate::glob;
use crate::notice::Trouble;
use fault::Source;
use memlint_analysis::families::{Families, FamilyTable, LookTable, Tables};
use memlint_lints::{Level, Selection};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Names under which the file is looked for at the workspace root.
pub const FILES: [&str; 2] = ["memlint.toml", ".memlint.toml"];

/// What the configuration says.
#[derive(Debug, Default, Clone)]
pub struct Config {
    /// What holds for the whole run.
    pub rules: Rules,
    /// What packages say of themselves on top of that, by the path of the manifest.
    pub packages: BTreeMap<PathBuf, Rules>,
    /// The families and routines that the user described.
    pub tables: Tables,
    /// The known families with those added; `None` if there are none.
    pub families: Option<Arc<Families>>,
}

/// Levels and patterns from one place.
#[derive(Debug, Default, Clone)]
pub struct Rules {
    /// Levels, in the order in which they apply (groups before lints).
    pub levels: Vec<(Level, String)>,
    /// Patterns of files and folders that are not reported on.
    pub exclude: Vec<String>,
    /// The folder to which the patterns are relative.
    pub base: PathBuf,
    /// Where it stands, for messages; empty if there is none.
    pub origin: String,
}

/// A table `memlint` in a manifest's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The manifest.
    pub manifest: PathBuf,
    /// The table that `metadata` stands in.
    pub under: Under,
}

/// Whose metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Under {
    /// `[workspace.metadata.memlint]`.
    Workspace,
    /// `[package.metadata.memlint]`.
    Package,
}

impl Declared {
    fn twice(&self, file: &Path) -> Trouble {
        let table = self.under.table();
        let message =
            format!("the configuration stands both here and under `{table}` in the manifest");
        Trouble::at(file, message).help("keep one of the two")
    }
}

impl Under {
    /// The name of the table.
    pub fn table(self) -> &'static str {
        match self {
            Under::Workspace => "workspace.metadata.memlint",
            Under::Package => "package.metadata.memlint",
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    levels: BTreeMap<String, RawLevel>,
    #[serde(default)]
    exclude: Vec<String>,
    #[serde(default)]
    family: Vec<FamilyTable>,
    #[serde(default)]
    look: Vec<LookTable>,
    #[serde(default)]
    constant: BTreeMap<String, i64>,
    #[serde(default)]
    starts: Vec<String>,
}

enum RawLevel {
    Plain(RawWord),
    Full(RawFull),
}

/// By hand, so that a wrong word or key is told with those that are known.
impl<'de> Deserialize<'de> for RawLevel {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<RawLevel, D::Error> {
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = RawLevel;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a level (`\"warn\"`) or `{ level = \"warn\", priority = 0 }`")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<RawLevel, E> {
                RawWord::deserialize(word.into_deserializer()).map(RawLevel::Plain)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawLevel, A::Error> {
                RawFull::deserialize(MapAccessDeserializer::new(map)).map(RawLevel::Full)
            }
        }
        from.deserialize_any(Forms)
    }
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
    /// manifest's metadata. Both of the last two are refused: nobody could tell which one counts.
    pub fn find(
        named: Option<&Path>,
        root: &Path,
        declared: Option<&Declared>,
    ) -> Result<Config, Trouble> {
        if let Some(file) = named {
            return Config::read(file);
        }
        match (beside(root)?, declared) {
            (Some(file), Some(declared)) => Err(declared.twice(&file)),
            (Some(file), None) => Config::read(&file),
            (None, Some(declared)) => Config::from_manifest(declared, root),
            (None, None) => Ok(Config::default()),
        }
    }

    /// The configuration for files named on the command line: the named one, else the nearest from
    /// the current folder up, be it a file or a table in a manifest.
    pub fn near(named: Option<&Path>, here: &Path) -> Result<Config, Trouble> {
        if let Some(file) = named {
            return Config::read(file);
        }
        for folder in here.ancestors() {
            let declared = declared(&folder.join("Cargo.toml"), Under::Workspace);
            if declared.is_some() || beside(folder)?.is_some() {
                return Config::find(None, folder, declared.as_ref());
            }
        }
        Ok(Config::default())
    }

    /// Whether a table in the manifest holds the configuration of the run.
    pub fn is_in_manifest(manifest: &Path) -> bool {
        let under = [Under::Workspace, Under::Package];
        under
            .iter()
            .any(|under| declared(manifest, *under).is_some())
    }

    fn read(file: &Path) -> Result<Config, Trouble> {
        let source = Source::read(file)?;
        let raw = toml::from_str::<Raw>(&source.text).map_err(|error| source.refuse(&error))?;
        let base = file.parent().map(Path::to_path_buf).unwrap_or_default();
        Config::new(raw, base, &source)
    }

    fn from_manifest(declared: &Declared, root: &Path) -> Result<Config, Trouble> {
        let source = Source::read(&declared.manifest)?;
        let raw = from_manifest(&source.text, declared.under);
        let raw = raw.map_err(|error| source.refuse(&error))?;
        Config::new(raw, root.to_path_buf(), &source)
    }

    /// Adds what the package of this manifest says, in a file of its own or in the manifest: its
    /// families count in the whole run, since allocations cross packages; its levels and patterns
    /// count for its own files, after those of the run.
    pub fn join(&mut self, manifest: &Path) -> Result<(), Trouble> {
        let folder = manifest.parent().unwrap_or(Path::new(""));
        let own = match (beside(folder)?, declared(manifest, Under::Package)) {
            (Some(file), Some(declared)) => return Err(declared.twice(&file)),
            // At the root of the workspace it is what counts for the whole run.
            (Some(file), None) if Path::new(&self.rules.origin) == file => return Ok(()),
            (Some(file), None) => Config::read(&file)?,
            (None, Some(declared)) => Config::from_manifest(&declared, folder)?,
            (None, None) => return Ok(()),
        };
        let origin = own.rules.origin.clone();
        self.packages.insert(manifest.to_path_buf(), own.rules);
        self.tables.join(own.tables);
        self.families = extended(&self.tables, &Source::read(Path::new(&origin))?)?;
        Ok(())
    }

    fn new(raw: Raw, base: PathBuf, source: &Source) -> Result<Config, Trouble> {
        let tables = Tables {
            family: raw.family,
            look: raw.look,
            constant: raw.constant,
            starts: raw.starts,
        };
        let rules = Rules {
            levels: levels(raw.levels, source)?,
            exclude: raw.exclude,
            base,
            origin: source.name.clone(),
        };
        Ok(Config {
            rules,
            families: extended(&tables, source)?,
            tables,
            ..Config::default()
        })
    }

    /// Whether the file, which belongs to the package of this manifest, is excluded.
    pub fn excludes(&self, file: &Path, manifest: &Path) -> bool {
        let of_package = self.packages.get(manifest);
        self.rules.excludes(file) || of_package.is_some_and(|rules| rules.excludes(file))
    }
}

impl Rules {
    fn excludes(&self, file: &Path) -> bool {
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

/// The configuration file in a folder. Two are refused: nobody could tell which one counts.
fn beside(folder: &Path) -> Result<Option<PathBuf>, Trouble> {
    let files = FILES.iter().map(|name| folder.join(name));
    let mut found = files.filter(|file| file.is_file());
    match (found.next(), found.next()) {
        (Some(_), Some(other)) => {
            let message = format!("the configuration stands both here and in `{}`", FILES[0]);
            Err(Trouble::at(&other, message).help("keep one of the two"))
        }
        (file, _) => Ok(file),
    }
}

/// In the order in which they apply.
fn levels(
    raw: BTreeMap<String, RawLevel>,
    source: &Source,
) -> Result<Vec<(Level, String)>, Trouble> {
    for name in raw.keys() {
        Selection::parse(name).map_err(|error| source.at("levels", name, error.to_string()))?;
    }
    let mut levels: Vec<_> = raw
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
    let levels = levels.into_iter();
    Ok(levels.map(|(_, _, level, name)| (level, name)).collect())
}

/// The table in a manifest that only TOML need understand.
fn declared(manifest: &Path, under: Under) -> Option<Declared> {
    let text = std::fs::read_to_string(manifest).ok()?;
    if !text.contains("memlint") {
        return None;
    }
    let table = text.parse::<toml::Table>().ok()?;
    let top = match under {
        Under::Workspace => "workspace",
        Under::Package => "package",
    };
    table.get(top)?.get("metadata")?.get("memlint")?;
    let manifest = manifest.to_path_buf();
    Some(Declared { manifest, under })
}

/// The known families with these, which `source` holds or is the last to add to.
fn extended(tables: &Tables, source: &Source) -> Result<Option<Arc<Families>>, Trouble> {
    if tables.is_empty() {
        return Ok(None);
    }
    let families = Families::builtin().extended(tables);
    let families = families.map_err(|fault| source.refuse_table(&fault))?;
    Ok(Some(Arc::new(families)))
}

fn from_manifest(text: &str, under: Under) -> Result<Raw, toml::de::Error> {
    #[derive(Deserialize)]
    struct OfWorkspace {
        workspace: Holder,
    }
    #[derive(Deserialize)]
    struct OfPackage {
        package: Holder,
    }
    #[derive(Deserialize)]
    struct Holder {
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    struct Metadata {
        memlint: Raw,
    }
    let holder = match under {
        Under::Workspace => toml::from_str::<OfWorkspace>(text)?.workspace,
        Under::Package => toml::from_str::<OfPackage>(text)?.package,
    };
    Ok(holder.metadata.memlint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        let source = Source {
            name: String::from("memlint.toml"),
            text: text.to_owned(),
        };
        let raw = toml::from_str::<Raw>(text).map_err(|e| source.refuse(&e).to_string())?;
        Config::new(raw, PathBuf::from("/w"), &source).map_err(|e| e.to_string())
    }

    #[track_caller]
    fn refused(text: &str, parts: &[&str]) {
        let error = parse(text).expect_err(text);
        for part in parts {
            assert!(error.contains(part), "{part} is not in\n{error}");
        }
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
        assert_eq!(config.rules.levels, expected);
        assert!(config.families.is_none());
        assert!(config.rules.excludes(Path::new("/w/gen/a.rs")));
        assert!(!config.rules.excludes(Path::new("/w/src/a.rs")));
    }

    #[test]
    fn unknown_keys_are_refused_with_the_known_ones_and_a_guess() {
        refused(
            "\nlevles = {}",
            &[
                "`levels`",
                "`exclude`",
                "`family`",
                "mean `levels`",
                "memlint.toml:2:1",
            ],
        );
        refused(
            "[[family]]\nname = 'a'\nallok = ['b']\n",
            &["`alloc`", "`out_param`", "mean `alloc`", "memlint.toml:3:1"],
        );
    }

    #[test]
    fn unknown_levels_and_lints_are_refused_at_their_place() {
        refused("[levels]\nleak = 'loud'", &["memlint.toml:2:"]);
        refused(
            "[levels]\nduble_free = 'warn'",
            &["mean `double_free`", "memlint.toml:2:1"],
        );
    }

    #[test]
    fn mistakes_in_tables_are_refused_at_their_place() {
        refused(
            "[[family]]\nname = 'a'\nfree = ['a_fre']\nfree_arg = { a_free = 1 }\n",
            &["`a_free`", "mean `a_fre`", "memlint.toml:4:14"],
        );
        refused(
            "[[family]]\nalloc = ['a']\n",
            &["missing", "`name`", "memlint.toml:1:"],
        );
        refused(
            "[[family]]\nname = 'a'\nkind = 'heap'\n",
            &["`resource`", "memlint.toml:3:8"],
        );
        refused(
            "[[family]]\nname = 'a'\nalloc = 'b'\n",
            &["sequence", "memlint.toml:3:9"],
        );
        refused(
            "[[family]]\nname = 'a'\nfree_arg = { b = -1 }\n",
            &["memlint.toml:3:"],
        );
        refused("[family]\nname = 'a'\n", &["memlint.toml:1:"]);
        refused("[[family]\n", &["memlint.toml:1:"]);
    }

    #[test]
    fn families_are_added_to_the_known_ones() {
        let config = parse("[[family]]\nname = 'a'\nalloc = ['a_new']\n").expect("valid");
        let families = config.families.expect("there are some");
        assert!(families.named("a").is_some() && families.named("c_heap").is_some());
    }

    #[test]
    fn the_manifest_holds_the_same() {
        let text = "[package.metadata.memlint]\nexclude = ['gen']\n[[package.metadata.memlint.family]]\nname = 'a'\n";
        let raw = from_manifest(text, Under::Package).expect("valid");
        assert_eq!((raw.exclude.len(), raw.family.len()), (1, 1));
        let text = "[workspace]\nmetadata.memlint.levles = 1\n";
        assert!(from_manifest(text, Under::Workspace).is_err());
    }
}
