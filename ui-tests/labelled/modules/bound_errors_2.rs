//! Error paths: `?`, early returns, partial construction, cleanup loops, panics.
use std::ffi::{c_char, c_int, c_void, CStr, CString, NulError};
use std::io;
use std::ptr;

extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn calloc(n: usize, size: usize) -> *mut c_void;
    fn realloc(p: *mut c_void, n: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn strdup(s: *const c_char) -> *mut c_char;
    fn memcpy(d: *mut c_void, s: *const c_void, n: usize) -> *mut c_void;
    fn fopen(path: *const c_char, mode: *const c_char) -> *mut c_void;
    fn fclose(f: *mut c_void) -> c_int;
    fn fread(p: *mut c_void, size: usize, n: usize, f: *mut c_void) -> usize;
    fn ferror(f: *mut c_void) -> c_int;
}

// expect: use_after_free -- the error text is made from the buffer that was just freed
pub mod error_text {
    use super::*;
    pub fn checked(text: &CStr) -> Result<(), String> {
        unsafe {
            let copy = strdup(text.as_ptr());
            if copy.is_null() {
                return Err("memory".to_string());
            }
            if *copy == 0 {
                free(copy.cast());
                return Err(format!("invalid: {:?}", CStr::from_ptr(copy)));
            }
            free(copy.cast());
            Ok(())
        }
    }
}

// expect: clean -- the error text is complete before the free
pub mod error_text_ok {
    use super::*;
    pub fn checked(text: &CStr) -> Result<(), String> {
        unsafe {
            let copy = strdup(text.as_ptr());
            if copy.is_null() {
                return Err("memory".to_string());
            }
            let verdict = match CStr::from_ptr(copy).to_bytes() {
                [] => Err("empty".to_owned()),
                [b'-', ..] => Err(format!("invalid: {:?}", CStr::from_ptr(copy))),
                _ => Ok(()),
            };
            free(copy.cast());
            verdict
        }
    }
}

// expect: clean -- a panic in the callback unwinds through a guard, no leaked_on_unwind
pub mod panic_guard {
    use super::*;
    struct Scratch {
        p: *mut u8,
        n: usize,
    }
    impl Drop for Scratch {
        fn drop(&mut self) {
            unsafe { free(self.p.cast()) }
        }
    }
    pub fn with_scratch<R>(n: usize, f: impl FnOnce(&mut [u8]) -> R) -> Option<R> {
        let p = unsafe { calloc(n.max(1), 1) } as *mut u8;
        if p.is_null() {
            return None;
        }
        let s = Scratch { p, n };
        Some(f(unsafe { std::slice::from_raw_parts_mut(s.p, s.n) }))
    }
}

// expect: leaked_on_unwind -- the user's closure may panic between into_raw and from_raw
pub mod panic_between {
    pub fn update<T>(slot: Box<T>, f: impl FnOnce(&mut T)) -> Box<T> {
        let p = Box::into_raw(slot);
        unsafe {
            f(&mut *p);
            Box::from_raw(p)
        }
    }
}

// expect: clean -- replace_with: a panic aborts, so nothing can be dropped twice
pub mod replace_with {
    use std::ptr;
    struct Abort;
    impl Drop for Abort {
        fn drop(&mut self) {
            std::process::abort()
        }
    }
    pub fn replace_with<T>(slot: &mut T, f: impl FnOnce(T) -> T) {
        let bomb = Abort;
        unsafe {
            let old = ptr::read(slot);
            let new = f(old);
            ptr::write(slot, new);
        }
        std::mem::forget(bomb);
    }
}

// expect: double_free -- ptr::read without a write back: the slot's old value is dropped twice
pub mod replace_without_write {
    use std::ptr;
    pub fn update<E>(
        slot: &mut Box<Vec<u8>>,
        f: impl FnOnce(Box<Vec<u8>>) -> Result<Box<Vec<u8>>, E>,
    ) -> Result<(), E> {
        unsafe {
            let old = ptr::read(slot);
            let new = f(old)?;
            *slot = new;
        }
        Ok(())
    }
}

