//! Which paired objects live, and which were released lately.
//!
//! It holds only what annotated routines hand out, so a list of it carries no noise of the runtime.
//! No lock is held while anything is reported, and none of it uses the program's allocator.

use crate::entry::{Doer, Ended, Entry};
use crate::routine::same_family;
use crate::table::{Inserted, Table, hash};
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[cfg(unix)]
mod fork;

const SHARDS: usize = 64;
/// Addresses that agree above so many bits are neighbours.
const REGION: u32 = 16;
/// How many released objects a shard remembers.
const REMEMBERED: usize = 8;
/// Objects into which a pointer may point are searched only among so many.
const SEARCHED: usize = 1 << 12;

#[repr(align(128))]
struct Shard {
    state: Mutex<State>,
    /// How many objects live; written by who holds the lock.
    live: AtomicUsize,
    /// The addresses of the released objects; zero where there is none. Written by who holds the
    /// lock.
    ended_at: [AtomicUsize; REMEMBERED],
}

struct State {
    live: Table,
    ended: [Ended; REMEMBERED],
    /// The place of the next released object, in turn.
    next: usize,
}

static REGISTRY: [Shard; SHARDS] = [const {
    Shard {
        state: Mutex::new(State {
            live: Table::new(),
            ended: [Ended::NOTHING; REMEMBERED],
            next: 0,
        }),
        live: AtomicUsize::new(0),
        ended_at: [const { AtomicUsize::new(0) }; REMEMBERED],
    }
}; SHARDS];

/// Whether anything was ever entered.
static USED: AtomicBool = AtomicBool::new(false);

/// What a release means for the object at its address.
#[derive(Clone, Copy)]
pub(crate) enum Verdict {
    /// A live object of the family; it is entered no more. It had this backtrace.
    Right {
        /// The address of the backtrace, or zero.
        trace: usize,
    },
    /// A live object of another family; it stays entered.
    OtherFamily(Entry),
    /// Released before, and handed out by no annotated routine since.
    Again(Ended),
    /// So many bytes into a live object of the family.
    Inside(Entry, usize),
    /// Nothing is known of it.
    Unknown,
}

/// The shard of an address. Neighbours share it: allocators give threads regions of their own, so that
/// threads seldom touch the shards of others.
fn shard(address: usize) -> &'static Shard {
    let region = address >> REGION;
    &REGISTRY[(hash(region << 4) >> 58) as usize % SHARDS]
}

fn lock(shard: &'static Shard) -> MutexGuard<'static, State> {
    shard.state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Enters a live object. What stood under its address was released out of view; the address of its
/// backtrace, or zero.
pub(crate) fn enter(entry: &Entry) -> usize {
    if !USED.load(Ordering::Relaxed) {
        USED.store(true, Ordering::Relaxed);
    }
    let address = entry.address.get();
    let shard = shard(address);
    let mut state = lock(shard);
    shard.forget_ended(address);
    match state.live.insert(entry) {
        Inserted::Fresh => {
            let live = shard.live.load(Ordering::Relaxed);
            shard.live.store(live + 1, Ordering::Relaxed);
            0
        }
        Inserted::Over { trace } => trace,
        // What is not entered has no end at which its backtrace could be freed.
        Inserted::Not => entry.trace,
    }
}

/// Takes the object that a routine of a family is about to release.
pub(crate) fn take(address: usize, by: &Doer) -> Verdict {
    let shard = shard(address);
    {
        let mut state = lock(shard);
        if let Some(index) = state.live.index_of(address) {
            let entry = state.live.at(index);
            if !same_family(entry.by.family(), by.family()) {
                return Verdict::OtherFamily(*entry);
            }
            let trace = entry.trace;
            state.end(shard, index, by);
            return Verdict::Right { trace };
        }
        if let Some(index) = shard.ended_index(address) {
            return Verdict::Again(state.ended[index]);
        }
    }
    match containing(address, by) {
        Some(entry) => Verdict::Inside(entry, address - entry.address.get()),
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
    if let Some(index) = state.live.index_of(address) {
        state.end(shard, index, &by());
    }
}

/// Notes that an address is in use again, by memory that is not paired.
#[inline]
pub(crate) fn reused(address: usize) {
    if !USED.load(Ordering::Relaxed) {
        return;
    }
    let shard = shard(address);
    if shard.ended_index(address).is_some() {
        let _lock = lock(shard);
        shard.forget_ended(address);
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

/// The live object of the family into which an address points. One of another family may well have
/// an object of this family inside.
fn containing(address: usize, by: &Doer) -> Option<Entry> {
    let live = |shard: &Shard| shard.live.load(Ordering::Relaxed);
    if REGISTRY.iter().map(live).sum::<usize>() > SEARCHED {
        return None;
    }
    let mut found = None;
    each(|entry| {
        let offset = address.wrapping_sub(entry.address.get());
        if offset < entry.pointee.size && same_family(entry.by.family(), by.family()) {
            found = Some(*entry);
        }
    });
    found
}

/// Lets a fork of the process go on with the registry: no other thread holds a lock of it then.
pub(crate) fn survive_fork() {
    #[cfg(unix)]
    fork::prepare();
}

impl State {
    /// Takes an object out of the table, and remembers it.
    #[inline]
    fn end(&mut self, shard: &Shard, index: usize, by: &Doer) {
        let live = shard.live.load(Ordering::Relaxed);
        shard.live.store(live - 1, Ordering::Relaxed);
        let place = self.next % REMEMBERED;
        self.next = place + 1;
        let ended = &mut self.ended[place];
        ended.entry = *self.live.at(index);
        // Its backtrace is freed by the caller.
        ended.entry.trace = 0;
        ended.by = *by;
        shard.ended_at[place].store(ended.entry.address.get(), Ordering::Relaxed);
        self.live.remove(index);
    }
}

impl Shard {
    /// Where a released object is remembered.
    #[inline]
    fn ended_index(&self, address: usize) -> Option<usize> {
        let is_it = |at: &AtomicUsize| at.load(Ordering::Relaxed) == address;
        self.ended_at.iter().position(is_it)
    }

    /// The address is in use again.
    #[inline]
    fn forget_ended(&self, address: usize) {
        if let Some(index) = self.ended_index(address) {
            self.ended_at[index].store(0, Ordering::Relaxed);
        }
    }
}
