//! Functions that `#[paired_alloc]` declares: they are what they say, whatever their bodies do.

use super::block::{Birth, Layout, Null};
use super::call::Outcome;
use super::machine::Machine;
use super::release::Claim;
use super::state::State;
use super::value::{Key, Source, Tag, ValueId};
use crate::event::{Act, Routine};
use crate::families::{Acquire, Slot, Success};
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
                if let Some(given) = released {
                    let through = self.takes_address(id, pairing.arg);
                    self.release_given(&mut st, given, claim(Act::Release), false, through);
                }
                let value = self.fresh(&mut st, 0, Source::Plain);
                vec![(st, value)]
            }
            Role::Realloc => {
                let old = released.unwrap_or(ValueId::ZERO);
                self.resize(st, old, (None, Layout::Unknown), claim(Act::Resize), false)
            }
            Role::Alloc => {
                let before = st.clone();
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
                let out = pairing.out.filter(|&n| {
                    let slot = args.get(n as usize);
                    slot.is_some_and(|&slot| self.pointee(slot).is_some())
                });
                if let Some(n) = out {
                    let made = out_parameter(n, ret);
                    return self.fill_out(st, before, &made, (n, true), args, pointer);
                }
                if let (Ty::Ptr(..), Some(block)) = (ret, st.block_mut(object)) {
                    block.null = Null::Maybe;
                }
                self.handed_out(st, pointer, ret)
            }
        }
    }

    /// Whether the parameter is a pointer to the pointer that is released: `*mut *mut T`.
    fn takes_address(&self, id: FnId, arg: u32) -> bool {
        let params = &self.program.signature(id).params;
        let (Ty::Ptr(_, inner) | Ty::Ref(_, inner)) =
            params.get(arg as usize).unwrap_or(&Ty::Never)
        else {
            return false;
        };
        matches!(**inner, Ty::Ptr(..))
    }

    /// The fresh pointer in the shape in which the function returns it.
    pub(crate) fn handed_out(&mut self, st: State, pointer: ValueId, ret: &Ty) -> Vec<Outcome> {
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

/// An allocation that comes back through a parameter. A number that is returned beside it is taken for
/// a status: zero says that there is one, as nearly everywhere.
fn out_parameter(n: u32, ret: &Ty) -> Acquire {
    Acquire {
        to: Slot::OutParam(n),
        nullable: false,
        success: match ret {
            Ty::Int(_) => Some(Success::Zero),
            Ty::Bool => Some(Success::Nonzero),
            _ => None,
        },
        sentinel: None,
        condition: None,
        size: Vec::new(),
        checked: false,
        empty: false,
        kept: false,
    }
}
