//! Callers: whether a function calls one of those that act on their caller's memory, as far as its
//! types tell, and whether a root is one of those. A name alone is shared by too many functions.

use super::block::{Birth, Block, Escape, Status};
use super::interest::{HotNames, has_pointer};
use super::machine::Machine;
use super::mention::{Named, named};
use super::state::State;
use super::value::ValueId;
use crate::event::Act;
use crate::ir::{Call, Callee};
use crate::name::Name;
use crate::resolve::{BodyRef, FnId, Program};
use crate::types::{CalleeRef, Ty};
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
        let program = self.program;
        let krate = program.crate_name(program.func(id).scope);
        let mut todo = vec![(body, self.types_of(body, Some(id)))];
        let mut found = false;
        while let (false, Some((at, types))) = (found, todo.pop()) {
            named(program.body(at), &mut |what| match what {
                Named::Call(call, stands) => {
                    let callee = types.calls.get(&stands).map(|target| &target.callee);
                    found |= acting.has_callee(program, krate, call, callee);
                }
                Named::Path(path) => found |= acting.names.has_path(krate, path),
                Named::Closure(body) => {
                    let inner = types.closures.get(&body);
                    todo.extend(inner.map(|types| (BodyRef { body, ..at }, types.clone())));
                }
            });
        }
        found
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
    /// Whether the call may mean one of them. The crates' own functions are told by what they are.
    fn has_callee(
        &self,
        program: &Program,
        krate: Name,
        call: &Call,
        callee: Option<&CalleeRef>,
    ) -> bool {
        match (callee, &call.callee) {
            (Some(CalleeRef::Fn(id)), _) if !self.names.are_routines() || is_own(program, *id) => {
                self.functions.contains(id)
            }
            (Some(CalleeRef::TraitMethod(_, name)), _) => self.names.has(krate, *name),
            (_, Callee::Path(path)) => self.names.has_path(krate, path),
            (_, Callee::Method { name, .. }) => self.names.has(krate, *name),
            (_, Callee::Value(_)) => false,
        }
    }
}

/// Whether what the function does with memory stands in its body alone: it is neither foreign nor
/// declared, and makes no owner of a pointer, which would release it where the caller drops it.
fn is_own(program: &Program, id: FnId) -> bool {
    let (def, function) = (program.func(id), program.function(id));
    let pointers = || function.written.params.iter().any(|p| has_pointer(&p.ty));
    !def.stub
        && def.body.is_some()
        && function.pairing.is_none()
        && !(pointers() && may_own(program, &program.signature(id).ret))
}

/// Whether a value of the type may drop something that is the user's.
fn may_own(program: &Program, ty: &Ty) -> bool {
    match ty {
        Ty::Adt(adt, args) => {
            !program.adt(*adt).stub && program.drop_impl(*adt).is_some()
                || args.iter().any(|arg| may_own(program, arg))
        }
        Ty::Tuple(all) => all.iter().any(|ty| may_own(program, ty)),
        _ => false,
    }
}
