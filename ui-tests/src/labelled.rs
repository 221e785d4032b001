//! Items whose right verdict is written above them, whatever the tool says of them.
//!
//! A label, `// expect: VERDICT -- why`, opens an item that reaches to the next label or to the end of
//! the file. The verdict is `clean`, or the lints that are due, separated by commas; `maybe` in front of
//! them leaves them open. `no LINT` in the reason of a clean item forbids a lint that such an item
//! otherwise may have.

use crate::fixture::{entries, file_name};
use std::fs;
use std::path::{Path, PathBuf};

/// A file of labelled items.
#[derive(Debug)]
pub struct Labelled {
    /// Relative to the folder of these files.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Its items, in order.
    pub items: Vec<Item>,
}

/// What stands between two labels.
#[derive(Debug, PartialEq, Eq)]
pub struct Item {
    /// Of the function or the module that the label stands above.
    pub name: String,
    /// The line of the label, from 1.
    pub line: usize,
    /// What is right.
    pub verdict: Verdict,
}

/// What a label says.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong; these lints are forbidden by name.
    Clean(Vec<String>),
    /// Each of these is due.
    Due(Vec<String>),
    /// One may see it either way.
    Open(Vec<String>),
}

impl Labelled {
    /// The item in whose range a line stands; none in front of the first label.
    pub fn item_at(&self, line: usize) -> Option<&Item> {
        self.items.iter().rfind(|item| item.line <= line)
    }
}

impl Verdict {
    /// The lints that the label names.
    pub fn names(&self) -> &[String] {
        let (Verdict::Clean(names) | Verdict::Due(names) | Verdict::Open(names)) = self;
        names
    }
}

/// The folder of these files.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("labelled")
}

/// The folder below it of those that are written in edition 2021, as modules of several functions.
pub const MODULES: &str = "modules";

/// All of them, sorted by name.
///
/// # Panics
/// The folder cannot be read: then there is nothing to test.
pub fn all() -> Vec<Labelled> {
    let mut found = within("");
    found.extend(modules());
    found
}

/// Those of [`MODULES`], sorted by name.
pub fn modules() -> Vec<Labelled> {
    within(MODULES)
}

fn within(below: &str) -> Vec<Labelled> {
    let sources = entries(&folder().join(below))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let read = |path: PathBuf| Labelled {
        name: match below {
            "" => file_name(&path),
            below => format!("{below}/{}", file_name(&path)),
        },
        items: items(&fs::read_to_string(&path).expect("a labelled file is readable")),
        path,
    };
    sources.map(read).collect()
}

fn items(text: &str) -> Vec<Item> {
    let lines: Vec<&str> = text.lines().collect();
    let labelled = lines.iter().enumerate().filter_map(|(index, line)| {
        let label = line.trim_start().strip_prefix("// expect: ")?;
        Some(Item {
            name: lines[index..].iter().find_map(|line| declared(line))?,
            line: index + 1,
            verdict: verdict(label),
        })
    });
    labelled.collect()
}

fn verdict(label: &str) -> Verdict {
    let (due, why) = label.split_once(" -- ").unwrap_or((label, ""));
    let names = |list: &str| list.split(',').map(|name| name.trim().to_owned()).collect();
    match due.strip_prefix("maybe ") {
        Some(open) => Verdict::Open(names(open)),
        None if due == "clean" => Verdict::Clean(forbidden(why)),
        None => Verdict::Due(names(due)),
    }
}

/// The words of the form of a lint's name after a `no`.
fn forbidden(why: &str) -> Vec<String> {
    let words: Vec<&str> = why.split([' ', ',']).collect();
    let pairs = words.windows(2);
    pairs
        .filter(|pair| pair[0] == "no" && pair[1].contains('_'))
        .map(|pair| pair[1].to_owned())
        .collect()
}

/// The name of the function or module that begins on a line.
fn declared(line: &str) -> Option<String> {
    let code = line.split("//").next().unwrap_or_default();
    let mut words = code.split(|c: char| c != '_' && !c.is_alphanumeric());
    words.find(|word| matches!(*word, "fn" | "mod"))?;
    words.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_reaches_to_the_next() {
        let text = "use a::b;\n// expect: clean -- as fn or mod, no leaked_raw\n#[inline]\npub fn right() {\n}\n\n\
            // expect: double_free, leaked_raw -- both\npub mod wrong {\n}\n// expect: maybe leaked_raw\nfn open() {}\n";
        let file = Labelled {
            name: "sample.rs".to_owned(),
            path: PathBuf::from("sample.rs"),
            items: items(text),
        };
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let [right, wrong, open] = [
            ("right", 2, Verdict::Clean(names(&["leaked_raw"]))),
            (
                "wrong",
                7,
                Verdict::Due(names(&["double_free", "leaked_raw"])),
            ),
            ("open", 10, Verdict::Open(names(&["leaked_raw"]))),
        ]
        .map(|(name, line, verdict)| Item {
            name: name.to_owned(),
            line,
            verdict,
        });
        assert_eq!(file.item_at(1), None);
        assert_eq!(file.item_at(5), Some(&right));
        assert_eq!(file.item_at(9), Some(&wrong));
        assert_eq!(file.item_at(99), Some(&open));
    }
}
