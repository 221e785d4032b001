//! Repairing in rounds: apply what can be applied, look again, until nothing is left to do.
//!
//! All rounds happen in memory. A file is written once, when its last text is known, so that there
//! is never a half-repaired one, and a diff is the same work without the writing.

use super::{Edit, Fault, Leave, guard, merge, replace};
use crate::cli::{Cli, Fix};
use crate::notice::{Notice, Trouble};
use crate::report::{Finding, Texts, counted};
use crate::run::{Looked, look};
use crate::shelf::Drafts;
use memlint_analysis::span::FileId;
use memlint_lints::{Applicability, Suggestion};
use similar::TextDiff;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Repairs that meet each other are applied one a round; so many rounds are enough for all.
const ROUNDS: usize = 16;

/// What became of the repairs.
pub struct Outcome {
    /// The last look.
    pub looked: Looked,
    /// What the changed files hold now, or would hold.
    pub drafts: Drafts,
    /// What would change; empty unless it was asked for.
    pub diff: String,
    /// What was not repaired and why.
    pub notices: Vec<Notice>,
    /// Files that could not be written.
    pub faults: Vec<Notice>,
    /// The files with repairs.
    fixed: BTreeSet<PathBuf>,
    /// How many findings there were at first.
    found: usize,
    /// Whether repairs were asked for.
    asked: bool,
}

impl Outcome {
    /// Without any repair.
    pub fn untouched(looked: Looked) -> Outcome {
        Outcome {
            looked,
            drafts: Drafts::default(),
            diff: String::new(),
            notices: Vec::new(),
            faults: Vec::new(),
            fixed: BTreeSet::new(),
            found: 0,
            asked: false,
        }
    }

    /// `fixed 3 findings in 2 files; 4 remain (1 more with --unsafe-fixes)`, if repairs were asked
    /// for.
    pub fn summary(&self, cli: &Cli) -> Option<String> {
        if !self.asked {
            return None;
        }
        let would = if cli.fix.diff { "would fix" } else { "fixed" };
        let mut text = match self.found.saturating_sub(self.looked.findings.len()) {
            0 => format!("{would} nothing"),
            n => {
                let (findings, files) = (counted(n, "finding"), counted(self.fixed.len(), "file"));
                format!("{would} {findings} in {files}")
            }
        };
        let remaining = &self.looked.findings;
        let _ = match remaining.len() {
            1 => write!(text, "; 1 remains"),
            n => write!(text, "; {n} remain"),
        };
        let left = |found: &&Finding| repair_of(found, &cli.fix).is_none() && risky(found);
        match remaining.iter().filter(left).count() {
            0 => {}
            n => {
                let _ = write!(text, " ({n} more with `--unsafe-fixes`)");
            }
        }
        Some(text)
    }
}

/// Repairs what the first look has found.
///
/// # Errors
/// The changes are not allowed, or a later look cannot begin.
pub fn repair(cli: &Cli, first: Looked) -> Result<Outcome, Trouble> {
    if !cli.fix.diff {
        guard_all(cli, &first)?;
    }
    let mut work = Work {
        cli,
        drafts: Drafts::default(),
        before: BTreeMap::new(),
        fixed: BTreeSet::new(),
        given_up: BTreeSet::new(),
    };
    let found = first.findings.len();
    let mut looked = first;
    for _ in 0..ROUNDS {
        match work.round(looked)? {
            (next, true) => looked = next,
            (next, false) => {
                looked = next;
                break;
            }
        }
    }
    let mut outcome = Outcome {
        asked: true,
        found,
        diff: work.diff(&looked),
        notices: work.taken_back(&looked),
        fixed: std::mem::take(&mut work.fixed),
        ..Outcome::untouched(looked)
    };
    if !cli.fix.diff {
        outcome.diff.clear();
        work.write(&mut outcome)?;
    }
    outcome.drafts = work.drafts;
    Ok(outcome)
}

