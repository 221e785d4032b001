//! The engine of `cargo memlint`: from source text to events about allocations.
//!
//! The order of the modules is the law: each uses only modules above it.

pub mod name;
pub mod span;
pub mod event;
pub mod ir;
pub mod lower;
