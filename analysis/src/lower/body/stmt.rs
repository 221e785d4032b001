//! Blocks and statements.

use super::builder::{Builder, Variable};
use super::literal::name;
use super::mentions::attrs;
use super::operand::{is_place, ty_may_own};
use super::pattern::{has_ref, is_binding};
use crate::ir::{Cfg, DropWhy, Literal, LocalId, Operand, Place, Terminator, TyExpr};
use crate::name::Name;
use crate::span::Span;
use syn::{Expr, Pat, Stmt};

impl Builder<'_, '_> {
    /// The body of a branch or loop: whatever it makes is gone at its end.
    pub(super) fn body_block(&mut self, dest: Option<&Place>, block: &syn::Block) {
        let end = self.cx.span(block.brace_token.span.close());
        self.push_scope(end);
        self.block(dest, block);
        self.pop_scope();
    }

    /// A block as a value, or part of one.
    pub(super) fn block(&mut self, dest: Option<&Place>, block: &syn::Block) {
        let end = self.cx.span(block.brace_token.span.close());
        self.value_block(dest, &block.stmts, end);
    }

    /// The same of statements that a macro left.
    pub(super) fn value_block(&mut self, dest: Option<&Place>, stmts: &[Stmt], end: Span) {
        let extend = self.extend.take();
        self.push_block(end);
        self.extend = extend;
        self.stmts(dest, stmts, end);
        self.pop_scope();
    }

    /// The statements of a block; the value of the last goes to `dest`.
    pub(super) fn stmts(&mut self, dest: Option<&Place>, stmts: &[Stmt], end: Span) {
        let extend = self.extend.take();
        self.block_items(stmts);
        let tail = self.tail_start(stmts);
        for stmt in &stmts[..tail] {
            self.stmt(stmt);
        }
        if tail == stmts.len() {
            return self.unit(dest, end);
        }
        for stmt in &stmts[tail..] {
            self.extend = extend;
            self.tail(dest, stmt, end);
        }
    }

    /// Statements that a macro left among those of a block.
    pub(super) fn spliced(&mut self, stmts: &[Stmt]) {
        self.block_items(stmts);
        for stmt in stmts {
            self.stmt(stmt);
        }
    }

    /// Items come first: they are visible in the whole block.
    fn block_items(&mut self, stmts: &[Stmt]) {
        if self.cx.is_late() {
            return;
        }
        for stmt in stmts {
            if let Stmt::Item(item) = stmt {
                if !self.has_block_module {
                    self.has_block_module = true;
                    self.module = self.cx.new_block_module(self.module);
                }
                self.cx.item(self.module, item);
            }
        }
    }

    /// Where the value begins: the last expression, or a run of alternatives under `#[cfg]`.
    fn tail_start(&mut self, stmts: &[Stmt]) -> usize {
        let is_value = |stmt: &Stmt| match stmt {
            Stmt::Expr(_, semi) => semi.is_none(),
            Stmt::Macro(x) => x.semi_token.is_none(),
            _ => false,
        };
        let count = stmts.len();
        if !stmts.last().is_some_and(is_value) {
            return count;
        }
        let mut start = count - 1;
        if self.cx.cfg(stmt_attrs(&stmts[start])).is_none() {
            return start;
        }
        while start > 0
            && is_value(&stmts[start - 1])
            && self.cx.cfg(stmt_attrs(&stmts[start - 1])).is_some()
        {
            start -= 1;
        }
        start
    }

    fn tail(&mut self, dest: Option<&Place>, stmt: &Stmt, end: Span) {
        let extend = self.extend.take();
        let cfg = self.cx.cfg(stmt_attrs(stmt));
        // What is there only under a condition must be gone where the condition ends.
        let brief = cfg.is_some() || self.cx.macros.has_brief_tails();
        self.under_cfg(cfg, |b| {
            if brief {
                b.push_scope(end);
            }
            b.extend = extend;
            match stmt {
                Stmt::Expr(e, _) => b.expr(dest, e),
                Stmt::Macro(x) => b.macro_call(dest, &x.mac),
                _ => {}
            }
            if brief {
                b.pop_scope();
            }
        });
    }

