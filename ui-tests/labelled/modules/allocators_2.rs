//! Custom allocators, allocation routines with headers, aligned memory, C-style malloc on Rust's heap.

// expect: leaked_alloc -- the constructor's second allocation fails and the first one is forgotten
pub mod two_allocations {
    use std::alloc::{alloc, dealloc, Layout};

    pub struct Pair {
        keys: *mut u64,
        values: *mut u64,
    }

    const L: Layout = Layout::new::<[u64; 128]>();

    impl Pair {
        pub fn try_new() -> Option<Pair> {
            unsafe {
                let keys = alloc(L) as *mut u64;
                if keys.is_null() {
                    return None;
                }
                let values = alloc(L) as *mut u64;
                if values.is_null() {
                    return None;
                }
                Some(Pair { keys, values })
            }
        }
    }

    impl Drop for Pair {
        fn drop(&mut self) {
            unsafe {
                dealloc(self.keys.cast(), L);
                dealloc(self.values.cast(), L);
            }
        }
    }
}

// expect: owner_without_drop -- one of two members is released
pub mod two_members_one_freed {
    use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};

    pub struct Pair {
        keys: *mut u64,
        values: *mut u64,
    }

    const L: Layout = Layout::new::<[u64; 128]>();

    unsafe fn array() -> *mut u64 {
        let p = alloc(L);
        if p.is_null() {
            handle_alloc_error(L);
        }
        p.cast()
    }

    impl Pair {
        pub fn new() -> Pair {
            unsafe { Pair { keys: array(), values: array() } }
        }

        pub fn get(&self, i: usize) -> (u64, u64) {
            assert!(i < 128);
            unsafe { (*self.keys.add(i), *self.values.add(i)) }
        }
    }

    impl Drop for Pair {
        fn drop(&mut self) {
            unsafe { dealloc(self.keys.cast(), L) };
        }
    }
}

// expect: unchecked_alloc -- calloc's result is a slice at once
pub mod calloc_slice {
    pub struct Grid {
        cells: *mut f32,
        n: usize,
    }

    impl Grid {
        pub fn filled(n: usize, v: f32) -> Grid {
            let cells = unsafe { libc::calloc(n, 4) } as *mut f32;
            unsafe { std::slice::from_raw_parts_mut(cells, n) }.fill(v);
            Grid { cells, n }
        }

        pub fn sum(&self) -> f32 {
            unsafe { std::slice::from_raw_parts(self.cells, self.n) }.iter().sum()
        }
    }

    impl Drop for Grid {
        fn drop(&mut self) {
            unsafe { libc::free(self.cells.cast()) }
        }
    }
}

// expect: clean -- NonNull::new and expect are a test, no unchecked_alloc
pub mod calloc_nonnull {
    use std::ptr::NonNull;

    pub struct Grid {
        cells: NonNull<f32>,
        n: usize,
    }

    impl Grid {
        pub fn filled(n: usize, v: f32) -> Grid {
            let cells = NonNull::new(unsafe { libc::calloc(n.max(1), 4) } as *mut f32).expect("out of memory");
            unsafe { std::slice::from_raw_parts_mut(cells.as_ptr(), n) }.fill(v);
            Grid { cells, n }
        }

        pub fn sum(&self) -> f32 {
            unsafe { std::slice::from_raw_parts(self.cells.as_ptr(), self.n) }.iter().sum()
        }
    }

    impl Drop for Grid {
        fn drop(&mut self) {
            unsafe { libc::free(self.cells.as_ptr().cast()) }
        }
    }
}

// expect: unchecked_alloc_size -- width and height come from a file
pub mod image_size {
    pub struct Image {
        pixels: *mut u8,
        width: u32,
        height: u32,
    }

    impl Image {
        pub fn blank(width: u32, height: u32) -> Option<Image> {
            let pixels = unsafe { libc::malloc((width * height * 4) as usize) } as *mut u8;
            if pixels.is_null() {
                return None;
            }
            Some(Image { pixels, width, height })
        }

        pub fn pixel(&mut self, x: u32, y: u32) -> Option<*mut u8> {
            if x < self.width && y < self.height {
                Some(unsafe { self.pixels.add((y * self.width + x) as usize * 4) })
            } else {
                None
            }
        }
    }

    impl Drop for Image {
        fn drop(&mut self) {
            unsafe { libc::free(self.pixels.cast()) }
        }
    }
}

// expect: clean -- the product is checked, no unchecked_alloc_size
pub mod image_size_checked {
    pub struct Image {
        pixels: *mut u8,
        len: usize,
    }

    impl Image {
        pub fn blank(width: u32, height: u32) -> Option<Image> {
            let len = (width as usize).checked_mul(height as usize)?.checked_mul(4)?;
            let pixels = unsafe { libc::malloc(len.max(1)) } as *mut u8;
            if pixels.is_null() {
                return None;
            }
            Some(Image { pixels, len })
        }

        pub fn bytes(&self) -> &[u8] {
            unsafe { std::slice::from_raw_parts(self.pixels, self.len) }
        }
    }

    impl Drop for Image {
        fn drop(&mut self) {
            unsafe { libc::free(self.pixels.cast()) }
        }
    }
}

// expect: zero_sized_alloc -- trimming to the used size may be a realloc to zero
pub mod realloc_to_zero {
    pub unsafe fn trim(block: *mut u8, used: usize) -> Result<*mut u8, *mut u8> {
        let p = libc::realloc(block.cast(), used) as *mut u8;
        if p.is_null() {
            libc::free(block.cast());
            return Err(std::ptr::null_mut());
        }
        Ok(p)
    }
}

// expect: mismatched_dealloc -- alloc's memory to libc::free behind a helper
pub mod alloc_helper_free {
    use std::alloc::{alloc_zeroed, handle_alloc_error, Layout};

    fn zeroed<T>() -> *mut T {
        let layout = Layout::new::<T>();
        assert!(layout.size() > 0);
        let p = unsafe { alloc_zeroed(layout) };
        if p.is_null() {
            handle_alloc_error(layout);
        }
        p.cast()
    }

    fn release<T>(p: *mut T) {
        unsafe { libc::free(p.cast()) }
    }

    pub fn stat(fd: i32) -> Option<i64> {
        let st: *mut libc::stat = zeroed();
        let rc = unsafe { libc::fstat(fd, st) };
        let size = if rc == 0 { Some(unsafe { (*st).st_size as i64 }) } else { None };
        release(st);
        size
    }
}

// expect: clean -- the same helpers, both Rust's
pub mod alloc_helper_dealloc {
    use std::alloc::{alloc_zeroed, dealloc, handle_alloc_error, Layout};

    fn zeroed<T>() -> *mut T {
        let layout = Layout::new::<T>();
        assert!(layout.size() > 0);
        let p = unsafe { alloc_zeroed(layout) };
        if p.is_null() {
            handle_alloc_error(layout);
        }
        p.cast()
    }

    unsafe fn release<T>(p: *mut T) {
        dealloc(p.cast(), Layout::new::<T>());
    }

    pub fn stat(fd: i32) -> Option<i64> {
        let st: *mut libc::stat = zeroed();
        unsafe {
            let rc = libc::fstat(fd, st);
            let size = if rc == 0 { Some((*st).st_size as i64) } else { None };
            release(st);
            size
        }
    }
}
