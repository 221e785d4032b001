//! All locks are taken before a fork, and given back on both sides of it.

use super::{REGISTRY, SHARDS, State, lock};
use core::cell::UnsafeCell;
use core::ffi::c_int;
use std::sync::MutexGuard;

unsafe extern "C" {
    fn pthread_atfork(
        before: extern "C" fn(),
        parent: extern "C" fn(),
        child: extern "C" fn(),
    ) -> c_int;
}

struct Held(UnsafeCell<[Option<MutexGuard<'static, State>>; SHARDS]>);

// SAFETY: only who holds all the locks looks at it.
unsafe impl Sync for Held {}

static HELD: Held = Held(UnsafeCell::new([const { None }; SHARDS]));

pub(super) fn prepare() {
    // SAFETY: the functions live as long as the program, and do not unwind.
    unsafe { pthread_atfork(take, give, give) };
}

extern "C" fn take() {
    let guards = REGISTRY.each_ref().map(lock).map(Some);
    // SAFETY: we hold all the locks.
    unsafe { *HELD.0.get() = guards };
}

extern "C" fn give() {
    // SAFETY: `take` has run in this thread, or in the one that this is a copy of.
    let guards = unsafe { core::ptr::replace(HELD.0.get(), [const { None }; SHARDS]) };
    // Only now: with the last of them goes the right to look.
    drop(guards);
}
