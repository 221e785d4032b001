//! One pass over a file's text that leaves out what need not be parsed: comments, and the bodies
//! of functions, which are lowered when they are needed.

use super::ParseFailure;
use super::guard::Depth;
use super::macros::MacroTable;
use super::mention::Mentions;
use super::text::{Kind, Piece, Pieces};
use crate::ir::Words;
use crate::span::Pos;
use std::ops::Range;

/// A file's text without its comments and the insides of its functions. What is left stands in
/// the same lines and columns.
#[derive(Debug)]
pub(super) struct Skim {
    /// What is to be parsed.
    pub(super) text: String,
    /// The bodies it lacks, in order.
    pub(super) skipped: Vec<Skipped>,
}

/// A body that was left out.
#[derive(Debug)]
pub(super) struct Skipped {
    /// Where the function's `fn` stands.
    pub(super) begin: Pos,
    /// From there to the body's end.
    pub(super) bytes: Range<usize>,
    /// What the body mentions.
    pub(super) words: Words,
}

/// Why the pass did not come to the end.
enum Stop {
    /// Nested too deeply.
    Deep(ParseFailure),
    /// The text is at its end.
    End,
    /// This is not Rust, or not understood.
    Unclear,
}

/// Skims a text. `None` if it is not understood: then all of it is to be parsed, and the parser
/// says what is wrong.
pub(super) fn skim(text: &str, macros: &MacroTable) -> Result<Option<Skim>, ParseFailure> {
    let mut skimmer = Skimmer::new(text, macros);
    match skimmer.items(0) {
        Err(Stop::Deep(failure)) => Err(failure),
        Err(Stop::End) if skimmer.open.is_empty() => Ok(Some(skimmer.finish())),
        _ => Ok(None),
    }
}

struct Skimmer<'t> {
    text: &'t str,
    macros: &'t MacroTable,
    pieces: Pieces<'t>,
    /// A piece that was read too early.
    back: Option<Piece>,
    depth: Depth,
    /// The brackets that are open.
    open: Vec<u8>,
    /// Comments stay as they are.
    verbatim: bool,
    out: String,
    /// How much of the text `out` stands for.
    done: usize,
    /// A place whose line is known.
    known: (usize, u32),
    skipped: Vec<Skipped>,
    mentions: Mentions<'t>,
}

