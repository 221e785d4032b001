//! What is wrong in a configuration, said with its place, and with a guess at what was meant.

use crate::notice::{Notice, Trouble};
use memlint_analysis::families::Fault;
use std::ops::Range;
use std::path::Path;

/// A file that holds a configuration.
#[derive(Debug)]
pub struct Source {
    /// As it is shown.
    pub name: String,
    /// What it holds.
    pub text: String,
}

const PAGE: &str = "docs/configuration.md describes the keys";

impl Source {
    /// Reads it.
    pub fn read(file: &Path) -> Result<Source, Trouble> {
        Source::read_as(file, "the configuration")
    }

    /// Reads it; `what` is what a message calls it.
    pub fn read_as(file: &Path, what: &str) -> Result<Source, Trouble> {
        let text = std::fs::read_to_string(file)
            .map_err(|e| Trouble::at(file, format!("{what} cannot be read: {e}")))?;
        Ok(Source {
            name: file.display().to_string(),
            text,
        })
    }

    /// It is no TOML, or has a key or a value that is not known.
    pub(super) fn refuse(&self, error: &toml::de::Error) -> Trouble {
        let message = error.message().replace("unknown field", "unknown key");
        let message = message.replace("unknown variant", "unknown value");
        let help = guess(&message);
        let trouble = self.notice(error.span(), &message);
        trouble.help(help.unwrap_or_else(|| PAGE.to_owned()))
    }

    /// A table of a family says what cannot be.
    pub(super) fn refuse_table(&self, fault: &Fault) -> Trouble {
        let start = fault.family.as_ref().and_then(|name| self.quoted(name));
        let start = start.map_or(0, |span| span.start);
        let key = self
            .word(fault.key, start)
            .or_else(|| self.word(fault.key, 0));
        let from = key.as_ref().map_or(start, |span| span.start);
        let place = self.word(&fault.word, from).or(key);
        let known = fault.message.split("they are: ").nth(1).unwrap_or_default();
        let closest = memlint_lints::closest_of(&fault.word, known.split(", "));
        let help = match closest {
            Some(name) => format!("did you mean `{name}`?"),
            None => PAGE.to_owned(),
        };
        self.notice(place, &fault.message).help(help)
    }

    /// Something about `word`, which stands somewhere after `key`.
    pub(super) fn at(&self, key: &str, word: &str, message: String) -> Trouble {
        let from = self.word(key, 0).map_or(0, |span| span.start);
        self.notice(self.word(word, from), &message)
    }

    /// The manifest that it is.
    pub fn manifest(&self) -> Result<toml::Table, Trouble> {
        self.text.parse::<toml::Table>().map_err(|error| {
            let message = format!("the manifest is no valid TOML: {}", error.message());
            self.located(error.span(), message)
        })
    }

    fn notice(&self, span: Option<Range<usize>>, message: &str) -> Trouble {
        let message = format!("invalid configuration: {}", message.trim_end());
        self.located(span, message)
    }

    fn located(&self, span: Option<Range<usize>>, message: String) -> Trouble {
        let before = span.and_then(|span| self.text.get(..span.start));
        let Some(before) = before else {
            return Trouble(Notice::at(&self.name, message));
        };
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before[start..].chars().count();
        let place = format!("{}:{line}:{}", self.name, column + 1);
        let (line, column) = (u32::try_from(line), u32::try_from(column));
        let (line, column) = (line.unwrap_or(u32::MAX), column.unwrap_or(u32::MAX));
        Trouble(Notice::at(place, message).excerpt(&self.text, line, column))
    }

    /// The first place from `from` on where the word stands alone.
    fn word(&self, word: &str, from: usize) -> Option<Range<usize>> {
        let text = self.text.get(from..).filter(|_| !word.is_empty())?;
        let part = |c: char| c == '_' || c == '-' || c.is_alphanumeric();
        text.match_indices(word)
            .map(|(at, _)| from + at..from + at + word.len())
            .find(|span| {
                let before = self.text[..span.start].chars().next_back();
                let after = self.text[span.end..].chars().next();
                !before.is_some_and(part) && !after.is_some_and(part)
            })
    }

    /// The place of a text in quotes.
    fn quoted(&self, text: &str) -> Option<Range<usize>> {
        let both = [format!("\"{text}\""), format!("'{text}'")];
        let found = both.iter().filter_map(|quoted| self.text.find(quoted));
        found.min().map(|at| at + 1..at + 1 + text.len())
    }
}

/// "unknown key `levles`, expected one of `levels`, ..": the known one that is closest.
fn guess(message: &str) -> Option<String> {
    let mut words = message.split('`').skip(1).step_by(2);
    let written = words.next().filter(|_| message.starts_with("unknown"))?;
    let closest = memlint_lints::closest_of(written, words)?;
    Some(format!("did you mean `{closest}`?"))
}