/// Each place that is worked on must be under version control and committed.
fn guard_all(cli: &Cli, looked: &Looked) -> Result<(), Trouble> {
    let leave = Leave {
        dirty: cli.fix.allow_dirty,
        staged: cli.fix.allow_staged,
        no_vcs: cli.fix.allow_no_vcs,
    };
    let files = looked
        .findings
        .iter()
        .filter(|found| repair_of(found, &cli.fix).is_some());
    let folders: BTreeSet<&Path> = files
        .filter_map(|found| {
            looked
                .lowered
                .files
                .get(file_of(found).0 as usize)?
                .path
                .parent()
        })
        .collect();
    folders
        .into_iter()
        .try_for_each(|folder| guard(folder, leave))
}

fn file_of(found: &Finding) -> FileId {
    found.diagnostic.primary.span.file
}

/// The first repair of the finding that may be applied: all in one file.
fn repair_of<'f>(found: &'f Finding, fix: &Fix) -> Option<&'f Suggestion> {
    let allowed = |repair: &&Suggestion| match repair.applicability {
        Applicability::MachineApplicable => true,
        Applicability::MaybeIncorrect => fix.unsafe_fixes,
        Applicability::HasPlaceholders => false,
    };
    let here = |repair: &&Suggestion| {
        let file = repair.edits.first().map(|edit| edit.span.file);
        file.is_some() && repair.edits.iter().all(|edit| Some(edit.span.file) == file)
    };
    found
        .diagnostic
        .suggestions
        .iter()
        .filter(allowed)
        .find(here)
}

fn risky(found: &Finding) -> bool {
    let mut repairs = found.diagnostic.suggestions.iter();
    repairs.any(|repair| repair.applicability == Applicability::MaybeIncorrect)
}

/// How often each lint fires in each file.
type Counts = BTreeMap<(PathBuf, &'static str), usize>;

fn counts(looked: &Looked) -> Counts {
    let mut counts = Counts::new();
    for found in &looked.findings {
        if let Some(file) = looked.lowered.files.get(file_of(found).0 as usize) {
            *counts
                .entry((file.path.clone(), found.diagnostic.lint.name))
                .or_default() += 1;
        }
    }
    counts
}

struct Work<'c> {
    cli: &'c Cli,
    drafts: Drafts,
    /// What the changed files held at first.
    before: BTreeMap<PathBuf, Arc<str>>,
    fixed: BTreeSet<PathBuf>,
    /// Files whose repairs led to something worse: they stay as they are.
    given_up: BTreeSet<PathBuf>,
}

