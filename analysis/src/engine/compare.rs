//! Comparisons and tests of variants: one question asked in two ways has one answer.

use super::deref::behind;
use super::machine::Machine;
use super::place::Loc;
use super::state::State;
use super::value::{Tag, Value, ValueId};
use crate::event::Usage;
use crate::ir::{BinOp, Operand, Place};
use crate::name::Name;
use crate::resolve::{AdtKind, Res};
use crate::types::Ty;

impl<'p> Machine<'p> {
    /// A comparison only borrows its operands.
    pub(crate) fn compared(
        &mut self,
        st: &mut State,
        op: BinOp,
        operand: &'p Operand,
    ) -> Option<ValueId> {
        use BinOp::{Eq, Ge, Gt, Le, Lt, Ne};
        match operand {
            Operand::Place(place) if matches!(op, Eq | Ne | Lt | Le | Gt | Ge) => {
                let loc = self.locate(st, place)?;
                self.touch(st, loc.object, Usage::Read)?;
                let value = self.load(st, &loc);
                if self.is_list(value) && matches!(self.place_type(place), Ty::Ptr(..)) {
                    return Some(self.first_of(value));
                }
                Some(value)
            }
            _ => self.operand(st, operand),
        }
    }

    /// Whether an operand is a number that has no sign.
    pub(crate) fn is_unsigned(&mut self, operand: &'p Operand) -> bool {
        match operand {
            Operand::Place(place) => {
                matches!(self.place_type(place), Ty::Int(int) if int.is_unsigned())
            }
            Operand::Literal(_) => false,
        }
    }

    /// An unknown number without a sign is compared with another: it is not less than zero.
    pub(crate) fn note_unsigned(&mut self, st: &mut State, v: ValueId) {
        let unknown = matches!(
            self.arena.get(v),
            Value::Param(_) | Value::Part(..) | Value::Opaque { .. } | Value::Initial(_)
        );
        if unknown && self.range(st, v).0 == i128::MIN && self.range(st, v).1 >= 0 {
            self.bound(st, v, 0, i128::MAX);
        }
    }

    /// Where the value of a place is, references followed.
    pub(crate) fn locate_value(&mut self, st: &mut State, place: &'p Place) -> Option<Loc> {
        let mut loc = self.locate(st, place)?;
        for followed in 0..4 {
            let mut value = self.load(st, &loc);
            if self.is_symbol(value) {
                let ty = behind(self.place_type(place), followed);
                let shaped = self.shape(st, value, &ty);
                if shaped != value {
                    self.store(st, &loc, shaped);
                    value = shaped;
                }
            }
            match self.arena.get(value) {
                Value::Ptr(_) => loc = self.deref_value(st, loc, value)?,
                _ => break,
            }
        }
        self.touch(st, loc.object, Usage::Read)?;
        Some(loc)
    }

    pub(crate) fn is_variant(
        &mut self,
        st: &mut State,
        place: &'p Place,
        path: &'p crate::ir::Path,
    ) -> Option<ValueId> {
        match self.resolve(path) {
            // A constant in a pattern.
            Res::Const(id) => {
                let loc = self.locate_value(st, place)?;
                let value = self.load(st, &loc);
                let constant = self.constant_value(st, id, path);
                Some(self.operation(BinOp::Eq, value, constant))
            }
            Res::Adt(_) | Res::Alias(_) => Some(ValueId::ONE),
            Res::Ctor(adt, _) | Res::Variant(adt, _)
                if self.program.adt(adt).kind != AdtKind::Enum =>
            {
                Some(ValueId::ONE)
            }
            Res::External(name) => {
                let loc = self.locate_value(st, place)?;
                let value = self.load(st, &loc);
                Some(match self.families.constant(name.as_str()) {
                    Some(n) => {
                        let constant = self.arena.int(i128::from(n));
                        self.operation(BinOp::Eq, value, constant)
                    }
                    None => {
                        self.judge_status(st, &[value]);
                        self.variant_test(st, value, name)
                    }
                })
            }
            _ => {
                let loc = self.locate_value(st, place)?;
                let value = self.load(st, &loc);
                self.judge_status(st, &[value]);
                Some(self.variant_test(st, value, path.last()))
            }
        }
    }

