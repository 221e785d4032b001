//! The command line.

use crate::report::Format;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};
use memlint_lints::Level;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

const AFTER: &str = "\
Levels are applied from left to right; LINT is a lint, a group, `all` or `warnings`.
Exit status: 0 nothing or only warnings, 1 a denied finding, 2 usage, configuration or internal error.";

/// Finds and explains mismatched memory management in unsafe and FFI Rust
#[derive(Parser, Debug)]
#[command(name = "cargo memlint", bin_name = "cargo memlint", version, after_help = AFTER)]
pub struct Cli {
    /// Files and folders to check, with or without a manifest (default: the package or workspace here)
    pub paths: Vec<PathBuf>,

    /// Which packages.
    #[command(flatten)]
    pub packages: Packages,
    /// Which targets of a package.
    #[command(flatten)]
    pub targets: Targets,
    /// Under which features and for which machine.
    #[command(flatten)]
    pub build: Build,
    /// How lints are judged.
    #[command(flatten)]
    pub levels: LevelArgs,
    /// How it is shown.
    #[command(flatten)]
    pub output: Output,
    /// What is repaired.
    #[command(flatten)]
    pub fix: Fix,
    /// Which findings are reported.
    #[command(flatten)]
    pub adoption: Adoption,
}

/// Which packages are checked.
#[derive(clap::Args, Debug, Default)]
#[command(next_help_heading = "Package selection")]
pub struct Packages {
    /// Check only this package (repeatable)
    #[arg(short = 'p', long = "package", value_name = "SPEC")]
    pub package: Vec<String>,
    /// Check all packages of the workspace
    #[arg(long, alias = "all")]
    pub workspace: bool,
    /// Leave this package out (with --workspace)
    #[arg(long, value_name = "SPEC")]
    pub exclude: Vec<String>,
    /// The package's manifest
    #[arg(long, value_name = "PATH")]
    pub manifest_path: Option<PathBuf>,
}

/// Which targets of a package are checked.
#[derive(clap::Args, Debug, Default)]
#[command(next_help_heading = "Target selection")]
pub struct Targets {
    /// Check tests, examples, benches and `#[cfg(test)]` code as well
    #[arg(long)]
    pub all_targets: bool,
    /// Check only the library
    #[arg(long)]
    pub lib: bool,
    /// Check only the binaries
    #[arg(long)]
    pub bins: bool,
    /// Check only this binary (repeatable)
    #[arg(long, value_name = "NAME")]
    pub bin: Vec<String>,
    /// Check only the examples
    #[arg(long)]
    pub examples: bool,
    /// Check only this example (repeatable)
    #[arg(long, value_name = "NAME")]
    pub example: Vec<String>,
    /// Check only the tests (and `#[cfg(test)]` code)
    #[arg(long)]
    pub tests: bool,
    /// Check only this test (repeatable)
    #[arg(long, value_name = "NAME")]
    pub test: Vec<String>,
    /// Check only the benches
    #[arg(long)]
    pub benches: bool,
    /// Check only this bench (repeatable)
    #[arg(long, value_name = "NAME")]
    pub bench: Vec<String>,
}

/// Under which features and for which machine.
#[derive(clap::Args, Debug, Default)]
#[command(next_help_heading = "Feature selection")]
pub struct Build {
    /// Features to activate: code under other features is left out
    #[arg(long, value_name = "FEATURES", value_delimiter = ',')]
    pub features: Vec<String>,
    /// Activate all features
    #[arg(long)]
    pub all_features: bool,
    /// Do not activate the `default` feature
    #[arg(long)]
    pub no_default_features: bool,
    /// Check for this target triple: code for other machines is left out
    #[arg(long, value_name = "TRIPLE")]
    pub target: Option<String>,
    /// Require that `Cargo.lock` is up to date
    #[arg(long)]
    pub locked: bool,
    /// Do not touch the network
    #[arg(long)]
    pub offline: bool,
    /// The same as --locked --offline
    #[arg(long)]
    pub frozen: bool,
}

/// How lints are judged.
#[derive(clap::Args, Debug, Default)]
#[command(next_help_heading = "Lints")]
pub struct LevelArgs {
    /// Silence
    #[arg(short = 'A', long, value_name = "LINT")]
    pub allow: Vec<String>,
    /// Report as a warning
    #[arg(short = 'W', long, value_name = "LINT")]
    pub warn: Vec<String>,
    /// Report as an error
    #[arg(short = 'D', long, value_name = "LINT")]
    pub deny: Vec<String>,
    /// Report as an error that no directive can silence
    #[arg(short = 'F', long, value_name = "LINT")]
    pub forbid: Vec<String>,
    /// The four above in the order in which they were given
    #[arg(skip)]
    pub ordered: Vec<(Level, String)>,
    /// Configuration file (default: `memlint.toml` at the workspace root)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Explain a lint and exit
    #[arg(long, value_name = "LINT", exclusive = true)]
    pub explain: Option<String>,
    /// List all lints and exit
    #[arg(long)]
    pub list: bool,
}

