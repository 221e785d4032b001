//! Places: where a path of projections leads, reading it, writing it, pointing at it.

use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::state::State;
use super::value::{Key, Pointer, Tag, Value, ValueId};
use crate::ir::{Base, LocalId, Path, Place, Proj};
use crate::name::Name;
use crate::resolve::{FnId, Res, StaticId};
use crate::types::{Len, Ty};
use std::rc::Rc;

/// A part of an object.
#[derive(Clone, Debug)]
pub(crate) struct Loc {
    pub(crate) object: ObjectId,
    pub(crate) path: Vec<Key>,
    pub(crate) offset: ValueId,
    pub(crate) len: Option<ValueId>,
    pub(crate) shared: bool,
}

impl Loc {
    pub(crate) fn whole(object: ObjectId) -> Loc {
        Loc {
            object,
            path: Vec::new(),
            offset: ValueId::ZERO,
            len: None,
            shared: false,
        }
    }

    pub(crate) fn of(pointer: &Pointer) -> Loc {
        Loc {
            object: pointer.object,
            path: pointer.path.to_vec(),
            offset: pointer.offset,
            len: pointer.len,
            shared: pointer.shared,
        }
    }

    /// The part `key` of this part.
    pub(crate) fn child(mut self, key: Key) -> Loc {
        if self.offset != ValueId::ZERO {
            self.path.push(Key::At(self.offset));
            self.offset = ValueId::ZERO;
        }
        self.path.push(key);
        self.len = None;
        self
    }
}

impl<'p> Machine<'p> {
    /// What an object holds as a whole.
    pub(crate) fn root_value(&mut self, st: &State, object: ObjectId) -> ValueId {
        if let Object::Local(site, local) = self.objects.get(object) {
            return match st.frame_of(site) {
                Some(frame) => st.local(frame, local),
                None => ValueId::UNINIT,
            };
        }
        match st.heap_get(object) {
            Some(value) => value,
            None => self.arena.add(Value::Initial(object)),
        }
    }

    pub(crate) fn set_root(&mut self, st: &mut State, object: ObjectId, value: ValueId) {
        if let Object::Local(site, local) = self.objects.get(object) {
            if let Some(frame) = st.frame_of(site) {
                st.set_local(frame, local, value);
            }
            return;
        }
        st.heap_set(object, value);
    }

    /// What a part holds.
    pub(crate) fn load(&mut self, st: &State, loc: &Loc) -> ValueId {
        let mut value = self.root_value(st, loc.object);
        for &key in &loc.path {
            value = self.arena.part(value, key);
        }
        if loc.offset != ValueId::ZERO {
            value = self.arena.part(value, Key::At(loc.offset));
        }
        value
    }

    /// Stores into a part; nothing is dropped.
    pub(crate) fn store(&mut self, st: &mut State, loc: &Loc, value: ValueId) {
        let mut keys = loc.path.clone();
        if loc.offset != ValueId::ZERO {
            keys.push(Key::At(loc.offset));
        }
        let root = self.root_value(st, loc.object);
        let new = self.replace(root, &keys, value);
        self.set_root(st, loc.object, new);
    }

    fn replace(&mut self, whole: ValueId, keys: &[Key], value: ValueId) -> ValueId {
        let Some((&first, rest)) = keys.split_first() else {
            return value;
        };
        let inner = if rest.is_empty() {
            value
        } else {
            let inner = self.arena.part(whole, first);
            self.replace(inner, rest, value)
        };
        self.arena.with_part(whole, first, inner)
    }

    /// A pointer to a part.
    pub(crate) fn point_at(&mut self, loc: &Loc, shared: bool) -> ValueId {
        self.arena.add(Value::Ptr(Pointer {
            object: loc.object,
            path: loc.path.clone().into(),
            offset: loc.offset,
            len: loc.len,
            shared,
        }))
    }

    /// A pointer to the beginning of an object.
    pub(crate) fn pointer_to(&mut self, object: ObjectId) -> ValueId {
        self.point_at(&Loc::whole(object), false)
    }

    /// What a pointer value points at; `None` if it is null and the path ends.
    pub(crate) fn pointee(&mut self, v: ValueId) -> Option<Loc> {
        match self.arena.get(v) {
            Value::Ptr(p) => Some(Loc::of(p)),
            Value::Int(0) => None,
            _ => Some(Loc::whole(self.objects.add(Object::Pointee(v)))),
        }
    }

