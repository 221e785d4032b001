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

// expect: mismatched_dealloc -- popen's stream wants pclose
pub mod popen_fclose {
    use super::*;
    extern "C" {
        fn popen(c: *const c_char, m: *const c_char) -> *mut c_void;
        fn fgets(b: *mut c_char, n: c_int, f: *mut c_void) -> *mut c_char;
    }
    pub fn first_line(command: &CStr) -> Option<String> {
        let mut buf = [0 as c_char; 512];
        unsafe {
            let pipe = popen(command.as_ptr(), c"r".as_ptr());
            if pipe.is_null() {
                return None;
            }
            let got = fgets(buf.as_mut_ptr(), buf.len() as c_int, pipe);
            let line = (!got.is_null())
                .then(|| CStr::from_ptr(got).to_string_lossy().trim_end().to_string());
            fclose(pipe);
            line
        }
    }
}

// expect: mismatched_dealloc -- mapped pages are given to free
pub mod mmap_free {
    use super::*;
    extern "C" {
        fn mmap(
            at: *mut c_void,
            n: usize,
            prot: c_int,
            flags: c_int,
            fd: c_int,
            off: i64,
        ) -> *mut c_void;
    }
    pub struct Anon {
        base: *mut u8,
        len: usize,
    }
    impl Anon {
        pub fn new(len: usize) -> io::Result<Anon> {
            let base = unsafe { mmap(ptr::null_mut(), len, 3, 0x22, -1, 0) };
            if base as isize == -1 {
                return Err(io::Error::last_os_error());
            }
            Ok(Anon {
                base: base.cast(),
                len,
            })
        }
        pub fn as_mut(&mut self) -> &mut [u8] {
            unsafe { std::slice::from_raw_parts_mut(self.base, self.len) }
        }
    }
    impl Drop for Anon {
        fn drop(&mut self) {
            unsafe { free(self.base as *mut c_void) }
        }
    }
}

// expect: leaked_alloc -- the library stays loaded when the symbol is missing
pub mod dlopen_leak {
    use super::*;
    extern "C" {
        fn dlopen(p: *const c_char, flags: c_int) -> *mut c_void;
        fn dlsym(h: *mut c_void, s: *const c_char) -> *mut c_void;
        fn dlclose(h: *mut c_void) -> c_int;
        fn dlerror() -> *mut c_char;
    }
    pub fn probe(lib: &CStr, symbol: &CStr) -> Result<usize, String> {
        unsafe {
            let h = dlopen(lib.as_ptr(), 2);
            if h.is_null() {
                return Err(CStr::from_ptr(dlerror()).to_string_lossy().into_owned());
            }
            let s = dlsym(h, symbol.as_ptr());
            if s.is_null() {
                return Err(format!("{symbol:?} is missing"));
            }
            let at = s as usize;
            dlclose(h);
            Ok(at)
        }
    }
}

// expect: clean -- Library closes in Drop, close() reports the error and forgets itself
pub mod dlopen_ok {
    use super::*;
    extern "C" {
        fn dlopen(p: *const c_char, flags: c_int) -> *mut c_void;
        fn dlclose(h: *mut c_void) -> c_int;
        fn dlerror() -> *mut c_char;
    }
    pub struct Library {
        handle: *mut c_void,
    }
    fn last() -> CString {
        let e = unsafe { dlerror() };
        if e.is_null() {
            CString::default()
        } else {
            unsafe { CStr::from_ptr(e) }.to_owned()
        }
    }
    impl Library {
        pub unsafe fn open(p: Option<&CStr>) -> Result<Library, CString> {
            let handle = dlopen(p.map_or(ptr::null(), CStr::as_ptr), 1);
            if handle.is_null() {
                Err(last())
            } else {
                Ok(Library { handle })
            }
        }
        pub fn close(self) -> Result<(), CString> {
            let r = if unsafe { dlclose(self.handle) } == 0 {
                Ok(())
            } else {
                Err(last())
            };
            std::mem::forget(self);
            r
        }
        pub unsafe fn from_raw(handle: *mut c_void) -> Library {
            Library { handle }
        }
    }
    impl Drop for Library {
        fn drop(&mut self) {
            unsafe { dlclose(self.handle) };
        }
    }
}

// expect: mismatched_dealloc -- posix_memalign's block goes to Rust's dealloc, with the right layout even
pub mod memalign_dealloc {
    use super::*;
    use std::alloc::{dealloc, Layout};
    extern "C" {
        fn posix_memalign(out: *mut *mut c_void, align: usize, n: usize) -> c_int;
    }
    pub struct Page(*mut u8);
    const PAGE: Layout = match Layout::from_size_align(4096, 4096) {
        Ok(l) => l,
        Err(_) => panic!(),
    };
    impl Page {
        pub fn new() -> Option<Page> {
            let mut p = ptr::null_mut();
            match unsafe { posix_memalign(&mut p, PAGE.align(), PAGE.size()) } {
                0 => Some(Page(p.cast())),
                _ => None,
            }
        }
    }
    impl Drop for Page {
        fn drop(&mut self) {
            unsafe { dealloc(self.0, PAGE) }
        }
    }
}

