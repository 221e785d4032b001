//! Where unknown values come from.

use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::place::Loc;
use super::value::{Key, Value, ValueId};
use crate::resolve::{FnId, StaticId};

/// What is made up for the parameters of a function that nobody calls begins here: no function has
/// so many.
const MADE_UP: u32 = 50;

impl Machine<'_> {
    /// The value that this one is a part of, and the way from there.
    pub(crate) fn whole_of(&self, value: ValueId) -> (ValueId, Vec<Key>) {
        let (mut at, mut path) = (value, Vec::new());
        while let Value::Part(of, key) = self.arena.get(at) {
            path.push(*key);
            at = *of;
        }
        path.reverse();
        (at, path)
    }

    /// The object that an unknown value was loaded from, and the way within it.
    pub(crate) fn origin(&self, value: ValueId) -> Option<(ObjectId, Vec<Key>)> {
        let (whole, path) = self.whole_of(value);
        match self.arena.get(whole) {
            Value::Initial(object) => Some((*object, path)),
            _ => None,
        }
    }

    /// The place outside of the root's own memory that an unknown value was loaded from.
    pub(crate) fn place_of(&self, value: ValueId) -> Option<Loc> {
        let (object, path) = self.origin(value)?;
        let mut loc = Loc::whole(object);
        loc.path = path;
        self.is_outside(object).then_some(loc)
    }

    /// The static that an unknown value was loaded from.
    pub(crate) fn static_holder(&self, value: ValueId) -> Option<StaticId> {
        match self.objects.get(self.origin(value)?.0) {
            Object::Static(id) => Some(id),
            _ => None,
        }
    }

    /// Whether an unknown value is part of what the root got.
    pub(crate) fn is_given(&self, value: ValueId) -> bool {
        let mut at = value;
        loop {
            let (whole, _) = self.whole_of(at);
            at = match self.arena.get(whole) {
                Value::Param(_) => return true,
                Value::Initial(object) => match self.objects.get(*object) {
                    Object::Pointee(of) => of,
                    _ => return false,
                },
                _ => return false,
            };
        }
    }

    /// Unknown arguments for a function's parameters from this one on.
    pub(crate) fn unknown_args(&mut self, of: FnId, from: usize) -> Vec<ValueId> {
        let count = self.program.signature(of).params.len();
        let made_up = |n: usize| Value::Param(MADE_UP + n as u32);
        (from..count).map(|n| self.arena.add(made_up(n))).collect()
    }
}
