//! The command line: names, levels, exit status, and what is said when something is wrong.

use pulldown_cmark::{Event, Parser, Tag, TagEnd, TextMergeStream};
use std::fs;
use ui_tests::repository;
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

/// Wrong: a `CString` goes to C's `free` (`mismatched_dealloc`, denied).
const DENIED: &str =
    "pub fn f(text: std::ffi::CString) {\n    unsafe { libc::free(text.into_raw().cast()) }\n}\n";
/// Wrong: a block is never released (`leaked_alloc`, a warning).
const WARNED: &str = "pub fn g() {\n    unsafe {\n        libc::malloc(8);\n    }\n}\n";
/// Right.
const RIGHT: &str = "pub fn h(b: Box<u8>) -> u8 {\n    *b\n}\n";

fn scratch(name: &str) -> Scratch {
    Scratch::new(env!("CARGO_TARGET_TMPDIR"), name)
}

fn memlint(scratch: &Scratch, args: &str) -> Run {
    let args: Vec<&str> = args.split_whitespace().collect();
    tool::run(
        env!("CARGO_BIN_EXE_memlint-under-test"),
        scratch.path(),
        &args,
    )
}

#[track_caller]
fn ends_with(scratch: &Scratch, args: &str, status: i32) -> Run {
    let run = memlint(scratch, args);
    run.ended(status)
}

#[test]
fn it_answers_to_all_its_names() {
    let scratch = scratch("names").file("right.rs", RIGHT);
    ends_with(&scratch, "memlint right.rs", 0);
    ends_with(&scratch, "right.rs", 0);
    let version = ends_with(&scratch, "memlint --version", 0);
    assert!(
        version.stdout.contains(env!("CARGO_PKG_VERSION")),
        "{}",
        version.stdout
    );
}

#[test]
fn every_lint_is_listed_and_explained() {
    let scratch = scratch("explain");
    let list = ends_with(&scratch, "memlint --list", 0).stdout;
    for lint in memlint_lints::all() {
        assert!(list.contains(lint.name), "{} is not listed", lint.name);
        let page = ends_with(&scratch, &format!("memlint --explain {}", lint.name), 0).stdout;
        let of_book = fs::read_to_string(repository().join("docs").join(lint.page_path()));
        assert_eq!(words(&page), words(&of_book.unwrap()), "{}", lint.name);
    }
}

/// What a page says, whatever is a link in it and whatever a reader does not see.
fn words(page: &str) -> Vec<String> {
    let events = Parser::new(page).filter(|event| match event {
        Event::Start(tag) => !matches!(tag, Tag::Link { .. } | Tag::HtmlBlock),
        Event::End(tag) => !matches!(tag, TagEnd::Link | TagEnd::HtmlBlock),
        event => !matches!(event, Event::Html(_)),
    });
    TextMergeStream::new(events)
        .map(|event| format!("{event:?}"))
        .collect()
}

#[test]
fn a_misspelt_lint_gets_a_suggestion() {
    let scratch = scratch("misspelt").file("right.rs", RIGHT);
    for args in [
        "memlint --explain duble_free",
        "memlint -D duble_free right.rs",
    ] {
        let run = ends_with(&scratch, args, 2);
        assert!(run.stderr.contains("double_free"), "{args}: {}", run.stderr);
    }
}

#[test]
fn the_exit_status_tells_denied_from_warned() {
    let scratch = scratch("status")
        .file("denied.rs", DENIED)
        .file("warned.rs", WARNED)
        .file("right.rs", RIGHT);
    ends_with(&scratch, "memlint right.rs", 0);
    ends_with(&scratch, "memlint warned.rs", 0);
    ends_with(&scratch, "memlint denied.rs", 1);
    ends_with(&scratch, "memlint .", 1);
}

#[test]
fn levels_are_applied_from_left_to_right() {
    let scratch = scratch("levels")
        .file("denied.rs", DENIED)
        .file("warned.rs", WARNED);
    ends_with(&scratch, "memlint -W correctness denied.rs", 0);
    ends_with(&scratch, "memlint -D warnings warned.rs", 1);
    ends_with(&scratch, "memlint -D leak warned.rs", 1);
    ends_with(&scratch, "memlint -D leak -A leaked_alloc warned.rs", 0);
    ends_with(
        &scratch,
        "memlint -A all -D mismatched-dealloc denied.rs",
        1,
    );
    let silent = ends_with(
        &scratch,
        "memlint --message-format=json -A all denied.rs",
        0,
    );
    assert!(silent.findings().is_empty(), "{}", silent.stdout);
}

#[test]
fn wrong_usage_is_told_apart_from_findings() {
    let scratch = scratch("usage");
    let missing = ends_with(&scratch, "memlint no_such_file.rs", 2);
    assert!(
        missing.stderr.contains("no_such_file.rs"),
        "{}",
        missing.stderr
    );
    ends_with(&scratch, "memlint --no-such-option", 2);
    ends_with(&scratch, "memlint --message-format=prose .", 2);
    ends_with(&scratch, "memlint --manifest-path nowhere/Cargo.toml", 2);
}

