//! The formats over the sample crate: golden files, what their readers demand, and who gets what.

use serde_json::Value;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");
const MACHINE: [&str; 4] = ["json", "sarif", "github", "gitlab"];

/// The sample in a folder of its own that looks like the top of a repository.
fn sample(name: &str) -> Scratch {
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), &format!("formats_{name}"));
    scratch.sample("imagekit").file(".git/HEAD", "")
}

fn report(scratch: &Scratch, format: &str, env: &[(&str, &str)]) -> Run {
    let format = format!("--message-format={format}");
    let args = ["memlint", "--manifest-path", "imagekit/Cargo.toml", &format];
    tool::run_with(PROGRAM, scratch.path(), &args, env)
}

#[track_caller]
fn golden(name: &str, found: &str) {
    let path = ui_tests::repository().join("ui-tests/samples").join(name);
    if ui_tests::blessing() {
        fs::write(&path, found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let expected = expected.replace('\r', "");
    assert!(found == expected, "expected\n{expected}\nfound\n{found}");
}

#[test]
fn texts_in_short_are_as_expected() {
    let run = report(&sample("short"), "short", &[]);
    golden("imagekit.short", &run.stderr);
}

#[test]
fn texts_in_github_are_as_expected() {
    let run = report(&sample("github"), "github", &[]);
    golden("imagekit.github", &run.stdout);
}

#[test]
fn texts_in_gitlab_are_as_expected() {
    let run = report(&sample("gitlab"), "gitlab", &[]);
    golden("imagekit.gitlab", &run.stdout);
}

#[test]
fn texts_in_json_are_as_expected() {
    let scratch = sample("json");
    let run = report(&scratch, "json", &[]);
    // Cargo's messages name files of the machine.
    let top = scratch.path().display().to_string();
    let mut lines = String::new();
    for line in run.stdout.lines() {
        let mut value: Value = serde_json::from_str(line).unwrap();
        if let Some(code) = value.pointer_mut("/message/code/explanation") {
            assert!(
                code.as_str()
                    .is_some_and(|text| text.contains("Use instead"))
            );
            *code = Value::Null;
        }
        lines.push_str(&serde_json::to_string_pretty(&value).unwrap());
        lines.push('\n');
    }
    golden("imagekit.json", &lines.replace(&top, "[ROOT]"));
}

#[test]
fn texts_in_sarif_are_as_expected() {
    let run = report(&sample("sarif"), "sarif", &[]);
    let mut log: Value = serde_json::from_str(&run.stdout).unwrap();
    let driver = &mut log["runs"][0]["tool"]["driver"];
    let version = driver["semanticVersion"].take();
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    driver["fullName"].take();
    // The texts of the rules are those of `--explain`, and tested there.
    for rule in driver["rules"].as_array_mut().unwrap() {
        for help in ["text", "markdown"] {
            let text = rule["help"][help].take();
            assert!(
                text.as_str()
                    .is_some_and(|text| text.contains("Use instead"))
            );
        }
    }
    let found = serde_json::to_string_pretty(&log).unwrap() + "\n";
    golden("imagekit.sarif", &found);
}

#[test]
fn threads_change_nothing() {
    let scratch = sample("threads");
    for format in MACHINE.iter().chain(&["human", "short"]) {
        let runs = ["1", "2", "7"].map(|n| report(&scratch, format, &[("RAYON_NUM_THREADS", n)]));
        let said = |run: &Run| (run.status, run.stdout.clone(), run.stderr.clone());
        assert!(
            runs.iter().all(|run| said(run) == said(&runs[0])),
            "{format}"
        );
    }
}

#[test]
fn machines_read_standard_output_and_people_standard_error() {
    let scratch = sample("streams").file("imagekit/src/broken.rs", "fn x( {\n malloc\n");
    let lib = scratch.read("imagekit/src/lib.rs");
    scratch.write("imagekit/src/lib.rs", lib + "\nmod broken;\n");
    for format in MACHINE {
        let run = report(&scratch, format, &[]);
        assert_eq!(run.status, Some(1), "{format}: {}", run.stderr);
        assert!(!run.stdout.is_empty(), "{format}");
        assert!(run.stderr.contains("the file was left out"), "{format}");
        assert!(
            !run.stderr.contains("memlint::"),
            "{format}: {}",
            run.stderr
        );
    }
    for format in ["human", "short"] {
        assert_eq!(report(&scratch, format, &[]).stdout, "", "{format}");
    }
    let annotations = report(&scratch, "github", &[]).stdout;
    let last = annotations.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("::warning file=imagekit/src/broken.rs,line="),
        "{last}"
    );
    let log: Value = serde_json::from_str(&report(&scratch, "sarif", &[]).stdout).unwrap();
    let told = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    let place = &told["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "imagekit/src/broken.rs");
    assert!(place["region"]["startLine"].as_u64() >= Some(1), "{told}");
}

#[test]
fn nothing_found_is_a_report_too() {
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "formats_nothing");
    let scratch = scratch.file("right.rs", "pub fn f() {}\n");
    let said = |format: &str| {
        let format = format!("--message-format={format}");
        let run = tool::run(PROGRAM, scratch.path(), &["memlint", &format, "right.rs"]);
        assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
        run.stdout
    };
    assert_eq!(said("gitlab"), "[]\n");
    assert_eq!(said("github"), "");
    let log: Value = serde_json::from_str(&said("sarif")).unwrap();
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
    assert_eq!(log["runs"][0]["invocations"][0]["exitCode"], 0);
}

#[test]
fn fingerprints_survive_moved_lines() {
    let scratch = sample("moved");
    let prints = || -> Vec<(String, String)> {
        let log: Value = serde_json::from_str(&report(&scratch, "sarif", &[]).stdout).unwrap();
        let gitlab: Value = serde_json::from_str(&report(&scratch, "gitlab", &[]).stdout).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        let of = |(result, issue): (&Value, &Value)| {
            let print = &result["partialFingerprints"]["memlint/v1"];
            let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (word(print), word(&issue["fingerprint"]))
        };
        results.zip(gitlab.as_array().unwrap()).map(of).collect()
    };
    let before = prints();
    assert_eq!(before.len(), 6);
    for entry in fs::read_dir(scratch.path().join("imagekit/src")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("// one\n\n// two\n{text}")).unwrap();
    }
    assert_eq!(prints(), before);
}

