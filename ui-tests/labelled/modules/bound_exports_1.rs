//! C APIs exported from Rust: every string and byte buffer of this file has a release of its own.
use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::ptr;

// expect: clean -- create, use, get a string, free the string, destroy
pub mod engine {
    use super::*;
    pub struct Engine {
        name: String,
        ticks: u64,
    }
    #[no_mangle]
    pub unsafe extern "C" fn engine_create(name: *const c_char) -> *mut Engine {
        if name.is_null() {
            return ptr::null_mut();
        }
        let Ok(name) = CStr::from_ptr(name).to_str() else {
            return ptr::null_mut();
        };
        Box::into_raw(Box::new(Engine {
            name: name.to_owned(),
            ticks: 0,
        }))
    }
    #[no_mangle]
    pub unsafe extern "C" fn engine_tick(engine: *mut Engine) -> u64 {
        match engine.as_mut() {
            Some(e) => {
                e.ticks += 1;
                e.ticks
            }
            None => 0,
        }
    }
    #[no_mangle]
    pub unsafe extern "C" fn engine_name(engine: *const Engine) -> *mut c_char {
        let engine = &*engine;
        CString::new(engine.name.as_str()).map_or(ptr::null_mut(), CString::into_raw)
    }
    #[no_mangle]
    pub unsafe extern "C" fn engine_string_free(text: *mut c_char) {
        if !text.is_null() {
            drop(CString::from_raw(text));
        }
    }
    #[no_mangle]
    pub unsafe extern "C" fn engine_destroy(engine: *mut Engine) {
        if engine.is_null() {
            return;
        }
        let engine = Box::from_raw(engine);
        println!("engine {} after {} ticks", engine.name, engine.ticks);
    }
}

// expect: mismatched_layout -- the handle is destroyed as a Box of c_void
pub mod erased_handle {
    use super::*;
    struct Model {
        weights: Vec<f32>,
        bias: f32,
    }
    #[no_mangle]
    pub extern "C" fn model_new(n: usize) -> *mut c_void {
        let model = Box::new(Model {
            weights: vec![0.0; n],
            bias: 0.5,
        });
        Box::into_raw(model) as *mut c_void
    }
    #[no_mangle]
    pub unsafe extern "C" fn model_score(model: *const c_void) -> f32 {
        let model = &*(model as *const Model);
        model.weights.iter().sum::<f32>() + model.bias
    }
    #[no_mangle]
    pub unsafe extern "C" fn model_free(model: *mut c_void) {
        if !model.is_null() {
            let _ = Box::from_raw(model);
        }
    }
}

// expect: clean -- the handle is void for C only, the destroy casts back first
pub mod typed_handle {
    use super::*;
    struct Index {
        keys: Vec<u64>,
    }
    #[no_mangle]
    pub extern "C" fn index_new() -> *mut c_void {
        Box::into_raw(Box::new(Index { keys: Vec::new() })).cast()
    }
    #[no_mangle]
    pub unsafe extern "C" fn index_add(this: *mut c_void, key: u64) -> c_int {
        let index = this.cast::<Index>();
        match (*index).keys.binary_search(&key) {
            Ok(_) => 0,
            Err(at) => {
                (*index).keys.insert(at, key);
                1
            }
        }
    }
    #[no_mangle]
    pub unsafe extern "C" fn index_free(this: *mut c_void) {
        let Some(p) = ptr::NonNull::new(this) else {
            return;
        };
        drop(Box::from_raw(p.cast::<Index>().as_ptr()));
    }
}

// expect: clean -- Option<Box<T>> in the signatures does all the work
pub mod box_signatures {
    pub struct Timer {
        started: std::time::Instant,
    }
    #[no_mangle]
    pub extern "C" fn timer_new() -> Box<Timer> {
        Box::new(Timer {
            started: std::time::Instant::now(),
        })
    }
    #[no_mangle]
    pub extern "C" fn timer_ms(t: Option<&Timer>) -> u64 {
        t.map_or(0, |t| t.started.elapsed().as_millis() as u64)
    }
    #[no_mangle]
    pub extern "C" fn timer_free(_: Option<Box<Timer>>) {}
}

// expect: use_after_free -- the CString dies at the end of the function, C gets its address
pub mod dangling_text {
    use super::*;
    pub struct Report {
        lines: Vec<String>,
    }
    #[no_mangle]
    pub unsafe extern "C" fn report_text(r: *const Report) -> *const c_char {
        let text = match CString::new((*r).lines.join("\n")) {
            Ok(t) => t,
            Err(_) => return ptr::null(),
        };
        text.as_ptr()
    }
}

