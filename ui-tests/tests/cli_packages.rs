//! Packages and workspaces: which targets are read, configuration, and the machine's format.

use serde_json::Value;
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

const DENIED: &str =
    "pub fn f(text: std::ffi::CString) {\n    unsafe { libc::free(text.into_raw().cast()) }\n}\n";
const WARNED: &str = "pub fn g() {\n    unsafe {\n        libc::malloc(8);\n    }\n}\n";

fn manifest(name: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n")
}

/// A package of its own, out of the workspace that the scratch folder lies in.
fn package(test: &str) -> Scratch {
    let text = manifest("user") + "\n[workspace]\n";
    Scratch::new(env!("CARGO_TARGET_TMPDIR"), test).file("Cargo.toml", text)
}

fn json(scratch: &Scratch, args: &str, status: i32) -> Run {
    let mut all = vec!["memlint", "--message-format=json"];
    all.extend(args.split_whitespace());
    let run = tool::run(
        env!("CARGO_BIN_EXE_memlint-under-test"),
        scratch.path(),
        &all,
    );
    run.ended(status)
}

fn places(run: &Run) -> Vec<String> {
    let place = |r: &tool::Reported| format!("{}:{}", r.file.replace('\\', "/"), r.finding.line);
    run.findings().iter().map(place).collect()
}

#[test]
fn a_package_is_found_from_its_folder_and_by_its_manifest() {
    let scratch = package("package")
        .file("src/lib.rs", "mod deep;\n")
        .file("src/deep/mod.rs", "mod inner;\n");
    let scratch = scratch.file("src/deep/inner.rs", DENIED);
    assert_eq!(places(&json(&scratch, "", 1)), ["src/deep/inner.rs:2"]);
    assert_eq!(
        places(&json(&scratch, "--manifest-path Cargo.toml", 1)),
        ["src/deep/inner.rs:2"]
    );
}

/// From edition 2024 on, the temporaries of a block's value are gone before the call.
#[test]
fn temporaries_end_as_the_edition_says() {
    let code = "pub fn f(s: &str) {\n    \
        unsafe { libc::puts({ std::ffi::CString::new(s).unwrap().as_ptr() }); }\n}\n";
    let scratch = package("edition").file("src/lib.rs", code);
    assert_eq!(places(&json(&scratch, "", 1)), ["src/lib.rs:2"]);
    let older = manifest("user").replace("2024", "2021") + "\n[workspace]\n";
    let scratch = scratch.file("Cargo.toml", older);
    assert!(places(&json(&scratch, "", 0)).is_empty());
}

#[test]
fn a_file_of_two_targets_is_reported_once() {
    let scratch = package("shared")
        .file("src/lib.rs", "pub mod shared;\n")
        .file("src/main.rs", "mod shared;\nfn main() {}\n")
        .file("src/shared.rs", DENIED);
    assert_eq!(places(&json(&scratch, "", 1)), ["src/shared.rs:2"]);
}

#[test]
fn tests_and_examples_join_on_request() {
    let in_tests = format!("#[cfg(test)]\nmod tests {{\n{WARNED}}}\n");
    let scratch = package("targets")
        .file("src/lib.rs", in_tests)
        .file("examples/shown.rs", format!("{WARNED}fn main() {{}}\n"))
        .file("tests/tried.rs", WARNED);
    assert!(places(&json(&scratch, "", 0)).is_empty());
    let all = places(&json(&scratch, "--all-targets", 0));
    assert_eq!(
        all,
        ["examples/shown.rs:3", "src/lib.rs:5", "tests/tried.rs:3"]
    );
    assert_eq!(
        places(&json(&scratch, "--examples", 0)),
        ["examples/shown.rs:3"]
    );
}

#[test]
fn a_workspace_is_checked_as_a_whole_or_by_package() {
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "workspace")
        .file(
            "Cargo.toml",
            "[workspace]\nmembers = [\"one\", \"two\"]\nresolver = \"3\"\n",
        )
        .file("one/Cargo.toml", manifest("one"))
        .file("one/src/lib.rs", DENIED)
        .file("two/Cargo.toml", manifest("two"))
        .file("two/src/lib.rs", WARNED);
    assert_eq!(
        places(&json(&scratch, "--workspace", 1)),
        ["one/src/lib.rs:2", "two/src/lib.rs:3"]
    );
    assert_eq!(places(&json(&scratch, "-p two", 0)), ["two/src/lib.rs:3"]);
    assert_eq!(
        places(&json(&scratch, "--workspace --exclude one", 0)),
        ["two/src/lib.rs:3"]
    );
    json(&scratch, "-p three", 2);
}

#[test]
fn the_configuration_sets_levels_and_refuses_what_it_does_not_know() {
    let scratch = package("configured").file("src/lib.rs", WARNED);
    let scratch = scratch.file("memlint.toml", "[levels]\nleaked_alloc = \"deny\"\n");
    assert_eq!(json(&scratch, "", 1).findings()[0].level, "error");
    json(&scratch, "-A leak", 0);
    let scratch = scratch.file("memlint.toml", "[livels]\nleaked_alloc = \"deny\"\n");
    let run = json(&scratch, "", 2);
    assert!(
        run.stderr.contains("livels") && run.stderr.contains("levels"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_manifest_that_cargo_refuses_is_an_error_with_its_place() {
    let scratch =
        Scratch::new(env!("CARGO_TARGET_TMPDIR"), "refused").file("Cargo.toml", "[package\n");
    let run = json(&scratch, "", 2);
    assert!(run.stderr.contains("Cargo.toml"), "{}", run.stderr);
}

#[test]
fn messages_are_those_of_cargo() {
    let scratch = package("messages").file("src/lib.rs", format!("// é\n{DENIED}"));
    let run = json(&scratch, "", 1);
    let lines: Vec<Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let last = lines.last().unwrap();
    assert_eq!(
        (&last["reason"], &last["success"]),
        (&"build-finished".into(), &false.into())
    );
    let wrapper = lines
        .iter()
        .find(|line| line["reason"] == "compiler-message")
        .unwrap();
    for field in ["package_id", "manifest_path", "target", "message"] {
        assert!(!wrapper[field].is_null(), "no {field}: {wrapper}");
    }
    let message = &wrapper["message"];
    assert_eq!(message["code"]["code"], "memlint::mismatched_dealloc");
    assert_eq!(message["level"], "error");
    let spans = message["spans"].as_array().unwrap();
    let primary = spans
        .iter()
        .find(|span| span["is_primary"] == true)
        .unwrap();
    assert_eq!(
        (&primary["line_start"], &primary["line_end"]),
        (&3.into(), &3.into())
    );
    let (start, end) = (
        primary["byte_start"].as_u64().unwrap(),
        primary["byte_end"].as_u64().unwrap(),
    );
    let text = std::fs::read(scratch.path().join("src/lib.rs")).unwrap();
    let marked = std::str::from_utf8(&text[start as usize..end as usize]).unwrap();
    assert!(marked.contains("libc::free"), "{marked}");
    let shown = &primary["text"][0];
    assert_eq!(shown["highlight_start"], primary["column_start"]);
}
