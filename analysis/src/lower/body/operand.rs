//! Operands and temporaries: values that a step uses.

use super::builder::Builder;
use super::literal::{is_comparison, is_lazy, name, negated};
use super::mentions::{has_effects, mentions};
use crate::ir::{Base, DropWhy, LocalId, Operand, Place, Proj, Rvalue, TyExpr};
use syn::Expr;

impl Builder<'_, '_> {
    /// A value that the caller consumes: a temporary made for it is not dropped.
    pub(super) fn operand(&mut self, e: &Expr) -> Operand {
        match e {
            Expr::Paren(x) => self.operand(&x.expr),
            Expr::Group(x) => self.operand(&x.expr),
            Expr::Lit(x) => {
                self.extend = None;
                Operand::Literal(self.literal(&x.lit))
            }
            Expr::Unary(x) if matches!(x.op, syn::UnOp::Neg(_)) => match &*x.expr {
                Expr::Lit(lit) => {
                    self.extend = None;
                    Operand::Literal(negated(self.literal(&lit.lit)))
                }
                _ => self.consumed(e),
            },
            Expr::Macro(x) => self.macro_operand(&x.mac),
            _ if is_place(e) => Operand::Place(self.place(e)),
            _ => self.consumed(e),
        }
    }

    fn consumed(&mut self, e: &Expr) -> Operand {
        Operand::Place(Place::local(self.unscheduled(e)))
    }

    /// A value in a temporary that nobody drops.
    pub(super) fn unscheduled(&mut self, e: &Expr) -> LocalId {
        let span = self.cx.expr_span(e);
        let temp = self.new_temp(span);
        self.expr(Some(&Place::local(temp)), e);
        temp
    }

    /// A value in a temporary of the innermost scope, or of the scope `extend`.
    pub(super) fn temp(&mut self, e: &Expr, extend: Option<usize>) -> LocalId {
        let temp = self.unscheduled(e);
        if self.may_own(e) {
            match extend {
                Some(scope) => self.schedule_in(scope, temp, DropWhy::ScopeEnd),
                None => self.schedule_temporary(temp),
            }
        }
        temp
    }

    /// Arguments in order, each read before the next is evaluated if that could make a difference.
    pub(super) fn operands(&mut self, exprs: &[&Expr], extend: Option<usize>) -> Vec<Operand> {
        let mut out = Vec::with_capacity(exprs.len());
        for (ix, e) in exprs.iter().enumerate() {
            self.extend = extend;
            let operand = self.operand(e);
            out.push(self.settled(operand, e, &exprs[ix + 1..]));
        }
        out
    }

    /// The operand that `e` became, safe from what the expressions `rest` do.
    pub(super) fn settled(&mut self, operand: Operand, e: &Expr, rest: &[&Expr]) -> Operand {
        let Operand::Place(place) = &operand else {
            return operand;
        };
        if !rest.iter().any(|e| has_effects(e)) {
            return operand;
        }
        if !is_place(e) {
            // Already read; but unwinding out of the rest has to drop it.
            if let Some(local) = place.as_local().filter(|_| self.may_own(e)) {
                self.schedule_temporary(local);
            }
            return operand;
        }
        if !self.disturbed(place, rest) {
            return operand;
        }
        let span = self.cx.expr_span(e);
        let temp = self.scalar(Rvalue::Use(operand), span);
        self.schedule_temporary(temp);
        Operand::Place(Place::local(temp))
    }

    /// Whether the expression's value might own something.
    pub(super) fn may_own(&self, e: &Expr) -> bool {
        match e {
            Expr::Paren(x) => self.may_own(&x.expr),
            Expr::Path(x) => !x.path.get_ident().is_some_and(|ident| self.is_plain(ident)),
            other => kind_may_own(other),
        }
    }

    fn is_plain(&self, ident: &syn::Ident) -> bool {
        let wanted = name(ident);
        let variable = self.names.iter().rev().find(|v| v.name == wanted);
        let local = variable.and_then(|v| v.place.as_local());
        local.is_some_and(|local| self.plain.contains(&local))
    }

    /// Whether the expressions could change the place: they reach through pointers, or name the
    /// variable.
    fn disturbed(&self, place: &Place, rest: &[&Expr]) -> bool {
        let Base::Local(local) = place.base else {
            return false;
        };
        if place.proj.iter().any(|p| matches!(p, Proj::Deref)) {
            return true;
        }
        let name = self.locals[local.0 as usize].name;
        !name.is_empty() && rest.iter().any(|e| mentions(e, name))
    }
}

