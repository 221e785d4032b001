//! Changing files: what is asked before, what is kept, and what happens when something goes wrong.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");
const WRONG: &str = "pub unsafe fn é(b: *mut libc::c_void) {\n    unsafe {\n        libc::free(b);\n        libc::free(b);\n    }\n}\n";
const RIGHT: &str =
    "pub unsafe fn é(b: *mut libc::c_void) {\n    unsafe {\n        libc::free(b);\n    }\n}\n";

fn scratch(name: &str) -> Scratch {
    Scratch::new(env!("CARGO_TARGET_TMPDIR"), &format!("faults-{name}"))
}

fn read(scratch: &Scratch, name: &str) -> String {
    fs::read_to_string(scratch.path().join(name)).unwrap()
}

#[track_caller]
fn ends_with(scratch: &Scratch, args: &str, status: i32) -> Run {
    let args: Vec<&str> = args.split_whitespace().collect();
    let run = tool::run(PROGRAM, scratch.path(), &args);
    run.ended(status)
}

#[track_caller]
fn says(run: &Run, text: &str) {
    assert!(run.stderr.contains(text), "{text}\n{}", run.stderr);
}

fn git(folder: &Path, args: &[&str]) {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"];
    let done = Command::new("git")
        .current_dir(folder)
        .args(identity)
        .args(args)
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
}

/// So many faulty functions.
fn many(n: usize) -> String {
    (0..n)
        .map(|n| WRONG.replace('é', &format!("f{n}")))
        .collect()
}

#[test]
fn what_is_not_committed_is_not_changed_unasked() {
    let scratch = scratch("guard").file("src/a.rs", WRONG);
    git(scratch.path(), &["init", "-q"]);
    says(
        &ends_with(&scratch, "memlint --fix src", 2),
        "* src/a.rs (dirty)",
    );
    git(scratch.path(), &["add", "."]);
    let refused = ends_with(&scratch, "memlint --fix src", 2);
    says(&refused, "* src/a.rs (staged)");
    says(&refused, "--allow-staged");
    assert_eq!(read(&scratch, "src/a.rs"), WRONG);
    git(scratch.path(), &["commit", "-q", "-m", "x"]);
    says(
        &ends_with(&scratch, "memlint --fix src", 0),
        "fixed 1 finding in 1 file; 0 remain",
    );
    assert_eq!(read(&scratch, "src/a.rs"), RIGHT);
    // There is nothing to change now, so that nothing need be committed.
    says(
        &ends_with(&scratch, "memlint --fix src", 0),
        "fixed nothing; 0 remain",
    );
    fs::write(scratch.path().join("src/a.rs"), WRONG).unwrap();
    fs::write(scratch.path().join("notes"), "").unwrap();
    says(
        &ends_with(&scratch, "memlint --fix --allow-staged src", 2),
        "* notes (dirty)",
    );
    ends_with(&scratch, "memlint --fix --allow-dirty src", 0);
    assert_eq!(read(&scratch, "src/a.rs"), RIGHT);
}

#[test]
fn a_diff_changes_nothing() {
    let scratch = scratch("diff").file("a.rs", WRONG).file("b.rs", RIGHT);
    let run = ends_with(&scratch, "memlint --diff a.rs b.rs", 1);
    let expected = "--- a/a.rs\n+++ b/a.rs\n@@ -1,6 +1,5 @@\n pub unsafe fn é(b: *mut libc::c_void) {\n     unsafe {\n         libc::free(b);\n-        libc::free(b);\n     }\n }\n";
    assert_eq!(run.stdout, expected);
    assert_eq!(
        run.stderr,
        "memlint: would fix 1 finding in 1 file; 0 remain\n"
    );
    assert_eq!(read(&scratch, "a.rs"), WRONG);
    let clean = ends_with(&scratch, "memlint --diff b.rs", 0);
    assert_eq!(clean.stdout, "");
    assert_eq!(ends_with(&scratch, "memlint -q --diff a.rs", 1).stderr, "");
    ends_with(&scratch, "memlint --diff --message-format=json a.rs", 2);
}

