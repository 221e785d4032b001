//! Receivers: a method's `self` as the method takes it, by reference, through smart pointers or moved.

use super::call::{Callable, Outcome};
use super::deref::{DerefKind, behind};
use super::machine::Machine;
use super::place::Loc;
use super::state::State;
use super::value::{Key, Source, Tag, Value, ValueId};
use crate::event::Usage;
use crate::ir::Operand;
use crate::name::Name;
use crate::resolve::FnId;
use crate::types::{Adjust, Len, Pass, Step, Ty};

impl<'p> Machine<'p> {
    /// The receiver as the method takes it.
    pub(crate) fn receiver(
        &mut self,
        st: &mut State,
        operand: &'p Operand,
        adjust: Option<&Adjust>,
    ) -> Option<ValueId> {
        let mut loc = self.locate_operand(st, operand)?;
        let Some(adjust) = adjust else {
            // Unknown method: a pointer or number is passed as it is, anything else by reference.
            let value = self.load(st, &loc);
            return Some(match self.arena.get(value) {
                Value::Ptr(_) | Value::Int(_) | Value::Func(..) => value,
                _ => self.point_at(&loc, false),
            });
        };
        // A binding by reference stands for what it refers to.
        if let Operand::Place(place) = operand
            && matches!(self.place_type(place), Ty::Adt(..))
        {
            let value = self.load(st, &loc);
            if matches!(self.arena.get(value), Value::Ptr(_)) {
                loc = self.deref_value(st, loc, value)?;
            }
        }
        for (taken, step) in adjust.steps.iter().enumerate() {
            loc = self.adjust(st, loc, operand, *step, taken)?;
        }
        // An array seen as a slice has the length that its type says.
        if let Operand::Place(place) = operand
            && loc.len.is_none()
            && let Ty::Array(_, Len::Known(n)) = behind(self.place_type(place), adjust.steps.len())
        {
            loc.len = Some(self.arena.int(i128::from(n)));
        }
        match adjust.pass {
            Pass::Ref => Some(self.point_at(&loc, true)),
            Pass::RefMut => Some(self.point_at(&loc, false)),
            Pass::Move => {
                self.touch(st, loc.object, Usage::Read)?;
                self.note_element_read(st, &loc);
                let mut value = self.load(st, &loc);
                if self.is_list(value)
                    && let Operand::Place(place) = operand
                    && let Ty::Ptr(..) = behind(self.place_type(place), adjust.steps.len())
                {
                    value = self.first_of(value);
                }
                if self.is_symbol(value)
                    && let Operand::Place(place) = operand
                {
                    let ty = self.place_type(place);
                    value = self.shape(st, value, &ty);
                    self.store(st, &loc, value);
                }
                if self.owns(value) {
                    self.store(st, &loc, ValueId::MOVED);
                }
                Some(value)
            }
        }
    }

    fn adjust(
        &mut self,
        st: &mut State,
        loc: Loc,
        operand: &'p Operand,
        step: Step,
        taken: usize,
    ) -> Option<Loc> {
        let mut value = self.load(st, &loc);
        if self.is_symbol(value)
            && let Operand::Place(place) = operand
        {
            let ty = behind(self.place_type(place), taken);
            let shaped = self.shape(st, value, &ty);
            if shaped != value {
                self.store(st, &loc, shaped);
                value = shaped;
            }
        }
        match step {
            Step::Deref => self.deref_value(st, loc, value),
            Step::Field(name) => Some(loc.child(Key::Name(name))),
            Step::Through(name) => {
                let inner = loc.child(Key::Name(name));
                let pointer = self.load(st, &inner);
                let target = self.deref_value(st, inner, pointer)?;
                Some(self.with_length(value, target))
            }
            Step::Call(id) => self.call_deref(st, &loc, id),
        }
    }

    /// The type behind so many references, of which one may be pinned.
    pub(crate) fn behind_pins(&self, ty: Ty, followed: usize) -> Ty {
        (0..followed).fold(ty, |ty, _| match ty {
            Ty::Adt(adt, args)
                if args.len() == 1 && matches!(self.deref_kind(adt), DerefKind::Field(_)) =>
            {
                args[0].clone()
            }
            other => behind(other, 1),
        })
    }

    /// Where a `Deref` of the user's leads.
    pub(crate) fn call_deref(&mut self, st: &mut State, loc: &Loc, deref: FnId) -> Option<Loc> {
        let this = self.point_at(loc, false);
        let deref = Callable::Fn(deref, self.unbound.clone());
        let outcomes = self.invoke(st.clone(), deref, vec![this], &Ty::Unknown);
        match <[Outcome; 1]>::try_from(outcomes) {
            Ok([(after, value)]) => {
                *st = after;
                self.pointee(value)
            }
            Err(_) => {
                let unknown = self.fresh(st, 9, Source::Plain);
                self.pointee(unknown)
            }
        }
    }

    /// A vector seen as a slice carries its length.
    fn with_length(&mut self, owner: ValueId, mut target: Loc) -> Loc {
        if target.len.is_none()
            && let Value::Agg {
                tag: Tag::Adt(adt, _),
                ..
            } = self.arena.get(owner)
        {
            let def = self.program.adt(*adt);
            if def.stub && def.variants[0].fields.iter().any(|f| f.0 == "len") {
                target.len = Some(self.arena.part(owner, Key::Name(Name::new("len"))));
            }
        }
        target
    }

    /// The method of the type that the receiver's value turns out to have.
    pub(crate) fn method_of_value(
        &mut self,
        st: &State,
        receiver: ValueId,
        name: Name,
    ) -> Option<Callable> {
        let value = match self.arena.get(receiver) {
            Value::Ptr(p) => {
                let loc = Loc::of(p);
                self.load(st, &loc)
            }
            _ => receiver,
        };
        let Value::Agg {
            tag: Tag::Adt(adt, _) | Tag::AdtAny(adt),
            ..
        } = self.arena.get(value)
        else {
            return None;
        };
        let ty = Ty::adt(*adt, Vec::new());
        let id = *self.program.fns_of(&ty, name).first()?;
        matches!(
            self.program.func(id).self_kind,
            crate::ir::SelfKind::Ref | crate::ir::SelfKind::RefMut
        )
        .then(|| Callable::Fn(id, self.unbound.clone()))
    }
}
