//! Which files are found at which place.

use super::*;
use crate::bare;
use crate::cli::Cli;
use crate::discover;
use crate::scratch::Scratch;

fn cli(args: &[&str]) -> Cli {
    let args = ["cargo-memlint"]
        .iter()
        .chain(args)
        .map(Into::into)
        .collect();
    Cli::read(args).expect("arguments are understood")
}

/// `unit: module path = file` for each file, then the notices.
fn tree(scratch: &Scratch, cli: &Cli) -> Vec<String> {
    let scanner = bare::scanner();
    let mut shelf = Shelf::default();
    let plan = match cli.choice.paths.is_empty() {
        true => discover::plan(cli, &mut shelf, &scanner),
        false => bare::plan(cli, &mut shelf, &scanner),
    };
    let plan = plan.unwrap_or_else(|trouble| panic!("{trouble}"));
    let shown = |path: &Path| {
        let inside = path.strip_prefix(scratch.path()).unwrap_or(path);
        inside.display().to_string().replace('\\', "/")
    };
    let tree = load(&plan, &mut shelf, &scanner, &shown);
    let place = |placed: &Placed| {
        let module: Vec<_> = placed.module.iter().map(|name| name.as_str()).collect();
        let krate = &plan.units[placed.unit].krate;
        format!("{krate}: {} = {}", module.join("::"), shown(&placed.path))
    };
    let notices = tree
        .notices
        .iter()
        .map(|notice| format!("! {}", notice.place));
    tree.placed.iter().map(place).chain(notices).collect()
}

const MANIFEST: &str =
    "[package]\nname = \"some-thing\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n";

fn package(files: &[(&str, &str)], more: &[&str]) -> Vec<String> {
    let mut all = vec![("Cargo.toml", MANIFEST)];
    all.extend(files);
    let scratch = Scratch::new(&all);
    let manifest = scratch.arg("Cargo.toml");
    let mut args = vec!["--offline", "--manifest-path", &manifest];
    args.extend(more);
    tree(&scratch, &cli(&args))
}

#[test]
fn follows_both_conventions() {
    let files = [
        ("src/lib.rs", "mod a; mod b;"),
        ("src/a.rs", "mod deep;"),
        ("src/a/deep.rs", ""),
        ("src/b/mod.rs", "mod inner;"),
        ("src/b/inner.rs", ""),
        ("src/orphan.rs", ""),
    ];
    let expected = [
        "some_thing:  = src/lib.rs",
        "some_thing: a = src/a.rs",
        "some_thing: a::deep = src/a/deep.rs",
        "some_thing: b = src/b/mod.rs",
        "some_thing: b::inner = src/b/inner.rs",
    ];
    assert_eq!(package(&files, &[]), expected);
}

#[test]
fn follows_paths_inline_modules_and_includes() {
    let files = [
        (
            "src/lib.rs",
            "mod x { mod y; }\n#[path = \"other/p.rs\"]\nmod z;\ninclude!(\"tables.rs\");",
        ),
        ("src/x/y.rs", ""),
        ("src/other/p.rs", "mod beside;"),
        ("src/other/beside.rs", ""),
        ("src/tables.rs", ""),
    ];
    let expected = [
        "some_thing:  = src/lib.rs",
        "some_thing: x::y = src/x/y.rs",
        "some_thing: z = src/other/p.rs",
        "some_thing: z::beside = src/other/beside.rs",
        "some_thing:  = src/tables.rs",
    ];
    assert_eq!(package(&files, &[]), expected);
}

#[test]
fn targets_and_test_modules_are_chosen_by_options() {
    let files = [
        ("src/lib.rs", "#[cfg(test)] mod tests;"),
        ("src/tests.rs", ""),
        ("src/main.rs", ""),
        ("examples/show.rs", ""),
        ("tests/it.rs", ""),
    ];
    let plain = package(&files, &[]);
    assert_eq!(
        plain,
        [
            "some_thing:  = src/lib.rs",
            "some_thing (bin):  = src/main.rs"
        ]
    );
    assert_eq!(package(&files, &["--lib"]), ["some_thing:  = src/lib.rs"]);
    assert_eq!(
        package(&files, &["--example", "show"]),
        ["show (example):  = examples/show.rs"]
    );
    let all = package(&files, &["--all-targets"]);
    assert!(
        all.contains(&"some_thing: tests = src/tests.rs".to_owned()),
        "{all:?}"
    );
    assert!(
        all.contains(&"it (test):  = tests/it.rs".to_owned()),
        "{all:?}"
    );
}

