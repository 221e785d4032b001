//! Golden control-flow graphs of small functions.

mod control;
mod loops;
mod patterns;
mod scopes;
mod values;

use crate::lower::{MacroTable, lower_file};
use crate::span::FileId;
use std::fmt::Write;

/// Lowers `source` and compares all its bodies, printed, with `expected`; neither the indentation
/// of the whole nor blank lines matter.
#[track_caller]
fn check(source: &str, expected: &str) {
    check_of("2021", source, expected);
}

/// The same for a crate of this edition.
#[track_caller]
fn check_of(edition: &str, source: &str, expected: &str) {
    let table = MacroTable::of_edition(edition);
    let ir = lower_file(FileId(0), source, &table).expect("the source parses");
    let mut printed = String::new();
    for body in ir.bodies.iter().map(|body| &**body) {
        write!(printed, "{body}").expect("a string takes all");
    }
    let lines = |text: &str| {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(lines(&printed), lines(expected), "\n{printed}");
}

/// Long chains do not recurse, and deep nesting fits a worker's stack.
#[test]
fn long_and_deep() {
    let chains = [
        format!("fn f(a: u64) -> u64 {{ a{} }}", " + a".repeat(3000)),
        format!("fn f(a: bool) -> bool {{ a{} }}", " && a".repeat(1500)),
        format!("fn f(a: A) {{ a{}; }}", ".b()?".repeat(800)),
        format!("fn f(a: A) {{ if a {{}} {} }}", "else if a {} ".repeat(500)),
        format!("fn f() {{ {}{} }}", "{".repeat(200), "}".repeat(200)),
    ];
    let lower = move || {
        for text in chains {
            let ir = lower_file(FileId(0), &text, &MacroTable::default());
            assert_eq!(ir.map_or(0, |ir| ir.bodies.len()), 1);
        }
    };
    let worker = std::thread::Builder::new().stack_size(64 << 20);
    worker
        .spawn(lower)
        .expect("a thread")
        .join()
        .expect("no overflow");
}
