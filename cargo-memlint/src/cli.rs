//! The command line.

mod choice;

pub use choice::{Build, Choice, Lock, Targets};

use crate::color;
use crate::report::Format;
use clap::error::{ContextKind, ContextValue, ErrorKind};
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
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
#[command(styles = clap_cargo::style::CLAP_STYLING)]
pub struct Cli {
    /// What is done instead of checking.
    #[command(subcommand)]
    pub command: Option<Errand>,

    /// Which code is looked at.
    #[command(flatten)]
    pub choice: Choice,
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
    /// What became of each allocation is asked for as well.
    #[arg(skip)]
    pub audits: bool,
}

/// What cargo would see otherwise than we do.
const CHANGED: [&str; 6] = [
    "paths",
    "staged",
    "fix",
    "unsafe_fixes",
    "diff",
    "add_allow",
];

/// What the program does besides checking.
#[derive(clap::Subcommand, Debug)]
pub enum Errand {
    /// Write a `memlint.toml` to begin with, or a git hook
    Init(Init),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// Tell of every place that allocates, converts or releases whether it is proven paired
    Audit(Box<crate::audit::Asked>),
}

/// What `init` writes.
#[derive(clap::Args, Debug, Default, Clone)]
pub struct Init {
    /// Write a pre-commit hook into the git repository instead
    #[arg(long)]
    pub hook: bool,
    /// Replace what is there
    #[arg(long)]
    pub force: bool,
}

/// How lints are judged.
#[derive(clap::Args, Debug, Default, Clone)]
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
    /// Leave out what the configuration excludes even if it is named as a PATH
    #[arg(long)]
    pub force_exclude: bool,
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
    /// Run this cargo command first, on the same selection; the exit status is the worse of the two
    #[arg(long, value_name = "COMMAND", value_enum, conflicts_with_all = CHANGED)]
    pub with: Option<With>,
    /// Print findings only
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print what was read and skipped, why, and how long each stage took (-vv: each file)
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// What is repaired.
#[derive(clap::Args, Debug, Default, Clone)]
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
#[derive(clap::Args, Debug, Default, Clone)]
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

/// The cargo command that runs beside.
#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum With {
    /// `cargo check`.
    Check,
    /// `cargo clippy`.
    Clippy,
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

/// The definition: what clap-cargo declares, without the short options that mean something else here.
pub fn command() -> clap::Command {
    described(Cli::command()).mut_subcommand("audit", described)
}

fn described(command: clap::Command) -> clap::Command {
    command
        .mut_arg("PATH", |arg| arg.short(None).help("The package's manifest"))
        .mut_arg("features", |arg| {
            arg.short(None)
                .value_name("FEATURES")
                .help("Features to activate: code under other features is left out")
        })
        .mut_arg("all_features", |arg| arg.help("Activate all features"))
        .mut_arg("package", |arg| {
            arg.help("Check only this package (repeatable)")
        })
        .mut_arg("workspace", |arg| {
            arg.help("Check all packages of the workspace")
        })
        .mut_arg("exclude", |arg| {
            arg.help("Leave this package out (with --workspace)")
        })
}

impl Cli {
    /// Reads the arguments; the word `memlint` that cargo puts first is dropped.
    pub fn read(args: Vec<OsString>) -> Result<Cli, clap::Error> {
        let args = without_subcommand(args);
        let command = command().color(color::of_arguments(&args));
        let matches = command.try_get_matches_from(args).map_err(with_remedy)?;
        let mut cli = Cli::from_arg_matches(&matches)?;
        cli.levels.ordered = ordered_levels(&matches);
        Ok(cli)
    }
}

/// Adds what to do where an option and `--with` exclude each other.
fn with_remedy(mut error: clap::Error) -> clap::Error {
    let about = |kind| {
        error
            .get(kind)
            .is_some_and(|value| value.to_string().contains("--with "))
    };
    let conflict = error.kind() == ErrorKind::ArgumentConflict;
    if conflict && (about(ContextKind::InvalidArg) || about(ContextKind::PriorArg)) {
        let tip = "cargo checks the files of the packages as they are; run this without `--with`, \
                   and `cargo check` or `cargo clippy` beside it";
        let tip = ContextValue::StyledStrs(vec![tip.into()]);
        error.insert(ContextKind::Suggested, tip);
    }
    error
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
        command().debug_assert();
    }

    #[test]
    fn runs_under_all_three_names() {
        for words in ["cargo-memlint memlint src", "cargo-memlint src"] {
            assert_eq!(read(words).choice.paths, [PathBuf::from("src")]);
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
    fn what_cargo_is_told_is_what_was_said() {
        assert_eq!(
            read("x --frozen --locked").choice.lock.flags(),
            ["--locked", "--frozen"]
        );
    }

    #[test]
    fn paths_and_packages_exclude_each_other() {
        for words in [
            "x a.rs -p b",
            "x a.rs --features c",
            "x a.rs --with check",
            "x --staged --with check",
            "x --fix --with check",
        ] {
            let args = words.split_whitespace().map(OsString::from).collect();
            assert!(Cli::read(args).is_err(), "{words}");
        }
        assert!(
            read("x a.rs --all-targets --target b")
                .choice
                .targets
                .with_tests()
        );
    }

    #[test]
    fn a_path_called_like_an_errand_needs_its_folder() {
        assert!(matches!(read("x init").command, Some(Errand::Init(_))));
        assert_eq!(read("x ./init").choice.paths, [PathBuf::from("./init")]);
        assert_eq!(read("x src init").choice.paths.len(), 2);
    }
}
