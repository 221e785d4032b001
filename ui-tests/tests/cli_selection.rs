//! Which packages, targets and code are checked, and what is said of a name that nothing has.

use std::process::Command;
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};

/// One leak a function, so that each finding says which code was looked at.
fn leak(name: &str) -> String {
    format!("pub fn {name}() {{ unsafe {{ libc::malloc(8); }} }}\n")
}

fn manifest(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
}

/// Two packages, of which the first is the default member and depends on the other.
fn workspace(test: &str) -> Scratch {
    let needs = "[dependencies]\nlower = { path = \"../lower\", features = [\"asked\"] }\n";
    let features = "[features]\ndefault = [\"std\"]\nstd = []\nasked = []\nextra = [\"more\"]\nmore = []\n\
                    [[example]]\nname = \"needy\"\nrequired-features = [\"extra\"]\n";
    let conditional: String = ["std", "asked", "extra", "more"]
        .iter()
        .map(|name| format!("#[cfg(feature = \"{name}\")]\n{}", leak(name)))
        .collect();
    let others = format!(
        "#[cfg(not(feature = \"std\"))]\n{}#[cfg(windows)]\n{}#[cfg(target_os = \"linux\")]\n{}#[cfg(test)]\n{}",
        leak("bare"),
        leak("windows"),
        leak("linux"),
        leak("tested")
    );
    let main = |name: &str| format!("{}fn main() {{}}\n", leak(name));
    Scratch::new(env!("CARGO_TARGET_TMPDIR"), test)
        .file(
            "Cargo.toml",
            "[workspace]\nmembers = [\"upper\", \"lower\"]\ndefault-members = [\"upper\"]\nresolver = \"3\"\n",
        )
        .file("upper/Cargo.toml", manifest("upper", needs))
        .file("upper/src/main.rs", main("upper"))
        .file("lower/Cargo.toml", manifest("lower", features))
        .file("lower/src/lib.rs", conditional + &others)
        .file("lower/src/bin/tool.rs", main("tool"))
        .file("lower/build.rs", format!("#[cfg(unix)]\n{}", main("build")))
        .file("lower/tests/tried.rs", leak("tried"))
        .file("lower/benches/timed.rs", main("timed"))
        .file("lower/examples/shown.rs", main("shown"))
        .file("lower/examples/needy.rs", main("needy"))
}

fn memlint(scratch: &Scratch, args: &str) -> Run {
    memlint_as(scratch, args, |_| ())
}

fn memlint_as(scratch: &Scratch, args: &str, change: impl FnOnce(&mut Command)) -> Run {
    let mut all = vec!["memlint", "--message-format=json"];
    all.extend(args.split_whitespace());
    let program = env!("CARGO_BIN_EXE_memlint-under-test");
    tool::run_as(program, scratch.path(), &all, change)
}

/// The functions with a finding, sorted.
#[track_caller]
fn checked(scratch: &Scratch, args: &str) -> String {
    let run = memlint(scratch, args);
    assert_eq!(run.status, Some(0), "{args}\n{}", run.stderr);
    let in_function = |message: &serde_json::Value| {
        let line = message["spans"][0]["text"][0]["text"].as_str().unwrap();
        let name = line.split("fn ").nth(1).unwrap();
        name.split('(').next().unwrap().to_owned()
    };
    let mut names: Vec<_> = run.messages().iter().map(in_function).collect();
    names.sort();
    names.join(" ")
}

#[track_caller]
fn refused(scratch: &Scratch, args: &str, parts: &[&str]) {
    let run = memlint(scratch, args);
    assert_eq!(run.status, Some(2), "{args}\n{}", run.stderr);
    for part in parts {
        assert!(
            run.stderr.contains(part),
            "{args}: {part} is not in\n{}",
            run.stderr
        );
    }
}

