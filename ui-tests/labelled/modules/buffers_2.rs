//! Vectors, ring buffers and strings made by hand; parts of vectors taken apart and put together.

// expect: double_free -- into_string hands the parts out and Drop frees them as well
pub mod string_parts_dropped {
    #[repr(C)]
    pub struct RustString {
        ptr: *mut u8,
        len: usize,
        cap: usize,
    }

    impl From<String> for RustString {
        fn from(s: String) -> Self {
            let mut s = std::mem::ManuallyDrop::new(s);
            RustString { ptr: s.as_mut_ptr(), len: s.len(), cap: s.capacity() }
        }
    }

    impl RustString {
        pub fn into_string(self) -> String {
            unsafe { String::from_raw_parts(self.ptr, self.len, self.cap) }
        }
    }

    impl Drop for RustString {
        fn drop(&mut self) {
            unsafe { drop(String::from_raw_parts(self.ptr, self.len, self.cap)) }
        }
    }
}

// expect: leaked_raw -- forget takes the buffer away before the check
pub mod forget_before_check {
    use std::mem;

    #[repr(C)]
    pub struct Slice {
        pub ptr: *const f32,
        pub len: u32,
    }

    pub fn into_slice(v: Vec<f32>) -> Result<Slice, &'static str> {
        let (ptr, len) = (v.as_ptr(), v.len());
        mem::forget(v);
        let Ok(len) = u32::try_from(len) else {
            return Err("too many samples");
        };
        Ok(Slice { ptr, len })
    }
}

// expect: clean -- checked before the vector is taken apart
pub mod check_before_forget {
    use std::mem;

    #[repr(C)]
    pub struct Slice {
        pub ptr: *const f32,
        pub len: u32,
        pub cap: u32,
    }

    pub fn into_slice(v: Vec<f32>) -> Result<Slice, &'static str> {
        let Ok(len) = u32::try_from(v.len()) else { return Err("too many samples") };
        let Ok(cap) = u32::try_from(v.capacity()) else { return Err("too many samples") };
        let ptr = v.as_ptr();
        mem::forget(v);
        Ok(Slice { ptr, len, cap })
    }

    pub unsafe fn from_slice(s: Slice) -> Vec<f32> {
        Vec::from_raw_parts(s.ptr as *mut f32, s.len as usize, s.cap as usize)
    }
}

// expect: mismatched_layout -- a box of an array reclaimed as a vector of half the length
pub mod boxed_array_half {
    pub fn halves() -> Vec<u16> {
        let table = Box::new([0u16; 512]);
        let p = Box::into_raw(table) as *mut u16;
        unsafe { Vec::from_raw_parts(p, 256, 256) }
    }
}

// expect: mismatched_layout -- a cache line's alignment goes into a vector of bytes
pub mod aligned_into_vec {
    use std::alloc::{alloc_zeroed, handle_alloc_error, Layout};

    pub fn aligned_zeroes(len: usize) -> Vec<u8> {
        assert!(len > 0 && len % 64 == 0);
        let layout = Layout::from_size_align(len, 64).unwrap();
        let p = unsafe { alloc_zeroed(layout) };
        if p.is_null() {
            handle_alloc_error(layout);
        }
        unsafe { Vec::from_raw_parts(p, len, len) }
    }
}

// expect: clean -- an owner that remembers its alignment
pub mod aligned_owner {
    use std::alloc::{alloc_zeroed, dealloc, handle_alloc_error, Layout};
    use std::ops::Deref;

    pub struct Aligned {
        ptr: *mut u8,
        layout: Layout,
    }

    impl Aligned {
        pub fn zeroed(len: usize, align: usize) -> Option<Aligned> {
            let layout = Layout::from_size_align(len.max(1), align).ok()?;
            let ptr = unsafe { alloc_zeroed(layout) };
            if ptr.is_null() {
                handle_alloc_error(layout);
            }
            Some(Aligned { ptr, layout })
        }
    }

    impl Deref for Aligned {
        type Target = [u8];

        fn deref(&self) -> &[u8] {
            unsafe { std::slice::from_raw_parts(self.ptr, self.layout.size()) }
        }
    }

    impl Drop for Aligned {
        fn drop(&mut self) {
            unsafe { dealloc(self.ptr, self.layout) }
        }
    }
}

// expect: unchecked_alloc -- the buffer of std::alloc is written without a test
pub mod alloc_unchecked {
    use std::alloc::{alloc, dealloc, Layout};

