//! What the caller hands over: lowered files, each with its place in the module tree of a crate.

use crate::ir::FileIr;
use crate::name::Name;

/// One compilation target (library, binary, test ..) or a loose file.
#[derive(Debug)]
pub struct CrateIr {
    /// The crate's name as cargo or the user writes it; `-` counts as `_`.
    pub name: Name,
    /// Its files that are in view.
    pub files: Vec<PlacedFile>,
}

/// A file and the module it is the source of.
#[derive(Debug)]
pub struct PlacedFile {
    /// The module path from the crate root, empty for the root file.
    pub module: Vec<Name>,
    /// The file, lowered.
    pub ir: FileIr,
}
