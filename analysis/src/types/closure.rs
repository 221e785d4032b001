//! Closures: inferred with what the body around them knows.

use super::Types;
use super::infer::Infer;
use crate::ir::{BodyId, LocalId};
use crate::name::Name;
use crate::resolve::{BodyRef, Bound, Res, Ty, bind, merge};
use std::sync::Arc;

/// Closures inside closures beyond this depth are left alone.
const DEPTH: u32 = 6;

/// What a closure is given from outside.
#[derive(Clone, Default, PartialEq, Debug)]
pub(super) struct Given {
    pub(super) params: Vec<Ty>,
    pub(super) captures: Vec<Ty>,
    pub(super) ret: Ty,
}

impl Infer<'_> {
    /// Adds to what a closure is given.
    pub(super) fn give(&mut self, at: BodyRef, params: &[Ty], ret: &Ty) {
        if at.file != self.at.file {
            return;
        }
        let given = self.given.entry(at.body).or_default();
        for (index, ty) in params.iter().enumerate() {
            match given.params.get_mut(index) {
                Some(known) => *known = merge(known, ty),
                None => given.params.push(ty.clone()),
            }
        }
        given.ret = merge(&given.ret, ret);
    }

    /// The type of a closure's result, with what it is given now.
    pub(super) fn closure_ret(&mut self, at: BodyRef) -> Ty {
        if at.file != self.at.file || !self.given.contains_key(&at.body) {
            return Ty::Unknown;
        }
        self.infer_closure(at.body);
        match self.closures.get(&at.body) {
            Some((_, types)) => types.locals.first().cloned().unwrap_or(Ty::Unknown),
            None => Ty::Unknown,
        }
    }

    /// Closures whose surroundings changed since they were inferred.
    pub(super) fn pending_closures(&mut self) {
        let mut all: Vec<BodyId> = self.given.keys().copied().collect();
        all.sort_unstable();
        for body in all {
            self.infer_closure(body);
        }
    }

    fn infer_closure(&mut self, body: BodyId) {
        let Some(given) = self.given.get(&body) else {
            return;
        };
        let known = self.closures.get(&body);
        if self.depth > DEPTH || known.is_some_and(|(before, _)| before == given) {
            return;
        }
        let given = given.clone();
        let at = BodyRef { body, ..self.at };
        let mut inner = Infer::new(self.p, at, self.owner, self.depth + 1);
        inner.declare(Some(&given));
        inner.run();
        let types: Types = inner.finish();
        // What it learned of its captures holds outside as well.
        self.closures.insert(body, (given, Arc::new(types)));
    }

    /// A function value given where a bound `Fn(A) -> B` holds: binds both ways.
    pub(super) fn match_fn_bound(
        &mut self,
        value: &Ty,
        bound: &Bound,
        substs: &mut Vec<(Name, Ty)>,
    ) {
        let p = self.p;
        let params: Vec<Ty> = match bound.args.first() {
            Some(Ty::Tuple(items)) => items
                .iter()
                .map(|t| p.instantiate(t, substs, true))
                .collect(),
            _ => Vec::new(),
        };
        let output = bound.assoc.iter().find(|(name, _)| *name == "Output");
        let output = output.map_or_else(Ty::unit, |(_, ty)| ty.clone());
        let pattern = bound.args.first().cloned().unwrap_or_else(Ty::unit);
        match value {
            Ty::Closure(at) => {
                let ret = p.instantiate(&output, substs, true);
                self.give(*at, &params, &ret);
                let ret = self.closure_ret(*at);
                if let Ty::Tuple(items) = &pattern {
                    self.bind_closure_params(*at, items, substs);
                }
                bind(&output, &ret, substs);
            }
            Ty::FnDef(id, args) => {
                let signature = p.signature(*id);
                let inner = &signature.generics[signature.outer.min(signature.generics.len())..];
                let known: Vec<(Name, Ty)> = inner
                    .iter()
                    .map(|g| g.name)
                    .zip(args.iter().cloned())
                    .collect();
                let mut own = known;
                for (param, given) in signature.params.iter().zip(&params) {
                    bind(param, given, &mut own);
                }
                let close = |ty: &Ty| p.instantiate(ty, &own, true);
                let asked = Ty::Tuple(signature.params.iter().map(close).collect());
                bind(&pattern, &asked, substs);
                bind(&output, &p.instantiate(&signature.ret, &own, true), substs);
            }
            Ty::FnPtr {
                params: given, ret, ..
            } => {
                bind(&pattern, &Ty::Tuple(given.clone()), substs);
                bind(&output, ret, substs);
            }
            Ty::Ctor(id, variant, args) => {
                let ret = self.ctor_ret(*id, *variant, args, &params);
                bind(&output, &ret, substs);
            }
            _ => {}
        }
    }

    fn bind_closure_params(&self, at: BodyRef, pattern: &[Ty], substs: &mut Vec<(Name, Ty)>) {
        let Some((_, types)) = self.closures.get(&at.body) else {
            return;
        };
        let params = &self.p.body(at).params;
        for (pattern, LocalId(local)) in pattern.iter().zip(params) {
            if let Some(ty) = types.locals.get(*local as usize) {
                bind(pattern, ty, substs);
            }
        }
    }

    /// What a path used as a function value means.
    pub(super) fn is_fn_bound(bound: &Bound) -> bool {
        let last = bound.path.as_str().rsplit("::").next();
        matches!(
            last,
            Some("Fn" | "FnMut" | "FnOnce" | "AsyncFn" | "AsyncFnMut" | "AsyncFnOnce")
        )
    }

    /// Whether a path means nothing that is in view.
    pub(super) fn unknown_path(res: &Res) -> bool {
        matches!(res, Res::Unknown | Res::Module)
    }
}
