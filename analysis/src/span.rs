//! Places in source text: file, line and column, resolved while lowering and free of syn.

use serde::{Deserialize, Serialize};

/// One source file of the run. The numbers are given by the caller, who also knows the paths.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct FileId(pub u32);

impl FileId {
    /// The stubs of the standard library: nothing in it is ever shown.
    pub const STUBS: FileId = FileId(u32::MAX);
}

/// A position: line from 1, column from 0 in characters, as proc-macro2 counts.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default, Serialize, Deserialize,
)]
pub struct Pos {
    /// Line, the first is 1.
    pub line: u32,
    /// Column in characters, the first is 0.
    pub column: u32,
}

/// A range of source text, the end excluded.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Where it begins.
    pub lo: Pos,
    /// Where it ends (excluded).
    pub hi: Pos,
}

impl Span {
    /// A span of the stubs.
    pub const STUBS: Span = Span {
        file: FileId::STUBS,
        lo: Pos { line: 0, column: 0 },
        hi: Pos { line: 0, column: 0 },
    };

    /// From the beginning of `self` to the end of `other`.
    pub fn to(self, other: Span) -> Span {
        Span {
            hi: other.hi,
            ..self
        }
    }

    /// Whether `other` lies inside.
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.lo <= other.lo && other.hi <= self.hi
    }

    /// Whether this is code of the stubs, not of the user.
    pub fn is_stub(self) -> bool {
        self.file == FileId::STUBS
    }
}
