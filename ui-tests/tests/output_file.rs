//! `--output-file`: the whole report or the old file, whatever the disk does.

use std::fs;
use std::path::Path;
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");
const DENIED: &str =
    "pub fn f(text: std::ffi::CString) {\n    unsafe { libc::free(text.into_raw().cast()) }\n}\n";

fn scratch(name: &str) -> Scratch {
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), &format!("output_{name}"));
    scratch.file("denied.rs", DENIED)
}

fn memlint(scratch: &Scratch, args: &str) -> Run {
    let args: Vec<&str> = args.split_whitespace().collect();
    tool::run(PROGRAM, scratch.path(), &args)
}

#[test]
fn the_report_goes_to_the_file_in_every_format() {
    let scratch = scratch("formats").file("old/report", "an older and longer report\n".repeat(500));
    for format in ["human", "short", "json", "sarif", "github", "gitlab"] {
        let plain = memlint(
            &scratch,
            &format!("memlint --message-format={format} denied.rs"),
        );
        let args = format!("memlint --message-format={format} --output-file old/report denied.rs");
        let filed = memlint(&scratch, &args);
        assert_eq!(filed.status, Some(1), "{format}: {}", filed.stderr);
        assert_eq!((&*filed.stdout, &*filed.stderr), ("", ""), "{format}");
        assert_eq!(
            scratch.read("old/report"),
            plain.stdout + &plain.stderr,
            "{format}"
        );
    }
    let beside = fs::read_dir(scratch.path().join("old")).unwrap().count();
    assert_eq!(beside, 1, "nothing else is left there");
}

#[test]
fn a_file_has_no_colours() {
    let scratch = scratch("colours");
    memlint(
        &scratch,
        "memlint --color=always --output-file report denied.rs",
    );
    let report = scratch.read("report");
    assert!(report.contains("memlint::mismatched_dealloc") && !report.contains('\u{1b}'));
}

#[test]
fn what_cannot_be_written_is_told_with_its_place() {
    let scratch = scratch("missing");
    let cases = [
        ("no/such/folder.json", "make its folder first"),
        (".", "give the name of a file"),
        ("denied.rs/report", "make its folder first"),
    ];
    for (path, help) in cases {
        let run = memlint(&scratch, &format!("memlint --output-file {path} denied.rs"));
        assert_eq!(run.status, Some(2), "{path}: {}", run.stderr);
        assert!(!run.stderr.contains(".tmp"), "{}", run.stderr);
        for words in ["the file cannot be written", path, help] {
            assert!(run.stderr.contains(words), "{path}: {}", run.stderr);
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_device_is_an_error() {
    let scratch = scratch("device");
    let run = memlint(&scratch, "memlint --output-file /dev/full denied.rs");
    assert_eq!(run.status, Some(2), "{}", run.stderr);
    assert!(
        run.stderr.contains("the file cannot be written"),
        "{}",
        run.stderr
    );
    let run = memlint(&scratch, "memlint --output-file /dev/null denied.rs");
    assert_eq!(run.status, Some(1), "{}", run.stderr);
}

/// A script in a mount namespace of its own; `None` where that is not allowed.
#[cfg(target_os = "linux")]
fn apart(scratch: &Scratch, script: &str) -> Option<Run> {
    let wrapped = |script| ["-m", "--propagation", "private", "sh", "-ec", script];
    let tried = std::process::Command::new("unshare")
        .args(wrapped("mount -t tmpfs none disk"))
        .current_dir(scratch.path())
        .output();
    let allowed = tried.is_ok_and(|tried| tried.status.success());
    allowed.then(|| tool::run("unshare", scratch.path(), &wrapped(script)))
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_or_read_only_disk_leaves_the_old_file_whole() {
    let scratch = scratch("disk").file("disk/.keep", "");
    // A report of more than the disk holds.
    let many: String = (0..400)
        .map(|n| DENIED.replace("fn f(", &format!("fn f{n}(")))
        .collect();
    scratch.write("many.rs", many);
    for (mode, cause) in [("rw", "No space left"), ("ro", "read-only filesystem")] {
        let script = format!(
            "mount -t tmpfs -o size=64k none disk; echo old > disk/report; \
             mount -o remount,{mode} disk; \
             {PROGRAM} memlint --message-format=sarif --output-file disk/report many.rs || echo status $?; \
             cat disk/report; ls -A disk"
        );
        match apart(&scratch, &script) {
            Some(run) => {
                assert_eq!(run.stdout, "status 2\nold\nreport\n", "{}", run.stderr);
                assert!(run.stderr.contains(cause), "{}", run.stderr);
            }
            // The device above is what is left to test it with.
            None => assert!(Path::new("/dev/full").exists()),
        }
    }
}

#[test]
fn two_runs_at_once_leave_one_whole_report() {
    let scratch = scratch("two");
    let args = [
        "memlint",
        "--message-format=sarif",
        "--output-file",
        "report",
        "denied.rs",
    ];
    let start = || {
        tool::command(PROGRAM, scratch.path(), &args)
            .spawn()
            .unwrap()
    };
    let runs: Vec<_> = (0..4).map(|_| start()).collect();
    for mut run in runs {
        assert_eq!(run.wait().unwrap().code(), Some(1));
    }
    let report: serde_json::Value = serde_json::from_str(&scratch.read("report")).unwrap();
    assert_eq!(report["version"], "2.1.0");
}
