//! Merging: states that meet at a block and differ in nothing that matters become one.
//!
//! What tells states apart for good is what they know of allocations and memory. Where they
//! differ in a fact *and* in a variable, the one may decide the other (`if c { n = 1 }`), and a later
//! test of either needs both; where they differ in one of the two alone, nothing is lost by forgetting
//! the difference.

use super::machine::Machine;
use super::row;
use super::state::State;
use super::value::{Pointer, Source, Value, ValueId};
use crate::ir::LocalId;
use crate::types::Ty;

/// How much two states may differ and still become one. Memory must be the same in any case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Tolerance {
    /// In facts alone or in numbers alone.
    Unrelated,
    /// In facts and numbers.
    Numbers,
    /// In facts and all variables.
    Values,
}

/// States with their fingerprints, no two of them equal.
#[derive(Default)]
pub(crate) struct Pool(Vec<(u64, State)>);

impl Pool {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds the state unless it is there already.
    pub(crate) fn add(&mut self, state: State) {
        let print = state.fingerprint();
        if !self.contains(print, &state) {
            self.0.push((print, state));
        }
    }

    fn contains(&self, print: u64, state: &State) -> bool {
        self.0.iter().any(|old| old.0 == print && old.1 == *state)
    }

    /// Whether some state here allows everything that this one does.
    pub(crate) fn covers(&self, state: &State) -> bool {
        self.0.iter().any(|(_, old)| {
            old.same_frames(state, old.frames.len())
                && old.same_memory(state)
                && old.same_turns(state)
                && old.facts().iter().all(|f| state.fact(f.0) == Some(&f.1))
        })
    }

    /// Whether a variable holds the value in one of the states.
    pub(crate) fn has_held(&self, frame: usize, local: LocalId, value: ValueId) -> bool {
        self.0.iter().any(|s| s.1.local(frame, local) == value)
    }

    /// The bounds of a value that the states here know.
    pub(crate) fn noted(&self, value: ValueId) -> impl Iterator<Item = (i128, i128)> {
        let facts = self.0.iter().filter_map(move |s| s.1.fact(value));
        facts.map(|fact| (fact.lo, fact.hi))
    }

    pub(crate) fn first(&self) -> Option<&State> {
        self.0.first().map(|s| &s.1)
    }

    pub(crate) fn into_states(self) -> Vec<State> {
        self.0.into_iter().map(|s| s.1).collect()
    }
}

