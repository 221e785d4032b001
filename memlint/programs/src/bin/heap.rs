//! Faults at the border of the Rust global allocator: `heap NAME`, and `heap NAME ok` without it.
#![allow(unsafe_code)]

#[path = "../heap_cases.rs"]
mod heap_cases;

memlint::install!();

fn main() {
    heap_cases::run();
}
