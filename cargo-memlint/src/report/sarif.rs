//! SARIF 2.1.0, as GitHub's code scanning and editors read it.
//!
//! Paths are relative to the root of the repository, so that the file means the same on every
//! machine. What a directive or a baseline silences is left out: GitHub would open an alert for it
//! all the same. `primaryLocationLineHash` is left to GitHub's upload action, which warns of every
//! value that is not its own; ours stand under a name of their own.

mod model;
mod rules;

use super::{Finding, Report};
use crate::notice::Notice;
use memlint_analysis::span::{FileId, Span};
use memlint_lints::{Applicability, Label, Suggestion};
use model::*;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// GitHub takes so many results a run, ..
const MOST_RESULTS: usize = 25_000;
/// .. so many places a result, ..
const MOST_PLACES: usize = 1_000;
/// .. and refuses a file with more than so many steps in one flow.
const MOST_STEPS: usize = 10_000;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The name under which our fingerprints stand; the number changes when what they are made of does.
const FINGERPRINT: &str = "memlint/v1";
/// The repository's root, whose place the reader knows.
const ROOT: &str = "SRCROOT";

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &log(report))?;
    out.write_all(b"\n")
}

fn log<'a>(report: &'a Report<'_>) -> Log<'a> {
    let shown = shown(report);
    let left_out = report.findings.len() - shown.len();
    let root = BaseId {
        description: text("the root of the repository, or of the workspace where there is none"),
    };
    Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: rules::driver(),
            },
            invocations: [invocation(report, left_out)],
            original_uri_base_ids: BTreeMap::from([(ROOT, root)]),
            taxonomies: [rules::taxonomy()],
            column_kind: "unicodeCodePoints",
            results: shown
                .iter()
                .map(|finding| result(report, finding))
                .collect(),
        }],
    }
}

/// What is written: if it is too much, warnings are left out first.
fn shown<'a>(report: &Report<'a>) -> Vec<&'a Finding> {
    let room = MOST_RESULTS.min(report.findings.len());
    let mut of_warnings = room.saturating_sub(report.errors());
    let keep = |finding: &&Finding| {
        let kept = finding.level.fails() || of_warnings > 0;
        if !finding.level.fails() {
            of_warnings = of_warnings.saturating_sub(1);
        }
        kept
    };
    report.findings.iter().filter(keep).take(room).collect()
}

fn invocation(report: &Report<'_>, left_out: usize) -> Invocation {
    let failed = report.errors() > 0;
    let mut notifications: Vec<_> = report
        .notices
        .iter()
        .map(|notice| notification(report, notice))
        .collect();
    if left_out > 0 {
        let message = format!("{left_out} findings were left out: readers take {MOST_RESULTS}");
        notifications.push(Notification {
            level: "warning",
            message: text(message),
            locations: Vec::new(),
        });
    }
    Invocation {
        execution_successful: true,
        exit_code: u8::from(failed),
        exit_code_description: match failed {
            true => "a denied finding",
            false => "nothing, or only warnings",
        },
        rule_configuration_overrides: rules::overrides(report.levels),
        tool_execution_notifications: notifications,
    }
}

fn notification(report: &Report<'_>, notice: &Notice) -> Notification {
    let location = report.place(notice).map(|(file, line)| Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: artifact(&file),
            region: Region {
                start_line: line,
                start_column: None,
                end_line: None,
                end_column: None,
            },
        },
        logical_locations: None,
        message: None,
    });
    let words = match &notice.help {
        Some(help) => format!("{}\nhelp: {help}", notice.message),
        None => notice.message.clone(),
    };
    Notification {
        level: "warning",
        message: text(words),
        locations: location.into_iter().collect(),
    }
}

