//! The house rules of the lints, as tests: documentation, names, and the style of every message.

use crate::diagnostic::Diagnostic;
use crate::lint::{Check, Group, Lint};
use crate::sample;
use crate::wording::{C, RUST};
use memlint_analysis::event::{
    Act, Block, Contradiction, Event, EventKind, Fault, Loss, NonHeap, Origin, Routine, StepKind,
    Usage,
};
use memlint_analysis::name::Name;
use std::collections::BTreeSet;

#[test]
fn the_catalogue_is_sorted_and_without_doubles() {
    let names: Vec<_> = crate::all().iter().map(|lint| lint.name).collect();
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
}

#[test]
fn every_lint_is_called_like_its_file() {
    let catalogue = include_str!("lints/mod.rs");
    let between = |before: &str, after: &str| -> Vec<&str> {
        let inner = |line| str::strip_suffix(str::strip_prefix(line, before)?, after);
        catalogue.lines().filter_map(inner).collect()
    };
    let names: Vec<_> = crate::all().iter().map(|lint| lint.name).collect();
    assert_eq!(between("pub(crate) mod ", ";"), names);
    assert_eq!(between("    &", "::LINT,"), names);
}

#[test]
fn the_groups_cover_all_lints() {
    let covered: usize = Group::ALL
        .into_iter()
        .map(|group| group.lints().count())
        .sum();
    assert_eq!(covered, crate::all().len());
    for lint in crate::all() {
        let habit = lint.name == "allow_without_reason";
        assert!(
            habit || lint.level == lint.group.default_level(),
            "{}",
            lint.name
        );
        assert!(Group::find(lint.name).is_none());
    }
}

#[test]
fn every_lint_is_documented_under_the_headings() {
    for lint in crate::all() {
        let headings: Vec<_> = lint
            .docs
            .lines()
            .filter_map(|l| l.strip_prefix("### "))
            .collect();
        assert_eq!(headings, Lint::HEADINGS, "{}", lint.name);
        assert_eq!(lint.docs.matches("\n```rust\n").count(), 2, "{}", lint.name);
        assert!(
            lint.docs.lines().all(|line| line.chars().count() <= 100),
            "{}",
            lint.name
        );
        assert!(
            !lint.summary.ends_with('.') && !lint.summary.contains('|'),
            "{}",
            lint.name
        );
        for part in lint.docs.split("### ").skip(1) {
            assert!(part.trim().lines().count() > 1, "{}: {part}", lint.name);
        }
    }
}

#[test]
fn related_lints_exist_and_are_sorted() {
    for lint in crate::all() {
        let related = lint.related;
        assert!(!related.is_empty(), "{}", lint.name);
        assert!(
            related.is_sorted() && !related.contains(&lint.name),
            "{}",
            lint.name
        );
        let unknown = related
            .iter()
            .find(|name| !crate::all().iter().any(|l| l.name == **name));
        assert_eq!(unknown, None, "{}", lint.name);
    }
}

#[test]
fn every_lint_about_code_quotes_its_rules() {
    for lint in crate::all() {
        // What an annotation says is no rule of the language.
        let about_code = matches!(lint.check, Check::Event(_)) && lint.group != Group::Annotation;
        assert_eq!(about_code, !lint.rules().is_empty(), "{}", lint.name);
    }
}

#[test]
fn every_event_is_one_finding_of_one_lint() {
    let mut reached = BTreeSet::new();
    for event in events() {
        let found: Vec<Diagnostic> = crate::all().iter().filter_map(|l| run(l, &event)).collect();
        assert_eq!(found.len(), 1, "{event:?}");
        let mut judged = crate::judge(std::slice::from_ref(&event));
        assert_eq!(judged[0].event.take().as_deref(), Some(&event));
        assert_eq!(judged, found);
        assert_eq!(found[0].function, event.function);
        reached.insert(found[0].lint.name);
    }
    let with_events = crate::all()
        .iter()
        .filter(|l| matches!(l.check, Check::Event(_)));
    assert_eq!(reached, with_events.map(|lint| lint.name).collect());
}

