//! Giving back: the verdict on every release, adoption and resize, formed once in a fixed order.

use super::block::{Birth, Block, Escape, Family, Layout, Null, Pending, Status};
use super::cloned::Handed;
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::state::State;
use super::value::{Value, ValueId};
use crate::event::{Act, EventKind, Fault, NonHeap, Routine, StepKind, Usage};
use crate::name::Name;
use crate::types::{Same, Ty};
use std::rc::Rc;

/// What a routine that takes a block back wants.
pub(crate) struct Claim {
    pub(crate) family: Family,
    pub(crate) layout: Layout,
    pub(crate) by: Routine,
}

/// What a pointer given to a release routine is.
enum Aim {
    /// Null: nothing happens.
    Null,
    /// No heap memory.
    NonHeap(NonHeap),
    /// This object, from its start (`true`), not from its start, or nobody knows.
    Block(ObjectId, Option<bool>),
}

impl Machine<'_> {
    /// A routine releases what a pointer points at.
    pub(crate) fn release(&mut self, st: &mut State, pointer: ValueId, claim: Claim) {
        self.audit_aim(pointer);
        let (object, start) = match self.aim(st, pointer) {
            Aim::Null => return,
            Aim::NonHeap(what) => return self.report_nonheap(st, pointer, claim, what),
            Aim::Block(object, start) => (object, start),
        };
        if let Some(by) = self.lent_by(pointer) {
            let by = by.to_string();
            return self.report_nonheap(st, pointer, claim, NonHeap::Lent { by });
        }
        if let Some(what) = self.lent_by_caller(pointer, &claim) {
            return self.report_nonheap(st, pointer, claim, what);
        }
        self.known_block(st, object, pointer);
        self.audit_claim(st, object, start, &claim);
        if claim.by.act == Act::Drop {
            self.report_pending(st, object);
            self.owner_goes(st, object);
        }
        let fault = self.verdict(st, object, start, &claim);
        match fault {
            Some(fault) => self.report_fault(st, object, claim.by.clone(), fault),
            None if claim.by.act == Act::Release && start == Some(true) => {
                self.note_given_back(st, object, claim.family);
            }
            None if claim.by.act == Act::Drop && self.is_one_away(st, object) => {
                if let Some(second) = st.block(object).and_then(|b| b.second.clone()) {
                    self.report_two_owners(st, object, second);
                }
            }
            None if start.is_none() => {
                if let Some(block) = st.block_mut(object) {
                    block.status = Status::Unsure;
                }
                return;
            }
            None => {}
        }
        self.note_taken(st, object, &claim.by);
        let status = self.ended(claim.by.clone(), false);
        let Some(block) = st.block_mut(object) else {
            return;
        };
        if !matches!(block.status, Status::Ended(_) | Status::Unsure) {
            block.status = status;
        }
        self.tell(st, object, StepKind::Released(claim.by));
    }

    /// A routine takes a count back. It was the last one only if nobody out of view can hold one.
    pub(crate) fn unref(&mut self, st: &mut State, pointer: ValueId, claim: Claim) {
        if let Family::Known(family) = claim.family {
            self.noted.released.insert(family);
        }
        let Value::Ptr(p) = self.arena.get(pointer) else {
            let to = Name::new(&claim.by.name);
            let at = self.report_place().site;
            self.handed.push(Handed {
                to,
                value: pointer,
                at,
                counts_down: true,
            });
            return self.escape(st, pointer);
        };
        let object = p.object;
        let only_here = st.block(object).is_some_and(|block| {
            block.escape == Escape::No && !block.shared && matches!(block.family, Family::Known(_))
        });
        if only_here {
            self.release(st, pointer, claim);
        } else {
            self.note_given_back(st, object, claim.family);
            self.escape(st, pointer);
        }
    }

    fn owner_goes(&mut self, st: &mut State, object: ObjectId) {
        if let Some(block) = st.block_mut(object) {
            block.owners -= 1;
        }
    }

    /// `from_raw` and its kind: an owner is made of a raw pointer. `holds` is what the owner's
    /// type says it holds.
    pub(crate) fn adopt(&mut self, st: &mut State, pointer: ValueId, claim: Claim, holds: Ty) {
        self.audit_aim(pointer);
        let (object, start) = match self.aim(st, pointer) {
            Aim::Null => return,
            Aim::NonHeap(what) => return self.report_nonheap(st, pointer, claim, what),
            Aim::Block(object, start) => (object, start),
        };
        if let Some(what) = self.lent_by_caller(pointer, &claim) {
            return self.report_nonheap(st, pointer, claim, what);
        }
        self.known_block(st, object, pointer);
        self.foreign_birth(st, object, pointer);
        self.audit_claim(st, object, start, &claim);
        match self.verdict(st, object, start, &claim) {
            // A mere view of it, put into a `ManuallyDrop` or forgotten, does no harm.
            Some(fault @ Fault::OtherFamily) => self.postpone(st, object, claim.by.clone(), fault),
            Some(fault) => self.report_fault(st, object, claim.by.clone(), fault),
            None => self.require_non_null(st, pointer, &claim.by.name),
        }
        self.note_taken(st, object, &claim.by);
        let at = self.report_place().site;
        let shared = self.is_counted(&claim.family);
        let Some(block) = st.block_mut(object) else {
            return;
        };
        // All counts of a block that was made here and went nowhere are known.
        let all_known =
            !matches!(block.birth, Birth::Unknown) && matches!(block.escape, Escape::No);
        let counted = block.raw > 0;
        if counted {
            block.raw -= 1;
        }
        if !counted && block.owners > 0 {
            block.second = Some(Rc::new((claim.by.clone(), at)));
        } else {
            block.owned_at = at;
            if block.family == Family::Unknown {
                block.layout = claim.layout.clone();
                block.family = claim.family;
            }
        }
        if start.is_none() {
            block.status = Status::Unsure;
        }
        if counted || block.owners <= 0 || !shared || all_known {
            block.owners += 1;
        }
        block.owner_ty = holds;
        self.tell(st, object, StepKind::Adopted(claim.by));
    }

    /// Whether the family's blocks are released by the last of several owners.
    pub(crate) fn is_counted(&self, family: &Family) -> bool {
        match family {
            Family::Known(id) => {
                let name = self.families.family(*id).name;
                name == "rust-rc" || name == "rust-arc"
            }
            _ => false,
        }
    }

    fn aim(&mut self, st: &State, pointer: ValueId) -> Aim {
        let pointer = match self.arena.get(pointer) {
            Value::Apply(name, args) if *name == "addr" => args[0],
            _ => pointer,
        };
        match self.arena.get(pointer) {
            Value::Int(0) => Aim::Null,
            Value::Int(_) => Aim::NonHeap(NonHeap::Address),
            Value::Func(..) | Value::Ctor(..) | Value::Extern(_) | Value::Closure { .. } => {
                Aim::NonHeap(NonHeap::Function)
            }
            Value::Ptr(p) => {
                let (object, offset, inner) = (p.object, p.offset, !p.path.is_empty());
                match self.objects.get(object) {
                    // Of an unknown value it is not known whether it is a reference.
                    Object::Local(..) if inner && self.is_opaque_root(st, object) => Aim::Null,
                    Object::Local(site, local) => Aim::NonHeap(NonHeap::Stack {
                        name: self.local_name(site, local),
                    }),
                    Object::Static(_) => Aim::NonHeap(NonHeap::Static),
                    Object::Literal(_) => Aim::NonHeap(NonHeap::Literal),
                    Object::Dangling => Aim::NonHeap(NonHeap::Address),
                    // A pointer computed from an unknown one: what it points at is not known
                    // either; a header before the data is moved over on purpose.
                    Object::Pointee(_)
                        if (inner || self.at_start(st, offset, false) != Some(true))
                            && st.block(object).is_none_or(|b| b.family == Family::Unknown) =>
                    {
                        Aim::Block(self.objects.add(Object::Pointee(pointer)), Some(true))
                    }
                    Object::Block(..) | Object::Pointee(_) => {
                        if st.block(object).is_some_and(|b| b.null == Null::Yes) {
                            return Aim::Null;
                        }
                        Aim::Block(object, self.at_start(st, offset, inner))
                    }
                }
            }
            _ => match self.truth_null(st, pointer) {
                Some(true) => Aim::Null,
                _ => Aim::Block(self.objects.add(Object::Pointee(pointer)), Some(true)),
            },
        }
    }

    fn is_opaque_root(&mut self, st: &State, object: ObjectId) -> bool {
        let root = self.root_value(st, object);
        match self.arena.get(root) {
            Value::Agg {
                tag: super::value::Tag::None,
                ..
            } => true,
            _ => self.is_symbol(root),
        }
    }

    fn truth_null(&mut self, st: &State, pointer: ValueId) -> Option<bool> {
        let null = self
            .arena
            .binary(crate::ir::BinOp::Eq, pointer, ValueId::ZERO);
        self.truth(st, null)
    }

    /// Whether an offset is zero. A field may be the first one: that cannot be told here.
    fn at_start(&self, st: &State, offset: ValueId, inner: bool) -> Option<bool> {
        if inner {
            return None;
        }
        let (lo, hi) = self.range(st, offset);
        match (lo, hi) {
            (0, 0) => Some(true),
            _ if lo > 0 || hi < 0 => Some(false),
            _ => None,
        }
    }

    fn local_name(&self, site: super::value::SiteId, local: crate::ir::LocalId) -> Name {
        let active = self.active.iter().rev().find(|a| a.site == site);
        active.map_or(Name::EMPTY, |a| {
            self.program.body(a.body).locals[local.0 as usize].name
        })
    }

    /// A block that is only known by a pointer to it gets an entry of its own.
    fn known_block(&mut self, st: &mut State, object: ObjectId, pointer: ValueId) {
        if st.block(object).is_some() {
            return;
        }
        let birth = match self.arena.get(pointer) {
            Value::Param(n) => self.parameter(*n),
            _ => Birth::Unknown,
        };
        self.acts = true;
        let mut block = self.new_block(birth, Family::Unknown, Layout::Unknown);
        block.escape = Escape::Away;
        st.set_block(object, block);
    }

    fn parameter(&self, n: u32) -> Birth {
        let root = self.active.first();
        let name = root.and_then(|a| {
            let body = self.program.body(a.body);
            let local = body.params.get(n as usize)?;
            Some(body.locals[local.0 as usize].name)
        });
        Birth::Parameter(name.unwrap_or(Name::EMPTY))
    }

    /// The verdict, in this order: heap at all, ended, family, start, layout.
    fn verdict(
        &mut self,
        st: &State,
        object: ObjectId,
        start: Option<bool>,
        claim: &Claim,
    ) -> Option<Fault> {
        let block = st.block(object)?.clone();
        if block.reported || block.status == Status::Unsure {
            return None;
        }
        let clash = self.families_clash(&block.family, claim);
        let drops = claim.by.act == Act::Drop;
        let adopts = claim.by.act == Act::Adopt;
        if block.owners > 0 && !drops && (!adopts && clash || claim.by.act == Act::Resize) {
            return Some(Fault::NonHeap(NonHeap::Borrowed {
                owner: self.owner_words(&block),
            }));
        }
        if let Status::Ended(end) = &block.status {
            if drops && block.owners < 0 {
                return None;
            }
            return Some(Fault::Ended {
                by: end.by.clone(),
                at: end.at,
            });
        }
        if claim.by.act == Act::Release
            && let Some(taken) = self.taken_over(st, &block)
        {
            return Some(Fault::Ended {
                by: taken.by.clone(),
                at: taken.at,
            });
        }
        if clash {
            return Some(Fault::OtherFamily);
        }
        if start == Some(false) {
            return Some(Fault::Offset);
        }
        start?;
        if self.compare(st, &block.layout, &claim.layout) == Same::Different
            || self.is_hollow(st, object, &block.layout, &claim.layout)
        {
            return Some(self.other_layout(st, &block.layout, &claim.layout));
        }
        None
    }

    pub(crate) fn owner_words(&self, block: &Block) -> String {
        match &block.birth {
            Birth::Routine(by) => by.name.split("::").next().unwrap_or("").to_string(),
            _ => match &block.layout {
                Layout::Many(..) => String::from("Vec"),
                Layout::One(_) => String::from("Box"),
                _ => String::from("CString"),
            },
        }
    }

    /// Whether two families are certainly not the same.
    fn families_clash(&self, have: &Family, claim: &Claim) -> bool {
        match (have, &claim.family) {
            (Family::Known(a), Family::Known(b)) => {
                a != b && self.families.family(*a).accuse && self.families.family(*b).accuse
            }
            // Foreign memory never becomes a Rust owner. A box of a type that the crate itself
            // defines may be its own user data coming back.
            (Family::Foreign(name), Family::Known(b)) => {
                let text = matches!(claim.layout, Layout::Many(..) | Layout::Unknown);
                claim.by.act == Act::Adopt
                    && self.families.family(*b).is_rust()
                    && (text || self.is_lender(*name) || self.foreign_type(&claim.layout))
            }
            _ => false,
        }
    }

    fn foreign_type(&self, layout: &Layout) -> bool {
        match layout {
            Layout::One(Ty::Adt(adt, _)) => self.is_foreign_adt(*adt),
            Layout::One(Ty::External(name)) => super::unknown::is_foreign_path(name.as_str()),
            _ => false,
        }
    }

    fn report_fault(&mut self, st: &mut State, object: ObjectId, by: Routine, fault: Fault) {
        let Some(block) = st.block(object) else {
            return;
        };
        let mut since = vec![block.site];
        if let (Fault::Ended { .. }, Status::Ended(end)) = (&fault, &block.status) {
            since = vec![self.since_end(end)];
            if end.zero_resize {
                let end = end.clone();
                return self.report_use_after(st, object, &end, Usage::Write);
            }
            if by.act == Act::Drop
                && let Some(second) = block.second.clone()
            {
                return self.report_two_owners(st, object, second);
            }
        }
        self.emit_here(object, st, EventKind::Reclaim { by, fault }, &since);
    }

    fn postpone(&mut self, st: &mut State, object: ObjectId, by: Routine, fault: Fault) {
        let place = self.report_place();
        if let Some(block) = st.block_mut(object) {
            let since = block.site;
            block.pending = Some(Rc::new(Pending {
                by,
                fault,
                place,
                since,
            }));
        }
    }

    /// The owner of memory that is not its own is dropped or handed on.
    pub(crate) fn report_pending(&mut self, st: &mut State, object: ObjectId) {
        let Some(pending) = st.block_mut(object).and_then(|b| b.pending.take()) else {
            return;
        };
        let kind = EventKind::Reclaim {
            by: pending.by.clone(),
            fault: pending.fault.clone(),
        };
        self.emit_at(object, st, kind, &[pending.since], &pending.place);
    }

    fn report_two_owners(
        &mut self,
        st: &mut State,
        object: ObjectId,
        second: Rc<(Routine, crate::span::Span)>,
    ) {
        let Some(block) = st.block(object) else {
            return;
        };
        let kind = EventKind::TwoOwners {
            second: second.0.clone(),
            first_at: block.owned_at,
            released_again_at: Some(self.report_place().site),
        };
        let site = second.1;
        if !site.is_stub() {
            self.emit(object, st, kind, site, Vec::new());
        }
    }

    /// Null given to what cannot take it.
    pub(crate) fn require_non_null(&mut self, st: &mut State, pointer: ValueId, by: &str) {
        if let Value::Ptr(p) = self.arena.get(pointer) {
            let object = p.object;
            if st.block(object).is_some_and(|b| b.null == Null::Maybe) {
                let used = Usage::Passed { to: by.to_string() };
                self.report_unchecked(st, object, used);
                if let Some(block) = st.block_mut(object) {
                    block.null = Null::No;
                }
            }
        }
    }
}
