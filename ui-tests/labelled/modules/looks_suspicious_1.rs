//! Correct code that looks wrong: ownership that moves on by contract, flags, counts, pools, statics.
#![allow(non_camel_case_types)]

pub mod raw {
    use libc::{c_char, c_int, c_void};
    pub enum json_t {}
    pub enum archive_t {}
    pub enum xml_doc {}
    pub enum xml_node {}
    pub enum heap_t {}
    pub enum server_t {}
    extern "C" {
        pub fn json_object() -> *mut json_t;
        pub fn json_string(s: *const c_char) -> *mut json_t;
        /// Steals the reference to the value, on failure as well.
        pub fn json_object_set_new(o: *mut json_t, k: *const c_char, v: *mut json_t) -> c_int;
        pub fn json_incref(o: *mut json_t) -> *mut json_t;
        pub fn json_decref(o: *mut json_t);
        pub fn xml_new_node(name: *const c_char) -> *mut xml_node;
        pub fn xml_free_node(n: *mut xml_node);
        pub fn xml_new_doc() -> *mut xml_doc;
        pub fn xml_free_doc(d: *mut xml_doc);
        /// The document owns the root from here on.
        pub fn xml_doc_set_root(d: *mut xml_doc, n: *mut xml_node);
        pub fn server_new(port: c_int) -> *mut server_t;
        pub fn server_start(s: *mut server_t) -> c_int;
        pub fn server_free(s: *mut server_t);
        pub fn register_plugin(name: *const c_char, data: *mut c_void, drop: unsafe extern "C" fn(*mut c_void));
        pub fn set_global_handler(f: unsafe extern "C" fn(*mut c_void), data: *mut c_void);
    }
}

// expect: clean -- the setter steals the value's reference
pub mod stolen_reference {
    use super::raw;
    use std::ffi::CStr;

    pub unsafe fn person(name: &CStr) -> Option<*mut raw::json_t> {
        let obj = raw::json_object();
        if obj.is_null() {
            return None;
        }
        let value = raw::json_string(name.as_ptr());
        if raw::json_object_set_new(obj, c"name".as_ptr(), value) != 0 {
            raw::json_decref(obj);
            return None;
        }
        Some(obj)
    }
}

// expect: clean -- a root once attached is the document's
pub mod attached_root {
    use super::raw;
    use std::ffi::CStr;

    pub struct Doc(*mut raw::xml_doc);

    pub unsafe fn with_root(name: &CStr) -> Option<Doc> {
        let root = raw::xml_new_node(name.as_ptr());
        if root.is_null() {
            return None;
        }
        let doc = raw::xml_new_doc();
        if doc.is_null() {
            raw::xml_free_node(root);
            return None;
        }
        raw::xml_doc_set_root(doc, root);
        Some(Doc(doc))
    }

    impl Drop for Doc {
        fn drop(&mut self) {
            unsafe { raw::xml_free_doc(self.0) }
        }
    }
}

// expect: clean -- a flag says who owns the handle
pub mod owned_flag {
    use super::raw;

    pub struct Json {
        raw: *mut raw::json_t,
        owned: bool,
    }

    impl Json {
        pub fn object() -> Option<Json> {
            let raw = unsafe { raw::json_object() };
            if raw.is_null() { None } else { Some(Json { raw, owned: true }) }
        }

        pub fn borrowed(&self) -> Json {
            Json { raw: self.raw, owned: false }
        }

        pub fn release(mut self) -> *mut raw::json_t {
            self.owned = false;
            self.raw
        }
    }

    impl Drop for Json {
        fn drop(&mut self) {
            if self.owned {
                unsafe { raw::json_decref(self.raw) }
            }
        }
    }
}

// expect: clean -- Clone counts up in C, Drop counts down
pub mod counted_in_c {
    use super::raw;

    pub struct Json(*mut raw::json_t);

    impl Clone for Json {
        fn clone(&self) -> Self {
            Json(unsafe { raw::json_incref(self.0) })
        }
    }

    impl Drop for Json {
        fn drop(&mut self) {
            unsafe { raw::json_decref(self.0) }
        }
    }

    pub fn twice(j: &Json) -> [Json; 2] {
        [j.clone(), j.clone()]
    }
}

// expect: clean -- a copy cell with a count of its own
pub mod local_count {
    use std::cell::Cell;

