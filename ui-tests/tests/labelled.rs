//! The labelled items: what is due is found, what is clean stays silent, and the list of misses is true.

use memlint_lints::Group;
use std::collections::BTreeSet;
use std::fs;
use ui_tests::labelled::{self, Item, Labelled, Verdict};
use ui_tests::tool;

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");

/// Names of one defect: a label that has the one is met by the other.
const ALIKE: [[&str; 2]; 3] = [
    ["double_free", "aliased_owner"],
    ["double_free", "use_after_free"],
    ["leaked_alloc", "leaked_realloc"],
];

/// A lint that is due in an item of a file.
type Due = (String, String, String);

/// How the tool does over all items.
#[derive(Default)]
struct Score {
    items: usize,
    clean: usize,
    due: usize,
    found: usize,
    /// What `misses.toml` lists and is missed.
    missed: BTreeSet<Due>,
    complaints: String,
}

#[test]
fn verdicts_are_those_of_the_labels() {
    let listed = listed_misses();
    let mut score = Score::default();
    for file in labelled::all() {
        score.judge_file(&file, &listed);
    }
    for (file, item, lint) in listed.difference(&score.missed) {
        score.complaints +=
            &format!("{file}, {item}: {lint} stands in misses.toml and is no miss\n");
    }
    let Score {
        items,
        clean,
        due,
        found,
        ..
    } = score;
    let recall = 100.0 * found as f64 / due as f64;
    println!(
        "{items} items: {found} of {due} lints found, recall {recall:.1} %; {clean} are clean"
    );
    assert!(score.complaints.is_empty(), "\n{}", score.complaints);
}

impl Score {
    fn judge_file(&mut self, file: &Labelled, listed: &BTreeSet<Due>) {
        let found = tool::check(PROGRAM, &labelled::folder(), &file.name)
            .unwrap_or_else(|trouble| panic!("{}\n{trouble}", file.name));
        let findings = found.iter().map(|reported| &reported.finding);
        for finding in findings.clone().filter(|f| file.item_at(f.line).is_none()) {
            self.complaints += &format!("{}: {finding}, in front of all labels\n", file.name);
        }
        for item in &file.items {
            let of_item = |line| file.item_at(line) == Some(item);
            let of_item = findings.clone().filter(|finding| of_item(finding.line));
            let found: BTreeSet<&str> = of_item.map(|finding| &*finding.lint).collect();
            self.items += 1;
            match &item.verdict {
                Verdict::Clean(forbidden) => self.judge_clean(file, item, &found, forbidden),
                Verdict::Due(names) => self.judge_due(file, item, &found, names, listed),
                Verdict::Open(_) => {}
            }
        }
    }

    fn judge_clean(
        &mut self,
        file: &Labelled,
        item: &Item,
        found: &BTreeSet<&str>,
        forbidden: &[String],
    ) {
        self.clean += 1;
        let is_false = |lint: &&&str| !is_incidental(lint) || forbidden.iter().any(|f| f == *lint);
        for lint in found.iter().filter(is_false) {
            self.complain(file, item, &format!("{lint} in a clean item"));
        }
    }

    fn judge_due(
        &mut self,
        file: &Labelled,
        item: &Item,
        found: &BTreeSet<&str>,
        due: &[String],
        listed: &BTreeSet<Due>,
    ) {
        for lint in due {
            self.due += 1;
            let miss = (file.name.clone(), item.name.clone(), lint.clone());
            if found.iter().any(|found| is_met(lint, found)) {
                self.found += 1;
            } else if listed.contains(&miss) {
                self.missed.insert(miss);
            } else {
                self.complain(file, item, &format!("{lint} is missed"));
            }
        }
    }

    fn complain(&mut self, file: &Labelled, item: &Item, what: &str) {
        let (file, line, item) = (&file.name, item.line, &item.name);
        self.complaints += &format!("{file}:{line}, {item}: {what}\n");
    }
}

/// Whether a lint speaks of sizes and null results, or is of value to some: what most code that is
/// right about its memory leaves open.
fn is_incidental(lint: &str) -> bool {
    let group = memlint_lints::find(lint).map(|lint| lint.group);
    matches!(group, Some(Group::Hygiene | Group::Pedantic))
}

fn is_met(due: &str, found: &str) -> bool {
    due == found
        || ALIKE
            .iter()
            .any(|names| names.contains(&due) && names.contains(&found))
}

/// The entries of `misses.toml`, each with its reason.
fn listed_misses() -> BTreeSet<Due> {
    let text = fs::read_to_string(labelled::folder().join("misses.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let misses = table["miss"].as_array().unwrap();
    let read = |miss: &toml::Value| {
        let word = |key: &str| miss[key].as_str().unwrap().to_owned();
        assert!(word("why").ends_with('.'), "{miss}: `why` is a sentence");
        (word("file"), word("item"), word("lint"))
    };
    let listed: BTreeSet<Due> = misses.iter().map(read).collect();
    assert_eq!(listed.len(), misses.len(), "an entry stands there twice");
    listed
}

#[test]
fn labels_name_lints_and_items_once() {
    let mut seen = BTreeSet::new();
    for file in labelled::all() {
        let labels = fs::read_to_string(&file.path).unwrap();
        let labels = labels.matches("// expect:").count();
        assert_eq!(
            file.items.len(),
            labels,
            "{}: a label is not read",
            file.name
        );
        for item in &file.items {
            let Item { name, verdict, .. } = item;
            assert!(
                seen.insert((file.name.clone(), name.clone())),
                "{name} twice"
            );
            for lint in verdict.names() {
                let known = memlint_lints::find(lint).is_some();
                assert!(known, "{}, {name}: there is no lint {lint}", file.name);
            }
        }
    }
}
