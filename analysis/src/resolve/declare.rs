//! What the files declare becomes definitions: names first, types and impls when all names are
//! known.

use super::presence::present;
use super::tree::{Def, Ns, STD};
use super::{
    AdtDef, AdtId, AdtKind, BodyOwner, ConstDef, ConstId, Deref, Env, FileIx, FnDef, FnId, FnPlace,
    ImplDef, ImplId, Len, Owner, Program, Scope, StaticDef, StaticId, TraitDef, TraitId, Ty,
    VariantDef,
};
use crate::ir::{self, BodyId, Function, Generic, Item, ItemKind, TyExpr};
use crate::name::Name;
use std::sync::Arc;

/// First pass over a file: everything that has a name of its own.
pub(super) fn file(p: &mut Program, file: FileIx) {
    let ir = Arc::clone(&p.files[file.index()]);
    for (at, item) in ir.items.iter().enumerate() {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        declare(p, file, at, item);
    }
}

fn declare(p: &mut Program, file: FileIx, at: u32, item: &Item) {
    let scope = Scope {
        file,
        module: item.module,
    };
    let here = present(item.cfg.as_ref());
    let name = item.name;
    match &item.kind {
        ItemKind::Fn(function) | ItemKind::ForeignFn(function) => {
            let place = FnPlace {
                file,
                item: at,
                index: 0,
            };
            let id = free_fn(p, scope, place, function);
            p.fns[id.index()].foreign = matches!(item.kind, ItemKind::ForeignFn(_));
            p.enter(scope, name, Ns::Value, Def::Fn(id), here);
        }
        ItemKind::ForeignStatic { ty } => add_static(p, scope, item, ty, true, None),
        ItemKind::Static { ty, mutable, body } => add_static(p, scope, item, ty, *mutable, *body),
        ItemKind::Struct(data) => {
            let id = add_adt(
                p,
                scope,
                (at, item),
                &data.generics,
                &data.repr,
                &data.derives,
            );
            let kind = if data.is_union {
                AdtKind::Union
            } else {
                AdtKind::Struct
            };
            let def = &mut p.adts[id.index()];
            def.kind = kind;
            def.effects(&data.effects, &data.fields);
            def.variants = vec![variant(name, &data.fields, data.tuple)];
            p.enter(scope, name, Ns::Type, Def::Adt(id), here);
            if data.tuple || data.fields.is_empty() {
                p.enter(scope, name, Ns::Value, Def::Variant(id, 0), here);
            }
        }
        ItemKind::Enum(data) => {
            let id = add_adt(
                p,
                scope,
                (at, item),
                &data.generics,
                &data.repr,
                &data.derives,
            );
            let variants = data.variants.iter();
            p.adts[id.index()].effects(&data.effects, &[]);
            p.adts[id.index()].variants = variants
                .map(|v| variant(v.name, &v.fields, v.tuple))
                .collect();
            p.enter(scope, name, Ns::Type, Def::Adt(id), here);
        }
        ItemKind::Alias { .. } => {
            let index = u32::try_from(p.aliases.len()).unwrap_or(u32::MAX);
            p.aliases.push((file, at));
            p.enter(scope, name, Ns::Type, Def::Alias(index), here);
        }
        ItemKind::Const { ty, body } => {
            let id = add_const(p, scope, name, ty, *body, None);
            p.enter(scope, name, Ns::Value, Def::Const(id), here);
        }
        ItemKind::Trait(data) => {
            let id = add_trait(p, scope, item, at, data);
            p.enter(scope, name, Ns::Type, Def::Trait(id), here);
        }
        ItemKind::Impl(_) => p.impl_items.push((file, at)),
    }
}

fn variant(name: Name, fields: &[ir::Field], tuple: bool) -> VariantDef {
    VariantDef {
        name,
        fields: fields.iter().map(|f| (f.name, Ty::Unknown)).collect(),
        tuple,
    }
}

fn free_fn(p: &mut Program, scope: Scope, place: FnPlace, function: &Function) -> FnId {
    let module = p.module(p.module_of(scope));
    let label = match module.path.rsplit_once("::") {
        Some((_, last)) => join(last, function.name),
        None => function.name.as_str().to_owned(),
    };
    add_fn(p, scope, place, function, Owner::Free, label, None)
}

fn add_fn(
    p: &mut Program,
    scope: Scope,
    place: FnPlace,
    function: &Function,
    owner: Owner,
    label: String,
    self_ty: Option<Ty>,
) -> FnId {
    let id = FnId::new(p.fns.len());
    let body = p.place_body(scope.file, function.body, BodyOwner::Fn(id));
    let stub = p.module(p.module_of(scope)).krate == STD;
    p.fns.push(FnDef {
        name: function.name,
        label,
        scope,
        body,
        foreign: false,
        stub,
        owner,
        self_ty,
        self_kind: function.self_kind,
        link_name: function.link_name,
        span: function.span,
        name_span: function.name_span,
        place,
    });
    id
}

