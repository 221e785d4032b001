//! Memory that ends twice, too early, or that was never on the heap.

use std::ffi::{CString, c_char, c_void};
use std::ptr;
use std::sync::Arc;

pub fn dangling(text: &str) {
    let text = CString::new(text).unwrap().as_ptr();
    unsafe { libc::puts(text) };
}

pub fn twice(text: String) {
    let raw = Box::into_raw(Box::new(text));
    unsafe { drop(Box::from_raw(raw)) };
    unsafe { drop(Box::from_raw(raw)) }; // to be sure
}

pub unsafe fn thrice(block: *mut c_void) {
    unsafe {
        libc::free(block);
        libc::free(block);
        libc::free(block);
    }
}

pub unsafe fn sometimes(block: *mut c_void, again: bool) {
    unsafe {
        libc::free(block);
        if again {
            libc::free(block);
        }
    }
}

pub struct Cell(*mut u8, u32);

impl Cell {
    pub fn close(self) {
        drop(unsafe { Box::from_raw(self.0) });
    }
}

impl Drop for Cell {
    fn drop(&mut self) {
        drop(unsafe { Box::from_raw(self.0) });
    }
}

pub struct Named {
    data: *mut u8,
    name: String,
}

impl Named {
    pub fn new() -> Named {
        Named { data: Box::into_raw(Box::new(0)), name: String::new() }
    }

    pub fn close(self) {
        drop(unsafe { Box::from_raw(self.data) });
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        drop(unsafe { Box::from_raw(self.data) });
    }
}

pub fn lent() {
    let text = CString::default();
    let lent = text.as_ptr();
    unsafe {
        libc::puts(lent);
        libc::free(lent.cast_mut().cast());
    }
}

pub fn of_the_stack() {
    let mut counter = 3u32;
    unsafe { libc::free((&raw mut counter).cast()) }
}

pub fn emptied() {
    unsafe {
        let block = libc::malloc(8);
        libc::realloc(block, 0);
    }
}

pub fn read_over(text: String) -> usize {
    let copy = unsafe { ptr::read(&text) };
    copy.len()
}

pub fn rebuilt(mut bytes: Vec<u8>) -> usize {
    let again = unsafe { Vec::from_raw_parts(bytes.as_mut_ptr(), bytes.len(), bytes.capacity()) };
    again.len()
}

pub fn uncounted(shared: Arc<u64>) -> u64 {
    let second = unsafe { Arc::from_raw(Arc::as_ptr(&shared)) };
    *second
}

pub fn untested() -> *mut u32 {
    unsafe {
        let cell = libc::malloc(4).cast::<u32>();
        *cell = 7;
        cell
    }
}

unsafe extern "C" {
    fn strcmp(a: *const c_char, b: *const c_char) -> i32;
    fn store_set(key: *const c_char, value: *const c_char) -> i32;
}

pub fn both_dangle(name: &str, other: &str) -> i32 {
    let name = CString::new(name).unwrap().as_ptr();
    let other = CString::new(other).unwrap().as_ptr();
    unsafe { strcmp(name, other) }
}

pub fn both_dangle_elsewhere(key: &str, value: &str) -> i32 {
    let key = CString::new(key).unwrap().as_ptr();
    let value = CString::new(value).unwrap().as_ptr();
    unsafe { store_set(key, value) }
}
