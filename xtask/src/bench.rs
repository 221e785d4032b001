//! Measures the release build against its goals and prints a table.
//!
//! Every crate is checked by a run of its own, as its developer would, and the costs are summed.
//! Instruction counts gate where counting is affordable, since they do not depend on the
//! machine's load; elsewhere processor time and seconds are shown as ratios.

use crate::measure::{Cost, Job};
use crate::sources::{self, Source};
use crate::{Outcome, build, clippy, programs};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// The crates counted under callgrind, which is fifty times slower than the machine: the eight in
/// the middle of the corpus by size. The list is fixed, so that counts of different days compare.
const COUNTED: [&str; 8] = [
    "arrow-buffer-60.1.0",
    "crossbeam-channel-0.5.17",
    "ffmpeg-next-9.0.0",
    "heed-0.23.1",
    "metal-0.33.0",
    "neon-1.2.0-alpha.0",
    "rdkafka-0.39.0",
    "rquickjs-core-0.14.0",
];

/// How many of the crates that cost most are shown.
const DEAREST: usize = 8;

/// A measured value, with its goal if it has one: smaller is better.
struct Score {
    what: &'static str,
    value: f64,
    goal: Option<f64>,
}

/// What is measured, and on what.
struct Bench {
    tool: PathBuf,
    floor: PathBuf,
    scratch: PathBuf,
    crates: Vec<Member>,
}

/// One crate of the folder.
struct Member {
    name: String,
    path: PathBuf,
    files: Vec<Source>,
}

/// Measures everything and fails if a goal is missed.
pub(crate) fn run(folder: &Path) -> Outcome {
    let bench = Bench::new(folder)?;
    let mut missed = 0;
    println!("{:56} {:>10} {:>8}", "", "measured", "goal");
    let parts = [
        Bench::counted,
        Bench::idle_files,
        Bench::programs,
        Bench::whole,
        Bench::median,
        Bench::beside_clippy,
    ];
    for part in parts {
        for score in part(&bench)? {
            missed += usize::from(!score.good());
            println!("{}", score.line());
        }
    }
    match missed {
        0 => Ok(()),
        _ => Err(format!("{missed} goals are missed")),
    }
}

impl Bench {
    fn new(folder: &Path) -> Result<Self, String> {
        let scratch = crate::repository().join("target/bench");
        fs::create_dir_all(&scratch).map_err(|error| error.to_string())?;
        let mut crates = Vec::new();
        for path in sources::crates(folder)? {
            let name = path.file_name().unwrap_or_default();
            crates.push(Member {
                name: name.to_string_lossy().into_owned(),
                files: sources::files(&path)?,
                path,
            });
        }
        Ok(Self {
            tool: build::tool()?,
            floor: build::floor()?,
            scratch,
            crates,
        })
    }

    fn check(&self, paths: &[&Path], threads: usize) -> Job {
        let mut args: Vec<OsString> = vec!["memlint".into(), "--message-format=json".into()];
        args.extend(paths.iter().map(OsString::from));
        Job {
            program: self.tool.clone(),
            args,
            threads,
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

    fn list<'a>(
        &self,
        name: &str,
        files: impl Iterator<Item = &'a Source>,
    ) -> Result<PathBuf, String> {
        let lines: Vec<String> = files.map(|file| file.path.display().to_string()).collect();
        self.write(name, &lines.join("\n"))
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf, String> {
        let path = self.scratch.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path)
    }

    /// What the tool costs on next to nothing, in instructions: the library's description, mostly.
    fn start(&self) -> Result<f64, String> {
        self.check(&[&self.trifle()?], 1).instructions()
    }

    /// A file that has a trigger word and no code: without such a word no analysis begins.
    fn trifle(&self) -> Result<PathBuf, String> {
        self.write("trifle.rs", "// malloc\n")
    }

    /// Instructions over the crates of the fixed list.
    fn counted(&self) -> Result<Vec<Score>, String> {
        let sample = self.sample()?;
        let files = || sample.iter().flat_map(|member| &member.files);
        let sizes = sample.iter().map(|member| sources::bytes(&member.files));
        let bytes = sizes.sum::<u64>() as f64;
        let mut whole = 0.0;
        for member in &sample {
            whole += self.check(&[&member.path], 1).instructions()?;
        }
        let start = self.start()?;
        let rest = whole - start * sample.len() as f64;
        let list = self.list("files.txt", files())?;
        let parse = self.floor("parse", &list).instructions()?;
        Ok(vec![
            score("median crates: instructions a byte", whole / bytes, 410.0),
            shown("  of which beyond the start of each run", rest / bytes),
            shown(
                "  the floor: parsing what has a trigger word",
                parse / bytes,
            ),
            shown("  one start, millions of instructions", start / 1e6),
            score("median crates: whole run / floor", whole / parse, 1.6),
            shown("  the same without the start", rest / parse),
        ])
    }

    fn sample(&self) -> Result<Vec<&Member>, String> {
        let find = |name: &&str| {
            let found = self.crates.iter().find(|member| member.name == *name);
            found.ok_or_else(|| format!("{name} is not in the folder"))
        };
        COUNTED.iter().map(find).collect()
    }

    /// Files without a trigger word, at most a thousand of them, outside any crate.
    fn idle_files(&self) -> Result<Vec<Score>, String> {
        let all = self.crates.iter().flat_map(|member| &member.files);
        let list = self.list("all.txt", all)?;
        let output = std::process::Command::new(&self.floor)
            .arg("list")
            .arg(list)
            .output()
            .map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout);
        let every = (text.lines().count() / 1000).max(1);
        let lines: Vec<&str> = text.lines().step_by(every).take(1000).collect();
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        let idle_list = self.write("idle.txt", &lines.join("\n"))?;
        let paths: Vec<&Path> = lines.iter().map(Path::new).collect();
        let (nothing, none) = (self.write("empty.rs", "")?, self.write("none.txt", "")?);
        let tool =
            self.check(&paths, 1).instructions()? - self.check(&[&nothing], 1).instructions()?;
        let floor = self.floor("read", &idle_list).instructions()?
            - self.floor("read", &none).instructions()?;
        let sizes = lines.iter().filter_map(|path| fs::metadata(path).ok());
        let bytes = sizes.map(|data| data.len()).sum::<u64>() as f64;
        let what = "files without a trigger word: run / (read + prefilter)";
        Ok(vec![
            score(what, tool / floor, 1.5),
            shown("  the run, instructions a byte", tool / bytes),
            shown("  reading and prefiltering", floor / bytes),
        ])
    }

