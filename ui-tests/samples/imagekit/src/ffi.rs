//! The C side: the heap, the decoder and the window library.

use std::ffi::{c_char, c_int, c_void};

/// A window of the window library.
#[repr(C)]
pub struct Window {
    _private: [u8; 0],
}

unsafe extern "C" {
    pub fn malloc(size: usize) -> *mut c_void;
    pub fn realloc(block: *mut c_void, size: usize) -> *mut c_void;
    pub fn free(block: *mut c_void);

    /// The format's name in memory of the C heap, or null.
    pub fn decoder_format_name(data: *const u8, length: usize) -> *mut c_char;
    /// Zero, and the decoded pixels in `out`; anything else is an error.
    pub fn decoder_decode(data: *const u8, length: usize, out: *mut u8, room: usize) -> c_int;

    pub fn window_open(width: c_int, height: c_int) -> *mut Window;
    pub fn window_set_title(window: *mut Window, title: *mut c_char);
    pub fn window_close(window: *mut Window);
}
