//! Signs: what the signature of a function says where nothing in its body names a routine.
//!
//! An owner that comes by value is dropped when the function ends: its pointer may be returned, or
//! lent for longer than it lives.

use super::interest::{Survey, has_pointer};
use crate::ir::{GenericArg, SelfKind, TyExpr};
use crate::name::Name;
use crate::resolve::{AdtId, FnId, Program};
use crate::types::Ty;
use rustc_hash::FxHashSet;

/// What takes a pointer into a buffer.
const LENDING: &[&str] = &["as_ptr", "as_mut_ptr"];

/// Owners of std that lend pointers into what they own.
const LENDERS: &[&str] = &["CString", "String", "Vec"];

/// What the signature of a function says.
#[derive(Clone, Copy, Default)]
pub(crate) struct Signs {
    /// It gets an owner that it may take apart.
    parts: bool,
    /// What it lends may dangle: it gets an owner of std, or returns a pointer that it did not get.
    lends: bool,
}

impl Signs {
    /// Whether the function is of interest; `mentions` tells of the words in its body.
    pub(crate) fn hold(self, mentions: impl Fn(&str) -> bool) -> bool {
        self.parts || self.lends && LENDING.iter().any(|word| mentions(word))
    }
}

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
            let dropped = !def.stub && program.drop_impl(adt).is_some();
            if dropped && holds_pointer(program, adt) {
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
    /// What the signature says.
    pub(crate) fn signs(&self, id: FnId, owners: &Owners) -> Signs {
        Signs {
            parts: self.parts_owner(id, owners),
            lends: self.makes_pointer(id) || self.gets_lender(id),
        }
    }

    /// Whether the function returns a raw pointer that no argument can have lent.
    fn makes_pointer(&self, id: FnId) -> bool {
        let function = self.program.function(id);
        let lent = |ty: &TyExpr| has_pointer(ty) || matches!(ty, TyExpr::Ref { .. });
        matches!(function.written.ret, TyExpr::Ptr { .. })
            && function.self_kind == SelfKind::None
            && !function.written.params.iter().any(|p| lent(&p.ty))
    }

    /// Whether it gets an owner of std by value.
    fn gets_lender(&self, id: FnId) -> bool {
        let params = &self.program.function(id).written.params;
        params.iter().any(|param| is_lender(&param.ty))
    }

    /// Whether the function gets an owner by value and returns something.
    fn parts_owner(&self, id: FnId, owners: &Owners) -> bool {
        let function = self.program.function(id);
        let nothing = matches!(&function.written.ret, TyExpr::Tuple(parts) if parts.is_empty());
        if owners.names.is_empty() || nothing {
            return false;
        }
        let by_name = |ty: &TyExpr| match ty {
            TyExpr::Path(path) => owners.names.contains(&path.last()),
            _ => false,
        };
        let may_be = function.self_kind == SelfKind::Value
            || function
                .written
                .params
                .iter()
                .any(|param| by_name(&param.ty));
        let params = || &self.program.signature(id).params;
        may_be && params().iter().any(|ty| owners.is_one(ty))
    }
}

/// The names of the user's types that hold raw pointers.
pub(crate) fn holders(program: &Program) -> FxHashSet<Name> {
    let holding = program
        .adts()
        .filter(|adt| !program.adt(*adt).stub && holds_pointer(program, *adt));
    holding.map(|adt| program.adt(adt).name).collect()
}

fn holds_pointer(program: &Program, adt: AdtId) -> bool {
    let variants = &program.adt(adt).variants;
    let mut fields = variants.iter().flat_map(|variant| &variant.fields);
    fields.any(|field| is_pointer(program, &field.1))
}

fn is_pointer(program: &Program, ty: &Ty) -> bool {
    match ty {
        Ty::Ptr(..) => true,
        Ty::Adt(inner, _) => program.adt(*inner).name == "NonNull",
        _ => false,
    }
}

/// Whether it is an owner of std, perhaps in an `Option` or the like.
fn is_lender(ty: &TyExpr) -> bool {
    let TyExpr::Path(path) = ty else {
        return false;
    };
    let inner = |arg: &GenericArg| matches!(arg, GenericArg::Type(ty) if is_lender(ty));
    LENDERS.iter().any(|name| path.last() == *name)
        || path.segments.iter().any(|s| s.args.iter().any(inner))
}
