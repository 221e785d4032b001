//! Handles and blocks of libraries that a foreign routine only uses, and those that it takes over.

use super::block::{Birth, Block, Family, Taken};
use super::call::Outcome;
use super::machine::Machine;
use super::object::Object;
use super::state::State;
use super::value::{Value, ValueId};
use crate::event::{Act, NonHeap};
use crate::families::{Effect, Kind, Routine, Success};
use crate::symbol;
use crate::types::Ty;
use std::rc::Rc;

impl Machine<'_> {
    /// Whether a routine out of view does not take over a library's block that is this argument of it.
    /// Of a counted one it may hold a count afterwards.
    pub(crate) fn is_only_used(
        &self,
        st: &mut State,
        arg: ValueId,
        at: usize,
        routine: &str,
        ret: &Ty,
    ) -> bool {
        let Value::Ptr(p) = self.arena.get(arg) else {
            return false;
        };
        let Some(block) = st.block(p.object).filter(|block| block.is_live()) else {
            return false;
        };
        let Family::Known(family) = block.family else {
            return false;
        };
        let routine = last(routine);
        if at == 0 && self.is_handle_in_use(block, routine) {
            return true;
        }
        let family = self.families.family(family);
        if !family.uses.iter().any(|prefix| routine.starts_with(prefix)) {
            return false;
        }
        // What returns a pointer may return its argument.
        let looks = at == 0 && (!matches!(ret, Ty::Ptr(..)) || routine.contains("Get"));
        let counts = family.kind == Kind::Refcount && !looks;
        if let Some(block) = st.block_mut(p.object).filter(|_| counts) {
            block.shared = true;
        }
        true
    }

    /// A library's handle, given first to another routine of the library: that one acts on it and does
    /// not take it over, unless its name says that it ends.
    fn is_handle_in_use(&self, block: &Block, routine: &str) -> bool {
        let (Family::Known(family), Birth::Routine(by)) = (&block.family, &block.birth) else {
            return false;
        };
        let family = self.families.family(*family);
        let acts = match &family.acts[..] {
            [] => {
                family.kind == Kind::Resource
                    && library_prefix(last(&by.name))
                        .is_some_and(|prefix| routine.starts_with(prefix))
            }
            acts => acts.iter().any(|prefix| routine.starts_with(prefix)),
        };
        acts && !says_end(routine)
    }

    /// Whether an argument is the address of a variable that holds null: an error may be told there
    /// (`GError **`), so that nobody asks whether the result is null.
    pub(crate) fn has_error_slot(&mut self, st: &State, args: &[ValueId]) -> bool {
        args.iter().any(|&arg| {
            self.pointee(arg).is_some_and(|slot| {
                matches!(self.objects.get(slot.object), Object::Local(..))
                    && self.load(st, &slot) == ValueId::ZERO
            })
        })
    }

    /// A routine of which only a part is known releases what another one lent.
    pub(crate) fn judge_lent(
        &mut self,
        st: &mut State,
        routine: &Routine,
        name: &str,
        args: &[ValueId],
    ) {
        for effect in &routine.effects {
            if let Effect::Release {
                arg,
                through: false,
            } = effect
                && let Some(&pointer) = args.get(*arg as usize)
                && let Some(by) = self.lent_by(pointer)
            {
                let claim = self.claim(routine, name, Act::Release);
                let by = by.to_string();
                self.report_nonheap(st, pointer, claim, NonHeap::Lent { by });
            }
        }
    }

    /// The call of a routine that takes blocks over for good, if its status says so.
    pub(crate) fn take_over(
        &mut self,
        mut outcomes: Vec<Outcome>,
        routine: &Routine,
        name: &str,
        args: &[ValueId],
    ) -> Vec<Outcome> {
        for effect in &routine.effects {
            let Effect::Take { arg, success } = *effect else {
                continue;
            };
            let Some(Value::Ptr(p)) = args.get(arg as usize).map(|&arg| self.arena.get(arg)) else {
                continue;
            };
            let object = p.object;
            let by = self.claim(routine, name, Act::Release).by;
            let at = self.report_place().site;
            for (st, status) in &mut outcomes {
                self.escape(st, args[arg as usize]);
                if let Some(block) = st.block_mut(object) {
                    block.taken = Some(Rc::new(Taken {
                        by: by.clone(),
                        at,
                        status: *status,
                        success,
                    }));
                }
            }
        }
        outcomes
    }

    /// Who took the block over, as far as the path knows.
    pub(crate) fn taken_over(&self, st: &State, block: &Block) -> Option<Rc<Taken>> {
        let taken = block.taken.clone()?;
        let fact = st.fact(taken.status);
        let zero = fact.is_some_and(|f| f.lo >= 0 && f.hi <= 0);
        let other = fact.is_some_and(|f| f.lo > 0 || f.hi < 0 || f.not.contains(&0));
        let refused = match taken.success {
            None | Some(Success::Always) => false,
            Some(Success::Zero) => other,
            Some(Success::Nonzero | Success::Positive) => zero,
            Some(Success::Nonnegative) => fact.is_some_and(|f| f.hi < 0),
        };
        (!refused).then_some(taken)
    }
}

/// The end of a path.
fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

/// What the names of a C library's routines begin with: `git_`, `SDL_`, `PQ`.
fn library_prefix(name: &str) -> Option<&str> {
    let capitals = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let at = match name.find('_') {
        Some(at) if at >= 2 => at + 1,
        _ if capitals >= 2 && capitals < name.len() => capitals,
        _ => return None,
    };
    name.get(..at)
}

/// Whether a routine's name says that its subject ends or changes hands.
fn says_end(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "free",
        "close",
        "destroy",
        "delete",
        "dispose",
        "release",
        "unref",
        "finish",
        "fini",
        "final",
        "term",
        "quit",
        "shutdown",
        "cleanup",
        "clear",
        "drop",
        "steal",
        "take",
        "own",
        "give",
        "pop",
        "detach",
        "attach",
        "adopt",
        "transfer",
        "move",
        "consume",
        "abort",
        "discard",
        "exit",
        "kill",
        "reset",
        "del",
        "end",
        "done",
        "deinit",
        "uninit",
        "unload",
        "stop",
        "disconnect",
        "remove",
    ];
    // `closeall` ends as `close` does, but `send` is not `end`.
    let says = |word: &String, end: &str| {
        word == end || end.len() > 3 && (word.starts_with(end) || word.ends_with(end))
    };
    let words = symbol::words(name);
    words
        .iter()
        .any(|word| ENDS.iter().any(|end| says(word, end)))
}
