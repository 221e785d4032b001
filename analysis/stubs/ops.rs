//! `std::ops`: dereference, drop, calls, ranges, control flow.

use crate::rt;

pub trait Deref {
    type Target;
    fn deref(&self) -> &Self::Target;
}
pub trait DerefMut {
    fn deref_mut(&mut self) -> &mut Self::Target;
}
impl<T: ?Sized> Deref for &T {
    type Target = T;
    fn deref(&self) -> &T { *self }
}
impl<T: ?Sized> Deref for &mut T {
    type Target = T;
    fn deref(&self) -> &T { *self }
}
pub trait Drop {
    fn drop(&mut self);
}
pub trait FnOnce<Args> {
    type Output;
}
pub trait FnMut<Args> {}
pub trait Fn<Args> {}
pub trait AsyncFnOnce<Args> {}
pub trait AsyncFnMut<Args> {}
pub trait AsyncFn<Args> {}
pub trait Index<I> {
    type Output;
    fn index(&self, i: I) -> &Self::Output;
}
pub trait IndexMut<I> {
    fn index_mut(&mut self, i: I) -> &mut Self::Output;
}
pub trait Add<R> { type Output; fn add(self, r: R) -> Self::Output; }
pub trait Sub<R> { type Output; fn sub(self, r: R) -> Self::Output; }
pub trait Mul<R> { type Output; fn mul(self, r: R) -> Self::Output; }
pub trait Div<R> { type Output; fn div(self, r: R) -> Self::Output; }
pub trait Rem<R> { type Output; fn rem(self, r: R) -> Self::Output; }
pub trait Neg { type Output; fn neg(self) -> Self::Output; }
pub trait Not { type Output; fn not(self) -> Self::Output; }
pub trait AddAssign<R> { fn add_assign(&mut self, r: R); }
pub trait SubAssign<R> { fn sub_assign(&mut self, r: R); }
pub trait MulAssign<R> { fn mul_assign(&mut self, r: R); }
pub trait BitAnd<R> { type Output; fn bitand(self, r: R) -> Self::Output; }
pub trait BitOr<R> { type Output; fn bitor(self, r: R) -> Self::Output; }
pub trait BitXor<R> { type Output; fn bitxor(self, r: R) -> Self::Output; }

pub struct Range<T> {
    pub start: T,
    pub end: T,
}
pub struct RangeInclusive<T> {
    pub start: T,
    pub end: T,
}
pub struct RangeFrom<T> {
    pub start: T,
}
pub struct RangeTo<T> {
    pub end: T,
}
pub struct RangeToInclusive<T> {
    pub end: T,
}
#[memlint_stub::copy]
pub struct RangeFull;
pub enum Bound<T> {
    Included(T),
    Excluded(T),
    Unbounded,
}
pub trait RangeBounds<T> {}

// The first item is what it says; later ones are unknown, so that a loop comes to rest. A range of one
// item ends after it: of more rounds, the blocks could not be told apart.
impl<T> Iterator for Range<T> {
    type Item = T;
    fn next(&mut self) -> Option<T> {
        if self.start < self.end {
            let n = self.start;
            rt::write(&raw mut self.start, n + 1);
            Some(n)
        } else {
            None
        }
    }
    fn some_item(&mut self) -> T { rt::unknown() }
}
impl<T> Range<T> {
    pub fn contains(&self, x: &T) -> bool { self.start <= *x && *x < self.end }
    pub fn is_empty(&self) -> bool { self.start >= self.end }
    pub fn len(&self) -> usize { self.end - self.start }
}
impl<T> Iterator for RangeInclusive<T> {
    type Item = T;
    fn next(&mut self) -> Option<T> {
        if self.start <= self.end {
            let n = self.start;
            rt::write(&raw mut self.start, n + 1);
            Some(n)
        } else {
            None
        }
    }
    fn some_item(&mut self) -> T { rt::unknown() }
}
impl<T> RangeInclusive<T> {
    pub const fn new(start: T, end: T) -> RangeInclusive<T> { RangeInclusive { start, end } }
    pub const fn start(&self) -> &T { &self.start }
    pub const fn end(&self) -> &T { &self.end }
    pub fn contains(&self, x: &T) -> bool { self.start <= *x && *x <= self.end }
}
impl<T> Iterator for RangeFrom<T> {
    type Item = T;
    fn next(&mut self) -> Option<T> {
        let n = self.start;
        rt::write(&raw mut self.start, n + 1);
        Some(n)
    }
    fn some_item(&mut self) -> T { rt::unknown() }
}

pub enum ControlFlow<B, C> {
    Continue(C),
    Break(B),
}
impl<B, C> ControlFlow<B, C> {
    pub fn is_break(&self) -> bool { match *self { ControlFlow::Break(_) => true, ControlFlow::Continue(_) => false } }
    pub fn is_continue(&self) -> bool { match *self { ControlFlow::Break(_) => false, ControlFlow::Continue(_) => true } }
    pub fn break_value(self) -> Option<B> { match self { ControlFlow::Break(b) => Some(b), ControlFlow::Continue(_) => None } }
    pub fn continue_value(self) -> Option<C> { match self { ControlFlow::Break(_) => None, ControlFlow::Continue(c) => Some(c) } }
}
pub trait Try {
    type Output;
    type Residual;
}
pub trait FromResidual<R> {}
