//! What the tool is known to find in a set of crates: counts for each crate and lint, no sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// How often each lint fires in a crate.
pub(crate) type Counts = BTreeMap<String, usize>;

/// Crates by the name of their folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Baseline(pub(crate) BTreeMap<String, Counts>);

const HEAD: &str = "\
# How often each lint fires in each crate of the corpus; the verdicts stand in verdicts.toml.
# Written by `cargo xtask corpus DIR --bless`; without `--bless` the command fails on a difference.
";

impl Baseline {
    /// Reads the file; one that is not there yet is empty.
    pub(crate) fn read(file: &Path) -> Result<Baseline, String> {
        match std::fs::read_to_string(file) {
            Ok(text) => {
                Baseline::parse(&text).map_err(|error| format!("{}: {error}", file.display()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Baseline::default()),
            Err(error) => Err(format!("{}: {error}", file.display())),
        }
    }

    fn parse(text: &str) -> Result<Baseline, String> {
        let table: BTreeMap<String, BTreeMap<String, Counts>> =
            toml::from_str(text).map_err(|error| error.to_string())?;
        let known = ["crates"];
        if let Some(stray) = table.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(format!("unknown key `{stray}`; known: `crates`"));
        }
        Ok(Baseline(table.into_values().next().unwrap_or_default()))
    }

    /// The text of the file: one line a crate.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("{HEAD}\n[crates]\n");
        for (name, counts) in &self.0 {
            let words: Vec<String> = counts
                .iter()
                .map(|(lint, count)| format!("{lint} = {count}"))
                .collect();
            let inside = match words.is_empty() {
                true => String::new(),
                false => format!(" {} ", words.join(", ")),
            };
            let _ = writeln!(text, "{name:?} = {{{inside}}}");
        }
        text
    }

    /// One line for each lint of a crate whose count changed, and for each crate that is new or gone.
    pub(crate) fn differences(&self, now: &Baseline) -> Vec<String> {
        let names: BTreeSet<&String> = self.0.keys().chain(now.0.keys()).collect();
        let mut lines = Vec::new();
        for name in names {
            match (self.0.get(name), now.0.get(name)) {
                (Some(before), Some(after)) => lines.extend(changes(name, before, after)),
                (None, Some(after)) => {
                    let total: usize = after.values().sum();
                    lines.push(format!("{name}: not in the baseline; findings: {total}"));
                }
                (Some(_), None) => {
                    lines.push(format!("{name}: in the baseline, not in the folder"))
                }
                (None, None) => {}
            }
        }
        lines
    }
}

fn changes(name: &str, before: &Counts, after: &Counts) -> Vec<String> {
    let lints: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let count = |counts: &Counts, lint: &String| counts.get(lint).copied().unwrap_or(0);
    lints
        .into_iter()
        .map(|lint| (lint, count(before, lint), count(after, lint)))
        .filter(|(_, before, after)| before != after)
        .map(|(lint, before, after)| format!("{name}: {lint} {before} -> {after}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(crates: &[(&str, &[(&str, usize)])]) -> Baseline {
        let counts = |pairs: &[(&str, usize)]| {
            let pairs = pairs.iter().map(|(lint, n)| ((*lint).to_owned(), *n));
            pairs.collect()
        };
        let crates = crates
            .iter()
            .map(|(name, pairs)| ((*name).to_owned(), counts(pairs)));
        Baseline(crates.collect())
    }

    #[test]
    fn what_is_written_is_read() {
        let written = baseline(&[
            ("a-1.0.0", &[("double_free", 2), ("leaked_raw", 1)]),
            ("b-2", &[]),
        ]);
        assert_eq!(Baseline::parse(&written.text()), Ok(written));
        assert!(Baseline::parse("[krates]\n").is_err());
        assert!(Baseline::parse("[crates]\na = { double_free = -1 }\n").is_err());
    }

    #[test]
    fn differences_are_named() {
        let before = baseline(&[
            ("a", &[("double_free", 2), ("leaked_raw", 1)]),
            ("b", &[]),
            ("c", &[]),
        ]);
        let after = baseline(&[
            ("a", &[("double_free", 1), ("leaked_raw", 1)]),
            ("b", &[("leaked_raw", 3)]),
            ("d", &[]),
        ]);
        assert_eq!(
            before.differences(&after),
            [
                "a: double_free 2 -> 1",
                "b: leaked_raw 0 -> 3",
                "c: in the baseline, not in the folder",
                "d: not in the baseline; findings: 0",
            ]
        );
        assert!(before.differences(&before).is_empty());
    }
}
