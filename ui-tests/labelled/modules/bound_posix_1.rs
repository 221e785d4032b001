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

// expect: mismatched_dealloc -- realpath(path, NULL) is malloc memory
pub mod realpath_cstring {
    use super::*;
    extern "C" {
        fn realpath(p: *const c_char, out: *mut c_char) -> *mut c_char;
    }
    pub fn canonicalize(p: &Path) -> io::Result<PathBuf> {
        let path = CString::new(p.as_os_str().as_bytes())?;
        let r = unsafe { realpath(path.as_ptr(), ptr::null_mut()) };
        if r.is_null() {
            return Err(io::Error::last_os_error());
        }
        let real = unsafe { CString::from_raw(r) };
        Ok(PathBuf::from(OsString::from_vec(real.into_bytes())))
    }
}

// expect: clean -- std's way: copy, then free
pub mod realpath_ok {
    use super::*;
    extern "C" {
        fn realpath(p: *const c_char, out: *mut c_char) -> *mut c_char;
    }
    pub fn canonicalize(p: &CStr) -> io::Result<PathBuf> {
        unsafe {
            let r = realpath(p.as_ptr(), ptr::null_mut());
            if r.is_null() {
                return Err(io::Error::last_os_error());
            }
            let buf = CStr::from_ptr(r).to_bytes().to_vec();
            free(r as *mut _);
            Ok(PathBuf::from(OsString::from_vec(buf)))
        }
    }
}

// expect: free_nonheap -- with a buffer of the caller's, realpath returns that buffer
pub mod realpath_buffer {
    use super::*;
    extern "C" {
        fn realpath(p: *const c_char, out: *mut c_char) -> *mut c_char;
    }
    pub fn resolve(p: &CStr) -> Option<Vec<u8>> {
        let mut buf = [0 as c_char; 4096];
        unsafe {
            if realpath(p.as_ptr(), buf.as_mut_ptr()).is_null() {
                return None;
            }
            let v = CStr::from_ptr(buf.as_ptr()).to_bytes().to_vec();
            free(buf.as_mut_ptr().cast());
            Some(v)
        }
    }
}

// expect: leaked_alloc -- getline's buffer is not freed at the end of the file
pub mod getline_leak {
    use super::*;
    extern "C" {
        fn getline(line: *mut *mut c_char, n: *mut usize, f: *mut c_void) -> isize;
    }
    pub fn lines(path: &CStr) -> Option<Vec<String>> {
        unsafe {
            let f = fopen(path.as_ptr(), c"r".as_ptr());
            if f.is_null() {
                return None;
            }
            let mut out = Vec::new();
            let mut line = ptr::null_mut();
            let mut cap = 0;
            loop {
                let n = getline(&mut line, &mut cap, f);
                if n < 0 {
                    break;
                }
                out.push(
                    String::from_utf8_lossy(std::slice::from_raw_parts(
                        line as *const u8,
                        n as usize,
                    ))
                    .into_owned(),
                );
            }
            fclose(f);
            Some(out)
        }
    }
}

// expect: clean -- one buffer for all lines, freed in Drop with its FILE
pub mod getline_ok {
    use super::*;
    extern "C" {
        fn getline(line: *mut *mut c_char, n: *mut usize, f: *mut c_void) -> isize;
    }
    pub struct Lines {
        file: *mut c_void,
        line: *mut c_char,
        cap: usize,
    }
    impl Lines {
        pub fn open(path: &CStr) -> io::Result<Lines> {
            let file = unsafe { fopen(path.as_ptr(), c"re".as_ptr()) };
            if file.is_null() {
                return Err(io::Error::last_os_error());
            }
            Ok(Lines {
                file,
                line: ptr::null_mut(),
                cap: 0,
            })
        }
        pub fn next_line(&mut self) -> Option<&[u8]> {
            match unsafe { getline(&mut self.line, &mut self.cap, self.file) } {
                n if n <= 0 => None,
                n => Some(unsafe { std::slice::from_raw_parts(self.line.cast(), n as usize) }),
            }
        }
    }
    impl Drop for Lines {
        fn drop(&mut self) {
            unsafe {
                free(self.line as *mut c_void);
                fclose(self.file);
            }
        }
    }
}

// expect: mismatched_dealloc -- asprintf's text is not Rust's
pub mod asprintf_string {
    use super::*;
    extern "C" {
        fn asprintf(out: *mut *mut c_char, fmt: *const c_char, ...) -> c_int;
    }
    pub fn hex(v: u64) -> String {
        let mut out: *mut c_char = ptr::null_mut();
        unsafe {
            let n = asprintf(&mut out, c"%016llx".as_ptr(), v);
            if n < 0 {
                return String::new();
            }
            let n = n as usize;
            String::from_raw_parts(out.cast::<u8>(), n, n + 1)
        }
    }
}

