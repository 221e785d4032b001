//! `std::env`: arguments and variables.

use crate::ffi::OsString;
use crate::rt;

pub enum VarError {
    NotPresent,
    NotUnicode(OsString),
}
pub fn args() -> crate::iter::Unknown<String> { rt::unknown() }
pub fn args_os() -> crate::iter::Unknown<OsString> { rt::unknown() }
pub fn var<K>(key: K) -> Result<String, VarError> { rt::unknown() }
pub fn var_os<K>(key: K) -> Option<OsString> { rt::unknown() }
pub fn set_var<K, V>(key: K, value: V) {}
pub fn current_dir() -> Result<crate::path::PathBuf, crate::io::Error> { rt::unknown() }
pub fn temp_dir() -> crate::path::PathBuf { rt::unknown() }
