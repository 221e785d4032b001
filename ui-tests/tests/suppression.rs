//! Directives on every kind of node, by comment and by attribute: they silence what they cover, keep
//! doing so after rustfmt, and what is unused goes away without a trace.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");

/// Code with one finding. At `@` stands a directive on a line of its own, at `$` one behind code.
struct Case {
    name: &'static str,
    lint: &'static str,
    code: &'static str,
    /// Whether an attribute can stand at `@`.
    attribute: bool,
}

const fn case(name: &'static str, code: &'static str) -> Case {
    Case {
        name,
        lint: "leaked_raw",
        code,
        attribute: true,
    }
}

const CASES: &[Case] = &[
    case(
        "item",
        "pub type É = u8;\n\n@\npub fn é(b: Box<u8>) {\n    let _ = Box::into_raw(b);\n}\n",
    ),
    case(
        "statement",
        "pub fn é(b: Box<u8>) {\n    let é = 1;\n    @\n    let _ = (é, Box::into_raw(b)); $\n}\n",
    ),
    case(
        "tail",
        "pub fn é(b: Box<u8>) {\n    @\n    drop(Box::into_raw(b)) $\n}\n",
    ),
    case(
        "long statement",
        "pub fn é(b: Box<u8>) {\n    @\n    let _ = (\n        'é',\n        Box::into_raw(b),\n    ); $\n}\n",
    ),
    Case {
        attribute: false,
        ..case(
            "expression",
            "pub fn é(b: Box<u8>) {\n    let _ = (\n        \"éé\",\n        @\n        Box::into_raw(b), $\n    );\n}\n",
        )
    },
    case(
        "arm",
        "pub fn é(b: Box<u8>, n: u8) {\n    match n {\n        @\n        0 => drop(Box::into_raw(b)), $\n        _ => {}\n    }\n}\n",
    ),
    case(
        "block",
        "pub fn é(b: Box<u8>, n: u8) {\n    @\n    if n > 0 {\n        let _ = Box::into_raw(b);\n    } $\n}\n",
    ),
    case(
        "macro",
        "pub fn é(b: Box<u8>) {\n    @\n    println!(\"é {:?}\", Box::into_raw(b)); $\n}\n",
    ),
    case(
        "impl item",
        "pub struct S;\n\nimpl S {\n    @\n    pub fn é(&self, b: Box<u8>) {\n        let _ = Box::into_raw(b);\n    } $\n}\n",
    ),
    case(
        "impl",
        "pub struct S;\n\n@\nimpl S {\n    pub fn é(&self, b: Box<u8>) {\n        let _ = Box::into_raw(b);\n    }\n}\n",
    ),
    case(
        "trait item",
        "pub trait T {\n    @\n    fn é(&self, b: Box<u8>) {\n        let _ = Box::into_raw(b);\n    } $\n}\n",
    ),
    case(
        "module",
        "@\npub mod é {\n    pub fn f(b: Box<u8>) {\n        let _ = Box::into_raw(b);\n    }\n} $\n",
    ),
    case(
        "closure",
        "pub fn é() -> impl Fn(Box<u8>) {\n    |b| {\n        @\n        let _ = Box::into_raw(b); $\n    }\n}\n",
    ),
    Case {
        name: "extern block item",
        lint: "unpaired_family",
        code: "#[memlint::paired_alloc(family = \"widget\")]\nunsafe extern \"C\" {\n    @\n    #[alloc]\n    fn é_widget_new(kind: u32) -> *mut u8; $\n}\n",
        attribute: true,
    },
    Case {
        name: "struct",
        lint: "owner_without_drop",
        code: "@\npub struct S {\n    é: *mut u8,\n} $\n\nimpl S {\n    pub fn new() -> S {\n        let é = Box::into_raw(Box::new(1));\n        S { é }\n    }\n}\n",
        attribute: true,
    },
];

impl Case {
    /// The code with a directive at its mark; without one where there is no such mark.
    fn with(&self, mark: char, directive: &str) -> Option<String> {
        let marked = self.code.contains(mark);
        marked.then(|| clean(&self.code.replace(mark, directive)))
    }
}

/// Without the marks that are left.
fn clean(code: &str) -> String {
    let lines = code.lines().filter(|line| line.trim() != "@");
    lines.map(|line| line.replace(" $", "") + "\n").collect()
}

/// With a family of its own: those of all files of a run are judged together.
fn named(code: &str, file: &str) -> String {
    code.replace("widget", &format!("w{}", file.trim_end_matches(".rs")))
}

