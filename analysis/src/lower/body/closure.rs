//! Closures: a body of their own, and the variables it turned out to use.

use super::builder::{Builder, Env, reserve};
use crate::ir::{Base, Body, BodyKind, Callee, LocalId, Operand, Place, Rvalue, StmtKind};
use crate::name::Name;
use crate::span::Span;

impl Builder<'_, '_> {
    pub(super) fn closure(&mut self, dest: &Place, e: &syn::ExprClosure, span: Span) {
        let id = reserve(self.cx, self.module, span);
        let by_move = e.capture.is_some();
        let env = Box::new(Env {
            names: std::mem::take(&mut self.names),
            captured: std::mem::take(&mut self.captured),
            outer: self.env.take(),
        });
        let (body, names, env) = self.closure_body(e, env, span);
        self.names = env.names;
        self.captured = env.captured;
        self.env = env.outer;
        let mut captures = Vec::with_capacity(names.len());
        for (name, local) in names.into_iter().zip(&body.captures) {
            let Some(place) = self.lookup(name) else {
                continue;
            };
            captures.push(match by_move {
                true => Operand::Place(place),
                false => self.borrow(place, changes(&body, *local), span),
            });
        }
        self.cx.place(id, body);
        self.assign(dest.clone(), Rvalue::Closure { body: id, captures }, span);
    }

    fn borrow(&mut self, place: Place, mutable: bool, span: Span) -> Operand {
        let raw = false;
        let borrow = Rvalue::Ref {
            mutable,
            raw,
            place,
        };
        Operand::Place(Place::local(self.scalar(borrow, span)))
    }

    fn closure_body(
        &mut self,
        e: &syn::ExprClosure,
        env: Box<Env>,
        span: Span,
    ) -> (Body, Vec<Name>, Box<Env>) {
        let ret = match &e.output {
            syn::ReturnType::Default => None,
            syn::ReturnType::Type(_, ty) => Some(self.cx.ty(ty)),
        };
        let mut b = Builder::new(self.cx, self.module, BodyKind::Closure, ret, span);
        b.env = Some(env);
        b.by_move = e.capture.is_some();
        b.macro_depth = self.macro_depth;
        b.push_scope(span);
        let mut pending = Vec::new();
        for pat in &e.inputs {
            pending.extend(b.param(pat, None));
        }
        b.take_apart(pending);
        b.push_scope(span);
        b.expr(Some(&Place::local(LocalId::RETURN)), &e.body);
        b.pop_scope();
        b.pop_scope();
        let names = b.captured.iter().map(|v| v.name).collect();
        let env = b.env.take().unwrap_or_else(|| Box::new(Env::empty()));
        (b.finish(), names, env)
    }
}

/// Whether the body could change the variable behind this captured reference.
fn changes(body: &Body, local: LocalId) -> bool {
    let stmts = body.blocks.iter().flat_map(|block| &block.stmts);
    let is_it = |place: &Place| place.base == Base::Local(local);
    stmts.into_iter().any(|stmt| match &stmt.kind {
        StmtKind::Assign(dest, value) => {
            is_it(dest) || matches!(value, Rvalue::Ref { mutable: true, place, .. } if is_it(place))
        }
        StmtKind::Call(call) => {
            let receiver = match (&call.callee, call.args.first()) {
                (Callee::Method { .. }, Some(Operand::Place(place))) => is_it(place),
                _ => false,
            };
            receiver || is_it(&call.dest)
        }
        StmtKind::Drop(place, _) => is_it(place),
        StmtKind::Opaque(places) => places.iter().any(is_it),
        StmtKind::Inspect(_) => false,
    })
}
