//! Functions that `#[paired_alloc]` declares: they are what they say, whatever their bodies do.

use super::block::{Birth, Layout, Null};
use super::call::Outcome;
use super::machine::Machine;
use super::release::Claim;
use super::state::State;
use super::value::{Key, Source, Tag, ValueId};
use crate::event::{Act, Routine};
use crate::ir::{Pairing, Role};
use crate::name::Name;
use crate::resolve::{FnId, Lang};
use crate::types::Ty;
use std::rc::Rc;

impl<'p> Machine<'p> {
    /// What `#[paired_alloc]` says of a function.
    pub(crate) fn pairing(&self, id: FnId) -> Option<&'p Pairing> {
        let program = self.program;
        program.function(id).pairing.as_ref()
    }

    /// Calls an annotated function.
    pub(crate) fn annotated_call(
        &mut self,
        mut st: State,
        id: FnId,
        pairing: &Pairing,
        args: &[ValueId],
        ret: &Ty,
    ) -> Vec<Outcome> {
        let family = self.family_named(pairing.family.as_str());
        let by = Routine {
            name: self.program.func(id).label.clone(),
            family: self.family_words(&family),
            act: Act::Acquire,
        };
        let released = args.get(pairing.arg as usize).copied();
        let claim = |act: Act| Claim {
            family,
            layout: Layout::Unknown,
            by: Routine { act, ..by.clone() },
        };
        match pairing.role {
            Role::Free => {
                if let Some(pointer) = released {
                    self.release(&mut st, pointer, claim(Act::Release));
                }
                let value = self.fresh(&mut st, 0, Source::Plain);
                vec![(st, value)]
            }
            Role::Realloc => {
                let old = released.unwrap_or(ValueId::ZERO);
                self.resize(st, old, (None, Layout::Unknown), claim(Act::Resize), false)
            }
            Role::Alloc => {
                for &arg in args {
                    self.escape(&mut st, arg);
                }
                let object = self.born(
                    &mut st,
                    Birth::Routine(Rc::new(by)),
                    family,
                    Layout::Unknown,
                );
                let pointer = self.pointer_to(object);
                if let Some(loc) = pairing
                    .out
                    .and_then(|n| args.get(n as usize))
                    .and_then(|&slot| self.pointee(slot))
                {
                    self.store(&mut st, &loc, pointer);
                    let value = self.fresh(&mut st, 1, Source::Plain);
                    return vec![(st, value)];
                }
                if let (Ty::Ptr(..), Some(block)) = (ret, st.block_mut(object)) {
                    block.null = Null::Maybe;
                }
                self.handed_out(st, pointer, ret)
            }
        }
    }

    /// The fresh pointer in the shape in which the function returns it.
    fn handed_out(&mut self, st: State, pointer: ValueId, ret: &Ty) -> Vec<Outcome> {
        let Ty::Adt(adt, args) = ret else {
            return vec![(st, pointer)];
        };
        if self.program.lang(Lang::NonNull) == Some(*adt) {
            let parts = vec![(Key::Name(Name::new("pointer")), pointer)];
            return vec![(st, self.arena.aggregate(Tag::Adt(*adt, 0), parts, None))];
        }
        let wanted = ["Some", "Ok"];
        let variants = &self.program.adt(*adt).variants;
        let full = variants
            .iter()
            .position(|v| wanted.contains(&v.name.as_str()));
        let (Some(full), Some(inner)) = (full, args.first()) else {
            let mut st = st;
            self.escape(&mut st, pointer);
            let value = self.fresh(&mut st, 2, Source::Plain);
            return vec![(st, value)];
        };
        let empty = 1 - full.min(1);
        let mut failed = st.clone();
        let mut out = Vec::new();
        for (st, value) in self.handed_out(st, pointer, &inner.clone()) {
            let parts = vec![(Key::Name(Name::FIRST), value)];
            let value = self
                .arena
                .aggregate(Tag::Adt(*adt, full as u32), parts, None);
            out.push((st, value));
        }
        // The failing path has no block.
        if let super::value::Value::Ptr(p) = self.arena.get(pointer) {
            let object = p.object;
            failed.blocks_retain(|o, _| o != object);
        }
        let unknown = self.fresh(&mut failed, 3, Source::Plain);
        let value = self
            .arena
            .aggregate(Tag::Adt(*adt, empty as u32), Vec::new(), Some(unknown));
        out.push((failed, value));
        out
    }
}
