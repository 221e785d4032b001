//! Builders, guards, close methods, setters, errors with `?`, early ends of loops.
#![allow(non_camel_case_types)]

pub mod raw {
    use libc::{c_char, c_int, c_void};
    pub enum conn_t {}
    pub enum opts_t {}
    pub enum buf_t {}
    extern "C" {
        pub fn conn_open(o: *const opts_t) -> *mut conn_t;
        pub fn conn_close(c: *mut conn_t);
        pub fn conn_send(c: *mut conn_t, p: *const c_void, n: usize) -> c_int;
        pub fn opts_new() -> *mut opts_t;
        pub fn opts_free(o: *mut opts_t);
        pub fn opts_set_name(o: *mut opts_t, s: *const c_char) -> c_int;
        pub fn opts_set_timeout(o: *mut opts_t, ms: c_int) -> c_int;
        pub fn buf_new(n: usize) -> *mut buf_t;
        pub fn buf_free(b: *mut buf_t);
        pub fn buf_data(b: *mut buf_t) -> *mut u8;
        pub fn buf_read(b: *mut buf_t, fd: c_int) -> c_int;
    }
}

// expect: leaked_alloc -- a `continue` in the loop over descriptors
pub mod loop_continue {
    use super::raw;

    pub unsafe fn first_bytes(fds: &[i32]) -> Vec<u8> {
        let mut out = Vec::with_capacity(fds.len());
        for &fd in fds {
            let buf = raw::buf_new(64);
            if buf.is_null() {
                break;
            }
            let n = raw::buf_read(buf, fd);
            if n < 0 {
                eprintln!("fd {fd}: {n}");
                continue;
            }
            if n > 0 {
                out.push(*raw::buf_data(buf));
            }
            raw::buf_free(buf);
        }
        out
    }
}

// expect: clean -- one buffer for the whole loop
pub mod loop_one_buffer {
    use super::raw;

    pub unsafe fn first_bytes(fds: &[i32]) -> Vec<u8> {
        let mut out = Vec::with_capacity(fds.len());
        let buf = raw::buf_new(64);
        if buf.is_null() {
            return out;
        }
        for &fd in fds {
            let n = raw::buf_read(buf, fd);
            if n < 0 {
                continue;
            }
            if n == 0 {
                break;
            }
            out.push(*raw::buf_data(buf));
        }
        raw::buf_free(buf);
        out
    }
}

// expect: leaked_alloc -- the labelled break jumps over the release of the inner loop
pub mod labelled_break {
    pub unsafe fn find(rows: &[&[u8]], needle: u8) -> Option<(usize, usize)> {
        let mut found = None;
        'rows: for (y, row) in rows.iter().enumerate() {
            let copy = libc::malloc(row.len() + 1) as *mut u8;
            if copy.is_null() {
                break;
            }
            std::ptr::copy_nonoverlapping(row.as_ptr(), copy, row.len());
            for x in 0..row.len() {
                if *copy.add(x) == needle {
                    found = Some((y, x));
                    break 'rows;
                }
            }
            libc::free(copy.cast());
        }
        found
    }
}

// expect: double_free -- the error arm frees and falls through to the common release
pub mod error_arm_falls_through {
    pub fn decode(input: &[u8]) -> Result<usize, &'static str> {
        unsafe {
            let out = libc::malloc(input.len() * 2 + 1) as *mut u8;
            if out.is_null() {
                return Err("memory");
            }
            let mut n = 0;
            let mut failed = None;
            for &b in input {
                match b {
                    0x00..=0x7f => {
                        *out.add(n) = b;
                        n += 1;
                    }
                    0xff => {
                        libc::free(out.cast());
                        failed = Some("bad byte");
                        break;
                    }
                    _ => {
                        *out.add(n) = b'?';
                        n += 1;
                    }
                }
            }
            libc::free(out.cast());
            match failed {
                Some(e) => Err(e),
                None => Ok(n),
            }
        }
    }
}

