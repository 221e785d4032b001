//! Values that go out of view: what they own is given up, what they point at may change.

use super::block::{Block, Escape, Status};
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::place::Loc;
use super::state::State;
use super::value::{Key, Source, Tag, Value, ValueId};

impl Machine<'_> {
    /// The value goes out of view: what it reaches can be kept or changed by others.
    pub(crate) fn escape(&mut self, st: &mut State, value: ValueId) {
        self.audit_escape(st, value);
        let can_go = |b: &Block| b.escape != Escape::Away || b.lent_to.is_some();
        if st.blocks().iter().any(|(_, b)| can_go(b)) {
            self.let_blocks_go(st, value);
        }
        self.give_up(st, value);
    }

    /// Whoever gets the value can keep the blocks that it reaches.
    fn let_blocks_go(&mut self, st: &mut State, value: ValueId) {
        let reach = self.reach_from(st, &[value]);
        let gone: Vec<ObjectId> = st
            .blocks()
            .iter()
            .filter(|(object, block)| {
                (block.escape != Escape::Away || block.lent_to.is_some())
                    && (reach.has(*object)
                        || matches!(block.escape, Escape::Element(of) if reach.has(of)))
            })
            .map(|e| e.0)
            .collect();
        for object in self.without_counts(st, value, gone) {
            if let Some(block) = st.block_mut(object) {
                block.escape = Escape::Away;
                block.lent_to = None;
            }
        }
    }

    /// An owner that goes does not take the counts along that raw pointers hold: these blocks
    /// without those of which only owners go.
    fn without_counts(
        &mut self,
        st: &State,
        value: ValueId,
        mut gone: Vec<ObjectId>,
    ) -> Vec<ObjectId> {
        let apart = |o: &ObjectId, of: &Self| {
            let counts = |b: &Block| b.raw > 0 && b.owners > 0 && of.is_counted(&b.family);
            st.block(*o).is_some_and(counts)
        };
        if gone.iter().any(|o| apart(o, self)) {
            let held = self.held_by(st, &[value]);
            gone.retain(|o| held.raw.contains(o) || !apart(o, self));
        }
        gone
    }

    /// Owners moved out of view: nobody knows what becomes of their blocks.
    fn give_up(&mut self, st: &mut State, value: ValueId) {
        for object in self.owned_blocks(value) {
            self.report_pending(st, object);
            let twice = st.block(object).is_some_and(|b| self.is_certainly_twice(b));
            if let Some(block) = st.block_mut(object)
                && block.owners > 0
            {
                // Out of view it will be dropped: if the other one is dropped here, that is once too often.
                if twice {
                    block.one_away = true;
                } else {
                    block.owners -= 1;
                    block.status = Status::Unsure;
                }
            }
        }
    }

    /// Blocks that the owners inside a value own directly.
    pub(crate) fn owned_blocks(&mut self, value: ValueId) -> Vec<ObjectId> {
        let mut out = Vec::new();
        self.collect_owned(value, false, &mut out);
        out
    }

    fn collect_owned(&mut self, value: ValueId, owner: bool, out: &mut Vec<ObjectId>) {
        match self.arena.get(value) {
            Value::Ptr(p) if owner => out.push(p.object),
            Value::Opaque { .. } | Value::Param(_) | Value::Part(..) | Value::Initial(_)
                if owner =>
            {
                out.push(self.objects.add(Object::Pointee(value)));
            }
            Value::Agg { tag, parts, .. } => {
                let (tag, parts) = (*tag, parts.clone());
                let owner = match tag {
                    Tag::Adt(adt, _) => {
                        self.is_stub_adt(adt) && self.program.drop_impl(adt).is_some()
                    }
                    _ => false,
                };
                for part in parts.iter() {
                    self.collect_owned(part.1, owner, out);
                }
            }
            Value::Closure { captures, .. } => {
                let captures = captures.clone();
                for &capture in captures.iter() {
                    self.collect_owned(capture, false, out);
                }
            }
            _ => {}
        }
    }

    /// Others may have written through the pointer: what it points at is unknown now.
    pub(crate) fn havoc(&mut self, st: &mut State, pointer: ValueId, source: Source) {
        let Value::Ptr(p) = self.arena.get(pointer) else {
            return;
        };
        if p.shared {
            return;
        }
        let loc = Loc::of(p);
        match self.objects.get(loc.object) {
            Object::Local(..) | Object::Block(..) | Object::Pointee(_) => {}
            _ => return,
        }
        let source = match self.filled.contains(&loc.object) {
            true => Source::Plain,
            false => source,
        };
        let old = self.load(st, &loc);
        let new = self.havocked(st, old, source);
        if new != old {
            self.store(st, &loc, new);
        }
    }

    /// A routine that is known may still write sizes and states through its other arguments: a
    /// place that holds no pointer is unknown after it.
    pub(crate) fn havoc_plain(&mut self, st: &mut State, pointer: ValueId, source: Source) {
        let Value::Ptr(p) = self.arena.get(pointer) else {
            return;
        };
        let loc = Loc::of(p);
        let old = self.load(st, &loc);
        if self.is_plain(old) {
            self.havoc(st, pointer, source);
        }
    }

    fn is_plain(&self, v: ValueId) -> bool {
        match self.arena.get(v) {
            Value::Uninit | Value::Int(_) | Value::Opaque { .. } | Value::Linear(..) => true,
            Value::Agg { parts, rest, .. } => {
                parts.iter().all(|p| self.is_plain(p.1)) && rest.is_none_or(|r| self.is_plain(r))
            }
            _ => false,
        }
    }

    fn havocked(&mut self, st: &mut State, old: ValueId, source: Source) -> ValueId {
        match self.arena.get(old).clone() {
            // What owns stays an owner of the same block; its sizes may change.
            Value::Agg { tag, parts, .. } if self.owns(old) => {
                let parts: Vec<(Key, ValueId)> = parts
                    .iter()
                    .map(|&(key, v)| {
                        let stays = matches!(self.arena.get(v), Value::Ptr(_));
                        if stays {
                            (key, v)
                        } else if self.owns(v) {
                            (key, self.havocked(st, v, source))
                        } else {
                            (key, self.fresh_havoc(st, source))
                        }
                    })
                    .collect();
                let rest = self.fresh_havoc(st, Source::Plain);
                self.arena.aggregate(tag, parts, Some(rest))
            }
            // Where Rust had put memory of its own, it may still be that.
            Value::Agg { tag, parts, .. } if source != Source::Plain => {
                let given: Vec<Key> = parts
                    .iter()
                    .filter(|part| self.is_given_up(st, part.1))
                    .map(|part| part.0)
                    .collect();
                // The elements of a list are Rust's if one of them is: the list was only lent.
                let plain = matches!(tag, Tag::None | Tag::Array);
                let element = |key: &Key| match key {
                    Key::At(_) => true,
                    Key::Name(name) => {
                        *name == "[]" || plain && name.as_str().parse::<u32>().is_ok()
                    }
                };
                let listed = given.iter().any(element);
                let of_rest = if listed { Source::Plain } else { source };
                let rest = self.fresh_havoc(st, of_rest);
                if given.is_empty() {
                    return rest;
                }
                let parts = given
                    .into_iter()
                    .map(|key| (key, self.fresh_havoc(st, Source::Plain)))
                    .collect();
                self.arena.aggregate(tag, parts, Some(rest))
            }
            Value::Moved => old,
            _ => self.fresh_havoc(st, source),
        }
    }

    /// Whether it points to memory that an owner gave up.
    pub(crate) fn is_given_up(&self, st: &State, v: ValueId) -> bool {
        match self.arena.get(v) {
            Value::Ptr(p) => st.block(p.object).is_some_and(|b| b.disowned.is_some()),
            _ => false,
        }
    }

    fn fresh_havoc(&mut self, st: &mut State, source: Source) -> ValueId {
        let active = self.active_mut();
        let index = active.havocs;
        active.havocs = index.wrapping_add(1);
        self.fresh(st, 100 + index % 4000, source)
    }
}
