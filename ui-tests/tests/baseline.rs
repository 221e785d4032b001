//! Baselines: what they accept, what survives edits, and what is said when they are stale or broken.

use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");

fn scratch(name: &str) -> Scratch {
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), &format!("baseline_{name}"));
    scratch.sample("imagekit")
}

#[track_caller]
fn memlint(scratch: &Scratch, args: &str, status: i32) -> Run {
    let folder = scratch.path().join("imagekit");
    let args: Vec<&str> = args.split_whitespace().collect();
    let run = tool::run(PROGRAM, &folder, &args);
    run.ended(status)
}

fn change(scratch: &Scratch, file: &str, edit: impl Fn(String) -> String) {
    let file = format!("imagekit/{file}");
    let text = scratch.read(&file);
    let new = edit(text.clone());
    assert_ne!(new, text, "the edit of {file} changes something");
    scratch.write(&file, new);
}

#[test]
fn what_is_written_is_accepted_and_what_is_new_is_not() {
    let scratch = scratch("accepts");
    let run = memlint(&scratch, "memlint --write-baseline accepted.jsonl", 0);
    assert!(
        run.stderr.contains("6 accepted by the baseline"),
        "{}",
        run.stderr
    );
    let lines = scratch.read("imagekit/accepted.jsonl");
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!((lines.len(), lines[0]), (7, "{\"memlint-baseline\":1}"));
    assert!(lines.is_sorted() || lines[1..].is_sorted(), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("\"line\"")));
    memlint(&scratch, "memlint -D warnings --baseline accepted.jsonl", 0);
    change(&scratch, "src/window.rs", |text| {
        text + "pub fn more(b: Box<u8>) { unsafe { libc::free(Box::into_raw(b).cast()) } }\n"
    });
    let run = memlint(
        &scratch,
        "memlint --baseline accepted.jsonl --message-format=short",
        1,
    );
    assert_eq!(run.stderr.matches("memlint::").count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("mismatched_dealloc"), "{}", run.stderr);
}

#[test]
fn it_survives_edits_elsewhere_and_moved_functions() {
    let scratch = scratch("survives");
    memlint(&scratch, "memlint --write-baseline accepted.jsonl", 0);
    change(&scratch, "src/decode.rs", |text| {
        format!("// A line.\n\n{text}")
    });
    // A function moves to the top of its file, and a formatter breaks a line.
    change(&scratch, "src/pixels.rs", |text| {
        let at = text.find("/// A scratch row").expect("the sample has it");
        let end = at + text[at..].find("\n}\n").expect("it ends") + 3;
        let moved = text[at..end].replace(
            "realloc(row, 1024)",
            "realloc(\n        row,\n        1024,\n    )",
        );
        let text = format!("{}{}", &text[..at], &text[end..]);
        text.replacen("use std::mem", &format!("{moved}\nuse std::mem"), 1)
    });
    let run = memlint(&scratch, "memlint -D warnings --baseline accepted.jsonl", 0);
    let all = "memlint: no findings in 6 files; 6 accepted by the baseline\n";
    assert_eq!(run.stderr, all);
    // What does not parse for the moment is not stale.
    change(&scratch, "src/window.rs", |text| text + "fn (");
    let run = memlint(&scratch, "memlint --baseline accepted.jsonl", 0);
    assert!(run.stderr.contains("left out") && !run.stderr.contains("found no more"));
    // It is the same from another folder, and for files named alone.
    let args = "memlint -D warnings --baseline imagekit/accepted.jsonl imagekit/src";
    let args: Vec<&str> = args.split_whitespace().collect();
    let run = tool::run(PROGRAM, scratch.path(), &args);
    assert!(run.stderr.contains("no findings"), "{}", run.stderr);
}

#[test]
fn writing_twice_gives_the_same_file() {
    let scratch = scratch("twice");
    memlint(&scratch, "memlint --write-baseline a.jsonl", 0);
    memlint(&scratch, "memlint --write-baseline b.jsonl", 0);
    assert_eq!(
        scratch.read("imagekit/a.jsonl"),
        scratch.read("imagekit/b.jsonl")
    );
}

