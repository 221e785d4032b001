//! The `macro_rules!` of a crate, collected as text before its files are lowered.

use crate::ir::Words;
use crate::lower::mention;
use crate::lower::text::{Kind, Pieces};
use crate::span::{FileId, Pos, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::OnceLock;

/// What the files of a crate are read with: its `macro_rules!`, as text, since token trees cannot
/// cross threads, and its edition.
#[derive(Debug, Default, Clone)]
pub struct MacroTable {
    texts: FxHashMap<String, Vec<Definition>>,
    /// Those that may declare items or imports, by the hash of their calls.
    declaring: OnceLock<FxHashSet<u32>>,
    /// Whether the temporaries of a block's value end with the block.
    brief_tails: bool,
}

#[derive(Debug, Clone)]
struct Definition {
    /// What stands between its delimiters.
    text: String,
    at: Span,
    words: Words,
    /// Whether it has a keyword of items.
    declares: bool,
}

impl MacroTable {
    /// An empty table for a crate of this edition, as its manifest has it; without one, or if it is
    /// none, that before 2024 is meant.
    pub fn of_edition(edition: &str) -> MacroTable {
        MacroTable {
            brief_tails: edition.parse().is_ok_and(|year: u16| year >= 2024),
            ..MacroTable::default()
        }
    }

    /// Whether the temporaries of a block's value end with the block, before its variables; up to
    /// edition 2021 they end with the statement around it.
    pub(crate) fn has_brief_tails(&self) -> bool {
        self.brief_tails
    }

    /// The rules of all macros of that name, the newest last.
    pub(crate) fn texts(&self, name: &str) -> Option<impl Iterator<Item = (&str, Span)>> {
        let all = self.texts.get(name)?;
        Some(all.iter().map(|d| (d.text.as_str(), d.at)))
    }

    /// What a call of each macro brings along: the hash of the call, and the words.
    pub(crate) fn mentions(&self) -> impl Iterator<Item = (u32, &Words)> {
        self.texts.iter().flat_map(|(name, all)| {
            let call = Words::macro_hash(name.as_bytes());
            all.iter().map(move |definition| (call, &definition.words))
        })
    }

    /// Whether calls of this hash may declare items or imports.
    pub(crate) fn declares(&self, call: u32) -> bool {
        !self.texts.is_empty()
            && self
                .declaring
                .get_or_init(|| self.find_declaring())
                .contains(&call)
    }

    fn find_declaring(&self) -> FxHashSet<u32> {
        let mut found = FxHashSet::default();
        loop {
            let before = found.len();
            for (name, all) in &self.texts {
                let calls_one = |words: &Words| words.iter().any(|word| found.contains(&word));
                if all.iter().any(|d| d.declares || calls_one(&d.words)) {
                    found.insert(Words::macro_hash(name.as_bytes()));
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }

    /// Takes over the macros of another table.
    pub fn extend(&mut self, other: MacroTable) {
        self.declaring.take();
        for (name, texts) in other.texts {
            self.texts.entry(name).or_default().extend(texts);
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// Adds the `macro_rules!` of a file.
pub fn collect_macros(file: FileId, text: &str, into: &mut MacroTable) {
    if !text.contains("macro_rules!") {
        return;
    }
    let mut pieces = Pieces::new(text);
    let mut reached = (0, Pos { line: 1, column: 0 });
    while let Some(piece) = pieces.code() {
        if piece.kind != Kind::Word || pieces.slice(piece) != "macro_rules" {
            continue;
        }
        let bang = pieces.code().map(|p| p.kind);
        if bang != Some(Kind::Punct(b'!')) {
            continue;
        }
        let Some(name) = pieces.code().filter(|p| p.kind == Kind::Word) else {
            continue;
        };
        let name = pieces.slice(name);
        if let Some(body) = body(text, &mut pieces) {
            let name = name.strip_prefix("r#").unwrap_or(name);
            into.declaring.take();
            let all = into.texts.entry(name.to_owned()).or_default();
            if !all.iter().any(|known| known.text == body) {
                let (words, declares) = mention::definition(body);
                let begin = body.as_ptr().addr() - text.as_ptr().addr();
                let lo = advance(reached.1, text.get(reached.0..begin).unwrap_or(""));
                let hi = advance(lo, body);
                reached = (begin + body.len(), hi);
                all.push(Definition {
                    text: body.to_owned(),
                    at: Span { file, lo, hi },
                    words,
                    declares,
                });
            }
        }
    }
}

/// The position after a text that begins there.
fn advance(from: Pos, text: &str) -> Pos {
    match text.rsplit_once('\n') {
        None => Pos {
            column: from.column + count(text),
            ..from
        },
        Some((before, last)) => Pos {
            line: from.line + 1 + before.matches('\n').count() as u32,
            column: count(last),
        },
    }
}

fn count(text: &str) -> u32 {
    text.chars().count() as u32
}

/// What stands between the delimiters that follow.
fn body<'t>(text: &'t str, pieces: &mut Pieces<'t>) -> Option<&'t str> {
    let open = pieces.code()?;
    let Kind::Punct(b'{' | b'(' | b'[') = open.kind else {
        return None;
    };
    let mut depth = 1usize;
    loop {
        let piece = pieces.code()?;
        match piece.kind {
            Kind::Punct(b'{' | b'(' | b'[') => depth += 1,
            Kind::Punct(b'}' | b')' | b']') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return text.get(open.end..piece.start);
        }
    }
}
