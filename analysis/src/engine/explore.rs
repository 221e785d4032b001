//! The explorer: runs a body from a state to all states in which it returns.
//!
//! Blocks are visited in reverse post-order, so that the paths which meet at a block are there
//! together; equal ones become one. Where more remain than the bound allows, those that agree on
//! all allocations become one that knows less, and what is still too much is dropped and counted.

use super::machine::{Active, Machine};
use super::shape::Shape;
use super::state::State;
use super::value::{Source, Value, ValueId};
use crate::ir::{BlockId, LocalId, StmtKind, Terminator};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::rc::Rc;

/// States with their fingerprints, no two of them equal.
#[derive(Default)]
struct Pool(Vec<(u64, State)>);

impl Pool {
    fn contains(&self, print: u64, state: &State) -> bool {
        self.0.iter().any(|old| old.0 == print && old.1 == *state)
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// States that were seen at a block.
#[derive(Default)]
struct Seen {
    states: Pool,
    visits: usize,
}

impl<'p> Machine<'p> {
    /// Executes a body. The states that come back have its frame still on top, the result in it.
    pub(crate) fn run(&mut self, active: Active, entry: State) -> Vec<State> {
        let shape = self.shape_of(active.body);
        self.active.push(active);
        let mut pending: BTreeMap<(u32, BlockId), Vec<State>> = BTreeMap::new();
        let mut seen: FxHashMap<BlockId, Seen> = FxHashMap::default();
        let mut done = Vec::new();
        pending.insert((0, BlockId::ENTRY), vec![entry]);
        while let Some(((_, block), states)) = pending.pop_first() {
            let states = if shape.join[block.0 as usize] {
                self.meet(&shape, block, states, seen.entry(block).or_default())
            } else {
                states
            };
            for state in states {
                for (to, state) in self.block(block, state, &mut done) {
                    let order = shape.order[to.0 as usize];
                    pending.entry((order, to)).or_default().push(state);
                }
            }
        }
        self.active.pop();
        self.settle(done)
    }

    fn limit(&self) -> usize {
        if self.active().home {
            self.bounds.states
        } else {
            self.bounds.states / 2
        }
    }

    /// The states with which to go on at a block where paths meet: those not seen before.
    fn meet(
        &mut self,
        shape: &Shape,
        block: BlockId,
        states: Vec<State>,
        seen: &mut Seen,
    ) -> Vec<State> {
        let live = &shape.live_in[block.0 as usize];
        let widen = shape.loop_head[block.0 as usize] && seen.visits >= 3;
        seen.visits += 1;
        let mut fresh = Pool::default();
        for mut state in states {
            self.tidy(&mut state, live);
            if widen && let Some(first) = seen.states.0.first() {
                self.widen(&first.1, &mut state);
                self.tidy(&mut state, live);
            }
            let print = state.fingerprint();
            if !seen.states.contains(print, &state) && !fresh.contains(print, &state) {
                fresh.0.push((print, state));
            }
        }
        let room = self.limit().saturating_sub(seen.states.len());
        if fresh.len() > room.max(1) / 2 + 1 {
            let merged = self.merge(fresh.0.into_iter().map(|s| s.1).collect());
            let merged = merged.into_iter().map(|s| (s.fingerprint(), s));
            fresh = Pool(merged.collect());
            fresh
                .0
                .retain(|(print, state)| !seen.states.contains(*print, state));
        }
        if fresh.len() > room {
            self.capped = true;
            fresh.0.truncate(room);
        }
        seen.states.0.extend(fresh.0.iter().cloned());
        fresh.0.into_iter().map(|s| s.1).collect()
    }

    /// Numbers that change from round to round become unknown.
    fn widen(&mut self, first: &State, state: &mut State) {
        let frame = state.frames.len() - 1;
        let site = self.active().site;
        for at in 0..state.frames[frame].locals.len() {
            let local = LocalId(at as u32);
            let (old, new) = (first.local(frame, local), state.local(frame, local));
            if old != new && self.is_number(new) && self.is_number(old) {
                let unknown = self.arena.add(Value::Opaque {
                    site,
                    turn: 0,
                    index: 1000 + at as u16,
                    source: Source::Plain,
                });
                state.set_local(frame, local, unknown);
            }
        }
    }

    fn is_number(&self, v: ValueId) -> bool {
        matches!(
            self.arena.get(v),
            Value::Int(_) | Value::Linear(..) | Value::Binary(..) | Value::Opaque { .. }
        )
    }

    /// Joins states that agree on all allocations and memory, forgetting facts in which they differ.
    fn merge(&mut self, states: Vec<State>) -> Vec<State> {
        let mut groups: Vec<State> = Vec::new();
        for state in states {
            let like = groups
                .iter_mut()
                .find(|g| same_shape(g, &state) && g.same_memory(&state));
            match like {
                Some(group) => self.join(group, &state),
                None => groups.push(state),
            }
        }
        groups
    }

    fn join(&mut self, into: &mut State, other: &State) {
        let site = self.active().site;
        let frame = into.frames.len() - 1;
        for at in 0..into.frames[frame].locals.len() {
            let local = LocalId(at as u32);
            let (a, b) = (into.local(frame, local), other.local(frame, local));
            if a != b {
                let unknown = self.arena.add(Value::Opaque {
                    site,
                    turn: 0,
                    index: 2000 + at as u16,
                    source: Source::Plain,
                });
                let joined = self.join_value(a, b, unknown).unwrap_or_else(|| {
                    // What either of them holds may live on where the joined value goes.
                    self.escape(into, a);
                    self.escape(into, b);
                    unknown
                });
                into.set_local(frame, local, joined);
            }
        }
        let shared: Vec<_> = into
            .facts()
            .iter()
            .filter(|f| other.fact(f.0) == Some(&f.1))
            .map(|f| f.0)
            .collect();
        into.facts_retain(|v| shared.contains(&v));
    }

    /// Two values part by part, where they differ in numbers only: those become unknown.
    fn join_value(&mut self, a: ValueId, b: ValueId, unknown: ValueId) -> Option<ValueId> {
        if a == b {
            return Some(a);
        }
        if self.is_number(a) && self.is_number(b) {
            return Some(unknown);
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
            joined.push((x.0, self.join_value(x.1, y.1, part)?));
        }
        Some(self.arena.add(Value::Agg {
            tag,
            parts: joined.into(),
            rest,
        }))
    }

    /// Executes one block; returned states are done, the others go on at the block named.
    fn block(
        &mut self,
        block: BlockId,
        state: State,
        done: &mut Vec<State>,
    ) -> Vec<(BlockId, State)> {
        let body = self.program.body(self.active().body);
        let code = &body.blocks[block.0 as usize];
        let mut states = vec![state];
        for (at, stmt) in code.stmts.iter().enumerate() {
            let active = self.active_mut();
            active.block = block;
            active.stmt = at as u32;
            active.at = stmt.span;
            let mut next = Vec::with_capacity(states.len());
            for mut state in states {
                self.steps += 1;
                if self.steps > self.bounds.steps {
                    self.capped = true;
                    return Vec::new();
                }
                let active = self.active_mut();
                active.turn = None;
                active.havocs = 0;
                if self.active.len() == 1 && !matches!(stmt.kind, StmtKind::Drop(..)) {
                    state.last = stmt.span;
                }
                self.step(state, stmt, &mut next);
            }
            if next.len() > self.limit() {
                next = self.merge(next);
                if next.len() > self.limit() {
                    self.capped = true;
                    next.truncate(self.limit());
                }
            }
            states = next;
            if states.is_empty() {
                return Vec::new();
            }
        }
        let active = self.active_mut();
        active.block = block;
        active.stmt = u32::MAX;
        self.finish(&code.end, states, done)
    }

    fn finish(
        &mut self,
        end: &'p Terminator,
        states: Vec<State>,
        done: &mut Vec<State>,
    ) -> Vec<(BlockId, State)> {
        let mut out = Vec::with_capacity(states.len());
        for mut state in states {
            match end {
                Terminator::Goto(to) => out.push((*to, state)),
                Terminator::Any(all) => out.extend(all.iter().map(|to| (*to, state.clone()))),
                Terminator::Branch { cond, yes, no } => {
                    let Some(cond) = self.operand(&mut state, cond) else {
                        continue;
                    };
                    let (on_yes, on_no) = self.split(state, cond);
                    out.extend(on_yes.map(|s| (*yes, s)));
                    out.extend(on_no.map(|s| (*no, s)));
                }
                Terminator::Return => done.push(state),
                Terminator::Unreachable => {}
            }
        }
        out
    }

    /// Equal results of a call become one.
    fn settle(&mut self, states: Vec<State>) -> Vec<State> {
        let mut out = Pool(Vec::with_capacity(states.len()));
        for mut state in states {
            if let Some(frame) = state.frames.last_mut()
                && frame.locals[1..].iter().any(|&v| v != ValueId::UNINIT)
            {
                // The result may point into a variable only by mistake; all others are gone.
                Rc::make_mut(frame).locals[1..].fill(ValueId::UNINIT);
            }
            let print = state.fingerprint();
            if !out.contains(print, &state) {
                out.0.push((print, state));
            }
        }
        out.0.into_iter().map(|s| s.1).collect()
    }
}

fn same_shape(a: &State, b: &State) -> bool {
    let n = a.frames.len() - 1;
    a.same_frames(b, n)
}
