//! Breaks real code where it is known to be right, and looks whether the tool notices.
//!
//! A mutant is one change of one statement that releases what the same function, or a constructor
//! of the same type, has acquired. Which sites are tried depends on the seed alone.

mod sites;
mod words;

use crate::{Outcome, build, sources};
use serde_json::Value;
use sites::Site;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use words::Releases;

/// What is done to a release, and the lints that should notice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Mutation {
    /// Another allocator's routine takes its place.
    Swapped,
    /// It is gone.
    Dropped,
    /// It stands there twice.
    Doubled,
}

impl Mutation {
    const ALL: [Mutation; 3] = [Mutation::Swapped, Mutation::Dropped, Mutation::Doubled];

    fn lints(self) -> &'static [&'static str] {
        match self {
            Mutation::Swapped => &["mismatched_dealloc", "mismatched_layout"],
            Mutation::Dropped => &["leaked_alloc", "leaked_raw", "owner_without_drop"],
            Mutation::Doubled => &["double_free", "use_after_free", "aliased_owner"],
        }
    }

    fn apply(self, text: &str, site: &Site) -> String {
        let argument = &text[site.argument.clone()];
        let (range, by) = match self {
            Mutation::Swapped => {
                let call = match site.releases {
                    Releases::Rust => format!("libc::free(({argument}) as *mut libc::c_void)"),
                    Releases::Foreign => format!("drop(Box::from_raw(({argument}) as *mut u8))"),
                };
                (site.call.clone(), call)
            }
            Mutation::Dropped => (site.statement.clone(), String::from("{}")),
            Mutation::Doubled => {
                let statement = text[site.statement.clone()].trim_end_matches(';');
                (site.statement.clone(), format!("{statement}; {statement};"))
            }
        };
        format!("{}{by}{}", &text[..range.start], &text[range.end..])
    }
}

/// One change of one file.
struct Mutant {
    krate: PathBuf,
    file: PathBuf,
    site: Site,
    mutation: Mutation,
}

/// How many were tried and noticed.
#[derive(Default)]
struct Score {
    tried: usize,
    found: usize,
    lints: BTreeMap<String, usize>,
}

/// The share of mutants that should be noticed.
const GOAL: f64 = 0.70;
/// How many are tried if nobody says.
const COUNT: usize = 300;

/// Tries mutants of the crates in a folder and prints the share that was noticed; the others go to
/// `target/mutants.txt`.
pub(crate) fn run(folder: &Path, options: &[&str]) -> Outcome {
    let (seed, count) = (
        option(options, "--seed")?.unwrap_or(1),
        option(options, "--count")?.unwrap_or(COUNT as u64),
    );
    let tool = build::tool()?;
    let mut mutants = mutants(folder)?;
    println!("{} mutants are possible", mutants.len());
    mutants.sort_by_key(|mutant| rank(seed, folder, mutant));
    mutants.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    // Those of one crate one after the other: it is copied and judged as it was once.
    mutants.sort_by(|a, b| (&a.krate, &a.file, a.site.line).cmp(&(&b.krate, &b.file, b.site.line)));
    let mut scores: BTreeMap<(Mutation, bool), Score> = BTreeMap::new();
    let mut missed = String::new();
    let mut bench: Option<Copied> = None;
    for mutant in &mutants {
        if bench.as_ref().is_none_or(|bench| bench.of != mutant.krate) {
            bench = Some(Copied::new(&tool, &mutant.krate)?);
        }
        let Some(bench) = &bench else { continue };
        let noticed = bench.notices(&tool, mutant)?;
        let score = scores
            .entry((mutant.mutation, mutant.site.halves))
            .or_default();
        score.tried += 1;
        match noticed {
            Some(lint) => {
                score.found += 1;
                *score.lints.entry(lint).or_default() += 1;
            }
            None => missed += &describe(folder, mutant),
        }
    }
    let list = crate::repository().join("target/mutants.txt");
    fs::write(&list, missed).map_err(|error| error.to_string())?;
    report(&scores)
}

fn option(options: &[&str], name: &str) -> Result<Option<u64>, String> {
    let Some(at) = options.iter().position(|option| *option == name) else {
        return Ok(None);
    };
    let value = options.get(at + 1).and_then(|value| value.parse().ok());
    value
        .map(Some)
        .ok_or_else(|| format!("{name} needs a number"))
}

fn mutants(folder: &Path) -> Result<Vec<Mutant>, String> {
    let mut mutants = Vec::new();
    for krate in sources::crates(folder)? {
        for source in sources::files(&krate.join("src")).unwrap_or_default() {
            let Ok(text) = fs::read_to_string(&source.path) else {
                continue;
            };
            for site in sites::find(&text) {
                mutants.extend(Mutation::ALL.map(|mutation| Mutant {
                    krate: krate.clone(),
                    file: source.path.clone(),
                    site: site.clone(),
                    mutation,
                }));
            }
        }
    }
    Ok(mutants)
}

