//! Builders, arenas, guards, and blocks that change names.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::mem;
use std::ptr;

unsafe extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn calloc(n: usize, size: usize) -> *mut c_void;
    fn realloc(p: *mut c_void, n: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn strdup(s: *const c_char) -> *mut c_char;
    fn strlen(s: *const c_char) -> usize;
}

#[derive(Debug)]
pub enum Error {
    NoMemory,
    BadInput,
    Io(c_int),
}

unsafe fn xmalloc(n: usize) -> *mut u8 {
    let p = malloc(n.max(1));
    if p.is_null() {
        panic!("out of memory: {n} bytes");
    }
    p.cast()
}

unsafe fn xfree<T>(p: *mut T) {
    free(p as *mut c_void)
}

// expect: clean -- builder hands its block on to the built value
pub mod builder_good {
    use super::*;
    pub struct Builder {
        title: *mut c_char,
    }
    pub struct Dialog {
        title: *mut c_char,
    }
    impl Builder {
        pub fn new() -> Builder {
            Builder {
                title: ptr::null_mut(),
            }
        }
        pub fn title(mut self, s: &CStr) -> Builder {
            unsafe {
                free(self.title.cast());
                self.title = strdup(s.as_ptr());
            }
            self
        }
        pub fn build(mut self) -> Dialog {
            Dialog {
                title: mem::replace(&mut self.title, ptr::null_mut()),
            }
        }
    }
    impl Drop for Builder {
        fn drop(&mut self) {
            unsafe { free(self.title.cast()) };
        }
    }
    impl Drop for Dialog {
        fn drop(&mut self) {
            unsafe { free(self.title.cast()) };
        }
    }
}

// expect: double_free -- build() copies the pointer and the builder's Drop frees it too
pub mod builder_bad {
    use super::*;
    pub struct Builder {
        title: *mut c_char,
    }
    pub struct Dialog {
        title: *mut c_char,
    }
    impl Builder {
        pub fn new(s: &CStr) -> Builder {
            Builder {
                title: unsafe { strdup(s.as_ptr()) },
            }
        }
        pub fn build(self) -> Dialog {
            Dialog { title: self.title }
        }
    }
    impl Drop for Builder {
        fn drop(&mut self) {
            unsafe { free(self.title.cast()) };
        }
    }
    impl Drop for Dialog {
        fn drop(&mut self) {
            unsafe { free(self.title.cast()) };
        }
    }
}

// expect: mismatched_dealloc -- the built value uses another family than the builder's setter
pub mod builder_family_bad {
    use super::*;
    pub struct Builder {
        title: *mut c_char,
    }
    pub struct Dialog {
        title: *mut c_char,
    }
    impl Builder {
        pub fn new(s: &str) -> Option<Builder> {
            let title = CString::new(s).ok()?;
            Some(Builder {
                title: title.into_raw(),
            })
        }
        pub fn build(self) -> Dialog {
            Dialog { title: self.title }
        }
    }
    impl Drop for Dialog {
        fn drop(&mut self) {
            unsafe { free(self.title.cast()) };
        }
    }
}

// expect: clean -- an arena of raw blocks with a reset
pub mod arena_good {
    use super::*;
    #[derive(Default)]
    pub struct Arena {
        blocks: Vec<*mut c_void>,
    }
    impl Arena {
        pub fn take(&mut self, n: usize) -> *mut c_void {
            let p = unsafe { calloc(1, n) };
            if !p.is_null() {
                self.blocks.push(p);
            }
            p
        }
        pub fn reset(&mut self) {
            for p in mem::take(&mut self.blocks) {
                unsafe { free(p) };
            }
        }
    }
    impl Drop for Arena {
        fn drop(&mut self) {
            self.reset();
        }
    }
    pub fn run() -> bool {
        let mut a = Arena::default();
        let p = a.take(10) as *mut u8;
        if p.is_null() {
            return false;
        }
        unsafe { *p = 1 };
        true
    }
}

// expect: mismatched_dealloc -- the arena reclaims calloc blocks as boxes
pub mod arena_bad {
    use super::*;
    #[derive(Default)]
    pub struct Arena {
        blocks: Vec<*mut u64>,
    }
    impl Arena {
        pub fn take(&mut self) -> *mut u64 {
            let p = unsafe { calloc(1, 8) as *mut u64 };
            if !p.is_null() {
                self.blocks.push(p);
            }
            p
        }
    }
    impl Drop for Arena {
        fn drop(&mut self) {
            for p in self.blocks.drain(..) {
                unsafe { drop(Box::from_raw(p)) };
            }
        }
    }
}

// expect: clean -- a guard releases on every path
pub mod guard_good {
    use super::*;
    struct Guard(*mut c_void);
    impl Drop for Guard {
        fn drop(&mut self) {
            unsafe { free(self.0) };
        }
    }
    pub unsafe fn parse(s: &CStr) -> Result<usize, Error> {
        let copy = strdup(s.as_ptr());
        let _guard = Guard(copy.cast());
        if copy.is_null() {
            return Err(Error::NoMemory);
        }
        if *copy == 0 {
            return Err(Error::BadInput);
        }
        Ok(strlen(copy))
    }
}

// expect: double_free -- guarded and freed by hand
pub mod guard_bad {
    use super::*;
    struct Guard(*mut c_void);
    impl Drop for Guard {
        fn drop(&mut self) {
            unsafe { free(self.0) };
        }
    }
    pub unsafe fn parse(s: &CStr) -> Result<usize, Error> {
        let copy = strdup(s.as_ptr());
        let _guard = Guard(copy.cast());
        if copy.is_null() {
            return Err(Error::NoMemory);
        }
        let n = strlen(copy);
        free(copy.cast());
        Ok(n)
    }
}

