//! Matching of types: patterns with parameters against types with holes.

use super::{IntTy, Len, Ty};
use crate::name::Name;
use std::sync::Arc;

/// The type with its parameters replaced; parameters that are not bound stay.
pub fn substitute(ty: &Ty, substs: &[(Name, Ty)]) -> Ty {
    if substs.is_empty() {
        return ty.clone();
    }
    replace(ty, &|name| {
        substs
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, ty)| ty.clone())
    })
}

/// The type with its parameters replaced by what `find` says.
pub(crate) fn replace(ty: &Ty, find: &dyn Fn(Name) -> Option<Ty>) -> Ty {
    // What has no parameter inside is shared.
    let one = |ty: &Arc<Ty>| match ty.has_params() {
        true => Arc::new(replace(ty, find)),
        false => ty.clone(),
    };
    let all = |tys: &Arc<[Ty]>| match tys.iter().any(Ty::has_params) {
        true => tys.iter().map(|ty| replace(ty, find)).collect(),
        false => tys.clone(),
    };
    match ty {
        Ty::Param(name) => find(*name).unwrap_or_else(|| ty.clone()),
        Ty::Const(Len::Param(name)) => find(*name).unwrap_or_else(|| ty.clone()),
        Ty::Adt(id, args) => Ty::Adt(*id, all(args)),
        Ty::Ref(mutable, inner) => Ty::Ref(*mutable, one(inner)),
        Ty::Ptr(mutable, inner) => Ty::Ptr(*mutable, one(inner)),
        Ty::Slice(inner) => Ty::Slice(one(inner)),
        Ty::Array(inner, len) => {
            let len = match len {
                Len::Param(name) => match find(*name) {
                    Some(Ty::Const(len)) => len,
                    Some(Ty::Param(name)) => Len::Param(name),
                    Some(_) => Len::Unknown,
                    None => *len,
                },
                _ => *len,
            };
            Ty::Array(one(inner), len)
        }
        Ty::Tuple(items) => Ty::Tuple(all(items)),
        Ty::FnPtr {
            params,
            ret,
            foreign,
        } => Ty::FnPtr {
            params: all(params),
            ret: one(ret),
            foreign: *foreign,
        },
        Ty::FnDef(id, args) => Ty::FnDef(*id, all(args)),
        Ty::Ctor(id, variant, args) => Ty::Ctor(*id, *variant, all(args)),
        _ => ty.clone(),
    }
}

/// What is known of either: holes of one are filled from the other. Where they disagree, the
/// first counts.
pub fn merge(a: &Ty, b: &Ty) -> Ty {
    let one = |a: &Arc<Ty>, b: &Arc<Ty>| Arc::new(merge(a, b));
    let all =
        |a: &Arc<[Ty]>, b: &Arc<[Ty]>| a.iter().zip(b.iter()).map(|(a, b)| merge(a, b)).collect();
    match (a, b) {
        (Ty::Unknown | Ty::Never, _) => b.clone(),
        (_, Ty::Unknown) => a.clone(),
        (Ty::Int(IntTy::Infer), Ty::Int(_)) => b.clone(),
        (Ty::Const(Len::Unknown), Ty::Const(_) | Ty::Param(_)) => b.clone(),
        _ if !a.has_holes() => a.clone(),
        (Ty::Adt(x, xs), Ty::Adt(y, ys)) if x == y && xs.len() == ys.len() => {
            Ty::Adt(*x, all(xs, ys))
        }
        (Ty::Ref(m, x), Ty::Ref(_, y)) => Ty::Ref(*m, one(x, y)),
        (Ty::Ptr(m, x), Ty::Ptr(_, y)) => Ty::Ptr(*m, one(x, y)),
        (Ty::Slice(x), Ty::Slice(y)) => Ty::Slice(one(x, y)),
        (Ty::Array(x, n), Ty::Array(y, m)) => {
            let len = if *n == Len::Unknown { *m } else { *n };
            Ty::Array(one(x, y), len)
        }
        (Ty::Tuple(xs), Ty::Tuple(ys)) if xs.len() == ys.len() => Ty::Tuple(all(xs, ys)),
        (Ty::Ctor(x, v, xs), Ty::Ctor(y, _, ys)) if x == y && xs.len() == ys.len() => {
            Ty::Ctor(*x, *v, all(xs, ys))
        }
        (
            Ty::FnPtr {
                params: xs,
                ret: x,
                foreign,
            },
            Ty::FnPtr {
                params: ys, ret: y, ..
            },
        ) if xs.len() == ys.len() => Ty::FnPtr {
            params: all(xs, ys),
            ret: one(x, y),
            foreign: *foreign,
        },
        _ => a.clone(),
    }
}

