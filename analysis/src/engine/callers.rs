//! Callers: whether a function calls one of those that act on their caller's memory, as far as its
//! types tell, and whether a root is one of those. A name alone is shared by too many functions.

use super::block::{Birth, Block, Escape, Status};
use super::interest::HotNames;
use super::machine::Machine;
use super::state::State;
use super::value::ValueId;
use crate::event::Act;
use crate::ir::{Base, BlockId, Call, Callee, Operand, Rvalue, StmtKind};
use crate::name::Name;
use crate::resolve::{BodyRef, FnId};
use crate::types::CalleeRef;
use rustc_hash::FxHashSet;

/// The functions that were seen to act, and their names.
pub(crate) struct Acting<'a> {
    pub(crate) functions: &'a FxHashSet<FnId>,
    pub(crate) names: &'a HotNames,
}

impl Machine<'_> {
    /// Whether the function may call one of them, by itself or in its closures. One that it only
    /// names may be called wherever it goes, and so may one whose receiver is not known.
    pub(crate) fn may_call(&mut self, id: FnId, body: BodyRef, acting: &Acting<'_>) -> bool {
        let krate = self.program.crate_name(self.program.func(id).scope);
        let mut todo = vec![(body, self.types_of(body, Some(id)))];
        while let Some((at, types)) = todo.pop() {
            let code = self.program.body(at);
            for (block, code) in code.blocks.iter().enumerate() {
                let block = BlockId(block as u32);
                for (n, stmt) in code.stmts.iter().enumerate() {
                    let is_acting = match &stmt.kind {
                        StmtKind::Call(call) => {
                            let target = types.calls.get(&(block, n as u32));
                            let callee = target.map(|target| &target.callee);
                            acting.has_callee(krate, call, callee)
                                || call.args.iter().any(|arg| acting.has_named(krate, arg))
                        }
                        StmtKind::Assign(_, Rvalue::Closure { body, .. }) => {
                            let body = *body;
                            if let Some(types) = types.closures.get(&body) {
                                todo.push((BodyRef { body, ..at }, types.clone()));
                            }
                            false
                        }
                        StmtKind::Assign(_, Rvalue::Use(x) | Rvalue::Cast(x, _)) => {
                            acting.has_named(krate, x)
                        }
                        StmtKind::Assign(_, Rvalue::Aggregate { fields, .. }) => {
                            fields.iter().any(|field| acting.has_named(krate, &field.1))
                        }
                        _ => false,
                    };
                    if is_acting {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Whether the caller gets memory of the root's that no owner answers for, or loses the owner
    /// of its own.
    pub(crate) fn hands_out(&mut self, st: &State, result: ValueId) -> bool {
        // Of a block that has ended the caller may get a pointer that dangles.
        let is_raw = |b: &Block| !b.is_live() || b.owners <= 0;
        let mut raw = st.blocks().iter().filter(|(_, b)| is_raw(b));
        let mut back = None;
        raw.any(|(object, block)| {
            !is_settled(block) && !matches!(block.birth, Birth::Routine(_))
                || back
                    .get_or_insert_with(|| self.reach_caller(st, result))
                    .has(*object)
        })
    }
}

/// Whether the block is nobody's business any more who has no pointer to it: it was given away, or
/// its owner has dropped it.
fn is_settled(block: &Block) -> bool {
    match &block.status {
        Status::Live => block.escape == Escape::Away,
        Status::Ended(end) => end.by.act == Act::Drop,
        Status::Unsure => false,
    }
}

impl Acting<'_> {
    fn has_callee(&self, krate: Name, call: &Call, callee: Option<&CalleeRef>) -> bool {
        match (callee, &call.callee) {
            (Some(CalleeRef::Fn(id)), _) => self.functions.contains(id),
            (Some(CalleeRef::TraitMethod(_, name)), _) => self.names.has(krate, *name),
            (_, Callee::Path(path)) => self.names.has(krate, path.last()),
            (_, Callee::Method { name, .. }) => self.names.has(krate, *name),
            (_, Callee::Value(value)) => self.has_named(krate, value),
        }
    }

    /// A function that is named without being called.
    fn has_named(&self, krate: Name, operand: &Operand) -> bool {
        match operand {
            Operand::Place(place) => match &place.base {
                Base::Item(path) => self.names.has(krate, path.last()),
                _ => false,
            },
            _ => false,
        }
    }
}
