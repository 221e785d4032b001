//! What a text tells without being parsed, in one pass: whether it has a word that counts, and
//! which files it pulls in by `mod name;` and `include!("..")`.

use super::attr;
use super::prefilter::{Prefilter, Tag};
use super::text::{Kind, Piece, Pieces, is_word};
use crate::ir::Cfg;
use crate::name::Name;
use std::ops::ControlFlow;

/// A file that another file pulls in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModDecl {
    /// The module's name; [`Name::EMPTY`] for `include!`, whose items join the enclosing module.
    pub name: Name,
    /// `#[path = ".."]`, or what is included.
    pub path: Option<String>,
    /// The inline modules around it, outermost first.
    pub inside: Vec<InlineModule>,
    /// Presence condition: its own attributes and those of the inline modules around it.
    pub cfg: Option<Cfg>,
    /// `include!(..)` rather than `mod ..;`.
    pub include: bool,
}

/// An inline module around a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineModule {
    /// Its name.
    pub name: Name,
    /// Its own `#[path = ".."]`.
    pub path: Option<String>,
}

/// What a file's text tells without being parsed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overview {
    /// One of the words was found.
    pub triggered: bool,
    /// It may define macros.
    pub macros: bool,
    /// All `mod name;` and `include!("literal")`, in order.
    pub children: Vec<ModDecl>,
}

/// Looks at texts once for the words that count and for what they pull in.
#[derive(Debug, Clone)]
pub struct Scanner {
    words: Prefilter,
}

/// What may stand directly before and after the word `mod` where it declares a module.
const BEFORE: &[u8] = b" \t\n\r;{}[]()/>";
const AFTER: &[u8] = b" \t\n\r/";

impl Scanner {
    /// A scanner that looks for any of `words`, case-sensitive.
    pub fn new(words: &[&str]) -> Scanner {
        let structure = [("include!", Tag::Include), ("macro_rules!", Tag::Macro)];
        let triggers = words.iter().map(|word| (*word, Tag::Trigger));
        let mut words = Prefilter::tagged(triggers.chain(structure));
        words.add_between("mod", Tag::Module, BEFORE, AFTER);
        Scanner { words }
    }

    /// One pass over a text. Not to be called while this thread holds a syntax tree: its table of
    /// source texts may be emptied.
    pub fn scan(&self, text: &str) -> Overview {
        let mut found = Overview::default();
        let mut marks = Marks::default();
        let bytes = text.as_bytes();
        let begin = text.len() - text.trim_start_matches('\u{feff}').len();
        if bytes[begin..].starts_with(b"mod") {
            marks.module(bytes, begin);
        }
        let _ = self.words.each(bytes, |tag, at| {
            match tag {
                Tag::Trigger => found.triggered = true,
                Tag::Macro => found.macros = true,
                Tag::Module => marks.module(bytes, at),
                Tag::Include => marks.include(bytes, at),
            }
            ControlFlow::Continue(())
        });
        if let Some(last) = marks.last_declaration {
            found.children = declarations(text, marks.places, last);
        }
        found
    }
}

/// Where the words stand that may declare a module or open one; comments and strings not yet
/// told from code.
#[derive(Default)]
struct Marks {
    places: Vec<usize>,
    last_declaration: Option<usize>,
}

impl Marks {
    /// After `mod` follow a name and `;` or `{`; where a comment stands in between, it may be either.
    fn module(&mut self, text: &[u8], at: usize) {
        if joined(&text[..at]) {
            return;
        }
        let mut rest = text[at + 3..].trim_ascii_start();
        rest = rest.strip_prefix(b"r#").unwrap_or(rest);
        let name = rest.iter().take_while(|byte| is_word(**byte)).count();
        match rest[name..].trim_ascii_start().first() {
            Some(b';' | b'/') => self.declaration(at),
            Some(b'{') => self.places.push(at),
            _ => {}
        }
    }

    fn include(&mut self, text: &[u8], at: usize) {
        if !joined(&text[..at]) {
            self.declaration(at);
        }
    }