// expect: clean -- the last text is kept in a thread-local, C borrows it until the next call
pub mod thread_local_text {
    use super::*;
    use std::cell::RefCell;
    thread_local! {
        static LAST: RefCell<Option<CString>> = const { RefCell::new(None) };
    }
    pub fn set_last_error(e: impl std::fmt::Display) {
        LAST.with(|l| *l.borrow_mut() = CString::new(e.to_string()).ok());
    }
    #[no_mangle]
    pub extern "C" fn toolkit_last_error() -> *const c_char {
        LAST.with(|l| match &*l.borrow() {
            Some(e) => e.as_ptr(),
            None => c"".as_ptr(),
        })
    }
}

// expect: mismatched_layout -- shrink_to_fit does not promise that the capacity is the length
pub mod shrunk_bytes {
    #[no_mangle]
    pub unsafe extern "C" fn frame_encode(seed: u16, n: usize, out_len: *mut usize) -> *mut u16 {
        let mut v: Vec<u16> = (0..n as u16)
            .map(|i| i ^ seed)
            .filter(|x| x % 3 != 0)
            .collect();
        v.shrink_to_fit();
        *out_len = v.len();
        let p = v.as_mut_ptr();
        std::mem::forget(v);
        p
    }
    #[no_mangle]
    pub unsafe extern "C" fn frame_release(p: *mut u16, len: usize) {
        drop(Vec::from_raw_parts(p, len, len));
    }
}

// expect: clean -- a boxed slice has no spare capacity
pub mod boxed_words {
    use std::ptr;
    #[no_mangle]
    pub unsafe extern "C" fn samples_make(n: usize, out_len: *mut usize) -> *mut i64 {
        let v: Vec<i64> = (0..n as i64).filter(|x| x % 3 != 0).collect();
        let v = v.into_boxed_slice();
        out_len.write(v.len());
        Box::into_raw(v) as *mut i64
    }
    #[no_mangle]
    pub unsafe extern "C" fn samples_release(p: *mut i64, len: usize) {
        if !p.is_null() {
            drop(Box::from_raw(ptr::slice_from_raw_parts_mut(p, len)));
        }
    }
}

// expect: clean -- pointer, length and capacity travel together in a repr(C) struct
pub mod byte_vec {
    #[repr(C)]
    pub struct ByteVec {
        ptr: *mut u8,
        len: usize,
        cap: usize,
    }
    impl From<Vec<u8>> for ByteVec {
        fn from(v: Vec<u8>) -> Self {
            let mut v = std::mem::ManuallyDrop::new(v);
            ByteVec {
                ptr: v.as_mut_ptr(),
                len: v.len(),
                cap: v.capacity(),
            }
        }
    }
    #[no_mangle]
    pub extern "C" fn bytevec_repeat(byte: u8, n: usize) -> ByteVec {
        let mut v = Vec::with_capacity(n + 8);
        v.resize(n, byte);
        v.into()
    }
    #[no_mangle]
    pub unsafe extern "C" fn bytevec_free(v: ByteVec) {
        if v.cap != 0 {
            drop(Vec::from_raw_parts(v.ptr, v.len, v.cap));
        }
    }
}

// expect: mismatched_layout -- the capacity in the struct is the length
pub mod float_vec {
    #[repr(C)]
    pub struct FloatVec {
        ptr: *mut f64,
        len: usize,
        cap: usize,
    }
    fn freeze(v: Vec<f64>) -> FloatVec {
        let mut v = std::mem::ManuallyDrop::new(v);
        FloatVec {
            ptr: v.as_mut_ptr(),
            len: v.len(),
            cap: v.len(),
        }
    }
    unsafe fn thaw(f: FloatVec) -> Vec<f64> {
        Vec::from_raw_parts(f.ptr, f.len, f.cap)
    }
    pub fn squares(n: u32) -> f64 {
        let mut v = Vec::with_capacity(64);
        v.extend((0..n).map(|i| f64::from(i * i)));
        let raw = freeze(v);
        let back = unsafe { thaw(raw) };
        back.iter().sum()
    }
}

// expect: leaked_raw -- the parsed config is lost where the version does not fit
pub mod config_parse {
    use super::*;
    pub struct Config {
        version: u32,
        pairs: Vec<(String, String)>,
    }
    fn parse(text: &str) -> Config {
        let pairs: Vec<_> = text
            .lines()
            .filter_map(|l| l.split_once('='))
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .collect();
        Config {
            version: pairs.len() as u32,
            pairs,
        }
    }
    #[no_mangle]
    pub unsafe extern "C" fn config_parse(text: *const c_char, out: *mut *mut Config) -> c_int {
        let Ok(text) = CStr::from_ptr(text).to_str() else {
            return -1;
        };
        let raw = Box::into_raw(Box::new(parse(text)));
        if (*raw).version > 16 {
            return -2;
        }
        *out = raw;
        0
    }
    #[no_mangle]
    pub unsafe extern "C" fn config_free(c: *mut Config) {
        if !c.is_null() {
            let c = Box::from_raw(c);
            drop(c.pairs);
        }
    }
}