/// The place of a mutant in the order in which they are drawn: FNV-1a of what it is and the seed.
fn rank(seed: u64, folder: &Path, mutant: &Mutant) -> u64 {
    let inside = mutant.file.strip_prefix(folder).unwrap_or(&mutant.file);
    let words = format!(
        "{seed} {} {} {:?}",
        inside.display(),
        mutant.site.call.start,
        mutant.mutation
    );
    words.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A copy of a crate that may be broken, and what is found in it as it is.
struct Copied {
    of: PathBuf,
    copy: PathBuf,
    before: Findings,
}

/// How often each lint is reported in each file.
type Findings = BTreeMap<(String, String), usize>;

impl Copied {
    fn new(tool: &Path, krate: &Path) -> Result<Copied, String> {
        let copy = crate::repository().join("target/mutants");
        if copy.exists() {
            fs::remove_dir_all(&copy).map_err(|error| error.to_string())?;
        }
        copy_folder(krate, &copy).map_err(|error| format!("{}: {error}", krate.display()))?;
        Ok(Copied {
            of: krate.to_owned(),
            before: findings(tool, &copy)?,
            copy,
        })
    }

    /// The lint that notices a mutant; one that is expected, if there are several.
    fn notices(&self, tool: &Path, mutant: &Mutant) -> Result<Option<String>, String> {
        let inside = mutant.file.strip_prefix(&self.of).unwrap_or(&mutant.file);
        let file = self.copy.join(inside);
        let text = fs::read_to_string(&mutant.file).map_err(|error| error.to_string())?;
        fs::write(&file, mutant.mutation.apply(&text, &mutant.site)).map_err(|e| e.to_string())?;
        let after = findings(tool, &self.copy);
        fs::write(&file, text).map_err(|error| error.to_string())?;
        let after = after?;
        let more = after
            .iter()
            .filter(|(key, count)| **count > self.before.get(*key).copied().unwrap_or(0));
        let mut lints: Vec<&String> = more.map(|((lint, _), _)| lint).collect();
        let expected = mutant.mutation.lints();
        lints.retain(|lint| expected.contains(&lint.as_str()));
        Ok(lints.first().map(|lint| (*lint).clone()))
    }
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy_folder(&entry.path(), &target)?,
            false => fs::write(target, fs::read(entry.path())?)?,
        }
    }
    Ok(())
}

fn findings(tool: &Path, krate: &Path) -> Result<Findings, String> {
    // The copy lies in a workspace that it does not belong to: as files it needs no manifest.
    let output = Command::new(tool)
        .args(["memlint", "--message-format=json"])
        .arg(krate.join("src"))
        .output()
        .map_err(|error| format!("{}: {error}", tool.display()))?;
    if !matches!(output.status.code(), Some(0 | 1)) {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}: {}\n{said}", krate.display(), output.status));
    }
    let mut findings = Findings::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        let message = &message["message"];
        let spans = message["spans"].as_array();
        let primary = spans.and_then(|spans| spans.iter().find(|span| span["is_primary"] == true));
        if let (Some(code), Some(primary)) = (message["code"]["code"].as_str(), primary) {
            let lint = code.trim_start_matches("memlint::").to_owned();
            let file = primary["file_name"].as_str().unwrap_or_default().to_owned();
            *findings.entry((lint, file)).or_default() += 1;
        }
    }
    Ok(findings)
}

fn describe(folder: &Path, mutant: &Mutant) -> String {
    let inside = mutant.file.strip_prefix(folder).unwrap_or(&mutant.file);
    let text = fs::read_to_string(&mutant.file).unwrap_or_default();
    let broken = mutant.mutation.apply(&text, &mutant.site);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "## {}:{} {:?}",
        inside.display(),
        mutant.site.line,
        mutant.mutation
    );
    for line in broken
        .lines()
        .skip(mutant.site.line.saturating_sub(12))
        .take(20)
    {
        let _ = writeln!(out, "    {line}");
    }
    out
}

fn report(scores: &BTreeMap<(Mutation, bool), Score>) -> Outcome {
    println!(
        "{:10} {:22} {:>6} {:>6} {:>7}  lints",
        "mutation", "partner", "tried", "found", "share"
    );
    let (mut tried, mut found) = (0, 0);
    for ((mutation, halves), score) in scores {
        let partner = match halves {
            true => "constructor and Drop",
            false => "in the function",
        };
        let lints: Vec<String> = score
            .lints
            .iter()
            .map(|(lint, n)| format!("{lint} {n}"))
            .collect();
        println!(
            "{:10} {partner:22} {:>6} {:>6} {:>6.0}%  {}",
            format!("{mutation:?}").to_lowercase(),
            score.tried,
            score.found,
            share(score.found, score.tried) * 100.0,
            lints.join(", ")
        );
        tried += score.tried;
        found += score.found;
    }
    let share = share(found, tried);
    println!(
        "{found} of {tried} mutants noticed, {:.0} % (goal {:.0} %)",
        share * 100.0,
        GOAL * 100.0
    );
    match share >= GOAL {
        true => Ok(()),
        false => Err("the goal is missed: see target/mutants.txt".to_owned()),
    }
}

fn share(found: usize, tried: usize) -> f64 {
    found as f64 / tried.max(1) as f64
}
