//! The files by which others take the tool up: hooks, the Action, binstall, and the page about them.

use std::collections::BTreeSet;
use std::fs;
use ui_tests::repository;
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};
use yaml_rust2::{Yaml, YamlLoader};

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");

fn yaml(name: &str) -> Yaml {
    let text = fs::read_to_string(repository().join(name)).unwrap();
    YamlLoader::load_from_str(&text).unwrap().remove(0)
}

fn text(value: &Yaml) -> &str {
    value.as_str().unwrap_or_default()
}

/// Fails unless the program knows all options; `--help` ends it before it does anything.
#[track_caller]
fn understood(args: &[&str]) {
    let args: Vec<&str> = args.iter().copied().chain(["--help"]).collect();
    let run = tool::run(PROGRAM, &repository(), &args);
    assert_eq!(run.status, Some(0), "{args:?}: {}", run.stderr);
}

#[test]
fn an_unknown_option_would_be_noticed() {
    let run = tool::run(PROGRAM, &repository(), &["memlint", "--no-such", "--help"]);
    assert_eq!(run.status, Some(2));
}

#[test]
fn every_hook_calls_the_program_with_options_that_exist() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks = hooks.as_vec().unwrap();
    let ids: Vec<&str> = hooks.iter().map(|hook| text(&hook["id"])).collect();
    assert_eq!(ids, ["memlint", "memlint-system", "memlint-staged"]);
    for hook in hooks {
        let id = text(&hook["id"]);
        let words: Vec<&str> = text(&hook["entry"]).split(' ').collect();
        let words = match text(&hook["language"]) {
            // Built from source, the program itself is on the path.
            "rust" => words.strip_prefix(&["cargo-memlint"]),
            _ => words.strip_prefix(&["cargo"]),
        };
        let words = words.unwrap_or_else(|| panic!("{id} calls another program"));
        assert_eq!(words[0], "memlint", "{id}");
        assert!(
            words.contains(&"warnings"),
            "{id}: a hook shows nothing unless it fails"
        );
        understood(words);
        assert_eq!(hook["pass_filenames"], Yaml::Boolean(false), "{id}");
        assert_eq!(hook["require_serial"], Yaml::Boolean(true), "{id}");
        assert!(!text(&hook["description"]).is_empty(), "{id}");
    }
}

/// The names after a prefix in all `${{ .. }}` of a text.
fn used(text: &str, prefix: &str) -> BTreeSet<String> {
    let places = text.split(prefix).skip(1);
    let name = |rest: &str| {
        let plain = |c: &char| c.is_alphanumeric() || *c == '-' || *c == '_';
        rest.chars().take_while(plain).collect()
    };
    places.map(name).collect()
}

#[test]
fn the_action_is_sound() {
    let source = fs::read_to_string(repository().join("action.yml")).unwrap();
    let action = yaml("action.yml");
    assert_eq!(text(&action["runs"]["using"]), "composite");
    let declared: BTreeSet<String> = action["inputs"]
        .as_hash()
        .unwrap()
        .iter()
        .map(|(name, input)| {
            assert!(!text(&input["description"]).is_empty(), "{name:?}");
            assert!(!input["default"].is_badvalue(), "{name:?}");
            text(name).to_owned()
        })
        .collect();
    assert_eq!(
        used(&source, "inputs."),
        declared,
        "inputs used and declared"
    );
    let steps = action["runs"]["steps"].as_vec().unwrap();
    let mut ids = BTreeSet::new();
    for step in steps {
        let name = text(&step["name"]);
        ids.extend(step["id"].as_str().map(str::to_owned));
        match (step["run"].as_str(), step["uses"].as_str()) {
            (Some(script), None) => {
                assert_eq!(text(&step["shell"]), "bash", "{name}");
                assert!(
                    !script.contains("${{"),
                    "{name}: inputs come by the environment"
                );
            }
            (None, Some(uses)) => {
                let (_, version) = uses.split_once('@').unwrap_or_default();
                assert!(version.starts_with('v'), "{name}: {uses}");
            }
            _ => panic!("{name} neither runs nor uses anything"),
        }
    }
    assert!(used(&source, "steps.").is_subset(&ids), "{ids:?}");
    for output in action["outputs"].as_hash().unwrap().keys() {
        assert!(
            source.contains(&format!("{}=", text(output))),
            "{output:?} is never set"
        );
    }
}

