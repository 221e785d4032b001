//! Lent blocks: a foreign routine got a block as an argument, and the caller still has to release it.
//!
//! A routine of which only the name is known may keep what it gets. Where some function of the crate
//! releases a block after the routine had it, it did not; so a function that gives it such a block
//! and loses the block loses it for good. What the call's status said counts: a routine may take a
//! block over only if it succeeds.
//!
//! Handles that are often kept for the whole run are lost for good where the function gives up, if
//! the crate releases such handles elsewhere.

use super::block::{Birth, Block, Escape, Family, Null};
use super::machine::Machine;
use super::noted::Noted;
use super::object::ObjectId;
use super::state::State;
use super::tidy::Reach;
use super::value::{Tag, Value, ValueId};
use crate::event::{Event, EventKind, Loss};
use crate::families::FamilyId;
use crate::name::Name;
use crate::span::Span;
use crate::types::Ty;
use rustc_hash::FxHashSet;
use std::rc::Rc;

/// Foreign calls that got the block itself as an argument; sorted.
pub(crate) type Lent = Rc<[Call]>;

/// A foreign call.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Call {
    to: Name,
    /// Which argument the block is.
    at: usize,
    /// The arguments that are constants: one of them may be a flag.
    numbers: Rc<[Option<i128>]>,
    /// What the call returned.
    pub(crate) status: ValueId,
}

/// A block that is an argument, which one, and the calls that had it before.
pub(crate) type Lendable = (usize, ObjectId, Lent);

/// Calls beyond which nothing is followed.
const CALLS: usize = 8;

/// What a path knows of a call's status.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Said {
    /// Nothing: nobody asked.
    Nothing,
    /// It is zero, or null, or in a range that has zero in it (`status >= 0`).
    Zero,
    /// It is not.
    Other,
    /// It was asked for something else.
    Asked,
}

/// A foreign routine that had a block, as which argument, beside which constants, and what its
/// status said.
pub(crate) type Borrower = (Name, usize, Vec<Option<i128>>, Said);

/// A loss that stands if what it rests on is shown somewhere.
#[derive(Clone)]
pub(crate) struct Suspect {
    /// The routines that had the block.
    pub(crate) lent: Vec<Borrower>,
    /// The family of which something has to be released.
    pub(crate) family: Option<FamilyId>,
    pub(crate) event: Event,
}

