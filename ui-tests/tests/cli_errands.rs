//! `init`, `init --hook`, `completions` and `man`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

const MANIFEST: &str =
    "[package]\nname = \"user\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
const FAULTY: &str =
    "pub fn f(text: std::ffi::CString) {\n    unsafe { libc::free(text.into_raw().cast()) }\n}\n";
const RIGHT: &str = "pub fn f(text: std::ffi::CString) -> usize {\n    text.as_bytes().len()\n}\n";

fn scratch(name: &str) -> Scratch {
    Scratch::new(env!("CARGO_TARGET_TMPDIR"), name)
}

fn memlint(folder: &Path, args: &str) -> Run {
    let mut all = vec!["memlint"];
    all.extend(args.split_whitespace());
    tool::run(env!("CARGO_BIN_EXE_memlint-under-test"), folder, &all)
}

#[track_caller]
fn ends_with(folder: &Path, args: &str, status: i32) -> Run {
    let run = memlint(folder, args);
    run.ended(status)
}

#[test]
fn the_first_configuration_is_read_as_it_is_and_with_its_examples() {
    let scratch = scratch("init")
        .file("Cargo.toml", MANIFEST)
        .file("src/lib.rs", RIGHT);
    let file = scratch.path().join("memlint.toml");
    // From a folder below, it goes to the root of the workspace.
    ends_with(&scratch.path().join("src"), "init", 0);
    let text = fs::read_to_string(&file).unwrap();
    ends_with(scratch.path(), "", 0);
    let uncommented = |line: &str| match line.strip_prefix('#') {
        Some(example) if !example.is_empty() && !example.starts_with(' ') => example.to_owned(),
        _ => line.to_owned(),
    };
    let lines: Vec<String> = text.lines().map(uncommented).collect();
    let examples = lines.iter().filter(|line| !line.starts_with('#')).count();
    assert!(examples >= 8, "{text}");
    fs::write(&file, lines.join("\n")).unwrap();
    ends_with(scratch.path(), "", 0);
}

#[test]
fn a_configuration_is_not_overwritten() {
    let scratch = scratch("init_again")
        .file("Cargo.toml", MANIFEST)
        .file("src/lib.rs", "")
        .file(".memlint.toml", "exclude = [\"mine\"]\n");
    let run = ends_with(scratch.path(), "init", 2);
    assert!(run.stderr.contains(".memlint.toml"), "{}", run.stderr);
    assert!(run.stderr.contains("--force"), "{}", run.stderr);
    ends_with(scratch.path(), "init --force", 0);
    let text = fs::read_to_string(scratch.path().join(".memlint.toml")).unwrap();
    assert!(text.contains("[levels]"), "{text}");
    assert!(!scratch.path().join("memlint.toml").exists());
    let table = "[workspace.metadata.memlint]\nexclude = []\n";
    fs::remove_file(scratch.path().join(".memlint.toml")).unwrap();
    let scratch = scratch.file("Cargo.toml", format!("{MANIFEST}\n{table}"));
    let run = ends_with(scratch.path(), "init --force", 2);
    assert!(
        run.stderr.contains("stands in the manifest"),
        "{}",
        run.stderr
    );
}

#[test]
fn no_half_written_file_stays() {
    // The name is taken by a folder, so that the file cannot be put there.
    let scratch = scratch("init_taken")
        .file("Cargo.toml", MANIFEST)
        .file("src/lib.rs", "")
        .file("memlint.toml/inside", "");
    let run = ends_with(scratch.path(), "init --force", 2);
    assert!(run.stderr.contains("cannot be written"), "{}", run.stderr);
    let names = fs::read_dir(scratch.path()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["Cargo.toml", "memlint.toml", "src"]);
}

fn git(folder: &Path, args: &[&str]) -> (bool, String) {
    git_with(folder, args, "")
}

/// Git without the settings of the machine, and with `cargo-memlint` on the path.
fn git_with(folder: &Path, args: &[&str], bin: impl AsRef<OsStr>) -> (bool, String) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let parts = [PathBuf::from(bin.as_ref())].into_iter();
    let path = std::env::join_paths(parts.chain(std::env::split_paths(&path))).unwrap();
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=t", "-c", "user.email=t@example.invalid"])
        .args(args)
        .env("PATH", path)
        .env("GIT_CONFIG_GLOBAL", "")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .expect("git is there");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// A repository of one package, and a folder with the program under its real name.
