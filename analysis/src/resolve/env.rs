//! Where a path is read: its module, and what `Self` and the generic parameters in scope are.

use super::{BodyOwner, BodyRef, FnId, ImplId, Owner, Program, Scope, TraitId, Ty};
use crate::ir::Generic;
use crate::name::Name;

/// The surroundings of a path.
#[derive(Clone, Copy, Debug)]
pub struct Env<'p> {
    /// The module.
    pub scope: Scope,
    /// What `Self` is; `None` outside of impls and traits, and inside a trait (there it is a
    /// parameter).
    pub self_ty: Option<&'p Ty>,
    /// The impl.
    pub in_impl: Option<ImplId>,
    /// The trait.
    pub in_trait: Option<TraitId>,
    /// Parameters of the impl or trait.
    pub outer: &'p [Generic],
    /// Parameters of the function or type.
    pub inner: &'p [Generic],
}

impl<'p> Env<'p> {
    /// A bare module.
    pub fn module(scope: Scope) -> Env<'p> {
        Env {
            scope,
            self_ty: None,
            in_impl: None,
            in_trait: None,
            outer: &[],
            inner: &[],
        }
    }

    /// The generic parameter of this name.
    pub fn generic(&self, name: Name) -> Option<&'p Generic> {
        let find = |list: &'p [Generic]| list.iter().find(|g| g.name == name);
        find(self.inner).or_else(|| find(self.outer))
    }
}

impl Program {
    /// The surroundings of a function's signature and body.
    pub fn fn_env(&self, id: FnId) -> Env<'_> {
        let def = self.func(id);
        let env = self.owner_env(def.scope, def.owner);
        Env {
            inner: &self.function(id).written.generics,
            ..env
        }
    }

    pub(crate) fn owner_env(&self, scope: Scope, owner: Owner) -> Env<'_> {
        match owner {
            Owner::Free => Env::module(scope),
            Owner::Impl(id) => self.impl_env(id),
            Owner::Trait(id) => {
                let def = self.trait_def(id);
                Env {
                    in_trait: Some(id),
                    outer: &def.generics,
                    ..Env::module(scope)
                }
            }
        }
    }

    /// The surroundings of an impl's items.
    pub fn impl_env(&self, id: ImplId) -> Env<'_> {
        let def = self.impl_def(id);
        Env {
            self_ty: Some(&def.self_ty),
            in_impl: Some(id),
            outer: &def.generics,
            ..Env::module(def.scope)
        }
    }

    /// The surroundings of a body; a closure's are its function's, with the module it stands in.
    pub fn body_env(&self, body: BodyRef) -> Env<'_> {
        let scope = Scope {
            file: body.file,
            module: self.body(body).module,
        };
        let env = match self.owner_of(self.root_body(body)) {
            Some(BodyOwner::Fn(id)) => self.fn_env(id),
            Some(BodyOwner::Const(id)) => match self.constant(id).owner {
                Some(owner) => self.impl_env(owner),
                None => Env::module(scope),
            },
            _ => Env::module(scope),
        };
        Env { scope, ..env }
    }
}
