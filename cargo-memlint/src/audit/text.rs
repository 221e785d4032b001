//! The summary for people.

use super::{Audit, Counts};
use crate::report::counted;
use std::fmt::Write;

/// Counts by crate and module, and the reasons.
pub(super) fn summary(audit: &Audit<'_>) -> String {
    let mut out = String::new();
    let all = audit.counts();
    if all.total() == 0 {
        return String::from("no place allocates, converts or releases memory by hand\n");
    }
    let widest = audit.by_module().into_iter().flat_map(|(krate, modules)| {
        let inner = modules.keys().map(|module| module.chars().count() + 2);
        inner.chain([krate.chars().count()]).collect::<Vec<_>>()
    });
    let wide = widest.max().unwrap_or(0).max(12);
    let head = ["places", "proven", "defects", "not proven"];
    let _ = writeln!(
        out,
        "{:wide$}  {:>7}  {:>7}  {:>7}  {:>10}",
        "", head[0], head[1], head[2], head[3]
    );
    for (krate, modules) in audit.by_module() {
        let mut sum = Counts::default();
        for counts in modules.values() {
            sum.proven += counts.proven;
            sum.defects += counts.defects;
            sum.open += counts.open;
        }
        row(&mut out, wide, krate, sum);
        for (module, counts) in modules.iter().filter(|m| !m.0.is_empty()) {
            row(&mut out, wide, &format!("  {module}"), *counts);
        }
    }
    let reasons = audit.reasons();
    if !reasons.is_empty() {
        let _ = writeln!(out, "\nnot proven, by the first reason:");
        for (class, count) in reasons {
            let _ = writeln!(out, "{count:>7}  {class}");
        }
    }
    let share = |n: usize| n * 100 / all.total();
    let _ = writeln!(
        out,
        "\n{}: {} proven ({} %), {}, {} not proven",
        counted(all.total(), "place"),
        all.proven,
        share(all.proven),
        counted(all.defects, "defect"),
        all.open,
    );
    out
}

fn row(out: &mut String, wide: usize, name: &str, counts: Counts) {
    let _ = writeln!(
        out,
        "{name:wide$}  {:>7}  {:>7}  {:>7}  {:>10}",
        counts.total(),
        counts.proven,
        counts.defects,
        counts.open
    );
}
