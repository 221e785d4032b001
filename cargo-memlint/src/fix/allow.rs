//! `--add-allow`: a directive above the code of each finding.
//!
//! Where a directive covers a finding is not guessed but tried: it is put above the line of the
//! finding, then line by line further up, until the very reading that suppressions go by says that it
//! covers the place. A line inside of a string or between an attribute and its item never passes.

use super::{Leave, guard, replace};
use crate::cli::Cli;
use crate::notice::{Notice, Trouble};
use crate::report::{Finding, Text, Texts, counted};
use crate::run::{Looked, look};
use crate::shelf::Drafts;
use memlint_analysis::ir::{Directive, DirectiveKind};
use memlint_analysis::lower::{MacroTable, lower_file};
use memlint_analysis::span::{FileId, Pos, Span};
use memlint_lints::{Group, Level};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What became of it.
pub struct Allowed {
    /// The last look.
    pub looked: Looked,
    /// What the changed files hold now.
    pub drafts: Drafts,
    /// What was not allowed and why.
    pub notices: Vec<Notice>,
    /// Files that could not be written.
    pub faults: Vec<Notice>,
    /// `allowed 3 findings in 2 files`.
    pub summary: String,
}

/// A finding that is to be covered.
struct Wanted {
    lint: &'static str,
    /// The place, or the macro call that brings the code in.
    span: Span,
    /// The directive goes above this line; 0 if there is no place for it.
    line: u32,
    covered: bool,
}

/// Writes a directive for each of the findings.
///
/// # Errors
/// Version control does not hold what would be changed, or the sources cannot be looked at again.
pub fn allow(
    cli: &Cli,
    looked: Looked,
    findings: &[Finding],
    reason: &str,
) -> Result<Allowed, Trouble> {
    let mut notices = Vec::new();
    let mut by_file: BTreeMap<FileId, Vec<Wanted>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| can_be_allowed(finding)) {
        let wanted = Wanted::of(finding);
        by_file.entry(wanted.span.file).or_default().push(wanted);
    }
    guard_all(cli, &looked, by_file.keys())?;
    let none = Drafts::default();
    let texts = Texts::new(&looked.lowered.files, &none);
    let mut drafts = Drafts::default();
    let mut changes = Vec::new();
    for (file, mut wanted) in by_file {
        let Some(source) = looked.lowered.files.get(file.0 as usize) else {
            continue;
        };
        let text = texts.get(file);
        let new = directed(file, text, &mut wanted, reason);
        let homeless = wanted.iter().filter(|wanted| !wanted.covered);
        notices.extend(homeless.map(|wanted| {
            let place = format!("{}:{}", source.shown, wanted.span.lo.line);
            let message = format!("there is no place for a directive about `{}`", wanted.lint);
            Notice::at(place, message).help("write `// memlint: allow-file(..)` by hand")
        }));
        let covered = wanted.iter().filter(|wanted| wanted.covered).count();
        if covered > 0 {
            drafts.put(source.path.clone(), new.into());
            changes.push((
                source.path.clone(),
                Arc::<str>::from(text.as_str()),
                covered,
            ));
        }
    }
    finish(cli, looked, drafts, changes, notices)
}

/// Neither what no directive silences, nor what is said about directives.
fn can_be_allowed(finding: &Finding) -> bool {
    finding.level != Level::Forbid && finding.diagnostic.lint.group != Group::Directive
}

fn guard_all<'f>(
    cli: &Cli,
    looked: &Looked,
    files: impl Iterator<Item = &'f FileId>,
) -> Result<(), Trouble> {
    let leave = Leave {
        dirty: cli.fix.allow_dirty,
        staged: cli.fix.allow_staged,
        no_vcs: cli.fix.allow_no_vcs,
    };
    let path = |file: &FileId| looked.lowered.files.get(file.0 as usize)?.path.parent();
    let folders: BTreeSet<&Path> = files.filter_map(path).collect();
    folders
        .into_iter()
        .try_for_each(|folder| guard(folder, leave))
}

