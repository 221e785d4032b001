//! Showing the result: a table of formats over one list of findings.

mod human;
mod json;
mod short;
mod text;

pub use human::{Look, render};
pub use text::{Text, Texts};

use crate::lowering::SourceFile;
use crate::plan::Unit;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use memlint_lints::{Diagnostic, Level};
use std::io::{self, Write};

/// A finding with the level in force.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What is wrong.
    pub diagnostic: Diagnostic,
    /// Never [`Level::Allow`].
    pub level: Level,
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
    match (counted(errors, "error"), counted(all - errors, "warning")) {
        _ if all == 0 => format!("no findings in {files}"),
        (_, warnings) if errors == 0 => format!("{warnings} in {files}"),
        (errors, _) if all == report.errors() => format!("{errors} in {files}"),
        (errors, warnings) => format!("{findings} ({errors}, {warnings}) in {files}"),
    }
}

#[cfg(test)]
mod tests;