#[test]
fn packages_are_those_that_cargo_would_take() {
    let scratch = workspace("selection_packages");
    assert_eq!(checked(&scratch, ""), "upper");
    assert_eq!(checked(&scratch, "--workspace --exclude lower"), "upper");
    let of_lower = "asked bare build extra linux more std tool windows";
    assert_eq!(checked(&scratch, "-p lower"), of_lower);
    assert_eq!(checked(&scratch, "-p lower@0.1.0"), of_lower);
    assert_eq!(checked(&scratch, "-p low*"), of_lower);
    assert_eq!(
        checked(&scratch, "--manifest-path lower/Cargo.toml"),
        of_lower
    );
    assert_eq!(checked(&scratch, "--manifest-path lower"), of_lower);
    assert_eq!(checked(&scratch, "--all --exclude upper"), of_lower);
}

#[test]
fn targets_are_those_that_were_named() {
    let scratch = workspace("selection_targets");
    let only = |args: &str| checked(&scratch, &format!("-p lower --features std {args}"));
    assert_eq!(only("--lib"), "linux std windows");
    assert_eq!(only("--bins"), "tool");
    assert_eq!(only("--bin tool"), "tool");
    assert_eq!(only("--test tried"), "tried");
    assert_eq!(only("--tests"), "linux std tested tool tried windows");
    assert_eq!(only("--bench timed"), "timed");
    assert_eq!(only("--benches"), "timed");
    assert_eq!(only("--example shown"), "shown");
    // `needy` requires a feature that is off.
    assert_eq!(only("--examples"), "shown");
    assert_eq!(only("--examples --features extra"), "needy shown");
    let all = "build linux shown std tested timed tool tried windows";
    assert_eq!(only("--all-targets"), all);
    let told = memlint(&scratch, "-p lower --features std --examples -v").stderr;
    assert!(
        told.contains("needy (example) of lower: a feature that it requires is off"),
        "{told}"
    );
    let none = memlint(&scratch, "-p upper --lib");
    assert_eq!(none.status, Some(0));
    assert!(
        none.stderr.contains("no target of upper is selected"),
        "{}",
        none.stderr
    );
}

#[test]
fn features_that_are_off_take_their_code_out_of_view() {
    let scratch = workspace("selection_features");
    let lib = |args: &str| checked(&scratch, &format!("--lib --target host-tuple {args}"));
    let host = if cfg!(windows) { "windows" } else { "linux" };
    if !cfg!(any(windows, target_os = "linux")) {
        return;
    }
    // Without any option about them, the code of all features is looked at.
    assert_eq!(
        lib("-p lower"),
        sorted(&format!("asked bare extra more std {host}"))
    );
    assert_eq!(
        lib("-p lower --features more"),
        sorted(&format!("more std {host}"))
    );
    assert_eq!(
        lib("-p lower --features extra,asked"),
        sorted(&format!("asked extra more std {host}"))
    );
    assert_eq!(
        lib("-p lower --features lower/more"),
        sorted(&format!("more std {host}"))
    );
    assert_eq!(
        lib("-p lower --no-default-features"),
        sorted(&format!("bare {host}"))
    );
    assert_eq!(
        lib("-p lower --all-features"),
        sorted(&format!("asked extra more std {host}"))
    );
    // What another selected package asks for is on.
    assert_eq!(
        lib("--workspace --no-default-features"),
        sorted(&format!("asked std {host}"))
    );
}

fn sorted(names: &str) -> String {
    let mut names: Vec<_> = names.split(' ').collect();
    names.sort_unstable();
    names.join(" ")
}

