//! The explorer: runs a body from a state to all states in which it returns.
//!
//! Blocks are visited in reverse post-order, so that the paths which meet at a block are there
//! together, and what differs in nothing that matters is merged. What is still too much is dropped
//! and counted.

use super::machine::{Active, Machine};
use super::merge::{Pool, Tolerance};
use super::row;
use super::shape::Shape;
use super::state::{Frame, State};
use super::tidy::forget_dead;
use super::value::{Key, Source, Value, ValueId};
use crate::ir::{BinOp, BlockId, LocalId, Stmt, StmtKind, Terminator};
use crate::name::Name;
use crate::span::Span;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// What was seen at a block that paths can come to again.
#[derive(Default)]
struct Seen {
    states: Pool,
    visits: usize,
}

/// States that wait at blocks for those that may still come; the first block in order is the last
/// here. They are few at a time.
#[derive(Default)]
struct Pending(Vec<((u32, BlockId), Vec<State>)>);

impl Pending {
    fn push(&mut self, block: (u32, BlockId), state: State) {
        match self.0.binary_search_by(|waiting| block.cmp(&waiting.0)) {
            Ok(at) => self.0[at].1.push(state),
            Err(at) => self.0.insert(at, (block, vec![state])),
        }
    }

    fn pop(&mut self) -> Option<(BlockId, Vec<State>)> {
        let ((_, block), states) = self.0.pop()?;
        Some((block, states))
    }
}

/// States on their way, each with the block it goes on at.
type Onward = Vec<(BlockId, State)>;

/// Differences of state that are kept where paths meet, as far as numbers and facts go.
const FEW: usize = 4;

/// Rounds of a loop that are walked one by one if their number is known.
const SHORT: i128 = 8;

impl<'p> Machine<'p> {
    /// Executes a body. The states that come back have its frame still on top, the result in it.
    pub(crate) fn run(&mut self, active: Active, entry: State) -> Vec<State> {
        let shape = self.shape_of(active.body);
        self.active.push(active);
        let mut done = Vec::new();
        if shape.order.len() == 1 && !shape.again[0] {
            self.block(BlockId::ENTRY, entry, &mut Vec::new(), &mut done);
        } else {
            self.walk(&shape, entry, &mut done);
        }
        let done = self.settle(done);
        self.active.pop();
        done
    }

    fn walk(&mut self, shape: &Shape, entry: State, done: &mut Vec<State>) {
        let mut pending = Pending::default();
        let mut seen: FxHashMap<BlockId, Seen> = FxHashMap::default();
        let mut onward = Onward::new();
        pending.push((0, BlockId::ENTRY), entry);
        while let Some((block, states)) = pending.pop() {
            let states = if shape.again[block.0 as usize] {
                self.meet_again(shape, block, states, seen.entry(block).or_default())
            } else if states.len() > 1 {
                self.meet(shape, block, states)
            } else {
                states
            };
            onward.extend(states.into_iter().rev().map(|state| (block, state)));
            while let Some((block, state)) = onward.pop() {
                let first = onward.len();
                self.block(block, state, &mut onward, done);
                // Where no other path comes along there is nothing to wait for.
                let mut at = first;
                while at < onward.len() {
                    let to = onward[at].0;
                    if shape.sole[to.0 as usize] {
                        at += 1;
                        continue;
                    }
                    let (to, state) = onward.remove(at);
                    let order = shape.order[to.0 as usize];
                    pending.push((order, to), state);
                }
                onward[first..].reverse();
            }
        }
    }

    fn limit(&self) -> usize {
        if self.active().home {
            self.bounds.states
        } else {
            self.bounds.states / 2
        }
    }

    /// The states with which to go on at a block to which all paths have come.
    fn meet(&mut self, shape: &Shape, block: BlockId, states: Vec<State>) -> Vec<State> {
        let live = &shape.live_in[block.0 as usize];
        let mut pool = Pool::default();
        // The functions of std are short: the caller tidies up after them.
        let stub = self.active().stub;
        for mut state in states {
            if stub {
                forget_dead(&mut state, live);
            } else {
                self.tidy(&mut state, live);
            }
            pool.add(state);
        }
        let limit = self.limit();
        let mut states = self.merge(pool.into_states(), FEW, limit / 2 + 1);
        if states.len() > limit {
            self.capped = true;
            states.truncate(limit);
        }
        states
    }

    /// The states with which to go on at a block of a loop or after one: those that nothing seen
    /// there before covers.
    fn meet_again(
        &mut self,
        shape: &Shape,
        block: BlockId,
        states: Vec<State>,
        seen: &mut Seen,
    ) -> Vec<State> {
        let live = &shape.live_in[block.0 as usize];
        let widen = shape.loop_head[block.0 as usize] && seen.visits >= 3;
        seen.visits += 1;
        let mut pool = Pool::default();
        for mut state in states {
            self.tidy(&mut state, live);
            if widen {
                self.widen(&seen.states, &mut state);
                self.tidy(&mut state, live);
            }
            if !seen.states.covers(&state) {
                pool.add(state);
            }
        }
        let room = self.limit().saturating_sub(seen.states.len());
        let mut fresh = self.merge(pool.into_states(), FEW, room.max(1) / 2 + 1);
        fresh.retain(|state| !seen.states.covers(state));
        if fresh.len() > room {
            self.capped = true;
            fresh.truncate(room);
        }
        for state in &fresh {
            seen.states.add(state.clone());
        }
        fresh
    }

