//! New blocks: their names, which a site gives to one after the other.

use super::block::{Birth, Escape, Family, Layout, Null};
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::state::State;
use super::value::{Source, Value, ValueId};
use crate::event::{Step, StepKind};
use crate::ir::LocalId;

impl Machine<'_> {
    /// A new block made here; the block of an earlier round of a loop gets lost if nothing holds it.
    pub(crate) fn born(
        &mut self,
        st: &mut State,
        birth: Birth,
        family: Family,
        layout: Layout,
    ) -> ObjectId {
        let site = self.here();
        let turn = match self.active().turn {
            Some(turn) => turn,
            None => {
                let turn = st.next_turn(site);
                self.active_mut().turn = Some(turn);
                turn
            }
        };
        let object = self.objects.add(Object::Block(site, turn.turn));
        if turn.reused {
            self.lose_in_loop(st, object);
            self.give_name_away(st, object);
            let initial = self.arena.add(Value::Initial(object));
            st.heap_set(object, initial);
        }
        let inside = self.report_place().inside;
        let mut block = self.new_block(birth, family, layout);
        if let (Some((_, at)), Birth::Routine(by)) = (inside, &block.birth) {
            let what = StepKind::Acquired((**by).clone());
            block.push_step(Step { at, what });
        }
        self.audit_born(st, object);
        st.set_block(object, block);
        object
    }

    /// The block of an earlier round gives its name away. Who still points to it points to something
    /// that has no name any more, and what only it holds is held by that.
    fn give_name_away(&mut self, st: &mut State, object: ObjectId) {
        if !st.block(object).is_some_and(|b| b.is_live() && !b.reported) {
            return;
        }
        for inner in self.reach_from_object(st, object) {
            if let Some(block) = st.block_mut(inner).filter(|_| inner != object) {
                block.escape = Escape::Away;
            }
        }
        let unnamed = self.fresh(st, 30, Source::Plain);
        if st.block(object).is_some_and(|b| b.null == Null::No) {
            self.assume(st, unnamed, true);
        }
        for at in 0..st.frames.len() {
            for local in 0..st.frames[at].locals.len() {
                let local = LocalId(local as u32);
                let old = st.local(at, local);
                let new = self.repointed(old, object, unnamed);
                if new != old {
                    st.set_local(at, local, new);
                }
            }
        }
        for (holder, old) in st.heap().to_vec() {
            let new = self.repointed(old, object, unnamed);
            if new != old {
                st.heap_set(holder, new);
            }
        }
    }

    /// A value with another one in the place of each pointer to an object.
    fn repointed(&mut self, value: ValueId, object: ObjectId, to: ValueId) -> ValueId {
        match self.arena.get(value) {
            Value::Ptr(p) if p.object == object => to,
            Value::Agg { tag, parts, rest } => {
                let (tag, parts, rest) = (*tag, parts.clone(), *rest);
                let new = parts.iter().map(|p| (p.0, self.repointed(p.1, object, to)));
                let new: Vec<_> = new.collect();
                if *parts == new[..] {
                    return value;
                }
                self.arena.aggregate(tag, new, rest)
            }
            _ => value,
        }
    }
}
