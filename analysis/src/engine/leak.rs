//! Leaks: live blocks that nothing reaches any more when the root ends.

use super::block::{Birth, Block, Escape, Family, Layout, Null};
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::state::State;
use super::tidy::Reach;
use super::value::{SiteId, Source, Tag, Value, ValueId};
use crate::event::{EventKind, Loss, Usage};
use crate::ir::LocalId;
use crate::resolve::Lang;
use crate::span::Span;
use rustc_hash::FxHashSet;

impl Machine<'_> {
    /// Looks at a state in which the root returns: what is lost, and what is returned dead.
    pub(crate) fn check_end(&mut self, st: &mut State, result: ValueId) {
        self.audit_end(st, result);
        self.check_returned(st, result);
        self.check_second_owners(st, result);
        self.failing = self.gives_up(result);
        self.settle_pending(st);
        if self.is_program_end() {
            return;
        }
        for object in self.lost_fields(st) {
            let (how, at) = self.how_lost(st, object);
            self.report_lost(st, object, how, at);
        }
        let kept = self.reach_end(st, result);
        let lost: Vec<ObjectId> = st
            .blocks()
            .iter()
            .filter(|(object, block)| self.may_be_lost(st, block) && !kept.has(*object))
            .map(|e| e.0)
            .collect();
        let inner = self.held_by_lost(st, &lost);
        for object in lost {
            if !inner.contains(&object) && !self.is_kept_on_success(st, object) {
                let (how, at) = self.how_lost(st, object);
                self.report_lost(st, object, how, at);
            }
        }
        for object in self.suspected(st, result, &kept) {
            if !inner.contains(&object) {
                let (how, at) = self.how_lost(st, object);
                self.suspect(st, object, how, at);
            }
        }
        for object in self.lost_counts(st, result) {
            self.report_lost(st, object, Loss::ScopeEnd, st.last);
        }
    }

    /// Counted blocks that others still own, of which a pointer that holds a count is lost.
    fn lost_counts(&mut self, st: &State, result: ValueId) -> Vec<ObjectId> {
        let gave_count = |b: &Block| {
            b.disowned
                .as_ref()
                .is_some_and(|d| d.0.name.ends_with("into_raw"))
        };
        let blocks = st.blocks().iter().filter(|(_, b)| {
            b.owners > 0
                && b.raw > 0
                && b.is_live()
                && !b.reported
                && self.is_counted(&b.family)
                && gave_count(b)
                && self.is_at_hand(st, b)
        });
        let counted: Vec<ObjectId> = blocks.map(|e| e.0).collect();
        if counted.is_empty() {
            return counted;
        }
        let mut values = self.held_outside(st);
        values.push(result);
        let held = self.held_by(st, &values);
        let lost = |object: &ObjectId| !held.raw.contains(object);
        counted.into_iter().filter(lost).collect()
    }

    /// Owners of memory that is not theirs to release: they will, somewhere.
    fn settle_pending(&mut self, st: &mut State) {
        let waiting: Vec<ObjectId> = st
            .blocks()
            .iter()
            .filter(|(_, block)| block.pending.is_some() && block.owners > 0)
            .map(|e| e.0)
            .collect();
        for object in waiting {
            self.report_pending(st, object);
        }
    }

    fn is_program_end(&self) -> bool {
        self.root.is_some_and(|id| {
            let def = self.program.func(id);
            def.name == "main" && matches!(def.owner, crate::resolve::Owner::Free)
        })
    }

    /// What can still be reached: by the caller, and everything that escaped.
    pub(crate) fn reach_end(&mut self, st: &State, result: ValueId) -> Reach {
        let mut reach = self.reach_caller(st, result);
        for (object, block) in st.blocks() {
            if block.escape == Escape::Away && block.is_live() {
                for inner in self.reach_from_object(st, *object) {
                    reach.add(inner);
                }
            }
        }
        reach
    }

    /// What the caller can reach: the result, memory outside the root.
    pub(crate) fn reach_caller(&mut self, st: &State, result: ValueId) -> Reach {
        let mut reach = Reach::carried();
        self.reach_value(result, &mut reach);
        for (object, value) in st.heap() {
            if self.is_outside(*object) && self.is_kept(st, *object) {
                self.reach_value(*value, &mut reach);
            }
        }
        self.drain(st, &mut reach);
        reach
    }

    pub(crate) fn reach_from_object(&mut self, st: &State, object: ObjectId) -> Vec<ObjectId> {
        match st.heap_get(object) {
            Some(value) => self.reach_from(st, &[value]).into_objects(),
            None => Vec::new(),
        }
    }

    /// Outside memory that was released takes what it holds with it.
    fn is_kept(&self, st: &State, object: ObjectId) -> bool {
        match st.block(object) {
            Some(block) => block.is_live() || block.owners < 0,
            None => true,
        }
    }

    /// Blocks that only other lost blocks hold: those are the ones to report.
    fn held_by_lost(&mut self, st: &State, lost: &[ObjectId]) -> FxHashSet<ObjectId> {
        let mut inner = FxHashSet::default();
        for &object in lost {
            let held = self.reach_from_object(st, object);
            inner.extend(held.into_iter().filter(|&other| other != object));
        }
        inner
    }

    fn how_lost(&self, st: &State, object: ObjectId) -> (Loss, Span) {
        let Some(block) = st.block(object) else {
            return (Loss::ScopeEnd, st.last);
        };
        if let Some(at) = block.resize_failed {
            return (Loss::FailedRealloc, at);
        }
        if let Escape::Element(_) = block.escape {
            return (Loss::HolderReleased, st.last);
        }
        if let Escape::Borrowed(to, _) = block.escape
            && self.is_raw_text(block)
        {
            return (Loss::BorrowedByForeign { to: to.to_string() }, st.last);
        }
        (Loss::ScopeEnd, st.last)
    }

    /// A pointer to a block that ended must not be handed to the caller.
    fn check_returned(&mut self, st: &mut State, result: ValueId) {
        for object in self.owned_blocks(result) {
            if let Some(block) = st.block(object)
                && let super::block::Status::Ended(_) = block.status
                && let Some(second) = block.second.clone()
            {
                let site = second.1;
                let kind = EventKind::TwoOwners {
                    second: second.0.clone(),
                    first_at: block.owned_at,
                    released_again_at: None,
                };
                self.emit(object, st, kind, site, Vec::new());
            }
        }
        for object in self.pointers_in(result) {
            self.check_dangling(st, object);
        }
    }

    /// What a returned value points at: itself, within `Ok`, `Some` or a tuple, or by the pointers of
    /// an owner.
    fn pointers_in(&mut self, result: ValueId) -> Vec<ObjectId> {
        let (mut values, mut todo) = (Vec::new(), vec![result]);
        while let Some(value) = todo.pop() {
            let Value::Agg { tag, parts, .. } = self.arena.get(value) else {
                values.push(value);
                continue;
            };
            let wraps = match tag {
                Tag::Tuple => true,
                Tag::Adt(adt, _) => [Lang::Option, Lang::Result]
                    .iter()
                    .any(|l| self.program.lang(*l) == Some(*adt)),
                _ => false,
            };
            let owner = matches!(tag, Tag::Adt(adt, _)
                if !self.is_stub_adt(*adt) && self.program.drop_impl(*adt).is_some());
            let held = parts.iter().map(|part| part.1);
            if wraps {
                todo.extend(held);
            } else if owner {
                values.extend(held);
            }
        }
        let object = |v: ValueId| match self.arena.get(v) {
            Value::Ptr(p) => Some(p.object),
            Value::Part(..) => Some(self.objects.add(Object::Pointee(v))),
            _ => None,
        };
        values.into_iter().filter_map(object).collect()
    }

    fn check_dangling(&mut self, st: &mut State, object: ObjectId) {
        let Some(block) = st.block(object) else {
            return;
        };
        let super::block::Status::Ended(end) = &block.status else {
            return;
        };
        if block.reported || block.null == Null::Yes || end.zero_resize {
            return;
        }
        let kind = EventKind::UseAfter {
            ended_by: end.by.clone(),
            ended_at: end.at,
            used: Usage::Returned,
        };
        let at = st.last;
        self.emit(object, st, kind, at, Vec::new());
    }

    /// A helper returns: what it lost by itself is its own finding, not its caller's.
    pub(crate) fn settle_helper(&mut self, st: &mut State, helper: SiteId, result: ValueId) {
        let born: Vec<ObjectId> = st
            .blocks()
            .iter()
            .filter(|(_, b)| self.is_helpers_own(b.site, helper))
            .filter(|(_, b)| self.may_be_lost(st, b) || self.may_be_suspected(st, b, false))
            .map(|e| e.0)
            .collect();
        if born.is_empty() {
            return;
        }
        let mut reach = self.reach_end(st, result);
        for frame in &st.frames {
            for &value in &frame.locals {
                self.reach_value(value, &mut reach);
            }
        }
        self.drain(st, &mut reach);
        for object in born {
            if !reach.has(object)
                && let Some(block) = st.block_mut(object)
            {
                self.audit_observed(object);
                block.reported = true;
            }
        }
    }

    /// A site allocates again: the block of the round before last has the same name.
    pub(crate) fn lose_in_loop(&mut self, st: &mut State, object: ObjectId) {
        let Some(block) = st.block(object) else {
            return;
        };
        let certain = self.may_be_lost(st, block);
        if !certain && !self.may_be_suspected(st, block, false) {
            return;
        }
        let mut reach = self.reach_end(st, ValueId::UNIT);
        for frame in &st.frames {
            for &value in &frame.locals {
                self.reach_value(value, &mut reach);
            }
        }
        self.drain(st, &mut reach);
        if !reach.has(object) {
            // A variable of the loop's body dies with each round; another one is overwritten.
            let (how, at) = match st.block(object).and_then(|block| block.out_of_scope) {
                Some(at) => (Loss::ScopeEnd, at),
                None => (Loss::Overwritten, self.report_place().site),
            };
            match certain {
                true => self.report_lost(st, object, how, at),
                false => self.suspect(st, object, how, at),
            }
        }
    }

    /// A variable that may hold a raw pointer goes out of scope.
    pub(crate) fn leaves_scope(&self, st: &mut State, local: LocalId, at: Span) {
        let [frame] = st.frames.as_slice() else {
            return;
        };
        let held = |value: ValueId| match self.arena.get(value) {
            Value::Ptr(pointer) => Some(pointer.object),
            _ => None,
        };
        let Some(object) = held(frame.locals[local.0 as usize]) else {
            return;
        };
        let is_lost = |b: &Block| b.escape == Escape::No && self.is_to_release(b);
        if !st.block(object).is_some_and(is_lost) {
            return;
        }
        // What was declared before lives longer.
        let declared = &self.program.body(self.active().body).locals;
        let own = declared[local.0 as usize].span.lo;
        let mut others = declared.iter().zip(&frame.locals);
        let kept = others.any(|(variable, value)| {
            !variable.name.is_empty() && variable.span.lo < own && held(*value) == Some(object)
        });
        if let Some(block) = st.block_mut(object) {
            block.out_of_scope = Some(at).filter(|_| !kept);
        }
    }

    /// A function that the root calls returns an error: what it was given goes no further.
    pub(crate) fn note_failed_call(&self, st: &mut State, args: &[ValueId], result: ValueId) {
        if self.active.len() != 1 || !self.is_error(result) {
            return;
        }
        let mut given = args.iter().filter_map(|arg| match self.arena.get(*arg) {
            Value::Ptr(pointer) => Some(pointer.object),
            _ => None,
        });
        let lost = given.find(|o| st.block(*o).is_some_and(|b| self.is_to_release(b)));
        st.failed_with = lost.zip(st.inner);
    }

    /// Whether losing the last pointer to this block would be a leak.
    pub(crate) fn may_be_lost(&self, st: &State, block: &Block) -> bool {
        self.is_to_release(block) && self.is_at_hand(st, block) && !self.is_of_nothing(st, block)
    }

    /// Whether the path found that there was nothing to allocate: a list of no elements has no block.
    fn is_of_nothing(&self, st: &State, block: &Block) -> bool {
        match block.layout {
            Layout::Many(_, n) => self.constant(st, n) == Some(0),
            _ => false,
        }
    }

    /// Whether nobody out of view can have the pointer to it.
    fn is_at_hand(&self, st: &State, block: &Block) -> bool {
        match block.escape {
            Escape::No => true,
            Escape::Away => false,
            // Lost with the collection that held the pointer, if nobody read it.
            Escape::Element(of) => st
                .block(of)
                .is_some_and(|b| matches!(b.status, super::block::Status::Ended(_))),
            Escape::Given(status) => match self.arena.get(status) {
                Value::Ptr(made) => st.block(made.object).is_some_and(|b| b.null == Null::Yes),
                _ => self.failing && self.says_failure(st, status),
            },
            // A forgotten buffer that foreign code filled and Rust read back.
            Escape::Borrowed(..) => block.read_back || self.is_raw_text(block),
        }
    }

    /// Whether a block was made or given up here, and somebody has to release it by hand.
    pub(crate) fn is_to_release(&self, block: &Block) -> bool {
        block.is_live()
            && !block.reported
            && !block.may_be_nothing()
            && block.owners <= 0
            && self.is_ownerless(block)
    }

    fn is_ownerless(&self, block: &Block) -> bool {
        self.was_given_up(block) || self.is_allocated(block)
    }

    /// Whether the root returns an error.
    fn is_error(&self, result: ValueId) -> bool {
        match self.arena.get(result) {
            super::value::Value::Agg {
                tag: super::value::Tag::Adt(adt, variant),
                ..
            } => self.variant_name(*adt, *variant) == "Err",
            _ => false,
        }
    }

    /// Whether the path tested a foreign status, zero for success by far most often, and found
    /// a failure.
    fn says_failure(&self, st: &State, status: ValueId) -> bool {
        if let Value::Ptr(made) = self.arena.get(status) {
            return st.block(made.object).is_some_and(|b| b.null == Null::Yes);
        }
        let Some(fact) = st.fact(status) else {
            return false;
        };
        let named = |names: &[crate::name::Name]| {
            names.iter().any(|n| {
                let n = n.as_str().to_ascii_lowercase();
                n.ends_with("ok") || n.ends_with("success")
            })
        };
        fact.lo > 0 || fact.hi < 0 || fact.not.contains(&0) || named(&fact.not_variant)
    }

    /// Whether the path found that the foreign call which got the block last had failed.
    fn was_refused(&self, st: &State, block: &Block) -> bool {
        let Escape::Borrowed(to, at) = block.escape else {
            return false;
        };
        let is_status = |v: ValueId| match self.arena.get(v) {
            Value::Opaque { site, source, .. } => {
                *site == at && *source == Source::ForeignResult(to)
            }
            _ => false,
        };
        let mut facts = st.facts().iter().map(|fact| fact.0);
        facts.any(|v| is_status(v) && self.says_failure(st, v))
    }

    /// A block is taken back from a foreign call that failed: one that did not fail keeps it.
    pub(crate) fn note_taken_back(&mut self, st: &State, pointer: ValueId) {
        if let Value::Ptr(p) = self.arena.get(pointer)
            && let Some(block) = st.block(p.object)
            && self.was_refused(st, block)
        {
            self.taken_back.insert(p.object);
        }
    }

    /// Whether the foreign call that got the block keeps it: another path took it back, since there
    /// the call had failed.
    fn is_kept_on_success(&self, st: &State, object: ObjectId) -> bool {
        self.taken_back.contains(&object)
            && st.block(object).is_some_and(|b| {
                matches!(b.escape, Escape::Borrowed(..)) && !self.was_refused(st, b)
            })
    }

    /// A C string that Rust gave up.
    pub(crate) fn is_raw_text(&self, block: &Block) -> bool {
        block.disowned.is_some()
            && match block.family {
                Family::Known(id) => self.families.family(id).name == "rust-cstring",
                _ => false,
            }
    }

    /// An owner gave it up for a pointer. A plain `forget` of what nobody points at is meant.
    fn was_given_up(&self, block: &Block) -> bool {
        match &block.disowned {
            Some(given) => {
                let made_here = matches!(block.birth, Birth::Routine(_));
                block.lent || !block.is_forgotten() || made_here && given.0.name.contains("forget")
            }
            None => false,
        }
    }

    fn is_allocated(&self, block: &Block) -> bool {
        block.disowned.is_none()
            && !block.kept
            && matches!(block.birth, Birth::Routine(_))
            && match block.family {
                Family::Known(id) => self.families.family(id).leaks,
                Family::Foreign(_) | Family::Unknown => false,
            }
    }
}
