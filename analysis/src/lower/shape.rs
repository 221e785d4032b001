//! How a file is written, as plain spans: what a repair needs to know of the text around a place.
//!
//! The engine follows values and forgets how they were spelled. A repair changes the spelling, so
//! the few files that are repaired are read once more, into a tree without any meaning.

use super::ForgetSpans;
use super::guard;
use super::span::{between, expr};
use super::text::{Kind as PieceKind, Pieces};
use crate::span::{FileId, Pos, Span};
use proc_macro2::Span as TokenSpan;
use rustc_hash::FxHashMap;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

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
    /// Reads a file; `None` if it does not parse.
    pub fn read(file: FileId, text: &str) -> Option<Shapes> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        guard::check(text).ok()?;
        let _forget = ForgetSpans;
        let tree = syn::parse_file(text).ok()?;
        let breaks = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        let starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1));
        let mut reader = Reader {
            file,
            open: None,
            nodes: Vec::new(),
        };
        reader.visit_file(&tree);
        let mut expressions = FxHashMap::default();
        for (at, node) in reader.nodes.iter().enumerate() {
            if !is_frame(node.kind) {
                expressions.entry(node.span).or_insert(Id(at as u32));
            }
        }
        Some(Shapes {
            file,
            text: text.to_owned(),
            starts: starts.collect(),
            nodes: reader.nodes,
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

struct Reader {
    file: FileId,
    /// The node under way.
    open: Option<Id>,
    nodes: Vec<Node>,
}

impl Reader {
    fn add(&mut self, span: Span, kind: Kind, walk: impl FnOnce(&mut Reader)) {
        let id = Id(self.nodes.len() as u32);
        self.nodes.push(Node {
            span,
            kind,
            parent: self.open,
            children: Vec::new(),
            end: id.0 + 1,
        });
        if let Some(parent) = self.open {
            self.nodes[parent.0 as usize].children.push(id);
        }
        let outer = self.open.replace(id);
        walk(self);
        self.open = outer;
        self.nodes[id.0 as usize].end = self.nodes.len() as u32;
    }

    fn place(&self, first: TokenSpan, last: TokenSpan) -> Span {
        between(self.file.into(), first, last)
    }

    fn of(&self, node: &impl Spanned) -> Span {
        let span = node.span();
        self.place(span, span)
    }

    fn token(&self, span: TokenSpan) -> Span {
        self.place(span, span)
    }

    fn function(&mut self, span: Span, inputs: &Inputs, block: &syn::Block) {
        self.add(span, Kind::Function, |r| {
            inputs.iter().for_each(|input| r.visit_fn_arg(input));
            r.visit_block(block);
        });
    }

    fn kind(&self, node: &syn::Expr) -> Kind {
        match node {
            syn::Expr::Assign(_) => Kind::Assign,
            syn::Expr::Call(_) => Kind::Call,
            syn::Expr::Cast(_) => Kind::Cast,
            syn::Expr::Closure(_) => Kind::Closure,
            syn::Expr::Field(_) => Kind::Field,
            syn::Expr::ForLoop(_) | syn::Expr::Loop(_) | syn::Expr::While(_) => Kind::Loop,
            syn::Expr::If(_) => Kind::If,
            syn::Expr::Macro(_) => Kind::Macro,
            syn::Expr::MethodCall(x) => Kind::Method {
                name: self.token(x.method.span()),
                turbofish: x.turbofish.is_some(),
            },
            syn::Expr::Paren(_) => Kind::Paren,
            syn::Expr::Path(_) => Kind::Path,
            syn::Expr::RawAddr(_) | syn::Expr::Reference(_) => Kind::Reference,
            syn::Expr::Return(_) => Kind::Return,
            syn::Expr::Try(_) => Kind::Try,
            syn::Expr::Unary(x) if matches!(x.op, syn::UnOp::Deref(_)) => Kind::Deref,
            syn::Expr::Unsafe(_) => Kind::Unsafe,
            _ => Kind::Other,
        }
    }
}

type Inputs = syn::punctuated::Punctuated<syn::FnArg, syn::Token![,]>;

impl<'t> Visit<'t> for Reader {
    fn visit_attribute(&mut self, _: &'t syn::Attribute) {}

    fn visit_item_mod(&mut self, node: &'t syn::ItemMod) {
        self.add(self.of(node), Kind::Module, |r| {
            visit::visit_item_mod(r, node)
        });
    }

    fn visit_item_use(&mut self, node: &'t syn::ItemUse) {
        self.add(self.of(node), Kind::Use, |_| {});
    }

    fn visit_item_struct(&mut self, node: &'t syn::ItemStruct) {
        let name = self.token(node.ident.span());
        self.add(self.of(node), Kind::Struct { name }, |r| {
            let types = node.fields.iter().map(|field| r.of(&field.ty));
            let types: Vec<Span> = types.collect();
            types
                .into_iter()
                .for_each(|span| r.add(span, Kind::Type, |_| {}));
        });
    }

    fn visit_item_impl(&mut self, node: &'t syn::ItemImpl) {
        let of = self.of(&node.self_ty);
        self.add(self.of(node), Kind::Impl { of }, |r| {
            visit::visit_item_impl(r, node)
        });
    }

    fn visit_item_fn(&mut self, node: &'t syn::ItemFn) {
        self.function(self.of(node), &node.sig.inputs, &node.block);
    }

    fn visit_impl_item_fn(&mut self, node: &'t syn::ImplItemFn) {
        self.function(self.of(node), &node.sig.inputs, &node.block);
    }

    fn visit_trait_item_fn(&mut self, node: &'t syn::TraitItemFn) {
        if let Some(block) = &node.default {
            self.function(self.of(node), &node.sig.inputs, block);
        }
    }

    fn visit_fn_arg(&mut self, node: &'t syn::FnArg) {
        match node {
            syn::FnArg::Receiver(receiver) => {
                let kind = Kind::Binding {
                    mutable: receiver.mutability.is_some(),
                    owned: matches!(receiver.kind, syn::ReceiverKind::Value),
                };
                self.add(self.token(receiver.self_token.span), kind, |_| {});
            }
            syn::FnArg::Typed(typed) => match (&*typed.pat, &*typed.ty) {
                (syn::Pat::Ident(name), syn::Type::Reference(_) | syn::Type::Ptr(_)) => {
                    let kind = Kind::Binding {
                        mutable: name.mutability.is_some(),
                        owned: false,
                    };
                    self.add(self.token(name.ident.span()), kind, |_| {});
                }
                (pat, _) => self.visit_pat(pat),
            },
        }
    }

    fn visit_pat_ident(&mut self, node: &'t syn::PatIdent) {
        let kind = Kind::Binding {
            mutable: node.mutability.is_some(),
            owned: node.by_ref.is_none(),
        };
        self.add(self.token(node.ident.span()), kind, |_| {});
        if let Some((_, inner)) = &node.subpat {
            self.visit_pat(inner);
        }
    }

    fn visit_type(&mut self, _: &'t syn::Type) {}

    fn visit_block(&mut self, node: &'t syn::Block) {
        let brace = node.brace_token.span;
        let span = self.place(brace.open(), brace.close());
        self.add(span, Kind::Block, |r| visit::visit_block(r, node));
    }

    fn visit_local(&mut self, node: &'t syn::Local) {
        let (pat, typed) = match &node.pat {
            syn::Pat::Type(typed) => (&*typed.pat, true),
            pat => (pat, false),
        };
        let name = match pat {
            syn::Pat::Ident(name) if name.subpat.is_none() => Some(name.ident.span()),
            syn::Pat::Wild(wild) => Some(wild.underscore_token.span),
            _ => None,
        };
        let name = name.map(|span| self.token(span));
        let span = self.place(node.let_token.span, node.semi_token.span);
        self.add(span, Kind::Let { name, typed }, |r| {
            visit::visit_local(r, node)
        });
    }

    fn visit_stmt(&mut self, node: &'t syn::Stmt) {
        match node {
            syn::Stmt::Expr(value, semi) => {
                let whole = expr(self.file.into(), value);
                let hi = semi.map_or(whole.hi, |semi| self.token(semi.span).hi);
                self.add(Span { hi, ..whole }, Kind::Statement, |r| {
                    r.visit_expr(value)
                });
            }
            syn::Stmt::Macro(call) => {
                let span = self.of(call);
                self.add(span, Kind::Statement, |r| r.add(span, Kind::Macro, |_| {}));
            }
            _ => visit::visit_stmt(self, node),
        }
    }

    fn visit_expr(&mut self, node: &'t syn::Expr) {
        if let syn::Expr::Group(group) = node {
            return self.visit_expr(&group.expr);
        }
        let span = expr(self.file.into(), node);
        self.add(span, self.kind(node), |r| visit::visit_expr(r, node));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Shapes {
        Shapes::read(FileId(0), text).unwrap()
    }

    /// The nodes of this kind, as they are written.
    fn texts<'s>(shapes: &'s Shapes, wanted: impl Fn(Kind) -> bool) -> Vec<&'s str> {
        let found = shapes.all().filter(|id| wanted(shapes.kind(*id)));
        found.map(|id| shapes.text_of(id)).collect()
    }

    #[test]
    fn calls_and_their_parts() {
        let shapes = read("fn é() { let é = a::f(x as *mut u8, &raw mut y).cast::<u8>(); g() }");
        assert_eq!(
            texts(&shapes, |kind| kind == Kind::Call),
            ["a::f(x as *mut u8, &raw mut y)", "g()"]
        );
        let call = shapes
            .all()
            .find(|id| shapes.kind(*id) == Kind::Call)
            .unwrap();
        let parts = shapes.children(call).iter().map(|id| shapes.text_of(*id));
        assert_eq!(
            parts.collect::<Vec<_>>(),
            ["a::f", "x as *mut u8", "&raw mut y"]
        );
        let method = shapes.parent(call).unwrap();
        let Kind::Method { name, turbofish } = shapes.kind(method) else {
            panic!("{:?}", shapes.kind(method));
        };
        assert_eq!((shapes.text(name), turbofish), ("cast", true));
        let Kind::Let { name, typed } = shapes.kind(shapes.parent(method).unwrap()) else {
            panic!("the method is the value of the `let`");
        };
        assert_eq!((name.map(|n| shapes.text(n)), typed), (Some("é"), false));
        assert_eq!(shapes.expression(shapes.span(call)), Some(call));
    }

    #[test]
    fn statements_take_their_semicolons() {
        let shapes =
            read("fn f() {\r\n    unsafe { g(); }\r\n    m!(a);\r\n    *p = 1;\r\n    h()\r\n}");
        let statements = texts(&shapes, |kind| kind == Kind::Statement);
        assert_eq!(
            statements,
            ["unsafe { g(); }", "g();", "m!(a);", "*p = 1;", "h()"]
        );
        let last = shapes
            .all()
            .filter(|id| shapes.kind(*id) == Kind::Statement)
            .last();
        let span = shapes.span(last.unwrap());
        assert_eq!(
            (shapes.indent(span.lo), shapes.line_end()),
            ("    ", "\r\n")
        );
        assert_eq!(shapes.text(shapes.with_line(span)), "    h()\r\n");
        assert_eq!(shapes.behind(span.lo), "h()");
        let inner = shapes
            .all()
            .find(|id| shapes.text_of(*id) == "g();")
            .unwrap();
        assert_eq!(shapes.with_line(shapes.span(inner)), shapes.span(inner));
        assert_eq!(shapes.inside(shapes.parent(inner).unwrap()).count(), 3);
    }

    #[test]
    fn bindings_say_whether_they_own() {
        let text = "impl S { fn f(self, a: &u8, mut b: Vec<u8>, (c, ref d): P) { let _ = b; } }";
        let shapes = read(text);
        let bindings: Vec<(&str, bool, bool)> = shapes
            .all()
            .filter_map(|id| match shapes.kind(id) {
                Kind::Binding { mutable, owned } => Some((shapes.text_of(id), mutable, owned)),
                _ => None,
            })
            .collect();
        let expected = [
            ("self", false, true),
            ("a", false, false),
            ("b", true, true),
            ("c", false, true),
            ("d", false, false),
        ];
        assert_eq!(bindings, expected);
        let function = shapes
            .all()
            .find(|id| shapes.kind(*id) == Kind::Function)
            .unwrap();
        assert_eq!(shapes.mentions(shapes.span(function), "b"), 2);
    }

    #[test]
    fn what_does_not_parse_has_no_shapes() {
        assert!(Shapes::read(FileId(0), "fn f( {").is_none());
        assert!(Shapes::read(FileId(0), "\u{feff}fn f() {}").is_some());
    }
}
