//! Exports without and with their release; nothing in this file takes CStrings or byte buffers back.
use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::ptr;

// expect: unpaired_export -- a CString goes out and nothing takes it back
pub mod version_text {
    use super::*;
    #[no_mangle]
    pub extern "C" fn plugin_version() -> *mut c_char {
        let text = format!("{}.{}", 1, 4);
        match CString::new(text) {
            Ok(t) => t.into_raw(),
            Err(_) => ptr::null_mut(),
        }
    }
}

// expect: clean -- a literal needs no release
pub mod static_text {
    use super::*;
    #[no_mangle]
    pub extern "C" fn plugin_vendor() -> *const c_char {
        c"Example Works".as_ptr()
    }
    #[no_mangle]
    pub extern "C" fn plugin_kind(kind: c_int) -> *const c_char {
        match kind {
            0 => b"effect\0".as_ptr() as *const c_char,
            1 => b"instrument\0".as_ptr() as *const c_char,
            _ => ptr::null(),
        }
    }
}

// expect: unpaired_export -- scanners are created, nobody destroys them
pub mod scanner {
    pub struct Scanner {
        seen: std::collections::HashSet<u64>,
    }
    #[no_mangle]
    pub extern "C" fn scanner_create() -> *mut Scanner {
        Box::into_raw(Box::new(Scanner {
            seen: Default::default(),
        }))
    }
    #[no_mangle]
    pub unsafe extern "C" fn scanner_push(s: *mut Scanner, h: u64) -> bool {
        (*s).seen.insert(h)
    }
}

// expect: clean -- created here, destroyed through a generic helper
pub mod resolver {
    use std::net::IpAddr;
    pub struct Resolver {
        servers: Vec<IpAddr>,
    }
    unsafe fn release<T>(p: *mut T) {
        if !p.is_null() {
            drop(Box::from_raw(p));
        }
    }
    fn export<T>(value: T) -> *mut T {
        Box::into_raw(Box::new(value))
    }
    #[no_mangle]
    pub extern "C" fn resolver_create() -> *mut Resolver {
        export(Resolver {
            servers: Vec::new(),
        })
    }
    #[no_mangle]
    pub unsafe extern "C" fn resolver_count(r: *const Resolver) -> usize {
        r.as_ref().map_or(0, |r| r.servers.len())
    }
    #[no_mangle]
    pub unsafe extern "C" fn resolver_destroy(r: *mut Resolver) {
        release(r)
    }
}

// expect: unpaired_export -- a byte buffer goes out through an out-parameter and a return value
pub mod snapshot_bytes {
    #[no_mangle]
    pub unsafe extern "C" fn snapshot_bytes(n: usize, len: *mut usize) -> *mut u8 {
        let image = vec![0xffu8; n].into_boxed_slice();
        *len = image.len();
        Box::leak(image).as_mut_ptr()
    }
}

// expect: unpaired_export -- an Arc is handed out, releasing it is impossible from C
pub mod broker {
    use std::sync::{atomic::AtomicU32, Arc};
    pub struct Broker {
        pub clients: AtomicU32,
    }
    #[no_mangle]
    pub extern "C" fn broker_share() -> *const Broker {
        let b = Arc::new(Broker {
            clients: AtomicU32::new(0),
        });
        let second = b.clone();
        std::thread::spawn(move || {
            second
                .clients
                .fetch_add(1, std::sync::atomic::Ordering::Relaxed)
        });
        Arc::into_raw(b)
    }
}

// expect: clean -- one instance for the program's life, kept in a OnceLock
pub mod global_runtime {
    use std::sync::OnceLock;
    pub struct Runtime {
        pub threads: usize,
    }
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    #[no_mangle]
    pub extern "C" fn runtime_get(threads: usize) -> *const Runtime {
        RUNTIME.get_or_init(|| Runtime { threads })
    }
}

