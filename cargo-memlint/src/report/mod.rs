//! Showing the result: a table of formats over one list of findings.

mod github;
mod gitlab;
mod human;
mod json;
mod sarif;
mod short;
mod text;

pub use human::{Look, render};
pub use text::{Text, Texts};

use crate::lowering::SourceFile;
use crate::notice::Notice;
use crate::plan::Unit;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use memlint_analysis::span::FileId;
use memlint_lints::{Diagnostic, Level, Levels};
use std::io::{self, Write};
use std::path::Path;

/// A finding with the level in force.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What is wrong.
    pub diagnostic: Diagnostic,
    /// Never [`Level::Allow`].
    pub level: Level,
    /// The items around it by name: `Type::method`.
    pub item: String,
    /// What it is known by within its file, see [`crate::fingerprint`].
    pub fingerprint: String,
}

/// All that a format needs.
#[derive(Debug)]
pub struct Report<'a> {
    /// In the order of path and line.
    pub findings: &'a [Finding],
    /// The files; a span's number is an index.
    pub files: &'a [SourceFile],
    /// Their texts, read on demand.
    pub texts: &'a Texts<'a>,
    /// The targets.
    pub units: &'a [Unit],
    /// What else is to be told, files that were left out above all.
    pub notices: &'a [Notice],
    /// The levels in force.
    pub levels: &'a Levels,
    /// The folder that the names in notices are relative to.
    pub root: &'a Path,
    /// Services that know files by their repository get paths relative to this folder.
    pub base: &'a Path,
    /// Why findings are not among these, in words; empty if none was held back.
    pub held_back: &'a [String],
    /// How many files were looked at.
    pub seen: usize,
    /// Whether the cargo command of `--with` succeeded.
    pub built: bool,
    /// Only the findings.
    pub quiet: bool,
    /// With colours.
    pub colored: bool,
    /// Columns of the terminal, if it is one.
    pub width: Option<usize>,
}

impl Report<'_> {
    /// How many findings make the run fail.
    pub fn errors(&self) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.level.fails())
            .count()
    }

    /// A file as seen from the root of the repository, with `/`; absolute if it lies elsewhere.
    fn path(&self, file: FileId) -> String {
        let file = self.files.get(file.0 as usize);
        file.map_or_else(String::new, |file| with_slashes(&file.path, self.base))
    }

    /// The file of a notice in the same form, and its line, if it is about one that is looked at.
    fn place(&self, notice: &Notice) -> Option<(String, u32)> {
        let mut line = 1;
        let mut rest = notice.place.as_str();
        // `path`, `path:line` or `path:line:column`.
        while let Some((before, number)) = rest.rsplit_once(':')
            && let Ok(number) = number.parse()
        {
            (rest, line) = (before, number);
        }
        let known = !rest.is_empty();
        known.then(|| (with_slashes(&self.root.join(rest), self.base), line.max(1)))
    }
}

/// The path below the folder, or the whole path if it lies elsewhere.
pub fn with_slashes(path: &Path, base: &Path) -> String {
    let path = path.strip_prefix(base).unwrap_or(path);
    let text = path.to_string_lossy();
    match std::path::MAIN_SEPARATOR {
        '/' => text.into_owned(),
        other => text.replace(other, "/"),
    }
}

/// The finding in words for readers that show no places: what, why, and what to do.
fn in_words(finding: &Finding) -> String {
    let found = &finding.diagnostic;
    let mut words = found.message.clone();
    let notes = found.notes.iter().map(|note| ("note", note));
    let helps = found.helps.iter().map(|help| ("help", help));
    for (kind, line) in notes.chain(helps) {
        words.push_str(&format!("\n{kind}: {line}"));
    }
    words
}

/// One way to show a report.
#[derive(Debug)]
pub struct FormatDef {
    /// As on the command line.
    pub name: &'static str,
    /// For the help.
    pub about: &'static str,
    /// Machine formats go to stdout.
    pub machine: bool,
    /// Writes it.
    pub write: fn(&Report<'_>, &mut dyn Write) -> io::Result<()>,
}

/// A format chosen on the command line.
pub type Format = &'static FormatDef;

/// All formats; the first is the default.
pub static FORMATS: &[FormatDef] = &[
    FormatDef {
        name: "human",
        about: "rustc's look, with the source",
        machine: false,
        write: human::write,
    },
    FormatDef {
        name: "short",
        about: "one line a finding",
        machine: false,
        write: short::write,
    },
    FormatDef {
        name: "json",
        about: "cargo's JSON messages, one a line",
        machine: true,
        write: json::write_plain,
    },
    FormatDef {
        name: "json-diagnostic-rendered-ansi",
        about: "the same, the rendered text with colours",
        machine: true,
        write: json::write_ansi,
    },
    FormatDef {
        name: "sarif",
        about: "SARIF 2.1.0, for code scanning and editors",
        machine: true,
        write: sarif::write,
    },
    FormatDef {
        name: "github",
        about: "annotations of GitHub Actions",
        machine: true,
        write: github::write,
    },
    FormatDef {
        name: "gitlab",
        about: "GitLab's code quality report",
        machine: true,
        write: gitlab::write,
    },
];

/// Reads the name of a format.
pub fn format_parser() -> impl TypedValueParser<Value = Format> {
    let values = FORMATS
        .iter()
        .map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(values).map(|name| find(&name))
}

fn find(name: &str) -> Format {
    FORMATS
        .iter()
        .find(|format| format.name == name)
        .unwrap_or(&FORMATS[0])
}

/// `error` or `warning`.
pub fn severity(level: Level) -> &'static str {
    match level.fails() {
        true => "error",
        false => "warning",
    }
}

/// `1 file`, `2 files`.
pub fn counted(n: usize, word: &str) -> String {
    match n {
        1 => format!("1 {word}"),
        n => format!("{n} {word}s"),
    }
}

/// The last line of a report for people.
fn summary(report: &Report<'_>) -> String {
    let (all, errors) = (report.findings.len(), report.errors());
    let files = counted(report.seen, "file");
    let findings = counted(all, "finding");
    let told = match (counted(errors, "error"), counted(all - errors, "warning")) {
        _ if all == 0 => format!("no findings in {files}"),
        (_, warnings) if errors == 0 => format!("{warnings} in {files}"),
        (errors, _) if all == report.errors() => format!("{errors} in {files}"),
        (errors, warnings) => format!("{findings} ({errors}, {warnings}) in {files}"),
    };
    match report.held_back {
        [] => told,
        held_back => format!("{told}; {}", held_back.join(", ")),
    }
}

#[cfg(test)]
mod tests;