/// How a directive can be written, and at which mark.
fn carriers(case: &Case, kind: &str, lint: &str) -> Vec<(&'static str, char, String)> {
    let reason = "reason = \"é, (so)\"";
    let mut found = vec![
        (
            "comment",
            '@',
            format!("// memlint: {kind}({lint}, {reason})"),
        ),
        (
            "block comment",
            '@',
            format!("/* memlint: {kind}({lint}) */"),
        ),
        (
            "trailing",
            '$',
            format!("// memlint: {kind}({lint}, {reason})"),
        ),
    ];
    if case.attribute {
        found.extend([
            (
                "cfg_attr",
                '@',
                format!("#[cfg_attr(any(), memlint::{kind}({lint}, {reason}))]"),
            ),
            ("builtin", '@', format!("#[{kind}(memlint::{lint})]")),
        ]);
    }
    found
}

/// The files with their findings, each as `lint` or `lint: message` for those about directives.
fn verdicts(scratch: &Scratch) -> BTreeMap<String, Vec<String>> {
    let run = memlint(scratch, &["--message-format=json", "."]);
    assert!(matches!(run.status, Some(0 | 1)), "{}", run.stderr);
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in run.findings() {
        let lint = one.finding.lint;
        let text = match lint == "unused_allow" {
            true => format!("{lint}: {}", one.message),
            false => lint,
        };
        let file = one.file.trim_start_matches("./").to_owned();
        found.entry(file).or_default().push(text);
    }
    found
}

#[track_caller]
fn silent(scratch: &Scratch, what: &str) {
    let loud: Vec<String> = verdicts(scratch)
        .into_iter()
        .map(|(file, found)| format!("{file}: {}", found.join(", ")))
        .collect();
    assert!(loud.is_empty(), "{what}\n{}", loud.join("\n"));
}

fn memlint(scratch: &Scratch, args: &[&str]) -> Run {
    tool::run(PROGRAM, scratch.path(), args)
}

/// All cases with a directive of this kind for this lint (of the case if empty), by file name.
fn written(
    name: &str,
    kind: &str,
    lint: &str,
) -> (Scratch, BTreeMap<String, (&'static Case, String)>) {
    let mut scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), name);
    let mut files = BTreeMap::new();
    for (at, case) in CASES.iter().enumerate() {
        let lint = if lint.is_empty() { case.lint } else { lint };
        for (carrier, mark, directive) in carriers(case, kind, lint) {
            let Some(code) = case.with(mark, &directive) else {
                continue;
            };
            for (end, code) in [("lf", code.clone()), ("crlf", code.replace('\n', "\r\n"))] {
                let file = format!("{at}_{}_{end}.rs", carrier.replace(' ', "_"));
                let code = named(&code, &file);
                scratch = scratch.file(&file, &code);
                files.insert(file, (case, code));
            }
        }
    }
    assert!(files.len() > 100, "{}", files.len());
    (scratch, files)
}

#[test]
fn each_case_has_its_finding() {
    let mut scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "suppression-none");
    for (at, case) in CASES.iter().enumerate() {
        scratch = scratch.file(&format!("{at}.rs"), clean(case.code));
    }
    let found = verdicts(&scratch);
    for (at, case) in CASES.iter().enumerate() {
        let found = found.get(&format!("{at}.rs")).cloned().unwrap_or_default();
        assert_eq!(found, [case.lint], "{}", case.name);
    }
}

#[test]
fn they_silence_what_they_cover() {
    for kind in ["allow", "expect"] {
        let (scratch, _) = written(&format!("suppression-{kind}"), kind, "");
        silent(&scratch, kind);
    }
}

#[test]
fn they_silence_the_same_after_rustfmt() {
    let (scratch, files) = written("suppression-rustfmt", "allow", "");
    let paths: Vec<_> = files.keys().map(|file| scratch.path().join(file)).collect();
    let formatted = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .args(&paths)
        .output()
        .expect("rustfmt runs");
    assert!(formatted.status.success(), "{formatted:?}");
    let changed = files.iter().filter(|(file, (_, code))| {
        fs::read_to_string(scratch.path().join(file)).unwrap() != *code
    });
    assert!(
        changed.count() > 0,
        "rustfmt moves nothing: the test shows nothing"
    );
    silent(&scratch, "rustfmt");
}

