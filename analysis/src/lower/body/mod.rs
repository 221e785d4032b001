//! Bodies: from expressions, statements and patterns to control-flow graphs.

mod assign;
mod builder;
mod call;
mod closure;
mod control;
mod expr;
mod literal;
mod looping;
mod macros;
mod mentions;
mod operand;
mod pattern;
mod place;
mod prune;
mod scope;
mod stmt;
#[cfg(test)]
mod tests;

use super::cx::FileCx;
use crate::ir::{BodyId, BodyKind, DropWhy, LocalId, ModuleIx, Place, TyExpr};
use crate::name::Name;
use builder::Builder;
use proc_macro2::Span as TokenSpan;
use syn::{FnArg, Pat};

/// Lowers a function's body.
pub(crate) fn lower_fn(
    cx: &mut FileCx<'_>,
    module: ModuleIx,
    sig: &syn::Signature,
    block: &syn::Block,
) -> BodyId {
    let span = cx
        .span(sig.fn_token.span)
        .to(cx.span(block.brace_token.span.close()));
    let id = builder::reserve(cx, module, span);
    let ret = cx.return_type(&sig.output);
    let mut b = Builder::new(cx, module, BodyKind::Fn, Some(ret), span);
    b.push_scope(span);
    b.fn_params(sig);
    b.block(Some(&Place::local(LocalId::RETURN)), block);
    b.pop_scope();
    let body = b.finish();
    cx.place(id, body);
    id
}

/// Lowers the value of a constant or static.
pub(crate) fn lower_const(cx: &mut FileCx<'_>, module: ModuleIx, expr: &syn::Expr) -> BodyId {
    let span = cx.expr_span(expr);
    let id = builder::reserve(cx, module, span);
    let mut b = Builder::new(cx, module, BodyKind::Const, None, span);
    b.push_scope(span);
    // The temporaries of a constant live as long as the constant.
    b.expr(Some(&Place::local(LocalId::RETURN)), expr);
    b.scopes.clear();
    let body = b.finish();
    cx.place(id, body);
    id
}

/// A parameter that a pattern takes apart.
type Pending<'t> = (&'t Pat, LocalId);

impl Builder<'_, '_> {
    fn fn_params(&mut self, sig: &syn::Signature) {
        let mut pending = Vec::new();
        for arg in &sig.inputs {
            match arg {
                FnArg::Receiver(receiver) => {
                    let ty = self.cx.receiver_type(receiver);
                    let at = receiver.self_token.span;
                    self.named_param(Name::new("self"), Some(ty), at);
                }
                FnArg::Typed(typed) => {
                    let ty = self.cx.ty(&typed.ty);
                    pending.extend(self.param(&typed.pat, Some(ty)));
                }
            }
        }
        self.take_apart(pending);
    }

    /// Adds a parameter; one with a pattern is handed back.
    fn param<'t>(&mut self, pat: &'t Pat, ty: Option<TyExpr>) -> Option<Pending<'t>> {
        match pat {
            Pat::Paren(x) => self.param(&x.pat, ty),
            Pat::Type(x) => {
                let ty = self.cx.ty(&x.ty);
                self.param(&x.pat, Some(ty))
            }
            Pat::Ident(x) if x.by_ref.is_none() && x.subpat.is_none() => {
                self.named_param(literal::name(&x.ident), ty, x.ident.span());
                None
            }
            other => {
                let at = pattern::first_token(other).unwrap_or_else(TokenSpan::call_site);
                let local = self.named_param(Name::EMPTY, ty, at);
                Some((other, local))
            }
        }
    }

    fn named_param(&mut self, name: Name, ty: Option<TyExpr>, at: TokenSpan) -> LocalId {
        let span = self.cx.span(at);
        let owns = ty.as_ref().is_none_or(operand::ty_may_own);
        let local = self.new_local(name, ty, span);
        self.params.push(local);
        if owns {
            self.schedule(local, DropWhy::ScopeEnd);
        } else {
            self.plain.insert(local);
        }
        if !name.is_empty() {
            self.declare(name, Place::local(local));
        }
        local
    }

    fn take_apart(&mut self, pending: Vec<Pending<'_>>) {
        for (pat, local) in pending {
            let vars = self.binding_locals(pat, None);
            self.bind(pat, &Place::local(local), &vars);
            self.declare_bindings(vars);
        }
    }
}