    /// Numbers that change from round to round become unknown, and offsets of pointers do. What a
    /// variable held here before, as flags do, does not grow for ever.
    fn widen(&mut self, seen: &Pool, state: &mut State) {
        let Some(first) = seen.first() else { return };
        let frame = state.frames.len() - 1;
        let site = self.active().site;
        for at in 0..state.frames[frame].locals.len() {
            let local = LocalId(at as u32);
            let (old, new) = (first.local(frame, local), state.local(frame, local));
            if old == new || seen.has_held(frame, local, new) {
                continue;
            }
            let unknown = self.arena.add(Value::Opaque {
                site,
                turn: 0,
                index: 1000 + at as u16,
                source: Source::Plain,
            });
            let positive =
                self.is_positive(first, local, old) && self.is_positive(state, local, new);
            if let Some(widened) = self.widened(seen, state, old, new, unknown) {
                state.set_local(frame, local, widened);
                if positive && widened == unknown {
                    state.fact_mut(unknown).be_positive();
                }
            }
        }
    }

    /// A value that was another one in the first round; part by part, as of a range.
    fn widened(
        &mut self,
        seen: &Pool,
        state: &mut State,
        old: ValueId,
        new: ValueId,
        unknown: ValueId,
    ) -> Option<ValueId> {
        if self.is_number(new) && self.is_number(old) {
            if let Some(same) = self.by_equality(state, new) {
                return Some(same);
            }
            let grown = self.growth(seen, state, (old, new), unknown);
            self.renew(state, unknown);
            if let Some((lo, hi)) = grown {
                self.bound(state, unknown, lo, hi);
            }
            return Some(unknown);
        }
        if let Some(moved) = self.somewhere_in(old, new, unknown) {
            self.renew(state, unknown);
            return Some(moved);
        }
        let (
            Value::Agg { tag, parts, rest },
            Value::Agg {
                tag: t,
                parts: others,
                rest: r,
            },
        ) = (self.arena.get(new).clone(), self.arena.get(old).clone())
        else {
            return None;
        };
        if tag != t || rest != r || !parts.iter().map(|p| p.0).eq(others.iter().map(|p| p.0)) {
            return None;
        }
        if self.is_short(old) {
            return None;
        }
        let mut all = Vec::with_capacity(parts.len());
        for (new, old) in parts.iter().zip(others.iter()) {
            let part = self.arena.add(Value::Part(unknown, new.0));
            let same = new.1 == old.1;
            let whole = if same {
                None
            } else {
                self.widened(seen, state, old.1, new.1, part)
            };
            all.push((new.0, whole.unwrap_or(new.1)));
        }
        Some(self.arena.aggregate(tag, all, rest))
    }

    /// A range of a few constants: it is walked to its end.
    fn is_short(&mut self, range: ValueId) -> bool {
        let mut bound = |name: &str| {
            let part = self.arena.part(range, Key::Name(Name::new(name)));
            self.arena.as_int(part)
        };
        match (bound("start"), bound("end")) {
            (Some(start), Some(end)) => end - start <= SHORT,
            _ => false,
        }
    }

    /// What a number is, told by what the path found its unknown part to be equal to.
    fn by_equality(&mut self, state: &State, new: ValueId) -> Option<ValueId> {
        let Value::Linear(step, terms) = self.arena.get(new) else {
            return None;
        };
        let (step, [(term, 1)]) = (*step, &terms[..]) else {
            return None;
        };
        let term = *term;
        if let (lo, hi) = self.range(state, new)
            && lo == hi
        {
            return Some(self.arena.int(lo));
        }
        let equal = state.facts().iter().find_map(|(fact, _)| {
            let Value::Binary(BinOp::Eq, a, b) = *self.arena.get(*fact) else {
                return None;
            };
            let other = if a == term {
                b
            } else if b == term {
                a
            } else {
                return None;
            };
            (self.truth(state, *fact) == Some(true)).then_some(other)
        })?;
        let step = self.arena.int(step);
        Some(self.arena.add_values(equal, step))
    }

