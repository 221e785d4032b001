//! Method calls: which function a receiver's type has under a name.

use super::call::target;
use super::deref::{Stop, autoderef};
use super::infer::Infer;
use super::{Adjust, CalleeRef, Pass, Step, Target};
use crate::ir::{Call, GenericArg, Operand, SelfKind};
use crate::name::Name;
use crate::resolve::{FnId, Owner, Res, TraitId, Ty, bind};

/// A method that was found: the function, where on the way of dereferences, and its `Self`.
struct Found {
    id: FnId,
    at: usize,
    own: Ty,
}

impl Infer<'_> {
    pub(super) fn call_method(
        &mut self,
        call: &Call,
        name: Name,
        turbofish: &[GenericArg],
    ) -> Target {
        let Some(receiver) = call.args.first() else {
            return target(CalleeRef::Unknown);
        };
        let ty = self.operand(receiver);
        let ty = self.raw_pointer(receiver, ty, name);
        let stops = autoderef(self.p, &ty);
        let Some(found) = self.find_method(&stops, name) else {
            return self.not_found(&stops, call, name);
        };
        let p = self.p;
        let mut substs = Vec::new();
        match p.func(found.id).owner {
            Owner::Impl(at) => {
                bind(&p.impl_def(at).self_ty, &found.own, &mut substs);
            }
            owner => {
                substs.push((Name::new("Self"), found.own.clone()));
                if let (Owner::Trait(of), Ty::Param(param)) = (owner, &found.own) {
                    self.bind_trait_args(of, *param, &mut substs);
                }
            }
        }
        let args = self.lower_turbofish(turbofish);
        let signature = p.signature(found.id);
        for (generic, arg) in signature.generics.iter().skip(signature.outer).zip(&args) {
            if !arg.is_unknown() {
                substs.push((generic.name, arg.clone()));
            }
        }
        let (adjust, passed) = self.adjust(&stops, &found);
        self.call_fn(call, found.id, substs, Some((adjust, passed)))
    }

    /// What a bound `T: AsRef<[u8]>` says of the trait's own parameters.
    fn bind_trait_args(&self, of: TraitId, param: Name, substs: &mut Vec<(Name, Ty)>) {
        let Some(owner) = self.owner else {
            return;
        };
        let generics = &self.p.signature(owner).generics;
        let bounds = generics
            .iter()
            .filter(|g| g.name == param)
            .flat_map(|g| &g.bounds);
        if let Some(bound) = bounds.into_iter().find(|bound| bound.id == Some(of)) {
            let names = self.p.trait_def(of).generics.iter().map(|g| g.name);
            substs.extend(names.zip(bound.args.iter().cloned()));
        }
    }

    /// A receiver of unknown type that is asked what only raw pointers are asked.
    fn raw_pointer(&mut self, receiver: &Operand, ty: Ty, name: Name) -> Ty {
        const ONLY: &[&str] = &[
            "is_null",
            "cast",
            "cast_mut",
            "cast_const",
            "offset",
            "offset_from",
            "byte_add",
            "byte_sub",
            "byte_offset",
            "read_unaligned",
            "write_unaligned",
            "read_volatile",
            "write_volatile",
            "copy_from_nonoverlapping",
            "copy_to_nonoverlapping",
            "drop_in_place",
        ];
        if !ty.is_unknown() || !ONLY.contains(&name.as_str()) {
            return ty;
        }
        let pointer = Ty::pointer(true, Ty::Unknown);
        // Whatever else says more of it comes first.
        if self.last {
            self.learn_operand(receiver, &pointer);
        }
        pointer
    }

    fn not_found(&mut self, stops: &[Stop], call: &Call, name: Name) -> Target {
        let Some(last) = stops.last() else {
            return target(CalleeRef::Unknown);
        };
        // A field that holds a function is called as `(x.f)(..)`, so this is a method of a type
        // that is not in view.
        let _ = call;
        match &last.ty {
            Ty::External(path) => {
                target(CalleeRef::External(Name::new(&format!("{path}::{name}"))))
            }
            _ => target(CalleeRef::Unknown),
        }
    }

    fn find_method(&self, stops: &[Stop], name: Name) -> Option<Found> {
        // Methods of the types themselves, then of references to them, then of everything.
        for (at, stop) in stops.iter().enumerate() {
            let own_reference = matches!(stop.ty, Ty::Ref(..));
            if let Some(id) = self.method_on(&stop.ty, name, own_reference) {
                return Some(Found {
                    id,
                    at,
                    own: stop.ty.clone(),
                });
            }
        }
        let first = stops.first()?;
        // What is behind the reference may have a method of its own if it is not known.
        if matches!(&first.ty, Ty::Ref(_, inner)
            if !matches!(**inner, Ty::Unknown | Ty::Param(_) | Ty::External(_)))
            && let Some(id) = self.method_on(&first.ty, name, false)
        {
            return Some(Found {
                id,
                at: 0,
                own: first.ty.clone(),
            });
        }
        self.blanket_method(stops, name)
    }

    /// The method of this name on the type. `by_value`: only those that take `self` itself.
    fn method_on(&self, ty: &Ty, name: Name, by_value: bool) -> Option<FnId> {
        let p = self.p;
        let takes_self = |id: FnId| {
            let kind = p.func(id).self_kind;
            kind != SelfKind::None && (!by_value || kind == SelfKind::Value)
        };
        match ty {
            Ty::Unknown => return None,
            Ty::Param(param) => {
                return self.bound_method(*param, name).filter(|&id| takes_self(id));
            }
            _ => {}
        }
        for &id in p.fns_of(ty, name) {
            if let Owner::Impl(at) = p.func(id).owner
                && takes_self(id)
                && bind(&p.impl_def(at).self_ty, ty, &mut Vec::new())
            {
                return Some(id);
            }
        }
        let found = match p.assoc_method(ty, name)? {
            Res::Fn(id) | Res::TraitFn(_, id) => id,
            _ => return None,
        };
        takes_self(found).then_some(found)
    }

    /// A method that a bound of the generic parameter declares.
    fn bound_method(&self, param: Name, name: Name) -> Option<FnId> {
        let p = self.p;
        let Some(owner) = self.owner else {
            return match p.bound_fn(&self.env, param, name)? {
                Res::Fn(id) | Res::TraitFn(_, id) => Some(id),
                _ => None,
            };
        };
        let generic = p
            .signature(owner)
            .generics
            .iter()
            .find(|g| g.name == param)?;
        let mut ids = generic.bounds.iter().filter_map(|bound| bound.id);
        ids.find_map(|id| p.declared(id, name))
    }

    /// Methods of `impl<T> Trait for T`: `into`, `to_string`, `into_iter` of an iterator.
    fn blanket_method(&self, stops: &[Stop], name: Name) -> Option<Found> {
        let p = self.p;
        for &id in p.blanket_fns(name) {
            let kind = p.func(id).self_kind;
            let Owner::Impl(impl_id) = p.func(id).owner else {
                continue;
            };
            let at = match (kind, &stops.first()?.ty) {
                (SelfKind::None, _) => continue,
                (SelfKind::Ref | SelfKind::RefMut, Ty::Ref(..)) if stops.len() > 1 => 1,
                _ => 0,
            };
            let own = &stops[at].ty;
            let mut substs = Vec::new();
            let fits = bind(&p.impl_def(impl_id).self_ty, own, &mut substs);
            if !own.is_unknown() && fits && p.has_bounds(impl_id, &substs) {
                return Some(Found {
                    id,
                    at,
                    own: own.clone(),
                });
            }
        }
        None
    }

    /// How the receiver is brought to the method, and the type that is passed.
    fn adjust(&self, stops: &[Stop], found: &Found) -> (Adjust, Ty) {
        let p = self.p;
        let at = found.at.min(stops.len().saturating_sub(1));
        let stop = &stops[at];
        let pass = match p.func(found.id).self_kind {
            SelfKind::Ref => Pass::Ref,
            SelfKind::RefMut => Pass::RefMut,
            SelfKind::Value | SelfKind::None => return self.adjust_typed(stops, at, found.id),
        };
        let adjust = Adjust {
            steps: stop.steps.clone(),
            pass,
        };
        let passed = Ty::reference(pass == Pass::RefMut, stop.ty.clone());
        (adjust, passed)
    }

    /// `self: Box<Self>` and the like take an earlier stop.
    fn adjust_typed(&self, stops: &[Stop], at: usize, id: FnId) -> (Adjust, Ty) {
        let asked = self.p.signature(id).params.first();
        let by = |pass, stop: &Stop, ty: Ty| {
            let steps: Vec<Step> = stop.steps.clone();
            (Adjust { steps, pass }, ty)
        };
        match asked {
            Some(Ty::Ref(mutable, _))
                if self.p.func(id).owner == Owner::Free || !matches!(stops[at].ty, Ty::Ref(..)) =>
            {
                let pass = if *mutable { Pass::RefMut } else { Pass::Ref };
                by(
                    pass,
                    &stops[at],
                    Ty::reference(*mutable, stops[at].ty.clone()),
                )
            }
            Some(Ty::Adt(outer, _)) => {
                let before = stops[..=at]
                    .iter()
                    .rev()
                    .find(|s| matches!(&s.ty, Ty::Adt(id, _) if id == outer));
                let stop = before.unwrap_or(&stops[at]);
                by(Pass::Move, stop, stop.ty.clone())
            }
            _ => by(Pass::Move, &stops[at], stops[at].ty.clone()),
        }
    }

    /// What the call says of the receiver: holes of its type are filled.
    pub(super) fn learn_receiver(&mut self, operand: &Operand, adjust: &Adjust, ty: &Ty) {
        let Operand::Place(place) = operand else {
            return;
        };
        let inner = match (adjust.pass, ty.pointee()) {
            (Pass::Ref | Pass::RefMut, Some(inner)) => inner.clone(),
            _ => ty.clone(),
        };
        let mut place = place.clone();
        for step in &adjust.steps {
            match step {
                Step::Deref => place.proj.push(crate::ir::Proj::Deref),
                // What a smart pointer or vector holds is filled through its own argument.
                Step::Through(_) | Step::Field(_) => {
                    place.proj.push(crate::ir::Proj::Deref);
                }
                Step::Call(_) => return,
            }
        }
        self.learn_place(&place, &inner);
    }
}
