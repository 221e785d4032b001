//! `std::ffi`: strings for and from C, and the C type names.

use crate::borrow::{Borrow, Cow};
use crate::mem::ManuallyDrop;
use crate::ops::Deref;
use crate::path::{Display, PathBuf};
use crate::rt;
use crate::str::Utf8Error;

pub type c_char = i8;
pub type c_schar = i8;
pub type c_uchar = u8;
pub type c_short = i16;
pub type c_ushort = u16;
pub type c_int = i32;
pub type c_uint = u32;
pub type c_long = i64;
pub type c_ulong = u64;
pub type c_longlong = i64;
pub type c_ulonglong = u64;
pub type c_float = f32;
pub type c_double = f64;

// One byte, so that it has the size and alignment that the language gives it.
#[repr(u8)]
pub enum c_void {
    __variant1,
    __variant2,
}

// Its block has no length in view: a C string is taken back by looking for its end, so every
// CString has the same layout here, and crossing into another family is what is judged.
#[memlint_stub::deref(ptr)]
pub struct CString {
    ptr: *mut c_char,
    len: usize,
}

impl Drop for CString {
    fn drop(&mut self) { rt::release_value::<c_char>("rust-cstring", self.ptr) }
}

impl CString {
    fn fresh() -> CString {
        CString { ptr: rt::acquire_value::<c_char>("rust-cstring"), len: rt::fresh_len() }
    }
    // The engine knows that a literal without a NUL inside has none.
    pub fn new<T: Into<Vec<u8>>>(t: T) -> Result<CString, NulError> {
        rt::inspect(&t);
        if rt::symbol::<bool>("interior_nul", &t) { Err(NulError { at: rt::unknown() }) } else { Ok(CString::fresh()) }
    }
    pub fn into_raw(self) -> *mut c_char {
        let kept = ManuallyDrop { value: self };
        let p = kept.value.ptr;
        rt::disown(p);
        p
    }
    pub unsafe fn from_raw(ptr: *mut c_char) -> CString {
        rt::adopt_value::<c_char>("rust-cstring", ptr);
        CString { ptr, len: rt::fresh_len() }
    }
    pub unsafe fn from_vec_unchecked(v: Vec<u8>) -> CString { CString::fresh() }
    pub unsafe fn from_vec_with_nul_unchecked(v: Vec<u8>) -> CString { CString::fresh() }
    pub fn from_vec_with_nul(v: Vec<u8>) -> Result<CString, FromVecWithNulError> {
        if rt::choice() { Ok(CString::fresh()) } else { Err(FromVecWithNulError { bytes: v }) }
    }
    pub fn into_bytes(self) -> Vec<u8> { Vec::fresh() }
    pub fn into_bytes_with_nul(self) -> Vec<u8> { Vec::fresh() }
    pub fn into_string(self) -> Result<String, IntoStringError> {
        if rt::choice() { Ok(String { vec: Vec::fresh() }) } else { Err(IntoStringError { inner: self }) }
    }
    pub fn into_boxed_c_str(self) -> Box<CStr> { Box { ptr: rt::acquire_value::<CStr>("rust") } }
    pub fn as_c_str(&self) -> &CStr { &*(self.ptr as *const CStr) }
    #[memlint_stub::lends]
    pub fn as_ptr(&self) -> *const c_char { self.ptr }
    pub fn as_bytes(&self) -> &[u8] { &*rt::with_len(self.ptr as *mut u8, self.len) }
    pub fn as_bytes_with_nul(&self) -> &[u8] { &*rt::with_len(self.ptr as *mut u8, self.len + 1) }
}
impl Deref for CString {
    type Target = CStr;
    fn deref(&self) -> &CStr { &*(self.ptr as *const CStr) }
}
impl AsRef<CStr> for CString {
    fn as_ref(&self) -> &CStr { &*(self.ptr as *const CStr) }
}
impl Borrow<CStr> for CString {
    fn borrow(&self) -> &CStr { &*(self.ptr as *const CStr) }
}
impl Clone for CString {
    fn clone(&self) -> CString { CString::fresh() }
}
impl Default for CString {
    fn default() -> CString { CString::fresh() }
}
impl From<&CStr> for CString {
    fn from(s: &CStr) -> CString { s.to_owned() }
}
impl From<Box<CStr>> for CString {
    fn from(s: Box<CStr>) -> CString { CString::fresh() }
}

pub struct NulError {
    at: usize,
}
impl NulError {
    pub fn nul_position(&self) -> usize { self.at }
    pub fn into_vec(self) -> Vec<u8> { Vec::fresh() }
}
pub struct IntoStringError {
    inner: CString,
}
impl IntoStringError {
    pub fn into_cstring(self) -> CString { self.inner }
}
pub struct FromVecWithNulError {
    bytes: Vec<u8>,
}
impl FromVecWithNulError {
    pub fn into_bytes(self) -> Vec<u8> { self.bytes }
    pub fn as_bytes(&self) -> &[u8] { self.bytes.as_slice() }
}
#[memlint_stub::copy]
pub struct FromBytesWithNulError;
#[memlint_stub::copy]
pub struct FromBytesUntilNulError;

