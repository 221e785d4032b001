//! Every lint over every fixture: nothing unexpected, nothing missing, and the text as expected.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};
use std::thread;
use ui_tests::fixture::{self, Finding, Fixture};
use ui_tests::labelled;
use ui_tests::tool::{self, Reported};

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");

#[test]
fn findings_are_those_announced() {
    let complaints = each_fixture(|fixture, reported| {
        let found = required(fixture, reported);
        let lines = |label: &str, from: &[Finding], but: &[Finding]| -> String {
            let missing = from.iter().filter(|finding| !but.contains(finding));
            missing
                .map(|finding| format!("  {label} {finding}\n"))
                .collect()
        };
        let mut complaint = lines("missing   ", &fixture.expected, &found);
        complaint += &lines("unexpected", &found, &fixture.expected);
        if complaint.is_empty() && found.len() != fixture.expected.len() {
            complaint += "  a finding is reported more than once\n";
        }
        complaint
    });
    assert_silent(&complaints);
}

#[test]
fn texts_are_as_expected() {
    let complaints = each_fixture(|fixture, reported| {
        // The text of wrong findings is of no interest, and must not be blessed.
        if required(fixture, reported) != fixture.expected {
            return String::new();
        }
        let text: String = reported
            .iter()
            .map(|r| r.rendered.trim_end().to_owned() + "\n\n")
            .collect();
        compare(&fixture.golden(), text.trim_end())
    });
    assert_silent(&complaints);
}

/// What was found, without what the fixture leaves open.
fn required(fixture: &Fixture, reported: &[Reported]) -> Vec<Finding> {
    let all = reported.iter().map(|r| r.finding.clone());
    let mut found: Vec<Finding> = all.filter(|f| !fixture.tolerated.contains(f)).collect();
    found.sort();
    found
}

#[test]
fn fixtures_and_labelled_items_compile() {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fixtures_compile");
    fs::create_dir_all(&scratch).unwrap();
    let support = ui_tests::repository().join("ui-tests/support/libc.rs");
    compile(&scratch, &support, "2024", &["--crate-name", "libc"]);
    let modules: Vec<PathBuf> = labelled::modules()
        .into_iter()
        .map(|file| file.path)
        .collect();
    // `annotated.rs` compiles those that need the macro.
    let plain = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        !text.contains("memlint::paired_alloc") && !modules.contains(path)
    };
    let fixtures = fixture::all().into_iter().map(|fixture| fixture.path);
    let labelled = labelled::all().into_iter().map(|file| file.path);
    let others = fixtures.chain(labelled).filter(plain).collect();
    compile_together(&scratch, "fixtures", "2024", others);
    compile_together(&scratch, "modules", "2021", modules);
}

/// Compiles files as the modules of one crate.
fn compile_together(scratch: &Path, name: &str, edition: &str, files: Vec<PathBuf>) {
    let mut modules = String::from("#![allow(warnings)]\n");
    for (index, path) in files.into_iter().enumerate() {
        modules += &format!("#[path = {path:?}]\nmod f{index};\n");
    }
    let root = scratch.join(format!("{name}.rs"));
    fs::write(&root, modules).unwrap();
    let libc = format!("libc={}", scratch.join("liblibc.rmeta").display());
    let args = ["--crate-name", name, "--extern", &libc];
    compile(scratch, &root, edition, &args);
}

fn compile(out: &Path, source: &Path, edition: &str, args: &[&str]) {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args([
            "--edition",
            edition,
            "--crate-type",
            "lib",
            "--emit",
            "metadata",
            "--cap-lints",
            "allow",
        ])
        .args(args)
        .arg("--out-dir")
        .arg(out)
        .arg(source)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A fixture, and what the tool reported of it or how it failed.
type Outcome = (Fixture, Result<Vec<Reported>, String>);

/// Gathers what `judge` complains of.
fn each_fixture(judge: impl Fn(&Fixture, &[Reported]) -> String) -> Vec<String> {
    let complain = |(fixture, outcome): &Outcome| {
        let complaint = match outcome {
            Ok(reported) => judge(fixture, reported),
            Err(trouble) => trouble.clone(),
        };
        (!complaint.is_empty()).then(|| format!("{}\n{complaint}", fixture.name))
    };
    outcomes().iter().filter_map(complain).collect()
}

/// The tool over every fixture alone, two at a time, once for all tests.
fn outcomes() -> &'static [Outcome] {
    static OUTCOMES: OnceLock<Vec<Outcome>> = OnceLock::new();
    OUTCOMES.get_or_init(|| {
        let fixtures = Mutex::new(fixture::all());
        let work = || {
            let mut outcomes = Vec::new();
            while let Some(fixture) = next(&fixtures) {
                let outcome = tool::check(PROGRAM, &fixture::folder(), &fixture.name);
                outcomes.push((fixture, outcome));
            }
            outcomes
        };
        let mut outcomes: Vec<Outcome> = thread::scope(|scope| {
            let workers = [scope.spawn(work), scope.spawn(work)];
            workers
                .into_iter()
                .flat_map(|worker| worker.join().unwrap())
                .collect()
        });
        outcomes.sort_by(|a, b| a.0.name.cmp(&b.0.name));
        outcomes
    })
}

fn next(fixtures: &Mutex<Vec<Fixture>>) -> Option<Fixture> {
    fixtures.lock().unwrap().pop()
}

fn compare(golden: &Path, text: &str) -> String {
    let expected = fs::read_to_string(golden).unwrap_or_default();
    if expected.trim_end() == text {
        return String::new();
    }
    if ui_tests::blessing() {
        let done = match text {
            "" => fs::remove_file(golden),
            text => fs::write(golden, format!("{text}\n")),
        };
        return done
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
    }
    format!("--- expected\n{expected}--- found (`cargo xtask bless` accepts it)\n{text}\n")
}

fn assert_silent(complaints: &[String]) {
    assert!(
        complaints.is_empty(),
        "{} fixtures:\n{}",
        complaints.len(),
        complaints.concat()
    );
}
