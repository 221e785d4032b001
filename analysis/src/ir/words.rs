//! The words of a piece of source as hashes: enough to know which names it does not mention.

use serde::{Deserialize, Serialize};

/// The words of a text, sorted. A word that is there is always found; one that is not seldom is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words(Box<[u32]>);

impl Words {
    /// These hashes.
    pub fn new(hashes: &mut Vec<u32>) -> Words {
        hashes.sort_unstable();
        hashes.dedup();
        Words(hashes.as_slice().into())
    }

    /// A word's hash.
    pub fn hash(word: &[u8]) -> u32 {
        crate::word::hash(word)
    }

    /// The hash of a macro's name in a call, which is another than the name's own.
    pub fn macro_hash(name: &[u8]) -> u32 {
        !Words::hash(name)
    }

    /// Whether the word may be among them.
    pub fn may_hold(&self, hash: u32) -> bool {
        self.0.binary_search(&hash).is_ok()
    }

    /// All hashes.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().copied()
    }
}