/// Writes the files and looks at the result.
fn finish(
    cli: &Cli,
    before: Looked,
    mut drafts: Drafts,
    changes: Vec<(PathBuf, Arc<str>, usize)>,
    notices: Vec<Notice>,
) -> Result<Allowed, Trouble> {
    let mut out = Allowed {
        looked: before,
        drafts: Drafts::default(),
        notices,
        faults: Vec::new(),
        summary: String::new(),
    };
    let (mut findings, mut files) = (0, 0);
    for (path, text, covered) in changes {
        let after = drafts.get(&path).cloned();
        match after.map(|after| replace(&path, &text, &after)) {
            Some(Ok(())) => {
                findings += covered;
                files += 1;
            }
            Some(Err(fault)) => {
                let place = path.display().to_string();
                let notice = Notice::at(place, fault.message()).help(fault.help());
                out.faults.push(notice);
                drafts.discard(&path);
            }
            None => {}
        }
    }
    out.summary = match findings {
        0 => "allowed nothing".to_owned(),
        n => format!(
            "allowed {} in {}",
            counted(n, "finding"),
            counted(files, "file")
        ),
    };
    if files > 0 {
        out.looked = look(cli, &drafts)?;
        out.drafts = drafts;
    }
    Ok(out)
}

impl Wanted {
    fn of(finding: &Finding) -> Wanted {
        let found = &finding.diagnostic;
        let span = found.call.unwrap_or(found.primary.span);
        Wanted {
            lint: found.lint.name,
            span,
            line: span.lo.line,
            covered: false,
        }
    }
}

/// The text with a directive for each of the findings for which there is a place.
fn directed(file: FileId, text: &Text, wanted: &mut [Wanted], reason: &str) -> String {
    loop {
        let lines = lines_of(wanted);
        let new = with_directives(text, &lines, reason);
        let tried = Tried::read(file, &new, &lines, reason);
        let mut all = true;
        for wanted in wanted.iter_mut().filter(|wanted| wanted.line > 0) {
            wanted.covered = tried.covers(wanted, first_column(text.line(wanted.line)));
            if !wanted.covered {
                wanted.line -= 1;
                all = false;
            }
        }
        if all {
            return new;
        }
    }
}

/// Directives as they are read back from a text into which they were put.
struct Tried<'r> {
    /// By the line on which they stand.
    directives: HashMap<u32, Directive>,
    /// The lines above which they were put, in order.
    lines: Vec<u32>,
    reason: &'r str,
}

/// Which lints are allowed above which lines.
fn lines_of(wanted: &[Wanted]) -> BTreeMap<u32, BTreeSet<&'static str>> {
    let mut lines: BTreeMap<u32, BTreeSet<&'static str>> = BTreeMap::new();
    for wanted in wanted.iter().filter(|wanted| wanted.line > 0) {
        lines.entry(wanted.line).or_default().insert(wanted.lint);
    }
    lines
}

