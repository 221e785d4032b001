//! For people: rustc's look by annotate-snippets.

use super::{Finding, Report, severity, summary};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level as Grade, Patch, Renderer, Snippet,
};
use memlint_analysis::span::{FileId, Span};
use memlint_lints::{Label, Suggestion};
use std::io::{self, Write};

/// How a finding is rendered.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// With colours.
    pub styled: bool,
    /// One line only.
    pub short: bool,
    /// Columns.
    pub width: Option<usize>,
}

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let look = Look {
        styled: report.colored,
        short: false,
        width: report.width,
    };
    for finding in report.findings {
        writeln!(out, "{}\n", render(finding, report, look))?;
    }
    footer(report, out)
}

pub(super) fn footer(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.quiet {
        return Ok(());
    }
    let summary = summary(report);
    let grade = match (report.findings.is_empty(), report.errors()) {
        (true, _) => return writeln!(out, "memlint: {summary}"),
        (false, 0) => Grade::WARNING,
        (false, _) => Grade::ERROR,
    };
    let summary = match repairable(report) {
        Some(repairs) => format!("{summary}; {repairs}"),
        None => summary,
    };
    let title = Group::with_title(grade.primary_title(summary));
    let look = Look {
        styled: report.colored,
        short: false,
        width: report.width,
    };
    writeln!(out, "{}", renderer(look).render(&[title]))
}

/// How many findings can be repaired, and how: by the rule that the repairs go by.
fn repairable(report: &Report<'_>) -> Option<String> {
    let can = |likely| {
        let all = report.findings.iter().map(|found| &found.diagnostic);
        all.filter(|d| d.repair(likely).is_some()).count()
    };
    let safe = can(false);
    let risky = can(true) - safe;
    Some(match (safe, risky) {
        (0, 0) => return None,
        (n, 0) => format!("`--fix` repairs {n} of them"),
        (0, n) => format!("`--unsafe-fixes` repairs {n} of them"),
        (n, more) => format!("`--fix` repairs {n} of them, `--unsafe-fixes` {more} more"),
    })
}

fn renderer(look: Look) -> Renderer {
    let renderer = if look.styled {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer
        .decor_style(DecorStyle::Ascii)
        .short_message(look.short);
    match look.width {
        Some(width) => renderer.term_width(width),
        None => renderer,
    }
}

/// One finding as text, without a line end.
pub fn render(finding: &Finding, report: &Report<'_>, look: Look) -> String {
    let diagnostic = &finding.diagnostic;
    let grade = match severity(finding.level) {
        "error" => Grade::ERROR,
        _ => Grade::WARNING,
    };
    let title = grade
        .primary_title(&diagnostic.message)
        .id(diagnostic.lint.full_name());
    let mut main = Group::with_title(title);
    for file in files_of(finding) {
        main = main.element(cause(report, file, finding));
    }
    if look.short {
        return renderer(look).render(&[main]);
    }
    main = main.elements(messages(finding));
    let mut groups = vec![main];
    for suggestion in &diagnostic.suggestions {
        groups.push(patch(report, suggestion));
    }
    renderer(look).render(&groups)
}

/// The files that the finding shows, the one of the defect first.
fn files_of(finding: &Finding) -> Vec<FileId> {
    let mut files = vec![finding.diagnostic.primary.span.file];
    for label in &finding.diagnostic.secondary {
        if !label.span.is_stub() && !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    files
}

fn cause<'a>(
    report: &Report<'a>,
    file: FileId,
    finding: &'a Finding,
) -> Snippet<'a, Annotation<'a>> {
    let diagnostic = &finding.diagnostic;
    let primary = std::iter::once((&diagnostic.primary, AnnotationKind::Primary));
    let secondary = diagnostic
        .secondary
        .iter()
        .map(|label| (label, AnnotationKind::Context));
    let labels: Vec<_> = primary
        .chain(secondary)
        .filter(|(label, _)| label.span.file == file)
        .collect();
    let (source, first, shift) = window(report, labels.iter().map(|(label, _)| label.span));
    let text = report.texts.get(file);
    let annotation = |(label, kind): (&'a Label, AnnotationKind)| {
        let range = text.range(label.span);
        let range = range.start - shift..range.end - shift;
        let label = (!label.text.is_empty()).then_some(label.text.as_str());
        kind.span(range).label(label)
    };
    Snippet::source(source)
        .path(shown(report, file))
        .line_start(first as usize)
        .annotations(labels.into_iter().map(annotation))
}

/// The lines that hold the spans of one file, the number of the first and its byte offset. Only
/// these are given to the renderer, which would else split the whole file for each finding.
fn window<'a>(
    report: &Report<'a>,
    spans: impl Iterator<Item = Span> + Clone,
) -> (&'a str, u32, usize) {
    let Some(file) = spans.clone().next().map(|span| span.file) else {
        return ("", 1, 0);
    };
    const AROUND: u32 = 2;
    let text = report.texts.get(file);
    let first = spans.clone().map(|span| span.lo.line).min().unwrap_or(1);
    let last = spans.map(|span| span.hi.line).max().unwrap_or(first);
    let first = first.saturating_sub(AROUND).max(1);
    let start = text.line_range(first).start;
    let end = text.line_range(last.saturating_add(AROUND)).end.max(start);
    (&text.as_str()[start..end], first, start)
}

fn shown<'a>(report: &Report<'a>, file: FileId) -> &'a str {
    report
        .files
        .get(file.0 as usize)
        .map_or("", |source| source.shown.as_str())
}

fn messages(finding: &Finding) -> Vec<Element<'_>> {
    let diagnostic = &finding.diagnostic;
    let notes = diagnostic
        .notes
        .iter()
        .map(|note| Grade::NOTE.message(note).into());
    let helps = diagnostic
        .helps
        .iter()
        .map(|help| Grade::HELP.message(help).into());
    let more = more_lines(finding)
        .into_iter()
        .map(|help| Grade::HELP.message(help).into());
    notes.chain(helps).chain(more).collect()
}

/// Where to read on, and the line that silences the finding.
pub(super) fn more_lines(finding: &Finding) -> Vec<String> {
    let lint = finding.diagnostic.lint;
    let docs = match env!("CARGO_PKG_REPOSITORY") {
        "" => format!("for more, run `cargo memlint --explain {}`", lint.name),
        repository => format!(
            "for more, see {repository}/blob/main/docs/{}",
            lint.page_path()
        ),
    };
    let mut lines = vec![docs];
    if finding.level != memlint_lints::Level::Forbid {
        lines.push(format!(
            "if it is meant: `{}`",
            finding.diagnostic.allow_line()
        ));
    }
    lines
}

fn patch<'a>(report: &Report<'a>, suggestion: &'a Suggestion) -> Group<'a> {
    let mut group = Group::with_title(Grade::HELP.secondary_title(&suggestion.message));
    let mut files: Vec<FileId> = suggestion.edits.iter().map(|edit| edit.span.file).collect();
    files.dedup();
    for file in files {
        let edits = suggestion
            .edits
            .iter()
            .filter(|edit| edit.span.file == file);
        let (source, first, shift) = window(report, edits.clone().map(|edit| edit.span));
        let text = report.texts.get(file);
        let patches = edits.map(|edit| {
            let range = text.range(edit.span);
            Patch::new(range.start - shift..range.end - shift, &edit.replacement)
        });
        let snippet = Snippet::source(source)
            .path(shown(report, file))
            .line_start(first as usize)
            .patches(patches);
        group = group.element(snippet);
    }
    group
}
