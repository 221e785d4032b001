//! Mismatched routines along the data and control flows of Juliet's CWE-762 set, further variants.
use std::alloc::{alloc, dealloc, GlobalAlloc, Layout, System};
use std::collections::{BTreeMap, HashMap, LinkedList, VecDeque};
use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::{self, NonNull};
use std::rc::Rc;
use std::sync::Arc;

extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn calloc(n: usize, size: usize) -> *mut c_void;
    fn realloc(p: *mut c_void, n: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn strdup(s: *const c_char) -> *mut c_char;
    fn memcpy(to: *mut c_void, from: *const c_void, n: usize) -> *mut c_void;
}

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TwoInts {
    pub one: c_int,
    pub two: c_int,
}

mod config {
    pub const ENABLED: bool = true;
    pub const FIVE: i32 = 5;
    pub static SWITCHED_ON: bool = true;
}

static mut PRIVATE_FIVE: i32 = 5;

fn says_no() -> bool {
    false
}

// expect: mismatched_dealloc -- two heaps behind one trait, the pair is mixed
pub mod static_dispatch_bad {
    use super::*;
    pub trait Heap {
        unsafe fn take() -> *mut TwoInts;
        unsafe fn give(p: *mut TwoInts);
    }
    pub struct CHeap;
    pub struct RustHeap;
    impl Heap for CHeap {
        unsafe fn take() -> *mut TwoInts {
            calloc(1, std::mem::size_of::<TwoInts>()).cast()
        }
        unsafe fn give(p: *mut TwoInts) {
            free(p.cast());
        }
    }
    impl Heap for RustHeap {
        unsafe fn take() -> *mut TwoInts {
            Box::into_raw(Box::default())
        }
        unsafe fn give(p: *mut TwoInts) {
            drop(Box::from_raw(p));
        }
    }
    pub unsafe fn run() {
        let p = RustHeap::take();
        println!("{:?}", *p);
        CHeap::give(p);
    }
}

// expect: clean -- two heaps behind one trait, each with its own
pub mod static_dispatch_good {
    use super::*;
    pub trait Heap {
        unsafe fn take() -> *mut TwoInts;
        unsafe fn give(p: *mut TwoInts);
    }
    pub struct CHeap;
    pub struct RustHeap;
    impl Heap for CHeap {
        unsafe fn take() -> *mut TwoInts {
            calloc(1, std::mem::size_of::<TwoInts>()).cast()
        }
        unsafe fn give(p: *mut TwoInts) {
            free(p.cast());
        }
    }
    impl Heap for RustHeap {
        unsafe fn take() -> *mut TwoInts {
            Box::into_raw(Box::default())
        }
        unsafe fn give(p: *mut TwoInts) {
            drop(Box::from_raw(p));
        }
    }
    unsafe fn round<H: Heap>() {
        let p = H::take();
        H::give(p);
    }
    pub unsafe fn run() {
        round::<CHeap>();
        round::<RustHeap>();
    }
}

// expect: mismatched_dealloc -- a guard that frees gets a Box
pub mod guard_bad {
    use super::*;
    struct Guard(*mut c_void);
    impl Drop for Guard {
        fn drop(&mut self) {
            unsafe { free(self.0) };
        }
    }
    pub unsafe fn run(n: i32) -> Result<i32, String> {
        let data = Box::into_raw(Box::new(n));
        let _guard = Guard(data.cast());
        if *data < 0 {
            return Err(format!("negative: {}", *data));
        }
        Ok(*data * 2)
    }
}

// expect: clean -- a guard that frees gets malloc's block
pub mod guard_good {
    use super::*;
    struct Guard(*mut c_void);
    impl Drop for Guard {
        fn drop(&mut self) {
            unsafe { free(self.0) };
        }
    }
    pub unsafe fn run(n: i32) -> Result<i32, String> {
        let data = malloc(4) as *mut i32;
        if data.is_null() {
            return Err("no memory".into());
        }
        let _guard = Guard(data.cast());
        *data = n;
        if *data < 0 {
            return Err(format!("negative: {}", *data));
        }
        Ok(*data * 2)
    }
}