pub struct CStr {
    inner: [c_char],
}
impl CStr {
    pub const unsafe fn from_ptr(p: *const c_char) -> &'static CStr {
        rt::touch(p);
        &*(p as *const CStr)
    }
    pub const fn from_bytes_with_nul(b: &[u8]) -> Result<&CStr, FromBytesWithNulError> {
        if rt::symbol::<bool>("ends_with_nul", b) { Ok(&*(b as *const [u8] as *const CStr)) } else { Err(FromBytesWithNulError) }
    }
    pub const fn from_bytes_until_nul(b: &[u8]) -> Result<&CStr, FromBytesUntilNulError> {
        if rt::symbol::<bool>("contains_nul", b) { Ok(&*(b as *const [u8] as *const CStr)) } else { Err(FromBytesUntilNulError) }
    }
    pub const unsafe fn from_bytes_with_nul_unchecked(b: &[u8]) -> &CStr { &*(b as *const [u8] as *const CStr) }
    #[memlint_stub::lends]
    pub const fn as_ptr(&self) -> *const c_char { self as *const CStr as *const c_char }
    pub const fn count_bytes(&self) -> usize { rt::touch(self); rt::symbol("c_len", self) }
    pub const fn is_empty(&self) -> bool { rt::touch(self); rt::symbol("c_empty", self) }
    pub const fn to_bytes(&self) -> &[u8] {
        rt::touch(self);
        &*rt::with_len(self as *const CStr as *mut u8, rt::symbol("c_len", self))
    }
    pub const fn to_bytes_with_nul(&self) -> &[u8] {
        rt::touch(self);
        &*rt::with_len(self as *const CStr as *mut u8, rt::symbol("c_len_with_nul", self))
    }
    pub fn bytes(&self) -> crate::iter::Unknown<u8> { rt::touch(self); rt::unknown() }
    pub fn to_str(&self) -> Result<&str, Utf8Error> {
        rt::touch(self);
        if rt::symbol::<bool>("is_utf8", self) { Ok(&*(self as *const CStr as *const str)) } else { Err(rt::unknown()) }
    }
    pub fn to_string_lossy(&self) -> Cow<str> { rt::touch(self); Cow::Borrowed(&*(self as *const CStr as *const str)) }
    pub fn to_owned(&self) -> CString { rt::touch(self); CString::fresh() }
    pub fn into_c_string(self: Box<CStr>) -> CString { CString::fresh() }
    pub fn display(&self) -> Display { rt::touch(self); rt::unknown() }
}
impl AsRef<CStr> for CStr {
    fn as_ref(&self) -> &CStr { self }
}
impl Default for &CStr {
    fn default() -> &CStr { c"" }
}

pub struct OsString {
    inner: String,
}
pub struct OsStr {
    inner: str,
}
impl OsString {
    pub fn new() -> OsString { OsString { inner: String::new() } }
    pub fn with_capacity(n: usize) -> OsString { OsString { inner: String::with_capacity(n) } }
    pub fn as_os_str(&self) -> &OsStr { &*(self.inner.as_str() as *const str as *const OsStr) }
    pub fn into_string(self) -> Result<String, OsString> { if rt::choice() { Ok(self.inner) } else { Err(self) } }
    pub fn into_boxed_os_str(self) -> Box<OsStr> { rt::unknown() }
    pub fn push<T: AsRef<OsStr>>(&mut self, s: T) { rt::inspect(&s); self.inner.vec.push(0) }
    pub fn clear(&mut self) { self.inner.clear() }
    pub fn capacity(&self) -> usize { self.inner.vec.cap }
    pub fn into_encoded_bytes(self) -> Vec<u8> { self.inner.vec }
    pub fn into_vec(self) -> Vec<u8> { self.inner.vec }
    pub fn from_vec(v: Vec<u8>) -> OsString { OsString { inner: String { vec: v } } }
}
impl Deref for OsString {
    type Target = OsStr;
    fn deref(&self) -> &OsStr { self.as_os_str() }
}
impl Clone for OsString {
    fn clone(&self) -> OsString { OsString { inner: self.inner.clone() } }
}
impl From<String> for OsString {
    fn from(s: String) -> OsString { OsString { inner: s } }
}
impl From<&str> for OsString {
    fn from(s: &str) -> OsString { OsString { inner: String::fresh() } }
}
impl OsStr {
    pub fn new<S: AsRef<OsStr> + ?Sized>(s: &S) -> &OsStr { &*(s as *const S as *const OsStr) }
    pub fn to_str(&self) -> Option<&str> {
        if rt::symbol::<bool>("is_utf8", self) { Some(&*(self as *const OsStr as *const str)) } else { None }
    }
    pub fn to_string_lossy(&self) -> Cow<str> { Cow::Borrowed(&*(self as *const OsStr as *const str)) }
    pub fn to_os_string(&self) -> OsString { OsString { inner: String::fresh() } }
    pub fn to_owned(&self) -> OsString { OsString { inner: String::fresh() } }
    pub fn is_empty(&self) -> bool { rt::symbol("is_empty", self) }
    pub fn len(&self) -> usize { rt::len_of(self) }
    pub fn as_encoded_bytes(&self) -> &[u8] { &*(self as *const OsStr as *const [u8]) }
    pub fn as_bytes(&self) -> &[u8] { &*(self as *const OsStr as *const [u8]) }
    pub fn from_bytes(b: &[u8]) -> &OsStr { &*(b as *const [u8] as *const OsStr) }
    pub fn encode_wide(&self) -> crate::iter::Unknown<u16> { rt::unknown() }
    pub fn display(&self) -> Display { rt::unknown() }
}
