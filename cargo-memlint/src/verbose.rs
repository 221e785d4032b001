//! What `-v` tells: what was read, what was skipped and why, and how long each stage took.

use crate::lowering::{Fate, Lowered};
use crate::plan::Plan;
use crate::report::counted;
use memlint_analysis::Analysis;
use std::fmt::Write;
use std::io;
use std::time::{Duration, Instant};

/// The time of each stage.
#[derive(Debug, Clone)]
pub struct Clock {
    begin: Instant,
    last: Instant,
    stages: Vec<(&'static str, Duration)>,
}

impl Default for Clock {
    fn default() -> Clock {
        let begin = Instant::now();
        Clock {
            begin,
            last: begin,
            stages: Vec::new(),
        }
    }
}

impl Clock {
    /// The stage of this name ends now.
    pub fn end(&mut self, stage: &'static str) {
        let now = Instant::now();
        self.stages.push((stage, now - self.last));
        self.last = now;
    }
}

/// Writes it to stderr; from `depth` 2 on, with a line for each file.
pub fn tell(depth: u8, plan: &Plan, lowered: &Lowered, analysis: &Analysis, clock: &Clock) {
    let mut lines = Vec::new();
    sources(plan, lowered, &mut lines);
    if depth > 1 {
        files(lowered, &mut lines);
    }
    lines.push(read(lowered));
    lines.push(analyzed(analysis, clock));
    let mut text = String::new();
    for line in lines {
        let _ = writeln!(text, "memlint: {line}");
    }
    let _ = io::Write::write_all(&mut io::stderr().lock(), text.as_bytes());
}

/// Where it looked.
fn sources(plan: &Plan, lowered: &Lowered, lines: &mut Vec<String>) {
    lines.push(format!(
        "file names are relative to {}",
        plan.root.display()
    ));
    let own = plan.config.packages.values();
    let origins = [&plan.config.rules].into_iter().chain(own);
    let origins: Vec<_> = origins
        .map(|rules| rules.origin.as_str())
        .filter(|origin| !origin.is_empty())
        .collect();
    lines.push(match origins.is_empty() {
        true => "no configuration".to_owned(),
        false => format!("configuration: {}", origins.join(", ")),
    });
    for unit in plan.units.iter().filter(|unit| unit.only.is_none()) {
        let target = &unit.identity.target;
        let (name, kind) = (&target.name, target.kind.join(", "));
        let features = match &unit.conditions.features {
            None => "code under all features".to_owned(),
            Some(on) if on.is_empty() => "no features".to_owned(),
            Some(on) => format!(
                "features {}",
                Vec::from_iter(on.iter().map(String::as_str)).join(", ")
            ),
        };
        lines.push(format!("target {name} ({kind}), {features}"));
    }
    for (target, why) in &plan.left_out {
        lines.push(format!("left out: target {target}: {why}"));
    }
    for file in &lowered.excluded {
        lines.push(format!("left out: {file}: the configuration excludes it"));
    }
}

fn files(lowered: &Lowered, lines: &mut Vec<String>) {
    for (file, fate) in lowered.files.iter().zip(&lowered.fates) {
        let fate = match fate {
            Fate::Parsed => "parsed",
            Fate::NoTrigger => "read; no word in it that allocation begins with",
            Fate::Failed => "left out: it does not parse",
        };
        lines.push(format!("{}: {fate}", file.shown));
    }
}

fn read(lowered: &Lowered) -> String {
    let counts = lowered.counts;
    format!(
        "{} ({} kB): {} parsed ({} kB), {} without a trigger word, {} left out",
        counted(counts.files, "file"),
        counts.bytes / 1000,
        counts.parsed,
        counts.parsed_bytes / 1000,
        counts.skipped,
        counts.failed,
    )
}

fn analyzed(analysis: &Analysis, clock: &Clock) -> String {
    let stats = &analysis.stats;
    let stages = clock.stages.iter();
    let stages: Vec<_> = stages
        .map(|(name, took)| format!("{name} {:.3} s", took.as_secs_f64()))
        .collect();
    format!(
        "{} bodies analyzed, {} capped, {:.2} s ({})",
        stats.bodies,
        stats.states_capped,
        clock.begin.elapsed().as_secs_f64(),
        stages.join(", "),
    )
}
