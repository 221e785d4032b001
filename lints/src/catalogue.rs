//! The catalogue of all lints, and how one is found in it.

use crate::lint::{Group, Lint};
use crate::lints;
use crate::select::canonical;

/// All lints, sorted by name.
pub fn all() -> &'static [&'static Lint] {
    lints::ALL
}

/// The lint of this name; `memlint::` in front and `-` for `_` are accepted.
pub fn find(name: &str) -> Option<&'static Lint> {
    let name = canonical(name);
    all().iter().copied().find(|lint| lint.name == name)
}

/// The lint or group whose name is closest to a misspelt one, if one is close.
pub fn closest(name: &str) -> Option<&'static str> {
    let name = canonical(name);
    let groups = Group::ALL.into_iter().map(Group::name);
    let names = all().iter().map(|lint| lint.name);
    closest_of(&name, names.chain(groups).chain(["all", "warnings"]))
}

/// The word that is closest to a misspelt one, if one is close.
pub fn closest_of<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let limit = (name.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|known| (distance(name, known), known))
        .filter(|(steps, _)| *steps <= limit)
        .min()
        .map(|(_, known)| known)
}

/// Insertions, deletions, replacements and swaps of neighbours from `a` to `b` (the optimal string
/// alignment distance).
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let replaced = last[j] + usize::from(a[i] != b[j]);
            let mut steps = replaced.min(row[j] + 1).min(last[j + 1] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                steps = steps.min(before[j - 1] + 1);
            }
            row.push(steps);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_hand_are_one_step() {
        for (written, meant, steps) in [
            ("lowre", "lower", 1),
            ("lwer", "lower", 1),
            ("lowwer", "lower", 1),
            ("loxer", "lower", 1),
            ("", "ab", 2),
            ("ab", "", 2),
            ("\u{e9}a", "a\u{e9}", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(written, meant), steps, "{written} {meant}");
        }
        assert_eq!(closest_of("lowre", ["upper", "lower"]), Some("lower"));
    }

    #[test]
    fn a_lint_is_found_however_it_is_written() {
        for name in [
            "leaked_raw",
            "memlint::leaked_raw",
            "leaked-raw",
            " leaked_raw ",
        ] {
            assert_eq!(find(name).map(|lint| lint.name), Some("leaked_raw"));
        }
        assert_eq!(find("leak"), None);
    }

    #[test]
    fn the_distance_counts_single_edits() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    fn a_misspelt_name_has_a_closest_one() {
        assert_eq!(closest("duble-free"), Some("double_free"));
        assert_eq!(closest("corectness"), Some("correctness"));
        assert_eq!(closest("warning"), Some("warnings"));
        assert_eq!(closest("zzz"), None);
    }
}
