//! A type that only the compiler can look into.
pub struct Handle(u32);

#[memlint::paired_alloc(family = "handle", role = "alloc")]
pub fn handle_new() -> Handle {
    Handle(7)
}

fn main() {
    assert_eq!(handle_new().0, 7);
}