/// How the result is shown.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// How findings are printed: human formats on stderr, machine formats on stdout
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = crate::report::format_parser())]
    pub message_format: Format,
    /// Write the report to this file, which is replaced as a whole or not at all
    #[arg(long, value_name = "FILE", conflicts_with = "diff")]
    pub output_file: Option<PathBuf>,
    /// Colours: auto, always or never
    #[arg(long, value_name = "WHEN", value_enum)]
    pub color: Option<Color>,
    /// Join with what the checks of the crate `memlint` have written to this file (`MEMLINT_REPORT`)
    #[arg(long, value_name = "FILE")]
    pub runtime_report: Option<PathBuf>,
    /// Print findings only
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print what was read, how much of it was analyzed and how long it took
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// What is repaired.
#[derive(clap::Args, Debug, Default)]
#[command(next_help_heading = "Repairs")]
pub struct Fix {
    /// Apply the repairs that are certain, and report what is left
    #[arg(long)]
    pub fix: bool,
    /// Apply the others as well: read the result
    #[arg(long)]
    pub unsafe_fixes: bool,
    /// Print what --fix would change and change nothing; the exit status is 1 if there is something
    #[arg(long, conflicts_with = "message_format")]
    pub diff: bool,
    /// Change files although there are changes that are not committed
    #[arg(long)]
    pub allow_dirty: bool,
    /// Change files although there are staged changes
    #[arg(long)]
    pub allow_staged: bool,
    /// Change files although there is no version control
    #[arg(long)]
    pub allow_no_vcs: bool,
}

impl Fix {
    /// Whether there is anything to repair, or to show repaired.
    pub fn wanted(&self) -> bool {
        self.fix || self.unsafe_fixes || self.diff
    }
}

/// Which findings are reported, for code that has some already.
#[derive(clap::Args, Debug, Default)]
#[command(next_help_heading = "Adoption")]
pub struct Adoption {
    /// Do not report the findings that stand in this file
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Accept all findings: write them to this file; with --baseline, only what of it is still found
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fix", "unsafe_fixes", "diff"])]
    pub write_baseline: Option<PathBuf>,
    /// Write an `allow` with this reason above the code of each finding that is reported
    #[arg(long, value_name = "REASON", value_parser = reason, conflicts_with_all = ["staged", "write_baseline", "fix", "unsafe_fixes", "diff"])]
    pub add_allow: Option<String>,
    /// Check what is staged for the next commit, and report what it touches
    #[arg(long, conflicts_with_all = ["since", "write_baseline", "paths", "fix", "unsafe_fixes", "diff"])]
    pub staged: bool,
    /// Report what the changes since this commit touch (since the merge base with it)
    #[arg(long, value_name = "REF", conflicts_with_all = ["write_baseline", "fix", "unsafe_fixes", "diff"])]
    pub since: Option<String>,
}

/// When to use colours.
#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A reason has words, and stands on one line.
fn reason(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("say why the findings are meant"),
        text if text.contains(['\n', '\r']) => Err("a reason stands on one line"),
        text => Ok(text.to_owned()),
    }
}

impl Cli {
    /// Reads the arguments; the word `memlint` that cargo puts first is dropped.
    pub fn read(args: Vec<OsString>) -> Result<Cli, clap::Error> {
        let matches = Cli::command().try_get_matches_from(without_subcommand(args))?;
        let mut cli = Cli::from_arg_matches(&matches)?;
        cli.levels.ordered = ordered_levels(&matches);
        cli.build.offline |= cli.build.frozen;
        cli.build.locked |= cli.build.frozen;
        Ok(cli)
    }

    /// Whether test code is looked at.
    pub fn with_tests(&self) -> bool {
        self.targets.all_targets || self.targets.tests || !self.targets.test.is_empty()
    }
}

fn without_subcommand(mut args: Vec<OsString>) -> Vec<OsString> {
    if args
        .get(1)
        .is_some_and(|word| word == OsStr::new("memlint"))
    {
        args.remove(1);
    }
    args
}

fn ordered_levels(matches: &ArgMatches) -> Vec<(Level, String)> {
    let mut found = Vec::new();
    let ids = [
        ("allow", Level::Allow),
        ("warn", Level::Warn),
        ("deny", Level::Deny),
        ("forbid", Level::Forbid),
    ];
    for (id, level) in ids {
        let places = matches.indices_of(id).into_iter().flatten();
        let names = matches.get_many::<String>(id).into_iter().flatten();
        found.extend(
            places
                .zip(names)
                .map(|(place, name)| (place, level, name.clone())),
        );
    }
    found.sort_by_key(|&(place, ..)| place);
    found
        .into_iter()
        .map(|(_, level, name)| (level, name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Cli {
        let args = words.split_whitespace().map(OsString::from).collect();
        Cli::read(args).expect("arguments are understood")
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn runs_under_all_three_names() {
        for words in ["cargo-memlint memlint src", "cargo-memlint src"] {
            assert_eq!(read(words).paths, [PathBuf::from("src")]);
        }
    }

    #[test]
    fn levels_keep_their_order() {
        let cli = read("x -D warnings -A leak --warn leaked_raw -F double_free -A all");
        let names: Vec<_> = cli
            .levels
            .ordered
            .iter()
            .map(|(l, n)| (*l, n.as_str()))
            .collect();
        let expected = [
            (Level::Deny, "warnings"),
            (Level::Allow, "leak"),
            (Level::Warn, "leaked_raw"),
            (Level::Forbid, "double_free"),
            (Level::Allow, "all"),
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn frozen_is_locked_and_offline() {
        let cli = read("x --frozen");
        assert!(cli.build.locked && cli.build.offline);
    }
}
