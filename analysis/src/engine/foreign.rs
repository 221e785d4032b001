//! Calls out of view: known foreign routines by their tables, all others by what they may do.

use super::block::{Birth, Family, Layout, Null};
use super::call::Outcome;
use super::machine::Machine;
use super::release::Claim;
use super::state::State;
use super::unknown::is_foreign_path;
use super::value::{Source, Value, ValueId};
use crate::event::{Act, Routine as Words, Usage};
use crate::families::{Acquire, Condition, Effect, Families, Routine, Slot, Success};
use crate::ir::BinOp;
use crate::name::Name;
use crate::types::Ty;
use std::rc::Rc;

/// What is known of a function of a crate that is not in view.
#[derive(Clone, Copy)]
pub(crate) struct External<'p> {
    routine: Option<&'p Routine>,
    /// The end of its path, as a report speaks of it.
    spoken: Name,
    /// It belongs to the bindings of a library.
    foreign: bool,
}

impl<'p> External<'p> {
    fn new(families: &'p Families, path: &str) -> External<'p> {
        // The safe bindings of Windows wrap their results.
        let known = families.by_path(path);
        External {
            routine: known.filter(|_| !path.starts_with("windows::")),
            spoken: Name::new(&spoken(path)),
            foreign: is_foreign_path(path),
        }
    }
}

/// Bytes of a number or a pointer.
const CELL: i128 = 16;

impl<'p> Machine<'p> {
    /// A function declared in an extern block.
    pub(crate) fn foreign_call(
        &mut self,
        st: State,
        name: Name,
        args: Vec<ValueId>,
        ret: &Ty,
    ) -> Vec<Outcome> {
        match self.families.routine(name) {
            Some(routine) => self.known_call(st, routine, name.to_string(), args, ret),
            None => self.unknown_call(st, name, true, args, ret),
        }
    }

    /// A function of a crate that is not in view.
    pub(crate) fn invoke_external(
        &mut self,
        st: State,
        path: Name,
        args: Vec<ValueId>,
        ret: &Ty,
    ) -> Vec<Outcome> {
        let families = self.families;
        let known = *self
            .externals
            .entry(path)
            .or_insert_with(|| External::new(families, path.as_str()));
        match known.routine {
            Some(routine) => self.known_call(st, routine, known.spoken.to_string(), args, ret),
            None => self.unknown_call(st, known.spoken, known.foreign, args, ret),
        }
    }

    fn known_call(
        &mut self,
        mut st: State,
        routine: &'p Routine,
        name: String,
        args: Vec<ValueId>,
        ret: &Ty,
    ) -> Vec<Outcome> {
        self.audit_calls(&name);
        if !self.is_trusted(routine) {
            self.judge_lent(&mut st, routine, &name, &args);
            return self.unknown_call(st, Name::new(&name), true, args, ret);
        }
        let mut result = None;
        for effect in &routine.effects {
            match effect {
                Effect::Resize { .. } => {
                    return self.resize_foreign(st, routine, effect, &name, &args);
                }
                Effect::Acquire(acquire) => {
                    return self.acquire_foreign(st, routine, acquire, &name, &args, ret);
                }
                Effect::Release { arg, through } | Effect::Unref { arg, through } => {
                    if let Some(&given) = args.get(*arg as usize) {
                        let claim = self.claim(routine, &name, Act::Release);
                        let counted = matches!(effect, Effect::Unref { .. });
                        self.release_given(&mut st, given, claim, counted, *through);
                    }
                    result = Some(self.fresh(&mut st, 0, Source::Plain));
                }
                Effect::Look {
                    reads,
                    writes,
                    returns_arg,
                    ..
                } => {
                    if self.look(&mut st, &name, &args, reads, writes).is_none() {
                        return Vec::new();
                    }
                    result = Some(match returns_arg.and_then(|n| args.get(n as usize)) {
                        Some(&v) => v,
                        None => self.fresh(&mut st, 0, Source::Plain),
                    });
                }
                Effect::Take { .. } => {}
                Effect::Retain { arg } | Effect::Transfer { arg } => {
                    if let Some(&pointer) = args.get(*arg as usize) {
                        if let (Effect::Transfer { .. }, Some(family)) = (effect, routine.family) {
                            self.note_passed_back(&st, pointer, family);
                        }
                        self.escape(&mut st, pointer);
                    }
                }
                Effect::Borrowed => {}
            }
        }
        match result {
            Some(value) => vec![(st, value)],
            None => {
                let outcomes = self.unknown_call(st, Name::new(&name), true, args.clone(), ret);
                self.take_over(outcomes, routine, &name, &args)
            }
        }
    }

