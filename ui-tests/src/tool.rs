//! Runs the program under test and reads its machine output back.

use crate::fixture::Finding;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// Every group is on; the level of a default lint stays what users see.
pub const LEVELS: [&str; 4] = ["-W", "pedantic", "-W", "allow_without_reason"];

/// What a run said.
#[derive(Debug)]
pub struct Run {
    /// What the program was told.
    pub args: Vec<String>,
    /// The exit status; `None` if it was ended by a signal.
    pub status: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// A finding read from the machine output.
#[derive(Debug)]
pub struct Reported {
    /// Lint and line.
    pub finding: Finding,
    /// The file as the tool names it.
    pub file: String,
    /// The level word: `error` or `warning`.
    pub level: String,
    /// The message.
    pub message: String,
    /// The text for people.
    pub rendered: String,
}

/// Runs `program` with `args` in `folder`, without colours and without the caller's settings.
///
/// # Panics
/// The program cannot be started.
pub fn run(program: &str, folder: &Path, args: &[&str]) -> Run {
    run_as(program, folder, args, |_| ())
}

/// The same with these environment variables.
///
/// # Panics
/// The program cannot be started.
pub fn run_with(program: &str, folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Run {
    run_as(program, folder, args, |command| {
        command.envs(env.iter().copied());
    })
}

/// The same, with more said about the process: its environment, where its output goes.
///
/// # Panics
/// The program cannot be started.
pub fn run_as(
    program: &str,
    folder: &Path,
    args: &[&str],
    change: impl FnOnce(&mut Command),
) -> Run {
    let mut command = command(program, folder, args);
    change(&mut command);
    let output = command.output();
    let Output {
        status,
        stdout,
        stderr,
    } = output.expect("the program under test starts");
    Run {
        args: args.iter().map(ToString::to_string).collect(),
        status: status.code(),
        stdout: String::from_utf8_lossy(&stdout).replace('\r', ""),
        stderr: String::from_utf8_lossy(&stderr).replace('\r', ""),
    }
}

/// Every lint over one file of `folder`: what it reports, or how it fails.
///
/// # Errors
/// The run ends neither with findings nor without.
///
/// # Panics
/// The program cannot be started.
pub fn check(program: &str, folder: &Path, file: &str) -> Result<Vec<Reported>, String> {
    let mut args = vec!["memlint", "--message-format=json"];
    args.extend(LEVELS);
    args.push(file);
    let run = run(program, folder, &args);
    match run.status {
        Some(0 | 1) => Ok(run.findings()),
        other => Err(format!("  exit status {other:?}\n{}", run.stderr)),
    }
}

/// The command that the others run: without colours and without the caller's settings, those of a
/// hook included that runs the tests.
pub fn command(program: &str, folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(folder).env("NO_COLOR", "1");
    let of_caller = [
        "CARGO_TERM_COLOR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_WORK_TREE",
    ];
    for name in of_caller {
        command.env_remove(name);
    }
    command
}

impl Run {
    /// The run itself, if it ended with this status.
    ///
    /// # Panics
    /// It ended otherwise.
    #[track_caller]
    pub fn ended(self, status: i32) -> Run {
        let Run { stdout, stderr, .. } = &self;
        let args = &self.args;
        assert_eq!(self.status, Some(status), "{args:?}\n{stdout}{stderr}");
        self
    }

    /// The findings in its JSON lines, in the order in which they stand.
    ///
    /// # Panics
    /// A line of standard output is not JSON, or a message lacks what cargo's format promises.
    pub fn findings(&self) -> Vec<Reported> {
        self.messages().iter().filter_map(reported).collect()
    }

    /// The diagnostics in its JSON lines: the `message` of every `compiler-message`.
    ///
    /// # Panics
    /// A line of standard output is not JSON.
    pub fn messages(&self) -> Vec<Value> {
        let lines = self.stdout.lines().map(|line| {
            serde_json::from_str::<Value>(line).unwrap_or_else(|e| panic!("{e}: {line}"))
        });
        lines
            .filter(|line| line["reason"] == "compiler-message")
            .map(|mut line| line["message"].take())
            .collect()
    }
}

/// A diagnostic with a lint's code; others (a file that does not parse) are no findings.
fn reported(message: &Value) -> Option<Reported> {
    let lint = message["code"]["code"]
        .as_str()?
        .strip_prefix("memlint::")?;
    let spans = message["spans"].as_array().expect("a diagnostic has spans");
    let primary = spans
        .iter()
        .find(|span| span["is_primary"] == true)
        .unwrap_or_else(|| panic!("no primary span: {message}"));
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Some(Reported {
        finding: Finding {
            line: primary["line_start"].as_u64().unwrap_or(0) as usize,
            lint: lint.to_owned(),
        },
        file: word(&primary["file_name"]),
        level: word(&message["level"]),
        message: word(&message["message"]),
        rendered: word(&message["rendered"]),
    })
}
