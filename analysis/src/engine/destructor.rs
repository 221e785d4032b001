//! Destructors: a function that a foreign call gets beside memory which Rust gave up, and by which the
//! library releases that memory later.

use super::block::{Escape, Family};
use super::call::Callable;
use super::machine::Machine;
use super::object::ObjectId;
use super::state::State;
use super::value::{Value, ValueId};
use crate::event::{Act, EventKind, Fault};
use crate::families::{Effect, Routine};
use crate::resolve::FnId;
use crate::types::Ty;

impl<'p> Machine<'p> {
    /// Looks at the last function among the arguments of a foreign call, if memory that Rust gave up,
    /// one block alone, stands before it: by its family, or by what it does, it has to fit.
    pub(crate) fn judge_destructor(&mut self, st: &mut State, args: &[ValueId]) {
        let Some(at) = args.iter().rposition(|&arg| self.is_destructor(arg)) else {
            return;
        };
        let given = |&arg: &ValueId| self.given_up_whole(st, arg);
        let mut data = args.iter().filter_map(given);
        let (Some(object), None) = (data.next(), data.next()) else {
            return;
        };
        if !args[..at].iter().any(|arg| given(arg) == Some(object)) {
            return;
        }
        let pointer = self.pointer_to(object);
        match self.the_function(args[at]) {
            Some(Value::Extern(path)) => {
                if let Some(routine) = self.families.by_path(path.as_str()) {
                    self.judge_release(st, object, routine, path.as_str());
                }
            }
            Some(Value::Func(id, substs)) => {
                let def = self.program.func(id);
                if def.body.is_some() {
                    if self.is_release(id) {
                        let callee = Callable::Fn(id, substs);
                        self.try_destructor(st, callee, pointer);
                    }
                } else if let Some(routine) = self.families.routine(def.link_name) {
                    self.judge_release(st, object, routine, def.link_name.as_str());
                }
            }
            _ => {}
        }
    }

    /// The block whose start an argument is, if Rust gave it up for this pointer.
    fn given_up_whole(&self, st: &State, arg: ValueId) -> Option<ObjectId> {
        let Value::Ptr(p) = self.arena.get(arg) else {
            return None;
        };
        let block = st.block(p.object)?;
        let whole = p.path.is_empty() && p.offset == ValueId::ZERO;
        let given_up = block.disowned.is_some() && !block.is_forgotten() && block.is_live();
        (whole && given_up && block.escape == Escape::No).then_some(p.object)
    }

    /// A function value, by itself or in an `Option`.
    fn the_function(&self, v: ValueId) -> Option<Value> {
        match self.arena.get(v) {
            Value::Agg { parts, .. } => parts.iter().find_map(|part| self.the_function(part.1)),
            value @ (Value::Func(..) | Value::Extern(_)) => Some(value.clone()),
            _ => None,
        }
    }

    /// A routine of another family.
    fn judge_release(
        &mut self,
        st: &mut State,
        object: ObjectId,
        routine: &'p Routine,
        name: &str,
    ) {
        let release = Effect::Release {
            arg: 0,
            through: false,
        };
        let (Some(theirs), Some(block)) = (routine.family, st.block(object)) else {
            return;
        };
        let Family::Known(ours) = block.family else {
            return;
        };
        let accuse = |id| self.families.family(id).accuse;
        if routine.effects == [release] && ours != theirs && accuse(ours) && accuse(theirs) {
            let mut spoken = name.rsplitn(3, "::");
            let last = spoken.next().unwrap_or(name);
            let name = match spoken.next() {
                Some(front) => format!("{front}::{last}"),
                None => last.to_string(),
            };
            let by = self.claim(routine, &name, Act::Release).by;
            let fault = Fault::OtherFamily;
            let since = [block.site];
            self.emit_here(object, st, EventKind::Reclaim { by, fault }, &since);
        }
    }

    /// Whether a function in view takes one pointer, and its name says that it releases.
    fn is_release(&self, id: FnId) -> bool {
        const WORDS: &[&str] = &[
            "free", "drop", "destroy", "delete", "release", "dealloc", "destruct", "dtor", "finali",
        ];
        let signature = self.program.signature(id);
        let name = self.program.func(id).name.as_str().to_ascii_lowercase();
        matches!(&signature.params[..], [Ty::Ptr(..)]) && WORDS.iter().any(|w| name.contains(w))
    }

    /// Executes a function on the memory, and keeps what is told of a wrong type or family.
    fn try_destructor(&mut self, st: &State, callee: Callable, pointer: ValueId) {
        let before = self.events.len();
        self.invoke(st.clone(), callee, vec![pointer], &Ty::Unknown);
        let told = self.events.split_off(before);
        let wrong = told.into_iter().filter(|event| {
            matches!(
                event.kind,
                EventKind::Reclaim {
                    fault: Fault::OtherFamily | Fault::OtherLayout { .. },
                    ..
                }
            )
        });
        self.events.extend(wrong);
    }
}
