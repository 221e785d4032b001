//! The audit as one JSON document.

use super::verdict::{Judged, Verdict};
use super::{Audit, words};
use memlint_analysis::audit::End;
use memlint_analysis::span::Span;
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    counts: Numbers,
    reasons: Vec<Count>,
    sites: Vec<Site<'a>>,
}

#[derive(Serialize)]
struct Numbers {
    places: usize,
    proven: usize,
    defects: usize,
    not_proven: usize,
}

#[derive(Serialize)]
struct Count {
    reason: &'static str,
    count: usize,
}

/// A place as a program reads it.
#[derive(Serialize)]
pub(super) struct Site<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    #[serde(rename = "crate")]
    krate: &'a str,
    module: &'a str,
    function: &'a str,
    routine: &'a str,
    act: &'static str,
    verdict: &'static str,
    reasons: Vec<Told<'a>>,
    findings: Vec<Lint<'a>>,
    ends: Vec<String>,
}

#[derive(Serialize)]
struct Told<'a> {
    reason: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct Lint<'a> {
    lint: &'static str,
    message: &'a str,
}

/// One document, its end of line included.
pub(super) fn document(audit: &Audit<'_>) -> String {
    let counts = audit.counts();
    let reasons = audit.reasons().into_iter();
    let document = Document {
        version: 1,
        counts: Numbers {
            places: counts.total(),
            proven: counts.proven,
            defects: counts.defects,
            not_proven: counts.open,
        },
        reasons: reasons
            .map(|(reason, count)| Count { reason, count })
            .collect(),
        sites: audit.sites.iter().map(|one| site(audit, one)).collect(),
    };
    let mut out = serde_json::to_string_pretty(&document).unwrap_or_default();
    out.push('\n');
    out
}

/// One place.
pub(super) fn site<'a>(audit: &'a Audit<'_>, one: &'a Judged<'_>) -> Site<'a> {
    let at = one.site.at;
    let (verdict, reasons, findings) = match &one.verdict {
        Verdict::Proven => ("proven", &[][..], &[][..]),
        Verdict::Defect(found) => ("defect", &[][..], &found[..]),
        Verdict::Open(why) => ("not proven", &why[..], &[][..]),
    };
    Site {
        file: shown(audit, at),
        line: at.lo.line,
        column: at.lo.column + 1,
        end_line: at.hi.line,
        end_column: at.hi.column + 1,
        krate: one.krate(),
        module: one.module(),
        function: &one.site.function,
        routine: &one.site.routine,
        act: words::act(one.site.act),
        verdict,
        reasons: reasons
            .iter()
            .map(|r| Told {
                reason: r.class,
                text: &r.text,
            })
            .collect(),
        findings: findings
            .iter()
            .map(|(lint, message)| Lint { lint, message })
            .collect(),
        ends: one.site.ends.iter().map(|end| ended(audit, end)).collect(),
    }
}

fn ended(audit: &Audit<'_>, end: &End) -> String {
    let place = |at: &Span| format!("{}:{}", shown(audit, *at), at.lo.line);
    match end {
        End::Released { by, at } => format!("ended by `{by}` at {}", place(at)),
        End::Owned { at } => format!("in the hands of a safe owner at {}", place(at)),
    }
}

/// The file that a place stands in, as it is shown.
pub(super) fn shown<'a>(audit: &'a Audit<'_>, at: Span) -> &'a str {
    let file = audit.looked.lowered.files.get(at.file.0 as usize);
    file.map_or("", |file| &file.shown)
}
