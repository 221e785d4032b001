//! Trait methods once more, when the engine knows what the generics stand for.

use crate::name::Name;
use crate::resolve::{FnId, Program, TraitId, Ty, bind};

/// The function that a call of a trait's method runs, where `substs` are those of its
/// [`super::Target`] with the caller's own generics replaced: `Self`, the trait's parameters and
/// the method's. Comes with the substitutions for that function.
pub fn resolve_trait_call(
    program: &Program,
    of: TraitId,
    name: Name,
    substs: &[(Name, Ty)],
) -> Option<(FnId, Vec<(Name, Ty)>)> {
    let find = |name: Name| {
        let found = substs.iter().find(|(n, _)| *n == name);
        found.map_or(Ty::Unknown, |(_, ty)| ty.clone())
    };
    let own = find(Name::new("Self"));
    let args: Vec<Ty> = program
        .trait_def(of)
        .generics
        .iter()
        .map(|g| match find(g.name) {
            // `Self::Item` of a caller that is generic itself: the impl decides.
            Ty::Param(_) => Ty::Unknown,
            ty => ty,
        })
        .collect();
    let (found, bound) = program.trait_method_of(of, &args, name, &own)?;
    let declared = program.declared(of, name)?;
    Some((found, carry_over(program, declared, found, substs, bound)))
}

/// The generics of the method itself keep what they stand for when the impl's function takes the
/// place of the trait's declaration; the impl's own are in `bound`.
pub(super) fn carry_over(
    p: &Program,
    declared: FnId,
    found: FnId,
    substs: &[(Name, Ty)],
    mut bound: Vec<(Name, Ty)>,
) -> Vec<(Name, Ty)> {
    if declared == found {
        for (name, ty) in substs {
            if !bound.iter().any(|(n, t)| n == name && !t.is_unknown()) {
                bound.push((*name, ty.clone()));
            }
        }
        return complete(p, found, &bound);
    }
    let (old, new) = (p.signature(declared), p.signature(found));
    let inner = old
        .generics
        .iter()
        .skip(old.outer)
        .zip(new.generics.iter().skip(new.outer));
    for (from, to) in inner {
        if let Some((_, ty)) = substs.iter().find(|(n, _)| *n == from.name) {
            bound.push((to.name, ty.clone()));
        }
    }
    // What the arguments say of the impl's parameters.
    for (declared, own) in old.params.iter().zip(&new.params) {
        let ty = p.instantiate(declared, substs, true);
        let mut more = Vec::new();
        bind(own, &ty, &mut more);
        for (name, ty) in more {
            if !bound.iter().any(|(n, t)| *n == name && !t.is_unknown()) {
                bound.retain(|(n, _)| *n != name);
                bound.push((name, ty));
            }
        }
    }
    complete(p, found, &bound)
}

/// One entry for each generic, in order.
pub(super) fn complete(p: &Program, id: FnId, substs: &[(Name, Ty)]) -> Vec<(Name, Ty)> {
    let generics = p.signature(id).generics.iter();
    let all = generics.map(|generic| {
        let mut found = substs.iter().filter(|(n, _)| *n == generic.name);
        let known = found
            .clone()
            .find(|(_, ty)| !ty.is_unknown())
            .or(found.next());
        (
            generic.name,
            known.map_or(Ty::Unknown, |(_, ty)| ty.clone()),
        )
    });
    all.collect()
}
