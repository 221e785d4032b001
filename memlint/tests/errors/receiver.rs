//! A receiver cannot be looked at once the body has it.
struct Slot(*mut u8);

impl Slot {
    #[memlint::paired_alloc(family = "slot", role = "alloc", out = 0)]
    fn fill(&mut self) -> bool {
        self.0.is_null()
    }
}

fn main() {
    assert!(Slot(std::ptr::null_mut()).fill());
}
