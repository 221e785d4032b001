//! What a piece of source may mention, judged by its words alone: the functions it may call, and
//! whether it declares anything.

use super::macros::MacroTable;
use super::text::{Kind, Piece};
use crate::ir::Words;

/// What was seen of a body so far.
#[derive(Default)]
pub(super) struct Mentions<'t> {
    text: &'t [u8],
    macros: Option<&'t MacroTable>,
    /// The hashes of its words.
    hashes: Vec<u32>,
    /// Whether it declares items or imports anything, or may do so by a macro.
    pub(super) declares: bool,
    /// The word that is judged when the next piece is known, and the piece before it.
    word: Option<(Piece, Option<Piece>)>,
    before: Option<Piece>,
    /// `extern ".."` stands before the next piece.
    foreign: bool,
}

impl<'t> Mentions<'t> {
    /// Nothing so far of this text.
    pub(super) fn new(text: &'t str, macros: &'t MacroTable) -> Mentions<'t> {
        Mentions {
            text: text.as_bytes(),
            macros: Some(macros),
            ..Mentions::default()
        }
    }

    /// Its words.
    pub(super) fn words(mut self) -> Words {
        Words::new(&mut self.hashes)
    }

    /// The statement at hand turned out not to belong here.
    pub(super) fn cut(&mut self) {
        self.word = None;
        self.before = None;
        self.foreign = false;
    }

    /// Goes on to the next piece.
    pub(super) fn piece(&mut self, piece: Piece) {
        if let Some((word, before)) = self.word.take() {
            self.judge(word, before, Some(piece));
        }
        match piece.kind {
            Kind::Word => self.word = Some((piece, self.before)),
            Kind::Punct(b'{') if self.foreign => self.declares = true,
            // `#![..]` at the beginning belongs to the function.
            Kind::Punct(b'#') if self.before.is_none() && self.hashes.is_empty() => {
                self.declares |= self.byte(piece.end) == b'!';
            }
            _ => {}
        }
        self.foreign &= piece.kind == Kind::Literal;
        self.before = Some(piece);
    }

    /// Nothing follows.
    pub(super) fn end(&mut self) {
        if let Some((word, before)) = self.word.take() {
            self.judge(word, before, None);
        }
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    fn slice(&self, piece: Piece) -> &'t [u8] {
        self.text.get(piece.start..piece.end).unwrap_or(&[])
    }

    fn judge(&mut self, piece: Piece, before: Option<Piece>, next: Option<Piece>) {
        let word = self.slice(piece);
        let before_kind = before.map(|p| p.kind);
        let next_kind = next.map(|p| p.kind);
        let first = self.byte(piece.start);
        if first.is_ascii_digit() || before_kind == Some(Kind::Punct(b'\'')) {
            return;
        }
        if self.is_keyword(word, before, next_kind) {
            return;
        }
        let word = word.strip_prefix(b"r#").unwrap_or(word);
        let (next_at, is_call) = match (next, next_kind) {
            (Some(next), Some(Kind::Punct(b'!'))) => (next.end, true),
            (Some(next), _) => (next.end, false),
            (None, _) => (self.text.len(), false),
        };
        if is_call && self.byte(next_at) != b'=' {
            let name = Words::macro_hash(word);
            self.declares |= self.macros.is_some_and(|m| m.declares(name));
            self.hashes.push(name);
            return;
        }
        // A field, unless it is called.
        let is_field = before_kind == Some(Kind::Punct(b'.'))
            && before.is_some_and(|p| p.start == 0 || self.byte(p.start - 1) != b'.');
        if is_field && !matches!(next_kind, Some(Kind::Punct(b'(' | b':'))) {
            return;
        }
        if word == b"alloc" && self.leads_on(next) {
            return;
        }
        self.hashes.push(Words::hash(word));
        if word.ends_with(b"_free") {
            self.hashes.push(Words::hash(b"_free"));
        }
    }

    /// Whether more of the path comes: `alloc` is no routine then but the crate or module.
    fn leads_on(&self, next: Option<Piece>) -> bool {
        next.is_some_and(|next| {
            let after = self.text.get(next.end..).unwrap_or(&[]);
            next.kind == Kind::Punct(b':')
                && after.first() == Some(&b':')
                && after.get(1) != Some(&b'<')
        })
    }

    /// Whether the word is a keyword that is no mention; notes those that declare.
    fn is_keyword(&mut self, word: &[u8], before: Option<Piece>, next: Option<Kind>) -> bool {
        // In a macro's definition the name may be a variable.
        let named = matches!(next, Some(Kind::Word | Kind::Punct(b'$')));
        match word {
            b"for" => {
                self.hashes.push(Words::hash(b"into_iter"));
                true
            }
            b"let" | b"mut" | b"if" | b"else" | b"match" | b"return" | b"self" | b"as" | b"in"
            | b"ref" | b"move" | b"unsafe" | b"_" => true,
            b"struct" | b"enum" | b"impl" | b"use" | b"trait" | b"mod" | b"macro_rules" => {
                self.declares = true;
                true
            }
            b"fn" | b"static" | b"type" => {
                self.declares |= named;
                true
            }
            b"union" => {
                self.declares |= named;
                false
            }
            b"const" => {
                let raw =
                    before.is_some_and(|p| p.kind == Kind::Punct(b'*') || self.slice(p) == b"raw");
                self.declares |= named && !raw;
                true
            }
            b"extern" => {
                self.declares |= named || next == Some(Kind::Punct(b'{'));
                self.foreign = next == Some(Kind::Literal);
                true
            }
            _ => false,
        }
    }
}

/// What a macro's definition mentions, and whether it declares anything itself.
pub(super) fn definition(text: &str) -> (Words, bool) {
    let mut mentions = Mentions {
        text: text.as_bytes(),
        ..Mentions::default()
    };
    super::text::Pieces::new(text)
        .filter(|piece| piece.kind != Kind::Comment)
        .for_each(|piece| mentions.piece(piece));
    mentions.end();
    let declares = mentions.declares;
    (mentions.words(), declares)
}
