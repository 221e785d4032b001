//! One place for every verdict, and for every reason why a place is not proven.

use std::ffi::{CString, c_char, c_void};
use std::mem::ManuallyDrop;

unsafe extern "C" {
    fn keep(text: *mut c_char);
    fn find() -> *mut c_char;
    fn each(call: extern "C" fn(*mut c_void));
}

pub struct Holder {
    text: *mut c_char,
}

static mut LAST: *mut u8 = std::ptr::null_mut();

pub fn proven(size: usize) {
    unsafe {
        let block = libc::malloc(size);
        libc::free(block);
    }
}

pub fn proven_owner(value: Box<u32>) -> Box<u32> {
    let raw = Box::into_raw(value);
    unsafe { Box::from_raw(raw) }
}

pub fn defect() {
    unsafe {
        let text = CString::new("a").unwrap().into_raw();
        libc::free(text.cast());
    }
}

pub fn allowed() {
    // memlint: allow(leaked_raw, reason = "to be seen as not proven")
    let _ = Box::into_raw(Box::new(1));
}

pub fn escapes(value: Box<[u8; 64]>) {
    unsafe { keep(Box::into_raw(value).cast()) }
}

pub unsafe fn from_caller(text: *mut c_char) {
    drop(unsafe { CString::from_raw(text) });
}

pub unsafe fn from_call() {
    unsafe { libc::free(find().cast()) }
}

pub fn to_caller(text: CString) -> *mut c_char {
    text.into_raw()
}

impl Holder {
    pub fn new(text: CString) -> Holder {
        Holder {
            text: text.into_raw(),
        }
    }

    pub fn replace(&mut self, text: CString) {
        self.text = text.into_raw();
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        drop(unsafe { CString::from_raw(self.text) });
    }
}

pub fn kept(value: Box<u8>) {
    unsafe { LAST = Box::into_raw(value) }
}

pub fn given_up(value: Box<u8>) -> &'static mut u8 {
    Box::leak(value)
}

pub fn panics(value: Box<u8>, odd: bool) {
    let raw = Box::into_raw(value);
    if odd {
        panic!("odd");
    }
    drop(unsafe { Box::from_raw(raw) });
}

pub unsafe fn uncertain(length: usize) {
    let text = ManuallyDrop::new(vec![0u8; 4]);
    let data = text.as_ptr().cast_mut();
    drop(unsafe { Vec::from_raw_parts(data, 0, length) });
}

pub fn nothing_known<T>(value: T) {
    std::mem::forget(value);
}

pub fn rounds(count: usize) -> Vec<*mut u8> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(Box::into_raw(Box::new(0)));
    }
    all
}

pub fn never_reached() {
    std::process::abort();
    unsafe { libc::free(libc::malloc(1)) }
}

pub unsafe fn not_executed(block: *mut c_void) {
    unsafe { libmimalloc_sys::mi_free(block) }
}

pub fn bounds(a: bool, b: bool, c: bool, d: bool, e: bool, f: bool) {
    unsafe {
        let a = if a { libc::malloc(1) } else { std::ptr::null_mut() };
        let b = if b { libc::malloc(2) } else { std::ptr::null_mut() };
        let c = if c { libc::malloc(3) } else { std::ptr::null_mut() };
        let d = if d { libc::malloc(4) } else { std::ptr::null_mut() };
        let e = if e { libc::malloc(5) } else { std::ptr::null_mut() };
        let f = if f { libc::malloc(6) } else { std::ptr::null_mut() };
        for block in [a, b, c, d, e, f] {
            libc::free(block);
        }
    }
}

pub fn no_end() {
    let _block = unsafe { libc::malloc(1) };
    loop {}
}

pub unsafe fn moved(by: usize) {
    unsafe {
        let block = libc::malloc(8);
        libc::free(block.add(by));
    }
}

pub fn unknown_callee(value: other::Handle) -> *mut c_void {
    other::Handle::into_raw(value)
}

pub fn in_a_closure() {
    other::later(|| unsafe { libc::free(libc::malloc(1)) });
}

pub async fn suspended(wait: impl Future<Output = ()>) {
    let block = unsafe { libc::malloc(1) };
    wait.await;
    unsafe { libc::free(block) }
}

extern "C" fn take(data: *mut c_void) {
    unsafe { libc::free(data) }
}

pub fn callbacks() {
    unsafe { each(take) }
}

pub fn resized_to_nothing(size: usize) {
    unsafe {
        let old = libc::malloc(8);
        let new = libc::realloc(old, size);
        libc::free(if new.is_null() { old } else { new });
    }
}

pub fn used_later(value: Box<u8>) -> u8 {
    let raw = Box::into_raw(value);
    other::take(unsafe { Box::from_raw(raw) });
    unsafe { *raw }
}

pub fn in_a_macro() {
    other::macros! { free malloc => libc::free }
}
