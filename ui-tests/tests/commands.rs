//! The commands of the README and of the book, run by a shell as a reader would.
//!
//! | fence | what becomes of its lines |
//! | --- | --- |
//! | `sh` | run one after the other in a small workspace, without faults and committed |
//! | `sh,SAMPLE` | run in a copy of that sample crate |
//! | `sh,no_run` | not run, since it builds for long, needs a network or names a place of the reader's; what they call has to exist |
//!
//! A line ends with status 0, or with what its comment says: `# status 1`. No other fence is a shell's.
#![cfg(unix)]

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use std::fs;
use std::path::{Path, PathBuf};
use ui_tests::scratch::Scratch;
use ui_tests::tool::{self, Run};
use ui_tests::{page, repository};

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");
const LEAK: &str = "unsafe extern \"C\" { fn malloc(n: usize) -> *mut u8; }\n\
                    pub fn leak() { unsafe { malloc(8); } }\n";

/// A fenced block: its page, what stands behind the fence, and its lines.
struct Block {
    page: String,
    info: String,
    lines: Vec<String>,
}

impl Block {
    fn place(&self) -> String {
        let Block { page, info, .. } = self;
        format!("{page}: ```{info}")
    }

    /// What stands behind the language.
    fn words(&self) -> Option<&str> {
        let rest = self.info.strip_prefix("sh")?;
        match rest.strip_prefix(',') {
            Some(word) => Some(word),
            None => rest.is_empty().then_some(""),
        }
    }
}

fn blocks() -> Vec<Block> {
    page::all().iter().flat_map(blocks_of).collect()
}

fn blocks_of(page: &page::Page) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut inside = false;
    for event in Parser::new(&page.text) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                inside = true;
                let (page, info) = (page.name.clone(), info.into_string());
                let lines = Vec::new();
                found.push(Block { page, info, lines });
            }
            Event::End(TagEnd::CodeBlock) => inside = false,
            Event::Text(text) if inside => {
                let block = found.last_mut().expect("inside of one");
                block.lines.extend(text.lines().map(str::to_owned));
            }
            _ => {}
        }
    }
    found
}

/// A workspace in which nothing is wrong, with a remote that is no further.
fn workspace(name: &str) -> Scratch {
    let manifest = |name: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n")
    };
    let features = "[features]\ndefault = [\"plain\"]\nplain = []\nfast = []\n";
    let members = "[workspace]\nmembers = [\"app\", \"tools\"]\nresolver = \"3\"\n";
    Scratch::new(env!("CARGO_TARGET_TMPDIR"), name)
        .file("Cargo.toml", members)
        .file("Cargo.lock", "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"tools\"\nversion = \"0.1.0\"\n")
        .file("app/Cargo.toml", manifest("app") + features)
        .file("app/src/main.rs", "fn main() {}\n")
        .file("tools/Cargo.toml", manifest("tools"))
        .file("tools/src/lib.rs", "")
        .file("src/ffi.rs", "")
}

/// Runs a line in a shell that finds `cargo memlint`.
fn shell(scratch: &Scratch, folder: &Path, line: &str) -> Run {
    let bin = Scratch::path(scratch).with_extension("bin");
    fs::create_dir_all(&bin).unwrap();
    fs::copy(PROGRAM, bin.join("cargo-memlint")).unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [bin.clone()]
        .into_iter()
        .chain(std::env::split_paths(&path));
    let path = std::env::join_paths(folders).unwrap();
    tool::run_as("sh", folder, &["-c", line], |command| {
        command
            .env("PATH", path)
            .env("CARGO_TARGET_DIR", bin.join("target"));
    })
}

fn run_block(number: usize, block: &Block, sample: &str) -> Vec<String> {
    let name = format!("commands_{number}");
    let scratch = match sample {
        "" => workspace(&name),
        sample => Scratch::new(env!("CARGO_TARGET_TMPDIR"), &name).sample(sample),
    };
    let scratch = scratch.repository();
    scratch.git("update-ref refs/remotes/origin/main HEAD");
    let folder = scratch.path().join(sample);
    let mut wrong = Vec::new();
    for line in &block.lines {
        let wanted = match line.split_once("# status ") {
            Some((_, status)) => status.trim().parse().expect("a status is a number"),
            None => 0,
        };
        let run = shell(&scratch, &folder, line);
        if run.status != Some(wanted) {
            let (place, status) = (block.place(), run.status);
            wrong.push(format!(
                "{place}\n{line}\nended with {status:?}: {}",
                run.stderr
            ));
        }
        if line.contains("init --hook") {
            assert!(folder.join(".git/hooks/pre-commit").is_file(), "{line}");
        }
    }
    wrong
}

