//! The cost of a check beside that of `cargo clippy` after an edit.

use crate::measure::Job;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Crates that clippy can check without a C library, with what makes it check most of their code;
/// a fixed list, as for counted instructions.
pub(crate) const CRATES: [(&str, &[&str]); 6] = [
    ("arrow-data-60.1.0", &[]),
    ("jni-0.22.4", &[]),
    ("nix-0.31.3", &["--all-features"]),
    ("pyo3-0.30.1", &["--features=abi3-py310"]),
    ("sled-1.0.0-alpha.124", &[]),
    ("tokio-1.54.1", &["--features=full"]),
];

/// So many runs of the tool, since the system counts in hundredths of a second.
const RUNS: u32 = 5;

/// Seconds below which clippy has not checked a crate, but complained at once.
const LEAST: f64 = 0.1;

/// User CPU of a check as a part of that of `cargo clippy` on the same crate, everything but the
/// crate itself built, after a touch of its root file.
pub(crate) fn ratio(tool: &Path, krate: &Path, features: &[&str]) -> Result<f64, String> {
    let name = krate.file_name().unwrap_or_default();
    // Outside of the repository, whose workspace it would be taken for a part of.
    let scratch = std::env::temp_dir().join("memlint-beside-clippy");
    let copy = scratch.join(name);
    copy_folder(krate, &copy).map_err(|error| format!("{}: {error}", copy.display()))?;
    let manifest = copy.join("Cargo.toml");
    let mut clippy = job(Path::new("cargo"), "clippy", &manifest);
    let target = scratch.join("target");
    clippy.args.extend(["--target-dir".into(), target.into()]);
    clippy.args.extend(features.iter().map(OsString::from));
    clippy.cost()?;
    let root = copy.join("src/lib.rs");
    let text = fs::read(&root).map_err(|error| format!("{}: {error}", root.display()))?;
    fs::write(&root, text).map_err(|error| format!("{}: {error}", root.display()))?;
    let theirs = clippy.cost()?.cpu;
    let memlint = job(tool, "memlint", &manifest);
    let mut ours = 0.0;
    for _ in 0..RUNS {
        ours += memlint.cost()?.cpu;
    }
    if theirs < LEAST {
        return Err(format!("clippy does not check {}", name.display()));
    }
    Ok(ours / f64::from(RUNS) / theirs)
}

fn job(program: &Path, command: &str, manifest: &Path) -> Job {
    let manifest = OsString::from(manifest);
    Job {
        program: PathBuf::from(program),
        args: vec![
            command.into(),
            "-q".into(),
            "--manifest-path".into(),
            manifest,
        ],
        threads: 1,
    }
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy_folder(&entry.path(), &to)?,
            false => drop(fs::copy(entry.path(), to)?),
        }
    }
    Ok(())
}
