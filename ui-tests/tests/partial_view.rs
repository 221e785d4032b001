//! Runs that see a part of the code: what they do not find may be there all the same, so no directive
//! is called unused for it, and no entry of a baseline stale.

use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");
const ALLOW: &str = "// memlint: allow(leaked_raw, reason = \"é\")\n";

fn leak(name: &str) -> String {
    format!("pub fn {name}(b: Box<u8>) {{\n    let _ = Box::into_raw(b);\n}}\n")
}

fn manifest(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
}

/// A package with these files.
fn package(test: &str, files: &[(&str, &str)]) -> Scratch {
    let rest = "[features]\nextra = []\n[workspace]\n";
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), &format!("partial_{test}"))
        .file("Cargo.toml", manifest("whole", rest));
    let add = |scratch: Scratch, (name, text): &(&str, &str)| scratch.file(name, text);
    files.iter().fold(scratch, add)
}

fn memlint(scratch: &Scratch, args: &str) -> Run {
    let args: Vec<&str> = args.split_whitespace().collect();
    tool::run(PROGRAM, scratch.path(), &args)
}

/// How many findings of the lint a run reports.
#[track_caller]
fn reports(scratch: &Scratch, args: &str, lint: &str, times: usize) {
    let run = memlint(scratch, &format!("memlint --message-format=short {args}")).ended(0);
    let found = run.stderr.matches(&format!("[memlint::{lint}]")).count();
    assert_eq!(found, times, "{args}: {}", run.stderr);
}

#[test]
fn what_the_build_leaves_out_is_not_unused() {
    let tested = format!("#[cfg(test)]\nmod tests {{\n{ALLOW}{}}}\n", leak("a"));
    let optional = format!("{ALLOW}#[cfg(feature = \"extra\")]\n{}", leak("b"));
    let windows = format!("impl S {{\n#[cfg(windows)]\n{ALLOW}{}}}\n", leak("c"));
    let text = format!("pub struct S;\n{tested}{optional}{windows}");
    let scratch = package("build", &[("src/lib.rs", &text)]);
    for args in [
        "",
        "--all-targets",
        "--no-default-features",
        "--no-default-features --all-targets",
        "--all-features",
        "--target x86_64-unknown-linux-gnu",
        "src",
    ] {
        reports(&scratch, args, "unused_allow", 0);
    }
    // Where all is in view, it can be said.
    let text = text.replace("Box::into_raw(b)", "b");
    scratch.write("src/lib.rs", text);
    reports(&scratch, "", "unused_allow", 2);
    reports(&scratch, "--all-targets", "unused_allow", 3);
    reports(&scratch, "--no-default-features", "unused_allow", 1);
    reports(
        &scratch,
        "--target x86_64-unknown-linux-gnu",
        "unused_allow",
        1,
    );
}

#[test]
fn a_file_with_a_part_that_is_left_out_is_not_judged_as_a_whole() {
    let file = "// memlint: allow-file(leaked_raw, reason = \"é\")\n";
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", leak("a"));
    let scratch = package("file", &[("src/lib.rs", &format!("{file}{tests}"))]);
    reports(&scratch, "", "unused_allow", 0);
    reports(&scratch, "--all-targets", "unused_allow", 0);
    scratch.write("src/lib.rs", format!("{file}#[cfg(test)]\nmod tests;\n"));
    scratch.write("src/tests.rs", leak("a"));
    reports(&scratch, "", "unused_allow", 1);
}

/// The fault is in one file, the allocation in another.
const APART: [(&str, &str); 3] = [
    ("src/lib.rs", "mod a;\nmod b;\n"),
    (
        "src/a.rs",
        "unsafe extern \"C\" {\n    fn free(p: *mut u8);\n}\n\
         // memlint: allow(mismatched_dealloc, reason = \"é\")\n\
         pub fn f() {\n    unsafe { free(crate::b::make()) }\n}\n",
    ),
    (
        "src/b.rs",
        "pub fn make() -> *mut u8 {\n    Box::into_raw(Box::new(1))\n}\n",
    ),
];

