//! `cargo memlint audit`: each verdict and reason, and that *proven* is never said of what has a finding.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use ui_tests::fixture;
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("audit")
}

fn audit(folder: &Path, args: &[&str]) -> Run {
    let mut all = vec!["memlint", "audit"];
    all.extend(args);
    let run = tool::run(PROGRAM, folder, &all);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    run
}

fn sites(folder: &Path, file: &str) -> Vec<Value> {
    let run = audit(folder, &["-q", "--message-format=json", file]);
    let document: Value = serde_json::from_str(&run.stdout).expect("one JSON document");
    document["sites"].as_array().expect("a list").clone()
}

fn holds(golden: &str, text: &str) {
    let path = folder().join(golden);
    if ui_tests::blessing() {
        fs::write(&path, text).expect("the folder is writable");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(expected, text, "`cargo xtask bless` accepts it");
}

#[test]
fn each_verdict_and_reason_has_its_words() {
    holds("sites.txt", &audit(&folder(), &["sites.rs"]).stdout);
    let json = audit(&folder(), &["sites.rs", "--message-format", "json"]).stdout;
    holds("sites.json", &json);
    // A function says by its name what its places are.
    let verdicts = [
        ("proven", "proven"),
        ("proven_owner", "proven"),
        ("defect", "defect"),
    ];
    for site in sites(&folder(), "sites.rs") {
        let function = site["function"].as_str().unwrap();
        let stated = verdicts.iter().find(|v| v.0 == function);
        let expected = stated.map_or("not proven", |v| v.1);
        if !function.starts_with("resized") {
            assert_eq!(site["verdict"], expected, "{site}");
        }
    }
}

#[test]
fn what_has_a_finding_is_never_proven() {
    let mut proven = 0;
    for fixture in fixture::all() {
        let name = fixture.path.display().to_string();
        let silent = fixture.name.rsplit('/').next().unwrap().starts_with("ok_");
        for site in sites(&folder(), &name) {
            let lines = site["line"].as_u64().unwrap()..=site["end_line"].as_u64().unwrap();
            let mut found = fixture.expected.iter().chain(&fixture.tolerated);
            let found = found.any(|f| lines.contains(&(f.line as u64)));
            assert!(!(found && site["verdict"] == "proven"), "{name}: {site}");
            assert!(!(silent && site["verdict"] == "defect"), "{name}: {site}");
            proven += usize::from(site["verdict"] == "proven");
        }
    }
    // A test that never meets the word says nothing about it.
    assert!(proven > 50, "{proven}");
}

#[test]
fn the_page_is_whole_and_keeps_text_apart_from_markup() {
    let text = "\
// </script><img src=x onerror=alert(1)>
pub fn pair() {
    unsafe { libc::free(libc::malloc(8)) }
}
";
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "audit-1").file("a.rs", text);
    audit(scratch.path(), &["a.rs", "--html", "page.html", "-q"]);
    let page = fs::read_to_string(scratch.path().join("page.html")).expect("the page");
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(!page.contains("<img") && !page.contains("http"));
    let data = page.split("id=\"data\">").nth(1).unwrap();
    let data: Value = serde_json::from_str(data.split("</script>").next().unwrap()).expect("data");
    assert_eq!(data["sites"].as_array().unwrap().len(), 2);
    assert_eq!(data["files"]["a.rs"]["2"], "pub fn pair() {");
}

#[test]
fn an_audit_without_places_says_so() {
    let scratch =
        Scratch::new(env!("CARGO_TARGET_TMPDIR"), "audit-2").file("a.rs", "pub fn none() {}\n");
    let run = audit(scratch.path(), &["a.rs"]);
    assert!(run.stdout.starts_with("no place"), "{}", run.stdout);
}

#[test]
fn ten_thousand_places_are_written() {
    let one = |n| format!("pub fn f{n}() {{ unsafe {{ libc::free(libc::malloc({n})) }} }}\n");
    let text: String = (1..=5_000).map(one).collect();
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "audit-3").file("a.rs", &text);
    let args = ["a.rs", "-q", "--html", "page.html", "--message-format=json"];
    let run = audit(scratch.path(), &args);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["counts"]["places"], 10_000);
    assert_eq!(document["counts"]["proven"], 10_000);
    let page = fs::metadata(scratch.path().join("page.html")).unwrap();
    assert!(page.len() < 10_000_000, "{}", page.len());
}

#[test]
fn a_page_that_cannot_be_written_is_told() {
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "audit-4")
        .file("a.rs", "pub fn f() { unsafe { libc::malloc(1) }; }\n");
    let args = ["memlint", "audit", "a.rs", "--html", "none/page.html"];
    let run = tool::run(PROGRAM, scratch.path(), &args);
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("cannot be written"), "{}", run.stderr);
}
