//! Unwinding: memory that nobody answers for while a call may panic.
//!
//! A block is loose between the moment its owner gave it up, or a routine returned it, and the one
//! at which somebody owns or releases it. A panic in between loses it. Both halves are noted for
//! the whole root, since they may be found on different paths; the finding is made when the second
//! one is there.

use super::block::{Block, Escape};
use super::call::Callable;
use super::machine::{Active, Machine};
use super::object::ObjectId;
use super::state::State;
use super::tidy::Reach;
use super::value::{Value, ValueId};
use crate::event::{EventKind, Routine};
use crate::ir::{Call, Callee};
use crate::name::Name;
use crate::resolve::Owner;
use crate::span::Span;
use crate::types::{CalleeRef, Target, Ty};

/// What the root has noted of panics.
#[derive(Default)]
pub(crate) struct Unwinds {
    /// Blocks, by where they came about, each with the first call that could panic while it was
    /// loose: the call's name, if it has one, and its place.
    loose: Vec<(Span, Name, Span)>,
    /// Blocks, by where they came about, that somebody took, each with the first one and its place.
    taken: Vec<(Span, Routine, Span)>,
}

impl Unwinds {
    pub(crate) fn clear(&mut self) {
        self.loose.clear();
        self.taken.clear();
    }
}

impl<'p> Machine<'p> {
    /// The name of the code that a call runs and that somebody else wrote: a function that is a
    /// parameter, a method of a type parameter. Nobody here knows that it does not panic.
    pub(crate) fn runs_unknown_code(
        &mut self,
        st: &State,
        call: &'p Call,
        target: Option<&Target>,
        callee: &Callable,
    ) -> Option<Name> {
        match (callee, &call.callee) {
            (Callable::Value(value, _), Callee::Value(operand)) => {
                let code = match self.pointee(*value) {
                    Some(loc) => self.load(st, &loc),
                    None => *value,
                };
                let unknown = self.is_symbol(code) && !self.is_foreign_value(code);
                let ty = match operand {
                    crate::ir::Operand::Place(place) => self.place_type(place),
                    crate::ir::Operand::Literal(_) => Ty::Unknown,
                };
                (unknown && self.is_given_code(&ty)).then_some(Name::EMPTY)
            }
            (Callable::Unknown(name), _) => {
                let of_trait = |t: &Target| matches!(t.callee, CalleeRef::TraitMethod(..));
                target.is_some_and(of_trait).then_some(*name)
            }
            _ => None,
        }
    }

    /// A closure or function of a type that the caller chooses.
    fn is_given_code(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Param(_) | Ty::Dyn(_) => true,
            Ty::FnPtr { foreign, .. } => !foreign,
            Ty::Ref(_, inner) => self.is_given_code(inner),
            Ty::Adt(adt, args) if self.is_stub_adt(*adt) => {
                args.iter().any(|arg| matches!(arg, Ty::Dyn(_)))
            }
            _ => false,
        }
    }

    /// A path ends in a panic, in the root's own code or in what it called.
    pub(crate) fn note_panic(&mut self, st: &mut State) {
        self.audit_panic(st);
        let home = self.active.iter().rposition(|a| a.home).unwrap_or(0);
        let called = self.active.get(home + 1).and_then(|a| a.owner);
        let by = called.map_or(Name::EMPTY, |id| self.program.func(id).name);
        self.note_loose(st, by, &[]);
    }

    /// A call at the root may panic: what nobody would release then is loose. Who gets a pointer that
    /// is no mere reference may release what it points at.
    pub(crate) fn note_loose(&mut self, st: &mut State, by: Name, given: &[ValueId]) {
        let place = self.report_place();
        let at = place.site;
        if at.is_stub() || !self.lives_on_after_panic() {
            return;
        }
        let mine = |b: &Block| match place.helper {
            Some(helper) => !self.is_helpers_own(b.site, helper),
            None => true,
        };
        let loose: Vec<ObjectId> = st
            .blocks()
            .iter()
            .filter(|(_, b)| b.escape == Escape::No && self.is_to_release(b) && mine(b))
            .filter(|(_, b)| self.unwinds.loose.iter().all(|l| l.0 != b.born_at))
            .map(|e| e.0)
            .collect();
        if loose.is_empty() {
            return;
        }
        let mut kept = self.reach_unwinding(st);
        for &value in given {
            if !matches!(self.arena.get(value), Value::Ptr(p) if p.shared) {
                self.reach_value(value, &mut kept);
            }
        }
        self.drain(st, &mut kept);
        for object in loose.into_iter().filter(|&object| !kept.has(object)) {
            let Some(born_at) = st.block(object).map(|b| b.born_at) else {
                continue;
            };
            self.unwinds.loose.push((born_at, by, at));
            self.tell_of_panic(st, object);
        }
    }

    /// What unwinding leaves in somebody's hands: what it drops, and memory outside of the root.
    fn reach_unwinding(&mut self, st: &State) -> Reach {
        let mut reach = Reach::carried();
        for frame in &st.frames {
            for &value in &frame.locals {
                if self.owns(value) {
                    self.reach_value(value, &mut reach);
                }
            }
        }
        for (object, value) in st.heap() {
            if self.is_outside(*object) {
                self.reach_value(*value, &mut reach);
            }
        }
        self.drain(st, &mut reach);
        reach
    }

    /// Whether anybody is there to miss the memory: a panic that leaves an `extern "C"` function ends
    /// the program, one of a test ends the test.
    fn lives_on_after_panic(&self) -> bool {
        let Some(root) = self.root else { return true };
        let def = self.program.func(root);
        let function = self.program.function(root);
        let caught = |a: &Active| {
            let owner = a.owner.filter(|_| a.stub);
            owner.is_some_and(|id| self.program.func(id).name == "catch_unwind")
        };
        let ends = function.foreign_abi && !self.active.iter().any(caught);
        let main = def.name == "main" && matches!(def.owner, Owner::Free);
        !ends && !main && !function.is_test
    }

    /// Somebody takes a block, by the routine.
    pub(crate) fn note_taken(&mut self, st: &mut State, object: ObjectId, by: &Routine) {
        let Some(born_at) = st.block(object).map(|b| b.born_at) else {
            return;
        };
        if self.unwinds.taken.iter().all(|t| t.0 != born_at) {
            let at = self.report_place().site;
            self.unwinds.taken.push((born_at, by.clone(), at));
            self.tell_of_panic(st, object);
        }
    }

    /// Reports a block of which both halves are known.
    fn tell_of_panic(&mut self, st: &mut State, object: ObjectId) {
        let Some(born_at) = st.block(object).map(|b| b.born_at) else {
            return;
        };
        let Unwinds { loose, taken } = &self.unwinds;
        let loose = loose.iter().find(|l| l.0 == born_at);
        let taken = taken.iter().find(|t| t.0 == born_at);
        let (Some(&(_, call, at)), Some((_, by, taken_at))) = (loose, taken) else {
            return;
        };
        let kind = EventKind::LostByPanic {
            call: call.to_string(),
            taken_by: by.clone(),
            taken_at: *taken_at,
        };
        self.emit(object, st, kind, at, Vec::new());
    }
}
