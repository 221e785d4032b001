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
        let plain = matches!(ret, Ty::Ptr(..) | Ty::Ref(..));
        if name == "duplicate" && !plain {
            return Some(self.copy_out(st, &loc, ret));
        }
        let mut value = self.load(st, &loc);
        if plain {
            value = self.first_of(value);
        }
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
            self.note_filled(st, &loc, value);
            // The null at the end of a list is not the element that stands for the others.
            let old = self.load(st, &loc);
            if value != ValueId::ZERO || !matches!(self.arena.get(old), Value::Ptr(_)) {
                self.store(st, &loc, value);
            }
            return Some(());
        }
        self.store_first(st, &loc, value);
        Some(())
    }

    /// Stores at the beginning of what may be a list of pointers: the others stay where they are.
    pub(crate) fn store_first(&mut self, st: &mut State, loc: &Loc, value: ValueId) {
        self.note_filled(st, loc, value);
        let old = self.load(st, loc);
        let is_pointer = matches!(self.arena.get(value), Value::Ptr(_) | Value::Int(_));
        let value = if is_pointer && self.is_list(old) {
            self.arena.with_part(old, Key::At(ValueId::ZERO), value)
        } else {
            value
        };
        self.store(st, loc, value);
    }

    /// Rust puts memory that an owner gave up into a list: then it is a list of Rust's, also on paths
    /// that put nothing in.
    fn note_filled(&mut self, st: &State, loc: &Loc, value: ValueId) {
        let element = match loc.path.last() {
            Some(key) => is_element(*key),
            None => loc.offset != ValueId::ZERO,
        };
        if element && self.is_given_up(st, value) {
            self.filled.insert(loc.object);
        }
    }

    /// What is read as a pointer at the beginning of such a list.
    pub(crate) fn first_of(&mut self, value: ValueId) -> ValueId {
        match *self.arena.get(value) {
            Value::Agg {
                ref parts, rest, ..
            } if self.is_list(value) => {
                let first = parts.iter().find(|p| p.0 == Key::At(ValueId::ZERO));
                first.map(|p| p.1).or(rest).unwrap_or(value)
            }
            _ => value,
        }
    }

    /// Whether it is a list of pointers that were stored one by one.
    pub(crate) fn is_list(&self, value: ValueId) -> bool {
        match self.arena.get(value) {
            Value::Agg {
                tag: Tag::None,
                parts,
                ..
            } => !parts.is_empty() && parts.iter().all(|p| is_element(p.0)),
            _ => false,
        }
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

    /// Who reads an element may release any that can be the same one: all others where the place is not
    /// known, those at unknown places where it is.
    pub(crate) fn note_element_read(&mut self, st: &mut State, loc: &Loc) {
        let held = |b: &Block| b.is_live() && b.owners <= 0 && b.escape != Escape::Away;
        if !st.blocks().iter().any(|(_, b)| held(b)) {
            return;
        }
        let mut keys = loc.path.clone();
        if loc.offset != ValueId::ZERO {
            keys.push(Key::At(loc.offset));
        }
        let mut value = self.root_value(st, loc.object);
        let mut same = Vec::new();
        let mut element = false;
        for key in keys {
            let first = match self.arena.get(value) {
                Value::Agg { parts, rest, .. } => {
                    let others = parts.iter().filter(|part| self.may_be_same(key, part.0));
                    same.extend(others.map(|part| part.1));
                    rest.unwrap_or(value)
                }
                _ => value,
            };
            // What was stored at the beginning, when nothing said that this is a list.
            if is_element(key) && matches!(self.arena.get(first), Value::Ptr(_)) {
                same.push(first);
            }
            value = self.arena.part(value, key);
            element = is_element(key);
        }
        self.let_elements_go(st, same);
        if element && !matches!(self.arena.get(value), Value::Ptr(_)) {
            self.let_kept_go(st, loc.object);
        }
    }

    /// What a list keeps may be what was read of it.
    pub(crate) fn let_kept_go(&mut self, st: &mut State, list: ObjectId) {
        let kept: Vec<ObjectId> = st
            .blocks()
            .iter()
            .filter(|(_, block)| block.escape == Escape::Element(list))
            .map(|e| e.0)
            .collect();
        for object in kept {
            if let Some(block) = st.block_mut(object) {
                block.escape = Escape::Away;
            }
        }
    }

    /// Pointers in these values may be in anybody's hands.
    fn let_elements_go(&mut self, st: &mut State, mut values: Vec<ValueId>) {
        while let Some(value) = values.pop() {
            match self.arena.get(value) {
                Value::Agg { parts, .. } => values.extend(parts.iter().map(|part| part.1)),
                Value::Ptr(p) => {
                    if let Some(block) = st.block_mut(p.object)
                        && block.owners <= 0
                    {
                        block.escape = Escape::Away;
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether what is read at one place may have been stored at the other. What was stored just there
    /// is followed, unless the place is known only by a number that is not.
    fn may_be_same(&self, read: Key, stored: Key) -> bool {
        let number = |key: Key| match key {
            Key::Name(name) => name.as_str().parse::<i128>().ok(),
            Key::At(at) => self.arena.as_int(at),
        };
        match (number(read), number(stored)) {
            // Bytes and elements are counted apart.
            (Some(_), Some(_)) => matches!(read, Key::At(_)) != matches!(stored, Key::At(_)),
            (Some(_), None) => is_element(stored),
            (None, _) if matches!(read, Key::At(_)) => true,
            (None, _) => read != stored && is_element(read) && is_element(stored),
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

    /// Some of the elements: which ones is not followed, so they may be any.
    pub(crate) fn slice_of(&mut self, st: &mut State, loc: Loc) -> Loc {
        let some = loc.child(Key::Name(Name::new("[..]")));
        self.note_element_read(st, &some);
        some
    }

    /// Where some element of the array lies.
    pub(crate) fn element_at(&mut self, st: &mut State, array: ValueId) -> ValueId {
        let Some(loc) = self.pointee(array) else {
            return ValueId::ZERO;
        };
        let _ = self.touch(st, loc.object, Usage::Read);
        let loc = loc.child(Key::Name(Name::new("[]")));
        self.note_element_read(st, &loc);
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
        let reach = self.reach_behind(st, value);
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
                self.note_element_read(st, &loc);
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

/// Whether a part is an element of a list and no field.
fn is_element(key: Key) -> bool {
    match key {
        Key::At(_) => true,
        Key::Name(name) => name == "[]" || name == "[..]" || name.as_str().parse::<u32>().is_ok(),
    }
}
