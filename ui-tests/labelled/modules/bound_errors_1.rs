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

// expect: leaked_raw -- when a later argument has a NUL, the earlier ones stay raw
pub mod argv_nul {
    use super::*;
    extern "C" {
        fn execv(path: *const c_char, argv: *const *const c_char) -> c_int;
    }
    pub fn to_raw(a: &str, b: &str) -> Result<(usize, usize), NulError> {
        let first = CString::new(a)?.into_raw();
        let second = CString::new(b)?.into_raw();
        unsafe {
            let lens = (
                CStr::from_ptr(first).count_bytes(),
                CStr::from_ptr(second).count_bytes(),
            );
            drop(CString::from_raw(first));
            drop(CString::from_raw(second));
            Ok(lens)
        }
    }
}

// expect: clean -- both conversions may fail, but into_raw comes after both
pub mod argv_both_first {
    use super::*;
    pub fn to_raw(a: &str, b: &str) -> Result<usize, NulError> {
        let (a, b) = (CString::new(a)?, CString::new(b)?);
        let raw = [a.into_raw(), b.into_raw()];
        let mut n = 0;
        for p in raw {
            let text = unsafe { CString::from_raw(p) };
            n += text.as_bytes().len();
        }
        Ok(n)
    }
}

// expect: leaked_alloc -- the first buffer is lost when the second one is refused
pub mod two_buffers {
    use super::*;
    pub struct Pair {
        left: *mut u8,
        right: *mut u8,
    }
    impl Pair {
        pub fn new(n: usize) -> Result<Pair, io::Error> {
            unsafe {
                let left = malloc(n) as *mut u8;
                if left.is_null() {
                    return Err(io::ErrorKind::OutOfMemory.into());
                }
                let right = calloc(n, 1) as *mut u8;
                if right.is_null() {
                    return Err(io::ErrorKind::OutOfMemory.into());
                }
                Ok(Pair { left, right })
            }
        }
    }
    impl Drop for Pair {
        fn drop(&mut self) {
            unsafe {
                free(self.left.cast());
                free(self.right.cast());
            }
        }
    }
}

// expect: clean -- the half-made pair is dropped as a Pair, free(NULL) does nothing
pub mod two_buffers_ok {
    use super::*;
    pub struct Pair {
        left: *mut u8,
        right: *mut u8,
    }
    impl Pair {
        pub fn new(n: usize) -> Result<Pair, io::Error> {
            let pair = unsafe {
                Pair {
                    left: malloc(n).cast(),
                    right: calloc(n, 1).cast(),
                }
            };
            if pair.left.is_null() || pair.right.is_null() {
                return Err(io::Error::from(io::ErrorKind::OutOfMemory));
            }
            Ok(pair)
        }
    }
    impl Drop for Pair {
        fn drop(&mut self) {
            unsafe {
                free(self.left.cast());
                free(self.right.cast());
            }
        }
    }
}

// expect: leaked_alloc -- a short read returns without the buffer's free
pub mod read_file {
    use super::*;
    pub fn load(path: &CStr, n: usize) -> io::Result<Vec<u8>> {
        unsafe {
            let f = fopen(path.as_ptr(), c"rb".as_ptr());
            if f.is_null() {
                return Err(io::Error::last_os_error());
            }
            let buf = malloc(n.max(1));
            if buf.is_null() {
                fclose(f);
                return Err(io::ErrorKind::OutOfMemory.into());
            }
            let got = fread(buf, 1, n, f);
            let bad = ferror(f) != 0;
            fclose(f);
            if bad || got < n {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let out = std::slice::from_raw_parts(buf as *const u8, got).to_vec();
            free(buf);
            Ok(out)
        }
    }
}

// expect: clean -- one exit for buffer and file, whatever the inner block says
pub mod read_file_ok {
    use super::*;
    pub fn load(path: &CStr, n: usize) -> io::Result<Vec<u8>> {
        unsafe {
            let f = fopen(path.as_ptr(), c"rb".as_ptr());
            if f.is_null() {
                return Err(io::Error::last_os_error());
            }
            let buf = malloc(n.max(1));
            let result = 'read: {
                if buf.is_null() {
                    break 'read Err(io::ErrorKind::OutOfMemory.into());
                }
                let got = fread(buf, 1, n, f);
                if got < n && ferror(f) != 0 {
                    break 'read Err(io::Error::last_os_error());
                }
                Ok(std::slice::from_raw_parts(buf.cast::<u8>(), got).to_vec())
            };
            free(buf);
            fclose(f);
            result
        }
    }
}

