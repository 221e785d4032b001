//! Places: variables and items, and the ways from them into their parts.

use super::builder::Builder;
use super::literal::name;
use super::operand::method_may_own;
use crate::ir::{Base, DropWhy, Literal, LocalId, Operand, Place, Proj, Rvalue};
use crate::name::Name;
use syn::{Expr, Member};

/// A step outwards from the base of a chain like `a.b[c].d()?`.
enum Link<'e> {
    Field(&'e Member),
    Index(&'e Expr),
    Deref,
    Method(&'e syn::ExprMethodCall),
    Try(&'e syn::ExprTry),
}

impl Builder<'_, '_> {
    /// The place an expression denotes; a value is put into a temporary. Chains are followed
    /// without recursion.
    pub(super) fn place(&mut self, e: &Expr) -> Place {
        let extend = self.extend.take();
        let mut links = Vec::new();
        let mut base = e;
        loop {
            base = match base {
                Expr::Paren(x) => &x.expr,
                Expr::Group(x) => &x.expr,
                Expr::Await(x) => &x.base,
                Expr::Field(x) => {
                    links.push(Link::Field(&x.member));
                    &x.base
                }
                Expr::Index(x) => {
                    links.push(Link::Index(&x.index));
                    &x.expr
                }
                Expr::Unary(x) if matches!(x.op, syn::UnOp::Deref(_)) => {
                    links.push(Link::Deref);
                    &x.expr
                }
                Expr::MethodCall(x) => {
                    links.push(Link::Method(x));
                    &x.receiver
                }
                Expr::Try(x) => {
                    links.push(Link::Try(x));
                    &x.expr
                }
                _ => break,
            };
        }
        // Only the outermost temporary is extended: the one that the value is a part of.
        let last_call = links.iter().position(|l| matches!(l, Link::Method(_)));
        let mut place = self.base_place(base, extend.filter(|_| last_call.is_none()));
        for (ix, link) in links.iter().enumerate().rev() {
            let extend = extend.filter(|_| last_call == Some(ix));
            place = self.link(place, link, extend);
        }
        place
    }

    fn base_place(&mut self, e: &Expr, extend: Option<usize>) -> Place {
        if let Expr::Path(path) = e {
            return self.path_place(path);
        }
        self.extend = extend;
        if let Expr::Macro(x) = e {
            return self.macro_place(e, &x.mac);
        }
        Place::local(self.temp(e, extend))
    }

    /// A variable or an item.
    pub(super) fn path_place(&mut self, e: &syn::ExprPath) -> Place {
        self.extend = None;
        if let Some(place) = self.variable(e) {
            return place;
        }
        Place::item(self.cx.path(e.qself.as_ref(), &e.path))
    }

    /// The variable, if the path is one in scope.
    pub(super) fn variable(&mut self, e: &syn::ExprPath) -> Option<Place> {
        if e.qself.is_some() {
            return None;
        }
        let ident = e.path.get_ident()?;
        self.lookup(name(ident))
    }

    fn link(&mut self, place: Place, link: &Link<'_>, extend: Option<usize>) -> Place {
        match link {
            Link::Field(member) => place.with(Proj::Field(member_name(member))),
            Link::Deref => place.with(Proj::Deref),
            Link::Index(index) => self.index(place, index),
            Link::Try(x) => self.question_mark(place, x),
            Link::Method(x) => {
                let span = self.cx.span(x.method.span());
                let temp = self.new_temp(span);
                self.method_call(&Place::local(temp), place, x);
                if method_may_own(x) {
                    self.schedule_temp(temp, extend);
                }
                Place::local(temp)
            }
        }
    }

    fn schedule_temp(&mut self, temp: LocalId, extend: Option<usize>) {
        match extend {
            Some(scope) => self.schedule_in(scope, temp, DropWhy::ScopeEnd),
            None => self.schedule_temporary(temp),
        }
    }

    fn index(&mut self, place: Place, index: &Expr) -> Place {
        match index {
            Expr::Range(range) => {
                for end in [&range.start, &range.end].into_iter().flatten() {
                    self.operand(end);
                }
                return place.with(Proj::Subslice);
            }
            Expr::Paren(x) => return self.index(place, &x.expr),
            Expr::Group(x) => return self.index(place, &x.expr),
            _ => {}
        }
        let operand = self.operand(index);
        match operand {
            Operand::Literal(Literal::Int(n @ 0..0xffff_ffff, _)) => place.with(Proj::ConstIndex {
                index: n as u32,
                from_end: false,
            }),
            Operand::Place(Place {
                base: Base::Local(local),
                proj,
            }) if proj.is_empty() => place.with(Proj::Index(local)),
            operand => {
                let span = self.cx.expr_span(index);
                let temp = self.scalar(Rvalue::Use(operand), span);
                place.with(Proj::Index(temp))
            }
        }
    }
}

/// A field's name.
pub(super) fn member_name(member: &Member) -> Name {
    match member {
        Member::Named(ident) => name(ident),
        Member::Unnamed(index) => Name::index(index.index as usize),
    }
}