    pub struct Lookup {
        table: *mut u16,
    }

    const LAYOUT: Layout = Layout::new::<[u16; 256]>();

    impl Lookup {
        pub fn new(f: impl Fn(u8) -> u16) -> Lookup {
            let table = unsafe { alloc(LAYOUT) } as *mut u16;
            for i in 0..=255u8 {
                unsafe { *table.add(i as usize) = f(i) };
            }
            Lookup { table }
        }

        pub fn get(&self, i: u8) -> u16 {
            unsafe { *self.table.add(i as usize) }
        }
    }

    impl Drop for Lookup {
        fn drop(&mut self) {
            unsafe { dealloc(self.table.cast(), LAYOUT) }
        }
    }
}

// expect: zero_sized_alloc -- an empty message makes an empty layout
pub mod alloc_zero {
    use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};

    pub fn reverse_into(src: &[u8], sink: &mut dyn FnMut(&[u8])) {
        let layout = Layout::array::<u8>(src.len()).unwrap();
        unsafe {
            let tmp = alloc(layout);
            if tmp.is_null() {
                handle_alloc_error(layout);
            }
            for (i, b) in src.iter().rev().enumerate() {
                tmp.add(i).write(*b);
            }
            sink(std::slice::from_raw_parts(tmp, src.len()));
            dealloc(tmp, layout);
        }
    }
}

// expect: clean -- the empty case leaves first, no zero_sized_alloc, no unchecked_alloc
pub mod alloc_nonzero {
    use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};

    pub fn reverse(src: &[u8], out: &mut Vec<u8>) {
        if src.is_empty() {
            return;
        }
        let layout = Layout::array::<u8>(src.len()).unwrap();
        unsafe {
            let tmp = alloc(layout);
            if tmp.is_null() {
                handle_alloc_error(layout);
            }
            for (i, b) in src.iter().rev().enumerate() {
                tmp.add(i).write(*b);
            }
            std::ptr::copy_nonoverlapping(tmp, out.as_mut_ptr(), src.len().min(out.len()));
            dealloc(tmp, layout);
        }
    }
}

// expect: leaked_realloc -- growing a text buffer
pub mod realloc_text {
    pub struct Text {
        ptr: *mut u8,
        len: usize,
        cap: usize,
    }

    impl Text {
        pub fn new() -> Text {
            Text { ptr: std::ptr::null_mut(), len: 0, cap: 0 }
        }

        pub fn append(&mut self, bytes: &[u8]) -> bool {
            if self.len + bytes.len() > self.cap {
                self.cap = (self.len + bytes.len()).next_power_of_two();
                self.ptr = unsafe { libc::realloc(self.ptr.cast(), self.cap) }.cast();
                if self.ptr.is_null() {
                    self.cap = 0;
                    self.len = 0;
                    return false;
                }
            }
            unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.ptr.add(self.len), bytes.len()) };
            self.len += bytes.len();
            true
        }
    }

    impl Drop for Text {
        fn drop(&mut self) {
            unsafe { libc::free(self.ptr.cast()) }
        }
    }
}

// expect: clean -- the twin keeps the old block on failure
pub mod realloc_text_kept {
    pub struct Text {
        ptr: *mut u8,
        len: usize,
        cap: usize,
    }

    impl Text {
        pub fn append(&mut self, bytes: &[u8]) -> bool {
            if self.len + bytes.len() > self.cap {
                let cap = (self.len + bytes.len()).next_power_of_two();
                let grown = unsafe { libc::realloc(self.ptr.cast(), cap) } as *mut u8;
                if grown.is_null() {
                    return false;
                }
                self.ptr = grown;
                self.cap = cap;
            }
            unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.ptr.add(self.len), bytes.len()) };
            self.len += bytes.len();
            true
        }
    }

    impl Drop for Text {
        fn drop(&mut self) {
            unsafe { libc::free(self.ptr.cast()) }
        }
    }
}

// expect: double_free -- the old pointer is freed after a realloc that succeeded
pub mod realloc_then_free_old {
    pub unsafe fn shrink(data: &[u32], keep: usize) -> *mut u32 {
        let old = libc::malloc(data.len() * 4 + 4) as *mut u32;
        if old.is_null() {
            return old;
        }
        std::ptr::copy_nonoverlapping(data.as_ptr(), old, data.len());
        let new = libc::realloc(old.cast(), keep * 4 + 4) as *mut u32;
        if new.is_null() {
            return old;
        }
        libc::free(old.cast());
        new
    }
}
