//! `std::borrow`: borrowed or owned.

use crate::ffi::{CStr, CString};
use crate::ops::Deref;
use crate::rt;

pub trait Borrow<T: ?Sized> {
    fn borrow(&self) -> &T;
}
pub trait BorrowMut<T: ?Sized> {
    fn borrow_mut(&mut self) -> &mut T;
}
pub trait ToOwned {
    type Owned;
    fn to_owned(&self) -> Self::Owned;
}
impl ToOwned for str {
    type Owned = String;
    fn to_owned(&self) -> String { String::from(self) }
}
impl<T: Clone> ToOwned for [T] {
    type Owned = Vec<T>;
    fn to_owned(&self) -> Vec<T> { self.to_vec() }
}
impl ToOwned for CStr {
    type Owned = CString;
    fn to_owned(&self) -> CString { CString::from(self) }
}
impl<T: Clone> ToOwned for T {
    type Owned = T;
    fn to_owned(&self) -> T { self.clone() }
}
pub enum Cow<B: ?Sized> {
    Borrowed(&'static B),
    Owned(B::Owned),
}
impl<B: ?Sized> Cow<B> {
    // What is borrowed is copied, so the result does not point into it.
    pub fn into_owned(self) -> B::Owned {
        match self { Cow::Borrowed(b) => { rt::touch(b); rt::unknown() }, Cow::Owned(o) => o }
    }
    pub fn to_mut(&mut self) -> &mut B::Owned { rt::unknown() }
    pub fn is_borrowed(&self) -> bool { match *self { Cow::Borrowed(_) => true, Cow::Owned(_) => false } }
    pub fn is_owned(&self) -> bool { match *self { Cow::Borrowed(_) => false, Cow::Owned(_) => true } }
}
impl<B: ?Sized> Deref for Cow<B> {
    type Target = B;
    fn deref(&self) -> &B { match *self { Cow::Borrowed(b) => b, Cow::Owned(ref o) => o.borrow() } }
}
impl<B: ?Sized> AsRef<B> for Cow<B> {
    fn as_ref(&self) -> &B { match *self { Cow::Borrowed(b) => b, Cow::Owned(ref o) => o.borrow() } }
}
impl From<&str> for Cow<str> {
    fn from(s: &str) -> Cow<str> { Cow::Borrowed(s) }
}
impl From<String> for Cow<str> {
    fn from(s: String) -> Cow<str> { Cow::Owned(s) }
}
