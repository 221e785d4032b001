//! Decoding through the C library.

use crate::ffi;
use crate::pixels::Pixels;
use std::ffi::{CStr, CString};

/// The decoder's status if it is not zero.
#[derive(Debug)]
pub struct DecodeError(pub i32);

/// The name of the format, or nothing if it is unknown.
pub fn format_name(data: &[u8]) -> Option<String> {
    let name = unsafe { ffi::decoder_format_name(data.as_ptr(), data.len()) };
    if name.is_null() {
        return None;
    }
    // The decoder allocated this with `malloc`.
    let name = unsafe { CString::from_raw(name) };
    name.into_string().ok()
}

/// The same, done right: copied, then released by its own allocator.
pub fn format_name_copied(data: &[u8]) -> Option<String> {
    let name = unsafe { ffi::decoder_format_name(data.as_ptr(), data.len()) };
    if name.is_null() {
        return None;
    }
    let copied = unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned();
    unsafe { ffi::free(name.cast()) };
    Some(copied)
}

/// Decodes into a block of the C heap and copies the pixels out.
pub fn decode(data: &[u8]) -> Result<Pixels, DecodeError> {
    const ROOM: usize = 4096;
    let block = unsafe { ffi::malloc(ROOM) }.cast::<u8>();
    if block.is_null() {
        return Err(DecodeError(-1));
    }
    if data.len() > ROOM {
        return Err(DecodeError(-2));
    }
    let status = unsafe { ffi::decoder_decode(data.as_ptr(), data.len(), block, ROOM) };
    let pixels = unsafe { std::slice::from_raw_parts(block, ROOM) }.to_vec();
    unsafe { ffi::free(block.cast()) };
    match status {
        0 => Ok(Pixels::new(pixels)),
        status => Err(DecodeError(status)),
    }
}
