//! The shape of a body: the order of its blocks, where paths meet, which variables still matter.

use super::value::ValueId;
use crate::ir::{
    Base, BlockId, Body, Callee, LocalId, Operand, Place, Proj, Rvalue, Stmt, StmtKind, Terminator,
};

/// What the explorer needs to know of a body's graph.
#[derive(Debug)]
pub(crate) struct Shape {
    /// For each block its place in reverse post-order; `u32::MAX` if it is not reachable.
    pub(crate) order: Vec<u32>,
    /// Blocks that an edge from a later block leads to.
    pub(crate) loop_head: Vec<bool>,
    /// Blocks other than the entry that a single edge leads to.
    pub(crate) sole: Vec<bool>,
    /// Blocks in a loop or after one where paths meet: they can be come to again.
    pub(crate) again: Vec<bool>,
    /// Variables that matter at the entry of each block.
    pub(crate) live_in: Vec<Locals>,
}

/// A set of variables.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Locals(Vec<u64>);

impl Locals {
    fn new(count: usize) -> Locals {
        Locals(vec![0; count.div_ceil(64)])
    }

    fn insert(&mut self, local: LocalId) {
        self.0[local.0 as usize / 64] |= 1 << (local.0 % 64);
    }

    fn remove(&mut self, local: LocalId) {
        self.0[local.0 as usize / 64] &= !(1 << (local.0 % 64));
    }

    pub(crate) fn contains(&self, local: LocalId) -> bool {
        self.0[local.0 as usize / 64] & (1 << (local.0 % 64)) != 0
    }

    /// Empties the other variables of a row.
    pub(crate) fn clear_others(&self, row: &mut [ValueId]) {
        for (word, part) in self.0.iter().zip(row.chunks_mut(64)) {
            if *word == 0 {
                part.fill(ValueId::UNINIT);
                continue;
            }
            let others = (0..).zip(part).filter(|(bit, _)| word & (1 << *bit) == 0);
            others.for_each(|(_, value)| *value = ValueId::UNINIT);
        }
    }

    /// Adds all of `other`; whether that changed anything.
    fn join(&mut self, other: &Locals) -> bool {
        let mut changed = false;
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            changed |= *b & !*a != 0;
            *a |= b;
        }
        changed
    }
}

pub(crate) fn successors(end: &Terminator) -> Vec<BlockId> {
    match end {
        Terminator::Goto(to) => vec![*to],
        Terminator::Branch { yes, no, .. } => vec![*yes, *no],
        Terminator::Any(all) => all.clone(),
        Terminator::Return | Terminator::Panic | Terminator::Unreachable => Vec::new(),
    }
}

/// Computes the shape of a body.
pub(crate) fn shape_of(body: &Body) -> Shape {
    let succs: Vec<Vec<BlockId>> = body.blocks.iter().map(|b| successors(&b.end)).collect();
    let post = post_order(&succs);
    let mut order = vec![u32::MAX; body.blocks.len()];
    for (at, block) in post.iter().rev().enumerate() {
        order[block.0 as usize] = at as u32;
    }
    let mut preds = vec![0u32; body.blocks.len()];
    preds[0] = 1;
    let mut loop_head = vec![false; body.blocks.len()];
    for &from in &post {
        for to in &succs[from.0 as usize] {
            preds[to.0 as usize] += 1;
            if order[to.0 as usize] <= order[from.0 as usize] {
                loop_head[to.0 as usize] = true;
            }
        }
    }
    let sole = preds.iter().map(|&n| n == 1).collect();
    let again = after_loops(&succs, &loop_head);
    let again = again.iter().zip(&preds).map(|(&r, &n)| r && n > 1);
    Shape {
        again: again.collect(),
        sole,
        live_in: liveness(body, &succs, &post),
        order,
        loop_head,
    }
}

/// Blocks that can be reached from the head of a loop, the head included.
fn after_loops(succs: &[Vec<BlockId>], loop_head: &[bool]) -> Vec<bool> {
    let mut after = loop_head.to_vec();
    let mut todo: Vec<usize> = (0..after.len()).filter(|&n| after[n]).collect();
    while let Some(from) = todo.pop() {
        for to in &succs[from] {
            if !std::mem::replace(&mut after[to.0 as usize], true) {
                todo.push(to.0 as usize);
            }
        }
    }
    after
}

fn post_order(succs: &[Vec<BlockId>]) -> Vec<BlockId> {
    let mut seen = vec![false; succs.len()];
    let mut out = Vec::with_capacity(succs.len());
    if succs.is_empty() {
        return out;
    }
    let mut stack = vec![(BlockId::ENTRY, 0)];
    seen[0] = true;
    while let Some((block, next)) = stack.pop() {
        match succs[block.0 as usize].get(next) {
            Some(&to) => {
                stack.push((block, next + 1));
                if !std::mem::replace(&mut seen[to.0 as usize], true) {
                    stack.push((to, 0));
                }
            }
            None => out.push(block),
        }
    }
    out
}

