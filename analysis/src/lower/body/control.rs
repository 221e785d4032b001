//! Conditions, `if`, `match`, and the early ways out.

use super::builder::{Builder, Frame, Target};
use super::literal::{is_lazy, name};
use super::operand::is_place;
use super::pattern::{Binding, has_bindings};
use crate::ir::{BlockId, Literal, LocalId, Operand, Place, Rvalue, Terminator};
use crate::span::Span;
use syn::{Expr, Pat};

/// Where control goes when a condition fails, and how many scopes stay open there.
#[derive(Clone, Copy)]
pub(super) struct Fail {
    pub(super) to: BlockId,
    pub(super) depth: usize,
}

impl Builder<'_, '_> {
    pub(super) fn if_expr(&mut self, dest: Option<&Place>, e: &syn::ExprIf) {
        let extend = self.extend.take();
        let join = self.new_block();
        let mut link = e;
        loop {
            let no = self.new_block();
            let depth = self.scopes.len();
            let end = self.cx.span(link.then_branch.brace_token.span.close());
            self.push_scope(end);
            self.cond(&link.cond, Fail { to: no, depth });
            self.extend = extend;
            self.body_block(dest, &link.then_branch);
            self.pop_scope();
            self.goto(join);
            self.at = no;
            match &link.else_branch {
                Some((_, next)) => match &**next {
                    Expr::If(next) => link = next,
                    Expr::Block(x) if x.label.is_none() => {
                        self.extend = extend;
                        self.body_block(dest, &x.block);
                        break;
                    }
                    other => {
                        self.extend = extend;
                        self.expr(dest, other);
                        break;
                    }
                },
                None => {
                    self.unit(dest, end);
                    break;
                }
            }
        }
        self.goto(join);
        self.at = join;
    }

