//! Copied owners: a type whose `Drop` releases what a field points to, and whose `Clone` copies it.

use super::block::Status;
use super::machine::Machine;
use super::object::Object;
use super::place::Loc;
use super::root::Prepared;
use super::state::State;
use super::value::{Key, SiteId, Tag, Value, ValueId};
use crate::event::{Act, Block, Event, EventKind, Routine};
use crate::name::Name;
use crate::resolve::{AdtId, FnId, Lang};
use crate::span::Span;
use crate::types::Ty;

/// A pointer that a function which is not in view got.
pub(crate) struct Handed {
    pub(crate) to: Name,
    pub(crate) value: ValueId,
    pub(crate) at: Span,
    /// It is known to take a count back.
    pub(crate) counts_down: bool,
}

/// Words in the names of foreign functions that release.
const RELEASING: &[&str] = &[
    "free", "destroy", "delete", "release", "close", "drop", "unref", "dispose", "dealloc", "fini",
];

/// What a type's `Drop` does to a field.
struct Released {
    /// The fields and variants on the way to the pointer: `inner`, `url`.
    path: Vec<Name>,
    by: Routine,
    at: Span,
}

impl Machine<'_> {
    /// All types of the program that are copied although they own.
    pub(crate) fn cloned_owners(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        for adt in self.program.adts() {
            let def = self.program.adt(adt);
            if def.stub || !self.has_pointer_field(adt) {
                continue;
            }
            let Some(drop) = self.program.drop_impl(adt) else {
                continue;
            };
            let derived = def.derives.iter().any(|d| *d == "Clone");
            let written = self.clone_fn(adt);
            if !derived && written.is_none() {
                continue;
            }
            for released in self.released_fields(drop) {
                let mut way = self.way(adt, &released.path).into_iter();
                let copied = derived
                    && way.all(|(_, ty)| ty.is_none_or(|ty| self.copies_pointer(ty, 3)))
                    || written.is_some_and(|f| self.copies((f, drop), adt, released.path[0]));
                if copied {
                    events.push(self.cloned_event(adt, released));
                    break;
                }
            }
        }
        events
    }

    /// Whether a field is a pointer, or holds one that is copied with it.
    fn has_pointer_field(&self, adt: AdtId) -> bool {
        let variants = &self.program.adt(adt).variants;
        let mut fields = variants.iter().flat_map(|v| &v.fields);
        fields.any(|f| self.copies_pointer(&f.1, 3))
    }

    /// Whether to copy or derive a copy of a value of the type copies a pointer.
    fn copies_pointer(&self, ty: &Ty, depth: u32) -> bool {
        match ty {
            // A foreign typedef hides the pointer.
            Ty::Ptr(..) | Ty::External(_) => true,
            Ty::Adt(inner, args) => {
                let def = self.program.adt(*inner);
                let plain = def.copy || def.derives.iter().any(|d| *d == "Clone");
                let mut fields = def.variants.iter().flat_map(|v| &v.fields);
                def.name == "NonNull"
                    || Some(*inner) == self.program.lang(Lang::Option)
                        && args.iter().any(|arg| self.copies_pointer(arg, depth))
                    || !def.stub
                        && plain
                        && depth > 0
                        && self.program.drop_impl(*inner).is_none()
                        && fields.any(|f| self.copies_pointer(&f.1, depth - 1))
            }
            _ => false,
        }
    }

    fn clone_fn(&self, adt: AdtId) -> Option<FnId> {
        let own = Ty::adt(adt, Vec::new());
        let all = self.program.fns_of(&own, Name::new("clone"));
        all.iter()
            .copied()
            .find(|&id| self.program.func(id).body.is_some())
    }

    /// Fields whose pointee the `Drop` releases.
    fn released_fields(&mut self, drop: FnId) -> Vec<Released> {
        let Some(Prepared { active, state }) = self.prepare_root(drop) else {
            return Vec::new();
        };
        let at = self.program.func(drop).name_span;
        let ends = self.run_root(active, state);
        let handed = std::mem::take(&mut self.handed);
        self.events.clear();
        let mut out = Vec::new();
        for (st, _) in &ends {
            for (object, block) in st.blocks() {
                if let (Status::Ended(end), Object::Pointee(v)) =
                    (&block.status, self.objects.get(*object))
                    && let Some(path) = self.own_field(v)
                {
                    out.push(Released {
                        path,
                        by: end.by.clone(),
                        at: if end.at.is_stub() { at } else { end.at },
                    });
                }
            }
        }
        for pointer in handed {
            let name = pointer.to.as_str().to_lowercase();
            if (pointer.counts_down || RELEASING.iter().any(|word| name.contains(word)))
                && let Some(path) = self.own_field(pointer.value)
            {
                out.push(Released {
                    path,
                    by: Routine {
                        name: pointer.to.to_string(),
                        family: String::new(),
                        act: Act::Release,
                    },
                    at: pointer.at,
                });
            }
        }
        out
    }

    /// The names on the way with the types of the fields, as far as the types are the user's.
    fn way(&self, adt: AdtId, path: &[Name]) -> Vec<(Name, Option<&Ty>)> {
        let (mut way, mut within, mut variant) = (Vec::new(), Some(adt), None);
        for name in path {
            let def = within.map(|adt| self.program.adt(adt));
            if def.is_some_and(|def| def.stub) {
                break;
            }
            let variants = def.map_or(&[][..], |def| &def.variants[..]);
            if variants.len() > 1 && variants.iter().any(|v| v.name == *name) {
                variant = Some(*name);
                way.push((*name, None));
                continue;
            }
            let here = variants
                .iter()
                .filter(|v| variant.is_none_or(|name| v.name == name));
            let field = here.flat_map(|v| &v.fields).find(|f| f.0 == *name);
            let ty = field.map(|f| &f.1);
            within = match ty {
                Some(Ty::Adt(inner, _)) => Some(*inner),
                _ => None,
            };
            variant = None;
            way.push((*name, ty));
        }
        way
    }

    /// The way from `self` to where an unknown value was loaded from: at least one name.
    fn own_field(&mut self, v: ValueId) -> Option<Vec<Name>> {
        let this = self.arena.add(Value::Param(0));
        let this = self.objects.add(Object::Pointee(this));
        let mut at = v;
        let mut path: Vec<Name> = Vec::new();
        for _ in 0..6 {
            match self.arena.get(at) {
                Value::Part(of, Key::Name(name)) => {
                    path.push(*name);
                    at = *of;
                }
                Value::Initial(object) if *object == this => {
                    path.reverse();
                    return (!path.is_empty()).then_some(path);
                }
                _ => return None,
            }
        }
        None
    }

    /// Whether a `Clone` written by hand copies the field and asks nobody for another count, and the
    /// `Drop` releases what the copy holds: it may be told that this one only borrows.
    fn copies(&mut self, (clone, drop): (FnId, FnId), adt: AdtId, field: Name) -> bool {
        let Some(Prepared { active, state }) = self.prepare_root(clone) else {
            return false;
        };
        let ends = self.run_root(active, state);
        let asked = !std::mem::take(&mut self.handed).is_empty();
        self.events.clear();
        // One that writes counts its copies.
        let copied = !asked
            && !self.writes_outside
            && !ends.is_empty()
            && ends.iter().all(|(st, result)| {
                let Value::Agg {
                    tag: Tag::Adt(found, _),
                    ..
                } = *self.arena.get(*result)
                else {
                    return false;
                };
                let part = self.arena.part(*result, Key::Name(field));
                let same = found == adt && st.blocks().is_empty();
                same && self.own_field_of(part) == Some(field)
            });
        copied
            && ends
                .into_iter()
                .any(|(st, copy)| self.frees_copy(st, drop, copy, field))
    }

    /// Whether a `Drop` releases what a field of this copy has from the original, or may hand it on
    /// to be.
    fn frees_copy(&mut self, mut st: State, drop: FnId, copy: ValueId, field: Name) -> bool {
        let object = self.objects.add(Object::Literal(SiteId(u32::MAX)));
        st.heap_set(object, copy);
        let this = self.point_at(&Loc::whole(object), false);
        let ends = self.tried_half(st, drop, &[this]);
        self.events.clear();
        let handed = std::mem::take(&mut self.handed).into_iter();
        let mut gone: Vec<ValueId> = handed.map(|handed| handed.value).collect();
        let blocks = ends.iter().flat_map(|(st, _)| st.blocks());
        for (object, _) in blocks.filter(|(_, block)| !block.is_live()) {
            if let Object::Pointee(pointer) = self.objects.get(*object) {
                gone.push(pointer);
            }
        }
        gone.into_iter()
            .any(|v| self.own_field(v).is_some_and(|own| own[0] == field))
    }

    fn own_field_of(&self, v: ValueId) -> Option<Name> {
        match self.arena.get(v) {
            Value::Part(of, Key::Name(name)) => {
                matches!(self.arena.get(*of), Value::Initial(_)).then_some(*name)
            }
            _ => None,
        }
    }

    fn cloned_event(&self, adt: AdtId, released: Released) -> Event {
        let def = self.program.adt(adt);
        let way = self.way(adt, &released.path);
        let names: Vec<&str> = way.iter().map(|(name, _)| name.as_str()).collect();
        Event {
            kind: EventKind::ClonedOwner {
                by: released.by,
                released_at: released.at,
                field: names.join("."),
            },
            site: def.name_span,
            call: None,
            function: def.label.clone(),
            block: Block {
                layout: def.label.clone(),
                ..Block::unknown()
            },
            steps: Vec::new(),
        }
    }
}
