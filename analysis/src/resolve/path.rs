//! What a path means in its surroundings, associated items included.

use super::tree::{Def, Ns, Search};
use super::unify::bind;
use super::{AdtId, AdtKind, Env, FnId, Owner, Program, Res, TraitId, Ty};
use crate::ir::{GenericArg, Path};
use crate::name::Name;

/// A path as a value, with the type it was looked up on and the arguments of its last segment.
#[derive(Clone, Debug)]
pub struct ValuePath {
    /// What it means.
    pub res: Res,
    /// `Vec<u8>` of `Vec::<u8>::new`, the enum of a variant; holes where nothing is written.
    pub self_ty: Option<Ty>,
    /// The generic arguments of the function itself.
    pub args: Vec<Ty>,
}

impl ValuePath {
    fn new(res: Res) -> ValuePath {
        ValuePath {
            res,
            self_ty: None,
            args: Vec::new(),
        }
    }
}

impl Program {
    /// What a path means as a value in these surroundings.
    pub fn value_path(&self, env: &Env<'_>, path: &Path) -> ValuePath {
        let Some(last) = path.segments.last() else {
            return ValuePath::new(Res::Unknown);
        };
        if let Some(qself) = &path.qself {
            let own = self.lower_ty(env, &qself.ty);
            let of_trait = self.qself_trait(env, path, qself.position);
            return self.assoc_value(env, own, of_trait, last.name, &last.args);
        }
        if let Some(name) = path.as_ident()
            && env.generic(name).is_some_and(|g| g.is_const)
        {
            return ValuePath::new(Res::ConstParam(name));
        }
        let first = path.segments[0].name;
        let owned = first == "Self" || (path.segments.len() > 1 && env.generic(first).is_some());
        if owned && !path.global {
            return self.on_self(env, path);
        }
        let from = self.module_of(env.scope);
        match Search::new(self).walk(from, path, Ns::Value) {
            Some((def, used)) => self.value_of(env, path, def, used),
            None => ValuePath::new(Res::Unknown),
        }
    }

    fn qself_trait(&self, env: &Env<'_>, path: &Path, position: usize) -> Option<TraitId> {
        if position == 0 {
            return None;
        }
        let named = Path {
            global: path.global,
            qself: None,
            segments: path.segments[..position.min(path.segments.len())].to_vec(),
        };
        match Search::new(self).walk(self.module_of(env.scope), &named, Ns::Type)? {
            (Def::Trait(id), _) => Some(id),
            _ => None,
        }
    }

    /// `Self`, `Self::x`, `Self::V::x`, `T::x`.
    fn on_self(&self, env: &Env<'_>, path: &Path) -> ValuePath {
        let count = path.segments.len();
        if count > 2 {
            let base = Path {
                segments: path.segments[..count - 1].to_vec(),
                ..Path::default()
            };
            let own = self.lower_ty_path(env, &base);
            let last = &path.segments[count - 1];
            return self.assoc_value(env, own, None, last.name, &last.args);
        }
        let first = Path {
            segments: path.segments[..1].to_vec(),
            ..Path::default()
        };
        let own = self.lower_ty_path(env, &first);
        match path.segments.get(1) {
            Some(segment) => self.assoc_value(env, own, None, segment.name, &segment.args),
            None => match &own {
                Ty::Adt(id, _) => ValuePath {
                    res: self.ctor(*id, 0),
                    self_ty: Some(own),
                    args: Vec::new(),
                },
                _ => ValuePath::new(Res::Unknown),
            },
        }
    }

    fn ctor(&self, id: AdtId, variant: u32) -> Res {
        let adt = self.adt(id);
        match adt.variants.get(variant as usize) {
            Some(v) if v.tuple => Res::Ctor(id, variant),
            Some(v) if adt.kind == AdtKind::Enum || v.fields.is_empty() => {
                Res::Variant(id, variant)
            }
            _ => Res::Unknown,
        }
    }

    fn value_of(&self, env: &Env<'_>, path: &Path, def: Def, used: usize) -> ValuePath {
        let written = &path.segments[used].args;
        let rest = &path.segments[used + 1..];
        match def {
            Def::Fn(id) => ValuePath {
                args: self.lower_args(env, written),
                ..ValuePath::new(Res::Fn(id))
            },
            Def::Static(id) => ValuePath::new(Res::Static(id)),
            Def::Const(id) => ValuePath::new(Res::Const(id)),
            Def::External(name) => ValuePath::new(Res::External(name)),
            Def::Module(_) => ValuePath::new(Res::Module),
            Def::Variant(id, variant) => ValuePath {
                res: self.ctor(id, variant),
                self_ty: Some(self.lower_def(env, def, path, used)),
                args: Vec::new(),
            },
            Def::Trait(id) => match rest {
                [segment] => self.trait_value(env, id, Ty::Unknown, segment.name, &segment.args),
                _ => ValuePath::new(Res::Unknown),
            },
            Def::Adt(_) | Def::Alias(_) | Def::Prim(_) => {
                let own = self.lower_def(env, def, path, used);
                match rest {
                    [segment] => self.assoc_value(env, own, None, segment.name, &segment.args),
                    [inner, segment] => {
                        let own = self.project(env, &own, inner.name);
                        self.assoc_value(env, own, None, segment.name, &segment.args)
                    }
                    _ => match &own {
                        Ty::Adt(id, _) => ValuePath {
                            res: self.ctor(*id, 0),
                            self_ty: Some(own),
                            args: Vec::new(),
                        },
                        _ => ValuePath::new(Res::Unknown),
                    },
                }
            }
        }
    }

