//! What the run-time checks cost: the allocator under a load that only allocates, and a pair.

use crate::Outcome;
use crate::build;
use crate::measure::Job;
use std::path::Path;

/// Operations counted under callgrind: the difference of the two is free of start and end.
const COUNTED: [usize; 2] = [100_000, 300_000];
/// Operations that are timed.
const TIMED: usize = 20_000_000;
/// Runs of which the quickest counts.
const RUNS: usize = 7;

/// Measures everything and fails if a goal is missed.
pub(crate) fn run() -> Outcome {
    let system = build::example("churn_system")?;
    let checked = build::example("churn_checked")?;
    let pairs = build::example("pairs_load")?;
    let load = |program: &Path| instructions(program, &[]);
    let pair = |word: &[&str]| instructions(&pairs, word);
    let (plain, sealed) = (load(&system)?, load(&checked)?);
    let (untracked, tracked) = (pair(&[])?, pair(&["tracked"])?);
    let alone = |program: &Path| job(program, TIMED, 1, &[]);
    let on_eight = |program: &Path| job(program, TIMED, 8, &[]);
    let tracked_on = |threads| job(&pairs, TIMED, threads, &["tracked"]);
    println!("{:58} {:>10} {:>8}", "", "measured", "goal");
    println!(
        "{:58} {plain:>10.0}",
        "instructions an operation, the system's allocator"
    );
    println!(
        "{:58} {sealed:>10.0}",
        "instructions an operation, the checked one"
    );
    let [one, one_plain] = seconds([&alone(&checked), &alone(&system)])?;
    let [eight, eight_plain] = seconds([&on_eight(&checked), &on_eight(&system)])?;
    let [eight_pairs, one_pair] = seconds([&tracked_on(8), &tracked_on(1)])?;
    let nanoseconds = one_pair / TIMED as f64 * 1e9;
    println!("{:58} {nanoseconds:>10.0}", "nanoseconds of a tracked pair");
    let scores = [
        (
            "the checked allocator, instructions, ratio",
            sealed / plain,
            1.3,
        ),
        (
            "the checked allocator, processor time, ratio",
            one / one_plain,
            1.3,
        ),
        ("the same on eight threads", eight / eight_plain, 1.3),
        (
            "a tracked pair, instructions above an untracked one",
            tracked - untracked,
            400.0,
        ),
        (
            "a tracked pair on eight threads, processor time, ratio",
            eight_pairs / one_pair,
            2.0,
        ),
    ];
    let mut missed = 0;
    for (what, value, goal) in scores {
        let good = value <= goal;
        missed += usize::from(!good);
        let mark = if good { "" } else { "  missed" };
        println!("{what:58} {value:>10.2} {goal:>8.1}{mark}");
    }
    match missed {
        0 => Ok(()),
        _ => Err(format!("{missed} goals are missed")),
    }
}

fn job(program: &Path, count: usize, threads: usize, words: &[&str]) -> Job {
    let mut args = vec![count.to_string().into(), threads.to_string().into()];
    args.extend(words.iter().map(Into::into));
    Job {
        program: program.to_path_buf(),
        args,
        threads: 1,
    }
}

/// Instructions of one operation.
fn instructions(program: &Path, words: &[&str]) -> Result<f64, String> {
    let [few, many] = COUNTED;
    let of = |count| job(program, count, 1, words).instructions();
    Ok((of(many)? - of(few)?) / (many - few) as f64)
}

/// Seconds of processor time of each job in its quickest run. They take turns, so that a machine that
/// does other things as well is busy for both.
fn seconds<const N: usize>(jobs: [&Job; N]) -> Result<[f64; N], String> {
    let mut best = [f64::INFINITY; N];
    for _ in 0..RUNS {
        for (best, job) in best.iter_mut().zip(jobs) {
            *best = best.min(job.cost()?.cpu);
        }
    }
    Ok(best)
}
