//! `std::convert`: conversions between types.

pub trait From<T> {
    fn from(t: T) -> Self;
}
pub trait Into<U> {
    fn into(self) -> U;
}
impl<T, U: From<T>> Into<U> for T {
    fn into(self) -> U { <U as From<T>>::from(self) }
}
pub trait TryFrom<T> {
    type Error;
    fn try_from(t: T) -> Result<Self, Self::Error>;
}
pub trait TryInto<U> {
    fn try_into(self) -> Result<U, U::Error>;
}
impl<T, U: TryFrom<T>> TryInto<U> for T {
    fn try_into(self) -> Result<U, U::Error> { <U as TryFrom<T>>::try_from(self) }
}
pub trait AsRef<T: ?Sized> {
    fn as_ref(&self) -> &T;
}
pub trait AsMut<T: ?Sized> {
    fn as_mut(&mut self) -> &mut T;
}
#[memlint_stub::copy]
pub enum Infallible {}
pub const fn identity<T>(x: T) -> T { x }
