//! C interfaces that forget a half, or give it back wrongly.

use std::ffi::{CString, c_char, c_int, c_void};
use std::mem;
use std::ptr;

unsafe extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn free(p: *mut c_void);
}

pub struct Doc {
    text: String,
}

pub struct Iter {
    pos: usize,
}

#[repr(C)]
pub struct Slice {
    pub ptr: *mut u32,
    pub len: usize,
}

// expect: clean -- doc_close gives it back
#[unsafe(no_mangle)]
pub extern "C" fn doc_open() -> *mut Doc {
    Box::into_raw(Box::new(Doc {
        text: String::from("empty"),
    }))
}

// expect: clean -- the other half of doc_open
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doc_close(d: *mut Doc) {
    if let Some(d) = d.as_mut() {
        drop(Box::from_raw(d));
    }
}

// expect: unpaired_export -- no release for strings is exported
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doc_text(d: *const Doc) -> *mut c_char {
    let text = (*d).text.clone();
    CString::new(text).map_or(ptr::null_mut(), CString::into_raw)
}

// expect: unpaired_export -- no release for iterators is exported
#[unsafe(no_mangle)]
pub extern "C" fn doc_iter(_d: *const Doc) -> *mut Iter {
    let iter = Box::new(Iter { pos: 0 });
    Box::into_raw(iter)
}

// expect: clean -- only steps the iterator
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iter_next(it: *mut Iter) -> usize {
    (*it).pos += 1;
    (*it).pos
}

// expect: unpaired_export -- forgotten vector, C has no way to give it back
#[unsafe(no_mangle)]
pub extern "C" fn doc_offsets(n: u32) -> Slice {
    let mut v: Vec<u32> = (0..n).collect();
    v.shrink_to_fit();
    let s = Slice {
        ptr: v.as_mut_ptr(),
        len: v.len(),
    };
    mem::forget(v);
    s
}

// expect: maybe unpaired_export -- malloc'ed for C, which has free itself
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doc_scratch(n: usize) -> *mut c_void {
    malloc(n)
}

// expect: clean -- caller's buffer is filled
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doc_copy(d: *const Doc, out: *mut u8, cap: usize) -> c_int {
    let bytes = (*d).text.as_bytes();
    if bytes.len() > cap {
        return -1;
    }
    ptr::copy_nonoverlapping(bytes.as_ptr(), out, bytes.len());
    bytes.len() as c_int
}

// expect: use_after_free -- the CString dies with the function, its pointer goes to C
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doc_title(d: *const Doc) -> *const c_char {
    let title = CString::new((*d).text.as_str()).unwrap_or_default();
    title.as_ptr()
}

// expect: double_free -- cleared twice in one export
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doc_reset(slot: *mut *mut Doc) {
    let d = *slot;
    if d.is_null() {
        return;
    }
    if (&(*d).text).is_empty() {
        doc_close(d);
    }
    doc_close(d);
    *slot = ptr::null_mut();
}

// expect: mismatched_dealloc -- opened by the Rust half, thrown away by free
pub unsafe fn doc_probe() -> usize {
    let d = doc_open();
    let n = (&(*d).text).len();
    free(d.cast());
    n
}

// expect: leaked_raw -- opened and dropped within the crate on the error path
pub unsafe fn doc_check(min: usize) -> Result<usize, String> {
    let d = doc_open();
    let n = (&(*d).text).len();
    if n < min {
        return Err(format!("short: {n}"));
    }
    doc_close(d);
    Ok(n)
}
