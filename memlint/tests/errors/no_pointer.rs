//! Numbers are no pointers.
#[memlint::paired_alloc(family = "handle", role = "alloc")]
fn handle_new() -> u32 {
    7
}

#[memlint::paired_alloc(family = "handle", role = "free")]
fn handle_free(handle: u32) {
    assert_eq!(handle, 7);
}

fn main() {
    handle_free(handle_new());
}