    fn declaration(&mut self, at: usize) {
        self.places.push(at);
        self.last_declaration = self.last_declaration.max(Some(at));
    }
}

/// Whether what stands before a word makes it a part of another: `commod`, `r#mod`.
fn joined(before: &[u8]) -> bool {
    let last = before.last().copied().unwrap_or(b' ');
    last == b'#' || is_word(last) && before != "\u{feff}".as_bytes()
}

/// All `mod name;` and `include!("literal")` of a text, in order. Not to be called while this thread
/// holds a syntax tree: its table of source texts may be emptied.
pub fn module_decls(text: &str) -> Vec<ModDecl> {
    Scanner::new(&[]).scan(text).children
}

/// Reads the text up to its last declaration, with care only where it matters: at the marks, and at
/// what can hide them or belongs to them.
fn declarations(text: &str, mut marks: Vec<usize>, last: usize) -> Vec<ModDecl> {
    marks.retain(|mark| *mark <= last);
    marks.sort_unstable();
    marks.dedup();
    let mut scan = Scan {
        pieces: Pieces::new(text),
        text,
        attrs: Vec::new(),
        open: Vec::new(),
        out: Vec::new(),
    };
    for mark in marks {
        scan.mark(mark);
    }
    if !scan.out.is_empty() {
        proc_macro2::extra::invalidate_current_thread_spans();
    }
    scan.out
}

/// A brace that is open: an inline module with its attributes, or any other.
enum Open<'t> {
    Module(Name, Vec<&'t str>),
    Other,
}

struct Scan<'t> {
    pieces: Pieces<'t>,
    text: &'t str,
    /// What stands in the attributes before an item.
    attrs: Vec<&'t str>,
    open: Vec<Open<'t>>,
    out: Vec<ModDecl>,
}

impl<'t> Scan<'t> {
    /// Goes on to a mark, and reads what it declares if it is code.
    fn mark(&mut self, mark: usize) {
        while let Some(piece) = self.pieces.landmark(mark) {
            match piece.kind {
                Kind::Punct(b'#') => self.attribute(),
                Kind::Punct(b'{') => self.open.push(Open::Other),
                Kind::Punct(b'}') => {
                    self.open.pop();
                    self.attrs.clear();
                }
                Kind::Punct(b';') => self.attrs.clear(),
                _ => {}
            }
        }
        if self.pieces.position() != mark {
            // It stands in a comment, a string or an attribute.
            return;
        }
        let Some(word) = self.pieces.code() else {
            return;
        };
        match self.pieces.slice(word) {
            "mod" => self.module(),
            "include" => self.include(),
            _ => {}
        }
    }

    /// `#[..]` or `#![..]`, after the `#`.
    fn attribute(&mut self) {
        let mut next = self.pieces.code();
        let inner = next.is_some_and(|p| p.kind == Kind::Punct(b'!'));
        if inner {
            next = self.pieces.code();
        }
        let Some(open) = next.filter(|p| p.kind == Kind::Punct(b'[')) else {
            return;
        };
        let mut depth = 1usize;
        let mut end = open.end;
        while depth > 0 {
            let Some(piece) = self.pieces.code() else {
                return;
            };
            match piece.kind {
                Kind::Punct(b'[') => depth += 1,
                Kind::Punct(b']') => depth -= 1,
                _ => {}
            }
            end = piece.start;
        }
        let text = self.text.get(open.end..end).unwrap_or("").trim();
        match self.open.last_mut() {
            Some(Open::Module(_, attrs)) if inner => attrs.push(text),
            _ if inner => {}
            _ => self.attrs.push(text),
        }
    }

    /// After `mod`.
    fn module(&mut self) {
        let Some(name) = self.pieces.code().filter(|p| p.kind == Kind::Word) else {
            return;
        };
        let name = self.word(name);
        let attrs = std::mem::take(&mut self.attrs);
        match self.pieces.code().map(|p| p.kind) {
            Some(Kind::Punct(b';')) => self.declare(name, Attrs::read(&attrs), false),
            Some(Kind::Punct(b'{')) => self.open.push(Open::Module(name, attrs)),
            _ => {}
        }
    }

