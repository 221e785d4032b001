//! Code without the standard library.

use core::ptr::NonNull;

pub struct Cell(NonNull<u8>);

impl Cell {
    pub fn close(self) {
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

impl Drop for Cell {
    fn drop(&mut self) {
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}
