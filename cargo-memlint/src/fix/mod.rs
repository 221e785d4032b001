//! Changing sources: edits of a text, the guard before, and the writing of a file as a whole.

pub mod allow;
mod edit;
mod replace;
pub mod rounds;
mod suggest;
mod vcs;

pub use edit::{Edit, Merged, merge};
pub use replace::{Fault, replace};
pub use suggest::suggest;
pub use vcs::{Leave, guard};