fn add_static(
    p: &mut Program,
    scope: Scope,
    item: &Item,
    ty: &TyExpr,
    mutable: bool,
    body: Option<BodyId>,
) {
    let id = StaticId::new(p.statics.len());
    let body = p.place_body(scope.file, body, BodyOwner::Static(id));
    p.statics.push(StaticDef {
        name: item.name,
        scope,
        ty: ty.clone(),
        mutable,
        body,
        foreign: matches!(item.kind, ItemKind::ForeignStatic { .. }),
        span: item.span,
    });
    let here = present(item.cfg.as_ref());
    p.enter(scope, item.name, Ns::Value, Def::Static(id), here);
}

fn add_const(
    p: &mut Program,
    scope: Scope,
    name: Name,
    ty: &TyExpr,
    body: Option<BodyId>,
    owner: Option<ImplId>,
) -> ConstId {
    let id = ConstId::new(p.consts.len());
    let body = p.place_body(scope.file, body, BodyOwner::Const(id));
    p.consts.push(ConstDef {
        name,
        scope,
        ty: ty.clone(),
        body,
        owner,
    });
    id
}

fn add_adt(
    p: &mut Program,
    scope: Scope,
    (at, item): (u32, &Item),
    generics: &[Generic],
    repr: &ir::Repr,
    derives: &[Name],
) -> AdtId {
    let id = AdtId::new(p.adts.len());
    let module = p.module(p.module_of(scope));
    let canonical = join(&module.path, item.name);
    let stub = module.krate == STD;
    p.adts.push(AdtDef {
        name: item.name,
        label: item.name.as_str().to_owned(),
        canonical,
        scope,
        kind: AdtKind::Enum,
        generics: generics.iter().map(|g| g.name).collect(),
        variants: Vec::new(),
        repr: repr.clone(),
        derives: derives.to_vec(),
        cfg: item.cfg.clone(),
        stub,
        deref: None,
        no_drop: false,
        copy: derives.iter().any(|name| *name == "Copy"),
        public: item.public,
        span: item.span,
        name_span: item.name_span,
        generic_list: generics.to_vec(),
        item: at,
    });
    id
}

impl AdtDef {
    /// What the attributes of the stubs say.
    fn effects(&mut self, effects: &[(Name, String)], fields: &[ir::Field]) {
        if !self.stub {
            return;
        }
        for (name, argument) in effects {
            let field = Name::new(argument.trim());
            let pointer = || {
                let found = fields.iter().find(|f| f.name == field);
                found.is_some_and(|f| matches!(f.ty, TyExpr::Ptr { .. }))
            };
            match name.as_str() {
                "deref" if pointer() => self.deref = Some(Deref::Through(field)),
                "deref" => self.deref = Some(Deref::Text(field)),
                "deref_field" => self.deref = Some(Deref::Field(field)),
                "no_drop" => self.no_drop = true,
                "copy" => self.copy = true,
                _ => {}
            }
        }
    }
}

fn add_trait(p: &mut Program, scope: Scope, item: &Item, at: u32, data: &ir::Trait) -> TraitId {
    let id = TraitId::new(p.traits.len());
    let module = p.module(p.module_of(scope));
    let stub = module.krate == STD;
    let canonical = join(&module.path, item.name);
    p.traits.push(TraitDef {
        name: item.name,
        canonical: Name::new(&canonical),
        scope,
        generics: data.generics.clone(),
        fns: Vec::new(),
        supers: Vec::new(),
        impls: Vec::new(),
        stub,
        super_paths: data.supers.clone(),
    });
    let own = Ty::Param(Name::new("Self"));
    for (index, function) in data.fns.iter().enumerate() {
        let place = FnPlace {
            file: scope.file,
            item: at,
            index: u32::try_from(index).unwrap_or(u32::MAX),
        };
        let label = join(item.name.as_str(), function.name);
        let owner = Owner::Trait(id);
        let f = add_fn(p, scope, place, function, owner, label, Some(own.clone()));
        p.traits[id.index()].fns.push(f);
    }
    id
}

/// Supertraits, when all traits are known.
pub(super) fn traits(p: &mut Program) {
    for at in 0..p.traits.len() {
        let def = &p.traits[at];
        let env = Env::module(def.scope);
        let supers = def.super_paths.iter();
        let supers: Vec<TraitId> = supers.filter_map(|path| p.bound(&env, path).id).collect();
        p.traits[at].supers = supers;
    }
}