    struct Inner {
        refs: Cell<usize>,
        bytes: Vec<u8>,
    }

    pub struct Blob {
        inner: *mut Inner,
    }

    impl Blob {
        pub fn new(bytes: Vec<u8>) -> Blob {
            Blob { inner: Box::into_raw(Box::new(Inner { refs: Cell::new(1), bytes })) }
        }

        pub fn bytes(&self) -> &[u8] {
            unsafe { &(*self.inner).bytes }
        }
    }

    impl Clone for Blob {
        fn clone(&self) -> Blob {
            let refs = unsafe { &(*self.inner).refs };
            refs.set(refs.get() + 1);
            Blob { inner: self.inner }
        }
    }

    impl Drop for Blob {
        fn drop(&mut self) {
            unsafe {
                let refs = &(*self.inner).refs;
                let left = refs.get() - 1;
                refs.set(left);
                if left == 0 {
                    drop(Box::from_raw(self.inner));
                }
            }
        }
    }
}

// expect: clean -- a process-lifetime table in a static
pub mod interned_strings {
    use std::collections::HashMap;
    use std::ffi::CString;
    use std::os::raw::c_char;
    use std::sync::{Mutex, OnceLock};

    static TABLE: OnceLock<Mutex<HashMap<String, usize>>> = OnceLock::new();

    #[no_mangle]
    pub extern "C" fn intern_code(code: u32) -> *const c_char {
        let table = TABLE.get_or_init(Default::default);
        let mut table = table.lock().unwrap();
        let key = format!("E{code:04}");
        let addr = *table.entry(key.clone()).or_insert_with(|| CString::new(key).unwrap().into_raw() as usize);
        addr as *const c_char
    }
}

// expect: clean -- one logger for the whole process
pub mod leaked_logger {
    use std::sync::atomic::{AtomicPtr, Ordering};

    pub struct Logger {
        prefix: String,
    }

    static LOGGER: AtomicPtr<Logger> = AtomicPtr::new(std::ptr::null_mut());

    pub fn init(prefix: &str) {
        let logger = Box::leak(Box::new(Logger { prefix: prefix.to_string() }));
        LOGGER.store(logger, Ordering::Release);
    }

    pub fn log(text: &str) {
        if let Some(l) = unsafe { LOGGER.load(Ordering::Acquire).as_ref() } {
            eprintln!("{}{}", l.prefix, text);
        }
    }
}

// expect: clean -- Box::leak for a &'static configuration
pub mod static_config {
    pub struct Config {
        pub workers: usize,
        pub names: Vec<String>,
    }

    pub fn load(text: &str) -> &'static Config {
        let names: Vec<String> = text.lines().map(str::to_owned).collect();
        Box::leak(Box::new(Config { workers: names.len().max(1), names }))
    }
}

// expect: clean -- forget after the ownership has moved to C with a destructor
pub mod plugin_registered {
    use super::raw;
    use libc::c_void;
    use std::ffi::CString;

    pub struct Plugin {
        pub name: CString,
        pub calls: u64,
    }

    unsafe extern "C" fn drop_plugin(p: *mut c_void) {
        drop(Box::from_raw(p as *mut Plugin));
    }

    pub fn register(mut plugin: Box<Plugin>) {
        plugin.calls = 0;
        let data: *mut Plugin = &mut *plugin;
        unsafe { raw::register_plugin((*data).name.as_ptr(), data.cast(), drop_plugin) };
        std::mem::forget(plugin);
    }
}

// expect: clean -- the handler stays for the life of the process
pub mod global_handler {
    use super::raw;
    use libc::c_void;

    type Handler = Box<dyn Fn() + Send + Sync>;

    unsafe extern "C" fn dispatch(data: *mut c_void) {
        (*(data as *const Handler))();
    }

    pub fn on_interrupt(h: Handler) {
        unsafe { raw::set_global_handler(dispatch, Box::into_raw(Box::new(h)).cast()) }
    }
}

