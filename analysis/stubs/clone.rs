//! `std::clone`: the trait, and the types that are copied.

use crate::rt;

pub trait Clone {
    fn clone(&self) -> Self;
    fn clone_from(&mut self, source: &Self) { *self = source.clone(); }
}
impl<T: ?Sized> Clone for *mut T {
    fn clone(&self) -> *mut T { *self }
}
impl<T: ?Sized> Clone for *const T {
    fn clone(&self) -> *const T { *self }
}
impl<T: ?Sized> Clone for &T {
    fn clone(&self) -> &T { *self }
}
impl<A: Clone, B: Clone> Clone for (A, B) {
    fn clone(&self) -> (A, B) { (self.0.clone(), self.1.clone()) }
}
impl<T: Clone, const N: usize> Clone for [T; N] {
    fn clone(&self) -> [T; N] { rt::unknown() }
}
impl Clone for usize {
    fn clone(&self) -> usize { *self }
}
impl Clone for isize {
    fn clone(&self) -> isize { *self }
}
impl Clone for u64 {
    fn clone(&self) -> u64 { *self }
}
impl Clone for i64 {
    fn clone(&self) -> i64 { *self }
}
impl Clone for u32 {
    fn clone(&self) -> u32 { *self }
}
impl Clone for i32 {
    fn clone(&self) -> i32 { *self }
}
impl Clone for u16 {
    fn clone(&self) -> u16 { *self }
}
impl Clone for i16 {
    fn clone(&self) -> i16 { *self }
}
impl Clone for u8 {
    fn clone(&self) -> u8 { *self }
}
impl Clone for i8 {
    fn clone(&self) -> i8 { *self }
}
impl Clone for u128 {
    fn clone(&self) -> u128 { *self }
}
impl Clone for i128 {
    fn clone(&self) -> i128 { *self }
}
impl Clone for bool {
    fn clone(&self) -> bool { *self }
}
impl Clone for char {
    fn clone(&self) -> char { *self }
}
impl Clone for f32 {
    fn clone(&self) -> f32 { *self }
}
impl Clone for f64 {
    fn clone(&self) -> f64 { *self }
}
