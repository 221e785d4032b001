//! `memlint.toml`: families of users, mistakes in it, its schema, and the page that describes it.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use ui_tests::repository;
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

const MANIFEST: &str =
    "[package]\nname = \"user\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";

fn sample() -> PathBuf {
    repository().join("ui-tests/samples/bookshelf")
}

fn page() -> String {
    let page = fs::read_to_string(repository().join("docs/configuration.md")).unwrap();
    page.replace('\r', "")
}

fn memlint(folder: &std::path::Path, args: &[&str]) -> Run {
    let mut all = vec!["memlint"];
    all.extend(args);
    tool::run(env!("CARGO_BIN_EXE_memlint-under-test"), folder, &all)
}

fn user(test: &str) -> Scratch {
    Scratch::new(env!("CARGO_TARGET_TMPDIR"), test).file("Cargo.toml", MANIFEST)
}

/// Lint, file and line of each finding.
fn found(run: &Run) -> Vec<String> {
    let findings = run.findings();
    let shown = findings.iter().map(|r| {
        let (lint, line) = (&r.finding.lint, r.finding.line);
        format!("{lint} {}:{line}", r.file.replace('\\', "/"))
    });
    shown.collect()
}

const OF_SAMPLE: [&str; 2] = [
    "mismatched_dealloc src/lib.rs:21",
    "leaked_alloc src/lib.rs:30",
];

#[test]
fn families_of_a_file_count() {
    let run = memlint(&sample(), &["--message-format=json"]);
    assert_eq!(found(&run), OF_SAMPLE, "{}", run.stderr);
    assert!(run.findings().iter().all(|r| r.level == "error"));
    let said = run.findings()[1].rendered.clone();
    assert!(said.contains("the shelves of libshelf") && said.contains("`shelf_close`"));
    // The same for files without a package.
    let run = memlint(&sample(), &["--message-format=json", "src"]);
    assert_eq!(found(&run), OF_SAMPLE, "{}", run.stderr);
}

#[test]
fn families_in_manifests_count() {
    let config = fs::read_to_string(sample().join("memlint.toml")).unwrap();
    for under in ["workspace", "package"] {
        let table = format!("{under}.metadata.memlint");
        let inside = config
            .replace("exclude", &format!("[{table}]\nexclude"))
            .replace("[[", &format!("[[{table}."))
            .replace("[levels]", &format!("[{table}.levels]"))
            .replace("[constant]", &format!("[{table}.constant]"));
        let mut scratch = user(&format!("families_{under}"));
        scratch = scratch.file("Cargo.toml", format!("{MANIFEST}\n{inside}"));
        for file in ["src/lib.rs", "src/shelf.rs"] {
            scratch = scratch.file(file, fs::read(sample().join(file)).unwrap());
        }
        let run = memlint(scratch.path(), &["--message-format=json"]);
        assert_eq!(found(&run), OF_SAMPLE, "{under}: {}", run.stderr);
        let scratch = scratch.file("memlint.toml", "");
        let run = memlint(scratch.path(), &[]);
        assert_eq!(run.status, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains(&table), "{}", run.stderr);
    }
}