fn with_directives(
    text: &Text,
    lines: &BTreeMap<u32, BTreeSet<&'static str>>,
    reason: &str,
) -> String {
    let whole = text.as_str();
    let mut out = String::with_capacity(whole.len() + lines.len() * 80);
    let mut done = 0;
    for (line, lints) in lines {
        let range = text.line_range(*line);
        let mark = whole[range.clone()].strip_prefix('\u{feff}');
        let start = range.start + mark.map_or(0, |rest| range.len() - rest.len());
        let words = &whole[start..range.end];
        let indent = &words[..words.len() - words.trim_start_matches([' ', '\t']).len()];
        let end = if words.ends_with("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        let lints: Vec<&str> = lints.iter().copied().collect();
        out.push_str(&whole[done..start]);
        let lints = lints.join(", ");
        out.push_str(&format!(
            "{indent}// memlint: allow({lints}, reason = {reason:?}){end}"
        ));
        done = start;
    }
    out.push_str(&whole[done..]);
    out
}

/// Characters before the first one that is not blank.
fn first_column(line: &str) -> u32 {
    let line = line.trim_start_matches('\u{feff}');
    line.chars().take_while(|c| c.is_whitespace()).count() as u32
}

impl Tried<'_> {
    fn read<'r>(
        file: FileId,
        text: &str,
        lines: &BTreeMap<u32, BTreeSet<&'static str>>,
        reason: &'r str,
    ) -> Tried<'r> {
        // A text that does not parse has no directive anywhere.
        let directives = lower_file(file, text, &MacroTable::default());
        let directives = directives.map_or_else(|_| Vec::new(), |ir| ir.directives);
        Tried {
            directives: directives
                .into_iter()
                .map(|directive| (directive.span.lo.line, directive))
                .collect(),
            lines: lines.keys().copied().collect(),
            reason,
        }
    }

    /// Whether the directive covers the finding, and the code on whose first line it was put: what
    /// begins later on the line, after an `else` for instance, a formatter would take apart from it.
    fn covers(&self, wanted: &Wanted, begin: u32) -> bool {
        let span = Span {
            lo: self.moved(wanted.span.lo),
            hi: self.moved(wanted.span.hi),
            ..wanted.span
        };
        let code = Pos {
            line: self.shifted(wanted.line),
            column: begin,
        };
        let own = self.directives.get(&(code.line - 1));
        own.is_some_and(|directive| {
            directive.kind == DirectiveKind::Allow
                && directive.reason.as_deref() == Some(self.reason)
                && directive.lints.iter().any(|lint| lint == wanted.lint)
                && directive.scope.lo == code
                && directive.scope.contains(span)
        })
    }

    /// Where a line of the old text stands in the new one.
    fn shifted(&self, line: u32) -> u32 {
        line + self.lines.partition_point(|above| *above <= line) as u32
    }

    fn moved(&self, pos: Pos) -> Pos {
        Pos {
            line: self.shifted(pos.line),
            ..pos
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with a directive for what stands between the marks `<` and `>`.
    fn run(marked: &str) -> String {
        let (before, rest) = marked.split_once('<').expect("a mark");
        let (inside, after) = rest.split_once('>').expect("a mark");
        let pos = |text: &str| Pos {
            line: text.matches('\n').count() as u32 + 1,
            column: text
                .rsplit('\n')
                .next()
                .map_or(0, |line| line.chars().count()) as u32,
        };
        let span = Span {
            file: FileId(0),
            lo: pos(before.trim_start_matches('\u{feff}')),
            hi: pos(&format!("{before}{inside}")),
        };
        let mut wanted = [Wanted {
            lint: "leaked_raw",
            span,
            line: span.lo.line,
            covered: false,
        }];
        let text = Text::new(format!("{before}{inside}{after}"));
        let new = directed(FileId(0), &text, &mut wanted, "a \"reason\" é");
        assert!(wanted[0].covered || new == text.as_str(), "{new}");
        new
    }

    const LINE: &str = "// memlint: allow(leaked_raw, reason = \"a \\\"reason\\\" é\")";

    #[test]
    fn it_stands_above_the_statement_with_its_indentation() {
        let new = run("fn f() {\n\tlet a = 1;\n\tlet b = <g()>;\n}\n");
        assert_eq!(
            new,
            format!("fn f() {{\n\tlet a = 1;\n\t{LINE}\n\tlet b = g();\n}}\n")
        );
    }

    #[test]
    fn it_stands_above_attributes_and_documentation() {
        let new = run("/// Says.\n#[repr(C)]\npub struct <S> {\n    a: u8,\n}\n");
        assert!(
            new.starts_with(&format!("{LINE}\n/// Says.\n#[repr(C)]\n")),
            "{new}"
        );
    }

    #[test]
    fn line_ends_and_byte_order_marks_stay() {
        let new = run("\u{feff}fn <f>() {}\r\nfn g() {}\r\n");
        assert_eq!(
            new,
            format!("\u{feff}{LINE}\r\nfn f() {{}}\r\nfn g() {{}}\r\n")
        );
    }

    #[test]
    fn it_goes_up_where_a_line_is_no_place() {
        // In a string, in a chain, after an `else`.
        let new = run("fn f() {\n    g(\"\n    \", <h()>);\n}\n");
        assert_eq!(
            new,
            format!("fn f() {{\n    {LINE}\n    g(\"\n    \", h());\n}}\n")
        );
        let new = run("fn f() {\n    let x = a\n        .b()\n        .<c()>;\n}\n");
        assert!(new.contains(&format!("    {LINE}\n    let x = a")), "{new}");
        let new = run("fn f() {\n    if a {\n        b();\n    } else if <c()> {\n    }\n}\n");
        assert!(new.contains(&format!("    {LINE}\n    if a {{")), "{new}");
    }

    #[test]
    fn inside_of_a_block_it_stays_inside() {
        let new = run("fn f() {\n    let x = unsafe {\n        <g()>\n    };\n}\n");
        assert!(
            new.contains(&format!("unsafe {{\n        {LINE}\n        g()")),
            "{new}"
        );
    }
}
