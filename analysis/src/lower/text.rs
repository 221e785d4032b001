//! A scanner over raw text that knows just enough of Rust's lexis to skip strings and comments.

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `// ..` or `/* .. */`, documentation included.
    Comment,
    /// An identifier, keyword, number, or a lifetime's name.
    Word,
    /// A string, byte string, C string or character, prefix included.
    Literal,
    /// Any other character.
    Punct(u8),
}

/// One piece: what it is and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// What.
    pub(super) kind: Kind,
    /// Its first byte.
    pub(super) start: usize,
    /// The byte after its last.
    pub(super) end: usize,
}

/// The pieces of a text in order; white space is left out.
#[derive(Clone)]
pub(super) struct Pieces<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Pieces<'t> {
    /// All pieces of `text`; a shebang line is skipped.
    pub(super) fn new(text: &'t str) -> Pieces<'t> {
        let mut at = match text.starts_with('\u{feff}') {
            true => '\u{feff}'.len_utf8(),
            false => 0,
        };
        if text.starts_with("#!") && !text[2..].trim_start().starts_with('[') {
            at = text.find('\n').unwrap_or(text.len());
        }
        Pieces { text, at }
    }

    /// Where the next piece is looked for.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The text of a piece.
    pub(super) fn slice(&self, piece: Piece) -> &'t str {
        self.text.get(piece.start..piece.end).unwrap_or("")
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// The next piece that is not a comment.
    pub(super) fn code(&mut self) -> Option<Piece> {
        self.find(|piece| piece.kind != Kind::Comment)
    }

    /// The next comment, literal, quote, `#`, brace or semicolon before `limit`; else goes on to
    /// `limit`, unless it is past that already. Much faster than going through all pieces.
    pub(super) fn landmark(&mut self, limit: usize) -> Option<Piece> {
        let limit = limit.min(self.text.len());
        loop {
            let rest = self.text.as_bytes().get(self.at..limit)?;
            let Some(plain) = rest.iter().position(|byte| LANDMARK[*byte as usize]) else {
                self.at = limit;
                return None;
            };
            self.at += plain;
            let start = self.at;
            let raw = || {
                self.has_raw_prefix(start)
                    .then(|| self.raw_string_end(start))?
            };
            match self.byte(start) {
                b'/' if !matches!(self.byte(start + 1), b'/' | b'*') => self.at += 1,
                b'"' | b'#' => match raw() {
                    Some(end) => {
                        self.at = end.min(self.text.len());
                        let kind = Kind::Literal;
                        return Some(Piece { kind, start, end });
                    }
                    // A raw identifier.
                    None if self.byte(start) == b'#' && self.has_raw_prefix(start) => self.at += 1,
                    None => return self.next(),
                },
                _ => return self.next(),
            }
        }
    }

    /// Whether `r`, `br` or `cr` stands before, as a word of its own.
    fn has_raw_prefix(&self, at: usize) -> bool {
        let before = &self.text.as_bytes()[..at];
        let Some(before) = before.strip_suffix(b"r") else {
            return false;
        };
        let before = match before {
            [rest @ .., b'b' | b'c'] => rest,
            all => all,
        };
        before.last().is_none_or(|byte| !is_word(*byte))
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
        memchr::memchr(b'\n', rest).map_or(self.text.len(), |n| at + n)
    }

    fn block_comment_end(&self, mut at: usize) -> usize {
        let mut depth = 0usize;
        while at < self.text.len() {
            match (self.byte(at), self.byte(at + 1)) {
                (b'/', b'*') => (depth, at) = (depth + 1, at + 2),
                (b'*', b'/') if depth == 1 => return at + 2,
                (b'*', b'/') => (depth, at) = (depth - 1, at + 2),
                _ => at += 1,
            }
        }
        self.text.len()
    }

    /// The end of a string whose opening quote is at `at`.
    fn string_end(&self, mut at: usize) -> usize {
        at += 1;
        loop {
            let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
            let Some(found) = memchr::memchr2(b'\\', b'"', rest) else {
                return self.text.len();
            };
            at += found;
            match self.byte(at) {
                b'"' => return at + 1,
                _ => at += 2,
            }
        }
    }

    /// The end of a raw string whose hashes or quote begin at `at`; `None` if there is none.
    fn raw_string_end(&self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..)?;
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        let body = rest[hashes..].strip_prefix('"')?;
        let close = format!("\"{}", &rest[..hashes]);
        let found = body.find(&close);
        Some(found.map_or(self.text.len(), |n| at + hashes + 1 + n + close.len()))
    }

    /// The end of a character whose quote is at `at`; `None` if it is a lifetime.
    fn char_end(&self, at: usize) -> Option<usize> {
        if self.byte(at + 1) == b'\\' {
            let close = self.text.get(at + 3..)?.find('\'')?;
            return Some(at + 3 + close + 1);
        }
        let inside = self.text.get(at + 1..)?.chars().next()?;
        let after = at + 1 + inside.len_utf8();
        (inside != '\'' && self.byte(after) == b'\'').then_some(after + 1)
    }

    /// A word, and the literal it introduces if it is a prefix.
    fn word(&self, start: usize) -> (Kind, usize) {
        let rest = self.text.as_bytes().get(start..).unwrap_or(&[]);
        let length = rest.iter().position(|&byte| !is_word(byte));
        let end = start + length.unwrap_or(rest.len());
        if end - start > 2 {
            return (Kind::Word, end);
        }
        let literal = match (&self.text.as_bytes()[start..end], self.byte(end)) {
            (b"b" | b"c", b'"') => Some(self.string_end(end)),
            (b"b", b'\'') => self.char_end(end),
            (b"r" | b"br" | b"cr", b'"' | b'#') => self.raw_string_end(end),
            _ => None,
        };
        if let Some(end) = literal {
            return (Kind::Literal, end);
        }
        if &self.text.as_bytes()[start..end] == b"r"
            && self.byte(end) == b'#'
            && is_word(self.byte(end + 1))
        {
            return (Kind::Word, self.word(end + 1).1);
        }
        (Kind::Word, end)
    }
}

