//! Annotations of GitHub Actions: workflow commands, one a line.
//!
//! GitHub shows ten errors and ten warnings a step, so errors are written first.

use super::{Finding, Report, severity};
use crate::notice::Notice;
use std::io::{self, Write};

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (errors, warnings): (Vec<_>, Vec<_>) = report
        .findings
        .iter()
        .partition(|finding| finding.level.fails());
    for finding in errors.into_iter().chain(warnings) {
        annotate(report, finding, out)?;
    }
    for notice in report.notices {
        tell(report, notice, out)?;
    }
    Ok(())
}

fn annotate(report: &Report<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let found = &finding.diagnostic;
    let span = found.primary.span;
    let (command, file) = (severity(finding.level), report.path(span.file));
    let (line, end) = (span.lo.line, span.hi.line.max(span.lo.line));
    write!(
        out,
        "::{command} file={},line={line},endLine={end}",
        property(&file)
    )?;
    // Columns of a range over several lines are refused.
    if line == end {
        let (first, last) = (span.lo.column + 1, span.hi.column.max(span.lo.column + 1));
        write!(out, ",col={first},endColumn={last}")?;
    }
    let title = property(&found.lint.full_name());
    writeln!(out, ",title={title}::{}", data(&super::in_words(finding)))
}

fn tell(report: &Report<'_>, notice: &Notice, out: &mut dyn Write) -> io::Result<()> {
    let words = match &notice.help {
        Some(help) => format!("{}\nhelp: {help}", notice.message),
        None => notice.message.clone(),
    };
    let place = match report.place(notice) {
        Some((file, line)) => format!("file={},line={line},", property(&file)),
        None => String::new(),
    };
    writeln!(out, "::warning {place}title=memlint::{}", data(&words))
}

/// What stands after the last `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// What stands after a `=`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_the_command() {
        assert_eq!(data("100%\r\nnext: a, b"), "100%25%0D%0Anext: a, b");
        assert_eq!(property("memlint::x, 5%\n"), "memlint%3A%3Ax%2C 5%25%0A");
    }
}