impl Machine<'_> {
    /// The blocks that a foreign routine is about to get, if nobody but such routines had them.
    pub(crate) fn lendable(&self, st: &State, args: &[ValueId]) -> Vec<Lendable> {
        let direct = (0..)
            .zip(args)
            .filter_map(|(at, arg)| match self.arena.get(*arg) {
                Value::Ptr(p) => Some((at, p.object)),
                _ => None,
            });
        let lendable = direct.filter_map(|(at, object)| {
            let block = st.block(object).filter(|b| self.is_librarys(b))?;
            let before = match (&block.lent_to, block.escape) {
                (Some(lent), _) => lent.clone(),
                (None, Escape::No) => Rc::from([]),
                (None, _) => return None,
            };
            (before.len() < CALLS).then_some((at, object, before))
        });
        lendable.collect()
    }

    /// A library's block that was made in view.
    fn is_librarys(&self, block: &Block) -> bool {
        block.is_live()
            && block.disowned.is_none()
            && matches!(block.birth, Birth::Routine(_))
            && match block.family {
                Family::Known(family) => !self.families.family(family).is_rust(),
                Family::Foreign(_) | Family::Unknown => false,
            }
    }

    /// A foreign routine got blocks as its arguments, and nothing else did.
    pub(crate) fn lend(
        &self,
        st: &mut State,
        blocks: Vec<Lendable>,
        to: &str,
        args: &[ValueId],
        status: ValueId,
    ) {
        if blocks.is_empty() {
            return;
        }
        let to = Name::new(to.rsplit("::").next().unwrap_or(to));
        let numbers: Rc<[Option<i128>]> = args.iter().map(|&a| self.constant(st, a)).collect();
        for (at, object, before) in blocks {
            let Some(block) = st.block_mut(object).filter(|b| b.escape != Escape::No) else {
                continue;
            };
            let numbers = numbers.clone();
            let call = Call {
                to,
                at,
                numbers,
                status,
            };
            let mut calls = before.to_vec();
            if let Err(at) = calls.binary_search(&call) {
                calls.insert(at, call);
            }
            block.lent_to = Some(calls.into());
        }
    }

    /// What the path knows of the calls that had a block.
    fn borrowers(&self, st: &State, lent: &Lent) -> Vec<Borrower> {
        let borrower = |c: &Call| (c.to, c.at, c.numbers.to_vec(), self.said(st, c.status));
        let mut calls: Vec<Borrower> = lent.iter().map(borrower).collect();
        calls.sort_unstable();
        calls.dedup();
        calls
    }

    fn said(&self, st: &State, status: ValueId) -> Said {
        if let Value::Ptr(made) = self.arena.get(status) {
            return match st.block(made.object).map(|block| block.null) {
                Some(Null::Yes) => Said::Zero,
                Some(Null::No) => Said::Other,
                Some(Null::Maybe) | None => Said::Nothing,
            };
        }
        let Some(fact) = st.fact(status) else {
            return Said::Nothing;
        };
        if fact.lo > 0 || fact.hi < 0 || fact.not.contains(&0) {
            Said::Other
        } else if (fact.lo, fact.hi) != (i128::MIN, i128::MAX) {
            Said::Zero
        } else if fact.not.is_empty() {
            Said::Nothing
        } else {
            Said::Asked
        }
    }

    /// A block is released by its own family: who had it before did not take it over.
    pub(crate) fn note_given_back(&mut self, st: &State, object: ObjectId, family: Family) {
        let Some(block) = st.block(object).filter(|b| b.is_live()) else {
            return;
        };
        if let Family::Known(family) = family {
            self.noted.released.insert(family);
        }
        if block.family != family {
            return;
        }
        if let Some(lent) = &block.lent_to {
            let calls = self.borrowers(st, lent);
            if !self.noted.given_back.contains(&calls) {
                self.noted.given_back.push(calls);
            }
        }
    }

    /// An end of the root in which a block is left that routines had: if the root does not give up
    /// there, they may have taken it over, and what releases it elsewhere is what is done if they fail.
    pub(crate) fn note_left(&mut self, st: &State, result: ValueId) {
        if self.noted.given_back.is_empty() || self.gives_up(result) {
            return;
        }
        let mut owned = Vec::new();
        self.in_owners(result, false, &mut owned);
        let left = |(object, b): &&(ObjectId, Block)| {
            b.is_live() && b.null != Null::Yes && !owned.contains(object)
        };
        let blocks = st.blocks().iter().filter(left);
        let calls = blocks.flat_map(|(_, block)| block.lent_to.iter().flat_map(|lent| lent.iter()));
        self.noted.left.extend(calls.map(|call| (call.to, call.at)));
    }

    /// What values of types with a `Drop` point at within a value.
    fn in_owners(&self, value: ValueId, within: bool, out: &mut Vec<ObjectId>) {
        match self.arena.get(value) {
            Value::Ptr(p) if within => out.push(p.object),
            Value::Agg { tag, parts, .. } => {
                let owner = |adt| !self.is_stub_adt(adt) && self.program.drop_impl(adt).is_some();
                let within = within || matches!(tag, Tag::Adt(adt, _) if owner(*adt));
                parts
                    .iter()
                    .for_each(|part| self.in_owners(part.1, within, out));
            }
            _ => {}
        }
    }

    /// A root is done: what its releases show counts if they are the same on all of its paths.
    pub(crate) fn settle_given_back(&mut self) {
        let left = std::mem::take(&mut self.noted.left);
        let whole = !self.capped;
        let stands = |call: &Borrower| whole && !left.contains(&(call.0, call.1));
        let given_back = &mut self.noted.given_back;
        given_back.retain(|calls| calls.iter().all(stands));
    }

    /// A routine of a family gets a pointer to keep or to release: the same holds if it is one of its
    /// own blocks.
    pub(crate) fn note_passed_back(&mut self, st: &State, pointer: ValueId, family: FamilyId) {
        self.noted.released.insert(family);
        if let Value::Ptr(p) = self.arena.get(pointer) {
            let object = p.object;
            self.note_given_back(st, object, Family::Known(family));
        }
    }

    /// Blocks that are lost if the routines that had them did not take them over.
    pub(crate) fn suspected(&mut self, st: &State, result: ValueId, kept: &Reach) -> Vec<ObjectId> {
        let gives_up = self.gives_up(result);
        let suspect = |(object, block): &(ObjectId, Block)| {
            self.may_be_suspected(st, block, gives_up) && !kept.has(*object)
        };
        let found = st.blocks().iter().filter(|e| suspect(e));
        found.map(|e| e.0).collect()
    }

    /// Whether the last pointer to the block would be missed, but for what is not known yet.
    pub(crate) fn may_be_suspected(&self, st: &State, block: &Block, gives_up: bool) -> bool {
        let Family::Known(family) = block.family else {
            return false;
        };
        let family = self.families.family(family);
        self.is_librarys(block)
            && !block.reported
            && !block.kept
            && !block.may_be_nothing()
            && block.owners <= 0
            && (block.escape == Escape::No || block.lent_to.is_some())
            && (family.leaks || gives_up)
            && !self.may_be_lost(st, block)
    }

    /// Notes a loss that stands if it is borne out.
    pub(crate) fn suspect(&mut self, st: &mut State, object: ObjectId, how: Loss, at: Span) {
        let Some(block) = st.block(object) else {
            return;
        };
        let lent = match &block.lent_to {
            Some(lent) => self.borrowers(st, lent),
            None => Vec::new(),
        };
        let family = match block.family {
            Family::Known(id) if !self.families.family(id).leaks => Some(id),
            _ => None,
        };
        let (before, made_at) = (self.events.len(), block.born_at);
        self.report_lost(st, object, how, at);
        if self.events.len() > before
            && let Some(event) = self.events.pop()
        {
            self.retract(&event, made_at);
            self.noted.suspects.push(Suspect {
                lent,
                family,
                event,
            });
        }
    }

    /// Whether what a function returns says that it failed: an error, nothing, a null pointer.
    pub(crate) fn gives_up(&self, result: ValueId) -> bool {
        match self.arena.get(result) {
            Value::Agg {
                tag: Tag::Adt(adt, variant),
                ..
            } => matches!(self.variant_name(*adt, *variant).as_str(), "Err" | "None"),
            Value::Int(0) => self
                .root
                .is_some_and(|id| matches!(self.program.signature(id).ret, Ty::Ptr(..))),
            _ => false,
        }
    }
}

