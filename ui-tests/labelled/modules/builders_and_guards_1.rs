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

// expect: clean -- a scope guard runs the release on every path, dismiss hands on
pub mod scope_guard {
    use super::raw;

    struct Guard<T: Copy, F: FnMut(T)> {
        value: T,
        drop: Option<F>,
    }

    impl<T: Copy, F: FnMut(T)> Guard<T, F> {
        fn new(value: T, drop: F) -> Self {
            Guard { value, drop: Some(drop) }
        }

        fn into_inner(mut self) -> T {
            self.drop = None;
            self.value
        }
    }

    impl<T: Copy, F: FnMut(T)> Drop for Guard<T, F> {
        fn drop(&mut self) {
            if let Some(mut f) = self.drop.take() {
                f(self.value);
            }
        }
    }

    pub unsafe fn options(name: &std::ffi::CStr, ms: i32) -> Result<*mut raw::opts_t, i32> {
        let opts = raw::opts_new();
        if opts.is_null() {
            return Err(-12);
        }
        let guard = Guard::new(opts, |o| raw::opts_free(o));
        for rc in [raw::opts_set_name(guard.value, name.as_ptr()), raw::opts_set_timeout(guard.value, ms)] {
            if rc != 0 {
                return Err(rc);
            }
        }
        Ok(guard.into_inner())
    }
}

// expect: double_free -- the guard is not dismissed, and the function frees as well
pub mod guard_not_dismissed {
    use super::raw;

    struct OptsGuard(*mut raw::opts_t);

    impl Drop for OptsGuard {
        fn drop(&mut self) {
            unsafe { raw::opts_free(self.0) }
        }
    }

    pub unsafe fn connect(ms: i32) -> *mut raw::conn_t {
        let opts = raw::opts_new();
        if opts.is_null() {
            return std::ptr::null_mut();
        }
        let guard = OptsGuard(opts);
        raw::opts_set_timeout(guard.0, ms);
        let conn = raw::conn_open(opts);
        raw::opts_free(opts);
        conn
    }
}

// expect: use_after_free -- the guard frees at the end of the block, the pointer goes on
pub mod guard_ends_early {
    use super::raw;

    struct BufGuard(*mut raw::buf_t);

    impl Drop for BufGuard {
        fn drop(&mut self) {
            unsafe { raw::buf_free(self.0) }
        }
    }

    pub unsafe fn read_byte(fd: i32) -> Option<u8> {
        let buf = raw::buf_new(512);
        if buf.is_null() {
            return None;
        }
        let n = {
            let guard = BufGuard(buf);
            raw::buf_read(guard.0, fd)
        };
        if n <= 0 {
            return None;
        }
        Some(*raw::buf_data(buf))
    }
}

// expect: clean -- close takes the pointer out of the Option, Drop does nothing after it
pub mod close_takes_option {
    use super::raw;
    use std::ptr::NonNull;

    pub struct Conn {
        raw: Option<NonNull<raw::conn_t>>,
    }

    impl Conn {
        pub fn open() -> Option<Conn> {
            let p = NonNull::new(unsafe { raw::conn_open(std::ptr::null()) })?;
            Some(Conn { raw: Some(p) })
        }

        pub fn send(&mut self, bytes: &[u8]) -> Result<(), i32> {
            let Some(raw) = self.raw else { return Err(-107) };
            match unsafe { raw::conn_send(raw.as_ptr(), bytes.as_ptr().cast(), bytes.len()) } {
                0 => Ok(()),
                rc => Err(rc),
            }
        }

        pub fn close(&mut self) {
            if let Some(raw) = self.raw.take() {
                unsafe { raw::conn_close(raw.as_ptr()) }
            }
        }
    }

    impl Drop for Conn {
        fn drop(&mut self) {
            self.close();
        }
    }
}

// expect: double_free -- close copies the pointer out of the Option and leaves it there
pub mod close_leaves_option {
    use super::raw;
    use std::ptr::NonNull;

    pub struct Conn {
        raw: Option<NonNull<raw::conn_t>>,
    }

    impl Conn {
        pub fn open() -> Option<Conn> {
            let p = NonNull::new(unsafe { raw::conn_open(std::ptr::null()) })?;
            Some(Conn { raw: Some(p) })
        }

