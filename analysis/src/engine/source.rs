//! Foreign origins: which routine out of view a pointer came from, and whether it only lent it.

use super::block::{Birth, Family};
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::state::State;
use super::value::{Key, SiteId, Source, Value, ValueId};
use crate::event::{Act, Routine};
use crate::families::Effect;
use crate::name::Name;
use std::rc::Rc;

impl Machine<'_> {
    /// What a foreign call returned or filled in has a foreign origin, named or not.
    pub(crate) fn foreign_birth(&mut self, st: &mut State, object: ObjectId, pointer: ValueId) {
        let Some(name) = self.foreign_source(pointer) else {
            return;
        };
        // What a foreign call wrote may be user data that it never looked at.
        let made_at = self.returned_at(pointer);
        let routine = Routine {
            name: name.to_string(),
            family: String::new(),
            act: Act::Acquire,
        };
        if let Some(block) = st.block_mut(object)
            && block.family == Family::Unknown
            && block.owners == 0
        {
            block.family = Family::Foreign(name);
            block.site = made_at.unwrap_or(block.site);
            block.birth = Birth::Routine(Rc::new(routine));
        }
    }

    /// The call that returned the pointer, or what the library keeps it in.
    fn returned_at(&self, pointer: ValueId) -> Option<SiteId> {
        let mut at = pointer;
        for _ in 0..6 {
            at = match self.arena.get(at) {
                Value::Opaque {
                    source: Source::ForeignResult(_),
                    site,
                    ..
                } => return (at == pointer || self.lent_by(at).is_some()).then_some(*site),
                Value::Part(of, _) => *of,
                Value::Initial(object) => match self.objects.get(*object) {
                    Object::Pointee(of) => of,
                    _ => return None,
                },
                _ => return None,
            };
        }
        None
    }

    /// The routine that returned the pointer, if by its contract the library keeps the memory.
    pub(crate) fn lent_by(&self, pointer: ValueId) -> Option<Name> {
        let Value::Opaque {
            source: Source::ForeignResult(name),
            ..
        } = self.arena.get(pointer)
        else {
            return None;
        };
        self.is_lender(*name).then_some(*name)
    }

    /// Whether by its contract the library keeps the memory that the routine returns.
    pub(crate) fn is_lender(&self, name: Name) -> bool {
        let last = name.as_str().rsplit("::").next().unwrap_or_default();
        let routine = self.families.routine(Name::new(last));
        routine.is_some_and(|routine| routine.effects.contains(&Effect::Borrowed))
    }

    /// The foreign routine that made an unknown pointer, through fields and loads.
    pub(crate) fn foreign_source(&self, v: ValueId) -> Option<Name> {
        let mut at = v;
        let mut field = false;
        for _ in 0..6 {
            match self.arena.get(at) {
                Value::Opaque {
                    source: Source::ForeignResult(name) | Source::ForeignOut(name),
                    ..
                } => return Some(*name),
                Value::Part(of, key) => {
                    field |= matches!(key, Key::Name(_));
                    at = *of;
                }
                // An element of an array that foreign code made. A field may hold what Rust once
                // stored there, unless the library keeps the whole.
                Value::Initial(object) => match self.objects.get(*object) {
                    Object::Pointee(of) if field => return self.lent_by(of),
                    Object::Pointee(of) => at = of,
                    _ => return None,
                },
                Value::Agg {
                    rest: Some(rest), ..
                } => at = *rest,
                _ => return None,
            }
        }
        None
    }
}
