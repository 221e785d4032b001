//! Signatures with their names resolved, made when they are first asked for.

use super::tree::{Def, Ns, Search};
use super::{Bound, Env, FnId, GenericDef, Program, Signature, TraitId, Ty};
use crate::ir::{Generic, GenericArg, Path, TyExpr};
use crate::name::Name;

impl Program {
    /// The signature of a function.
    pub fn signature(&self, id: FnId) -> &Signature {
        self.signatures[id.index()].get_or_init(|| Box::new(self.make_signature(id)))
    }

    fn make_signature(&self, id: FnId) -> Signature {
        let written = &self.function(id).written;
        let env = self.fn_env(id);
        let mut generics = Vec::new();
        if let Some(at) = env.in_trait {
            generics.push(self.self_param(at));
        }
        generics.extend(env.outer.iter().map(|g| self.generic_def(&env, g)));
        let outer = generics.len();
        generics.extend(env.inner.iter().map(|g| self.generic_def(&env, g)));
        let mut params = Vec::with_capacity(written.params.len());
        for (at, param) in written.params.iter().enumerate() {
            params.push(match implied(&param.ty) {
                Some((bounds, wrap)) => {
                    let name = Name::new(&format!("impl#{at}"));
                    let bounds = bounds.iter().map(|b| self.bound(&env, b)).collect();
                    generics.push(GenericDef {
                        name,
                        bounds,
                        is_const: false,
                    });
                    wrap(Ty::Param(name))
                }
                None => self.lower_ty(&env, &param.ty),
            });
        }
        Signature {
            generics,
            outer,
            params,
            ret: self.lower_ty(&env, &written.ret),
        }
    }

    fn self_param(&self, id: TraitId) -> GenericDef {
        let def = self.trait_def(id);
        GenericDef {
            name: Name::new("Self"),
            bounds: vec![Bound {
                path: def.canonical,
                id: Some(id),
                args: def.generics.iter().map(|g| Ty::Param(g.name)).collect(),
                assoc: Vec::new(),
            }],
            is_const: false,
        }
    }

    fn generic_def(&self, env: &Env<'_>, generic: &Generic) -> GenericDef {
        GenericDef {
            name: generic.name,
            bounds: generic.bounds.iter().map(|b| self.bound(env, b)).collect(),
            is_const: generic.is_const,
        }
    }

    pub(crate) fn bound(&self, env: &Env<'_>, path: &Path) -> Bound {
        let found = Search::new(self).walk(self.module_of(env.scope), path, Ns::Type);
        let (name, id) = match found {
            Some((Def::Trait(id), _)) => (self.trait_def(id).canonical, Some(id)),
            Some((Def::External(name), _)) => (name, None),
            _ => (path.last(), None),
        };
        let written = path.segments.last().map_or(&[][..], |s| &s.args[..]);
        let assoc = written.iter().filter_map(|arg| match arg {
            GenericArg::Assoc(name, ty) => Some((*name, self.lower_ty(env, ty))),
            _ => None,
        });
        Bound {
            path: name,
            id,
            args: self.lower_args(env, written),
            assoc: assoc.collect(),
        }
    }
}

type Wrap = fn(Ty) -> Ty;

/// `impl A`, `&impl A`, `&mut impl A`.
fn implied(ty: &TyExpr) -> Option<(&[Path], Wrap)> {
    match ty {
        TyExpr::Impl(bounds) => Some((bounds, |ty| ty)),
        TyExpr::Ref { mutable, inner } => match &**inner {
            TyExpr::Impl(bounds) if *mutable => Some((bounds, |ty| Ty::reference(true, ty))),
            TyExpr::Impl(bounds) => Some((bounds, |ty| Ty::reference(false, ty))),
            _ => None,
        },
        _ => None,
    }
}
