//! Tidies a finished graph: jumps to jumps, blocks with one way in, blocks nobody reaches.

use crate::ir::{Block, BlockId, Terminator};

/// The blocks that are reached from the entry, merged where control cannot differ, numbered in
/// reverse postorder.
pub(super) fn prune(mut blocks: Vec<Block>) -> Vec<Block> {
    thread_jumps(&mut blocks);
    merge_chains(&mut blocks);
    let order = reverse_postorder(&blocks);
    let mut number = vec![BlockId::ENTRY; blocks.len()];
    for (new, &old) in order.iter().enumerate() {
        number[old] = BlockId(new as u32);
    }
    let mut slots: Vec<Option<Block>> = blocks.into_iter().map(Some).collect();
    let mut out: Vec<Block> = order.iter().filter_map(|&old| slots[old].take()).collect();
    for block in &mut out {
        for target in targets_mut(&mut block.end) {
            *target = number[target.0 as usize];
        }
    }
    out
}

/// Sends jumps to an empty block that only jumps on straight to where that goes.
fn thread_jumps(blocks: &mut [Block]) {
    let next: Vec<Option<BlockId>> = blocks
        .iter()
        .map(|block| match block.end {
            Terminator::Goto(to) if block.stmts.is_empty() => Some(to),
            _ => None,
        })
        .collect();
    let mut goal: Vec<Option<BlockId>> = vec![None; blocks.len()];
    let mut chain = Vec::new();
    for start in 0..blocks.len() {
        let mut at = BlockId(start as u32);
        chain.clear();
        // An empty endless loop ends at the block where the round closes.
        while let Some(to) = next[at.0 as usize] {
            if let Some(known) = goal[at.0 as usize] {
                at = known;
                break;
            }
            goal[at.0 as usize] = Some(at);
            chain.push(at);
            at = to;
        }
        for link in &chain {
            goal[link.0 as usize] = Some(at);
        }
    }
    for block in blocks {
        for target in targets_mut(&mut block.end) {
            *target = goal[target.0 as usize].unwrap_or(*target);
        }
        if let Terminator::Branch { yes, no, .. } = block.end
            && yes == no
        {
            block.end = Terminator::Goto(yes);
        }
    }
}

/// Appends a block to the one before it if there is no other way in.
fn merge_chains(blocks: &mut [Block]) {
    let order = reverse_postorder(blocks);
    let mut entries = vec![0u32; blocks.len()];
    entries[0] = 1;
    for &ix in &order {
        for target in targets_mut(&mut blocks[ix].end) {
            entries[target.0 as usize] += 1;
        }
    }
    for &ix in &order {
        while let Terminator::Goto(to) = blocks[ix].end {
            let to = to.0 as usize;
            if entries[to] != 1 || to == ix || to == 0 {
                break;
            }
            let end = std::mem::replace(&mut blocks[to].end, Terminator::Unreachable);
            let mut stmts = std::mem::take(&mut blocks[to].stmts);
            entries[to] = 0;
            blocks[ix].stmts.append(&mut stmts);
            blocks[ix].end = end;
        }
    }
}

fn reverse_postorder(blocks: &[Block]) -> Vec<usize> {
    let mut seen = vec![false; blocks.len()];
    let mut order = Vec::new();
    let mut path = vec![(0, targets(&blocks[0].end))];
    seen[0] = true;
    while let Some((ix, rest)) = path.last_mut() {
        match rest.pop() {
            Some(next) => {
                let next = next.0 as usize;
                if !std::mem::replace(&mut seen[next], true) {
                    path.push((next, targets(&blocks[next].end)));
                }
            }
            None => {
                order.push(*ix);
                path.pop();
            }
        }
    }
    order.reverse();
    order
}

/// Where a block goes.
fn targets(end: &Terminator) -> Vec<BlockId> {
    match end {
        Terminator::Goto(to) => vec![*to],
        Terminator::Branch { yes, no, .. } => vec![*yes, *no],
        Terminator::Any(all) => all.clone(),
        Terminator::Return | Terminator::Panic | Terminator::Unreachable => Vec::new(),
    }
}

fn targets_mut(end: &mut Terminator) -> Vec<&mut BlockId> {
    match end {
        Terminator::Goto(to) => vec![to],
        Terminator::Branch { yes, no, .. } => vec![yes, no],
        Terminator::Any(all) => all.iter_mut().collect(),
        Terminator::Return | Terminator::Panic | Terminator::Unreachable => Vec::new(),
    }
}
