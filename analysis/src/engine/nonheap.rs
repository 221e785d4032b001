//! What is no allocation, and is given back as if it were one.

use super::block::{Birth, Family, Layout};
use super::machine::Machine;
use super::object::Object;
use super::release::Claim;
use super::state::State;
use super::value::{Value, ValueId};
use crate::event::{Act, EventKind, Fault, NonHeap};

impl Machine<'_> {
    /// Memory that is not on the heap has no block: one is made for the report.
    pub(crate) fn report_nonheap(
        &mut self,
        st: &mut State,
        pointer: ValueId,
        claim: Claim,
        what: NonHeap,
    ) {
        if claim.by.act == Act::Drop || self.is_nothing(st, pointer, &claim) {
            return;
        }
        let site = self.here();
        let object = self.objects.add(Object::Block(site, 9));
        let block = self.new_block(Birth::Unknown, Family::Unknown, Layout::Unknown);
        st.set_block(object, block);
        let made = match self.arena.get(pointer) {
            Value::Ptr(p) => match self.objects.get(p.object) {
                Object::Local(at, _) | Object::Literal(at) => Some(at),
                _ => None,
            },
            Value::Opaque { site: at, .. } => Some(*at),
            _ => None,
        };
        let since = made.unwrap_or_else(|| self.value_since(st, pointer));
        let kind = EventKind::Reclaim {
            by: claim.by,
            fault: Fault::NonHeap(what),
        };
        self.emit_here(object, st, kind, &[since]);
        st.blocks_retain(|o, _| o != object);
    }

    /// `Vec::from_raw_parts(dangling, 0, 0)` owns nothing.
    fn is_nothing(&self, st: &State, pointer: ValueId, claim: &Claim) -> bool {
        let dangling = match self.arena.get(pointer) {
            Value::Ptr(p) => self.objects.get(p.object) == Object::Dangling,
            _ => false,
        };
        match &claim.layout {
            Layout::Many(_, n) => match self.constant(st, *n) {
                Some(n) => n == 0,
                None => dangling,
            },
            // A box of a zero-sized type is made of any address.
            Layout::One(ty) => {
                dangling
                    && crate::types::size_align(self.program, ty)
                        .size
                        .is_none_or(|n| n == 0)
            }
            _ => false,
        }
    }
}
