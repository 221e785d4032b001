//! Builds what is measured, with cargo, in release mode.

use crate::repository;
use serde_json::Value;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The cargo that runs this program, or the one on the path.
pub(crate) fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The release build of the tool.
pub(crate) fn tool() -> Result<PathBuf, String> {
    executable(&["--package", "cargo-memlint", "--bin", "cargo-memlint"])
}

/// The release build of the floor to measure against: reading, or reading and parsing.
pub(crate) fn floor() -> Result<PathBuf, String> {
    executable(&["--package", "xtask", "--example", "parse_floor"])
}

/// A load for the run-time checks, which are compiled in though the build is optimised.
pub(crate) fn example(name: &str) -> Result<PathBuf, String> {
    let of = ["--package", "memlint-programs", "--features", "always"];
    executable(&[&of[..], &["--example", name]].concat())
}

fn executable(what: &[&str]) -> Result<PathBuf, String> {
    let output = Command::new(cargo())
        .args([
            "build",
            "--release",
            "--message-format=json-render-diagnostics",
        ])
        .args(what)
        .current_dir(repository())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo does not start: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut built = messages.filter_map(|message| Some(message["executable"].as_str()?.into()));
    match built.next_back() {
        Some(path) if output.status.success() => Ok(path),
        _ => Err("the build failed".to_owned()),
    }
}
