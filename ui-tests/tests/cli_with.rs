//! `--with check|clippy`: cargo's lines and ours as those of one command.

use serde_json::Value;
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

const MANIFEST: &str =
    "[package]\nname = \"user\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
const DECLARED: &str = "unsafe extern \"C\" { fn malloc(n: usize) -> *mut u8; }\n";
/// A leak, which is a warning of ours.
const LEAK: &str = "pub fn leak() { unsafe { malloc(8); } }\n";
/// A fault that is an error of ours.
const FAULT: &str = "unsafe extern \"C\" { fn free(p: *mut u8); }\n\
                     pub fn fault(b: Box<u8>) { unsafe { free(Box::into_raw(b)) } }\n";

fn package(test: &str, code: &str) -> Scratch {
    Scratch::new(env!("CARGO_TARGET_TMPDIR"), test)
        .file("Cargo.toml", MANIFEST)
        .file("src/lib.rs", format!("{DECLARED}{code}"))
}

#[track_caller]
fn with(scratch: &Scratch, args: &str, status: i32) -> Run {
    let mut all = vec!["memlint", "--offline"];
    all.extend(args.split_whitespace());
    let program = env!("CARGO_BIN_EXE_memlint-under-test");
    let run = tool::run_as(program, scratch.path(), &all, |command| {
        command
            .env("CARGO_TARGET_DIR", scratch.path().join("target"))
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET");
    });
    run.ended(status)
}

fn lines(run: &Run) -> Vec<Value> {
    let lines = run.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The codes of the messages, in their order.
fn codes(lines: &[Value]) -> Vec<String> {
    let codes = lines
        .iter()
        .filter_map(|line| line["message"]["code"]["code"].as_str());
    codes.map(str::to_owned).collect()
}

/// The end is told once, and last.
fn success(lines: &[Value]) -> bool {
    let ends = lines
        .iter()
        .filter(|line| line["reason"] == "build-finished");
    assert_eq!(ends.count(), 1, "{lines:?}");
    lines.last().unwrap()["success"].as_bool().unwrap()
}

#[test]
fn the_lines_of_cargo_come_first() {
    let scratch = package("with_check", &format!("{LEAK}fn unused() {{}}\n"));
    let run = with(&scratch, "--with check --message-format=json", 0);
    let lines = lines(&run);
    assert_eq!(codes(&lines), ["dead_code", "memlint::leaked_alloc"]);
    assert!(success(&lines));
    let artifacts = lines
        .iter()
        .filter(|line| line["reason"] == "compiler-artifact");
    assert!(artifacts.count() >= 1);
}

#[test]
fn the_status_is_the_worse_of_the_two() {
    let scratch = package("with_status", LEAK);
    with(&scratch, "--with check --message-format=json", 0);
    let run = with(&scratch, "--with check --message-format=json -D leak", 1);
    assert!(!success(&lines(&run)));
    let scratch = scratch.file(
        "src/lib.rs",
        format!("{DECLARED}{LEAK}pub fn f() -> u8 {{}}\n"),
    );
    let run = with(&scratch, "--with check --message-format=json", 1);
    let said = lines(&run);
    assert_eq!(codes(&said), ["E0308", "memlint::leaked_alloc"]);
    assert!(!success(&said));
    let scratch = package("with_fault", FAULT);
    let run = with(&scratch, "--with check --message-format=json", 1);
    assert_eq!(
        codes(&lines(&run)),
        ["dead_code", "memlint::mismatched_dealloc"]
    );
    // What is wrong with our part is said, and cargo's is not lost.
    let run = with(
        &scratch,
        "--with check --message-format=json -D nothing_like_it",
        2,
    );
    assert!(run.stderr.contains("nothing_like_it"), "{}", run.stderr);
    assert!(run.stdout.contains("compiler-artifact"), "{}", run.stdout);
}

#[test]
fn clippy_runs_on_the_same_selection() {
    let tests = "#[cfg(test)]\nmod tests {\n    pub fn test_leak() { unsafe { super::malloc(8); } }\n\
                 \x20   pub fn test_return() -> u8 { return 1; }\n}\n";
    let scratch = package("with_clippy", tests);
    let run = with(&scratch, "--with clippy --message-format=json", 0);
    let said = codes(&lines(&run));
    assert!(
        !said.contains(&"clippy::needless_return".to_owned()),
        "{said:?}"
    );
    let run = with(
        &scratch,
        "--with clippy --message-format=json --all-targets",
        0,
    );
    let said = codes(&lines(&run));
    let place = |code: &str| said.iter().position(|said| said == code);
    let (theirs, ours) = (
        place("clippy::needless_return"),
        place("memlint::leaked_alloc"),
    );
    assert!(theirs.is_some() && theirs < ours, "{said:?}");
}

#[test]
fn for_people_both_are_on_stderr() {
    let scratch = package("with_human", &format!("{LEAK}fn unused() {{}}\n"));
    let run = with(&scratch, "--with check", 0);
    assert_eq!(run.stdout, "");
    let (theirs, ours) = (
        run.stderr.find("`unused`"),
        run.stderr.find("memlint::leaked_alloc"),
    );
    assert!(theirs.is_some() && theirs < ours, "{}", run.stderr);
    let run = with(&scratch, "--with check --message-format=short -q", 0);
    assert!(run.stderr.contains("src/lib.rs:2:"), "{}", run.stderr);
}

#[test]
fn files_alone_have_no_cargo_command() {
    let scratch = package("with_paths", LEAK);
    let run = with(&scratch, "--with check src", 2);
    assert!(run.stderr.contains("cannot be used with"), "{}", run.stderr);
    for changed in [
        "--staged",
        "--fix",
        "--unsafe-fixes",
        "--diff",
        "--add-allow=x",
    ] {
        let run = with(&scratch, &format!("{changed} --with clippy"), 2);
        for part in [
            "cannot be used with",
            changed.trim_end_matches("=x"),
            "run this without `--with`",
        ] {
            assert!(
                run.stderr.contains(part),
                "{part} is not in\n{}",
                run.stderr
            );
        }
        assert_eq!(run.stdout, "");
    }
    let run = with(&scratch, "--with chekc", 2);
    assert!(run.stderr.contains("'check'"), "{}", run.stderr);
}
