//! The `macro_rules!` of a crate, collected as text before its files are lowered.

use crate::lower::text::{Kind, Pieces};
use rustc_hash::FxHashMap;

/// The `macro_rules!` of a crate, as text: token trees cannot cross threads.
#[derive(Debug, Default, Clone)]
pub struct MacroTable {
    texts: FxHashMap<String, Vec<String>>,
}

impl MacroTable {
    /// The rules of all macros of that name, the newest last.
    pub(crate) fn texts(&self, name: &str) -> Option<&[String]> {
        self.texts.get(name).map(Vec::as_slice)
    }

    /// Takes over the macros of another table.
    pub fn extend(&mut self, other: MacroTable) {
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
pub fn collect_macros(text: &str, into: &mut MacroTable) {
    if !text.contains("macro_rules!") {
        return;
    }
    let mut pieces = Pieces::new(text);
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
            let texts = into.texts.entry(name.to_owned()).or_default();
            if !texts.iter().any(|known| known == body) {
                texts.push(body.to_owned());
            }
        }
    }
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