#[test]
fn what_silences_nothing_is_told_and_goes_away() {
    for (kind, message) in [
        (
            "allow",
            "unused_allow: `allow(free_offset)` silences nothing",
        ),
        (
            "expect",
            "unused_allow: `expect(free_offset)` is not fulfilled: nothing is found here",
        ),
    ] {
        let (scratch, files) = written(&format!("suppression-unused-{kind}"), kind, "free_offset");
        let found = verdicts(&scratch);
        for (file, (case, _)) in &files {
            let mut found = found.get(file).cloned().unwrap_or_default();
            found.sort();
            let mut expected = vec![case.lint.to_owned(), message.to_owned()];
            expected.sort();
            assert_eq!(found, expected, "{file}: {}", case.name);
        }
        let run = memlint(&scratch, &["--fix", "--allow-no-vcs", "."]);
        assert!(
            run.stderr.contains(&format!("in {} files", files.len())),
            "{}",
            run.stderr
        );
        for (file, (case, _)) in &files {
            let text = fs::read_to_string(scratch.path().join(file)).unwrap();
            let expected = named(&clean(case.code), file);
            let expected = match file.contains("crlf") {
                true => expected.replace('\n', "\r\n"),
                false => expected,
            };
            assert_eq!(text, expected, "{file}: {}", case.name);
        }
    }
}

#[test]
fn one_name_of_a_list_goes_and_the_others_stay() {
    let reason = "reason = \"é\"";
    let lists = [
        (
            "// memlint: allow(leaked_raw, free_offset)",
            "// memlint: allow(leaked_raw)",
        ),
        (
            "// memlint: allow(free_offset,leaked_raw)",
            "// memlint: allow(leaked_raw)",
        ),
        (
            "/* memlint: allow(free_offset, leaked_raw, double_free) */",
            "/* memlint: allow(leaked_raw) */",
        ),
        (
            "#[allow(dead_code, memlint::free_offset)]",
            "#[allow(dead_code)]",
        ),
        (
            "#[allow(memlint::leaked_raw, memlint::free_offset)]",
            "#[allow(memlint::leaked_raw)]",
        ),
    ];
    let mut lists: Vec<(String, String)> = lists
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect();
    lists.push((
        format!("#[cfg_attr(any(), memlint::expect(leaked_raw, double_free, {reason}))]"),
        format!("#[cfg_attr(any(), memlint::expect(leaked_raw, {reason}))]"),
    ));
    let mut scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "suppression-lists");
    for (at, (before, _)) in lists.iter().enumerate() {
        scratch = scratch.file(&format!("{at}.rs"), CASES[0].with('@', before).unwrap());
    }
    memlint(&scratch, &["--fix", "--allow-no-vcs", "."]);
    for (at, (before, after)) in lists.iter().enumerate() {
        let text = fs::read_to_string(scratch.path().join(format!("{at}.rs"))).unwrap();
        assert_eq!(text, CASES[0].with('@', after).unwrap(), "{before}");
    }
}

#[test]
fn whole_files() {
    let code = clean(CASES[0].code);
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "suppression-files")
        .file(
            "a.rs",
            format!("\u{feff}// memlint: allow-file(leaked_raw, reason = \"é\")\r\n{code}"),
        )
        .file(
            "b.rs",
            format!("#![cfg_attr(any(), memlint::allow(leaked_raw))]\n{code}"),
        )
        .file("c.rs", format!("{code}// memlint: allow-file(leak)\n"))
        .file(
            "d.rs",
            format!("\u{feff}// memlint: allow-file(free_offset)\r\n{code}"),
        );
    let found = verdicts(&scratch);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["d.rs"], "{found:?}");
    memlint(&scratch, &["--fix", "--allow-no-vcs", "d.rs"]);
    let text = fs::read_to_string(scratch.path().join("d.rs")).unwrap();
    assert_eq!(text, format!("\u{feff}{code}"));
}

#[test]
fn a_misspelt_name_is_mended_only_on_demand() {
    let code = |name: &str| {
        let directive = format!("// memlint: allow(memlint::{name}, reason = \"é\")");
        CASES[0].with('@', &directive).unwrap()
    };
    let name = "suppression-misspelt";
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), name).file("a.rs", code("leaked_row"));
    let run = memlint(&scratch, &["--fix", "--allow-no-vcs", "-A", "leak", "a.rs"]);
    assert!(
        run.stderr
            .contains("no lint or group is called `leaked_row`"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("1 more with `--unsafe-fixes`"),
        "{}",
        run.stderr
    );
    memlint(
        &scratch,
        &["--unsafe-fixes", "--allow-no-vcs", "-A", "leak", "a.rs"],
    );
    let text = fs::read_to_string(scratch.path().join("a.rs")).unwrap();
    assert_eq!(text, code("leaked_raw"));
}
