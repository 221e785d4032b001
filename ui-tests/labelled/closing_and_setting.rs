//! cppcheck's tests of classes in Rust: `close`, setters, fields beside the owning one.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::mem;
use std::ptr;

unsafe extern "C" {
    fn calloc(n: usize, size: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn strdup(s: *const c_char) -> *mut c_char;
    fn fopen(path: *const c_char, mode: *const c_char) -> *mut FILE;
    fn fclose(f: *mut FILE) -> c_int;
}

#[repr(C)]
pub struct FILE {
    _opaque: [u8; 0],
}

// expect: double_free -- close(self) releases and Drop runs as well (class destructor)
pub mod close_then_drop_bad {
    use super::*;
    pub struct File {
        raw: *mut FILE,
    }
    impl File {
        pub fn open(path: &CStr) -> Option<File> {
            let raw = unsafe { fopen(path.as_ptr(), c"r".as_ptr()) };
            if raw.is_null() {
                None
            } else {
                Some(File { raw })
            }
        }
        pub fn close(self) -> Result<(), c_int> {
            match unsafe { fclose(self.raw) } {
                0 => Ok(()),
                e => Err(e),
            }
        }
    }
    impl Drop for File {
        fn drop(&mut self) {
            unsafe { fclose(self.raw) };
        }
    }
}

// expect: clean -- close(self) forgets itself afterwards (class destructor)
pub mod close_then_forget_good {
    use super::*;
    pub struct File {
        raw: *mut FILE,
    }
    impl File {
        pub fn open(path: &CStr) -> Option<File> {
            let raw = unsafe { fopen(path.as_ptr(), c"r".as_ptr()) };
            (!raw.is_null()).then_some(File { raw })
        }
        pub fn close(self) -> Result<(), c_int> {
            let status = unsafe { fclose(self.raw) };
            mem::forget(self);
            if status == 0 { Ok(()) } else { Err(status) }
        }
    }
    impl Drop for File {
        fn drop(&mut self) {
            unsafe { fclose(self.raw) };
        }
    }
}

// expect: clean -- close(mut self) nulls the field, Drop checks it (class destructor)
pub mod close_then_null_good {
    use super::*;
    pub struct File {
        raw: *mut FILE,
    }
    impl File {
        pub fn open(path: &CStr) -> File {
            File {
                raw: unsafe { fopen(path.as_ptr(), c"r".as_ptr()) },
            }
        }
        fn release(&mut self) -> c_int {
            let raw = mem::replace(&mut self.raw, ptr::null_mut());
            if raw.is_null() {
                return 0;
            }
            unsafe { fclose(raw) }
        }
        pub fn close(mut self) -> c_int {
            self.release()
        }
    }
    impl Drop for File {
        fn drop(&mut self) {
            self.release();
        }
    }
}

// expect: mismatched_dealloc -- FILE given to free (class mismatch)
pub mod file_freed_bad {
    use super::*;
    pub struct Log {
        out: *mut FILE,
    }
    impl Log {
        pub fn open() -> Log {
            Log {
                out: unsafe { fopen(c"log".as_ptr(), c"a".as_ptr()) },
            }
        }
    }
    impl Drop for Log {
        fn drop(&mut self) {
            if !self.out.is_null() {
                unsafe { free(self.out.cast()) }
            }
        }
    }
}

// expect: clean -- setter releases the old value through mem::replace (class publicAllocationError)
pub mod setter_replace_good {
    use super::*;
    pub struct Conf {
        name: *mut c_char,
    }
    impl Conf {
        pub fn new() -> Conf {
            Conf {
                name: ptr::null_mut(),
            }
        }
        pub fn set_name(&mut self, name: &str) -> Result<(), std::ffi::NulError> {
            let new = CString::new(name)?.into_raw();
            let old = mem::replace(&mut self.name, new);
            if !old.is_null() {
                unsafe { drop(CString::from_raw(old)) };
            }
            Ok(())
        }
    }
    impl Drop for Conf {
        fn drop(&mut self) {
            if !self.name.is_null() {
                unsafe { drop(CString::from_raw(self.name)) };
            }
        }
    }
}

// expect: mismatched_dealloc -- setter stores a CString, Drop frees what new() had strdup'ed (class mismatch)
pub mod setter_other_family_bad {
    use super::*;
    pub struct Conf {
        name: *mut c_char,
    }
    impl Conf {
        pub fn new() -> Conf {
            Conf {
                name: unsafe { strdup(c"default".as_ptr()) },
            }
        }
        pub fn set_name(&mut self, name: CString) {
            unsafe { free(self.name.cast()) };
            self.name = name.into_raw();
        }
    }
    impl Drop for Conf {
        fn drop(&mut self) {
            unsafe { free(self.name.cast()) };
        }
    }
}

// expect: clean -- setter copies with strdup (class mismatch)
pub mod setter_same_family_good {
    use super::*;
    pub struct Conf {
        name: *mut c_char,
    }
    impl Conf {
        pub fn new() -> Conf {
            Conf {
                name: unsafe { strdup(c"default".as_ptr()) },
            }
        }
        pub fn set_name(&mut self, name: CString) {
            unsafe {
                free(self.name.cast());
                self.name = strdup(name.as_ptr());
            }
        }
    }
    impl Drop for Conf {
        fn drop(&mut self) {
            unsafe { free(self.name.cast()) };
        }
    }
}

// expect: owner_without_drop -- second buffer never goes (class unsafeClassCanLeak)
pub mod second_field_bad {
    use super::*;
    pub struct Codec {
        input: *mut u8,
        window: *mut u8,
    }
    impl Codec {
        pub fn new() -> Codec {
            unsafe {
                Codec {
                    input: calloc(4096, 1).cast(),
                    window: Box::into_raw(Box::new([0u8; 512])).cast(),
                }
            }
        }
        pub fn first(&self) -> u8 {
            unsafe { *self.window }
        }
    }
    impl Drop for Codec {
        fn drop(&mut self) {
            unsafe { free(self.input.cast()) };
        }
    }
}

// expect: clean -- one field owns, the other points into it (class shared)
pub mod interior_field_good {
    use super::*;
    pub struct Codec {
        base: *mut u8,
        cursor: *mut u8,
    }
    impl Codec {
        pub fn new() -> Codec {
            let base = unsafe { calloc(4096, 1) as *mut u8 };
            assert!(!base.is_null());
            Codec {
                base,
                cursor: unsafe { base.add(16) },
            }
        }
        pub fn put(&mut self, b: u8) {
            unsafe {
                *self.cursor = b;
                self.cursor = self.cursor.add(1);
            }
        }
    }
    impl Drop for Codec {
        fn drop(&mut self) {
            unsafe { free(self.base.cast()) };
        }
    }
}

// expect: free_offset -- Drop releases the moved cursor (class shared)
pub mod cursor_released_bad {
    use super::*;
    pub struct Codec {
        cursor: *mut u8,
    }
    impl Codec {
        pub fn new() -> Codec {
            let base = unsafe { calloc(4096, 1) as *mut u8 };
            assert!(!base.is_null());
            Codec { cursor: base }
        }
        pub fn put(&mut self, b: u8) {
            unsafe {
                *self.cursor = b;
                self.cursor = self.cursor.add(1);
            }
        }
    }
    impl Drop for Codec {
        fn drop(&mut self) {
            unsafe { free(self.cursor.cast()) };
        }
    }
}
