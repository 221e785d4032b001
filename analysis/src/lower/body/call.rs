//! Calls of functions, methods and values, and `?`.

use super::builder::Builder;
use crate::ir::{Call, Callee, LocalId, Operand, Path, Place, Proj, Rvalue, StmtKind};
use crate::name::Name;
use crate::span::Span;
use syn::Expr;

impl Builder<'_, '_> {
    pub(super) fn call(
        &mut self,
        dest: &Place,
        e: &syn::ExprCall,
        extend: Option<usize>,
        span: Span,
    ) {
        let callee = self.callee(&e.func);
        let args: Vec<&Expr> = e.args.iter().collect();
        let args = self.operands(&args, extend.filter(|_| constructs(&callee)));
        self.emit_call(callee, args, dest.clone(), span);
    }

    fn callee(&mut self, func: &Expr) -> Callee {
        match func {
            Expr::Paren(x) => self.callee(&x.expr),
            Expr::Group(x) => self.callee(&x.expr),
            Expr::Path(x) => match self.variable(x) {
                Some(place) => Callee::Value(Operand::Place(place)),
                None => Callee::Path(self.cx.path(x.qself.as_ref(), &x.path)),
            },
            other => Callee::Value(Operand::Place(self.place(other))),
        }
    }

    /// A method call whose receiver is known; the rest of its chain was lowered before.
    pub(super) fn method_call(&mut self, dest: &Place, receiver: Place, e: &syn::ExprMethodCall) {
        let turbofish = match &e.turbofish {
            Some(args) => self.cx.generic_args(args),
            None => Vec::new(),
        };
        let exprs: Vec<&Expr> = e.args.iter().collect();
        let mut args = vec![Operand::Place(receiver)];
        args.extend(self.operands(&exprs, None));
        let first = crate::lower::span::first(&e.receiver);
        let span = self.cx.between(first, e.paren_token.span.close());
        let callee = Callee::Method {
            name: super::literal::name(&e.method),
            turbofish,
        };
        self.emit_call(callee, args, dest.clone(), span);
    }

    pub(super) fn emit_call(
        &mut self,
        callee: Callee,
        args: Vec<Operand>,
        dest: Place,
        span: Span,
    ) {
        let unwind = self.unwind();
        let call = Call {
            callee,
            args,
            dest,
            unwind,
        };
        self.push(StmtKind::Call(Box::new(call)), span);
    }

    /// Calls a function of the standard library.
    pub(super) fn call_std(&mut self, path: &[&str], args: Vec<Operand>, dest: Place, span: Span) {
        let callee = Callee::Path(std_path(path));
        self.emit_call(callee, args, dest, span);
    }

    /// `place?`: goes on with the value inside, or leaves with the residual.
    pub(super) fn question_mark(&mut self, place: Place, e: &syn::ExprTry) -> Place {
        let span = self.cx.span(e.question_token.spans[0]);
        let test = self.scalar(Rvalue::IsSuccess(place.clone()), span);
        let fail = self.new_block();
        self.branch(Operand::Place(Place::local(test)), fail);
        let go_on = std::mem::replace(&mut self.at, fail);
        let residual = Rvalue::Residual(place.clone());
        match self.frames.last() {
            Some(frame) => {
                let (dest, to, depth) = (frame.dest.clone(), frame.to, frame.depth);
                self.assign(dest, residual, span);
                self.leave_to(depth, to);
            }
            None => {
                self.assign(Place::local(LocalId::RETURN), residual, span);
                self.leave_body();
            }
        }
        self.at = go_on;
        place.with(Proj::Success)
    }
}

/// Whether the callee is a tuple struct or variant by its name: what its arguments borrow is then
/// extended by `let` as in a struct literal.
fn constructs(callee: &Callee) -> bool {
    match callee {
        Callee::Path(path) => path.last().as_str().starts_with(char::is_uppercase),
        _ => false,
    }
}

/// `::core::a::b`.
pub(super) fn std_path(names: &[&str]) -> Path {
    let names: Vec<Name> = names.iter().map(|n| Name::new(n)).collect();
    Path {
        global: true,
        ..Path::from_names(&names)
    }
}
