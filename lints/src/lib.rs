//! The lints of `cargo memlint`: what an event means, in words, and how loud it is said.
//!
//! One file a lint under `lints/`; around them the catalogue, the levels, the suppressions, and what
//! the repairs share.
//! Nothing here parses, follows a path, renders, or touches the file system.

mod catalogue;
mod diagnostic;
mod judge;
mod levels;
mod lint;
mod lints;
mod pages;
mod repair;
mod select;
pub mod suppress;
mod wording;

#[cfg(test)]
mod house_rules;
#[cfg(test)]
mod sample;

pub use catalogue::{all, closest, closest_of, find};
pub use diagnostic::{Applicability, Diagnostic, Edit, Label, Suggestion};
pub use judge::judge;
pub use levels::Levels;
pub use lint::{Check, Group, Level, Lint, Repair};
pub use pages::{Page, pages};
pub use repair::suggest;
pub use select::{Selection, UnknownName};
