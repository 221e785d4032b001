//! The first field of a C struct: it stands where the struct begins, and is read through pointers to
//! either.

use super::machine::Machine;
use super::object::Object;
use super::place::Loc;
use super::state::State;
use super::value::{Key, Tag, Value, ValueId};
use crate::name::Name;
use crate::resolve::AdtId;

/// How deep first fields are nested.
const DEPTH: usize = 4;

impl Machine<'_> {
    /// What stands at the start of a C struct that is read as a number.
    pub(crate) fn first_number(&mut self, value: ValueId) -> ValueId {
        let mut at = value;
        for _ in 0..DEPTH {
            let Value::Agg {
                tag: Tag::Adt(adt, 0),
                ..
            } = *self.arena.get(at)
            else {
                return at;
            };
            let Some(first) = self.first_field(adt) else {
                return value;
            };
            at = self.arena.part(at, Key::Name(first));
        }
        at
    }

    /// A field of what stands in a block, or of its first field: the block is looked at as what it
    /// begins with.
    pub(crate) fn field_loc(&mut self, st: &State, loc: Loc, field: Name) -> Loc {
        let whole =
            loc.path.is_empty() && matches!(self.objects.get(loc.object), Object::Block(..));
        let mut at = loc;
        for _ in 0..if whole { DEPTH } else { 0 } {
            let value = self.load(st, &at);
            let Value::Agg {
                tag: Tag::Adt(adt, 0),
                ..
            } = *self.arena.get(value)
            else {
                break;
            };
            match self.first_field(adt) {
                Some(first) if !self.has_field(adt, field) => at = at.child(Key::Name(first)),
                _ => break,
            }
        }
        at.child(Key::Name(field))
    }

    /// The name of the field that stands at the start for sure.
    fn first_field(&self, adt: AdtId) -> Option<Name> {
        let def = self.program.adt(adt);
        let first = def.variants.first().and_then(|v| v.fields.first());
        let first = first.filter(|_| def.repr.c || def.repr.transparent);
        first.map(|field| field.0)
    }
}
