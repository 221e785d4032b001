//! Titles of books, from a C library that no table of the tool knows: `memlint.toml` describes it.

mod shelf;

use shelf::{SHELF_OK, Shelf, shelf_close, shelf_open, shelf_print, shelf_text_free, shelf_title};
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::null_mut;

unsafe extern "C" {
    fn free(block: *mut c_void);
}

/// Wrong: the library's text goes to C's `free`.
pub fn title(shelf: *mut Shelf, number: u32) -> Option<String> {
    unsafe {
        let text = shelf_title(shelf, number);
        if text.is_null() {
            return None;
        }
        let title = CStr::from_ptr(text).to_string_lossy().into_owned();
        free(text.cast());
        Some(title)
    }
}

/// Wrong: where there is no title, the shelf stays open.
pub fn first_title(path: &CString) -> Option<String> {
    let mut shelf: *mut Shelf = null_mut();
    unsafe {
        if shelf_open(path.as_ptr(), &mut shelf) != SHELF_OK {
            return None;
        }
        let text = shelf_title(shelf, 0);
        if text.is_null() {
            return None;
        }
        let title = copied(text);
        shelf_close(shelf);
        Some(title)
    }
}

/// Right: all that was handed out goes back.
pub fn print(path: &CString) -> bool {
    let mut shelf: *mut Shelf = null_mut();
    unsafe {
        if shelf_open(path.as_ptr(), &mut shelf) != SHELF_OK {
            return false;
        }
        let text = shelf_title(shelf, 0);
        if !text.is_null() {
            shelf_print(shelf, text);
            shelf_text_free(text);
        }
        shelf_close(shelf);
        true
    }
}

unsafe fn copied(text: *mut c_char) -> String {
    unsafe {
        let title = CStr::from_ptr(text).to_string_lossy().into_owned();
        shelf_text_free(text);
        title
    }
}
