//! The items of a file: which one a place lies in, by name and by lines.

use crate::report::Text;
use crate::run::quietly;
use memlint_analysis::ir::{Function, Item, ItemKind};
use memlint_analysis::lower::{MacroTable, skim_file};
use memlint_analysis::span::{FileId, Span};
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// The items of one file.
#[derive(Debug, Default)]
pub struct Outline {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// The name; of an `impl` its type.
    name: String,
    span: Span,
    /// It holds no functions of its own: a function, a type, a constant.
    leaf: bool,
}

impl Outline {
    /// The items of a text; of one that does not parse there are none.
    pub fn of(file: FileId, text: &Text) -> Outline {
        let whole: Arc<str> = Arc::from(text.as_str());
        let macros = Arc::new(MacroTable::default());
        let read = || quietly(|| skim_file(file, &whole, &macros));
        let Ok(Ok(ir)) = catch_unwind(AssertUnwindSafe(read)) else {
            return Outline::default();
        };
        let mut outline = Outline::default();
        ir.items.iter().for_each(|item| outline.add(item, text));
        outline
    }

    fn add(&mut self, item: &Item, text: &Text) {
        let functions = match &item.kind {
            ItemKind::Impl(block) => Some(&block.fns),
            ItemKind::Trait(block) => Some(&block.fns),
            _ => None,
        };
        let named = text.as_str().get(text.range(item.name_span));
        self.entries.push(Entry {
            name: named.unwrap_or_default().split_whitespace().collect(),
            span: item.span,
            leaf: functions.is_none(),
        });
        let entry = |function: &Function| Entry {
            name: function.name.as_str().to_owned(),
            span: function.span,
            leaf: true,
        };
        self.entries
            .extend(functions.into_iter().flatten().map(entry));
    }

    /// The names of the items around a place, the outermost first: `Type::method`; empty outside of
    /// all items.
    pub fn around(&self, place: Span) -> String {
        let mut around: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|entry| entry.span.contains(place))
            .collect();
        around.sort_by_key(|entry| (entry.span.lo, std::cmp::Reverse(entry.span.hi)));
        let names: Vec<&str> = around.iter().map(|entry| entry.name.as_str()).collect();
        names.join("::")
    }

    /// The lines of the functions, and of the items that hold none.
    pub fn regions(&self) -> Vec<RangeInclusive<u32>> {
        let leaves = self.entries.iter().filter(|entry| entry.leaf);
        leaves
            .map(|entry| entry.span.lo.line..=entry.span.hi.line)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use memlint_analysis::span::Pos;

    const TEXT: &str = "\
/// What it is.
struct S<T>(T);

impl<T> Drop for S<T> {
    fn drop(&mut self) {
        fn inner() { /* here */ }
        work();
    }
}

static A: u8 = 1;
";

    fn around(line: u32, column: u32) -> String {
        let place = Pos { line, column };
        Outline::of(FileId(0), &Text::new(TEXT.to_owned())).around(Span {
            file: FileId(0),
            lo: place,
            hi: place,
        })
    }

    #[test]
    fn a_place_has_the_names_around_it() {
        assert_eq!(around(6, 23), "S<T>::drop::inner");
        assert_eq!(around(7, 8), "S<T>::drop");
        assert_eq!(around(2, 3), "S");
        assert_eq!(around(11, 15), "A");
        assert_eq!(around(3, 0), "");
    }

    #[test]
    fn regions_are_what_holds_no_functions() {
        let outline = Outline::of(FileId(0), &Text::new(TEXT.to_owned()));
        let mut regions = outline.regions();
        regions.sort_by_key(|region| *region.start());
        // Documentation is no code.
        assert_eq!(regions, [2..=2, 5..=8, 6..=6, 11..=11]);
    }

    #[test]
    fn what_does_not_parse_has_none() {
        let outline = Outline::of(FileId(0), &Text::new("fn (".to_owned()));
        assert!(outline.regions().is_empty());
    }
}
