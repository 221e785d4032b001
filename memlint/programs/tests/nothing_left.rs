//! Where the checks are not compiled in, an annotated crate compiles to what it was without.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const MANIFEST: &str = r#"
[package]
name = "user"
version = "0.1.0"
edition = "2024"

[lib]
crate-type = ["lib"]
path = "lib.rs"

[features]
annotated = ["dep:memlint"]

[dependencies]
memlint = { path = "MEMLINT", optional = true }

[workspace]
"#;

/// A function of each kind, with and without the annotation.
const SOURCE: &str = r#"
#![allow(unexpected_cfgs)]

#[cfg_attr(feature = "annotated", memlint::paired_alloc(family = "widget", caller))]
unsafe extern "C" {
    #[cfg_attr(feature = "annotated", alloc)]
    fn widget_new(kind: u32) -> *mut u64;
    #[cfg_attr(feature = "annotated", free)]
    fn widget_free(widget: *mut u64);
}

#[cfg_attr(feature = "annotated", memlint::paired_alloc(family = "key", role = "alloc"))]
#[inline(never)]
pub fn key_new(value: u64) -> Option<std::ptr::NonNull<u64>> {
    let value = value.checked_add(1)?;
    std::ptr::NonNull::new(Box::into_raw(Box::new(value)))
}

#[cfg_attr(feature = "annotated", memlint::paired_alloc(family = "key", role = "free"))]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn key_free(key: *mut u64) {
    drop(unsafe { Box::from_raw(key) });
}

#[unsafe(no_mangle)]
pub unsafe fn use_all(value: u64) -> bool {
    unsafe {
        widget_free(widget_new(3));
        match key_new(value) {
            Some(key) => {
                key_free(key.as_ptr());
                true
            }
            None => false,
        }
    }
}
"#;

#[test]
fn the_assembly_is_the_same() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nothing_left");
    let memlint = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::create_dir_all(&folder).expect("a folder of ours");
    let manifest = MANIFEST.replace("MEMLINT", &memlint.to_string_lossy().replace('\\', "/"));
    fs::write(folder.join("Cargo.toml"), manifest).expect("it is written");
    fs::copy(memlint.join("../Cargo.lock"), folder.join("Cargo.lock")).expect("it is copied");
    // The markers of a block cannot be conditional, since the attribute outside consumes them.
    let annotated = SOURCE
        .replace("#[cfg_attr(feature = \"annotated\", alloc)]", "#[alloc]")
        .replace("#[cfg_attr(feature = \"annotated\", free)]", "#[free]");
    let plain = assembly(&folder, SOURCE, "plain", &[]);
    let annotated = assembly(
        &folder,
        &annotated,
        "annotated",
        &["--features", "annotated"],
    );
    assert!(plain.contains("key_free"), "it has the functions");
    assert_eq!(plain, annotated);
    assert!(!annotated.contains("memlint"));
}

/// What the optimising compiler makes of the source, without what depends on the crate's hash.
fn assembly(folder: &Path, source: &str, name: &str, features: &[&str]) -> String {
    fs::write(folder.join("lib.rs"), source).expect("it is written");
    let path: PathBuf = folder.join(format!("{name}.s"));
    let built = Command::new(env!("CARGO"))
        .args(["rustc", "--quiet", "--release", "--offline"])
        .args(features)
        .args(["--", "-Ccodegen-units=1", "-Cdebuginfo=0"])
        .arg(format!("--emit=asm={}", path.display()))
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("RUSTFLAGS")
        .status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "{name} is built"
    );
    let text = fs::read_to_string(path).expect("it is there");
    text.lines().map(without_hashes).collect()
}

/// Hashes in symbols are runs of hexadecimal digits.
fn without_hashes(line: &str) -> String {
    let mut kept = String::new();
    let mut run = String::new();
    for c in line.chars().chain(['\n']) {
        if c.is_ascii_hexdigit() {
            run.push(c);
            continue;
        }
        if run.len() < 16 {
            kept.push_str(&run);
        }
        run.clear();
        kept.push(c);
    }
    kept
}