    /// A number that counts up or down from a constant stays on that side of what it is when it first
    /// becomes unknown: the rounds before were walked one by one.
    fn growth(
        &self,
        seen: &Pool,
        state: &State,
        (old, new): (ValueId, ValueId),
        unknown: ValueId,
    ) -> Option<(i128, i128)> {
        let (lo, hi) = self.range(state, new);
        let Some(start) = self.arena.as_int(old) else {
            let first = seen.first()?;
            let positive = lo > 0 && self.range(first, old).0 > 0;
            return positive.then_some((1, i128::MAX));
        };
        // The bound is one that was there before, so that it does not move with each round.
        let known = lo == hi || seen.noted(unknown).next().is_none();
        if lo > start {
            let noted = seen.noted(unknown).map(|bounds| bounds.0);
            let least = noted.filter(|least| *least <= lo).max();
            let least = if known { lo } else { least.unwrap_or(start) };
            Some((least.max(start + 1), i128::MAX))
        } else if hi < start {
            let noted = seen.noted(unknown).map(|bounds| bounds.1);
            let most = noted.filter(|most| *most >= hi).min();
            let most = if known { hi } else { most.unwrap_or(start) };
            Some((i128::MIN, most.min(start - 1)))
        } else {
            None
        }
    }

    /// Executes one block: states that return are done, the others go on.
    fn block(&mut self, block: BlockId, state: State, onward: &mut Onward, done: &mut Vec<State>) {
        let body = self.program.body(self.active().body);
        let code = &body.blocks[block.0 as usize];
        self.active_mut().block = block;
        let mut states = self.spare.pop().unwrap_or_default();
        states.push(state);
        self.statements(&code.stmts, &mut states);
        self.active_mut().stmt = u32::MAX;
        self.finish(&code.end, &mut states, onward, done);
        self.spare.push(states);
    }

    /// Executes the statements one after the other, each in all states that there are by then.
    fn statements(&mut self, stmts: &'p [Stmt], states: &mut Vec<State>) {
        let mut next = self.spare.pop().unwrap_or_default();
        for (at, stmt) in stmts.iter().enumerate() {
            let active = self.active_mut();
            active.stmt = at as u32;
            active.at = stmt.span;
            for mut state in states.drain(..) {
                self.steps += 1;
                if self.steps > self.ceiling {
                    self.capped = true;
                    next.clear();
                    break;
                }
                let active = self.active_mut();
                active.turn = None;
                active.havocs = 0;
                if !matches!(stmt.kind, StmtKind::Drop(..)) {
                    self.note_place(&mut state, stmt.span);
                }
                self.step(state, stmt, &mut next);
            }
            std::mem::swap(states, &mut next);
            if states.len() > self.limit() {
                *states = self.crowd(std::mem::take(states));
            }
            if states.is_empty() {
                break;
            }
        }
        self.spare.push(next);
    }

    /// Where the path is, for stories.
    fn note_place(&self, state: &mut State, at: Span) {
        match self.active.as_slice() {
            [_] => {
                state.last = at;
                state.failed_with = None;
            }
            [_, helper] if !helper.stub => state.inner = Some(at),
            _ => {}
        }
    }

    /// Merges what a statement made too many of.
    fn crowd(&mut self, states: Vec<State>) -> Vec<State> {
        let limit = self.limit();
        let mut states = self.merge(states, FEW, limit);
        if states.len() > limit {
            self.capped = true;
            states.truncate(limit);
        }
        states
    }

    fn finish(
        &mut self,
        end: &'p Terminator,
        states: &mut Vec<State>,
        onward: &mut Onward,
        done: &mut Vec<State>,
    ) {
        for mut state in states.drain(..) {
            match end {
                Terminator::Goto(to) => onward.push((*to, state)),
                Terminator::Any(all) => {
                    onward.extend(all.iter().map(|to| (*to, state.clone())));
                }
                Terminator::Branch { cond, yes, no } => {
                    let Some(cond) = self.operand(&mut state, cond) else {
                        continue;
                    };
                    let (on_yes, on_no) = self.split(state, cond);
                    onward.extend(on_yes.map(|s| (*yes, s)));
                    onward.extend(on_no.map(|s| (*no, s)));
                }
                Terminator::Return => done.push(state),
                Terminator::Panic => self.note_panic(&mut state),
                Terminator::Unreachable => {}
            }
        }
    }

    /// Results of a call that differ in nothing that matters become one.
    fn settle(&mut self, states: Vec<State>) -> Vec<State> {
        if states.len() < 2 {
            return states;
        }
        let captures = &self.program.body(self.active().body).captures;
        let mut pool = Pool::default();
        for mut state in states {
            if let Some(frame) = state.frames.last_mut() {
                forget_variables(frame, captures);
            }
            pool.add(state);
        }
        self.merge_within(pool.into_states(), Tolerance::Unrelated)
    }
}

/// The result may point into a variable only by mistake: all but it and what a closure keeps are
/// gone.
fn forget_variables(frame: &mut Rc<Frame>, captures: &[LocalId]) {
    let over = |n: usize| n > 0 && !captures.iter().any(|c| c.0 as usize == n);
    if row::held(&frame.locals).any(|(n, _)| over(n)) {
        let locals = Rc::make_mut(frame).locals.iter_mut().enumerate();
        locals
            .filter(|l| over(l.0))
            .for_each(|l| *l.1 = ValueId::UNINIT);
    }
}
