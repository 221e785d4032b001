//! The program; everything is in the library, where tests reach it.

use std::process::ExitCode;

// The work is many small and short-lived allocations: with the system's allocator they are a third of
// the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cargo_memlint::main()
}
