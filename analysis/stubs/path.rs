//! `std::path`: paths are text of the operating system.

use crate::ffi::{OsStr, OsString};
use crate::ops::Deref;
use crate::rt;

pub struct PathBuf {
    inner: OsString,
}
pub struct Path {
    inner: OsStr,
}
pub struct Display;
impl PathBuf {
    pub fn new() -> PathBuf { PathBuf { inner: OsString::new() } }
    pub fn as_path(&self) -> &Path { &*(self.inner.as_os_str() as *const OsStr as *const Path) }
    pub fn push<P>(&mut self, p: P) { self.inner.inner.vec.push(0) }
    pub fn pop(&mut self) -> bool { rt::unknown() }
    pub fn into_os_string(self) -> OsString { self.inner }
    pub fn into_boxed_path(self) -> Box<Path> { rt::unknown() }
}
impl Deref for PathBuf {
    type Target = Path;
    fn deref(&self) -> &Path { self.as_path() }
}
impl Clone for PathBuf {
    fn clone(&self) -> PathBuf { PathBuf { inner: self.inner.clone() } }
}
impl From<String> for PathBuf {
    fn from(s: String) -> PathBuf { PathBuf { inner: OsString { inner: s } } }
}
impl From<OsString> for PathBuf {
    fn from(s: OsString) -> PathBuf { PathBuf { inner: s } }
}
impl From<&str> for PathBuf {
    fn from(s: &str) -> PathBuf { PathBuf { inner: OsString::from(s) } }
}
impl Path {
    pub fn new<S: ?Sized>(s: &S) -> &Path { &*(s as *const S as *const Path) }
    pub fn as_os_str(&self) -> &OsStr { &*(self as *const Path as *const OsStr) }
    pub fn to_str(&self) -> Option<&str> { self.as_os_str().to_str() }
    pub fn to_string_lossy(&self) -> crate::borrow::Cow<str> { self.as_os_str().to_string_lossy() }
    pub fn to_path_buf(&self) -> PathBuf { PathBuf { inner: OsString { inner: String::fresh() } } }
    pub fn to_owned(&self) -> PathBuf { self.to_path_buf() }
    pub fn join<P>(&self, p: P) -> PathBuf { self.to_path_buf() }
    pub fn with_extension<S>(&self, s: S) -> PathBuf { self.to_path_buf() }
    pub fn parent(&self) -> Option<&Path> { rt::unknown() }
    pub fn file_name(&self) -> Option<&OsStr> { rt::unknown() }
    pub fn file_stem(&self) -> Option<&OsStr> { rt::unknown() }
    pub fn extension(&self) -> Option<&OsStr> { rt::unknown() }
    pub fn exists(&self) -> bool { rt::unknown() }
    pub fn is_file(&self) -> bool { rt::unknown() }
    pub fn is_dir(&self) -> bool { rt::unknown() }
    pub fn is_absolute(&self) -> bool { rt::unknown() }
    pub fn display(&self) -> Display { Display }
}
