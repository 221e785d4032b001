//! On how many fixtures Clippy has something to say about memory, for `docs/comparison.md`.

use crate::{Outcome, repository, sources};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Lints of Clippy, and of rustc beside it, that are about who owns memory and how it is laid out.
const LINTS: [&str; 6] = [
    "clippy::cast_ptr_alignment",
    "clippy::from_raw_with_void_ptr",
    "clippy::mem_forget",
    "clippy::same_length_and_capacity",
    "clippy::unsound_collection_transmute",
    "dangling_pointers_from_temporaries",
];

/// Folders of fixtures whose faults are about what the tool is told, or are not to be found.
const OTHERS: [&str; 7] = [
    "allow_without_reason",
    "conflicting_annotation",
    "known_limits",
    "malformed_directive",
    "unknown_lint",
    "unpaired_family",
    "unused_allow",
];

/// Runs Clippy over the fixtures and prints what it says on wrong and on right ones.
pub(crate) fn run() -> Outcome {
    let scratch = std::env::temp_dir().join("memlint-clippy-fixtures");
    fs::create_dir_all(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
    let support = repository().join("ui-tests/support/libc.rs");
    clippy(&scratch, &support, "libc")?;
    // By whether the fixture is right: how many there are, and how many Clippy speaks of.
    let mut counts = [(0, 0); 2];
    for source in sources::files(&repository().join("ui-tests/fixtures"))? {
        let parts: Vec<_> = source
            .path
            .iter()
            .rev()
            .filter_map(|part| part.to_str())
            .collect();
        let [name, folder, ..] = parts[..] else {
            continue;
        };
        let text = fs::read_to_string(&source.path).unwrap_or_default();
        if OTHERS.contains(&folder) || text.contains("memlint::paired_alloc") {
            continue;
        }
        let said = clippy(&scratch, &source.path, "fixture")?;
        let count = &mut counts[usize::from(name.starts_with("ok_"))];
        count.0 += 1;
        let lint = LINTS
            .into_iter()
            .find(|lint| said.contains(&format!("\"code\":\"{lint}\"")));
        count.1 += usize::from(lint.is_some());
    }
    let [(wrong, noticed), (right, accused)] = counts;
    println!(
        "of {wrong} wrong fixtures Clippy speaks of {noticed}, of {right} right ones of {accused}"
    );
    Ok(())
}

/// What it says of a file, as lines of JSON.
fn clippy(scratch: &Path, source: &Path, name: &str) -> Result<String, String> {
    let libc = format!("libc={}", scratch.join("liblibc.rmeta").display());
    let mut command = Command::new("clippy-driver");
    command.args([
        "--edition=2024",
        "--crate-type=lib",
        "--emit=metadata",
        "--error-format=json",
    ]);
    command
        .args(["--crate-name", name, "--out-dir"])
        .arg(scratch)
        .arg(source);
    if name != "libc" {
        command.args(["--extern", &libc]);
    }
    for lint in LINTS {
        command.args(["-W", lint]);
    }
    let output = command
        .output()
        .map_err(|error| format!("clippy-driver: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}
