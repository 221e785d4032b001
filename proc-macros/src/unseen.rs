//! Functions of a foreign block that may hand out objects which nobody follows.
//!
//! Such an object may get the address of one that was just released. Its own release is then no
//! second one, and the checks have to be told.

use crate::hooks::points_to_pointer;
use memlint_spec::{Annotated, Role, Routine};
use quote::ToTokens as _;
use syn::{FnArg, ForeignItem, GenericArgument, ItemForeignMod, PathArguments, ReturnType};
use syn::{PointerMutability, Signature, Type};

/// Whether the block has one for what a routine releases.
pub(crate) fn has_any(
    routine: &Routine,
    sig: &Signature,
    block: &ItemForeignMod,
    annotated: &[Annotated],
) -> bool {
    let Some(FnArg::Typed(released)) = sig.inputs.iter().nth(routine.arg as usize) else {
        return false;
    };
    let object = object(&released.ty);
    let is_one = |(index, item): (usize, &ForeignItem)| {
        let ForeignItem::Fn(function) = item else {
            return false;
        };
        match annotated.iter().find(|a| a.item == index) {
            Some(Annotated { routine: other, .. }) => {
                other.untracked && other.role != Role::Free && other.family == routine.family
            }
            None => hands_out(&function.sig, &object),
        }
    };
    routine.role != Role::Alloc && block.items.iter().enumerate().any(is_one)
}

/// Whether a function returns an owned pointer to such an object, or has a place for one.
fn hands_out(sig: &Signature, wanted: &str) -> bool {
    let returned = match &sig.output {
        ReturnType::Type(_, ty) => is_owned(ty) && object(ty) == wanted,
        ReturnType::Default => false,
    };
    let placed = |input: &FnArg| match input {
        FnArg::Typed(typed) => points_to_pointer(&typed.ty) && object(&typed.ty) == wanted,
        FnArg::Receiver(_) => false,
    };
    returned || sig.inputs.iter().any(placed)
}

/// `*mut T`, or a type around one. What may only be read is mostly somebody else's.
fn is_owned(ty: &Type) -> bool {
    match ty {
        Type::Ptr(pointer) => matches!(pointer.mutability, PointerMutability::Mut(_)),
        Type::Paren(inner) => is_owned(&inner.elem),
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| !last.arguments.is_none()),
        _ => false,
    }
}

/// The type behind all the pointers.
fn object(ty: &Type) -> String {
    match ty {
        Type::Ptr(pointer) => object(&pointer.elem),
        Type::Reference(reference) => object(&reference.elem),
        Type::Paren(inner) => object(&inner.elem),
        Type::Path(path) => match path.path.segments.last().map(|last| &last.arguments) {
            Some(PathArguments::AngleBracketed(list)) => match list.args.first() {
                Some(GenericArgument::Type(inner)) => object(inner),
                _ => ty.to_token_stream().to_string(),
            },
            _ => ty.to_token_stream().to_string(),
        },
        _ => ty.to_token_stream().to_string(),
    }
}
