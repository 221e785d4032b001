//! Utility and test-like code over POSIX: argv, environment, getline, realpath, asprintf, getaddrinfo,
//! directories, mappings, dlopen, aligned memory, scandir, glob, regular expressions.
use std::ffi::{c_char, c_int, c_void, CStr, CString, OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::ptr;

extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn strdup(s: *const c_char) -> *mut c_char;
    fn strlen(s: *const c_char) -> usize;
    fn fopen(path: *const c_char, mode: *const c_char) -> *mut c_void;
    fn fclose(f: *mut c_void) -> c_int;
}

// expect: clean -- argv as C expects it, mutable; every element is taken back after the call
pub mod argv_taken_back {
    use super::*;
    extern "C" {
        fn legacy_main(argc: c_int, argv: *mut *mut c_char) -> c_int;
    }
    pub fn run(args: &[&str]) -> Result<c_int, std::ffi::NulError> {
        let owned = args
            .iter()
            .map(|a| CString::new(*a))
            .collect::<Result<Vec<_>, _>>()?;
        let raw: Vec<*mut c_char> = owned.into_iter().map(CString::into_raw).collect();
        let mut argv = raw.clone();
        argv.push(ptr::null_mut());
        let rc = unsafe { legacy_main(raw.len() as c_int, argv.as_mut_ptr()) };
        raw.into_iter()
            .for_each(|p| drop(unsafe { CString::from_raw(p) }));
        Ok(rc)
    }
}

// expect: mismatched_dealloc -- the strings are made with into_raw and given to free
pub mod argv_freed {
    use super::*;
    extern "C" {
        fn puts(s: *const c_char) -> c_int;
    }
    pub fn shout(words: &[&str]) {
        for w in words {
            let Ok(c) = CString::new(w.to_uppercase()) else {
                continue;
            };
            let raw = c.into_raw();
            unsafe {
                puts(raw);
                free(raw as *mut c_void);
            }
        }
    }
}

// expect: clean -- environ is walked, nothing in it belongs to us
pub mod environ_walk {
    use super::*;
    extern "C" {
        static environ: *const *const c_char;
        fn getenv(k: *const c_char) -> *mut c_char;
    }
    pub fn vars() -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut out = Vec::new();
        unsafe {
            let mut e = environ;
            while !e.is_null() && !(*e).is_null() {
                let entry = CStr::from_ptr(*e).to_bytes();
                if let Some(at) = entry.iter().skip(1).position(|&b| b == b'=') {
                    out.push((entry[..at + 1].to_vec(), entry[at + 2..].to_vec()));
                }
                e = e.add(1);
            }
        }
        out
    }
    pub fn var(key: &CStr) -> Option<OsString> {
        let v = unsafe { getenv(key.as_ptr()) };
        (!v.is_null())
            .then(|| OsStringExt::from_vec(unsafe { CStr::from_ptr(v) }.to_bytes().to_vec()))
    }
}

// expect: clean -- putenv keeps the string: it becomes part of the environment
pub mod putenv_keeps {
    use super::*;
    extern "C" {
        fn putenv(s: *mut c_char) -> c_int;
    }
    pub fn set(key: &str, value: &str) -> io::Result<()> {
        let entry = CString::new(format!("{key}={value}"))?.into_raw();
        if unsafe { putenv(entry) } != 0 {
            let e = io::Error::last_os_error();
            drop(unsafe { CString::from_raw(entry) });
            return Err(e);
        }
        Ok(())
    }
}

// expect: leaked_raw -- setenv copies both strings
pub mod setenv_copies {
    use super::*;
    extern "C" {
        fn setenv(k: *const c_char, v: *const c_char, over: c_int) -> c_int;
    }
    pub fn set(key: &CStr, value: String) -> bool {
        let value = CString::new(value).expect("value").into_raw();
        unsafe { setenv(key.as_ptr(), value, 1) == 0 }
    }
}

// expect: leaked_alloc -- getifaddrs' list is lost when there is no loopback
pub mod ifaddrs_leak {
    use super::*;
    #[repr(C)]
    pub struct ifaddrs {
        next: *mut ifaddrs,
        name: *mut c_char,
        flags: u32,
        rest: [*mut c_void; 4],
    }
    extern "C" {
        fn getifaddrs(out: *mut *mut ifaddrs) -> c_int;
        fn freeifaddrs(l: *mut ifaddrs);
    }
    pub fn loopback() -> Option<String> {
        unsafe {
            let mut list = ptr::null_mut();
            if getifaddrs(&mut list) != 0 {
                return None;
            }
            let mut cur = list;
            while (*cur).flags & 8 == 0 {
                cur = (*cur).next;
                if cur.is_null() {
                    return None;
                }
            }
            let name = CStr::from_ptr((*cur).name).to_string_lossy().into_owned();
            freeifaddrs(list);
            Some(name)
        }
    }
}

