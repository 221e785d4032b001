//! Whether a function can be followed at run time: the faults that its head shows.

use crate::{Role, Routine};
use syn::{Error, FnArg, Result, ReturnType, Signature, Type};

/// Whether calls of the function can be followed at run time, as far as its head tells.
///
/// # Errors
/// It is `const`, or variadic, or what the routine speaks of is plainly no pointer. Nothing is asked
/// of a routine that is `untracked`.
pub fn check_tracked(routine: &Routine, sig: &Signature) -> Result<()> {
    if let Some(constness) = &sig.constness {
        return Err(Error::new_spanned(
            constness,
            "a `const fn` cannot allocate or release",
        ));
    }
    if routine.untracked {
        return Ok(());
    }
    if let Some(variadic) = &sig.variadic {
        return Err(Error::new_spanned(
            variadic,
            format!(
                "`{}` takes a variable number of arguments and cannot be followed: mark it \
                 `untracked`, and call `memlint::track` where it is called",
                sig.ident
            ),
        ));
    }
    if routine.role != Role::Alloc {
        check_parameter(sig, routine.arg)?;
    }
    match (routine.role, routine.out) {
        (Role::Alloc, Some(out)) => check_parameter(sig, out),
        (Role::Alloc | Role::Realloc, _) => check_result(sig),
        (Role::Free, _) => Ok(()),
    }
}

fn check_parameter(sig: &Signature, position: u32) -> Result<()> {
    let Some(FnArg::Typed(parameter)) = sig.inputs.iter().nth(position as usize) else {
        return Ok(());
    };
    match is_plain(&parameter.ty) {
        true => Err(Error::new_spanned(
            &parameter.ty,
            format!(
                "parameter {position} of `{}` has no pointer to follow; `untracked` says so",
                sig.ident
            ),
        )),
        false => Ok(()),
    }
}

fn check_result(sig: &Signature) -> Result<()> {
    match &sig.output {
        ReturnType::Type(_, ty) if is_plain(ty) => Err(Error::new_spanned(
            ty,
            format!(
                "`{}` returns {}: there is no pointer to follow; `untracked` says so",
                sig.ident,
                shown(ty)
            ),
        )),
        _ => Ok(()),
    }
}

/// `u32` in back-ticks, or words for a type that is not one.
fn shown(ty: &Type) -> String {
    match ty {
        Type::Path(path) => match path.path.get_ident() {
            Some(word) => format!("`{word}`"),
            None => "no pointer".to_owned(),
        },
        _ => "no pointer".to_owned(),
    }
}

/// Whether a type holds no pointer whatever the names in scope mean.
fn is_plain(ty: &Type) -> bool {
    const PLAIN: &[&str] = &[
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16",
        "u32", "u64", "u128", "usize", "c_int", "c_uint", "c_long", "c_ulong", "c_short",
        "c_ushort", "c_char",
    ];
    match ty {
        Type::Path(path) if path.qself.is_none() => path
            .path
            .segments
            .last()
            .is_some_and(|last| PLAIN.iter().any(|word| last.ident == word)),
        Type::Tuple(_) | Type::Array(_) | Type::Never(_) => true,
        Type::Paren(inner) => is_plain(&inner.elem),
        _ => false,
    }
}
