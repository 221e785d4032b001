//! Sizes given to allocation routines: what may wrap, and what is or can be zero.

use super::block::Layout;
use super::machine::Machine;
use super::object::ObjectId;
use super::state::State;
use super::value::{Key, Value, ValueId};
use crate::event::{EventKind, Routine as Words};
use crate::ir::BinOp;
use crate::name::Name;

impl Machine<'_> {
    /// Judges the size given to an allocation routine.
    pub(crate) fn check_size(
        &mut self,
        st: &mut State,
        object: ObjectId,
        by: &Words,
        size: ValueId,
        checked: bool,
    ) {
        if checked || !self.is_unbounded_product(st, size) {
            return;
        }
        let since = self.value_since(st, size);
        let kind = EventKind::UncheckedSize { by: by.clone() };
        self.emit_here(object, st, kind, &[since]);
    }

    /// Whether the value is a product or sum that may wrap.
    fn is_unbounded_product(&self, st: &State, v: ValueId) -> bool {
        let unbounded = |v: ValueId| {
            let (_, hi) = self.range(st, v);
            hi == i128::MAX && !matches!(self.arena.get(v), Value::SizeOf(_))
        };
        match self.arena.get(v) {
            Value::Linear(_, terms) => match terms[..] {
                [(term, factor)] => factor.unsigned_abs() > 1 && unbounded(term),
                _ => terms.iter().filter(|t| unbounded(t.0)).count() > 1,
            },
            Value::Binary(BinOp::Mul, a, b) => unbounded(*a) || unbounded(*b),
            _ => false,
        }
    }

    /// `std::alloc::alloc` must not see a size of zero.
    pub(crate) fn check_zero_size(
        &mut self,
        st: &mut State,
        object: ObjectId,
        by: &Words,
        layout: &Layout,
    ) {
        let (Some(size), _) = self.bytes(layout) else {
            return;
        };
        let certain = self.constant(st, size) == Some(0);
        if certain || self.is_callers_choice(size) && self.can_be_zero(st, size) {
            let kind = EventKind::ZeroSized {
                by: by.clone(),
                certain,
            };
            let site = self.here();
            self.emit_here(object, st, kind, &[site]);
        }
    }

    /// Whether a number is what anybody may give to the root, or a multiple of that.
    fn is_callers_choice(&self, v: ValueId) -> bool {
        let public = self.root.is_some_and(|id| {
            let function = self.program.function(id);
            function.public || function.exported
        });
        let given = |v: ValueId| match self.arena.get(v) {
            Value::Param(_) => true,
            Value::Part(of, Key::Name(Name::SLICE_LEN)) => {
                matches!(self.arena.get(*of), Value::Param(_))
            }
            _ => false,
        };
        public
            && match self.arena.get(v) {
                Value::Linear(0, terms) => matches!(terms[..], [(term, _)] if given(term)),
                _ => given(v),
            }
    }

    /// Whether a path on which the size is zero is still open.
    pub(crate) fn can_be_zero(&self, st: &State, size: ValueId) -> bool {
        if st.fact(size).is_some_and(|fact| fact.excludes(0)) {
            return false;
        }
        match self.arena.get(size) {
            // A size is never negative: a sum with something positive is not zero.
            Value::Linear(konst, terms) if *konst >= 0 && terms.iter().all(|t| t.1 > 0) => {
                *konst == 0 && terms.iter().all(|t| self.can_be_zero(st, t.0))
            }
            // Nor is a multiple of what is not.
            Value::Linear(0, terms) if terms.len() == 1 => self.can_be_zero(st, terms[0].0),
            Value::Binary(BinOp::Mul, a, b) => self.can_be_zero(st, *a) || self.can_be_zero(st, *b),
            Value::Apply(name, args)
                if name.as_str() == "checked_add" || name.as_str() == "saturating_add" =>
            {
                args.iter().all(|&part| self.can_be_zero(st, part))
            }
            Value::SizeOf(_) => false,
            _ => {
                let (lo, hi) = self.range(st, size);
                lo <= 0 && hi >= 0
            }
        }
    }
}
