//! Whether a file can matter at all: one pass over its bytes for the words that begin a story.
//!
//! Each word is recognized by a window of five bytes in it, chosen to be rare. The pass samples the
//! text at every third byte: three bytes there are looked up in a table, and one of the three
//! triples of a window always lies on a sample. Only where the table knows the triple are the words
//! themselves compared. That is two instructions a byte, whatever the number of words.

use std::ops::ControlFlow;

/// How many entries the table has; it fits into the first cache.
const SLOTS: usize = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 15;
/// Samples that are looked up before the outcome is tested.
const LANES: usize = 8;
/// Bytes that the samples of one round can touch.
const ROUND: usize = 3 * LANES + 1;
/// An odd number whose products spread well.
const SPREAD: u32 = 0x9E37_79B1;

/// A set of words to look for, case-sensitive.
#[derive(Debug, Clone)]
pub struct Prefilter {
    words: Vec<(Box<[u8]>, Tag)>,
    /// By the hash of a sample: not 0 if it is one of a word.
    table: Box<[u8; SLOTS]>,
    /// The same hash: what the sample may belong to, as a number one higher in `places`.
    first: Box<[u32; SLOTS]>,
    places: Vec<Place>,
    /// How many bytes of a sample count, at most three.
    sample: usize,
    /// From sample to sample, at most three.
    step: usize,
}

/// What the finder of a word wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// The file is to be parsed.
    Trigger,
    /// `mod`
    Module,
    /// `include!`
    Include,
    /// `macro_rules!`
    Macro,
}

/// Where in a word a sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    word: usize,
    /// So many bytes after the beginning; before it if negative.
    offset: isize,
    /// The bytes of the sample, and one more if the word goes on.
    bytes: u32,
    /// Which of them count.
    mask: u32,
    /// Another place for the same slot, numbered as in `first`; 0 if there is none.
    next: u32,
}

impl Prefilter {
    /// Looks for any of `words`.
    pub fn new(words: &[&str]) -> Self {
        Self::tagged(words.iter().map(|word| (*word, Tag::Trigger)))
    }