    /// A variable of the active frame.
    pub(crate) fn local_loc(&mut self, local: LocalId) -> Loc {
        let site = self.active().site;
        Loc::whole(self.objects.add(Object::Local(site, local)))
    }

    /// Where a place is; `None` if the path ends on the way there (a null dereference).
    pub(crate) fn locate(&mut self, st: &mut State, place: &'p Place) -> Option<Loc> {
        self.implicit = false;
        let mut loc = match &place.base {
            Base::Local(local) => self.local_loc(*local),
            Base::Item(path) => self.item_loc(st, path),
        };
        for (at, proj) in place.proj.iter().enumerate() {
            loc = self.project(st, loc, place, at, proj)?;
        }
        Some(loc)
    }

    fn project(
        &mut self,
        st: &mut State,
        loc: Loc,
        place: &'p Place,
        at: usize,
        proj: &'p Proj,
    ) -> Option<Loc> {
        match proj {
            Proj::Deref => self.deref_typed(st, loc, place, at),
            Proj::Field(name) => {
                let loc = self.through_references(st, loc, place, at)?;
                Some(self.field_loc(st, loc, *name))
            }
            Proj::Index(local) => {
                let loc = self.through_references(st, loc, place, at)?;
                let frame = st.frames.len() - 1;
                let index = st.local(frame, *local);
                if let Value::Agg { .. } = self.arena.get(index) {
                    return Some(self.slice_of(st, loc));
                }
                let key = self
                    .dangling_key(st, &loc)
                    .unwrap_or_else(|| self.index_key(index));
                Some(loc.child(key))
            }
            Proj::ConstIndex { index, from_end } => {
                let loc = self.through_references(st, loc, place, at)?;
                let key = self
                    .dangling_key(st, &loc)
                    .unwrap_or_else(|| self.element_key(st, &loc, *index, *from_end));
                Some(loc.child(key))
            }
            Proj::Subslice => {
                let loc = self.through_references(st, loc, place, at)?;
                Some(self.slice_of(st, loc))
            }
            Proj::Variant(path) => {
                let loc = self.through_references(st, loc, place, at)?;
                Some(self.as_variant(st, loc, path.last()))
            }
            Proj::Success => {
                let loc = self.through_references(st, loc, place, at)?;
                let variant = self.success_variant(st, &loc, place, at);
                Some(
                    self.as_variant(st, loc, variant)
                        .child(Key::Name(Name::FIRST)),
                )
            }
        }
    }

    /// Of a list of pointers that all dangle, any element stands for each.
    fn dangling_key(&mut self, st: &State, loc: &Loc) -> Option<Key> {
        if !loc.path.is_empty() {
            return None;
        }
        let any = self.lent_element(st, loc.object)?;
        let all = Key::Name(Name::new("[]"));
        let held = self.load(st, &loc.clone().child(all));
        matches!(self.arena.get(held), Value::Ptr(p) if p.object == any).then_some(all)
    }

    /// A constant index; counted from the end of a tuple or array whose size is known.
    fn element_key(&mut self, st: &State, loc: &Loc, index: u32, from_end: bool) -> Key {
        if !from_end {
            return Key::Name(Name::index(index as usize));
        }
        let value = self.load(st, loc);
        match self.arena.get(value) {
            Value::Agg {
                parts, rest: None, ..
            } if parts.len() >= index as usize => {
                Key::Name(Name::index(parts.len() - index as usize))
            }
            _ => Key::Name(Name::new(&format!("-{index}"))),
        }
    }

    fn index_key(&mut self, index: ValueId) -> Key {
        match self.arena.as_int(index) {
            Some(n) => Key::Name(Name::new(&n.to_string())),
            None => Key::At(index),
        }
    }

    /// A known variant's fields stand directly in the value; an unknown one's under its name.
    fn as_variant(&mut self, st: &State, loc: Loc, variant: Name) -> Loc {
        let value = self.load(st, &loc);
        match self.arena.get(value) {
            Value::Agg {
                tag: Tag::Adt(..), ..
            } => loc,
            _ => loc.child(Key::Name(variant)),
        }
    }

    /// The variant that `?` goes on with, by the value or by its type.
    pub(crate) fn success_variant(
        &mut self,
        st: &State,
        loc: &Loc,
        place: &'p Place,
        at: usize,
    ) -> Name {
        let value = self.load(st, loc);
        let adt = match self.arena.get(value) {
            Value::Agg {
                tag: Tag::Adt(adt, _) | Tag::AdtAny(adt),
                ..
            } => Some(*adt),
            _ => match self.prefix_type(place, at) {
                Ty::Adt(adt, _) => Some(adt),
                _ => None,
            },
        };
        let name = match adt.map(|a| self.program.adt(a).name.as_str()) {
            Some("Option") => "Some",
            Some("ControlFlow") => "Continue",
            _ => "Ok",
        };
        Name::new(name)
    }

