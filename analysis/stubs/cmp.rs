//! `std::cmp`: comparison.

use crate::rt;

pub trait PartialEq<R> {
    fn eq(&self, other: &R) -> bool;
    fn ne(&self, other: &R) -> bool { !self.eq(other) }
}
pub trait Eq {}
pub trait PartialOrd<R> {
    fn partial_cmp(&self, other: &R) -> Option<Ordering>;
}
pub trait Ord {
    fn cmp(&self, other: &Self) -> Ordering;
}
#[memlint_stub::copy]
pub enum Ordering {
    Less,
    Equal,
    Greater,
}
impl Ordering {
    pub const fn is_eq(self) -> bool { match self { Ordering::Equal => true, _ => false } }
    pub const fn is_lt(self) -> bool { match self { Ordering::Less => true, _ => false } }
    pub const fn is_gt(self) -> bool { match self { Ordering::Greater => true, _ => false } }
    pub const fn reverse(self) -> Ordering { rt::unknown() }
    pub const fn then(self, other: Ordering) -> Ordering { rt::unknown() }
}
pub struct Reverse<T>(pub T);
pub fn min<T>(a: T, b: T) -> T { if a < b { a } else { b } }
pub fn max<T>(a: T, b: T) -> T { if a < b { b } else { a } }