    /// `<own as of_trait>::name`.
    fn assoc_value(
        &self,
        env: &Env<'_>,
        own: Ty,
        of_trait: Option<TraitId>,
        name: Name,
        args: &[GenericArg],
    ) -> ValuePath {
        if let Ty::Adt(id, _) = &own
            && let Some(variant) = self.variant_named(*id, name)
        {
            return ValuePath {
                res: self.ctor(*id, variant),
                self_ty: Some(own),
                args: Vec::new(),
            };
        }
        if let Some(id) = of_trait {
            return self.trait_value(env, id, own, name, args);
        }
        if let Some(res) = self.assoc_fn(env, &own, name) {
            return ValuePath {
                res,
                self_ty: Some(own),
                args: self.lower_args(env, args),
            };
        }
        if let Some(res) = self.assoc_const(&own, name) {
            return ValuePath::new(res);
        }
        if let Ty::External(base) = &own {
            let path = Name::new(&format!("{base}::{name}"));
            return ValuePath::new(Res::External(path));
        }
        ValuePath::new(Res::Unknown)
    }

    fn trait_value(
        &self,
        env: &Env<'_>,
        id: TraitId,
        own: Ty,
        name: Name,
        args: &[GenericArg],
    ) -> ValuePath {
        let res = match self.trait_method(id, name, &own) {
            Some((f, _)) => Res::Fn(f),
            None => match self.declared(id, name) {
                Some(f) => Res::TraitFn(id, f),
                None => Res::Unknown,
            },
        };
        ValuePath {
            res,
            self_ty: (!own.is_unknown()).then_some(own),
            args: self.lower_args(env, args),
        }
    }

    /// The associated function of this name on the type.
    pub(crate) fn assoc_fn(&self, env: &Env<'_>, own: &Ty, name: Name) -> Option<Res> {
        let fits = |&&id: &&FnId| match self.func(id).owner {
            Owner::Impl(at) => bind(&self.impl_def(at).self_ty, own, &mut Vec::new()),
            _ => true,
        };
        if let Some(&id) = self.fns_of(own, name).iter().find(fits) {
            return Some(Res::Fn(id));
        }
        match own {
            Ty::Param(param) => return self.bound_fn(env, *param, name),
            Ty::Dyn(path) => {
                let id = self.trait_named(*path)?;
                return self.declared(id, name).map(|f| Res::TraitFn(id, f));
            }
            _ => {}
        }
        if own.is_unknown() {
            return None;
        }
        self.default_fn(own, name)
            .or_else(|| self.derived_fn(own, name))
            .or_else(|| self.blanket_fns(name).first().map(|&id| Res::Fn(id)))
            .or_else(|| self.made_elsewhere(name))
    }

    /// `Type::from`, `Type::default` by an impl that is not in view: at least the result is known.
    fn made_elsewhere(&self, name: Name) -> Option<Res> {
        if !matches!(
            name.as_str(),
            "from" | "try_from" | "default" | "from_str" | "from_iter"
        ) {
            return None;
        }
        self.trait_fns(name)
            .iter()
            .find_map(|&f| match self.func(f).owner {
                Owner::Trait(id) if self.trait_def(id).stub => Some(Res::TraitFn(id, f)),
                _ => None,
            })
    }

    /// The method of a trait that the type implements or derives, or of `dyn Trait`.
    pub(crate) fn assoc_method(&self, own: &Ty, name: Name) -> Option<Res> {
        if let Ty::Dyn(path) = own {
            let id = self.trait_named(*path)?;
            return self.declared(id, name).map(|f| Res::TraitFn(id, f));
        }
        self.default_fn(own, name)
            .or_else(|| self.derived_fn(own, name))
    }

    /// A default method of a trait that the type implements.
    fn default_fn(&self, own: &Ty, name: Name) -> Option<Res> {
        let mut defaults = self.trait_fns(name).iter();
        if defaults.all(|&f| self.func(f).body.is_none()) {
            return None;
        }
        self.impls_of(own).iter().find_map(|&at| {
            let def = self.impl_def(at);
            let f = self.declared(def.trait_id?, name)?;
            let mut substs = Vec::new();
            let fits = self.func(f).body.is_some()
                && bind(&def.self_ty, own, &mut substs)
                && self.has_bounds(at, &substs);
            fits.then_some(Res::Fn(f))
        })
    }