    /// After `include`: `!("literal")`, possibly in a `concat!` that is left alone.
    fn include(&mut self) {
        let bang = self.pieces.code().map(|p| p.kind);
        if bang != Some(Kind::Punct(b'!')) {
            return;
        }
        let Some(Piece {
            kind: Kind::Punct(b'(' | b'[' | b'{'),
            ..
        }) = self.pieces.code()
        else {
            return;
        };
        let Some(literal) = self.pieces.code() else {
            return;
        };
        if literal.kind != Kind::Literal {
            return;
        }
        if let Ok(path) = syn::parse_str::<syn::LitStr>(self.pieces.slice(literal)) {
            let mut attrs = Attrs::read(&std::mem::take(&mut self.attrs));
            attrs.path = Some(path.value());
            self.declare(Name::EMPTY, attrs, true);
        }
    }

    fn word(&self, piece: Piece) -> Name {
        let text = self.pieces.slice(piece);
        Name::new(text.strip_prefix("r#").unwrap_or(text))
    }

    fn declare(&mut self, name: Name, attrs: Attrs, include: bool) {
        let mut all = Vec::new();
        let mut inside = Vec::new();
        for open in &self.open {
            if let Open::Module(name, attrs) = open {
                let attrs = Attrs::read(attrs);
                inside.push(InlineModule {
                    name: *name,
                    path: attrs.path,
                });
                all.extend(attrs.cfg);
            }
        }
        all.extend(attrs.cfg);
        self.out.push(ModDecl {
            name,
            path: attrs.path,
            inside,
            cfg: match all.len() {
                0 | 1 => all.pop(),
                _ => Some(Cfg::All(all)),
            },
            include,
        });
    }
}

/// What the attributes of an item say.
#[derive(Default)]
struct Attrs {
    path: Option<String>,
    cfg: Vec<Cfg>,
}

impl Attrs {
    fn read(texts: &[&str]) -> Attrs {
        let mut attrs = Attrs::default();
        texts.iter().for_each(|text| attrs.add(text));
        attrs
    }

    fn add(&mut self, text: &str) {
        if let Some(cfg) = simple_condition(text) {
            self.cfg.push(cfg);
            return;
        }
        let word = text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next();
        let Some("path" | "cfg" | "cfg_attr") = word else {
            return;
        };
        let Ok(meta) = syn::parse_str::<syn::Meta>(text) else {
            return;
        };
        match &meta {
            syn::Meta::NameValue(pair) if pair.path.is_ident("path") => {
                self.path = attr::meta_text(&meta);
            }
            syn::Meta::List(list) if list.path.is_ident("cfg") => {
                self.cfg.push(attr::predicate(list.tokens.clone()));
            }
            syn::Meta::List(list) if list.path.is_ident("cfg_attr") => {
                let metas = attr::conditional(&list.tokens).map(|(_, metas)| metas);
                let paths = metas.iter().flatten().filter(|m| m.path().is_ident("path"));
                // Of several conditional paths the first is taken.
                let path = paths.filter_map(attr::meta_text).next();
                self.path = self.path.take().or(path);
            }
            _ => {}
        }
    }
}

/// `cfg(flag)` and `cfg(key = "value")`, read without a parser: nearly all there are.
fn simple_condition(text: &str) -> Option<Cfg> {
    let inside = text.strip_prefix("cfg(")?.strip_suffix(')')?.trim();
    let plain = |text: &str| !text.is_empty() && text.bytes().all(is_word);
    if matches!(inside, "true" | "false") {
        return None;
    }
    if plain(inside) {
        return Some(Cfg::Flag(Name::new(inside)));
    }
    let (key, value) = inside.split_once('=')?;
    let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
    let (key, unescaped) = (key.trim(), !value.contains(['"', '\\']));
    (plain(key) && unescaped).then(|| Cfg::Value(Name::new(key), Name::new(value)))
}

#[cfg(test)]
mod tests;
