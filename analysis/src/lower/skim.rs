//! One pass over a file's text that leaves out what need not be parsed: comments, and the bodies
//! of functions, which are lowered when they are needed.

mod body;
#[cfg(test)]
mod tests;

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
    /// Where it can be cut into pieces of whole items.
    cuts: Vec<usize>,
    /// The bodies it lacks, in order.
    pub(super) skipped: Vec<Skipped>,
}

/// How long a piece is at least, in bytes.
const PIECE: usize = 128 << 10;

impl Skim {
    /// What is to be parsed, in pieces of whole items, each with the place where it begins. A syntax
    /// tree takes some forty bytes for each byte of text, so that no two pieces of a large file should
    /// have one at a time.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (Pos, &str)> {
        let mut begin = Pos { line: 1, column: 0 };
        let ends = self.cuts.iter().copied().chain([self.text.len()]);
        let mut from = 0;
        ends.map(move |to| {
            let piece = &self.text[std::mem::replace(&mut from, to)..to];
            let at = begin;
            let (front, last) = piece.rsplit_once('\n').unwrap_or(("", piece));
            if front.len() + last.len() < piece.len() {
                begin.line += memchr::memchr_iter(b'\n', front.as_bytes()).count() as u32 + 1;
                begin.column = 0;
            }
            begin.column += last.chars().count() as u32;
            (at, piece)
        })
    }
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

/// Skims a text; the bodies in which one of the places stands stay in it. `None` if it is not
/// understood: then all of it is to be parsed, and the parser says what is wrong.
pub(super) fn skim(
    text: &str,
    macros: &MacroTable,
    places: &[Pos],
) -> Result<Option<Skim>, ParseFailure> {
    let mut skimmer = Skimmer::new(text, macros, places);
    match skimmer.items(0) {
        Err(Stop::Deep(failure)) => Err(failure),
        Err(Stop::End) if skimmer.open.is_empty() => Ok(Some(skimmer.finish())),
        _ => Ok(None),
    }
}

struct Skimmer<'t> {
    text: &'t str,
    macros: &'t MacroTable,
    /// What stands around these is wanted.
    places: &'t [Pos],
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
    cuts: Vec<usize>,
    skipped: Vec<Skipped>,
    mentions: Mentions<'t>,
}

impl<'t> Skimmer<'t> {
    fn new(text: &'t str, macros: &'t MacroTable, places: &'t [Pos]) -> Skimmer<'t> {
        let pieces = Pieces::new(text);
        Skimmer {
            text,
            macros,
            places,
            // A shebang is no Rust.
            done: pieces.position(),
            pieces,
            back: None,
            depth: Depth::default(),
            open: Vec::new(),
            verbatim: false,
            out: String::with_capacity(text.len() / 2),
            known: (0, 1),
            cuts: Vec::new(),
            skipped: Vec::new(),
            mentions: Mentions::new(text, macros),
        }
    }

    fn finish(mut self) -> Skim {
        self.copy(self.text.len());
        self.skipped.sort_unstable_by_key(|skipped| skipped.begin);
        Skim {
            text: self.out,
            cuts: self.cuts,
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
                    b"fn" => {
                        self.function(piece)?;
                        self.cut();
                    }
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
                Kind::Punct(b';' | b'}') => {
                    (call, data) = (false, false);
                    self.cut();
                }
                _ => {}
            }
        }
    }

    /// After an item: cuts the text if that is one of the file's own, and the piece is long enough.
    fn cut(&mut self) {
        let end = self.pieces.position();
        let begin = self.cuts.last().copied().unwrap_or(0);
        // What was not copied yet is longer than what it will be, but for what was left out before.
        if self.open.is_empty()
            && self.back.is_none()
            && self.out.len() + end - self.done - begin > PIECE
        {
            self.copy(end);
            self.cuts.push(self.out.len());
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
}
