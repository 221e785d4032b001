//! Protocols: the two halves of a pair that stand in different functions, executed one after the
//! other: a constructor and its type's `Drop`, the allocator and the release of a declared family.

use super::block::Status;
use super::call::{Entry, Outcome};
use super::machine::{Active, Machine};
use super::noted::Stored;
use super::object::{Object, ObjectId};
use super::place::Loc;
use super::root::Prepared;
use super::state::State;
use super::value::{Key, SiteId, Tag, Value, ValueId};
use crate::event::{Event, EventKind, Fault};
use crate::ir::{BlockId, GenericArg, Role, SelfKind, TyExpr};
use crate::name::Name;
use crate::resolve::{AdtId, FnId};
use crate::types::Ty;
use rustc_hash::FxHashSet;
use std::rc::Rc;

/// Functions that make an owner of a raw pointer.
const ADOPTING: &[&str] = &[
    "from_raw",
    "from_raw_parts",
    "from_raw_parts_in",
    "from_non_null",
];

/// The number of a parameter that no function has.
const HOLDER: u32 = 99;

/// Functions that return a type, of which each is tried with its `Drop`.
const MAKERS: usize = 16;

impl Machine<'_> {
    /// Executes every pair of halves in view of which the first was no root; what the second half does
    /// wrong is returned. Constructors are tried though nothing in them seems worth executing, since
    /// what they store decides what `Drop` does.
    pub(crate) fn protocols(&mut self, roots: &FxHashSet<FnId>) -> Vec<Event> {
        let mut events = Vec::new();
        for adt in self.program.adts() {
            let Some(drop) = self.telling_drop(adt) else {
                continue;
            };
            let mut makers = self.constructors(adt);
            if self.adopts(drop) {
                // Whatever came from C may become Rust's there.
                makers.extend(self.makers(adt));
                makers.sort_unstable();
                makers.dedup();
            }
            for maker in makers.into_iter().filter(|maker| !roots.contains(maker)) {
                events.append(&mut self.pair(maker, drop, Some(adt)));
            }
        }
        for (alloc, free) in self.declared_pairs() {
            events.append(&mut self.pair(alloc, free, None));
        }
        events
    }

    /// The `Drop` of a type of the user's, if it may show something.
    fn telling_drop(&self, adt: AdtId) -> Option<FnId> {
        let user = !self.program.adt(adt).stub;
        let drop = self.program.drop_impl(adt).filter(|_| user)?;
        self.is_interesting(drop).then_some(drop)
    }

    /// The types of which a root makes values that their `Drop` is to be tried on.
    pub(crate) fn made_types(&mut self, maker: FnId) -> Vec<(AdtId, FnId)> {
        let program = self.program;
        let mut held = Vec::new();
        adts_in(&program.signature(maker).ret, &mut held);
        let mut found = Vec::new();
        for adt in held {
            let Some(drop) = self.telling_drop(adt) else {
                continue;
            };
            if self.is_constructor(maker, adt) || self.adopts(drop) && self.may_make(maker, adt) {
                found.push((adt, drop));
            }
        }
        found
    }

    /// Executes `Drop` on what a root made, given its ends; what it does wrong is kept with the
    /// events of pairs. The root's own figures and events stay as they are.
    pub(crate) fn drop_made(&mut self, types: &[(AdtId, FnId)], ends: &[(State, ValueId)]) {
        let (steps, capped, acts) = (self.steps, self.capped, self.acts);
        let told = std::mem::replace(&mut self.ledger.on, false);
        let events = std::mem::take(&mut self.events);
        let seen = std::mem::take(&mut self.seen_events);
        let label = self.root_label.clone();
        for &(adt, drop) in types {
            self.turn_to(drop);
            self.try_ends(ends.to_vec(), drop, Some(adt));
            let mut wrong = self.wrong_releases();
            self.of_pairs.append(&mut wrong);
        }
        (self.steps, self.capped, self.acts) = (steps, capped, acts);
        self.ledger.on = told;
        self.events = events;
        self.seen_events = seen;
        self.root_label = label;
    }

    /// The same for functions elsewhere that were seen to make a value of the type and to return it.
    pub(crate) fn made_elsewhere(&mut self, stored: &[Stored]) -> Vec<Event> {
        let mut events = Vec::new();
        let mut seen = FxHashSet::default();
        for one in stored {
            let Some(drop) = self.program.drop_impl(one.adt) else {
                continue;
            };
            if holds_adt(&self.program.signature(one.by).ret, one.adt)
                && seen.insert((one.by, one.adt))
                && self.is_interesting(drop)
                && !self.constructors(one.adt).contains(&one.by)
            {
                events.append(&mut self.pair(one.by, drop, Some(one.adt)));
            }
        }
        events
    }

    /// Associated functions that return the type, also within `Result`, `Option` or `Box`.
    fn constructors(&mut self, adt: AdtId) -> Vec<FnId> {
        let own = Ty::adt(adt, Vec::new());
        let impls = self.program.impls_of(&own).to_vec();
        let mut out = Vec::new();
        for at in impls {
            let fns = self.program.impl_def(at).fns.clone();
            for id in fns {
                if self.is_constructor(id, adt) && (self.is_interesting(id) || out.len() < MAKERS) {
                    out.push(id);
                }
            }
        }
        out
    }

    /// Whether an associated function of the type returns it.
    fn is_constructor(&self, id: FnId, adt: AdtId) -> bool {
        let def = self.program.func(id);
        def.self_kind == SelfKind::None
            && def.body.is_some()
            && matches!(def.self_ty, Some(Ty::Adt(of, _)) if of == adt)
            && holds_adt(&self.program.signature(id).ret, adt)
    }

    /// Whether a function makes owners of raw pointers.
    fn adopts(&mut self, id: FnId) -> bool {
        if let Some(&known) = self.adopting.get(&id) {
            return known;
        }
        let adopting = |name: &Name| ADOPTING.contains(&name.as_str());
        let body = self.program.func(id).body;
        let adopts = body.is_some_and(|body| self.names_in(body).iter().any(adopting));
        self.adopting.insert(id, adopts);
        adopts
    }

    /// All functions of the type's crate that return it.
    fn makers(&self, adt: AdtId) -> Vec<FnId> {
        let all = self.program.fns();
        all.filter(|id| self.may_make(*id, adt))
            .take(MAKERS)
            .collect()
    }

    /// Whether a function of the type's crate returns it.
    fn may_make(&self, id: FnId, adt: AdtId) -> bool {
        let program = self.program;
        let (def, maker) = (program.adt(adt), program.func(id));
        maker.body.is_some()
            && !maker.stub
            && !program.function(id).is_test
            && program.crate_name(maker.scope) == program.crate_name(def.scope)
            && may_name(&program.function(id).written.ret, def.name)
            && holds_adt(&program.signature(id).ret, adt)
    }

    /// For each declared family: its allocators and releases that have a body.
    fn declared_pairs(&self) -> Vec<(FnId, FnId)> {
        let declared: Vec<(FnId, Name, Role)> = self
            .program
            .fns()
            .filter(|&id| self.program.func(id).body.is_some())
            .filter_map(|id| self.pairing(id).map(|p| (id, p.family, p.role)))
            .collect();
        let mut out = Vec::new();
        for &(alloc, family, role) in &declared {
            for &(free, other, release) in &declared {
                if role == Role::Alloc && release == Role::Free && family == other {
                    out.push((alloc, free));
                }
            }
        }
        out
    }

    /// Executes `first`, then `second` on what it returned.
    fn pair(&mut self, first: FnId, second: FnId, adt: Option<AdtId>) -> Vec<Event> {
        let Some(Prepared { active, state }) = self.prepare_root(first) else {
            return Vec::new();
        };
        let ends = self.run_root(active, state);
        self.turn_to(second);
        self.try_ends(ends, second, adt);
        self.wrong_releases()
    }

    /// Executes the second half on what the first one left.
    fn try_ends(&mut self, ends: Vec<Outcome>, second: FnId, adt: Option<AdtId>) {
        for (mut st, result) in ends.into_iter().take(8) {
            let subject = match adt {
                Some(adt) => match self.find_value(&mut st, result, adt, 4) {
                    Some(loc) => self.point_at(&loc, false),
                    None => continue,
                },
                None => result,
            };
            self.tried_half(st, second, &[subject]);
        }
    }

    /// What is told from now on is told of another function.
    pub(crate) fn turn_to(&mut self, second: FnId) {
        self.events.clear();
        self.seen_events.clear();
        self.root_label = self.program.func(second).label.clone();
    }

    /// Of what happened so far only releases that do not fit.
    pub(crate) fn wrong_releases(&mut self) -> Vec<Event> {
        let mut events = std::mem::take(&mut self.events);
        events.retain(|event| {
            matches!(
                event.kind,
                EventKind::Reclaim {
                    fault: Fault::OtherFamily
                        | Fault::OtherLayout { .. }
                        | Fault::NonHeap(_)
                        | Fault::Offset,
                    ..
                }
            )
        });
        events
    }

    /// Executes a function on what another one left. Where it releases the same memory rightly on
    /// another path, what tells the paths apart is not in view, and nothing is said.
    pub(crate) fn tried_half(
        &mut self,
        mut st: State,
        second: FnId,
        args: &[ValueId],
    ) -> Vec<Outcome> {
        let before = self.events.len();
        // Somebody holds the arguments until the end, so that what became of them is known.
        let holder = self.arena.add(Value::Param(HOLDER));
        let holder = self.objects.add(Object::Pointee(holder));
        let parts = (0..)
            .zip(args)
            .map(|(n, arg)| (Key::Name(Name::index(n)), *arg));
        let held = self.arena.aggregate(Tag::Tuple, parts.collect(), None);
        st.heap_set(holder, held);
        let mut ends = self.second_half(st, second, args);
        for (st, _) in &mut ends {
            st.heap_retain(|object| object != holder);
        }
        let blocks = || ends.iter().flat_map(|(st, _)| st.blocks());
        let right = |object: ObjectId| {
            blocks()
                .any(|(o, b)| *o == object && !b.reported && matches!(b.status, Status::Ended(_)))
        };
        let mut wrong = blocks().filter(|(_, b)| b.reported).map(|e| e.0).peekable();
        if wrong.peek().is_some() && wrong.all(right) {
            self.events.truncate(before);
            self.seen_events.clear();
        }
        ends
    }

    /// Executes a function on what another one left.
    pub(crate) fn second_half(
        &mut self,
        mut st: State,
        second: FnId,
        args: &[ValueId],
    ) -> Vec<Outcome> {
        let program = self.program;
        let def = program.func(second);
        let Some(body) = def.body else {
            return Vec::new();
        };
        st.last = def.name_span;
        let types = self.types_of(body, Some(second));
        self.active.push(Active {
            body,
            owner: Some(second),
            types,
            substs: Rc::from([]),
            site: SiteId(u32::MAX),
            entered: self.steps,
            stub: false,
            home: true,
            at: def.name_span,
            block: BlockId::ENTRY,
            stmt: u32::MAX - 1,
            by_drop: None,
            turn: None,
            havocs: 0,
        });
        let entry = Entry {
            owner: Some(second),
            args,
            home: true,
            ..Entry::of(body)
        };
        let outcomes = self.follow(st, entry, &Ty::unit());
        self.active.pop();
        outcomes
    }

    /// Where a value of the type is within a constructor's result.
    pub(crate) fn find_value(
        &mut self,
        st: &mut State,
        value: ValueId,
        adt: AdtId,
        depth: u32,
    ) -> Option<Loc> {
        let parts = match self.arena.get(value) {
            Value::Agg { tag, parts, .. } => {
                if matches!(tag, Tag::Adt(found, _) if *found == adt) {
                    let object = self.objects.add(Object::Literal(SiteId(u32::MAX)));
                    st.heap_set(object, value);
                    return Some(Loc::whole(object));
                }
                parts.clone()
            }
            Value::Ptr(p) => {
                let loc = Loc::of(p);
                let inner = self.load(st, &loc);
                let found = matches!(self.arena.get(inner), Value::Agg { tag: Tag::Adt(a, _), .. } if *a == adt);
                return found.then_some(loc);
            }
            _ => return None,
        };
        if depth == 0 {
            return None;
        }
        let keys: Vec<(Key, ValueId)> = parts.to_vec();
        keys.into_iter()
            .find_map(|(_, part)| self.find_value(st, part, adt, depth - 1))
    }
}

