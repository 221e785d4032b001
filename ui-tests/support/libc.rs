//! The part of the `libc` crate that the fixtures use, so that the compiler can check them.

#![no_std]

pub use core::ffi::{c_char, c_int, c_void};

pub type size_t = usize;
pub enum FILE {}

unsafe extern "C" {
    pub fn malloc(size: size_t) -> *mut c_void;
    pub fn calloc(count: size_t, size: size_t) -> *mut c_void;
    pub fn realloc(block: *mut c_void, size: size_t) -> *mut c_void;
    pub fn free(block: *mut c_void);
    pub fn strdup(text: *const c_char) -> *mut c_char;
    pub fn getenv(name: *const c_char) -> *mut c_char;
    pub fn strerror(code: c_int) -> *mut c_char;
    pub fn strlen(text: *const c_char) -> size_t;
    pub fn puts(text: *const c_char) -> c_int;
    pub fn fopen(path: *const c_char, mode: *const c_char) -> *mut FILE;
    pub fn fclose(file: *mut FILE) -> c_int;
    pub fn posix_memalign(out: *mut *mut c_void, align: size_t, size: size_t) -> c_int;
    pub fn fgetc(file: *mut FILE) -> c_int;
}