/// What GitHub demands of a log, beyond the schema.
fn check_for_github(log: &Value) -> usize {
    let run = &log["runs"][0];
    assert_eq!(log["version"], "2.1.0");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), memlint_lints::all().len());
    let results = run["results"].as_array().unwrap();
    assert!(results.len() <= 25_000);
    let mut prints = HashSet::new();
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let flows = result["codeFlows"].as_array().map_or(0, Vec::len);
        assert!(flows <= 10);
        for location in locations(result) {
            let physical = &location["physicalLocation"];
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
            assert!(
                !uri.starts_with('/') && !uri.contains(':') && !uri.contains(".."),
                "{uri}"
            );
            assert_eq!(physical["artifactLocation"]["uriBaseId"], "SRCROOT");
            let at = |field: &str| physical["region"][field].as_u64().unwrap();
            let (start, end) = (
                (at("startLine"), at("startColumn")),
                (at("endLine"), at("endColumn")),
            );
            assert!(start.0 >= 1 && start.1 >= 1 && start <= end, "{physical}");
        }
        let print = result["partialFingerprints"]["memlint/v1"]
            .as_str()
            .unwrap();
        let file = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert!(
            prints.insert((file.to_string(), print.to_owned())),
            "{print} twice"
        );
    }
    results.len()
}

/// All places of a result.
fn locations(result: &Value) -> Vec<&Value> {
    let mut found: Vec<&Value> = result["locations"].as_array().unwrap().iter().collect();
    assert_eq!(found.len(), 1);
    found.extend(result["relatedLocations"].as_array().into_iter().flatten());
    for flow in result["codeFlows"].as_array().into_iter().flatten() {
        for thread in flow["threadFlows"].as_array().into_iter().flatten() {
            let steps = thread["locations"].as_array().unwrap();
            assert!((2..=10_000).contains(&steps.len()));
            for (n, step) in steps.iter().enumerate() {
                assert_eq!(step["executionOrder"], n + 1);
                let words = step["location"]["message"]["text"].as_str();
                assert!(words.is_some_and(|words| !words.is_empty()), "{step}");
                found.push(&step["location"]);
            }
        }
    }
    found
}

#[test]
fn what_is_found_in_all_fixtures_is_as_github_demands() {
    let fixtures: PathBuf = ui_tests::fixture::folder();
    let args = ["memlint", "-W", "all", "--message-format=sarif", "."];
    let run = tool::run(PROGRAM, &fixtures, &args);
    let log: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(check_for_github(&log) > 100, "{}", run.stderr);
}

#[test]
fn ten_thousand_findings_in_one_file() {
    let mut text = String::new();
    for n in 0..10_000 {
        text.push_str(&format!(
            "pub fn f{n}(b: Box<u64>) {{ unsafe {{ libc::free(Box::into_raw(b).cast()) }} }}\n"
        ));
    }
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "formats_many");
    let scratch = scratch.file("many.rs", text).file(".git/HEAD", "");
    let said = |format: &str| {
        let format = format!("--message-format={format}");
        let run = tool::run(PROGRAM, scratch.path(), &["memlint", &format, "many.rs"]);
        assert_eq!(run.status, Some(1), "{format}: {}", run.stderr);
        run
    };
    let log: Value = serde_json::from_str(&said("sarif").stdout).unwrap();
    assert_eq!(check_for_github(&log), 10_000);
    let gitlab: Value = serde_json::from_str(&said("gitlab").stdout).unwrap();
    let issues = gitlab.as_array().unwrap();
    let prints: HashSet<_> = issues
        .iter()
        .map(|issue| issue["fingerprint"].as_str())
        .collect();
    assert_eq!(prints.len(), 10_000);
    assert_eq!(said("github").stdout.lines().count(), 10_000);
    assert_eq!(said("json").findings().len(), 10_000);
    assert_eq!(said("short").stderr.lines().count(), 10_001);
    assert_eq!(
        said("human").stderr.matches("error[memlint").count(),
        10_000
    );
}

#[test]
#[cfg(unix)]
fn a_reader_may_go_away() {
    use std::process::Stdio;
    let scratch = sample("pipe");
    for format in MACHINE.iter().chain(&["human", "short"]) {
        let format = format!("--message-format={format}");
        let args = ["memlint", "--manifest-path", "imagekit/Cargo.toml", &format];
        let mut command = tool::command(PROGRAM, scratch.path(), &args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Closed before anything is written.
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().unwrap().code(), Some(1), "{format}");
    }
}

#[test]
fn a_pipe_and_a_full_device_are_told_apart() {
    let full = Path::new("/dev/full");
    if !full.exists() {
        return;
    }
    let scratch = sample("full");
    let args = [
        "memlint",
        "--manifest-path",
        "imagekit/Cargo.toml",
        "--message-format=sarif",
    ];
    let device = fs::File::options().write(true).open(full).unwrap();
    let mut command = tool::command(PROGRAM, scratch.path(), &args);
    let output = command.stdout(device).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the output cannot be written"), "{said}");
}
