//! Declarations judged: families of `#[paired_alloc]` that lack a half, and functions that do
//! otherwise than it says.

use super::block::Escape;
use super::machine::Machine;
use super::object::Object;
use super::root::Prepared;
use super::state::State;
use super::value::{Value, ValueId};
use crate::event::{Block, Contradiction, Event, EventKind};
use crate::ir::Role;
use crate::name::Name;
use crate::resolve::FnId;
use rustc_hash::FxHashMap;

impl Machine<'_> {
    /// What is wrong with the declarations of the program.
    pub(crate) fn declarations(&mut self) -> Vec<Event> {
        let declared: Vec<FnId> = self
            .program
            .fns()
            .filter(|&id| !self.program.func(id).stub && self.pairing(id).is_some())
            .collect();
        if declared.is_empty() {
            return Vec::new();
        }
        let mut events = self.half_families(&declared);
        self.told_twice(&declared, &mut events);
        for &id in &declared {
            if let Some(contradiction) = self.does_otherwise(id) {
                events.push(self.declared_event(id, EventKind::Contradiction(contradiction)));
            }
        }
        events
    }

    fn half_families(&self, declared: &[FnId]) -> Vec<Event> {
        let mut events = Vec::new();
        let mut seen: Vec<Name> = Vec::new();
        for &id in declared {
            let Some(pairing) = self.pairing(id) else {
                continue;
            };
            let family = pairing.family;
            if seen.contains(&family) || self.is_in_tables(family) {
                continue;
            }
            seen.push(family);
            let roles = || {
                let all = declared.iter().filter_map(|&id| self.pairing(id));
                all.filter(|p| p.family == family).map(|p| p.role)
            };
            // A resize does both, if what it gets may be null.
            let resizes = roles().any(|r| r == Role::Realloc);
            let allocates = resizes || roles().any(|r| r == Role::Alloc);
            let releases = resizes || roles().any(|r| r == Role::Free);
            if allocates != releases {
                let allocator = !allocates;
                events.push(self.declared_event(id, EventKind::HalfFamily { family, allocator }));
            }
        }
        events
    }

    /// Whether the tables know routines of the family: what is not declared is there.
    fn is_in_tables(&self, family: Name) -> bool {
        let id = self.families.named(family.as_str());
        id.is_some_and(|id| {
            self.families.family(id).is_rust()
                || self.families.routines().any(|r| r.family == Some(id))
        })
    }

    /// Two declarations of one symbol that do not agree.
    fn told_twice(&self, declared: &[FnId], events: &mut Vec<Event>) {
        let mut first: FxHashMap<Name, FnId> = FxHashMap::default();
        for &id in declared {
            let def = self.program.func(id);
            if !def.foreign && !self.program.function(id).exported {
                continue;
            }
            let &mut before = first.entry(def.link_name).or_insert(id);
            let says = |id| self.pairing(id).map(|p| (p.family, p.role, p.arg, p.out));
            if says(before) != says(id) {
                let at = self.program.func(before).name_span;
                let kind = EventKind::Contradiction(Contradiction::Declared { at });
                events.push(self.declared_event(id, kind));
            }
        }
    }

    /// Whether the body visibly does something else on all its paths.
    fn does_otherwise(&mut self, id: FnId) -> Option<Contradiction> {
        let pairing = self.pairing(id)?;
        self.program.func(id).body?;
        let Prepared { active, state } = self.prepare_root(id)?;
        let ends = self.run_root(active, state);
        let handed = std::mem::take(&mut self.handed);
        self.events.clear();
        if ends.is_empty() || self.capped {
            return None;
        }
        match pairing.role {
            Role::Alloc if pairing.out.is_none() => {
                let stale = |(_, result): &(State, ValueId)| match self.arena.get(*result) {
                    Value::Ptr(p) => matches!(
                        self.objects.get(p.object),
                        Object::Static(_) | Object::Local(..) | Object::Literal(_)
                    ),
                    _ => false,
                };
                ends.iter().all(stale).then_some(Contradiction::NotFresh)
            }
            Role::Free => {
                let pointer = self.arena.add(Value::Param(pairing.arg));
                let object = self.objects.add(Object::Pointee(pointer));
                let untouched = ends.iter().all(|(st, result)| {
                    let idle = st
                        .block(object)
                        .is_none_or(|b| b.is_live() && b.owners <= 0 && b.escape == Escape::No);
                    // Who writes behind the pointer may mark it as free.
                    idle && st.heap_get(object).is_none() && !self.goes_on(st, *result, pointer)
                });
                let passed = handed.iter().any(|h| {
                    let behind =
                        matches!(self.arena.get(h.value), Value::Ptr(p) if p.object == object);
                    behind || self.mentions(h.value, pointer)
                });
                let params = &self.program.function(id).written.params;
                let parameter = params.get(pairing.arg as usize)?.name;
                (untouched && !passed).then_some(Contradiction::NotReleased { parameter })
            }
            Role::Alloc | Role::Realloc => None,
        }
    }

    /// Whether the pointer is returned or stored.
    fn goes_on(&self, st: &State, result: ValueId, pointer: ValueId) -> bool {
        self.mentions(result, pointer) || st.heap().iter().any(|(_, v)| self.mentions(*v, pointer))
    }

    fn declared_event(&self, id: FnId, kind: EventKind) -> Event {
        let def = self.program.func(id);
        Event {
            kind,
            site: def.name_span,
            call: None,
            function: def.label.clone(),
            block: Block::unknown(),
            steps: Vec::new(),
        }
    }
}
