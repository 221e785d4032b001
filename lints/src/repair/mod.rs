//! What the repairs share: calls as they are written, where a pointer comes from, and what may go.
//!
//! A repair is offered only where the text has one of the forms that are known to be right. It is
//! called certain only where it is right on every path: what an event says holds for one path, so the
//! pointer has to come from the named call on all of them, by a name that is bound once.

mod call;
mod exit;
mod join;
mod lent;
mod origin;
mod place;

pub(crate) use call::{Call, is_drop};
pub(crate) use exit::Named;
pub(crate) use lent::{Lent, lends_nothing, lent};
pub(crate) use origin::{
    bare, bound, comes_from, function, home, in_unsafe, initial, is_untyped_cast, named_by, plain,
    statement, value,
};
pub(crate) use place::{
    ended_statement, fresh, is_callable, is_repeatable, is_used_after, leaving, library, path_of,
    straight, whole_statement,
};

use crate::diagnostic::{Applicability, Diagnostic, Edit, Suggestion};
use memlint_analysis::lower::shape::{Id, Shapes};
use memlint_analysis::span::{Pos, Span};

/// Adds the repair of the finding, if its lint knows one for the way the code is written. The shapes
/// are those of the file in which it is reported.
pub fn suggest(finding: &mut Diagnostic, shapes: &Shapes) {
    let Some(repair) = finding.lint.repair else {
        return;
    };
    let mend = |told: &Diagnostic| {
        // What a macro brings in stands in all of its calls.
        let event = told.event.as_ref().filter(|event| event.call.is_none())?;
        repair(event, shapes)
    };
    let Some(own) = mend(finding) else { return };
    let beside = finding.beside.iter().map(mend).collect();
    let Some(beside) = beside else { return };
    let repair = join::join(finding, own, beside);
    finding.suggestions.extend(repair);
}

/// A repair that is right on every path.
pub(crate) fn certain(message: impl Into<String>, edits: Vec<Edit>) -> Option<Suggestion> {
    Some(Suggestion {
        edits,
        message: message.into(),
        applicability: Applicability::MachineApplicable,
    })
}

/// A repair that somebody has to read.
pub(crate) fn likely(message: impl Into<String>, edits: Vec<Edit>) -> Option<Suggestion> {
    Some(Suggestion {
        applicability: Applicability::MaybeIncorrect,
        ..certain(message, edits)?
    })
}

/// Certain or likely.
pub(crate) fn graded(
    is_certain: bool,
    message: impl Into<String>,
    edits: Vec<Edit>,
) -> Option<Suggestion> {
    match is_certain {
        true => certain(message, edits),
        false => likely(message, edits),
    }
}

/// Puts a text in the place of another.
pub(crate) fn replace(span: Span, text: impl Into<String>) -> Edit {
    Edit {
        span,
        replacement: text.into(),
    }
}

/// Puts a text before a place.
pub(crate) fn before(span: Span, text: impl Into<String>) -> Edit {
    replace(
        Span {
            hi: span.lo,
            ..span
        },
        text,
    )
}

/// Puts a text behind a place.
pub(crate) fn after(span: Span, text: impl Into<String>) -> Edit {
    replace(
        Span {
            lo: span.hi,
            ..span
        },
        text,
    )
}

/// Puts a statement on a line of its own behind another one, and behind the comment at its end.
pub(crate) fn line_after(shapes: &Shapes, statement: Id, text: &str) -> Edit {
    let span = shapes.span(statement);
    let (end, indent) = (shapes.line_end(), shapes.indent(span.lo));
    let comment = shapes.behind(span.hi);
    let mut hi = span.hi;
    if comment.trim_start().starts_with("//") {
        hi.column += comment.chars().count() as u32;
    }
    after(Span { hi, ..span }, format!("{end}{indent}{text}"))
}

/// Puts a statement on a line of its own before another one.
pub(crate) fn line_before(shapes: &Shapes, statement: Id, text: &str) -> Edit {
    let span = shapes.span(statement);
    let (end, indent) = (shapes.line_end(), shapes.indent(span.lo));
    before(span, format!("{text}{end}{indent}"))
}

/// Takes a statement away, with its line if it is alone there; a comment behind it takes its place.
/// Of the empty lines around it one is left.
pub(crate) fn remove(shapes: &Shapes, statement: Id) -> Edit {
    let mut span = shapes.span(statement);
    let behind = shapes.behind(span.hi);
    let comment = behind.trim_start();
    if comment.starts_with("//") {
        span.hi.column += (behind.len() - comment.len()) as u32;
    }
    let mut lines = shapes.with_line(span);
    let is_empty = |line: u32| {
        let column = 0;
        let at = |line| Pos { line, column };
        let line = Span {
            lo: at(line),
            hi: at(line + 1),
            ..span
        };
        let text = shapes.text(line);
        !text.is_empty() && text.trim().is_empty()
    };
    let whole = lines.hi.column == 0 && lines.hi.line > span.hi.line;
    if whole && span.lo.line > 1 && is_empty(span.lo.line - 1) && is_empty(lines.hi.line) {
        lines.hi.line += 1;
    }
    replace(lines, "")
}

/// From one position to another of the same file.
pub(crate) fn between(lo: Pos, hi: Span) -> Span {
    Span {
        lo,
        hi: hi.lo,
        ..hi
    }
}
