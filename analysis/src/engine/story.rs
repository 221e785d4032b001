//! Stories: where something is reported, who did it, and what led to it.

use super::block::{Birth, Block, End, Family, Layout, Status};
use super::machine::Machine;
use super::object::ObjectId;
use super::site::Sites;
use super::state::State;
use super::value::{SiteId, Value, ValueId};
use crate::event::{
    Act, Block as EventBlock, Event, EventKind, Loss, Origin, Routine, Step, StepKind, Usage,
};
use crate::span::Span;
use crate::types::{self, Ty};

/// Where an event is reported, seen from the root.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) site: Span,
    /// The call into a helper in which it happens: the helper's name, and the place inside.
    pub(crate) inside: Option<(String, Span)>,
    /// The helper's call in its context.
    pub(crate) helper: Option<SiteId>,
}

impl Machine<'_> {
    /// The innermost statement of the user's code.
    pub(crate) fn user_place(&self) -> Span {
        let user = self.active.iter().rev().find(|a| !a.stub);
        user.map_or(Span::STUBS, |a| a.at)
    }

    /// Where something that happens now is reported: in the root's own code.
    pub(crate) fn report_place(&self) -> Place {
        let home = self.active.iter().rposition(|a| a.home).unwrap_or(0);
        let site = self.active.get(home).map_or(Span::STUBS, |a| a.at);
        let helper = self.active[home + 1..].iter().find(|a| !a.stub);
        Place {
            site,
            inside: helper.map(|h| {
                let name = h.owner.map(|id| self.program.func(id).label.clone());
                (name.unwrap_or_default(), self.user_place())
            }),
            helper: helper.map(|h| h.site),
        }
    }

    /// The routine that is at work now: the function of std that the user's code called, or a
    /// drop. `name` is used where no stub is active (a foreign routine).
    pub(crate) fn routine(&self, name: &str, family: &Family, act: Act) -> Routine {
        let user = self.active.iter().rposition(|a| !a.stub).unwrap_or(0);
        let outer = self.active.get(user + 1);
        let dropped = self.active[user..].iter().find_map(|a| a.by_drop);
        let label = outer
            .and_then(|a| a.owner)
            .map(|id| self.program.func(id).label.clone());
        let label = match (act, dropped) {
            (Act::Release, Some(ty)) if !ty.is_empty() && self.active[user].by_drop.is_some() => {
                Some(ty.to_string())
            }
            _ => label,
        };
        let act = match act {
            Act::Release if dropped.is_some() => Act::Drop,
            other => other,
        };
        Routine {
            name: label.unwrap_or_else(|| name.to_string()),
            family: self.family_words(family),
            act,
        }
    }

    pub(crate) fn family_words(&self, family: &Family) -> String {
        match family {
            Family::Known(id) => self.families.family(*id).label.clone(),
            Family::Foreign(_) | Family::Unknown => String::new(),
        }
    }

    pub(crate) fn layout_words(&self, layout: &Layout) -> String {
        match layout {
            Layout::One(Ty::Unknown) | Layout::Many(Ty::Unknown, _) | Layout::Unknown => {
                String::new()
            }
            Layout::One(ty) => types::type_name(self.program, ty),
            Layout::Many(ty, n) => {
                let ty = types::type_name(self.program, ty);
                match self.arena.as_int(*n) {
                    Some(n) => format!("[{ty}; {n}]"),
                    None => format!("[{ty}]"),
                }
            }
            Layout::Bytes { size, align } => match self.arena.as_int(*size) {
                Some(size) => match self.arena.as_int(*align) {
                    Some(align) => format!("{size} bytes, align {align}"),
                    None => format!("{size} bytes"),
                },
                None => String::new(),
            },
        }
    }

    /// The block in words.
    pub(crate) fn describe(&self, block: &Block) -> EventBlock {
        let origin = match &block.birth {
            Birth::Routine(by) => match &block.disowned {
                Some(given) => Origin::Routine {
                    by: given.0.clone(),
                    at: given.1,
                },
                None => Origin::Routine {
                    by: (**by).clone(),
                    at: block.born_at,
                },
            },
            Birth::Parameter(name) => match &block.disowned {
                Some(given) => Origin::Routine {
                    by: given.0.clone(),
                    at: given.1,
                },
                None => Origin::Parameter {
                    name: *name,
                    at: block.born_at,
                },
            },
            Birth::Unknown => match &block.disowned {
                Some(given) => Origin::Routine {
                    by: given.0.clone(),
                    at: given.1,
                },
                None => Origin::Unknown,
            },
        };
        EventBlock {
            origin,
            family: self.family_words(&block.family),
            layout: self.layout_words(&block.layout),
            release_with: self.release_with(block),
            foreign: matches!(block.family, Family::Foreign(_)),
            resized: block.resized,
        }
    }

    fn release_with(&self, block: &Block) -> Vec<String> {
        match &block.family {
            Family::Known(id) => {
                let mut out = Vec::new();
                if let Some(given) = &block.disowned
                    && let Some((container, "into_raw")) = given.0.name.rsplit_once("::")
                {
                    out.push(format!("{container}::from_raw"));
                }
                for name in &self.families.family(*id).release_with {
                    if !out.contains(name) {
                        out.push(name.clone());
                    }
                }
                out
            }
            Family::Foreign(_) | Family::Unknown => Vec::new(),
        }
    }

    /// Files an event, once for each place and block.
    pub(crate) fn emit(
        &mut self,
        object: ObjectId,
        st: &mut State,
        kind: EventKind,
        site: Span,
        steps: Vec<Step>,
    ) {
        self.audit_observed(object);
        let Some(block) = st.block_mut(object) else {
            return;
        };
        let hygiene = is_hygiene(&kind);
        if block.reported && !hygiene {
            return;
        }
        if !hygiene {
            block.reported = true;
        }
        let block = block.clone();
        let rank = rank(&kind);
        if !self.seen_events.insert((rank, site, block.born_at)) {
            return;
        }
        let mut story = block.story();
        story.extend(steps);
        let event = Event {
            kind,
            site,
            call: self.expanded_by(site),
            function: self.root_label.clone(),
            block: self.describe(&block),
            steps: story,
        };
        self.events.push(event);
    }

    /// Takes an event back, so that it may be told again.
    pub(crate) fn retract(&mut self, event: &Event, made_at: Span) {
        let seen = (rank(&event.kind), event.site, made_at);
        self.seen_events.remove(&seen);
    }

    /// The macro call that brought code into the root, or into what it follows now.
    fn expanded_by(&self, site: Span) -> Option<Span> {
        let root = self.root.and_then(|id| self.program.func(id).body);
        let bodies = self.active.iter().map(|a| a.body).chain(root);
        let mut calls = bodies
            .flat_map(|body| &self.program.body(body).expansions)
            .filter(|(_, region)| region.contains(site))
            .map(|(call, _)| *call);
        let call = calls.next()?;
        calls.all(|other| other == call).then_some(call)
    }

    /// Files an event that happens here and now, unless a helper has it all to itself.
    pub(crate) fn emit_here(
        &mut self,
        object: ObjectId,
        st: &mut State,
        kind: EventKind,
        since: &[SiteId],
    ) {
        let place = self.report_place();
        self.emit_at(object, st, kind, since, &place);
    }

    pub(crate) fn emit_at(
        &mut self,
        object: ObjectId,
        st: &mut State,
        kind: EventKind,
        since: &[SiteId],
        place: &Place,
    ) {
        if let Some(helper) = place.helper
            && since.iter().all(|&s| self.is_helpers_own(s, helper))
        {
            // The helper's own analysis reports it.
            self.audit_observed(object);
            if let Some(block) = st.block_mut(object) {
                block.reported |= !is_hygiene(&kind);
            }
            return;
        }
        let mut steps = Vec::new();
        if let Some((to, at)) = &place.inside {
            steps.push(Step {
                at: *at,
                what: StepKind::Passed { to: to.clone() },
            });
        }
        if place.site.is_stub() {
            return;
        }
        self.emit(object, st, kind, place.site, steps);
    }

    /// Whether it happened in a helper's code, not in a closure of the root's that the helper calls.
    pub(crate) fn is_helpers_own(&self, site: SiteId, helper: SiteId) -> bool {
        let own = |body| {
            let mut made = self.made.iter();
            made.any(|made| made.body == body && made.owner == self.root)
        };
        self.sites.is_within(site, helper) && !self.sites.passes(site, helper, own)
    }

    /// Since when a value that is no block is wrong: if the root handed it to a helper, since the root
    /// began, else since now.
    pub(crate) fn value_since(&mut self, st: &State, value: ValueId) -> SiteId {
        let home = self.active.iter().rposition(|a| a.home).unwrap_or(0);
        let helper = self.active[home + 1..].iter().find(|a| !a.stub);
        let handed = helper.is_some_and(|helper| {
            let params = &self.program.body(helper.body).params;
            let frame = st.frames.iter().find(|f| f.site == helper.site);
            frame.is_some_and(|frame| {
                let mut held = params.iter().map(|p| frame.locals[p.0 as usize]);
                held.any(|v| v == value || self.point_into_one(v, value))
            })
        });
        match handed {
            true => Sites::ROOT,
            false => self.here(),
        }
    }

    fn point_into_one(&self, a: ValueId, b: ValueId) -> bool {
        match (self.arena.get(a), self.arena.get(b)) {
            (Value::Ptr(a), Value::Ptr(b)) => a.object == b.object,
            _ => false,
        }
    }

    pub(crate) fn report_use_after(
        &mut self,
        st: &mut State,
        object: ObjectId,
        end: &End,
        used: Usage,
    ) {
        let kind = if end.zero_resize {
            EventKind::ZeroSized {
                by: end.by.clone(),
                certain: false,
            }
        } else {
            EventKind::UseAfter {
                ended_by: end.by.clone(),
                ended_at: end.at,
                used,
            }
        };
        if end.zero_resize {
            // Reported where the size can be zero: at the resize.
            let at = end.at;
            self.emit(object, st, kind, at, Vec::new());
            if let Some(block) = st.block_mut(object) {
                block.reported = true;
            }
            return;
        }
        let since = self.since_end(end);
        self.emit_here(object, st, kind, &[since]);
    }

    /// Since when a block is gone: what an earlier call of a helper ended was ended by the root, in the
    /// eyes of this one.
    pub(crate) fn since_end(&self, end: &End) -> SiteId {
        let home = self.active.iter().rposition(|a| a.home).unwrap_or(0);
        let helper = self.active[home + 1..].iter().find(|a| !a.stub);
        match helper.is_some_and(|helper| end.step < helper.entered) {
            true => Sites::ROOT,
            false => end.site,
        }
    }

    pub(crate) fn report_unchecked(&mut self, st: &mut State, object: ObjectId, used: Usage) {
        let Some(block) = st.block(object) else {
            return;
        };
        if !matches!(block.birth, Birth::Routine(_)) {
            return;
        }
        let born = block.site;
        self.emit_here(object, st, EventKind::Unchecked { used }, &[born]);
    }

    /// Adds a step to a block's story.
    pub(crate) fn tell(&mut self, st: &mut State, object: ObjectId, what: StepKind) {
        self.audit_step(object, &what);
        let at = self.user_place();
        if let Some(block) = st.block_mut(object) {
            block.push_step(Step { at, what });
        }
    }

    pub(crate) fn ended(&mut self, by: Routine, zero_resize: bool) -> Status {
        let place = self.report_place();
        Status::Ended(std::rc::Rc::new(End {
            by,
            at: place.site,
            zero_resize,
            site: self.here(),
            step: self.steps,
        }))
    }

    pub(crate) fn report_lost(
        &mut self,
        st: &mut State,
        object: ObjectId,
        how: Loss,
        lost_at: Span,
    ) {
        let Some(block) = st.block(object) else {
            return;
        };
        let site = match (&block.disowned, block.resize_failed) {
            // The routine to mend is the resize, not the first allocation.
            (_, Some(at)) => at,
            (Some(given), None) => given.1,
            (None, None) => block.born_at,
        };
        if site.is_stub() {
            return;
        }
        let left = st.failed_with.filter(|(given, _)| *given == object);
        let steps = left.map(|(_, at)| Step {
            at,
            what: StepKind::Left,
        });
        let kind = EventKind::Lose { how, lost_at };
        self.emit(object, st, kind, site, steps.into_iter().collect());
    }
}

fn rank(kind: &EventKind) -> u8 {
    match kind {
        EventKind::Reclaim { .. } => 0,
        EventKind::UseAfter { .. } => 1,
        EventKind::TwoOwners { .. } => 2,
        EventKind::Lose { .. } => 3,
        EventKind::ZeroSized { .. } => 4,
        EventKind::Unchecked { .. } => 5,
        EventKind::UncheckedSize { .. } => 6,
        EventKind::ClonedOwner { .. } => 7,
        EventKind::NeverReleased { .. } => 8,
        EventKind::Unpaired => 9,
        EventKind::HalfFamily { .. } => 10,
        EventKind::Contradiction(_) => 11,
        EventKind::LostByPanic { .. } => 12,
    }
}

/// Whether it is about the way of allocating, not about what then became of the block.
fn is_hygiene(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Unchecked { .. }
            | EventKind::ZeroSized { .. }
            | EventKind::UncheckedSize { .. }
            | EventKind::LostByPanic { .. }
    )
}
