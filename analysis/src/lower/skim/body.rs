//! The bodies of functions: what is left of them, and the items that stand in them.

use super::{Skimmer, Skipped, Stop};
use crate::lower::mention::Mentions;
use crate::lower::text::{Kind, Piece};

impl Skimmer<'_> {
    /// The body that was just opened is left out but for the items in it, or stays as it is if it
    /// declares any in a way that is not understood.
    pub(super) fn body(&mut self, keyword: Piece, open: Piece) -> Result<(), Stop> {
        let level = self.open.len();
        let around = std::mem::replace(&mut self.mentions, Mentions::new(self.text, self.macros));
        self.copy(open.end);
        let (written, skipped) = (self.out.len(), self.skipped.len());
        let outside = std::mem::replace(&mut self.verbatim, true);
        let close = self.statements(level)?;
        self.verbatim = outside;
        let mentions = std::mem::replace(&mut self.mentions, around);
        if mentions.declares || self.is_wanted(keyword.start, close.end) {
            self.out.truncate(written);
            self.skipped.truncate(skipped);
            self.done = open.end;
            return Ok(());
        }
        self.leave_out(self.done, close.start);
        let begin = self.position(keyword.start);
        self.skipped.push(Skipped {
            begin,
            bytes: keyword.start..close.end,
            words: mentions.words(),
        });
        Ok(())
    }

    fn is_wanted(&mut self, from: usize, to: usize) -> bool {
        if self.places.is_empty() {
            return false;
        }
        let whole = self.position(from)..self.position(to);
        self.places.iter().any(|place| whole.contains(place))
    }

    /// Statements up to the end of a body. Items are copied; only those that stand right in the
    /// body or in plain blocks are understood.
    fn statements(&mut self, level: usize) -> Result<Piece, Stop> {
        // Where the statement at hand begins, if that may be an item.
        let mut begin = None;
        let mut fresh = true;
        // How many brackets are open inside of the first that may hold anything.
        let mut odd = usize::MAX;
        let mut before: [Option<Piece>; 2] = [None; 2];
        loop {
            let piece = self.next()?;
            if self.open.len() < level {
                self.mentions.end();
                return Ok(piece);
            }
            if std::mem::take(&mut fresh) {
                begin = self.may_begin_item(piece).then_some(piece.start);
            }
            if let (Kind::Word, usize::MAX, Some(begin)) = (piece.kind, odd, begin)
                && self.is_item(piece)
            {
                self.inner_item(begin, piece)?;
                (fresh, before) = (true, [None; 2]);
                continue;
            }
            match piece.kind {
                Kind::Punct(b'(' | b'[') => odd = odd.min(self.open.len()),
                Kind::Punct(b'{') => {
                    fresh = true;
                    if !self.is_plain(before) {
                        odd = odd.min(self.open.len());
                    }
                }
                Kind::Punct(b')' | b']' | b'}') => {
                    fresh |= piece.kind == Kind::Punct(b'}');
                    if self.open.len() < odd {
                        odd = usize::MAX;
                    }
                }
                Kind::Punct(b';') => fresh = true,
                _ => {}
            }
            self.mentions.piece(piece);
            before = [before[1], Some(piece)];
        }
    }

    /// Whether a `{` after these is a block whose items are those of the body.
    fn is_plain(&self, before: [Option<Piece>; 2]) -> bool {
        let ends = |piece: Option<Piece>| {
            piece.is_none_or(|p| matches!(p.kind, Kind::Punct(b'{' | b'}' | b';')))
        };
        let word = before[1].map_or(&b""[..], |piece| self.slice(piece));
        match word {
            b"unsafe" => ends(before[0]),
            b"else" | b"loop" => true,
            _ => ends(before[1]),
        }
    }

    /// Whether an item can begin with this.
    fn may_begin_item(&self, piece: Piece) -> bool {
        match piece.kind {
            Kind::Word => matches!(
                self.slice(piece),
                b"pub"
                    | b"unsafe"
                    | b"async"
                    | b"const"
                    | b"extern"
                    | b"fn"
                    | b"struct"
                    | b"enum"
                    | b"union"
                    | b"impl"
                    | b"use"
                    | b"trait"
                    | b"mod"
                    | b"macro_rules"
                    | b"static"
                    | b"type"
            ),
            kind => kind == Kind::Punct(b'#'),
        }
    }

    /// Whether the word at the head of a statement is the keyword of an item.
    fn is_item(&self, piece: Piece) -> bool {
        let mut ahead = self.pieces.clone();
        let mut next = || ahead.code().map(|piece| (piece.kind, self.slice(piece)));
        match self.slice(piece) {
            b"struct" | b"enum" | b"impl" | b"use" | b"trait" | b"mod" | b"macro_rules" => true,
            b"fn" | b"static" | b"type" | b"union" => {
                matches!(next(), Some((Kind::Word, word)) if word != b"move")
            }
            b"const" => {
                let qualifies =
                    |word: &[u8]| matches!(word, b"fn" | b"unsafe" | b"async" | b"extern");
                matches!(next(), Some((Kind::Word, word)) if word != b"move" && !qualifies(word))
            }
            b"extern" => match next() {
                Some((Kind::Literal, _)) => matches!(next(), Some((Kind::Punct(b'{'), _))),
                Some((kind, word)) => kind == Kind::Punct(b'{') || word == b"crate",
                None => false,
            },
            _ => false,
        }
    }

    /// An item in a body: it begins there, and its keyword was read.
    fn inner_item(&mut self, begin: usize, keyword: Piece) -> Result<(), Stop> {
        self.leave_out(self.done, begin);
        let word = self.slice(keyword);
        self.verbatim = word == b"macro_rules";
        match word {
            b"fn" => self.function(keyword)?,
            b"impl" | b"trait" | b"mod" | b"extern" => {
                if self.header()?.is_some() {
                    self.items(self.open.len())?;
                }
            }
            b"struct" | b"enum" | b"union" => {
                if self.header()?.is_some() {
                    self.close()?;
                }
            }
            b"macro_rules" => {
                let mut piece = self.next()?;
                while !matches!(piece.kind, Kind::Punct(b'(' | b'[' | b'{')) {
                    piece = self.next()?;
                }
                self.close()?;
                if piece.kind != Kind::Punct(b'{') {
                    self.semicolon()?;
                }
            }
            _ => self.semicolon()?,
        }
        self.copy(self.pieces.position());
        self.verbatim = true;
        self.mentions.cut();
        Ok(())
    }

    /// Goes on to the end of a statement.
    fn semicolon(&mut self) -> Result<(), Stop> {
        let level = self.open.len();
        loop {
            let piece = self.next()?;
            if self.open.len() < level {
                return Err(Stop::Unclear);
            }
            match piece.kind {
                Kind::Punct(b'(' | b'[' | b'{') => drop(self.close()?),
                Kind::Punct(b';') => return Ok(()),
                _ => {}
            }
        }
    }
}
