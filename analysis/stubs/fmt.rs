//! `std::fmt`: formatting only reads.

use crate::rt;

pub struct Error;
pub type Result = crate::result::Result<(), Error>;
pub struct Formatter;
#[memlint_stub::copy]
pub struct Arguments;
pub trait Display {
    fn fmt(&self, f: &mut Formatter) -> Result;
}
pub trait Debug {
    fn fmt(&self, f: &mut Formatter) -> Result;
}
pub trait Pointer {
    fn fmt(&self, f: &mut Formatter) -> Result;
}
pub trait Write {
    fn write_str(&mut self, s: &str) -> Result;
    fn write_char(&mut self, c: char) -> Result { rt::unknown() }
}
impl Write for String {
    fn write_str(&mut self, s: &str) -> Result { self.vec.push(0); Ok(()) }
}
impl Formatter {
    pub fn write_str(&mut self, s: &str) -> Result { rt::touch(s); rt::unknown() }
    pub fn write_fmt(&mut self, a: Arguments) -> Result { rt::unknown() }
    pub fn pad(&mut self, s: &str) -> Result { rt::touch(s); rt::unknown() }
    pub fn alternate(&self) -> bool { rt::unknown() }
    pub fn debug_struct(&mut self, name: &str) -> DebugBuilder { DebugBuilder }
    pub fn debug_tuple(&mut self, name: &str) -> DebugBuilder { DebugBuilder }
    pub fn debug_list(&mut self) -> DebugBuilder { DebugBuilder }
    pub fn debug_map(&mut self) -> DebugBuilder { DebugBuilder }
}
pub struct DebugBuilder;
pub type DebugStruct = DebugBuilder;
pub type DebugTuple = DebugBuilder;
impl DebugBuilder {
    pub fn field<A, B>(&mut self, a: A, b: B) -> &mut DebugBuilder { rt::inspect(&a); rt::inspect(&b); self }
    pub fn entries<A>(&mut self, a: A) -> &mut DebugBuilder { rt::inspect(&a); self }
    pub fn entry<A>(&mut self, a: A) -> &mut DebugBuilder { rt::inspect(&a); self }
    pub fn finish(&mut self) -> Result { rt::unknown() }
    pub fn finish_non_exhaustive(&mut self) -> Result { rt::unknown() }
}
pub fn format(a: Arguments) -> String { String::fresh() }
