//! `cargo memlint` as the user meets it: command line, discovery, loading, levels, output.
//!
//! A run goes arguments, configuration, plan (targets or loose files), files, analysis, report.

pub mod audit;
pub mod bare;
pub mod baseline;
pub mod cfg;
pub mod changed;
pub mod cli;
pub mod color;
pub mod config;
pub mod discover;
pub mod draft;
pub mod explain;
pub mod features;
pub mod fingerprint;
pub mod fix;
pub mod git;
pub mod glob;
pub mod init;
pub mod load;
pub mod lowering;
pub mod machine;
pub mod manual;
pub mod narrow;
pub mod notice;
pub mod outline;
pub mod plan;
pub mod progress;
pub mod report;
pub mod ruling;
pub mod run;
#[cfg(test)]
mod scratch;
pub mod seen;
pub mod select;
pub mod shelf;
pub mod sink;
pub mod staged;
pub mod triggers;
pub mod verbose;
pub mod with;

use std::process::ExitCode;

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(run::on_panic));
    let args: Vec<_> = std::env::args_os().collect();
    match std::panic::catch_unwind(|| run::run(args)) {
        Ok(code) => code,
        Err(_) => ExitCode::from(run::EXIT_TROUBLE),
    }
}
