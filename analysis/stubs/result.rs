//! `std::result`: a value or an error.

use crate::ops::{Deref, DerefMut};
use crate::rt;

pub enum Result<T, E> {
    Ok(T),
    Err(E),
}
use Result::{Err, Ok};

impl<T, E> Result<T, E> {
    pub const fn is_ok(&self) -> bool { match *self { Ok(_) => true, Err(_) => false } }
    pub const fn is_err(&self) -> bool { match *self { Ok(_) => false, Err(_) => true } }
    pub fn is_ok_and<F: FnOnce(T) -> bool>(self, f: F) -> bool { match self { Ok(x) => f(x), Err(_) => false } }
    pub fn is_err_and<F: FnOnce(E) -> bool>(self, f: F) -> bool { match self { Ok(_) => false, Err(e) => f(e) } }
    pub fn ok(self) -> Option<T> { match self { Ok(x) => Some(x), Err(_) => None } }
    pub fn err(self) -> Option<E> { match self { Ok(_) => None, Err(e) => Some(e) } }
    pub const fn as_ref(&self) -> Result<&T, &E> { match *self { Ok(ref x) => Ok(x), Err(ref e) => Err(e) } }
    pub const fn as_mut(&mut self) -> Result<&mut T, &mut E> { match *self { Ok(ref mut x) => Ok(x), Err(ref mut e) => Err(e) } }
    pub fn as_deref(&self) -> Result<&T::Target, &E> { match *self { Ok(ref x) => Ok(x.deref()), Err(ref e) => Err(e) } }
    pub fn map<U, F: FnOnce(T) -> U>(self, f: F) -> Result<U, E> { match self { Ok(x) => Ok(f(x)), Err(e) => Err(e) } }
    pub fn map_or<U, F: FnOnce(T) -> U>(self, default: U, f: F) -> U { match self { Ok(x) => f(x), Err(_) => default } }
    pub fn map_or_else<U, D: FnOnce(E) -> U, F: FnOnce(T) -> U>(self, default: D, f: F) -> U {
        match self { Ok(x) => f(x), Err(e) => default(e) }
    }
    pub fn map_or_default<U: Default, F: FnOnce(T) -> U>(self, f: F) -> U { match self { Ok(x) => f(x), Err(_) => U::default() } }
    pub fn map_err<F, O: FnOnce(E) -> F>(self, op: O) -> Result<T, F> { match self { Ok(x) => Ok(x), Err(e) => Err(op(e)) } }
    pub fn inspect<F: FnOnce(&T)>(self, f: F) -> Result<T, E> {
        match self { Ok(ref x) => { f(x); }, Err(_) => {} }
        self
    }
    pub fn inspect_err<F: FnOnce(&E)>(self, f: F) -> Result<T, E> {
        match self { Ok(_) => {}, Err(ref e) => { f(e); } }
        self
    }
    pub fn iter(&self) -> crate::option::IntoIter<&T> { crate::option::IntoIter { inner: self.as_ref().ok() } }
    pub fn iter_mut(&mut self) -> crate::option::IntoIter<&mut T> { crate::option::IntoIter { inner: self.as_mut().ok() } }
    pub fn expect(self, msg: &str) -> T { match self { Ok(x) => x, Err(_) => rt::panic() } }
    pub fn unwrap(self) -> T { match self { Ok(x) => x, Err(_) => rt::panic() } }
    pub unsafe fn unwrap_unchecked(self) -> T { match self { Ok(x) => x, Err(_) => rt::diverge() } }
    pub fn expect_err(self, msg: &str) -> E { match self { Ok(_) => rt::panic(), Err(e) => e } }
    pub fn unwrap_err(self) -> E { match self { Ok(_) => rt::panic(), Err(e) => e } }
    pub unsafe fn unwrap_err_unchecked(self) -> E { match self { Ok(_) => rt::diverge(), Err(e) => e } }
    pub fn into_ok(self) -> T { match self { Ok(x) => x, Err(_) => rt::panic() } }
    pub fn and<U>(self, other: Result<U, E>) -> Result<U, E> { match self { Ok(_) => other, Err(e) => Err(e) } }
    pub fn and_then<U, F: FnOnce(T) -> Result<U, E>>(self, f: F) -> Result<U, E> { match self { Ok(x) => f(x), Err(e) => Err(e) } }
    pub fn or<F>(self, other: Result<T, F>) -> Result<T, F> { match self { Ok(x) => Ok(x), Err(_) => other } }
    pub fn or_else<F, O: FnOnce(E) -> Result<T, F>>(self, op: O) -> Result<T, F> { match self { Ok(x) => Ok(x), Err(e) => op(e) } }
    pub fn unwrap_or(self, default: T) -> T { match self { Ok(x) => x, Err(_) => default } }
    pub fn unwrap_or_else<F: FnOnce(E) -> T>(self, op: F) -> T { match self { Ok(x) => x, Err(e) => op(e) } }
}
impl<T: Default, E> Result<T, E> {
    pub fn unwrap_or_default(self) -> T { match self { Ok(x) => x, Err(_) => T::default() } }
}
impl<T: DerefMut, E> Result<T, E> {
    pub fn as_deref_mut(&mut self) -> Result<&mut T::Target, &mut E> {
        match *self { Ok(ref mut x) => Ok(x.deref_mut()), Err(ref mut e) => Err(e) }
    }
}
impl<T: Clone, E> Result<&T, E> {
    pub fn copied(self) -> Result<T, E> { match self { Ok(x) => Ok(*x), Err(e) => Err(e) } }
    pub fn cloned(self) -> Result<T, E> { match self { Ok(x) => Ok(x.clone()), Err(e) => Err(e) } }
}
impl<T, E> Result<Option<T>, E> {
    pub fn transpose(self) -> Option<Result<T, E>> {
        match self { Ok(Some(x)) => Some(Ok(x)), Ok(None) => None, Err(e) => Some(Err(e)) }
    }
}
impl<T, E> Result<Result<T, E>, E> {
    pub fn flatten(self) -> Result<T, E> { match self { Ok(inner) => inner, Err(e) => Err(e) } }
}
impl<T: Clone, E: Clone> Clone for Result<T, E> {
    fn clone(&self) -> Result<T, E> { match *self { Ok(ref x) => Ok(x.clone()), Err(ref e) => Err(e.clone()) } }
}
impl<T, E> IntoIterator for Result<T, E> {
    type Item = T;
    type IntoIter = crate::option::IntoIter<T>;
    fn into_iter(self) -> crate::option::IntoIter<T> { crate::option::IntoIter { inner: self.ok() } }
}
