//! A C interface in which everything handed out can be given back.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::mem::ManuallyDrop;
use std::panic::catch_unwind;
use std::ptr;
use std::sync::Arc;

pub struct Engine {
    name: String,
    names: Vec<CString>,
    listeners: Vec<Arc<Listener>>,
}

pub struct Listener {
    id: u32,
}

#[repr(C)]
pub struct Buffer {
    pub data: *mut u8,
    pub len: usize,
    pub cap: usize,
}

#[repr(C)]
pub struct Report {
    pub title: *mut c_char,
    pub count: u32,
}

unsafe fn destroy_as<T>(p: *mut c_void) {
    if !p.is_null() {
        drop(Box::from_raw(p as *mut T));
    }
}

struct Cursor {
    at: usize,
}

// expect: clean -- constructor, engine_free is exported
#[unsafe(no_mangle)]
pub extern "C" fn engine_new(name: *const c_char) -> *mut Engine {
    if name.is_null() {
        return ptr::null_mut();
    }
    let name = unsafe { CStr::from_ptr(name) }
        .to_string_lossy()
        .into_owned();
    Box::into_raw(Box::new(Engine {
        name,
        names: Vec::new(),
        listeners: Vec::new(),
    }))
}

// expect: clean -- out-parameter constructor of the same type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn engine_open(out: *mut *mut Engine) -> c_int {
    if out.is_null() {
        return -1;
    }
    let e = catch_unwind(|| {
        Box::new(Engine {
            name: String::new(),
            names: Vec::new(),
            listeners: Vec::new(),
        })
    });
    match e {
        Ok(e) => {
            *out = Box::into_raw(e);
            0
        }
        Err(_) => -2,
    }
}

// expect: clean -- release, null allowed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn engine_free(e: *mut Engine) {
    if e.is_null() {
        return;
    }
    drop(Box::from_raw(e));
}

// expect: clean -- string with string_free
#[unsafe(no_mangle)]
pub unsafe extern "C" fn engine_name(e: *const Engine) -> *mut c_char {
    match CString::new((*e).name.clone()) {
        Ok(s) => s.into_raw(),
        Err(_) => ptr::null_mut(),
    }
}

// expect: clean -- string release
#[unsafe(no_mangle)]
pub unsafe extern "C" fn engine_string_free(s: *mut c_char) {
    if !s.is_null() {
        let _ = CString::from_raw(s);
    }
}

// expect: clean -- borrowed string that the engine keeps
#[unsafe(no_mangle)]
pub unsafe extern "C" fn engine_intern(e: *mut Engine, s: *const c_char) -> *const c_char {
    let e = &mut *e;
    e.names.push(CStr::from_ptr(s).to_owned());
    e.names.last().unwrap().as_ptr()
}

// expect: clean -- static text, nothing to release
#[unsafe(no_mangle)]
pub extern "C" fn engine_version() -> *const c_char {
    c"1.4.2".as_ptr()
}

// expect: clean -- buffer by value with the real capacity
#[unsafe(no_mangle)]
pub extern "C" fn engine_dump(n: usize) -> Buffer {
    let mut v = ManuallyDrop::new(Vec::<u8>::with_capacity(n));
    v.resize(n / 2, 0);
    Buffer {
        data: v.as_mut_ptr(),
        len: v.len(),
        cap: v.capacity(),
    }
}

// expect: clean -- buffer taken back with the real capacity
#[unsafe(no_mangle)]
pub unsafe extern "C" fn engine_buffer_free(b: Buffer) {
    if !b.data.is_null() {
        drop(Vec::from_raw_parts(b.data, b.len, b.cap));
    }
}

// expect: clean -- reports: box with a string inside
#[unsafe(no_mangle)]
pub extern "C" fn engine_report(count: u32) -> *mut Report {
    let title = CString::new(format!("{count} items"))
        .unwrap_or_default()
        .into_raw();
    Box::into_raw(Box::new(Report { title, count }))
}

// expect: clean -- reports: both parts released
#[unsafe(no_mangle)]
pub unsafe extern "C" fn engine_report_free(r: *mut Report) {
    if r.is_null() {
        return;
    }
    let r = Box::from_raw(r);
    if !r.title.is_null() {
        drop(CString::from_raw(r.title));
    }
}

// expect: clean -- a counted listener is handed out
#[unsafe(no_mangle)]
pub unsafe extern "C" fn listener_get(e: *const Engine, i: usize) -> *const Listener {
    match (&(*e).listeners).get(i) {
        Some(l) => Arc::into_raw(Arc::clone(l)),
        None => ptr::null(),
    }
}

// expect: clean -- borrow of a counted listener in an export
#[unsafe(no_mangle)]
pub unsafe extern "C" fn listener_id(l: *const Listener) -> u32 {
    let l = ManuallyDrop::new(Arc::from_raw(l));
    l.id
}

// expect: clean -- one more count for C
#[unsafe(no_mangle)]
pub unsafe extern "C" fn listener_retain(l: *const Listener) {
    Arc::increment_strong_count(l);
}

// expect: clean -- count given back
#[unsafe(no_mangle)]
pub unsafe extern "C" fn listener_release(l: *const Listener) {
    if !l.is_null() {
        Arc::decrement_strong_count(l);
    }
}

// expect: clean -- opaque cursor out as void
#[unsafe(no_mangle)]
pub extern "C" fn cursor_begin() -> *mut c_void {
    Box::into_raw(Box::new(Cursor { at: 0 })).cast()
}

// expect: clean -- borrowed cursor: from_raw and into_raw around the use
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cursor_next(c: *mut c_void) -> usize {
    let mut c = Box::from_raw(c as *mut Cursor);
    c.at += 1;
    let at = c.at;
    let _ = Box::into_raw(c);
    at
}

// expect: clean -- opaque cursor back through a generic helper
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cursor_end(c: *mut c_void) {
    destroy_as::<Cursor>(c)
}