/// Impl blocks and their functions, when all names are known.
pub(super) fn impls(p: &mut Program) {
    for (file, at) in std::mem::take(&mut p.impl_items) {
        let ir = Arc::clone(&p.files[file.index()]);
        if let Some(item) = ir.items.get(at as usize)
            && let ItemKind::Impl(block) = &item.kind
        {
            add_impl(p, file, at, item, block);
        }
    }
}

fn add_impl(p: &mut Program, file: FileIx, at: u32, item: &Item, block: &ir::Impl) {
    let id = ImplId::new(p.impls.len());
    let scope = Scope {
        file,
        module: item.module,
    };
    let env = Env {
        outer: &block.generics,
        ..Env::module(scope)
    };
    let self_ty = p.lower_ty(&env, &block.self_ty);
    let with_self = Env {
        self_ty: Some(&self_ty),
        ..env
    };
    let bound = block
        .of_trait
        .as_ref()
        .map(|path| p.bound(&with_self, path));
    let (of_trait, trait_id, trait_args) = match bound {
        Some(bound) => (Some(bound.path), bound.id, bound.args),
        None => (None, None, Vec::new()),
    };
    let label = type_label(p, &self_ty, &block.self_ty);
    p.impls.push(ImplDef {
        scope,
        generics: block.generics.clone(),
        self_ty: self_ty.clone(),
        of_trait,
        trait_id,
        trait_args,
        fns: Vec::new(),
        types: block.types.clone(),
        consts: Vec::new(),
        cfg: item.cfg.clone(),
        span: item.span,
    });
    if let Some(of) = trait_id {
        p.traits[of.index()].impls.push(id);
    }
    for (index, function) in block.fns.iter().enumerate() {
        let place = FnPlace {
            file,
            item: at,
            index: u32::try_from(index).unwrap_or(u32::MAX),
        };
        let label = join(&label, function.name);
        let (owner, own) = (Owner::Impl(id), Some(self_ty.clone()));
        let f = add_fn(p, scope, place, function, owner, label, own);
        p.impls[id.index()].fns.push(f);
    }
    for (name, ty, body) in &block.consts {
        let c = add_const(p, scope, *name, ty, *body, Some(id));
        p.impls[id.index()].consts.push((*name, c));
    }
}

/// A path and one more name: plainer than formatting, since there is one for each function.
fn join(path: &str, name: Name) -> String {
    [path, "::", name.as_str()].concat()
}

/// How one speaks of the type of an impl.
fn type_label(p: &Program, ty: &Ty, written: &TyExpr) -> String {
    let shape = match ty {
        Ty::Adt(id, _) => &p.adt(*id).label,
        Ty::External(name) => name.as_str().rsplit("::").next().unwrap_or_default(),
        Ty::Ptr(..) => "pointer",
        Ty::Slice(_) => "slice",
        Ty::Array(..) => "array",
        Ty::Str => "str",
        Ty::Ref(..) => "reference",
        Ty::Int(int) => int.name(),
        Ty::Bool => "bool",
        Ty::Char => "char",
        Ty::Tuple(_) => "tuple",
        _ => match written {
            TyExpr::Path(path) => path.last().as_str(),
            _ => "impl",
        },
    };
    shape.to_owned()
}

/// The types of fields, when all names are known.
pub(super) fn fields(p: &mut Program) {
    for at in 0..p.adts.len() {
        let def = &p.adts[at];
        let ir = Arc::clone(&p.files[def.scope.file.index()]);
        let Some(item) = ir.items.get(def.item as usize) else {
            continue;
        };
        let own = {
            let args = def.generic_list.iter().map(|g| match g.is_const {
                true => Ty::Const(Len::Param(g.name)),
                false => Ty::Param(g.name),
            });
            Ty::adt(AdtId::new(at), args.collect())
        };
        let env = Env {
            self_ty: Some(&own),
            inner: &def.generic_list,
            ..Env::module(def.scope)
        };
        let lower = |fields: &[ir::Field]| -> Vec<(Name, Ty)> {
            fields
                .iter()
                .map(|f| (f.name, p.lower_ty(&env, &f.ty)))
                .collect()
        };
        let fields: Vec<Vec<(Name, Ty)>> = match &item.kind {
            ItemKind::Struct(data) => vec![lower(&data.fields)],
            ItemKind::Enum(data) => data.variants.iter().map(|v| lower(&v.fields)).collect(),
            _ => continue,
        };
        for (variant, fields) in p.adts[at].variants.iter_mut().zip(fields) {
            variant.fields = fields;
        }
    }
}
