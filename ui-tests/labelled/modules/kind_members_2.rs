//! Members of structs and of classes: who releases them, when, and with what.
use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::mem;
use std::ptr::{self, NonNull};

extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn calloc(n: usize, size: usize) -> *mut c_void;
    fn realloc(p: *mut c_void, n: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn strdup(s: *const c_char) -> *mut c_char;
    fn strlen(s: *const c_char) -> usize;
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Rec {
    pub name: *mut c_char,
    pub data: *mut c_void,
    pub len: usize,
}

#[repr(C)]
pub struct Tree {
    pub left: *mut Tree,
    pub right: *mut Tree,
    pub key: *mut c_char,
}

// expect: clean -- the half-built value is dropped on the way out
pub mod half_built_good {
    use super::*;
    pub struct Ring {
        slots: *mut u32,
        marks: *mut u8,
    }
    impl Ring {
        pub fn new(n: usize) -> Result<Ring, &'static str> {
            let mut ring = Ring {
                slots: ptr::null_mut(),
                marks: ptr::null_mut(),
            };
            unsafe {
                ring.slots = calloc(n, 4) as *mut u32;
                if ring.slots.is_null() {
                    return Err("slots");
                }
                ring.marks = calloc(n, 1) as *mut u8;
                if ring.marks.is_null() {
                    return Err("marks");
                }
            }
            Ok(ring)
        }
    }
    impl Drop for Ring {
        fn drop(&mut self) {
            unsafe {
                free(self.slots.cast());
                free(self.marks.cast());
            }
        }
    }
}

// expect: clean -- the member's own type releases it
pub mod member_type_drops {
    use super::*;
    struct Buffer(*mut u8);
    impl Drop for Buffer {
        fn drop(&mut self) {
            unsafe { free(self.0.cast()) };
        }
    }
    pub struct Device {
        rx: Buffer,
        tx: Buffer,
    }
    impl Device {
        pub fn new() -> Device {
            unsafe {
                Device {
                    rx: Buffer(malloc(512).cast()),
                    tx: Buffer(malloc(512).cast()),
                }
            }
        }
        pub fn ready(&self) -> bool {
            !self.rx.0.is_null() && !self.tx.0.is_null()
        }
    }
}

// expect: owner_without_drop -- the member's wrapper has no Drop, and neither has the class
pub mod member_type_without_drop {
    use super::*;
    struct Buffer(*mut u8);
    pub struct Device {
        rx: Buffer,
        size: usize,
    }
    impl Device {
        pub fn new(size: usize) -> Device {
            Device {
                rx: Buffer(unsafe { malloc(size) }.cast()),
                size,
            }
        }
        pub fn ready(&self) -> bool {
            !self.rx.0.is_null() && self.size > 0
        }
    }
}

// expect: mismatched_dealloc -- a CString in the constructor, a box of one character in Drop
pub mod title_boxed {
    use super::*;
    pub struct Window {
        title: *mut c_char,
    }
    impl Window {
        pub fn new(title: &str) -> Option<Window> {
            let title = CString::new(title).ok()?.into_raw();
            Some(Window { title })
        }
    }
    impl Drop for Window {
        fn drop(&mut self) {
            if !self.title.is_null() {
                let _ = unsafe { Box::from_raw(self.title) };
            }
        }
    }
}

// expect: mismatched_layout -- the capacity is not kept, the length stands in for it
pub mod capacity_lost {
    pub struct Samples {
        start: *mut f64,
        len: usize,
    }
    impl Samples {
        pub fn new(first: f64) -> Samples {
            let mut all = Vec::with_capacity(256);
            all.push(first);
            let start = all.as_mut_ptr();
            let len = all.len();
            std::mem::forget(all);
            Samples { start, len }
        }
    }
    impl Drop for Samples {
        fn drop(&mut self) {
            unsafe { drop(Vec::from_raw_parts(self.start, self.len, self.len)) };
        }
    }
}

// expect: clean -- the capacity is kept as well
pub mod capacity_kept {
    pub struct Samples {
        start: *mut f64,
        len: usize,
        cap: usize,
    }
    impl Samples {
        pub fn new(first: f64) -> Samples {
            let mut all = Vec::with_capacity(256);
            all.push(first);
            let mut all = std::mem::ManuallyDrop::new(all);
            Samples {
                start: all.as_mut_ptr(),
                len: all.len(),
                cap: all.capacity(),
            }
        }
    }
    impl Drop for Samples {
        fn drop(&mut self) {
            unsafe { drop(Vec::from_raw_parts(self.start, self.len, self.cap)) };
        }
    }
}

// expect: owner_without_drop -- an argument vector that nobody takes apart again
pub mod argv_kept {
    use super::*;
    pub struct Argv {
        pointers: Vec<*mut c_char>,
    }
    impl Argv {
        pub fn new(args: &[&str]) -> Argv {
            let mut pointers: Vec<*mut c_char> = args
                .iter()
                .map(|a| CString::new(*a).unwrap().into_raw())
                .collect();
            pointers.push(ptr::null_mut());
            Argv { pointers }
        }
        pub fn as_ptr(&self) -> *const *mut c_char {
            self.pointers.as_ptr()
        }
    }
}

