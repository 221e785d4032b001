//! Annotated code compiles, links and runs as if the annotation were not there.
#![allow(unsafe_code)]

use memlint::paired_alloc;
use std::ffi::c_void;

#[paired_alloc(family = "malloc")]
unsafe extern "C" {
    #[alloc]
    fn malloc(size: usize) -> *mut c_void;
    #[realloc]
    #[link_name = "realloc"]
    fn resize(block: *mut c_void, size: usize) -> *mut c_void;
    #[free]
    fn free(block: *mut c_void);
    fn strlen(text: *const std::ffi::c_char) -> usize;
}

struct Node {
    next: *mut Node,
}

impl Node {
    #[memlint::paired_alloc(family = "node", role = "alloc")]
    fn make() -> *mut Node {
        Box::into_raw(Box::new(Node {
            next: std::ptr::null_mut(),
        }))
    }

    #[memlint::paired_alloc(family = "node", role = "free")]
    unsafe fn release(this: *mut Self) {
        let node = unsafe { Box::from_raw(this) };
        assert!(node.next.is_null());
    }
}

trait Pool {
    #[paired_alloc(family = "node", role = "free", arg = 1)]
    fn give(&mut self, node: *mut Node);
}

struct Count(usize);

impl Pool for Count {
    fn give(&mut self, node: *mut Node) {
        self.0 += 1;
        unsafe { Node::release(node) }
    }
}

#[test]
fn foreign_functions_keep_their_names_and_attributes() {
    unsafe {
        let block = malloc(8);
        let block = resize(block, 16);
        assert!(!block.is_null());
        free(block);
        assert_eq!(strlen(c"four".as_ptr()), 4);
    }
}

#[test]
fn methods_run() {
    let mut pool = Count(0);
    pool.give(Node::make());
    assert_eq!(pool.0, 1);
    let free_as_callback: unsafe extern "C" fn(*mut c_void) = free;
    unsafe { free_as_callback(malloc(1)) }
}
