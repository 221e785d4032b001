//! The commands of `docs/command-line.md`, run by a shell as a reader would.
#![cfg(unix)]

use std::fs;
use std::process::Command;
use ui_tests::repository;
use ui_tests::scratch::Scratch;

const LEAK: &str = "unsafe extern \"C\" { fn malloc(n: usize) -> *mut u8; }\n\
                    pub fn leak() { unsafe { malloc(8); } }\n";

fn workspace() -> Scratch {
    let manifest = |name: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n")
    };
    let features = "[features]\ndefault = [\"plain\"]\nplain = []\nfast = []\n";
    let members = "[workspace]\nmembers = [\"app\", \"tools\"]\nresolver = \"3\"\n";
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "page")
        .file("Cargo.toml", members)
        .file("app/Cargo.toml", manifest("app") + features)
        .file("app/src/main.rs", "fn main() {}\n")
        .file("tools/Cargo.toml", manifest("tools"))
        .file("tools/src/lib.rs", "")
        .file("bin/.keep", "");
    let program = scratch.path().join("bin/cargo-memlint");
    fs::copy(env!("CARGO_BIN_EXE_memlint-under-test"), program).unwrap();
    let made = Command::new("git")
        .arg("init")
        .arg("-q")
        .current_dir(scratch.path())
        .status();
    assert!(made.unwrap().success());
    scratch
}

#[test]
fn every_command_ends_as_the_page_says() {
    let page = fs::read_to_string(repository().join("docs/command-line.md")).unwrap();
    let scratch = workspace();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [scratch.path().join("bin")].into_iter();
    let path = std::env::join_paths(folders.chain(std::env::split_paths(&path))).unwrap();
    let blocks = page.split("```sh\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().unwrap_or_default().lines());
    let mut commands = 0;
    for line in lines {
        let (command, status) = line.split_once("# status ").expect("says its status");
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(scratch.path())
            .env("PATH", &path)
            .env("CARGO_TARGET_DIR", scratch.path().join("target"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            status.trim().parse().ok(),
            "{line}\n{said}"
        );
        commands += 1;
    }
    assert!(commands >= 15, "{commands}");
    assert!(scratch.path().join(".git/hooks/pre-commit").is_file());
    // None of it would notice a program that looks at nothing.
    let scratch = scratch.file("app/src/main.rs", format!("{LEAK}fn main() {{}}\n"));
    let output = Command::new("cargo")
        .args(["memlint", "-p", "app", "-D", "leak"])
        .current_dir(scratch.path())
        .env("PATH", &path)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}
