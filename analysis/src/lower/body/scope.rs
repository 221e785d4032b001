//! Scopes: what is dropped at their end, on the ways out of them, and by unwinding.

use super::builder::Builder;
use crate::ir::{BlockId, Cleanup, CleanupId, DropWhy, LocalId, Place, StmtKind, Terminator};
use crate::span::{Pos, Span};

/// A block, statement, arm or condition.
pub(super) struct Scope {
    drops: Vec<Scheduled>,
    /// How many variables were visible outside.
    pub(super) names: usize,
    /// Where it ends in the source.
    end: Span,
    /// The scope at whose end the temporaries of its code are dropped: itself, unless it is a block,
    /// whose statements have scopes of their own and whose value is part of what stands around it.
    temporaries: usize,
}

/// A drop that waits for the scope's end.
struct Scheduled {
    local: LocalId,
    why: DropWhy,
    /// Unwinding from here; made when first asked for.
    cleanup: Option<CleanupId>,
    /// Returning from here; made when first asked for.
    exit: Option<BlockId>,
}

impl Builder<'_, '_> {
    /// Opens a scope; `whole` is its source.
    pub(super) fn push_scope(&mut self, whole: Span) {
        self.open(whole, self.scopes.len());
    }

    /// Opens the scope of a block. Up to edition 2021 the temporaries of its value outlive its
    /// variables.
    pub(super) fn push_block(&mut self, whole: Span) {
        let around = self.scopes.last().map_or(0, |scope| scope.temporaries);
        self.open(whole, around);
    }

    fn open(&mut self, whole: Span, temporaries: usize) {
        self.scopes.push(Scope {
            drops: Vec::new(),
            names: self.names.len(),
            end: last_char(whole),
            temporaries,
        });
    }

    /// Closes the innermost scope.
    pub(super) fn pop_scope(&mut self) {
        self.emit_drops(self.scopes.len().saturating_sub(1), None);
        if let Some(scope) = self.scopes.pop() {
            self.names.truncate(scope.names);
        }
    }

    /// Whether the innermost scope has anything to drop.
    pub(super) fn has_drops(&self) -> bool {
        self.scopes.last().is_some_and(|s| !s.drops.is_empty())
    }

    /// Whether the innermost scope drops `local`.
    pub(super) fn is_scheduled(&self, local: LocalId) -> bool {
        let drops = self.scopes.last().map_or(&[][..], |scope| &scope.drops);
        drops.iter().any(|entry| entry.local == local)
    }

    /// Drops `local` at the end of the innermost scope.
    pub(super) fn schedule(&mut self, local: LocalId, why: DropWhy) {
        self.schedule_in(self.scopes.len().saturating_sub(1), local, why);
    }

    /// Drops a temporary of the code in the innermost scope when its time has come.
    pub(super) fn schedule_temporary(&mut self, local: LocalId) {
        let scope = self.scopes.last().map_or(0, |scope| scope.temporaries);
        self.schedule_in(scope, local, DropWhy::Temporary);
    }

    /// Drops `local` at the end of that scope.
    pub(super) fn schedule_in(&mut self, scope: usize, local: LocalId, why: DropWhy) {
        if scope >= self.scopes.len() {
            return;
        }
        let entry = Scheduled {
            local,
            why,
            cleanup: None,
            exit: None,
        };
        self.scopes[scope].drops.push(entry);
        // The ways out of the scopes inside now lead through one more drop.
        for inner in &mut self.scopes[scope + 1..] {
            for entry in &mut inner.drops {
                entry.cleanup = None;
                entry.exit = None;
            }
        }
    }

    /// Drops of all scopes from `depth` on: at the end of each, or where a jump leaves them.
    fn emit_drops(&mut self, depth: usize, jump: Option<Span>) {
        for scope in (depth..self.scopes.len()).rev() {
            for entry in (0..self.scopes[scope].drops.len()).rev() {
                self.emit_drop(scope, entry, jump);
            }
        }
    }

    fn emit_drop(&mut self, scope: usize, entry: usize, jump: Option<Span>) {
        let scope = &self.scopes[scope];
        let Scheduled { local, why, .. } = scope.drops[entry];
        let at = jump.unwrap_or(scope.end);
        self.push(StmtKind::Drop(Place::local(local), why), at);
    }

