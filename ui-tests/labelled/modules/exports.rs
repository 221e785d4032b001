//! A crate's exported C interface: pairs, outputs, strings, arrays.

use std::ffi::{CStr, CString};
use std::os::raw::{c_char, c_int, c_void};

// expect: clean -- create, use and destroy
pub mod parser_pair {
    use super::*;

    pub struct Parser {
        depth: usize,
        errors: Vec<String>,
    }

    #[no_mangle]
    pub extern "C" fn parser_new(depth: usize) -> *mut Parser {
        Box::into_raw(Box::new(Parser { depth, errors: Vec::new() }))
    }

    #[no_mangle]
    pub unsafe extern "C" fn parser_feed(p: *mut Parser, text: *const c_char) -> c_int {
        let Some(p) = p.as_mut() else { return -1 };
        let text = CStr::from_ptr(text).to_string_lossy();
        if text.len() > p.depth {
            p.errors.push(text.into_owned());
        }
        p.errors.len() as c_int
    }

    #[no_mangle]
    pub unsafe extern "C" fn parser_free(p: *mut Parser) {
        if p.is_null() {
            return;
        }
        drop(Box::from_raw(p));
    }
}

// expect: unpaired_export -- no release of this type is exported
pub mod decoder_unpaired {
    pub struct Decoder {
        state: [u32; 16],
        queue: Vec<u8>,
    }

    #[no_mangle]
    pub extern "C" fn decoder_new(seed: u32) -> *mut Decoder {
        Box::into_raw(Box::new(Decoder { state: [seed; 16], queue: Vec::new() }))
    }

    #[no_mangle]
    pub unsafe extern "C" fn decoder_push(d: *mut Decoder, byte: u8) -> usize {
        (*d).queue.push(byte);
        (&(*d).queue).len() + (*d).state[0] as usize
    }
}

// expect: mismatched_layout -- the exported free takes the pointer for another struct
pub mod encoder_wrong_free {
    use super::*;

    pub struct Encoder {
        level: c_int,
        window: [u8; 32768],
    }

    #[repr(C)]
    pub struct EncoderHandle {
        inner: *mut c_void,
    }

    impl EncoderHandle {
        pub fn new(level: c_int) -> EncoderHandle {
            let e = Box::new(Encoder { level, window: [0; 32768] });
            EncoderHandle { inner: Box::into_raw(e) as *mut c_void }
        }

        pub unsafe fn level(&self) -> c_int {
            (*(self.inner as *const Encoder)).level
        }
    }

    impl Drop for EncoderHandle {
        fn drop(&mut self) {
            if !self.inner.is_null() {
                unsafe { drop(Box::from_raw(self.inner as *mut EncoderHandle)) };
            }
        }
    }
}

// expect: clean -- strings come from into_raw and go back to from_raw
pub mod string_pair {
    use super::*;

    #[no_mangle]
    pub extern "C" fn mylib_version() -> *const c_char {
        c"1.2.3".as_ptr()
    }

    #[no_mangle]
    pub unsafe extern "C" fn mylib_describe(code: c_int) -> *mut c_char {
        match CString::new(format!("code {code}")) {
            Ok(s) => s.into_raw(),
            Err(_) => std::ptr::null_mut(),
        }
    }

    #[no_mangle]
    pub unsafe extern "C" fn mylib_string_free(s: *mut c_char) {
        if !s.is_null() {
            drop(CString::from_raw(s));
        }
    }
}

// expect: use_after_free -- the pointer of a local string is returned
pub mod string_dangling {
    use super::*;

    #[no_mangle]
    pub extern "C" fn mylib_greeting(times: c_int) -> *const c_char {
        let text = CString::new("hello ".repeat(times as usize)).unwrap();
        text.as_ptr()
    }
}

// expect: leaked_raw -- an old text in the out-parameter's place: the first of two strings is lost on the error
pub mod string_out_error {
    use super::*;

    #[no_mangle]
    pub unsafe extern "C" fn mylib_split(text: *const c_char, key: *mut *mut c_char, value: *mut *mut c_char) -> c_int {
        let text = CStr::from_ptr(text).to_string_lossy();
        let Some((k, v)) = text.split_once('=') else { return 1 };
        let Ok(k) = CString::new(k) else { return 2 };
        let k = k.into_raw();
        let v = match CString::new(v.trim()) {
            Ok(v) if !v.as_bytes().is_empty() => v,
            _ => return 3,
        };
        *key = k;
        *value = v.into_raw();
        0
    }
}