// expect: clean -- an argument vector whose elements are reclaimed
pub mod argv_reclaimed {
    use super::*;
    pub struct Argv {
        pointers: Vec<*mut c_char>,
    }
    impl Argv {
        pub fn new(args: &[&str]) -> Argv {
            let mut pointers: Vec<*mut c_char> = args
                .iter()
                .map(|a| CString::new(*a).unwrap().into_raw())
                .collect();
            pointers.push(ptr::null_mut());
            Argv { pointers }
        }
        pub fn as_ptr(&self) -> *const *mut c_char {
            self.pointers.as_ptr()
        }
    }
    impl Drop for Argv {
        fn drop(&mut self) {
            for p in self.pointers.iter().filter(|p| !p.is_null()) {
                unsafe { drop(CString::from_raw(*p)) };
            }
        }
    }
}

// expect: double_free -- a consuming method releases, and then Drop does
pub mod consumed_twice {
    use super::*;
    pub struct Job {
        state: *mut c_int,
    }
    impl Job {
        pub fn start() -> Job {
            Job {
                state: Box::into_raw(Box::new(1)),
            }
        }
        pub fn finish(self) -> c_int {
            unsafe { *Box::from_raw(self.state) }
        }
    }
    impl Drop for Job {
        fn drop(&mut self) {
            unsafe { drop(Box::from_raw(self.state)) };
        }
    }
}

// expect: clean -- a consuming method releases and forgets itself
pub mod consumed_once {
    use super::*;
    pub struct Job {
        state: *mut c_int,
    }
    impl Job {
        pub fn start() -> Job {
            Job {
                state: Box::into_raw(Box::new(1)),
            }
        }
        pub fn finish(self) -> c_int {
            let code = unsafe { *Box::from_raw(self.state) };
            mem::forget(self);
            code
        }
    }
    impl Drop for Job {
        fn drop(&mut self) {
            unsafe { drop(Box::from_raw(self.state)) };
        }
    }
}

// expect: clean -- owned or borrowed by a flag
pub mod owned_flag {
    use super::*;
    pub struct View {
        bytes: *mut u8,
        owned: bool,
    }
    impl View {
        pub fn borrow(bytes: &mut [u8]) -> View {
            View {
                bytes: bytes.as_mut_ptr(),
                owned: false,
            }
        }
        pub fn copy(bytes: &[u8]) -> Option<View> {
            let raw = unsafe { malloc(bytes.len().max(1)) } as *mut u8;
            if raw.is_null() {
                return None;
            }
            unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), raw, bytes.len()) };
            Some(View {
                bytes: raw,
                owned: true,
            })
        }
    }
    impl Drop for View {
        fn drop(&mut self) {
            if self.owned {
                unsafe { free(self.bytes.cast()) };
            }
        }
    }
}

// expect: double_free -- close leaves the pointer for Drop
pub mod closed_and_dropped {
    use super::*;
    pub struct Conn {
        buf: *mut c_void,
    }
    impl Conn {
        pub fn open() -> Conn {
            Conn {
                buf: unsafe { malloc(1024) },
            }
        }
        pub fn close(&mut self) {
            unsafe { free(self.buf) };
        }
    }
    impl Drop for Conn {
        fn drop(&mut self) {
            unsafe { free(self.buf) };
        }
    }
    pub fn run() {
        let mut conn = Conn::open();
        conn.close();
    }
}

// expect: clean -- close clears the pointer for Drop
pub mod closed_then_dropped {
    use super::*;
    pub struct Conn {
        buf: *mut c_void,
    }
    impl Conn {
        pub fn open() -> Conn {
            Conn {
                buf: unsafe { malloc(1024) },
            }
        }
        pub fn close(&mut self) {
            unsafe { free(mem::replace(&mut self.buf, ptr::null_mut())) };
        }
    }
    impl Drop for Conn {
        fn drop(&mut self) {
            self.close();
        }
    }
    pub fn run() {
        let mut conn = Conn::open();
        conn.close();
    }
}

// expect: clean -- released by a consuming method, on purpose without Drop
pub mod explicit_destroy {
    use super::*;
    pub struct Pool {
        base: *mut u8,
    }
    impl Pool {
        pub fn with_room(n: usize) -> Option<Pool> {
            let base = unsafe { malloc(n) } as *mut u8;
            (!base.is_null()).then_some(Pool { base })
        }
        pub fn destroy(self) {
            unsafe { free(self.base.cast()) }
        }
    }
}

// expect: clean -- a setter that releases the old text, an Option that Drop takes
pub mod setter_and_option {
    use super::*;
    pub struct Caption {
        text: Option<NonNull<c_char>>,
    }
    impl Caption {
        pub const fn empty() -> Caption {
            Caption { text: None }
        }
        pub fn set(&mut self, text: &CStr) {
            if let Some(old) = self.text.take() {
                unsafe { free(old.as_ptr().cast()) };
            }
            self.text = NonNull::new(unsafe { strdup(text.as_ptr()) });
        }
    }
    impl Drop for Caption {
        fn drop(&mut self) {
            if let Some(old) = self.text.take() {
                unsafe { free(old.as_ptr().cast()) };
            }
        }
    }
}
