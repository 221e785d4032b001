//! The crate compiles for the systems that it is written for, as far as their standard libraries are
//! installed here: `rustup target add x86_64-unknown-linux-musl`, and so on.

use std::path::Path;
use std::process::Command;

/// What can be had without a linker for the target, and the features there.
const TARGETS: &[(&str, &[&str])] = &[
    ("x86_64-unknown-linux-musl", CHECKED),
    ("aarch64-unknown-linux-gnu", CHECKED),
    ("x86_64-pc-windows-msvc", CHECKED),
    ("x86_64-pc-windows-gnu", CHECKED),
    ("x86_64-apple-darwin", CHECKED),
    ("aarch64-apple-darwin", CHECKED),
    ("x86_64-unknown-freebsd", CHECKED),
    ("wasm32-unknown-unknown", CHECKED),
    ("thumbv7em-none-eabihf", &["--no-default-features"]),
];

const CHECKED: &[&str] = &["--features", "always,interpose"];

#[test]
fn the_crate_compiles_for_them() {
    let listed = Command::new("rustup")
        .args(["target", "list", "--installed"])
        .output();
    let installed = listed.map_or_else(|_| Vec::new(), |output| output.stdout);
    let installed = String::from_utf8_lossy(&installed);
    let is_there = |target: &str| installed.lines().any(|line| line == target);
    for (target, features) in TARGETS.iter().filter(|(target, _)| is_there(target)) {
        let checked = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--offline", "--target", target])
            .args(*features)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("targets"),
            )
            .env("RUSTFLAGS", "-Dwarnings")
            .status();
        assert!(checked.is_ok_and(|status| status.success()), "{target}");
    }
}