    /// A release: of a pointer, or through its address, which then holds null.
    pub(crate) fn release_given(
        &mut self,
        st: &mut State,
        given: ValueId,
        claim: Claim,
        counted: bool,
        through: bool,
    ) {
        let slot = self.pointee(given);
        let pointer = match (&slot, through) {
            (_, false) => given,
            (Some(loc), true) => self.load(st, loc),
            (None, true) => return self.escape(st, given),
        };
        if counted {
            self.unref(st, pointer, claim);
        } else {
            self.release(st, pointer, claim);
        }
        if let (Some(loc), true) = (slot, through) {
            self.store(st, &loc, ValueId::ZERO);
        }
    }

    /// Only a contract that was read may accuse; the others are as good as unknown.
    fn is_trusted(&self, routine: &Routine) -> bool {
        routine
            .family
            .is_none_or(|id| self.families.family(id).accuse)
    }

    pub(crate) fn claim(&mut self, routine: &Routine, name: &str, act: Act) -> Claim {
        let family = routine.family.map_or(Family::Unknown, Family::Known);
        Claim {
            family,
            layout: Layout::Unknown,
            by: self.foreign_words(name, &family, act),
        }
    }

    fn foreign_words(&self, name: &str, family: &Family, act: Act) -> Words {
        Words {
            name: name.to_string(),
            family: self.family_words(family),
            act,
        }
    }

    /// The routine reads or writes through its arguments.
    fn look(
        &mut self,
        st: &mut State,
        name: &str,
        args: &[ValueId],
        reads: &[u32],
        writes: &[u32],
    ) -> Option<()> {
        // Each argument is looked at: two may be wrong in one call.
        let mut goes_on = Some(());
        for (list, write) in [(reads, false), (writes, true)] {
            for &n in list {
                let Some(&pointer) = args.get(n as usize) else {
                    continue;
                };
                let Some(loc) = self.pointee(pointer) else {
                    continue;
                };
                let used = Usage::Passed {
                    to: name.to_string(),
                };
                if let Some(inner) = self.lent_element(st, loc.object) {
                    goes_on = goes_on.and(self.touch(st, inner, used.clone()));
                }
                goes_on = goes_on.and(self.touch(st, loc.object, used));
                if write {
                    self.havoc(st, pointer, Source::Plain);
                }
            }
        }
        goes_on
    }

    fn acquire_foreign(
        &mut self,
        mut st: State,
        routine: &'p Routine,
        acquire: &'p Acquire,
        name: &str,
        args: &[ValueId],
        ret: &Ty,
    ) -> Vec<Outcome> {
        // An out-parameter that is null, or leads nowhere in view, gets nothing that can be followed.
        let reachable = match acquire.to {
            Slot::Result => true,
            Slot::OutParam(n) => args
                .get(n as usize)
                .is_some_and(|&slot| self.pointee(slot).is_some()),
        };
        match self
            .condition_holds(&st, acquire, args)
            .filter(|_| reachable)
        {
            Some(true) => {}
            _ => return self.unknown_call(st, Name::new(name), true, args.to_vec(), ret),
        }
        let family = routine.family.map_or(Family::Unknown, Family::Known);
        let by = self.foreign_words(name, &family, Act::Acquire);
        let given = match args.iter().any(|&a| self.is_destructor(a)) {
            true => self.callback_data(&st, name, args),
            false => Vec::new(),
        };
        let size = self.size_of_args(&acquire.size, args);
        let empty = acquire.empty || acquire.to == Slot::Result && self.has_error_slot(&st, args);
        for (n, &arg) in (0..).zip(args) {
            if acquire.to != Slot::OutParam(n) {
                self.havoc_plain(&mut st, arg, Source::ForeignOut(Name::new(name)));
            }
        }
        self.audit_unknown(&st, name, args, ret);
        let before = st.clone();
        let keeps = routine
            .family
            .is_some_and(|id| self.families.family(id).kind != crate::families::Kind::Memory)
            || args.iter().any(|&a| self.is_destructor(a));
        self.judge_destructor(&mut st, args);
        let lent = self.lendable(&st, args);
        for (at, &arg) in args.iter().enumerate() {
            if self.is_only_used(&mut st, arg, at, name, ret) {
                self.check_passed(&mut st, arg, Name::new(name));
            } else if keeps {
                self.pass_to_foreign(&mut st, arg, name);
            } else {
                self.check_passed(&mut st, arg, Name::new(name));
            }
        }
        let object = self.born(
            &mut st,
            Birth::Routine(Rc::new(by.clone())),
            family,
            Layout::Unknown,
        );
        if let Some(size) = size {
            self.check_size(&mut st, object, &by, size, acquire.checked);
            let cell = self.constant(&st, size).is_some_and(|n| n <= CELL);
            if let Some(block) = st.block_mut(object) {
                block.cell = cell;
            }
        }
        let pointer = self.pointer_to(object);
        if !args.iter().any(|&a| self.is_destructor(a)) {
            self.lend(&mut st, lent, name, args, pointer);
        } else if acquire.to == Slot::Result && acquire.sentinel.is_none() {
            self.give_data(&mut st, &given, pointer);
        }
        if let Some(block) = st.block_mut(object) {
            block.empty = empty;
            block.kept = acquire.kept;
        }
        match acquire.to {
            Slot::Result => {
                if let Some(block) = st.block_mut(object) {
                    block.null = if acquire.nullable {
                        Null::Maybe
                    } else {
                        Null::No
                    };
                }
                let wrapped = matches!(ret, Ty::Adt(..));
                if !wrapped && acquire.sentinel.is_none() {
                    return vec![(st, pointer)];
                }
                if let Some(block) = st.block_mut(object) {
                    block.null = Null::No;
                }
                let Some(sentinel) = acquire.sentinel.filter(|_| !wrapped) else {
                    return self.handed_out(st, pointer, ret);
                };
                let failure = self.arena.int(i128::from(sentinel));
                vec![(st, pointer), (before, failure)]
            }
            Slot::OutParam(n) => {
                let flag = !matches!(ret, Ty::Ptr(..));
                self.fill_out(st, before, acquire, (n, flag), args, pointer)
            }
        }
    }

