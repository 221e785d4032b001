//! `std::option`: a value or none.

use crate::ops::{Deref, DerefMut};
use crate::pin::Pin;
use crate::rt;

pub enum Option<T> {
    None,
    Some(T),
}
use Option::{None, Some};

impl<T> Option<T> {
    pub const fn is_some(&self) -> bool { match *self { Some(_) => true, None => false } }
    pub const fn is_none(&self) -> bool { match *self { Some(_) => false, None => true } }
    pub fn is_some_and<F: FnOnce(T) -> bool>(self, f: F) -> bool { match self { Some(x) => f(x), None => false } }
    pub fn is_none_or<F: FnOnce(T) -> bool>(self, f: F) -> bool { match self { Some(x) => f(x), None => true } }
    pub const fn as_ref(&self) -> Option<&T> { match *self { Some(ref x) => Some(x), None => None } }
    pub const fn as_mut(&mut self) -> Option<&mut T> { match *self { Some(ref mut x) => Some(x), None => None } }
    pub fn as_deref(&self) -> Option<&T::Target> { match *self { Some(ref x) => Some(x.deref()), None => None } }
    pub fn as_pin_ref(self: Pin<&Self>) -> Option<Pin<&T>> { rt::unknown() }
    pub fn as_pin_mut(self: Pin<&mut Self>) -> Option<Pin<&mut T>> { rt::unknown() }
    pub fn as_slice(&self) -> &[T] { rt::unknown() }
    pub const fn expect(self, msg: &str) -> T { match self { Some(x) => x, None => rt::panic() } }
    pub const fn unwrap(self) -> T { match self { Some(x) => x, None => rt::panic() } }
    pub unsafe fn unwrap_unchecked(self) -> T { match self { Some(x) => x, None => rt::diverge() } }
    pub fn unwrap_or(self, default: T) -> T { match self { Some(x) => x, None => default } }
    pub fn unwrap_or_else<F: FnOnce() -> T>(self, f: F) -> T { match self { Some(x) => x, None => f() } }
    pub fn map<U, F: FnOnce(T) -> U>(self, f: F) -> Option<U> { match self { Some(x) => Some(f(x)), None => None } }
    pub fn inspect<F: FnOnce(&T)>(self, f: F) -> Option<T> {
        match self { Some(ref x) => { f(x); }, None => {} }
        self
    }
    pub fn map_or<U, F: FnOnce(T) -> U>(self, default: U, f: F) -> U { match self { Some(x) => f(x), None => default } }
    pub fn map_or_else<U, D: FnOnce() -> U, F: FnOnce(T) -> U>(self, default: D, f: F) -> U {
        match self { Some(x) => f(x), None => default() }
    }
    pub fn map_or_default<U: Default, F: FnOnce(T) -> U>(self, f: F) -> U {
        match self { Some(x) => f(x), None => U::default() }
    }
    pub fn ok_or<E>(self, err: E) -> Result<T, E> { match self { Some(x) => Ok(x), None => Err(err) } }
    pub fn ok_or_else<E, F: FnOnce() -> E>(self, err: F) -> Result<T, E> { match self { Some(x) => Ok(x), None => Err(err()) } }
    pub fn iter(&self) -> IntoIter<&T> { IntoIter { inner: self.as_ref() } }
    pub fn iter_mut(&mut self) -> IntoIter<&mut T> { IntoIter { inner: self.as_mut() } }
    pub fn and<U>(self, other: Option<U>) -> Option<U> { match self { Some(_) => other, None => None } }
    pub fn and_then<U, F: FnOnce(T) -> Option<U>>(self, f: F) -> Option<U> { match self { Some(x) => f(x), None => None } }
    pub fn filter<P: FnOnce(&T) -> bool>(self, predicate: P) -> Option<T> {
        match self { Some(x) => { if predicate(&x) { Some(x) } else { None } }, None => None }
    }
    pub fn or(self, other: Option<T>) -> Option<T> { match self { Some(x) => Some(x), None => other } }
    pub fn or_else<F: FnOnce() -> Option<T>>(self, f: F) -> Option<T> { match self { Some(x) => Some(x), None => f() } }
    pub fn xor(self, other: Option<T>) -> Option<T> {
        match self {
            Some(x) => match other { Some(_) => None, None => Some(x) },
            None => other,
        }
    }
    pub fn insert(&mut self, value: T) -> &mut T {
        *self = Some(value);
        match *self { Some(ref mut x) => x, None => rt::panic() }
    }
    fn some_item(&mut self) -> T { match self.take() { Some(x) => x, None => rt::unknown() } }
    pub fn get_or_insert(&mut self, value: T) -> &mut T {
        match *self { Some(_) => {}, None => { *self = Some(value); } }
        match *self { Some(ref mut x) => x, None => rt::panic() }
    }
    pub fn get_or_insert_with<F: FnOnce() -> T>(&mut self, f: F) -> &mut T {
        match *self { Some(_) => {}, None => { *self = Some(f()); } }
        match *self { Some(ref mut x) => x, None => rt::panic() }
    }
    pub const fn take(&mut self) -> Option<T> {
        let old = rt::read(self);
        rt::write(self, None);
        old
    }
    pub fn take_if<P: FnOnce(&mut T) -> bool>(&mut self, predicate: P) -> Option<T> {
        match *self { Some(ref mut x) => { if predicate(x) { self.take() } else { None } }, None => None }
    }
    pub const fn replace(&mut self, value: T) -> Option<T> {
        let old = rt::read(self);
        rt::write(self, Some(value));
        old
    }
    pub fn zip<U>(self, other: Option<U>) -> Option<(T, U)> {
        match self {
            Some(x) => match other { Some(y) => Some((x, y)), None => None },
            None => None,
        }
    }
}
impl<T: Default> Option<T> {
    pub fn unwrap_or_default(self) -> T { match self { Some(x) => x, None => T::default() } }
    pub fn get_or_insert_default(&mut self) -> &mut T {
        match *self { Some(_) => {}, None => { *self = Some(T::default()); } }
        match *self { Some(ref mut x) => x, None => rt::panic() }
    }
}
impl<T: DerefMut> Option<T> {
    pub fn as_deref_mut(&mut self) -> Option<&mut T::Target> { match *self { Some(ref mut x) => Some(x.deref_mut()), None => None } }
}
impl<T, U> Option<(T, U)> {
    pub fn unzip(self) -> (Option<T>, Option<U>) { match self { Some((a, b)) => (Some(a), Some(b)), None => (None, None) } }
}
impl<T: Clone> Option<&T> {
    pub fn copied(self) -> Option<T> { match self { Some(x) => Some(*x), None => None } }
    pub fn cloned(self) -> Option<T> { match self { Some(x) => Some(x.clone()), None => None } }
}
impl<T, E> Option<Result<T, E>> {
    pub fn transpose(self) -> Result<Option<T>, E> {
        match self { Some(Ok(x)) => Ok(Some(x)), Some(Err(e)) => Err(e), None => Ok(None) }
    }
}
impl<T> Option<Option<T>> {
    pub fn flatten(self) -> Option<T> { match self { Some(inner) => inner, None => None } }
}
impl<T> Default for Option<T> {
    fn default() -> Option<T> { None }
}
impl<T: Clone> Clone for Option<T> {
    fn clone(&self) -> Option<T> { match *self { Some(ref x) => Some(x.clone()), None => None } }
}
impl<T> From<T> for Option<T> {
    fn from(x: T) -> Option<T> { Some(x) }
}

pub struct IntoIter<T> {
    inner: Option<T>,
}
impl<T> IntoIterator for Option<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;
    fn into_iter(self) -> IntoIter<T> { IntoIter { inner: self } }
}
impl<T> Iterator for IntoIter<T> {
    type Item = T;
    fn next(&mut self) -> Option<T> { self.inner.take() }
    fn some_item(&mut self) -> T { match self.next() { Some(x) => x, None => rt::unknown() } }
}
