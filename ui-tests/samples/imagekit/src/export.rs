//! What C callers see.

use crate::decode;
use std::ffi::{CString, c_char};

/// An image as C knows it: a pointer to look through and to give back.
pub struct Image {
    name: CString,
    size: usize,
}

/// A new image, to be released with `imagekit_image_free`.
#[unsafe(no_mangle)]
pub extern "C" fn imagekit_image_new(size: usize) -> *mut Image {
    let name = CString::from(c"untitled");
    Box::into_raw(Box::new(Image { name, size }))
}

/// # Safety
/// `image` comes from `imagekit_image_new`, or is null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn imagekit_image_size(image: *const Image) -> usize {
    match unsafe { image.as_ref() } {
        Some(image) => image.size,
        None => 0,
    }
}

/// # Safety
/// `image` comes from `imagekit_image_new` and lives.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn imagekit_image_name(image: *const Image) -> *const c_char {
    unsafe { (*image).name.as_ptr() }
}

/// # Safety
/// `image` comes from `imagekit_image_new`, or is null, and is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn imagekit_image_free(image: *mut Image) {
    if !image.is_null() {
        drop(unsafe { Box::from_raw(image) });
    }
}

/// Replaces an image by one of another size.
///
/// # Safety
/// `image` comes from `imagekit_image_new` and is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn imagekit_image_resize(image: *mut Image, size: usize) -> *mut Image {
    drop(unsafe { Box::from_raw(image) });
    if unsafe { imagekit_image_size(image) } == size {
        return image;
    }
    imagekit_image_new(size)
}

/// The format's name in memory of this library, to be released with `imagekit_text_free`.
///
/// # Safety
/// `data` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn imagekit_format(data: *const u8, length: usize) -> *mut c_char {
    let data = unsafe { std::slice::from_raw_parts(data, length) };
    let name = decode::format_name_copied(data).unwrap_or_default();
    CString::new(name).unwrap_or_default().into_raw()
}

/// # Safety
/// `text` comes from `imagekit_format`, or is null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn imagekit_text_free(text: *mut c_char) {
    if !text.is_null() {
        drop(unsafe { CString::from_raw(text) });
    }
}