    pub(crate) fn variant_test(&mut self, st: &State, value: ValueId, variant: Name) -> ValueId {
        let test = self.arena.add(Value::IsVariant(value, variant));
        match self.truth(st, test) {
            Some(known) => self.arena.bool(known),
            None => test,
        }
    }

    pub(crate) fn operation(&mut self, op: BinOp, a: ValueId, b: ValueId) -> ValueId {
        if matches!(op, BinOp::Eq | BinOp::Ne) {
            let (a, b) = (self.strip_address(a), self.strip_address(b));
            if let Some(equal) = self.derived_equal(a, b) {
                return self.arena.bool(equal == (op == BinOp::Eq));
            }
            if let Some(test) = self.named_test(a, b).or_else(|| self.named_test(b, a)) {
                return if op == BinOp::Eq {
                    test
                } else {
                    self.arena.not(test)
                };
            }
            return self.arena.binary(op, a, b);
        }
        self.arena.binary(op, a, b)
    }

    /// Two values of one type of the user's whose comparison is derived, as far as their parts decide.
    fn derived_equal(&self, a: ValueId, b: ValueId) -> Option<bool> {
        let (
            Value::Agg {
                tag: Tag::Adt(adt, variant),
                parts,
                rest,
            },
            Value::Agg {
                tag: Tag::Adt(other, another),
                parts: others,
                rest: others_rest,
            },
        ) = (self.arena.get(a), self.arena.get(b))
        else {
            return None;
        };
        let def = self.program.adt(*adt);
        if adt != other || !def.derives.iter().any(|d| *d == "PartialEq") {
            return None;
        }
        if variant != another {
            return Some(false);
        }
        let alike = parts.iter().map(|p| p.0).eq(others.iter().map(|p| p.0));
        if !alike || rest.is_some() || others_rest.is_some() {
            return None;
        }
        let mut all = true;
        for (x, y) in parts.iter().zip(others.iter()) {
            match (self.arena.as_int(x.1), self.arena.as_int(y.1)) {
                _ if x.1 == y.1 => {}
                (Some(_), Some(_)) => return Some(false),
                _ => all = false,
            }
        }
        all.then_some(true)
    }

    /// `x == path::CONSTANT` of a crate out of view asks the same as the pattern `path::CONSTANT`, and
    /// so does `x == Enum::Variant` where the comparison is derived.
    fn named_test(&mut self, value: ValueId, constant: ValueId) -> Option<ValueId> {
        match self.arena.get(constant) {
            Value::Agg {
                tag: Tag::Adt(adt, variant),
                parts,
                rest: None,
            } if parts.is_empty() => {
                let (adt, variant) = (*adt, *variant);
                let def = self.program.adt(adt);
                let derived = def.derives.iter().any(|d| *d == "PartialEq");
                let whole = match self.arena.get(value) {
                    Value::Agg { tag, .. } => (*tag == Tag::AdtAny(adt)).then_some(value),
                    _ if self.is_symbol(value) => Some(self.unknown_of(Tag::AdtAny(adt), value)),
                    _ => None,
                };
                let whole = whole.filter(|_| derived && def.kind == AdtKind::Enum)?;
                let name = self.variant_name(adt, variant);
                Some(self.arena.add(Value::IsVariant(whole, name)))
            }
            Value::Extern(name) if self.is_symbol(value) => {
                let name = *name;
                Some(self.arena.add(Value::IsVariant(value, name)))
            }
            _ => None,
        }
    }

    /// An address is compared as the pointer it came from.
    fn strip_address(&self, v: ValueId) -> ValueId {
        match self.arena.get(v) {
            Value::Apply(name, args) if *name == "addr" => args[0],
            _ => v,
        }
    }
}
