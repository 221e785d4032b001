//! Calls: who is called, and following the ones whose body is in view.

use super::machine::{Active, Machine};
use super::place::Loc;
use super::state::{Frame, State};
use super::value::{Key, SiteId, Tag, Value, ValueId};
use crate::ir::{Call, Callee, Operand};
use crate::name::Name;
use crate::resolve::{AdtId, BodyRef, ConstId, FnId, TraitId};
use crate::types::{self, CalleeRef, Target, Ty};
use std::rc::Rc;

/// Something that can be called.
#[derive(Clone, Debug)]
pub(crate) enum Callable {
    Fn(FnId, Rc<[(Name, Ty)]>),
    Ctor(AdtId, u32),
    External(Name),
    /// A value, and where it stands.
    Value(ValueId, Option<Loc>),
    Unknown(Name),
}

/// How a body in view is entered.
pub(crate) struct Entry<'a> {
    pub(crate) body: BodyRef,
    /// The function whose body it is, or whose closure.
    pub(crate) owner: Option<FnId>,
    pub(crate) substs: Rc<[(Name, Ty)]>,
    pub(crate) args: &'a [ValueId],
    /// A closure's values, and where it stands.
    pub(crate) captures: &'a [ValueId],
    pub(crate) stands: Option<&'a Loc>,
    /// Whether it counts as the root's own code.
    pub(crate) home: bool,
}

impl Entry<'_> {
    /// A body entered with nothing.
    pub(crate) fn of(body: BodyRef) -> Self {
        Entry {
            body,
            owner: None,
            substs: Rc::from([]),
            args: &[],
            captures: &[],
            stands: None,
            home: false,
        }
    }
}

/// Blocks of a function that is followed even if it touches no memory by hand.
const SHORT: usize = 8;

/// One part of so many of what is left is for the next call.
const SHARE: u32 = 4;

/// Steps that every call may cost.
const LEAST: u32 = 200;

/// A state after a call, and the call's result.
pub(crate) type Outcome = (State, ValueId);

impl<'p> Machine<'p> {
    /// Executes a call statement.
    pub(crate) fn call(&mut self, mut st: State, call: &'p Call, out: &mut Vec<State>) {
        let active = self.active();
        let types = active.types.clone();
        let target = types.calls.get(&(active.block, active.stmt));
        let Some((callee, args)) = self.prepare(&mut st, call, target) else {
            return;
        };
        let ret = self.place_type(&call.dest);
        let unknown_code = match self.active().home {
            true => self.runs_unknown_code(&st, call, target, &callee),
            false => None,
        };
        if let Some(by) = unknown_code {
            self.note_loose(&mut st, by, &args);
        }
        for (mut st, value) in self.invoke(st, callee, args, &ret) {
            let value = self.shape(&mut st, value, &ret);
            if self.assign_value(&mut st, &call.dest, value).is_some() {
                out.push(st);
            }
        }
    }

    /// Finds the callee and evaluates the arguments.
    fn prepare(
        &mut self,
        st: &mut State,
        call: &'p Call,
        target: Option<&Target>,
    ) -> Option<(Callable, Vec<ValueId>)> {
        let mut callee = match target.map(|t| (&t.callee, &t.substs)) {
            Some((CalleeRef::Fn(id), substs)) => Callable::Fn(*id, self.bind_all(substs)),
            Some((CalleeRef::Ctor(adt, variant), _)) => Callable::Ctor(*adt, *variant),
            // A method of a foreign type is no function of the library.
            Some((CalleeRef::External(name), _))
                if !matches!(call.callee, Callee::Method { .. }) =>
            {
                Callable::External(*name)
            }
            Some((CalleeRef::TraitMethod(of, name), substs)) => {
                self.bound_method(*of, *name, substs)
            }
            _ => Callable::Unknown(called(call)),
        };
        if let Callee::Value(operand) = &call.callee {
            let loc = self.locate_operand(st, operand)?;
            callee = Callable::Value(self.load(st, &loc), Some(loc));
        }
        let mut args = Vec::with_capacity(call.args.len());
        let mut rest = &call.args[..];
        if matches!(call.callee, Callee::Method { .. })
            && let Some((receiver, others)) = call.args.split_first()
        {
            rest = others;
            let adjust = target.and_then(|t| t.receiver.as_ref());
            args.push(self.receiver(st, receiver, adjust)?);
            if let Callable::Unknown(name) = callee
                && let Some(found) = self.method_of_value(st, args[0], name)
            {
                callee = found;
            }
        }
        for arg in rest {
            args.push(self.operand(st, arg)?);
        }
        Some((callee, args))
    }