fn result(report: &Report<'_>, finding: &Finding) -> ResultEntry {
    let found = &finding.diagnostic;
    let lint = found.lint;
    let secondary = found.secondary.iter().take(MOST_PLACES).enumerate();
    let related = secondary.map(|(n, label)| Location {
        id: Some(n + 1),
        ..location(report, label.span, Some(&label.text))
    });
    let mut primary = location(report, found.primary.span, None);
    if !found.primary.text.is_empty() {
        primary.message = Some(text(&found.primary.text));
    }
    if !finding.item.is_empty() {
        primary.logical_locations = Some([LogicalLocation {
            fully_qualified_name: finding.item.clone(),
        }]);
    }
    ResultEntry {
        rule_id: lint.full_name(),
        rule_index: rules::index(lint),
        level: super::severity(finding.level),
        message: text(super::in_words(finding)),
        locations: [primary],
        related_locations: related.collect(),
        code_flows: code_flow(report, finding).into_iter().collect(),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, finding.fingerprint.clone())]),
        fixes: found
            .suggestions
            .iter()
            .filter(|edit| edit.applicability != Applicability::HasPlaceholders)
            .map(|edit| fix(report, edit))
            .collect(),
    }
}

/// The story, step by step; a single place is no story.
fn code_flow(report: &Report<'_>, finding: &Finding) -> Option<CodeFlow> {
    let found = &finding.diagnostic;
    let story = found.story();
    let words = |label: &Label| match label.text.is_empty() {
        true => found.message.clone(),
        false => label.text.clone(),
    };
    let step = |(n, label): (usize, &&Label)| FlowStep {
        location: location(report, label.span, Some(&words(label))),
        execution_order: n + 1,
        importance: match label.span == found.primary.span {
            true => "essential",
            false => "important",
        },
    };
    (story.len() > 1).then(|| CodeFlow {
        message: text(&found.message),
        thread_flows: [ThreadFlow {
            locations: story
                .iter()
                .take(MOST_STEPS)
                .enumerate()
                .map(step)
                .collect(),
        }],
    })
}

fn fix(report: &Report<'_>, repair: &Suggestion) -> Fix {
    let mut changes: BTreeMap<FileId, Vec<Replacement>> = BTreeMap::new();
    for edit in &repair.edits {
        changes
            .entry(edit.span.file)
            .or_default()
            .push(Replacement {
                deleted_region: region(edit.span),
                inserted_content: text(&edit.replacement),
            });
    }
    let change = |(file, replacements)| ArtifactChange {
        artifact_location: artifact(&report.path(file)),
        replacements,
    };
    Fix {
        description: text(&repair.message),
        artifact_changes: changes.into_iter().map(change).collect(),
    }
}

fn location(report: &Report<'_>, span: Span, message: Option<&str>) -> Location {
    Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: artifact(&report.path(span.file)),
            region: region(span),
        },
        logical_locations: None,
        message: message.map(text),
    }
}

/// Lines and columns from 1, the end excluded.
fn region(span: Span) -> Region {
    Region {
        start_line: span.lo.line.max(1),
        start_column: Some(span.lo.column + 1),
        end_line: Some(span.hi.line.max(span.lo.line).max(1)),
        end_column: Some(span.hi.column + 1),
    }
}

/// A path of the report as a reference by RFC 3986; one that leads out of the root is absolute.
fn artifact(path: &str) -> ArtifactLocation {
    let absolute = std::path::Path::new(path).is_absolute();
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    match absolute {
        true => ArtifactLocation {
            uri: format!(
                "file://{}{uri}",
                if uri.starts_with('/') { "" } else { "/" }
            ),
            uri_base_id: None,
        },
        false => ArtifactLocation {
            uri,
            uri_base_id: Some(ROOT),
        },
    }
}

fn text(words: impl Into<String>) -> Text {
    Text { text: words.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_reference() {
        let inside = artifact("src/a b/é#.rs");
        assert_eq!(inside.uri, "src/a%20b/%C3%A9%23.rs");
        assert_eq!(inside.uri_base_id, Some(ROOT));
    }

    #[test]
    #[cfg(unix)]
    fn a_path_out_of_the_root_is_absolute() {
        let outside = artifact("/usr/x.rs");
        assert_eq!(outside.uri, "file:///usr/x.rs");
        assert_eq!(outside.uri_base_id, None);
    }
}
