//! Patterns: tested first, then taken apart.
//!
//! Nothing is bound, and so nothing moved, before the whole pattern is known to match. Whether a
//! plain name takes the value or a reference to it depends on types, which are unknown here.

use super::builder::Builder;
use super::literal::name;
use super::mentions::idents;
use super::place::member_name;
use crate::ir::{
    BinOp, BlockId, DropWhy, Literal, LocalId, Operand, Path, Place, Proj, Rvalue, Terminator,
    TyExpr,
};
use crate::lower::span;
use crate::name::Name;
use proc_macro2::Span as TokenSpan;
use syn::punctuated::Punctuated;
use syn::{Pat, PatIdent, Token};

/// A variable of a pattern.
pub(super) struct Binding {
    name: Name,
    local: LocalId,
    /// It cannot own anything.
    borrows: bool,
}

/// A part of a pattern and the part of the value it stands for.
type Part<'p> = (&'p Pat, Place);

impl Builder<'_, '_> {
    /// Goes on if the value at `place` matches, else to `fail`.
    pub(super) fn test(&mut self, pat: &Pat, place: &Place, fail: BlockId) {
        match pat {
            Pat::Ident(x) if is_binding(x) => {
                if let Some((_, sub)) = &x.subpat {
                    self.test(sub, place, fail);
                }
            }
            Pat::Ident(x) => {
                let path = Path::ident(name(&x.ident));
                self.test_variant(place, path, x.ident.span(), fail);
            }
            Pat::Path(x) => {
                let path = self.cx.path(x.qself.as_ref(), &x.path);
                self.test_variant(place, path, span::path_last(&x.path), fail);
            }
            Pat::Lit(x) => self.test_literal(place, x, fail),
            Pat::Range(x) => self.test_range(place, x, fail),
            Pat::Or(x) => self.test_or(&x.cases, place, fail),
            Pat::Struct(x) => {
                let path = self.cx.path(x.qself.as_ref(), &x.path);
                self.test_variant(place, path, span::path_last(&x.path), fail);
                self.test_parts(pat, place, fail);
            }
            Pat::TupleStruct(x) => {
                let path = self.cx.path(x.qself.as_ref(), &x.path);
                self.test_variant(place, path, span::path_last(&x.path), fail);
                self.test_parts(pat, place, fail);
            }
            Pat::Slice(x) => {
                self.test_length(place, x, fail);
                self.test_parts(pat, place, fail);
            }
            Pat::Tuple(_) | Pat::Reference(_) | Pat::Paren(_) | Pat::Type(_) => {
                self.test_parts(pat, place, fail);
            }
            Pat::Wild(_) | Pat::Rest(_) => {}
            _ => {
                let yes = self.new_block();
                self.end(Terminator::Any(vec![yes, fail]));
                self.at = yes;
            }
        }
    }

    fn test_parts(&mut self, pat: &Pat, place: &Place, fail: BlockId) {
        for (part, place) in self.parts(pat, place) {
            self.test(part, &place, fail);
        }
    }

    fn test_variant(&mut self, place: &Place, path: Path, at: TokenSpan, fail: BlockId) {
        let value = Rvalue::IsVariant(place.clone(), path);
        self.test_value(value, at, fail);
    }

    fn test_value(&mut self, value: Rvalue, at: TokenSpan, fail: BlockId) {
        let span = self.cx.span(at);
        let test = self.scalar(value, span);
        self.branch(Operand::Place(Place::local(test)), fail);
    }

    fn test_literal(&mut self, place: &Place, x: &syn::ExprLit, fail: BlockId) {
        let value = Operand::Place(place.clone());
        match self.literal(&x.lit) {
            Literal::Bool(true) => self.branch(value, fail),
            Literal::Bool(false) => {
                let go_on = self.new_block();
                let (yes, no) = (fail, go_on);
                self.end(Terminator::Branch {
                    cond: value,
                    yes,
                    no,
                });
                self.at = go_on;
            }
            other => {
                let test = Rvalue::Binary(BinOp::Eq, value, Operand::Literal(other));
                self.test_value(test, x.lit.span(), fail);
            }
        }
    }

