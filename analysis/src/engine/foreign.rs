//! Calls out of view: known foreign routines by their tables, all others by what they may do.

use super::block::{Birth, Escape, Family, Layout, Null, Status};
use super::call::Outcome;
use super::cloned::Handed;
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::release::Claim;
use super::state::State;
use super::value::{Source, Value, ValueId};
use crate::event::{Act, EventKind, Routine as Words, StepKind, Usage};
use crate::families::{Acquire, Condition, Effect, Routine, Slot, Success};
use crate::ir::BinOp;
use crate::name::Name;
use crate::resolve::AdtId;
use crate::types::Ty;
use std::rc::Rc;

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
        // The safe bindings of Windows wrap their results.
        let known = families.by_path(path.as_str());
        match known.filter(|_| !path.as_str().starts_with("windows::")) {
            Some(routine) => self.known_call(st, routine, spoken(path.as_str()), args, ret),
            None => {
                let foreign = is_foreign_path(path.as_str());
                let name = Name::new(&spoken(path.as_str()));
                self.unknown_call(st, name, foreign, args, ret)
            }
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
        if !self.is_trusted(routine) {
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
                Effect::Release { arg } => {
                    let claim = self.claim(routine, &name, Act::Release);
                    if let Some(&pointer) = args.get(*arg as usize) {
                        self.release(&mut st, pointer, claim);
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
                Effect::Retain { arg } | Effect::Transfer { arg } => {
                    if let Some(&pointer) = args.get(*arg as usize) {
                        self.escape(&mut st, pointer);
                    }
                }
                Effect::Borrowed => {}
            }
        }
        match result {
            Some(value) => vec![(st, value)],
            None => self.unknown_call(st, Name::new(&name), true, args, ret),
        }
    }

    /// Only a contract that was read may accuse; the others are as good as unknown.
    fn is_trusted(&self, routine: &Routine) -> bool {
        routine
            .family
            .is_none_or(|id| self.families.family(id).accuse)
    }

    fn claim(&mut self, routine: &Routine, name: &str, act: Act) -> Claim {
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
                self.touch(st, loc.object, used)?;
                if write {
                    self.havoc(st, pointer, Source::Plain);
                }
            }
        }
        Some(())
    }

    /// A new block made here; the block of an earlier round of a loop gets lost if nothing holds it.
    pub(crate) fn born(
        &mut self,
        st: &mut State,
        birth: Birth,
        family: Family,
        layout: Layout,
    ) -> ObjectId {
        let site = self.here();
        let turn = match self.active().turn {
            Some(turn) => turn,
            None => {
                let turn = st.next_turn(site);
                self.active_mut().turn = Some(turn);
                turn
            }
        };
        let object = self.objects.add(Object::Block(site, turn.turn));
        if turn.reused {
            self.lose_in_loop(st, object);
            let initial = self.arena.add(Value::Initial(object));
            st.heap_set(object, initial);
        }
        let inside = self.report_place().inside;
        let mut block = self.new_block(birth, family, layout);
        if let (Some((_, at)), Birth::Routine(by)) = (inside, &block.birth) {
            let what = StepKind::Acquired((**by).clone());
            block.push_step(crate::event::Step { at, what });
        }
        if turn.reused && st.block(object).is_some_and(|b| b.is_live() && !b.reported) {
            // The old block may still be held under this name: nothing certain can be said.
            block.escape = Escape::Away;
        }
        st.set_block(object, block);
        object
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
        match self.condition_holds(&st, acquire, args) {
            Some(true) => {}
            _ => return self.unknown_call(st, Name::new(name), true, args.to_vec(), ret),
        }
        let family = routine.family.map_or(Family::Unknown, Family::Known);
        let by = self.foreign_words(name, &family, Act::Acquire);
        let size = self.size_of_args(&acquire.size, args);
        let before = st.clone();
        let keeps = routine
            .family
            .is_some_and(|id| self.families.family(id).kind != crate::families::Kind::Memory);
        for &arg in args {
            if keeps {
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
        }
        let pointer = self.pointer_to(object);
        match acquire.to {
            Slot::Result => {
                if let Some(block) = st.block_mut(object) {
                    block.null = if acquire.nullable {
                        Null::Maybe
                    } else {
                        Null::No
                    };
                }
                let Some(sentinel) = acquire.sentinel else {
                    return vec![(st, pointer)];
                };
                if let Some(block) = st.block_mut(object) {
                    block.null = Null::No;
                }
                let failure = self.arena.int(i128::from(sentinel));
                vec![(st, pointer), (before, failure)]
            }
            Slot::OutParam(n) => self.fill_out(st, before, acquire, n, args, pointer),
        }
    }

    /// The block comes back through an argument; the status says whether it did.
    fn fill_out(
        &mut self,
        mut st: State,
        before: State,
        acquire: &Acquire,
        n: u32,
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
            let value = self.constant(&st, status).map(|n| self.arena.int(n));
            out.push((st, value.unwrap_or(status)));
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

    fn size_of_args(&mut self, which: &[u32], args: &[ValueId]) -> Option<ValueId> {
        let mut total = ValueId::ONE;
        for &n in which {
            total = self.arena.binary(BinOp::Mul, total, *args.get(n as usize)?);
        }
        (!which.is_empty()).then_some(total)
    }

    /// Judges the size given to an allocation routine.
    fn check_size(
        &mut self,
        st: &mut State,
        object: ObjectId,
        by: &Words,
        size: ValueId,
        checked: bool,
    ) {
        if checked || !self.is_unbounded_product(st, size) {
            return;
        }
        let site = st.block(object).map(|b| b.site);
        let since: Vec<_> = site.into_iter().collect();
        self.emit_here(
            object,
            st,
            EventKind::UncheckedSize { by: by.clone() },
            &since,
        );
    }

    /// Whether the value is a product or sum that may wrap.
    fn is_unbounded_product(&self, st: &State, v: ValueId) -> bool {
        let unbounded = |v: ValueId| {
            let (_, hi) = self.range(st, v);
            hi == i128::MAX && !matches!(self.arena.get(v), Value::SizeOf(_))
        };
        match self.arena.get(v) {
            Value::Linear(_, terms) => match terms[..] {
                [(term, factor)] => factor.unsigned_abs() > 1 && unbounded(term),
                _ => terms.iter().filter(|t| unbounded(t.0)).count() > 1,
            },
            Value::Binary(BinOp::Mul, a, b) => unbounded(*a) || unbounded(*b),
            _ => false,
        }
    }

    /// `std::alloc::alloc` must not see a size of zero.
    pub(crate) fn check_zero_size(
        &mut self,
        st: &mut State,
        object: ObjectId,
        by: &Words,
        layout: &Layout,
    ) {
        let (Some(size), _) = self.bytes(layout) else {
            return;
        };
        if self.constant(st, size) == Some(0) {
            let kind = EventKind::ZeroSized {
                by: by.clone(),
                certain: true,
            };
            let site = self.here();
            self.emit_here(object, st, kind, &[site]);
        }
    }

    /// `realloc(p, n)` of a library.
    fn resize_foreign(
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
            let block = self.new_block(Birth::Unknown, Family::Unknown, Layout::Unknown);
            st.set_block(loc.object, block);
        }
        if let Some(block) = st.block_mut(loc.object) {
            block.status = status;
        }
    }

    /// A call of which only the name is known.
    pub(crate) fn unknown_call(
        &mut self,
        mut st: State,
        name: Name,
        foreign: bool,
        args: Vec<ValueId>,
        ret: &Ty,
    ) -> Vec<Outcome> {
        let takes_over = args.iter().any(|&a| self.is_destructor(a));
        let given = if foreign && takes_over {
            self.callback_data(&st, &args)
        } else {
            Vec::new()
        };
        for &arg in &args {
            self.check_passed(&mut st, arg, name);
            if self.handed.len() < 64 {
                let at = self.report_place().site;
                self.handed.push(Handed {
                    to: name,
                    value: arg,
                    at,
                });
            }
        }
        for &arg in &args {
            if foreign && !takes_over {
                self.pass_to_foreign(&mut st, arg, name.as_str());
            } else {
                self.escape(&mut st, arg);
            }
            let source = if foreign {
                Source::ForeignOut(name)
            } else {
                Source::Plain
            };
            self.havoc(&mut st, arg, source);
        }
        if *ret == Ty::Never {
            return Vec::new();
        }
        let source = if foreign {
            Source::ForeignResult(name)
        } else {
            Source::Plain
        };
        let value = self.fresh(&mut st, 0, source);
        if foreign && takes_over && !matches!(ret, Ty::Ptr(..)) {
            self.give_data(&mut st, &given, value);
        }
        vec![(st, value)]
    }

    /// Data of a callback: if the call fails, nobody took it. A function among the arguments that
    /// releases takes it in any case.
    fn give_data(&mut self, st: &mut State, given: &[ObjectId], status: ValueId) {
        for &object in given {
            if let Some(block) = st.block_mut(object) {
                block.escape = Escape::Given(status);
            }
        }
    }

    /// Blocks that Rust gave up to be passed here directly, beside functions that do not release.
    fn callback_data(&self, st: &State, args: &[ValueId]) -> Vec<ObjectId> {
        if args.iter().any(|&a| self.may_release(a)) {
            return Vec::new();
        }
        let data = args.iter().filter_map(|&a| match self.arena.get(a) {
            Value::Ptr(p) => Some(p.object),
            _ => None,
        });
        data.filter(|&object| {
            st.block(object)
                .is_some_and(|b| b.escape == Escape::No && b.disowned.is_some() && !is_forgotten(b))
        })
        .collect()
    }

    /// Whether a function value may release: all but those in view that mention no routine.
    fn may_release(&self, v: ValueId) -> bool {
        match self.arena.get(v) {
            Value::Func(id, _) => match self.program.func(*id).body {
                Some(body) => self.mentions_routine(body),
                None => true,
            },
            Value::Extern(_) | Value::Closure { .. } => true,
            Value::Agg { parts, .. } => parts.iter().any(|p| self.may_release(p.1)),
            _ => false,
        }
    }

    /// A function passed along takes the ownership of what is passed with it.
    fn is_destructor(&self, v: ValueId) -> bool {
        match self.arena.get(v) {
            Value::Func(..) | Value::Extern(_) | Value::Closure { .. } => true,
            Value::Agg { parts, .. } => parts.iter().any(|p| self.is_destructor(p.1)),
            _ => false,
        }
    }

    /// A pointer that is only an argument of foreign calls is remembered as that.
    fn pass_to_foreign(&mut self, st: &mut State, arg: ValueId, name: &str) {
        let site = self.here();
        let direct = match self.arena.get(arg) {
            Value::Ptr(p) => Some(p.object),
            _ => None,
        };
        let known: Vec<(ObjectId, Escape)> = st
            .blocks()
            .iter()
            .filter(|(object, block)| {
                self.is_raw_text(block) && matches!(block.escape, Escape::Element(_))
                    || direct == Some(*object)
                        && (self.is_raw_text(block) || is_forgotten(block))
                        && matches!(block.escape, Escape::No | Escape::Borrowed(..))
            })
            .map(|(object, block)| (*object, block.escape))
            .collect();
        self.escape(st, arg);
        for (object, before) in known {
            if let Some(block) = st.block_mut(object) {
                block.escape = match before {
                    Escape::Element(_) => before,
                    _ => Escape::Borrowed(Name::new(name), site),
                };
            }
        }
    }

    /// A block that ended must not be passed on.
    fn check_passed(&mut self, st: &mut State, arg: ValueId, name: Name) {
        let Value::Ptr(p) = self.arena.get(arg) else {
            return;
        };
        let object = p.object;
        if let Some(block) = st.block(object)
            && let Status::Ended(end) = &block.status
            && !block.reported
        {
            let end = end.clone();
            let used = Usage::Passed {
                to: name.to_string(),
            };
            self.report_use_after(st, object, &end, used);
        }
    }

    /// Whether an unknown function value is a foreign one.
    pub(crate) fn is_foreign_value(&self, v: ValueId) -> bool {
        self.foreign_source(v).is_some()
    }

    /// Whether a type in view mirrors a foreign one.
    pub(crate) fn is_foreign_adt(&self, adt: AdtId) -> bool {
        is_foreign_path(&self.program.adt(adt).canonical)
    }
}

/// A buffer whose owner was forgotten.
fn is_forgotten(block: &super::block::Block) -> bool {
    let forgets = |name: &str| name.contains("forget") || name.contains("ManuallyDrop");
    block.disowned.as_ref().is_some_and(|d| forgets(&d.0.name))
}

/// Whether a path leads into bindings of a foreign library.
pub(crate) fn is_foreign_path(path: &str) -> bool {
    let Some((front, _)) = path.rsplit_once("::") else {
        return false;
    };
    front.split("::").any(|segment| {
        segment.ends_with("_sys")
            || matches!(
                segment,
                "libc" | "ffi" | "sys" | "raw" | "bindings" | "bindgen" | "c"
            )
    })
}

/// A path as one would speak of it: its last two segments.
fn spoken(path: &str) -> String {
    let mut parts = path.rsplitn(3, "::");
    match (parts.next(), parts.next()) {
        (Some(last), Some(front)) => format!("{front}::{last}"),
        _ => path.to_string(),
    }
}
