//! What is taken away when a directive, or one of its names, is no longer needed.

use super::super::text::{Kind, Piece, Pieces};
use std::ops::Range;

/// The pieces of a directive that can be taken away, as bytes of the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Removal {
    /// What stands between the commas, and which of the directive's names it is.
    pub(super) parts: Vec<(Range<usize>, Option<usize>)>,
    /// The directive, with its line if nothing else stands there; `None` if the attribute does
    /// something else as well.
    pub(super) whole: Option<Range<usize>>,
}

/// Of the directive at `range` of the text, which has these names.
pub(super) fn of(text: &str, range: Range<usize>, lints: &[String]) -> Removal {
    let words = &text[range.clone()];
    let range = range.start..range.start + words.trim_end().len();
    let attribute = words.starts_with('#');
    let begin = match attribute {
        true => range.start,
        false => range.start + 2,
    };
    let inner = &text[begin..range.end];
    let pieces = Pieces::new(inner);
    let all: Vec<Piece> = pieces.clone().collect();
    let words: Vec<&str> = all.iter().map(|piece| pieces.slice(*piece)).collect();
    let Some(list) = List::find(&all, &words) else {
        return Removal::default();
    };
    let builtin = attribute && (list.open < 2 || words[list.open - 2] != ":");
    let mut names = lints.iter().enumerate().peekable();
    let mut alone = true;
    let mut parts = Vec::new();
    for part in &list.parts {
        let joined = words[part.clone()].concat();
        let ours = joined.strip_prefix("memlint::");
        let name = names.next_if(|(_, name)| {
            ours.map_or(!builtin && joined == **name, |ours| ours == name.as_str())
        });
        alone &= name.is_some() || joined.starts_with("reason=");
        let bytes = begin + all[part.start].start..begin + all[part.end - 1].end;
        parts.push((bytes, name.map(|(at, _)| at)));
    }
    alone &= !attribute || list.is_all(&words);
    Removal {
        whole: alone.then(|| with_line(text, range)),
        parts,
    }
}

/// The list of names: `(a, b, reason = "..")`.
struct List {
    /// Its opening parenthesis, an index of a piece.
    open: usize,
    close: usize,
    /// Between the commas.
    parts: Vec<Range<usize>>,
}

impl List {
    fn find(all: &[Piece], words: &[&str]) -> Option<List> {
        let opens = (1..words.len()).rev().filter(|at| words[*at] == "(");
        let kinds = ["allow", "expect", "file", "allow_file"];
        let named = |at: &usize| kinds.contains(&words[at - 1]);
        let open = opens
            .filter(|at| all[*at].kind == Kind::Punct(b'('))
            .find(named)?;
        let (mut depth, mut start, mut parts) = (0usize, open + 1, Vec::new());
        for (at, piece) in all.iter().enumerate().skip(open) {
            match piece.kind {
                Kind::Punct(b'(') => depth += 1,
                Kind::Punct(b')') if depth == 1 => {
                    parts.extend((start < at).then_some(start..at));
                    return Some(List {
                        open,
                        close: at,
                        parts,
                    });
                }
                Kind::Punct(b')') => depth -= 1,
                Kind::Punct(b',') if depth == 1 => {
                    parts.extend((start < at).then_some(start..at));
                    start = at + 1;
                }
                _ => {}
            }
        }
        None
    }

    /// Whether the attribute has nothing beside the list: `#[cfg_attr(any(), a, b)]` has.
    fn is_all(&self, words: &[&str]) -> bool {
        let behind = &words[self.close + 1..];
        let in_front = &words[..self.open];
        let condition = in_front.iter().position(|word| *word == "cfg_attr");
        let Some(condition) = condition else {
            return behind == ["]"];
        };
        let mut depth = 0;
        let mut commas = 0;
        for word in &in_front[condition..] {
            match *word {
                "(" => depth += 1,
                ")" => depth -= 1,
                "," if depth == 1 => commas += 1,
                _ => {}
            }
        }
        commas == 1 && matches!(behind, [")", "]"] | [",", ")", "]"])
    }
}

