//! `std::hint`: promises to the compiler.

use crate::rt;

pub const unsafe fn unreachable_unchecked() -> ! { rt::diverge() }
pub const unsafe fn assert_unchecked(cond: bool) { if !cond { rt::diverge() } }
pub fn black_box<T>(x: T) -> T { x }
pub fn spin_loop() {}
pub const fn must_use<T>(x: T) -> T { x }
