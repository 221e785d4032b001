//! Niches: whether a type has values that never occur, where `None` can hide.

use crate::name::Name;
use crate::resolve::{AdtKind, Program, Ty};

/// Whether the type has a niche; `None` if that is not known.
pub(super) fn has_niche(p: &Program, ty: &Ty, depth: u32) -> Option<bool> {
    if depth == 0 {
        return None;
    }
    match ty {
        Ty::Bool | Ty::Char | Ty::Ref(..) | Ty::FnPtr { .. } => Some(true),
        Ty::Int(_) | Ty::Float(_) | Ty::Ptr(..) | Ty::FnDef(..) | Ty::Ctor(..) => Some(false),
        Ty::Tuple(items) => any(items.iter().map(|ty| has_niche(p, ty, depth - 1))),
        Ty::Array(inner, crate::resolve::Len::Known(n)) if *n > 0 => has_niche(p, inner, depth - 1),
        Ty::Adt(id, args) => {
            let def = p.adt(*id);
            if def.stub {
                match def.name.as_str() {
                    "Box" | "Vec" | "String" | "CString" | "Rc" | "Arc" | "Weak" | "NonNull"
                    | "PathBuf" | "OsString" | "Ordering" | "Layout" => return Some(true),
                    "MaybeUninit" | "UnsafeCell" | "Cell" | "PhantomData" => return Some(false),
                    "ManuallyDrop" | "Pin" => {}
                    name if name.starts_with("NonZero") => return Some(true),
                    name if name.starts_with("Atomic") => return Some(false),
                    _ => return None,
                }
            }
            match def.kind {
                AdtKind::Union => Some(false),
                AdtKind::Enum if def.variants.iter().all(|v| v.fields.is_empty()) => {
                    Some(def.variants.len() > 1 && def.variants.len() < 256)
                }
                AdtKind::Enum => None,
                AdtKind::Struct => {
                    let substs: Vec<(Name, Ty)> = def
                        .generics
                        .iter()
                        .copied()
                        .zip(args.iter().cloned())
                        .collect();
                    let fields = def.variants.first()?.fields.iter();
                    any(fields
                        .map(|(_, ty)| has_niche(p, &p.instantiate(ty, &substs, false), depth - 1)))
                }
            }
        }
        _ => None,
    }
}

fn any(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = true;
    for one in all {
        match one {
            Some(true) => return Some(true),
            Some(false) => {}
            None => known = false,
        }
    }
    known.then_some(false)
}