    /// `Type::default`, `Type::clone` of a derived impl.
    fn derived_fn(&self, own: &Ty, name: Name) -> Option<Res> {
        let Ty::Adt(id, _) = own else {
            return None;
        };
        let derives = &self.adt(*id).derives;
        self.trait_fns(name).iter().find_map(|&f| {
            let Owner::Trait(at) = self.func(f).owner else {
                return None;
            };
            derives
                .contains(&self.trait_def(at).name)
                .then_some(Res::TraitFn(at, f))
        })
    }

    /// A method that a bound of the parameter declares.
    pub(crate) fn bound_fn(&self, env: &Env<'_>, param: Name, name: Name) -> Option<Res> {
        if param == "Self"
            && let Some(id) = env.in_trait
            && let Some(f) = self.declared(id, name)
        {
            return Some(Res::TraitFn(id, f));
        }
        let from = self.module_of(env.scope);
        for bound in &env.generic(param)?.bounds {
            if let Some((Def::Trait(id), _)) = Search::new(self).walk(from, bound, Ns::Type)
                && let Some(f) = self.declared(id, name)
            {
                return Some(Res::TraitFn(id, f));
            }
        }
        None
    }

    fn assoc_const(&self, own: &Ty, name: Name) -> Option<Res> {
        self.impls_of(own).iter().find_map(|&at| {
            let def = self.impl_def(at);
            let (_, id) = def.consts.iter().find(|(n, _)| *n == name)?;
            Some(Res::Const(*id))
        })
    }

    /// What a path means as a type in these surroundings.
    pub fn type_path(&self, env: &Env<'_>, path: &Path) -> Res {
        if path.qself.is_none()
            && !path.global
            && let Some(first) = path.segments.first()
        {
            if first.name == "Self" || env.generic(first.name).is_some() {
                return self.own_type(env, path);
            }
            let from = self.module_of(env.scope);
            return match Search::new(self).walk(from, path, Ns::Type) {
                Some((def, used)) if used + 1 == path.segments.len() => {
                    self.type_of_def(env, def, path, used)
                }
                Some(_) => alias_or_unknown(self.lower_ty_path(env, path)),
                None => Res::Unknown,
            };
        }
        if path.qself.is_none() && path.global {
            let from = self.module_of(env.scope);
            if let Some((def, used)) = Search::new(self).walk(from, path, Ns::Type) {
                return self.type_of_def(env, def, path, used);
            }
        }
        alias_or_unknown(self.lower_ty_path(env, path))
    }

    fn own_type(&self, env: &Env<'_>, path: &Path) -> Res {
        if let [_, segment] = &path.segments[..] {
            let first = Path::ident(path.segments[0].name);
            if let Ty::Adt(id, _) = self.lower_ty_path(env, &first)
                && let Some(variant) = self.variant_named(id, segment.name)
            {
                return Res::Variant(id, variant);
            }
        }
        match self.lower_ty_path(env, path) {
            Ty::Param(name) => Res::TypeParam(name),
            ty => alias_or_unknown(ty),
        }
    }

    fn type_of_def(&self, env: &Env<'_>, def: Def, path: &Path, used: usize) -> Res {
        match def {
            Def::Adt(id) => Res::Adt(id),
            Def::Variant(id, variant) => Res::Variant(id, variant),
            Def::Trait(id) => Res::Trait(id),
            Def::Module(_) => Res::Module,
            Def::External(name) => Res::External(name),
            Def::Prim(_) => Res::Prim(self.lower_def(env, def, path, used)),
            Def::Alias(_) => Res::Alias(self.lower_def(env, def, path, used)),
            _ => Res::Unknown,
        }
    }

    /// The struct or variant that a pattern or literal names, and the type with its arguments.
    pub fn variant_path(&self, env: &Env<'_>, path: &Path) -> Option<(AdtId, u32, Ty)> {
        let (id, variant) = match self.type_path(env, path) {
            Res::Adt(id) => (id, 0),
            Res::Variant(id, variant) => (id, variant),
            Res::Alias(ty) => match &ty {
                Ty::Adt(id, _) => return Some((*id, 0, ty)),
                _ => return None,
            },
            _ => match self.value_path(env, path).res {
                Res::Ctor(id, variant) | Res::Variant(id, variant) => (id, variant),
                _ => return None,
            },
        };
        let ty = match self.lower_ty_path(env, path) {
            ty @ Ty::Adt(..) => ty,
            _ => self.own_or_open(env, path, id),
        };
        Some((id, variant, ty))
    }

    /// `Self::V` has the arguments of `Self`; other paths say nothing.
    fn own_or_open(&self, env: &Env<'_>, path: &Path, id: AdtId) -> Ty {
        match env.self_ty {
            Some(own @ Ty::Adt(at, _)) if *at == id && path.segments[0].name == "Self" => {
                own.clone()
            }
            _ => self.adt_ty(id, Vec::new()),
        }
    }
}

fn alias_or_unknown(ty: Ty) -> Res {
    match ty {
        Ty::Unknown => Res::Unknown,
        ty => Res::Alias(ty),
    }
}
