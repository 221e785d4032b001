//! One or two C allocations in one function: files, lines, copies, growing buffers, small-buffer tricks.
use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::ptr::{self, NonNull};

#[repr(C)]
pub struct FILE {
    _private: [u8; 0],
}

extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn aligned_alloc(align: usize, size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
    fn strdup(text: *const c_char) -> *mut c_char;
    fn strndup(text: *const c_char, max: usize) -> *mut c_char;
    fn strlen(text: *const c_char) -> usize;
    fn strcmp(left: *const c_char, right: *const c_char) -> c_int;
    fn memcpy(to: *mut c_void, from: *const c_void, len: usize) -> *mut c_void;
    fn puts(text: *const c_char) -> c_int;
    fn asprintf(out: *mut *mut c_char, format: *const c_char, ...) -> c_int;
    fn realpath(path: *const c_char, resolved: *mut c_char) -> *mut c_char;
    fn fopen(path: *const c_char, mode: *const c_char) -> *mut FILE;
    fn fclose(file: *mut FILE) -> c_int;
    fn fgetc(file: *mut FILE) -> c_int;
    fn getline(line: *mut *mut c_char, cap: *mut usize, file: *mut FILE) -> isize;
    fn abort() -> !;
}

// expect: clean -- copied out, then released by the right routine
pub unsafe fn normalized_copy(path: &CStr) -> Option<CString> {
    let full = realpath(path.as_ptr(), ptr::null_mut());
    if full.is_null() {
        return None;
    }
    let owned = CStr::from_ptr(full).to_owned();
    free(full.cast());
    Some(owned)
}

// expect: mismatched_dealloc -- a String over calloc's bytes
pub unsafe fn blank_line(width: usize) -> Option<String> {
    let bytes = calloc(width, 1) as *mut u8;
    if bytes.is_null() {
        return None;
    }
    ptr::write_bytes(bytes, b' ', width);
    Some(String::from_raw_parts(bytes, width, width))
}

// expect: clean -- aligned_alloc belongs to free
pub unsafe fn aligned_sum(values: &[f32; 16]) -> f32 {
    let lanes = aligned_alloc(64, 64) as *mut f32;
    if lanes.is_null() {
        return values.iter().sum();
    }
    ptr::copy_nonoverlapping(values.as_ptr(), lanes, 16);
    let total = (0..16).map(|i| *lanes.add(i)).sum();
    free(lanes.cast());
    total
}

// expect: mismatched_dealloc -- equal size and alignment do not make it Rust's
pub unsafe fn aligned_sum_dealloc(values: &[f32; 16]) -> f32 {
    let layout = std::alloc::Layout::from_size_align(64, 64).unwrap();
    let lanes = aligned_alloc(layout.align(), layout.size()) as *mut f32;
    if lanes.is_null() {
        return 0.0;
    }
    ptr::copy_nonoverlapping(values.as_ptr(), lanes, 16);
    let total = (0..16).map(|i| *lanes.add(i)).sum();
    std::alloc::dealloc(lanes.cast(), layout);
    total
}

// expect: leaked_alloc -- the question mark leaves with the copy
pub unsafe fn short_name(text: *const c_char) -> Result<usize, std::str::Utf8Error> {
    let copy = strndup(text, 8);
    if copy.is_null() {
        return Ok(0);
    }
    let chars = CStr::from_ptr(copy).to_str()?.chars().count();
    free(copy.cast());
    Ok(chars)
}

// expect: clean -- the question mark comes after the release
pub unsafe fn short_name_released(text: *const c_char) -> Result<usize, std::str::Utf8Error> {
    let copy = strndup(text, 8);
    if copy.is_null() {
        return Ok(0);
    }
    let chars = CStr::from_ptr(copy).to_str().map(|s| s.chars().count());
    free(copy.cast());
    let chars = chars?;
    Ok(chars)
}

// expect: double_free -- the error arm cleans up and the common end does it again
pub unsafe fn parse_port(text: *const c_char) -> Option<u16> {
    let copy = strdup(text);
    if copy.is_null() {
        return None;
    }
    let port = match CStr::from_ptr(copy).to_str() {
        Ok(s) => s.trim().parse::<u16>().ok(),
        Err(_) => {
            free(copy.cast());
            None
        }
    };
    free(copy.cast());
    port
}

// expect: clean -- the error arm returns after its clean-up
pub unsafe fn parse_port_once(text: *const c_char) -> Option<u16> {
    let copy = strdup(text);
    if copy.is_null() {
        return None;
    }
    let Ok(s) = CStr::from_ptr(copy).to_str() else {
        free(copy.cast());
        return None;
    };
    let port = s.trim().parse::<u16>().ok();
    free(copy.cast());
    port
}