fn repository(test: &str, package: &str) -> (Scratch, PathBuf) {
    let under = |name: &str| format!("{package}{name}");
    let scratch = scratch(test)
        .file(&under("Cargo.toml"), MANIFEST)
        .file(&under("src/lib.rs"), RIGHT)
        .file(".gitignore", "/bin\n")
        .file("bin/.keep", "");
    let bin = scratch.path().join("bin");
    let name = format!("cargo-memlint{}", std::env::consts::EXE_SUFFIX);
    fs::copy(env!("CARGO_BIN_EXE_memlint-under-test"), bin.join(name)).unwrap();
    assert!(git(scratch.path(), &["init", "-q"]).0);
    (scratch, bin)
}

#[test]
fn the_hook_stops_a_commit_with_a_fault() {
    for (test, package) in [("hook_top", ""), ("hook_below", "it's below/")] {
        let (scratch, bin) = repository(test, package);
        let folder = scratch.path().join(package);
        ends_with(&folder, "init --hook", 0);
        let commit = |message: &str| {
            assert!(git(scratch.path(), &["add", "-A"]).0);
            git_with(scratch.path(), &["commit", "-q", "-m", message], &bin)
        };
        let (done, said) = commit("right");
        assert!(done, "{said}");
        fs::write(folder.join("src/lib.rs"), FAULTY).unwrap();
        let (done, said) = commit("faulty");
        assert!(
            !done && said.contains("memlint::mismatched_dealloc"),
            "{said}"
        );
        // What counts is what is staged, not what lies in the work tree.
        fs::write(folder.join("src/lib.rs"), RIGHT).unwrap();
        let (done, said) = git_with(scratch.path(), &["commit", "-q", "-m", "faulty"], &bin);
        assert!(
            !done && said.contains("memlint::mismatched_dealloc"),
            "{said}"
        );
        fs::write(folder.join("src/lib.rs"), FAULTY).unwrap();
        // A commit that touches no Rust file is not looked at.
        assert!(git(scratch.path(), &["reset", "-q"]).0);
        fs::write(scratch.path().join("notes"), "").unwrap();
        assert!(git(scratch.path(), &["add", "notes"]).0);
        let (done, said) = git_with(scratch.path(), &["commit", "-q", "-m", "notes"], &bin);
        assert!(done, "{said}");
        // Where the tool is missing, the commit stops and says why.
        assert!(git(scratch.path(), &["add", "-A"]).0);
        let (done, said) = git_with(scratch.path(), &["commit", "-q", "-m", "faulty"], "");
        assert!(!done, "{said}");
    }
}

#[test]
fn a_foreign_hook_stays() {
    let (scratch, _) = repository("hook_foreign", "");
    let file = scratch.path().join(".git/hooks/pre-commit");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "#!/bin/sh\nexit 0\n").unwrap();
    let run = ends_with(scratch.path(), "init --hook", 2);
    assert!(
        run.stderr
            .contains("cargo memlint --staged -D warnings || exit 1"),
        "{}",
        run.stderr
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "#!/bin/sh\nexit 0\n");
    ends_with(scratch.path(), "init --hook --force", 0);
    let ours = fs::read_to_string(&file).unwrap();
    assert!(ours.contains("cargo-memlint"), "{ours}");
    // Our own is renewed.
    fs::write(&file, ours.clone() + "# old\n").unwrap();
    ends_with(scratch.path(), "init --hook", 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), ours);
}