#[test]
fn a_target_leaves_code_for_other_machines_out() {
    let scratch = workspace("selection_machine");
    let lib = |args: &str| checked(&scratch, &format!("-p lower --features std {args}"));
    assert_eq!(lib("--lib"), "linux std windows");
    let linux = "--lib --target x86_64-unknown-linux-gnu";
    assert_eq!(lib(linux), "linux std");
    // The build script runs on the machine that builds.
    assert_eq!(
        lib("--target x86_64-pc-windows-msvc"),
        "build std tool windows"
    );
    refused(
        &scratch,
        "--target x86_64-unknwn-linux-gnu",
        &["does not know", "did you mean `x86_64-unknown-linux-gnu`"],
    );
    let run = memlint_as(&scratch, linux, |command| {
        command.env("RUSTC", "no-such-compiler");
    });
    assert_eq!(run.status, Some(2), "{}", run.stderr);
    assert!(
        run.stderr.contains("`no-such-compiler` cannot be run"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("without the option, code for all machines")
    );
}

#[test]
fn names_that_nothing_has_are_refused_with_a_guess() {
    let scratch = workspace("selection_guesses");
    refused(
        &scratch,
        "-p lowre",
        &["`lowre`", "did you mean `lower`?", "upper"],
    );
    refused(
        &scratch,
        "--workspace --exclude uper",
        &["did you mean `upper`?"],
    );
    refused(&scratch, "--exclude upper", &["needs `--workspace`"]);
    refused(&scratch, "--workspace --exclude *", &["leaves no package"]);
    refused(
        &scratch,
        "-p lower --bin tol",
        &["no bin", "did you mean `tool`?"],
    );
    refused(
        &scratch,
        "-p lower --test tryed",
        &["did you mean `tried`?"],
    );
    refused(&scratch, "-p lower --bench x", &["known: timed"]);
    refused(&scratch, "-p upper --example x", &["have no example"]);
    refused(
        &scratch,
        "-p lower --features exta",
        &["`exta`", "did you mean `extra`?"],
    );
    refused(&scratch, "--features x", &["there are none"]);
    refused(
        &scratch,
        "-p lower --features lower/mor",
        &["lacks", "did you mean `more`?"],
    );
    refused(
        &scratch,
        "-p lower --features lowr/more",
        &["did you mean `lower/more`?"],
    );
    refused(&scratch, "--feature x", &["'--features"]);
    refused(
        &scratch,
        "upper/src/main.rs -p upper",
        &["cannot be used with"],
    );
    refused(&scratch, "int", &["did you mean `cargo memlint init`?"]);
    refused(&scratch, "help", &["did you mean `cargo memlint --help`?"]);
    // A dependency's feature may be named, though nothing is known of it here.
    assert_eq!(checked(&scratch, "--features lower/anything"), "upper");
}

/// Nothing is resolved, so nothing is missing; but cargo hears of it.
#[test]
fn the_lock_file_and_the_network_are_left_alone() {
    let scratch = workspace("selection_lock");
    for flag in ["--locked", "--offline", "--frozen", "--locked --offline"] {
        assert_eq!(checked(&scratch, flag), "upper", "{flag}");
    }
    assert!(!scratch.path().join("Cargo.lock").exists());
    assert!(!scratch.path().join("target").exists());
}

#[test]
fn verbose_tells_what_was_read_and_how_long_it_took() {
    let scratch = workspace("selection_verbose").file("upper/src/unused.rs", "");
    let once = memlint(&scratch, "-v --features lower/std").stderr;
    for part in [
        "no configuration",
        "target upper (bin), features default",
        "1 file (",
        "1 parsed",
        "bodies analyzed",
        "discovery 0.",
        "reading 0.",
        "parsing 0.",
        "analysis 0.",
        "report 0.",
    ] {
        assert!(once.contains(part), "{part} is not in\n{once}");
    }
    assert!(!once.contains("main.rs: parsed"), "{once}");
    let twice = memlint(&scratch, "-vv").stderr;
    assert!(
        twice
            .replace('\\', "/")
            .contains("upper/src/main.rs: parsed"),
        "{twice}"
    );
    let quiet = memlint(&scratch, "-q -W all");
    assert_eq!(quiet.stderr, "");
    refused(&scratch, "-q -v", &["cannot be used with"]);
}
