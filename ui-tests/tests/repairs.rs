//! Repairs: what they make of the code, that it compiles, and that nothing is left to do afterwards.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};
use ui_tests::{fixture, repository};

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");

fn memlint(folder: &Path, args: &[&str]) -> Run {
    let mut all = vec!["memlint"];
    all.extend(tool::LEVELS);
    all.extend(args);
    tool::run(PROGRAM, folder, &all)
}

/// Repairs a folder with these options.
fn repair(folder: &Path, options: &[&str]) -> Run {
    let mut args = vec!["--allow-no-vcs", "."];
    args.extend(options);
    let run = memlint(folder, &args);
    assert!(matches!(run.status, Some(0 | 1)), "{}", run.stderr);
    run
}

/// How often each lint fires in each file.
fn counts(folder: &Path) -> BTreeMap<(String, String), usize> {
    let run = memlint(folder, &["--message-format=json", "."]);
    assert!(matches!(run.status, Some(0 | 1)), "{}", run.stderr);
    let mut counts = BTreeMap::new();
    for found in run.findings() {
        *counts.entry((found.file, found.finding.lint)).or_default() += 1;
    }
    counts
}

fn sources(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => {
                    let text = fs::read_to_string(&path).unwrap();
                    found.insert(path, text);
                }
            }
        }
    }
    found
}

/// Compiles the files as modules of one crate.
fn compile(scratch: &Scratch, files: &[PathBuf]) {
    let out = scratch.path().join("../compiled");
    fs::create_dir_all(&out).unwrap();
    let rustc = |source: &Path, args: &[&str]| {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let output = Command::new(rustc)
            .args([
                "--edition",
                "2024",
                "--crate-type",
                "lib",
                "--emit",
                "metadata",
            ])
            .args(["--cap-lints", "allow", "--out-dir"])
            .arg(&out)
            .args(args)
            .arg(source)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    };
    rustc(
        &repository().join("ui-tests/support/libc.rs"),
        &["--crate-name", "libc"],
    );
    let mut root = String::from("#![allow(warnings)]\n");
    for (index, file) in files.iter().enumerate() {
        root += &format!("#[path = {file:?}]\nmod f{index};\n");
    }
    let name = scratch
        .path()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .replace('-', "_");
    let main = out.join(format!("{name}.rs"));
    fs::write(&main, root).unwrap();
    let libc = format!("libc={}", out.join("liblibc.rmeta").display());
    rustc(&main, &["--crate-name", &name, "--extern", &libc]);
}

/// Every file of the folder, repaired: nothing new is found, all compiles, and a second run finds
/// nothing to do. How many findings are gone.
fn repaired_well(scratch: &Scratch, options: &[&str]) -> usize {
    let folder = scratch.path();
    let before = counts(folder);
    repair(folder, options);
    let after = counts(folder);
    for (place, count) in &after {
        let known = before.get(place).copied().unwrap_or(0);
        assert!(*count <= known, "{place:?}: {known} before, {count} now");
    }
    let texts = sources(folder);
    let again = repair(folder, options);
    assert!(again.stderr.contains("fixed nothing"), "{}", again.stderr);
    assert_eq!(texts, sources(folder), "a second run changes something");
    let plain = texts
        .into_iter()
        .filter(|(_, text)| !text.contains("memlint::paired_alloc"));
    let files: Vec<PathBuf> = plain.map(|(path, _)| path).collect();
    compile(scratch, &files);
    before.values().sum::<usize>() - after.values().sum::<usize>()
}

fn copied(name: &str, folder: &Path) -> Scratch {
    let mut scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), name);
    for (path, text) in sources(folder) {
        if path.extension().is_some_and(|extension| extension == "rs") {
            let below = path.strip_prefix(folder).unwrap();
            scratch = scratch.file(&below.to_string_lossy(), text);
        }
    }
    scratch
}

#[test]
fn all_fixtures_with_certain_repairs() {
    let scratch = copied("repairs-certain", &fixture::folder());
    let gone = repaired_well(&scratch, &["--fix"]);
    assert!(gone >= 14, "{gone}");
}

#[test]
fn all_fixtures_with_all_repairs() {
    let scratch = copied("repairs-all", &fixture::folder());
    let gone = repaired_well(&scratch, &["--unsafe-fixes"]);
    assert!(gone >= 30, "{gone}");
}

#[test]
fn repaired_texts_are_as_expected() {
    let folder = repository().join("ui-tests/repairs");
    for (option, extension) in [("--fix", "fixed"), ("--unsafe-fixes", "unsafe")] {
        let scratch = copied(&format!("repairs-{extension}"), &folder);
        assert!(repaired_well(&scratch, &[option]) > 0);
        for (path, text) in sources(scratch.path()) {
            let name = path.file_name().unwrap();
            let golden = folder.join(name).with_extension(extension);
            if ui_tests::blessing() {
                fs::write(&golden, &text).unwrap();
            }
            let expected = fs::read_to_string(&golden).unwrap_or_default();
            assert!(text == expected, "{golden:?}: found\n{text}");
        }
    }
}

/// The numbers in a line.
fn numbers(line: &str) -> Vec<usize> {
    let words = line.split(|c: char| !c.is_ascii_digit());
    words.filter_map(|word| word.parse().ok()).collect()
}

#[test]
fn what_the_summary_promises_is_done() {
    let folder = repository().join("ui-tests/repairs");
    for option in ["--fix", "--unsafe-fixes"] {
        let scratch = copied(&format!("repairs-promised{option}"), &folder);
        let promise = memlint(scratch.path(), &["."]).stderr;
        let (_, promise) = promise.split_once("`--fix` repairs ").expect("some do");
        let promised: usize = match option {
            "--fix" => numbers(promise)[0],
            _ => numbers(promise).iter().sum(),
        };
        let run = repair(scratch.path(), &[option]);
        let (_, done) = run.stderr.split_once("memlint: fixed ").expect("some are");
        assert!(numbers(done)[0] >= promised, "{promise}: {done}");
        assert!(!run.stderr.contains("taken back"), "{}", run.stderr);
    }
}

#[test]
fn what_the_json_suggests_is_what_fix_does() {
    let folder = repository().join("ui-tests/repairs");
    let fixed = copied("repairs-json", &folder);
    let run = memlint(fixed.path(), &["--message-format=json", "."]);
    let mut applied = 0;
    for (path, text) in sources(fixed.path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let lines = run.messages().into_iter().filter(|message| {
            message["spans"][0]["file_name"]
                .as_str()
                .is_some_and(|file| file.ends_with(&name))
        });
        let lines: String = lines.map(|message| format!("{message}\n")).collect();
        let suggestions = rustfix::get_suggestions_from_json(
            &lines,
            &HashSet::new(),
            rustfix::Filter::MachineApplicableOnly,
        );
        let suggestions = suggestions.expect("rustfix reads our messages");
        let mut code = rustfix::CodeFix::new(&text);
        for suggestion in &suggestions {
            // Repairs that meet are left for the next round, as here.
            applied += usize::from(code.apply(suggestion).is_ok());
        }
        fs::write(&path, code.finish().expect("the edits fit")).unwrap();
    }
    assert!(applied >= 15, "{applied}");
    // The third release of three is only seen in a second round.
    repair(fixed.path(), &["--fix"]);
    for (path, text) in sources(fixed.path()) {
        let golden = folder
            .join(path.file_name().unwrap())
            .with_extension("fixed");
        assert_eq!(text, fs::read_to_string(golden).unwrap());
    }
}