// expect: use_after_free -- `let _ = Guard(..)` drops at once, the string is read after
pub mod guard_underscore_bad {
    use super::*;
    struct Guard(*mut c_void);
    impl Drop for Guard {
        fn drop(&mut self) {
            unsafe { free(self.0) };
        }
    }
    pub unsafe fn parse(s: &CStr) -> usize {
        let copy = strdup(s.as_ptr());
        let _ = Guard(copy.cast());
        if copy.is_null() {
            return 0;
        }
        strlen(copy)
    }
}

// expect: clean -- guard disarmed with forget on success
pub mod guard_disarmed_good {
    use super::*;
    struct Guard(*mut u8);
    impl Drop for Guard {
        fn drop(&mut self) {
            unsafe { free(self.0.cast()) };
        }
    }
    pub unsafe fn load(
        n: usize,
        fill: impl Fn(*mut u8) -> Result<(), Error>,
    ) -> Result<*mut u8, Error> {
        let guard = Guard(xmalloc(n));
        fill(guard.0)?;
        let p = guard.0;
        mem::forget(guard);
        Ok(p)
    }
}

// expect: use_after_free -- guard not disarmed, its pointer is returned
pub mod guard_returned_bad {
    use super::*;
    struct Guard(*mut u8);
    impl Drop for Guard {
        fn drop(&mut self) {
            unsafe { free(self.0.cast()) };
        }
    }
    pub unsafe fn load(
        n: usize,
        fill: impl Fn(*mut u8) -> Result<(), Error>,
    ) -> Result<*mut u8, Error> {
        let guard = Guard(xmalloc(n));
        fill(guard.0)?;
        Ok(guard.0)
    }
}

// expect: leaked_realloc -- grow helper loses the old block on failure
pub mod grow_bad {
    use super::*;
    pub struct Buf {
        p: *mut c_void,
        cap: usize,
    }
    impl Buf {
        pub fn grow(&mut self) -> Result<(), Error> {
            let cap = self.cap * 2 + 16;
            self.p = unsafe { realloc(self.p, cap) };
            if self.p.is_null() {
                return Err(Error::NoMemory);
            }
            self.cap = cap;
            Ok(())
        }
    }
    impl Drop for Buf {
        fn drop(&mut self) {
            unsafe { free(self.p) };
        }
    }
}

// expect: clean -- grow helper keeps the old block on failure
pub mod grow_good {
    use super::*;
    pub struct Buf {
        p: *mut c_void,
        cap: usize,
    }
    impl Buf {
        pub fn grow(&mut self) -> Result<(), Error> {
            let cap = self.cap * 2 + 16;
            let p = unsafe { realloc(self.p, cap) };
            if p.is_null() {
                return Err(Error::NoMemory);
            }
            self.p = p;
            self.cap = cap;
            Ok(())
        }
    }
    impl Drop for Buf {
        fn drop(&mut self) {
            unsafe { free(self.p) };
        }
    }
}

// expect: leaked_alloc -- the error branch is chosen by a value computed later
pub unsafe fn checked_later_bad(text: *const c_char) -> Result<CString, Error> {
    let copy = strdup(text);
    if copy.is_null() {
        return Err(Error::NoMemory);
    }
    let out = CStr::from_ptr(copy).to_owned();
    if out.as_bytes().is_empty() {
        return Err(Error::BadInput);
    }
    free(copy.cast());
    Ok(out)
}

// expect: clean -- released right after the copy
pub unsafe fn checked_later_good(text: *const c_char) -> Result<CString, Error> {
    let copy = strdup(text);
    if copy.is_null() {
        return Err(Error::NoMemory);
    }
    let out = CStr::from_ptr(copy).to_owned();
    free(copy.cast());
    if out.as_bytes().is_empty() {
        return Err(Error::BadInput);
    }
    Ok(out)
}

// expect: leaked_alloc -- tuple-returning helper, one half forgotten
pub mod tuple_bad {
    use super::*;
    unsafe fn pair(n: usize) -> (*mut u8, *mut u8) {
        (xmalloc(n), xmalloc(n))
    }
    pub unsafe fn run() -> u8 {
        let (a, b) = pair(4);
        *a = 1;
        *b = 2;
        let v = *a + *b;
        xfree(a);
        v
    }
}

// expect: clean -- tuple-returning helper, both halves
pub mod tuple_good {
    use super::*;
    unsafe fn pair(n: usize) -> (*mut u8, *mut u8) {
        (xmalloc(n), xmalloc(n))
    }
    pub unsafe fn run() -> u8 {
        let (a, b) = pair(4);
        *a = 1;
        *b = 2;
        let v = *a + *b;
        for p in [a, b] {
            xfree(p);
        }
        v
    }
}

// expect: clean -- min/max swap of two blocks, both freed whichever is which
pub unsafe fn swapped_good(n: usize) {
    let mut a = xmalloc(n);
    let mut b = xmalloc(n);
    *a = 1;
    *b = 2;
    if n > 10 {
        mem::swap(&mut a, &mut b);
    }
    xfree(a);
    xfree(b);
}

// expect: double_free -- assignment where a swap was meant
pub unsafe fn assigned_bad(n: usize) {
    let mut a = xmalloc(n);
    let b = xmalloc(n);
    if n > 10 {
        xfree(a);
        a = b;
    }
    xfree(a);
    xfree(b);
}
