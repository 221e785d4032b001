//! Fixtures, labelled items, house rules and sample crates of `cargo memlint`, and what their tests share.

pub mod fixture;
pub mod labelled;
pub mod page;
pub mod scratch;
pub mod tool;

use std::path::PathBuf;

/// The top of the repository.
pub fn repository() -> PathBuf {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.pop();
    path
}

/// Whether expected texts are to be written anew, as `cargo xtask bless` asks.
pub fn blessing() -> bool {
    std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite")
}
