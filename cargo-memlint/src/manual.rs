//! The manual page: one page for the program and all of its commands.

use crate::cli;
use clap::{Arg, Command};
use clap_mangen::Man;
use std::collections::BTreeSet;
use std::fmt::Write;

const SYNOPSIS: &str = r#".SH SYNOPSIS
.nf
\fBcargo memlint\fR [\fIOPTIONS\fR] [\fIPATHS\fR]...
\fBcargo memlint audit\fR [\fIOPTIONS\fR] [\fIPATHS\fR]...
\fBcargo memlint init\fR [\fB\-\-hook\fR] [\fB\-\-force\fR]
\fBcargo memlint completions\fR \fISHELL\fR
\fBcargo memlint man\fR
.fi
"#;

const REST: &str = r#".SH LEVELS
Levels are applied from left to right. \fILINT\fR is a lint, a group, \fBall\fR or \fBwarnings\fR;
\fBcargo memlint \-\-list\fR shows them.
.SH "EXIT STATUS"
.TP
\fB0\fR
Nothing, or only warnings.
.TP
\fB1\fR
A finding of a denied lint; with \fB\-\-with\fR, cargo's command failed.
.TP
\fB2\fR
Wrong usage, configuration or manifest, output that cannot be written, or an error in the tool.
.SH ENVIRONMENT
.TP
\fBCARGO_TERM_COLOR\fR, \fBNO_COLOR\fR, \fBCLICOLOR_FORCE\fR
Whether there are colours, if \fB\-\-color\fR does not say so; the first that is set decides.
.TP
\fBCARGO\fR
The cargo that is asked about packages, and that \fB\-\-with\fR runs.
.SH FILES
.TP
\fBmemlint.toml\fR, \fB.memlint.toml\fR
The configuration, at the root of the workspace or beside a package's manifest.
\fBcargo memlint init\fR writes one.
.SH "SEE ALSO"
\fBcargo\fR(1), \fBcargo\-clippy\fR(1)
"#;

/// The page, in roff.
pub fn page() -> String {
    let command = cli::command().name("cargo-memlint");
    let man = Man::new(command.clone());
    let mut out = Vec::new();
    // Memory takes everything.
    let _ = man.render_title(&mut out);
    let _ = man.render_name_section(&mut out);
    out.extend_from_slice(SYNOPSIS.as_bytes());
    let _ = man.render_description_section(&mut out);
    let _ = man.render_options_section(&mut out);
    let mut out = String::from_utf8_lossy(&out).into_owned();
    out.push_str(&commands(&command));
    out.push_str(REST);
    let mut version = Vec::new();
    let _ = man.render_version_section(&mut version);
    out.push_str(&String::from_utf8_lossy(&version));
    out
}

/// The other commands, with the options that they do not share with the program itself.
fn commands(command: &Command) -> String {
    let mut out = ".SH COMMANDS\n".to_owned();
    let shared: BTreeSet<&str> = command
        .get_arguments()
        .map(|arg| arg.get_id().as_str())
        .collect();
    for one in command.get_subcommands() {
        let about = one.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(
            out,
            ".SS cargo memlint {}\n{}",
            one.get_name(),
            roff(&about)
        );
        let own = |arg: &&Arg| !shared.contains(arg.get_id().as_str()) && !arg.is_hide_set();
        for arg in one.get_arguments().filter(own) {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(out, ".TP\n{}\n{}", names(arg), roff(&help));
        }
        if one
            .get_arguments()
            .any(|arg| arg.get_id() == "manifest_path")
        {
            out.push_str(".PP\nSelection, levels and output as without a command.\n");
        }
    }
    out
}

/// How the argument is written.
fn names(arg: &Arg) -> String {
    let value = arg.get_value_names().unwrap_or_default().first();
    let value = value.filter(|_| arg.get_action().takes_values());
    let value = value.map(|value| format!("\\fI{value}\\fR"));
    match arg.get_long() {
        Some(long) => {
            let value = value.map(|value| format!(" {value}"));
            format!("\\fB\\-\\-{}\\fR{}", roff(long), value.unwrap_or_default())
        }
        None => value.unwrap_or_else(|| arg.get_id().to_string()),
    }
}

/// Text without anything that roff would take for its own.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    match text.starts_with(['.', '\'']) {
        true => format!("\\&{text}"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_and_command_is_there_and_no_other_page_is_needed() {
        let page = page();
        let command = cli::command();
        let all = command.get_subcommands().flat_map(Command::get_arguments);
        for arg in command.get_arguments().chain(all) {
            let long = arg.get_long().unwrap_or_default().replace('-', "\\-");
            assert!(page.contains(&long), "{long}");
        }
        for one in command.get_subcommands() {
            assert!(page.contains(&format!(".SS cargo memlint {}", one.get_name())));
        }
        assert!(!page.contains("memlint\\-init(1)"), "{page}");
        assert!(page.contains("EXIT STATUS") && !page.contains("EXTRA"));
    }

    #[test]
    fn text_is_no_roff() {
        assert_eq!(roff(".a-b"), "\\&.a\\-b");
        assert_eq!(roff("a\\b"), "a\\eb");
    }
}
