//! How a file is written, as plain spans: what a repair needs to know of the text around a place.
//!
//! The engine follows values and forgets how they were spelled. A repair changes the spelling, so
//! the few files that are repaired are read once more, into a tree without any meaning.

mod read;
#[cfg(test)]
mod tests;

use super::ForgetSpans;
use super::guard;
use super::macros::MacroTable;
use super::skim;
use super::text::{Kind as PieceKind, Pieces};
use crate::span::{FileId, Pos, Span};
use read::Reader;
use rustc_hash::FxHashMap;

/// A node of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(u32);

/// What a node is; the children are named in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An inline module.
    Module,
    /// A `use` item.
    Use,
    /// A struct: the types of its fields as [`Kind::Type`].
    Struct {
        /// Its name.
        name: Span,
    },
    /// A type, as far as it is of interest.
    Type,
    /// An `impl` of this type.
    Impl {
        /// The type.
        of: Span,
    },
    /// A function with a body: bindings of the parameters, then the block.
    Function,
    /// A name that a pattern binds, `self` included.
    Binding {
        /// With `mut`.
        mutable: bool,
        /// It is, or may be, a value of its own: no `ref`, and not declared as reference or pointer.
        owned: bool,
    },
    /// `let` with its semicolon: bindings, then the value.
    Let {
        /// The name, if the pattern is one; `_` counts.
        name: Option<Span>,
        /// With a type.
        typed: bool,
    },
    /// An expression as a statement, its semicolon included.
    Statement,
    /// Statements in braces.
    Block,
    /// `unsafe` with its block.
    Unsafe,
    /// A closure.
    Closure,
    /// A loop of any kind.
    Loop,
    /// `if`: condition, block, `else` branch.
    If,
    /// A call: the callee, then the arguments.
    Call,
    /// A method call: the receiver, then the arguments.
    Method {
        /// The method's name.
        name: Span,
        /// With type arguments.
        turbofish: bool,
    },
    /// A path.
    Path,
    /// A field access: the base.
    Field,
    /// `as`: the value.
    Cast,
    /// Parentheses.
    Paren,
    /// `&x` or `&raw x`: the place.
    Reference,
    /// `*x`.
    Deref,
    /// `a = b`.
    Assign,
    /// `return`: the value.
    Return,
    /// `x?`.
    Try,
    /// A macro call, whose inside is not known.
    Macro,
    /// Any other expression.
    Other,
}

#[derive(Debug)]
struct Node {
    span: Span,
    kind: Kind,
    parent: Option<Id>,
    children: Vec<Id>,
    /// The first node behind what stands in it.
    end: u32,
}

/// The tree of one file and its text.
#[derive(Debug)]
pub struct Shapes {
    file: FileId,
    text: String,
    /// Where each line begins.
    starts: Vec<usize>,
    nodes: Vec<Node>,
    expressions: FxHashMap<Span, Id>,
}

