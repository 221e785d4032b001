//! Questions about expressions answered by walking them: effects, names, attributes.

use crate::name::Name;
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Expr};

/// Whether evaluating the expression may change a variable or panic.
pub(super) fn has_effects(e: &Expr) -> bool {
    match e {
        Expr::Lit(_) | Expr::Path(_) | Expr::Closure(_) => false,
        Expr::Paren(x) => has_effects(&x.expr),
        Expr::Group(x) => has_effects(&x.expr),
        Expr::Reference(x) => has_effects(&x.expr),
        Expr::RawAddr(x) => has_effects(&x.expr),
        Expr::Field(x) => has_effects(&x.base),
        Expr::Cast(x) => has_effects(&x.expr),
        Expr::Unary(x) => has_effects(&x.expr),
        Expr::Index(x) => has_effects(&x.expr) || has_effects(&x.index),
        Expr::Binary(x) if !super::literal::is_compound(&x.op) => {
            has_effects(&x.left) || has_effects(&x.right)
        }
        Expr::Tuple(x) => x.elems.iter().any(has_effects),
        Expr::Array(x) => x.elems.iter().any(has_effects),
        _ => true,
    }
}

/// Whether the expression mentions a variable of this name.
pub(super) fn mentions(e: &Expr, name: Name) -> bool {
    let mut search = Search { name, found: false };
    search.visit_expr(e);
    search.found
}

struct Search {
    name: Name,
    found: bool,
}

impl<'ast> Visit<'ast> for Search {
    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if let Some(ident) = path.path.get_ident() {
            self.found |= super::literal::name(ident) == self.name;
        }
    }

    fn visit_expr(&mut self, e: &'ast Expr) {
        if !self.found {
            visit::visit_expr(self, e);
        }
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        let idents = idents(&mac.tokens);
        self.found |= idents
            .iter()
            .any(|ident| super::literal::name(ident) == self.name);
    }

    fn visit_type(&mut self, _: &'ast syn::Type) {}
}

/// All identifiers among the tokens.
pub(super) fn idents(tokens: &TokenStream) -> Vec<syn::Ident> {
    let mut found = Vec::new();
    let mut waiting = vec![tokens.clone()];
    while let Some(tokens) = waiting.pop() {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => found.push(ident),
                TokenTree::Group(group) => waiting.push(group.stream()),
                _ => {}
            }
        }
    }
    found
}

/// The attributes of a statement's expression (syn hangs them on its leftmost part).
pub(super) fn attrs(mut e: &Expr) -> &[Attribute] {
    loop {
        let (attrs, left) = match e {
            Expr::Assign(x) => (&x.attrs, Some(&x.left)),
            Expr::Binary(x) => (&x.attrs, Some(&x.left)),
            Expr::Cast(x) => (&x.attrs, Some(&x.expr)),
            other => return own_attrs(other),
        };
        match left {
            Some(left) if attrs.is_empty() => e = left,
            _ => return attrs,
        }
    }
}

fn own_attrs(e: &Expr) -> &[Attribute] {
    match e {
        Expr::Array(x) => &x.attrs,
        Expr::Async(x) => &x.attrs,
        Expr::Await(x) => &x.attrs,
        Expr::Block(x) => &x.attrs,
        Expr::Break(x) => &x.attrs,
        Expr::Call(x) => &x.attrs,
        Expr::Closure(x) => &x.attrs,
        Expr::Const(x) => &x.attrs,
        Expr::Continue(x) => &x.attrs,
        Expr::Field(x) => &x.attrs,
        Expr::ForLoop(x) => &x.attrs,
        Expr::If(x) => &x.attrs,
        Expr::Index(x) => &x.attrs,
        Expr::Lit(x) => &x.attrs,
        Expr::Loop(x) => &x.attrs,
        Expr::Macro(x) => &x.attrs,
        Expr::Match(x) => &x.attrs,
        Expr::MethodCall(x) => &x.attrs,
        Expr::Paren(x) => &x.attrs,
        Expr::Path(x) => &x.attrs,
        Expr::Reference(x) => &x.attrs,
        Expr::Return(x) => &x.attrs,
        Expr::Struct(x) => &x.attrs,
        Expr::Try(x) => &x.attrs,
        Expr::Tuple(x) => &x.attrs,
        Expr::Unary(x) => &x.attrs,
        Expr::Unsafe(x) => &x.attrs,
        Expr::While(x) => &x.attrs,
        _ => &[],
    }
}
