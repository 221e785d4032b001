//! The allocator where there is no standard library: the inner one, as it is.

use core::alloc::{GlobalAlloc, Layout};

/// An allocator around another one, which only passes calls on where the checks are not compiled in
/// ([`ENABLED`](crate::ENABLED)).
pub struct Checked<A> {
    inner: A,
}

impl<A> Checked<A> {
    /// Around `inner`.
    pub const fn new(inner: A) -> Checked<A> {
        Checked { inner }
    }
}

// SAFETY: it is the inner allocator.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Checked<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as promised to us.
        unsafe { self.inner.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as promised to us.
        unsafe { self.inner.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as promised to us.
        unsafe { self.inner.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as promised to us.
        unsafe { self.inner.realloc(block, layout, size) }
    }
}

/// Makes the Rust global allocator one of the families that are checked at run time.
#[macro_export]
macro_rules! install {
    (inner = $inner:path) => {
        #[global_allocator]
        static MEMLINT_ALLOCATOR: $crate::Checked<$inner> = $crate::Checked::new($inner);
    };
}
