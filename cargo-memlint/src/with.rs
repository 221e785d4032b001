//! `--with check|clippy`: an editor has one check command, so cargo's runs beside ours and the
//! lines of both come out as those of one.

use crate::cli::{Cli, Color, With};
use crate::notice::Trouble;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

/// The cargo command that runs.
#[derive(Debug)]
pub struct Beside {
    child: Child,
    /// Hands on what it says on stdout.
    hands_on: Option<JoinHandle<()>>,
}

/// Starts the command that `--with` names.
pub fn start(cli: &Cli) -> Result<Option<Beside>, Trouble> {
    let Some(with) = cli.output.with else {
        return Ok(None);
    };
    let format = match cli.output.message_format.name {
        name @ ("human" | "short" | "json" | "json-diagnostic-rendered-ansi") => name,
        // Nothing else may stand on stdout then.
        _ => "human",
    };
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(&program);
    command
        .args(arguments(cli, with))
        .arg("--message-format")
        .arg(format);
    let lines = format.starts_with("json");
    command.stdin(Stdio::null());
    command.stdout(if lines { Stdio::piped() } else { Stdio::null() });
    let mut child = command.spawn().map_err(|error| {
        let program = program.to_string_lossy();
        Trouble::new(format!("`{program}` cannot be run: {error}"))
            .help("`--with` runs cargo; set `CARGO`, or leave the option away")
    })?;
    let hands_on = child
        .stdout
        .take()
        .map(|stdout| std::thread::spawn(|| hand_on(stdout)));
    Ok(Some(Beside { child, hands_on }))
}

impl Beside {
    /// Waits for it: whether it succeeded.
    pub fn finish(&mut self) -> bool {
        let status = self.child.wait();
        if let Some(hands_on) = self.hands_on.take() {
            let _ = hands_on.join();
        }
        status.is_ok_and(|status| status.success())
    }
}

impl Drop for Beside {
    /// Whatever ends our part, what is printed comes after cargo's.
    fn drop(&mut self) {
        self.finish();
    }
}

/// Line by line as they come. The end of the build is told once, by us.
fn hand_on(from: ChildStdout) {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        if !line.starts_with(br#"{"reason":"build-finished""#) {
            let mut out = io::stdout().lock();
            // Without a reader there is no use in going on; cargo notices it as well.
            if out.write_all(&line).and_then(|()| out.flush()).is_err() {
                return;
            }
        }
        line.clear();
    }
}

/// The same selection in cargo's words.
fn arguments(cli: &Cli, with: With) -> Vec<OsString> {
    let mut words = Words(Vec::new());
    words.0.push(match with {
        With::Check => "check".into(),
        With::Clippy => "clippy".into(),
    });
    let (packages, targets, features) = (
        &cli.choice.packages,
        &cli.choice.targets,
        &cli.choice.features,
    );
    words.each("--package", &packages.package);
    words.flag("--workspace", packages.workspace || packages.all);
    words.each("--exclude", &packages.exclude);
    words.flag("--all-targets", targets.all_targets);
    words.flag("--lib", targets.lib);
    words.flag("--bins", targets.bins);
    words.each("--bin", &targets.bin);
    words.flag("--examples", targets.examples);
    words.each("--example", &targets.example);
    words.flag("--tests", targets.tests);
    words.each("--test", &targets.test);
    words.flag("--benches", targets.benches);
    words.each("--bench", &targets.bench);
    words.each("--features", &features.features);
    words.flag("--all-features", features.all_features);
    words.flag("--no-default-features", features.no_default_features);
    words.each("--target", &cli.choice.build.target);
    words.each("--manifest-path", &cli.choice.manifest.manifest_path);
    words
        .0
        .extend(cli.choice.lock.flags().into_iter().map(OsString::from));
    words.each("--color", cli.output.color.map(color));
    words.flag("--quiet", cli.output.quiet);
    words.0
}

fn color(when: Color) -> &'static str {
    match when {
        Color::Auto => "auto",
        Color::Always => "always",
        Color::Never => "never",
    }
}

/// A command line that grows.
struct Words(Vec<OsString>);

impl Words {
    fn flag(&mut self, name: &str, given: bool) {
        self.0.extend(given.then(|| name.into()));
    }

    fn each<V: Into<OsString> + Clone>(&mut self, name: &str, values: impl IntoIterator<Item = V>) {
        for value in values {
            self.0.push(name.into());
            self.0.push(value.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_is_handed_on() {
        let line = "memlint --workspace --exclude a --all-targets --bin b --features c,d \
                    --no-default-features --target t --locked --color never -q --manifest-path m";
        let args = line.split_whitespace().map(OsString::from).collect();
        let cli = Cli::read(args).expect("is understood");
        let words: Vec<_> = arguments(&cli, With::Clippy)
            .into_iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        let expected = "clippy --workspace --exclude a --all-targets --bin b --features c,d \
                        --no-default-features --target t --manifest-path m --locked --color never \
                        --quiet";
        assert_eq!(words.join(" "), expected);
    }
}