/// The losses that the rest of the crate bears out.
pub(crate) fn borne_out(noted: &Noted) -> Vec<Event> {
    let mut seen = FxHashSet::default();
    let told = |suspect: &&Suspect| {
        suspect.family.is_none_or(|f| noted.released.contains(&f)) && is_shown(&suspect.lent, noted)
    };
    let found = noted.suspects.iter().filter(told);
    let events = found.map(|suspect| suspect.event.clone());
    events
        .filter(|event| matches!(event.kind, EventKind::Lose { .. }) && seen.insert(event.site))
        .collect()
}

/// Whether of each routine that had the block it is shown that it takes nothing over, by releases
/// before which no other routine had the block either.
fn is_shown(lent: &[Borrower], noted: &Noted) -> bool {
    let same = |one: &Borrower, other: &Borrower| (one.0, one.1) == (other.0, other.1);
    let differ = |(one, other): (&Option<i128>, &Option<i128>)| matches!((one, other), (Some(a), Some(b)) if a != b);
    let fits = |one: &Borrower, other: &Borrower| {
        same(one, other)
            && (other.3 == Said::Nothing || one.3 == other.3)
            && !one.2.iter().zip(other.2.iter()).any(differ)
    };
    lent.iter().all(|one| {
        noted.given_back.iter().any(|calls| {
            calls.iter().any(|other| fits(one, other))
                && calls
                    .iter()
                    .all(|other| lent.iter().any(|one| same(one, other)))
        })
    })
}