        pub fn close(self) {
            if let Some(raw) = self.raw {
                unsafe { raw::conn_close(raw.as_ptr()) }
            }
        }
    }

    impl Drop for Conn {
        fn drop(&mut self) {
            if let Some(raw) = self.raw.take() {
                unsafe { raw::conn_close(raw.as_ptr()) }
            }
        }
    }
}

// expect: use_after_free -- send after close in one method
pub mod goodbye_after_close {
    use super::raw;

    pub struct Conn {
        raw: *mut raw::conn_t,
    }

    impl Conn {
        pub unsafe fn shutdown(self, bye: &[u8]) -> i32 {
            raw::conn_close(self.raw);
            raw::conn_send(self.raw, bye.as_ptr().cast(), bye.len())
        }
    }
}

// expect: clean -- a builder with its own options; build consumes and Drop frees the options
pub mod builder_drops_options {
    use super::raw;
    use std::ffi::CString;

    pub struct Builder {
        opts: *mut raw::opts_t,
        error: Option<i32>,
    }

    impl Builder {
        pub fn new() -> Builder {
            let opts = unsafe { raw::opts_new() };
            assert!(!opts.is_null(), "out of memory");
            Builder { opts, error: None }
        }

        pub fn name(mut self, name: &str) -> Builder {
            match CString::new(name) {
                Ok(c) => {
                    let rc = unsafe { raw::opts_set_name(self.opts, c.as_ptr()) };
                    if rc != 0 {
                        self.error = Some(rc);
                    }
                }
                Err(_) => self.error = Some(-22),
            }
            self
        }

        pub fn build(self) -> Result<*mut raw::conn_t, i32> {
            if let Some(e) = self.error {
                return Err(e);
            }
            let conn = unsafe { raw::conn_open(self.opts) };
            if conn.is_null() { Err(-111) } else { Ok(conn) }
        }
    }

    impl Drop for Builder {
        fn drop(&mut self) {
            unsafe { raw::opts_free(self.opts) }
        }
    }
}

// expect: owner_without_drop -- a builder that is never released after build
pub mod builder_leaks_options {
    use super::raw;

    pub struct Builder {
        opts: *mut raw::opts_t,
    }

    impl Builder {
        pub fn new() -> Builder {
            let opts = unsafe { raw::opts_new() };
            assert!(!opts.is_null(), "out of memory");
            Builder { opts }
        }

        pub fn timeout(self, ms: i32) -> Builder {
            unsafe { raw::opts_set_timeout(self.opts, ms) };
            self
        }

        pub fn build(&self) -> Result<*mut raw::conn_t, i32> {
            let conn = unsafe { raw::conn_open(self.opts) };
            if conn.is_null() { Err(-111) } else { Ok(conn) }
        }
    }
}

// expect: double_free -- build frees the options, and so does the builder's Drop
pub mod builder_frees_twice {
    use super::raw;

    pub struct Builder {
        opts: *mut raw::opts_t,
    }

    impl Builder {
        pub fn new() -> Option<Builder> {
            let opts = unsafe { raw::opts_new() };
            if opts.is_null() { None } else { Some(Builder { opts }) }
        }

        pub fn build(self) -> Option<*mut raw::conn_t> {
            unsafe {
                let conn = raw::conn_open(self.opts);
                raw::opts_free(self.opts);
                if conn.is_null() { None } else { Some(conn) }
            }
        }
    }

    impl Drop for Builder {
        fn drop(&mut self) {
            unsafe { raw::opts_free(self.opts) }
        }
    }
}

// expect: clean -- into_raw with ManuallyDrop, from_raw the other way
pub mod into_raw_parts {
    use super::raw;
    use std::mem::ManuallyDrop;

    pub struct Conn {
        raw: *mut raw::conn_t,
        sent: u64,
    }

    impl Conn {
        pub unsafe fn from_raw(raw: *mut raw::conn_t) -> Conn {
            Conn { raw, sent: 0 }
        }

        pub fn into_raw(self) -> *mut raw::conn_t {
            ManuallyDrop::new(self).raw
        }

        pub fn into_parts(self) -> (*mut raw::conn_t, u64) {
            let this = ManuallyDrop::new(self);
            (this.raw, this.sent)
        }
    }

    impl Drop for Conn {
        fn drop(&mut self) {
            unsafe { raw::conn_close(self.raw) }
        }
    }
}
