//! Attributes beside ours mean what they mean without it: conditions, lints, expectations.
#![allow(unsafe_code)]
#![deny(warnings)]

use memlint::{Scope, paired_alloc};
use std::ffi::c_void;

#[paired_alloc(family = "block")]
#[cfg(any())]
#[link(name = "there_is_no_such_library")]
unsafe extern "C" {
    #[alloc]
    fn nowhere_new() -> *mut NoSuchType;
    #[free]
    fn nowhere_free(block: *mut NoSuchType);
}

#[paired_alloc(family = "block")]
#[allow(non_snake_case)]
unsafe extern "C" {
    #[alloc]
    #[link_name = "malloc"]
    fn NewBlock(Size: usize) -> *mut c_void;
    #[free]
    #[link_name = "free"]
    fn FreeBlock(Block: *mut c_void);
    #[cfg(any())]
    #[free]
    fn no_such_function(block: NoSuchType);
}

#[paired_alloc(family = "block")]
unsafe extern "C" {
    #[alloc]
    #[link_name = "strdup"]
    #[expect(improper_ctypes, dead_code)]
    fn copy_of(text: *const str) -> *mut c_void;
    #[alloc]
    #[link_name = "calloc"]
    #[expect(dead_code, reason = "nobody calls it")]
    fn zeros(count: usize, size: usize) -> *mut c_void;
}

#[paired_alloc(family = "box", role = "alloc")]
#[expect(unused_variables)]
fn box_new(size: usize) -> *mut u8 {
    Box::into_raw(Box::new(0))
}

#[paired_alloc(family = "box", role = "free")]
#[cfg_attr(any(), no_such_attribute)]
unsafe fn box_free(block: *mut u8) {
    drop(unsafe { Box::from_raw(block) });
}

#[test]
fn all_of_it_runs() {
    let scope = Scope::new("attributes");
    unsafe {
        FreeBlock(NewBlock(3));
        box_free(box_new(1));
    }
    assert_eq!(scope.live(), 0);
}