// expect: clean -- result and error through out-parameters, each with its release
pub mod document_parse {
    use super::*;
    pub struct Document {
        words: Vec<String>,
    }
    fn parse(text: &str) -> Result<Document, String> {
        if text.is_empty() {
            return Err("empty".into());
        }
        Ok(Document {
            words: text.split(' ').map(Into::into).collect(),
        })
    }
    #[no_mangle]
    pub unsafe extern "C" fn document_parse(
        text: *const c_char,
        out: *mut *mut Document,
        err: *mut *mut c_char,
    ) -> bool {
        let text = CStr::from_ptr(text).to_string_lossy();
        match parse(&text) {
            Ok(doc) => {
                out.write(Box::into_raw(Box::new(doc)));
                true
            }
            Err(e) => {
                if !err.is_null() {
                    *err = CString::new(e).unwrap_or_default().into_raw();
                }
                false
            }
        }
    }
    #[no_mangle]
    pub unsafe extern "C" fn document_words(doc: *const Document) -> usize {
        (&(*doc).words).len()
    }
    #[no_mangle]
    pub unsafe extern "C" fn document_error_free(err: *mut c_char) {
        if err.is_null() {
            return;
        }
        let _ = CString::from_raw(err);
    }
    #[no_mangle]
    pub unsafe extern "C" fn document_free(doc: *mut Document) {
        if !doc.is_null() {
            ptr::drop_in_place(doc);
            std::alloc::dealloc(doc.cast(), std::alloc::Layout::new::<Document>());
        }
    }
}

// expect: use_after_free -- the session is logged after its box has been dropped
pub mod session_close {
    use super::*;
    pub struct Session {
        id: u32,
        on_close: Option<extern "C" fn(u32, *mut c_void)>,
        user: *mut c_void,
    }
    #[no_mangle]
    pub extern "C" fn session_open(id: u32) -> *mut Session {
        Box::into_raw(Box::new(Session {
            id,
            on_close: None,
            user: ptr::null_mut(),
        }))
    }
    #[no_mangle]
    pub unsafe extern "C" fn session_on_close(
        s: *mut Session,
        f: Option<extern "C" fn(u32, *mut c_void)>,
        user: *mut c_void,
    ) {
        (*s).on_close = f;
        (*s).user = user;
    }
    #[no_mangle]
    pub unsafe extern "C" fn session_close(s: *mut Session) -> c_int {
        if s.is_null() {
            return -1;
        }
        drop(Box::from_raw(s));
        if let Some(f) = (*s).on_close {
            f((*s).id, (*s).user);
        }
        0
    }
}

// expect: clean -- the callback is copied out, the box dropped last
pub mod channel_close {
    use super::*;
    type OnClose = unsafe extern "C" fn(u32, *mut c_void);
    pub struct Channel {
        id: u32,
        on_close: Option<(OnClose, *mut c_void)>,
    }
    #[no_mangle]
    pub unsafe extern "C" fn channel_open(
        id: u32,
        f: Option<OnClose>,
        user: *mut c_void,
    ) -> *mut Channel {
        Box::into_raw(Box::new(Channel {
            id,
            on_close: f.map(|f| (f, user)),
        }))
    }
    #[no_mangle]
    pub unsafe extern "C" fn channel_close(c: *mut Channel) {
        let Some(channel) = c.as_mut() else { return };
        let id = channel.id;
        let hook = channel.on_close.take();
        drop(Box::from_raw(c));
        if let Some((f, user)) = hook {
            f(id, user);
        }
    }
}

// expect: clean -- shared handles: retain clones behind ManuallyDrop, release drops
pub mod shared_pool {
    use std::mem::ManuallyDrop;
    use std::sync::{Arc, Mutex};
    pub struct Pool {
        free: Mutex<Vec<u32>>,
    }
    #[no_mangle]
    pub extern "C" fn pool_new(n: u32) -> *const Pool {
        Arc::into_raw(Arc::new(Pool {
            free: Mutex::new((0..n).collect()),
        }))
    }
    #[no_mangle]
    pub unsafe extern "C" fn pool_retain(p: *const Pool) -> *const Pool {
        let pool = ManuallyDrop::new(Arc::from_raw(p));
        Arc::into_raw(Arc::clone(&pool))
    }
    #[no_mangle]
    pub unsafe extern "C" fn pool_take(p: *const Pool) -> i64 {
        (*p).free.lock().unwrap().pop().map_or(-1, i64::from)
    }
    #[no_mangle]
    pub unsafe extern "C" fn pool_release(p: *const Pool) {
        if !p.is_null() {
            Arc::decrement_strong_count(p);
        }
    }
}