#[test]
fn families_of_all_packages_are_gathered_and_levels_are_each_their_own() {
    let member = |name: &str, levels: &str| {
        let package = MANIFEST
            .replace("user", name)
            .replace("\n[workspace]\n", "");
        format!(
            "{package}\n{levels}[[package.metadata.memlint.family]]\nname = \"{name}\"\n\
             alloc = [\"{name}_make\"]\nfree = [\"{name}_drop\"]\n"
        )
    };
    let code = |name: &str| {
        format!(
            "unsafe extern \"C\" {{ fn {name}_make() -> *mut u8; }}\n\
             pub fn f() {{ unsafe {{ let _ = {name}_make(); }} }}\n"
        )
    };
    let silent = "[package.metadata.memlint.levels]\nleak = \"allow\"\n\n";
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "families_gathered")
        .file(
            "Cargo.toml",
            "[workspace]\nmembers = [\"one\", \"two\"]\nresolver = \"3\"\n",
        )
        .file("one/Cargo.toml", member("one", ""))
        // The family that the other package describes.
        .file("one/src/lib.rs", code("two"))
        .file("two/Cargo.toml", member("two", silent))
        .file("two/src/lib.rs", code("one"));
    let of_all = |args: &[&str]| {
        let mut all = vec!["--message-format=json", "--workspace"];
        all.extend(args);
        let run = memlint(scratch.path(), &all);
        (found(&run), run.stderr)
    };
    assert_eq!(of_all(&[]).0, ["leaked_alloc one/src/lib.rs:2"]);
    let both = [
        "leaked_alloc one/src/lib.rs:2",
        "leaked_alloc two/src/lib.rs:2",
    ];
    assert_eq!(of_all(&["-D", "leak"]).0, both, "the command line is last");
    let run = memlint(scratch.path(), &["--message-format=json", "two/src"]);
    assert!(found(&run).is_empty(), "{}", run.stderr);
}

#[test]
fn a_package_below_the_root_may_have_its_own_file() {
    let code = "pub fn f() { unsafe { libc::malloc(8); } }\n";
    let member = |name: &str| {
        MANIFEST
            .replace("user", name)
            .replace("\n[workspace]\n", "")
    };
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "own_file")
        .file(
            "Cargo.toml",
            "[workspace]\nmembers = [\"one\", \"two\"]\nresolver = \"3\"\n",
        )
        .file("memlint.toml", "[levels]\nleak = \"deny\"\n")
        .file("one/Cargo.toml", member("one"))
        .file("one/src/lib.rs", code)
        .file("one/memlint.toml", "[levels]\nleaked_alloc = \"warn\"\n")
        .file("two/Cargo.toml", member("two"))
        .file("two/src/lib.rs", format!("mod gen;\n{code}"))
        .file("two/src/gen.rs", code)
        .file("two/memlint.toml", "exclude = [\"src/gen.rs\"]\n");
    let run = memlint(scratch.path(), &["--message-format=json"]);
    let levels: Vec<_> = run.findings().iter().map(|r| r.level.clone()).collect();
    assert_eq!(levels, ["warning", "error"], "{}", run.stderr);
    assert_eq!(
        found(&run),
        [
            "leaked_alloc one/src/lib.rs:1",
            "leaked_alloc two/src/lib.rs:2"
        ]
    );
    let table = "[package.metadata.memlint]\nexclude = []\n";
    let scratch = scratch.file("two/Cargo.toml", member("two") + table);
    let run = memlint(scratch.path(), &[]);
    assert_eq!(run.status, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("keep one of the two"), "{}", run.stderr);
}

/// A hook runner names files, whatever the configuration says of them.
#[test]
fn a_named_file_is_checked_even_if_excluded_unless_that_is_forced() {
    let code = "pub fn f() { unsafe { libc::malloc(8); } }\n";
    let scratch = user("force_exclude")
        .file("src/lib.rs", "mod gen;\n")
        .file("src/gen.rs", code)
        .file("memlint.toml", "exclude = [\"src/gen.rs\"]\n");
    let count = |args: &[&str]| {
        let mut all = vec!["--message-format=json"];
        all.extend(args);
        found(&memlint(scratch.path(), &all)).len()
    };
    assert_eq!(count(&[]), 0);
    assert_eq!(count(&["src"]), 0, "found in a folder");
    assert_eq!(count(&["src/gen.rs"]), 1, "named");
    assert_eq!(count(&["./src/../src/gen.rs"]), 1, "named in another way");
    assert_eq!(count(&["--force-exclude", "src/gen.rs"]), 0);
    let run = memlint(scratch.path(), &["-v", "--force-exclude", "src/gen.rs"]);
    assert!(
        run.stderr
            .contains("src/gen.rs: the configuration excludes it")
    );
    let exclude = "[workspace.metadata.memlint]\nexclude = [\"src/gen.rs\"]\n";
    std::fs::remove_file(scratch.path().join("memlint.toml")).unwrap();
    let scratch = scratch.file("Cargo.toml", format!("{MANIFEST}\n{exclude}"));
    let run = memlint(scratch.path(), &["--force-exclude", "src/gen.rs"]);
    assert!(!run.stderr.contains("leaked_alloc"), "{}", run.stderr);
}

