//! What is still live: at the end of a scope, and at the end of the program.

use crate::config::{Leaks, config, is_read};
use crate::entry::{Entry, Site};
use crate::report::{Expected, Report, warn};
use crate::routine::Family;
use crate::{registry, thread};
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::string::String;

/// So many objects are listed one by one.
const LISTED: usize = 20;

static NEXT: AtomicU32 = AtomicU32::new(1);

/// Makes a new scope the innermost one of this thread; its number, and the one outside of it.
pub(crate) fn open() -> (u32, u32) {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    (number, thread::set_scope(number))
}

/// How many objects of a scope are live.
pub(crate) fn live(scope: u32) -> usize {
    let mut count = 0;
    registry::each(|entry| count += usize::from(counts(entry, scope)));
    count
}

fn counts(entry: &Entry, scope: u32) -> bool {
    entry.scope == scope && !entry.excused
}

/// Ends a scope. What is still live belongs to the one outside from now on; a list of it, or
/// nothing.
pub(crate) fn close(scope: u32, outer: u32) -> Option<String> {
    thread::set_scope(outer);
    let live = live(scope);
    let list = (live > 0).then(|| list(scope, live));
    registry::each(|entry| {
        if entry.scope == scope {
            entry.scope = outer;
        }
    });
    list
}

fn list(scope: u32, live: usize) -> String {
    use core::fmt::Write as _;
    let mut text = String::new();
    in_order(
        |entry| counts(entry, scope),
        |entry| {
            let _ = write!(text, "\n  `{}`", entry.by.name());
            if let Some(site) = entry.by.site {
                let _ = write!(text, " at {site}");
            }
            let _ = write!(text, ", {}", Family(entry.by.family()));
            let _ = write!(text, "; expected: {}", Expected(entry));
        },
    );
    if live > LISTED {
        let _ = write!(text, "\n  and {} more", live - LISTED);
    }
    text
}

/// Shows the first objects that are wanted, in the order of their allocation. Nothing is allocated
/// and no lock is held while `see` looks at one.
fn in_order(wanted: impl Fn(&Entry) -> bool, mut see: impl FnMut(&Entry)) {
    let key = |entry: &Entry| (entry.by.thread, entry.order);
    let mut last = (0, 0);
    for _ in 0..LISTED {
        let mut next: Option<Entry> = None;
        registry::each(|entry| {
            let is_next = key(entry) > last && next.is_none_or(|next| key(entry) < key(&next));
            if is_next && wanted(entry) {
                next = Some(*entry);
            }
        });
        let Some(entry) = next else {
            return;
        };
        see(&entry);
        last = key(&entry);
    }
}

static WATCHED: AtomicU8 = AtomicU8::new(0);

/// Lets the end of the program list what is live, if the environment asks for it.
#[inline]
pub(crate) fn watch_the_end() {
    if WATCHED.load(Ordering::Relaxed) == 0 {
        watch();
    }
}

#[cold]
fn watch() {
    let leaks = config().leaks;
    if !is_read() {
        return;
    }
    if WATCHED.swap(1, Ordering::Relaxed) == 0 {
        registry::survive_fork();
        if leaks != Leaks::Ignore {
            OWNER.store(std::process::id(), Ordering::Relaxed);
            // SAFETY: the function lives as long as the program, and does not unwind.
            unsafe { system::atexit(at_exit) };
        }
    }
}

/// The process that is asked for what it leaves. A fork of it has the same objects, which are not its
/// own to release.
static OWNER: AtomicU32 = AtomicU32::new(0);

extern "C" fn at_exit() {
    if std::process::id() != OWNER.load(Ordering::Relaxed) {
        return;
    }
    let mut live = 0;
    registry::each(|entry| live += usize::from(!entry.excused));
    in_order(|entry| !entry.excused, tell_leak);
    if live == 0 {
        return;
    }
    let objects = if live == 1 {
        "object is"
    } else {
        "objects are"
    };
    warn(format_args!("{live} paired {objects} live at the end"));
    if config().leaks == Leaks::Fail {
        // SAFETY: what the C side has buffered is written, and the process ends.
        unsafe {
            system::fflush(core::ptr::null_mut());
            system::_exit(1)
        }
    }
}

fn tell_leak(entry: &Entry) {
    Report {
        lint: "leaked_alloc",
        message: format_args!(
            "memory that `{}` allocated is never released",
            entry.by.name()
        ),
        address: entry.address.get(),
        by: None,
        caller: None,
        ended: None,
        entry: Some(entry),
        layout: None,
        expected: Some(format_args!("{}", Expected(entry))),
        help: format_args!("release it, or say that it is meant with `memlint::forget`"),
    }
    .emit();
}

mod system {
    //! The C library's end of the program.

    use core::ffi::{c_int, c_void};

    unsafe extern "C" {
        pub(super) fn atexit(function: extern "C" fn()) -> c_int;
        pub(super) fn fflush(stream: *mut c_void) -> c_int;
        pub(super) fn _exit(status: c_int) -> !;
    }
}

/// The site of a scope in its panic.
pub(crate) fn complain(name: &str, site: Site, list: &str) -> String {
    std::format!(
        "memlint: leaked_alloc: still live at the end of `{name}`, opened at {site}:{list}"
    )
}
