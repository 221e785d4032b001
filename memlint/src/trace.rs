//! Backtraces of allocations, if the environment asks for them: they cost microseconds each.

use std::backtrace::Backtrace;
use std::boxed::Box;

/// Takes one of the caller and returns its address.
#[cold]
pub(crate) fn take() -> usize {
    Box::into_raw(Box::new(Backtrace::force_capture())).expose_provenance()
}

/// The backtrace at an address that [`take`] returned.
pub(crate) fn shown(address: usize) -> &'static Backtrace {
    // SAFETY: entries keep what `take` returned, and it is freed only by `free` with its entry.
    unsafe { &*core::ptr::with_exposed_provenance::<Backtrace>(address) }
}

/// Frees one when its object ends; zero is none.
#[inline]
pub(crate) fn free(address: usize) {
    if address != 0 {
        free_taken(address);
    }
}

#[cold]
fn free_taken(address: usize) {
    let trace = core::ptr::with_exposed_provenance_mut::<Backtrace>(address);
    // SAFETY: `take` made it, and its entry, the only holder, is gone.
    drop(unsafe { Box::from_raw(trace) });
}