#[test]
fn every_command_ends_as_its_page_says() {
    let mut wrong = Vec::new();
    let mut commands = 0;
    for (number, block) in blocks().iter().enumerate() {
        match block.words() {
            Some("no_run") | None => {}
            Some(sample) => {
                commands += block.lines.len();
                wrong.extend(run_block(number, block, sample));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(commands >= 40, "{commands}");
}

/// Nothing above would notice a program that looks at nothing.
#[test]
fn the_workspace_of_the_commands_is_looked_at() {
    let scratch =
        workspace("commands_faulty").file("app/src/main.rs", format!("{LEAK}fn main() {{}}\n"));
    let run = shell(&scratch, scratch.path(), "cargo memlint -p app -D leak");
    assert_eq!(run.status, Some(1), "{}", run.stderr);
}

#[test]
fn every_fence_of_a_shell_is_written_as_one() {
    let samples = repository().join("ui-tests/samples");
    for block in blocks() {
        let language = block.info.split([',', ' ']).next().unwrap_or_default();
        assert!(
            !["bash", "console", "shell", "zsh", "shell-session"].contains(&language),
            "{}: say `sh`",
            block.place()
        );
        if language == "sh" {
            let known =
                |word: &str| word.is_empty() || word == "no_run" || samples.join(word).is_dir();
            assert!(block.words().is_some_and(known), "{}", block.place());
            assert!(
                block.lines.iter().all(|line| !line.trim().is_empty()),
                "{}",
                block.place()
            );
        }
    }
}

#[test]
fn commands_that_are_not_run_call_what_exists() {
    let mut checked = 0;
    for block in blocks()
        .iter()
        .filter(|block| block.words() == Some("no_run"))
    {
        for line in &block.lines {
            if let Err(why) = exists(line) {
                panic!("{}\n{line}\n{why}", block.place());
            }
            checked += 1;
        }
    }
    assert!(checked > 0);
}

/// Whether what a line calls is there, and takes the options that it is given.
fn exists(line: &str) -> Result<(), String> {
    let command = line.split(" #").next().unwrap_or_default();
    let words: Vec<&str> = command
        .split_whitespace()
        .skip_while(|word| word.contains('=') && !word.starts_with('-'))
        .collect();
    match words[..] {
        ["cargo", "memlint", ref options @ ..]
        | [
            "cargo",
            "run",
            "-p",
            "cargo-memlint",
            "--",
            ref options @ ..,
        ] => understood(options),
        ["cargo", "xtask", command, ..] => {
            let usage = fs::read_to_string(repository().join("xtask/src/main.rs")).unwrap();
            let known = usage.contains(&format!("\n  {command} "));
            known
                .then_some(())
                .ok_or_else(|| "no such command".to_owned())
        }
        ["cargo", "test", "-p", package, "--test", test]
        | [
            "cargo",
            "test",
            "-p",
            package,
            "--test",
            test,
            "--",
            "--nocapture",
        ] => {
            let tests = member(package).ok_or("no such package")?.join("tests");
            let known = tests.join(format!("{test}.rs")).exists() || tests.join(test).exists();
            known.then_some(()).ok_or_else(|| "no such test".to_owned())
        }
        ["cargo", "test", "--workspace"] | ["cargo", "test"] | ["cargo", "install", ..] => Ok(()),
        ["mdbook", "build" | "serve", folder, ..] => {
            let known = repository().join(folder).join("book.toml").exists();
            known
                .then_some(())
                .ok_or_else(|| "no book there".to_owned())
        }
        [".ci/run"] => {
            let known = repository().join(".ci/run").exists();
            known.then_some(()).ok_or_else(|| "no such file".to_owned())
        }
        _ => Err("it is not known what this calls".to_owned()),
    }
}

/// The folder of a package of this workspace.
fn member(package: &str) -> Option<PathBuf> {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let members = manifest["workspace"]["members"].as_array().unwrap();
    let mut folders = members
        .iter()
        .map(|member| repository().join(member.as_str().unwrap()));
    folders.find(|folder| {
        let text = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        text.contains(&format!("name = \"{package}\"\n"))
    })
}

/// An unknown option is refused before help is given.
fn understood(options: &[&str]) -> Result<(), String> {
    let redirected = options.iter().position(|word| word.starts_with('>'));
    let mut args = vec!["memlint"];
    args.extend(&options[..redirected.unwrap_or(options.len())]);
    args.push("--help");
    let run = tool::run(PROGRAM, &repository(), &args);
    (run.status == Some(0)).then_some(()).ok_or(run.stderr)
}

#[test]
fn what_does_not_exist_is_noticed() {
    for (line, good) in [
        ("cargo memlint --workspace   # all", true),
        ("cargo memlint --no-such-option", false),
        ("cargo run -p cargo-memlint -- --with check", true),
        ("cargo run -p cargo-memlint -- --no-such-option", false),
        ("cargo xtask docs", true),
        ("cargo xtask no-such-command", false),
        ("A=1 cargo test -p ui-tests --test metamorphic", true),
        ("cargo test -p ui-tests --test no_such_test", false),
        (
            "cargo test -p ui-tests --test labelled -- --nocapture",
            true,
        ),
        ("cargo test -p ui-tests --test labelled -- --no-such", false),
        ("no-such-program", false),
    ] {
        assert_eq!(exists(line).is_ok(), good, "{line}");
    }
}
