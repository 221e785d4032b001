//! `std::io`: errors, and traits that read and write borrowed bytes.

use crate::rt;

pub struct Error {
    code: i32,
}
pub type Result<T> = crate::result::Result<T, Error>;
#[memlint_stub::copy]
pub enum ErrorKind {
    NotFound,
    PermissionDenied,
    InvalidInput,
    InvalidData,
    Interrupted,
    WouldBlock,
    UnexpectedEof,
    OutOfMemory,
    Unsupported,
    AlreadyExists,
    TimedOut,
    WriteZero,
    Other,
}
impl Error {
    pub fn new<E>(kind: ErrorKind, error: E) -> Error { rt::inspect(&error); Error { code: rt::unknown() } }
    pub fn other<E>(error: E) -> Error { rt::inspect(&error); Error { code: rt::unknown() } }
    pub fn last_os_error() -> Error { Error { code: rt::unknown() } }
    pub fn from_raw_os_error(code: i32) -> Error { Error { code } }
    pub fn raw_os_error(&self) -> Option<i32> { rt::unknown() }
    pub fn kind(&self) -> ErrorKind { rt::unknown() }
}
impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Error { Error { code: rt::unknown() } }
}
pub trait Read {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize>;
    fn read_exact(&mut self, buf: &mut [u8]) -> Result<()> { rt::touch_mut(buf); rt::unknown() }
    fn read_to_end(&mut self, buf: &mut Vec<u8>) -> Result<usize> { buf.push(0); rt::unknown() }
    fn read_to_string(&mut self, buf: &mut String) -> Result<usize> { buf.vec.push(0); rt::unknown() }
}
pub trait Write {
    fn write(&mut self, buf: &[u8]) -> Result<usize>;
    fn write_all(&mut self, buf: &[u8]) -> Result<()> { rt::touch(buf); rt::unknown() }
    fn flush(&mut self) -> Result<()> { rt::unknown() }
}
impl Write for Vec<u8> {
    fn write(&mut self, buf: &[u8]) -> Result<usize> { self.extend_from_slice(buf); rt::unknown() }
    fn write_all(&mut self, buf: &[u8]) -> Result<()> { self.extend_from_slice(buf); Ok(()) }
}
pub trait Seek {}
pub trait BufRead {}
pub struct Stdout;
pub struct Stderr;
pub struct Stdin;
pub fn stdout() -> Stdout { Stdout }
pub fn stderr() -> Stderr { Stderr }
pub fn stdin() -> Stdin { Stdin }
impl Stdout {
    pub fn lock(&self) -> Stdout { Stdout }
}
impl Write for Stdout {
    fn write(&mut self, buf: &[u8]) -> Result<usize> { rt::touch(buf); rt::unknown() }
}
impl Write for Stderr {
    fn write(&mut self, buf: &[u8]) -> Result<usize> { rt::touch(buf); rt::unknown() }
}
impl Stdin {
    pub fn read_line(&self, buf: &mut String) -> Result<usize> { buf.vec.push(0); rt::unknown() }
}
