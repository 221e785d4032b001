//! Nothing is allocated while a report is written, even if the program's allocator is the fault.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: it is the system's allocator, with a count beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// A test of one thread, so that nobody else is counted: there is no harness.
fn main() {
    let file = std::env::temp_dir().join(format!("memlint-quiet-{}.json", std::process::id()));
    // SAFETY: there is no other thread, and nothing has asked for the settings yet.
    unsafe {
        std::env::set_var("MEMLINT_RUNTIME", "log");
        std::env::set_var("MEMLINT_REPORT", &file);
    }
    let block = Box::into_raw(Box::new(7u32));
    let before = COUNT.load(Ordering::Relaxed);
    memlint::track(block, "left");
    memlint::release(block, "right");
    memlint::release(block, "left");
    memlint::release(block, "left");
    let after = COUNT.load(Ordering::Relaxed);
    assert_eq!(before, after, "reports allocate nothing");
    drop(unsafe { Box::from_raw(block) });
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    let _ = std::fs::remove_file(&file);
    let reports = if memlint::ENABLED { 2 } else { 0 };
    assert_eq!(written.lines().count(), reports, "{written}");
}
