//! Parses and lowers the files that matter, in parallel, the biggest first.

use crate::load::{Placed, Tree};
use crate::notice::Notice;
use crate::plan::{Plan, Unit};
use crate::progress::Progress;
use crate::shelf::{Drafts, Scanned, Shelf, read_bytes, read_text, stamp};
use crate::triggers;
use memlint_analysis::ir::{Directive, FileIr};
use memlint_analysis::lower::prefilter::Prefilter;
use memlint_analysis::lower::{MacroTable, ParseFailure, collect_macros, skim_file};
use memlint_analysis::name::Name;
use memlint_analysis::span::FileId;
use memlint_analysis::{CrateIr, PlacedFile};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A file of the run; its number is its [`FileId`].
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Absolute.
    pub path: PathBuf,
    /// As it is shown.
    pub shown: String,
    /// The first unit that it belongs to.
    pub unit: usize,
    /// What tells the text that was looked at from others, see [`stamp`]; 0 if it was not parsed.
    pub stamp: u64,
    /// Items in it that are out of view in this run, since their conditions do not hold.
    pub hidden: BTreeSet<Name>,
    /// Whether code that it belongs together with is out of view, see [`crate::plan::Unit::lacks`].
    pub lacks: bool,
}

/// All that the analysis and the report need.
#[derive(Default)]
pub struct Lowered {
    /// The crates, those without any relevant file left out.
    pub krates: Vec<CrateIr>,
    /// All files that are not excluded, parsed or not.
    pub files: Vec<SourceFile>,
    /// What became of each of them.
    pub fates: Vec<Fate>,
    /// Those that the configuration excludes, as they are shown.
    pub excluded: BTreeSet<String>,
    /// The suppressions.
    pub directives: Vec<Directive>,
    /// Files that were left out.
    pub notices: Vec<Notice>,
    /// Those of them that do not parse.
    pub unparsed: HashSet<FileId>,
    /// Figures.
    pub counts: Counts,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Parsed and lowered.
    Parsed,
    /// Without a trigger word.
    NoTrigger,
    /// Could not be parsed.
    Failed,
}

/// Figures about the files.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Files that belong to the selected targets.
    pub files: usize,
    /// Their bytes.
    pub bytes: usize,
    /// Parsed and lowered.
    pub parsed: usize,
    /// Their bytes.
    pub parsed_bytes: usize,
    /// Without a trigger word.
    pub skipped: usize,
    /// Could not be parsed.
    pub failed: usize,
}

struct Job {
    placed: Placed,
    file: FileId,
    text: Option<Arc<str>>,
    bytes: usize,
}

/// What one file became.
enum Outcome {
    /// What was lowered, the stamp of the text, and the items that are absent from this build.
    Ir(Box<FileIr>, u64, Vec<Name>),
    Failed(Notice),
    /// An `include!` of something that is no file of items.
    NoItems,
}

/// Lowers the files of the tree. The shelf is emptied.
pub fn lower(
    plan: &Plan,
    tree: Tree,
    shelf: Shelf,
    shown: &dyn Fn(&Path) -> String,
    progress: &Progress,
) -> Lowered {
    let mut out = Lowered::default();
    let mut ids = FxHashMap::default();
    let mut jobs = jobs(plan, &tree.placed, &shelf, shown, &mut ids, &mut out);
    let macros = macro_tables(plan, &tree, &shelf, &ids);
    drop(shelf);
    let mut done: Vec<Option<Outcome>> = jobs.iter().map(|_| None).collect();
    let first: Vec<_> = (0..jobs.len())
        .filter(|n| jobs[*n].text.is_some())
        .collect();
    round(
        plan, &mut jobs, first, &macros, &out.files, &mut done, progress,
    );
    let second = partners_of(&mut jobs, &done);
    round(
        plan, &mut jobs, second, &macros, &out.files, &mut done, progress,
    );
    gather(plan, jobs, done, &mut out);
    out.notices.extend(tree.notices);
    out.notices.sort();
    out.notices.dedup();
    out
}

