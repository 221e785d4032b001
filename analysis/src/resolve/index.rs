//! Impls by the outermost shape of their type: which functions and traits a type has.

use super::presence::present;
use super::unify::bind;
use super::{FnId, ImplId, IntTy, Owner, Program, TraitId, Ty};
use crate::name::Name;
use rustc_hash::FxHashMap;

/// Impls of a trait up to which it is asked whether only one of them counts.
const FEW_IMPLS: usize = 8;

/// The outermost shape of a type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Head {
    Adt(super::AdtId),
    External(Name),
    Ref,
    Ptr(bool),
    Slice,
    Array,
    Str,
    Int(IntTy),
    Float(u8),
    Bool,
    Char,
    Tuple(usize),
    Fn,
    Dyn(Name),
    Never,
    /// `impl<T> Trait for T`.
    Blanket,
}

impl Head {
    pub(crate) fn of(ty: &Ty) -> Option<Head> {
        Some(match ty {
            Ty::Adt(id, _) => Head::Adt(*id),
            Ty::External(name) => Head::External(*name),
            Ty::Ref(..) => Head::Ref,
            Ty::Ptr(mutable, _) => Head::Ptr(*mutable),
            Ty::Slice(_) => Head::Slice,
            Ty::Array(..) => Head::Array,
            Ty::Str => Head::Str,
            Ty::Int(int) => Head::Int(*int),
            Ty::Float(bits) => Head::Float(*bits),
            Ty::Bool => Head::Bool,
            Ty::Char => Head::Char,
            Ty::Tuple(items) => Head::Tuple(items.len()),
            Ty::FnPtr { .. } => Head::Fn,
            Ty::Dyn(name) => Head::Dyn(*name),
            Ty::Never => Head::Never,
            _ => return None,
        })
    }

    fn of_impl(ty: &Ty) -> Option<Head> {
        match ty {
            Ty::Param(_) => Some(Head::Blanket),
            _ => Head::of(ty),
        }
    }
}

/// Functions and impls by head.
#[derive(Default, Debug)]
pub(crate) struct Index {
    /// Inherent functions first, then those of trait impls.
    fns: FxHashMap<(Head, Name), Vec<FnId>>,
    impls: FxHashMap<Head, Vec<ImplId>>,
    /// Declarations in traits by name.
    trait_fns: FxHashMap<Name, Vec<FnId>>,
}

impl Index {
    pub(super) fn build(p: &Program) -> Index {
        let mut index = Index::default();
        for inherent in [true, false] {
            for (at, def) in p.impls.iter().enumerate() {
                if def.of_trait.is_none() == inherent
                    && let Some(head) = Head::of_impl(&def.self_ty)
                {
                    index.add(ImplId::new(at), head, &def.fns, p);
                }
            }
        }
        for def in &p.traits {
            for &id in &def.fns {
                index.trait_fns.entry(p.func(id).name).or_default().push(id);
            }
        }
        index
    }

    fn add(&mut self, id: ImplId, head: Head, fns: &[FnId], p: &Program) {
        self.impls.entry(head).or_default().push(id);
        for &f in fns {
            let list = self.fns.entry((head, p.func(f).name)).or_default();
            // Of alternatives that exclude each other, the one of this platform comes first.
            if present(p.impl_def(id).cfg.as_ref()) && present(p.function(f).cfg.as_ref()) {
                let at = list
                    .iter()
                    .position(|&other| !present(p.function(other).cfg.as_ref()));
                list.insert(at.unwrap_or(list.len()), f);
            } else {
                list.push(f);
            }
        }
    }
}

impl Program {
    /// Functions of this name in the impls for the type, inherent ones first.
    pub(crate) fn fns_of(&self, ty: &Ty, name: Name) -> &[FnId] {
        let Some(head) = Head::of(ty) else {
            return &[];
        };
        self.index
            .fns
            .get(&(head, name))
            .map_or(&[], |all| &all[..])
    }

    /// Functions of this name in blanket impls.
    pub(crate) fn blanket_fns(&self, name: Name) -> &[FnId] {
        self.index
            .fns
            .get(&(Head::Blanket, name))
            .map_or(&[], |all| &all[..])
    }

