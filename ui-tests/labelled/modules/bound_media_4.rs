//! Safe wrappers of media, GUI, audio, USB, compiler and language-runtime libraries.
use std::ffi::{c_char, c_int, c_uint, c_void, CStr, CString};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

// expect: clean -- a macro turns libvirt's malloc strings into Rust's and frees them
pub mod virt_macro {
    use super::*;
    pub enum virConnect {}
    extern "C" {
        fn virConnectGetHostname(c: *mut virConnect) -> *mut c_char;
        fn virConnectGetURI(c: *mut virConnect) -> *mut c_char;
        fn free(p: *mut c_void);
    }
    macro_rules! c_chars_to_string {
        ($x:expr) => {{
            let p = $x;
            let ret = CStr::from_ptr(p).to_string_lossy().into_owned();
            free(p as *mut c_void);
            ret
        }};
    }
    pub unsafe fn names(c: *mut virConnect) -> Option<(String, String)> {
        let host = virConnectGetHostname(c);
        if host.is_null() {
            return None;
        }
        let host = c_chars_to_string!(host);
        let uri = virConnectGetURI(c);
        if uri.is_null() {
            return None;
        }
        Some((host, c_chars_to_string!(uri)))
    }
}
