//! Wrappers that `macro_rules!` generate, and calls that stand in macro arguments.
#![allow(non_camel_case_types)]

pub mod raw {
    use libc::{c_char, c_int, c_void};
    pub enum zip_t {}
    pub enum tar_t {}
    pub enum yaml_t {}
    pub enum toml_t {}
    extern "C" {
        pub fn zip_create() -> *mut zip_t;
        pub fn zip_destroy(p: *mut zip_t);
        pub fn tar_create() -> *mut tar_t;
        pub fn tar_destroy(p: *mut tar_t);
        pub fn yaml_new() -> *mut yaml_t;
        pub fn yaml_free(p: *mut yaml_t);
        pub fn yaml_parse(p: *mut yaml_t, s: *const c_char) -> c_int;
        pub fn toml_new() -> *mut toml_t;
        pub fn toml_free(p: *mut toml_t);
        pub fn set_option(name: *mut c_char, value: *mut c_char) -> c_int;
        pub fn puts(s: *const c_char) -> c_int;
        pub fn consume(p: *mut c_void);
    }
}

// expect: clean -- constructor and Drop from one macro
pub mod wrapper_macro {
    use super::raw::*;

    macro_rules! wrapper {
        ($name:ident, $raw:ty, $new:ident, $free:ident) => {
            pub struct $name {
                ptr: *mut $raw,
            }

            impl $name {
                pub fn new() -> Option<Self> {
                    let ptr = unsafe { $new() };
                    if ptr.is_null() {
                        None
                    } else {
                        Some($name { ptr })
                    }
                }

                pub fn as_ptr(&self) -> *mut $raw {
                    self.ptr
                }
            }

            impl Drop for $name {
                fn drop(&mut self) {
                    unsafe { $free(self.ptr) }
                }
            }
        };
    }

    wrapper!(Yaml, yaml_t, yaml_new, yaml_free);
    wrapper!(Toml, toml_t, toml_new, toml_free);
}

// expect: owner_without_drop -- the macro's arm makes a type whose Drop is missing
pub mod wrapper_macro_no_drop {
    macro_rules! boxed_handle {
        ($name:ident, $inner:ty) => {
            pub struct $name {
                ptr: *mut $inner,
            }

            impl $name {
                pub fn new(v: $inner) -> Self {
                    $name { ptr: Box::into_raw(Box::new(v)) }
                }

                pub fn get(&self) -> &$inner {
                    unsafe { &*self.ptr }
                }
            }
        };
    }

    boxed_handle!(Labels, Vec<String>);
}

// expect: double_free -- the macro derives Clone beside a Drop
pub mod wrapper_macro_clone {
    macro_rules! shared_handle {
        ($name:ident, $inner:ty) => {
            #[derive(Clone, Debug, PartialEq)]
            pub struct $name {
                ptr: *mut $inner,
            }

            impl $name {
                pub fn new(v: $inner) -> Self {
                    Self { ptr: Box::into_raw(Box::new(v)) }
                }
            }

            impl Drop for $name {
                fn drop(&mut self) {
                    if !self.ptr.is_null() {
                        unsafe { drop(Box::from_raw(self.ptr)) };
                    }
                }
            }
        };
    }

    shared_handle!(Session, [u8; 32]);
}

// expect: leaked_raw -- the macro turns a str into a C string and forgets it
pub mod cstr_macro_leaks {
    use super::raw;
    use std::ffi::CString;

    macro_rules! c_str {
        ($s:expr) => {
            CString::new($s).unwrap().into_raw()
        };
    }

    pub fn configure(name: &str, value: &str) -> bool {
        unsafe { raw::puts(c_str!(format!("{name}={value}"))) == 0 }
    }
}

// expect: clean -- the macro lends a temporary that lives to the end of the call
pub mod cstr_macro_inline {
    use super::raw;
    use std::ffi::CString;

    macro_rules! c_str {
        ($s:expr) => {
            CString::new($s).unwrap().as_ptr()
        };
    }

    pub fn announce(name: &str) -> i32 {
        unsafe { raw::puts(c_str!(name)) }
    }
}

// expect: use_after_free -- the temporary of the macro is dropped at the end of the let
pub mod cstr_macro_dangling {
    use super::raw;
    use std::ffi::CString;

    macro_rules! c_str {
        ($s:expr) => {
            CString::new($s).unwrap().as_ptr()
        };
    }

    pub fn announce(name: &str) -> i32 {
        let text = c_str!(name);
        unsafe { raw::puts(text) }
    }
}

// expect: leaked_raw -- the try macro returns between into_raw and from_raw
pub mod try_macro_leaks {
    use super::raw;
    use std::ffi::CString;

    macro_rules! check {
        ($e:expr) => {
            match $e {
                0 => {}
                rc => return Err(rc),
            }
        };
    }

    pub fn set(name: &str, value: &str) -> Result<(), i32> {
        let name = CString::new(name).map_err(|_| -1)?;
        let value = CString::new(value).map_err(|_| -1)?;
        unsafe {
            let n = name.into_raw();
            let v = value.into_raw();
            if *v == 0 {
                check!(7);
            }
            let rc = raw::set_option(n, v);
            drop(CString::from_raw(n));
            drop(CString::from_raw(v));
            check!(rc);
        }
        Ok(())
    }
}