#[test]
fn levels_where_cargo_has_its_own_are_explained() {
    let table =
        "\n[lints.memlint]\nleaked_raw = \"warn\"\nleak = { level = \"deny\", priority = -1 }\n";
    let scratch = user("misplaced")
        .file("Cargo.toml", format!("{MANIFEST}{table}"))
        .file("src/lib.rs", "");
    let run = memlint(scratch.path(), &[]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    for part in [
        "Cargo.toml:8:1",
        "breaks `cargo check`",
        "[levels]\n",
        "leaked_raw = \"warn\"\n",
        "leak = { level = \"deny\", priority = -1 }\n",
    ] {
        assert!(
            run.stderr.contains(part),
            "{part} is not in\n{}",
            run.stderr
        );
    }
    // What the message proposes is read.
    let proposed = run.stderr.split("[levels]").nth(1).unwrap();
    let proposed = proposed.split("\n\n").next().unwrap();
    let lines: Vec<_> = proposed.lines().map(str::trim).collect();
    let text = format!("[levels]{}\n", lines.join("\n"));
    let scratch = scratch
        .file("Cargo.toml", MANIFEST)
        .file("memlint.toml", text);
    let run = memlint(scratch.path(), &[]);
    assert_eq!(
        (run.status, run.stderr.lines().count()),
        (Some(0), 1),
        "{}",
        run.stderr
    );
}

/// No word of this file is one that the tool looks for by itself.
#[test]
fn routines_of_families_are_words_that_are_looked_for() {
    let code =
        "unsafe extern \"C\" { fn ab() -> *mut u8; }\npub fn f() { unsafe { let _ = ab(); } }\n";
    let scratch = user("families_words").file("src/lib.rs", code);
    let run = memlint(scratch.path(), &["-v"]);
    assert!(run.stderr.contains("0 parsed"), "{}", run.stderr);
    let scratch = scratch.file(
        "memlint.toml",
        "[[family]]\nname = \"ab\"\nalloc = [\"ab\"]\n",
    );
    let run = memlint(scratch.path(), &["--message-format=json"]);
    assert_eq!(found(&run), ["leaked_alloc src/lib.rs:2"], "{}", run.stderr);
}

#[test]
fn mistakes_end_the_run_with_their_place() {
    let family = "[[family]]\nname = \"a\"\n";
    for (text, parts) in [
        (
            "[[famly]]\n",
            vec!["memlint.toml:1:3", "did you mean `family`?"],
        ),
        (
            "[[family]]\nname = \"a\"\nallok = []\n",
            vec!["memlint.toml:3:1", "`out_param`", "did you mean `alloc`?"],
        ),
        ("[[family]]\n", vec!["missing field `name`"]),
        (
            "[[family]]\nname = \"a\"\nfree = [\"a_put\"]\nthrough = [\"a_pot\"]\n",
            vec!["memlint.toml:4:13", "did you mean `a_put`?"],
        ),
        (
            "[[family]]\nname = \"a\"\nalloc = [\"x::y\"]\n",
            vec!["memlint.toml:3:11", "`x::y`"],
        ),
        (
            "[[family]]\nname = \"a\"\ntransfer = [\"x\"]\n",
            vec!["memlint.toml:3:14", "routine#argument"],
        ),
        (
            "[[family]]\nname = \"a\"\nalloc = [\"x\"]\ncondition = { x = { null = 0, of = 1 } }\n",
            vec!["memlint.toml:4:15", "slot_null"],
        ),
        (
            "[[family]]\nname = \"rust-box\"\n",
            vec!["memlint.toml:2:9"],
        ),
        ("[[look]]\nreads = [0]\n", vec!["missing field `names`"]),
        ("[constant]\nOK = \"0\"\n", vec!["memlint.toml:2:6"]),
        (
            "[levels]\nduble_free = \"warn\"\n",
            vec!["memlint.toml:2:1", "`double_free`"],
        ),
        (
            "[levels]\nleak = \"den\"\n",
            vec!["memlint.toml:2:8", "`forbid`", "did you mean `deny`?"],
        ),
        (
            "[levels]\nleak = { level = \"deny\", prio = 1 }\n",
            vec!["memlint.toml:2:", "unknown key `prio`", "`priority`"],
        ),
        (
            "[levels]\nleak = { priority = 1 }\n",
            vec!["memlint.toml:2:8", "`level`"],
        ),
        (
            "[levels]\nleak = 2\n",
            vec!["memlint.toml:2:8", "expected a level (`\"warn\"`) or"],
        ),
        ("family = 3\n", vec!["memlint.toml:1:"]),
        ("\u{feff}[[é\n", vec!["memlint.toml:1:"]),
    ] {
        let scratch = user("mistakes")
            .file("src/lib.rs", "")
            .file("memlint.toml", text);
        let run = memlint(scratch.path(), &[]);
        assert_eq!(run.status, Some(2), "{text}\n{}", run.stderr);
        for part in parts {
            assert!(
                run.stderr.contains(part),
                "{part} is not in\n{}",
                run.stderr
            );
        }
    }
    // Two files in one place.
    let scratch = user("two_files")
        .file("src/lib.rs", "")
        .file("memlint.toml", "")
        .file(".memlint.toml", "");
    for args in [&[][..], &["src"]] {
        let run = memlint(scratch.path(), args);
        assert_eq!(run.status, Some(2), "{}", run.stderr);
        let said = "the configuration stands both here and in `memlint.toml`";
        assert!(run.stderr.contains(said), "{}", run.stderr);
        assert!(run.stderr.contains(".memlint.toml"), "{}", run.stderr);
    }
    // Arguments that no call has, and keys that stand in the wrong order, are no trouble.
    let odd = format!(
        "{family}free_arg = {{ a_del = 4294967295 }}\nout_param = {{ a_new = 70000 }}\n\
         size = {{ a_new = [9, 9] }}\nsame_arg = {{ a_new = 77 }}\nalloc = [\"a_new\"]\nfree = [\"a_del\"]\n"
    );
    let code = "unsafe extern \"C\" { fn a_new(n: usize) -> *mut u8; fn a_del(p: *mut u8); }\n\
                pub fn f() { unsafe { let p = a_new(1); a_del(p); } }\n";
    let scratch = user("odd")
        .file("src/lib.rs", code)
        .file("memlint.toml", odd);
    let run = memlint(scratch.path(), &[]);
    assert!(matches!(run.status, Some(0 | 1)), "{}", run.stderr);
}

/// What the parser expects where `text` has a word that it does not know.
fn expected(text: &str) -> BTreeSet<String> {
    let scratch = user("schema")
        .file("src/lib.rs", "")
        .file("memlint.toml", text);
    let run = memlint(scratch.path(), &[]);
    assert_eq!(run.status, Some(2), "{text}\n{}", run.stderr);
    let known = run.stderr.split("expected ").nth(1).unwrap_or_default();
    let known = known.lines().next().unwrap_or_default();
    known
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_schema_has_the_keys_of_the_parser() {
    let text = fs::read_to_string(repository().join("docs/memlint.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let keys = |value: &Value| -> BTreeSet<String> {
        assert_eq!(value["additionalProperties"], false);
        value["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    let words = |value: &Value| -> BTreeSet<String> {
        let words = value["enum"].as_array().unwrap().iter();
        words
            .map(|word| word.as_str().unwrap().to_owned())
            .collect()
    };
    let family = "[[family]]\nname = \"a\"\nalloc = [\"x\"]\n";
    let defs = &schema["$defs"];
    assert_eq!(keys(&schema), expected("zz = 1\n"));
    assert_eq!(keys(&defs["family"]), expected("[[family]]\nzz = 1\n"));
    assert_eq!(keys(&defs["look"]), expected("[[look]]\nzz = 1\n"));
    let condition = expected(&format!("{family}condition = {{ x = {{ zz = 1 }} }}\n"));
    assert_eq!(keys(&defs["condition"]), condition);
    assert_eq!(
        words(&defs["kind"]),
        expected(&format!("{family}kind = \"zz\"\n"))
    );
    let success = expected(&format!("{family}success = {{ x = \"zz\" }}\n"));
    assert_eq!(words(&defs["success"]), success);
    // Levels are read as one of two forms, so the parser does not list them.
    let leveled: BTreeSet<String> = ["level", "priority"].map(str::to_owned).into();
    assert_eq!(keys(&defs["leveled"]), leveled);
    for word in words(&defs["level"]) {
        let text = format!(
            "[levels]\nleak = \"{word}\"\nleaked_raw = {{ level = \"{word}\", priority = 2 }}\n"
        );
        let scratch = user("schema_levels")
            .file("src/lib.rs", "")
            .file("memlint.toml", text);
        assert_eq!(memlint(scratch.path(), &[]).status, Some(0));
    }
}

/// Not every validator knows classes such as `\\p{L}`.
#[test]
fn the_patterns_of_the_schema_are_read_everywhere() {
    let text = fs::read_to_string(repository().join("docs/memlint.schema.json")).unwrap();
    let patterns: Vec<_> = text
        .lines()
        .filter(|line| line.contains("\"pattern\":"))
        .collect();
    assert_eq!(patterns.len(), 3, "{patterns:?}");
    for pattern in patterns {
        assert!(
            !pattern.contains("\\p") && !pattern.contains("(?"),
            "{pattern}"
        );
    }
}

#[test]
fn every_key_is_described() {
    let page = page();
    let text = fs::read_to_string(repository().join("docs/memlint.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let defs = &schema["$defs"];
    for table in [
        &schema,
        &defs["family"],
        &defs["look"],
        &defs["condition"],
        &defs["leveled"],
    ] {
        for key in table["properties"].as_object().unwrap().keys() {
            let said = page.contains(&format!("`{key}`")) || page.contains(&format!("{key} = "));
            assert!(said, "docs/configuration.md does not say `{key}`");
        }
    }
}

/// The blocks of one language in the page.
fn blocks(language: &str) -> Vec<String> {
    let (page, mark) = (page(), format!("```{language}\n"));
    let blocks = page.split(&mark).skip(1);
    blocks
        .map(|rest| rest.split("```").next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn the_examples_of_the_page_are_read() {
    let sample = fs::read_to_string(sample().join("memlint.toml")).unwrap();
    let sample = sample.replace('\r', "");
    for block in blocks("toml") {
        let (file, text) = match block.strip_prefix("# Cargo.toml\n") {
            Some(text) => ("Cargo.toml", format!("{MANIFEST}\n{text}")),
            None => {
                let text = block
                    .strip_prefix("# memlint.toml\n")
                    .expect("names its file");
                assert!(sample.contains(text.trim()), "not in the sample:\n{text}");
                ("memlint.toml", text.to_owned())
            }
        };
        let scratch = user("page").file("src/lib.rs", "").file(file, text);
        let run = memlint(scratch.path(), &[]);
        assert_eq!(run.status, Some(0), "{block}\n{}", run.stderr);
    }
}

#[test]
fn the_example_of_the_readme_is_read() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let readme = readme.replace('\r', "");
    let block = readme.split("```toml\n").nth(1).unwrap();
    let block = block.split("```").next().unwrap();
    let code = "unsafe extern \"C\" { fn widget_new() -> *mut u8; }\n\
                pub fn f() { unsafe { let _ = widget_new(); } }\n";
    let scratch = user("readme")
        .file("src/lib.rs", code)
        .file("memlint.toml", block);
    let run = memlint(scratch.path(), &["--message-format=json"]);
    assert_eq!(found(&run), ["leaked_alloc src/lib.rs:2"], "{}", run.stderr);
}
