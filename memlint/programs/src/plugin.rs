//! A library with a Rust allocator of its own, as a host in C loads it.
#![allow(unsafe_code)]

use memlint::paired_alloc;
use std::ffi::{CString, c_char};

memlint::install!();

/// A text that [`plugin_release`] takes back.
#[paired_alloc(family = "plugin_text", role = "alloc")]
#[unsafe(no_mangle)]
pub extern "C" fn plugin_text() -> *mut c_char {
    CString::from(c"a text of the plugin").into_raw()
}

/// Takes a text back.
///
/// # Safety
/// It comes from [`plugin_text`].
#[paired_alloc(family = "plugin_text", role = "free")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plugin_release(text: *mut c_char) {
    drop(unsafe { CString::from_raw(text) });
}