/// Matches a pattern, whose parameters stand for anything, against a type: what the parameters
/// stand for is added (or merged) to `substs`. Holes match everything. False if the shapes differ.
pub fn bind(pattern: &Ty, ty: &Ty, substs: &mut Vec<(Name, Ty)>) -> bool {
    let all = |a: &[Ty], b: &[Ty], substs: &mut Vec<(Name, Ty)>| {
        a.len() == b.len()
            && a.iter()
                .zip(b)
                .fold(true, |ok, (a, b)| bind(a, b, substs) && ok)
    };
    match (pattern, ty) {
        (Ty::Param(name), _) => bind_param(*name, ty, substs),
        (Ty::Const(Len::Param(name)), Ty::Const(_) | Ty::Param(_)) => bind_param(*name, ty, substs),
        (Ty::Unknown, _) | (_, Ty::Unknown | Ty::Never) => true,
        (Ty::Int(a), Ty::Int(b)) => a == b || *a == IntTy::Infer || *b == IntTy::Infer,
        (Ty::Adt(a, xs), Ty::Adt(b, ys)) => a == b && all(xs, ys, substs),
        // A mutable reference or pointer is good where a shared one is asked for.
        (Ty::Ref(_, a), Ty::Ref(_, b)) | (Ty::Ptr(_, a), Ty::Ptr(_, b)) => bind(a, b, substs),
        (Ty::Ptr(_, a), Ty::Ref(_, b)) => bind(a, b, substs),
        (Ty::Slice(a), Ty::Slice(b)) => bind(a, b, substs),
        // Unsizing: an array is good where a slice is asked for.
        (Ty::Slice(a), Ty::Array(b, _)) => bind(a, b, substs),
        (Ty::Array(a, n), Ty::Array(b, m)) => {
            if let Len::Param(name) = n {
                bind_param(*name, &Ty::Const(*m), substs);
            }
            bind(a, b, substs) && known_differ(*n, *m)
        }
        (Ty::Tuple(xs), Ty::Tuple(ys)) => all(xs, ys, substs),
        (
            Ty::FnPtr { params, ret, .. },
            Ty::FnPtr {
                params: ps, ret: r, ..
            },
        ) => all(params, ps, substs) && bind(ret, r, substs),
        (Ty::FnPtr { .. }, Ty::FnDef(..) | Ty::Closure(_) | Ty::Ctor(..)) => true,
        (Ty::Dyn(_), _) => true,
        // A parameter of the caller may be anything the impl asks for, but only a pattern's
        // parameter says so.
        (a, b) => a == b,
    }
}

fn known_differ(a: Len, b: Len) -> bool {
    !matches!((a, b), (Len::Known(a), Len::Known(b)) if a != b)
}

fn bind_param(name: Name, ty: &Ty, substs: &mut Vec<(Name, Ty)>) -> bool {
    match substs.iter_mut().find(|(n, _)| *n == name) {
        Some((_, known)) => {
            if known != ty {
                *known = merge(known, ty);
            }
        }
        None => substs.push((name, ty.clone())),
    }
    true
}
