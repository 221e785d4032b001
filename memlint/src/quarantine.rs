//! Released blocks are held back for a while, so that a second release finds them as they were.
//!
//! A block replaces the one that stands in its slot, and the slot follows from its address: one
//! exchange, no lock, no list. How long a block stays is a matter of chance.

use crate::config::config;
use crate::table::hash;
use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

/// Blocks of at most this size are small, and share one half of what may be held back.
const SMALL: usize = 256;
/// Blocks of at most this size share the other half. Larger ones are not held back.
const LARGE: usize = 1 << 14;

static SMALL_SLOTS: [AtomicPtr<u8>; 1 << 14] = [const { AtomicPtr::new(ptr::null_mut()) }; 1 << 14];
static LARGE_SLOTS: [AtomicPtr<u8>; 1 << 8] = [const { AtomicPtr::new(ptr::null_mut()) }; 1 << 8];

/// Holds a block back and returns the one to be freed instead: another, the same, or none (null).
#[inline]
pub(crate) fn hold(block: *mut u8, size: usize) -> *mut u8 {
    let bytes = config().quarantine;
    let (slots, count) = match size {
        0..=SMALL => (&SMALL_SLOTS[..], bytes / (2 * SMALL)),
        _ if size <= LARGE => (&LARGE_SLOTS[..], bytes / (2 * LARGE)),
        _ => return block,
    };
    let count = count.min(slots.len());
    let index = ((hash(block.addr()) & 0xFFFF_FFFF) * count as u64) >> 32;
    match slots.get(index as usize) {
        Some(slot) if count > 0 => slot.swap(block, Ordering::AcqRel),
        _ => block,
    }
}
