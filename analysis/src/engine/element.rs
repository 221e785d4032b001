//! The intrinsics that read and write through a pointer: one value, or some element of many.

use super::block::{Block, Escape};
use super::call::Outcome;
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::place::Loc;
use super::state::State;
use super::value::{Key, Source, Tag, Value, ValueId};
use crate::event::Usage;
use crate::name::Name;
use crate::types::Ty;

impl Machine<'_> {
    pub(crate) fn read_through(
        &mut self,
        st: &mut State,
        name: &str,
        pointer: ValueId,
        ret: &Ty,
    ) -> Option<ValueId> {
        let loc = self.pointee(pointer)?;
        self.touch(st, loc.object, Usage::Read)?;
        self.note_element_read(st, &loc);
        if name == "duplicate" {
            return Some(self.copy_out(st, &loc, ret));
        }
        let value = self.load(st, &loc);
        let value = self.shape(st, value, ret);
        if self.owns(value) {
            self.store(st, &loc, ValueId::MOVED);
        }
        Some(value)
    }

    pub(crate) fn write_through(
        &mut self,
        st: &mut State,
        name: &str,
        pointer: ValueId,
        value: ValueId,
    ) -> Option<()> {
        let loc = self.pointee(pointer)?;
        self.touch(st, loc.object, Usage::Write)?;
        if name == "store_element" || self.is_somewhere(&loc) {
            self.shuffle(st, loc.object);
        }
        if name == "store_element" {
            self.become_elements(st, value, Escape::Element(loc.object));
            let loc = loc.child(Key::Name(Name::new("[]")));
            // The null at the end of a list is not the element that stands for the others.
            let old = self.load(st, &loc);
            if value != ValueId::ZERO || !matches!(self.arena.get(old), Value::Ptr(_)) {
                self.store(st, &loc, value);
            }
            return Some(());
        }
        self.store(st, &loc, value);
        Some(())
    }

    /// A pointer is stored in an array, at a place that is not known.
    pub(crate) fn note_element(&mut self, st: &mut State, loc: &Loc, value: ValueId) {
        if !value.is_constant() && self.is_somewhere(loc) {
            let kept = match st.block(loc.object) {
                Some(_) => Escape::Element(loc.object),
                None => Escape::Away,
            };
            self.become_elements(st, value, kept);
        }
    }

    /// Whether the place within its object is not known.
    fn is_somewhere(&self, loc: &Loc) -> bool {
        let unknown = |v: ValueId| self.arena.as_int(v).is_none();
        unknown(loc.offset)
            || loc
                .path
                .iter()
                .any(|key| matches!(key, Key::At(at) if unknown(*at)))
    }

    /// Who reads at such a place may release any of what stands in the object.
    pub(crate) fn note_element_read(&mut self, st: &mut State, loc: &Loc) {
        if !self.is_somewhere(loc) {
            return;
        }
        let whole = self.root_value(st, loc.object);
        let Value::Agg { parts, .. } = self.arena.get(whole) else {
            return;
        };
        let parts = parts.clone();
        for (_, part) in parts.iter() {
            if let Value::Ptr(p) = self.arena.get(*part)
                && let Some(block) = st.block_mut(p.object)
                && block.owners <= 0
            {
                block.escape = Escape::Away;
            }
        }
    }

    /// Which element of many it becomes is not known, so a leak of the ones before cannot be told.
    fn become_elements(&mut self, st: &mut State, value: ValueId, escape: Escape) {
        for object in self.reach_from(st, &[value]).into_objects() {
            if let Some(block) = st.block_mut(object)
                && block.owners <= 0
                && block.escape == Escape::No
            {
                block.escape = escape;
            }
        }
    }

    /// Where some element of the array lies.
    pub(crate) fn element_at(&mut self, st: &mut State, array: ValueId) -> ValueId {
        let Some(loc) = self.pointee(array) else {
            return ValueId::ZERO;
        };
        let _ = self.touch(st, loc.object, Usage::Read);
        let loc = loc.child(Key::Name(Name::new("[]")));
        self.point_at(&loc, false)
    }

    /// The element that a walk comes to next: the one that it came to before is behind it.
    pub(crate) fn next_element(
        &mut self,
        st: &mut State,
        array: ValueId,
        started: ValueId,
        ty: &Ty,
    ) -> ValueId {
        if started != ValueId::ZERO
            && let Some(loc) = self.pointee(array)
        {
            let array = loc.object;
            let loc = loc.child(Key::Name(Name::new("[]")));
            let behind = self.load(st, &loc);
            if self.holds_ended(st, behind) || self.leave_behind(st, behind, array) {
                let fresh = self.fresh(st, 0, Source::Plain);
                let fresh = self.shape(st, fresh, ty);
                self.store(st, &loc, fresh);
            }
        }
        self.element_at(st, array)
    }

    /// A raw pointer that a walk has left in its slot, by itself or in a struct, is not lost when the
    /// next slot is filled.
    fn leave_behind(&mut self, st: &mut State, value: ValueId, array: ObjectId) -> bool {
        let held = |b: &Block| b.is_live() && b.owners <= 0 && b.escape == Escape::No;
        if !st.blocks().iter().any(|(_, b)| held(b)) || self.owns(value) {
            return false;
        }
        let (mut parts, mut any) = (vec![value], false);
        while let Some(part) = parts.pop() {
            match self.arena.get(part) {
                Value::Agg { parts: inner, .. } => parts.extend(inner.iter().map(|p| p.1)),
                Value::Ptr(p) if st.block(p.object).is_some_and(held) => {
                    if let Some(block) = st.block_mut(p.object) {
                        block.escape = Escape::Element(array);
                        any = true;
                    }
                }
                _ => {}
            }
        }
        any
    }

    /// Some element, or none: elements that ended before are other elements now.
    pub(crate) fn take_element(
        &mut self,
        mut st: State,
        pointer: ValueId,
        ret: &Ty,
    ) -> Vec<Outcome> {
        // Where none is left, the others were taken before.
        if let Some(loc) = self.pointee(pointer) {
            let _ = self.touch(&mut st, loc.object, Usage::Read);
            self.shuffle(&mut st, loc.object);
        }
        let Ty::Adt(option, args) = ret else {
            let value = self.fresh(&mut st, 0, Source::Plain);
            return vec![(st, value)];
        };
        let inner = args.first().cloned().unwrap_or(Ty::Unknown);
        let mut some = st.clone();
        let value = self.element_value(&mut some, pointer, &inner);
        let zero = Key::Name(Name::FIRST);
        let (none_at, some_at) = self.option_variants(*option);
        let none = self
            .arena
            .aggregate(Tag::Adt(*option, none_at), Vec::new(), None);
        let full = self
            .arena
            .aggregate(Tag::Adt(*option, some_at), vec![(zero, value)], None);
        vec![(some, full), (st, none)]
    }

    fn option_variants(&self, adt: crate::resolve::AdtId) -> (u32, u32) {
        let variants = &self.program.adt(adt).variants;
        let at = |name: &str| variants.iter().position(|v| v.name == *name).unwrap_or(0) as u32;
        (at("None"), at("Some"))
    }

    /// Whether some pointer in the value points to memory that was released.
    fn holds_ended(&mut self, st: &State, value: ValueId) -> bool {
        let mut ended = st.blocks().iter().filter(|(_, b)| !b.is_live()).peekable();
        if ended.peek().is_none() {
            return false;
        }
        let reach = self.reach_from(st, &[value]);
        ended.any(|(object, _)| {
            reach.has(*object)
                || matches!(self.objects.get(*object),
                    Object::Pointee(v) if reach.values.contains(v.0))
        })
    }

    fn element_value(&mut self, st: &mut State, pointer: ValueId, ty: &Ty) -> ValueId {
        let fresh = self.fresh(st, 0, Source::Plain);
        let value = match self.pointee(pointer) {
            Some(loc) => {
                let _ = self.touch(st, loc.object, Usage::Read);
                let loc = loc.child(Key::Name(Name::new("[]")));
                let value = self.load(st, &loc);
                let ended = match self.arena.get(value) {
                    Value::Ptr(p) => st.block(p.object).is_some_and(|b| !b.is_live()),
                    // Its pointers were released: this must be another element.
                    Value::Agg { .. } => self.holds_ended(st, value),
                    _ => true,
                };
                if self.owns(value) {
                    self.store(st, &loc, ValueId::MOVED);
                }
                if ended { fresh } else { value }
            }
            None => fresh,
        };
        self.shape(st, value, ty)
    }
}
