//! The stubs of std as the build script packs them into the program: lowered once, when the
//! analyzer is built.

use crate::ir::FileIr;
use serde::{Deserialize, Serialize};

/// A file of stubs.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct PackedFile<'a> {
    /// Its module in crate `std`; empty for the root.
    pub module: &'a str,
    /// The file, with no body that can wait.
    pub ir: FileIr,
    /// The bodies that can wait, packed one by one (each a `Box<[Body]>`).
    #[serde(borrow)]
    pub bodies: Vec<&'a [u8]>,
}
