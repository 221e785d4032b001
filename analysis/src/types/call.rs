//! Calls: the callee, what its generics stand for, and what the call says of its operands.

use super::deref::autoderef;
use super::dispatch::{carry_over, complete};
use super::external::external_ret;
use super::infer::Infer;
use super::{Adjust, CalleeRef, Target};
use crate::ir::{BlockId, Call, Callee, GenericArg, Operand, Path};
use crate::name::Name;
use crate::resolve::{
    AdtId, BodyRef, Bound, FnId, Owner, Res, Ty, bind, merge, replace, substitute,
};

impl Infer<'_> {
    pub(super) fn call(&mut self, at: (BlockId, u32), call: &Call) {
        let target = match &call.callee {
            Callee::Path(path) => self.call_path(call, path),
            Callee::Method { name, turbofish } => self.call_method(call, *name, turbofish),
            Callee::Value(operand) => self.call_value(call, operand),
        };
        self.calls.insert(at, target);
    }

    fn call_path(&mut self, call: &Call, path: &Path) -> Target {
        let found = self.p.value_path(&self.env, path);
        match found.res {
            Res::Fn(id) => {
                let id = self.pick(id, found.self_ty.as_ref(), call);
                let substs = self.written(id, found.self_ty.as_ref(), &found.args);
                self.call_fn(call, id, substs, None)
            }
            Res::TraitFn(_, id) => {
                let substs = self.written(id, found.self_ty.as_ref(), &found.args);
                self.call_fn(call, id, substs, None)
            }
            Res::Ctor(id, variant) => self.call_ctor(call, id, variant, found.self_ty),
            Res::Static(id) => {
                let ty = self.p.static_ty(id);
                self.call_of_type(call, &ty)
            }
            Res::Const(id) => {
                let ty = self.p.const_ty(id);
                self.call_of_type(call, &ty)
            }
            Res::External(name) => {
                if let Some(ty) = external_ret(self.p, name) {
                    self.learn_place(&call.dest, &ty);
                }
                target(CalleeRef::External(name))
            }
            res if Self::unknown_path(&res) => target(CalleeRef::Unknown),
            _ => target(CalleeRef::Unknown),
        }
    }

    /// Of several impls of one trait for a type (`From<A>`, `From<B>`), the one whose parameters
    /// and result fit this call.
    fn pick(&mut self, id: FnId, own: Option<&Ty>, call: &Call) -> FnId {
        let p = self.p;
        let (Some(own), Some(of)) = (own, p.trait_of(id)) else {
            return id;
        };
        if p.trait_def(of).generics.is_empty() {
            return id;
        }
        let args: Vec<Ty> = call.args.iter().map(|arg| self.operand(arg)).collect();
        let want = self.place(&call.dest);
        let fits = |&&other: &&FnId| {
            let signature = p.signature(other);
            let mut substs = self.written(other, Some(own), &[]);
            p.trait_of(other) == Some(of)
                && signature
                    .params
                    .iter()
                    .zip(&args)
                    .all(|(param, arg)| fits(param, arg, &mut substs))
                && (want.is_unknown() || fits(&signature.ret, &want, &mut substs))
        };
        p.fns_of(own, p.func(id).name)
            .iter()
            .find(fits)
            .copied()
            .unwrap_or(id)
    }

    /// What the path itself says of the generics: `Vec::<u8>::f::<A>`.
    fn written(&self, id: FnId, own: Option<&Ty>, args: &[Ty]) -> Vec<(Name, Ty)> {
        let p = self.p;
        let mut substs = Vec::new();
        if let Some(own) = own {
            match p.func(id).owner {
                Owner::Impl(at) => {
                    bind(&p.impl_def(at).self_ty, own, &mut substs);
                }
                Owner::Trait(_) => substs.push((Name::new("Self"), own.clone())),
                Owner::Free => {}
            }
        }
        self.turbofish(id, args, &mut substs);
        substs
    }

    fn turbofish(&self, id: FnId, args: &[Ty], substs: &mut Vec<(Name, Ty)>) {
        let signature = self.p.signature(id);
        let inner = signature.generics.iter().skip(signature.outer);
        for (generic, arg) in inner.zip(args) {
            if !arg.is_unknown() {
                substs.push((generic.name, arg.clone()));
            }
        }
    }

    fn call_ctor(&mut self, call: &Call, id: AdtId, variant: u32, own: Option<Ty>) -> Target {
        let p = self.p;
        let want = self.place(&call.dest);
        let own = own.unwrap_or_else(|| p.adt_ty(id, Vec::new()));
        let known = match (&own, &want) {
            (Ty::Adt(a, _), Ty::Adt(b, _)) if a == b => merge(&own, &want),
            _ => own,
        };
        let def = p.adt(id);
        let args = match &known {
            Ty::Adt(_, args) => args.to_vec(),
            _ => Vec::new(),
        };
        let mut substs: Vec<(Name, Ty)> = def.generics.iter().copied().zip(args).collect();
        let fields = def
            .variants
            .get(variant as usize)
            .map_or(&[][..], |v| &v.fields[..]);
        for ((_, ty), operand) in fields.iter().zip(&call.args) {
            let got = self.operand(operand);
            bind(ty, &got, &mut substs);
        }
        for ((_, ty), operand) in fields.iter().zip(&call.args) {
            let ty = p.instantiate(ty, &substs, false);
            self.expect(operand, &ty);
        }
        substs.truncate(def.generics.len());
        let ty = Ty::Adt(id, substs.iter().map(|(_, ty)| ty.clone()).collect());
        self.learn_place(&call.dest, &ty);
        Target {
            callee: CalleeRef::Ctor(id, variant),
            substs,
            receiver: None,
        }
    }

    /// What a tuple struct or variant used as a function gives.
    pub(super) fn ctor_ret(&self, id: AdtId, variant: u32, args: &[Ty], given: &[Ty]) -> Ty {
        let def = self.p.adt(id);
        let mut substs: Vec<(Name, Ty)> = Vec::new();
        for (name, arg) in def.generics.iter().zip(args) {
            substs.push((*name, arg.clone()));
        }
        let fields = def
            .variants
            .get(variant as usize)
            .map_or(&[][..], |v| &v.fields[..]);
        for ((_, ty), got) in fields.iter().zip(given) {
            bind(ty, got, &mut substs);
        }
        let own = |name: &Name| {
            let found = substs.iter().find(|(n, _)| n == name);
            found.map_or(Ty::Unknown, |(_, ty)| ty.clone())
        };
        Ty::Adt(id, def.generics.iter().map(own).collect())
    }

    fn call_value(&mut self, call: &Call, operand: &Operand) -> Target {
        let ty = self.operand(operand);
        self.call_of_type(call, &ty)
    }

    /// A value of this type is called.
    fn call_of_type(&mut self, call: &Call, ty: &Ty) -> Target {
        let mut ty = ty;
        while let Ty::Ref(_, inner) = ty {
            ty = inner;
        }
        if let Ty::Adt(..) = ty
            && let Some(stop) = autoderef(self.p, ty).into_iter().next_back()
            && !matches!(stop.ty, Ty::Adt(..))
        {
            return self.call_of_type(call, &stop.ty);
        }
        match ty {
            Ty::FnPtr { params, ret, .. } => {
                for (param, operand) in params.iter().zip(&call.args) {
                    self.expect(operand, param);
                }
                self.learn_place(&call.dest, ret);
            }
            Ty::Closure(at) => {
                let args: Vec<Ty> = call.args.iter().map(|a| self.operand(a)).collect();
                let want = self.place(&call.dest);
                let ret = self.call_closure(*at, &args, &want);
                self.learn_place(&call.dest, &ret);
            }
            Ty::FnDef(id, args) => {
                let mut substs = Vec::new();
                self.turbofish(*id, args, &mut substs);
                self.call_fn(call, *id, substs, None);
            }
            Ty::Param(name) => self.call_param(call, *name),
            _ => {}
        }
        target(CalleeRef::Value)
    }

    fn call_closure(&mut self, at: BodyRef, args: &[Ty], want: &Ty) -> Ty {
        self.give(at, args, want);
        self.closure_ret(at)
    }

    /// A value of a generic type with a bound `Fn(A) -> B`.
    fn call_param(&mut self, call: &Call, name: Name) {
        let p = self.p;
        let Some(owner) = self.owner else {
            return;
        };
        let generics = &p.signature(owner).generics;
        let Some(generic) = generics.iter().find(|g| g.name == name) else {
            return;
        };
        for bound in generic.bounds.iter().filter(|b| Self::is_fn_bound(b)) {
            if let Some(Ty::Tuple(params)) = bound.args.first() {
                for (param, operand) in params.iter().zip(&call.args) {
                    self.expect(operand, param);
                }
            }
            if let Some((_, ret)) = bound.assoc.iter().find(|(name, _)| *name == "Output") {
                self.learn_place(&call.dest, ret);
            }
        }
    }

    /// A function in view is called: binds its generics from the arguments, the closures among
    /// them and the destination, then tells all of them what follows.
    pub(super) fn call_fn(
        &mut self,
        call: &Call,
        id: FnId,
        mut substs: Vec<(Name, Ty)>,
        receiver: Option<(Adjust, Ty)>,
    ) -> Target {
        let p = self.p;
        let signature = p.signature(id);
        for (at, (param, operand)) in signature.params.iter().zip(&call.args).enumerate() {
            let got = match &receiver {
                Some((_, ty)) if at == 0 => ty.clone(),
                _ => self.operand(operand),
            };
            self.bind_arg(param, &got, &mut substs);
        }
        let want = self.place(&call.dest);
        self.bind_bounds(id, &mut substs);
        bind_open(&signature.ret, &want, &mut substs);
        self.bind_bounds(id, &mut substs);
        let ret = self.normalize(p.instantiate(&signature.ret, &substs, true));
        for (at, (param, operand)) in signature.params.iter().zip(&call.args).enumerate() {
            let ty = p.instantiate(param, &substs, true);
            match &receiver {
                Some((adjust, _)) if at == 0 => self.learn_receiver(operand, adjust, &ty),
                _ => self.expect(operand, &ty),
            }
        }
        self.learn_place(&call.dest, &ret);
        let mut target = self.dispatch(id, substs, &ret, &want);
        target.receiver = receiver.map(|(adjust, _)| adjust);
        target
    }

    /// `I::Item` where the function at hand says `I: Iterator<Item = T>`.
    fn normalize(&self, ty: Ty) -> Ty {
        let Some(owner) = self.owner else {
            return ty;
        };
        let generics = &self.p.signature(owner).generics;
        if generics.is_empty() {
            return ty;
        }
        replace(&ty, &|name| {
            let (base, rest) = name.as_str().split_once("::")?;
            let last = rest.rsplit("::").next()?;
            let generic = generics.iter().find(|g| g.name == base)?;
            let mut assoc = generic.bounds.iter().flat_map(|bound| &bound.assoc);
            assoc
                .find(|(name, _)| *name == last)
                .map(|(_, ty)| ty.clone())
        })
    }

    /// Matches a parameter's type with an argument's, through the coercions of references.
    fn bind_arg(&self, param: &Ty, got: &Ty, substs: &mut Vec<(Name, Ty)>) {
        let coerced = match (param, got) {
            (Ty::Ref(_, inner), Ty::Ref(_, given)) if !matches!(**inner, Ty::Param(_)) => {
                autoderef(self.p, given).into_iter().find(|stop| {
                    std::mem::discriminant(&stop.ty) == std::mem::discriminant(&**inner)
                        && bind(inner, &stop.ty, &mut substs.clone())
                })
            }
            _ => None,
        };
        match (param, coerced) {
            (Ty::Ref(_, inner), Some(stop)) => bind(inner, &stop.ty, substs),
            _ => bind(param, got, substs),
        };
    }

    /// What the bounds of the generics say of each other: `F: FnOnce(T) -> U`,
    /// `I: IntoIterator<Item = T>`.
    fn bind_bounds(&mut self, id: FnId, substs: &mut Vec<(Name, Ty)>) {
        let p = self.p;
        for generic in &p.signature(id).generics {
            let Some((_, value)) = substs.iter().find(|(n, _)| *n == generic.name) else {
                continue;
            };
            let value = value.clone();
            for bound in &generic.bounds {
                if Self::is_fn_bound(bound) {
                    self.match_fn_bound(&value, bound, substs);
                    continue;
                }
                for (name, pattern) in &bound.assoc {
                    let ty = p.assoc_type(&value, *name);
                    bind(pattern, &ty, substs);
                }
                self.bind_through_impl(generic.name, &value, bound, substs);
            }
        }
    }

    /// `B: FromIterator<T>` with a `B` that has holes: the impl says how `T` fills them.
    fn bind_through_impl(&self, name: Name, value: &Ty, bound: &Bound, substs: &mut [(Name, Ty)]) {
        let p = self.p;
        if bound.args.is_empty() || value.is_unknown() || !value.has_holes() {
            return;
        }
        let Some((at, mut own)) = bound.id.and_then(|id| p.impl_of(id, value)) else {
            return;
        };
        let def = p.impl_def(at);
        for (pattern, arg) in def.trait_args.iter().zip(&bound.args) {
            bind(pattern, &p.instantiate(arg, substs, true), &mut own);
        }
        let filled = merge(value, &p.instantiate(&def.self_ty, &own, true));
        if let Some(entry) = substs.iter_mut().find(|(n, _)| *n == name) {
            entry.1 = filled;
        }
    }

    /// The function that runs: for a trait's method the impl's, once its type is known.
    fn dispatch(&mut self, id: FnId, substs: Vec<(Name, Ty)>, ret: &Ty, want: &Ty) -> Target {
        let p = self.p;
        let def = p.func(id);
        let substs = complete(p, id, &substs);
        let Owner::Trait(of) = def.owner else {
            return Target {
                callee: CalleeRef::Fn(id),
                substs,
                receiver: None,
            };
        };
        let own = substs
            .iter()
            .find(|(n, _)| *n == "Self")
            .map_or(Ty::Unknown, |(_, ty)| ty.clone());
        // `let x: T = Default::default()`.
        let own = match (&p.signature(id).ret, own) {
            (Ty::Param(name), Ty::Unknown) if *name == "Self" => merge(ret, want),
            (_, own) => own,
        };
        let args = p.trait_def(of).generics.iter().map(|g| {
            let found = substs.iter().find(|(n, _)| *n == g.name);
            found.map_or(Ty::Unknown, |(_, ty)| ty.clone())
        });
        let args: Vec<Ty> = args.collect();
        let Some((found, bound)) = p.trait_method_of(of, &args, def.name, &own) else {
            return Target {
                callee: CalleeRef::TraitMethod(of, def.name),
                substs,
                receiver: None,
            };
        };
        let substs = carry_over(p, id, found, &substs, bound);
        Target {
            callee: CalleeRef::Fn(found),
            substs,
            receiver: None,
        }
    }

    pub(super) fn lower_turbofish(&self, args: &[GenericArg]) -> Vec<Ty> {
        self.p.lower_args(&self.env, args)
    }
}

/// Whether the type fits the pattern with what its parameters already stand for.
fn fits(pattern: &Ty, ty: &Ty, substs: &mut Vec<(Name, Ty)>) -> bool {
    bind(pattern, ty, substs) && bind(&substitute(pattern, substs), ty, &mut Vec::new())
}

/// What the destination says, only where the arguments said nothing.
fn bind_open(pattern: &Ty, want: &Ty, substs: &mut Vec<(Name, Ty)>) {
    if !want.is_unknown() {
        bind(pattern, want, substs);
    }
}

pub(super) fn target(callee: CalleeRef) -> Target {
    Target {
        callee,
        substs: Vec::new(),
        receiver: None,
    }
}
