//! A hash table of live objects by address, in memory that the program's allocator never sees.

use crate::entry::{Entry, Veiled};
use core::alloc::{GlobalAlloc, Layout};
use core::ptr::{self, NonNull};
use std::alloc::System;

/// What [`Table::insert`] has done.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Inserted {
    /// A new object.
    Fresh,
    /// It stands in the place of another one at its address, which had this backtrace.
    Over {
        /// The address of the backtrace, or zero.
        trace: usize,
    },
    /// There is no memory.
    Not,
}

/// The first capacity; a power of two, as all capacities are.
const FIRST: usize = 32;

/// Open addressing with linear probing. A slot without an address is empty.
pub(crate) struct Table {
    slots: *mut Entry,
    capacity: usize,
    len: usize,
}

// SAFETY: the slots belong to the table alone, and an entry may be read from any thread.
unsafe impl Send for Table {}

impl Table {
    pub(crate) const fn new() -> Table {
        Table {
            slots: ptr::null_mut(),
            capacity: 0,
            len: 0,
        }
    }

    /// Enters an object and tells what became of the table. Without memory for it the object is not
    /// entered: it is then unknown, which is silent.
    #[inline]
    pub(crate) fn insert(&mut self, entry: &Entry) -> Inserted {
        if (self.len + 1) * 4 > self.capacity * 3 && !self.grow() {
            return Inserted::Not;
        }
        let index = self.find(entry.address);
        let slot = self.slot(index);
        let before = *slot;
        *slot = *entry;
        if before.address != Veiled::NONE {
            return Inserted::Over {
                trace: before.trace,
            };
        }
        self.len += 1;
        Inserted::Fresh
    }

    #[inline]
    pub(crate) fn get(&mut self, address: usize) -> Option<&mut Entry> {
        let index = self.index_of(address)?;
        Some(self.slot(index))
    }

    /// Where an object stands, for [`Table::at`] and [`Table::remove`].
    #[inline]
    pub(crate) fn index_of(&mut self, address: usize) -> Option<usize> {
        if self.len == 0 {
            return None;
        }
        let index = self.find(Veiled::new(address));
        (self.slot(index).address != Veiled::NONE).then_some(index)
    }

    #[inline]
    pub(crate) fn at(&mut self, index: usize) -> &Entry {
        self.slot(index)
    }

    #[inline]
    pub(crate) fn remove(&mut self, index: usize) {
        self.close_gap(index);
        self.len -= 1;
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        let slots = match NonNull::new(self.slots) {
            // SAFETY: `capacity` initialised entries, borrowed with the table.
            Some(slots) => unsafe {
                core::slice::from_raw_parts_mut(slots.as_ptr(), self.capacity)
            },
            None => &mut [],
        };
        slots
            .iter_mut()
            .filter(|entry| entry.address != Veiled::NONE)
    }

    /// The slot of an address, or the empty one where it would stand. The table is never full.
    fn find(&mut self, address: Veiled) -> usize {
        let mask = self.capacity - 1;
        let mut index = hash(address.get()) as usize & mask;
        loop {
            let found = self.slot(index).address;
            if found == address || found == Veiled::NONE {
                return index;
            }
            index = (index + 1) & mask;
        }
    }

    fn slot(&mut self, index: usize) -> &mut Entry {
        debug_assert!(index < self.capacity);
        // SAFETY: callers mask the index by the capacity, and all slots are initialised.
        unsafe { &mut *self.slots.add(index) }
    }

    /// Moves later entries of the same run forward, so that no probe stops early.
    fn close_gap(&mut self, mut gap: usize) {
        let mask = self.capacity - 1;
        let mut index = gap;
        loop {
            index = (index + 1) & mask;
            let address = self.slot(index).address;
            if address == Veiled::NONE {
                break;
            }
            let home = hash(address.get()) as usize & mask;
            let from_home = index.wrapping_sub(home) & mask;
            let from_gap = index.wrapping_sub(gap) & mask;
            if from_home >= from_gap {
                *self.slot(gap) = *self.slot(index);
                gap = index;
            }
        }
        self.slot(gap).address = Veiled::NONE;
    }

    fn grow(&mut self) -> bool {
        let capacity = (self.capacity * 2).max(FIRST);
        let Ok(layout) = Layout::array::<Entry>(capacity) else {
            return false;
        };
        // SAFETY: the layout is not empty.
        let slots = unsafe { System.alloc(layout) }.cast::<Entry>();
        if slots.is_null() {
            return false;
        }
        for index in 0..capacity {
            // SAFETY: inside of the fresh block.
            unsafe { slots.add(index).write(Entry::EMPTY) };
        }
        let mut old = core::mem::replace(
            self,
            Table {
                slots,
                capacity,
                len: 0,
            },
        );
        for entry in old.iter_mut() {
            self.insert(entry);
        }
        if let Ok(layout) = Layout::array::<Entry>(old.capacity)
            && !old.slots.is_null()
        {
            // SAFETY: allocated above with this layout, and no longer used.
            unsafe { System.dealloc(old.slots.cast(), layout) };
        }
        true
    }
}

/// Spreads an address, or the number of a region.
pub(crate) fn hash(address: usize) -> u64 {
    let mixed = (address as u64 >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(address: usize) -> Entry {
        Entry {
            address: Veiled::new(address),
            ..Entry::EMPTY
        }
    }

    #[test]
    fn behaves_like_a_map() {
        let mut table = Table::new();
        let mut expected = std::collections::BTreeSet::new();
        let mut seed = 1u64;
        for _ in 0..20_000 {
            seed = seed
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            let address = 16 + (seed >> 33) as usize % 997 * 16;
            if seed & (1 << 20) == 0 {
                let fresh = table.insert(&entry(address)) == Inserted::Fresh;
                assert_eq!(fresh, expected.insert(address));
            } else {
                let index = table.index_of(address);
                assert_eq!(index.is_some(), expected.remove(&address));
                if let Some(index) = index {
                    table.remove(index);
                }
            }
            assert_eq!(table.get(address).is_some(), expected.contains(&address));
        }
        let mut left: std::vec::Vec<usize> =
            table.iter_mut().map(|entry| entry.address.get()).collect();
        left.sort_unstable();
        assert!(left.iter().eq(&expected));
    }
}
