//! What values hold: pointers that anybody may release, owners, closures.

use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::state::State;
use super::value::{Tag, Value, ValueId};
use crate::resolve::BodyRef;
use rustc_hash::FxHashSet;

/// What values hold, directly and through memory.
#[derive(Default)]
pub(crate) struct Held {
    pub(crate) raw: FxHashSet<ObjectId>,
    pub(crate) owned: FxHashSet<ObjectId>,
    pub(crate) closures: FxHashSet<BodyRef>,
    seen: FxHashSet<(ValueId, bool)>,
    objects: FxHashSet<ObjectId>,
    /// Pointers to one object in two places look like one value.
    pub(crate) owned_twice: FxHashSet<ObjectId>,
}

impl Machine<'_> {
    /// The values in memory that others than the root know.
    pub(crate) fn held_outside(&self, st: &State) -> Vec<ValueId> {
        let heap = st.heap().iter();
        let heap = heap.filter(|(object, _)| self.is_outside(*object));
        heap.map(|e| e.1).collect()
    }

    /// What the values hold, directly and through memory.
    pub(crate) fn held_by(&mut self, st: &State, values: &[ValueId]) -> Held {
        let mut held = Held::default();
        let mut todo: Vec<(ValueId, bool)> = values.iter().map(|&v| (v, false)).collect();
        while let Some((value, owner)) = todo.pop() {
            if !matches!(self.arena.get(value), Value::Ptr(_)) && !held.seen.insert((value, owner))
            {
                // The same owner in two places.
                if self.owns(value) {
                    let twice = self.owned_blocks(value);
                    held.owned_twice.extend(twice);
                }
                continue;
            }
            match self.arena.get(value) {
                Value::Ptr(p) => {
                    let object = p.object;
                    if !owner {
                        held.raw.insert(object);
                    } else if !held.owned.insert(object) {
                        held.owned_twice.insert(object);
                    }
                    if held.objects.insert(object) {
                        todo.extend(self.audit_content(st, object).map(|v| (v, false)));
                    }
                }
                Value::Agg { tag, parts, rest } => {
                    let owner = match tag {
                        Tag::Adt(adt, _) => {
                            self.is_stub_adt(*adt) && self.program.drop_impl(*adt).is_some()
                        }
                        _ => false,
                    };
                    todo.extend(parts.iter().map(|p| (p.1, owner)));
                    todo.extend(rest.map(|r| (r, false)));
                }
                Value::Closure { body, captures, .. } => {
                    held.closures.insert(*body);
                    todo.extend(captures.iter().map(|&c| (c, false)));
                }
                _ => self.arena.children(value, &mut |c| todo.push((c, false))),
            }
        }
        held
    }

    fn audit_content(&self, st: &State, object: ObjectId) -> Option<ValueId> {
        match self.objects.get(object) {
            Object::Local(site, local) => st.frame_of(site).map(|frame| st.local(frame, local)),
            _ => st.heap_get(object),
        }
    }
}
