//! `std::time`: durations and instants.

use crate::rt;

#[memlint_stub::copy]
pub struct Duration {
    nanos: u64,
}
#[memlint_stub::copy]
pub struct Instant {
    nanos: u64,
}
impl Duration {
    pub const fn from_secs(n: u64) -> Duration { rt::unknown() }
    pub const fn from_millis(n: u64) -> Duration { rt::unknown() }
    pub const fn as_secs(&self) -> u64 { rt::unknown() }
    pub const fn as_millis(&self) -> u128 { rt::unknown() }
}
impl Instant {
    pub fn now() -> Instant { rt::unknown() }
    pub fn elapsed(&self) -> Duration { rt::unknown() }
}
