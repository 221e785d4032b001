//! `std::fs`: files, as far as they take and give memory.

use crate::io::{Error, Read, Write};
use crate::rt;

pub struct File {
    fd: i32,
}
impl File {
    pub fn open<P>(path: P) -> Result<File, Error> { rt::unknown() }
    pub fn create<P>(path: P) -> Result<File, Error> { rt::unknown() }
    pub fn sync_all(&self) -> Result<(), Error> { rt::unknown() }
    pub fn set_len(&self, n: u64) -> Result<(), Error> { rt::unknown() }
    pub fn as_raw_fd(&self) -> i32 { self.fd }
}
impl Read for File {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, Error> { rt::touch_mut(buf); rt::unknown() }
}
impl Write for File {
    fn write(&mut self, buf: &[u8]) -> Result<usize, Error> { rt::touch(buf); rt::unknown() }
}
pub fn read<P>(path: P) -> Result<Vec<u8>, Error> { if rt::choice() { Ok(Vec::fresh()) } else { Err(rt::unknown()) } }
pub fn read_to_string<P>(path: P) -> Result<String, Error> { if rt::choice() { Ok(String::fresh()) } else { Err(rt::unknown()) } }
pub fn write<P, C>(path: P, contents: C) -> Result<(), Error> { rt::unknown() }
pub fn remove_file<P>(path: P) -> Result<(), Error> { rt::unknown() }
pub fn create_dir_all<P>(path: P) -> Result<(), Error> { rt::unknown() }