// expect: clean -- the macro returns only after both were reclaimed
pub mod try_macro_clean {
    use super::raw;
    use std::ffi::CString;

    macro_rules! check {
        ($e:expr) => {
            match $e {
                0 => {}
                rc => return Err(rc),
            }
        };
    }

    pub fn set(name: &str, value: &str) -> Result<(), i32> {
        let name = CString::new(name).map_err(|_| -1)?;
        let value = CString::new(value).map_err(|_| -1)?;
        unsafe {
            let n = name.into_raw();
            let v = value.into_raw();
            let rc = raw::set_option(n, v);
            drop(CString::from_raw(n));
            drop(CString::from_raw(v));
            check!(rc);
        }
        Ok(())
    }
}

// expect: mismatched_layout -- the free function of the generated pair has another type
pub mod export_pair_macro {
    macro_rules! release {
        ($p:expr, $t:ty) => {
            if !$p.is_null() {
                unsafe { drop(Box::from_raw($p as *mut $t)) };
            }
        };
    }

    pub struct Matrix {
        pub cells: [f64; 16],
    }

    pub struct Vector {
        pub cells: [f64; 4],
    }

    pub fn trace(cells: [f64; 16]) -> f64 {
        let m = Box::into_raw(Box::new(Matrix { cells }));
        let t = unsafe { (*m).cells[0] + (*m).cells[5] + (*m).cells[10] + (*m).cells[15] };
        release!(m, Vector);
        t
    }
}

// expect: clean -- a body inside a panic-catching macro
pub mod panic_guard_macro {
    use std::panic::{catch_unwind, AssertUnwindSafe};

    macro_rules! ffi_guard {
        ($default:expr, $body:block) => {
            match catch_unwind(AssertUnwindSafe(|| $body)) {
                Ok(v) => v,
                Err(_) => $default,
            }
        };
    }

    pub struct Graph {
        edges: Vec<(u32, u32)>,
    }

    #[no_mangle]
    pub extern "C" fn graph_new() -> *mut Graph {
        ffi_guard!(std::ptr::null_mut(), { Box::into_raw(Box::new(Graph { edges: Vec::new() })) })
    }

    #[no_mangle]
    pub unsafe extern "C" fn graph_add(g: *mut Graph, a: u32, b: u32) -> bool {
        ffi_guard!(false, {
            (*g).edges.push((a, b));
            true
        })
    }

    #[no_mangle]
    pub unsafe extern "C" fn graph_free(g: *mut Graph) {
        ffi_guard!((), {
            if !g.is_null() {
                drop(Box::from_raw(g));
            }
        })
    }
}

// expect: double_free -- the macro's body frees, and the caller's line below it frees again
pub mod free_macro_twice {
    macro_rules! safe_free {
        ($p:ident) => {
            if !$p.is_null() {
                libc::free($p.cast());
            }
        };
    }

    pub unsafe fn copy_twice(data: &[u8]) -> usize {
        let tmp = libc::malloc(data.len() + 1) as *mut u8;
        if tmp.is_null() {
            return 0;
        }
        std::ptr::copy_nonoverlapping(data.as_ptr(), tmp, data.len());
        let n = libc::strnlen(tmp.cast(), data.len());
        if n == data.len() {
            safe_free!(tmp);
        }
        safe_free!(tmp);
        n
    }
}

// expect: clean -- the macro sets the pointer to null after the release
pub mod free_macro_nulls {
    macro_rules! safe_free {
        ($p:ident) => {
            if !$p.is_null() {
                libc::free($p.cast());
                $p = std::ptr::null_mut();
            }
        };
    }

    pub unsafe fn copy_twice(data: &[u8]) -> usize {
        let mut tmp = libc::malloc(data.len() + 1) as *mut u8;
        if tmp.is_null() {
            return 0;
        }
        std::ptr::copy_nonoverlapping(data.as_ptr(), tmp, data.len());
        let n = libc::strnlen(tmp.cast(), data.len());
        if n == data.len() {
            safe_free!(tmp);
        }
        safe_free!(tmp);
        let _ = tmp;
        n
    }
}

// expect: mismatched_dealloc -- two of a family of generated types have their free functions crossed
pub mod crossed_generated_pair {
    use super::raw::*;

    macro_rules! archive {
        ($name:ident, $raw:ty, $new:ident, $free:ident) => {
            pub struct $name(*mut $raw);

            impl $name {
                pub fn new() -> Self {
                    let p = unsafe { $new() };
                    assert!(!p.is_null());
                    $name(p)
                }
            }

            impl Drop for $name {
                fn drop(&mut self) {
                    unsafe { $free(self.0.cast()) }
                }
            }
        };
    }

    archive!(Zip, zip_t, zip_create, tar_destroy);
    archive!(Tar, tar_t, tar_create, tar_destroy);
}