    /// The block comes back through an argument; the status says whether it did, as a flag or a
    /// pointer.
    pub(crate) fn fill_out(
        &mut self,
        mut st: State,
        before: State,
        acquire: &Acquire,
        (n, flag): (u32, bool),
        args: &[ValueId],
        pointer: ValueId,
    ) -> Vec<Outcome> {
        let Some(loc) = args.get(n as usize).and_then(|&slot| self.pointee(slot)) else {
            return vec![(st, ValueId::ZERO)];
        };
        self.store(&mut st, &loc, pointer);
        let status = self.fresh(&mut st, 1, Source::Plain);
        let Some(success) = acquire.success else {
            if let Value::Ptr(p) = self.arena.get(pointer)
                && let Some(block) = st.block_mut(p.object)
            {
                block.told_by = Some(status);
                block.null = if acquire.nullable {
                    Null::Maybe
                } else {
                    Null::No
                };
            }
            return vec![(st, status)];
        };
        let mut failed = before;
        self.active_mut().turn = None;
        let status_failed = self.fresh(&mut failed, 1, Source::Plain);
        let (yes, no) = (
            self.success_condition(status, success),
            self.success_condition(status_failed, success),
        );
        let mut out = Vec::new();
        if self.assume(&mut st, yes, true) {
            // Of all that is not zero one is enough to tell the story, and every test knows it.
            if flag && success == Success::Nonzero {
                let one = self.arena.binary(BinOp::Eq, status, ValueId::ONE);
                self.assume(&mut st, one, true);
            }
            let value = self.constant(&st, status).map(|n| self.arena.int(n));
            let status = value.unwrap_or(status);
            if let Value::Ptr(p) = self.arena.get(pointer)
                && let Some(block) = st.block_mut(p.object)
            {
                block.told_by = Some(status);
                if block.empty {
                    block.null = Null::Maybe;
                }
            }
            out.push((st, status));
        }
        if self.assume(&mut failed, no, false) {
            out.push((failed, status_failed));
        }
        out
    }

    fn success_condition(&mut self, status: ValueId, success: Success) -> ValueId {
        match success {
            Success::Always => ValueId::ONE,
            Success::Zero => self.arena.binary(BinOp::Eq, status, ValueId::ZERO),
            Success::Nonzero => self.arena.binary(BinOp::Ne, status, ValueId::ZERO),
            Success::Nonnegative => self.arena.binary(BinOp::Ge, status, ValueId::ZERO),
            Success::Positive => self.arena.binary(BinOp::Gt, status, ValueId::ZERO),
        }
    }

    fn condition_holds(&mut self, st: &State, acquire: &Acquire, args: &[ValueId]) -> Option<bool> {
        let null = |m: &mut Self, v: ValueId| {
            let test = m.operation(BinOp::Eq, v, ValueId::ZERO);
            m.truth(st, test)
        };
        match acquire.condition {
            None => Some(true),
            Some(Condition::ArgNull(n)) => null(self, *args.get(n as usize)?),
            Some(Condition::SlotNull(n)) => {
                let loc = self.pointee(*args.get(n as usize)?)?;
                let value = self.load(st, &loc);
                null(self, value)
            }
            Some(Condition::ArgBits { arg, bits }) => {
                let flags = self.constant(st, *args.get(arg as usize)?)?;
                Some(flags & i128::from(bits) == i128::from(bits))
            }
        }
    }

    pub(crate) fn size_of_args(&mut self, which: &[u32], args: &[ValueId]) -> Option<ValueId> {
        let mut total = ValueId::ONE;
        for &n in which {
            total = self.arena.binary(BinOp::Mul, total, *args.get(n as usize)?);
        }
        (!which.is_empty()).then_some(total)
    }
}

/// A path as one would speak of it: its last two segments.
fn spoken(path: &str) -> String {
    let mut parts = path.rsplitn(3, "::");
    match (parts.next(), parts.next()) {
        (Some(last), Some(front)) => format!("{front}::{last}"),
        _ => path.to_string(),
    }
}
