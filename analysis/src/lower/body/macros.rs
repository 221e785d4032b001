//! Macro calls in bodies.

use super::builder::Builder;
use super::control::Fail;
use crate::ir::{Literal, Operand, Place, Rvalue, StmtKind, Terminator};
use crate::lower::cx::Expansion;
use crate::span::Span;
use syn::Expr;

/// How deep expansions may nest.
const LIMIT: u32 = 32;

impl Builder<'_, '_> {
    /// A macro call whose value goes to `dest`.
    pub(super) fn macro_call(&mut self, dest: Option<&Place>, mac: &syn::Macro) {
        let extend = self.extend.take();
        let span = self.macro_span(mac);
        let expansion = self.expansion(mac, span);
        if let Expansion::Block(_) | Expansion::Splice(_) | Expansion::Expr(_) = expansion {
            self.extend = extend;
        }
        self.expanded(dest, expansion, span);
    }

    /// The place that a macro call stands for; a value is put into a temporary.
    pub(super) fn macro_place(&mut self, e: &Expr, mac: &syn::Macro) -> Place {
        let extend = self.extend.take();
        let span = self.macro_span(mac);
        match self.expansion(mac, span) {
            Expansion::Expr(inner) => {
                self.macro_depth += 1;
                self.extend = extend;
                let place = self.place(&inner);
                self.macro_depth -= 1;
                place
            }
            _ => Place::local(self.temp(e, extend)),
        }
    }

    /// A macro call as an operand; `cfg!(..)` stays a literal, so that a branch sees it.
    pub(super) fn macro_operand(&mut self, mac: &syn::Macro) -> Operand {
        self.extend = None;
        let span = self.macro_span(mac);
        match self.expansion(mac, span) {
            Expansion::Cfg(cfg) => Operand::Literal(Literal::Cfg(Box::new(cfg))),
            Expansion::Expr(e) => {
                self.macro_depth += 1;
                let operand = self.operand(&e);
                self.macro_depth -= 1;
                operand
            }
            other => {
                let temp = Place::local(self.new_temp(span));
                self.expanded(Some(&temp), other, span);
                Operand::Place(temp)
            }
        }
    }

    /// A macro call as a statement: the variables it declares are those of the block.
    pub(super) fn macro_stmt(&mut self, mac: &syn::Macro) {
        let span = self.macro_span(mac);
        match self.expansion(mac, span) {
            Expansion::Splice(stmts) => {
                self.macro_depth += 1;
                self.spliced(&stmts);
                self.macro_depth -= 1;
            }
            // Nobody else can name them, but they live as long.
            Expansion::Block(stmts) => {
                let names = self.names.len();
                self.macro_depth += 1;
                self.spliced(&stmts);
                self.macro_depth -= 1;
                self.names.truncate(names);
            }
            other => {
                self.push_scope(span);
                self.expanded(None, other, span);
                self.pop_scope();
            }
        }
    }

    fn macro_span(&self, mac: &syn::Macro) -> Span {
        let first = crate::lower::span::path_first(&mac.path);
        self.cx.between(first, mac.delimiter.span().close())
    }

    fn expansion(&mut self, mac: &syn::Macro, span: Span) -> Expansion {
        if self.macro_depth >= LIMIT {
            return Expansion::Unknown(super::mentions::idents(&mac.tokens));
        }
        self.cx.expand(mac, self.module, span)
    }

    fn expanded(&mut self, dest: Option<&Place>, expansion: Expansion, span: Span) {
        self.macro_depth += 1;
        match expansion {
            Expansion::Block(stmts) | Expansion::Splice(stmts) => {
                self.value_block(dest, &stmts, span);
            }
            Expansion::Expr(e) => self.expr(dest, &e),
            Expansion::Inspect(args) => {
                self.inspect(&args);
                self.set(dest, Rvalue::Unknown(Vec::new()), span);
            }
            Expansion::Effects(args) => {
                let args: Vec<&Expr> = args.iter().collect();
                let args = self.operands(&args, None);
                self.set(dest, Rvalue::Unknown(args), span);
            }
            Expansion::Assert { cond, args } => {
                self.assertion(&cond, &args, span);
                self.unit(dest, span);
            }
            Expansion::Diverge(args) => {
                self.inspect(&args);
                self.panic(span);
                self.at = self.new_block();
            }
            Expansion::Cfg(cfg) => {
                let cfg = Operand::Literal(Literal::Cfg(Box::new(cfg)));
                self.set(dest, Rvalue::Use(cfg), span);
            }
            Expansion::RawRef { mutable, place } => {
                let place = self.place(&place);
                let raw = true;
                self.set(
                    dest,
                    Rvalue::Ref {
                        mutable,
                        raw,
                        place,
                    },
                    span,
                );
            }
            Expansion::Unknown(idents) => {
                self.opaque(&idents, span);
                self.set(dest, Rvalue::Unknown(Vec::new()), span);
            }
        }
        self.macro_depth -= 1;
    }

    /// Gives `dest` the value, or lets it go.
    fn set(&mut self, dest: Option<&Place>, value: Rvalue, span: Span) {
        match (dest, value) {
            (Some(dest), value) => self.assign(dest.clone(), value, span),
            (None, Rvalue::Unknown(args)) if !args.is_empty() => {
                self.scalar(Rvalue::Unknown(args), span);
            }
            (None, _) => {}
        }
    }

    /// The arguments of a message: read through their references, moved nowhere.
    fn inspect(&mut self, args: &[Expr]) {
        for mut arg in args {
            while let Expr::Reference(x) = arg {
                arg = &x.expr;
            }
            if matches!(arg, Expr::Lit(_)) {
                continue;
            }
            let span = self.cx.expr_span(arg);
            let place = self.place(arg);
            self.push(StmtKind::Inspect(place), span);
        }
    }

    fn assertion(&mut self, cond: &Expr, args: &[Expr], span: Span) {
        let fail = self.new_block();
        let depth = self.scopes.len();
        self.cond(cond, Fail { to: fail, depth });
        let go_on = std::mem::replace(&mut self.at, fail);
        self.push_scope(span);
        self.inspect(args);
        self.panic(span);
        self.pop_scope();
        self.at = go_on;
    }

    /// The path ends in a panic, which is at the macro's place.
    fn panic(&mut self, span: Span) {
        self.push(StmtKind::Opaque(Vec::new()), span);
        self.end(Terminator::Panic);
    }
}