#[test]
fn stale_entries_are_told_and_the_command_given_removes_them() {
    let scratch = scratch("stale");
    memlint(&scratch, "memlint --write-baseline accepted.jsonl", 0);
    change(&scratch, "src/pixels.rs", |text| {
        text.replace("ffi::realloc(row, 1024)", "row")
    });
    let run = memlint(&scratch, "memlint --baseline accepted.jsonl", 0);
    assert!(
        run.stderr
            .contains("1 entry of the baseline is found no more"),
        "{}",
        run.stderr
    );
    let command = "memlint --baseline accepted.jsonl --write-baseline accepted.jsonl";
    assert!(
        run.stderr.contains(&format!("`cargo {command}`")),
        "{}",
        run.stderr
    );
    // Of what a run does not look at, nothing is known: neither stale nor removed.
    let run = memlint(
        &scratch,
        "memlint --baseline accepted.jsonl src/window.rs",
        0,
    );
    assert!(!run.stderr.contains("found no more"), "{}", run.stderr);
    let run = memlint(&scratch, "memlint --baseline accepted.jsonl -A all", 0);
    assert!(!run.stderr.contains("found no more"), "{}", run.stderr);
    memlint(&scratch, command, 0);
    assert_eq!(scratch.read("imagekit/accepted.jsonl").lines().count(), 6);
    let run = memlint(&scratch, "memlint --baseline accepted.jsonl", 0);
    assert!(!run.stderr.contains("found no more"), "{}", run.stderr);
}

#[test]
fn refreshing_takes_nothing_new_in() {
    let scratch = scratch("shrinks");
    memlint(&scratch, "memlint --write-baseline accepted.jsonl", 0);
    change(&scratch, "src/window.rs", |text| {
        text + "pub fn more(b: Box<u8>) { unsafe { libc::free(Box::into_raw(b).cast()) } }\n"
    });
    let command = "memlint --baseline accepted.jsonl --write-baseline accepted.jsonl";
    memlint(&scratch, command, 1);
    assert_eq!(scratch.read("imagekit/accepted.jsonl").lines().count(), 7);
}

#[test]
fn a_broken_or_missing_baseline_is_an_error_with_a_remedy() {
    let scratch = scratch("broken");
    let run = memlint(&scratch, "memlint --baseline none.jsonl", 2);
    assert!(
        run.stderr
            .contains("cargo memlint --write-baseline none.jsonl"),
        "{}",
        run.stderr
    );
    memlint(&scratch, "memlint --write-baseline accepted.jsonl", 0);
    change(&scratch, "accepted.jsonl", |text| {
        format!("{text}<<<<<<< HEAD\n")
    });
    let run = memlint(&scratch, "memlint --baseline accepted.jsonl", 2);
    assert!(
        run.stderr.contains("line 8: a merge was not resolved"),
        "{}",
        run.stderr
    );
    scratch.write("imagekit/accepted.jsonl", [0xff, 0xfe, 0]);
    let run = memlint(&scratch, "memlint --baseline accepted.jsonl", 2);
    assert!(
        run.stderr.contains("the baseline cannot be read"),
        "{}",
        run.stderr
    );
}

#[test]
fn two_branches_merge_their_baselines() {
    let scratch = scratch("merge").repository();
    memlint(&scratch, "memlint --write-baseline accepted.jsonl", 0);
    scratch.git("add -A");
    scratch.git("commit -q -m baseline");
    let fault = |name: &str| {
        format!(
            "pub fn {name}(b: Box<u8>) {{ unsafe {{ libc::free(Box::into_raw(b).cast()) }} }}\n"
        )
    };
    for (branch, file) in [("one", "src/decode.rs"), ("two", "src/window.rs")] {
        scratch.git(&format!("checkout -q -b {branch} main"));
        change(&scratch, file, |text| text + &fault(branch));
        memlint(&scratch, "memlint --write-baseline accepted.jsonl", 0);
        scratch.git("commit -q -a -m more");
    }
    scratch.git("merge -q --no-edit one");
    memlint(&scratch, "memlint -D warnings --baseline accepted.jsonl", 0);
    assert_eq!(scratch.read("imagekit/accepted.jsonl").lines().count(), 9);
}