/// With the line, if the directive is all that stands there; else with the space that sets it off.
fn with_line(text: &str, range: Range<usize>) -> Range<usize> {
    let line = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line..range.start];
    let rest = &text[range.end..];
    let behind = rest.find('\n').map_or(rest, |at| &rest[..=at]);
    match (before.trim().is_empty(), behind.trim().is_empty()) {
        (true, true) => line..range.end + behind.len(),
        (false, true) => line + before.trim_end().len()..range.end,
        (_, false) => range.start..range.end + behind.len() - behind.trim_start().len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text without the directive that begins at `mark`.
    fn without(text: &str, mark: &str, end: &str, lints: &[&str]) -> String {
        let start = text.find(mark).unwrap();
        let stop = start + text[start..].find(end).unwrap() + end.len();
        let lints: Vec<String> = lints.iter().map(|&name| name.to_owned()).collect();
        match of(text, start..stop, &lints).whole {
            Some(range) => format!("{}{}", &text[..range.start], &text[range.end..]),
            None => "nothing".to_owned(),
        }
    }

    #[test]
    fn alone_on_its_line_it_takes_the_line_along() {
        let text = "a();\r\n    // memlint: allow(x)\r\n    b();\r\n";
        assert_eq!(without(text, "//", ")", &["x"]), "a();\r\n    b();\r\n");
        let text = "é\n  #[cfg_attr(any(), memlint::allow(x, reason = \"(é)\"))]\nfn f() {}";
        assert_eq!(without(text, "#", "))]", &["x"]), "é\nfn f() {}");
        assert_eq!(without("// memlint: allow(x)", "//", ")", &["x"]), "");
    }

    #[test]
    fn beside_code_it_takes_the_space_along() {
        let text = "let é = b(); // memlint: allow(x)\r\nc();";
        assert_eq!(without(text, "//", ")\r", &["x"]), "let é = b();\r\nc();");
        let text = "  /* memlint: allow(x) */ b();\n";
        assert_eq!(without(text, "/*", "*/", &["x"]), "  b();\n");
        let text = "a: u8, #[allow(memlint::x)] b: u8";
        assert_eq!(without(text, "#", "]", &["x"]), "a: u8, b: u8");
    }

    #[test]
    fn an_attribute_that_does_more_stays() {
        for text in [
            "#[allow(dead_code, memlint::x)]",
            "#[cfg_attr(any(), memlint::allow(x), inline)]",
            "#[cfg_attr(any(), inline, memlint::allow(x))]",
        ] {
            assert_eq!(without(text, "#", "]", &["x"]), "nothing", "{text}");
        }
        let text = "#[expect(memlint::x, reason = \"r\",)]";
        assert_eq!(without(text, "#", "]", &["x"]), "");
        let text = "#[cfg_attr(all(any(), b), memlint::expect(x),)]";
        assert_eq!(without(text, "#", "]", &["x"]), "");
    }

    #[test]
    fn names_are_told_from_what_else_stands_in_the_list() {
        let parts = |text: &str, lints: &[&str]| -> Vec<(String, Option<usize>)> {
            let lints: Vec<String> = lints.iter().map(|&name| name.to_owned()).collect();
            let found = of(text, 0..text.len(), &lints).parts;
            let shown = found.into_iter().map(|(r, at)| (text[r].to_owned(), at));
            shown.collect()
        };
        let one = |text: &str, at| (text.to_owned(), at);
        let text = "// memlint: allow-file(a-b,memlint::c , reason = \"d, e\")";
        let expected = [
            one("a-b", Some(0)),
            one("memlint::c", Some(1)),
            one("reason = \"d, e\"", None),
        ];
        assert_eq!(parts(text, &["a-b", "c"]), expected);
        let text = "#[allow(warnings, memlint::warnings)]";
        let expected = [one("warnings", None), one("memlint::warnings", Some(0))];
        assert_eq!(parts(text, &["warnings"]), expected);
    }
}
