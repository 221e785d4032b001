//! Dropping: the drop glue of a value, run in its place.

use super::call::Callable;
use super::machine::Machine;
use super::object::Object;
use super::place::Loc;
use super::state::State;
use super::value::{Key, Tag, Value, ValueId};
use crate::name::Name;
use crate::resolve::{AdtId, FnId, Owner, bind, substitute};
use crate::types::Ty;
use std::rc::Rc;

impl Machine<'_> {
    /// Drops what a place of this type holds; afterwards it is moved out.
    pub(crate) fn drop_at(&mut self, st: State, loc: &Loc, ty: &Ty, out: &mut Vec<State>) {
        let value = self.load(&st, loc);
        if !self.owns(value) {
            out.push(st);
            return;
        }
        let outer = self.active().by_drop;
        let name = self.spoken_type(value);
        self.active_mut().by_drop = Some(name);
        let states = self.drop_parts(st, loc, value, ty);
        self.active_mut().by_drop = outer;
        for mut st in states {
            self.store(&mut st, loc, ValueId::MOVED);
            out.push(st);
        }
    }

    /// The name of a value's type, if it is a struct or enum.
    fn spoken_type(&self, value: ValueId) -> Name {
        match self.arena.get(value) {
            Value::Agg {
                tag: Tag::Adt(adt, _) | Tag::AdtAny(adt),
                ..
            } => self.program.adt(*adt).name,
            _ => Name::EMPTY,
        }
    }

    /// Runs the drop glue of a value in its place.
    fn drop_parts(&mut self, st: State, loc: &Loc, value: ValueId, ty: &Ty) -> Vec<State> {
        let (tag, parts) = match self.arena.get(value) {
            Value::Agg { tag, parts, .. } => (*tag, parts.clone()),
            Value::Closure { captures, .. } => {
                let captures = captures.clone();
                let mut states = vec![st];
                for &capture in captures.iter() {
                    states = self.drop_each(states, capture);
                }
                return states;
            }
            _ => return vec![st],
        };
        let mut states = vec![st];
        if let Tag::Adt(adt, _) | Tag::AdtAny(adt) = tag {
            if self.program.adt(adt).no_drop {
                return states;
            }
            let owner = self.active().owner;
            let drop = self
                .program
                .drop_impl(adt)
                .filter(|&drop| owner.is_none_or(|f| !self.program.exclude(f, drop)));
            if let Some(drop) = drop {
                let this = self.point_at(loc, false);
                let substs = self.drop_substs(&states[0], drop, adt, value, ty);
                states = states
                    .into_iter()
                    .flat_map(|st| {
                        self.invoke(
                            st,
                            Callable::Fn(drop, substs.clone()),
                            vec![this],
                            &Ty::unit(),
                        )
                    })
                    .map(|outcome| outcome.0)
                    .collect();
            }
        }
        for (key, _) in parts.iter() {
            let part_loc = loc.clone().child(*key);
            let part_ty = self.part_type(tag, *key, ty);
            states = states
                .into_iter()
                .flat_map(|st| {
                    let part = self.load(&st, &part_loc);
                    if self.owns(part) {
                        self.drop_parts(st, &part_loc, part, &part_ty)
                    } else {
                        vec![st]
                    }
                })
                .collect();
        }
        states
    }

    fn drop_each(&mut self, states: Vec<State>, value: ValueId) -> Vec<State> {
        if !self.owns(value) {
            return states;
        }
        let site = self.here();
        let object = self.objects.add(Object::Literal(site));
        let loc = Loc::whole(object);
        states
            .into_iter()
            .flat_map(|mut st| {
                st.heap_set(object, value);
                self.drop_parts(st, &loc, value, &Ty::Unknown)
            })
            .collect()
    }

    /// The type of a part of a value of this type.
    fn part_type(&self, tag: Tag, key: Key, ty: &Ty) -> Ty {
        let Key::Name(name) = key else {
            return Ty::Unknown;
        };
        match (tag, ty) {
            (Tag::Adt(adt, _) | Tag::AdtAny(adt), Ty::Adt(of, args)) if adt == *of => {
                let generics = self.program.adt(adt).generics.iter().copied();
                let bound: Vec<(Name, Ty)> = generics.zip(args.iter().cloned()).collect();
                let field = self.field_ty(adt, name);
                field.map_or(Ty::Unknown, |field| substitute(field, &bound))
            }
            (_, Ty::Tuple(all)) => {
                let at = name.as_str().parse::<usize>().ok();
                at.and_then(|at| all.get(at)).cloned().unwrap_or_default()
            }
            (_, Ty::Array(element, _)) => (**element).clone(),
            _ => Ty::Unknown,
        }
    }

    /// What the parameters of a dropped value's type stand for: as its type says, or read off the layout
    /// of an owner's block.
    fn drop_substs(
        &mut self,
        st: &State,
        drop: FnId,
        adt: AdtId,
        value: ValueId,
        ty: &Ty,
    ) -> Rc<[(Name, Ty)]> {
        let generics = &self.program.adt(adt).generics;
        let Some(&first) = generics.first() else {
            return self.unbound.clone();
        };
        if let (Owner::Impl(at), Ty::Adt(of, _)) = (self.program.func(drop).owner, ty)
            && *of == adt
            && !self.is_stub_adt(adt)
        {
            let mut bound = Vec::new();
            bind(&self.program.impl_def(at).self_ty, ty, &mut bound);
            return bound.into();
        }
        let ptr = self.arena.part(value, Key::Name(Name::new("ptr")));
        let Value::Ptr(p) = self.arena.get(ptr) else {
            return self.unbound.clone();
        };
        let ty = match st.block(p.object).map(|b| b.owner_ty.clone()) {
            Some(ty) => ty,
            None => return self.unbound.clone(),
        };
        Rc::from([(first, ty)])
    }
}