/// Which variables are read, dropped or pointed at later, for each block's entry.
fn liveness(body: &Body, succs: &[Vec<BlockId>], post: &[BlockId]) -> Vec<Locals> {
    let count = body.locals.len();
    let mut pinned = Locals::new(count);
    pinned.insert(LocalId::RETURN);
    pin_addressed(body, &mut pinned);
    // What a closure holds is there for its next call.
    body.captures.iter().for_each(|&l| pinned.insert(l));
    let mut live = vec![pinned.clone(); body.blocks.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for &block in post {
            let ix = block.0 as usize;
            let mut set = pinned.clone();
            for to in &succs[ix] {
                set.join(&live[to.0 as usize]);
            }
            if let Terminator::Branch { cond, .. } = &body.blocks[ix].end {
                use_operand(cond, &mut set);
            }
            for stmt in body.blocks[ix].stmts.iter().rev() {
                transfer(stmt, &mut set);
            }
            set.join(&pinned);
            changed |= live[ix].join(&set);
        }
    }
    live
}

/// Variables whose address is taken and which no drop marks the end of stay for good.
fn pin_addressed(body: &Body, pinned: &mut Locals) {
    let mut dropped = Locals::new(body.locals.len());
    for stmt in body.blocks.iter().flat_map(|b| &b.stmts) {
        match &stmt.kind {
            StmtKind::Drop(place, _) => {
                if let Some(local) = place.as_local() {
                    dropped.insert(local);
                }
            }
            StmtKind::Assign(_, Rvalue::Ref { place, .. }) => {
                if let Base::Local(local) = place.base
                    && !place.proj.contains(&Proj::Deref)
                {
                    pinned.insert(local);
                }
            }
            StmtKind::Call(call) if matches!(call.callee, Callee::Method { .. }) => {
                if let Some(Operand::Place(place)) = call.args.first()
                    && let Base::Local(local) = place.base
                {
                    pinned.insert(local);
                }
            }
            _ => {}
        }
    }
    for (a, b) in pinned.0.iter_mut().zip(&dropped.0) {
        *a &= !b;
    }
    pinned.insert(LocalId::RETURN);
}

fn transfer(stmt: &Stmt, live: &mut Locals) {
    match &stmt.kind {
        StmtKind::Assign(place, value) => {
            define(place, live);
            use_rvalue(value, live);
        }
        StmtKind::Call(call) => {
            define(&call.dest, live);
            for arg in &call.args {
                use_operand(arg, live);
            }
            if let Callee::Value(f) = &call.callee {
                use_operand(f, live);
            }
        }
        StmtKind::Drop(place, _) | StmtKind::Inspect(place) => use_place(place, live),
        StmtKind::Opaque(places) => places.iter().for_each(|p| use_place(p, live)),
    }
}

fn define(place: &Place, live: &mut Locals) {
    match place.as_local() {
        Some(local) => live.remove(local),
        None => use_place(place, live),
    }
}

fn use_place(place: &Place, live: &mut Locals) {
    if let Base::Local(local) = place.base {
        live.insert(local);
    }
    for proj in &place.proj {
        if let Proj::Index(local) = proj {
            live.insert(*local);
        }
    }
}

fn use_operand(operand: &Operand, live: &mut Locals) {
    if let Operand::Place(place) = operand {
        use_place(place, live);
    }
}

fn use_rvalue(value: &Rvalue, live: &mut Locals) {
    match value {
        Rvalue::Use(x) | Rvalue::Cast(x, _) | Rvalue::Unary(_, x) | Rvalue::Repeat(x, _) => {
            use_operand(x, live);
        }
        Rvalue::Bind { place, .. }
        | Rvalue::Ref { place, .. }
        | Rvalue::IsVariant(place, _)
        | Rvalue::IsSuccess(place)
        | Rvalue::Residual(place)
        | Rvalue::Len(place) => use_place(place, live),
        Rvalue::Binary(_, a, b) => {
            use_operand(a, live);
            use_operand(b, live);
        }
        Rvalue::Aggregate { fields, base, .. } => {
            fields.iter().for_each(|f| use_operand(&f.1, live));
            if let Some(base) = base {
                use_operand(base, live);
            }
        }
        Rvalue::Closure { captures, .. } => captures.iter().for_each(|c| use_operand(c, live)),
        Rvalue::Unknown(all) => all.iter().for_each(|x| use_operand(x, live)),
    }
}
