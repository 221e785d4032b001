//! Cargo's JSON messages, as rust-analyzer and rustfix read them.
//!
//! Byte positions are offsets in the file; lines and columns are counted from 1, columns in
//! characters, ends excluded.

use super::human::{Look, more_lines, render};
use super::{Finding, Report, severity};
use crate::plan::{Identity, Unit};
use memlint_analysis::span::Span;
use memlint_lints::{Applicability, Edit, Suggestion};
use serde::Serialize;
use std::collections::HashSet;
use std::io::{self, Write};

#[derive(Serialize)]
struct CompilerMessage<'a> {
    reason: &'static str,
    #[serde(flatten)]
    identity: &'a Identity,
    message: Message,
}

#[derive(Serialize)]
struct Message {
    rendered: Option<String>,
    #[serde(rename = "$message_type")]
    message_type: &'static str,
    children: Vec<Message>,
    code: Option<Code>,
    level: &'static str,
    message: String,
    spans: Vec<JsonSpan>,
}

#[derive(Serialize)]
struct Code {
    code: String,
    explanation: Option<&'static str>,
}

#[derive(Serialize)]
struct JsonSpan {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    line_start: u32,
    line_end: u32,
    column_start: u32,
    column_end: u32,
    is_primary: bool,
    text: Vec<Line>,
    label: Option<String>,
    suggested_replacement: Option<String>,
    suggestion_applicability: Option<&'static str>,
    expansion: Option<()>,
}

#[derive(Serialize)]
struct Line {
    text: String,
    highlight_start: usize,
    highlight_end: usize,
}

/// Says that a target was looked at. Without it an editor would keep showing what an earlier run
/// found in a package that is clean now.
#[derive(Serialize)]
struct CompilerArtifact<'a> {
    reason: &'static str,
    #[serde(flatten)]
    identity: &'a Identity,
    profile: Profile,
    features: [(); 0],
    filenames: [(); 0],
    executable: Option<()>,
    fresh: bool,
}

#[derive(Serialize)]
struct Profile {
    opt_level: &'static str,
    debuginfo: Option<u8>,
    debug_assertions: bool,
    overflow_checks: bool,
    test: bool,
}

#[derive(Serialize)]
struct BuildFinished {
    reason: &'static str,
    success: bool,
}

pub(super) fn write_plain(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    write(report, out, false)
}

pub(super) fn write_ansi(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    write(report, out, true)
}

fn write(report: &Report<'_>, out: &mut dyn Write, styled: bool) -> io::Result<()> {
    for unit in clean_packages(report) {
        line(out, &artifact(&unit.identity))?;
    }
    for finding in report.findings {
        let Some(identity) = identity(report, finding) else {
            continue;
        };
        let message = CompilerMessage {
            reason: "compiler-message",
            identity,
            message: message(report, finding, styled),
        };
        line(out, &message)?;
    }
    let success = report.errors() == 0 && report.built;
    line(
        out,
        &BuildFinished {
            reason: "build-finished",
            success,
        },
    )
}

fn line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

fn identity<'a>(report: &Report<'a>, finding: &Finding) -> Option<&'a Identity> {
    let file = report
        .files
        .get(finding.diagnostic.primary.span.file.0 as usize)?;
    report.units.get(file.unit).map(|unit| &unit.identity)
}

/// The first target of each package of cargo's without findings.
fn clean_packages<'a>(report: &'a Report<'_>) -> impl Iterator<Item = &'a Unit> {
    let with_findings = report
        .findings
        .iter()
        .filter_map(|finding| identity(report, finding));
    let mut told: HashSet<&str> = with_findings
        .map(|identity| identity.package_id.as_str())
        .collect();
    let packages = report.units.iter().filter(|unit| unit.only.is_none());
    packages.filter(move |unit| told.insert(&unit.identity.package_id))
}