// expect: clean -- strdup'ed, tokenized by strtok_r, freed at the start of the copy
pub mod strtok_copy {
    use super::*;
    extern "C" {
        fn strtok_r(s: *mut c_char, delim: *const c_char, save: *mut *mut c_char) -> *mut c_char;
    }
    pub fn tokens(text: &CStr) -> Vec<String> {
        let mut out = vec![];
        unsafe {
            let copy = strdup(text.as_ptr());
            if copy.is_null() {
                return out;
            }
            let mut save = ptr::null_mut();
            let mut tok = strtok_r(copy, c" \t".as_ptr(), &mut save);
            while !tok.is_null() {
                out.push(String::from_utf8_lossy(CStr::from_ptr(tok).to_bytes()).into_owned());
                tok = strtok_r(ptr::null_mut(), c" \t".as_ptr(), &mut save);
            }
            free(copy.cast());
        }
        out
    }
}

// expect: free_offset -- leading blanks are skipped with the only name of the copy
pub mod trim_copy {
    use super::*;
    pub fn trimmed_len(text: &CStr) -> usize {
        unsafe {
            let mut copy = strdup(text.as_ptr());
            if copy.is_null() {
                return 0;
            }
            while *copy == b' ' as c_char {
                copy = copy.add(1);
            }
            let n = strlen(copy);
            free(copy.cast());
            n
        }
    }
}

// expect: double_free -- freed in the loop's last round and once more after it
pub mod retry_getcwd {
    use super::*;
    extern "C" {
        fn getcwd(buf: *mut c_char, n: usize) -> *mut c_char;
    }
    pub fn cwd() -> Option<Vec<u8>> {
        let mut n = 256;
        unsafe {
            let mut buf: *mut c_char;
            loop {
                buf = malloc(n).cast();
                if buf.is_null() {
                    return None;
                }
                if !getcwd(buf, n).is_null() {
                    break;
                }
                free(buf.cast());
                if n > 1 << 16 {
                    break;
                }
                n *= 2;
            }
            let ok = n <= 1 << 16;
            let out = if ok {
                Some(CStr::from_ptr(buf).to_bytes().to_vec())
            } else {
                None
            };
            free(buf.cast());
            out
        }
    }
}

// expect: clean -- each attempt frees its buffer, the good one after the copy
pub mod retry_getcwd_ok {
    use super::*;
    extern "C" {
        fn getcwd(buf: *mut c_char, n: usize) -> *mut c_char;
    }
    pub fn cwd() -> io::Result<PathBuf> {
        for shift in 8..17 {
            let n = 1usize << shift;
            unsafe {
                let buf = malloc(n) as *mut c_char;
                if buf.is_null() {
                    return Err(io::ErrorKind::OutOfMemory.into());
                }
                let found =
                    (!getcwd(buf, n).is_null()).then(|| CStr::from_ptr(buf).to_bytes().to_vec());
                let err = io::Error::last_os_error();
                free(buf.cast());
                match found {
                    Some(b) => return Ok(OsString::from_vec(b).into()),
                    None if err.raw_os_error() == Some(34) => continue,
                    None => return Err(err),
                }
            }
        }
        Err(io::ErrorKind::InvalidData.into())
    }
}

// expect: free_nonheap -- the entry of getpwuid is static storage of the C library
pub mod passwd_static {
    use super::*;
    #[repr(C)]
    pub struct passwd {
        name: *mut c_char,
        passwd: *mut c_char,
        uid: u32,
        gid: u32,
    }
    extern "C" {
        fn getpwuid(uid: u32) -> *mut passwd;
    }
    pub fn user(uid: u32) -> Option<String> {
        unsafe {
            let pw = getpwuid(uid);
            if pw.is_null() {
                return None;
            }
            let name = CStr::from_ptr((*pw).name).to_string_lossy().into_owned();
            free(pw.cast());
            Some(name)
        }
    }
}

