//! The program under test: `cargo-memlint`, built beside the tests that run it.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_memlint::main()
}