fn artifact(identity: &Identity) -> CompilerArtifact<'_> {
    CompilerArtifact {
        reason: "compiler-artifact",
        identity,
        profile: Profile {
            opt_level: "0",
            debuginfo: None,
            debug_assertions: true,
            overflow_checks: true,
            test: false,
        },
        features: [],
        filenames: [],
        executable: None,
        fresh: false,
    }
}

fn message(report: &Report<'_>, finding: &Finding, styled: bool) -> Message {
    let diagnostic = &finding.diagnostic;
    let look = Look {
        styled,
        short: false,
        width: None,
    };
    let mut spans = vec![span(
        report,
        diagnostic.primary.span,
        true,
        &diagnostic.primary.text,
    )];
    let secondary = diagnostic
        .secondary
        .iter()
        .filter(|label| !label.span.is_stub());
    spans.extend(secondary.map(|label| span(report, label.span, false, &label.text)));
    let mut children: Vec<Message> = Vec::new();
    children.extend(diagnostic.notes.iter().map(|note| child("note", note)));
    children.extend(diagnostic.helps.iter().map(|help| child("help", help)));
    for suggestion in &diagnostic.suggestions {
        children.push(repair(report, suggestion, diagnostic.primary.span));
    }
    children.extend(more_lines(finding).iter().map(|help| child("help", help)));
    Message {
        rendered: Some(format!("{}\n\n", render(finding, report, look))),
        message_type: "diagnostic",
        children,
        code: Some(Code {
            code: diagnostic.lint.full_name(),
            explanation: Some(diagnostic.lint.docs.trim()),
        }),
        level: severity(finding.level),
        message: diagnostic.message.clone(),
        spans,
    }
}

/// The spans with their replacements are one repair. rust-analyzer offers it where a span stands, so
/// the place of the finding is among them, without a replacement.
fn repair(report: &Report<'_>, suggestion: &Suggestion, found: Span) -> Message {
    let mut child = child("help", &suggestion.message);
    for edit in &suggestion.edits {
        let mut place = span(report, edit.span, true, "");
        place.suggested_replacement = Some(edit.replacement.clone());
        place.suggestion_applicability = Some(applicability(suggestion.applicability));
        child.spans.push(place);
    }
    let touches = |edit: &Edit| edit.span.contains(found) || found.contains(edit.span);
    if !suggestion.edits.iter().any(touches) {
        child.spans.push(span(report, found, true, ""));
    }
    child
}

fn child(level: &'static str, message: &str) -> Message {
    Message {
        rendered: None,
        message_type: "diagnostic",
        children: Vec::new(),
        code: None,
        level,
        message: message.to_owned(),
        spans: Vec::new(),
    }
}

fn applicability(value: Applicability) -> &'static str {
    match value {
        Applicability::MachineApplicable => "MachineApplicable",
        Applicability::MaybeIncorrect => "MaybeIncorrect",
        Applicability::HasPlaceholders => "HasPlaceholders",
    }
}

fn span(report: &Report<'_>, span: Span, is_primary: bool, label: &str) -> JsonSpan {
    let text = report.texts.get(span.file);
    let range = text.range(span);
    let file_name = report
        .files
        .get(span.file.0 as usize)
        .map(|file| file.shown.clone());
    let lines = span.lo.line..=span.hi.line;
    let highlighted = |line: u32| {
        let words = text.line(line);
        let start = if line == span.lo.line {
            span.lo.column as usize
        } else {
            0
        };
        let end = if line == span.hi.line {
            span.hi.column as usize
        } else {
            words.chars().count()
        };
        Line {
            text: words.to_owned(),
            highlight_start: start + 1,
            highlight_end: end + 1,
        }
    };
    JsonSpan {
        file_name: file_name.unwrap_or_default(),
        byte_start: range.start,
        byte_end: range.end,
        line_start: span.lo.line,
        line_end: span.hi.line,
        column_start: span.lo.column + 1,
        column_end: span.hi.column + 1,
        is_primary,
        text: lines.map(highlighted).collect(),
        label: (!label.is_empty()).then(|| label.to_owned()),
        suggested_replacement: None,
        suggestion_applicability: None,
        expansion: None,
    }
}
