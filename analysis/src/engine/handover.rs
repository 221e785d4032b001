//! Handovers: what an exported function gives to C, and the same given to the function by which C
//! gives it back.

use super::block::{Block, Escape, Family};
use super::export::{TAKING, is_anything};
use super::machine::Machine;
use super::noted::{HandedOut, Noted, held_type};
use super::object::{Object, ObjectId};
use super::place::Loc;
use super::root::Prepared;
use super::state::State;
use super::tidy::Reach;
use super::value::{Key, SiteId, Value, ValueId};
use crate::event::{Event, EventKind, Loss};
use crate::ir::SelfKind;
use crate::name::Name;
use crate::resolve::{AdtId, FnId};
use crate::types::Ty;
use rustc_hash::FxHashSet;

/// Functions that are tried with one constructor.
const TAKERS: usize = 4;

/// How deep C structs stand in each other.
const DEPTH: usize = 3;

/// A pointer that C gets.
struct Given {
    slot: Option<u32>,
    path: Vec<Name>,
    of: Option<AdtId>,
    object: ObjectId,
    pointee: Ty,
    /// What holds it: the pointer, or the struct around it.
    whole: ValueId,
}

impl Machine<'_> {
    pub(crate) fn note_handed_out(&mut self, id: FnId, st: &State, result: ValueId) {
        if !self.program.function(id).exported {
            return;
        }
        for given in self.given_to_c(id, st, result) {
            let object = given.object;
            if let Some(block) = st.block(object)
                && block.escape == Escape::No
                && self.is_to_release(block)
                && !self.is_kept_elsewhere(st, object, given.whole)
            {
                let handed_out = HandedOut {
                    by: id,
                    slot: given.slot,
                    path: given.path,
                    of: given.of,
                    pointee: given.pointee,
                    made_as: held_type(&block.layout),
                    of_rust: self.is_of_rust(block),
                    block: self.describe(block),
                    steps: block.story(),
                };
                self.noted.handed_out.push(handed_out);
            }
        }
    }

    /// The pointers in the result and behind the out-parameters, by themselves or in C structs.
    fn given_to_c(&mut self, id: FnId, st: &State, result: ValueId) -> Vec<Given> {
        let signature = self.program.signature(id);
        let mut out = Vec::new();
        self.given_in(None, &signature.ret, result, &mut out);
        for (n, ty) in signature.params.iter().enumerate() {
            if let Ty::Ptr(true, inner) | Ty::Ref(true, inner) = ty {
                let slot = self.arena.add(Value::Param(n as u32));
                let slot = self.objects.add(Object::Pointee(slot));
                if let Some(value) = st.heap_get(slot) {
                    self.given_in(Some(n as u32), inner, value, &mut out);
                }
            }
        }
        out
    }

    fn given_in(&mut self, slot: Option<u32>, ty: &Ty, value: ValueId, out: &mut Vec<Given>) {
        match ty {
            Ty::Ptr(_, pointee) => {
                if let Value::Ptr(p) = self.arena.get(value) {
                    out.push(Given {
                        slot,
                        path: Vec::new(),
                        of: None,
                        object: p.object,
                        pointee: (**pointee).clone(),
                        whole: value,
                    });
                }
            }
            Ty::Adt(adt, _) if self.is_plain_c(*adt) => {
                let mut fields = Vec::new();
                self.given_fields(*adt, value, &mut Vec::new(), &mut fields);
                out.extend(fields.into_iter().map(|(path, object, pointee)| Given {
                    slot,
                    path,
                    of: Some(*adt),
                    object,
                    pointee,
                    whole: value,
                }));
            }
            _ => {}
        }
    }

    /// A struct that C takes apart: no `Drop`, and no function in it that releases.
    fn is_plain_c(&mut self, adt: AdtId) -> bool {
        let def = self.program.adt(adt);
        let mut fields = def.variants.iter().flat_map(|variant| &variant.fields);
        self.is_own_struct(adt)
            && def.repr.c
            && !self.adt_needs_drop(adt)
            && !fields.any(|field| holds_function(&field.1))
    }

    fn given_fields(
        &mut self,
        adt: AdtId,
        value: ValueId,
        path: &mut Vec<Name>,
        out: &mut Vec<(Vec<Name>, ObjectId, Ty)>,
    ) {
        let parts = match self.arena.get(value) {
            Value::Agg { parts, .. } => parts.clone(),
            _ => return,
        };
        for &(key, part) in parts.iter() {
            let Key::Name(field) = key else { continue };
            path.push(field);
            match self.field_ty(adt, field).cloned() {
                Some(Ty::Ptr(_, pointee)) => {
                    if let Value::Ptr(p) = self.arena.get(part) {
                        out.push((path.clone(), p.object, (*pointee).clone()));
                    }
                }
                Some(Ty::Adt(inner, _)) if path.len() < DEPTH && self.is_plain_c(inner) => {
                    self.given_fields(inner, part, path, out);
                }
                _ => {}
            }
            path.pop();
        }
    }

    fn is_of_rust(&self, block: &Block) -> bool {
        match block.family {
            Family::Known(family) => self.families.family(family).is_rust(),
            Family::Foreign(_) | Family::Unknown => false,
        }
    }

    /// Whether memory outside of the root holds the block as well: then it is only lent.
    fn is_kept_elsewhere(&mut self, st: &State, object: ObjectId, handed: ValueId) -> bool {
        let mut reach = Reach::carried();
        for (outside, value) in st.heap() {
            if self.is_outside(*outside) && *value != handed {
                self.reach_value(*value, &mut reach);
            }
        }
        self.drain(st, &mut reach);
        reach.has(object)
    }

    /// What the exported releases do wrong with what the exported constructors hand out. Where one
    /// of several releases fits, C is believed to call that one.
    pub(crate) fn mispaired_exports(&mut self, noted: &Noted) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        let mut seen = FxHashSet::default();
        for one in &noted.handed_out {
            if self.program.function(one.by).is_test
                || !seen.insert((one.by, one.slot, one.path.clone()))
            {
                continue;
            }
            let mut wrong = Vec::new();
            for (taker, at) in self.takers(one) {
                let mut faults = self.hand_back(one, taker, at);
                if faults.is_empty() {
                    wrong.clear();
                    break;
                }
                if wrong.is_empty() {
                    wrong.append(&mut faults);
                }
            }
            // Two fields of one struct may tell the same.
            wrong.retain(|new| !events.iter().any(|old| old == new));
            events.append(&mut wrong);
        }
        events
    }

    /// The exported functions that take such a pointer back, and by which parameter.
    fn takers(&self, one: &HandedOut) -> Vec<(FnId, usize)> {
        let program = self.program;
        let mut found = Vec::new();
        for id in program.fns() {
            let def = program.func(id);
            let function = program.function(id);
            if def.stub || def.body.is_none() || def.self_kind != SelfKind::None || id == one.by {
                continue;
            }
            if !function.exported || function.is_test || found.len() == TAKERS {
                continue;
            }
            let name = def.link_name.as_str().to_ascii_lowercase();
            if !TAKING.iter().any(|word| name.contains(word)) {
                continue;
            }
            let params = &program.signature(id).params;
            if let Some(at) = params.iter().position(|ty| takes_struct(ty, one.of)) {
                found.push((id, at));
                continue;
            }
            let takes = |ty: &Ty| matches!(ty, Ty::Ptr(_, inner) if **inner == one.pointee);
            let Some(at) = params.iter().position(takes) else {
                continue;
            };
            // A pointer to bytes says nothing by its type: then the names must agree.
            let maker = program.func(one.by).link_name;
            if !is_anything(program, &one.pointee) || names_agree(maker.as_str(), &name) {
                found.push((id, at));
            }
        }
        found
    }

    /// Executes an exported constructor, then another function on what it handed out.
    fn hand_back(&mut self, one: &HandedOut, taker: FnId, at: usize) -> Vec<Event> {
        let Some(Prepared { active, state }) = self.prepare_root(one.by) else {
            return Vec::new();
        };
        let ends = self.run_root(active, state);
        self.turn_to(taker);
        self.root = Some(taker);
        let mut lost = Vec::new();
        for (mut st, result) in ends.into_iter().take(8) {
            let Some(subject) = self.subject_for(&mut st, one, result, taker, at) else {
                continue;
            };
            let mut args = self.unknown_args(taker, 0);
            args[at] = subject;
            let mut inner = self.inner_blocks(&st);
            let ends = self.tried_half(st, taker, &args);
            if args.len() > 1 {
                // The other arguments, a number of elements as a rule, are not in view.
                inner.retain(|(_, object)| !ends.iter().any(|(after, _)| is_gone(after, *object)));
            }
            for (mut after, result) in ends {
                self.check_inner(&mut after, &inner, result);
            }
        }
        for event in &self.events {
            if matches!(
                event.kind,
                EventKind::Lose {
                    how: Loss::HolderReleased,
                    ..
                }
            ) {
                lost.push(event.clone());
            }
        }
        let mut wrong = self.wrong_releases();
        wrong.append(&mut lost);
        wrong
    }

    /// What the taker gets: the pointer, or the struct that it stands in, or a pointer to that.
    fn subject_for(
        &mut self,
        st: &mut State,
        one: &HandedOut,
        result: ValueId,
        taker: FnId,
        at: usize,
    ) -> Option<ValueId> {
        let slot = one.slot.map(|n| {
            let slot = self.arena.add(Value::Param(n));
            self.objects.add(Object::Pointee(slot))
        });
        let whole = match slot {
            None => result,
            Some(slot) => st.heap_get(slot)?,
        };
        let ty = &self.program.signature(taker).params[at];
        if !takes_struct(ty, one.of) {
            let mut part = whole;
            for &field in &one.path {
                part = self.arena.part(part, Key::Name(field));
            }
            return Some(part);
        }
        if let Ty::Adt(..) = ty {
            return Some(whole);
        }
        let object = slot.unwrap_or_else(|| {
            let object = self.objects.add(Object::Literal(SiteId(u32::MAX)));
            st.heap_set(object, whole);
            object
        });
        Some(self.point_at(&Loc::whole(object), false))
    }

    /// The blocks that only stand in other blocks, each with the one that it stands in.
    fn inner_blocks(&mut self, st: &State) -> Vec<(ObjectId, ObjectId)> {
        let blocks: Vec<ObjectId> = st.blocks().iter().map(|e| e.0).collect();
        let mut inner = Vec::new();
        for outer in blocks {
            let held = self.reach_from_object(st, outer);
            inner.extend(held.into_iter().filter(|o| *o != outer).map(|o| (outer, o)));
        }
        inner
    }

    /// The outer block was released, and the inner one with it is out of reach.
    fn check_inner(&mut self, st: &mut State, inner: &[(ObjectId, ObjectId)], result: ValueId) {
        let kept = self.reach_end(st, result);
        for &(outer, object) in inner {
            let ended = st.block(outer).is_some_and(|block| !block.is_live());
            let lost = |block: &Block| self.may_be_lost(st, block) && !kept.has(object);
            if ended && st.block(object).is_some_and(lost) {
                self.report_lost(st, object, Loss::HolderReleased, st.last);
            }
        }
    }
}

