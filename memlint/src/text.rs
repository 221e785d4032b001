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

/// A name that a compiler has made, of any length: as much of it as a report has room for.
pub(crate) struct Short<'a>(pub(crate) &'a str);

const SHORT: usize = 400;

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.0.floor(SHORT);
        f.write_str(&self.0[..kept])?;
        f.write_str(if kept < self.0.len() { ".." } else { "" })
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

    #[test]
    fn long_names_are_cut() {
        let name = "é".repeat(SHORT);
        let shown = std::format!("{}", Short(&name));
        assert_eq!(shown.len(), SHORT + 2);
        assert!(shown.ends_with("é.."));
        assert_eq!(std::format!("{}", Short("Vec<u8>")), "Vec<u8>");
    }
}