/// Runs a step of the Action as a runner does.
#[cfg(unix)]
fn step(scratch: &Scratch, name: &str, env: &[(&str, &str)]) -> Run {
    let action = yaml("action.yml");
    let steps = action["runs"]["steps"].as_vec().unwrap();
    let step = steps
        .iter()
        .find(|step| text(&step["name"]) == name)
        .unwrap();
    let top = scratch.path().display().to_string();
    let (root, output) = (format!("{top}/root"), format!("{top}/output"));
    let mut all = vec![
        ("GITHUB_WORKSPACE", &*top),
        ("GITHUB_OUTPUT", &*output),
        ("ROOT", &*root),
    ];
    all.extend(env);
    let args = [
        "--noprofile",
        "--norc",
        "-eo",
        "pipefail",
        "-c",
        text(&step["run"]),
    ];
    tool::run_with("bash", &scratch.path().join("imagekit"), &args, &all)
}

#[test]
#[cfg(unix)]
fn the_steps_of_the_action_work() {
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "adoption_action");
    let scratch = scratch
        .sample("imagekit")
        .file("root/bin/.keep", "")
        .file(".git/HEAD", "");
    std::os::unix::fs::symlink(PROGRAM, scratch.path().join("root/bin/cargo-memlint")).unwrap();
    let check = |args: &str, annotations: &str| {
        scratch.write("output", "");
        let env = [
            ("ARGS", args),
            ("ANNOTATIONS", annotations),
            ("SARIF_FILE", "memlint.sarif"),
        ];
        let run = step(&scratch, "Check", &env);
        assert_eq!(run.status, Some(0), "{}", run.stderr);
        (run.stdout, scratch.read("output"))
    };
    let (said, output) = check("", "true");
    assert_eq!(said.lines().count(), 6, "{said}");
    assert!(
        said.starts_with("::error file=imagekit/src/decode.rs,line=18,"),
        "{said}"
    );
    assert_eq!(output, "sarif-file=memlint.sarif\nstatus=1\n");
    let log: serde_json::Value = serde_json::from_str(&scratch.read("memlint.sarif")).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(6));
    let (said, output) = check("-A all", "false");
    assert_eq!(
        (&*said, &*output),
        ("", "sarif-file=memlint.sarif\nstatus=0\n")
    );
    // Nothing in an input is a command, and what cannot be run is not uploaded.
    let (said, output) = check("--no-such; echo injected $(echo injected)", "true");
    assert_eq!((&*said, &*output), ("", "status=2\n"));
    for status in ["0", "1", "2"] {
        let run = step(&scratch, "Tell the status", &[("STATUS", status)]);
        assert_eq!(run.status, status.parse().ok());
    }
}

#[test]
fn binstall_knows_where_a_release_would_be() {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let binstall = &manifest["package"]["metadata"]["binstall"];
    for (key, parts) in [
        (
            "pkg-url",
            &["{ version }", "{ target }", "{ name }", "https://"][..],
        ),
        ("bin-dir", &["{ bin }{ binary-ext }", "{ target }"]),
    ] {
        let value = binstall[key].as_str().unwrap();
        assert!(
            parts.iter().all(|part| value.contains(part)),
            "{key}: {value}"
        );
    }
}

/// The commands of a page: lines of its `sh` blocks and the words of hooks and Actions.
fn commands(page: &str) -> Vec<String> {
    let blocks = page
        .split("```sh\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next());
    let lines = blocks
        .flat_map(str::lines)
        .map(|line| line.split(" #").next().unwrap_or_default());
    let ours = lines.filter_map(|line| line.trim().strip_prefix("cargo memlint"));
    ours.map(|args| args.trim().to_owned()).collect()
}

#[test]
fn every_command_of_the_page_is_understood() {
    let page = fs::read_to_string(repository().join("docs/ci.md")).unwrap();
    let commands = commands(&page);
    assert!(commands.len() >= 8, "{commands:?}");
    for command in commands {
        let args = command.split(" > ").next().unwrap_or_default();
        let words: Vec<&str> = args.split_whitespace().collect();
        understood(&[&["memlint"], &words[..]].concat());
    }
    for id in ["memlint", "memlint-system", "memlint-staged"] {
        assert!(page.contains(&format!("`{id}`")), "{id} is described");
    }
    let inputs = yaml("action.yml");
    for name in inputs["inputs"].as_hash().unwrap().keys() {
        assert!(
            page.contains(&format!("`{}`", text(name))),
            "{name:?} is described"
        );
    }
}