// expect: clean -- aligned_alloc and posix_memalign both end in free
pub mod memalign_ok {
    use super::*;
    extern "C" {
        fn posix_memalign(out: *mut *mut c_void, align: usize, n: usize) -> c_int;
        fn aligned_alloc(align: usize, n: usize) -> *mut c_void;
    }
    pub struct Aligned<T> {
        p: ptr::NonNull<T>,
    }
    impl<T> Aligned<T> {
        pub fn new(value: T, align: usize) -> Result<Self, T> {
            let size = std::mem::size_of::<T>().max(1).next_multiple_of(align);
            let raw = if cfg!(target_os = "linux") {
                unsafe { aligned_alloc(align, size) }
            } else {
                let mut out = ptr::null_mut();
                match unsafe { posix_memalign(&mut out, align, size) } {
                    0 => out,
                    _ => ptr::null_mut(),
                }
            };
            match ptr::NonNull::new(raw.cast::<T>()) {
                None => Err(value),
                Some(p) => {
                    unsafe { p.as_ptr().write(value) };
                    Ok(Aligned { p })
                }
            }
        }
    }
    impl<T> Drop for Aligned<T> {
        fn drop(&mut self) {
            unsafe {
                ptr::drop_in_place(self.p.as_ptr());
                free(self.p.as_ptr().cast());
            }
        }
    }
}

// expect: leaked_alloc -- scandir's array is freed, its entries are not
pub mod scandir_entries {
    use super::*;
    extern "C" {
        fn scandir(
            p: *const c_char,
            out: *mut *mut *mut c_void,
            f: *const c_void,
            c: *const c_void,
        ) -> c_int;
    }
    pub fn count(path: &CStr) -> usize {
        let mut list = ptr::null_mut();
        let n = unsafe { scandir(path.as_ptr(), &mut list, ptr::null(), ptr::null()) };
        if n < 0 {
            return 0;
        }
        unsafe { free(list.cast()) };
        n as usize
    }
}

// expect: clean -- entries and array are freed, one by one and at last
pub mod scandir_ok {
    use super::*;
    #[repr(C)]
    pub struct dirent {
        head: [u8; 19],
        name: [c_char; 256],
    }
    extern "C" {
        fn scandir(
            p: *const c_char,
            out: *mut *mut *mut dirent,
            f: *const c_void,
            c: *const c_void,
        ) -> c_int;
    }
    pub fn names(path: &CStr) -> io::Result<Vec<CString>> {
        unsafe {
            let mut list: *mut *mut dirent = ptr::null_mut();
            let n = scandir(path.as_ptr(), &mut list, ptr::null(), ptr::null());
            if n == -1 {
                return Err(io::Error::last_os_error());
            }
            let mut out = Vec::with_capacity(n as usize);
            for i in 0..n as usize {
                let e = *list.add(i);
                out.push(CStr::from_ptr((*e).name.as_ptr()).to_owned());
                free(e.cast());
            }
            free(list.cast());
            Ok(out)
        }
    }
}

// expect: leaked_alloc -- glob's matches are copied and globfree is not called
pub mod glob_leak {
    use super::*;
    #[repr(C)]
    pub struct glob_t {
        count: usize,
        paths: *mut *mut c_char,
        offs: usize,
        rest: [usize; 6],
    }
    extern "C" {
        fn glob(p: *const c_char, flags: c_int, err: *const c_void, out: *mut glob_t) -> c_int;
    }
    pub fn expand(pattern: &CStr) -> Vec<PathBuf> {
        unsafe {
            let mut g: glob_t = std::mem::zeroed();
            if glob(pattern.as_ptr(), 0, ptr::null(), &mut g) != 0 {
                return Vec::new();
            }
            (0..g.count)
                .map(|i| {
                    PathBuf::from(OsStr::from_bytes(
                        CStr::from_ptr(*g.paths.add(i)).to_bytes(),
                    ))
                })
                .collect()
        }
    }
}