impl Work<'_> {
    /// One round; whether it changed anything.
    fn round(&mut self, looked: Looked) -> Result<(Looked, bool), Trouble> {
        let changed = self.apply(&looked);
        if changed.is_empty() {
            return Ok((looked, false));
        }
        let mut drafts = self.drafts.clone();
        for change in &changed {
            drafts.put(change.path.clone(), Arc::clone(&change.text));
        }
        let next = look(self.cli, &drafts)?;
        let worse = worse_files(&looked, &next, &changed);
        if worse.is_empty() {
            self.drafts = drafts;
            for change in changed {
                let before = || Arc::clone(&change.before);
                self.before
                    .entry(change.path.clone())
                    .or_insert_with(before);
                self.fixed.insert(change.path);
            }
            return Ok((next, true));
        }
        // The other files are tried again without these.
        self.given_up.extend(worse);
        Ok((looked, true))
    }

    /// The texts of the files with the repairs of this look.
    fn apply(&self, looked: &Looked) -> Vec<Change> {
        let files = &looked.lowered.files;
        let texts = Texts::new(files, &self.drafts);
        let mut sets: BTreeMap<FileId, (Vec<Vec<Edit>>, Vec<&'static str>)> = BTreeMap::new();
        for found in &looked.findings {
            let Some(repair) = repair_of(found, &self.cli.fix) else {
                continue;
            };
            let file = repair.edits[0].span.file;
            let text = texts.get(file);
            let edit = |edit: &memlint_lints::Edit| Edit {
                range: text.range(edit.span),
                text: edit.replacement.clone(),
            };
            let (sets, lints) = sets.entry(file).or_default();
            sets.push(repair.edits.iter().map(edit).collect());
            lints.push(found.diagnostic.lint.name);
        }
        let mut changed = Vec::new();
        for (file, (sets, lints)) in sets {
            let Some(source) = files.get(file.0 as usize) else {
                continue;
            };
            let text = texts.get(file).as_str();
            let merged = merge(text, &sets);
            if merged.text == text || self.given_up.contains(&source.path) {
                continue;
            }
            let applied = lints
                .iter()
                .zip(&merged.applied)
                .filter(|(_, applied)| **applied);
            changed.push(Change {
                path: source.path.clone(),
                before: text.into(),
                lints: applied.map(|(lint, _)| *lint).collect(),
                text: merged.text.into(),
            });
        }
        changed
    }

    /// Puts the last texts in the place of the first ones.
    fn write(&mut self, outcome: &mut Outcome) -> Result<(), Trouble> {
        for (path, before) in &self.before {
            let Some(after) = self.drafts.get(path) else {
                continue;
            };
            if let Err(fault) = replace(path, before, after) {
                outcome.faults.push(told(&outcome.looked, path, &fault));
                outcome.fixed.remove(path);
                self.drafts.discard(path);
            }
        }
        if !outcome.faults.is_empty() {
            // What is reported is what the files hold.
            outcome.looked = look(self.cli, &self.drafts)?;
        }
        Ok(())
    }

    fn diff(&self, looked: &Looked) -> String {
        let mut out = String::new();
        for (path, before) in &self.before {
            if let Some(after) = self.drafts.get(path) {
                let shown = shown(looked, path);
                let diff = TextDiff::from_lines(before.as_ref(), after.as_ref());
                let mut unified = diff.unified_diff();
                let _ = write!(
                    out,
                    "{}",
                    unified.header(&format!("a/{shown}"), &format!("b/{shown}"))
                );
            }
        }
        out
    }

    fn taken_back(&self, looked: &Looked) -> Vec<Notice> {
        let notice = |path: &PathBuf| {
            let message = "the repairs of this file were taken back: with them it would not parse, \
                           or something else would be found";
            Notice::at(shown(looked, path), message).help(
                "please report it, with the file if you can; `--diff` shows what the others do",
            )
        };
        self.given_up.iter().map(notice).collect()
    }
}

/// One file's change in a round.
struct Change {
    path: PathBuf,
    before: Arc<str>,
    text: Arc<str>,
    /// Of which lints.
    lints: Vec<&'static str>,
}

/// The changed files that are worse now: they do not parse, something new is found, or what was
/// repaired is still there. What is new in a file that did not change is the fault of all.
///
/// Of one defect that is told once, taking a part away may show the next part: where a file only got
/// shorter, as many findings as before are no step back, and it cannot go on for ever.
fn worse_files(before: &Looked, after: &Looked, changed: &[Change]) -> BTreeSet<PathBuf> {
    let mut worse = BTreeSet::new();
    for file in &after.lowered.unparsed {
        if let Some(file) = after.lowered.files.get(file.0 as usize) {
            worse.insert(file.path.clone());
        }
    }
    worse.retain(|path| changed.iter().any(|change| change.path == *path));
    let mut expected = counts(before);
    for change in changed
        .iter()
        .filter(|change| change.text.len() >= change.before.len())
    {
        for lint in &change.lints {
            if let Some(count) = expected.get_mut(&(change.path.clone(), *lint)) {
                *count = count.saturating_sub(1);
            }
        }
    }
    for (key, count) in counts(after) {
        if count > expected.get(&key).copied().unwrap_or(0) {
            match changed.iter().any(|change| change.path == key.0) {
                true => worse.extend([key.0]),
                false => worse.extend(changed.iter().map(|change| change.path.clone())),
            }
        }
    }
    worse
}

fn shown(looked: &Looked, path: &Path) -> String {
    let known = looked.lowered.files.iter().find(|file| file.path == path);
    known.map_or_else(|| path.display().to_string(), |file| file.shown.clone())
}

fn told(looked: &Looked, path: &Path, fault: &Fault) -> Notice {
    Notice::at(shown(looked, path), fault.message()).help(fault.help())
}