    fn test_range(&mut self, place: &Place, x: &syn::ExprRange, fail: BlockId) {
        let upper = match x.limits {
            syn::RangeLimits::Closed(_) => BinOp::Le,
            syn::RangeLimits::HalfOpen(_) => BinOp::Lt,
        };
        for (op, end) in [(BinOp::Ge, &x.start), (upper, &x.end)] {
            if let Some(end) = end {
                let limit = self.operand(end);
                let test = Rvalue::Binary(op, Operand::Place(place.clone()), limit);
                self.test_value(test, span::first(end), fail);
            }
        }
    }

    fn test_or(&mut self, cases: &Punctuated<Pat, Token![|]>, place: &Place, fail: BlockId) {
        let matched = self.new_block();
        for (ix, case) in cases.iter().enumerate() {
            let next = match ix + 1 == cases.len() {
                true => fail,
                false => self.new_block(),
            };
            self.test(case, place, next);
            self.goto(matched);
            self.at = next;
        }
        self.at = matched;
    }

    fn test_length(&mut self, place: &Place, x: &syn::PatSlice, fail: BlockId) {
        let fixed = x.elems.iter().filter(|p| !is_rest(p)).count();
        let op = match fixed == x.elems.len() {
            true => BinOp::Eq,
            false if fixed == 0 => return,
            false => BinOp::Ge,
        };
        let at = x.bracket_token.span.open();
        let span = self.cx.span(at);
        let len = self.scalar(Rvalue::Len(place.clone()), span);
        let fixed = Literal::Int(fixed as i128, Some(Name::new("usize")));
        let len = Operand::Place(Place::local(len));
        let test = Rvalue::Binary(op, len, Operand::Literal(fixed));
        self.test_value(test, at, fail);
    }