/// One table a unit of which anything is parsed; a file without `macro_rules!` is not looked at.
fn macro_tables(
    plan: &Plan,
    tree: &Tree,
    shelf: &Shelf,
    ids: &FxHashMap<OsString, FileId>,
) -> Vec<Arc<MacroTable>> {
    let edition = |unit: &Unit| MacroTable::of_edition(&unit.identity.target.edition);
    let mut tables: Vec<MacroTable> = plan.units.iter().map(edition).collect();
    let mut parsed = vec![false; tables.len()];
    let scanned = |placed: &Placed| shelf.scanned(&placed.path);
    for placed in &tree.placed {
        parsed[placed.unit] |= scanned(placed).is_some_and(|scanned| scanned.text.is_some());
    }
    for placed in tree.placed.iter().filter(|placed| parsed[placed.unit]) {
        let table = &mut tables[placed.unit];
        // What stands in a file that is left out is not shown.
        let file = ids.get(placed.path.as_os_str()).copied();
        let file = file.unwrap_or(FileId::STUBS);
        match scanned(placed).filter(|scanned| scanned.macros) {
            Some(Scanned {
                text: Some(text), ..
            }) => collect_macros(file, text, table),
            // It was not kept, since it is not parsed itself.
            Some(_) => {
                let text = shelf.drafts.read_text(&placed.path);
                text.iter()
                    .for_each(|text| collect_macros(file, text, table));
            }
            None => {}
        }
    }
    tables.into_iter().map(Arc::new).collect()
}

fn jobs(
    plan: &Plan,
    placed: &[Placed],
    shelf: &Shelf,
    shown: &dyn Fn(&Path) -> String,
    ids: &mut FxHashMap<OsString, FileId>,
    out: &mut Lowered,
) -> Vec<Job> {
    let mut jobs = Vec::with_capacity(placed.len());
    for placed in placed {
        let Some(scanned) = shelf.scanned(&placed.path) else {
            continue;
        };
        if plan.excludes(&placed.path, placed.unit) {
            out.excluded.insert(shown(&placed.path));
            continue;
        }
        let file = *ids
            .entry(placed.path.clone().into_os_string())
            .or_insert_with(|| {
                out.counts.files += 1;
                out.counts.bytes += scanned.bytes;
                out.files.push(SourceFile {
                    shown: shown(&placed.path),
                    path: placed.path.clone(),
                    unit: placed.unit,
                    stamp: 0,
                    hidden: BTreeSet::new(),
                    lacks: false,
                });
                FileId((out.files.len() - 1) as u32)
            });
        // A draft is parsed in any case: nowhere below is it read again.
        let draft = || shelf.drafts.get(&placed.path).cloned();
        let text = scanned.text.clone().or_else(draft);
        jobs.push(Job {
            file,
            text,
            bytes: scanned.bytes,
            placed: placed.clone(),
        });
    }
    jobs
}

/// Lowers the chosen jobs; each worker takes the next biggest one.
fn round(
    plan: &Plan,
    jobs: &mut [Job],
    mut chosen: Vec<usize>,
    macros: &[Arc<MacroTable>],
    files: &[SourceFile],
    done: &mut [Option<Outcome>],
    progress: &Progress,
) {
    chosen.sort_by_key(|n| std::cmp::Reverse(jobs[*n].bytes));
    progress.expect(chosen.len());
    // Taking a text out of its slot lets it be freed as soon as its file is lowered.
    let texts: Vec<_> = chosen
        .iter()
        .map(|n| Mutex::new(jobs[*n].text.take()))
        .collect();
    let jobs: &[Job] = jobs;
    let next = AtomicUsize::new(0);
    let work = |_| {
        let mut mine = Vec::new();
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            let Some(&n) = chosen.get(turn) else {
                return mine;
            };
            let job = &jobs[n];
            let text = texts[turn]
                .lock()
                .map(|mut slot| slot.take())
                .ok()
                .flatten();
            let text = text.or_else(|| read_text(&job.placed.path).ok().map(Arc::from));
            if let Some(text) = text {
                let table = &macros[job.placed.unit];
                mine.push((
                    n,
                    one(plan, job, &text, table, &files[job.file.0 as usize].shown),
                ));
            }
            progress.step();
        }
    };
    let workers = rayon::current_num_threads();
    let results: Vec<_> = (0..workers)
        .into_par_iter()
        .with_max_len(1)
        .map(work)
        .collect();
    for (n, outcome) in results.into_iter().flatten() {
        done[n] = Some(outcome);
    }
}