// expect: clean -- the twin converts both before it lets either go
pub mod string_out_both {
    use super::*;

    #[no_mangle]
    pub unsafe extern "C" fn mylib_split2(text: *const c_char, key: *mut *mut c_char, value: *mut *mut c_char) -> c_int {
        let text = CStr::from_ptr(text).to_string_lossy();
        let Some((k, v)) = text.split_once('=') else { return 1 };
        let (Ok(k), Ok(v)) = (CString::new(k), CString::new(v)) else { return 2 };
        *key = k.into_raw();
        *value = v.into_raw();
        0
    }

    #[no_mangle]
    pub unsafe extern "C" fn mylib_split2_free(key: *mut c_char, value: *mut c_char) {
        for s in [key, value] {
            if !s.is_null() {
                drop(CString::from_raw(s));
            }
        }
    }
}

// expect: clean -- array handed out as pointer and length, taken back as a boxed slice
pub mod array_pair {
    #[repr(C)]
    pub struct Ids {
        ptr: *mut u32,
        len: usize,
    }

    #[no_mangle]
    pub extern "C" fn ids_up_to(n: u32) -> Ids {
        let b: Box<[u32]> = (0..n).collect();
        let len = b.len();
        Ids { ptr: Box::into_raw(b) as *mut u32, len }
    }

    #[no_mangle]
    pub unsafe extern "C" fn ids_free(ids: Ids) {
        if !ids.ptr.is_null() {
            drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(ids.ptr, ids.len)));
        }
    }
}

// expect: mismatched_layout -- rows are pushed, forgotten and rebuilt by length
pub mod array_len_cap {
    #[repr(C)]
    pub struct Rows {
        ptr: *mut f64,
        len: usize,
    }

    fn rows_of(limit: f64) -> Rows {
        let mut v = Vec::with_capacity(100);
        let mut x = 1.0;
        while x < limit {
            v.push(x);
            x *= 1.5;
        }
        let r = Rows { ptr: v.as_mut_ptr(), len: v.len() };
        std::mem::forget(v);
        r
    }

    unsafe fn rows_drop(r: Rows) {
        drop(Vec::from_raw_parts(r.ptr, r.len, r.len));
    }

    #[no_mangle]
    pub unsafe extern "C" fn rows_count(limit: f64) -> usize {
        let r = rows_of(limit);
        let n = r.len;
        rows_drop(r);
        n
    }
}

// expect: mismatched_dealloc -- a string made by CString is freed by libc in the exported release
pub mod string_libc_free {
    use super::*;

    pub struct Message {
        text: *mut c_char,
    }

    impl Message {
        pub fn new(s: &str) -> Option<Message> {
            Some(Message { text: CString::new(s).ok()?.into_raw() })
        }
    }

    impl Drop for Message {
        fn drop(&mut self) {
            unsafe { libc::free(self.text as *mut c_void) }
        }
    }
}

// expect: clean -- malloc memory for C, which frees it with free as the header says; the crate exports the release too
pub mod malloc_for_c {
    use super::*;

    #[no_mangle]
    pub unsafe extern "C" fn mylib_copy(data: *const u8, len: usize) -> *mut u8 {
        let p = libc::malloc(len.max(1)) as *mut u8;
        if p.is_null() {
            return p;
        }
        std::ptr::copy_nonoverlapping(data, p, len);
        p
    }

    #[no_mangle]
    pub unsafe extern "C" fn mylib_copy_free(p: *mut u8) {
        libc::free(p.cast());
    }
}

// expect: double_free -- destroy frees the children through the parent and on their own
pub mod tree_destroy {
    pub struct Leaf {
        pub text: String,
    }

    pub struct Branch {
        pub leaf: *mut Leaf,
    }

    impl Drop for Branch {
        fn drop(&mut self) {
            if !self.leaf.is_null() {
                unsafe { drop(Box::from_raw(self.leaf)) };
            }
        }
    }

    pub unsafe fn measure(text: &str) -> usize {
        let leaf = Box::into_raw(Box::new(Leaf { text: text.to_string() }));
        let branch = Box::into_raw(Box::new(Branch { leaf }));
        let n = (&(*leaf).text).len();
        drop(Box::from_raw((*branch).leaf));
        drop(Box::from_raw(branch));
        n
    }
}

