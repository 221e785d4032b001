//! What the checks at run time have reported, joined with what reading has found.

use crate::lowering::SourceFile;
use crate::notice::{Notice, Trouble};
use memlint_analysis::span::{FileId, Pos, Span};
use memlint_lints::{Diagnostic, Label, Lint};
use serde::Deserialize;
use std::path::Path;

/// One line of the file that `MEMLINT_REPORT` names.
#[derive(Deserialize, Debug, PartialEq, Eq)]
pub struct Seen {
    lint: String,
    message: String,
    #[serde(default)]
    help: String,
    allocated: Option<Doer>,
    first_released: Option<Doer>,
    released: Option<Doer>,
}

/// A routine that ran, and where.
#[derive(Deserialize, Debug, PartialEq, Eq)]
struct Doer {
    routine: String,
    file: Option<String>,
    #[serde(default)]
    line: u32,
    #[serde(default)]
    column: u32,
}

/// Reads the reports; a line that is none is told and left out.
///
/// # Errors
/// The file cannot be read.
pub fn read(path: &Path, notices: &mut Vec<Notice>) -> Result<Vec<Seen>, Trouble> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Trouble::at(path, format!("the reports cannot be read: {error}")))?;
    let mut found: Vec<Seen> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        match serde_json::from_str(line) {
            // A fault in a loop is one fault.
            Ok(seen) if found.contains(&seen) => {}
            Ok(seen) => found.push(seen),
            Err(error) => {
                let place = format!("{}:{}", path.display(), index + 1);
                notices.push(Notice::at(place, format!("this is no report: {error}")));
            }
        }
    }
    Ok(found)
}

/// Says of each finding that a run has confirmed it, and adds what only a run has seen. What is in no
/// file that was looked at is told as a notice.
pub fn join(
    seen: &[Seen],
    files: &[SourceFile],
    findings: &mut Vec<Diagnostic>,
    notices: &mut Vec<Notice>,
) {
    let read = findings.len();
    for report in seen {
        let name = report.lint.trim_start_matches("memlint::");
        let Some(lint) = memlint_lints::find(name) else {
            let message = format!("a run has reported `{name}`, which is no lint");
            notices.push(Notice::at("", message));
            continue;
        };
        let labels = report.labels(files);
        let same = |finding: &&mut Diagnostic| {
            finding.lint.name == lint.name && labels.iter().any(|label| tells_of(finding, label))
        };
        match findings[..read].iter_mut().find(same) {
            Some(finding) => confirm(finding, report),
            None => match labels.split_first() {
                Some((primary, rest)) => findings.push(report.diagnostic(lint, primary, rest)),
                None => notices.push(report.elsewhere(lint)),
            },
        }
    }
}

/// Whether the finding's story begins, or ends, on the line of the label.
fn tells_of(finding: &Diagnostic, label: &Label) -> bool {
    let of_finding = std::iter::once(&finding.primary).chain(&finding.secondary);
    of_finding.into_iter().any(|known| {
        let (span, line) = (known.span, label.span.lo.line);
        span.file == label.span.file && (span.lo.line..=span.hi.line).contains(&line)
    })
}

fn confirm(finding: &mut Diagnostic, report: &Seen) {
    let note = format!("confirmed at run time: {}", report.message);
    if !finding.notes.contains(&note) {
        finding.notes.push(note);
    }
}

impl Seen {
    /// The places that lie in files that were looked at, the one of the defect first.
    fn labels(&self, files: &[SourceFile]) -> Vec<Label> {
        let doers = [
            (&self.released, "released here by"),
            (&self.first_released, "first released here by"),
            (&self.allocated, "allocated here by"),
        ];
        let label = |(doer, what): (&Option<Doer>, &str)| {
            let doer = doer.as_ref()?;
            Some(Label {
                span: span(doer, files)?,
                text: format!("{what} {}", doer.quoted()),
            })
        };
        doers.into_iter().filter_map(label).collect()
    }

    fn diagnostic(&self, lint: &'static Lint, primary: &Label, rest: &[Label]) -> Diagnostic {
        let mut notes = vec!["seen at run time only".to_owned()];
        notes.extend(Some(lint.rules()).filter(|rules| !rules.is_empty()));
        Diagnostic {
            call: None,
            lint,
            message: self.message.clone(),
            primary: primary.clone(),
            // They were run before, the allocation first.
            secondary: rest.iter().rev().cloned().collect(),
            turn: rest.len(),
            notes,
            helps: Some(self.help.clone())
                .filter(|help| !help.is_empty())
                .into_iter()
                .collect(),
            suggestions: Vec::new(),
            beside: Vec::new(),
            function: String::new(),
            event: None,
        }
    }

    fn elsewhere(&self, lint: &Lint) -> Notice {
        let doers = [&self.released, &self.first_released, &self.allocated];
        let place = doers.into_iter().flatten().find_map(Doer::place);
        let message = format!("seen at run time: {}: {}", lint.name, self.message);
        Notice::at(place.unwrap_or_default(), message)
    }
}

impl Doer {
    fn place(&self) -> Option<String> {
        let file = self.file.as_ref()?;
        Some(format!("{file}:{}:{}", self.line, self.column))
    }

    fn quoted(&self) -> String {
        match self.routine.contains(' ') {
            true => self.routine.clone(),
            false => format!("`{}`", self.routine),
        }
    }
}

/// The place in a file that was looked at. The compiler's paths begin at the workspace or at the
/// package, ours at the workspace or at the folder of the run.
fn span(doer: &Doer, files: &[SourceFile]) -> Option<Span> {
    let wanted = Path::new(doer.file.as_deref()?);
    let fits = |file: &SourceFile| {
        file.path.ends_with(wanted) || wanted.ends_with(&file.shown) || file.path == wanted
    };
    let index = files.iter().position(fits)?;
    let lo = Pos {
        line: doer.line,
        column: doer.column.checked_sub(1)?,
    };
    let column = lo.column + 1;
    (lo.line > 0).then_some(Span {
        file: FileId(u32::try_from(index).ok()?),
        lo,
        hi: Pos { column, ..lo },
    })
}
