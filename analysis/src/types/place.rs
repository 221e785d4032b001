//! The type of a place, and the other way: what a place's type says of its base.

use super::Types;
use super::deref::{autoderef, deref_ty};
use crate::ir::{Base, LocalId, Path, Place, Proj};
use crate::name::Name;
use crate::resolve::{AdtId, AdtKind, BodyRef, Env, IntTy, Lang, Program, Res, Ty, bind, merge};
use std::sync::Arc;

/// The type of a place, with auto-deref of fields.
pub fn place_ty(program: &Program, body: BodyRef, types: &Types, place: &Place) -> Ty {
    prefix_ty(program, body, types, place, place.proj.len())
}

/// The type of the place up to (not including) projection `at`.
pub(crate) fn prefix_ty(
    program: &Program,
    body: BodyRef,
    types: &Types,
    place: &Place,
    at: usize,
) -> Ty {
    let base = match &place.base {
        Base::Local(LocalId(at)) => types
            .locals
            .get(*at as usize)
            .cloned()
            .unwrap_or(Ty::Unknown),
        Base::Item(path) => match types.items.get(&**path) {
            Some((_, ty)) => ty.clone(),
            None => item_ty(program, &program.body_env(body), path).1,
        },
    };
    match &place.proj[..at] {
        [] => base,
        steps => project(program, &program.body_env(body), base, steps),
    }
}

/// Whether a pattern whose steps begin at `from` binds this part by reference (default binding
/// modes), and if so, by a mutable one. `prefix` tells the type before a step.
pub(crate) fn binding_mode(
    steps: &[Proj],
    from: usize,
    mut prefix: impl FnMut(usize) -> Ty,
) -> Option<bool> {
    let mut mode = None;
    for (at, step) in steps.iter().enumerate().skip(from) {
        match (step, prefix(at)) {
            (Proj::Deref, _) => mode = None,
            (_, Ty::Ref(mutable, _)) => mode = Some(mode.unwrap_or(true) && mutable),
            _ => {}
        }
    }
    mode
}

/// What an item used as a value means, and its type.
pub(crate) fn item_ty(p: &Program, env: &Env<'_>, path: &Path) -> (Res, Ty) {
    let found = p.value_path(env, path);
    let args = |ty: &Option<Ty>| match ty {
        Some(Ty::Adt(_, args)) => args.clone(),
        _ => Arc::from([]),
    };
    let ty = match &found.res {
        Res::Static(id) => p.static_ty(*id),
        Res::Const(id) => p.const_ty(*id),
        Res::ConstParam(_) => Ty::Int(IntTy::Usize),
        Res::Variant(id, _) => match &found.self_ty {
            Some(ty @ Ty::Adt(..)) => ty.clone(),
            _ => p.adt_ty(*id, Vec::new()),
        },
        Res::Ctor(id, variant) => Ty::Ctor(*id, *variant, args(&found.self_ty)),
        Res::Fn(id) | Res::TraitFn(_, id) => Ty::FnDef(*id, Arc::from(found.args)),
        _ => Ty::Unknown,
    };
    (found.res, ty)
}

/// A type in the course of projections: after [`Proj::Variant`] the fields are that variant's.
#[derive(Clone)]
struct At {
    ty: Ty,
    variant: Option<u32>,
}

pub(crate) fn project(p: &Program, env: &Env<'_>, base: Ty, proj: &[Proj]) -> Ty {
    let mut at = At {
        ty: base,
        variant: None,
    };
    for step in proj {
        at = project_once(p, env, &at, step);
    }
    at.ty
}

fn project_once(p: &Program, env: &Env<'_>, at: &At, proj: &Proj) -> At {
    let plain = |ty| At { ty, variant: None };
    match proj {
        Proj::Deref => plain(deref_ty(p, &at.ty)),
        Proj::Field(name) => plain(field_ty(p, env, at, *name)),
        Proj::Index(_) | Proj::ConstIndex { .. } => plain(element_ty(p, &at.ty)),
        Proj::Subslice => plain(subslice_ty(p, &at.ty)),
        Proj::Variant(path) => variant_at(p, env, &at.ty, path),
        Proj::Success => plain(success_ty(p, &at.ty)),
    }
}

fn field_ty(p: &Program, env: &Env<'_>, at: &At, name: Name) -> Ty {
    if let (Ty::Adt(id, args), Some(variant)) = (&at.ty, at.variant) {
        return adt_field(p, *id, args, variant, name).unwrap_or(Ty::Unknown);
    }
    let in_std = p.in_std(env.scope);
    for stop in autoderef(p, &at.ty) {
        match &stop.ty {
            Ty::Tuple(items) => {
                let index = name.as_str().parse::<usize>().ok();
                return index
                    .and_then(|i| items.get(i).cloned())
                    .unwrap_or(Ty::Unknown);
            }
            Ty::Adt(id, args) => {
                // Fields of std's types are private: a user means the pointee's.
                let hidden = p.adt(*id).deref.is_some() && !in_std;
                if !hidden && let Some(ty) = adt_field(p, *id, args, 0, name) {
                    return ty;
                }
            }
            _ => {}
        }
    }
    Ty::Unknown
}

fn adt_field(p: &Program, id: AdtId, args: &[Ty], variant: u32, name: Name) -> Option<Ty> {
    let def = p.adt(id);
    if def.kind == AdtKind::Enum && variant as usize >= def.variants.len() {
        return None;
    }
    let (_, ty) = def
        .variants
        .get(variant as usize)?
        .fields
        .iter()
        .find(|(n, _)| *n == name)?;
    let substs: Vec<(Name, Ty)> = def
        .generics
        .iter()
        .copied()
        .zip(args.iter().cloned())
        .collect();
    Some(p.instantiate(ty, &substs, false))
}