// expect: clean -- globfree runs for the error codes, too
pub mod glob_ok {
    use super::*;
    #[repr(C)]
    pub struct glob_t {
        count: usize,
        paths: *mut *mut c_char,
        offs: usize,
        rest: [usize; 6],
    }
    extern "C" {
        fn glob(p: *const c_char, flags: c_int, err: *const c_void, out: *mut glob_t) -> c_int;
        fn globfree(g: *mut glob_t);
    }
    pub struct Glob(glob_t);
    impl Glob {
        pub fn new(pattern: &CStr) -> Result<Glob, c_int> {
            let mut g = Glob(unsafe { std::mem::zeroed() });
            match unsafe { glob(pattern.as_ptr(), 0x400, ptr::null(), &mut g.0) } {
                0 => Ok(g),
                e => Err(e),
            }
        }
        pub fn get(&self, i: usize) -> Option<&CStr> {
            (i < self.0.count).then(|| unsafe { CStr::from_ptr(*self.0.paths.add(i)) })
        }
    }
    impl Drop for Glob {
        fn drop(&mut self) {
            unsafe { globfree(&mut self.0) }
        }
    }
}

// expect: clean -- regcomp into a Box<MaybeUninit>, regfree before the box goes
pub mod regex_ok {
    use super::*;
    use std::mem::MaybeUninit;
    #[repr(C)]
    pub struct regex_t([u64; 8]);
    extern "C" {
        fn regcomp(r: *mut regex_t, p: *const c_char, flags: c_int) -> c_int;
        fn regexec(
            r: *const regex_t,
            s: *const c_char,
            n: usize,
            m: *mut c_void,
            flags: c_int,
        ) -> c_int;
        fn regfree(r: *mut regex_t);
    }
    pub struct Regex {
        raw: *mut regex_t,
    }
    impl Regex {
        pub fn new(pattern: &CStr) -> Result<Regex, c_int> {
            let mut slot = Box::new(MaybeUninit::<regex_t>::uninit());
            let rc = unsafe { regcomp(slot.as_mut_ptr(), pattern.as_ptr(), 1) };
            if rc != 0 {
                return Err(rc);
            }
            Ok(Regex {
                raw: Box::into_raw(slot).cast(),
            })
        }
        pub fn is_match(&self, s: &CStr) -> bool {
            unsafe { regexec(self.raw, s.as_ptr(), 0, ptr::null_mut(), 0) == 0 }
        }
    }
    impl Drop for Regex {
        fn drop(&mut self) {
            unsafe {
                regfree(self.raw);
                drop(Box::from_raw(self.raw));
            }
        }
    }
}

// expect: free_nonheap -- regfree has released what the regex_t held, the regex_t itself is a local
pub mod regex_local {
    use super::*;
    #[repr(C)]
    pub struct regex_t([u64; 8]);
    extern "C" {
        fn regcomp(r: *mut regex_t, p: *const c_char, flags: c_int) -> c_int;
        fn regexec(
            r: *const regex_t,
            s: *const c_char,
            n: usize,
            m: *mut c_void,
            flags: c_int,
        ) -> c_int;
        fn regfree(r: *mut regex_t);
    }
    pub fn matches(pattern: &CStr, s: &CStr) -> Option<bool> {
        let mut re = regex_t([0; 8]);
        unsafe {
            if regcomp(&mut re, pattern.as_ptr(), 1) != 0 {
                return None;
            }
            let m = regexec(&re, s.as_ptr(), 0, ptr::null_mut(), 0) == 0;
            regfree(&mut re);
            free((&raw mut re).cast());
            Some(m)
        }
    }
}

// expect: clean -- a null-terminated argv of borrowed CStrings that outlive the call
pub mod argv_borrowed {
    use super::*;
    extern "C" {
        fn execvp(f: *const c_char, argv: *const *const c_char) -> c_int;
    }
    pub fn exec<S: AsRef<OsStr>>(program: S, args: &[S]) -> io::Error {
        let owned: Result<Vec<CString>, _> = std::iter::once(program.as_ref())
            .chain(args.iter().map(|a| a.as_ref()))
            .map(|s| CString::new(s.as_bytes()))
            .collect();
        let owned = match owned {
            Ok(v) => v,
            Err(e) => return e.into(),
        };
        let argv: Vec<*const c_char> = owned
            .iter()
            .map(|c| c.as_ptr())
            .chain(Some(ptr::null()))
            .collect();
        unsafe { execvp(argv[0], argv.as_ptr()) };
        io::Error::last_os_error()
    }
}

// expect: use_after_free -- the CStrings are consumed by the map, the argv keeps their addresses
pub mod argv_dangling {
    use super::*;
    extern "C" {
        fn tool_main(argc: c_int, argv: *const *const c_char) -> c_int;
    }
    pub fn run(args: Vec<String>) -> c_int {
        let argv: Vec<*const c_char> = args
            .into_iter()
            .map(|a| CString::new(a).unwrap().as_ptr())
            .collect();
        unsafe { tool_main(argv.len() as c_int, argv.as_ptr()) }
    }
}