impl Shapes {
    /// Reads a file; `None` if it does not parse. Of the functions, those alone have insides in
    /// which one of the places stands.
    pub fn read(file: FileId, text: &str, places: &[Pos]) -> Option<Shapes> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        guard::check(text).ok()?;
        let _forget = ForgetSpans;
        let skim = skim::skim(text, &MacroTable::default(), places).ok()?;
        let part = skim.and_then(|skim| syn::parse_file(&skim.text).ok());
        let tree = part.or_else(|| syn::parse_file(text).ok())?;
        let breaks = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        let starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1));
        let nodes = Reader::nodes(file, &tree);
        let mut expressions = FxHashMap::default();
        for (at, node) in nodes.iter().enumerate() {
            if !is_frame(node.kind) {
                expressions.entry(node.span).or_insert(Id(at as u32));
            }
        }
        Some(Shapes {
            file,
            text: text.to_owned(),
            starts: starts.collect(),
            nodes,
            expressions,
        })
    }

    fn node(&self, id: Id) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// What it is.
    pub fn kind(&self, id: Id) -> Kind {
        self.node(id).kind
    }

    /// Where it stands.
    pub fn span(&self, id: Id) -> Span {
        self.node(id).span
    }

    /// What it stands in.
    pub fn parent(&self, id: Id) -> Option<Id> {
        self.node(id).parent
    }

    /// What stands in it, in order.
    pub fn children(&self, id: Id) -> &[Id] {
        &self.node(id).children
    }

    /// The nodes around it, the innermost first.
    pub fn around(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.parent(id), |id| self.parent(*id))
    }

    /// All nodes inside of it.
    pub fn inside(&self, id: Id) -> impl Iterator<Item = Id> + use<> {
        (id.0 + 1..self.node(id).end).map(Id)
    }

    /// All nodes in the order of the text.
    pub fn all(&self) -> impl Iterator<Item = Id> + '_ {
        (0..self.nodes.len() as u32).map(Id)
    }

    /// The expression that stands exactly there: of several the outermost.
    pub fn expression(&self, span: Span) -> Option<Id> {
        self.expressions.get(&span).copied()
    }

    /// The text of a place of this file; empty for one of another.
    pub fn text(&self, span: Span) -> &str {
        if span.file != self.file {
            return "";
        }
        let range = self.offset(span.lo)..self.offset(span.hi);
        self.text.get(range).unwrap_or("")
    }

    /// The text of a node.
    pub fn text_of(&self, id: Id) -> &str {
        self.text(self.span(id))
    }

    /// The white space that the line of this place begins with.
    pub fn indent(&self, at: Pos) -> &str {
        let line = self.offset(Pos { column: 0, ..at });
        let rest = &self.text[line..];
        let words = rest.trim_start_matches([' ', '\t']);
        &rest[..rest.len() - words.len()]
    }

    /// What stands behind a place on its line, without the line's end.
    pub fn behind(&self, at: Pos) -> &str {
        let rest = &self.text[self.offset(at)..];
        let line = rest.find('\n').map_or(rest, |at| &rest[..at]);
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// How the file ends its lines.
    pub fn line_end(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    /// The place with its line, if nothing else stands on it; else the place alone.
    pub fn with_line(&self, span: Span) -> Span {
        let start = self.offset(Pos {
            column: 0,
            ..span.lo
        });
        let before = &self.text[start..self.offset(span.lo)];
        let rest = &self.text[self.offset(span.hi)..];
        let behind = rest.find('\n').map_or(rest, |at| &rest[..at]);
        if !before.trim().is_empty() || !behind.trim().is_empty() {
            return span;
        }
        let next = Pos {
            line: span.hi.line + 1,
            column: 0,
        };
        Span {
            lo: Pos {
                column: 0,
                ..span.lo
            },
            hi: if behind.len() < rest.len() {
                next
            } else {
                span.hi
            },
            ..span
        }
    }

    /// How often a name occurs in the place, comments and strings left out.
    pub fn mentions(&self, span: Span, name: &str) -> usize {
        let pieces = Pieces::new(self.text(span));
        let named = pieces.clone().filter(|piece| piece.kind == PieceKind::Word);
        named.filter(|piece| pieces.slice(*piece) == name).count()
    }

    /// Whether the code of the file names something by exactly this path, as `a::b`.
    pub fn names(&self, path: &str) -> bool {
        if !self.text.contains(path) {
            return false;
        }
        let goes_on = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let mut pieces = Pieces::new(&self.text);
        pieces.any(|piece| {
            let (before, rest) = self.text.split_at(piece.start);
            let after = rest.strip_prefix(path);
            matches!(piece.kind, PieceKind::Word | PieceKind::Punct(b':'))
                && !before.ends_with("::")
                && after.is_some_and(|after| !after.starts_with(goes_on))
        })
    }

    fn offset(&self, pos: Pos) -> usize {
        let line = (pos.line as usize).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let rest = &self.text[start..];
        let mut chars = rest.char_indices();
        start
            + chars
                .nth(pos.column as usize)
                .map_or(rest.len(), |(at, _)| at)
    }
}

/// Whether it is no expression.
fn is_frame(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Statement | Kind::Let { .. } | Kind::Block | Kind::Binding { .. } | Kind::Type
    )
}
