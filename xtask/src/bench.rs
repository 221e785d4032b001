//! Measures the release build against its goals and prints a table.
//!
//! Instruction counts gate, since they do not depend on the machine's load; seconds are ratios.

use crate::measure::Job;
use crate::sources::{self, Source};
use crate::{Outcome, build, programs};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// About how many bytes are counted under callgrind, which is fifty times slower than the machine.
const COUNTED_BYTES: u64 = 6_000_000;

/// A measured value with its goal: smaller is better.
struct Score {
    what: &'static str,
    value: f64,
    goal: f64,
}

/// What is measured, and on what.
struct Bench {
    tool: PathBuf,
    floor: PathBuf,
    scratch: PathBuf,
    crates: Vec<PathBuf>,
}

/// Measures everything and fails if a goal is missed.
pub(crate) fn run(folder: &Path) -> Outcome {
    let scratch = crate::repository().join("target/bench");
    fs::create_dir_all(&scratch).map_err(|error| error.to_string())?;
    let bench = Bench {
        tool: build::tool()?,
        floor: build::floor()?,
        scratch,
        crates: sources::crates(folder)?,
    };
    let mut missed = 0;
    println!("{:52} {:>10} {:>8}", "", "measured", "goal");
    let parts = [
        Bench::whole,
        Bench::programs,
        Bench::threads,
        Bench::memory,
        Bench::median,
    ];
    for part in parts {
        for score in part(&bench)? {
            let good = score.value <= score.goal;
            missed += usize::from(!good);
            let verdict = if good { "pass" } else { "MISSED" };
            println!(
                "{:52} {:>10.3} {:>8}  {verdict}",
                score.what, score.value, score.goal
            );
        }
    }
    match missed {
        0 => Ok(()),
        _ => Err(format!("{missed} goals are missed")),
    }
}

impl Bench {
    fn check(&self, paths: &[PathBuf]) -> Job {
        let mut args: Vec<OsString> = vec!["memlint".into(), "--message-format=json".into()];
        args.extend(paths.iter().map(OsString::from));
        Job {
            program: self.tool.clone(),
            args,
            threads: 1,
        }
    }

    /// The floor over the files named in a list: `read`, `parse`, or `list` those without a
    /// trigger word.
    fn floor(&self, what: &str, list: &Path) -> Job {
        Job {
            program: self.floor.clone(),
            args: vec![what.into(), list.into()],
            threads: 1,
        }
    }

    fn list(&self, name: &str, files: &[Source]) -> Result<PathBuf, String> {
        let lines: Vec<String> = files
            .iter()
            .map(|file| file.path.display().to_string())
            .collect();
        self.write(name, &lines.join("\n"))
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf, String> {
        let path = self.scratch.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path)
    }

    /// Every k-th crate, so that the sample has about the wanted size.
    fn sample(&self) -> Result<(Vec<PathBuf>, Vec<Source>), String> {
        let mut all = Vec::new();
        for path in &self.crates {
            all.push((path, sources::files(path)?));
        }
        let total: u64 = all.iter().map(|(_, files)| sources::bytes(files)).sum();
        let step = (total / COUNTED_BYTES).max(1) as usize;
        let mut chosen = (Vec::new(), Vec::new());
        for (path, files) in all.into_iter().step_by(step) {
            chosen.0.push(path.clone());
            chosen.1.extend(files);
        }
        Ok(chosen)
    }

    fn whole(&self) -> Result<Vec<Score>, String> {
        let (crates, files) = self.sample()?;
        let bytes = sources::bytes(&files) as f64;
        let list = self.list("files.txt", &files)?;
        let whole = self.check(&crates).instructions()?;
        let parse = self.floor("parse", &list).instructions()?;
        let mut scores = vec![
            score(
                "instructions a byte, whole run, one thread",
                whole / bytes,
                410.0,
            ),
            score(
                "whole run / parsing of the files with a trigger word",
                whole / parse,
                1.6,
            ),
        ];
        scores.extend(self.idle_files(&list)?);
        Ok(scores)
    }

    /// Files without a trigger word, at most a thousand of them.
    fn idle_files(&self, list: &Path) -> Result<Option<Score>, String> {
        let output = std::process::Command::new(&self.floor)
            .arg("list")
            .arg(list)
            .output()
            .map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout);
        let idle: Vec<PathBuf> = text.lines().take(1000).map(PathBuf::from).collect();
        if idle.is_empty() {
            return Ok(None);
        }
        let lines: Vec<&str> = text.lines().take(1000).collect();
        let idle_list = self.write("idle.txt", &lines.join("\n"))?;
        let empty = self.write("empty.rs", "")?;
        let start = self.check(&[empty]).instructions()?;
        let tool = self.check(&idle).instructions()? - start;
        let floor = self.floor("read", &idle_list).instructions()?;
        Ok(Some(score(
            "files without one: run / (read + prefilter)",
            tool / floor,
            1.5,
        )))
    }

    fn programs(&self) -> Result<Vec<Score>, String> {
        let start = self.check(&[self.write("empty.rs", "")?]).instructions()?;
        let cost = |name: &str, text: &str| -> Result<(f64, PathBuf), String> {
            let path = self.write(name, text)?;
            Ok((
                self.check(std::slice::from_ref(&path)).instructions()? - start,
                path,
            ))
        };
        let (monster, path) = cost("monster.rs", &programs::monster(683))?;
        let list = self.write("monster.txt", &path.display().to_string())?;
        let none = self.write("none.txt", "")?;
        let parse = self.floor("parse", &list).instructions()?
            - self.floor("parse", &none).instructions()?;
        let (branches, _) = cost("branches.rs", &programs::monster(341))?;
        let (some, _) = cost("some.rs", &programs::many(150))?;
        let (double, _) = cost("double.rs", &programs::many(300))?;
        Ok(vec![
            score(
                "a function of 683 branches / its parsing",
                monster / parse,
                5.0,
            ),
            score("twice the branches", monster / branches, 2.5),
            score("twice the functions", double / some, 2.5),
        ])
    }

    fn threads(&self) -> Result<Vec<Score>, String> {
        let one = self.check(&self.crates);
        let two = Job {
            threads: 2,
            ..one.clone()
        };
        let ratio = two.seconds(3)? / one.seconds(3)?;
        Ok(vec![score("two threads / one, wall", ratio, 0.60)])
    }

    fn memory(&self) -> Result<Vec<Score>, String> {
        let all = Job {
            threads: 2,
            ..self.check(&self.crates)
        };
        let peak = all.peak()? / 1e6;
        Ok(vec![score("peak memory over everything, MB", peak, 160.0)])
    }

    fn median(&self) -> Result<Vec<Score>, String> {
        let mut seconds = Vec::new();
        for path in &self.crates {
            let manifest = path.join("Cargo.toml");
            let args = vec![
                "memlint".into(),
                "-q".into(),
                "--manifest-path".into(),
                manifest.into(),
            ];
            let job = Job {
                program: self.tool.clone(),
                args,
                threads: 2,
            };
            seconds.push(job.seconds(1)?);
        }
        seconds.sort_by(f64::total_cmp);
        let median = seconds[seconds.len() / 2];
        Ok(vec![score(
            "median crate with `cargo metadata`, seconds",
            median,
            0.15,
        )])
    }
}

fn score(what: &'static str, value: f64, goal: f64) -> Score {
    Score { what, value, goal }
}