    /// A trait's method whose implementing type may be known here, if not in the signature.
    fn bound_method(&self, of: TraitId, name: Name, substs: &[(Name, Ty)]) -> Callable {
        let bound = self.bind_all(substs);
        match types::resolve_trait_call(self.program, of, name, &bound) {
            Some((id, substs)) => Callable::Fn(id, substs.into()),
            None => Callable::Unknown(name),
        }
    }

    fn bind_all(&self, substs: &[(Name, Ty)]) -> Rc<[(Name, Ty)]> {
        if substs.is_empty() {
            return self.unbound.clone();
        }
        substs.iter().map(|s| (s.0, self.bind(&s.1))).collect()
    }

    pub(crate) fn locate_operand(&mut self, st: &mut State, operand: &'p Operand) -> Option<Loc> {
        match operand {
            Operand::Place(place) => self.locate(st, place),
            Operand::Literal(_) => {
                let value = self.operand(st, operand)?;
                let site = self.here();
                let object = self.objects.add(super::object::Object::Literal(site));
                st.heap_set(object, value);
                Some(Loc::whole(object))
            }
        }
    }

    /// Calls something with evaluated arguments.
    pub(crate) fn invoke(
        &mut self,
        st: State,
        callee: Callable,
        args: Vec<ValueId>,
        ret: &Ty,
    ) -> Vec<Outcome> {
        match callee {
            Callable::Ctor(adt, variant) => {
                let parts = args
                    .iter()
                    .enumerate()
                    .map(|(i, &v)| (Key::Name(Name::index(i)), v))
                    .collect();
                let value = self.arena.aggregate(Tag::Adt(adt, variant), parts, None);
                vec![(st, value)]
            }
            Callable::Fn(id, substs) => self.invoke_fn(st, id, substs, args, ret),
            Callable::External(name) => self.invoke_external(st, name, args, ret),
            Callable::Value(value, loc) => self.invoke_value(st, value, loc.as_ref(), args, ret),
            Callable::Unknown(name) => self.unknown_call(st, name, false, args, ret),
        }
    }

    fn invoke_value(
        &mut self,
        st: State,
        value: ValueId,
        stands: Option<&Loc>,
        args: Vec<ValueId>,
        ret: &Ty,
    ) -> Vec<Outcome> {
        match self.arena.get(value).clone() {
            Value::Func(id, substs) => self.invoke_fn(st, id, substs, args, ret),
            Value::Ctor(adt, v) => self.invoke(st, Callable::Ctor(adt, v), args, ret),
            Value::Extern(name) => self.invoke_external(st, name, args, ret),
            Value::Ptr(p) => {
                let loc = Loc::of(&p);
                let inner = self.load(&st, &loc);
                match self.arena.get(inner) {
                    Value::Closure { .. } | Value::Func(..) => {
                        self.invoke_value(st, inner, Some(&loc), args, ret)
                    }
                    _ => self.unknown_call(st, Name::EMPTY, false, args, ret),
                }
            }
            Value::Closure {
                body,
                captures,
                owner,
                substs,
            } if self.may_follow(body) => {
                let home = self.home_owner(owner);
                let entry = Entry {
                    body,
                    owner,
                    substs,
                    args: &args,
                    captures: &captures,
                    stands,
                    home,
                };
                self.follow(st, entry, ret)
            }
            // One that is not followed gets what it holds.
            Value::Closure { captures, .. } => {
                let all = args.iter().chain(&captures[..]).copied().collect();
                self.unknown_call(st, Name::EMPTY, false, all, ret)
            }
            _ => {
                let foreign = self.is_foreign_value(value);
                let name = match self.arena.get(value) {
                    Value::Part(_, Key::Name(name)) => *name,
                    _ => Name::EMPTY,
                };
                self.unknown_call(st, name, foreign, args, ret)
            }
        }
    }

