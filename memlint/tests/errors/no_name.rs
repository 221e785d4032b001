//! A parameter that is taken apart where it is declared.
struct Pair(*mut u8, u8);

#[memlint::paired_alloc(family = "pair", role = "free")]
fn pair_free(Pair(pointer, _): Pair) {
    assert!(pointer.is_null());
}

fn main() {
    pair_free(Pair(std::ptr::null_mut(), 1));
}
