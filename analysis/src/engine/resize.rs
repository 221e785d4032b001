//! Resizes: the three outcomes of `realloc`, of a library or of `std::alloc`.

use super::block::{Birth, Escape, Family, Layout};
use super::call::Outcome;
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::release::Claim;
use super::state::State;
use super::value::{Value, ValueId};
use crate::event::{Act, EventKind, Routine as Words, StepKind};
use crate::families::{Effect, Routine};
use crate::ir::BinOp;
use std::rc::Rc;

impl<'p> Machine<'p> {
    /// `realloc(p, n)` of a library.
    pub(crate) fn resize_foreign(
        &mut self,
        st: State,
        routine: &'p Routine,
        effect: &'p Effect,
        name: &str,
        args: &[ValueId],
    ) -> Vec<Outcome> {
        let Effect::Resize {
            arg,
            size,
            frees_on_failure,
            ..
        } = effect
        else {
            return vec![(st, ValueId::UNINIT)];
        };
        let old = args.get(*arg as usize).copied().unwrap_or(ValueId::ZERO);
        let size = self.size_of_args(size, args);
        let claim = self.claim(routine, name, Act::Resize);
        self.resize(st, old, (size, Layout::Unknown), claim, *frees_on_failure)
    }

    /// `std::alloc::realloc`.
    pub(crate) fn resize_layout(&mut self, st: State, args: &[ValueId]) -> Vec<Outcome> {
        let family = match args.first().map(|&v| self.arena.get(v)) {
            Some(Value::Apply(name, _)) => self.family_named(name.as_str()),
            _ => Family::Unknown,
        };
        let by = self.routine("realloc", &family, Act::Resize);
        let layout = self.layout_parts(args[2]);
        let size = args.get(3).copied();
        let new = match (&layout, size) {
            (Layout::Bytes { align, .. }, Some(size)) => Layout::Bytes {
                size,
                align: *align,
            },
            _ => Layout::Unknown,
        };
        let claim = Claim { family, layout, by };
        self.resize(st, args[1], (size, new), claim, false)
    }

    /// The three outcomes of a resize: a new block, failure with the old one kept, and, where the
    /// size can be zero, a null result with the old block perhaps released.
    pub(crate) fn resize(
        &mut self,
        mut st: State,
        old: ValueId,
        (size, layout): (Option<ValueId>, Layout),
        claim: Claim,
        frees_on_failure: bool,
    ) -> Vec<Outcome> {
        let (family, by) = (claim.family, claim.by.clone());
        let content = match self.arena.get(old) {
            Value::Ptr(p) => {
                let object = p.object;
                Some(self.root_value(&st, object))
            }
            _ => None,
        };
        let mut failed = st.clone();
        let mut zero = st.clone();
        // It worked: the old block ended, a new one is there.
        self.release(&mut st, old, claim);
        let mut words = by.clone();
        words.act = Act::Acquire;
        let object = self.born(&mut st, Birth::Routine(Rc::new(words)), family, layout);
        if let Some(block) = st.block_mut(object) {
            block.resized = true;
        }
        // It holds what the old one held.
        if let Some(content) = content {
            self.set_root(&mut st, object, content);
        }
        if size.is_some_and(|n| self.constant(&st, n) == Some(0)) {
            let kind = EventKind::ZeroSized {
                by: by.clone(),
                certain: true,
            };
            let site = self.here();
            self.emit_here(object, &mut st, kind, &[site]);
            return vec![(st, self.pointer_to(object))];
        }
        let mut out = vec![(st, self.pointer_to(object))];
        // After a finding on the old block nothing more is said of it.
        if let Value::Ptr(p) = self.arena.get(old)
            && out[0].0.block(p.object).is_some_and(|b| b.reported)
        {
            return out;
        }
        // It failed: null, and the old block is as it was.
        let at = self.report_place().site;
        if frees_on_failure {
            let claim = Claim {
                family,
                layout: Layout::Unknown,
                by: by.clone(),
            };
            self.release(&mut failed, old, claim);
        } else if let Some(object) = self.resized_object(&mut failed, old) {
            if let Some(block) = failed.block_mut(object) {
                block.resize_failed = Some(at);
            }
            self.tell(&mut failed, object, StepKind::ResizeFailed(by.clone()));
        }
        out.push((failed, ValueId::ZERO));
        if let Some(size) = size {
            let test = self.arena.binary(BinOp::Eq, size, ValueId::ZERO);
            if self.can_be_zero(&zero, size) && self.assume(&mut zero, test, true) {
                self.end_by_zero(&mut zero, old, &by);
                out.push((zero, ValueId::ZERO));
            }
        }
        out
    }

    /// What the failed resize leaves; a pointer out of a field gets an entry of its own, since the
    /// field may be overwritten.
    fn resized_object(&mut self, st: &mut State, old: ValueId) -> Option<ObjectId> {
        match self.arena.get(old) {
            Value::Ptr(p) => Some(p.object),
            Value::Part(..) | Value::Initial(_) => {
                let object = self.objects.add(Object::Pointee(old));
                if st.block(object).is_none() {
                    let mut block =
                        self.new_block(Birth::Unknown, Family::Unknown, Layout::Unknown);
                    block.escape = Escape::Away;
                    st.set_block(object, block);
                }
                Some(object)
            }
            _ => None,
        }
    }

    /// Fields outside of the root from which the pointer to a block went into a failed resize, and
    /// which hold something else now.
    pub(crate) fn lost_fields(&mut self, st: &State) -> Vec<ObjectId> {
        let mut lost = Vec::new();
        for (object, block) in st.blocks() {
            if let Object::Pointee(value) = self.objects.get(*object)
                && block.resize_failed.is_some()
                && block.birth == Birth::Unknown
                && block.is_live()
                && !block.reported
                && let Some(loc) = self.place_of(value)
                && self.load(st, &loc) == ValueId::ZERO
            {
                lost.push(*object);
            }
        }
        lost
    }

    fn end_by_zero(&mut self, st: &mut State, old: ValueId, by: &Words) {
        let Some(loc) = self.pointee(old) else { return };
        self.audit_zero(loc.object);
        let status = self.ended(by.clone(), true);
        if st.block(loc.object).is_none() {
            self.acts = true;
            let block = self.new_block(Birth::Unknown, Family::Unknown, Layout::Unknown);
            st.set_block(loc.object, block);
        }
        if let Some(block) = st.block_mut(loc.object) {
            block.status = status;
        }
    }
}