    /// Code that is there only under a condition.
    pub(super) fn under_cfg(&mut self, cfg: Option<Cfg>, code: impl FnOnce(&mut Self)) {
        let Some(cfg) = cfg else {
            return code(self);
        };
        let join = self.new_block();
        self.branch(Operand::Literal(Literal::Cfg(Box::new(cfg))), join);
        code(self);
        self.goto(join);
        self.at = join;
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Item(_) => {}
            Stmt::Local(x) => {
                let cfg = self.cx.cfg(&x.attrs);
                let conditional = cfg.is_some();
                self.under_cfg(cfg, |b| b.let_stmt(x, conditional));
            }
            Stmt::Expr(e, semi) => {
                let cfg = self.cx.cfg(attrs(e));
                self.under_cfg(cfg, |b| {
                    let end = match semi {
                        Some(semi) => b.cx.span(semi.spans[0]),
                        None => b.cx.expr_span(e),
                    };
                    b.push_scope(end);
                    b.expr(None, e);
                    b.pop_scope();
                });
            }
            Stmt::Macro(x) => {
                let cfg = self.cx.cfg(&x.attrs);
                self.under_cfg(cfg, |b| b.macro_stmt(&x.mac));
            }
        }
    }

    fn let_stmt(&mut self, x: &syn::Local, conditional: bool) {
        let (pat, ty) = self.ascribed(&x.pat);
        let end = self.cx.span(x.semi_token.spans[0]);
        let Some(init) = &x.init else {
            let vars = self.binding_locals(pat, ty);
            return self.declare_bindings(vars);
        };
        if let Some((_, diverge)) = &init.diverge {
            return self.let_else(pat, &init.expr, diverge, end);
        }
        match pat {
            Pat::Ident(ident) if ident.by_ref.is_none() && ident.subpat.is_none() => {
                if is_binding(ident) {
                    self.let_variable(ident, ty, &init.expr, conditional, end);
                }
            }
            Pat::Wild(_) => {
                // Nothing is bound: a place is not even read, a temporary goes at once.
                self.push_scope(end);
                self.initializer(pat, &init.expr);
                self.pop_scope();
            }
            pat => {
                self.push_scope(end);
                let place = self.initializer(pat, &init.expr);
                let vars = self.binding_locals(pat, ty);
                self.bind(pat, &place, &vars);
                self.pop_scope();
                self.declare_bindings(vars);
            }
        }
    }

    fn ascribed<'p>(&mut self, pat: &'p Pat) -> (&'p Pat, Option<TyExpr>) {
        match pat {
            Pat::Type(x) => {
                let ty = self.cx.ty(&x.ty);
                match &*x.pat {
                    // The type of the whole is not that of its parts.
                    Pat::Ident(_) => (&x.pat, Some(ty)),
                    _ => (&x.pat, None),
                }
            }
            Pat::Paren(x) => self.ascribed(&x.pat),
            pat => (pat, None),
        }
    }

    fn let_variable(
        &mut self,
        x: &syn::PatIdent,
        ty: Option<TyExpr>,
        init: &Expr,
        conditional: bool,
        end: Span,
    ) {
        let variable = name(&x.ident);
        let owns = ty.as_ref().map_or_else(|| self.may_own(init), ty_may_own);
        let shared = conditional.then(|| self.alternative(variable)).flatten();
        let local = shared.unwrap_or_else(|| {
            let span = self.cx.span(x.ident.span());
            self.new_local(variable, ty, span)
        });
        self.push_scope(end);
        self.extend = Some(self.scopes.len() - 2);
        self.expr(Some(&Place::local(local)), init);
        self.extend = None;
        self.pop_scope();
        if shared.is_none() {
            self.names.push(Variable {
                name: variable,
                place: Place::local(local),
                conditional,
            });
        }
        if owns && !self.is_scheduled(local) {
            self.schedule(local, DropWhy::ScopeEnd);
        } else if !owns && !conditional {
            self.plain.insert(local);
        }
    }

    /// The variable of that name that another `#[cfg]` alternative declared in this scope.
    fn alternative(&self, variable: Name) -> Option<LocalId> {
        let outside = self.scopes.last()?.names;
        let mut here = self.names.get(outside..)?.iter().rev();
        let known = here.find(|v| v.name == variable && v.conditional)?;
        known.place.as_local()
    }

    /// The value that a pattern takes apart.
    fn initializer(&mut self, pat: &Pat, init: &Expr) -> Place {
        let block = self.scopes.len() - 2;
        if is_place(init) {
            self.extend = has_ref(pat).then_some(block);
            return self.place(init);
        }
        self.extend = Some(block);
        Place::local(self.temp(init, has_ref(pat).then_some(block)))
    }

    fn let_else(&mut self, pat: &Pat, init: &Expr, diverge: &Expr, end: Span) {
        let fail = self.new_block();
        let depth = self.scopes.len();
        self.push_scope(end);
        let place = self.initializer(pat, init);
        let no = self.edge(depth, fail);
        self.test(pat, &place, no);
        let vars = self.binding_locals(pat, None);
        self.bind(pat, &place, &vars);
        self.pop_scope();
        let go_on = std::mem::replace(&mut self.at, fail);
        self.expr(None, diverge);
        self.end(Terminator::Unreachable);
        self.at = go_on;
        self.declare_bindings(vars);
    }
}

fn stmt_attrs(stmt: &Stmt) -> &[syn::Attribute] {
    match stmt {
        Stmt::Local(x) => &x.attrs,
        Stmt::Expr(e, _) => attrs(e),
        Stmt::Macro(x) => &x.attrs,
        Stmt::Item(_) => &[],
    }
}
