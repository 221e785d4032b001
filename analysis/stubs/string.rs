//! `std::string`: text in a vector of bytes.

use crate::borrow::{Borrow, Cow};
use crate::mem::ManuallyDrop;
use crate::ops::{Deref, DerefMut};
use crate::rt;
use crate::str::Utf8Error;

#[memlint_stub::deref(vec)]
pub struct String {
    vec: Vec<u8>,
}
pub struct FromUtf8Error {
    bytes: Vec<u8>,
}
impl FromUtf8Error {
    pub fn into_bytes(self) -> Vec<u8> { self.bytes }
    pub fn as_bytes(&self) -> &[u8] { self.bytes.as_slice() }
    pub fn utf8_error(&self) -> Utf8Error { rt::unknown() }
}
pub struct FromUtf16Error;

impl String {
    pub const fn new() -> String { String { vec: Vec::new() } }
    pub fn with_capacity(n: usize) -> String { String { vec: Vec::with_capacity(n) } }
    fn fresh() -> String { String { vec: Vec::fresh() } }
    pub unsafe fn from_raw_parts(buf: *mut u8, length: usize, capacity: usize) -> String {
        rt::adopt_array("rust", buf, capacity);
        String { vec: Vec { ptr: buf, len: length, cap: capacity } }
    }
    pub fn into_raw_parts(self) -> (*mut u8, usize, usize) { self.vec.into_raw_parts() }
    pub fn from_utf8(v: Vec<u8>) -> Result<String, FromUtf8Error> {
        if rt::symbol::<bool>("is_utf8", &v) { Ok(String { vec: v }) } else { Err(FromUtf8Error { bytes: v }) }
    }
    pub unsafe fn from_utf8_unchecked(v: Vec<u8>) -> String { String { vec: v } }
    pub fn from_utf8_lossy(v: &[u8]) -> Cow<str> { rt::touch(v); rt::unknown() }
    pub fn from_utf8_lossy_owned(v: Vec<u8>) -> String { String { vec: v } }
    pub fn from_utf16(v: &[u16]) -> Result<String, FromUtf16Error> {
        rt::touch(v);
        if rt::symbol::<bool>("is_utf16", v) { Ok(String::fresh()) } else { Err(FromUtf16Error) }
    }
    pub fn from_utf16_lossy(v: &[u16]) -> String { rt::touch(v); String::fresh() }
    pub fn into_bytes(self) -> Vec<u8> { self.vec }
    pub fn into_boxed_str(self) -> Box<str> {
        let kept = ManuallyDrop { value: self.vec.into_boxed_slice() };
        Box { ptr: kept.value.ptr as *mut str }
    }
    pub fn leak(self) -> &'static mut str { &mut *(self.vec.leak() as *mut [u8] as *mut str) }
    #[memlint_stub::lends]
    pub fn as_ptr(&self) -> *const u8 { self.vec.ptr }
    #[memlint_stub::lends]
    pub fn as_mut_ptr(&mut self) -> *mut u8 { self.vec.ptr }
    pub fn as_str(&self) -> &str { &*(rt::with_len(self.vec.ptr, self.vec.len) as *const str) }
    pub fn as_mut_str(&mut self) -> &mut str { &mut *(rt::with_len(self.vec.ptr, self.vec.len) as *mut str) }
    pub fn as_bytes(&self) -> &[u8] { &*rt::with_len(self.vec.ptr, self.vec.len) }
    pub unsafe fn as_mut_vec(&mut self) -> &mut Vec<u8> { &mut self.vec }
    pub const fn len(&self) -> usize { self.vec.len }
    pub const fn capacity(&self) -> usize { self.vec.cap }
    pub const fn is_empty(&self) -> bool { self.vec.len == 0 }
    pub fn push(&mut self, c: char) { self.vec.push(0) }
    pub fn push_str(&mut self, s: &str) { rt::touch(s); self.vec.push(0) }
    pub fn insert(&mut self, at: usize, c: char) { self.vec.push(0) }
    pub fn insert_str(&mut self, at: usize, s: &str) { rt::touch(s); self.vec.push(0) }
    pub fn pop(&mut self) -> Option<char> { self.vec.len = rt::fresh_len(); rt::unknown() }
    pub fn remove(&mut self, at: usize) -> char { self.vec.len = rt::fresh_len(); rt::unknown() }
    pub fn truncate(&mut self, n: usize) { self.vec.len = n }
    pub fn clear(&mut self) { self.vec.len = 0 }
    pub fn reserve(&mut self, more: usize) { self.vec.reserve(more) }
    pub fn reserve_exact(&mut self, more: usize) { self.vec.reserve_exact(more) }
    pub fn shrink_to_fit(&mut self) { self.vec.shrink_to_fit() }
    pub fn shrink_to(&mut self, n: usize) { self.vec.shrink_to_fit() }
    pub fn retain<F: FnMut(char) -> bool>(&mut self, f: F) { self.vec.len = rt::fresh_len() }
    pub fn drain<R>(&mut self, range: R) -> crate::iter::Unknown<char> { self.vec.len = rt::fresh_len(); rt::unknown() }
    pub fn replace_range<R>(&mut self, range: R, with: &str) { self.vec.push(0) }
    pub fn split_off(&mut self, at: usize) -> String { self.vec.len = at; String::fresh() }
}
impl Deref for String {
    type Target = str;
    fn deref(&self) -> &str { self.as_str() }
}
impl DerefMut for String {
    fn deref_mut(&mut self) -> &mut str { self.as_mut_str() }
}
impl AsRef<str> for String {
    fn as_ref(&self) -> &str { self.as_str() }
}
impl AsRef<[u8]> for String {
    fn as_ref(&self) -> &[u8] { self.as_bytes() }
}
impl Borrow<str> for String {
    fn borrow(&self) -> &str { self.as_str() }
}
impl Clone for String {
    fn clone(&self) -> String { String { vec: self.vec.clone() } }
}
impl Default for String {
    fn default() -> String { String::new() }
}
impl From<&str> for String {
    fn from(s: &str) -> String { s.to_owned() }
}
impl From<&String> for String {
    fn from(s: &String) -> String { s.clone() }
}
impl From<char> for String {
    fn from(c: char) -> String { String::fresh() }
}
impl From<Box<str>> for String {
    fn from(s: Box<str>) -> String { s.into_string() }
}
impl From<Cow<str>> for String {
    fn from(s: Cow<str>) -> String { String::fresh() }
}
impl FromIterator<char> for String {
    fn from_iter<I: IntoIterator>(iter: I) -> String {
        rt::escape(iter);
        String::fresh()
    }
}
impl Extend<char> for String {
    fn extend<I: IntoIterator>(&mut self, iter: I) {
        rt::escape(iter);
        self.vec.push(0);
    }
}

pub trait ToString {
    fn to_string(&self) -> String { rt::inspect(self); String::fresh() }
}
impl<T: ?Sized> ToString for T {
    fn to_string(&self) -> String { rt::inspect(self); String::fresh() }
}
