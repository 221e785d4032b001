//! `std::process`: the end of the process.

use crate::rt;

pub fn exit(code: i32) -> ! { rt::diverge() }
pub fn abort() -> ! { rt::diverge() }
pub fn id() -> u32 { rt::unknown() }
#[memlint_stub::copy]
pub struct ExitCode;
impl ExitCode {
    pub const SUCCESS: ExitCode = ExitCode;
    pub const FAILURE: ExitCode = ExitCode;
}
