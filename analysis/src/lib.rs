//! The engine of `cargo memlint`: from source text to events about allocations.
//!
//! The order of the modules is the law: each uses only modules above it.

pub mod engine;
pub mod event;
pub mod families;
pub mod ir;
pub mod lower;
pub mod name;
pub mod resolve;
pub mod span;
pub mod types;

mod analyze;

pub use analyze::{Analysis, analyze};
pub use engine::{Options, Stats};
pub use resolve::{CrateIr, PlacedFile};
