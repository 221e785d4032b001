//! What is told offline: `--explain LINT` and `--list`, and completions.

use crate::cli;
use crate::notice::Trouble;
use clap::builder::{PossibleValue, PossibleValuesParser};
use memlint_lints::{Group, Levels, Lint};
use std::fmt::Write;

/// The page of one lint, or of all lints of a group.
pub fn explain(name: &str) -> Result<String, Trouble> {
    if let Some(lint) = memlint_lints::find(name) {
        return Ok(lint.explain());
    }
    if let Some(group) = Group::find(name.trim()) {
        let pages: Vec<_> = group.lints().map(|lint| lint.explain()).collect();
        return Ok(pages.join("\n"));
    }
    let trouble = Trouble::new(format!("no lint is called `{name}`"));
    Err(match memlint_lints::closest(name) {
        Some(closest) => trouble.help(format!(
            "did you mean `{closest}`? `cargo memlint --list` shows all"
        )),
        None => trouble.help("`cargo memlint --list` shows all lints"),
    })
}

/// All lints with the levels in force, by group.
pub fn list(levels: &Levels) -> String {
    let mut out = String::new();
    let width = memlint_lints::all()
        .iter()
        .map(|lint| lint.name.len())
        .max()
        .unwrap_or(0);
    for group in Group::ALL {
        let mut lints = group.lints().peekable();
        if lints.peek().is_none() {
            continue;
        }
        let _ = writeln!(out, "{} (group `{}`)", group.title(), group.name());
        for lint in lints {
            let level = levels.level_of(lint).name();
            let _ = writeln!(out, "  {:width$}  {level:6}  {}", lint.name, lint.summary);
        }
        out.push('\n');
    }
    out.push_str("`cargo memlint --explain LINT` tells more about one.\n");
    out
}

/// Completions for `cargo-memlint`; zsh's own ones for cargo find them for `cargo memlint` too.
pub fn completions(shell: clap_complete::Shell) -> String {
    let mut command = with_names(cli::command());
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut command, "cargo-memlint", &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// The command with the names of the lints where one is asked for: only here are they all there is
/// to say.
fn with_names(command: clap::Command) -> clap::Command {
    let levels = ["allow", "warn", "deny", "forbid"];
    let command = levels.into_iter().fold(command, |command, level| {
        command.mut_arg(level, |arg| arg.value_parser(named(true)))
    });
    command.mut_arg("explain", |arg| arg.value_parser(named(false)))
}

fn named(together: bool) -> PossibleValuesParser {
    let lint = |lint: &&'static Lint| PossibleValue::new(lint.name).help(lint.summary);
    let group = |group: &Group| PossibleValue::new(group.name()).help(group.title());
    let all = [
        PossibleValue::new("all").help("All lints"),
        PossibleValue::new("warnings").help("What would be a warning"),
    ];
    let all = all.into_iter().filter(|_| together);
    let groups = Group::ALL.iter().map(group).chain(all);
    memlint_lints::all()
        .iter()
        .map(lint)
        .chain(groups)
        .collect::<Vec<_>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lint_is_listed_and_explained() {
        let list = list(&Levels::new());
        for lint in memlint_lints::all() {
            assert!(list.contains(lint.name));
            assert!(explain(lint.name).is_ok_and(|page| page.contains(lint.summary)));
        }
    }

    #[test]
    fn lints_are_completed_where_one_is_asked_for() {
        for shell in [clap_complete::Shell::Bash, clap_complete::Shell::Zsh] {
            let script = completions(shell);
            for lint in memlint_lints::all() {
                assert!(script.contains(lint.name), "{shell}: {}", lint.name);
            }
            assert!(script.contains("correctness") && script.contains("warnings"));
        }
    }

    #[test]
    fn an_unknown_lint_is_answered_with_the_list() {
        let error = explain("nothing_like_it").expect_err("unknown").to_string();
        assert!(error.contains("--list"), "{error}");
    }
}
