//! Second owners of what the caller owns: made of a reference to an owner, which stays where it is and
//! will release its memory as well.

use super::block::{Birth, Block, End, Status};
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::state::State;
use super::value::{Key, Value, ValueId};
use crate::event::{Act, EventKind};
use crate::ir::SelfKind;
use crate::types::Ty;

impl Machine<'_> {
    /// Owners that the root made of those behind its references, and that it drops or returns.
    pub(crate) fn check_second_owners(&mut self, st: &mut State, result: ValueId) {
        let made: Vec<ObjectId> = st
            .blocks()
            .iter()
            .filter(|(_, block)| block.second.is_some() && !block.reported)
            .map(|e| e.0)
            .collect();
        if made.is_empty() {
            return;
        }
        let returned = self.owned_blocks(result);
        for object in made {
            let Some(block) = st.block(object) else {
                continue;
            };
            let released = match &block.status {
                Status::Ended(end) => self.is_unmeant(end),
                _ => false,
            };
            let handed_on = returned.contains(&object)
                && self.is_owned_twice(block)
                && !self.root_asks_for_more();
            if (released || handed_on) && self.is_still_owned(st, object) {
                let (Some(second), first_at) = (block.second.clone(), block.owned_at) else {
                    continue;
                };
                let kind = EventKind::TwoOwners {
                    second: second.0.clone(),
                    first_at,
                    released_again_at: None,
                };
                if !second.1.is_stub() {
                    self.emit(object, st, kind, second.1, Vec::new());
                }
            }
        }
    }

    /// An `unsafe fn` may ask its caller to forget what it was given.
    fn root_asks_for_more(&self) -> bool {
        self.root
            .is_none_or(|id| self.program.function(id).is_unsafe)
    }

    /// Whether a release is a mistake whatever the root asks for: it is safe, or the release is the end
    /// of a variable.
    fn is_unmeant(&self, end: &End) -> bool {
        !self.root_asks_for_more() || end.by.act == Act::Drop && !end.by.name.starts_with("mem::")
    }

    /// Whether one of the owners holds no count of its own.
    fn is_owned_twice(&self, block: &Block) -> bool {
        if self.is_counted(&block.family) {
            block.owners + block.raw <= 1
        } else {
            block.owners > 1
        }
    }

    /// Whether the first owner is behind a reference that the root was given, as it was at first.
    fn is_still_owned(&mut self, st: &State, object: ObjectId) -> bool {
        let Object::Pointee(pointer) = self.objects.get(object) else {
            return false;
        };
        let mut at = pointer;
        for _ in 0..2 {
            let Some((holder, keys)) = self.initial_part(at) else {
                return false;
            };
            let mut now = self.root_value(st, holder);
            for &key in keys.iter().rev() {
                now = self.arena.part(now, key);
            }
            let unchanged = match self.arena.get(now) {
                Value::Ptr(p) => self.objects.get(p.object) == Object::Pointee(at),
                _ => now == at,
            };
            let Object::Pointee(outer) = self.objects.get(holder) else {
                return false;
            };
            if !unchanged {
                return false;
            }
            if let Value::Param(n) = *self.arena.get(outer) {
                return self.is_reference_param(n);
            }
            // An element of what an owner in turn holds.
            if !matches!(st.block(holder), Some(b) if b.owners > 0 && b.is_live()
                && !matches!(b.birth, Birth::Routine(_)))
            {
                return false;
            }
            at = outer;
        }
        false
    }

    /// The object that held the value at first, and the keys that lead to it, the last one first.
    fn initial_part(&self, value: ValueId) -> Option<(ObjectId, Vec<Key>)> {
        let (mut at, mut keys) = (value, Vec::new());
        loop {
            match self.arena.get(at) {
                Value::Part(of, key) => {
                    keys.push(*key);
                    at = *of;
                }
                Value::Initial(object) => return Some((*object, keys)),
                _ => return None,
            }
        }
    }

    fn is_reference_param(&self, n: u32) -> bool {
        let Some(root) = self.root else { return false };
        let params = &self.program.signature(root).params;
        let own = n == 0 && self.program.func(root).self_kind != SelfKind::None;
        // A method that may only be called with care may take its value apart.
        matches!(params.get(n as usize), Some(Ty::Ref(..))) && !(own && self.root_asks_for_more())
    }
}
