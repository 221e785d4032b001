//! Developer commands: `cargo xtask bless | docs | new-lint | corpus | mutate | bench | beside-clippy |
//! bench-runtime`.

mod baseline;
mod bench;
mod beside_clippy;
mod build;
mod clippy;
mod corpus;
mod docs;
mod measure;
mod mutate;
mod new_lint;
mod programs;
mod runtime;
mod sources;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What a command ends with: nothing, or a message for the developer.
type Outcome = Result<(), String>;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  bless           accept what the tool says about the fixtures and samples as the expected text
  docs            write the generated pages under docs/
  new-lint NAME   begin a lint: its file, its line in the catalogue, two fixtures
  corpus DIR      run the release build over every crate of a folder, print a table, and fail if it
                  differs from ui-tests/corpus/baseline.toml; with --bless accept it as it is
  mutate DIR      break releases in the crates of a folder one by one, and print the share that the tool
                  notices; --seed N draws others, --count N that many
  bench DIR       measure against the goals of docs/performance.md over the crates of a folder
  beside-clippy   count the fixtures that Clippy has something to say about
  bench-runtime   measure what the run-time checks of the crate `memlint` cost";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args[..] {
        ["bless"] => bless(),
        ["docs"] => docs::write(),
        ["new-lint", name] => new_lint::create(name),
        ["corpus", folder] => corpus::run(Path::new(folder), false),
        ["corpus", folder, "--bless"] | ["corpus", "--bless", folder] => {
            corpus::run(Path::new(folder), true)
        }
        ["mutate", folder, ref options @ ..] => mutate::run(Path::new(folder), options),
        ["bench", folder] => bench::run(Path::new(folder)),
        ["beside-clippy"] => beside_clippy::run(),
        ["bench-runtime"] => runtime::run(),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// The top of the repository.
fn repository() -> PathBuf {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.pop();
    path
}

/// Runs the tests that compare texts, and lets them overwrite the expected ones.
fn bless() -> Outcome {
    docs::write()?;
    let status = Command::new(build::cargo())
        .args(["test", "--quiet", "--package", "ui-tests", "--", "texts"])
        .env("SNAPSHOTS", "overwrite")
        .current_dir(repository())
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("not blessed: see the failures above".to_owned()),
        Err(error) => Err(format!("cargo does not start: {error}")),
    }
}
