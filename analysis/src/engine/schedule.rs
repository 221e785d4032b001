//! The schedule: rounds of roots, executed on all threads of the pool.
//!
//! The events and their order do not depend on the number of threads.

use super::audit::{Log, Spot};
use super::frontier::{Candidate, Frontier};
use super::interest::Survey;
use super::lent::borne_out;
use super::machine::{Bounds, Machine};
use super::noted::Noted;
use super::spots::{self, Shown};
use crate::audit::Audit;
use crate::event::Event;
use crate::families::Families;
use crate::resolve::{FnId, Program};
use rustc_hash::FxHashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, PoisonError, RwLock};

/// How much the engine may do.
#[derive(Clone, Debug)]
pub struct Options {
    /// Steps that one function may cost, all paths and followed calls together.
    pub steps: u32,
    /// Steps that one followed call of the user's functions may cost at most.
    pub call_steps: u32,
    /// States kept where the paths of one function meet.
    pub states: usize,
    /// Calls of the user's functions that are followed into each other.
    pub depth: usize,
    /// The families in force; those that come with the program if left out.
    pub families: Option<Arc<Families>>,
    /// Whether what became of each allocation is told as well.
    pub audit: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            steps: 6_000,
            call_steps: 1_000,
            states: 12,
            depth: 5,
            families: None,
            audit: false,
        }
    }
}

/// What a run cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Functions executed.
    pub bodies: usize,
    /// Functions of which some paths were not executed to the end.
    pub states_capped: usize,
    /// Steps.
    pub steps: u64,
}

/// A thread's stack: bodies are lowered on it, however deep they are nested.
const STACK: usize = 64 << 20;

/// Where the events of pairs begin, in the order of events.
const OF_PAIRS: u64 = 1 << 32;

/// What the threads share.
struct Shared<'p> {
    frontier: RwLock<Frontier<'p>>,
    round: RwLock<Vec<Candidate>>,
    next: AtomicUsize,
    /// Whether what needs no root is still to be done.
    pairs: Mutex<bool>,
    results: Mutex<Results>,
    meeting: Barrier,
}

#[derive(Default)]
struct Results {
    /// Events by the function they belong to; those of pairs of functions come last.
    events: Vec<(u64, Vec<Event>)>,
    stats: Stats,
    executed: FxHashSet<FnId>,
    acting: Vec<FnId>,
    noted: Noted,
    shown: Vec<(Spot, Log)>,
    capped: FxHashSet<FnId>,
}

/// Executes every function of the program that touches memory by hand, on all threads of the
/// pool; the order of the events does not depend on their number.
pub fn execute(
    program: &Program,
    families: &Families,
    options: &Options,
) -> (Vec<Event>, Stats, Audit) {
    let bounds = Bounds {
        steps: options.steps,
        call_steps: options.call_steps,
        states: options.states,
        depth: options.depth,
    };
    let survey = Survey::new(program, families);
    let mut mentions = survey.mentions();
    let routines = survey.routines();
    let interest = Arc::new(survey.interest(&mentions, routines.clone()));
    mentions.retain(|mention| interest.holds(mention.id));
    let frontier = Frontier::new(survey, mentions, routines);
    let threads = rayon::current_num_threads();
    let shared = Shared {
        round: RwLock::new(frontier.candidates()),
        frontier: RwLock::new(frontier),
        next: AtomicUsize::new(0),
        pairs: Mutex::new(true),
        results: Mutex::default(),
        meeting: Barrier::new(threads),
    };
    // Threads of its own: those of a pool must not wait for each other.
    let work = |leads: bool| {
        // Each thread keeps one machine, since what it has learnt of types and names stays true.
        let new = || {
            let mut machine = Machine::new(program, families, bounds, interest.clone());
            machine.ledger.on = options.audit;
            machine
        };
        let mut machine = new();
        loop {
            let before = std::mem::take(&mut *lock(&shared.pairs));
            if before {
                let events = quietly(|| {
                    let mut events = machine.cloned_owners();
                    events.append(&mut machine.declarations());
                    events
                });
                match events {
                    Some(events) => lock(&shared.results).events.push((u64::MAX, events)),
                    None => machine = new(),
                }
            }
            shared.work(&mut machine, &new);
            shared.meeting.wait();
            if leads {
                shared.advance();
            }
            shared.meeting.wait();
            if read(&shared.round).is_empty() {
                break;
            }
        }
        if leads {
            shared.other_pairs(&mut machine);
        }
    };
    std::thread::scope(|scope| {
        for n in 0..threads {
            let thread = std::thread::Builder::new().stack_size(STACK);
            let started = thread.spawn_scoped(scope, move || work(n == 0));
            started.expect("the system gives as many threads as the pool has");
        }
    });
    let mut results = shared
        .results
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    results.events.sort_by_key(|e| e.0);
    let noted = results.noted.sorted();
    results.events.push((u64::MAX, borne_out(&noted)));
    if noted.is_telling() {
        let mut machine = Machine::new(program, families, bounds, interest);
        let events = quietly(|| {
            let mut events = machine.unreleased(&noted.stored);
            events.append(&mut machine.made_elsewhere(&noted.stored));
            events.append(&mut machine.misreleased(&noted));
            events.append(&mut machine.unpaired_exports(&noted));
            events.append(&mut machine.mispaired_exports(&noted));
            events
        });
        results.events.push((u64::MAX, events.unwrap_or_default()));
    }
    let audit = options.audit.then(|| {
        let shown = Shown::new(results.shown, results.executed, results.capped);
        quietly(|| spots::survey(program, families, &shown)).unwrap_or_default()
    });
    let events = results.events.into_iter().flat_map(|e| e.1);
    (events.collect(), results.stats, audit.unwrap_or_default())
}

