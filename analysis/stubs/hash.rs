//! `std::hash`: hashing only reads.

use crate::rt;

pub trait Hash {
    fn hash<H>(&self, into: &mut H) { rt::inspect(self) }
}
pub trait Hasher {
    fn finish(&self) -> u64;
}
pub trait BuildHasher {}
