//! Automatic dereferences: from a receiver to what its methods may be found on.

use super::Step;
use crate::name::Name;
use crate::resolve::{AdtId, Deref, Lang, Program, Ty};
use std::sync::Arc;

/// The steps of one dereference and what they lead to; raw pointers are not dereferenced.
pub(crate) fn deref_once(p: &Program, ty: &Ty) -> Option<(Vec<Step>, Ty)> {
    match ty {
        Ty::Ref(_, inner) => Some((vec![Step::Deref], Ty::clone(inner))),
        Ty::Adt(id, args) => {
            let first = || args.first().cloned().unwrap_or(Ty::Unknown);
            match p.adt(*id).deref {
                Some(Deref::Through(field)) if p.lang(Lang::Vec) == Some(*id) => {
                    Some((vec![Step::Through(field)], Ty::Slice(Arc::new(first()))))
                }
                Some(Deref::Through(field)) if p.lang(Lang::CString) == Some(*id) => {
                    let target = p
                        .lang(Lang::CStr)
                        .map_or(Ty::Unknown, |id| Ty::adt(id, Vec::new()));
                    Some((vec![Step::Through(field)], target))
                }
                Some(Deref::Through(field)) => Some((vec![Step::Through(field)], first())),
                Some(Deref::Field(field)) => Some((vec![Step::Field(field)], first())),
                Some(Deref::Text(field)) => Some((inner_steps(p, *id, field), target(p, ty))),
                None => deref_impl(p, ty),
            }
        }
        Ty::External(_) => deref_impl(p, ty),
        _ => None,
    }
}

/// `<ty as Deref>::Target`.
fn target(p: &Program, ty: &Ty) -> Ty {
    match ty {
        Ty::Adt(id, _) if p.lang(Lang::String) == Some(*id) => Ty::Str,
        _ => p.assoc_type(ty, Name::new("Target")),
    }
}

/// Into the container in a field and through its pointer.
fn inner_steps(p: &Program, id: AdtId, field: Name) -> Vec<Step> {
    let mut steps = vec![Step::Field(field)];
    let mut id = id;
    let mut field = field;
    for _ in 0..4 {
        let fields = p
            .adt(id)
            .variants
            .first()
            .map_or(&[][..], |v| &v.fields[..]);
        let Some((_, Ty::Adt(inner, _))) = fields.iter().find(|(name, _)| *name == field) else {
            break;
        };
        match p.adt(*inner).deref {
            Some(Deref::Through(name)) => {
                steps.push(Step::Through(name));
                break;
            }
            Some(Deref::Field(name) | Deref::Text(name)) => {
                steps.push(Step::Field(name));
                id = *inner;
                field = name;
            }
            None => break,
        }
    }
    steps
}

fn deref_impl(p: &Program, ty: &Ty) -> Option<(Vec<Step>, Ty)> {
    let deref = p.fns_of(ty, Name::DEREF).first()?;
    Some((vec![Step::Call(*deref)], target(p, ty)))
}

/// What `*x` is for an `x` of this type.
pub(crate) fn deref_ty(p: &Program, ty: &Ty) -> Ty {
    match ty {
        Ty::Ptr(_, inner) => Ty::clone(inner),
        // A binding that goes through a reference has the type of what it names.
        _ => deref_once(p, ty).map_or_else(|| ty.clone(), |(_, target)| target),
    }
}

/// A type on the way of automatic dereferences.
pub(crate) struct Stop {
    pub(crate) steps: Vec<Step>,
    pub(crate) ty: Ty,
}

/// The type itself, then what it dereferences to; an array at the end also as a slice.
pub(crate) fn autoderef(p: &Program, ty: &Ty) -> Vec<Stop> {
    let mut stops = vec![Stop {
        steps: Vec::new(),
        ty: ty.clone(),
    }];
    for _ in 0..8 {
        let last = &stops[stops.len() - 1];
        let Some((more, ty)) = deref_once(p, &last.ty) else {
            break;
        };
        if ty == last.ty {
            break;
        }
        let steps = last.steps.iter().copied().chain(more).collect();
        stops.push(Stop { steps, ty });
    }
    let last = &stops[stops.len() - 1];
    if let Ty::Array(inner, _) = &last.ty {
        let stop = Stop {
            steps: last.steps.clone(),
            ty: Ty::Slice(inner.clone()),
        };
        stops.push(stop);
    }
    stops
}