impl<'p> Shared<'p> {
    /// Takes candidates of the round until none is left.
    fn work(&self, machine: &mut Machine<'p>, new: &impl Fn() -> Machine<'p>) {
        let frontier = read(&self.frontier);
        let round = read(&self.round);
        let mut mine = Results::default();
        while let Some(&candidate) = round.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            if !quietly(|| frontier.admits(candidate, machine)).unwrap_or(false) {
                continue;
            }
            let id = candidate.id;
            let done = quietly(|| machine.root(id)).is_some();
            mine.executed.insert(id);
            if done && machine.ledger.on {
                mine.shown.append(&mut machine.audit_result());
            }
            if machine.capped || !done {
                mine.capped.insert(id);
            }
            mine.stats.bodies += 1;
            mine.stats.steps += u64::from(machine.steps);
            mine.stats.states_capped += usize::from(machine.capped || !done);
            if machine.acts || !done {
                mine.acting.push(id);
            }
            mine.noted.append(std::mem::take(&mut machine.noted));
            let events = std::mem::take(&mut machine.events);
            mine.events.push((u64::from(id.0), events));
            let of_pairs = std::mem::take(&mut machine.of_pairs);
            mine.events.push((OF_PAIRS + u64::from(id.0), of_pairs));
            if !done {
                *machine = new();
            }
        }
        let mut all = lock(&self.results);
        all.events.append(&mut mine.events);
        all.stats.bodies += mine.stats.bodies;
        all.stats.steps += mine.stats.steps;
        all.stats.states_capped += mine.stats.states_capped;
        all.executed.extend(mine.executed);
        all.acting.append(&mut mine.acting);
        all.shown.append(&mut mine.shown);
        all.capped.extend(mine.capped);
        all.noted.append(mine.noted);
    }

    /// The pairs of functions of which the first was no root.
    fn other_pairs(&self, machine: &mut Machine<'p>) {
        let roots = std::mem::take(&mut lock(&self.results).executed);
        let events = quietly(|| machine.protocols(&roots));
        let mut results = lock(&self.results);
        results.executed = roots;
        results.noted.append(std::mem::take(&mut machine.noted));
        results.events.push((u64::MAX, events.unwrap_or_default()));
    }

    fn advance(&self) {
        let mut results = lock(&self.results);
        let acting = std::mem::take(&mut results.acting);
        let mut frontier = self
            .frontier
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        frontier.advance(&results.executed, &acting);
        *self.round.write().unwrap_or_else(PoisonError::into_inner) = frontier.candidates();
        self.next.store(0, Ordering::Relaxed);
    }
}

/// A fault of the engine costs one function, not the run.
fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(of: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    of.read().unwrap_or_else(PoisonError::into_inner)
}