    /// The parts of a pattern that has any.
    fn parts<'p>(&mut self, pat: &'p Pat, place: &Place) -> Vec<Part<'p>> {
        match pat {
            Pat::Paren(x) => vec![(&*x.pat, place.clone())],
            Pat::Type(x) => vec![(&*x.pat, place.clone())],
            Pat::Guard(x) => vec![(&*x.pat, place.clone())],
            Pat::Reference(x) => vec![(&*x.pat, place.clone().with(Proj::Deref))],
            Pat::Tuple(x) => positions(&x.elems, place, false),
            Pat::Slice(x) => positions(&x.elems, place, true),
            Pat::TupleStruct(x) => {
                let path = self.cx.path(x.qself.as_ref(), &x.path);
                let inside = place.clone().with(Proj::Variant(Box::new(path)));
                positions(&x.elems, &inside, false)
            }
            Pat::Struct(x) => {
                let path = self.cx.path(x.qself.as_ref(), &x.path);
                let inside = place.clone().with(Proj::Variant(Box::new(path)));
                let part = |f: &'p syn::FieldPat| {
                    let field = Proj::Field(member_name(&f.member));
                    (&*f.pat, inside.clone().with(field))
                };
                x.fields.iter().map(part).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Fills the pattern's variables from a value that matches.
    pub(super) fn bind(&mut self, pat: &Pat, place: &Place, vars: &[Binding]) {
        self.bind_part(pat, place, vars, place.proj.len());
    }

    /// The same of a part of the pattern; `from`: how many steps lead to the whole value.
    fn bind_part(&mut self, pat: &Pat, place: &Place, vars: &[Binding], from: usize) {
        match pat {
            Pat::Ident(x) if is_binding(x) => {
                self.bind_ident(x, place, vars, from);
                if let Some((_, sub)) = &x.subpat {
                    self.bind_part(sub, place, vars, from);
                }
            }
            Pat::Or(x) => {
                if has_bindings(pat) {
                    self.bind_or(&x.cases, place, vars, from);
                }
            }
            Pat::Verbatim(tokens) => {
                for ident in idents(tokens) {
                    self.bind_unknown(&ident, vars);
                }
            }
            _ => {
                for (part, place) in self.parts(pat, place) {
                    self.bind_part(part, &place, vars, from);
                }
            }
        }
    }

    fn bind_ident(&mut self, x: &PatIdent, place: &Place, vars: &[Binding], from: usize) {
        let value = match x.by_ref {
            Some(_) => Rvalue::Ref {
                mutable: x.mutability.is_some(),
                raw: false,
                place: place.clone(),
            },
            None if place.proj.len() > from => Rvalue::Bind {
                place: place.clone(),
                from: from as u32,
            },
            None => Rvalue::Use(Operand::Place(place.clone())),
        };
        self.bind_value(&x.ident, value, vars);
    }

    fn bind_unknown(&mut self, ident: &syn::Ident, vars: &[Binding]) {
        self.bind_value(ident, Rvalue::Unknown(Vec::new()), vars);
    }

    fn bind_value(&mut self, ident: &syn::Ident, value: Rvalue, vars: &[Binding]) {
        let wanted = name(ident);
        if let Some(var) = vars.iter().find(|v| v.name == wanted) {
            let at = self.cx.span(ident.span());
            self.assign(Place::local(var.local), value, at);
        }
    }

    /// Which alternative matched is asked once more, since their bindings differ.
    fn bind_or(
        &mut self,
        cases: &Punctuated<Pat, Token![|]>,
        place: &Place,
        vars: &[Binding],
        from: usize,
    ) {
        let bound = self.new_block();
        for (ix, case) in cases.iter().enumerate() {
            let next = self.new_block();
            if ix + 1 < cases.len() {
                self.test(case, place, next);
            }
            self.bind_part(case, place, vars, from);
            self.goto(bound);
            self.at = next;
        }
        self.at = bound;
    }

    /// Makes the pattern's variables, not yet in scope.
    pub(super) fn binding_locals(&mut self, pat: &Pat, ty: Option<TyExpr>) -> Vec<Binding> {
        let mut found: Vec<(&syn::Ident, bool)> = Vec::new();
        let mut unknown = Vec::new();
        collect(pat, &mut found, &mut unknown);
        let found = found.into_iter().chain(unknown.iter().map(|i| (i, false)));
        let mut vars: Vec<Binding> = Vec::new();
        for (ident, borrows) in found {
            let wanted = name(ident);
            if !vars.iter().any(|v| v.name == wanted) {
                let at = self.cx.span(ident.span());
                let local = self.new_local(wanted, ty.clone(), at);
                vars.push(Binding {
                    name: wanted,
                    local,
                    borrows,
                });
            }
        }
        vars
    }

    /// Brings the variables into scope; they are dropped with the innermost one.
    pub(super) fn declare_bindings(&mut self, vars: Vec<Binding>) {
        for var in vars {
            self.declare(var.name, Place::local(var.local));
            if var.borrows {
                self.plain.insert(var.local);
            } else {
                self.schedule(var.local, DropWhy::ScopeEnd);
            }
        }
    }

    /// Lets the pattern's names stand for the places they would be bound to.
    pub(super) fn declare_places(&mut self, pat: &Pat, place: &Place) {
        match pat {
            Pat::Ident(x) if is_binding(x) => {
                self.declare(name(&x.ident), place.clone());
                if let Some((_, sub)) = &x.subpat {
                    self.declare_places(sub, place);
                }
            }
            Pat::Or(x) => {
                if let Some(case) = x.cases.first() {
                    self.declare_places(case, place);
                }
            }
            _ => {
                for (part, place) in self.parts(pat, place) {
                    self.declare_places(part, &place);
                }
            }
        }
    }
}

/// The elements of a tuple or slice pattern; those after `..` count from the end.
fn positions<'p>(
    elems: &'p Punctuated<Pat, Token![,]>,
    place: &Place,
    slice: bool,
) -> Vec<Part<'p>> {
    let rest = elems.iter().position(is_rest);
    let part = |(ix, pat): (usize, &'p Pat)| {
        let proj = match rest {
            Some(rest) if ix == rest => Proj::Subslice,
            Some(rest) if ix > rest => Proj::ConstIndex {
                index: (elems.len() - ix) as u32,
                from_end: true,
            },
            _ if slice => Proj::ConstIndex {
                index: ix as u32,
                from_end: false,
            },
            _ => Proj::Field(Name::index(ix)),
        };
        (pat, place.clone().with(proj))
    };
    elems.iter().enumerate().map(part).collect()
}