/// Whether the expression denotes a place (or is `?`, whose value lies in a place).
pub(super) fn is_place(e: &Expr) -> bool {
    match e {
        Expr::Paren(x) => is_place(&x.expr),
        Expr::Group(x) => is_place(&x.expr),
        Expr::Await(x) => is_place(&x.base),
        Expr::Path(_) | Expr::Field(_) | Expr::Index(_) | Expr::Try(_) => true,
        Expr::Unary(x) => matches!(x.op, syn::UnOp::Deref(_)),
        _ => false,
    }
}

/// Methods whose results never own, whoever implements them.
const PLAIN_METHODS: [&str; 12] = [
    "as_mut_ptr",
    "as_ptr",
    "capacity",
    "cast",
    "is_empty",
    "is_err",
    "is_none",
    "is_null",
    "is_ok",
    "is_some",
    "len",
    "size",
];

/// Whether the expression's value might own something.
fn kind_may_own(e: &Expr) -> bool {
    match e {
        Expr::Paren(x) => kind_may_own(&x.expr),
        Expr::Group(x) => kind_may_own(&x.expr),
        Expr::MethodCall(x) => method_may_own(x),
        Expr::If(x) => {
            let other = x.else_branch.as_ref();
            tail_may_own(&x.then_branch) || other.is_some_and(|(_, e)| kind_may_own(e))
        }
        Expr::Match(x) => x.arms.iter().any(|arm| kind_may_own(&arm.body)),
        Expr::Lit(_)
        | Expr::Reference(_)
        | Expr::RawAddr(_)
        | Expr::Cast(_)
        | Expr::Range(_)
        | Expr::Assign(_)
        | Expr::While(_)
        | Expr::ForLoop(_)
        | Expr::Return(_)
        | Expr::Break(_)
        | Expr::Continue(_)
        | Expr::Let(_) => false,
        Expr::Tuple(x) => x.elems.iter().any(kind_may_own),
        Expr::Array(x) => x.elems.iter().any(kind_may_own),
        Expr::Repeat(x) => kind_may_own(&x.expr),
        Expr::Unary(x) => !matches!(x.op, syn::UnOp::Not(_) | syn::UnOp::Neg(_)),
        Expr::Binary(x) => binary_may_own(x),
        Expr::Unsafe(x) => tail_may_own(&x.block),
        Expr::Block(x) if x.label.is_none() => tail_may_own(&x.block),
        _ => true,
    }
}

/// Whether the method's result might own something.
pub(super) fn method_may_own(x: &syn::ExprMethodCall) -> bool {
    PLAIN_METHODS.iter().all(|name| x.method != name)
}

/// Only `+` builds owners (`String + &str`), and never from numbers.
fn binary_may_own(x: &syn::ExprBinary) -> bool {
    if is_comparison(&x.op) || is_lazy(&x.op) {
        return false;
    }
    let number = |e: &Expr| matches!(e, Expr::Lit(_) | Expr::Cast(_));
    matches!(x.op, syn::BinOp::Add(_)) && !number(&x.left) && !number(&x.right)
}

fn tail_may_own(block: &syn::Block) -> bool {
    match block.stmts.last() {
        Some(syn::Stmt::Expr(e, None)) => kind_may_own(e),
        Some(syn::Stmt::Macro(_)) => true,
        _ => false,
    }
}

/// Whether a value of this type might own something.
pub(super) fn ty_may_own(ty: &TyExpr) -> bool {
    match ty {
        TyExpr::Ref { .. } | TyExpr::Ptr { .. } | TyExpr::FnPtr { .. } | TyExpr::Never => false,
        TyExpr::Tuple(parts) => parts.iter().any(ty_may_own),
        TyExpr::Array(inner, _) | TyExpr::Slice(inner) => ty_may_own(inner),
        TyExpr::Path(path) => path.as_ident().is_none_or(|name| {
            !matches!(
                name.as_str(),
                "bool"
                    | "char"
                    | "u8"
                    | "u16"
                    | "u32"
                    | "u64"
                    | "u128"
                    | "usize"
                    | "i8"
                    | "i16"
                    | "i32"
                    | "i64"
                    | "i128"
                    | "isize"
                    | "f32"
                    | "f64"
                    | "c_int"
                    | "c_uint"
                    | "c_long"
                    | "c_char"
                    | "size_t"
            )
        }),
        _ => true,
    }
}
