//! One line a finding: `path:line:column: warning[memlint::lint]: message`.

use super::human::footer;
use super::{Report, severity};
use std::io::{self, Write};

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings {
        let diagnostic = &finding.diagnostic;
        let span = diagnostic.primary.span;
        let path = report
            .files
            .get(span.file.0 as usize)
            .map_or("", |file| file.shown.as_str());
        let (line, column) = (span.lo.line, span.lo.column + 1);
        let (severity, lint) = (severity(finding.level), diagnostic.lint.full_name());
        writeln!(
            out,
            "{path}:{line}:{column}: {severity}[{lint}]: {}",
            diagnostic.message
        )?;
    }
    footer(report, out)
}
