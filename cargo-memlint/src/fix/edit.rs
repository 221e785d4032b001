//! Edits of one text: sets of replacements, each set applied wholly or not at all.

use std::collections::BTreeMap;
use std::ops::Range;

/// Puts a text in the place of a range of bytes; an empty range is an insertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Bytes of the text before any edit.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub text: String,
}

/// What became of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The text after all sets that could be applied.
    pub text: String,
    /// For each set, whether it was applied.
    pub applied: Vec<bool>,
}

/// Applies the sets in their order; one that meets an earlier one, or does not fit the text, is left
/// out as a whole.
///
/// Two edits meet if they replace common bytes, or insert at one place. The very same edit in two
/// sets is made once, for both.
pub fn merge(text: &str, sets: &[Vec<Edit>]) -> Merged {
    let mut taken = Taken::default();
    let applied = sets.iter().map(|set| taken.take(text, set)).collect();
    Merged {
        text: taken.write(text),
        applied,
    }
}

/// The edits that will be made, none meeting another, by their place.
#[derive(Default)]
struct Taken<'e>(BTreeMap<(usize, usize), &'e str>);

impl<'e> Taken<'e> {
    /// Takes all edits of the set or none.
    fn take(&mut self, text: &str, set: &'e [Edit]) -> bool {
        let mut new = Vec::new();
        for edit in set {
            let key = (edit.range.start, edit.range.end);
            let known = self.0.get(&key).is_some_and(|other| *other == edit.text);
            if known {
                continue;
            }
            if text.get(edit.range.clone()).is_none() || self.meets(&edit.range) {
                new.iter().for_each(|key| {
                    self.0.remove(key);
                });
                return false;
            }
            self.0.insert(key, &edit.text);
            new.push(key);
        }
        !set.is_empty()
    }

    fn meets(&self, range: &Range<usize>) -> bool {
        let (start, end) = (range.start, range.end);
        let before = self.0.range(..(start, 0)).next_back();
        let reaches_in = before.is_some_and(|((_, stop), _)| *stop > start);
        // An insertion at the end of a replacement comes after it, one at its start before it.
        let mut from_here = self.0.range((start, 0)..=(end, usize::MAX));
        reaches_in
            || from_here.any(|((from, to), _)| {
                let same = (*from, *to) == (start, end);
                same || (*from < end && start < *to)
            })
    }

    fn write(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for ((start, end), new) in &self.0 {
            out.push_str(&text[done..*start]);
            out.push_str(new);
            done = *end;
        }
        out.push_str(&text[done..]);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(range: Range<usize>, text: &str) -> Edit {
        let text = text.to_owned();
        Edit { range, text }
    }

    fn run(text: &str, sets: &[Vec<Edit>]) -> (String, Vec<bool>) {
        let merged = merge(text, sets);
        (merged.text, merged.applied)
    }

    #[test]
    fn sets_are_applied_wherever_they_stand() {
        let sets = [
            vec![edit(4..7, "é")],
            vec![edit(0..0, ">"), edit(7..7, "<")],
        ];
        let (text, applied) = run("a b ccc d", &sets);
        assert_eq!(text, ">a b é< d");
        assert_eq!(applied, [true, true]);
    }

    #[test]
    fn a_set_that_meets_another_is_left_out_as_a_whole() {
        let sets = [
            vec![edit(2..6, "X")],
            vec![edit(0..1, "Y"), edit(5..7, "Z")],
            vec![edit(0..1, "W")],
        ];
        let (text, applied) = run("abcdefgh", &sets);
        assert_eq!(text, "WbXgh");
        assert_eq!(applied, [true, false, true]);
    }

    #[test]
    fn a_range_around_or_inside_of_another_meets_it() {
        for (first, second) in [(2..6, 3..4), (3..4, 2..6), (2..6, 3..3), (3..3, 2..6)] {
            let sets = [vec![edit(first.clone(), "X")], vec![edit(second, "Y")]];
            let (_, applied) = run("abcdefgh", &sets);
            assert_eq!(applied, [true, false], "{first:?}");
        }
    }

    #[test]
    fn neighbours_do_not_meet_and_keep_their_order() {
        let sets = [
            vec![edit(2..4, "X")],
            vec![edit(2..2, "<"), edit(4..4, ">")],
            vec![edit(4..6, "Y")],
            vec![edit(0..2, "W")],
        ];
        let (text, applied) = run("abcdefgh", &sets);
        assert_eq!(text, "W<X>Ygh");
        assert_eq!(applied, [true; 4]);
    }

    #[test]
    fn two_insertions_at_one_place_meet_unless_they_are_the_same() {
        let sets = [
            vec![edit(1..1, "x")],
            vec![edit(1..1, "y")],
            vec![edit(1..1, "x"), edit(2..2, "z")],
        ];
        let (text, applied) = run("abc", &sets);
        assert_eq!(text, "axbzc");
        assert_eq!(applied, [true, false, true]);
    }

    #[test]
    fn a_shared_edit_stays_when_the_second_set_fails() {
        let sets = [
            vec![edit(0..1, "X")],
            vec![edit(0..1, "X"), edit(9..12, "Y")],
        ];
        let (text, applied) = run("abc", &sets);
        assert_eq!(text, "Xbc");
        assert_eq!(applied, [true, false]);
    }

    #[test]
    fn what_does_not_fit_the_text_is_left_out() {
        for range in [2..9, 9..9, 2..3] {
            let (text, applied) = run("aéb", &[vec![edit(range, "x")], vec![]]);
            assert_eq!((text.as_str(), applied), ("aéb", vec![false, false]));
        }
    }
}