/// Whether a block was released, or is in anybody's hands.
fn is_gone(st: &State, object: ObjectId) -> bool {
    st.block(object)
        .is_none_or(|block| !block.is_live() || block.escape == Escape::Away)
}

/// Whether a parameter takes the struct, by value or behind a pointer.
fn takes_struct(ty: &Ty, of: Option<AdtId>) -> bool {
    match ty {
        Ty::Adt(adt, _) => Some(*adt) == of,
        Ty::Ptr(_, inner) | Ty::Ref(_, inner) => {
            matches!(**inner, Ty::Adt(adt, _) if Some(adt) == of)
        }
        _ => false,
    }
}

/// Whether a field of the type can hold a function: it may be the one that releases the others.
fn holds_function(ty: &Ty) -> bool {
    match ty {
        Ty::FnPtr { .. } | Ty::Unknown | Ty::External(_) => true,
        Ty::Adt(_, args) => args.iter().any(holds_function),
        _ => false,
    }
}

/// Whether all that the release's name says, but for its verb, is in the constructor's name.
pub(super) fn names_agree(maker: &str, taker: &str) -> bool {
    let maker = maker.to_ascii_lowercase();
    let made: Vec<&str> = maker.split('_').collect();
    let mut subject = taker
        .split('_')
        .filter(|word| !word.is_empty() && !TAKING.contains(word))
        .peekable();
    subject.peek().is_some() && subject.all(|word| made.contains(&word))
}