// expect: leaked_alloc -- the FILE is not closed where the header is wrong
pub mod file_header {
    use super::*;
    pub fn version(path: &CStr) -> Result<u8, &'static str> {
        let f = unsafe { fopen(path.as_ptr(), c"r".as_ptr()) };
        if f.is_null() {
            return Err("open");
        }
        let mut head = [0u8; 5];
        if unsafe { fread(head.as_mut_ptr().cast(), 1, 5, f) } != 5 {
            unsafe { fclose(f) };
            return Err("short");
        }
        let Some(rest) = head.strip_prefix(b"RIFX") else {
            return Err("magic");
        };
        unsafe { fclose(f) };
        Ok(rest[0])
    }
}

// expect: leaked_realloc -- growth overwrites the only pointer
pub mod grow_buffer {
    use super::*;
    pub struct Growable {
        data: *mut u8,
        cap: usize,
        len: usize,
    }
    impl Growable {
        pub const fn new() -> Self {
            Growable {
                data: ptr::null_mut(),
                cap: 0,
                len: 0,
            }
        }
        pub fn extend(&mut self, bytes: &[u8]) -> Result<(), io::Error> {
            let need = self
                .len
                .checked_add(bytes.len())
                .ok_or(io::ErrorKind::InvalidInput)?;
            unsafe {
                if need > self.cap {
                    let cap = need.next_power_of_two();
                    self.data = realloc(self.data.cast(), cap).cast();
                    if self.data.is_null() {
                        return Err(io::ErrorKind::OutOfMemory.into());
                    }
                    self.cap = cap;
                }
                memcpy(
                    self.data.add(self.len).cast(),
                    bytes.as_ptr().cast(),
                    bytes.len(),
                );
            }
            self.len = need;
            Ok(())
        }
    }
    impl Drop for Growable {
        fn drop(&mut self) {
            unsafe { free(self.data.cast()) }
        }
    }
}

// expect: clean -- growth by way of a second pointer
pub mod grow_buffer_ok {
    use super::*;
    pub struct Growable {
        data: *mut u8,
        cap: usize,
    }
    impl Growable {
        pub const fn new() -> Self {
            Growable {
                data: ptr::null_mut(),
                cap: 0,
            }
        }
        pub fn reserve(&mut self, need: usize) -> Result<(), io::Error> {
            if need <= self.cap {
                return Ok(());
            }
            let p = unsafe { realloc(self.data.cast(), need) };
            if p.is_null() {
                return Err(io::ErrorKind::OutOfMemory.into());
            }
            self.data = p.cast();
            self.cap = need;
            Ok(())
        }
    }
    impl Drop for Growable {
        fn drop(&mut self) {
            unsafe { free(self.data.cast()) }
        }
    }
}

// expect: double_free -- realloc has moved the block, the old pointer is freed as well
pub mod realloc_old {
    use super::*;
    pub fn doubled(src: &[u32]) -> Option<u32> {
        unsafe {
            let small = malloc(64) as *mut u32;
            if small.is_null() {
                return None;
            }
            small.write(src.len() as u32);
            let big = realloc(small.cast(), 256) as *mut u32;
            if big.is_null() {
                free(small.cast());
                return None;
            }
            let n = *big * 2;
            free(big.cast());
            free(small.cast());
            Some(n)
        }
    }
}

// expect: leaked_alloc -- realloc failed, the block it left alone is not freed
pub mod realloc_keep {
    use super::*;
    pub fn collect(values: impl Iterator<Item = u16>) -> Option<Vec<u16>> {
        unsafe {
            let mut cap = 8usize;
            let mut buf = malloc(cap * 2) as *mut u16;
            if buf.is_null() {
                return None;
            }
            let mut n = 0;
            for v in values {
                if n == cap {
                    cap = cap
                        .checked_mul(2)
                        .filter(|c| *c < 1 << 40)
                        .unwrap_or(1 << 40);
                    let bigger = realloc(buf as *mut c_void, cap * 2) as *mut u16;
                    if bigger.is_null() {
                        return None;
                    }
                    buf = bigger;
                }
                *buf.add(n) = v;
                n += 1;
            }
            let out = std::slice::from_raw_parts(buf, n).to_vec();
            free(buf.cast());
            Some(out)
        }
    }
}

