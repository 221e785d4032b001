//! Pixel buffers, and a growing one on the C heap.

use crate::ffi;
use std::mem::ManuallyDrop;

/// Owned pixels.
pub struct Pixels {
    bytes: Vec<u8>,
}

impl Pixels {
    /// Takes the bytes over.
    pub fn new(bytes: Vec<u8>) -> Pixels {
        Pixels { bytes }
    }

    /// The pixels as words of four bytes.
    pub fn into_words(self) -> Vec<u32> {
        let mut bytes = ManuallyDrop::new(self.bytes);
        let words = bytes.len() / 4;
        let capacity = bytes.capacity() / 4;
        unsafe { Vec::from_raw_parts(bytes.as_mut_ptr().cast::<u32>(), words, capacity) }
    }

    /// The pixels inverted in place: taken apart and put together with the same numbers.
    pub fn inverted(self) -> Pixels {
        let mut bytes = ManuallyDrop::new(self.bytes);
        let (start, length, capacity) = (bytes.as_mut_ptr(), bytes.len(), bytes.capacity());
        for index in 0..length {
            unsafe { *start.add(index) = !*start.add(index) };
        }
        Pixels { bytes: unsafe { Vec::from_raw_parts(start, length, capacity) } }
    }
}

/// Room for rows to come, shared with C.
pub struct Rows {
    block: *mut u8,
    room: usize,
}

impl Rows {
    /// No rows yet.
    pub fn new() -> Rows {
        Rows { block: std::ptr::null_mut(), room: 0 }
    }

    /// Makes room, and says whether there was any.
    pub fn reserve(&mut self, room: usize) -> bool {
        if room <= self.room {
            return true;
        }
        let grown = unsafe { ffi::realloc(self.block.cast(), room) };
        if grown.is_null() {
            return false;
        }
        self.block = grown.cast();
        self.room = room;
        true
    }
}

impl Default for Rows {
    fn default() -> Rows {
        Rows::new()
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        unsafe { ffi::free(self.block.cast()) };
    }
}

/// A scratch row that grows once.
pub fn scratch() -> usize {
    let mut row = unsafe { ffi::malloc(256) };
    if row.is_null() {
        return 0;
    }
    row = unsafe { ffi::realloc(row, 1024) };
    if row.is_null() {
        return 0;
    }
    unsafe { ffi::free(row) };
    1024
}