    fn item_loc(&mut self, st: &mut State, path: &'p Path) -> Loc {
        let value = match self.resolve(path) {
            Res::Static(id) => {
                let object = self.objects.add(Object::Static(id));
                if st.heap_get(object).is_none()
                    && let Some(value) = self.fixed_value(st, id, path)
                {
                    st.heap_set(object, value);
                }
                return Loc::whole(object);
            }
            Res::Const(id) => self.constant_value(st, id, path),
            Res::Fn(id) => {
                let substs = self.written_generics(id, path);
                self.arena.add(Value::Func(id, substs))
            }
            Res::Ctor(adt, variant) | Res::Variant(adt, variant) => self.ctor_value(adt, variant),
            Res::Adt(adt) => self.ctor_value(adt, 0),
            // A parameter that is not known is taken for a size: paths on which it is zero own
            // nothing and are not taken.
            Res::ConstParam(name) => match self.subst_const(name) {
                Some(n) => self.arena.int(n),
                None => self.arena.add(Value::SizeOf(Ty::Param(name))),
            },
            Res::External(name) => match self.families.constant(name.as_str()) {
                Some(n) => self.arena.int(i128::from(n)),
                None => self.arena.add(Value::Extern(name)),
            },
            _ => {
                let name = Name::new(&format!("?{}", path.last()));
                self.arena.add(Value::Apply(name, Rc::from([])))
            }
        };
        let site = self.here();
        let object = self.objects.add(Object::Literal(site));
        st.heap_set(object, value);
        Loc::whole(object)
    }

    /// What a static holds that nobody can write to.
    fn fixed_value(&mut self, st: &State, id: StaticId, path: &Path) -> Option<ValueId> {
        let def = self.program.static_def(id);
        if def.foreign {
            return self.set_hook(id);
        }
        let number = matches!(
            self.program.static_ty(id),
            Ty::Int(_) | Ty::Bool | Ty::Char | Ty::Float(_)
        );
        let body = def.body.filter(|_| number && !def.mutable)?;
        Some(self.initial_value(st, body, path.last()))
    }

    /// A library's variable that holds one of its functions, as `xmlFree` does, holds one: bindings
    /// have an `Option` there only because the variable is a pointer.
    fn set_hook(&mut self, id: StaticId) -> Option<ValueId> {
        let Ty::Adt(adt, args) = self.program.static_ty(id) else {
            return None;
        };
        let def = self.program.adt(adt);
        let some = def.variants.iter().position(|v| v.name == "Some")?;
        if !matches!(args.first(), Some(Ty::FnPtr { .. })) {
            return None;
        }
        let name = self.program.static_def(id).name;
        let function = self.arena.add(Value::Apply(name, Rc::from([])));
        let parts = vec![(Key::Name(Name::index(0)), function)];
        let tag = Tag::Adt(adt, some as u32);
        Some(self.arena.aggregate(tag, parts, None))
    }

    /// What the path of a function binds its generics to (`release::<T>`).
    fn written_generics(&self, id: FnId, path: &Path) -> Rc<[(Name, Ty)]> {
        let Some((_, Ty::FnDef(_, args))) = self.active().types.items.get(path) else {
            return self.unbound.clone();
        };
        let generics = &self.program.signature(id).generics;
        let bound = generics.iter().zip(args.iter());
        bound.map(|(g, ty)| (g.name, self.bind(ty))).collect()
    }

    fn subst_const(&self, name: Name) -> Option<i128> {
        let found = self.active().substs.iter().find(|s| s.0 == name)?;
        match found.1 {
            Ty::Const(Len::Known(n)) => Some(i128::from(n)),
            _ => None,
        }
    }

    fn ctor_value(&mut self, adt: crate::resolve::AdtId, variant: u32) -> ValueId {
        let def = self.program.adt(adt);
        let tuple = def.variants.get(variant as usize).is_some_and(|v| v.tuple);
        if tuple {
            self.arena.add(Value::Ctor(adt, variant))
        } else {
            self.arena
                .aggregate(Tag::Adt(adt, variant), Vec::new(), None)
        }
    }
}
