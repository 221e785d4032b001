//! Assignments: plain, compound and destructuring.

use super::builder::Builder;
use super::literal::binary;
use super::mentions::has_effects;
use super::operand::is_place;
use super::place::member_name;
use crate::ir::{DropWhy, Operand, Place, Proj, Rvalue, StmtKind};
use crate::name::Name;
use syn::Expr;

impl Builder<'_, '_> {
    pub(super) fn assign_expr(&mut self, e: &syn::ExprAssign) {
        match &*e.left {
            Expr::Infer(_) => {
                self.place(&e.right);
            }
            Expr::Tuple(_) | Expr::Array(_) | Expr::Struct(_) | Expr::Call(_) => {
                let value = Place::local(self.temp(&e.right, None));
                self.destructure(&e.left, &value);
            }
            left if !self.may_own(&e.right) && !has_effects(left) => {
                // Nothing that is replaced owns anything, so nothing is dropped.
                let dest = self.place(left);
                self.expr(Some(&dest), &e.right);
            }
            left => {
                let value = self.operand(&e.right);
                let value = self.settled(value, &e.right, &[left]);
                let dest = self.place(left);
                self.replace(dest, Rvalue::Use(value), left);
            }
        }
    }

    fn replace(&mut self, dest: Place, value: Rvalue, left: &Expr) {
        let span = self.cx.expr_span(left);
        self.push(StmtKind::Drop(dest.clone(), DropWhy::Replaced), span);
        self.assign(dest, value, span);
    }

    pub(super) fn compound_assign(&mut self, e: &syn::ExprBinary) {
        let right = self.operand(&e.right);
        let right = self.settled(right, &e.right, &[&e.left]);
        let left = self.place(&e.left);
        let span = self.cx.expr_span(&e.left);
        let old = Operand::Place(left.clone());
        let value = match binary(&e.op) {
            Some(op) => Rvalue::Binary(op, old, right),
            None => Rvalue::Unknown(vec![old, right]),
        };
        self.assign(left, value, span);
    }

    /// `(a, b.c, _) = value`.
    fn destructure(&mut self, left: &Expr, value: &Place) {
        match left {
            Expr::Infer(_) => {}
            Expr::Paren(x) => self.destructure(&x.expr, value),
            Expr::Tuple(x) => self.destructure_parts(x.elems.iter(), value),
            Expr::Array(x) => self.destructure_parts(x.elems.iter(), value),
            Expr::Call(x) => self.destructure_parts(x.args.iter(), value),
            Expr::Struct(x) => {
                for field in &x.fields {
                    let name = member_name(&field.member);
                    let part = value.clone().with(Proj::Field(name));
                    self.destructure(&field.expr, &part);
                }
            }
            left if is_place(left) => {
                let dest = self.place(left);
                let value = Rvalue::Use(Operand::Place(value.clone()));
                self.replace(dest, value, left);
            }
            _ => {}
        }
    }

    fn destructure_parts<'e>(&mut self, parts: impl Iterator<Item = &'e Expr>, value: &Place) {
        for (ix, part) in parts.enumerate() {
            // After `..` the positions are not known without the type.
            if matches!(part, Expr::Range(x) if x.start.is_none() && x.end.is_none()) {
                return;
            }
            let place = value.clone().with(Proj::Field(Name::index(ix)));
            self.destructure(part, &place);
        }
    }
}
