//! AddressSanitizer's own knowledge, in builds with `--cfg memlint_asan`; elsewhere nothing.

#[cfg(memlint_asan)]
pub(crate) use sanitizer::{describe, kind, poisoned, was_freed};

#[cfg(memlint_asan)]
mod sanitizer {
    //! Its interface is linked directly: the runtime does not export it to `dlsym`.

    use crate::header::SIZE;
    use crate::memory::Kind;
    use core::ffi::{CStr, c_char, c_int, c_void};
    use core::ptr;

    unsafe extern "C" {
        fn __asan_region_is_poisoned(start: *mut c_void, size: usize) -> *mut c_void;
        fn __asan_get_free_stack(
            address: *mut c_void,
            trace: *mut *mut c_void,
            size: usize,
            thread: *mut c_int,
        ) -> usize;
        fn __asan_locate_address(
            address: *mut c_void,
            name: *mut c_char,
            name_size: usize,
            region: *mut *mut c_void,
            region_size: *mut usize,
        ) -> *const c_char;
        fn __asan_describe_address(address: *mut c_void);
    }

    /// Whether what stands in front of a pointer is no header of ours.
    pub(crate) fn poisoned(block: *mut u8) -> bool {
        // SAFETY: it looks at the sanitizer's own map of memory.
        unsafe { !__asan_region_is_poisoned(block.wrapping_sub(SIZE).cast(), SIZE).is_null() }
    }

    /// Whether the pointer's memory was on the heap and has been freed.
    pub(crate) fn was_freed(block: *mut u8) -> bool {
        let (mut trace, mut thread) = ([ptr::null_mut(); 4], 0);
        // SAFETY: it writes at most so many frames, and the thread.
        unsafe {
            __asan_get_free_stack(block.cast(), trace.as_mut_ptr(), trace.len(), &mut thread) > 0
        }
    }

    /// What kind of memory it is, where the sanitizer knows better than the table of mappings.
    pub(crate) fn kind(address: usize) -> Option<Kind> {
        let (mut region, mut size) = (ptr::null_mut(), 0);
        let mut name = [0; 8];
        // SAFETY: all places may be written, and the answer is a literal of the runtime.
        let kind = unsafe {
            CStr::from_ptr(__asan_locate_address(
                ptr::without_provenance_mut(address),
                name.as_mut_ptr(),
                name.len(),
                &mut region,
                &mut size,
            ))
        };
        match kind.to_bytes() {
            b"stack" => Some(Kind::Stack),
            b"global" => Some(Kind::Image),
            _ => None,
        }
    }

    /// Lets the sanitizer tell what it knows of the pointer, with the stacks that it keeps.
    pub(crate) fn describe(block: *mut u8) {
        // SAFETY: it only prints.
        unsafe { __asan_describe_address(block.cast()) }
    }
}

#[cfg(not(memlint_asan))]
pub(crate) use nothing::{describe, kind, poisoned, was_freed};

#[cfg(not(memlint_asan))]
mod nothing {
    //! The same answers without a sanitizer.

    use crate::memory::Kind;

    #[inline(always)]
    pub(crate) fn poisoned(_: *mut u8) -> bool {
        false
    }

    pub(crate) fn was_freed(_: *mut u8) -> bool {
        false
    }

    pub(crate) fn kind(_: usize) -> Option<Kind> {
        None
    }

    pub(crate) fn describe(_: *mut u8) {}
}
