//! Releases of what other functions left in a field or in a static: a method is tried on what
//! constructors and setters leave in its type's fields, as a type's `Drop` is tried on what its
//! constructors return; a function that releases what a static holds, on what others leave there.

use super::block::Status;
use super::machine::Machine;
use super::noted::{Kept, Noted, Stored};
use super::object::{Object, ObjectId};
use super::protocol::holds_adt;
use super::root::Prepared;
use super::state::State;
use super::unreleased::Subject;
use super::value::ValueId;
use crate::event::Event;
use crate::ir::SelfKind;
use crate::resolve::{AdtId, FnId, Owner};
use crate::types::Ty;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// Functions that store, of which each is tried with one that releases.
const SOURCES: usize = 8;

/// What came of a function on what another one stored.
struct Tried {
    /// It released the memory as it should.
    fits: bool,
    faults: Vec<Event>,
}

/// What a function gets to release: its arguments, and the blocks that they lead to.
type Handed = (Vec<ValueId>, Vec<ObjectId>);

impl Machine<'_> {
    /// What functions release by another routine than the one which it was made for. Where one fits
    /// one of several functions that store, it is believed to be for that one.
    pub(crate) fn misreleased(&mut self, noted: &Noted) -> Vec<Event> {
        let mut events = Vec::new();
        let stored: BTreeSet<AdtId> = noted.stored.iter().map(|one| one.adt).collect();
        for adt in stored {
            if let Some(drop) = self.program.drop_impl(adt) {
                events.append(&mut self.drop_after_setters(adt, drop, &noted.stored));
            }
            events.append(&mut self.drop_after_conversions(adt, &noted.stored));
        }
        let mut enders = noted.enders.clone();
        enders.dedup();
        for taker in enders {
            let Some(adt) = self.type_of_method(taker) else {
                continue;
            };
            if self.program.drop_impl(adt) != Some(taker) && self.is_for_all(taker) {
                let sources = self.sources(adt, taker, &noted.stored);
                let tried = sources.into_iter().map(|one| self.try_method(one, taker));
                events.append(&mut faults_of_all(&tried.collect::<Vec<_>>()));
            }
        }
        let mut enders = noted.static_enders.clone();
        enders.dedup();
        for taker in enders {
            let stored = noted.in_statics.iter().filter(|one| one.of == taker.of);
            let stored = stored.filter(|one| !self.program.function(one.by).is_test);
            let sources: Vec<Kept> = stored.take(SOURCES).copied().collect();
            let tried = sources
                .into_iter()
                .map(|one| self.try_static(one, taker.by));
            events.append(&mut faults_of_all(&tried.collect::<Vec<_>>()));
        }
        events
    }

    /// What a type's `Drop` does wrong with what setters leave: what is returned was tried with the
    /// constructors.
    fn drop_after_setters(&mut self, adt: AdtId, drop: FnId, stored: &[Stored]) -> Vec<Event> {
        let mut events = Vec::new();
        for one in self.sources(adt, drop, stored) {
            if !holds_adt(&self.program.signature(one.by).ret, adt) {
                let mut tried = self.try_method(one, drop);
                if !tried.fits {
                    events.append(&mut tried.faults);
                }
            }
        }
        events
    }

    /// What another type's `Drop` does wrong with what a method takes over from a value of this one
    /// (`Builder::build(self)`).
    fn drop_after_conversions(&mut self, adt: AdtId, stored: &[Stored]) -> Vec<Event> {
        let mut events = Vec::new();
        for (method, made, drop) in self.conversions(adt) {
            let sources = self.sources(adt, method, stored);
            let tried = sources.into_iter().map(|one| {
                self.try_on(one.by, drop, |machine, st, result| {
                    let held = machine.subject(st, one, result)?;
                    let args = machine.method_args(method, &held);
                    let ends = machine.second_half(st.clone(), method, &args);
                    let (after, result) = ends.into_iter().next()?;
                    *st = after;
                    let loc = machine.find_value(st, result, made, 4)?;
                    Some((vec![machine.point_at(&loc, false)], held.blocks))
                })
            });
            events.append(&mut faults_of_all(&tried.collect::<Vec<_>>()));
        }
        events
    }

    /// Methods that take a value of the type and return one of another type that has a `Drop`.
    fn conversions(&mut self, adt: AdtId) -> Vec<(FnId, AdtId, FnId)> {
        let program = self.program;
        let impls = program.impls_of(&Ty::adt(adt, Vec::new()));
        let mut found = Vec::new();
        for &id in impls.iter().flat_map(|at| &program.impl_def(*at).fns) {
            let def = program.func(id);
            let takes = def.self_kind == SelfKind::Value && def.body.is_some();
            if let Ty::Adt(made, args) = &program.signature(id).ret
                && takes
                && !program.function(id).is_unsafe
            {
                let within = args.iter().filter_map(|arg| match arg {
                    Ty::Adt(inner, _) => Some(*inner),
                    _ => None,
                });
                let owner = [*made].into_iter().chain(within).find(|made| {
                    let drop = program.drop_impl(*made);
                    *made != adt
                        && self.is_own_struct(*made)
                        && drop.is_some_and(|drop| self.is_interesting(drop))
                });
                found.extend(owner.and_then(|made| Some((id, made, program.drop_impl(made)?))));
            }
        }
        found
    }

    /// The user's struct whose method it is.
    fn type_of_method(&self, id: FnId) -> Option<AdtId> {
        match self.program.func(id).self_ty {
            Some(Ty::Adt(adt, _)) if self.is_own_struct(adt) => Some(adt),
            _ => None,
        }
    }

    /// Whether whoever has a value may call the method: it names no condition.
    fn is_for_all(&self, id: FnId) -> bool {
        let def = self.program.func(id);
        let function = self.program.function(id);
        let of_trait = match def.owner {
            Owner::Impl(at) => self.program.impl_def(at).of_trait.is_some(),
            _ => false,
        };
        !function.is_unsafe && !function.is_test && (function.public || of_trait)
    }

    /// The functions that store in a field of the type, each once.
    fn sources<'s>(&self, adt: AdtId, taker: FnId, stored: &'s [Stored]) -> Vec<&'s Stored> {
        let mut seen = FxHashSet::default();
        let fit = stored.iter().filter(|one| {
            one.adt == adt
                && (one.by != taker || self.program.func(taker).self_kind == SelfKind::RefMut)
                && !self.program.function(one.by).is_test
                && seen.insert((one.by, one.field))
        });
        fit.take(SOURCES).collect()
    }

    fn try_method(&mut self, one: &Stored, taker: FnId) -> Tried {
        self.try_on(one.by, taker, |machine, st, result| {
            let held = machine.subject(st, one, result)?;
            Some((machine.method_args(taker, &held), held.blocks))
        })
    }

    fn try_static(&mut self, one: Kept, taker: FnId) -> Tried {
        self.try_on(one.by, taker, |machine, st, _| {
            let holder = machine.objects.add(Object::Static(one.of));
            let mut blocks = Vec::new();
            machine.held_in(st, st.heap_get(holder)?, 4, &mut blocks);
            let args = machine.unknown_args(taker, 0);
            Some((args, blocks))
        })
    }

    /// Executes a function, then another one on what `hand` finds in the state that it left.
    fn try_on(
        &mut self,
        by: FnId,
        taker: FnId,
        hand: impl Fn(&mut Self, &mut State, ValueId) -> Option<Handed>,
    ) -> Tried {
        let mut tried = Tried {
            fits: false,
            faults: Vec::new(),
        };
        let Some(Prepared { active, state }) = self.prepare_root(by) else {
            return tried;
        };
        let ends = self.run_root(active, state);
        self.turn_to(taker);
        for (mut st, result) in ends.into_iter().take(8) {
            let Some((args, blocks)) = hand(self, &mut st, result) else {
                continue;
            };
            for (after, _) in self.tried_half(st, taker, &args) {
                tried.fits |= blocks.iter().any(|&object| {
                    after.block(object).is_some_and(|block| {
                        matches!(block.status, Status::Ended(_)) && !block.reported
                    })
                });
            }
        }
        tried.faults = self.wrong_releases();
        tried
    }

    /// The value, then unknown arguments.
    fn method_args(&mut self, method: FnId, held: &Subject) -> Vec<ValueId> {
        let by_value = self.program.func(method).self_kind == SelfKind::Value;
        let mut args = vec![if by_value { held.value } else { held.pointer }];
        args.append(&mut self.unknown_args(method, 1));
        args
    }
}

/// The faults of the first trial that had some, if none fits.
fn faults_of_all(tried: &[Tried]) -> Vec<Event> {
    if tried.iter().any(|t| t.fits) {
        return Vec::new();
    }
    let wrong = tried.iter().find(|t| !t.faults.is_empty());
    wrong.map_or_else(Vec::new, |t| t.faults.clone())
}