// expect: clean -- the release is one of the pointers of an exported vtable
pub mod vtable_release {
    use super::*;
    struct Codec {
        level: c_int,
    }
    #[repr(C)]
    pub struct CodecOps {
        create: unsafe extern "C" fn(c_int) -> *mut c_void,
        level: unsafe extern "C" fn(*mut c_void) -> c_int,
        destroy: unsafe extern "C" fn(*mut c_void),
    }
    unsafe extern "C" fn create(level: c_int) -> *mut c_void {
        Box::into_raw(Box::new(Codec { level })).cast()
    }
    unsafe extern "C" fn level(p: *mut c_void) -> c_int {
        (*p.cast::<Codec>()).level
    }
    unsafe extern "C" fn destroy(p: *mut c_void) {
        drop(Box::from_raw(p.cast::<Codec>()));
    }
    #[no_mangle]
    pub static CODEC_OPS: CodecOps = CodecOps {
        create,
        level,
        destroy,
    };
}

// expect: clean -- the object carries its own release function for C
pub mod self_releasing {
    #[repr(C)]
    pub struct Event {
        pub kind: u32,
        pub payload: u64,
        pub release: Option<unsafe extern "C" fn(*mut Event)>,
    }
    unsafe extern "C" fn release_event(e: *mut Event) {
        let _ = Box::from_raw(e);
    }
    #[no_mangle]
    pub extern "C" fn event_poll(now: u64) -> *mut Event {
        if now % 2 == 0 {
            return std::ptr::null_mut();
        }
        Box::into_raw(Box::new(Event {
            kind: 1,
            payload: now,
            release: Some(release_event),
        }))
    }
}

// expect: unpaired_export -- vectors can be freed, matrices cannot
pub mod mismatched_pair {
    pub struct Matrix {
        pub cells: [f32; 16],
    }
    pub struct Vector {
        pub cells: [f32; 4],
    }
    #[no_mangle]
    pub extern "C" fn matrix_identity() -> *mut Matrix {
        let mut cells = [0.0; 16];
        cells.iter_mut().step_by(5).for_each(|c| *c = 1.0);
        Box::into_raw(Box::new(Matrix { cells }))
    }
    #[no_mangle]
    pub extern "C" fn vector_zero() -> *mut Vector {
        Box::into_raw(Box::new(Vector { cells: [0.0; 4] }))
    }
    #[no_mangle]
    pub unsafe extern "C" fn vector_free(v: *mut Vector) {
        if !v.is_null() {
            drop(Box::from_raw(v));
        }
    }
}

// expect: clean -- a JNI-like handle: an integer goes out and comes back
pub mod long_handle {
    use super::*;
    pub struct Tokenizer {
        vocab: Vec<String>,
    }
    #[no_mangle]
    pub unsafe extern "C" fn tokenizer_open(words: *const *const c_char, n: usize) -> i64 {
        let words = std::slice::from_raw_parts(words, n);
        let vocab = words
            .iter()
            .map(|w| CStr::from_ptr(*w).to_string_lossy().into_owned())
            .collect();
        Box::into_raw(Box::new(Tokenizer { vocab })) as i64
    }
    #[no_mangle]
    pub unsafe extern "C" fn tokenizer_size(handle: i64) -> i64 {
        (*(handle as *const Tokenizer)).vocab.len() as i64
    }
    #[no_mangle]
    pub unsafe extern "C" fn tokenizer_close(handle: i64) {
        let _boxed = Box::from_raw(handle as *mut Tokenizer);
    }
}

// expect: maybe unpaired_export -- strdup's result: C's own free is the release
pub mod c_heap_text {
    use super::*;
    extern "C" {
        fn strdup(s: *const c_char) -> *mut c_char;
    }
    #[no_mangle]
    pub unsafe extern "C" fn greet(name: *const c_char) -> *mut c_char {
        let Ok(name) = CStr::from_ptr(name).to_str() else {
            return ptr::null_mut();
        };
        let text = CString::new(format!("hello {name}")).unwrap();
        strdup(text.as_ptr())
    }
}
