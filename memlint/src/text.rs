//! A text of bounded length that needs no allocator.

use core::fmt;

const CAPACITY: usize = 4096;

/// What is written beyond its capacity is cut off.
pub(crate) struct Text {
    bytes: [u8; CAPACITY],
    len: usize,
}

impl Text {
    pub(crate) fn new() -> Text {
        Text {
            bytes: [0; CAPACITY],
            len: 0,
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = &mut self.bytes[self.len..];
        let count = text.floor(room.len());
        room[..count].copy_from_slice(&text.as_bytes()[..count]);
        self.len += count;
        Ok(())
    }
}

trait Floor {
    /// The longest prefix of whole characters that has at most so many bytes.
    fn floor(&self, at_most: usize) -> usize;
}

impl Floor for str {
    fn floor(&self, at_most: usize) -> usize {
        let mut count = self.len().min(at_most);
        while !self.is_char_boundary(count) {
            count -= 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::fmt::Write as _;

    #[test]
    fn what_does_not_fit_is_cut_between_characters() {
        let mut text = Text::new();
        for _ in 0..CAPACITY / 3 {
            write!(text, "aé").unwrap();
        }
        write!(text, "éé").unwrap();
        assert!(core::str::from_utf8(text.as_bytes()).is_ok());
        assert!(text.as_bytes().len() >= CAPACITY - 1);
    }
}
