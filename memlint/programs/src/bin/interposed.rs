//! The same faults, with C's `free` and `realloc` watched as well.
#![allow(unsafe_code)]

#[path = "../heap_cases.rs"]
mod heap_cases;

memlint::install!();
memlint::interpose!();

fn main() {
    heap_cases::run();
}
