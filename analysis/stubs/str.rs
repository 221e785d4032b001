//! `std::str`: borrowed text.

use crate::rt;

pub struct Utf8Error {
    at: usize,
}
impl Utf8Error {
    pub fn valid_up_to(&self) -> usize { self.at }
    pub fn error_len(&self) -> Option<usize> { rt::unknown() }
}
pub struct ParseBoolError;
pub trait FromStr {
    fn from_str(s: &str) -> Result<Self, Self::Err>;
}

pub const fn from_utf8(v: &[u8]) -> Result<&str, Utf8Error> {
    rt::touch(v);
    if rt::symbol::<bool>("is_utf8", v) { Ok(&*(v as *const [u8] as *const str)) } else { Err(Utf8Error { at: rt::unknown() }) }
}
pub fn from_utf8_mut(v: &mut [u8]) -> Result<&mut str, Utf8Error> {
    rt::touch(v);
    if rt::symbol::<bool>("is_utf8", v) { Ok(&mut *(v as *mut [u8] as *mut str)) } else { Err(Utf8Error { at: rt::unknown() }) }
}
pub const unsafe fn from_utf8_unchecked(v: &[u8]) -> &str { &*(v as *const [u8] as *const str) }
pub unsafe fn from_utf8_unchecked_mut(v: &mut [u8]) -> &mut str { &mut *(v as *mut [u8] as *mut str) }
pub unsafe fn from_raw_parts(p: *const u8, n: usize) -> &'static str { rt::require_non_null(p); &*(rt::with_len(p, n) as *const str) }
pub unsafe fn from_boxed_utf8_unchecked(v: Box<[u8]>) -> Box<str> {
    let kept = crate::mem::ManuallyDrop { value: v };
    Box { ptr: kept.value.ptr as *mut str }
}