// expect: clean -- asprintf, a borrowed look, free; on failure the pointer is not touched
pub mod asprintf_ok {
    use super::*;
    use std::mem::MaybeUninit;
    extern "C" {
        fn asprintf(out: *mut *mut c_char, fmt: *const c_char, ...) -> c_int;
    }
    pub fn float(v: f64) -> Option<f64> {
        let mut out = MaybeUninit::<*mut c_char>::uninit();
        unsafe {
            if asprintf(out.as_mut_ptr(), c"%.3f".as_ptr(), v) == -1 {
                return None;
            }
            let text = out.assume_init();
            let parsed = CStr::from_ptr(text)
                .to_str()
                .ok()
                .and_then(|s| s.parse().ok());
            free(text.cast());
            parsed
        }
    }
}

// expect: leaked_alloc -- freeaddrinfo is skipped for an address family that is not known
pub mod addrinfo_leak {
    use super::*;
    #[repr(C)]
    pub struct addrinfo {
        flags: c_int,
        family: c_int,
        socktype: c_int,
        protocol: c_int,
        addrlen: u32,
        addr: *const [u8; 16],
        canonname: *mut c_char,
        next: *mut addrinfo,
    }
    extern "C" {
        fn getaddrinfo(
            n: *const c_char,
            s: *const c_char,
            h: *const addrinfo,
            out: *mut *mut addrinfo,
        ) -> c_int;
        fn freeaddrinfo(a: *mut addrinfo);
    }
    pub fn v4(host: &CStr) -> Result<Vec<[u8; 4]>, c_int> {
        unsafe {
            let mut res = ptr::null_mut();
            let rc = getaddrinfo(host.as_ptr(), ptr::null(), ptr::null(), &mut res);
            if rc != 0 {
                return Err(rc);
            }
            let mut out = vec![];
            let mut cur = res;
            while !cur.is_null() {
                if (*cur).family != 2 {
                    return Err((*cur).family);
                }
                let a = &*(*cur).addr;
                out.push([a[4], a[5], a[6], a[7]]);
                cur = (*cur).next;
            }
            freeaddrinfo(res);
            Ok(out)
        }
    }
}

// expect: clean -- LookupHost keeps original and cursor, Drop frees the original
pub mod addrinfo_iter {
    use super::*;
    #[repr(C)]
    pub struct addrinfo {
        flags: c_int,
        family: c_int,
        rest: [c_int; 3],
        addr: *mut c_void,
        canonname: *mut c_char,
        next: *mut addrinfo,
    }
    extern "C" {
        fn getaddrinfo(
            n: *const c_char,
            s: *const c_char,
            h: *const addrinfo,
            out: *mut *mut addrinfo,
        ) -> c_int;
        fn freeaddrinfo(a: *mut addrinfo);
    }
    pub struct LookupHost {
        original: *mut addrinfo,
        cur: *mut addrinfo,
    }
    impl Iterator for LookupHost {
        type Item = c_int;
        fn next(&mut self) -> Option<c_int> {
            unsafe {
                let cur = self.cur.as_ref()?;
                self.cur = cur.next;
                Some(cur.family)
            }
        }
    }
    impl TryFrom<&str> for LookupHost {
        type Error = io::Error;
        fn try_from(host: &str) -> io::Result<LookupHost> {
            let host = CString::new(host)?;
            let mut hints: addrinfo = unsafe { std::mem::zeroed() };
            hints.flags = 0x20;
            let mut res = ptr::null_mut();
            match unsafe { getaddrinfo(host.as_ptr(), ptr::null(), &hints, &mut res) } {
                0 => Ok(LookupHost {
                    original: res,
                    cur: res,
                }),
                e => Err(io::Error::other(format!("getaddrinfo: {e}"))),
            }
        }
    }
    impl Drop for LookupHost {
        fn drop(&mut self) {
            unsafe { freeaddrinfo(self.original) }
        }
    }
}

// expect: mismatched_dealloc -- free on an addrinfo list instead of freeaddrinfo
pub mod addrinfo_free {
    use super::*;
    #[repr(C)]
    pub struct addrinfo {
        head: [c_int; 5],
        addr: *mut c_void,
        canonname: *mut c_char,
        next: *mut addrinfo,
    }
    extern "C" {
        fn getaddrinfo(
            n: *const c_char,
            s: *const c_char,
            h: *const addrinfo,
            out: *mut *mut addrinfo,
        ) -> c_int;
    }
    pub fn resolves(host: &CStr) -> bool {
        let mut list = ptr::null_mut::<addrinfo>();
        if unsafe { getaddrinfo(host.as_ptr(), ptr::null(), ptr::null(), &mut list) } != 0 {
            return false;
        }
        unsafe { free(list.cast()) };
        true
    }
}