#[test]
fn a_missing_module_is_told_unless_it_is_conditional() {
    let files = [("src/lib.rs", "mod gone;\n#[cfg(windows)] mod win;")];
    assert_eq!(
        package(&files, &[]),
        ["some_thing:  = src/lib.rs", "! src/gone.rs"]
    );
}

#[test]
fn a_file_that_declares_itself_ends() {
    let files = [("src/lib.rs", "#[path = \"lib.rs\"] mod me;")];
    assert_eq!(package(&files, &[]), ["some_thing:  = src/lib.rs"]);
}

#[test]
fn a_manifest_that_cargo_refuses_is_no_end() {
    let scratch = Scratch::new(&[
        (
            "Cargo.toml",
            "[package]\nname = \"x\"\nversion = \"0.1.0\"\nedition = \"2999\"\n",
        ),
        ("src/lib.rs", "mod a;"),
        ("src/a.rs", ""),
    ]);
    let cli = cli(&["--offline", "--manifest-path", &scratch.arg("Cargo.toml")]);
    assert_eq!(
        tree(&scratch, &cli),
        ["lib (file):  = src/lib.rs", "lib (file): a = src/a.rs"]
    );
}

#[test]
fn a_manifest_that_is_no_toml_is_an_error() {
    let scratch = Scratch::new(&[("Cargo.toml", "[package\n"), ("src/lib.rs", "")]);
    let cli = cli(&["--offline", "--manifest-path", &scratch.arg("Cargo.toml")]);
    let trouble = discover::plan(&cli, &mut Shelf::default(), &bare::scanner());
    assert!(trouble.is_err_and(|trouble| trouble.to_string().contains("no valid TOML")));
}

#[test]
fn loose_files_are_crates_unless_one_declares_another() {
    let scratch = Scratch::new(&[
        ("d/root.rs", "mod a; mod b;"),
        ("d/a.rs", ""),
        ("d/root/b.rs", ""),
        ("d/alone.rs", ""),
        ("d/.hidden/x.rs", ""),
        ("d/target/CACHEDIR.TAG", ""),
        ("d/target/built.rs", ""),
    ]);
    let expected = [
        "alone (file):  = d/alone.rs",
        "root (file):  = d/root.rs",
        "root (file): a = d/a.rs",
        "root (file): b = d/root/b.rs",
    ];
    assert_eq!(tree(&scratch, &cli(&[&scratch.arg("d")])), expected);
}

#[test]
fn only_the_named_files_are_read() {
    let scratch = Scratch::new(&[("root.rs", "mod a;"), ("a.rs", "")]);
    let found = tree(&scratch, &cli(&[&scratch.arg("root.rs")]));
    assert_eq!(found, ["root (file):  = root.rs"]);
}

#[test]
fn a_path_that_is_not_there_is_an_error() {
    let cli = cli(&["no/such/path.rs"]);
    assert!(bare::plan(&cli, &mut Shelf::default(), &bare::scanner()).is_err());
}

#[test]
fn files_that_are_no_text_are_told() {
    let scratch = Scratch::new(&[("a.rs", "")]);
    std::fs::write(scratch.path().join("a.rs"), b"fn a() {}\n\xff").expect("writable");
    let found = tree(&scratch, &cli(&[&scratch.arg("a.rs")]));
    assert_eq!(found, ["! a.rs"]);
}

#[test]
fn levels_in_the_wrong_table_are_told() {
    let manifest = format!("{MANIFEST}[lints.memlint]\nleaked_raw = \"deny\"\n");
    let scratch = Scratch::new(&[("Cargo.toml", &manifest), ("src/lib.rs", "")]);
    let cli = cli(&["--offline", "--manifest-path", &scratch.arg("Cargo.toml")]);
    let plan = discover::plan(&cli, &mut Shelf::default(), &bare::scanner());
    let notices = plan.unwrap_or_else(|trouble| panic!("{trouble}")).notices;
    assert!(
        matches!(&notices[..], [one] if one.message.contains("[lints.memlint]")),
        "{notices:?}"
    );
}
