//! GitLab's code quality report: one array of issues, known by their fingerprints.

use super::{Finding, Report};
use crate::fingerprint;
use memlint_lints::Group;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    /// GitLab shows one issue of several with the same.
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<_> = report
        .findings
        .iter()
        .map(|finding| issue(report, finding))
        .collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    out.write_all(b"\n")
}

fn issue(report: &Report<'_>, finding: &Finding) -> Issue {
    let found = &finding.diagnostic;
    let span = found.primary.span;
    let path = report.path(span.file);
    Issue {
        description: found.message.clone(),
        check_name: found.lint.full_name(),
        fingerprint: fingerprint::with_path(&path, &finding.fingerprint),
        severity: severity(finding),
        location: Location {
            lines: Lines {
                begin: span.lo.line,
                end: span.hi.line.max(span.lo.line),
            },
            path,
        },
    }
}

/// In GitLab's words, from `info` to `blocker`.
fn severity(finding: &Finding) -> &'static str {
    match finding.diagnostic.lint.group {
        _ if finding.level.fails() => "critical",
        Group::Correctness | Group::Leak | Group::Hygiene => "major",
        Group::Pedantic | Group::Annotation | Group::Directive => "minor",
    }
}
