//! Helpers in view: what they return, take over, release under a condition, or merely look at.
use std::alloc::{alloc, dealloc, Layout};
use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::ptr::{self, NonNull};

extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
    fn strdup(text: *const c_char) -> *mut c_char;
    fn strlen(text: *const c_char) -> usize;
}

#[derive(Debug, PartialEq)]
pub enum Fault {
    Memory,
    Input,
}

pub struct Sample {
    pub id: u32,
    pub level: f32,
}

// expect: clean -- released through a callback that the caller chose
pub mod callback_good {
    use super::*;
    type Dispose = unsafe fn(*mut c_void);
    unsafe fn each(blocks: &[*mut c_void], dispose: Dispose) {
        for b in blocks {
            dispose(*b);
        }
    }
    unsafe fn by_free(b: *mut c_void) {
        free(b)
    }
    pub unsafe fn run() {
        let blocks = [malloc(8), malloc(16)];
        each(&blocks, by_free);
    }
}

// expect: mismatched_dealloc -- released through a callback of the other heap
pub mod callback_bad {
    use super::*;
    type Dispose = unsafe fn(*mut c_void);
    unsafe fn finish(block: *mut c_void, dispose: Option<Dispose>) {
        if let Some(dispose) = dispose {
            dispose(block);
        }
    }
    unsafe fn drop_boxed<T>(b: *mut c_void) {
        drop(Box::from_raw(b as *mut T));
    }
    pub unsafe fn run() {
        let block = malloc(std::mem::size_of::<Sample>());
        if block.is_null() {
            return;
        }
        (block as *mut Sample).write(Sample { id: 1, level: 1.0 });
        finish(block, Some(drop_boxed::<Sample>));
    }
}

// expect: leaked_raw -- no callback, so nobody releases
pub mod callback_none {
    use super::*;
    type Dispose = unsafe fn(*mut c_void);
    unsafe fn finish(block: *mut c_void, dispose: Option<Dispose>) {
        if let Some(dispose) = dispose {
            dispose(block);
        }
    }
    pub unsafe fn run() {
        let block = Box::into_raw(Box::new(Sample { id: 1, level: 1.0 }));
        finish(block.cast(), None);
    }
}

// expect: use_after_free -- the helper's answer points into what was released
pub mod interior_bad {
    use super::*;
    unsafe fn after_slash(path: *mut c_char) -> *mut c_char {
        let mut at = path;
        while *at != 0 {
            if *at == b'/' as c_char {
                return at.add(1);
            }
            at = at.add(1);
        }
        path
    }
    pub unsafe fn run(path: &CStr) -> u8 {
        let copy = strdup(path.as_ptr());
        if copy.is_null() {
            return 0;
        }
        let name = after_slash(copy);
        free(copy.cast());
        *name as u8
    }
}

// expect: free_offset -- the helper's answer is past the start, and is released
pub mod interior_released {
    use super::*;
    unsafe fn skip_sign(number: *mut c_char) -> *mut c_char {
        number.add(1)
    }
    pub unsafe fn run(number: &CStr) -> usize {
        let copy = strdup(number.as_ptr());
        if copy.is_null() {
            return 0;
        }
        let digits = skip_sign(copy);
        let len = if *copy == 0 { 0 } else { strlen(digits) };
        free(digits.cast());
        len
    }
}

// expect: clean -- the arena keeps every block until it is dropped
pub mod arena_good {
    use super::*;
    pub struct Arena {
        blocks: Vec<NonNull<u8>>,
    }
    impl Arena {
        pub fn new() -> Self {
            Arena { blocks: Vec::new() }
        }
        pub fn alloc(&mut self, n: usize) -> Option<&mut [u8]> {
            let block = NonNull::new(unsafe { calloc(n, 1) } as *mut u8)?;
            self.blocks.push(block);
            Some(unsafe { std::slice::from_raw_parts_mut(block.as_ptr(), n) })
        }
    }
    impl Drop for Arena {
        fn drop(&mut self) {
            self.blocks
                .drain(..)
                .for_each(|b| unsafe { free(b.as_ptr().cast()) });
        }
    }
    pub fn run() -> usize {
        let mut arena = Arena::new();
        let a = arena.alloc(8).map_or(0, |s| s.len());
        a + arena.alloc(24).map_or(0, |s| s.len())
    }
}

// expect: free_nonheap -- the helper hands back its default, which is static
pub mod default_bad {
    use super::*;
    static FALLBACK: [u8; 4] = *b"n/a\0";
    unsafe fn text_or_default(text: Option<&CStr>) -> *mut c_char {
        match text {
            Some(t) => strdup(t.as_ptr()),
            None => FALLBACK.as_ptr() as *mut c_char,
        }
    }
    pub unsafe fn run(text: Option<&CStr>) -> usize {
        let t = text_or_default(text);
        if t.is_null() {
            return 0;
        }
        let n = strlen(t);
        free(t.cast());
        n
    }
}

// expect: clean -- the default is copied as well
pub mod default_good {
    use super::*;
    static FALLBACK: [u8; 4] = *b"n/a\0";
    unsafe fn text_or_default(text: Option<&CStr>) -> *mut c_char {
        let t = text.map_or(FALLBACK.as_ptr().cast(), |t| t.as_ptr());
        strdup(t)
    }
    pub unsafe fn run(text: Option<&CStr>) -> usize {
        let t = text_or_default(text);
        if t.is_null() {
            return 0;
        }
        let n = strlen(t);
        free(t.cast());
        n
    }
}