/// `..` or `name @ ..`.
fn is_rest(pat: &Pat) -> bool {
    match pat {
        Pat::Rest(_) => true,
        Pat::Ident(x) => matches!(&x.subpat, Some((_, sub)) if is_rest(sub)),
        _ => false,
    }
}

/// Whether the identifier binds; a lone name with a capital is a constant or variant.
pub(super) fn is_binding(x: &PatIdent) -> bool {
    x.by_ref.is_some()
        || x.mutability.is_some()
        || x.subpat.is_some()
        || !x.ident.to_string().starts_with(char::is_uppercase)
}

/// Whether the pattern binds anything.
pub(super) fn has_bindings(pat: &Pat) -> bool {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    collect(pat, &mut found, &mut unknown);
    !found.is_empty() || !unknown.is_empty()
}

/// Whether the pattern has a `ref` binding, which prolongs the life of what it borrows from.
pub(super) fn has_ref(pat: &Pat) -> bool {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    collect(pat, &mut found, &mut unknown);
    found.iter().any(|(_, borrows)| *borrows)
}

/// The variables of a pattern and whether each is a `ref`; of a pattern that syn does not know,
/// its lower-case words.
fn collect<'p>(
    pat: &'p Pat,
    found: &mut Vec<(&'p syn::Ident, bool)>,
    unknown: &mut Vec<syn::Ident>,
) {
    let mut all = |parts: &mut dyn Iterator<Item = &'p Pat>| {
        parts.for_each(|part| collect(part, found, unknown));
    };
    match pat {
        Pat::Ident(x) => {
            if let Some((_, sub)) = &x.subpat {
                all(&mut std::iter::once(&**sub));
            }
            if is_binding(x) {
                found.push((&x.ident, x.by_ref.is_some()));
            }
        }
        Pat::Paren(x) => all(&mut std::iter::once(&*x.pat)),
        Pat::Type(x) => all(&mut std::iter::once(&*x.pat)),
        Pat::Guard(x) => all(&mut std::iter::once(&*x.pat)),
        Pat::Reference(x) => all(&mut std::iter::once(&*x.pat)),
        Pat::Tuple(x) => all(&mut x.elems.iter()),
        Pat::Slice(x) => all(&mut x.elems.iter()),
        Pat::TupleStruct(x) => all(&mut x.elems.iter()),
        Pat::Struct(x) => all(&mut x.fields.iter().map(|f| &*f.pat)),
        Pat::Or(x) => all(&mut x.cases.iter()),
        Pat::Verbatim(tokens) => unknown.extend(
            idents(tokens)
                .into_iter()
                .filter(|i| *i != "box" && i.to_string().starts_with(char::is_lowercase)),
        ),
        _ => {}
    }
}

/// A token near the pattern's beginning.
pub(super) fn first_token(pat: &Pat) -> Option<TokenSpan> {
    Some(match pat {
        Pat::Ident(x) => x.ident.span(),
        Pat::Paren(x) => x.paren_token.span.open(),
        Pat::Path(x) => span::path_last(&x.path),
        Pat::Reference(x) => x.and_token.spans[0],
        Pat::Slice(x) => x.bracket_token.span.open(),
        Pat::Struct(x) => span::path_last(&x.path),
        Pat::Tuple(x) => x.paren_token.span.open(),
        Pat::TupleStruct(x) => span::path_last(&x.path),
        Pat::Type(x) => return first_token(&x.pat),
        Pat::Wild(x) => x.underscore_token.span,
        Pat::Lit(x) => x.lit.span(),
        Pat::Range(x) => span::first(x.start.as_deref()?),
        Pat::Or(x) => return first_token(x.cases.first()?),
        _ => return None,
    })
}
