//! Expressions, lowered into the place where their value goes.

use super::builder::Builder;
use super::literal::{binary, is_comparison, is_compound, is_lazy, name};
use super::operand::is_place;
use super::place::member_name;
use crate::ir::{AggregateKind, Operand, Place, Rvalue, StmtKind, UnOp};
use crate::name::Name;
use crate::span::Span;
use syn::Expr;

impl Builder<'_, '_> {
    /// Evaluates `e` into `dest`; without one the value is dropped at the end of the scope.
    pub(super) fn expr(&mut self, dest: Option<&Place>, e: &Expr) {
        match e {
            Expr::Paren(x) => self.expr(dest, &x.expr),
            Expr::Group(x) => self.expr(dest, &x.expr),
            Expr::Await(x) => self.expr(dest, &x.base),
            Expr::Block(x) => self.labelled_block(dest, x),
            Expr::Unsafe(x) => self.block(dest, &x.block),
            Expr::If(x) => self.if_expr(dest, x),
            Expr::Match(x) => self.match_expr(dest, x),
            Expr::Macro(x) => self.macro_call(dest, &x.mac),
            _ => {
                let extend = self.extend.take();
                if !self.control(dest, e) {
                    match dest {
                        Some(dest) => self.value(dest, e, extend),
                        None => self.discard(e),
                    }
                }
            }
        }
    }

    /// Evaluates for the effects; the value goes at the end of the scope.
    fn discard(&mut self, e: &Expr) {
        if let Expr::Try(_) = e {
            // It is dropped with the temporary it lies in.
            self.place(e);
        } else {
            self.temp(e, None);
        }
    }

    /// Lowers the expressions that steer control; `false` for others.
    fn control(&mut self, dest: Option<&Place>, e: &Expr) -> bool {
        match e {
            Expr::Const(x) => self.block(dest, &x.block),
            Expr::Async(x) => self.frame_block(dest, &x.block, false),
            Expr::TryBlock(x) => self.frame_block(dest, &x.block, true),
            Expr::Loop(x) => self.loop_expr(dest, x),
            Expr::While(x) => self.while_expr(dest, x),
            Expr::ForLoop(x) => self.for_expr(dest, x),
            Expr::Break(x) => self.break_expr(x),
            Expr::Continue(x) => self.continue_expr(x),
            Expr::Return(x) => self.return_expr(x),
            Expr::Assign(x) => {
                self.assign_expr(x);
                self.unit_at(dest, e);
            }
            Expr::Binary(x) if is_compound(&x.op) => {
                self.compound_assign(x);
                self.unit_at(dest, e);
            }
            _ => return false,
        }
        true
    }

    fn unit_at(&mut self, dest: Option<&Place>, e: &Expr) {
        if dest.is_some() {
            let span = self.cx.expr_span(e);
            self.unit(dest, span);
        }
    }

    fn value(&mut self, dest: &Place, e: &Expr, extend: Option<usize>) {
        let span = self.cx.expr_span(e);
        let value = match e {
            Expr::Call(x) => return self.call(dest, x, extend, span),
            Expr::MethodCall(x) => {
                let receiver = self.place(&x.receiver);
                return self.method_call(dest, receiver, x);
            }
            Expr::Closure(x) => return self.closure(dest, x, span),
            Expr::Let(_) => return self.bool_value(dest, e, span),
            Expr::Binary(x) if is_lazy(&x.op) => return self.bool_value(dest, e, span),
            Expr::Binary(x) => self.binary(x),
            Expr::Reference(x) => {
                self.extend = extend;
                let place = self.place(&x.expr);
                Rvalue::Ref {
                    mutable: x.mutability.is_some(),
                    raw: false,
                    place,
                }
            }
            Expr::RawAddr(x) => Rvalue::Ref {
                mutable: matches!(x.mutability, syn::PointerMutability::Mut(_)),
                raw: true,
                place: self.place(&x.expr),
            },
            Expr::Cast(x) => {
                self.extend = extend;
                let operand = self.operand(&x.expr);
                Rvalue::Cast(operand, self.cx.ty(&x.ty))
            }
            Expr::Unary(x) => match unary(x) {
                Some(op) => Rvalue::Unary(op, self.operand(&x.expr)),
                None => Rvalue::Use(self.operand(e)),
            },
            Expr::Repeat(x) => {
                let operand = self.operand(&x.expr);
                Rvalue::Repeat(operand, self.cx.const_expr(&x.len))
            }
            Expr::Tuple(x) => self.sequence(AggregateKind::Tuple, x.elems.iter(), extend),
            Expr::Array(x) => self.sequence(AggregateKind::Array, x.elems.iter(), extend),
            Expr::Struct(x) => self.struct_literal(x, extend),
            Expr::Range(x) => self.range(x),
            Expr::Lit(_) | Expr::Path(_) | Expr::Field(_) | Expr::Index(_) | Expr::Try(_) => {
                Rvalue::Use(self.operand(e))
            }
            Expr::Yield(x) => {
                if let Some(e) = &x.expr {
                    self.temp(e, None);
                }
                Rvalue::Unknown(Vec::new())
            }
            Expr::Verbatim(tokens) => {
                self.opaque(&super::mentions::idents(tokens), span);
                Rvalue::Unknown(Vec::new())
            }
            _ => Rvalue::Unknown(Vec::new()),
        };
        self.assign(dest.clone(), value, span);
    }

    /// Everything that these names mean in scope escapes.
    pub(super) fn opaque(&mut self, idents: &[syn::Ident], span: Span) {
        let mut places = Vec::new();
        for ident in idents {
            let place = self.lookup(name(ident));
            places.extend(place.filter(|place| !places.contains(place)));
        }
        if !places.is_empty() {
            self.push(StmtKind::Opaque(places), span);
        }
    }