fn one(plan: &Plan, job: &Job, text: &Arc<str>, macros: &Arc<MacroTable>, shown: &str) -> Outcome {
    let lowered = crate::run::quietly(|| {
        catch_unwind(AssertUnwindSafe(|| skim_file(job.file, text, macros)))
    });
    match lowered {
        Ok(Ok(mut ir)) => {
            let hidden = plan.units[job.placed.unit].conditions.prune(&mut ir);
            Outcome::Ir(Box::new(ir), stamp(text), hidden)
        }
        Ok(Err(_)) if job.placed.included => Outcome::NoItems,
        Ok(Err(failure)) => Outcome::Failed(not_parsed(shown, text, &failure)),
        Err(_) => {
            let notice = Notice::at(shown, "the file was left out: the analyzer failed on it");
            Outcome::Failed(
                notice.help(
                    "please report this, with the file if you can; the other files are checked",
                ),
            )
        }
    }
}

/// A body that was looked at late and does not parse.
pub fn body_not_parsed(file: &SourceFile, drafts: &Drafts, failure: &ParseFailure) -> Notice {
    let pos = failure.pos;
    let place = format!("{}:{}:{}", file.shown, pos.line, pos.column + 1);
    let message = format!("a function was left out: {}", failure.message);
    let notice = Notice::at(place, message);
    let notice = match drafts.read_text(&file.path) {
        Ok(text) => notice.excerpt(&text, pos.line, pos.column),
        Err(_) => notice,
    };
    notice.help("if rustc accepts it, please report this; `exclude` in `memlint.toml` silences it")
}

fn not_parsed(shown: &str, text: &str, failure: &ParseFailure) -> Notice {
    let pos = failure.pos;
    let place = format!("{shown}:{}:{}", pos.line, pos.column + 1);
    Notice::at(
        place,
        format!(
            "the file was left out: it does not parse: {}",
            failure.message
        ),
    )
    .excerpt(text, pos.line, pos.column)
    .help("if rustc accepts it, please report this; `exclude` in `memlint.toml` silences it")
}

/// Files without a trigger word that name a function of the lowered ones through which a raw
/// pointer comes or goes; judged unit by unit.
fn partners_of(jobs: &mut [Job], done: &[Option<Outcome>]) -> Vec<usize> {
    let mut words: HashMap<usize, BTreeSet<String>> = HashMap::new();
    for (job, outcome) in jobs.iter().zip(done) {
        if let Some(Outcome::Ir(ir, ..)) = outcome {
            words
                .entry(job.placed.unit)
                .or_default()
                .extend(triggers::partners(ir));
        }
    }
    let filters: HashMap<usize, Prefilter> = words
        .into_iter()
        .filter(|(_, words)| !words.is_empty())
        .map(|(unit, words)| {
            let words: Vec<_> = words.iter().map(String::as_str).collect();
            (unit, Prefilter::new(&words))
        })
        .collect();
    let found: Vec<_> = jobs
        .par_iter()
        .zip(done)
        .enumerate()
        .filter(|(_, (_, outcome))| outcome.is_none())
        .filter_map(|(n, (job, _))| {
            let filter = filters.get(&job.placed.unit)?;
            let bytes = read_bytes(&job.placed.path).ok()?;
            let text = filter.matches(&bytes).then(|| String::from_utf8(bytes))?;
            Some((n, Arc::<str>::from(text.ok()?)))
        })
        .collect();
    let mut chosen = Vec::with_capacity(found.len());
    for (n, text) in found {
        jobs[n].text = Some(text);
        chosen.push(n);
    }
    chosen
}

