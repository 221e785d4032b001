//! Values that stand in two places: a bitwise copy beside the original, or what was dropped where it
//! stands, in a place that will be dropped once more with what it is a part of.

use super::block::{Block, Family, Layout, Status};
use super::call::Outcome;
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::place::Loc;
use super::state::State;
use super::value::{Key, Tag, Value, ValueId};
use crate::event::Act;
use crate::types::Ty;
use std::rc::Rc;

impl Machine<'_> {
    /// A bitwise copy of what stands at a place: both own what it owns.
    pub(crate) fn copy_out(&mut self, st: &mut State, loc: &Loc, ty: &Ty) -> ValueId {
        let value = self.shaped_in_place(st, loc, ty);
        for object in self.owned_blocks(value) {
            let by = self.routine("ptr::read", &Family::Unknown, Act::Adopt);
            let at = self.report_place().site;
            if let Some(block) = st.block_mut(object)
                && block.owners > 0
            {
                block.owners += 1;
                block.second = Some(Rc::new((by, at)));
            }
        }
        value
    }

    /// Drops what stands at a place. Where somebody will drop it again with what it is a part of, it
    /// stays there.
    pub(crate) fn end_in_place(&mut self, mut st: State, loc: &Loc, ty: &Ty) -> Vec<Outcome> {
        if !self.is_dropped_there(&st, loc, ty) {
            return self.drop_outcomes(st, loc, ty);
        }
        let value = self.shaped_in_place(&mut st, loc, ty);
        for object in self.owned_blocks(value) {
            if let Some(block) = st.block_mut(object).filter(|block| block.owners > 0) {
                block.owners += 1;
            }
        }
        let site = self.here();
        let copy = self.objects.add(Object::Literal(site));
        st.heap_set(copy, value);
        self.drop_outcomes(st, &Loc::whole(copy), ty)
    }

    /// What stands at a place, which gets the shape of its type if it is certain that it has it.
    fn shaped_in_place(&mut self, st: &mut State, loc: &Loc, ty: &Ty) -> ValueId {
        let stands = self.load(st, loc);
        let value = self.shape(st, stands, ty);
        if !self.owns(value) || !self.is_dropped_there(st, loc, ty) {
            return value;
        }
        if value != stands {
            self.store(st, loc, value);
        }
        self.with_owned_fields(st, loc)
    }

    /// Whether a place holds a value of this type that is dropped with what it is a part of: a field
    /// of a variable, an element of a vector, what a box holds.
    fn is_dropped_there(&mut self, st: &State, loc: &Loc, ty: &Ty) -> bool {
        match (self.dropped_type(st, loc), ty) {
            (Some(Ty::Adt(there, _)), Ty::Adt(wanted, _)) => there == *wanted,
            _ => false,
        }
    }

    fn dropped_type(&mut self, st: &State, loc: &Loc) -> Option<Ty> {
        let mut keys = &loc.path[..];
        let mut ty = match self.objects.get(loc.object) {
            Object::Local(..) => {
                let whole = self.root_value(st, loc.object);
                match *self.arena.get(whole) {
                    Value::Agg {
                        tag: Tag::Adt(adt, 0),
                        ..
                    } if loc.offset == ValueId::ZERO => Ty::adt(adt, Vec::new()),
                    _ => return None,
                }
            }
            _ => {
                let block = st.block(loc.object).filter(|block| block.owners > 0)?;
                if let Layout::Many(..) = block.layout {
                    keys = keys.split_first().map_or(keys, |(_, rest)| rest);
                } else if loc.offset != ValueId::ZERO {
                    return None;
                }
                match &block.owner_ty {
                    Ty::Slice(of) => (**of).clone(),
                    one => one.clone(),
                }
            }
        };
        for key in keys {
            let (Ty::Adt(adt, _), Key::Name(field)) = (&ty, key) else {
                return None;
            };
            if !self.is_own_struct(*adt) {
                return None;
            }
            ty = self.field_ty(*adt, *field)?.clone();
        }
        Some(ty)
    }

    /// Whether a block has two owners, and each of them will release it.
    pub(crate) fn is_certainly_twice(&self, block: &Block) -> bool {
        let counts = block.owners + block.raw;
        block.is_live()
            && block.second.is_some()
            && block.owners > 1
            && (counts == 2 || !self.is_counted(&block.family))
    }

    /// Whether a block is owned by somebody out of view as well.
    pub(crate) fn is_one_away(&self, st: &State, object: ObjectId) -> bool {
        st.block(object).is_some_and(|b| b.one_away && b.is_live())
    }

    /// Whether a slice is known to have no elements.
    pub(crate) fn is_empty_slice(&self, st: &State, loc: &Loc) -> bool {
        loc.len.is_some_and(|len| self.constant(st, len) == Some(0))
    }

    /// A slice is about to be dropped. What was read out of it or ended in it counts only if the slice
    /// certainly reaches as far: a length that was set by hand leaves such elements out.
    pub(crate) fn leave_out(&mut self, st: &mut State, loc: &Loc) {
        let Some(len) = loc.len else { return };
        if self.is_length(len) {
            return;
        }
        let known = self.constant(st, len);
        self.vacate(st, loc.object, |_, key| match (key, known) {
            (Key::Name(index), Some(len)) => index.as_str().parse::<i128>().is_ok_and(|n| n < len),
            _ => false,
        });
    }

    /// Somebody moves elements of an array about: where those stand that were read out or ended is
    /// not known any more.
    pub(crate) fn shuffle(&mut self, st: &mut State, array: ObjectId) {
        self.vacate(st, array, |_, _| false);
    }

    /// Elements that have two owners or have ended are not there any more, but for some.
    fn vacate(&mut self, st: &mut State, array: ObjectId, stays: impl Fn(&Self, &Key) -> bool) {
        let gone =
            |b: &Block| b.second.is_some() || matches!(b.status, Status::Ended(_)) && b.owners > 0;
        if !st.blocks().iter().any(|(_, block)| gone(block)) {
            return;
        }
        let whole = self.root_value(st, array);
        let Value::Agg { parts, .. } = self.arena.get(whole) else {
            return;
        };
        for (key, part) in parts.clone().iter() {
            let element = match key {
                Key::At(_) => true,
                Key::Name(name) => *name == "[]" || name.as_str().parse::<u32>().is_ok(),
            };
            if element
                && self.owns(*part)
                && !stays(self, key)
                && self
                    .owned_blocks(*part)
                    .iter()
                    .any(|o| st.block(*o).is_some_and(gone))
            {
                let loc = Loc::whole(array).child(*key);
                self.store(st, &loc, ValueId::MOVED);
            }
        }
    }
}
