//! Routines as their annotations describe them, and the list of those that have run.

use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

/// A routine of a family. The expansion of the attribute keeps one in a static.
pub struct Routine {
    pub(crate) family: &'static str,
    pub(crate) name: &'static str,
    pub(crate) is_release: bool,
    /// Routines of the same foreign block that release what this one allocates.
    pub(crate) releases: &'static [&'static str],
    /// Whether a panic may leave the function.
    pub(crate) unwinds: bool,
    /// Whether a pointer of unknown origin was released here.
    open: AtomicBool,
    listed: AtomicBool,
    next: AtomicPtr<Routine>,
}

impl Routine {
    /// A routine that allocates for `family`; `releases` are those known to give it back.
    pub const fn allocator(
        family: &'static str,
        name: &'static str,
        releases: &'static [&'static str],
    ) -> Routine {
        Routine {
            family,
            name,
            is_release: false,
            releases,
            unwinds: true,
            open: AtomicBool::new(false),
            listed: AtomicBool::new(false),
            next: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// A routine that releases for `family`.
    pub const fn release(family: &'static str, name: &'static str) -> Routine {
        let mut routine = Routine::allocator(family, name, &[]);
        routine.is_release = true;
        routine
    }

    /// The same, of a function that no panic may leave.
    pub const fn without_unwinding(mut self) -> Routine {
        self.unwinds = false;
        self
    }

    /// The same, of a family that is known to have allocators which nobody follows.
    pub const fn of_open_family(mut self) -> Routine {
        self.open = AtomicBool::new(true);
        self
    }

    /// Enters the routine into the list of those that have run.
    #[inline]
    pub(crate) fn note(&'static self) {
        if !self.listed.load(Ordering::Relaxed) {
            self.list();
        }
    }

    #[cold]
    fn list(&'static self) {
        if self.listed.swap(true, Ordering::AcqRel) {
            return;
        }
        let this = ptr::from_ref(self).cast_mut();
        let mut next = LISTED.load(Ordering::Acquire);
        loop {
            self.next.store(next, Ordering::Relaxed);
            match LISTED.compare_exchange_weak(next, this, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return,
                Err(now) => next = now,
            }
        }
    }
}

static LISTED: AtomicPtr<Routine> = AtomicPtr::new(ptr::null_mut());

/// The routines that have run.
pub(crate) fn listed() -> impl Iterator<Item = &'static Routine> {
    let head = LISTED.load(Ordering::Acquire);
    // SAFETY: null, or one of the statics that `list` has entered.
    let node = |pointer: *mut Routine| unsafe { pointer.as_ref() };
    core::iter::successors(node(head), move |routine| {
        node(routine.next.load(Ordering::Acquire))
    })
}

#[cfg(feature = "std")]
/// The routine of a family that has no function of its own: what [`crate::track`] and
/// [`crate::release`] stand for. One is made for each family and never freed.
pub(crate) fn by_hand(family: &'static str, name: &'static str) -> Option<&'static Routine> {
    use core::alloc::{GlobalAlloc, Layout};
    let known = listed().find(|routine| routine.family == family && routine.name == name);
    if known.is_some() {
        return known;
    }
    // SAFETY: the layout is not empty.
    let fresh = unsafe { std::alloc::System.alloc(Layout::new::<Routine>()) }.cast::<Routine>();
    if fresh.is_null() {
        return None;
    }
    let mut routine = Routine::allocator(family, name, &[]);
    routine.is_release = name == RELEASE;
    // SAFETY: a fresh block of the right layout that is never freed.
    let routine = unsafe {
        fresh.write(routine);
        &*fresh
    };
    routine.list();
    Some(routine)
}

/// How [`crate::track`] is named in reports.
pub(crate) const TRACK: &str = "memlint::track";
/// How [`crate::release`] is named in reports.
pub(crate) const RELEASE: &str = "memlint::release";

/// Whether the family is known to have allocators out of view. The C heap and Rust's always have.
///
/// They may hand out an address again that was released in view, so a second release there proves
/// nothing.
pub(crate) fn is_open(family: &str) -> bool {
    matches!(canonical(family), "c_heap" | "rust")
        || listed().any(|routine| routine.family == family && routine.open.load(Ordering::Relaxed))
}

/// Notes that the routine has released a pointer of which nothing was known.
pub(crate) fn open(routine: &'static Routine) {
    routine.open.store(true, Ordering::Relaxed);
}

/// Whether two names mean one family: the built-in ones have several.
#[inline]
pub(crate) fn same_family(a: &str, b: &str) -> bool {
    core::ptr::eq(a, b) || a == b || canonical(a) == canonical(b)
}

/// The one name of a family.
fn canonical(family: &str) -> &str {
    match family {
        "malloc" | "c_heap" | "c-heap" => "c_heap",
        "rust-global" | "rust_global" => "rust",
        other => other,
    }
}

/// A family in a report.
pub(crate) struct Family<'a>(pub(crate) &'a str);

impl core::fmt::Display for Family<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match canonical(self.0) {
            "c_heap" => f.write_str("the C heap"),
            "rust" => f.write_str("the Rust global allocator"),
            name => write!(f, "family `{name}`"),
        }
    }
}
