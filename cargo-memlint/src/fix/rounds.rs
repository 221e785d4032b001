//! Repairing in rounds: apply what can be applied, look again, until nothing is left to do.
//!
//! All rounds happen in memory. A file is written once, when its last text is known, so that there
//! is never a half-repaired one, and a diff is the same work without the writing.

use super::{Edit, Fault, Leave, guard, merge, replace};
use crate::cli::{Cli, Fix};
use crate::notice::{Notice, Trouble};
use crate::report::{Finding, Texts, counted};
use crate::run::{Looked, look};
use crate::shelf::{Drafts, stamp};
use memlint_analysis::span::FileId;
use memlint_lints::Suggestion;
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
        // What somebody else repaired meanwhile is not ours.
        let gone = self.found.saturating_sub(self.looked.findings.len());
        let mut text = match gone {
            0 => format!("{would} nothing"),
            _ if self.fixed.is_empty() => format!("{would} nothing"),
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
        broken: BTreeSet::new(),
        moved: BTreeSet::new(),
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
    work.withdraw(&mut looked);
    let mut outcome = Outcome {
        asked: true,
        found,
        diff: work.diff(&looked),
        notices: work.taken_back(&looked),
        fixed: std::mem::take(&mut work.fixed),
        ..Outcome::untouched(looked)
    };
    for path in &work.moved {
        let fault = told(&outcome.looked, path, &Fault::Changed);
        outcome.faults.push(fault);
    }
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

/// The repair of the finding that may be applied.
fn repair_of<'f>(found: &'f Finding, fix: &Fix) -> Option<&'f Suggestion> {
    found.diagnostic.repair(fix.unsafe_fixes)
}

fn risky(found: &Finding) -> bool {
    found.diagnostic.repair(true).is_some()
}

