//! Families declared by `#[paired_alloc]`.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{self, NonNull};

unsafe extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn dev_alloc(dev: c_int, n: usize) -> *mut c_void;
    fn dev_release(dev: c_int, p: *mut c_void);
    fn tex_create(w: u32, h: u32) -> *mut Texture;
    fn tex_destroy(t: *mut Texture);
    fn tex_upload(t: *const Texture, px: *const u8) -> c_int;
}

#[repr(C)]
pub struct Texture {
    pub w: u32,
    pub h: u32,
}

// expect: clean -- family gpu, allocator
#[memlint::paired_alloc(family = "gpu", role = "alloc")]
pub unsafe fn gpu_alloc(n: usize) -> *mut c_void {
    dev_alloc(0, n)
}

// expect: clean -- family gpu, release
#[memlint::paired_alloc(family = "gpu", role = "free")]
pub unsafe fn gpu_free(p: *mut c_void) {
    if !p.is_null() {
        dev_release(0, p);
    }
}

// expect: clean -- family texture, allocator
#[memlint::paired_alloc(family = "texture", role = "alloc")]
pub unsafe fn texture_new(w: u32, h: u32) -> *mut Texture {
    tex_create(w, h)
}

// expect: clean -- family texture, release
#[memlint::paired_alloc(family = "texture", role = "free")]
pub unsafe fn texture_free(t: *mut Texture) {
    tex_destroy(t)
}

// expect: clean -- guard over the family
pub mod gpu_guard_good {
    use super::*;
    pub struct GpuBuf {
        p: NonNull<c_void>,
    }
    impl GpuBuf {
        pub fn new(n: usize) -> Option<Self> {
            NonNull::new(unsafe { gpu_alloc(n) }).map(|p| Self { p })
        }
        pub fn as_ptr(&self) -> *mut c_void {
            self.p.as_ptr()
        }
    }
    impl Drop for GpuBuf {
        fn drop(&mut self) {
            unsafe { gpu_free(self.p.as_ptr()) }
        }
    }
}

// expect: mismatched_dealloc -- guard's Drop takes the texture release
pub mod gpu_guard_bad {
    use super::*;
    pub struct GpuBuf {
        p: NonNull<c_void>,
    }
    impl GpuBuf {
        pub fn new(n: usize) -> Option<Self> {
            NonNull::new(unsafe { gpu_alloc(n) }).map(|p| Self { p })
        }
    }
    impl Drop for GpuBuf {
        fn drop(&mut self) {
            unsafe { texture_free(self.p.as_ptr().cast()) }
        }
    }
}

// expect: owner_without_drop -- the type holds a family block and never gives it back
pub mod gpu_no_drop_bad {
    use super::*;
    pub struct GpuBuf {
        p: *mut c_void,
        n: usize,
    }
    impl GpuBuf {
        pub fn new(n: usize) -> Self {
            Self {
                p: unsafe { gpu_alloc(n) },
                n,
            }
        }
        pub fn len(&self) -> usize {
            if self.p.is_null() { 0 } else { self.n }
        }
    }
}

// expect: leaked_alloc -- texture upload fails and the texture stays
pub unsafe fn upload_bad(px: &[u8]) -> Result<*mut Texture, c_int> {
    let t = texture_new(16, 16);
    if t.is_null() {
        return Err(-12);
    }
    if px.len() < ((*t).w * (*t).h) as usize {
        return Err(-22);
    }
    Ok(t)
}

// expect: clean -- texture upload fails and the texture goes
pub unsafe fn upload_good(px: &[u8]) -> Result<*mut Texture, c_int> {
    let t = texture_new(16, 16);
    if t.is_null() {
        return Err(-12);
    }
    let rc = tex_upload(t, px.as_ptr());
    if rc != 0 {
        texture_free(t);
        return Err(rc);
    }
    Ok(t)
}

// expect: mismatched_dealloc -- family picked by branch, released by one of them
pub unsafe fn staged_bad(on_gpu: bool, n: usize) {
    let p = if on_gpu { gpu_alloc(n) } else { malloc(n) };
    free(p);
}

// expect: clean -- family picked by branch, released by the same branch
pub unsafe fn staged_good(on_gpu: bool, n: usize) {
    let p = if on_gpu { gpu_alloc(n) } else { malloc(n) };
    if on_gpu {
        gpu_free(p);
    } else {
        free(p);
    }
}

// expect: use_after_free -- width read after the release
pub unsafe fn width_bad(t: *mut Texture) -> u32 {
    texture_free(t);
    (*t).w
}

// expect: double_free -- a loop over textures releases the first each time
pub unsafe fn clear_bad(all: &[*mut Texture]) {
    let first = all[0];
    for _ in 0..3 {
        texture_free(first);
    }
}

// expect: clean -- a loop over textures releases each one
pub unsafe fn clear_good(all: &mut Vec<*mut Texture>) {
    for t in all.drain(..) {
        texture_free(t);
    }
}

// expect: free_offset -- a part of a gpu block handed to the release
pub unsafe fn tail_bad() {
    let p = gpu_alloc(256) as *mut u8;
    if p.is_null() {
        return;
    }
    gpu_free(p.add(128).cast());
}

// expect: clean -- a part of a gpu block used, the start released
pub unsafe fn tail_good() {
    let p = gpu_alloc(256) as *mut u8;
    if p.is_null() {
        return;
    }
    let tail = p.add(128);
    tail.write_bytes(0, 128);
    gpu_free(p.cast());
}

// expect: unpaired_family -- an allocator without any release
#[memlint::paired_alloc(family = "orphan", role = "alloc")]
pub unsafe fn orphan_new() -> *mut c_void {
    dev_alloc(7, 7)
}

// expect: conflicting_annotation -- named an allocator, only releases
#[memlint::paired_alloc(family = "gpu", role = "alloc")]
pub unsafe fn gpu_discard(p: *mut c_void) -> *mut c_void {
    dev_release(0, p);
    ptr::null_mut()
}

// expect: clean -- a family in an impl block, used through the type's methods
pub mod pool_methods_good {
    use super::*;
    pub struct Pool {
        dev: c_int,
    }
    impl Pool {
        #[memlint::paired_alloc(family = "pool", role = "alloc")]
        pub unsafe fn take(&self, n: usize) -> *mut c_void {
            dev_alloc(self.dev, n)
        }
        #[memlint::paired_alloc(family = "pool", role = "free")]
        pub unsafe fn give(&self, p: *mut c_void) {
            dev_release(self.dev, p);
        }
        pub unsafe fn with<R>(&self, n: usize, f: impl FnOnce(*mut c_void) -> R) -> R {
            let p = self.take(n);
            let r = f(p);
            self.give(p);
            r
        }
    }
}

// expect: mismatched_dealloc -- method family's block goes to free
pub mod pool_methods_bad {
    use super::*;
    pub struct Heap {
        dev: c_int,
    }
    impl Heap {
        #[memlint::paired_alloc(family = "heap", role = "alloc")]
        pub unsafe fn grab(&self, n: usize) -> *mut c_void {
            dev_alloc(self.dev, n)
        }
        #[memlint::paired_alloc(family = "heap", role = "free")]
        pub unsafe fn drop_block(&self, p: *mut c_void) {
            dev_release(self.dev, p);
        }
        pub unsafe fn fill(&self, s: &CStr) -> c_char {
            let p = self.grab(s.to_bytes_with_nul().len()) as *mut c_char;
            if p.is_null() {
                return 0;
            }
            ptr::copy_nonoverlapping(s.as_ptr(), p, s.to_bytes_with_nul().len());
            let first = *p;
            free(p.cast());
            first
        }
    }
}
