//! Runs the tool over every crate of a folder: what it finds, how long it takes, whether it fails.

use crate::baseline::{Baseline, Counts};
use crate::{Outcome, build, sources};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// What one crate gave.
struct Row {
    name: String,
    files: usize,
    findings: Counts,
    seconds: f64,
    trouble: Option<String>,
}

/// Prints a table of crates and findings, and compares it with the baseline or renews that; the
/// findings themselves go to `target/corpus.txt`.
pub(crate) fn run(folder: &Path, bless: bool) -> Outcome {
    let tool = build::tool()?;
    let crates = sources::crates(folder)?;
    let mut rows = Vec::new();
    let mut shown = String::new();
    println!(
        "{:32} {:>6} {:>9} {:>8}  findings",
        "crate", "files", "findings", "seconds"
    );
    for path in &crates {
        let row = check(&tool, path, &mut shown)?;
        println!("{}", line(&row));
        rows.push(row);
    }
    let list = crate::repository().join("target/corpus.txt");
    std::fs::create_dir_all(list.parent().unwrap_or(folder)).map_err(|e| e.to_string())?;
    std::fs::write(&list, shown).map_err(|error| error.to_string())?;
    summary(&rows);
    match rows.iter().filter(|row| row.trouble.is_some()).count() {
        0 => compare(&rows, bless),
        count => Err(format!("{count} crates were not checked to the end")),
    }
}

fn compare(rows: &[Row], bless: bool) -> Outcome {
    let file = crate::repository().join("ui-tests/corpus/baseline.toml");
    let counts = rows
        .iter()
        .map(|row| (row.name.clone(), row.findings.clone()));
    let now = Baseline(counts.collect());
    let differences = Baseline::read(&file)?.differences(&now);
    for line in &differences {
        println!("{line}");
    }
    match (differences.len(), bless) {
        (0, _) => Ok(()),
        (_, true) => std::fs::write(&file, now.text()).map_err(|error| error.to_string()),
        (count, false) => Err(format!(
            "{count} differences from the baseline: read what is new in target/corpus.txt, then accept with `--bless`"
        )),
    }
}

fn check(tool: &Path, path: &Path, shown: &mut String) -> Result<Row, String> {
    let start = Instant::now();
    let output = Command::new(tool)
        .args(["memlint", "--message-format=json", "--manifest-path"])
        .arg(path.join("Cargo.toml"))
        .output()
        .map_err(|error| format!("{}: {error}", tool.display()))?;
    let seconds = start.elapsed().as_secs_f64();
    let mut findings = BTreeMap::new();
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        if let Some(code) = message["message"]["code"]["code"].as_str() {
            *findings
                .entry(code.trim_start_matches("memlint::").to_owned())
                .or_default() += 1;
            let rendered = message["message"]["rendered"].as_str().unwrap_or_default();
            shown.push_str(&format!("## {name}\n{rendered}\n"));
        }
    }
    let trouble = match output.status.code() {
        Some(0 | 1) => None,
        Some(code) => Some(format!("exit status {code}")),
        None => Some("ended by a signal".to_owned()),
    };
    Ok(Row {
        files: sources::files(path)?.len(),
        name,
        findings,
        seconds,
        trouble,
    })
}

fn line(row: &Row) -> String {
    let words: Vec<String> = row
        .findings
        .iter()
        .map(|(lint, count)| format!("{lint} {count}"))
        .collect();
    let total: usize = row.findings.values().sum();
    let trouble = row
        .trouble
        .as_ref()
        .map(|trouble| format!("  ({trouble})"))
        .unwrap_or_default();
    format!(
        "{:32} {:>6} {total:>9} {:>8.2}  {}{trouble}",
        row.name,
        row.files,
        row.seconds,
        words.join(", ")
    )
}

fn summary(rows: &[Row]) {
    let mut lints: BTreeMap<&str, usize> = BTreeMap::new();
    for (lint, count) in rows.iter().flat_map(|row| &row.findings) {
        *lints.entry(lint).or_default() += count;
    }
    println!();
    for (lint, count) in &lints {
        println!("{lint:32} {count:>6}");
    }
    let files: usize = rows.iter().map(|row| row.files).sum();
    let seconds: f64 = rows.iter().map(|row| row.seconds).sum();
    let findings: usize = lints.values().sum();
    println!(
        "{} crates, {files} files, {findings} findings, {seconds:.1} seconds",
        rows.len()
    );
}