    /// Looks for words of several kinds. An empty word is never found.
    pub(super) fn tagged<'a>(words: impl Iterator<Item = (&'a str, Tag)>) -> Self {
        let mut words: Vec<_> = words.filter(|(word, _)| !word.is_empty()).collect();
        // Those with the least choice first: the others can share their samples.
        words.sort_by_key(|(word, _)| word.len());
        let shortest = words.first().map_or(1, |(word, _)| word.len());
        let sample = shortest.min(3);
        let mut filter = Prefilter {
            words: Vec::with_capacity(words.len()),
            table: Box::new([0; SLOTS]),
            first: Box::new([0; SLOTS]),
            places: Vec::new(),
            sample,
            step: (shortest - sample + 1).min(3),
        };
        for (word, tag) in words {
            filter.add(word.as_bytes(), tag);
        }
        filter
    }

    fn add(&mut self, word: &[u8], tag: Tag) {
        let number = self.words.len();
        self.words.push((word.into(), tag));
        let start = self.rarest(word);
        for offset in start..start + self.step {
            self.enter(number, offset as isize, &word[offset..]);
        }
    }

    /// Where in a word the samples begin that stand seldom in a text; a sample of another word costs
    /// nothing.
    fn rarest(&self, word: &[u8]) -> usize {
        let (mut start, mut least) = (0, u32::MAX);
        // Of the last samples, as many as there are in a window.
        let (mut costs, mut sum) = ([0; 3], 0);
        for (last, sample) in word.windows(self.sample).enumerate() {
            let known = self.table[self.slot(first_four(&word[last..]))];
            let cost = match known {
                0 => sample.iter().map(|b| COMMONNESS[usize::from(*b)]).product(),
                _ => 0,
            };
            sum = sum + cost - std::mem::replace(&mut costs[last % self.step], cost);
            if last + 1 >= self.step && sum < least {
                (start, least) = (last + 1 - self.step, sum);
                if sum == 0 {
                    break;
                }
            }
        }
        start
    }

    /// Looks also for a shorter word that stands between one of `before` and one of `after`.
    pub(super) fn add_between(&mut self, word: &str, tag: Tag, before: &[u8], after: &[u8]) {
        let number = self.words.len();
        self.words.push((word.as_bytes().into(), tag));
        for first in before {
            for last in after {
                let mut whole = vec![*first];
                whole.extend(word.bytes().chain([*last]));
                for offset in 0..=whole.len() - self.sample {
                    let sample = &whole[offset..offset + self.sample];
                    self.enter(number, offset as isize - 1, sample);
                }
            }
        }
    }

    /// Enters a sample of a word: the first bytes of `rest`.
    fn enter(&mut self, word: usize, offset: isize, rest: &[u8]) {
        let known = rest.len().min(4);
        let bytes = first_four(rest);
        let slot = self.slot(bytes);
        let place = Place {
            word,
            offset,
            bytes,
            mask: u32::MAX >> (8 * (4 - known)),
            next: self.first[slot],
        };
        let same = |other: &Place| {
            Place {
                next: place.next,
                ..*other
            } == place
        };
        if !self.places_at(slot).any(same) {
            self.places.push(place);
            self.table[slot] = 1;
            self.first[slot] = self.places.len() as u32;
        }
    }

    /// What a sample with this hash may belong to.
    fn places_at(&self, slot: usize) -> impl Iterator<Item = &Place> {
        let place = |number: u32| self.places.get((number as usize).wrapping_sub(1));
        std::iter::successors(place(self.first[slot]), move |last| place(last.next))
    }

    /// The bytes of a sample beyond those that count fall out of the product.
    fn slot(&self, four: u32) -> usize {
        slot(four, self.factor())
    }

    fn factor(&self) -> u32 {
        SPREAD << (8 * (4 - self.sample as u32))
    }

    /// Whether one of the words stands anywhere in `text`.
    pub fn matches(&self, text: &[u8]) -> bool {
        self.each(text, |_, _| ControlFlow::Break(())).is_break()
    }

    /// Tells of each word and where it begins, roughly in order; a word can be told twice.
    pub(super) fn each(
        &self,
        text: &[u8],
        found: impl FnMut(Tag, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match self.step {
            _ if self.words.is_empty() => ControlFlow::Continue(()),
            1 => self.pass::<1>(text, found),
            2 => self.pass::<2>(text, found),
            _ => self.pass::<3>(text, found),
        }
    }

    fn pass<const STEP: usize>(
        &self,
        text: &[u8],
        mut found: impl FnMut(Tag, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let (table, factor) = (&*self.table, self.factor());
        let mut at = 0;
        let mut rest = text;
        while let Some(round) = rest.first_chunk::<ROUND>() {
            let mut any = 0;
            for lane in 0..LANES {
                any |= table[slot(four(round, lane * STEP), factor)];
            }
            if any != 0 {
                for lane in 0..LANES {
                    let sample = four(round, lane * STEP);
                    if table[slot(sample, factor)] != 0 {
                        self.compare(text, at + lane * STEP, sample, &mut found)?;
                    }
                }
            }
            at += LANES * STEP;
            rest = &rest[LANES * STEP..];
        }
        let mut end = [0; ROUND + 3];
        end[..rest.len()].copy_from_slice(rest);
        for lane in (0..rest.len()).step_by(STEP) {
            self.compare(text, at + lane, four(&end, lane), &mut found)?;
        }
        ControlFlow::Continue(())
    }

    /// Compares the words that a sample may belong to.
    fn compare(
        &self,
        text: &[u8],
        at: usize,
        sample: u32,
        found: &mut impl FnMut(Tag, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        for place in self.places_at(self.slot(sample)) {
            if sample & place.mask != place.bytes {
                continue;
            }
            let (word, tag) = &self.words[place.word];
            let start = at.checked_add_signed(-place.offset);
            let there = start.and_then(|start| text.get(start..));
            if let (Some(start), Some(there)) = (start, there)
                && there.starts_with(word)
            {
                found(*tag, start)?;
            }
        }
        ControlFlow::Continue(())
    }
}

fn slot(four: u32, factor: u32) -> usize {
    (four.wrapping_mul(factor) >> (u32::BITS - SLOT_BITS)) as usize
}

fn four<const N: usize>(bytes: &[u8; N], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The first four bytes, those that lack as 0.
fn first_four(bytes: &[u8]) -> u32 {
    if let Some(bytes) = bytes.first_chunk() {
        return u32::from_le_bytes(*bytes);
    }
    let mut all = [0; 4];
    all[..bytes.len()].copy_from_slice(bytes);
    u32::from_le_bytes(all)
}

/// By byte.
const COMMONNESS: [u32; 256] = {
    let mut all = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        all[byte] = commonness(byte as u8);
        byte += 1;
    }
    all
};

/// How often a byte stands in Rust, roughly, in thousandths.
const fn commonness(byte: u8) -> u32 {
    match byte {
        b' ' => 200,
        b'e' => 75,
        b't' => 60,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' => 45,
        b'c' | b'd' | b'f' | b'l' | b'm' | b'p' | b'u' | b'_' => 24,
        b'a'..=b'z' | b':' | b'(' | b')' => 10,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_word_counts() {
        let filter = Prefilter::new(&["into_raw", "malloc"]);
        assert!(filter.matches(b"let p = Box::into_raw(b);"));
        assert!(filter.matches(b"libc::malloc(3)"));
        assert!(!filter.matches(b"fn main() {}"));
        assert!(!filter.matches(b"MALLOC"));
    }

    #[test]
    fn no_words_match_nothing() {
        assert!(!Prefilter::new(&[]).matches(b"anything"));
        assert!(!Prefilter::new(&[""]).matches(b"anything"));
    }

    /// Words of every length at every distance from the beginning and from the end.
    #[test]
    fn every_place_is_seen() {
        let words = [
            "q",
            "qu",
            "qua",
            "quar",
            "quart",
            "quartz",
            "quartz-crystal",
        ];
        for word in words {
            let filter = Prefilter::new(&[word, "quartz-crystal-clock"]);
            for before in 0..60 {
                for after in [0, 1, 2, 3, 24, 25, 26] {
                    let text = "x".repeat(before) + word + &"y".repeat(after);
                    assert!(filter.matches(text.as_bytes()), "{text}");
                    let less = text.replace('q', "k");
                    assert!(!filter.matches(less.as_bytes()), "{less}");
                }
            }
        }
    }

    #[test]
    fn many_words_share_samples() {
        let words: Vec<String> = (0..2000).map(|n| format!("word{n}word")).collect();
        let filter = Prefilter::new(&words.iter().map(String::as_str).collect::<Vec<_>>());
        for word in &words {
            assert!(filter.matches(format!("a {word} b").as_bytes()), "{word}");
        }
        assert!(!filter.matches(b"word2000word wordword word1wor"));
    }

    #[test]
    fn words_are_told_with_kind_and_place() {
        let words = [("malloc", Tag::Trigger), ("macro_rules!", Tag::Macro)];
        let mut filter = Prefilter::tagged(words.into_iter());
        filter.add_between("mod", Tag::Module, b" \n", b" \t");
        let text = b"fn f() {}\nmod a; modern mod\tb; macro_rules! m {} commodity malloc mod";
        let mut told = Vec::new();
        let _ = filter.each(text, |tag, at| {
            told.push((at, tag));
            ControlFlow::Continue(())
        });
        told.retain(|(_, tag)| *tag != Tag::Module);
        assert_eq!(told, [(31, Tag::Macro), (59, Tag::Trigger)]);
        let mut modules = Vec::new();
        let _ = filter.each(text, |tag, at| {
            modules.extend((tag == Tag::Module).then_some(at));
            ControlFlow::Continue(())
        });
        assert!(modules.contains(&10) && modules.contains(&24));
    }
}
