//! `--add-allow`: the sample with a directive for each finding, and nothing written that should not be.

use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");

fn scratch(name: &str) -> Scratch {
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), &format!("allow_{name}"));
    scratch.sample("imagekit")
}

#[track_caller]
fn memlint(scratch: &Scratch, args: &[&str], status: i32) -> Run {
    let args: Vec<&str> = [&["memlint", "--manifest-path", "imagekit/Cargo.toml"], args].concat();
    let run = tool::run(PROGRAM, scratch.path(), &args);
    run.ended(status)
}

#[test]
fn each_finding_gets_its_directive_once() {
    let scratch = scratch("once");
    let format = ["--edition=2024", "imagekit/src/lib.rs"];
    tool::run("rustfmt", scratch.path(), &format);
    let scratch = scratch.repository();
    let run = memlint(&scratch, &["--add-allow=read \"twice\""], 0);
    assert!(
        run.stderr.contains("allowed 6 findings in 4 files"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("no findings in 6 files"),
        "{}",
        run.stderr
    );
    let diff = scratch.git("diff -U0");
    let changed = |start: &str| diff.lines().filter(|l| l.starts_with(start)).count();
    assert_eq!((changed("+    "), changed("-    ")), (6, 0), "{diff}");
    let line = "+    // memlint: allow(leaked_realloc, reason = \"read \\\"twice\\\"\")";
    assert!(diff.lines().any(|l| l == line), "{diff}");
    memlint(
        &scratch,
        &["-D", "warnings", "-W", "allow_without_reason"],
        0,
    );
    // Again: there is nothing to allow, and nothing changes.
    let run = memlint(&scratch, &["--add-allow=again", "--allow-dirty"], 0);
    assert!(run.stderr.contains("allowed nothing"), "{}", run.stderr);
    assert_eq!(scratch.git("diff -U0"), diff);
    // And a formatter leaves it all where it is.
    let formatted = tool::run(
        "rustfmt",
        scratch.path(),
        &[&["--check"], &format[..]].concat(),
    );
    assert_eq!(
        formatted.status,
        Some(0),
        "{}{}",
        formatted.stdout,
        formatted.stderr
    );
}

#[test]
fn version_control_has_to_hold_the_old_files() {
    let scratch = scratch("guard").repository();
    let text = scratch.read("imagekit/src/window.rs");
    scratch.write("imagekit/src/window.rs", format!("{text}\n// mine\n"));
    let before = scratch.git("diff");
    let run = memlint(&scratch, &["--add-allow=x"], 2);
    assert!(run.stderr.contains("--allow-dirty"), "{}", run.stderr);
    assert_eq!(scratch.git("diff"), before);
    memlint(&scratch, &["--add-allow=x", "--allow-dirty"], 0);
}

#[test]
fn only_what_is_reported_is_allowed() {
    let scratch = scratch("reported").repository();
    memlint(&scratch, &["--write-baseline", "accepted.jsonl"], 0);
    let args = [
        "--baseline",
        "accepted.jsonl",
        "--add-allow=x",
        "--allow-dirty",
    ];
    let run = memlint(&scratch, &args, 0);
    assert!(run.stderr.contains("allowed nothing"), "{}", run.stderr);
    let run = memlint(
        &scratch,
        &["-A", "leak", "--add-allow=x", "--allow-dirty"],
        0,
    );
    assert!(
        run.stderr.contains("allowed 3 findings in 3 files"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_is_forbidden_stays() {
    let scratch = scratch("forbidden").repository();
    let run = memlint(&scratch, &["-F", "use_after_free", "--add-allow=x"], 1);
    assert!(
        run.stderr.contains("allowed 5 findings in 3 files"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("error[memlint::use_after_free]"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_reason_is_asked_for() {
    let scratch = scratch("reason").repository();
    for arg in ["--add-allow=", "--add-allow=  ", "--add-allow=a\nb"] {
        memlint(&scratch, &[arg], 2);
    }
}

#[test]
fn every_fixture_that_fires_can_be_allowed() {
    let mut scratch =
        Scratch::new(env!("CARGO_TARGET_TMPDIR"), "allow_fixtures").file(".git/HEAD", "");
    let mut count = 0;
    for fixture in ui_tests::fixture::all()
        .iter()
        .filter(|fixture| fixture.fires())
    {
        let text = std::fs::read_to_string(&fixture.path).unwrap();
        // Without the announcements, and with the other line ends.
        scratch = scratch.file(&fixture.name, text.replace('\n', "\r\n"));
        count += 1;
    }
    assert!(count > 50, "{count} fixtures fire");
    let args = [
        "memlint",
        "-W",
        "all",
        "-A",
        "directive",
        "--allow-dirty",
        "--add-allow=é",
        ".",
    ];
    let run = tool::run(PROGRAM, scratch.path(), &args);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("no findings in"), "{}", run.stderr);
    for fixture in ui_tests::fixture::all()
        .iter()
        .filter(|fixture| fixture.fires())
    {
        let text = scratch.read(&fixture.name);
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        let kept = text.lines().filter(|line| !line.contains("reason = \"é\""));
        let kept: String = kept.map(|line| format!("{line}\n")).collect();
        assert_eq!(
            kept,
            std::fs::read_to_string(&fixture.path).unwrap(),
            "{}",
            fixture.name
        );
    }
}
