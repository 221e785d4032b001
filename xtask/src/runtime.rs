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
const RUNS: usize = 5;

/// Measures everything and fails if a goal is missed.
pub(crate) fn run() -> Outcome {
    let system = build::example("churn_system")?;
    let checked = build::example("churn_checked")?;
    let pairs = build::example("pairs_load")?;
    let load = |program: &Path| instructions(program, &[]);
    let pair = |word: &[&str]| instructions(&pairs, word);
    let (plain, sealed) = (load(&system)?, load(&checked)?);
    let (untracked, tracked) = (pair(&[])?, pair(&["tracked"])?);
    let timed = |program: &Path, threads: usize, words: &[&str]| seconds(program, threads, words);
    println!("{:58} {:>10} {:>8}", "", "measured", "goal");
    println!(
        "{:58} {plain:>10.0}",
        "instructions an operation, the system's allocator"
    );
    println!(
        "{:58} {sealed:>10.0}",
        "instructions an operation, the checked one"
    );
    let one = timed(&checked, 1, &[])? / timed(&system, 1, &[])?;
    let eight = timed(&checked, 8, &[])? / timed(&system, 8, &[])?;
    let one_pair = timed(&pairs, 1, &["tracked"])?;
    let eight_pairs = timed(&pairs, 8, &["tracked"])?;
    let nanoseconds = one_pair / TIMED as f64 * 1e9;
    println!("{:58} {nanoseconds:>10.0}", "nanoseconds of a tracked pair");
    let scores = [
        (
            "the checked allocator, instructions, ratio",
            sealed / plain,
            1.3,
        ),
        ("the checked allocator, processor time, ratio", one, 1.3),
        ("the same on eight threads", eight, 1.3),
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

/// Seconds of processor time of all operations, in the quickest run.
fn seconds(program: &Path, threads: usize, words: &[&str]) -> Result<f64, String> {
    let mut best = f64::INFINITY;
    for _ in 0..RUNS {
        best = best.min(job(program, TIMED, threads, words).cost()?.cpu);
    }
    Ok(best)
}