fn gather(plan: &Plan, jobs: Vec<Job>, done: Vec<Option<Outcome>>, out: &mut Lowered) {
    let mut parsed = HashSet::new();
    let mut failed = HashSet::new();
    let mut krates: Vec<CrateIr> = plan
        .units
        .iter()
        .map(|unit| CrateIr {
            name: Name::new(&unit.krate),
            files: Vec::new(),
        })
        .collect();
    let mut spans = HashSet::new();
    let mut places = Vec::with_capacity(jobs.len());
    for (job, outcome) in jobs.into_iter().zip(done) {
        places.push((job.file, job.placed.unit, job.placed.module.clone()));
        match outcome {
            Some(Outcome::Ir(mut ir, stamp, hidden)) => {
                let source = &mut out.files[job.file.0 as usize];
                source.stamp = stamp;
                source.hidden.extend(hidden);
                source.lacks |= plan.units[job.placed.unit].lacks;
                if parsed.insert(job.file) {
                    out.counts.parsed_bytes += job.bytes;
                }
                let directives = std::mem::take(&mut ir.directives);
                // A file of several targets brings its directives once.
                out.directives
                    .extend(directives.into_iter().filter(|d| spans.insert(d.span)));
                krates[job.placed.unit].files.push(PlacedFile {
                    module: job.placed.module,
                    ir: *ir,
                });
            }
            Some(Outcome::Failed(notice)) => {
                failed.insert(job.file);
                out.notices.push(notice);
            }
            Some(Outcome::NoItems) | None => {}
        }
    }
    krates.retain(|krate| !krate.files.is_empty());
    out.krates = krates;
    out.counts.parsed = parsed.len();
    out.counts.failed = failed.len();
    let fate = |file: FileId| match (parsed.contains(&file), failed.contains(&file)) {
        (true, _) => Fate::Parsed,
        (false, true) => Fate::Failed,
        (false, false) => Fate::NoTrigger,
    };
    out.fates = (0..out.files.len())
        .map(|n| fate(FileId(n as u32)))
        .collect();
    let idle = out.fates.iter().filter(|fate| **fate == Fate::NoTrigger);
    out.counts.skipped = idle.count();
    out.unparsed = failed;
    cover(&mut out.directives, &places, &out.files, &out.unparsed);
}

/// Tells the directives on `mod x;` which files they cover, and all of them what is out of view.
fn cover(
    directives: &mut [Directive],
    places: &[(FileId, usize, Vec<Name>)],
    files: &[SourceFile],
    unparsed: &HashSet<FileId>,
) {
    let source = |file: FileId| &files[file.0 as usize];
    for directive in directives {
        directive.unseen |= source(directive.span.file).lacks;
        if directive.outline.is_empty() {
            continue;
        }
        for (_, unit, module) in places.iter().filter(|(at, ..)| *at == directive.span.file) {
            let path: Vec<Name> = module.iter().chain(&directive.outline).copied().collect();
            let below = |place: &&(FileId, usize, Vec<Name>)| {
                place.1 == *unit && place.2.starts_with(&path)
            };
            let covered = places.iter().filter(below).map(|(file, ..)| *file);
            directive.files.extend(covered);
        }
        directive.unseen |= directive.files.is_empty()
            || directive
                .files
                .iter()
                .any(|file| !source(*file).hidden.is_empty() || unparsed.contains(file));
    }
}
