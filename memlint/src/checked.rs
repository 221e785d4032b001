//! The global allocator as a family: it knows its blocks, and no other allocator takes them.

use crate::config::{Mode, config};
use crate::header::{self, Header};
use crate::quarantine::GiveBack;
use crate::switch::ENABLED;
use crate::{asan, memory, quarantine, registry, suspect};
use core::alloc::{GlobalAlloc, Layout};
use core::ptr;

/// An allocator around another one. Install it with [`install!`](crate::install).
///
/// Each block begins sixteen bytes after the inner allocator's, or one unit of alignment if that is
/// more. So the inner allocator, C's `free`, AddressSanitizer and valgrind know the address for none
/// of theirs, and what is released here is known to be ours, with its size and alignment, or not.
///
/// Where the checks are not compiled in ([`ENABLED`](crate::ENABLED)), all calls go to the inner
/// allocator as they are.
pub struct Checked<A> {
    inner: A,
}

impl<A> Checked<A> {
    /// Around `inner`.
    pub const fn new(inner: A) -> Checked<A> {
        Checked { inner }
    }
}

// SAFETY: where checks are compiled in, blocks lie inside of the inner allocator's, behind their
// padding, and have the asked size and alignment. Elsewhere this is the inner allocator.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Checked<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !ENABLED {
            // SAFETY: as promised to us.
            return unsafe { self.inner.alloc(layout) };
        }
        match header::outer(layout) {
            // SAFETY: an outer layout is never empty; the block has the padding in front.
            Some(outer) => unsafe { begin(self.inner.alloc(outer), layout) },
            None => self.refuse(layout),
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !ENABLED {
            // SAFETY: as promised to us.
            return unsafe { self.inner.alloc_zeroed(layout) };
        }
        match header::outer(layout) {
            // SAFETY: as in `alloc`. The header stands in front of the zeros.
            Some(outer) => unsafe { begin(self.inner.alloc_zeroed(outer), layout) },
            None => self.refuse(layout),
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if !ENABLED {
            // SAFETY: as promised to us.
            return unsafe { self.inner.dealloc(block, layout) };
        }
        // SAFETY: `is_ours` looks before it reads, and what it says yes to is a live block.
        unsafe {
            match is_ours(block, layout) {
                true => self.end(block, layout),
                false => self.suspect(block, layout),
            }
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !ENABLED {
            // SAFETY: as promised to us.
            return unsafe { self.inner.realloc(block, layout, size) };
        }
        // SAFETY: as in `dealloc`; `resize` gets a live block and its layout.
        unsafe {
            if is_ours(block, layout) {
                return self.resize(block, layout, size);
            }
            match suspect::resize(block, layout) {
                Some(layout) => self.resize(block, layout, size),
                None => self.replace(block, layout, size),
            }
        }
    }
}

impl<A: GlobalAlloc> Checked<A> {
    /// Ends a live block.
    ///
    /// # Safety
    /// It is live and has this layout.
    #[inline(always)]
    unsafe fn end(&self, block: *mut u8, layout: Layout) {
        registry::released_elsewhere(block.addr(), suspect::allocator);
        // SAFETY: the block is live. What the quarantine gives back was marked before, and nobody
        // else has it.
        unsafe {
            header::turn(block);
            if !quarantine::takes(layout.size()) {
                return self.free_at_once(block);
            }
            let freed = quarantine::hold(block, layout.size());
            if !freed.is_null() {
                self.free(freed);
            }
        }
    }

    /// Gives a block back to the inner allocator.
    ///
    /// # Safety
    /// It is a block of ours that was marked as released, and that nobody uses any more.
    #[inline(always)]
    unsafe fn free(&self, block: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe {
            match header::plain(block) {
                Some(layout) => {
                    let outer = header::known_outer(layout);
                    self.inner.dealloc(block.sub(header::SIZE), outer);
                }
                None => self.free_padded(block),
            }
        }
    }

    /// # Safety
    /// As for `free`.
    #[inline(never)]
    unsafe fn free_at_once(&self, block: *mut u8) {
        quarantine::begin(GiveBack {
            allocator: ptr::from_ref(self).cast(),
            free: Self::free_later,
        });
        // SAFETY: the caller's promise.
        unsafe { self.free(block) }
    }

    /// What the quarantine calls when a thread ends.
    ///
    /// # Safety
    /// As for `free`; the first is this allocator, which is a static.
    unsafe fn free_later(this: *const (), block: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { (*this.cast::<Self>()).free(block) };
    }

    /// Gives a block back to the inner allocator that has more than the common padding in front.
    /// One whose header was overwritten since its release is given to nobody.
    ///
    /// # Safety
    /// It is a block of ours that nobody uses any more.
    #[cold]
    #[inline(never)]
    unsafe fn free_padded(&self, block: *mut u8) {
        // SAFETY: the block is ours, and was marked as released.
        unsafe {
            if let Header::Released(layout) = header::read(block) {
                let base = block.sub(header::padding(layout.align()));
                self.inner.dealloc(base, header::known_outer(layout));
            }
        }
    }

    /// What is released is no live block of this layout, or cannot be looked at so quickly.
    ///
    /// # Safety
    /// As for `dealloc`.
    #[cold]
    #[inline(never)]
    unsafe fn suspect(&self, block: *mut u8, layout: Layout) {
        if let Some(layout) = suspect::release(block, layout) {
            // SAFETY: the header says that it is a live block with this layout.
            unsafe { self.end(block, layout) };
        }
    }

    /// There is no layout to ask the inner allocator for. For no bytes there is one, after it was
    /// told: the program may count on a block.
    #[cold]
    #[inline(never)]
    fn refuse(&self, layout: Layout) -> *mut u8 {
        if layout.size() > 0 {
            return ptr::null_mut();
        }
        suspect::empty();
        // SAFETY: the layout has the padding.
        unsafe { begin(self.inner.alloc(header::known_outer(layout)), layout) }
    }

    /// # Safety
    /// The block is live and has this layout; the new size is not zero.
    unsafe fn resize(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let padding = header::padding(layout.align());
        let (Some(outer), Ok(new)) = (
            header::outer(layout),
            Layout::from_size_align(size, layout.align()),
        ) else {
            return ptr::null_mut();
        };
        let Some(new_outer) = header::outer(new) else {
            return ptr::null_mut();
        };
        registry::released_elsewhere(block.addr(), suspect::allocator);
        // SAFETY: the outer block has the outer layout. Its header is ended first, since the copy
        // of it that stays behind must not be taken for a live one.
        unsafe {
            header::turn(block);
            let base = block.sub(padding);
            let moved = self.inner.realloc(base, outer, new_outer.size());
            if moved.is_null() {
                header::turn(block);
                return moved;
            }
            let moved = moved.add(padding);
            header::write(moved, new);
            registry::reused(moved.addr());
            moved
        }
    }

    /// A new block with the contents of one that is not ours, which is left alone.
    ///
    /// # Safety
    /// The old one may be read as far as its layout says.
    #[cold]
    unsafe fn replace(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Ok(new) = Layout::from_size_align(size, layout.align()) else {
            return ptr::null_mut();
        };
        // SAFETY: the caller's promise; both have at least the copied bytes.
        unsafe {
            let fresh = self.alloc(new);
            if !fresh.is_null() {
                ptr::copy_nonoverlapping(block, fresh, layout.size().min(size));
            }
            fresh
        }
    }
}

/// Puts the header into a fresh block of the inner allocator.
///
/// # Safety
/// The base is null, or a block of the outer layout.
#[inline(always)]
unsafe fn begin(base: *mut u8, layout: Layout) -> *mut u8 {
    if base.is_null() {
        return base;
    }
    // SAFETY: the padding and the block lie inside of the outer layout.
    unsafe {
        let block = base.add(header::padding(layout.align()));
        header::write(block, layout);
        registry::reused(block.addr());
        block
    }
}

/// Whether this is a live block of ours with this layout.
///
/// # Safety
/// The pointer is one that the program took for ours: it may be read.
#[inline(always)]
unsafe fn is_ours(block: *mut u8, layout: Layout) -> bool {
    // SAFETY: the header is read only where memory is.
    memory::surely_reads_below(block.addr())
        && !asan::poisoned(block)
        && unsafe { header::is_live(block, layout) }
}

/// Whether nothing is to be reported.
pub(crate) fn is_off() -> bool {
    config().mode == Mode::Off
}

/// Makes the Rust global allocator one of the families that are checked at run time.
///
/// ```
/// memlint::install!();
/// # fn main() {}
/// ```
///
/// It goes around the system's allocator, or around another one:
///
/// ```
/// memlint::install!(inner = std::alloc::System);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! install {
    () => {
        $crate::install!(inner = $crate::rt::System);
    };
    (inner = $inner:path) => {
        #[global_allocator]
        static MEMLINT_ALLOCATOR: $crate::Checked<$inner> = $crate::Checked::new($inner);
    };
}
