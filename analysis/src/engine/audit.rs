//! The audit's ledger: for each statement of a root that touches memory by hand, what became of it.
//!
//! What is noted is noted of a block in all states together: where states become one, nothing of what
//! either has seen is lost. Off, it costs one test a hook.

use super::block::{Block, Escape, Family, Null, Status};
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::release::Claim;
use super::state::State;
use super::value::{Key, Source, Value, ValueId};
use crate::audit::{End, Gap};
use crate::event::{Act, StepKind};
use crate::ir::BlockId;
use crate::name::Name;
use crate::resolve::BodyRef;
use crate::types::{Same, Ty};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// A statement of a body.
pub(crate) type Spot = (BodyRef, BlockId, u32);

/// What is known of a block, or of a statement.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    pub(crate) ends: BTreeSet<End>,
    pub(crate) gaps: BTreeSet<Gap>,
}

impl Log {
    /// Takes over what another knows.
    pub(crate) fn join(&mut self, other: &Log) {
        self.ends.extend(other.ends.iter().cloned());
        self.gaps.extend(other.gaps.iter().cloned());
    }
}

/// What one root has shown.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) on: bool,
    spots: FxHashMap<Spot, FxHashSet<ObjectId>>,
    blocks: FxHashMap<ObjectId, Log>,
    /// What is wrong with a statement, whatever its blocks.
    own: FxHashMap<Spot, Log>,
    /// Closures that code out of view has got.
    loose: FxHashSet<BodyRef>,
    /// What is being called, and by which statement.
    calling: Option<(Spot, Name)>,
}