// expect: leaked_raw -- handles already opened are forgotten when one of the later ones fails
pub mod open_all {
    pub struct Conn {
        pub id: u32,
        pub buf: Vec<u8>,
    }
    fn connect(id: u32) -> Result<Conn, String> {
        if id == 13 {
            Err("unlucky".into())
        } else {
            Ok(Conn {
                id,
                buf: vec![0; 64],
            })
        }
    }
    pub fn handshake(a: u32, b: u32) -> Result<u32, String> {
        let first = Box::into_raw(Box::new(connect(a)?));
        let second = match connect(b) {
            Ok(c) => Box::into_raw(Box::new(c)),
            Err(e) => return Err(format!("second: {e}")),
        };
        unsafe {
            let sum = (*first).id + (*second).id;
            drop((Box::from_raw(first), Box::from_raw(second)));
            Ok(sum)
        }
    }
}

// expect: clean -- map_err with a side effect is where the first one is taken back
pub mod open_all_ok {
    pub struct Conn {
        pub id: u32,
        pub buf: Vec<u8>,
    }
    fn connect(id: u32) -> Result<Conn, String> {
        if id == 13 {
            Err("unlucky".into())
        } else {
            Ok(Conn {
                id,
                buf: vec![0; 64],
            })
        }
    }
    pub fn handshake(a: u32, b: u32) -> Result<u32, String> {
        let first = connect(a).map(Box::new).map(Box::into_raw)?;
        let second = connect(b).map_err(|e| {
            drop(unsafe { Box::from_raw(first) });
            e
        })?;
        let first = unsafe { Box::from_raw(first) };
        Ok(first.id + second.id)
    }
}

// expect: clean -- a destructor stack: on failure everything registered so far is undone
pub mod undo_stack {
    use super::*;
    #[derive(Default)]
    struct Undo(Vec<Box<dyn FnOnce()>>);
    impl Undo {
        fn push(&mut self, f: impl FnOnce() + 'static) {
            self.0.push(Box::new(f));
        }
    }
    impl Drop for Undo {
        fn drop(&mut self) {
            while let Some(f) = self.0.pop() {
                f();
            }
        }
    }
    pub fn work(n: usize) -> Option<u8> {
        let mut undo = Undo::default();
        let a = unsafe { calloc(n.max(1), 1) };
        if a.is_null() {
            return None;
        }
        undo.push(move || unsafe { free(a) });
        let b = unsafe { malloc(n.max(1)) };
        if b.is_null() {
            return None;
        }
        undo.push(move || unsafe { free(b) });
        unsafe {
            memcpy(b, a, n.max(1));
            Some(*b.cast::<u8>())
        }
    }
}

// expect: unchecked_alloc -- the copy is terminated through a pointer that nobody tested
pub mod copy_unchecked {
    use super::*;
    pub fn to_c(text: &str) -> *mut c_char {
        unsafe {
            let p = malloc(text.len() + 1) as *mut u8;
            ptr::copy_nonoverlapping(text.as_ptr(), p, text.len());
            *p.add(text.len()) = 0;
            p.cast()
        }
    }
}

// expect: clean -- the allocation is tested by NonNull::new and the ? operator, no unchecked_alloc
pub mod copy_checked {
    use super::*;
    pub fn to_c(text: &str) -> Option<ptr::NonNull<c_char>> {
        let n = text.len().checked_add(1)?;
        let p = ptr::NonNull::new(unsafe { malloc(n) })?.cast::<u8>();
        unsafe {
            p.as_ptr()
                .copy_from_nonoverlapping(text.as_ptr(), text.len());
            p.as_ptr().add(text.len()).write(0);
        }
        Some(p.cast())
    }
}

// expect: unchecked_alloc_size -- width times height times four of unchecked numbers from a file
pub mod image_size {
    use super::*;
    pub fn pixels(header: &[u8; 8]) -> *mut u8 {
        let w = u32::from_le_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let h = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        unsafe { malloc(w * h * 4) as *mut u8 }
    }
}