impl Machine<'_> {
    /// Merges states until few enough are left, the harmless differences first.
    pub(crate) fn merge(&mut self, mut states: Vec<State>, few: usize, bound: usize) -> Vec<State> {
        for (tolerance, enough) in [(Tolerance::Unrelated, 1), (Tolerance::Numbers, few)] {
            if states.len() > enough {
                states = self.merge_within(states, tolerance);
            }
        }
        if states.len() > bound {
            // The first paths stay as they are: where pointers differ, much is lost by joining.
            let surplus = states.split_off(bound - 1);
            states.append(&mut self.merge_within(surplus, Tolerance::Values));
        }
        states
    }

    /// Merges all states that differ in no more than this.
    pub(crate) fn merge_within(&mut self, states: Vec<State>, tolerance: Tolerance) -> Vec<State> {
        let mut groups: Vec<State> = Vec::with_capacity(states.len());
        for state in states {
            let like = groups
                .iter_mut()
                .find(|group| self.are_alike(group, &state, tolerance));
            match like {
                Some(group) => self.join(group, &state),
                None => groups.push(state),
            }
        }
        groups
    }

    fn are_alike(&self, a: &State, b: &State, tolerance: Tolerance) -> bool {
        if !a.same_frames(b, a.frames.len() - 1) || !a.same_memory(b) || !a.same_turns(b) {
            return false;
        }
        if tolerance == Tolerance::Values {
            return true;
        }
        let frame = a.frames.len() - 1;
        let differences = || row::differences(&a.frames[frame].locals, &b.frames[frame].locals);
        let types = &self.active().types.locals;
        let numbers = |(at, (v, w)): (usize, (ValueId, ValueId))| match types.get(at) {
            Some(Ty::Int(_) | Ty::Bool | Ty::Char | Ty::Float(_)) => {
                self.is_number(v) && self.is_number(w)
            }
            _ => self.are_numbers(v, w),
        };
        if !differences().all(numbers) {
            return false;
        }
        tolerance == Tolerance::Numbers || differences().next().is_none() || a.facts() == b.facts()
    }

    /// Whether two values are equal or differ in parts only that are numbers whatever their type: an
    /// unknown value may be a pointer.
    fn are_numbers(&self, a: ValueId, b: ValueId) -> bool {
        if a == b {
            return true;
        }
        match (self.arena.get(a), self.arena.get(b)) {
            (
                Value::Int(_) | Value::Linear(..) | Value::Binary(..),
                Value::Int(_) | Value::Linear(..) | Value::Binary(..),
            ) => true,
            (
                Value::Agg { tag, parts, rest },
                Value::Agg {
                    tag: t,
                    parts: others,
                    rest: r,
                },
            ) => {
                tag == t
                    && rest == r
                    && parts.len() == others.len()
                    && parts
                        .iter()
                        .zip(others.iter())
                        .all(|(p, q)| p.0 == q.0 && self.are_numbers(p.1, q.1))
            }
            _ => false,
        }
    }

    pub(crate) fn is_number(&self, v: ValueId) -> bool {
        matches!(
            self.arena.get(v),
            Value::Int(_) | Value::Linear(..) | Value::Binary(..) | Value::Opaque { .. }
        )
    }

    fn join(&mut self, into: &mut State, other: &State) {
        let site = self.active().site;
        let frame = into.frames.len() - 1;
        let mut renewed = Vec::new();
        let mut positive = Vec::new();
        let others = &other.frames[frame].locals;
        let mut from = 0;
        while let Some(at) = row::difference(&into.frames[frame].locals, others, from) {
            from = at + 1;
            let local = LocalId(at as u32);
            let (a, b) = (into.local(frame, local), others[at]);
            let unknown = self.arena.add(Value::Opaque {
                site,
                turn: 0,
                index: 2000 + at as u16,
                source: Source::Plain,
            });
            if self.is_positive(into, local, a) && self.is_positive(other, local, b) {
                positive.push(unknown);
            }
            let mut numbers = Vec::new();
            let joined = self.join_value(a, b, unknown, &mut numbers);
            numbers.retain(|(_, a, b)| self.range(into, *a).0 > 0 && self.range(other, *b).0 > 0);
            positive.extend(numbers.iter().map(|n| n.0));
            let joined = joined.unwrap_or_else(|| {
                // What either of them holds may live on where the joined value goes.
                self.escape(into, a);
                self.escape(into, b);
                unknown
            });
            into.set_local(frame, local, joined);
            renewed.push(unknown);
        }
        let shared: Vec<_> = into
            .facts()
            .iter()
            .filter(|f| other.fact(f.0) == Some(&f.1))
            .map(|f| f.0)
            .collect();
        // What was known of the unknown values of an earlier round is not known of these.
        into.facts_retain(|v| shared.contains(&v) && !self.is_made_of(v, &renewed));
        for v in positive {
            into.fact_mut(v).be_positive();
        }
        into.add_turns(other);
    }

    /// Whether what a variable holds is a positive number: of all that it is in a loop, this much is
    /// still known if each round keeps it.
    pub(crate) fn is_positive(&self, st: &State, local: LocalId, v: ValueId) -> bool {
        match self.active().types.locals.get(local.0 as usize) {
            Some(Ty::Int(int)) if int.is_unsigned() => !self.can_be_zero(st, v),
            Some(Ty::Int(_)) => self.range(st, v).0 > 0,
            _ => false,
        }
    }

    /// Whether a value is one of these or an expression of them.
    fn is_made_of(&self, v: ValueId, of: &[ValueId]) -> bool {
        if of.is_empty() {
            return false;
        }
        let mut found = of.contains(&v);
        self.arena
            .children(v, &mut |c| found = found || self.is_made_of(c, of));
        found
    }

    /// Two pointers into one object: a pointer to a place in it that is not known.
    pub(crate) fn somewhere_in(
        &mut self,
        a: ValueId,
        b: ValueId,
        offset: ValueId,
    ) -> Option<ValueId> {
        let (Value::Ptr(a), Value::Ptr(b)) = (self.arena.get(a), self.arena.get(b)) else {
            return None;
        };
        if a.object != b.object || a.path != b.path || a.len != b.len || a.shared != b.shared {
            return None;
        }
        let pointer = Pointer {
            offset,
            ..a.clone()
        };
        Some(self.arena.add(Value::Ptr(pointer)))
    }

    /// Two values part by part, where they differ in numbers only: those become unknown, and are added
    /// with what they were.
    fn join_value(
        &mut self,
        a: ValueId,
        b: ValueId,
        unknown: ValueId,
        numbers: &mut Vec<(ValueId, ValueId, ValueId)>,
    ) -> Option<ValueId> {
        if a == b {
            return Some(a);
        }
        if self.is_number(a) && self.is_number(b) {
            numbers.push((unknown, a, b));
            return Some(unknown);
        }
        if let Some(moved) = self.somewhere_in(a, b, unknown) {
            return Some(moved);
        }
        let (
            Value::Agg { tag, parts, rest },
            Value::Agg {
                tag: t,
                parts: others,
                rest: r,
            },
        ) = (self.arena.get(a).clone(), self.arena.get(b))
        else {
            return None;
        };
        let alike = parts.iter().map(|x| x.0).eq(others.iter().map(|x| x.0));
        if tag != *t || rest != *r || !alike {
            return None;
        }
        let others = others.clone();
        let mut joined = Vec::with_capacity(parts.len());
        for (x, y) in parts.iter().zip(others.iter()) {
            let part = self.arena.add(Value::Part(unknown, x.0));
            joined.push((x.0, self.join_value(x.1, y.1, part, numbers)?));
        }
        Some(self.arena.add(Value::Agg {
            tag,
            parts: joined.into(),
            rest,
        }))
    }
}
