//! Custom allocators, allocation routines with headers, aligned memory, C-style malloc on Rust's heap.

// expect: clean -- a counting global allocator passes on to the system's
pub mod counting_allocator {
    use std::alloc::{GlobalAlloc, Layout, System};
    use std::sync::atomic::{AtomicUsize, Ordering};

    pub struct Counting {
        live: AtomicUsize,
    }

    unsafe impl GlobalAlloc for Counting {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            let p = System.alloc(layout);
            if !p.is_null() {
                self.live.fetch_add(layout.size(), Ordering::Relaxed);
            }
            p
        }

        unsafe fn dealloc(&self, p: *mut u8, layout: Layout) {
            System.dealloc(p, layout);
            self.live.fetch_sub(layout.size(), Ordering::Relaxed);
        }
    }
}

// expect: mismatched_dealloc -- System's memory to the global allocator
pub mod system_to_global {
    use std::alloc::{dealloc, GlobalAlloc, Layout, System};

    pub struct Page {
        base: *mut u8,
    }

    const PAGE: Layout = unsafe { Layout::from_size_align_unchecked(4096, 4096) };

    impl Page {
        pub fn map() -> Option<Page> {
            let base = unsafe { System.alloc_zeroed(PAGE) };
            if base.is_null() {
                return None;
            }
            Some(Page { base })
        }

        pub fn as_slice(&self) -> &[u8] {
            unsafe { std::slice::from_raw_parts(self.base, 4096) }
        }
    }

    impl Drop for Page {
        fn drop(&mut self) {
            unsafe { dealloc(self.base, PAGE) }
        }
    }
}

// expect: clean -- malloc and free on Rust's heap: the size stands in a header before the block
pub mod malloc_with_header {
    use libc::c_void;
    use std::alloc::{alloc, dealloc, Layout};
    use std::ptr;

    const HEADER: usize = 16;

    #[no_mangle]
    pub unsafe extern "C" fn zlib_rs_alloc(_opaque: *mut c_void, items: u32, size: u32) -> *mut c_void {
        let Some(total) = (items as usize).checked_mul(size as usize).and_then(|n| n.checked_add(HEADER)) else {
            return ptr::null_mut();
        };
        let Ok(layout) = Layout::from_size_align(total, HEADER) else { return ptr::null_mut() };
        let base = alloc(layout);
        if base.is_null() {
            return ptr::null_mut();
        }
        base.cast::<usize>().write(total);
        base.add(HEADER).cast()
    }

    #[no_mangle]
    pub unsafe extern "C" fn zlib_rs_free(_opaque: *mut c_void, p: *mut c_void) {
        if p.is_null() {
            return;
        }
        let base = p.cast::<u8>().sub(HEADER);
        let total = base.cast::<usize>().read();
        dealloc(base, Layout::from_size_align_unchecked(total, HEADER));
    }
}

// expect: free_offset -- the header is not taken off before the release
pub mod header_not_removed {
    use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};

    const HEADER: usize = 16;
    const LAYOUT: Layout = unsafe { Layout::from_size_align_unchecked(64 + HEADER, 16) };

    pub struct Block {
        body: *mut u8,
    }

    impl Block {
        pub fn new(tag: u64) -> Block {
            unsafe {
                let base = alloc(LAYOUT);
                if base.is_null() {
                    handle_alloc_error(LAYOUT);
                }
                base.cast::<u64>().write(tag);
                Block { body: base.add(HEADER) }
            }
        }

        pub fn tag(&self) -> u64 {
            unsafe { self.body.sub(HEADER).cast::<u64>().read() }
        }
    }

    impl Drop for Block {
        fn drop(&mut self) {
            unsafe { dealloc(self.body, LAYOUT) }
        }
    }
}

// expect: mismatched_dealloc -- memalign's memory goes to the Rust allocator
pub mod memalign_dealloc {
    use std::alloc::{dealloc, Layout};
    use std::ptr;

    pub struct DmaBuffer {
        ptr: *mut u8,
        len: usize,
    }

    impl DmaBuffer {
        pub fn new(len: usize) -> std::io::Result<DmaBuffer> {
            let mut p = ptr::null_mut();
            let rc = unsafe { libc::posix_memalign(&mut p, 4096, len) };
            if rc != 0 {
                return Err(std::io::Error::from_raw_os_error(rc));
            }
            Ok(DmaBuffer { ptr: p.cast(), len })
        }
    }

