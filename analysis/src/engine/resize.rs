//! Resizes: the three outcomes of `realloc`, of a library or of `std::alloc`.

use super::block::{Birth, Family, Layout};
use super::call::Outcome;
use super::machine::Machine;
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
        self.resize(st, old, size, claim, *frees_on_failure)
    }

    /// `std::alloc::realloc`.
    pub(crate) fn resize_layout(&mut self, st: State, args: &[ValueId]) -> Vec<Outcome> {
        let family = match args.first().map(|&v| self.arena.get(v)) {
            Some(Value::Apply(name, _)) => self.family_named(name.as_str()),
            _ => Family::Unknown,
        };
        let by = self.routine("realloc", &family, Act::Resize);
        let claim = Claim {
            family,
            layout: Layout::Unknown,
            by,
        };
        self.resize(st, args[1], args.get(3).copied(), claim, false)
    }

    /// The three outcomes of a resize: a new block, failure with the old one kept, and, where the
    /// size can be zero, a null result with the old block perhaps released.
    pub(crate) fn resize(
        &mut self,
        mut st: State,
        old: ValueId,
        size: Option<ValueId>,
        claim: Claim,
        frees_on_failure: bool,
    ) -> Vec<Outcome> {
        let (family, by) = (claim.family, claim.by.clone());
        let mut failed = st.clone();
        let mut zero = st.clone();
        // It worked: the old block ended, a new one is there.
        self.release(&mut st, old, claim);
        let mut words = by.clone();
        words.act = Act::Acquire;
        let object = self.born(
            &mut st,
            Birth::Routine(Rc::new(words)),
            family,
            Layout::Unknown,
        );
        if let Some(block) = st.block_mut(object) {
            block.resized = true;
        }
        if size.is_some_and(|n| self.constant(&st, n) == Some(0)) {
            let kind = EventKind::ZeroSized {
                by: by.clone(),
                certain: true,
            };
            let site = self.here();
            self.emit_here(object, &mut st, kind, &[site]);
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
        } else if let Value::Ptr(p) = self.arena.get(old) {
            let object = p.object;
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

    fn can_be_zero(&self, st: &State, size: ValueId) -> bool {
        let (lo, hi) = self.range(st, size);
        lo <= 0 && hi >= 0 && !matches!(self.arena.get(size), Value::SizeOf(_))
    }

    fn end_by_zero(&mut self, st: &mut State, old: ValueId, by: &Words) {
        let Some(loc) = self.pointee(old) else { return };
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