// expect: leaked_alloc -- the directory stream stays open when a name is no UTF-8
pub mod readdir_leak {
    use super::*;
    #[repr(C)]
    pub struct dirent {
        ino: u64,
        off: i64,
        reclen: u16,
        kind: u8,
        name: [c_char; 256],
    }
    extern "C" {
        fn opendir(p: *const c_char) -> *mut c_void;
        fn readdir(d: *mut c_void) -> *mut dirent;
        fn closedir(d: *mut c_void) -> c_int;
    }
    pub fn names(path: &CStr) -> Result<Vec<String>, Box<dyn std::error::Error>> {
        let dir = unsafe { opendir(path.as_ptr()) };
        if dir.is_null() {
            return Err(io::Error::last_os_error().into());
        }
        let mut out = Vec::new();
        while let Some(entry) = unsafe { readdir(dir).as_ref() } {
            let name = unsafe { CStr::from_ptr(entry.name.as_ptr()) };
            out.push(name.to_str()?.to_string());
        }
        unsafe { closedir(dir) };
        Ok(out)
    }
}

// expect: clean -- the entries belong to the stream, the stream to a Dir
pub mod readdir_ok {
    use super::*;
    #[repr(C)]
    pub struct dirent {
        head: [u8; 19],
        name: [c_char; 256],
    }
    extern "C" {
        fn fdopendir(fd: c_int) -> *mut c_void;
        fn readdir(d: *mut c_void) -> *mut dirent;
        fn closedir(d: *mut c_void) -> c_int;
        fn close(fd: c_int) -> c_int;
    }
    pub struct Dir(ptr::NonNull<c_void>);
    impl Dir {
        pub fn from_fd(fd: c_int) -> io::Result<Dir> {
            match ptr::NonNull::new(unsafe { fdopendir(fd) }) {
                Some(d) => Ok(Dir(d)),
                None => {
                    let e = io::Error::last_os_error();
                    unsafe { close(fd) };
                    Err(e)
                }
            }
        }
        pub fn names(&mut self) -> Vec<OsString> {
            let dir = self.0.as_ptr();
            std::iter::from_fn(|| unsafe { readdir(dir).as_ref() })
                .map(|e| {
                    OsStr::from_bytes(unsafe { CStr::from_ptr(e.name.as_ptr()) }.to_bytes())
                        .to_owned()
                })
                .collect()
        }
    }
    impl Drop for Dir {
        fn drop(&mut self) {
            unsafe { closedir(self.0.as_ptr()) };
        }
    }
}

// expect: mismatched_dealloc -- a DIR is closed with fclose
pub mod dir_fclose {
    use super::*;
    extern "C" {
        fn opendir(p: *const c_char) -> *mut c_void;
        fn readdir(d: *mut c_void) -> *mut c_void;
    }
    pub fn is_empty(path: &CStr) -> Option<bool> {
        unsafe {
            let dir = opendir(path.as_ptr());
            if dir.is_null() {
                return None;
            }
            let mut n = 0;
            while !readdir(dir).is_null() {
                n += 1;
            }
            fclose(dir);
            Some(n <= 2)
        }
    }
}

// expect: clean -- popen with pclose, fopen with fclose, chosen by a flag kept beside the stream
pub mod popen_flag {
    use super::*;
    extern "C" {
        fn popen(c: *const c_char, m: *const c_char) -> *mut c_void;
        fn pclose(f: *mut c_void) -> c_int;
        fn fgetc(f: *mut c_void) -> c_int;
    }
    pub enum Source {
        File(*mut c_void),
        Pipe(*mut c_void),
    }
    impl Source {
        pub fn open(what: &CStr) -> Option<Source> {
            unsafe {
                if what.to_bytes().last() == Some(&b'|') {
                    let f = popen(what.as_ptr(), c"r".as_ptr());
                    (!f.is_null()).then_some(f).map(Source::Pipe)
                } else {
                    let f = fopen(what.as_ptr(), c"r".as_ptr());
                    if f.is_null() {
                        None
                    } else {
                        Some(Source::File(f))
                    }
                }
            }
        }
        pub fn byte(&mut self) -> Option<u8> {
            let (Source::File(f) | Source::Pipe(f)) = self;
            u8::try_from(unsafe { fgetc(*f) }).ok()
        }
    }
    impl Drop for Source {
        fn drop(&mut self) {
            match *self {
                Source::File(f) => unsafe { fclose(f) },
                Source::Pipe(f) => unsafe { pclose(f) },
            };
        }
    }
}