    /// Goes on if the condition holds, else to `fail`. What `let` binds stays in the innermost
    /// scope; other temporaries are gone before control goes anywhere.
    pub(super) fn cond(&mut self, e: &Expr, fail: Fail) {
        match e {
            Expr::Paren(x) => self.cond(&x.expr, fail),
            Expr::Group(x) => self.cond(&x.expr, fail),
            Expr::Let(x) => self.cond_let(x, fail),
            Expr::Unary(x) if matches!(x.op, syn::UnOp::Not(_)) => {
                let holds = self.new_block();
                let depth = self.scopes.len();
                self.cond(&x.expr, Fail { to: holds, depth });
                self.leave_to(fail.depth, fail.to);
                self.at = holds;
            }
            Expr::Binary(x) if matches!(x.op, syn::BinOp::And(_)) => {
                for part in spine(x, |op| matches!(op, syn::BinOp::And(_))) {
                    self.cond(part, fail);
                }
            }
            Expr::Binary(x) if matches!(x.op, syn::BinOp::Or(_)) => self.cond_or(x, fail),
            Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Bool(lit),
                ..
            }) => {
                if !lit.value {
                    self.leave_to(fail.depth, fail.to);
                }
            }
            _ => self.cond_value(e, fail),
        }
    }

    fn cond_or(&mut self, e: &syn::ExprBinary, fail: Fail) {
        let parts = spine(e, |op| matches!(op, syn::BinOp::Or(_)));
        let holds = self.new_block();
        let depth = self.scopes.len();
        for (ix, part) in parts.iter().enumerate() {
            let next = self.new_block();
            let last = ix + 1 == parts.len();
            self.cond(part, if last { fail } else { Fail { to: next, depth } });
            self.goto(holds);
            self.at = next;
        }
        self.at = holds;
    }

    fn cond_value(&mut self, e: &Expr, fail: Fail) {
        let span = self.cx.expr_span(e);
        self.push_scope(span);
        let mut cond = self.operand(e);
        if self.has_drops() && is_place(e) {
            let copy = self.scalar(Rvalue::Use(cond), span);
            cond = Operand::Place(Place::local(copy));
        }
        self.pop_scope();
        let no = self.edge(fail.depth, fail.to);
        self.branch(cond, no);
    }

    fn cond_let(&mut self, e: &syn::ExprLet, fail: Fail) {
        let place = self.place(&e.expr);
        let no = self.edge(fail.depth, fail.to);
        self.test(&e.pat, &place, no);
        let vars = self.binding_locals(&e.pat, None);
        self.bind(&e.pat, &place, &vars);
        self.declare_bindings(vars);
    }

    /// A condition as a value.
    pub(super) fn bool_value(&mut self, dest: &Place, e: &Expr, span: Span) {
        let (no, join) = (self.new_block(), self.new_block());
        let depth = self.scopes.len();
        self.push_scope(span);
        self.cond(e, Fail { to: no, depth });
        self.assign_bool(dest, true, span);
        self.pop_scope();
        self.goto(join);
        self.at = no;
        self.assign_bool(dest, false, span);
        self.goto(join);
        self.at = join;
    }

    fn assign_bool(&mut self, dest: &Place, value: bool, span: Span) {
        let value = Operand::Literal(Literal::Bool(value));
        self.assign(dest.clone(), Rvalue::Use(value), span);
    }

    pub(super) fn match_expr(&mut self, dest: Option<&Place>, e: &syn::ExprMatch) {
        let extend = self.extend.take();
        let place = self.place(&e.expr);
        let join = self.new_block();
        for arm in &e.arms {
            let next = self.new_block();
            self.extend = extend;
            self.arm(dest, arm, &place, next);
            self.goto(join);
            self.at = next;
        }
        self.end(Terminator::Unreachable);
        self.at = join;
    }

    fn arm(&mut self, dest: Option<&Place>, arm: &syn::Arm, place: &Place, next: BlockId) {
        let extend = self.extend.take();
        if let Some(cfg) = self.cx.cfg(&arm.attrs) {
            self.branch(Operand::Literal(Literal::Cfg(Box::new(cfg))), next);
        }
        let span = self.cx.expr_span(&arm.body);
        self.push_scope(span);
        let pat = match &arm.pat {
            Pat::Guard(x) => {
                let vars = self.guarded(&x.pat, &x.guard, place, next);
                self.declare_bindings(vars);
                None
            }
            pat => Some(pat),
        };
        if let Some(pat) = pat {
            self.test(pat, place, next);
            let vars = self.binding_locals(pat, None);
            self.bind(pat, place, &vars);
            self.declare_bindings(vars);
        }
        self.extend = extend;
        self.expr(dest, &arm.body);
        self.pop_scope();
    }

    /// Tests a pattern and its guard, then binds. In the guard the variables stand for the
    /// places they will be moved out of, since nothing is moved unless the guard holds.
    fn guarded(&mut self, pat: &Pat, guard: &Expr, place: &Place, next: BlockId) -> Vec<Binding> {
        let vars = self.binding_locals(pat, None);
        if has_let(guard) {
            return self.let_guarded(pat, guard, place, (vars, next));
        }
        let cases = match pat {
            Pat::Or(x) if has_bindings(pat) => x.cases.iter().collect(),
            _ => vec![pat],
        };
        let holds = self.new_block();
        let depth = self.scopes.len();
        for (ix, case) in cases.iter().enumerate() {
            let otherwise = match ix + 1 == cases.len() {
                true => next,
                false => self.new_block(),
            };
            self.test(case, place, otherwise);
            self.push_scope(self.locals[0].span);
            self.declare_places(case, place);
            let to = otherwise;
            self.cond(guard, Fail { to, depth });
            self.pop_scope();
            self.bind(case, place, &vars);
            self.goto(holds);
            self.at = otherwise;
        }
        self.at = holds;
        vars
    }

    /// A guard that itself binds: the pattern's variables are bound before it.
    fn let_guarded(
        &mut self,
        pat: &Pat,
        guard: &Expr,
        place: &Place,
        (vars, next): (Vec<Binding>, BlockId),
    ) -> Vec<Binding> {
        self.test(pat, place, next);
        self.bind(pat, place, &vars);
        self.declare_bindings(vars);
        let depth = self.scopes.len() - 1;
        self.cond(guard, Fail { to: next, depth });
        Vec::new()
    }

    pub(super) fn labelled_block(&mut self, dest: Option<&Place>, e: &syn::ExprBlock) {
        let Some(label) = &e.label else {
            return self.block(dest, &e.block);
        };
        let break_to = self.new_block();
        self.targets.push(Target {
            label: Some(name(&label.name.ident)),
            dest: dest.cloned(),
            break_to,
            continue_to: None,
            depth: self.scopes.len(),
        });
        self.body_block(dest, &e.block);
        self.targets.pop();
        self.goto(break_to);
        self.at = break_to;
    }

    /// An `async` or `try` block, run where it stands.
    pub(super) fn frame_block(&mut self, dest: Option<&Place>, block: &syn::Block, only_try: bool) {
        let to = self.new_block();
        let span = self.cx.span(block.brace_token.span.close());
        let dest = match dest {
            Some(dest) => dest.clone(),
            None => Place::local(self.new_temp(span)),
        };
        self.frames.push(Frame {
            dest: dest.clone(),
            to,
            depth: self.scopes.len(),
            only_try,
        });
        self.body_block(Some(&dest), block);
        self.frames.pop();
        self.goto(to);
        self.at = to;
    }

    pub(super) fn return_expr(&mut self, e: &syn::ExprReturn) {
        let frame = self.frames.iter().rev().find(|f| !f.only_try);
        let (dest, leave) = match frame {
            Some(frame) => (frame.dest.clone(), Some((frame.depth, frame.to))),
            None => (Place::local(LocalId::RETURN), None),
        };
        match &e.expr {
            Some(value) => self.expr(Some(&dest), value),
            None => {
                let span = self.cx.span(e.return_token.span);
                self.unit(Some(&dest), span);
            }
        }
        match leave {
            Some((depth, to)) => self.leave_to(depth, to),
            None => self.leave_body(),
        }
    }

    pub(super) fn break_expr(&mut self, e: &syn::ExprBreak) {
        let Some(ix) = self.target(e.label.as_ref()) else {
            return self.diverge(Terminator::Unreachable);
        };
        let target = &self.targets[ix];
        let (to, depth, dest) = (target.break_to, target.depth, target.dest.clone());
        match &e.expr {
            Some(value) => self.expr(dest.as_ref(), value),
            None => {
                let span = self.cx.span(e.break_token.span);
                self.unit(dest.as_ref(), span);
            }
        }
        self.jump_to(depth, to, self.cx.span(e.break_token.span));
    }

    pub(super) fn continue_expr(&mut self, e: &syn::ExprContinue) {
        let target = self.target(e.label.as_ref());
        let target = target.and_then(|ix| {
            let target = &self.targets[ix];
            Some((target.depth, target.continue_to?))
        });
        match target {
            Some((depth, to)) => self.jump_to(depth, to, self.cx.span(e.continue_token.span)),
            None => self.diverge(Terminator::Unreachable),
        }
    }

    /// The loop or block a jump means; without a label the innermost loop.
    fn target(&self, label: Option<&syn::Lifetime>) -> Option<usize> {
        let label = label.map(|l| name(&l.ident));
        self.targets.iter().rposition(|target| match label {
            Some(_) => target.label == label,
            None => target.continue_to.is_some(),
        })
    }
}

/// Whether a condition has a `let` among its parts.
fn has_let(e: &Expr) -> bool {
    match e {
        Expr::Let(_) => true,
        Expr::Paren(x) => has_let(&x.expr),
        Expr::Binary(x) if is_lazy(&x.op) => has_let(&x.left) || has_let(&x.right),
        _ => false,
    }
}

/// The parts of `a && b && c`, in order.
fn spine(e: &syn::ExprBinary, same: fn(&syn::BinOp) -> bool) -> Vec<&Expr> {
    let mut parts = vec![&*e.right];
    let mut left = &*e.left;
    while let Expr::Binary(inner) = left {
        if !same(&inner.op) {
            break;
        }
        parts.push(&inner.right);
        left = &inner.left;
    }
    parts.push(left);
    parts.reverse();
    parts
}
