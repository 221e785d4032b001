//! What `#[paired_alloc]` expands to. Not for use by hand: it changes without notice.

pub use crate::__select as select;
pub use crate::entry::{Pointee, Site};
pub use crate::pointer::{
    Kept, OtherStatus, Otherwise, Place, Pointer, Probe, Status, kept, place_target, result, target,
};
pub use crate::routine::Routine;
pub use crate::switch::ENABLED;

#[cfg(feature = "std")]
pub use std::alloc::System;

use crate::checks;
use crate::entry::Entry;
use core::panic::Location;

/// The place of the call, or of the caller of a function that is `#[track_caller]`.
#[inline(always)]
#[track_caller]
pub const fn here() -> Site {
    Location::caller()
}

/// Calls a function's body once. That it is called once lets it return what it was handed.
#[inline(always)]
pub fn body<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// A routine returned this.
#[inline(always)]
pub fn acquired<P: Pointer>(
    routine: &'static Routine,
    site: Site,
    pointer: &P,
    pointee: &'static Pointee,
) {
    if ENABLED {
        checks::acquired(routine, site, pointer.address(), pointee);
    }
}

/// A routine that succeeded left this behind a parameter.
///
/// # Safety
/// The place is null, or may be read.
#[inline(always)]
pub unsafe fn acquired_at<P: Pointer>(
    routine: &'static Routine,
    site: Site,
    place: Kept<P>,
    pointee: &'static Pointee,
) {
    // SAFETY: the caller's promise.
    if ENABLED && let Some(pointer) = unsafe { place.look() } {
        checks::acquired(routine, site, pointer.address(), pointee);
    }
}

/// While it lives, a release of the same object on the same thread is part of this one: routines
/// that release call each other.
pub struct Releasing(pub(crate) bool);

impl Releasing {
    /// Of nothing.
    pub const NOTHING: Releasing = Releasing(false);
}

impl Drop for Releasing {
    #[inline(always)]
    fn drop(&mut self) {
        if ENABLED && self.0 {
            checks::released();
        }
    }
}

/// A routine is about to release this; nothing if it shall not.
#[inline(always)]
#[track_caller]
pub fn releasing<P: Pointer>(
    routine: &'static Routine,
    site: Site,
    pointer: &P,
) -> Option<Releasing> {
    if !ENABLED {
        return Some(Releasing::NOTHING);
    }
    checks::releasing(routine, site, pointer.address())
}

/// A routine is about to release what a place points to; nothing if it shall not.
///
/// # Safety
/// The place is null, or may be read.
#[inline(always)]
#[track_caller]
pub unsafe fn releasing_at<O: Place>(
    routine: &'static Routine,
    site: Site,
    out: &O,
) -> Option<Releasing> {
    // SAFETY: the caller's promise.
    match unsafe { out.place().as_ref() } {
        Some(pointer) if ENABLED => checks::releasing(routine, site, pointer.address()),
        _ => Some(Releasing::NOTHING),
    }
}

/// What a reallocation was handed.
pub struct Resized(pub(crate) Option<Entry>, pub(crate) Releasing);

impl Resized {
    /// Nothing that is known.
    pub const NOTHING: Resized = Resized(None, Releasing::NOTHING);
}

/// A routine is about to reallocate this; nothing if it shall not.
#[inline(always)]
#[track_caller]
pub fn resizing<P: Pointer>(routine: &'static Routine, site: Site, pointer: &P) -> Option<Resized> {
    if !ENABLED {
        return Some(Resized::NOTHING);
    }
    checks::resizing(routine, site, pointer.address())
}

/// A reallocation returned this.
#[inline(always)]
pub fn resized<P: Pointer>(
    routine: &'static Routine,
    site: Site,
    old: Resized,
    pointer: &P,
    pointee: &'static Pointee,
) {
    let Resized(old, releasing) = old;
    drop(releasing);
    if ENABLED {
        checks::resized(routine, site, old, pointer.address(), pointee);
    }
}

/// What follows a function that waits: it may go on in another thread.
pub trait Waiting {
    /// The same without the thread's note of a release.
    fn waiting(self) -> Self;
}

impl Waiting for Releasing {
    fn waiting(self) -> Releasing {
        Releasing::NOTHING
    }
}

impl Waiting for Resized {
    fn waiting(self) -> Resized {
        Resized(self.0, Releasing::NOTHING)
    }
}
