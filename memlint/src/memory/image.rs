//! Unix: whether an address lies in a part of the program, or of a library that it has loaded.

use core::ffi::{c_char, c_int, c_void};
use core::ptr;

#[repr(C)]
struct Info {
    file: *const c_char,
    base: *mut c_void,
    symbol: *const c_char,
    address: *mut c_void,
}

unsafe extern "C" {
    fn dladdr(address: *const c_void, info: *mut Info) -> c_int;
}

pub(super) fn contains(address: usize) -> bool {
    let mut info = Info {
        file: ptr::null(),
        base: ptr::null_mut(),
        symbol: ptr::null(),
        address: ptr::null_mut(),
    };
    // SAFETY: the address is only compared, and the answer has room.
    unsafe { dladdr(ptr::without_provenance(address), &mut info) != 0 }
}