    /// A closure made by the root is the root's own code.
    fn home_owner(&self, owner: Option<FnId>) -> bool {
        owner == self.root
    }

    fn invoke_fn(
        &mut self,
        st: State,
        id: FnId,
        substs: Rc<[(Name, Ty)]>,
        args: Vec<ValueId>,
        ret: &Ty,
    ) -> Vec<Outcome> {
        let program = self.program;
        let def = program.func(id);
        if def.foreign && def.stub {
            return self.intrinsic(st, def.name.as_str(), &substs, args, ret);
        }
        if !def.stub
            && let Some(pairing) = self.pairing(id)
        {
            return self.annotated_call(st, id, pairing, &args, ret);
        }
        if def.foreign {
            return self.foreign_call(st, def.link_name, args, ret);
        }
        match def.body {
            Some(body) if self.may_follow(body) && self.matters(id, body, &args) => {
                let entry = Entry {
                    owner: Some(id),
                    substs,
                    args: &args,
                    ..Entry::of(body)
                };
                self.follow(st, entry, ret)
            }
            _ => self.unknown_call(st, Name::new(&def.label), false, args, ret),
        }
    }

    /// Whether following the function can show anything: a long one that touches no memory by hand
    /// cannot.
    fn matters(&self, id: FnId, body: BodyRef, args: &[ValueId]) -> bool {
        let is_closure = |v: &ValueId| matches!(self.arena.get(*v), Value::Closure { .. });
        self.program.func(id).stub
            || !self.given_up.contains(&body)
                && (self.interest.holds(id)
                    || self.program.body(body).blocks.len() <= SHORT
                    || args.iter().any(is_closure))
    }

    fn may_follow(&self, body: BodyRef) -> bool {
        let mut users = 0;
        let mut same = 0;
        for active in &self.active {
            users += usize::from(!active.stub);
            same += usize::from(active.body == body);
        }
        same < 2 && users <= self.bounds.depth && self.active.len() < 4 * self.bounds.depth
    }

    /// The steps that a followed call may cost: a part of what is left, so that the first calls of a
    /// function do not use up what the rest of it needs.
    fn allowance(&self) -> u32 {
        let left = self.ceiling.saturating_sub(self.steps);
        self.bounds.call_steps.min((left / SHARE).max(LEAST))
    }

    /// Executes a body in view with these arguments.
    pub(crate) fn follow(&mut self, st: State, entry: Entry<'_>, ret: &Ty) -> Vec<Outcome> {
        let site = self.here();
        self.followed.insert(entry.body);
        let stub = entry.owner.is_some_and(|id| self.program.func(id).stub);
        let lends = stub && entry.owner.is_some_and(|id| self.lends(id));
        let done = if stub || entry.home {
            self.enter(st, &entry, site, stub)
        } else {
            let before = st.clone();
            let outer = self.ceiling;
            let mine = outer.min(self.steps + self.allowance());
            self.ceiling = mine;
            let done = self.enter(st, &entry, site, stub);
            self.ceiling = outer;
            if self.steps > mine {
                return self.abandon(before, &entry, ret);
            }
            done
        };
        let mut outcomes = Vec::with_capacity(done.len());
        for mut st in done {
            let frame = st.frames.pop();
            let result = frame.as_ref().map_or(ValueId::UNIT, |f| f.locals[0]);
            if let (Some(frame), Some(loc)) = (frame, entry.stands) {
                self.put_back(&mut st, &entry, loc, &frame);
            }
            let result = match self.arena.get(result) {
                Value::Uninit if *ret == Ty::unit() || ret.is_unknown() => ValueId::UNIT,
                _ => result,
            };
            if lends
                && let Value::Ptr(p) = self.arena.get(result)
                && let Some(block) = st.block_mut(p.object)
            {
                block.lent = true;
            }
            if !stub && !entry.home {
                self.settle_helper(&mut st, site, result);
                self.note_failed_call(&mut st, entry.args, result);
            }
            outcomes.push((st, result));
        }
        outcomes
    }

