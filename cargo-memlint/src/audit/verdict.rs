//! From facts to verdicts.

use super::{Audit, mentions, words};
use crate::report::Texts;
use crate::run::Looked;
use memlint_analysis::audit::{Gap, Site, Unread};
use memlint_analysis::event::Act;
use memlint_analysis::span::{FileId, Span};
use memlint_lints::Diagnostic;
use std::borrow::Cow;
use std::collections::HashMap;

/// What is known of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every path of its life is in view and ends well.
    Proven,
    /// These findings are about it, by lint and message.
    Defect(Vec<(&'static str, String)>),
    /// Neither; why, the most telling reason first. Never empty.
    Open(Vec<Reason>),
}

/// Why a place is not proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What places with this reason are counted under.
    pub class: &'static str,
    /// What it says of this place.
    pub text: String,
}

/// A place with its verdict.
#[derive(Clone, Debug)]
pub struct Judged<'a> {
    /// The place.
    pub site: Cow<'a, Site>,
    /// The verdict.
    pub verdict: Verdict,
}

impl Judged<'_> {
    /// Its crate.
    pub fn krate(&self) -> &str {
        self.site.krate.as_str()
    }

    /// Its module; empty for the crate's root.
    pub fn module(&self) -> &str {
        &self.site.module
    }
}

/// Words that tell of a place in code that was not lowered.
const TELLING: &[&str] = &[
    "malloc",
    "calloc",
    "realloc",
    "free",
    "from_raw",
    "into_raw",
    "dealloc",
    "forget",
    "leak",
    "ManuallyDrop",
    "alloc",
];

/// The verdict on every place of the files that are not excluded, in the order of path and line.
pub(super) fn judge<'a>(looked: &'a Looked, texts: &'a Texts<'a>) -> Audit<'a> {
    let found = Found::new(looked);
    let facts = &looked.analysis.audit;
    let unread = facts.unread.iter().filter_map(|code| unread(code, texts));
    let sites = facts.sites.iter().map(Cow::Borrowed);
    let mut sites: Vec<Judged<'a>> = sites
        .chain(unread.map(Cow::Owned))
        .filter(|site| {
            let file = looked.lowered.files.get(site.at.file.0 as usize);
            file.is_some_and(|file| !looked.plan.excludes(&file.path, file.unit))
        })
        .map(|site| Judged {
            verdict: found.verdict(&site, texts),
            site,
        })
        .collect();
    let path = |judged: &Judged<'_>| {
        let at = judged.site.at;
        let file = looked.lowered.files.get(at.file.0 as usize);
        (file.map(|file| &file.shown), at.lo, at.hi)
    };
    sites.sort_by(|a, b| path(a).cmp(&path(b)));
    Audit {
        sites,
        looked,
        texts,
    }
}

/// Code that was not lowered, if a word in it tells that it may hold a place.
fn unread(code: &Unread, texts: &Texts<'_>) -> Option<Site> {
    let text = texts.get(code.at.file);
    let text = text.as_str().get(text.range(code.at))?;
    let word = TELLING.iter().find(|word| has_word(text, word))?;
    Some(Site {
        at: code.at,
        within: code.at,
        krate: code.krate,
        module: code.module.clone(),
        function: code.function.clone(),
        routine: (*word).to_owned(),
        act: Act::Acquire,
        ends: Vec::new(),
        gaps: vec![Gap::NotLowered],
    })
}

fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(|c| !part(c)).any(|w| w == word)
}

/// What was found, by file.
struct Found<'a> {
    findings: HashMap<FileId, Vec<(Span, &'a Diagnostic)>>,
    mentioned: HashMap<FileId, Vec<Span>>,
}

impl<'a> Found<'a> {
    fn new(looked: &'a Looked) -> Found<'a> {
        let mut findings: HashMap<FileId, Vec<_>> = HashMap::new();
        for finding in &looked.findings {
            let d = &finding.diagnostic;
            let labels = d.secondary.iter().map(|label| label.span);
            let event = d.event.as_deref().into_iter().flat_map(mentions::of);
            for span in labels.chain([d.primary.span]).chain(event) {
                findings.entry(span.file).or_default().push((span, d));
            }
        }
        let mut mentioned: HashMap<FileId, Vec<_>> = HashMap::new();
        for span in looked.analysis.events.iter().flat_map(mentions::of) {
            mentioned.entry(span.file).or_default().push(span);
        }
        Found {
            findings,
            mentioned,
        }
    }

    fn verdict(&self, site: &Site, texts: &Texts<'_>) -> Verdict {
        let at = site.at;
        let here = self.findings.get(&at.file).into_iter().flatten();
        let mut found: Vec<(&'static str, String)> = here
            .filter(|(span, _)| *span == at)
            .map(|(_, d)| (d.lint.name, d.message.clone()))
            .collect();
        found.sort();
        found.dedup();
        if !found.is_empty() {
            return Verdict::Defect(found);
        }
        let mut gaps = site.gaps.clone();
        let text = texts.get(at.file);
        let within = text.as_str().get(text.range(site.within));
        if within.is_none_or(|text| has_word(text, "async")) {
            gaps.push(Gap::Suspended);
        }
        // Whatever an event speaks of is not proven, however far it is from being reported.
        let touches = |span: &&Span| span.contains(at) || at.contains(**span);
        let here = self.mentioned.get(&at.file).into_iter().flatten();
        if gaps.is_empty() && here.clone().any(|span| touches(&span)) {
            gaps.push(Gap::Observed);
        }
        if gaps.is_empty() && site.ends.is_empty() {
            gaps.push(Gap::NoEnd);
        }
        if gaps.is_empty() {
            return Verdict::Proven;
        }
        // What went on inside of the tool tells less than what the code does.
        gaps.sort_by_key(|gap| matches!(gap, Gap::NoEnd | Gap::Uncertain | Gap::Observed));
        Verdict::Open(gaps.iter().map(words::reason).collect())
    }
}