impl<'t> Skimmer<'t> {
    fn new(text: &'t str, macros: &'t MacroTable) -> Skimmer<'t> {
        let pieces = Pieces::new(text);
        Skimmer {
            text,
            macros,
            // A shebang is no Rust.
            done: pieces.position(),
            pieces,
            back: None,
            depth: Depth::default(),
            open: Vec::new(),
            verbatim: false,
            out: String::with_capacity(text.len() / 2),
            known: (0, 1),
            skipped: Vec::new(),
            mentions: Mentions::new(text, macros),
        }
    }

    fn finish(mut self) -> Skim {
        self.copy(self.text.len());
        self.skipped.sort_unstable_by_key(|skipped| skipped.begin);
        Skim {
            text: self.out,
            skipped: self.skipped,
        }
    }

    /// The next piece that is not a comment.
    fn next(&mut self) -> Result<Piece, Stop> {
        if let Some(piece) = self.back.take() {
            return Ok(piece);
        }
        loop {
            let piece = self.pieces.next().ok_or(Stop::End)?;
            if piece.kind == Kind::Comment {
                if !self.verbatim {
                    self.leave_out(piece.start, piece.end);
                }
                continue;
            }
            self.depth.piece(self.text, piece).map_err(Stop::Deep)?;
            if let Kind::Punct(byte) = piece.kind {
                match byte {
                    b'(' | b'[' | b'{' => self.open.push(byte),
                    b')' => self.shut(b'(')?,
                    b']' => self.shut(b'[')?,
                    b'}' => self.shut(b'{')?,
                    _ => {}
                }
            }
            return Ok(piece);
        }
    }

    fn shut(&mut self, opened_by: u8) -> Result<(), Stop> {
        match self.open.pop() == Some(opened_by) {
            true => Ok(()),
            false => Err(Stop::Unclear),
        }
    }

    /// Writes the text up to there.
    fn copy(&mut self, to: usize) {
        self.out
            .push_str(self.text.get(self.done..to).unwrap_or(""));
        self.done = to;
    }

    /// Leaves out a part of the text; what follows keeps its line and column.
    fn leave_out(&mut self, from: usize, to: usize) {
        self.copy(from);
        let gone = self.text.get(from..to).unwrap_or("");
        let last = match memchr::memrchr(b'\n', gone.as_bytes()) {
            Some(at) => {
                let lines = memchr::memchr_iter(b'\n', gone.as_bytes()).count();
                self.out.extend(std::iter::repeat_n('\n', lines));
                &gone[at + 1..]
            }
            None => gone,
        };
        // A comment at the end of a line has nothing after it.
        if !self.text.as_bytes()[to..].starts_with(b"\n") {
            let columns = last.chars().count();
            self.out.extend(std::iter::repeat_n(' ', columns));
        }
        self.done = to;
    }

    fn position(&mut self, at: usize) -> Pos {
        let (from, line) = self.known;
        let bytes = self.text.as_bytes();
        let lines = |range: &[u8]| memchr::memchr_iter(b'\n', range).count() as u32;
        let line = match from <= at {
            true => line + lines(&bytes[from..at]),
            false => line - lines(&bytes[at..from]),
        };
        self.known = (at, line);
        let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |n| n + 1);
        Pos {
            line,
            column: self.text[start..at].chars().count() as u32,
        }
    }

    fn slice(&self, piece: Piece) -> &'t [u8] {
        &self.text.as_bytes()[piece.start..piece.end]
    }

    /// Items, to the end of the text or of the bracket that makes `level` of them open.
    fn items(&mut self, level: usize) -> Result<(), Stop> {
        // Whether the next bracket belongs to a macro call, or holds fields or variants.
        let (mut call, mut data) = (false, false);
        loop {
            let piece = self.next()?;
            if self.open.len() < level {
                return Ok(());
            }
            match piece.kind {
                Kind::Word => match self.slice(piece) {
                    b"fn" => self.function(piece)?,
                    b"impl" | b"trait" => drop(self.header()?),
                    b"mod" => self.module()?,
                    b"extern" => self.foreign()?,
                    b"struct" | b"enum" | b"union" => data = true,
                    _ => {}
                },
                Kind::Punct(b'!') => call = true,
                Kind::Punct(b'(' | b'[' | b'{') => {
                    self.verbatim = call || !data;
                    self.close()?;
                    self.verbatim = false;
                    call = false;
                    data &= piece.kind != Kind::Punct(b'{');
                }
                Kind::Punct(b';' | b'}') => (call, data) = (false, false),
                _ => {}
            }
        }
    }

    /// The rest of the group that was just opened.
    fn close(&mut self) -> Result<Piece, Stop> {
        let level = self.open.len();
        loop {
            let piece = self.next()?;
            if self.open.len() < level {
                return Ok(piece);
            }
        }
    }

    /// `mod name {` or `mod name;`.
    fn module(&mut self) -> Result<(), Stop> {
        let name = self.next()?;
        if name.kind != Kind::Word {
            self.back = Some(name);
            return Ok(());
        }
        let piece = self.next()?;
        if piece.kind != Kind::Punct(b'{') {
            self.back = Some(piece);
        }
        Ok(())
    }

    /// `extern "C" {`; anything else that begins with `extern` goes on elsewhere.
    fn foreign(&mut self) -> Result<(), Stop> {
        let mut piece = self.next()?;
        if piece.kind == Kind::Literal {
            piece = self.next()?;
        }
        if piece.kind != Kind::Punct(b'{') {
            self.back = Some(piece);
        }
        Ok(())
    }

    /// The rest of a signature or of the head of an impl or trait: the `{` that ends it, or
    /// `None` if that is a `;`.
    fn header(&mut self) -> Result<Option<Piece>, Stop> {
        let level = self.open.len();
        let mut angles = 0u32;
        let mut before = Kind::Word;
        loop {
            let piece = self.next()?;
            if self.open.len() < level {
                return Err(Stop::Unclear);
            }
            match piece.kind {
                Kind::Punct(b'<') => angles += 1,
                Kind::Punct(b'>') if matches!(before, Kind::Punct(b'-' | b'=')) => {}
                Kind::Punct(b'>') => angles = angles.checked_sub(1).ok_or(Stop::Unclear)?,
                Kind::Punct(b'{') if angles == 0 => return Ok(Some(piece)),
                Kind::Punct(b'(' | b'[' | b'{') => drop(self.close()?),
                Kind::Punct(b';') if angles == 0 => return Ok(None),
                _ => {}
            }
            before = piece.kind;
        }
    }

    /// After `fn`: a function, or a type.
    fn function(&mut self, keyword: Piece) -> Result<(), Stop> {
        let name = self.next()?;
        if name.kind != Kind::Word {
            self.back = Some(name);
            return Ok(());
        }
        match self.header()? {
            Some(open) => self.body(keyword, open),
            None => Ok(()),
        }
    }

    /// The body that was just opened is left out but for the items in it, or stays as it is if it
    /// declares any in a way that is not understood.
    fn body(&mut self, keyword: Piece, open: Piece) -> Result<(), Stop> {
        let level = self.open.len();
        let around = std::mem::replace(&mut self.mentions, Mentions::new(self.text, self.macros));
        self.copy(open.end);
        let (written, skipped) = (self.out.len(), self.skipped.len());
        let outside = std::mem::replace(&mut self.verbatim, true);
        let close = self.statements(level)?;
        self.verbatim = outside;
        let mentions = std::mem::replace(&mut self.mentions, around);
        if mentions.declares {
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

#[cfg(test)]
mod tests;