    /// The impls for the type's head.
    pub(crate) fn impls_of(&self, ty: &Ty) -> &[ImplId] {
        let Some(head) = Head::of(ty) else {
            return &[];
        };
        self.index.impls.get(&head).map_or(&[], |all| &all[..])
    }

    /// Impls for a bare parameter.
    pub(crate) fn blanket_impls(&self) -> &[ImplId] {
        self.index
            .impls
            .get(&Head::Blanket)
            .map_or(&[], |all| &all[..])
    }

    /// Declarations of this name in all traits.
    pub(crate) fn trait_fns(&self, name: Name) -> &[FnId] {
        self.index.trait_fns.get(&name).map_or(&[], |all| &all[..])
    }

    /// The impl of the trait for the type, with what the impl's parameters stand for.
    pub fn impl_of(&self, id: TraitId, ty: &Ty) -> Option<(ImplId, Vec<(Name, Ty)>)> {
        self.impl_among(self.impls_of(ty), (id, &[]), ty)
            .or_else(|| self.blanket_impl((id, &[]), ty))
    }

    fn impl_among(
        &self,
        all: &[ImplId],
        (id, args): (TraitId, &[Ty]),
        ty: &Ty,
    ) -> Option<(ImplId, Vec<(Name, Ty)>)> {
        all.iter().find_map(|&at| {
            let def = self.impl_def(at);
            let mut substs = Vec::new();
            let fits = def.trait_id == Some(id)
                && bind(&def.self_ty, ty, &mut substs)
                && fits_args(&def.trait_args, args, &mut substs)
                && self.has_bounds(at, &substs);
            fits.then_some((at, substs))
        })
    }

    /// `impl<T: Bound> Trait for T`, if the type is known and has the bounds that are in view.
    fn blanket_impl(
        &self,
        (id, args): (TraitId, &[Ty]),
        ty: &Ty,
    ) -> Option<(ImplId, Vec<(Name, Ty)>)> {
        if matches!(ty, Ty::Unknown | Ty::Param(_) | Ty::Dyn(_)) {
            return None;
        }
        let all = self.index.impls.get(&Head::Blanket)?;
        all.iter().find_map(|&at| {
            let def = self.impl_def(at);
            if def.trait_id != Some(id) {
                return None;
            }
            let mut substs = Vec::new();
            let fits = bind(&def.self_ty, ty, &mut substs)
                && fits_args(&def.trait_args, args, &mut substs)
                && self.has_bounds(at, &substs);
            fits.then_some((at, substs))
        })
    }

    /// Whether what an impl's parameters stand for has the bounds asked for, as far as they are
    /// of the kind that only impls in view provide.
    pub(crate) fn has_bounds(&self, at: ImplId, substs: &[(Name, Ty)]) -> bool {
        let def = self.impl_def(at);
        let env = self.impl_env(at);
        def.generics.iter().all(|generic| {
            let found = substs.iter().find(|(n, _)| *n == generic.name);
            let Some((_, ty)) = found.filter(|(_, ty)| Head::of(ty).is_some()) else {
                return true;
            };
            generic.bounds.iter().all(|path| {
                if !matches!(
                    path.last().as_str(),
                    "Iterator" | "IntoIterator" | "Deref" | "Future"
                ) {
                    return true;
                }
                match self.bound(&env, path).id {
                    Some(id) => self.impl_among(self.impls_of(ty), (id, &[]), ty).is_some(),
                    None => true,
                }
            })
        })
    }

    /// The function that a call of the trait's method on a value of this type runs: the impl's,
    /// else the trait's default, with what its parameters stand for.
    pub fn trait_method(
        &self,
        id: TraitId,
        name: Name,
        ty: &Ty,
    ) -> Option<(FnId, Vec<(Name, Ty)>)> {
        self.trait_method_of(id, &[], name, ty)
    }