#[test]
fn the_hook_goes_where_git_looks_for_it() {
    let (scratch, bin) = repository("hook_path", "");
    assert!(git(scratch.path(), &["config", "core.hooksPath", "tools/hooks"]).0);
    // From a folder below.
    ends_with(&scratch.path().join("src"), "init --hook", 0);
    assert!(scratch.path().join("tools/hooks/pre-commit").is_file());
    assert!(git(scratch.path(), &["add", "-A"]).0);
    let (done, said) = git_with(scratch.path(), &["commit", "-q", "-m", "first"], &bin);
    assert!(done, "{said}");
    // A worktree shares the hooks of its repository.
    assert!(git(scratch.path(), &["config", "--unset", "core.hooksPath"]).0);
    let tree = scratch.path().join("bin/tree");
    let (done, said) = git(
        scratch.path(),
        &["worktree", "add", "-q", tree.to_str().unwrap()],
    );
    assert!(done, "{said}");
    ends_with(&tree, "init --hook", 0);
    assert!(scratch.path().join(".git/hooks/pre-commit").is_file());
    fs::write(tree.join("src/lib.rs"), FAULTY).unwrap();
    assert!(git(&tree, &["add", "-A"]).0);
    let (done, said) = git_with(&tree, &["commit", "-q", "-m", "faulty"], &bin);
    assert!(
        !done && said.contains("memlint::mismatched_dealloc"),
        "{said}"
    );
    // One that serves other repositories as well is left alone.
    let elsewhere = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "hook_elsewhere");
    let path = elsewhere.path().to_str().unwrap();
    assert!(git(scratch.path(), &["config", "core.hooksPath", path]).0);
    let run = ends_with(scratch.path(), "init --hook", 2);
    assert!(
        run.stderr.contains("out of the repository"),
        "{}",
        run.stderr
    );
    assert!(!elsewhere.path().join("pre-commit").exists());
}

#[test]
fn no_repository_no_hook() {
    let scratch = scratch("hook_none")
        .file("Cargo.toml", MANIFEST)
        .file("src/lib.rs", "");
    let run = tool::run_as(
        env!("CARGO_BIN_EXE_memlint-under-test"),
        scratch.path(),
        &["memlint", "init", "--hook"],
        |command| {
            command.env("GIT_CEILING_DIRECTORIES", scratch.path().parent().unwrap());
        },
    );
    assert_eq!(run.status, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("no git work tree"), "{}", run.stderr);
}

#[test]
fn completions_and_the_manual_know_every_option() {
    let scratch = scratch("completions");
    let help = ends_with(scratch.path(), "--help", 0).stdout;
    let options: Vec<&str> = help
        .split_whitespace()
        .filter(|word| word.starts_with("--") && word.len() > 3)
        .map(|word| word.trim_end_matches(|c: char| !c.is_ascii_lowercase()))
        .filter(|word| !word.contains(['[', '=']))
        .collect();
    assert!(options.len() > 30, "{options:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = ends_with(scratch.path(), &format!("completions {shell}"), 0).stdout;
        for option in &options {
            // fish names options without the dashes.
            assert!(text.contains(&option[2..]), "{shell}: no {option}");
        }
    }
    let manual = ends_with(scratch.path(), "man", 0).stdout.replace('\\', "");
    for option in &options {
        assert!(manual.contains(option), "the manual has no {option}");
    }
    assert!(manual.contains(".TH cargo-memlint 1"), "{manual}");
    // One page has it all.
    assert!(!manual.contains("cargo-memlint-"), "{manual}");
    let run = ends_with(scratch.path(), "completions bsh", 2);
    assert!(run.stderr.contains("bash"), "{}", run.stderr);
}

#[test]
#[cfg(unix)]
fn bash_completes_options_and_lints() {
    let scratch = scratch("completions_bash");
    let script = ends_with(scratch.path(), "completions bash", 0).stdout;
    for (before, word, completed) in [
        ("", "--message-f", "--message-format"),
        ("-A", "unused", "unused_allow"),
        ("--explain", "use_a", "use_after_free"),
    ] {
        let ask = format!(
            "COMP_WORDS=(cargo-memlint {before} {word}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
             $(complete -p cargo-memlint | sed 's/.*-F \\([^ ]*\\).*/\\1/') cargo-memlint {word} '{before}'\n\
             printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
        );
        let output = Command::new("bash")
            .args(["-c", &format!("{script}{ask}")])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let wrong = String::from_utf8_lossy(&output.stderr);
        assert_eq!(said.trim(), completed, "{wrong}");
    }
}
