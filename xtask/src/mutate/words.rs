//! Which paths acquire and which release, as the tables of families say.

use memlint_analysis::families::{Effect, Families, Slot};
use memlint_analysis::name::Name;

/// Whose allocator a release belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Releases {
    /// Rust's: `Box::from_raw`, `dealloc`.
    Rust,
    /// A foreign library's, the C heap included.
    Foreign,
}

/// Owners that are made of a raw pointer.
const OWNERS: [&str; 4] = ["Box", "CString", "Arc", "Rc"];

/// The words of a path, without generics.
pub(crate) fn of(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|s| s.ident.to_string()).collect()
}

/// Whether the function at this path hands out a fresh block as its result.
pub(crate) fn acquires(path: &[String]) -> bool {
    let Some((last, front)) = path.split_last() else {
        return false;
    };
    let owner = front
        .last()
        .is_some_and(|word| OWNERS.contains(&word.as_str()));
    match last.as_str() {
        "into_raw" => owner,
        "alloc" | "alloc_zeroed" => front.last().is_some_and(|word| word == "alloc"),
        name => known(name, |effect| match effect {
            Effect::Acquire(acquire) => acquire.to == Slot::Result && acquire.condition.is_none(),
            _ => false,
        }),
    }
}

/// Whose allocator takes back what the function at this path gets first.
pub(crate) fn releases(path: &[String]) -> Option<Releases> {
    let (last, front) = path.split_last()?;
    let owner = front
        .last()
        .is_some_and(|word| OWNERS.contains(&word.as_str()));
    match last.as_str() {
        "from_raw" if owner => Some(Releases::Rust),
        "dealloc" if front.last().is_none_or(|word| word == "alloc") => Some(Releases::Rust),
        name => {
            let ends = |effect: &Effect| {
                matches!(
                    effect,
                    Effect::Release {
                        arg: 0,
                        through: false
                    }
                )
            };
            known(name, ends).then_some(Releases::Foreign)
        }
    }
}

/// Whether a routine of a family that accuses does this.
fn known(name: &str, does: impl Fn(&Effect) -> bool) -> bool {
    let families = Families::builtin();
    families.routine(Name::new(name)).is_some_and(|routine| {
        let accuses = routine.family.is_some_and(|id| families.family(id).accuse);
        accuses && routine.effects.iter().any(does)
    })
}
