//! Associated types: `T::Item` once it is known what `T` is.

use super::unify::{bind, replace};
use super::{Env, ImplId, Program, Ty};
use crate::ir::TyExpr;
use crate::name::Name;

impl Program {
    /// `<base>::name`: from the impls of the type, or a parameter named `T::name`.
    pub fn project(&self, env: &Env<'_>, base: &Ty, name: Name) -> Ty {
        self.project_at(env, base, name, 0)
    }

    /// The same from within other projections: what refers to itself ends as unknown.
    pub(super) fn project_at(&self, env: &Env<'_>, base: &Ty, name: Name, depth: u32) -> Ty {
        if let Ty::Param(param) = base {
            return Ty::Param(Name::new(&format!("{param}::{name}")));
        }
        if let (Some(own), Some(id)) = (env.self_ty, env.in_impl)
            && own == base
            && let Some((_, written)) = self.impl_def(id).types.iter().find(|(n, _)| *n == name)
        {
            return self.assoc_in(id, written, &[]);
        }
        self.assoc_type_at(base, name, depth)
    }

    /// The associated type of this name in an impl for the type.
    pub fn assoc_type(&self, base: &Ty, name: Name) -> Ty {
        self.assoc_type_at(base, name, 0)
    }

    fn assoc_type_at(&self, base: &Ty, name: Name, depth: u32) -> Ty {
        match base {
            Ty::Param(param) => return Ty::Param(Name::new(&format!("{param}::{name}"))),
            Ty::Unknown => return Ty::Unknown,
            _ => {}
        }
        if depth > 6 {
            return Ty::Unknown;
        }
        let own = self.impls_of(base).iter();
        for &id in own.chain(self.blanket_impls()) {
            let def = self.impl_def(id);
            let Some((_, written)) = def.types.iter().find(|(n, _)| *n == name) else {
                continue;
            };
            let mut substs = Vec::new();
            if bind(&def.self_ty, base, &mut substs) && self.has_bounds(id, &substs) {
                let env = Env {
                    in_impl: None,
                    ..self.impl_env(id)
                };
                if reads_itself(written) {
                    return self.assoc_in(id, written, &substs);
                }
                let ty = self.lower_ty_within(&env, written, depth + 1);
                return self.instantiate_at(&ty, &substs, false, depth + 1);
            }
        }
        Ty::Unknown
    }

    fn assoc_in(&self, id: ImplId, written: &TyExpr, substs: &[(Name, Ty)]) -> Ty {
        // One that refers to another of the same impl is cut off, so that it ends.
        if reads_itself(written) {
            return Ty::Unknown;
        }
        let env = Env {
            in_impl: None,
            ..self.impl_env(id)
        };
        self.instantiate(&self.lower_ty(&env, written), substs, false)
    }

    /// The type with its parameters replaced and projections from them (`T::Item`) looked up.
    /// With `close`, what is not bound becomes unknown, else it stays.
    pub fn instantiate(&self, ty: &Ty, substs: &[(Name, Ty)], close: bool) -> Ty {
        self.instantiate_at(ty, substs, close, 0)
    }

    fn instantiate_at(&self, ty: &Ty, substs: &[(Name, Ty)], close: bool, depth: u32) -> Ty {
        if substs.is_empty() && !close {
            return ty.clone();
        }
        let bound = |name: Name| {
            substs
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, ty)| ty.clone())
        };
        replace(ty, &|name| {
            if let Some(ty) = bound(name) {
                return Some(ty);
            }
            let open = close.then_some(Ty::Unknown);
            let Some((base, rest)) = name.as_str().split_once("::") else {
                return open;
            };
            let Some(mut ty) = bound(Name::new(base)) else {
                return open;
            };
            for part in rest.split("::") {
                ty = self.assoc_type_at(&ty, Name::new(part), depth + 1);
            }
            Some(ty)
        })
    }
}

/// `Self::X` and `<Self as T>::X` inside of an impl's own associated types.
fn reads_itself(ty: &TyExpr) -> bool {
    match ty {
        TyExpr::Path(path) => {
            let first = path.segments.first().map(|s| s.name);
            path.qself
                .as_ref()
                .is_some_and(|q| matches!(&q.ty, TyExpr::Path(p) if p.last() == "Self"))
                || path.segments.len() > 1 && first.is_some_and(|n| n == "Self")
        }
        _ => false,
    }
}
