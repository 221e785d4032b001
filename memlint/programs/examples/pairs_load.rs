//! Pairs of an allocation and a release: `pairs_load COUNT THREADS tracked`, or without the last.
#![allow(unsafe_code)]

use std::hint::black_box;
use std::thread;

fn plain_new(value: u64) -> *mut u64 {
    Box::into_raw(Box::new(value))
}

unsafe fn plain_free(block: *mut u64) {
    drop(unsafe { Box::from_raw(block) });
}

#[memlint::paired_alloc(family = "block", role = "alloc")]
fn tracked_new(value: u64) -> *mut u64 {
    Box::into_raw(Box::new(value))
}

#[memlint::paired_alloc(family = "block", role = "free")]
unsafe fn tracked_free(block: *mut u64) {
    drop(unsafe { Box::from_raw(block) });
}

fn pairs(count: usize, new: fn(u64) -> *mut u64, free: unsafe fn(*mut u64)) {
    let mut live = [std::ptr::null_mut::<u64>(); 64];
    for index in 0..count {
        let slot = &mut live[index % 64];
        if !slot.is_null() {
            unsafe { free(*slot) };
        }
        *slot = black_box(new(index as u64));
    }
    for block in live {
        if !block.is_null() {
            unsafe { free(block) };
        }
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let number = |index: usize| args.get(index).and_then(|arg| arg.parse().ok());
    let count: usize = number(1).unwrap_or(0);
    let threads = number(2).unwrap_or(1).max(1);
    let is_tracked = args.iter().any(|arg| arg == "tracked");
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            thread::spawn(move || match is_tracked {
                true => pairs(count / threads, tracked_new, tracked_free),
                false => pairs(count / threads, plain_new, plain_free),
            })
        })
        .collect();
    for worker in workers {
        let _ = worker.join();
    }
}
