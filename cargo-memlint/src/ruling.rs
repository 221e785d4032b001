//! The levels in force: those of the whole run, and those of packages that have their own.

use crate::cli::Cli;
use crate::config::{Config, Rules};
use crate::lowering::Lowered;
use crate::notice::Trouble;
use crate::plan::Plan;
use crate::report::Finding;
use memlint_lints::{Diagnostic, Level, Levels, Lint, suppress};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The levels of every package.
#[derive(Debug, Default)]
pub struct Ruling {
    common: Levels,
    /// By the manifest.
    own: BTreeMap<PathBuf, Levels>,
}

impl Ruling {
    /// The levels of the configuration, those of the package, then those of the command line from
    /// left to right.
    pub fn new(cli: &Cli, config: &Config) -> Result<Ruling, Trouble> {
        let mut own = BTreeMap::new();
        for (manifest, rules) in &config.packages {
            if !rules.levels.is_empty() {
                own.insert(manifest.clone(), levels(cli, &[&config.rules, rules])?);
            }
        }
        let common = levels(cli, &[&config.rules])?;
        Ok(Ruling { common, own })
    }

    /// The levels in the package of this manifest.
    pub fn of(&self, manifest: &Path) -> &Levels {
        self.own.get(manifest).unwrap_or(&self.common)
    }

    /// Whether the lint is off in any package.
    pub fn silences(&self, lint: &Lint) -> bool {
        let mut all = self.own.values().chain([&self.common]);
        all.any(|levels| levels.level_of(lint) == Level::Allow)
    }

    /// What is left to report of the findings when the directives have been applied.
    pub fn apply(&self, plan: &Plan, lowered: &Lowered, judged: Vec<Diagnostic>) -> Vec<Finding> {
        let manifest = |file: u32| -> &Path {
            let file = lowered.files.get(file as usize);
            let unit = file.and_then(|file| plan.units.get(file.unit));
            let manifest = unit.map(|unit| Path::new(&unit.identity.manifest_path));
            let own = manifest.filter(|manifest| self.own.contains_key(*manifest));
            own.unwrap_or(Path::new(""))
        };
        let mut groups: BTreeMap<&Path, (Vec<_>, Vec<_>)> = BTreeMap::new();
        for diagnostic in judged {
            let group = manifest(diagnostic.primary.span.file.0);
            groups.entry(group).or_default().0.push(diagnostic);
        }
        for directive in &lowered.directives {
            let group = manifest(directive.span.file.0);
            groups.entry(group).or_default().1.push(directive.clone());
        }
        let mut found = Vec::new();
        for (group, (judged, directives)) in groups {
            let levels = self.of(group);
            let outcome = suppress::apply(judged, &directives, levels);
            let reported = outcome.kept.into_iter().chain(outcome.hygiene);
            found.extend(reported.map(|diagnostic| Finding {
                level: levels.level_of(diagnostic.lint),
                item: String::new(),
                fingerprint: String::new(),
                diagnostic,
            }));
        }
        found.retain(|finding| finding.level != Level::Allow);
        found
    }
}

fn levels(cli: &Cli, configured: &[&Rules]) -> Result<Levels, Trouble> {
    let mut levels = Levels::new();
    for rules in configured {
        for (level, name) in &rules.levels {
            let unknown = |error| {
                let message = format!("invalid configuration: {error}");
                Trouble::at(Path::new(&rules.origin), message)
            };
            levels.set(name, *level).map_err(unknown)?;
        }
    }
    for (level, name) in &cli.levels.ordered {
        let unknown =
            |error| Trouble::new(format!("{error}")).help("`cargo memlint --list` shows all lints");
        levels.set(name, *level).map_err(unknown)?;
    }
    Ok(levels)
}
