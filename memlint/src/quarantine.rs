//! Released blocks are held back for a while, so that a second release finds them as they were.
//!
//! A block takes the place of the one that its thread has released some hundred releases before.
//! Each thread has its own, so there is no lock; what is left when it ends is freed then.

use crate::config::config;
use crate::header::SIZE;
use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ptr;
use std::alloc::System;
use std::thread_local;

/// What a thread may hold back is this part of all that is allowed.
const THREADS: usize = 16;
/// Blocks of at most this size are small, and share one half of it.
const SMALL: usize = 256;
/// Blocks of at most this size share the other half. Larger ones are not held back.
const LARGE: usize = 1 << 13;
/// The most blocks of one kind that a thread holds back, whatever the settings say.
const MOST: usize = 1 << 12;

/// A thread's slots of one size, used in turn. Their number is a power of two, or zero.
struct Ring {
    slots: Cell<*mut *mut u8>,
    mask: Cell<usize>,
    next: Cell<usize>,
}

// Without destructors: blocks are released until the very end of a thread.
thread_local! {
    /// Blocks of at most this size are held back. Zero before the thread has its rings, and after.
    static LIMIT: Cell<usize> = const { Cell::new(0) };
    static KNOWN: Cell<bool> = const { Cell::new(false) };
    /// For small blocks, and for large ones.
    static RINGS: [Ring; 2] = const {
        [const {
            Ring {
                slots: Cell::new(ptr::null_mut()),
                mask: Cell::new(0),
                next: Cell::new(0),
            }
        }; 2]
    };
}

/// Whether this thread holds back blocks of this size.
#[inline(always)]
pub(crate) fn takes(size: usize) -> bool {
    size <= LIMIT.get()
}

/// Holds a block back and returns another one that is to be freed, or none (null).
///
/// # Safety
/// This thread [`takes`] blocks of this size.
#[inline(always)]
pub(crate) unsafe fn hold(block: *mut u8, size: usize) -> *mut u8 {
    RINGS.with(|rings| {
        let ring = &rings[usize::from(size > SMALL)];
        let (slots, next) = (ring.slots.get(), ring.next.get());
        let following = (next + 1) & ring.mask.get();
        ring.next.set(following);
        // SAFETY: where there is a limit, the rings have slots, and both are among them.
        unsafe {
            fetch(slots.add(following).read());
            slots.add(next).replace(block)
        }
    })
}

/// Fetches the header of a block that is freed at the next release, when nobody has used it for long.
#[inline(always)]
fn fetch(block: *mut u8) {
    let header: *const i8 = block.wrapping_sub(SIZE).cast();
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: whatever the address is, the only effect is that it may be quicker to read later.
        unsafe { _mm_prefetch(header, _MM_HINT_T0) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = header;
}

/// How blocks are given back: the allocator, and what it does with one.
#[derive(Clone, Copy)]
pub(crate) struct GiveBack {
    pub(crate) allocator: *const (),
    pub(crate) free: unsafe fn(*const (), *mut u8),
}

/// Gives the thread its rings when it releases its first block, which is not held back.
#[inline]
pub(crate) fn begin(give_back: GiveBack) {
    if !KNOWN.replace(true) {
        share_out(give_back);
    }
}

#[cold]
fn share_out(give_back: GiveBack) {
    // What follows can allocate on some systems, and release: the rings come last.
    if AT_END.try_with(|end| end.0.set(Some(give_back))).is_err() {
        return;
    }
    let share = |size: usize| {
        let count = (config().quarantine / (2 * size * THREADS)).min(MOST);
        count.checked_ilog2().map_or(0, |log| 1 << log)
    };
    let (small, large) = (share(SMALL), share(LARGE));
    RINGS.with(|rings| {
        for (ring, count) in rings.iter().zip([small, large]) {
            ring.slots.set(slots(count));
            ring.mask.set(count.wrapping_sub(1));
        }
        let there = |ring: &Ring| !ring.slots.get().is_null();
        LIMIT.set(match (there(&rings[0]), there(&rings[1])) {
            (true, true) => LARGE,
            (true, false) => SMALL,
            (false, _) => 0,
        });
    });
}

/// Empty slots, in memory that the program's allocator does not see; null if there are none.
fn slots(count: usize) -> *mut *mut u8 {
    match Layout::array::<*mut u8>(count) {
        // SAFETY: the layout is not empty.
        Ok(layout) if count > 0 => unsafe { System.alloc_zeroed(layout).cast() },
        _ => ptr::null_mut(),
    }
}

/// Empties the rings of a thread that ends.
struct AtEnd(Cell<Option<GiveBack>>);

thread_local! {
    static AT_END: AtEnd = const { AtEnd(Cell::new(None)) };
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        LIMIT.set(0);
        let Some(give_back) = self.0.take() else {
            return;
        };
        RINGS.with(|rings| rings.iter().for_each(|ring| empty(ring, give_back)));
    }
}

fn empty(ring: &Ring, give_back: GiveBack) {
    let slots = ring.slots.replace(ptr::null_mut());
    if slots.is_null() {
        return;
    }
    let count = ring.mask.get() + 1;
    for index in 0..count {
        // SAFETY: one of the slots, which hold blocks that nobody else has.
        unsafe {
            let block = *slots.add(index);
            if !block.is_null() {
                (give_back.free)(give_back.allocator, block);
            }
        }
    }
    if let Ok(layout) = Layout::array::<*mut u8>(count) {
        // SAFETY: allocated with this layout, and no longer used.
        unsafe { System.dealloc(slots.cast(), layout) };
    }
}
