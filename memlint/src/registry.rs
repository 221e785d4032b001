//! Which paired objects live, and which were released lately.
//!
//! It holds only what annotated routines hand out, so a list of it carries no noise of the runtime.
//! No lock is held while anything is reported, and none of it uses the program's allocator.

use crate::entry::{Doer, Ended, Entry};
use crate::routine::same_family;
use crate::table::{Table, hash};
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SHARDS: usize = 64;
/// How many released objects a shard remembers.
const REMEMBERED: usize = 8;
/// Objects into which a pointer may point are searched only among so many.
const SEARCHED: usize = 1 << 16;

#[repr(align(128))]
struct Shard {
    state: Mutex<State>,
    live: AtomicUsize,
    ended: AtomicUsize,
}

struct State {
    live: Table,
    ended: [Option<Ended>; REMEMBERED],
    /// The place of the next released object, in turn.
    next: usize,
}

static REGISTRY: [Shard; SHARDS] = [const {
    Shard {
        state: Mutex::new(State {
            live: Table::new(),
            ended: [None; REMEMBERED],
            next: 0,
        }),
        live: AtomicUsize::new(0),
        ended: AtomicUsize::new(0),
    }
}; SHARDS];

/// Whether anything was ever entered.
static USED: AtomicBool = AtomicBool::new(false);

/// What a release means for the object at its address.
#[derive(Clone, Copy)]
pub(crate) enum Verdict {
    /// A live object of the family; it is entered no more.
    Right(Entry),
    /// A live object of another family; it stays entered.
    OtherFamily(Entry),
    /// Released before, and handed out by no annotated routine since.
    Again(Ended),
    /// So many bytes into a live object.
    Inside(Entry, usize),
    /// Nothing is known of it.
    Unknown,
}

fn shard(address: usize) -> &'static Shard {
    &REGISTRY[(hash(address) >> 58) as usize % SHARDS]
}

fn lock(shard: &'static Shard) -> MutexGuard<'static, State> {
    shard.state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Enters a live object. What stood under its address was released out of view.
pub(crate) fn enter(entry: Entry) -> Option<Entry> {
    if !USED.load(Ordering::Relaxed) {
        USED.store(true, Ordering::Relaxed);
    }
    let shard = shard(entry.address);
    let mut state = lock(shard);
    if shard.ended.load(Ordering::Relaxed) != 0 {
        state.forget_ended(entry.address, shard);
    }
    let before = state.live.insert(entry);
    if before.is_none() {
        shard.live.fetch_add(1, Ordering::Relaxed);
    }
    before
}

/// Takes the object that a routine of a family is about to release.
pub(crate) fn take(address: usize, by: &Doer) -> Verdict {
    let shard = shard(address);
    {
        let mut state = lock(shard);
        if let Some(entry) = state.live.get(address) {
            let entry = *entry;
            if !same_family(entry.by.family(), by.family()) {
                return Verdict::OtherFamily(entry);
            }
            state.end(shard, Ended { entry, by: *by });
            return Verdict::Right(entry);
        }
        let ended = state.ended.iter().flatten();
        if let Some(ended) = ended.into_iter().find(|e| e.entry.address == address) {
            return Verdict::Again(*ended);
        }
    }
    match containing(address) {
        Some(entry) => Verdict::Inside(entry, address - entry.address),
        None => Verdict::Unknown,
    }
}

/// Notes that an object was released by a routine without annotation.
#[inline]
pub(crate) fn released_elsewhere(address: usize, by: impl FnOnce() -> Doer) {
    if !USED.load(Ordering::Relaxed) {
        return;
    }
    let shard = shard(address);
    if shard.live.load(Ordering::Relaxed) == 0 {
        return;
    }
    let mut state = lock(shard);
    if let Some(entry) = state.live.get(address) {
        let entry = *entry;
        state.end(shard, Ended { entry, by: by() });
    }
}

/// Notes that an address is in use again, by memory that is not paired.
#[inline]
pub(crate) fn reused(address: usize) {
    if !USED.load(Ordering::Relaxed) {
        return;
    }
    let shard = shard(address);
    if shard.ended.load(Ordering::Relaxed) != 0 {
        lock(shard).forget_ended(address, shard);
    }
}

/// The live object at an address.
pub(crate) fn find(address: usize) -> Option<Entry> {
    lock(shard(address)).live.get(address).copied()
}

/// Changes a live object's entry.
pub(crate) fn change(address: usize, change: impl FnOnce(&mut Entry)) -> bool {
    match lock(shard(address)).live.get(address) {
        Some(entry) => {
            change(entry);
            true
        }
        None => false,
    }
}

/// Shows every live object to `see`, which must not come back here.
pub(crate) fn each(mut see: impl FnMut(&mut Entry)) {
    for shard in &REGISTRY {
        if shard.live.load(Ordering::Relaxed) != 0 {
            lock(shard).live.iter_mut().for_each(&mut see);
        }
    }
}

/// The live object into which an address points.
fn containing(address: usize) -> Option<Entry> {
    let live = |shard: &Shard| shard.live.load(Ordering::Relaxed);
    if REGISTRY.iter().map(live).sum::<usize>() > SEARCHED {
        return None;
    }
    let mut found = None;
    each(|entry| {
        let offset = address.wrapping_sub(entry.address);
        if offset < entry.pointee.size {
            found = Some(*entry);
        }
    });
    found
}

impl State {
    fn end(&mut self, shard: &Shard, ended: Ended) {
        self.live.remove(ended.entry.address);
        shard.live.fetch_sub(1, Ordering::Relaxed);
        self.forget_ended(ended.entry.address, shard);
        if let Some(slot) = self.ended.get_mut(self.next) {
            if slot.is_none() {
                shard.ended.fetch_add(1, Ordering::Relaxed);
            }
            *slot = Some(ended);
        }
        self.next = (self.next + 1) % REMEMBERED;
    }

    fn forget_ended(&mut self, address: usize, shard: &Shard) {
        for slot in &mut self.ended {
            if slot.is_some_and(|ended| ended.entry.address == address) {
                *slot = None;
                shard.ended.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}