/// Part of an identifier or number (any character beyond ASCII counts).
pub(super) fn is_word(byte: u8) -> bool {
    WORD[byte as usize]
}

/// Where [`Pieces::landmark`] stops.
static LANDMARK: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"/\"'#{};";
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize] = true;
        i += 1;
    }
    table
};

static WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut i = 0;
    while i < 256 {
        let byte = i as u8;
        table[i] = byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        i += 1;
    }
    table
};

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
        let blank = rest.iter().position(|byte| !byte.is_ascii_whitespace());
        let start = self.at + blank.unwrap_or(rest.len());
        if start >= self.text.len() {
            return None;
        }
        let (kind, end) = match (self.byte(start), self.byte(start + 1)) {
            (b'/', b'/') => (Kind::Comment, self.line_end(start)),
            (b'/', b'*') => (Kind::Comment, self.block_comment_end(start)),
            (b'"', _) => (Kind::Literal, self.string_end(start)),
            (b'\'', _) => match self.char_end(start) {
                Some(end) => (Kind::Literal, end),
                None => (Kind::Punct(b'\''), start + 1),
            },
            (byte, _) if is_word(byte) => self.word(start),
            (byte, _) => (Kind::Punct(byte), start + 1),
        };
        self.at = end.min(self.text.len());
        Some(Piece {
            kind,
            start,
            end: self.at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let pieces = Pieces::new(text);
        Pieces::new(text)
            .filter(|p| p.kind == Kind::Word)
            .map(|p| pieces.slice(p))
            .collect()
    }

    #[test]
    fn strings_and_comments_hide_their_words() {
        let text = r####"a "b \" c" d // e
            f /* g /* h */ i */ j r#"k " l"# m b"n" c"o" br##"p"# "## q"####;
        assert_eq!(words(text), ["a", "d", "f", "j", "m", "q"]);
    }

    #[test]
    fn lifetimes_are_not_characters() {
        let text = r"fn f<'a>(x: &'a str) { 'x'; '\''; b'\\'; '\u{1F600}'; 'é'; '\n' } z";
        assert_eq!(words(text), ["fn", "f", "a", "x", "a", "str", "z"]);
    }

    #[test]
    fn raw_identifiers_and_shebangs() {
        assert_eq!(words("#!/usr/bin/env x\nr#type b"), ["r#type", "b"]);
        assert_eq!(words("#![no_std] b"), ["no_std", "b"]);
    }

    #[test]
    fn unfinished_text_ends() {
        for text in [
            "\"abc", "/* abc", "r#\"abc", "'", "'\\", "b'", "\"\\", "é'", "r#",
        ] {
            assert!(Pieces::new(text).count() < 5, "{text}");
        }
    }
}
