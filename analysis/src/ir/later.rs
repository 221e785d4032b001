//! Bodies that are lowered when somebody asks for them.

use super::{Body, BodyId, ModuleIx, Words};
use crate::span::Pos;
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use std::ops::Range;
use std::sync::OnceLock;

/// A function's body that was not lowered with its file.
#[derive(Debug, Serialize, Deserialize)]
pub struct Later {
    /// The module it stands in.
    pub module: ModuleIx,
    /// How many parameters its function has.
    pub params: u32,
    /// Where the function's `fn` stands.
    pub begin: Pos,
    /// The bytes of the source from there to the body's end.
    pub bytes: Range<usize>,
    /// What its text mentions.
    pub words: Words,
    /// The body and those of its closures, once it was lowered.
    #[serde(skip)]
    read: OnceLock<Box<[Body]>>,
}

/// Where bodies come from when they are asked for.
pub trait Reader: Debug + Send + Sync {
    /// Lowers the body that is the `slot`th of its file's, and its closures after it. What cannot
    /// be lowered is a body of which nothing is known.
    fn read(&self, slot: u32, later: &Later) -> Box<[Body]>;

    /// Words that stand for others (macros): the hash of each, and what it brings along.
    fn shorthands(&self) -> Vec<(u32, &Words)>;

    /// What could not be lowered so far: where, and why.
    fn failures(&self) -> Vec<(Pos, String)>;
}

impl Later {
    /// The function whose `fn` stands at `begin`.
    pub fn new(
        module: ModuleIx,
        params: u32,
        begin: Pos,
        bytes: Range<usize>,
        words: Words,
    ) -> Later {
        Later {
            module,
            params,
            begin,
            bytes,
            words,
            read: OnceLock::new(),
        }
    }

    /// All its bodies, its own first.
    pub(super) fn bodies(&self, slot: u32, reader: Option<&dyn Reader>) -> &[Body] {
        self.read.get_or_init(|| match reader {
            Some(reader) => reader.read(slot, self),
            None => Box::default(),
        })
    }
}

impl super::FileIr {
    /// A body; one that was put off is lowered now.
    ///
    /// # Panics
    ///
    /// If the file has no body of this name.
    pub fn body(&self, id: BodyId) -> &Body {
        match id.late() {
            None => &self.bodies[id.slot as usize],
            Some(nested) => &self.late_bodies(id.slot)[nested],
        }
    }

    /// The words of a body that was put off; `None` for one that was not.
    pub fn words(&self, id: BodyId) -> Option<&Words> {
        id.late()?;
        self.later.get(id.slot as usize).map(|later| &later.words)
    }

    /// A put-off function's body and those of its closures, each at its number.
    pub fn late_bodies(&self, slot: u32) -> &[Body] {
        self.later[slot as usize].bodies(slot, self.reader.as_deref())
    }
}
