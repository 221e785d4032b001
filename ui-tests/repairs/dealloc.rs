//! Memory that goes back to the wrong family, or under the wrong type.

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::{CStr, CString, c_char};
use std::mem::ManuallyDrop;
use std::rc::Rc;
use std::sync::Arc;

pub fn text_to_free(text: CString) {
    let raw = text.into_raw();
    unsafe { libc::free(raw.cast()) };
}

pub fn text_by_path(text: CString) {
    let raw: *mut c_char = std::ffi::CString::into_raw(text);
    unsafe { libc::free(raw as *mut libc::c_void) };
}

pub fn text_inline(text: CString) {
    unsafe { libc::free(text.into_raw().cast()) }
}

pub fn text_on_one_path(text: CString, copy: &CStr, own: bool) {
    unsafe {
        let raw = if own { text.into_raw() } else { libc::strdup(copy.as_ptr()) };
        libc::free(raw.cast());
    }
}

pub fn boxed(value: u64) {
    let raw = Box::into_raw(Box::new(value));
    unsafe { libc::free(raw as *mut _) };
}

pub fn boxed_and_dropped_by_hand(value: String) {
    let raw = Box::into_raw(Box::new(value));
    unsafe {
        std::ptr::drop_in_place(raw);
        libc::free(raw.cast());
    }
}

pub fn boxed_as_bytes(value: u64) {
    let raw = Box::into_raw(Box::new(value)) as *mut u8;
    unsafe { libc::free(raw.cast()) };
}

pub fn shared(value: u64) {
    let raw = Arc::into_raw(Arc::new(value));
    unsafe { drop(Rc::from_raw(raw)) };
}

pub fn shared_for_the_caller(value: u64) -> Box<u64> {
    let raw = Rc::into_raw(Rc::new(value)).cast_mut();
    unsafe { Box::from_raw(raw) }
}

pub fn of_another_type(value: u64) {
    let raw = Box::into_raw(Box::new(value));
    drop(unsafe { Box::from_raw(raw.cast::<u8>()) });
}

pub fn another_layout() {
    unsafe {
        let block = alloc(Layout::new::<u64>());
        if block.is_null() {
            return;
        }
        dealloc(block, Layout::new::<u32>());
    }
}

pub fn duplicated(text: &CStr) -> CString {
    let copied = unsafe { libc::strdup(text.as_ptr()) };
    assert!(!copied.is_null());
    unsafe { CString::from_raw(copied) }
}

pub fn with_a_byte() -> Vec<u8> {
    let mut bytes = ManuallyDrop::new(Vec::with_capacity(100));
    bytes.push(1);
    unsafe { Vec::from_raw_parts(bytes.as_mut_ptr(), 1, 1) }
}

pub fn under_an_old_name(text: CString) {
    let text = text.into_raw();
    unsafe { libc::free(text.cast()) };
}

pub fn as_words(bytes: Vec<u8>) -> Vec<u32> {
    let mut bytes = ManuallyDrop::new(bytes);
    unsafe { Vec::from_raw_parts(bytes.as_mut_ptr().cast::<u32>(), 1, bytes.len()) }
}
