//! The whole analysis of one workspace: stubs and tables, names, execution.

use crate::audit::Audit;
use crate::deduced::deduced;
use crate::engine::{self, Options, Stats};
use crate::event::Event;
use crate::families::Families;
use crate::ir::Role;
use crate::lower::ParseFailure;
use crate::resolve::{CrateIr, Program};
use crate::span::FileId;
use crate::stubs::stubs;
use std::borrow::Cow;
use std::sync::Mutex;

/// What an analysis found, and what it cost.
#[derive(Debug, Default)]
pub struct Analysis {
    /// What went wrong, in the order of the functions.
    pub events: Vec<Event>,
    /// The cost.
    pub stats: Stats,
    /// What became of each allocation, if that was asked for.
    pub audit: Audit,
    /// Bodies that could not be lowered when they were needed.
    pub failures: Vec<(FileId, ParseFailure)>,
}

/// The stubs of std, if somebody had the time to read them before they were needed.
static PREPARED: Mutex<Option<CrateIr>> = Mutex::new(None);

/// Does what an analysis begins with whatever the crates, for a caller that has to wait anyhow.
pub fn prepare() {
    let stubs = stubs();
    if let Ok(mut slot) = PREPARED.lock() {
        *slot = Some(stubs);
    }
}

/// Analyzes the crates of one workspace together.
pub fn analyze(krates: Vec<CrateIr>, options: &Options) -> Analysis {
    let ready = PREPARED.lock().ok().and_then(|mut slot| slot.take());
    let stubs = ready.unwrap_or_else(stubs);
    let program = Program::build(vec![stubs], krates);
    let known = options.families.as_deref();
    let mut families = Cow::Borrowed(known.unwrap_or_else(|| Families::builtin()));
    add_declared(&mut families, &program);
    add_deduced(&mut families, &program);
    let (events, stats, audit) = engine::execute(&program, &families, options);
    let failures = failures(&program);
    // What is left of a run is its report: giving back millions of small blocks would cost more.
    std::mem::forget(program);
    Analysis {
        events,
        stats,
        audit,
        failures,
    }
}

fn failures(program: &Program) -> Vec<(FileId, ParseFailure)> {
    let mut out = Vec::new();
    for (_, file) in program.files() {
        let failures = file.reader.iter().flat_map(|reader| reader.failures());
        out.extend(failures.map(|(pos, message)| (file.file, ParseFailure { pos, message })));
    }
    out
}

/// Adds the families that the program declares by `#[paired_alloc]`.
fn add_declared(families: &mut Cow<'_, Families>, program: &Program) {
    for id in program.fns() {
        let Some(pairing) = &program.function(id).pairing else {
            continue;
        };
        let families = families.to_mut();
        let family = families.declare(pairing.family.as_str());
        if pairing.role == Role::Free {
            families.propose_release(family, &program.func(id).label);
        }
    }
}

/// Adds the families that the declarations of foreign functions tell.
fn add_deduced(families: &mut Cow<'_, Families>, program: &Program) {
    let tables = deduced(program, families);
    if !tables.is_empty() {
        // What declarations tell names no routine twice, so nothing in it can be refused.
        let refused = families.to_mut().add(&tables);
        debug_assert!(refused.is_ok(), "{refused:?}");
    }
}
