//! Keys, values and positions.
#[memlint::paired_alloc(role = "alloc")]
fn no_family() -> *mut u8 {
    std::ptr::null_mut()
}

#[memlint::paired_alloc(family = "widget")]
fn no_role() -> *mut u8 {
    std::ptr::null_mut()
}

#[memlint::paired_alloc(family = "widget", role = "new")]
fn no_such_role() -> *mut u8 {
    std::ptr::null_mut()
}

#[memlint::paired_alloc(family = "widget", role = "free", index = 1)]
fn no_such_key(_widget: *mut u8) {}

#[memlint::paired_alloc(family = "widget", role = "free", arg = 1)]
fn no_such_parameter(_widget: *mut u8) {}

#[memlint::paired_alloc(family = "widget", role = "alloc")]
fn nothing() {}

#[memlint::paired_alloc(family = "widget", role = "free", caller)]
fn caller(_widget: *mut u8) {}

#[memlint::paired_alloc(family = "widget", role = "alloc")]
struct Widget;

// The items are there beside the errors.
fn main() {
    let _ = (no_family(), no_role(), no_such_role(), Widget);
    no_such_key(std::ptr::null_mut());
    no_such_parameter(std::ptr::null_mut());
    nothing();
    caller(std::ptr::null_mut());
}