// expect: clean -- getpwuid_r writes into a Vec of ours
pub mod passwd_reentrant {
    use super::*;
    #[repr(C)]
    pub struct passwd {
        name: *mut c_char,
        passwd: *mut c_char,
        uid: u32,
        gid: u32,
        rest: [*mut c_char; 3],
    }
    extern "C" {
        fn getpwuid_r(
            uid: u32,
            pw: *mut passwd,
            buf: *mut c_char,
            n: usize,
            out: *mut *mut passwd,
        ) -> c_int;
    }
    pub fn user(uid: u32) -> Option<CString> {
        let mut buf: Vec<c_char> = Vec::with_capacity(1024);
        loop {
            let mut pw = std::mem::MaybeUninit::<passwd>::zeroed();
            let mut out = ptr::null_mut();
            match unsafe {
                getpwuid_r(
                    uid,
                    pw.as_mut_ptr(),
                    buf.as_mut_ptr(),
                    buf.capacity(),
                    &mut out,
                )
            } {
                0 if out.is_null() => return None,
                0 => return Some(unsafe { CStr::from_ptr((*out).name) }.to_owned()),
                34 => buf.reserve(buf.capacity() * 2),
                _ => return None,
            }
        }
    }
}

// expect: clean -- backtrace_symbols gives one block for all the strings
pub mod backtrace_text {
    use super::*;
    extern "C" {
        fn backtrace(buf: *mut *mut c_void, n: c_int) -> c_int;
        fn backtrace_symbols(buf: *const *mut c_void, n: c_int) -> *mut *mut c_char;
    }
    pub fn frames() -> Vec<String> {
        let mut addrs = [ptr::null_mut(); 64];
        unsafe {
            let n = backtrace(addrs.as_mut_ptr(), addrs.len() as c_int);
            let symbols = backtrace_symbols(addrs.as_ptr(), n);
            if symbols.is_null() {
                return Vec::new();
            }
            let out = std::slice::from_raw_parts(symbols, n as usize)
                .iter()
                .map(|&s| CStr::from_ptr(s).to_string_lossy().into_owned())
                .collect();
            free(symbols as *mut c_void);
            out
        }
    }
}

// expect: clean -- the test puts a CString through C's hands and takes it back
pub mod round_trip_tests {
    use super::*;
    extern "C" {
        fn strchr(s: *const c_char, c: c_int) -> *mut c_char;
    }
    pub fn upper_after(text: &str, mark: u8) -> Option<String> {
        let raw = CString::new(text).ok()?.into_raw();
        unsafe {
            let at = strchr(raw, mark as c_int);
            if !at.is_null() {
                let rest = std::slice::from_raw_parts_mut(at as *mut u8, strlen(at));
                rest.make_ascii_uppercase();
            }
            CString::from_raw(raw).into_string().ok()
        }
    }
}

// expect: leaked_alloc -- open_memstream's buffer is the caller's once the stream is closed
pub mod memstream {
    use super::*;
    extern "C" {
        fn open_memstream(buf: *mut *mut c_char, n: *mut usize) -> *mut c_void;
        fn fwrite(p: *const c_void, size: usize, n: usize, f: *mut c_void) -> usize;
    }
    pub fn joined(parts: &[&[u8]]) -> Option<Vec<u8>> {
        unsafe {
            let (mut buf, mut n) = (ptr::null_mut(), 0);
            let f = open_memstream(&mut buf, &mut n);
            if f.is_null() {
                return None;
            }
            for p in parts {
                fwrite(p.as_ptr().cast(), 1, p.len(), f);
            }
            fclose(f);
            Some(std::slice::from_raw_parts(buf as *const u8, n).to_vec())
        }
    }
}

// expect: clean -- the stream is closed first, then the buffer is freed
pub mod memstream_ok {
    use super::*;
    extern "C" {
        fn open_memstream(buf: *mut *mut c_char, n: *mut usize) -> *mut c_void;
        fn fwrite(p: *const c_void, size: usize, n: usize, f: *mut c_void) -> usize;
    }
    pub fn capture(fill: impl FnOnce(&mut dyn FnMut(&[u8]))) -> Vec<u8> {
        let mut buf = ptr::null_mut();
        let mut n = 0;
        let f = unsafe { open_memstream(&mut buf, &mut n) };
        assert!(!f.is_null(), "open_memstream");
        fill(&mut |b| {
            unsafe { fwrite(b.as_ptr().cast(), 1, b.len(), f) };
        });
        unsafe {
            fclose(f);
            let v = std::slice::from_raw_parts(buf.cast::<u8>(), n).to_vec();
            free(buf.cast());
            v
        }
    }
}