/// Whether the name, or `Self`, stands in a type.
fn may_name(ty: &TyExpr, name: Name) -> bool {
    match ty {
        TyExpr::Path(path) => path.segments.iter().any(|s| {
            s.name == name
                || s.name == "Self"
                || s.args.iter().any(|a| match a {
                    GenericArg::Type(ty) => may_name(ty, name),
                    _ => false,
                })
        }),
        TyExpr::Ptr { inner, .. } | TyExpr::Ref { inner, .. } => may_name(inner, name),
        TyExpr::Tuple(all) => all.iter().any(|t| may_name(t, name)),
        _ => false,
    }
}

pub(crate) fn holds_adt(ty: &Ty, adt: AdtId) -> bool {
    match ty {
        Ty::Adt(found, args) => *found == adt || args.iter().any(|a| holds_adt(a, adt)),
        Ty::Tuple(all) => all.iter().any(|t| holds_adt(t, adt)),
        Ty::Ptr(_, inner) => holds_adt(inner, adt),
        _ => false,
    }
}

/// The types that a value of this type holds, and that a function which returns it may have made.
fn adts_in(ty: &Ty, out: &mut Vec<AdtId>) {
    match ty {
        Ty::Adt(adt, args) => {
            if !out.contains(adt) {
                out.push(*adt);
            }
            args.iter().for_each(|arg| adts_in(arg, out));
        }
        Ty::Tuple(all) => all.iter().for_each(|ty| adts_in(ty, out)),
        Ty::Ptr(_, inner) => adts_in(inner, out),
        _ => {}
    }
}