#[test]
fn every_message_has_the_style_of_the_house() {
    for event in events() {
        let d = crate::judge(&[event]).remove(0);
        sentence(&d, &d.message);
        let labels = d
            .secondary
            .iter()
            .chain([&d.primary])
            .map(|label| &label.text);
        let texts = labels.chain(&d.helps).chain(d.notes.iter().rev().skip(1));
        for text in texts {
            if !text.is_empty() {
                sentence(&d, text);
            }
        }
        assert!(!d.message.is_empty());
    }
}

/// Lower case, no full stop, back-ticks in pairs, nothing left empty.
fn sentence(d: &Diagnostic, text: &str) {
    let first = text.chars().next().unwrap();
    assert!(
        !first.is_uppercase() || text.starts_with("SQL"),
        "{text}: {d:?}"
    );
    assert!(!text.ends_with('.') && !text.ends_with(' '), "{text}");
    assert_eq!(text.matches('`').count() % 2, 0, "{text}");
    assert!(!text.contains("``") && !text.contains("  "), "{text}");
    assert!(!text.contains("()") || text.contains('`'), "{text}");
}

fn run(lint: &Lint, event: &Event) -> Option<Diagnostic> {
    match lint.check {
        Check::Event(check) => check(event),
        Check::Directive => None,
    }
}

#[test]
fn one_defect_is_told_once_and_by_its_shortest_story() {
    let short = sample::reclaim(sample::free(), Fault::OtherFamily, sample::boxed("Pair"));
    let to = "release".to_owned();
    let long = sample::with_step(short.clone(), 4, StepKind::Passed { to });
    for events in [[long.clone(), short.clone()], [short.clone(), long.clone()]] {
        let found = crate::judge(&events);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].secondary.len(), 1);
    }
}

#[test]
fn nothing_is_said_about_the_stubs() {
    let mut event = sample::reclaim(sample::free(), Fault::OtherFamily, sample::boxed("Pair"));
    event.site = memlint_analysis::span::Span::STUBS;
    assert!(crate::judge(&[event]).is_empty());
}

/// Every kind of event about every kind of block.
fn events() -> Vec<Event> {
    let mut all = Vec::new();
    for block in blocks() {
        for kind in kinds() {
            let mut event = sample::event(kind, block.clone());
            for (n, step) in steps().into_iter().enumerate() {
                event = sample::with_step(event, 20 + n as u32, step);
            }
            all.push(event);
        }
    }
    all
}

fn blocks() -> Vec<Block> {
    let parameter = |name: &str| Block {
        origin: Origin::Parameter {
            name: Name::new(name),
            at: sample::line(1),
        },
        ..sample::unknown()
    };
    vec![
        sample::boxed("Pair"),
        sample::boxed("[u8]"),
        sample::cstring(),
        sample::disowned("Arc::into_raw", "Arc<Pair>", "Arc::from_raw"),
        sample::disowned("mem::forget", "Vec<u8>", "Vec::from_raw_parts"),
        sample::malloc(),
        sample::raw("16 bytes, align 8"),
        sample::raw(""),
        sample::foreign("gadget_name"),
        sample::unknown(),
        parameter("p"),
        parameter(""),
    ]
}

fn routines() -> Vec<Routine> {
    let routine = sample::routine;
    vec![
        sample::free(),
        routine("libc::realloc", C, Act::Resize),
        routine("sqlite3_free", "SQLite's heap", Act::Release),
        routine("gadget_free", "", Act::Release),
        routine("std::alloc::dealloc", RUST, Act::Release),
        routine("std::alloc::realloc", RUST, Act::Resize),
        routine("drop of Box<u32>", RUST, Act::Drop),
        sample::adopt("Box::from_raw"),
        sample::adopt("Arc::from_raw"),
        sample::adopt("CString::from_raw"),
        sample::adopt("Vec::from_raw_parts"),
        sample::adopt("String::from_raw_parts"),
        sample::adopt("ptr::read"),
    ]
}

