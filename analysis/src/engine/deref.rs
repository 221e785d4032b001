//! Dereferencing: what pointers, references and smart pointers on the way of a place lead to.

use super::machine::Machine;
use super::place::Loc;
use super::state::State;
use super::value::{Key, Tag, Value, ValueId};
use crate::event::Usage;
use crate::ir::{Place, Proj};
use crate::name::Name;
use crate::resolve::Lang;
use crate::types::Ty;
use std::sync::Arc;

impl<'p> Machine<'p> {
    /// Follows one pointer, reference or smart pointer.
    pub(crate) fn deref_typed(
        &mut self,
        st: &mut State,
        loc: Loc,
        place: &'p Place,
        at: usize,
    ) -> Option<Loc> {
        let value = self.load_typed(st, &loc, place, at, &Way::default());
        self.deref_value(st, loc, value)
    }

    fn type_on(&mut self, way: &Way, place: &'p Place, at: usize) -> Ty {
        let from = match &way.content {
            Some(ty) => ty.clone(),
            None => self.prefix_type(place, at),
        };
        self.behind_pins(from, way.followed)
    }

    /// What a standard container of this type holds.
    fn content(&self, container: Ty) -> Ty {
        let Ty::Adt(adt, args) = container else {
            return Ty::Unknown;
        };
        let lang = |l| self.program.lang(l) == Some(adt);
        match args.first() {
            _ if lang(Lang::String) => Ty::Str,
            Some(of) if lang(Lang::Vec) => Ty::Slice(Arc::new(of.clone())),
            Some(of) if [Lang::Box, Lang::Rc, Lang::Arc].into_iter().any(lang) => of.clone(),
            _ => Ty::Unknown,
        }
    }

    /// Loads; if the value is unknown, its type decides whether it is a reference or an owner.
    /// `way`: what was followed since the prefix of the place ended.
    fn load_typed(
        &mut self,
        st: &mut State,
        loc: &Loc,
        place: &'p Place,
        at: usize,
        way: &Way,
    ) -> ValueId {
        let value = self.load(st, loc);
        if !self.is_symbol(value) {
            return value;
        }
        let ty = self.type_on(way, place, at);
        let shaped = self.shape(st, value, &ty);
        if shaped != value {
            self.store(st, loc, shaped);
        }
        shaped
    }

    pub(crate) fn deref_value(&mut self, st: &mut State, loc: Loc, value: ValueId) -> Option<Loc> {
        if let Value::Agg {
            tag: Tag::Adt(adt, _) | Tag::AdtAny(adt),
            ..
        } = *self.arena.get(value)
        {
            match self.deref_kind(adt) {
                DerefKind::Field(name) => return Some(loc.child(Key::Name(name))),
                DerefKind::Through(name) => {
                    let inner = loc.child(Key::Name(name));
                    let pointer = self.load(st, &inner);
                    return self.deref_value(st, inner, pointer);
                }
                DerefKind::None => {
                    let ty = Ty::adt(adt, Vec::new());
                    if let Some(&deref) = self.program.fns_of(&ty, Name::DEREF).first() {
                        return self.call_deref(st, &loc, deref);
                    }
                }
            }
        }
        self.touch(st, loc.object, Usage::Read)?;
        self.pointee(value)
    }

    /// Field access goes through references by itself.
    pub(crate) fn through_references(
        &mut self,
        st: &mut State,
        loc: Loc,
        place: &'p Place,
        at: usize,
    ) -> Option<Loc> {
        let mut loc = loc;
        let mut way = Way::default();
        for _ in 0..8 {
            let value = self.load_typed(st, &loc, place, at, &way);
            match self.arena.get(value) {
                Value::Ptr(_) => {
                    loc = self.deref_value(st, loc, value)?;
                    self.implicit = true;
                    way.followed += 1;
                }
                Value::Agg {
                    tag: Tag::Adt(adt, _) | Tag::AdtAny(adt),
                    ..
                } => {
                    let adt = *adt;
                    let field = match place.proj.get(at) {
                        Some(Proj::Field(name)) => Some(*name),
                        _ => None,
                    };
                    let own = field.is_none_or(|name| self.has_field(adt, name));
                    if matches!(place.proj.get(at), Some(Proj::Variant(_) | Proj::Success))
                        && !matches!(self.deref_kind(adt), DerefKind::Through(_))
                    {
                        return Some(loc);
                    }
                    match self.deref_kind(adt) {
                        DerefKind::None => return Some(loc),
                        _ if own && field.is_some() => return Some(loc),
                        DerefKind::Through(_) => {
                            let whole = self.type_on(&way, place, at);
                            loc = self.deref_value(st, loc, value)?;
                            way = Way {
                                followed: 0,
                                content: Some(self.content(whole)),
                            };
                        }
                        DerefKind::Field(_) => {
                            loc = self.deref_value(st, loc, value)?;
                            way.followed += 1;
                        }
                    }
                }
                _ => return Some(loc),
            }
        }
        Some(loc)
    }
}

/// What was followed to where a place leads, beyond what is written.
#[derive(Default)]
struct Way {
    /// The type of what the last container holds.
    content: Option<Ty>,
    /// How many references were followed since.
    followed: usize,
}

/// The type behind so many references; a binding by reference has the type of what it names.
pub(crate) fn behind(ty: Ty, followed: usize) -> Ty {
    let mut ty = ty;
    for _ in 0..followed {
        match ty {
            Ty::Ref(_, inner) | Ty::Ptr(_, inner) => ty = (*inner).clone(),
            other => return other,
        }
    }
    ty
}

/// How `*` works on a standard type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DerefKind {
    /// It does not (or a user's `Deref` decides).
    None,
    /// The field itself.
    Field(Name),
    /// What the field points at.
    Through(Name),
}