// expect: clean -- the twin frees once below the loop
pub mod error_arm_breaks {
    pub fn decode(input: &[u8]) -> Result<usize, &'static str> {
        unsafe {
            let out = libc::malloc(input.len() * 2 + 1) as *mut u8;
            if out.is_null() {
                return Err("memory");
            }
            let mut n = 0;
            let mut failed = None;
            for &b in input {
                match b {
                    0x00..=0x7f => {
                        *out.add(n) = b;
                        n += 1;
                    }
                    0xff => {
                        failed = Some("bad byte");
                        break;
                    }
                    _ => {}
                }
            }
            libc::free(out.cast());
            failed.map_or(Ok(n), Err)
        }
    }
}

// expect: leaked_alloc -- the setter overwrites the text without freeing the old one
pub mod setter_overwrites {
    use std::ffi::CStr;
    use std::ptr;

    pub struct Label {
        text: *mut libc::c_char,
    }

    impl Label {
        pub fn new() -> Label {
            Label { text: ptr::null_mut() }
        }

        pub fn rename_all(texts: &[&CStr]) -> usize {
            let mut label = Label::new();
            for t in texts {
                label.text = unsafe { libc::strdup(t.as_ptr()) };
            }
            if label.text.is_null() { 0 } else { unsafe { libc::strlen(label.text) } }
        }
    }

    impl Drop for Label {
        fn drop(&mut self) {
            unsafe { libc::free(self.text.cast()) }
        }
    }
}

// expect: clean -- the setter frees the old text first
pub mod setter_replaces {
    use std::ffi::CStr;
    use std::ptr;

    pub struct Label {
        text: *mut libc::c_char,
    }

    impl Label {
        pub fn new() -> Label {
            Label { text: ptr::null_mut() }
        }

        pub fn set(&mut self, t: &CStr) -> bool {
            let new = unsafe { libc::strdup(t.as_ptr()) };
            if new.is_null() {
                return false;
            }
            let old = std::mem::replace(&mut self.text, new);
            unsafe { libc::free(old.cast()) };
            true
        }
    }

    impl Drop for Label {
        fn drop(&mut self) {
            unsafe { libc::free(self.text.cast()) }
        }
    }
}

// expect: use_after_free -- swap exchanged the pointers, and the wrong one is freed
pub mod swap_frees_new {
    use std::ffi::CStr;

    pub unsafe fn longer(a: &CStr, b: &CStr) -> *mut libc::c_char {
        let mut keep = libc::strdup(a.as_ptr());
        let mut other = libc::strdup(b.as_ptr());
        if keep.is_null() || other.is_null() {
            libc::free(keep.cast());
            libc::free(other.cast());
            return std::ptr::null_mut();
        }
        if libc::strlen(other) > libc::strlen(keep) {
            std::mem::swap(&mut keep, &mut other);
        }
        libc::free(keep.cast());
        *keep = b'x' as libc::c_char;
        other
    }
}

// expect: clean -- swap, then the loser is freed
pub mod swap_frees_loser {
    use std::ffi::CStr;

    pub unsafe fn longer(a: &CStr, b: &CStr) -> *mut libc::c_char {
        let mut keep = libc::strdup(a.as_ptr());
        let mut other = libc::strdup(b.as_ptr());
        if keep.is_null() || other.is_null() {
            libc::free(keep.cast());
            libc::free(other.cast());
            return std::ptr::null_mut();
        }
        if libc::strlen(other) > libc::strlen(keep) {
            std::mem::swap(&mut keep, &mut other);
        }
        libc::free(other.cast());
        keep
    }
}

// expect: leaked_raw -- and_then with an error between the two halves
pub mod combinator_error {
    use std::ffi::CString;

    fn validate(len: usize) -> Result<usize, String> {
        if len > 255 { Err(format!("{len} bytes")) } else { Ok(len) }
    }

    pub fn prepare(text: &str) -> Result<*mut libc::c_char, String> {
        let raw = CString::new(text).map_err(|e| e.to_string())?.into_raw();
        let len = unsafe { libc::strlen(raw) };
        validate(len)?;
        Ok(raw)
    }
}
