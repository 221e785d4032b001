//! Memory that nobody releases.

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::{CString, c_char, c_int};

unsafe extern "C" {
    fn window_set_title(window: c_int, title: *mut c_char);
    fn queue_check(limit: c_int) -> c_int;
}

pub fn lent(text: &str) {
    let text = CString::new(text).unwrap();
    unsafe { libc::puts(text.into_raw()) };
}

pub fn lent_at_once(text: &str) -> usize {
    let é = 1; unsafe { libc::strlen(CString::new(text).unwrap().into_raw() as *const c_char) + é }
}

pub fn lent_to_somebody(window: c_int, title: CString) {
    unsafe { window_set_title(window, CString::into_raw(title)) }
}

pub fn given_up(value: Box<u32>) {
    let _ = Box::into_raw(value);
}

pub fn left(job: u64) -> Result<*mut u64, c_int> {
    let raw = Box::into_raw(Box::new(job));
    let status = unsafe { queue_check(8) };
    if status != 0 {
        return Err(status); // not taken
    }
    Ok(raw)
}

pub fn laid_out(n: u32) -> u32 {
    let layout = Layout::new::<u64>();
    let block = unsafe { alloc(layout) };
    if block.is_null() {
        return 0;
    }
    if n == 0 {
        return 0;
    }
    unsafe { dealloc(block, layout) };
    n
}

pub fn laid_out_or_null(n: u32) -> u32 {
    let layout = Layout::new::<u64>();
    let block = unsafe { alloc(layout) };
    if block.is_null() || n == 0 {
        return 0;
    }
    unsafe { dealloc(block, layout) };
    n
}

pub fn grown(size: usize) -> bool {
    unsafe {
        let mut block = libc::malloc(16);
        if block.is_null() {
            return false;
        }
        block = libc::realloc(block, size + 1); // more room
        if block.is_null() {
            return false;
        }
        libc::free(block);
    }
    true
}

pub struct Ring {
    data: *mut u8,
}

impl Ring {
    pub fn grow(&mut self, size: usize) -> bool {
        self.data = unsafe { libc::realloc(self.data.cast(), size + 1) }.cast();
        if self.data.is_null() {
            return false;
        }
        true
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        unsafe { libc::free(self.data.cast()) }
    }
}

mod c {
    unsafe extern "C" {
        pub fn malloc(size: usize) -> *mut std::ffi::c_void;
        pub fn realloc(block: *mut std::ffi::c_void, size: usize) -> *mut std::ffi::c_void;
    }
}

pub fn grown_without_free() -> *mut std::ffi::c_void {
    unsafe {
        let mut block = c::malloc(16);
        block = c::realloc(block, 32);
        if block.is_null() {
            return std::ptr::null_mut();
        }
        block
    }
}

unsafe extern "C" {
    fn queue_list(numbers: *mut u32, count: usize);
    fn mask_fill(bits: u32, mask: *mut u32);
}

pub fn given_up_while_lent(count: usize) -> u32 {
    let mut numbers: Vec<u32> = Vec::with_capacity(count);
    let first = numbers.as_mut_ptr();

    std::mem::forget(numbers);

    let listed = unsafe {
        queue_list(first, count);
        std::slice::from_raw_parts(first, count)
    };
    listed.iter().sum()
}

pub fn given_up_after_use(job: u32) {
    let mut numbers = vec![job];
    let first = numbers.as_mut_ptr();
    unsafe { *first += 1 };
    std::mem::forget(numbers);
}

pub fn lent_to_the_caller(count: usize, list: bool) -> Option<*mut u32> {
    let mut numbers: Vec<u32> = Vec::with_capacity(count);
    let first = numbers.as_mut_ptr();
    std::mem::forget(numbers);
    if !list {
        return None;
    }
    Some(first)
}

pub fn hidden(bits: u32) -> Option<u32> {
    let mask = unsafe { libc::malloc(4).cast::<u32>() };
    if mask.is_null() {
        return None;
    }
    unsafe { mask_fill(bits, mask) };
    let mask = unsafe { *mask };
    if bits > 8 {
        return Some(mask.swap_bytes());
    }
    return Some(mask);
}

pub fn forgotten_twice(bits: u32) -> Option<u32> {
    let mask = unsafe { libc::malloc(4).cast::<u32>() };
    if mask.is_null() {
        return None;
    }
    unsafe { *mask = bits };
    if bits > 8 {
        return None;
    }
    return Some(unsafe { *mask });
}

pub fn lent_for_a_status(window: c_int, title: &str) -> Result<(), c_int> {
    let title = format!("{title} ({window})");
    unsafe { window_set_title(window, CString::new(title).unwrap().into_raw()) };
    match unsafe { queue_check(8) } {
        0 => Ok(()),
        status => Err(status),
    }
}
