//! Calls of which only the name is known: what they may keep, change and release.

use super::block::{Block, Escape, Status};
use super::call::Outcome;
use super::cloned::Handed;
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::state::State;
use super::value::{Source, Tag, Value, ValueId};
use crate::event::{Act, Usage};
use crate::name::Name;
use crate::resolve::AdtId;
use crate::symbol;
use crate::types::Ty;

impl Machine<'_> {
    /// A call of which only the name is known.
    pub(crate) fn unknown_call(
        &mut self,
        mut st: State,
        name: Name,
        foreign: bool,
        args: Vec<ValueId>,
        ret: &Ty,
    ) -> Vec<Outcome> {
        self.audit_unknown(&st, name.as_str(), &args, ret);
        let takes_over = args.iter().any(|&a| self.is_destructor(a));
        if foreign && takes_over {
            self.judge_destructor(&mut st, &args);
        }
        let given = if foreign && takes_over {
            self.callback_data(&st, name.as_str(), &args)
        } else {
            Vec::new()
        };
        for &arg in &args {
            self.check_passed(&mut st, arg, name);
            if self.handed.len() < 64 {
                let at = self.report_place().site;
                self.handed.push(Handed {
                    to: name,
                    value: arg,
                    at,
                    counts_down: false,
                });
            }
        }
        let lent = match foreign && !takes_over {
            true => self.lendable(&st, &args),
            false => Vec::new(),
        };
        for (at, &arg) in args.iter().enumerate() {
            if foreign && self.is_only_used(&mut st, arg, at, name.as_str(), ret) {
                // It acts on the handle, whose memory nobody reads.
            } else if foreign && !takes_over {
                self.pass_to_foreign(&mut st, arg, name.as_str());
            } else {
                self.escape(&mut st, arg);
            }
            let source = if foreign {
                Source::ForeignOut(name)
            } else {
                Source::Plain
            };
            self.havoc(&mut st, arg, source);
        }
        if !foreign || asks_for_failure(name.as_str()) {
            self.judge_status(&mut st, &args);
        }
        if *ret == Ty::Never {
            return Vec::new();
        }
        let source = if foreign {
            Source::ForeignResult(name)
        } else {
            Source::Plain
        };
        let value = self.fresh(&mut st, 0, source);
        self.lend(&mut st, lent, name.as_str(), &args, value);
        if foreign && takes_over && !matches!(ret, Ty::Ptr(..)) {
            self.give_data(&mut st, &given, value);
        }
        vec![(st, value)]
    }

    /// A status goes to a function out of view, or to a routine that judges it: whether it says that
    /// the block was made is decided there, and the outcome may be taken for a failure here though
    /// it was none.
    pub(crate) fn judge_status(&mut self, st: &mut State, args: &[ValueId]) {
        if st.blocks().iter().all(|(_, block)| block.told_by.is_none()) {
            return;
        }
        let mut seen = args.to_vec();
        for &arg in args {
            if let Some(loc) = self.pointee(arg) {
                seen.push(self.load(st, &loc));
            }
        }
        let told: Vec<ObjectId> = st
            .blocks()
            .iter()
            .filter(|(_, block)| block.told_by.is_some_and(|s| seen.contains(&s)))
            .map(|e| e.0)
            .collect();
        for object in told {
            if let Some(block) = st.block_mut(object) {
                block.escape = Escape::Away;
            }
        }
    }

    /// A status is compared with a constant of which only the name is known.
    pub(crate) fn judge_by_name(&mut self, st: &mut State, a: ValueId, b: ValueId) {
        for (value, constant) in [(a, b), (b, a)] {
            let unknown = match self.arena.get(constant) {
                Value::Extern(_) => true,
                Value::Apply(name, args) => args.is_empty() && name.as_str().starts_with('?'),
                _ => false,
            };
            if unknown {
                self.judge_status(st, &[value]);
            }
        }
    }

    /// Data of a callback: if the call fails, nobody took it. A function among the arguments that
    /// releases takes it in any case.
    pub(crate) fn give_data(&mut self, st: &mut State, given: &[ObjectId], status: ValueId) {
        for &object in given {
            if let Some(block) = st.block_mut(object) {
                block.escape = Escape::Given(status);
            }
        }
    }

    /// Blocks that Rust gave up to be passed here directly, beside functions that do not release, or
    /// that run later or never.
    pub(crate) fn callback_data(&self, st: &State, to: &str, args: &[ValueId]) -> Vec<ObjectId> {
        if !self.families.starts_thread(to) && args.iter().any(|&a| self.may_release(a)) {
            return Vec::new();
        }
        let data = args.iter().filter_map(|&a| match self.arena.get(a) {
            Value::Ptr(p) => Some(p.object),
            _ => None,
        });
        data.filter(|&object| {
            st.block(object).is_some_and(|b| {
                b.escape == Escape::No && b.disowned.is_some() && !b.is_forgotten()
            })
        })
        .collect()
    }

    /// Whether a function value may release: all but those in view that mention no routine.
    fn may_release(&self, v: ValueId) -> bool {
        match self.arena.get(v) {
            Value::Func(id, _) => match self.program.func(*id).body {
                Some(body) => self.mentions_routine(body),
                None => true,
            },
            Value::Extern(_) | Value::Closure { .. } => true,
            Value::Agg { parts, .. } => parts.iter().any(|p| self.may_release(p.1)),
            _ => false,
        }
    }

    /// A function passed along takes the ownership of what is passed with it.
    pub(crate) fn is_destructor(&self, v: ValueId) -> bool {
        match self.arena.get(v) {
            Value::Func(..) | Value::Extern(_) | Value::Closure { .. } => true,
            Value::Agg { parts, .. } => parts.iter().any(|p| self.is_destructor(p.1)),
            _ => false,
        }
    }

    /// A pointer that is only an argument of foreign calls is remembered as that.
    pub(crate) fn pass_to_foreign(&mut self, st: &mut State, arg: ValueId, name: &str) {
        let site = self.here();
        let direct = match self.arena.get(arg) {
            Value::Ptr(p) => Some(p.object),
            _ => None,
        };
        let known: Vec<(ObjectId, Escape)> = st
            .blocks()
            .iter()
            .filter(|(object, block)| {
                self.is_raw_text(block) && matches!(block.escape, Escape::Element(_))
                    || direct == Some(*object)
                        && (self.is_raw_text(block) || block.is_forgotten() || block.cell)
                        && matches!(block.escape, Escape::No | Escape::Borrowed(..))
            })
            .map(|(object, block)| (*object, block.escape))
            .collect();
        self.escape(st, arg);
        for (object, before) in known {
            if let Some(block) = st.block_mut(object) {
                block.escape = match before {
                    Escape::Element(_) => before,
                    _ => Escape::Borrowed(Name::new(name), site),
                };
            }
        }
    }

    /// A block that ended must not be passed on.
    pub(crate) fn check_passed(&mut self, st: &mut State, arg: ValueId, name: Name) {
        let mut object = match self.arena.get(arg) {
            Value::Ptr(p) => p.object,
            // A pointer of the caller's.
            Value::Param(_) | Value::Part(..) => {
                let ended = |b: &Block| matches!(b.status, Status::Ended(_));
                if !st.blocks().iter().any(|(_, block)| ended(block)) {
                    return;
                }
                self.objects.add(Object::Pointee(arg))
            }
            _ => return,
        };
        if let Some(inner) = self.lent_element(st, object) {
            object = inner;
        }
        if let Some(block) = st.block(object)
            && let Status::Ended(end) = &block.status
            && !block.reported
        {
            let end = end.clone();
            let used = Usage::Passed {
                to: name.to_string(),
            };
            self.report_use_after(st, object, &end, used);
        }
    }

    /// What some pointer in a list points at, if its owner was dropped after it lent the pointer.
    pub(crate) fn lent_element(&mut self, st: &State, list: ObjectId) -> Option<ObjectId> {
        if st.block(list).is_some_and(|b| !b.is_live()) {
            return None;
        }
        let value = self.root_value(st, list);
        let Value::Agg {
            tag: Tag::None | Tag::Array,
            parts,
            ..
        } = self.arena.get(value)
        else {
            return None;
        };
        parts
            .iter()
            .find_map(|(_, part)| match self.arena.get(*part) {
                Value::Ptr(p) => st
                    .block(p.object)
                    .is_some_and(|b| {
                        b.lent && matches!(&b.status, Status::Ended(end) if end.by.act == Act::Drop)
                    })
                    .then_some(p.object),
                _ => None,
            })
    }

    /// Whether an unknown function value is a foreign one.
    pub(crate) fn is_foreign_value(&self, v: ValueId) -> bool {
        self.foreign_source(v).is_some()
    }

    /// Whether a type in view mirrors a foreign one.
    pub(crate) fn is_foreign_adt(&self, adt: AdtId) -> bool {
        is_foreign_path(&self.program.adt(adt).canonical)
    }
}

/// Whether a path leads into bindings of a foreign library.
pub(crate) fn is_foreign_path(path: &str) -> bool {
    let Some((front, _)) = path.rsplit_once("::") else {
        return false;
    };
    front.split("::").any(|segment| {
        segment.ends_with("_sys")
            || matches!(
                segment,
                "libc" | "winapi" | "ntapi" | "ffi" | "sys" | "raw" | "bindings" | "bindgen" | "c"
            )
    })
}

/// Whether a routine judges a status by its name, as `ZSTD_isError` does.
fn asks_for_failure(routine: &str) -> bool {
    const OUTCOMES: [&str; 6] = ["error", "err", "failed", "failure", "success", "succeeded"];
    let words = symbol::words(routine);
    let is_outcome = |word: &String| OUTCOMES.contains(&word.as_str());
    match &words[..] {
        [.., asked, last] => is_outcome(last) && matches!(asked.as_str(), "is" | "has" | "was"),
        _ => false,
    }
}