impl Machine<'_> {
    /// Begins a root.
    pub(crate) fn audit_begin(&mut self) {
        let on = self.ledger.on;
        self.ledger = Ledger {
            on,
            ..Ledger::default()
        };
    }

    /// What the root has shown of each of its statements.
    pub(crate) fn audit_result(&mut self) -> Vec<(Spot, Log)> {
        let capped = self.capped;
        let ledger = std::mem::take(&mut self.ledger);
        self.ledger.on = ledger.on;
        let mut out = Vec::new();
        let root = self.root.and_then(|id| self.program.func(id).body);
        for (spot, objects) in &ledger.spots {
            let mut log = ledger.own.get(spot).cloned().unwrap_or_default();
            for object in objects {
                match ledger.blocks.get(object) {
                    Some(of_block) if of_block.ends.is_empty() && of_block.gaps.is_empty() => {
                        log.gaps.insert(Gap::NoEnd);
                    }
                    Some(of_block) => log.join(of_block),
                    None => {
                        log.gaps.insert(Gap::NoEnd);
                    }
                }
            }
            if capped {
                log.gaps.insert(Gap::Bounds);
            }
            if Some(spot.0) != root && ledger.loose.contains(&spot.0) {
                log.gaps.insert(Gap::Closure);
            }
            out.push((*spot, log));
        }
        out
    }

    /// The innermost statement of the user's code, if it is the root's own.
    fn audit_spot(&self) -> Option<Spot> {
        let active = self.active.iter().rev().find(|a| !a.stub)?;
        active
            .home
            .then_some((active.body, active.block, active.stmt))
    }

    /// The statement at work is being executed.
    pub(crate) fn audit_hit(&mut self) {
        if self.ledger.on
            && let Some(spot) = self.audit_spot()
        {
            self.ledger.spots.entry(spot).or_default();
        }
    }

    fn audit_touch(&mut self, object: ObjectId) {
        if let Some(spot) = self.audit_spot() {
            self.ledger.spots.entry(spot).or_default().insert(object);
        }
        self.ledger.blocks.entry(object).or_default();
    }

    fn audit_gap(&mut self, object: ObjectId, gap: Gap) {
        let log = self.ledger.blocks.entry(object).or_default();
        log.gaps.insert(gap);
    }

    fn audit_good(&mut self, object: ObjectId, end: End) {
        let log = self.ledger.blocks.entry(object).or_default();
        log.ends.insert(end);
    }

    fn audit_own(&mut self, gap: Gap) {
        if let Some(spot) = self.audit_spot() {
            self.ledger.spots.entry(spot).or_default();
            let log = self.ledger.own.entry(spot).or_default();
            log.gaps.insert(gap);
        }
    }

    /// A block is made; one of an earlier round of a loop may bear the same name.
    pub(crate) fn audit_born(&mut self, st: &State, object: ObjectId) {
        if !self.ledger.on {
            return;
        }
        if st.block(object).is_some_and(is_loose) {
            self.audit_gap(object, Gap::Loop);
        }
        self.audit_touch(object);
    }

    /// Something happens to a block.
    pub(crate) fn audit_step(&mut self, object: ObjectId, what: &StepKind) {
        if self.ledger.on && !matches!(what, StepKind::Passed { .. } | StepKind::Moved) {
            self.audit_touch(object);
        }
    }

    /// A routine gets a pointer: whether it can be followed at all.
    pub(crate) fn audit_aim(&mut self, pointer: ValueId) {
        if !self.ledger.on {
            return;
        }
        self.audit_hit();
        let known = match self.arena.get(pointer) {
            Value::Ptr(p) => matches!(
                self.objects.get(p.object),
                Object::Block(..) | Object::Pointee(_)
            ),
            Value::Int(n) => *n == 0,
            Value::Func(..) | Value::Ctor(..) | Value::Extern(_) | Value::Closure { .. } => false,
            _ => true,
        };
        if !known {
            self.audit_own(Gap::NothingKnown);
        }
    }

    /// A routine takes a block back or makes an owner of it.
    pub(crate) fn audit_claim(
        &mut self,
        st: &State,
        object: ObjectId,
        start: Option<bool>,
        claim: &Claim,
    ) {
        if !self.ledger.on {
            return;
        }
        self.audit_touch(object);
        let Some(block) = st.block(object).cloned() else {
            return self.audit_gap(object, Gap::FromElsewhere);
        };
        let mut gaps = BTreeSet::new();
        let lent = claim.by.act == Act::Drop && self.audit_only_lent(object);
        if block.escape != Escape::No && !lent {
            let known = self.ledger.blocks.get(&object);
            if known.is_none_or(|log| log.gaps.is_empty()) {
                gaps.insert(self.audit_origin(object));
            }
        }
        match &block.status {
            Status::Live => {}
            Status::Unsure => {
                gaps.insert(Gap::UsedLater);
            }
            Status::Ended(_) => {
                gaps.insert(Gap::Observed);
            }
        }
        if start != Some(true) {
            gaps.insert(Gap::Moved);
        }
        let doubted = |m: &Self| {
            m.ledger
                .blocks
                .get(&object)
                .is_some_and(|l| !l.gaps.is_empty())
        };
        if gaps.is_empty() && !doubted(self) && !self.audit_fits(st, &block, claim) {
            gaps.insert(Gap::Uncertain);
        }
        if is_muddled(&block) {
            gaps.insert(Gap::Observed);
        }
        let owners = match claim.by.act {
            Act::Drop => block.owners == 1 && block.raw <= 0,
            // Of counted memory each owner needs a count that somebody gave up.
            Act::Adopt => block.owners <= 0 || block.raw > 0,
            _ => block.owners <= 0,
        };
        if gaps.is_empty() && !doubted(self) && !owners {
            gaps.insert(Gap::Uncertain);
        }
        let ends = !matches!(claim.by.act, Act::Adopt) && gaps.is_empty();
        for gap in gaps {
            self.audit_gap(object, gap);
        }
        if ends {
            let by = claim.by.name.clone();
            let at = self.user_place();
            self.audit_good(object, End::Released { by, at });
        }
    }

    /// Whether family and layout certainly are what the routine wants.
    fn audit_fits(&mut self, st: &State, block: &Block, claim: &Claim) -> bool {
        let (Family::Known(have), Family::Known(want)) = (&block.family, &claim.family) else {
            return false;
        };
        if have != want || !self.families.family(*have).accuse {
            return false;
        }
        use super::block::Layout::Unknown;
        match (&block.layout, &claim.layout) {
            (Unknown, Unknown) => true,
            _ if !self.families.family(*have).is_rust() => true,
            (have, want) => self.compare(st, have, want) == Same::Equal,
        }
    }

    /// Where a block that was not made here came from.
    fn audit_origin(&self, object: ObjectId) -> Gap {
        let Object::Pointee(mut value) = self.objects.get(object) else {
            return Gap::Escapes { to: String::new() };
        };
        let mut field = None;
        loop {
            match self.arena.get(value) {
                Value::Part(of, key) => {
                    if field.is_none() {
                        field = Some(match key {
                            Key::Name(name) => *name,
                            Key::At(_) => Name::EMPTY,
                        });
                    }
                    value = *of;
                }
                Value::Param(n) if field.is_none() => {
                    return Gap::FromCaller {
                        parameter: self.audit_parameter(*n),
                    };
                }
                Value::Opaque { source, .. } => {
                    return match source {
                        Source::ForeignResult(name) | Source::ForeignOut(name) => Gap::FromCall {
                            callee: name.to_string(),
                        },
                        _ if field.is_some() => Gap::FromField {
                            field: field.unwrap_or(Name::EMPTY),
                        },
                        _ => Gap::FromElsewhere,
                    };
                }
                Value::Initial(_) | Value::Param(_) => {
                    return Gap::FromField {
                        field: field.unwrap_or(Name::EMPTY),
                    };
                }
                _ => return Gap::FromElsewhere,
            }
        }
    }

    fn audit_parameter(&self, n: u32) -> Name {
        let body = self.root.and_then(|id| self.program.func(id).body);
        let name = body.and_then(|body| {
            let body = self.program.body(body);
            let local = body.params.get(n as usize)?;
            Some(body.locals[local.0 as usize].name)
        });
        name.unwrap_or(Name::EMPTY)
    }

    /// A routine or function is called by this name.
    pub(crate) fn audit_calls(&mut self, name: &str) {
        if self.ledger.on {
            self.audit_hit();
            self.ledger.calling = self.audit_spot().map(|spot| (spot, Name::new(name)));
        }
    }

    /// Code out of view is called: what it can get at is not in view either.
    pub(crate) fn audit_unknown(&mut self, st: &State, name: &str, args: &[ValueId], ret: &Ty) {
        if !self.ledger.on {
            return;
        }
        self.audit_calls(name);
        let held = self.held_by(st, args);
        self.ledger.loose.extend(&held.closures);
        let to = name.to_string();
        for object in held.raw {
            if st.block(object).is_some_and(|b| b.null != Null::Yes) {
                self.audit_gap(object, Gap::Escapes { to: to.clone() });
            }
        }
        // What stands in memory that others know can be read and released by anybody.
        let outside = self.held_outside(st);
        let outside = self.held_by(st, &outside);
        for object in outside.raw {
            if st.block(object).is_some_and(is_loose) {
                self.audit_gap(object, Gap::Kept);
            }
        }
        if *ret == Ty::Never {
            self.audit_panic(st);
        }
    }

    /// A value goes out of view.
    pub(crate) fn audit_escape(&mut self, st: &State, value: ValueId) {
        if !self.ledger.on {
            return;
        }
        let held = self.held_by(st, &[value]);
        self.ledger.loose.extend(&held.closures);
        let to = self.audit_callee();
        for object in &held.raw {
            if st.block(*object).is_some_and(|b| b.null != Null::Yes) {
                self.audit_gap(*object, Gap::Escapes { to: to.clone() });
            }
        }
        for &object in &held.owned {
            let lent = self.audit_only_lent(object);
            let clean = st.block(object).is_some_and(|b| is_clean(b, lent));
            if clean && !held.owned_twice.contains(&object) && !held.raw.contains(&object) {
                let at = self.user_place();
                self.audit_good(object, End::Owned { at });
            } else {
                self.audit_gap(object, Gap::Escapes { to: to.clone() });
            }
        }
    }

    /// The block went out of view only as what a safe owner lends.
    fn audit_only_lent(&self, object: ObjectId) -> bool {
        let log = self.ledger.blocks.get(&object);
        let owned = |end: &End| matches!(end, End::Owned { .. });
        log.is_some_and(|log| log.gaps.is_empty() && log.ends.iter().any(owned))
    }

    /// Who is being called, as far as the ledger knows.
    fn audit_callee(&self) -> String {
        let user = self.active.iter().rposition(|a| !a.stub).unwrap_or(0);
        let stub = self.active.get(user + 1).and_then(|a| a.owner);
        if let Some(id) = stub {
            return self.program.func(id).label.clone();
        }
        match (&self.ledger.calling, self.audit_spot()) {
            (Some((spot, name)), Some(here)) if *spot == here => name.to_string(),
            _ => String::new(),
        }
    }

    /// A block is used: of one that went out of view with its owner nothing can be said.
    pub(crate) fn audit_used(&mut self, st: &State, object: ObjectId) {
        if self.ledger.on && st.block(object).is_some_and(|b| b.status == Status::Unsure) {
            self.audit_gap(object, Gap::UsedLater);
        }
    }

    /// Something was observed of a block, or would be where a helper is judged.
    pub(crate) fn audit_observed(&mut self, object: ObjectId) {
        if self.ledger.on {
            self.audit_gap(object, Gap::Observed);
        }
    }

    /// A resize to nothing may have released the block.
    pub(crate) fn audit_zero(&mut self, object: ObjectId) {
        if self.ledger.on {
            self.audit_gap(object, Gap::ZeroSize);
        }
    }

    /// A path panics: nobody releases what no owner has.
    pub(crate) fn audit_panic(&mut self, st: &State) {
        if !self.ledger.on {
            return;
        }
        let loose = st.blocks().iter().filter(|(_, b)| is_loose(b));
        for object in loose.map(|e| e.0).collect::<Vec<_>>() {
            self.audit_gap(object, Gap::Panics);
        }
    }

    /// A path returns: what its blocks have come to.
    pub(crate) fn audit_end(&mut self, st: &State, result: ValueId) {
        if !self.ledger.on {
            return;
        }
        let returned = self.held_by(st, &[result]);
        let outside = self.held_outside(st);
        let kept = self.held_by(st, &outside);
        self.ledger.loose.extend(&returned.closures);
        self.ledger.loose.extend(&kept.closures);
        let blocks: Vec<(ObjectId, Block)> = st.blocks().to_vec();
        for (object, block) in blocks {
            if !self.ledger.blocks.contains_key(&object) || block.null == Null::Yes {
                continue;
            }
            match block.status {
                Status::Ended(_) | Status::Unsure => continue,
                Status::Live => {}
            }
            let twice = returned.owned_twice.contains(&object)
                || kept.owned_twice.contains(&object)
                || returned.owned.contains(&object) && kept.owned.contains(&object);
            let counted = self.is_counted(&block.family);
            let raw = returned.raw.contains(&object) || kept.raw.contains(&object);
            let lent = self.audit_only_lent(object);
            if is_clean(&block, lent) && !raw && (!twice || counted) {
                self.audit_good(object, End::Owned { at: st.last });
            } else if returned.raw.contains(&object) {
                self.audit_gap(object, Gap::ToCaller);
            } else if raw || twice {
                self.audit_gap(object, Gap::Kept);
            } else if block.reported {
                self.audit_gap(object, Gap::Observed);
            } else if self.ledger.blocks[&object].gaps.is_empty() {
                self.audit_gap(object, Gap::GivenUp);
            }
        }
    }
}

/// Live, not null, and nobody answers for it.
fn is_loose(block: &Block) -> bool {
    block.is_live() && block.null != Null::Yes && (block.owners <= 0 || block.raw > 0)
}

/// Owned once and for all, no raw count is out, nothing waits to be said of it.
fn is_clean(block: &Block, lent: bool) -> bool {
    block.is_live()
        && block.owners > 0
        && block.raw <= 0
        && (block.escape == Escape::No || lent)
        && !is_muddled(block)
}

fn is_muddled(block: &Block) -> bool {
    block.reported || block.second.is_some() || block.pending.is_some()
}