#[test]
fn a_diff_can_be_applied() {
    let scratch = scratch("patch").file("src/a.rs", WRONG.trim_end());
    git(scratch.path(), &["init", "-q"]);
    let run = ends_with(&scratch, "memlint --diff src", 1);
    fs::write(scratch.path().join("fix.patch"), run.stdout).unwrap();
    git(scratch.path(), &["apply", "fix.patch"]);
    assert_eq!(read(&scratch, "src/a.rs"), RIGHT.trim_end());
}

#[test]
fn line_ends_marks_and_foreign_letters_are_kept() {
    let wrong = format!("\u{feff}// é\r\n{}", WRONG.replace('\n', "\r\n"));
    let right = format!("\u{feff}// é\r\n{}", RIGHT.replace('\n', "\r\n"));
    let scratch = scratch("bytes").file("a.rs", wrong);
    ends_with(&scratch, "memlint --fix --allow-no-vcs a.rs", 0);
    assert_eq!(read(&scratch, "a.rs"), right);
}

#[test]
fn what_is_left_is_reported_as_ever() {
    let left = "pub fn g() -> *mut u32 {\n    unsafe {\n        let cell = libc::malloc(4).cast::<u32>();\n        *cell = 7;\n        cell\n    }\n}\n";
    let scratch = scratch("left").file("a.rs", format!("{WRONG}{left}"));
    let run = ends_with(
        &scratch,
        "memlint --fix --allow-no-vcs --message-format=json a.rs",
        0,
    );
    says(
        &run,
        "fixed 1 finding in 1 file; 1 remains (1 more with `--unsafe-fixes`)",
    );
    let found = run.findings();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].finding.lint.as_str(), found[0].finding.line),
        ("unchecked_alloc", 9)
    );
    let denied = ends_with(&scratch, "memlint --fix --allow-no-vcs -D warnings a.rs", 1);
    says(
        &denied,
        "fixed nothing; 1 remains (1 more with `--unsafe-fixes`)",
    );
}

#[test]
fn files_that_are_no_text_do_not_stop_the_others() {
    let scratch = scratch("text")
        .file("a.rs", WRONG)
        .file("b.rs", b"// \xff\n");
    let run = ends_with(&scratch, "memlint --fix --allow-no-vcs .", 0);
    says(&run, "not UTF-8");
    assert_eq!(read(&scratch, "a.rs"), RIGHT);
    assert_eq!(fs::read(scratch.path().join("b.rs")).unwrap(), b"// \xff\n");
}

#[test]
fn ten_thousand_repairs() {
    let scratch = scratch("many").file("a.rs", many(10_000));
    let run = ends_with(&scratch, "memlint --fix --allow-no-vcs a.rs", 0);
    says(&run, "fixed 10000 findings in 1 file; 0 remain");
    let text = read(&scratch, "a.rs");
    assert_eq!(text.matches("libc::free(b);").count(), 10_000);
}

#[test]
#[cfg(unix)]
fn a_folder_that_is_read_only() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = scratch("read-only")
        .file("open/a.rs", WRONG)
        .file("shut/b.rs", WRONG);
    let mode = |folder: &str, mode| {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(scratch.path().join(folder), permissions).unwrap();
    };
    mode("open", 0o777);
    mode("open/a.rs", 0o666);
    mode("shut/b.rs", 0o666);
    mode("shut", 0o555);
    // Git does not answer somebody to whom the repository around the scratch does not belong.
    // Nor need there be one.
    let args = "memlint --fix --allow-dirty --allow-no-vcs open shut";
    let args: Vec<&str> = args.split(' ').collect();
    // The administrator may write everywhere, so that somebody else has to try.
    let administrator = fs::write(scratch.path().join("shut/probe"), "").is_ok();
    let run = match administrator {
        true => {
            let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", PROGRAM];
            let args: Vec<&str> = nobody.into_iter().chain(args).collect();
            tool::run("setpriv", scratch.path(), &args)
        }
        false => tool::run(PROGRAM, scratch.path(), &args),
    };
    mode("shut", 0o755);
    assert_eq!(run.status, Some(2), "{}", run.stderr);
    says(&run, "the file was not changed: no file can be made in");
    says(&run, "shut/b.rs");
    says(&run, "make the folder writable and run again");
    says(&run, "fixed 1 finding in 1 file; 1 remains");
    assert_eq!(read(&scratch, "open/a.rs"), RIGHT);
    assert_eq!(read(&scratch, "shut/b.rs"), WRONG);
}

