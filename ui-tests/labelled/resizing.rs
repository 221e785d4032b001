//! `realloc`, unchecked results, sizes.

use std::alloc::{Layout, alloc};
use std::ffi::{CStr, c_char, c_void};
use std::ptr;

unsafe extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn calloc(n: usize, size: usize) -> *mut c_void;
    fn realloc(p: *mut c_void, n: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn strcpy(d: *mut c_char, s: *const c_char) -> *mut c_char;
}

#[repr(C)]
pub struct Row {
    pub id: u32,
    pub score: f32,
}

// expect: maybe leaked_realloc -- same name on both sides, of a parameter: the caller may still hold the old pointer
pub unsafe fn grow_same_name(mut p: *mut Row, n: usize) -> *mut Row {
    if n == 0 || n > 1 << 20 {
        return p;
    }
    p = realloc(p.cast(), n * std::mem::size_of::<Row>()) as *mut Row;
    p
}

// expect: clean -- second name, old one kept on failure
pub unsafe fn grow_two_names(p: *mut Row, n: usize) -> *mut Row {
    if n == 0 || n > 1 << 20 {
        return p;
    }
    let q = realloc(p.cast(), n * std::mem::size_of::<Row>()) as *mut Row;
    if q.is_null() {
        return p;
    }
    q
}

// expect: double_free -- old block freed after success
pub unsafe fn grow_then_free_old() {
    let p = malloc(16);
    if p.is_null() {
        return;
    }
    let q = realloc(p, 64);
    if !q.is_null() {
        free(p);
        free(q);
    } else {
        free(p);
    }
}

// expect: use_after_free -- old block written after success
pub unsafe fn grow_then_write_old() -> *mut u8 {
    let p = malloc(16) as *mut u8;
    if p.is_null() {
        return p;
    }
    let q = realloc(p.cast(), 64) as *mut u8;
    if q.is_null() {
        free(p.cast());
        return ptr::null_mut();
    }
    *p = 1;
    q
}

// expect: leaked_alloc -- early return on null without the old block
pub unsafe fn grow_failure_lost() -> Option<u8> {
    let p = calloc(16, 1);
    if p.is_null() {
        return None;
    }
    let q = realloc(p, 64) as *mut u8;
    if q.is_null() {
        return None;
    }
    let v = *q;
    free(q.cast());
    Some(v)
}

// expect: clean -- doubling loop: always the newest block
pub unsafe fn read_all(mut next: impl FnMut() -> Option<u8>) -> (*mut u8, usize) {
    let mut cap = 64usize;
    let mut len = 0usize;
    let mut buf = malloc(cap) as *mut u8;
    if buf.is_null() {
        return (buf, 0);
    }
    while let Some(b) = next() {
        if len == cap {
            cap *= 2;
            let bigger = realloc(buf.cast(), cap) as *mut u8;
            if bigger.is_null() {
                free(buf.cast());
                return (ptr::null_mut(), 0);
            }
            buf = bigger;
        }
        *buf.add(len) = b;
        len += 1;
    }
    (buf, len)
}

// expect: free_nonheap -- realloc of an array on the stack
pub unsafe fn realloc_stack() -> *mut c_void {
    let mut a = [0u8; 16];
    realloc(a.as_mut_ptr().cast(), 64)
}

// expect: free_offset -- realloc of a moved pointer
pub unsafe fn realloc_moved() -> *mut c_void {
    let p = malloc(16) as *mut u8;
    if p.is_null() {
        return ptr::null_mut();
    }
    realloc(p.add(4).cast(), 64)
}

// expect: mismatched_dealloc -- realloc of a Vec's buffer
pub unsafe fn realloc_vec(v: Vec<u8>) -> *mut c_void {
    let mut v = std::mem::ManuallyDrop::new(v);
    realloc(v.as_mut_ptr().cast(), 64)
}

// expect: unchecked_alloc -- strcpy into an unchecked block
pub unsafe fn copy_unchecked(s: &CStr) -> *mut c_char {
    let p = malloc(s.to_bytes_with_nul().len()) as *mut c_char;
    strcpy(p, s.as_ptr());
    p
}

// expect: clean -- checked by NonNull::new and `?`, no unchecked_alloc
pub unsafe fn copy_checked(s: &CStr) -> Option<*mut c_char> {
    let p = ptr::NonNull::new(malloc(s.to_bytes_with_nul().len()) as *mut c_char)?;
    strcpy(p.as_ptr(), s.as_ptr());
    Some(p.as_ptr())
}

// expect: unchecked_alloc -- std::alloc result boxed at once
pub unsafe fn alloc_boxed_unchecked() -> Box<[u32; 4]> {
    let p = alloc(Layout::new::<[u32; 4]>()) as *mut [u32; 4];
    p.write([0; 4]);
    Box::from_raw(p)
}

// expect: unchecked_alloc -- slice over an unchecked block
pub unsafe fn slice_unchecked(n: usize) -> u32 {
    let p = calloc(n, 4) as *mut u32;
    let s = std::slice::from_raw_parts_mut(p, n).iter().sum();
    free(p.cast());
    s
}

// expect: clean -- as_mut is the null check, no unchecked_alloc
pub unsafe fn as_mut_checked() -> *mut Row {
    let p = calloc(1, std::mem::size_of::<Row>()) as *mut Row;
    if let Some(row) = p.as_mut() {
        row.id = 1;
        row.score = 0.5;
    }
    p
}

// expect: zero_sized_alloc -- realloc to zero as a free
pub unsafe fn realloc_zero() {
    let p = malloc(8);
    if p.is_null() {
        return;
    }
    let q = realloc(p, 0);
    free(q);
}

// expect: unchecked_alloc_size -- width times height times four
pub unsafe fn pixels_unchecked(w: usize, h: usize) -> *mut u8 {
    malloc(w * h * 4) as *mut u8
}

// expect: clean -- calloc checks the product itself, no unchecked_alloc_size
pub unsafe fn rows_calloc(n: usize) -> *mut Row {
    calloc(n, std::mem::size_of::<Row>()) as *mut Row
}

// expect: clean -- try_fold over checked_mul, no unchecked_alloc_size
pub unsafe fn pixels_checked(w: usize, h: usize) -> *mut u8 {
    let Some(n) = w.checked_mul(h).and_then(|n| n.checked_mul(4)) else {
        return ptr::null_mut();
    };
    malloc(n) as *mut u8
}