// expect: clean -- the field is cleared before the parent goes
pub mod tree_destroy_cleared {
    pub struct Leaf {
        pub text: String,
    }

    pub struct Branch {
        pub leaf: *mut Leaf,
    }

    impl Drop for Branch {
        fn drop(&mut self) {
            if !self.leaf.is_null() {
                unsafe { drop(Box::from_raw(self.leaf)) };
            }
        }
    }

    pub unsafe fn measure(text: &str) -> usize {
        let leaf = Box::into_raw(Box::new(Leaf { text: text.to_string() }));
        let branch = Box::into_raw(Box::new(Branch { leaf }));
        let n = (&(*leaf).text).len();
        drop(Box::from_raw((*branch).leaf));
        (*branch).leaf = std::ptr::null_mut();
        drop(Box::from_raw(branch));
        n
    }
}

// expect: unpaired_export -- an Arc is handed out, and there is no release that counts down
pub mod shared_unpaired {
    use std::sync::{Arc, Mutex};

    pub struct Store {
        map: Mutex<Vec<(String, String)>>,
    }

    #[no_mangle]
    pub extern "C" fn store_open() -> *const Store {
        Arc::into_raw(Arc::new(Store { map: Mutex::new(Vec::new()) }))
    }

    #[no_mangle]
    pub unsafe extern "C" fn store_len(s: *const Store) -> usize {
        (*s).map.lock().map_or(0, |m| m.len())
    }
}

// expect: clean -- an Arc with retain and release
pub mod shared_pair {
    use std::sync::{Arc, Mutex};

    pub struct Cache {
        map: Mutex<Vec<String>>,
    }

    #[no_mangle]
    pub extern "C" fn cache_open() -> *const Cache {
        Arc::into_raw(Arc::new(Cache { map: Mutex::new(Vec::new()) }))
    }

    #[no_mangle]
    pub unsafe extern "C" fn cache_retain(c: *const Cache) -> *const Cache {
        Arc::increment_strong_count(c);
        c
    }

    #[no_mangle]
    pub unsafe extern "C" fn cache_release(c: *const Cache) {
        if !c.is_null() {
            drop(Arc::from_raw(c));
        }
    }

    #[no_mangle]
    pub unsafe extern "C" fn cache_len(c: *const Cache) -> usize {
        let c = std::mem::ManuallyDrop::new(Arc::from_raw(c));
        let n = c.map.lock().map_or(0, |m| m.len());
        n
    }
}

// expect: unpaired_export -- out-parameter of a boxed report without a release
pub mod report_out {
    use super::*;

    #[repr(C)]
    pub struct Report {
        pub warnings: u32,
        pub errors: u32,
        lines: Vec<String>,
    }

    #[no_mangle]
    pub unsafe extern "C" fn run_check(out: *mut *mut Report) -> c_int {
        if out.is_null() {
            return -1;
        }
        *out = Box::into_raw(Box::new(Report { warnings: 0, errors: 0, lines: vec![] }));
        0
    }

    #[no_mangle]
    pub unsafe extern "C" fn report_errors(r: *const Report) -> u32 {
        (*r).errors + (&(*r).lines).len() as u32
    }
}

// expect: free_nonheap -- the static default is freed like any other
pub mod static_default_freed {
    pub struct Theme {
        pub accent: u32,
    }

    static mut DEFAULT: Theme = Theme { accent: 0x3366ff };

    unsafe fn theme_free(t: *mut Theme) {
        drop(Box::from_raw(t));
    }

    pub fn accent() -> u32 {
        unsafe {
            let t = std::ptr::addr_of_mut!(DEFAULT);
            let a = (*t).accent;
            theme_free(t);
            a
        }
    }
}

// expect: clean -- the static default is told apart from a heap theme
pub mod static_default_kept {
    pub struct Theme {
        pub accent: u32,
    }

    static mut DEFAULT: Theme = Theme { accent: 0x3366ff };

    fn default_theme() -> *mut Theme {
        std::ptr::addr_of_mut!(DEFAULT)
    }

    #[no_mangle]
    pub extern "C" fn theme_new(accent: u32) -> *mut Theme {
        if accent == 0x3366ff {
            return default_theme();
        }
        Box::into_raw(Box::new(Theme { accent }))
    }

    #[no_mangle]
    pub unsafe extern "C" fn theme_free(t: *mut Theme) {
        if !t.is_null() && t != default_theme() {
            drop(Box::from_raw(t));
        }
    }
}
