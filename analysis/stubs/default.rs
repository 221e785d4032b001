//! `std::default`: values to begin with.

use crate::rt;

pub trait Default {
    fn default() -> Self;
}
impl Default for () {
    fn default() {}
}
impl Default for bool {
    fn default() -> bool { false }
}
impl<A: Default, B: Default> Default for (A, B) {
    fn default() -> (A, B) { (A::default(), B::default()) }
}
impl<T: Default, const N: usize> Default for [T; N] {
    fn default() -> [T; N] { rt::unknown() }
}
impl Default for usize {
    fn default() -> usize { 0 }
}
impl Default for isize {
    fn default() -> isize { 0 }
}
impl Default for u64 {
    fn default() -> u64 { 0 }
}
impl Default for i64 {
    fn default() -> i64 { 0 }
}
impl Default for u32 {
    fn default() -> u32 { 0 }
}
impl Default for i32 {
    fn default() -> i32 { 0 }
}
impl Default for u16 {
    fn default() -> u16 { 0 }
}
impl Default for i16 {
    fn default() -> i16 { 0 }
}
impl Default for u8 {
    fn default() -> u8 { 0 }
}
impl Default for i8 {
    fn default() -> i8 { 0 }
}
impl Default for u128 {
    fn default() -> u128 { 0 }
}
impl Default for i128 {
    fn default() -> i128 { 0 }
}
