//! C's `free` and `realloc` in an executable on glibc: they look whether a block is Rust's.
//!
//! Only the header of a block is read. Whatever is not ours goes to glibc, as it would have.

use crate::checked::is_off;
use crate::config::config;
use crate::entry::Doer;
use crate::header::{self, Header};
use crate::report::Report;
use crate::routine::Routine;
use crate::{caller, memory, thread};
use core::alloc::Layout;
use core::ffi::c_void;

unsafe extern "C" {
    fn __libc_free(block: *mut c_void);
    fn __libc_realloc(block: *mut c_void, size: usize) -> *mut c_void;
}

static FREE: Routine = Routine::release("c_heap", "free");
static REALLOC: Routine = Routine::release("c_heap", "realloc");

/// What C's `free` does.
///
/// # Safety
/// As for `free`.
pub unsafe fn free(block: *mut c_void) {
    if is_faulty(block, &FREE) {
        return;
    }
    // SAFETY: the caller's promise.
    unsafe { __libc_free(block) }
}

/// What C's `realloc` does.
///
/// # Safety
/// As for `realloc`.
pub unsafe fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
    if is_faulty(block, &REALLOC) {
        return core::ptr::null_mut();
    }
    // SAFETY: the caller's promise.
    unsafe { __libc_realloc(block, size) }
}

/// Whether a block is Rust's, or was. It is told, and then left alone.
#[inline]
fn is_faulty(block: *mut c_void, routine: &'static Routine) -> bool {
    let block: *mut u8 = block.cast();
    if !crate::ENABLED
        || block.is_null()
        || config().under_memcheck
        || !memory::reads_below(block.addr())
    {
        return false;
    }
    // SAFETY: the bytes in front are there.
    match unsafe { header::read(block) } {
        Header::Foreign => false,
        Header::Live(layout) => tell(block, routine, layout, true),
        Header::Released(layout) => tell(block, routine, layout, false),
    }
}

#[cold]
fn tell(block: *mut u8, routine: &'static Routine, layout: Layout, live: bool) -> bool {
    if is_off() {
        return false;
    }
    let caller = caller::find();
    let name = routine.name;
    let by = Doer {
        routine: Some(routine),
        site: None,
        thread: thread::number(),
    };
    let report = |lint, message: core::fmt::Arguments<'_>| {
        Report {
            lint,
            message,
            address: block.addr(),
            by: Some(&by),
            caller: caller.as_ref(),
            ended: None,
            entry: None,
            layout: Some((layout.size(), layout.align())),
            expected: Some(format_args!(
                "the drop of its owner, or `std::alloc::dealloc` with size {}, align {}",
                layout.size(),
                layout.align()
            )),
            help: format_args!(
                "export a function that releases it from the crate that allocated it"
            ),
        }
        .raise(false);
    };
    match live {
        true => report(
            "mismatched_dealloc",
            format_args!("`{name}` releases memory of the Rust global allocator"),
        ),
        false => report(
            "double_free",
            format_args!(
                "`{name}` releases memory that the Rust global allocator has already released"
            ),
        ),
    }
    true
}