    /// A closure keeps what its call made of its captures: what was moved out is gone.
    fn put_back(&mut self, st: &mut State, entry: &Entry<'_>, loc: &Loc, frame: &Frame) {
        let locals = &self.program.body(entry.body).captures;
        let held = locals.iter().map(|l| frame.locals[l.0 as usize]);
        let held: Rc<[ValueId]> = held.collect();
        if *held == *entry.captures {
            return;
        }
        let standing = self.load(st, loc);
        if let Value::Closure {
            body,
            owner,
            substs,
            ..
        } = self.arena.get(standing)
            && *body == entry.body
        {
            let closure = Value::Closure {
                body: *body,
                captures: held,
                owner: *owner,
                substs: substs.clone(),
            };
            let closure = self.arena.add(closure);
            self.store(st, loc, closure);
        }
    }

    /// A function that costs too much is a function out of view.
    fn abandon(&mut self, st: State, entry: &Entry<'_>, ret: &Ty) -> Vec<Outcome> {
        self.given_up.insert(entry.body);
        let label = |id| Name::new(&self.program.func(id).label);
        let name = entry.owner.map_or(Name::EMPTY, label);
        self.unknown_call(st, name, false, entry.args.to_vec(), ret)
    }

    /// Runs the body in a frame of its own.
    fn enter(&mut self, mut st: State, entry: &Entry<'_>, site: SiteId, stub: bool) -> Vec<State> {
        let code = self.program.body(entry.body);
        let mut locals = vec![ValueId::UNINIT; code.locals.len()];
        for (param, &arg) in code.params.iter().zip(entry.args) {
            locals[param.0 as usize] = arg;
        }
        for (local, &capture) in code.captures.iter().zip(entry.captures) {
            locals[local.0 as usize] = capture;
        }
        st.frames.push(Rc::new(Frame { site, locals }));
        let active = Active {
            body: entry.body,
            owner: entry.owner,
            types: self.types_of(entry.body, entry.owner),
            substs: entry.substs.clone(),
            site,
            entered: self.steps,
            stub,
            home: entry.home,
            at: code.span,
            block: crate::ir::BlockId::ENTRY,
            stmt: 0,
            by_drop: None,
            turn: None,
            havocs: 0,
        };
        self.run(active, st)
    }

    /// Whether a function of the stubs hands out a pointer into what its receiver owns.
    fn lends(&self, id: FnId) -> bool {
        let effects = &self.program.function(id).effects;
        effects.iter().any(|e| e.0 == "lends")
    }

    /// The value of a constant: its body is executed once per root.
    pub(crate) fn constant_value(
        &mut self,
        st: &mut State,
        id: ConstId,
        path: &crate::ir::Path,
    ) -> ValueId {
        match self.program.constant(id).body {
            Some(body) => self.initial_value(st, body, path.last()),
            None => self.named_unknown(path.last()),
        }
    }

    /// What a constant's or a static's initialiser computes; of one that refers to itself, or has
    /// several outcomes, only the name is known.
    pub(crate) fn initial_value(&mut self, st: &State, body: BodyRef, name: Name) -> ValueId {
        if let Some(known) = self.constants.get(&body) {
            return match known {
                Some(value) => *value,
                None => self.named_unknown(name),
            };
        }
        self.constants.insert(body, None);
        if !self.may_follow(body) {
            return self.named_unknown(name);
        }
        let outcomes = self.follow(st.clone(), Entry::of(body), &Ty::Unknown);
        let value = match &outcomes[..] {
            [(_, value)] => *value,
            _ => self.named_unknown(name),
        };
        self.constants.insert(body, Some(value));
        value
    }

    fn named_unknown(&mut self, name: Name) -> ValueId {
        self.arena.add(Value::Apply(name, Rc::from([])))
    }
}

/// The name of what is called as it is written.
fn called(call: &Call) -> Name {
    match &call.callee {
        Callee::Path(path) => path.last(),
        Callee::Method { name, .. } => *name,
        Callee::Value(_) => Name::EMPTY,
    }
}
