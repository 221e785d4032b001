//! Owners that are taken apart: a function gets one by value, and may return its pointer. Nothing in
//! it names a routine, but the owner's `Drop` runs when it ends.

use super::interest::Survey;
use crate::ir::{SelfKind, TyExpr};
use crate::name::Name;
use crate::resolve::{AdtId, FnId, Program};
use crate::types::Ty;
use rustc_hash::FxHashSet;

/// Types with a `Drop` that hold a raw pointer.
pub(crate) struct Owners {
    types: FxHashSet<AdtId>,
    /// How the types are called.
    names: FxHashSet<Name>,
}

impl Owners {
    /// Those of the program.
    pub(crate) fn new(program: &Program) -> Owners {
        let mut owners = Owners {
            types: FxHashSet::default(),
            names: FxHashSet::default(),
        };
        for adt in program.adts() {
            let def = program.adt(adt);
            if def.stub || program.drop_impl(adt).is_none() {
                continue;
            }
            let mut fields = def.variants.iter().flat_map(|variant| &variant.fields);
            if fields.any(|field| is_pointer(program, &field.1)) {
                owners.types.insert(adt);
                owners.names.insert(def.name);
            }
        }
        owners
    }

    fn is_one(&self, ty: &Ty) -> bool {
        matches!(ty, Ty::Adt(adt, _) if self.types.contains(adt))
    }
}

impl Survey<'_> {
    /// Whether the function gets an owner by value and returns something.
    pub(crate) fn parts_owner(&self, id: FnId, owners: &Owners) -> bool {
        let function = self.program.function(id);
        let nothing = matches!(&function.ret, TyExpr::Tuple(parts) if parts.is_empty());
        if owners.names.is_empty() || nothing {
            return false;
        }
        let by_name = |ty: &TyExpr| match ty {
            TyExpr::Path(path) => owners.names.contains(&path.last()),
            _ => false,
        };
        let may_be = function.self_kind == SelfKind::Value
            || function.params.iter().any(|param| by_name(&param.ty));
        let params = || &self.program.signature(id).params;
        may_be && params().iter().any(|ty| owners.is_one(ty))
    }
}

fn is_pointer(program: &Program, ty: &Ty) -> bool {
    match ty {
        Ty::Ptr(..) => true,
        Ty::Adt(inner, _) => program.adt(*inner).name == "NonNull",
        _ => false,
    }
}
