//! A fixture: a small source file, the findings that its comments announce, and the expected text.
//!
//! `//~ lint_name` announces a finding whose primary span begins on its line, `//~^ lint_name` one
//! on the line above, `//~^^` two above. Several names are separated by commas. `//~? lint_name`
//! marks a finding that is known to be missed: neither required nor forbidden, but the expected text
//! shows when that changes.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// One fixture.
#[derive(Debug)]
pub struct Fixture {
    /// The lint whose folder it is in.
    pub lint: String,
    /// Relative to the folder of the fixtures, with `/`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// What it announces, in order.
    pub expected: Vec<Finding>,
    /// What may be found or missed, in order.
    pub tolerated: Vec<Finding>,
}

/// The folder of the fixtures whose findings are known to be missed.
const KNOWN_LIMITS: &str = "known_limits";

/// A finding as far as the comments tell: which lint, on which line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finding {
    /// The line on which the primary span begins, from 1.
    pub line: usize,
    /// The lint without the tool's name.
    pub lint: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.lint)
    }
}

impl Fixture {
    /// Whether it announces any finding.
    pub fn fires(&self) -> bool {
        !self.expected.is_empty()
    }

    /// Whether it documents what the tool does not see, instead of a lint.
    pub fn is_known_limit(&self) -> bool {
        self.lint == KNOWN_LIMITS
    }

    /// The file with the expected human text of its findings.
    pub fn golden(&self) -> PathBuf {
        self.path.with_extension("stderr")
    }
}

/// The folder of the fixtures.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// All fixtures, sorted by name.
///
/// # Panics
/// The folder cannot be read: then there is nothing to test.
pub fn all() -> Vec<Fixture> {
    let mut found = Vec::new();
    for lint in entries(&folder()).into_iter().filter(|path| path.is_dir()) {
        let lint_name = file_name(&lint);
        for path in entries(&lint) {
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a fixture is readable");
            found.push(Fixture {
                lint: lint_name.clone(),
                name: format!("{lint_name}/{}", file_name(&path)),
                expected: announced(&text),
                tolerated: tolerated(&text),
                path,
            });
        }
    }
    found
}

pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of the fixtures is readable");
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The findings that a text announces, sorted.
pub fn announced(text: &str) -> Vec<Finding> {
    marked(text, false)
}

/// The findings that a text leaves open, sorted.
pub fn tolerated(text: &str) -> Vec<Finding> {
    marked(text, true)
}

fn marked(text: &str, open: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let Some((_, mark)) = line.split_once("//~") else {
            continue;
        };
        let announcement = mark.strip_prefix('?').unwrap_or(mark);
        if (announcement.len() < mark.len()) != open {
            continue;
        }
        let names = announcement.trim_start_matches('^');
        let up = announcement.len() - names.len();
        for name in names.split(',') {
            findings.push(Finding {
                line: index + 1 - up,
                lint: name.trim().to_owned(),
            });
        }
    }
    findings.sort();
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcements_name_a_line_and_lints() {
        let text = "a(); //~ double_free\nb();\n//~^ leaked_raw, leaked_alloc\n";
        let shown: Vec<_> = announced(text).iter().map(Finding::to_string).collect();
        assert_eq!(
            shown,
            [
                "line 1: double_free",
                "line 2: leaked_alloc",
                "line 2: leaked_raw"
            ]
        );
    }

    #[test]
    fn a_question_mark_leaves_it_open() {
        let text = "a(); //~? double_free\nb(); //~ leaked_raw\n";
        let shown: Vec<_> = tolerated(text).iter().map(Finding::to_string).collect();
        assert_eq!(shown, ["line 1: double_free"]);
        assert_eq!(announced(text).len(), 1);
    }
}
