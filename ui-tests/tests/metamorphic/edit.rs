//! Edits of a text at places of its syntax tree; what is not touched stays as it was written.

use std::ops::Range;
use syn::spanned::Spanned;

/// Replacements, in any order.
#[derive(Default)]
pub(crate) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    pub(crate) fn replace(&mut self, range: Range<usize>, by: impl Into<String>) {
        self.0.push((range, by.into()));
    }

    pub(crate) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    /// The text with all of them made; of two at one place the earlier one comes first.
    pub(crate) fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(text.len() * 2);
        let mut done = 0;
        for (range, by) in self.0 {
            if range.start < done {
                continue;
            }
            out += &text[done..range.start];
            out += &by;
            done = range.end;
        }
        out + &text[done..]
    }
}

/// Where a piece of syntax stands.
pub(crate) fn range(of: &impl Spanned) -> Range<usize> {
    of.span().byte_range()
}

/// The syntax tree of a text.
pub(crate) fn parse(text: &str) -> syn::File {
    syn::parse_file(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Where the items begin: behind the inner attributes and the documentation of the file.
pub(crate) fn top(file: &syn::File, text: &str) -> usize {
    file.items
        .first()
        .map_or(text.len(), |item| range(item).start)
}
