//! The fixtures and labelled items that use `#[memlint::paired_alloc]` compile with the macro itself.
#![allow(
    unsafe_code,
    dead_code,
    missing_docs,
    unreachable_pub,
    unsafe_op_in_unsafe_fn,
    clashing_extern_declarations
)]

use ui_tests::{fixture, labelled};

#[path = "../labelled/annotations.rs"]
mod annotations;
#[path = "../fixtures/conflicting_annotation/body.rs"]
mod conflicting_body;
#[path = "../fixtures/mismatched_dealloc/declared_through.rs"]
mod declared_through;
#[path = "../fixtures/conflicting_annotation/ok_as_declared.rs"]
mod ok_as_declared;
#[path = "../fixtures/unpaired_family/ok_complete.rs"]
mod ok_complete;
#[path = "../fixtures/mismatched_dealloc/ok_declared_family.rs"]
mod ok_declared_family;
#[path = "../fixtures/mismatched_dealloc/ok_declared_through.rs"]
mod ok_declared_through;
#[path = "../fixtures/unpaired_family/one_half.rs"]
mod one_half;
#[path = "../fixtures/conflicting_annotation/two_declarations.rs"]
mod two_declarations;
#[path = "../fixtures/mismatched_dealloc/two_declared_families.rs"]
mod two_declared_families;

#[test]
fn all_of_them_are_here() {
    let fixtures = fixture::all().into_iter().map(|fixture| fixture.path);
    let labelled = labelled::all().into_iter().map(|file| file.path);
    let here = include_str!("annotated.rs");
    for path in fixtures.chain(labelled) {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
        let name = name.display().to_string().replace('\\', "/");
        assert!(
            !text.contains("memlint::paired_alloc") || here.contains(&format!("\"../{name}\"")),
            "{name} is not compiled here"
        );
    }
}