    /// How the cost grows, on programs made for it.
    fn programs(&self) -> Result<Vec<Score>, String> {
        let start = self.start()?;
        let cost = |name: &str, text: &str| -> Result<(f64, PathBuf), String> {
            let path = self.write(name, text)?;
            Ok((self.check(&[&path], 1).instructions()? - start, path))
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

    /// Every crate by itself: processor time against parsing, threads, memory.
    fn whole(&self) -> Result<Vec<Score>, String> {
        // One run of each after the other, so that what else the machine does falls on both.
        let (mut one, mut two) = (Vec::new(), Vec::new());
        for member in &self.crates {
            one.push(self.check(&[&member.path], 1).cost()?);
            two.push(self.check(&[&member.path], 2).cost()?);
        }
        let all = self.crates.iter().flat_map(|member| &member.files);
        let list = self.list("all.txt", all)?;
        let parse = self.floor("parse", &list).cost()?.cpu;
        let cpu = |costs: &[Cost]| costs.iter().map(|cost| cost.cpu).sum::<f64>();
        let wall = |costs: &[Cost]| costs.iter().map(|cost| cost.wall).sum::<f64>();
        let peak = one.iter().chain(&two).map(|cost| cost.peak);
        let trifle = self.trifle()?;
        let mut starts = Vec::new();
        for _ in 0..20 {
            starts.push(self.check(&[&trifle], 1).cost()?);
        }
        let start = cpu(&starts) / starts.len() as f64 * one.len() as f64;
        self.dearest(&one);
        Ok(vec![
            score(
                "all crates: whole runs / floor, user CPU",
                cpu(&one) / parse,
                1.6,
            ),
            shown("  the same without the starts", (cpu(&one) - start) / parse),
            score("two threads / one, wall", wall(&two) / wall(&one), 0.60),
            score(
                "peak memory, largest of the crates, MB",
                peak.fold(0.0, f64::max) / 1e6,
                160.0,
            ),
        ])
    }

    /// Shows the crates that cost most, with their part of the whole.
    fn dearest(&self, costs: &[Cost]) {
        let total: f64 = costs.iter().map(|cost| cost.cpu).sum();
        let mut pairs: Vec<(&Member, &Cost)> = self.crates.iter().zip(costs).collect();
        pairs.sort_by(|a, b| b.1.cpu.total_cmp(&a.1.cpu));
        for (member, cost) in pairs.iter().take(DEAREST) {
            println!(
                "  {:54} {:>8.2} s {:>6.1} % of the CPU, {:.0} MB",
                member.name,
                cost.cpu,
                cost.cpu / total * 100.0,
                cost.peak / 1e6
            );
        }
    }

    fn median(&self) -> Result<Vec<Score>, String> {
        let mut costs = Vec::new();
        for member in &self.crates {
            let manifest = member.path.join("Cargo.toml");
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
            costs.push(job.cost()?);
        }
        let middle = |of: fn(&Cost) -> f64| {
            let mut values: Vec<f64> = costs.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        Ok(vec![
            score(
                "median crate with `cargo metadata`, seconds",
                middle(|cost| cost.wall),
                0.15,
            ),
            shown(
                "  its user CPU, on a machine that does other things",
                middle(|cost| cost.cpu),
            ),
        ])
    }
}

impl Bench {
    /// The worst of a few crates.
    fn beside_clippy(&self) -> Result<Vec<Score>, String> {
        let mut worst: f64 = 0.0;
        for (name, features) in clippy::CRATES {
            let found = self.crates.iter().find(|member| member.name == name);
            let member = found.ok_or_else(|| format!("{name} is not in the folder"))?;
            let ratio = clippy::ratio(&self.tool, &member.path, features)?;
            println!("  {name:54} {ratio:>10.3} of clippy");
            worst = worst.max(ratio);
        }
        let what = "user CPU / that of `cargo clippy` after a touch, worst crate";
        Ok(vec![score(what, worst, 0.20)])
    }
}

impl Score {
    fn good(&self) -> bool {
        self.goal.is_none_or(|goal| self.value <= goal)
    }

    fn line(&self) -> String {
        let Some(goal) = self.goal else {
            return format!("{:56} {:>10.3}", self.what, self.value);
        };
        let verdict = if self.good() { "pass" } else { "MISSED" };
        let Self { what, value, .. } = self;
        format!("{what:56} {value:>10.3} {goal:>8}  {verdict}")
    }
}

fn score(what: &'static str, value: f64, goal: f64) -> Score {
    Score {
        what,
        value,
        goal: Some(goal),
    }
}

/// A value that explains another and has no goal of its own.
fn shown(what: &'static str, value: f64) -> Score {
    Score {
        what,
        value,
        goal: None,
    }
}
