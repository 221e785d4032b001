//! Calls as they are written.

use memlint_analysis::event::{Act, Routine};
use memlint_analysis::lower::shape::{Id, Kind, Shapes};
use memlint_analysis::span::Span;

/// A call as it is written.
#[derive(Clone, Copy)]
pub(crate) struct Call<'s> {
    pub(crate) shapes: &'s Shapes,
    pub(crate) id: Id,
}

impl<'s> Call<'s> {
    /// The call that stands exactly there.
    pub(crate) fn at(shapes: &'s Shapes, span: Span) -> Option<Call<'s>> {
        Call::of(shapes, shapes.expression(span)?)
    }

    /// The node, if it is a call of a path or of a method.
    pub(crate) fn of(shapes: &'s Shapes, id: Id) -> Option<Call<'s>> {
        let call = Call { shapes, id };
        let is_call = match shapes.kind(id) {
            Kind::Method { .. } => true,
            Kind::Call => call.path().is_some(),
            _ => false,
        };
        is_call.then_some(call)
    }

    pub(crate) fn span(self) -> Span {
        self.shapes.span(self.id)
    }

    /// Whether it is written as a call of the routine that the event speaks of, not of a helper.
    pub(crate) fn is(self, routine: &Routine) -> bool {
        match routine.act {
            Act::Drop => is_drop(self.shapes, self.id),
            _ => last(&routine.name) == self.name(),
        }
    }

    /// The callee, if it is a path.
    pub(crate) fn path(self) -> Option<Id> {
        let callee = *self.shapes.children(self.id).first()?;
        let path = self.shapes.kind(callee) == Kind::Path;
        (self.shapes.kind(self.id) == Kind::Call && path).then_some(callee)
    }

    /// The receiver, if it is a method call.
    pub(crate) fn receiver(self) -> Option<Id> {
        let method = matches!(self.shapes.kind(self.id), Kind::Method { .. });
        let first = self.shapes.children(self.id).first().copied();
        first.filter(|_| method)
    }

    /// The last name: `free`.
    pub(crate) fn name(self) -> &'s str {
        match (self.shapes.kind(self.id), self.path()) {
            (Kind::Method { name, .. }, _) => self.shapes.text(name),
            (_, Some(path)) => last(self.shapes.text_of(path)),
            (_, None) => "",
        }
    }

    /// What stands before the last name: `libc::`.
    pub(crate) fn prefix(self) -> &'s str {
        let path = self.path().map_or("", |path| self.shapes.text_of(path));
        path.strip_suffix(last(path)).unwrap_or("")
    }

    /// An argument, from 0; the receiver is none.
    pub(crate) fn argument(self, n: usize) -> Option<Id> {
        self.shapes.children(self.id).get(n + 1).copied()
    }
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path).trim()
}

/// Whether it is `drop(..)`.
pub(crate) fn is_drop(shapes: &Shapes, id: Id) -> bool {
    Call::of(shapes, id).is_some_and(|call| {
        call.name() == "drop" && ["", "mem::", "std::mem::", "core::mem::"].contains(&call.prefix())
    })
}
