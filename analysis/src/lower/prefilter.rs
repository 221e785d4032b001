//! Whether a file can matter at all: one pass over its text for the words that begin a story.

use aho_corasick::{AhoCorasick, MatchKind};

/// A set of words to look for.
#[derive(Debug, Clone)]
pub struct Prefilter {
    /// `None` if the automaton could not be built: then every file counts.
    words: Option<AhoCorasick>,
}

impl Prefilter {
    /// Looks for any of `words`, case-sensitive.
    pub fn new(words: &[&str]) -> Self {
        let words = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(words.iter().filter(|word| !word.is_empty()));
        Prefilter { words: words.ok() }
    }

    /// Whether one of the words stands anywhere in `text`.
    pub fn matches(&self, text: &str) -> bool {
        self.words.as_ref().is_none_or(|words| words.is_match(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_word_counts() {
        let filter = Prefilter::new(&["into_raw", "malloc"]);
        assert!(filter.matches("let p = Box::into_raw(b);"));
        assert!(filter.matches("libc::malloc(3)"));
        assert!(!filter.matches("fn main() {}"));
        assert!(!filter.matches("MALLOC"));
    }

    #[test]
    fn no_words_match_nothing() {
        assert!(!Prefilter::new(&[]).matches("anything"));
        assert!(!Prefilter::new(&[""]).matches("anything"));
    }
}
