//! The declarations of libshelf.

use std::ffi::{c_char, c_int};

/// What `shelf_open` returns when all went well.
pub const SHELF_OK: c_int = 0;

/// A shelf.
#[repr(C)]
pub struct Shelf {
    opaque: [u8; 0],
}

unsafe extern "C" {
    pub fn shelf_open(path: *const c_char, shelf: *mut *mut Shelf) -> c_int;
    pub fn shelf_close(shelf: *mut Shelf);
    pub fn shelf_title(shelf: *mut Shelf, number: u32) -> *mut c_char;
    pub fn shelf_print(shelf: *mut Shelf, text: *const c_char);
    pub fn shelf_text_free(text: *mut c_char);
}