/// A function of a file; without a name what stands outside of functions.
type Place = (PathBuf, String);
/// How often each lint fires at each place.
type Counts = BTreeMap<(Place, &'static str), usize>;

fn counts(looked: &Looked) -> Counts {
    let mut counts = Counts::new();
    for found in &looked.findings {
        if let Some(place) = place_of(found, looked) {
            *counts
                .entry((place, found.diagnostic.lint.name))
                .or_default() += 1;
        }
    }
    counts
}

fn place_of(found: &Finding, looked: &Looked) -> Option<Place> {
    let file = looked.lowered.files.get(file_of(found).0 as usize)?;
    Some((file.path.clone(), found.diagnostic.function.clone()))
}

struct Work<'c> {
    cli: &'c Cli,
    drafts: Drafts,
    /// What the changed files held at first.
    before: BTreeMap<PathBuf, Arc<str>>,
    fixed: BTreeSet<PathBuf>,
    /// Where repairs led to something worse: there nothing is changed.
    given_up: BTreeSet<Place>,
    /// Files that did not parse with their repairs.
    broken: BTreeSet<PathBuf>,
    /// Files that somebody else changed while they were looked at.
    moved: BTreeSet<PathBuf>,
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
        if self.is_worse(&looked, &next, &changed) {
            // The other repairs are tried again without these.
            return Ok((looked, true));
        }
        self.drafts = drafts;
        for change in changed {
            let before = || Arc::clone(&change.before);
            self.before
                .entry(change.path.clone())
                .or_insert_with(before);
            self.fixed.insert(change.path);
        }
        Ok((next, true))
    }

    /// Whether the changes made anything worse: a file does not parse any more, something new is
    /// found, or what was repaired is still there. Who is to blame is given up.
    fn is_worse(&mut self, before: &Looked, after: &Looked, changed: &[Change]) -> bool {
        let known = (self.broken.len(), self.given_up.len());
        for file in &after.lowered.unparsed {
            if let Some(file) = after.lowered.files.get(file.0 as usize) {
                let ours = changed.iter().any(|change| change.path == file.path);
                self.broken.extend(ours.then(|| file.path.clone()));
            }
        }
        let mut expected = counts(before);
        let repairs = || changed.iter().flat_map(|change| &change.repairs);
        // Of a defect that is told once, taking a part away may show the next part: as many findings
        // as before are then no step back, and what only gets shorter comes to an end.
        for repair in repairs().filter(|repair| !repair.shortens) {
            if let Some(count) = expected.get_mut(&(repair.place.clone(), repair.lint)) {
                *count = count.saturating_sub(1);
            }
        }
        for (key, count) in counts(after) {
            if count > expected.get(&key).copied().unwrap_or(0) {
                let (file, _) = &key.0;
                let here: Vec<&Place> = repairs().map(|repair| &repair.place).collect();
                let beside = here.iter().filter(|place| place.0 == *file);
                match (here.contains(&&key.0), beside.clone().count()) {
                    (true, _) => self.given_up.extend([key.0]),
                    (false, 0) => self.given_up.extend(here.into_iter().cloned()),
                    (false, _) => self.given_up.extend(beside.map(|place| (*place).clone())),
                }
            }
        }
        known != (self.broken.len(), self.given_up.len())
    }

    /// The texts of the files with the repairs of this look.
    fn apply(&mut self, looked: &Looked) -> Vec<Change> {
        let files = &looked.lowered.files;
        let texts = Texts::new(files, &self.drafts);
        let mut sets: BTreeMap<FileId, (Vec<Vec<Edit>>, Vec<Done>)> = BTreeMap::new();
        for found in &looked.findings {
            let place = place_of(found, looked).filter(|place| self.may_change(place));
            let (Some(place), Some(repair)) = (place, repair_of(found, &self.cli.fix)) else {
                continue;
            };
            let file = repair.edits[0].span.file;
            let text = texts.get(file);
            let edit = |edit: &memlint_lints::Edit| Edit {
                range: text.range(edit.span),
                text: edit.replacement.clone(),
            };
            let set: Vec<Edit> = repair.edits.iter().map(edit).collect();
            let shortens = |edit: &Edit| edit.text.len() < edit.range.len();
            let (sets, done) = sets.entry(file).or_default();
            done.push(Done {
                place,
                lint: found.diagnostic.lint.name,
                shortens: set.iter().all(shortens),
            });
            sets.push(set);
        }
        let mut changed = Vec::new();
        for (file, (sets, done)) in sets {
            let Some(source) = files.get(file.0 as usize) else {
                continue;
            };
            let text = texts.get(file).as_str();
            if stamp(text) != source.stamp {
                self.moved.insert(source.path.clone());
                continue;
            }
            let merged = merge(text, &sets);
            if merged.text == text {
                continue;
            }
            let applied = done.into_iter().zip(&merged.applied);
            let applied = applied.filter(|(_, applied)| **applied);
            changed.push(Change {
                path: source.path.clone(),
                before: text.into(),
                repairs: applied.map(|(done, _)| done).collect(),
                text: merged.text.into(),
            });
        }
        changed
    }

    /// What was taken back is not offered again.
    fn withdraw(&self, looked: &mut Looked) {
        let places: Vec<_> = looked
            .findings
            .iter()
            .map(|f| place_of(f, looked))
            .collect();
        for (found, place) in looked.findings.iter_mut().zip(places) {
            if place.is_some_and(|place| !self.may_change(&place)) {
                found.diagnostic.suggestions.clear();
            }
        }
    }

    fn may_change(&self, place: &Place) -> bool {
        !self.given_up.contains(place) && !self.broken.contains(&place.0)
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
        let help = "it has to be repaired by hand";
        let broken = self.broken.iter().map(|path| {
            let message = "the repairs were taken back: with them the file would not parse";
            Notice::at(shown(looked, path), message).help(help)
        });
        let worse = self.given_up.iter().map(|(path, function)| {
            let place = match function.as_str() {
                "" => String::new(),
                name => format!(" of `{name}`"),
            };
            let message = format!(
                "the repairs{place} were taken back: with them there would be other findings"
            );
            Notice::at(shown(looked, path), message).help(help)
        });
        broken.chain(worse).collect()
    }
}

/// One file's change in a round.
struct Change {
    path: PathBuf,
    before: Arc<str>,
    text: Arc<str>,
    repairs: Vec<Done>,
}

/// A repair that was made.
struct Done {
    place: Place,
    lint: &'static str,
    /// It only takes away.
    shortens: bool,
}

fn shown(looked: &Looked, path: &Path) -> String {
    let known = looked.lowered.files.iter().find(|file| file.path == path);
    known.map_or_else(|| path.display().to_string(), |file| file.shown.clone())
}

fn told(looked: &Looked, path: &Path, fault: &Fault) -> Notice {
    Notice::at(shown(looked, path), fault.message()).help(fault.help())
}
