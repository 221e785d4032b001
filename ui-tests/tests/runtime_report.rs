//! `--runtime-report`: what a run has seen, beside what reading finds.

use ui_tests::scratch::Scratch;
use ui_tests::tool;

const SOURCE: &str = "\
pub fn f(text: std::ffi::CString) {
    unsafe { libc::free(text.into_raw().cast()) }
}

pub unsafe fn g(block: *mut u64) {
    drop(unsafe { Box::from_raw(block) });
}

pub unsafe fn h(block: *mut u64) {
    // memlint: allow(double_free, reason = \"the run was wrong\")
    drop(unsafe { Box::from_raw(block) });
}
";

/// A report as the run-time checks write it.
fn line(lint: &str, message: &str, file: &str, line: u32) -> String {
    format!(
        "{{\"lint\":\"memlint::{lint}\",\"level\":\"error\",\"message\":\"{message}\",\"address\":9,\
         \"released\":{{\"routine\":\"the Rust global allocator\",\"file\":\"{file}\",\"line\":{line},\
         \"column\":5,\"thread\":\"main\"}},\"help\":\"do it once\"}}\n"
    )
}

#[test]
fn findings_are_confirmed_and_added() {
    let reports = [
        line("mismatched_dealloc", "`free` got it", "src/a.rs", 2),
        line("mismatched_dealloc", "`free` got it", "src/a.rs", 2),
        line("mismatched_layout", "16 bytes as 8", "src/a.rs", 6),
        line("double_free", "released again", "src/a.rs", 11),
        line("double_free", "far away", "other/b.rs", 3),
        "no report\n".to_owned(),
    ];
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "runtime_report")
        .file("src/a.rs", SOURCE)
        .file("seen.json", reports.concat());
    let run = tool::run(
        env!("CARGO_BIN_EXE_memlint-under-test"),
        scratch.path(),
        &["memlint", "--runtime-report", "seen.json", "src/a.rs"],
    );
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    let said = |what: &str| run.stderr.matches(what).count();
    let expected = [
        ("note: confirmed at run time: `free` got it", 1),
        ("error[memlint::mismatched_layout]: 16 bytes as 8", 1),
        ("src/a.rs:6:5", 1),
        ("note: seen at run time only", 1),
        ("released again", 0),
        ("seen at run time: double_free: far away", 1),
        ("this is no report", 1),
        ("2 errors in 1 file", 1),
    ];
    for (what, count) in expected {
        assert_eq!(said(what), count, "{what}\n{}", run.stderr);
    }
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "no_report").file("a.rs", "fn f() {}");
    let run = tool::run(
        env!("CARGO_BIN_EXE_memlint-under-test"),
        scratch.path(),
        &["memlint", "--runtime-report", "seen.json", "a.rs"],
    );
    assert_eq!(run.status, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("the reports cannot be read"));
}
