//! A word's hash: the same in the build script, on every machine, and for every reader.

/// The hash of a word.
pub(crate) fn hash(word: &[u8]) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    for &byte in word {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash
}
