//! The lints, one file each: its documentation, its check, the tests of its wording.

use crate::lint::Lint;
use memlint_analysis::ir::DirectiveKind;

pub(crate) mod aliased_owner;
pub(crate) mod allow_without_reason;
pub(crate) mod conflicting_annotation;
pub(crate) mod double_free;
pub(crate) mod free_nonheap;
pub(crate) mod free_offset;
pub(crate) mod leaked_alloc;
pub(crate) mod leaked_on_unwind;
pub(crate) mod leaked_raw;
pub(crate) mod leaked_realloc;
pub(crate) mod malformed_directive;
pub(crate) mod mismatched_dealloc;
pub(crate) mod mismatched_layout;
pub(crate) mod owner_without_drop;
pub(crate) mod unchecked_alloc;
pub(crate) mod unchecked_alloc_size;
pub(crate) mod unknown_lint;
pub(crate) mod unpaired_export;
pub(crate) mod unpaired_family;
pub(crate) mod unused_allow;
pub(crate) mod use_after_free;
pub(crate) mod zero_sized_alloc;

/// All lints, sorted by name.
pub(crate) const ALL: &[&Lint] = &[
    &aliased_owner::LINT,
    &allow_without_reason::LINT,
    &conflicting_annotation::LINT,
    &double_free::LINT,
    &free_nonheap::LINT,
    &free_offset::LINT,
    &leaked_alloc::LINT,
    &leaked_on_unwind::LINT,
    &leaked_raw::LINT,
    &leaked_realloc::LINT,
    &malformed_directive::LINT,
    &mismatched_dealloc::LINT,
    &mismatched_layout::LINT,
    &owner_without_drop::LINT,
    &unchecked_alloc::LINT,
    &unchecked_alloc_size::LINT,
    &unknown_lint::LINT,
    &unpaired_export::LINT,
    &unpaired_family::LINT,
    &unused_allow::LINT,
    &use_after_free::LINT,
    &zero_sized_alloc::LINT,
];

/// The word that a directive begins with.
fn directive_word(kind: &DirectiveKind) -> &'static str {
    match kind {
        DirectiveKind::Allow => "allow",
        DirectiveKind::Expect => "expect",
        DirectiveKind::AllowFile => "allow-file",
        DirectiveKind::Malformed(_) => "directive",
    }
}