#[test]
fn whoever_is_interrupted_leaves_a_whole_file() {
    let (wrong, right) = (
        many(4000),
        many(4000).replacen(
            "libc::free(b);\n        libc::free(b);",
            "libc::free(b);",
            4000,
        ),
    );
    let scratch = scratch("interrupted").file("a.rs", &wrong);
    let file = scratch.path().join("a.rs");
    let being_written = || {
        let names = fs::read_dir(scratch.path()).unwrap().flatten();
        names
            .into_iter()
            .any(|name| name.file_name().to_string_lossy().ends_with(".tmp"))
    };
    for attempt in 0..8 {
        fs::write(&file, &wrong).unwrap();
        let mut child = Command::new(PROGRAM)
            .args(["memlint", "-q", "--fix", "--allow-no-vcs", "a.rs"])
            .current_dir(scratch.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Half of them are ended at some moment, half while they write.
        let begin = Instant::now();
        let patience = Duration::from_millis(100 * attempt);
        while child.try_wait().unwrap().is_none() {
            let now = match attempt % 2 {
                0 => begin.elapsed() > patience,
                _ => being_written(),
            };
            if now {
                break;
            }
        }
        let _ = child.kill();
        child.wait().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            text == wrong || text == right,
            "half-written after {:?}",
            begin.elapsed()
        );
        for left in fs::read_dir(scratch.path()).unwrap().flatten() {
            if left.path() != file {
                fs::remove_file(left.path()).unwrap();
            }
        }
    }
    ends_with(
        &scratch,
        "memlint -q --fix --allow-no-vcs --allow-dirty .",
        0,
    );
    assert!(fs::read_to_string(&file).unwrap() == right);
}

#[test]
fn two_runs_at_once() {
    let scratch = scratch("twice")
        .file("a.rs", many(300))
        .file("b.rs", many(300));
    let start = || {
        Command::new(PROGRAM)
            .args(["memlint", "--fix", "--allow-no-vcs", "."])
            .current_dir(scratch.path())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let runs = [start(), start(), start()];
    for run in runs {
        let output = run.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        // Who comes second finds the file changed, or nothing left to do.
        let refused = said.contains("somebody else changed it meanwhile");
        let status = output.status.code();
        assert!(
            status == Some(0) || (status == Some(2) && refused),
            "{status:?}\n{said}"
        );
        assert!(!said.contains("in 0 files"), "{said}");
    }
    for name in ["a.rs", "b.rs"] {
        assert_eq!(read(&scratch, name).matches("libc::free(b);").count(), 300);
    }
}

#[test]
fn a_file_that_changes_all_the_time() {
    let texts = [
        many(20),
        format!("{}{}", "// another line\n".repeat(50), many(21)),
    ];
    let scratch = scratch("moving");
    let file = scratch.path().join("a.rs");
    let save = |n: usize| {
        let new = scratch.path().join("new");
        fs::write(&new, &texts[n % 2]).unwrap();
        fs::rename(new, &file).unwrap();
    };
    save(0);
    let repaired = |text: &str| {
        let twice = "libc::free(b);\n        libc::free(b);";
        text.replace(twice, "libc::free(b);")
    };
    for _ in 0..10 {
        let mut child = Command::new(PROGRAM)
            .args(["memlint", "-q", "--fix", "--allow-no-vcs", "a.rs"])
            .current_dir(scratch.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut n = 0;
        while child.try_wait().unwrap().is_none() {
            n += 1;
            save(n);
        }
        let text = fs::read_to_string(&file).unwrap();
        let known = texts
            .iter()
            .any(|old| text == *old || text == repaired(old));
        assert!(known, "neither an old nor a repaired text:\n{text}");
    }
}