#[test]
fn what_other_files_decide_is_not_unused() {
    let scratch = package("files", &APART);
    for args in [
        "",
        "src",
        ".",
        "src/a.rs",
        "src/a.rs src/lib.rs",
        "--fix --allow-no-vcs src/a.rs",
    ] {
        reports(&scratch, args, "unused_allow", 0);
    }
    assert_eq!(scratch.read("src/a.rs"), APART[1].1);
    scratch.write("src/b.rs", "pub fn make() -> *mut u8 {\n    todo!()\n}\n");
    reports(&scratch, "src", "unused_allow", 1);
    reports(&scratch, "src/a.rs", "unused_allow", 0);
}

#[test]
fn what_other_packages_decide_is_not_unused() {
    let needs = "[dependencies]\nmaker = { path = \"../maker\" }\n";
    let user = APART[1].1.replace("crate::b", "maker");
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "partial_packages")
        .file(
            "Cargo.toml",
            "[workspace]\nmembers = [\"user\", \"maker\", \"apart\"]\nresolver = \"3\"\n",
        )
        .file("user/Cargo.toml", manifest("user", needs))
        .file("user/src/lib.rs", user)
        .file("maker/Cargo.toml", manifest("maker", ""))
        .file("maker/src/lib.rs", APART[2].1)
        .file("apart/Cargo.toml", manifest("apart", ""))
        .file("apart/src/lib.rs", format!("{ALLOW}pub fn g() {{}}\n"))
        .file("apart/src/main.rs", "fn main() {}\n");
    reports(&scratch, "--workspace", "unused_allow", 1);
    reports(&scratch, "-p user", "unused_allow", 0);
    reports(&scratch, "-p user -p maker", "unused_allow", 0);
    reports(&scratch, "-p apart", "unused_allow", 1);
    reports(&scratch, "-p apart --lib", "unused_allow", 0);
}

#[test]
fn a_declared_module_is_covered_with_its_file() {
    let code = format!("pub mod inner;\n{}", leak("a"));
    let attribute = "#[cfg_attr(any(), memlint::expect(leaked_raw, reason = \"é\"))]\n";
    for directive in [ALLOW, attribute] {
        let lib = format!("{directive}mod bindings;\n");
        let files = [
            ("src/lib.rs", &*lib),
            ("src/bindings.rs", &*code),
            ("src/bindings/inner.rs", &*leak("b")),
        ];
        let scratch = package("declared", &files);
        reports(&scratch, "", "leaked_raw", 0);
        reports(&scratch, "", "unused_allow", 0);
        reports(&scratch, "src/lib.rs", "unused_allow", 0);
        scratch.write(
            "src/bindings.rs",
            format!("pub mod inner;\n{ALLOW}{}", leak("a")),
        );
        reports(&scratch, "", "unused_allow", 0);
        scratch.write("src/bindings/inner.rs", "pub fn g() {}\n");
        reports(&scratch, "", "unused_allow", 1);
    }
}

#[test]
fn a_macro_of_which_no_call_is_in_view() {
    let body = format!("{ALLOW}            let _ = Box::into_raw($b);\n");
    let text = format!("macro_rules! m {{\n    ($b:expr) => {{{{\n{body}    }}}};\n}}\n");
    let scratch = package("macro", &[("src/lib.rs", &text)]);
    reports(&scratch, "", "unused_allow", 0);
    scratch.write(
        "src/lib.rs",
        format!("{text}pub fn f(b: Box<u8>) {{\n    m!(b)\n}}\n"),
    );
    reports(&scratch, "", "unused_allow", 0);
    reports(&scratch, "", "leaked_raw", 0);
}

#[test]
fn entries_of_a_baseline_are_stale_only_where_they_would_be_seen() {
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", leak("a"));
    let optional = format!("#[cfg(feature = \"extra\")]\n{}", leak("b"));
    let text = format!("{tests}{optional}{}", leak("c"));
    let scratch = package("baseline", &[("src/lib.rs", &text)]);
    memlint(&scratch, "memlint --all-targets --write-baseline all.jsonl").ended(0);
    let refresh = "memlint --no-default-features --baseline all.jsonl --write-baseline all.jsonl";
    let written = scratch.read("all.jsonl");
    assert_eq!(written.lines().count(), 4);
    memlint(&scratch, refresh).ended(0);
    assert_eq!(scratch.read("all.jsonl"), written);
    scratch.write("src/lib.rs", text.replace(&leak("c"), ""));
    memlint(&scratch, refresh).ended(0);
    assert_eq!(scratch.read("all.jsonl").lines().count(), 3);
}
