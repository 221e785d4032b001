//! `loop`, `while`, `for`.

use super::builder::{Builder, Target};
use super::call::std_path;
use super::control::Fail;
use super::literal::name;
use crate::ir::{BlockId, DropWhy, Operand, Place, Proj, Rvalue};
use crate::name::Name;

impl Builder<'_, '_> {
    fn enter_loop(
        &mut self,
        label: Option<&syn::Label>,
        dest: Option<&Place>,
    ) -> (BlockId, BlockId) {
        let (header, exit) = (self.new_block(), self.new_block());
        self.targets.push(Target {
            label: label.map(|l| name(&l.name.ident)),
            dest: dest.cloned(),
            break_to: exit,
            continue_to: Some(header),
            depth: self.scopes.len(),
        });
        self.goto(header);
        self.at = header;
        (header, exit)
    }

    fn leave_loop(&mut self, header: BlockId, exit: BlockId) {
        self.goto(header);
        self.targets.pop();
        self.at = exit;
    }

    pub(super) fn loop_expr(&mut self, dest: Option<&Place>, e: &syn::ExprLoop) {
        let (header, exit) = self.enter_loop(e.label.as_ref(), dest);
        self.body_block(None, &e.body);
        self.leave_loop(header, exit);
    }

    pub(super) fn while_expr(&mut self, dest: Option<&Place>, e: &syn::ExprWhile) {
        let (header, exit) = self.enter_loop(e.label.as_ref(), None);
        let end = self.cx.span(e.body.brace_token.span.close());
        let depth = self.scopes.len();
        self.push_scope(end);
        self.cond(&e.cond, Fail { to: exit, depth });
        self.body_block(None, &e.body);
        self.pop_scope();
        self.leave_loop(header, exit);
        self.unit(dest, end);
    }

    /// `for pat in e { .. }` as `loop { match next(&mut it) { Some(pat) => .., None => break } }`.
    pub(super) fn for_expr(&mut self, dest: Option<&Place>, e: &syn::ExprForLoop) {
        let end = self.cx.span(e.body.brace_token.span.close());
        let span = self.cx.expr_span(&e.expr);
        self.push_scope(end);
        let source = self.operand(&e.expr);
        let iter = self.new_temp(span);
        let place = Place::local(iter);
        let into_iter = ["core", "iter", "IntoIterator", "into_iter"];
        self.call_std(&into_iter, vec![source], place.clone(), span);
        self.schedule(iter, DropWhy::Temporary);
        let (header, exit) = self.enter_loop(e.label.as_ref(), None);
        self.push_scope(end);
        let item = self.next(place, span);
        let test = Rvalue::IsVariant(item.clone(), some());
        let test = self.scalar(test, span);
        let no = self.edge(self.scopes.len() - 1, exit);
        self.branch(Operand::Place(Place::local(test)), no);
        let value = item
            .with(Proj::Variant(Box::new(some())))
            .with(Proj::Field(Name::index(0)));
        let vars = self.binding_locals(&e.pat, None);
        self.bind(&e.pat, &value, &vars);
        self.declare_bindings(vars);
        self.body_block(None, &e.body);
        self.pop_scope();
        self.leave_loop(header, exit);
        self.pop_scope();
        self.unit(dest, end);
    }

    fn next(&mut self, iter: Place, span: crate::span::Span) -> Place {
        let borrow = Rvalue::Ref {
            mutable: true,
            raw: false,
            place: iter,
        };
        let borrow = Operand::Place(Place::local(self.scalar(borrow, span)));
        let item = self.new_temp(span);
        let next = ["core", "iter", "Iterator", "next"];
        self.call_std(&next, vec![borrow], Place::local(item), span);
        self.schedule(item, DropWhy::Temporary);
        Place::local(item)
    }
}

fn some() -> crate::ir::Path {
    std_path(&["core", "option", "Option", "Some"])
}