fn faults(by: &Routine) -> Vec<Fault> {
    let owner = || "CString".to_owned();
    let at = sample::line(5);
    let name = Name::new("x");
    let layout = |have: &str, want: &str| Fault::OtherLayout {
        have: have.to_owned(),
        want: want.to_owned(),
        alignment: have == want,
    };
    let mut faults = vec![
        Fault::OtherFamily,
        Fault::Offset,
        Fault::Owned { owner: owner(), at },
        layout("Box<Pair>", "Box<c_void>"),
        layout("Box<[u8]>", "Box<u8>"),
        layout("Vec<u8>", "Vec<u32>"),
        layout("16 bytes, align 8", "8 bytes, align 8"),
        layout("n bytes", "n bytes"),
        Fault::Ended { by: by.clone(), at },
    ];
    let nonheap = [
        NonHeap::Stack { name },
        NonHeap::Stack { name: Name::EMPTY },
        NonHeap::Static,
        NonHeap::Literal,
        NonHeap::Function,
        NonHeap::Address,
        NonHeap::Reference {
            name: "self.position".to_owned(),
        },
        NonHeap::Lent {
            by: "libc::getenv".to_owned(),
        },
        NonHeap::Borrowed { owner: owner() },
        NonHeap::Borrowed {
            owner: "Vec<u8>".to_owned(),
        },
        NonHeap::Borrowed {
            owner: "Mine".to_owned(),
        },
    ];
    faults.extend(nonheap.map(Fault::NonHeap));
    faults
}

fn kinds() -> Vec<EventKind> {
    let mut kinds = Vec::new();
    for by in routines() {
        for fault in faults(&by) {
            kinds.push(EventKind::Reclaim {
                by: by.clone(),
                fault,
            });
        }
        kinds.push(EventKind::TwoOwners {
            second: by.clone(),
            first_at: sample::line(3),
            released_again_at: Some(sample::line(12)),
        });
        for used in usages() {
            let (ended_by, ended_at) = (by.clone(), sample::line(6));
            kinds.push(EventKind::UseAfter {
                ended_by,
                ended_at,
                used,
            });
        }
        kinds.push(EventKind::ZeroSized {
            by: by.clone(),
            certain: true,
        });
        kinds.push(EventKind::ZeroSized {
            by: by.clone(),
            certain: false,
        });
        kinds.push(EventKind::UncheckedSize { by: by.clone() });
        kinds.push(EventKind::LostByPanic {
            call: "unwrap".to_owned(),
            taken_by: by,
            taken_at: sample::line(9),
        });
    }
    kinds.extend(usages().map(|used| EventKind::Unchecked { used }));
    let lost_at = sample::line(11);
    kinds.extend(losses().map(|how| EventKind::Lose { how, lost_at }));
    kinds.push(EventKind::Unpaired);
    kinds.extend([None, Some(lost_at)].map(|drop_at| {
        let field = Name::new("text");
        EventKind::NeverReleased { field, drop_at }
    }));
    kinds.extend([true, false].map(|allocator| {
        let family = Name::new("node");
        EventKind::HalfFamily { family, allocator }
    }));
    kinds.extend(contradictions().map(EventKind::Contradiction));
    kinds
}

fn contradictions() -> [Contradiction; 3] {
    let parameter = Name::new("node");
    [
        Contradiction::Declared {
            at: sample::line(2),
        },
        Contradiction::NotFresh,
        Contradiction::NotReleased { parameter },
    ]
}

fn usages() -> [Usage; 4] {
    let to = "libc::strlen".to_owned();
    [
        Usage::Read,
        Usage::Write,
        Usage::Passed { to },
        Usage::Returned,
    ]
}

fn losses() -> [Loss; 7] {
    let to = "libc::puts".to_owned();
    [
        Loss::ScopeEnd,
        Loss::EarlyReturn,
        Loss::Overwritten,
        Loss::Discarded,
        Loss::HolderReleased,
        Loss::FailedRealloc,
        Loss::BorrowedByForeign { to },
    ]
}

fn steps() -> Vec<StepKind> {
    let to = || "a function pointer".to_owned();
    let by = sample::free;
    vec![
        StepKind::Acquired(sample::routine("libc::malloc", C, Act::Acquire)),
        StepKind::Disowned(sample::routine("Box::into_raw", RUST, Act::Disown)),
        StepKind::Adopted(sample::adopt("Box::from_raw")),
        StepKind::Released(by()),
        StepKind::Resized(sample::routine("libc::realloc", C, Act::Resize)),
        StepKind::ResizeFailed(sample::routine("libc::realloc", C, Act::Resize)),
        StepKind::Moved,
        StepKind::Escaped { to: to() },
        StepKind::Passed { to: to() },
        StepKind::Borrowed {
            owner: "CString".to_owned(),
        },
        StepKind::Left,
        StepKind::Overwritten,
    ]
}
