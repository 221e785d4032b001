//! The engine of `cargo memlint`: from source text to events about allocations.
//!
//! The order of the modules is the law: each uses only modules above it. The empty lines keep
//! rustfmt from sorting them.

mod word;

mod symbol;

mod given;

pub mod name;

pub mod span;

pub mod event;

pub mod audit;

pub mod ir;

pub mod lower;

pub mod resolve;

pub mod types;

mod supplied;

pub mod families;

mod tables;

mod packed;

mod stubs;

mod deduced;

pub mod engine;

mod analyze;

pub use analyze::{Analysis, analyze, prepare};
pub use engine::{Options, Stats};
pub use resolve::{CrateIr, PlacedFile};
