//! Source texts for rendering: read again only for files with findings, with an index of lines.

use crate::lowering::SourceFile;
use crate::shelf::Drafts;
use memlint_analysis::span::{FileId, Pos, Span};
use std::cell::OnceCell;
use std::ops::Range;

/// The texts of the files of a run, each read when it is first asked for.
#[derive(Debug)]
pub struct Texts<'a> {
    files: &'a [SourceFile],
    drafts: &'a Drafts,
    cells: Vec<OnceCell<Text>>,
    none: Text,
}

impl<'a> Texts<'a> {
    /// Nothing is read yet.
    pub fn new(files: &'a [SourceFile], drafts: &'a Drafts) -> Texts<'a> {
        Texts {
            files,
            drafts,
            cells: files.iter().map(|_| OnceCell::new()).collect(),
            none: Text::new(String::new()),
        }
    }

    /// The text; empty for the stubs and for a file that went away in between.
    pub fn get(&self, file: FileId) -> &Text {
        let ix = file.0 as usize;
        match (self.cells.get(ix), self.files.get(ix)) {
            (Some(cell), Some(source)) => {
                let text = || self.drafts.read_text(&source.path);
                cell.get_or_init(|| Text::new(text().unwrap_or_default()))
            }
            _ => &self.none,
        }
    }
}

/// One text with its lines.
#[derive(Debug)]
pub struct Text {
    text: String,
    /// Where each line begins.
    starts: Vec<usize>,
}

impl Text {
    /// Indexes the lines.
    pub fn new(text: String) -> Text {
        let mut starts = vec![0];
        starts.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| at + 1),
        );
        Text { text, starts }
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// A line without its end, from 1.
    pub fn line(&self, line: u32) -> &str {
        let text = &self.text[self.line_range(line)];
        text.strip_suffix('\n')
            .map_or(text, |text| text.strip_suffix('\r').unwrap_or(text))
    }

    /// The bytes of a line with its end, from 1; empty beyond the last.
    pub fn line_range(&self, line: u32) -> Range<usize> {
        let ix = (line as usize).saturating_sub(1);
        let end = self.text.len();
        let at = |ix: usize| self.starts.get(ix).copied().unwrap_or(end);
        at(ix)..at(ix + 1)
    }

    /// The byte offset of a position; beyond the end of a line it is the line's end.
    pub fn offset(&self, pos: Pos) -> usize {
        let start = self.line_range(pos.line).start;
        let line = self.line(pos.line);
        let skip = if start == 0 && line.starts_with('\u{feff}') {
            1
        } else {
            0
        };
        let column = pos.column as usize + skip;
        start
            + line
                .char_indices()
                .nth(column)
                .map_or(line.len(), |(at, _)| at)
    }

    /// The bytes of a span.
    pub fn range(&self, span: Span) -> Range<usize> {
        let lo = self.offset(span.lo);
        lo..self.offset(span.hi).max(lo)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pos(line: u32, column: u32) -> Pos {
        Pos { line, column }
    }

    #[test]
    fn columns_are_characters() {
        let text = Text::new("let é = 1;\r\nx\n".into());
        assert_eq!(text.offset(pos(1, 4)), 4);
        assert_eq!(text.offset(pos(1, 5)), 6);
        assert_eq!(text.offset(pos(2, 0)), 13);
        assert_eq!(text.line(1), "let é = 1;");
        assert_eq!(text.line(2), "x");
    }

    #[test]
    fn positions_beyond_the_text_are_its_end() {
        let text = Text::new("ab".into());
        assert_eq!(text.offset(pos(1, 99)), 2);
        assert_eq!(text.offset(pos(7, 0)), 2);
        assert_eq!(text.line(9), "");
        assert_eq!(text.offset(pos(0, 0)), 0);
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let text = Text::new("\u{feff}fn f".into());
        assert_eq!(text.offset(pos(1, 0)), 3);
    }
}
