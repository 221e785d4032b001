//! A function whose arguments nobody knows.
#[memlint::paired_alloc(family = "text")]
unsafe extern "C" {
    #[alloc(out = 0)]
    fn asprintf(out: *mut *mut u8, format: *const u8, ...) -> i32;
    #[free]
    fn free(text: *mut u8);
}

fn main() {}
