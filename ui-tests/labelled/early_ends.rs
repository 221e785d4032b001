//! Closures and iterators, early returns, retries.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;

unsafe extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn strdup(s: *const c_char) -> *mut c_char;
}

pub struct State {
    hits: u32,
    on_hit: Box<dyn FnMut(c_int)>,
}

// expect: leaked_raw -- strings into an argv, none taken back
pub fn argv_lost(args: &[&str]) -> usize {
    let argv: Vec<*mut c_char> = args
        .iter()
        .map(|a| CString::new(*a).unwrap().into_raw())
        .collect();
    argv.len()
}

// expect: clean -- strings into an argv, all taken back
pub fn argv_taken_back(args: &[&str]) -> usize {
    let argv: Vec<*mut c_char> = args
        .iter()
        .map(|a| CString::new(*a).unwrap().into_raw())
        .collect();
    let n = argv.len();
    argv.into_iter()
        .for_each(|p| unsafe { drop(CString::from_raw(p)) });
    n
}

// expect: mismatched_dealloc -- strings into an argv, given to free one by one
pub fn argv_freed(args: &[&str]) {
    let argv: Vec<*mut c_char> = args
        .iter()
        .map(|a| CString::new(*a).unwrap().into_raw())
        .collect();
    for p in &argv {
        unsafe { free(*p as *mut c_void) };
    }
}

// expect: leaked_alloc -- let-else in between loses the copy
pub unsafe fn let_else_lost(s: &CStr) -> Option<u32> {
    let copy = strdup(s.as_ptr());
    if copy.is_null() {
        return None;
    }
    let Ok(text) = CStr::from_ptr(copy).to_str() else {
        return None;
    };
    let v = text.parse().ok();
    free(copy.cast());
    v
}

// expect: clean -- let-else arm releases
pub unsafe fn let_else_released(s: &CStr) -> Option<u32> {
    let copy = strdup(s.as_ptr());
    if copy.is_null() {
        return None;
    }
    let Ok(text) = CStr::from_ptr(copy).to_str() else {
        free(copy.cast());
        return None;
    };
    let v = text.parse().ok();
    free(copy.cast());
    v
}

// expect: leaked_alloc -- `?` on a parse in the middle
pub unsafe fn question_mark_lost(s: &str) -> Result<i64, std::num::ParseIntError> {
    let p = malloc(8) as *mut i64;
    if p.is_null() {
        return Ok(0);
    }
    *p = s.trim().parse::<i64>()?;
    let v = *p;
    free(p.cast());
    Ok(v)
}

// expect: clean -- the fallible part runs in a closure, the release after it
pub unsafe fn question_mark_in_closure(s: &str) -> Result<i64, std::num::ParseIntError> {
    let p = malloc(8) as *mut i64;
    if p.is_null() {
        return Ok(0);
    }
    let result = (|| {
        *p = s.trim().parse::<i64>()?;
        Ok(*p * 2)
    })();
    free(p.cast());
    result
}

// expect: clean -- Option combinators: take, map, release
pub unsafe fn option_take(slot: &mut Option<*mut State>) -> u32 {
    slot.take().map_or(0, |p| Box::from_raw(p).hits)
}

// expect: double_free -- copied out of the Option instead of taken
pub unsafe fn option_copied(f: Box<dyn FnMut(c_int)>) {
    let slot = Some(Box::into_raw(Box::new(State { hits: 0, on_hit: f })));
    if let Some(p) = slot {
        drop(Box::from_raw(p));
    }
    slot.map(|p| drop(Box::from_raw(p)));
}

// expect: leaked_raw -- retry loop makes a new box every time round and keeps the last
pub unsafe fn retry_lost(tries: u32) -> *mut u32 {
    let mut p: *mut u32 = ptr::null_mut();
    for i in 0..tries {
        p = Box::into_raw(Box::new(i));
        if *p > 3 {
            return p;
        }
    }
    p
}

// expect: clean -- retry loop reclaims the failed ones
pub unsafe fn retry_reclaimed(tries: u32) -> *mut u32 {
    for i in 0..tries {
        let p = Box::into_raw(Box::new(i));
        if *p > 3 {
            return p;
        }
        drop(Box::from_raw(p));
    }
    ptr::null_mut()
}
