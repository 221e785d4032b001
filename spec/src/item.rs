//! What the annotation may stand on: the checks that need the item as well as the arguments.

use crate::{PairedAlloc, Role, Routine, check_tracked, parse_attribute, parse_marker};
use syn::{Error, ForeignItem, ItemForeignMod, Result, ReturnType, Signature, Type};

/// A function of an annotated foreign block with what the block says of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Annotated {
    /// Index into the block's items.
    pub item: usize,
    /// What is said of it.
    pub routine: Routine,
}

/// Reads the markers of a foreign block annotated with `block`.
///
/// # Errors
/// All faults of the block at once, combined: a role on the block itself, markers that do not
/// parse or stand twice or on something other than a function, positions out of range.
pub fn check_block(block: &PairedAlloc, items: &ItemForeignMod) -> Result<Vec<Annotated>> {
    let mut faults = Faults::default();
    if block.role.is_some() {
        faults.push(Error::new_spanned(
            &items.abi,
            "a foreign block has no role of its own: mark its functions with `#[alloc]`, `#[free]` or `#[realloc]`",
        ));
    }
    let mut annotated = Vec::new();
    for (index, item) in items.items.iter().enumerate() {
        match read_item(block, item) {
            Ok(Some(routine)) => annotated.push(Annotated {
                item: index,
                routine,
            }),
            Ok(None) => {}
            Err(error) => faults.push(error),
        }
    }
    if annotated.is_empty() && faults.0.is_none() {
        faults.push(Error::new_spanned(
            &items.abi,
            "no function of this block is marked: add `#[alloc]`, `#[free]` or `#[realloc]`",
        ));
    }
    faults.finish(annotated)
}

fn read_item(block: &PairedAlloc, item: &ForeignItem) -> Result<Option<Routine>> {
    let (attrs, sig) = match item {
        ForeignItem::Fn(function) => (&function.attrs, Some(&function.sig)),
        ForeignItem::Static(item) => (&item.attrs, None),
        ForeignItem::Type(item) => (&item.attrs, None),
        _ => return Ok(None),
    };
    let mut found: Option<Routine> = None;
    for attr in attrs {
        let marker = match (parse_marker(attr), parse_attribute(attr)) {
            (Some(marker), _) => marker?.routine(&block.family),
            (None, Some(attribute)) => full_marker(attr, attribute?)?,
            (None, None) => continue,
        };
        let Some(sig) = sig else {
            return Err(Error::new_spanned(
                attr,
                "only functions allocate and release",
            ));
        };
        if found.is_some() {
            return Err(Error::new_spanned(attr, "one function has one role"));
        }
        check_arity(&marker, sig)?;
        check_tracked(&marker, sig)?;
        found = Some(marker);
    }
    Ok(found)
}

/// The long form on a single function of the block.
fn full_marker(attr: &syn::Attribute, attribute: PairedAlloc) -> Result<Routine> {
    attribute.routine().ok_or_else(|| {
        Error::new_spanned(
            attr,
            "a single function needs a role: `role = \"alloc\"` or `\"free\"`",
        )
    })
}

/// Whether a signature has what the routine speaks of: the parameter, the result.
///
/// # Errors
/// The parameter does not exist, or an allocator returns nothing and names no `out`.
pub fn check_arity(routine: &Routine, sig: &Signature) -> Result<()> {
    let count = sig.inputs.len();
    let mut positions = Vec::new();
    if routine.role != Role::Alloc {
        positions.push(("arg", routine.arg));
    }
    positions.extend(routine.out.map(|out| ("out", out)));
    for (key, position) in positions {
        if position as usize >= count {
            return Err(Error::new(
                sig.ident.span(),
                format!(
                    "`{key} = {position}`, counted from 0: `{}` has {}",
                    sig.ident,
                    parameters(count)
                ),
            ));
        }
    }
    let returns = !is_unit(&sig.output);
    if !returns && routine.out.is_none() && routine.role != Role::Free {
        return Err(Error::new(
            sig.ident.span(),
            format!(
                "`{}` returns nothing: name the parameter that receives the allocation with `out = N`",
                sig.ident
            ),
        ));
    }
    Ok(())
}

fn parameters(count: usize) -> String {
    match count {
        0 => "no parameters".to_owned(),
        1 => "one parameter".to_owned(),
        _ => format!("{count} parameters"),
    }
}

fn is_unit(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => true,
        ReturnType::Type(_, ty) => matches!(&**ty, Type::Tuple(tuple) if tuple.elems.is_empty()),
    }
}

/// Errors gathered so that one compilation shows them all.
#[derive(Default)]
struct Faults(Option<Error>);

impl Faults {
    fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            none => *none = Some(error),
        }
    }

    fn finish<T>(self, value: T) -> Result<T> {
        self.0.map_or(Ok(value), Err)
    }
}
