//! A constant function.
#[memlint::paired_alloc(family = "widget", role = "alloc")]
const fn widget_new() -> *mut u8 {
    std::ptr::null_mut()
}

fn main() {}