    /// [`Program::trait_method`] of a trait with arguments: `From<T>`.
    pub fn trait_method_of(
        &self,
        id: TraitId,
        args: &[Ty],
        name: Name,
        ty: &Ty,
    ) -> Option<(FnId, Vec<(Name, Ty)>)> {
        let declared = self.declared(id, name);
        let found = self
            .impl_among(self.impls_of(ty), (id, args), ty)
            .or_else(|| self.blanket_impl((id, args), ty))
            .or_else(|| self.only_impl(id, ty));
        let (at, mut substs) = found?;
        if let Some(&f) = self
            .impl_def(at)
            .fns
            .iter()
            .find(|&&f| self.func(f).name == name)
        {
            return Some((f, substs));
        }
        let declared = declared?;
        self.func(declared).body?;
        let own = substitute_self(&self.impl_def(at).self_ty, &substs);
        substs.clear();
        substs.push((Name::new("Self"), own));
        for (generic, arg) in self
            .trait_def(id)
            .generics
            .iter()
            .zip(&self.impl_def(at).trait_args)
        {
            substs.push((generic.name, arg.clone()));
        }
        Some((declared, substs))
    }

    /// The user's trait has exactly one impl in view, those for tests not counted, and the type is
    /// a parameter or `dyn`.
    fn only_impl(&self, id: TraitId, ty: &Ty) -> Option<(ImplId, Vec<(Name, Ty)>)> {
        let def = self.trait_def(id);
        if def.stub || !matches!(ty, Ty::Param(_) | Ty::Dyn(_)) {
            return None;
        }
        if def.impls.len() > FEW_IMPLS {
            return None;
        }
        let mut all = def.impls.iter().filter(|&&at| !self.is_for_tests(at));
        match (all.next(), all.next(), &def.impls[..]) {
            (Some(only), None, _) | (None, _, [only]) => Some((*only, Vec::new())),
            _ => None,
        }
    }

    /// Whether an impl, or a module of its file around it, is there in tests only.
    fn is_for_tests(&self, at: ImplId) -> bool {
        let def = self.impl_def(at);
        let modules = &self.files[def.scope.file.index()].modules;
        let mut cfg = def.cfg.as_ref();
        let mut around = modules.get(def.scope.module.0 as usize);
        loop {
            match (cfg, around) {
                (Some(cfg), _) if cfg.needs_test() => return true,
                (_, Some(module)) => {
                    cfg = module.cfg.as_ref();
                    around = module.parent.and_then(|m| modules.get(m.0 as usize));
                }
                (_, None) => return false,
            }
        }
    }

    /// The declaration of this name in the trait or its supertraits.
    pub(crate) fn declared(&self, id: TraitId, name: Name) -> Option<FnId> {
        let declares = |id: TraitId| {
            let mut fns = self.trait_def(id).fns.iter();
            fns.find(|&&f| self.func(f).name == name).copied()
        };
        if let Some(f) = declares(id) {
            return Some(f);
        }
        let mut todo = self.trait_def(id).supers.clone();
        let mut at = 0;
        while at < todo.len() && at < 16 {
            if let Some(f) = declares(todo[at]) {
                return Some(f);
            }
            for &up in &self.trait_def(todo[at]).supers {
                if !todo.contains(&up) {
                    todo.push(up);
                }
            }
            at += 1;
        }
        None
    }

    /// The impl or trait of a method.
    pub fn trait_of(&self, id: FnId) -> Option<TraitId> {
        match self.func(id).owner {
            Owner::Trait(id) => Some(id),
            Owner::Impl(id) => self.impl_def(id).trait_id,
            Owner::Free => None,
        }
    }
}

/// Whether the arguments of an impl's trait are those asked for; what they bind must agree with
/// what the impl's type has bound.
fn fits_args(declared: &[Ty], asked: &[Ty], substs: &mut Vec<(Name, Ty)>) -> bool {
    declared.iter().zip(asked).all(|(declared, asked)| {
        asked.is_unknown()
            || bind(declared, asked, substs)
                && bind(&super::substitute(declared, substs), asked, &mut Vec::new())
    })
}

fn substitute_self(own: &Ty, substs: &[(Name, Ty)]) -> Ty {
    super::substitute(own, substs)
}