/// The element behind an index.
fn element_ty(p: &Program, ty: &Ty) -> Ty {
    for stop in autoderef(p, ty) {
        match &stop.ty {
            Ty::Slice(inner) | Ty::Array(inner, _) => return Ty::clone(inner),
            Ty::Adt(..) => {
                let output = p.assoc_type(&stop.ty, Name::new("Output"));
                if !output.is_unknown() {
                    return output;
                }
            }
            _ => {}
        }
    }
    Ty::Unknown
}

fn subslice_ty(p: &Program, ty: &Ty) -> Ty {
    for stop in autoderef(p, ty) {
        match &stop.ty {
            Ty::Slice(inner) | Ty::Array(inner, _) => return Ty::Slice(inner.clone()),
            Ty::Str => return Ty::Str,
            _ => {}
        }
    }
    Ty::Unknown
}

fn variant_at(p: &Program, env: &Env<'_>, ty: &Ty, path: &Path) -> At {
    let named = p.variant_path(env, path);
    for stop in autoderef(p, ty) {
        if let Ty::Adt(id, _) = &stop.ty {
            let by_name = || p.variant_named(*id, path.last());
            let variant = match &named {
                Some((at, variant, _)) if at == id => Some(*variant),
                _ => by_name(),
            };
            if variant.is_some() || p.adt(*id).kind == AdtKind::Enum {
                return At {
                    ty: stop.ty,
                    variant,
                };
            }
        }
    }
    match named {
        Some((_, variant, ty)) => At {
            ty,
            variant: Some(variant),
        },
        None => At {
            ty: Ty::Unknown,
            variant: None,
        },
    }
}

/// What `?` goes on with.
fn success_ty(p: &Program, ty: &Ty) -> Ty {
    for stop in autoderef(p, ty) {
        if let Ty::Adt(id, args) = &stop.ty {
            let at = if p.lang(Lang::ControlFlow) == Some(*id) {
                1
            } else {
                0
            };
            return args.get(at).cloned().unwrap_or(Ty::Unknown);
        }
    }
    Ty::Unknown
}

/// The base's type with holes filled by what the projected place turned out to be.
pub(crate) fn refine(p: &Program, env: &Env<'_>, base: &Ty, proj: &[Proj], known: &Ty) -> Ty {
    refine_at(
        p,
        env,
        At {
            ty: base.clone(),
            variant: None,
        },
        proj,
        known,
    )
    .ty
}

fn refine_at(p: &Program, env: &Env<'_>, base: At, proj: &[Proj], known: &Ty) -> At {
    let Some((first, rest)) = proj.split_first() else {
        return At {
            ty: merge(&base.ty, known),
            variant: base.variant,
        };
    };
    let inner = project_once(p, env, &base, first);
    let inner = refine_at(p, env, inner, rest, known);
    let variant = base.variant;
    let ty = match (first, &base.ty) {
        (Proj::Deref, Ty::Ref(..) | Ty::Ptr(..) | Ty::Adt(..))
        | (Proj::Index(_) | Proj::ConstIndex { .. } | Proj::Success, _) => {
            wrap(&base.ty, &inner.ty)
        }
        (Proj::Field(name), Ty::Tuple(items)) => {
            let index = name.as_str().parse::<usize>().ok();
            let fill = |(i, ty): (usize, &Ty)| match Some(i) == index {
                true => merge(ty, &inner.ty),
                false => ty.clone(),
            };
            Ty::Tuple(items.iter().enumerate().map(fill).collect())
        }
        (Proj::Field(name), Ty::Adt(id, args)) => {
            let variant = variant.unwrap_or(0);
            refine_args(p, *id, args, variant, *name, &inner.ty).unwrap_or_else(|| base.ty.clone())
        }
        (Proj::Variant(_), Ty::Adt(..)) => merge(&base.ty, &inner.ty),
        _ => base.ty.clone(),
    };
    At { ty, variant }
}

/// A pointer, container or `Option` whose content turned out to be `inner`.
fn wrap(base: &Ty, inner: &Ty) -> Ty {
    match base {
        Ty::Ref(m, old) => Ty::Ref(*m, Arc::new(merge(old, inner))),
        Ty::Ptr(m, old) => Ty::Ptr(*m, Arc::new(merge(old, inner))),
        Ty::Slice(old) => Ty::Slice(Arc::new(merge(old, inner))),
        Ty::Array(old, n) => Ty::Array(Arc::new(merge(old, inner)), *n),
        Ty::Adt(id, args) if args.first().is_some_and(Ty::has_holes) => {
            let mut args: Vec<Ty> = args.to_vec();
            args[0] = match (&args[0], inner) {
                (known @ Ty::Slice(_), _) => merge(known, inner),
                (known, Ty::Slice(element)) => merge(known, element),
                (known, _) => merge(known, inner),
            };
            Ty::adt(*id, args)
        }
        _ => base.clone(),
    }
}

fn refine_args(
    p: &Program,
    id: AdtId,
    args: &[Ty],
    variant: u32,
    name: Name,
    known: &Ty,
) -> Option<Ty> {
    let def = p.adt(id);
    let (_, field) = def
        .variants
        .get(variant as usize)?
        .fields
        .iter()
        .find(|(n, _)| *n == name)?;
    let mut found = Vec::new();
    bind(field, known, &mut found);
    let fill = |(name, arg): (&Name, &Ty)| match found.iter().find(|(n, _)| n == name) {
        Some((_, ty)) => merge(arg, ty),
        None => arg.clone(),
    };
    Some(Ty::Adt(
        id,
        def.generics.iter().zip(args).map(fill).collect(),
    ))
}
