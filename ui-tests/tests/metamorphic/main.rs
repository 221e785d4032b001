//! Changes of the text that change nothing of its meaning must not change the findings.
//!
//! Every fixture and the sample crates are rewritten in each of the ways of `rewrite`, and analyzed again.
//! What counts is the multiset of lint and function.

mod edit;
mod judged;
mod names;
mod rewrite;
mod wrap;

use judged::{Case, Found};
use rewrite::REWRITES;
use std::collections::BTreeSet;

/// What is known to change, by rewriting and case: the model's known holes.
const KNOWN: &[(&str, &str)] = &[
    // What a foreign call wrote into a struct may also be user data that it never looked at: of a
    // release in a helper the engine does not say which.
    ("releases in helpers", "mismatched_dealloc/filled_struct.rs"),
    // That `as_ptr` only lends is known by its name.
    ("other names", "owner_without_drop/names_in_common.rs"),
    (
        "names beyond ASCII",
        "owner_without_drop/names_in_common.rs",
    ),
    // A false finding, which goes where less is seen.
    ("bodies in closures", "known_limits/moved_starts.rs"),
    // A closure has no generics of its own, and its parameters no types.
    (
        "bodies in closures",
        "mismatched_layout/generic_destructor.rs",
    ),
    (
        "bodies in closures",
        "mismatched_dealloc/filled_by_bindings.rs",
    ),
    // What a closure gets is not loose while it runs.
    (
        "bodies in closures",
        "leaked_on_unwind/lent_to_unknown_code.rs",
    ),
    // `drop` beside `as_ptr` makes a function worth executing, and then stands in the helper.
    ("releases in helpers", "use_after_free/read_after_drop.rs"),
    // A pointer found in a list is not told from the list once a helper has it.
    ("releases in helpers", "use_after_free/list_of_dangling.rs"),
];

#[test]
fn rewriting_changes_no_verdict() {
    let cases = judged::cases();
    let before = judged::judge(&cases);
    let known: BTreeSet<(&str, &str)> = KNOWN.iter().copied().collect();
    let mut changed = BTreeSet::new();
    let mut complaints = String::new();
    for (name, rewrite) in REWRITES {
        let rewritten: Vec<Case> = cases.iter().map(rewrite).collect();
        let touched = cases.iter().zip(&rewritten).filter(|(a, b)| a != b).count();
        let enough = touched > 20 || cases.len() < 100;
        assert!(enough, "`{name}` changes only {touched} texts");
        for ((case, rewritten), (was, is)) in cases
            .iter()
            .zip(&rewritten)
            .zip(before.iter().zip(judged::judge(&rewritten)))
        {
            let is =
                is.unwrap_or_else(|error| panic!("{name}, {}: {error}\n{rewritten}", case.name));
            let was = was.as_ref().expect("fixtures parse");
            if *was == is {
                continue;
            }
            let key = (*name, case.name.as_str());
            if known.contains(&key) {
                changed.insert(key);
            } else {
                complaints += &format!("{name}, {}\n{}", case.name, difference(was, &is));
                if std::env::var_os("METAMORPHIC").is_some() {
                    complaints += &rewritten.to_string();
                }
            }
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}");
    let stale: Vec<_> = known
        .iter()
        .filter(|(rewrite, case)| !changed.iter().any(|c| c == &(*rewrite, *case)))
        .collect();
    assert!(stale.is_empty(), "no longer changed: {stale:?}");
}

fn difference(was: &[Found], is: &[Found]) -> String {
    let only = |label: &str, of: &[Found], but: &[Found]| -> String {
        let mut rest = but.to_vec();
        let mut lines = String::new();
        for found in of {
            match rest.iter().position(|other| other == found) {
                Some(at) => drop(rest.remove(at)),
                None => lines += &format!("  {label} {} in `{}`\n", found.0, found.1),
            }
        }
        lines
    };
    only("gone ", was, is) + &only("new  ", is, was)
}