// expect: clean -- conditional free: the small case lives on the stack
pub mod small_buffer {
    pub fn hex(data: &[u8]) -> String {
        let mut inline = [0u8; 64];
        let need = data.len() * 2;
        unsafe {
            let heap = if need > inline.len() { libc::malloc(need) as *mut u8 } else { std::ptr::null_mut() };
            if need > inline.len() && heap.is_null() {
                return String::new();
            }
            let out = if heap.is_null() { inline.as_mut_ptr() } else { heap };
            for (i, b) in data.iter().enumerate() {
                *out.add(2 * i) = b"0123456789abcdef"[(b >> 4) as usize];
                *out.add(2 * i + 1) = b"0123456789abcdef"[(b & 15) as usize];
            }
            let text = String::from_utf8_lossy(std::slice::from_raw_parts(out, need)).into_owned();
            if !heap.is_null() {
                libc::free(heap.cast());
            }
            text
        }
    }
}

// expect: clean -- realloc in a loop, error frees the block that still stands
pub mod read_all {
    use std::io::{self, Read};

    pub struct CBytes {
        ptr: *mut u8,
        len: usize,
    }

    pub fn read_all(src: &mut dyn Read) -> io::Result<CBytes> {
        let mut cap = 256;
        let mut len = 0;
        let mut ptr = unsafe { libc::malloc(cap) } as *mut u8;
        if ptr.is_null() {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        loop {
            if len == cap {
                let grown = unsafe { libc::realloc(ptr.cast(), cap * 2) } as *mut u8;
                if grown.is_null() {
                    unsafe { libc::free(ptr.cast()) };
                    return Err(io::ErrorKind::OutOfMemory.into());
                }
                ptr = grown;
                cap *= 2;
            }
            unsafe { std::ptr::write_bytes(ptr.add(len), 0, cap - len) };
            let spare = unsafe { std::slice::from_raw_parts_mut(ptr.add(len), cap - len) };
            match src.read(spare) {
                Ok(0) => return Ok(CBytes { ptr, len }),
                Ok(n) => len += n,
                Err(e) => {
                    unsafe { libc::free(ptr.cast()) };
                    return Err(e);
                }
            }
        }
    }

    impl CBytes {
        pub fn as_slice(&self) -> &[u8] {
            unsafe { std::slice::from_raw_parts(self.ptr, self.len) }
        }
    }

    impl Drop for CBytes {
        fn drop(&mut self) {
            unsafe { libc::free(self.ptr.cast()) }
        }
    }
}

// expect: clean -- two-phase initialisation: a server that does not start is freed by the owner's drop
pub mod two_phase_server {
    use super::raw;

    pub struct Server {
        raw: *mut raw::server_t,
        running: bool,
    }

    impl Server {
        pub fn bind(port: i32) -> Option<Server> {
            let raw = unsafe { raw::server_new(port) };
            if raw.is_null() {
                return None;
            }
            let mut server = Server { raw, running: false };
            server.start().ok()?;
            Some(server)
        }

        fn start(&mut self) -> Result<(), i32> {
            match unsafe { raw::server_start(self.raw) } {
                0 => {
                    self.running = true;
                    Ok(())
                }
                rc => Err(rc),
            }
        }
    }

    impl Drop for Server {
        fn drop(&mut self) {
            unsafe { raw::server_free(self.raw) }
        }
    }
}

// expect: clean -- Drop with an Option; stop may come earlier
pub mod drop_with_option {
    use std::thread::JoinHandle;

    pub struct Worker {
        job: Option<*mut Vec<u8>>,
        thread: Option<JoinHandle<()>>,
    }

    impl Worker {
        pub fn new(bytes: Vec<u8>) -> Worker {
            Worker { job: Some(Box::into_raw(Box::new(bytes))), thread: None }
        }

        pub fn finish(&mut self) -> Option<Vec<u8>> {
            if let Some(t) = self.thread.take() {
                let _ = t.join();
            }
            self.job.take().map(|p| *unsafe { Box::from_raw(p) })
        }
    }

    impl Drop for Worker {
        fn drop(&mut self) {
            let _ = self.finish();
        }
    }
}

// expect: clean -- the vector's parts are owned by two vectors, one of which is forgotten
pub mod forget_the_alias {
    use std::mem;

    pub fn reuse<T: Copy>(v: &mut Vec<T>, f: impl FnOnce(&[T]) -> usize) -> usize {
        let alias = unsafe { Vec::from_raw_parts(v.as_mut_ptr(), v.len(), v.capacity()) };
        let alias = mem::ManuallyDrop::new(alias);
        f(&alias)
    }
}
