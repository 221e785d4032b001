//! `std::pin`: a pointer whose pointee stays.

use crate::ops::{Deref, DerefMut};

#[repr(transparent)]
#[memlint_stub::deref_field(pointer)]
pub struct Pin<P> {
    pointer: P,
}
impl<P> Pin<P> {
    pub const fn new(pointer: P) -> Pin<P> { Pin { pointer } }
    pub const unsafe fn new_unchecked(pointer: P) -> Pin<P> { Pin { pointer } }
    pub const fn into_inner(pin: Pin<P>) -> P { pin.pointer }
    pub const unsafe fn into_inner_unchecked(pin: Pin<P>) -> P { pin.pointer }
    pub fn as_ref(&self) -> Pin<&P::Target> { Pin { pointer: &*self.pointer } }
    pub fn as_mut(&mut self) -> Pin<&mut P::Target> { Pin { pointer: &mut *self.pointer } }
    pub fn set(&mut self, value: P::Target) { *self.pointer = value; }
}
impl<T: ?Sized> Pin<&T> {
    pub const fn get_ref(self) -> &T { self.pointer }
}
impl<T: ?Sized> Pin<&mut T> {
    pub const fn get_mut(self) -> &mut T { self.pointer }
    pub const unsafe fn get_unchecked_mut(self) -> &mut T { self.pointer }
    pub const fn into_ref(self) -> Pin<&T> { Pin { pointer: self.pointer } }
}
impl<P: Deref> Deref for Pin<P> {
    type Target = P::Target;
    fn deref(&self) -> &P::Target { &*self.pointer }
}
impl<P: DerefMut> DerefMut for Pin<P> {
    fn deref_mut(&mut self) -> &mut P::Target { &mut *self.pointer }
}
impl<T: ?Sized> From<Box<T>> for Pin<Box<T>> {
    fn from(b: Box<T>) -> Pin<Box<T>> { Pin { pointer: b } }
}