// expect: mismatched_dealloc -- the wrong arm of the crate's own macro
macro_rules! release {
    (c $p:expr) => {
        free($p as *mut c_void)
    };
    (rust $p:expr) => {
        drop(Box::from_raw($p))
    };
}

pub unsafe fn macro_arm_bad() {
    let data = Box::into_raw(Box::new([1i16; 8]));
    println!("{:?}", *data);
    release!(c data);
}

// expect: clean -- the right arm for each
pub unsafe fn macro_arm_good() {
    let boxed = Box::into_raw(Box::new([1i16; 8]));
    let block = malloc(16) as *mut [i16; 8];
    release!(rust boxed);
    release!(c block);
}

// expect: mismatched_dealloc -- System is not the global allocator
pub unsafe fn system_to_global() {
    let layout = Layout::new::<[u64; 4]>();
    let data = System.alloc(layout);
    if !data.is_null() {
        dealloc(data, layout);
    }
}

// expect: clean -- System to System
pub unsafe fn system_to_system() {
    let layout = Layout::new::<[u64; 4]>();
    let data = System.alloc_zeroed(layout);
    if !data.is_null() {
        System.dealloc(data, layout);
    }
}

// expect: mismatched_dealloc -- in a tuple, destructured by the callee (67)
pub mod tuple_bad {
    use super::*;
    unsafe fn sink((data, len): (*mut u8, usize)) {
        drop(Vec::from_raw_parts(data, len, len));
    }
    pub unsafe fn run(text: &[u8]) {
        let data = malloc(text.len().max(1)) as *mut u8;
        if data.is_null() {
            return;
        }
        ptr::copy_nonoverlapping(text.as_ptr(), data, text.len());
        sink((data, text.len()));
    }
}

// expect: clean -- in a tuple, destructured by the callee (67)
pub mod tuple_good {
    use super::*;
    unsafe fn sink((data, len): (*mut u8, usize)) {
        println!("{len}");
        free(data.cast());
    }
    pub unsafe fn run(text: &[u8]) {
        let data = malloc(text.len().max(1)) as *mut u8;
        if data.is_null() {
            return;
        }
        ptr::copy_nonoverlapping(text.as_ptr(), data, text.len());
        sink((data, text.len()));
    }
}

// expect: mismatched_dealloc -- constructor of the outer class takes C memory, a method swaps it out and boxes it (84)
pub mod v84_method_bad {
    use super::*;
    pub struct Session {
        state: *mut TwoInts,
    }
    impl Session {
        pub fn open() -> Session {
            Session {
                state: unsafe { calloc(1, 8) as *mut TwoInts },
            }
        }
        pub fn close(mut self) -> Option<Box<TwoInts>> {
            let state = std::mem::replace(&mut self.state, ptr::null_mut());
            if state.is_null() {
                return None;
            }
            Some(unsafe { Box::from_raw(state) })
        }
    }
    impl Drop for Session {
        fn drop(&mut self) {
            unsafe { free(self.state.cast()) };
        }
    }
}

// expect: clean -- constructor, closing method and Drop all speak C (84)
pub mod v84_method_good {
    use super::*;
    pub struct Session {
        state: *mut TwoInts,
    }
    impl Session {
        pub fn open() -> Session {
            Session {
                state: unsafe { calloc(1, 8) as *mut TwoInts },
            }
        }
        pub fn close(mut self) -> Option<TwoInts> {
            let state = std::mem::replace(&mut self.state, ptr::null_mut());
            if state.is_null() {
                return None;
            }
            let last = unsafe { *state };
            unsafe { free(state.cast()) };
            Some(last)
        }
    }
    impl Drop for Session {
        fn drop(&mut self) {
            unsafe { free(self.state.cast()) };
        }
    }
}