    /// Arithmetic and comparison; a long chain `a + b + c` is followed without recursion.
    fn binary(&mut self, e: &syn::ExprBinary) -> Rvalue {
        let mut chain = vec![e];
        let mut first = &*e.left;
        while let Expr::Binary(inner) = first {
            if is_lazy(&inner.op) || is_compound(&inner.op) {
                break;
            }
            chain.push(inner);
            first = &inner.left;
        }
        let (mut left, mut left_expr) = (self.operand(first), first);
        for step in chain.iter().skip(1).rev() {
            let span = self.cx.expr_span(&step.right);
            let value = self.binary_step(step, left, left_expr);
            let temp = self.scalar(value, span);
            left = Operand::Place(Place::local(temp));
            left_expr = &chain[0].left;
        }
        self.binary_step(e, left, left_expr)
    }

    fn binary_step(&mut self, e: &syn::ExprBinary, left: Operand, left_expr: &Expr) -> Rvalue {
        // Comparison borrows, so a place must not be moved out of its way.
        let left = match is_comparison(&e.op) && is_place(left_expr) {
            true => left,
            false => self.settled(left, left_expr, &[&e.right]),
        };
        let right = self.operand(&e.right);
        if is_comparison(&e.op) {
            // Comparison borrows: what it compares is dropped later.
            for (operand, e) in [(&left, left_expr), (&right, &*e.right)] {
                self.schedule_compared(operand, e);
            }
        }
        match binary(&e.op) {
            Some(op) => Rvalue::Binary(op, left, right),
            None => Rvalue::Unknown(vec![left, right]),
        }
    }

    fn schedule_compared(&mut self, operand: &Operand, e: &Expr) {
        if is_place(e) || !self.may_own(e) {
            return;
        }
        if let Operand::Place(place) = operand
            && let Some(local) = place.as_local()
            && self.locals[local.0 as usize].name.is_empty()
        {
            self.schedule_temporary(local);
        }
    }

    fn sequence<'e>(
        &mut self,
        kind: AggregateKind,
        elems: impl Iterator<Item = &'e Expr>,
        extend: Option<usize>,
    ) -> Rvalue {
        let elems: Vec<&Expr> = elems.collect();
        let operands = self.operands(&elems, extend).into_iter().enumerate();
        let fields = operands.map(|(ix, operand)| (Name::index(ix), operand));
        let fields = fields.collect();
        Rvalue::Aggregate {
            kind,
            fields,
            base: None,
        }
    }

    fn struct_literal(&mut self, e: &syn::ExprStruct, extend: Option<usize>) -> Rvalue {
        let exprs: Vec<&Expr> = e
            .fields
            .iter()
            .map(|f| &f.expr)
            .chain(e.rest.as_deref())
            .collect();
        let mut fields: Vec<(Name, Operand)> = Vec::with_capacity(e.fields.len());
        for (ix, field) in e.fields.iter().enumerate() {
            let field_name = member_name(&field.member);
            if let Some(cfg) = self.cx.cfg(&field.attrs) {
                self.conditional_field(&mut fields, field_name, cfg, &field.expr);
                continue;
            }
            self.extend = extend;
            let operand = self.operand(&field.expr);
            let operand = self.settled(operand, &field.expr, &exprs[ix + 1..]);
            fields.push((field_name, operand));
        }
        let base = e.rest.as_ref().map(|rest| self.operand(rest));
        Rvalue::Aggregate {
            kind: AggregateKind::Struct(self.cx.path(e.qself.as_ref(), &e.path)),
            fields,
            base,
        }
    }

    /// A field under `#[cfg]`; alternatives of the same field share a temporary.
    fn conditional_field(
        &mut self,
        fields: &mut Vec<(Name, Operand)>,
        field: Name,
        cfg: crate::ir::Cfg,
        e: &Expr,
    ) {
        let known = fields.iter().find(|(name, _)| *name == field);
        let place = match known {
            Some((_, Operand::Place(place))) => place.clone(),
            _ => {
                let span = self.cx.expr_span(e);
                let place = Place::local(self.new_temp(span));
                fields.push((field, Operand::Place(place.clone())));
                place
            }
        };
        self.under_cfg(Some(cfg), |b| b.expr(Some(&place), e));
    }

    fn range(&mut self, e: &syn::ExprRange) -> Rvalue {
        let closed = matches!(e.limits, syn::RangeLimits::Closed(_));
        let ty = match (&e.start, &e.end, closed) {
            (Some(_), Some(_), false) => "Range",
            (Some(_), Some(_), true) => "RangeInclusive",
            (Some(_), None, _) => "RangeFrom",
            (None, Some(_), false) => "RangeTo",
            (None, Some(_), true) => "RangeToInclusive",
            (None, None, _) => "RangeFull",
        };
        let ends = [("start", &e.start), ("end", &e.end)];
        let ends = ends.iter().filter_map(|(n, e)| Some((*n, e.as_deref()?)));
        let (names, exprs): (Vec<_>, Vec<&Expr>) = ends.unzip();
        let operands = self.operands(&exprs, None);
        let fields = names.into_iter().map(Name::new).zip(operands);
        Rvalue::Aggregate {
            kind: AggregateKind::Struct(super::call::std_path(&["core", "ops", ty])),
            fields: fields.collect(),
            base: None,
        }
    }
}

/// The operation, unless it is a dereference or a negative literal.
fn unary(e: &syn::ExprUnary) -> Option<UnOp> {
    match e.op {
        syn::UnOp::Not(_) => Some(UnOp::Not),
        syn::UnOp::Neg(_) if !matches!(*e.expr, Expr::Lit(_)) => Some(UnOp::Neg),
        _ => None,
    }
}