impl str {
    #[memlint_stub::lends]
    pub const fn as_ptr(&self) -> *const u8 { self as *const str as *const u8 }
    #[memlint_stub::lends]
    pub fn as_mut_ptr(&mut self) -> *mut u8 { self as *mut str as *mut u8 }
    pub const fn len(&self) -> usize { rt::len_of(self) }
    pub const fn is_empty(&self) -> bool { rt::len_of(self) == 0 }
    pub const fn as_bytes(&self) -> &[u8] { &*(self as *const str as *const [u8]) }
    pub unsafe fn as_bytes_mut(&mut self) -> &mut [u8] { &mut *(self as *mut str as *mut [u8]) }
    pub fn as_str(&self) -> &str { self }
    pub fn to_owned(&self) -> String {
        rt::touch(self);
        let n = rt::len_of(self);
        String { vec: Vec { ptr: rt::acquire_array::<u8>("rust", n), len: n, cap: n } }
    }
    pub fn to_string(&self) -> String { self.to_owned() }
    pub fn into_string(self: Box<str>) -> String { String::from(self) }
    pub fn into_boxed_bytes(self: Box<str>) -> Box<[u8]> { Box::from(self) }
    pub fn to_uppercase(&self) -> String { rt::touch(self); String::fresh() }
    pub fn to_lowercase(&self) -> String { rt::touch(self); String::fresh() }
    pub fn to_ascii_uppercase(&self) -> String { rt::touch(self); String::fresh() }
    pub fn to_ascii_lowercase(&self) -> String { rt::touch(self); String::fresh() }
    pub fn replace<P>(&self, from: P, to: &str) -> String { rt::touch(self); String::fresh() }
    pub fn replacen<P>(&self, from: P, to: &str, n: usize) -> String { rt::touch(self); String::fresh() }
    pub fn repeat(&self, n: usize) -> String { rt::touch(self); String::fresh() }
    pub fn parse<F>(&self) -> Result<F, F::Err> { rt::touch(self); rt::unknown() }
    pub fn chars(&self) -> crate::iter::Unknown<char> { rt::touch(self); rt::unknown() }
    pub fn char_indices(&self) -> crate::iter::Unknown<(usize, char)> { rt::touch(self); rt::unknown() }
    pub fn bytes(&self) -> crate::iter::Unknown<u8> { rt::touch(self); rt::unknown() }
    pub fn encode_utf16(&self) -> crate::iter::Unknown<u16> { rt::touch(self); rt::unknown() }
    pub fn lines(&self) -> crate::iter::Unknown<&str> { rt::touch(self); rt::unknown() }
    pub fn split<P>(&self, p: P) -> crate::iter::Unknown<&str> { rt::touch(self); rt::unknown() }
    pub fn splitn<P>(&self, n: usize, p: P) -> crate::iter::Unknown<&str> { rt::touch(self); rt::unknown() }
    pub fn rsplit<P>(&self, p: P) -> crate::iter::Unknown<&str> { rt::touch(self); rt::unknown() }
    pub fn rsplitn<P>(&self, n: usize, p: P) -> crate::iter::Unknown<&str> { rt::touch(self); rt::unknown() }
    pub fn split_whitespace(&self) -> crate::iter::Unknown<&str> { rt::touch(self); rt::unknown() }
    pub fn split_terminator<P>(&self, p: P) -> crate::iter::Unknown<&str> { rt::touch(self); rt::unknown() }
    pub fn split_at(&self, at: usize) -> (&str, &str) { rt::touch(self); (self, rt::unknown()) }
    pub fn split_once<P>(&self, p: P) -> Option<(&str, &str)> { rt::touch(self); rt::unknown() }
    pub fn rsplit_once<P>(&self, p: P) -> Option<(&str, &str)> { rt::touch(self); rt::unknown() }
    pub fn trim(&self) -> &str { rt::touch(self); rt::unknown() }
    pub fn trim_start(&self) -> &str { rt::touch(self); rt::unknown() }
    pub fn trim_end(&self) -> &str { rt::touch(self); rt::unknown() }
    pub fn trim_matches<P>(&self, p: P) -> &str { rt::touch(self); rt::unknown() }
    pub fn trim_start_matches<P>(&self, p: P) -> &str { rt::touch(self); rt::unknown() }
    pub fn trim_end_matches<P>(&self, p: P) -> &str { rt::touch(self); rt::unknown() }
    pub fn strip_prefix<P>(&self, p: P) -> Option<&str> { rt::touch(self); rt::unknown() }
    pub fn strip_suffix<P>(&self, p: P) -> Option<&str> { rt::touch(self); rt::unknown() }
    pub fn get<I>(&self, i: I) -> Option<&str> { rt::touch(self); rt::unknown() }
    pub unsafe fn get_unchecked<I>(&self, i: I) -> &str { rt::touch(self); rt::unknown() }
    pub fn starts_with<P>(&self, p: P) -> bool { rt::touch(self); rt::unknown() }
    pub fn ends_with<P>(&self, p: P) -> bool { rt::touch(self); rt::unknown() }
    pub fn contains<P>(&self, p: P) -> bool { rt::touch(self); rt::unknown() }
    pub fn find<P>(&self, p: P) -> Option<usize> { rt::touch(self); rt::unknown() }
    pub fn rfind<P>(&self, p: P) -> Option<usize> { rt::touch(self); rt::unknown() }
    pub fn is_char_boundary(&self, at: usize) -> bool { rt::symbol("is_char_boundary", self, at) }
    pub fn is_ascii(&self) -> bool { rt::symbol("is_ascii", self) }
    pub fn eq_ignore_ascii_case(&self, other: &str) -> bool { rt::symbol("eq_ignore_ascii_case", self, other) }
}
impl AsRef<[u8]> for str {
    fn as_ref(&self) -> &[u8] { self.as_bytes() }
}
impl AsRef<str> for str {
    fn as_ref(&self) -> &str { self }
}
impl Default for &str {
    fn default() -> &str { "" }
}