    impl Drop for DmaBuffer {
        fn drop(&mut self) {
            unsafe { dealloc(self.ptr, Layout::from_size_align_unchecked(self.len, 4096)) }
        }
    }
}

// expect: clean -- memalign's memory goes to free
pub mod memalign_free {
    use std::ptr;

    pub struct DmaBuffer {
        ptr: *mut u8,
        len: usize,
    }

    impl DmaBuffer {
        pub fn new(len: usize) -> std::io::Result<DmaBuffer> {
            let mut p = ptr::null_mut();
            let rc = unsafe { libc::posix_memalign(&mut p, 4096, len) };
            if rc != 0 {
                return Err(std::io::Error::from_raw_os_error(rc));
            }
            Ok(DmaBuffer { ptr: p.cast(), len })
        }

        pub fn as_mut(&mut self) -> &mut [u8] {
            unsafe { std::slice::from_raw_parts_mut(self.ptr, self.len) }
        }
    }

    impl Drop for DmaBuffer {
        fn drop(&mut self) {
            unsafe { libc::free(self.ptr.cast()) }
        }
    }
}

// expect: mismatched_dealloc -- an anonymous mapping is unmapped, not freed
pub mod mmap_freed {
    use std::ptr;

    pub struct Shared {
        base: *mut u8,
        len: usize,
    }

    impl Shared {
        pub fn anonymous(len: usize) -> Option<Shared> {
            let base = unsafe {
                libc::mmap(ptr::null_mut(), len, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS, -1, 0)
            };
            if base == libc::MAP_FAILED {
                return None;
            }
            Some(Shared { base: base.cast(), len })
        }

        pub fn len(&self) -> usize {
            self.len
        }
    }

    impl Drop for Shared {
        fn drop(&mut self) {
            unsafe { libc::free(self.base.cast()) }
        }
    }
}

// expect: leaked_alloc -- the mapping is lost when locking it fails
pub mod mmap_lock_fails {
    use std::io;
    use std::ptr;

    pub struct Locked {
        base: *mut libc::c_void,
        len: usize,
    }

    impl Locked {
        pub fn new(len: usize) -> io::Result<Locked> {
            let base = unsafe {
                libc::mmap(ptr::null_mut(), len, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0)
            };
            if base == libc::MAP_FAILED {
                return Err(io::Error::last_os_error());
            }
            if unsafe { libc::mlock(base, len) } != 0 {
                return Err(io::Error::last_os_error());
            }
            Ok(Locked { base, len })
        }
    }

    impl Drop for Locked {
        fn drop(&mut self) {
            unsafe {
                libc::munlock(self.base, self.len);
                libc::munmap(self.base, self.len);
            }
        }
    }
}

// expect: clean -- unmapped in the failing branch, errno saved first
pub mod mmap_lock_unmaps {
    use std::io;
    use std::ptr;

    pub struct Locked {
        base: *mut libc::c_void,
        len: usize,
    }

    impl Locked {
        pub fn new(len: usize) -> io::Result<Locked> {
            let base = unsafe {
                libc::mmap(ptr::null_mut(), len, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0)
            };
            if base == libc::MAP_FAILED {
                return Err(io::Error::last_os_error());
            }
            if unsafe { libc::mlock(base, len) } != 0 {
                let e = io::Error::last_os_error();
                unsafe { libc::munmap(base, len) };
                return Err(e);
            }
            Ok(Locked { base, len })
        }
    }

    impl Drop for Locked {
        fn drop(&mut self) {
            unsafe {
                libc::munlock(self.base, self.len);
                libc::munmap(self.base, self.len);
            }
        }
    }
}

// expect: mismatched_layout -- the size is rounded up for alloc and not for dealloc
pub mod rounded_up_once {
    use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};

    pub fn with_pages<R>(len: usize, f: impl FnOnce(*mut u8) -> R) -> R {
        let rounded = (len + 4095) / 4096 * 4096 + 4096;
        let layout = Layout::from_size_align(rounded, 4096).unwrap();
        unsafe {
            let p = alloc(layout);
            if p.is_null() {
                handle_alloc_error(layout);
            }
            let r = f(p);
            dealloc(p, Layout::from_size_align(rounded, 16).unwrap());
            r
        }
    }
}