// expect: double_free -- freed by hand on the error path, then by the guard
pub mod cleanup_and_guard {
    use super::*;
    struct Name {
        raw: *mut c_char,
    }
    impl Drop for Name {
        fn drop(&mut self) {
            unsafe { free(self.raw.cast()) }
        }
    }
    pub fn validate(text: &CStr) -> Result<usize, &'static str> {
        let name = Name {
            raw: unsafe { strdup(text.as_ptr()) },
        };
        if name.raw.is_null() {
            return Err("memory");
        }
        let n = unsafe { CStr::from_ptr(name.raw) }.count_bytes();
        if n > 255 {
            unsafe { free(name.raw.cast()) };
            return Err("too long");
        }
        Ok(n)
    }
}

// expect: clean -- the guard is disarmed where the raw pointer is given away
pub mod guard_disarmed {
    use super::*;
    struct FreeOnDrop(*mut c_void);
    impl FreeOnDrop {
        fn release(mut self) -> *mut c_void {
            std::mem::replace(&mut self.0, ptr::null_mut())
        }
    }
    impl Drop for FreeOnDrop {
        fn drop(&mut self) {
            unsafe { free(self.0) }
        }
    }
    pub fn duplicate(bytes: &[u8], limit: usize) -> Result<*mut c_void, String> {
        let guard = FreeOnDrop(unsafe { malloc(bytes.len().max(1)) });
        if guard.0.is_null() {
            return Err("out of memory".into());
        }
        unsafe { memcpy(guard.0, bytes.as_ptr().cast(), bytes.len()) };
        if bytes.len() > limit {
            return Err(format!("{} > {}", bytes.len(), limit));
        }
        Ok(guard.release())
    }
}

// expect: leaked_alloc -- continue skips the free at the end of the loop's body
pub mod loop_continue {
    use super::*;
    pub fn total(texts: &[&CStr]) -> usize {
        let mut sum = 0;
        for t in texts {
            let copy = unsafe { strdup(t.as_ptr()) };
            if copy.is_null() {
                break;
            }
            let text = unsafe { CStr::from_ptr(copy) };
            if text.to_bytes().starts_with(b"#") {
                continue;
            }
            sum += text.to_bytes().len();
            unsafe { free(copy.cast()) };
        }
        sum
    }
}

// expect: clean -- the comment is skipped before anything has been allocated
pub mod loop_continue_ok {
    use super::*;
    pub fn total(texts: &[&CStr]) -> usize {
        let mut sum = 0;
        for t in texts.iter().copied() {
            if t.to_bytes().first() == Some(&b'#') {
                continue;
            }
            let copy = unsafe { strdup(t.as_ptr()) };
            if copy.is_null() {
                break;
            }
            unsafe {
                copy.write(b'x' as c_char);
                sum += CStr::from_ptr(copy).to_bytes().len();
                free(copy as _);
            }
        }
        sum
    }
}

// expect: leaked_raw -- parse() may fail while the vector is taken apart
pub mod vec_parts {
    use std::mem::ManuallyDrop;
    pub fn scaled(values: Vec<f64>, factor: &str) -> Result<Vec<f64>, std::num::ParseFloatError> {
        let mut raw = ManuallyDrop::new(values);
        let (p, len, cap) = (raw.as_mut_ptr(), raw.len(), raw.capacity());
        let factor: f64 = factor.parse()?;
        unsafe {
            for i in 0..len {
                *p.add(i) *= factor;
            }
            Ok(Vec::from_raw_parts(p, len, cap))
        }
    }
}

// expect: clean -- the fallible part is over before the vector is taken apart
pub mod vec_parts_ok {
    use std::mem::ManuallyDrop;
    pub fn bits(values: Vec<f32>, mask: &str) -> Result<Vec<u32>, std::num::ParseIntError> {
        let mask = u32::from_str_radix(mask, 16)?;
        let mut raw = ManuallyDrop::new(values);
        let mut out = unsafe {
            Vec::from_raw_parts(raw.as_mut_ptr().cast::<u32>(), raw.len(), raw.capacity())
        };
        out.iter_mut().for_each(|b| *b &= mask);
        Ok(out)
    }
}