    /// Leaves all scopes from `depth` on and goes to `target`.
    pub(super) fn leave_to(&mut self, depth: usize, target: BlockId) {
        self.emit_drops(depth, None);
        self.diverge(Terminator::Goto(target));
    }

    /// The same by a jump that is written there.
    pub(super) fn jump_to(&mut self, depth: usize, target: BlockId, jump: Span) {
        self.emit_drops(depth, Some(jump));
        self.diverge(Terminator::Goto(target));
    }

    /// A block that leaves all scopes from `depth` on and goes to `target`.
    pub(super) fn edge(&mut self, depth: usize, target: BlockId) -> BlockId {
        if self.scopes[depth.min(self.scopes.len())..]
            .iter()
            .all(|s| s.drops.is_empty())
        {
            return target;
        }
        let here = self.at;
        let block = self.new_block();
        self.at = block;
        self.emit_drops(depth, None);
        self.goto(target);
        self.at = here;
        block
    }

    /// Returns, dropping everything; the drops are shared with other returns.
    pub(super) fn leave_body(&mut self) {
        let exit = self.return_exit();
        self.diverge(Terminator::Goto(exit));
    }

    /// Where returning from here begins. Each scope's drops make a block of their own, so that the
    /// ways out of inner scopes meet there.
    fn return_exit(&mut self) -> BlockId {
        let here = self.at;
        let mut first = None;
        for scope in (0..self.scopes.len()).rev() {
            let count = self.scopes[scope].drops.len();
            for entry in (0..count).rev() {
                if let Some(known) = self.scopes[scope].drops[entry].exit {
                    return self.exit_begins(first, known, here);
                }
                if entry + 1 == count {
                    let block = self.new_block();
                    first = Some(self.exit_step(first, block));
                    self.scopes[scope].drops[entry].exit = Some(block);
                }
                self.emit_drop(scope, entry, None);
            }
        }
        let bare = self.bare_return();
        self.exit_begins(first, bare, here)
    }

    /// Goes on with `block`; gives back the first of the way out.
    fn exit_step(&mut self, first: Option<BlockId>, block: BlockId) -> BlockId {
        if first.is_some() {
            self.goto(block);
        }
        self.at = block;
        first.unwrap_or(block)
    }

    /// Ends a way out with `rest`.
    fn exit_begins(&mut self, first: Option<BlockId>, rest: BlockId, here: BlockId) -> BlockId {
        if first.is_some() {
            self.goto(rest);
        }
        self.at = here;
        first.unwrap_or(rest)
    }

    fn bare_return(&mut self) -> BlockId {
        if let Some(block) = self.return_block {
            return block;
        }
        let here = self.at;
        let block = self.new_block();
        self.at = block;
        self.end(Terminator::Return);
        self.at = here;
        self.return_block = Some(block);
        block
    }

    /// What unwinding from here does first.
    pub(super) fn unwind(&mut self) -> Option<CleanupId> {
        let mut fresh = Vec::new();
        let mut parent = None;
        'search: for (ix, scope) in self.scopes.iter().enumerate().rev() {
            for (entry, scheduled) in scope.drops.iter().enumerate().rev() {
                if scheduled.cleanup.is_some() {
                    parent = scheduled.cleanup;
                    break 'search;
                }
                fresh.push((ix, entry));
            }
        }
        for (ix, entry) in fresh.into_iter().rev() {
            let scheduled = &mut self.scopes[ix].drops[entry];
            let id = CleanupId(self.cleanups.len() as u32);
            self.cleanups.push(Cleanup {
                parent,
                local: scheduled.local,
            });
            scheduled.cleanup = Some(id);
            parent = Some(id);
        }
        parent
    }
}

/// The last character of a range: a closing brace, a semicolon.
fn last_char(span: Span) -> Span {
    let column = span.hi.column.saturating_sub(1);
    let lo = Pos { column, ..span.hi };
    Span {
        lo: lo.max(span.lo),
        ..span
    }
}
