//! Suppressions in the source: `// memlint: allow(..)` comments, their attribute twins, and the
//! code each of them covers.

mod grammar;
mod nodes;
mod removal;
#[cfg(test)]
mod tests;

use super::text::{Kind, Pieces};
use crate::ir::{Directive, DirectiveKind, Part};
use crate::span::{FileId, Pos, Span};
use grammar::Parsed;
use nodes::Nodes;
use std::ops::Range;

/// All directives of a file, in the order of the source.
pub(super) fn collect(file: FileId, text: &str, tree: &syn::File) -> Vec<Directive> {
    if file == FileId::STUBS || !text.contains("memlint") {
        return Vec::new();
    }
    let nodes = Nodes::collect(file, tree);
    let lines = Lines::new(text);
    let mut out = comments(file, &lines, &nodes);
    for (span, parsed) in &nodes.attributes {
        let scope = match parsed.kind {
            DirectiveKind::AllowFile => whole_file(file),
            DirectiveKind::Malformed(_) => *span,
            _ => nodes.around(*span).unwrap_or(whole_file(file)),
        };
        out.push(directive(parsed.clone(), *span, scope, &lines));
    }
    for directive in &mut out {
        directive.conditions = nodes.conditions(directive.span, directive.scope);
        directive.outline = nodes.outline(directive.scope);
    }
    out.sort_by_key(|d| d.span.lo);
    out
}

fn directive(parsed: Parsed, span: Span, scope: Span, lines: &Lines<'_>) -> Directive {
    let range = lines.offset(span.lo)..lines.offset(span.hi);
    let found = removal::of(lines.text, range, &parsed.lints);
    let place = |range: Range<usize>| Span {
        file: span.file,
        lo: lines.position(range.start),
        hi: lines.position(range.end),
    };
    let part = |(range, name)| Part {
        span: place(range),
        name,
    };
    Directive {
        parts: found.parts.into_iter().map(part).collect(),
        removal: found.whole.map(place),
        kind: parsed.kind,
        lints: parsed.lints,
        reason: parsed.reason,
        span,
        scope,
        outline: Vec::new(),
        files: Vec::new(),
        conditions: Vec::new(),
        unseen: false,
    }
}

fn whole_file(file: FileId) -> Span {
    Span {
        file,
        lo: Pos { line: 1, column: 0 },
        hi: Pos {
            line: u32::MAX,
            column: 0,
        },
    }
}

fn comments(file: FileId, lines: &Lines<'_>, nodes: &Nodes) -> Vec<Directive> {
    let mut out = Vec::new();
    let text = lines.text;
    let mut code_end: Option<usize> = None;
    let pieces = Pieces::new(text);
    for piece in Pieces::new(text) {
        if piece.kind != Kind::Comment {
            code_end = Some(piece.end);
            continue;
        }
        let Some(parsed) = grammar::comment(pieces.slice(piece)) else {
            continue;
        };
        let span = Span {
            file,
            lo: lines.position(piece.start),
            hi: lines.position(piece.end),
        };
        let before = code_end.map(|end| lines.position(end));
        // In front of code it stands for what follows, whatever else is on the line.
        let rest = text[piece.end..].lines().next().unwrap_or("").trim_start();
        let in_front = !rest.is_empty() && !rest.starts_with(['/', ',', ';', ')', ']', '}']);
        let trailing = before.filter(|end| end.line == span.lo.line && !in_front);
        let scope = match (&parsed.kind, trailing) {
            (DirectiveKind::AllowFile, _) => whole_file(file),
            (DirectiveKind::Malformed(_), _) => span,
            (_, Some(end)) => nodes.ending_at(end).unwrap_or(span),
            (_, None) => nodes.after(span).unwrap_or(span),
        };
        out.push(directive(parsed, span, scope, lines));
    }
    out
}

/// Where the lines of a text begin.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Lines<'t> {
        let breaks = text.bytes().enumerate().filter(|&(_, b)| b == b'\n');
        let starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1));
        Lines {
            text,
            starts: starts.collect(),
        }
    }

    fn position(&self, at: usize) -> Pos {
        let line = self.starts.partition_point(|&start| start <= at);
        let start = self.starts[line.saturating_sub(1)];
        let before = self.text.get(start..at).unwrap_or("");
        Pos {
            line: line as u32,
            column: before.chars().count() as u32,
        }
    }

    /// The byte of a position; beyond the end of the text it is the end.
    fn offset(&self, pos: Pos) -> usize {
        let line = (pos.line as usize).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let rest = &self.text[start..];
        let mut chars = rest.char_indices();
        start
            + chars
                .nth(pos.column as usize)
                .map_or(rest.len(), |(at, _)| at)
    }
}
