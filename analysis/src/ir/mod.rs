//! The intermediate representation: items, types as written, and bodies as control-flow graphs.
//!
//! Nothing here refers to syn, and nothing is Rust-only by accident: a second front end lowers
//! into the same shapes. Names are as written; what they mean is settled by `resolve`.

mod body;
mod item;
mod later;
mod packed;
mod print;
mod print_ty;
mod ty;
mod words;

pub use body::*;
pub use item::*;
pub use later::{Later, Reader};
pub use packed::Packed;
pub use ty::*;
pub use words::Words;