#[test]
fn a_broken_file_is_a_warning_and_the_rest_goes_on() {
    let scratch = scratch("broken")
        .file("a_broken.rs", "pub fn free( {\n    libc::free(\n}\n")
        .file("b_bytes.rs", [b'/', b'/', 0xff, 0xfe, b'\n'])
        .file("c_denied.rs", DENIED);
    let run = ends_with(&scratch, "memlint .", 1);
    assert!(run.stderr.contains("a_broken.rs:"), "{}", run.stderr);
    assert!(run.stderr.contains("b_bytes.rs"), "{}", run.stderr);
    assert!(
        run.stderr.contains("memlint::mismatched_dealloc"),
        "{}",
        run.stderr
    );
    ends_with(&scratch, "memlint a_broken.rs", 0);
}

#[test]
fn deep_nesting_does_not_end_the_run() {
    let mut forms = Vec::new();
    for (open, close) in [
        ("(", ")"),
        ("{", "}"),
        ("[", "]"),
        ("!", ""),
        ("&", ""),
        ("if a {} else ", "{}"),
    ] {
        let (open, close) = (
            open.repeat(20_000),
            close.repeat(20_000.min(20_000 * close.len())),
        );
        forms.push(format!(
            "fn f() {{ libc::free(p); let x = {open} 1 {close}; }}\n"
        ));
    }
    forms.push(format!(
        "fn f() {{ libc::free(p); let x = 1{}; }}\n",
        " + 1".repeat(20_000)
    ));
    forms.push(format!(
        "fn f() {{ libc::free(p); x{}; }}\n",
        ".f()".repeat(20_000)
    ));
    forms.push(format!(
        "type T = {}u8{}; fn free() {{}}\n",
        "Box<".repeat(20_000),
        ">".repeat(20_000)
    ));
    let mut scratch = scratch("deep").file("z_denied.rs", DENIED);
    for (index, text) in forms.iter().enumerate() {
        scratch = scratch.file(&format!("deep_{index}.rs"), text);
    }
    let run = ends_with(&scratch, "memlint .", 1);
    assert!(
        run.stderr.contains("memlint::mismatched_dealloc"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_order_does_not_depend_on_the_threads() {
    let mut scratch = scratch("order");
    for index in 0..20 {
        let text = if index % 3 == 0 { WARNED } else { DENIED };
        scratch = scratch.file(&format!("file_{index}.rs"), text);
    }
    let first = ends_with(&scratch, "memlint .", 1).stderr;
    for _ in 0..3 {
        assert_eq!(ends_with(&scratch, "memlint .", 1).stderr, first);
    }
}

#[test]
fn one_line_each_on_request() {
    let scratch = scratch("short").file("denied.rs", DENIED);
    let run = ends_with(&scratch, "memlint --message-format=short denied.rs", 1);
    let place = "denied.rs:2:";
    let line = run
        .stderr
        .lines()
        .find(|line| line.starts_with(place))
        .unwrap_or_default();
    assert!(
        line.contains("error[memlint::mismatched_dealloc]: "),
        "{}",
        run.stderr
    );
}

#[test]
fn colours_are_for_those_who_ask() {
    let scratch = scratch("colours").file("denied.rs", DENIED);
    let colored = |args: &str, env: &[(&str, &str)]| {
        let args: Vec<&str> = args.split_whitespace().collect();
        let program = env!("CARGO_BIN_EXE_memlint-under-test");
        let run = tool::run_as(program, scratch.path(), &args, |command| {
            let names = ["NO_COLOR", "CARGO_TERM_COLOR", "CLICOLOR_FORCE", "CLICOLOR"];
            names.iter().for_each(|name| {
                command.env_remove(name);
            });
            command.envs(env.iter().copied());
        });
        (run.stdout + &run.stderr).contains('\u{1b}')
    };
    let (always, never) = (
        ("CARGO_TERM_COLOR", "always"),
        ("CARGO_TERM_COLOR", "never"),
    );
    let (no, force) = (("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1"));
    // A finding, an error of ours, an error about the arguments, and the help.
    for args in ["denied.rs", "nothing.rs", "--nonsense", "--help"] {
        assert!(!colored(args, &[]), "{args}: no terminal");
        assert!(colored(args, &[force]), "{args}: CLICOLOR_FORCE");
        assert!(!colored(args, &[no]), "{args}: NO_COLOR");
        assert!(colored(args, &[always]), "{args}: cargo's setting");
        assert!(
            colored(args, &[always, no]),
            "{args}: cargo's setting is the nearer one"
        );
        assert!(!colored(args, &[never, force]), "{args}: cargo's setting");
        let asked = |when: &str| format!("--color={when} {args}");
        assert!(
            colored(&asked("always"), &[never, no]),
            "{args}: the argument"
        );
        assert!(
            !colored(&asked("never"), &[always, force]),
            "{args}: the argument"
        );
        assert!(
            colored(&asked("auto"), &[never, force]),
            "{args}: the argument"
        );
    }
}
