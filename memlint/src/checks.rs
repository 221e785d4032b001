//! What happens when a paired routine runs.

use crate::config::{Mode, config};
use crate::entry::{Doer, Ended, Entry, Pointee, Site, Veiled};
use crate::registry::{self, Verdict};
use crate::report::{Expected, Report};
use crate::routine::{self, Family, Routine};
use crate::rt::{Releasing, Resized};
use crate::{scope, thread, trace};

/// Below it no object lives: what points there is a mark, such as a dangling pointer.
const LOWEST: usize = 4096;

fn doer(routine: &'static Routine, site: Site) -> Doer {
    routine.note();
    Doer {
        routine: Some(routine),
        site: Some(site),
        thread: thread::number(),
    }
}

fn is_object(address: usize) -> bool {
    address >= LOWEST && config().mode != Mode::Off
}

/// A routine of a family has allocated an object.
pub(crate) fn acquired(
    routine: &'static Routine,
    site: Site,
    address: *const (),
    pointee: &'static Pointee,
) {
    let address = address.addr();
    if is_object(address) {
        scope::watch_the_end();
        enter(&Entry {
            address: Veiled::new(address),
            by: doer(routine, site),
            pointee,
            scope: thread::scope(),
            order: thread::next_order(),
            excused: false,
            trace: if config().backtraces {
                trace::take()
            } else {
                0
            },
        });
    }
}

fn enter(entry: &Entry) {
    trace::free(registry::enter(entry));
}

/// A routine of a family is about to release an object. Nothing if it shall not: after a report that
/// did not end the program, a faulty release is left out.
#[track_caller]
pub(crate) fn releasing(
    routine: &'static Routine,
    site: Site,
    address: *const (),
) -> Option<Releasing> {
    let address = address.addr();
    take(routine, site, address)?;
    thread::begin_release(address);
    Some(Releasing(true))
}

/// It has returned.
pub(crate) fn released() {
    thread::end_release();
}

/// A routine of a family is about to give one object for another.
#[track_caller]
pub(crate) fn resizing(
    routine: &'static Routine,
    site: Site,
    address: *const (),
) -> Option<Resized> {
    let address = address.addr();
    let old = registry::find(address);
    take(routine, site, address)?;
    thread::begin_release(address);
    Some(Resized(old, Releasing(true)))
}

/// The reallocation has returned.
pub(crate) fn resized(
    routine: &'static Routine,
    site: Site,
    old: Option<Entry>,
    address: *const (),
    pointee: &'static Pointee,
) {
    if address.is_null() {
        // It has failed, and the old object lives; or it was asked for no bytes, and it does not.
        if let Some(old) = old {
            enter(&Entry {
                excused: true,
                trace: 0,
                ..old
            });
        }
        return;
    }
    acquired(routine, site, address, pointee);
}

/// Lets an object leave the registry, if it is known; nothing if the release shall not happen.
#[track_caller]
fn take(routine: &'static Routine, site: Site, address: usize) -> Option<()> {
    if !is_object(address) {
        return Some(());
    }
    let by = doer(routine, site);
    match registry::take(address, &by) {
        Verdict::Right { trace } => {
            trace::free(trace);
            return Some(());
        }
        Verdict::Again(_) | Verdict::Unknown if thread::is_releasing(address) => {
            return Some(());
        }
        Verdict::OtherFamily(entry) => other_family(&by, routine, &entry),
        Verdict::Again(ended) if config().unknown || !routine::is_open(routine.family) => {
            again(&by, routine, &ended);
        }
        Verdict::Inside(entry, offset) => inside(&by, routine, &entry, offset),
        Verdict::Again(_) | Verdict::Unknown => {
            routine::open(routine);
            if !config().unknown {
                return Some(());
            }
            unknown(&by, routine, address);
        }
    }
    None
}

#[cold]
#[track_caller]
fn other_family(by: &Doer, routine: &Routine, entry: &Entry) {
    Report {
        lint: "mismatched_dealloc",
        message: format_args!(
            "`{}` releases memory of {}",
            routine.name,
            Family(entry.by.family())
        ),
        address: entry.address.get(),
        by: Some(by),
        caller: None,
        ended: None,
        entry: Some(entry),
        layout: None,
        expected: Some(format_args!("{}", Expected(entry))),
        help: format_args!("release it with {}", Expected(entry)),
    }
    .raise(routine.unwinds);
}

#[cold]
#[track_caller]
fn again(by: &Doer, routine: &Routine, ended: &Ended) {
    let first = match ended.by.name() {
        "" => "the Rust global allocator",
        name => name,
    };
    Report {
        lint: "double_free",
        message: format_args!(
            "`{}` releases memory that `{first}` has already released",
            routine.name
        ),
        address: ended.entry.address.get(),
        by: Some(by),
        caller: None,
        ended: Some(&ended.by),
        entry: Some(&ended.entry),
        layout: None,
        expected: None,
        help: format_args!(
            "let one of them release it; after the first the memory may belong to somebody else"
        ),
    }
    .raise(routine.unwinds);
}

#[cold]
#[track_caller]
fn inside(by: &Doer, routine: &Routine, entry: &Entry, offset: usize) {
    Report {
        lint: "free_offset",
        message: format_args!(
            "`{}` releases a pointer {offset} bytes into its allocation",
            routine.name
        ),
        address: entry.address.get() + offset,
        by: Some(by),
        caller: None,
        ended: None,
        entry: Some(entry),
        layout: None,
        expected: Some(format_args!(
            "the pointer that `{}` returned",
            entry.by.name()
        )),
        help: format_args!("keep the pointer as it was returned and move a copy of it"),
    }
    .raise(routine.unwinds);
}

#[cold]
#[track_caller]
fn unknown(by: &Doer, routine: &Routine, address: usize) {
    Report {
        lint: "mismatched_dealloc",
        message: format_args!(
            "`{}` releases memory that no annotated routine has handed out",
            routine.name
        ),
        address,
        by: Some(by),
        caller: None,
        ended: None,
        entry: None,
        layout: None,
        expected: Some(format_args!("memory of {}", Family(routine.family))),
        help: format_args!("annotate the routine that allocates it, or unset `MEMLINT_UNKNOWN`"),
    }
    .raise(routine.unwinds);
}
