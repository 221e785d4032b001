//! The rules of the house, as tests: size, first lines, who may know what, and what is promised.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use ui_tests::{fixture, repository};

/// A text file of the repository: its path from the top, with `/`, and its text.
struct File {
    name: String,
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.name.ends_with(".rs")
    }

    /// Neither a fixture, nor a labelled item, nor a sample, nor a stub: code of the project that is compiled.
    fn is_own(&self) -> bool {
        let data = [
            "ui-tests/fixtures/",
            "ui-tests/labelled/",
            "ui-tests/samples/",
            "ui-tests/support/",
            "analysis/stubs/",
        ];
        self.is_rust() && !data.iter().any(|folder| self.name.starts_with(folder))
    }

    /// The text without the tests at its end; empty for a file of tests.
    fn production(&self) -> &str {
        let of_tests = ["tests.rs", "house_rules.rs", "sample.rs"];
        if self.name.contains("/tests/") || of_tests.iter().any(|name| self.name.ends_with(name)) {
            return "";
        }
        self.text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default()
    }

    fn in_any(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.name.starts_with(folder))
    }
}

fn files() -> Vec<File> {
    let mut found = Vec::new();
    let mut folders = vec![repository()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            if path.is_dir() {
                let skipped = name == "target" || name == ".git";
                folders.extend((!skipped).then_some(path));
            } else if let Ok(text) = fs::read_to_string(&path) {
                found.push(File {
                    name: from_top(&path),
                    text,
                });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn from_top(path: &Path) -> String {
    let path = path.strip_prefix(repository()).unwrap();
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// Fails with every complaint that `rule` makes of a file.
fn hold(rule: impl Fn(&File) -> Option<String>) {
    let complain = |file: &File| Some(format!("{}: {}", file.name, rule(file)?));
    let complaints: Vec<String> = files().iter().filter_map(complain).collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn no_source_file_is_long() {
    hold(|file| {
        let lines = file.text.lines().count();
        (file.is_rust() && lines >= 500).then(|| format!("{lines} lines"))
    });
}

#[test]
fn every_source_file_says_what_it_is_for() {
    hold(|file| {
        let says = file
            .text
            .lines()
            .next()
            .is_some_and(|line| line.len() > 10 && line.starts_with("//! "));
        (file.is_rust() && !says).then(|| "does not begin with a `//!` line".to_owned())
    });
}

#[test]
fn only_parsers_know_syn() {
    let parsers = [
        "spec/",
        "proc-macros/",
        "analysis/src/lower/",
        "xtask/examples/",
        "xtask/src/mutate/",
    ];
    hold(|file| {
        let knows = file.is_own() && mentions(file.production(), "syn::");
        (knows && !file.in_any(&parsers)).then(|| "uses `syn`".to_owned())
    });
}

#[test]
fn only_the_command_line_touches_files() {
    let may = [
        "cargo-memlint/",
        "ui-tests/",
        "xtask/",
        "analysis/examples/",
        "analysis/build.rs",
        // It runs inside of the program that is checked.
        "memlint/",
    ];
    hold(|file| {
        let touched = ["std::fs", "std::process", "std::env", "std::io"]
            .into_iter()
            .find(|module| mentions(file.production(), module))?;
        (file.is_own() && !file.in_any(&may)).then(|| format!("uses `{touched}`"))
    });
}

#[test]
fn lints_do_not_know_the_syntax_and_the_command_line_not_the_bodies() {
    hold(|file| {
        let ir = mentions(file.production(), "ir::body") || mentions(file.production(), "ir::ty");
        (ir && file.in_any(&["lints/", "cargo-memlint/"])).then(|| "looks into bodies".to_owned())
    });
}

#[test]
fn analysis_uses_only_what_stands_above() {
    let root = repository().join("analysis/src");
    let order = declared_modules(&fs::read_to_string(root.join("lib.rs")).unwrap());
    let place = |module: &str| order.iter().position(|name| name == module);
    hold(|file| {
        let inside = file.name.strip_prefix("analysis/src/")?;
        let own = place(inside.split(['/', '.']).next()?)?;
        let used = crate_paths(file.production());
        let below = used
            .iter()
            .find(|module| place(module).is_some_and(|place| place > own))?;
        Some(format!(
            "uses `crate::{below}`, which stands below it in lib.rs"
        ))
    });
}

#[test]
fn nothing_is_hollow() {
    let code = [
        concat!("to", "do!("),
        concat!("unimplement", "ed!("),
        concat!("FIX", "ME"),
    ];
    let skipped_test = concat!("#[ign", "ore");
    hold(|file| {
        let in_code = code
            .into_iter()
            .find(|mark| file.production().contains(mark));
        let in_tests = file.text.contains(skipped_test).then_some(skipped_test);
        let found = in_code.or(in_tests)?;
        file.is_own().then(|| format!("contains `{found}`"))
    });
}

#[test]
fn no_path_of_a_machine() {
    let roots: Vec<String> = ["root", "home", "work", "Users"]
        .iter()
        .map(|top| format!("/{top}/"))
        .collect();
    hold(|file| {
        let found = roots.iter().find(|root| {
            let quoted = ['"', '`', ' ', '\'', '=', '('].map(|quote| format!("{quote}{root}"));
            quoted.iter().any(|path| file.text.contains(path))
        })?;
        Some(format!("contains a path under `{found}`"))
    });
}

#[test]
fn every_lint_has_a_firing_and_a_silent_fixture() {
    let lints: BTreeSet<&str> = memlint_lints::all().iter().map(|lint| lint.name).collect();
    let fixtures = fixture::all();
    for lint in &lints {
        let of_lint = || fixtures.iter().filter(|fixture| fixture.lint == *lint);
        let announces =
            |f: &fixture::Fixture| f.expected.iter().any(|finding| finding.lint == *lint);
        assert!(of_lint().any(announces), "`{lint}` has no firing fixture");
        assert!(
            of_lint().any(|fixture| !fixture.fires()),
            "`{lint}` has no silent fixture"
        );
    }
    for fixture in fixtures.iter().filter(|f| !f.is_known_limit()) {
        assert!(
            lints.contains(&*fixture.lint),
            "{}: no such lint",
            fixture.name
        );
        let silent = fixture.name.contains("/ok_");
        assert_eq!(
            silent,
            !fixture.fires(),
            "{}: silent fixtures are named ok_*",
            fixture.name
        );
    }
}

#[test]
fn known_limits_leave_their_findings_open() {
    let lints: BTreeSet<&str> = memlint_lints::all().iter().map(|lint| lint.name).collect();
    for fixture in fixture::all() {
        let open = !fixture.tolerated.is_empty();
        assert_eq!(
            open,
            fixture.is_known_limit(),
            "{}: `//~?` stands in known_limits/ only, and in each of its fixtures",
            fixture.name
        );
        for finding in &fixture.tolerated {
            assert!(
                lints.contains(&*finding.lint),
                "{}: {finding}",
                fixture.name
            );
        }
    }
}

#[test]
fn every_expected_text_has_its_fixture() {
    let sources: BTreeSet<PathBuf> = fixture::all()
        .iter()
        .map(|fixture| fixture.golden())
        .collect();
    hold(|file| {
        let golden = file.name.starts_with("ui-tests/fixtures/") && file.name.ends_with(".stderr");
        (golden && !sources.contains(&repository().join(&file.name)))
            .then(|| "has no fixture".to_owned())
    });
}

#[test]
fn the_oldest_compiler_is_stated() {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let package = manifest["workspace"]["package"].as_table().unwrap();
    let version = package["rust-version"].as_str().unwrap();
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    assert!(
        readme.contains(&format!("Rust {version}")),
        "README.md does not say Rust {version}"
    );
    hold(|file| {
        let member = file.name.ends_with("Cargo.toml") && !file.name.contains("/samples/");
        let states = file.text.contains("rust-version.workspace = true");
        (member && !states).then(|| "does not inherit rust-version".to_owned())
    });
}

/// The names of `mod name;` and `pub mod name;` in order.
fn declared_modules(text: &str) -> Vec<String> {
    let declaration = |line: &str| {
        let line = line.trim().strip_suffix(';')?;
        let name = line
            .strip_prefix("pub mod ")
            .or_else(|| line.strip_prefix("mod "))?;
        Some(name.to_owned())
    };
    text.lines().filter_map(declaration).collect()
}

/// The first segments of all `crate::..` paths, `crate::{a::B, c}` included.
fn crate_paths(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, prefix) in text.match_indices("crate::") {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c == '$' || c == '_' || c.is_alphanumeric()) {
            continue;
        }
        let rest = &text[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_heads(group)),
            None => found.extend(head(rest)),
        }
    }
    found
}

/// The first segment of each path of a brace group.
fn group_heads(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let (mut depth, mut start) = (0usize, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' if depth == 0 => {
                heads.extend(head(&group[start..at]));
                start = at + 1;
            }
            '}' if depth == 0 => {
                heads.extend(head(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    heads
}

fn head(path: &str) -> Option<String> {
    let name: String = path
        .trim_start()
        .chars()
        .take_while(|c| *c == '_' || c.is_alphanumeric())
        .collect();
    (!name.is_empty()).then_some(name)
}

/// Whether code (no comment) names a path; `syn::` does not stand in `memlint_syn::`.
fn mentions(text: &str, path: &str) -> bool {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    code.into_iter().any(|line| {
        line.match_indices(path).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            before.is_none_or(|c| c != '_' && c != '"' && !c.is_alphanumeric())
        })
    })
}

#[test]
fn paths_are_read_as_the_rule_needs_them() {
    let text = "use crate::{ir::{self, Body}, name::Name};\nfn f() { crate::span::x(); $crate::no; my_crate::no }";
    let found: Vec<_> = crate_paths(text).into_iter().collect();
    assert_eq!(found, ["ir", "name", "span"]);
    assert_eq!(
        declared_modules("pub mod a;\nmod b;\n// mod c\n"),
        ["a", "b"]
    );
    assert!(mentions("let x = syn::parse2(t);", "syn::"));
    assert!(!mentions("// syn::Expr\nasyn::x", "syn::"));
}
