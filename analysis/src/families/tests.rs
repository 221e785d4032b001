//! The tables and stubs that come with the program, and the schema.

use super::*;
use crate::span::FileId;
use crate::supplied::{STUBS, TABLES};
use rustc_hash::FxHashMap;

fn read(text: &str) -> Families {
    let mut families = Families::default();
    families
        .read("test.toml", text)
        .expect("the table is right");
    families
}

fn refused(text: &str) -> String {
    let mut families = Families::default();
    families
        .read("test.toml", text)
        .expect_err("the table is wrong")
        .to_string()
}

fn routine<'f>(families: &'f Families, name: &str) -> &'f Routine {
    families
        .routine(Name::new(name))
        .unwrap_or_else(|| panic!("{name} is known"))
}

fn acquired(families: &Families, name: &str) -> Acquire {
    let effects = &routine(families, name).effects;
    let found = effects.iter().find_map(|e| match e {
        Effect::Acquire(a) => Some(a.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{name} allocates"))
}

#[test]
fn every_table_parses() {
    for (file, text) in TABLES {
        let mut families = Families::default();
        if let Err(error) = families.read(file, text) {
            panic!("{error}");
        }
    }
}

#[test]
fn no_routine_stands_in_two_tables() {
    let mut seen: FxHashMap<String, String> = FxHashMap::default();
    for (file, text) in TABLES {
        let tables: Tables = toml::from_str(text).expect("parses");
        for f in &tables.family {
            let mut names: Vec<&String> = [
                &f.alloc[..],
                &f.free[..],
                &f.realloc[..],
                &f.retain[..],
                &f.unref[..],
                &f.borrowed[..],
            ]
            .into_iter()
            .flatten()
            .collect();
            names.sort();
            names.dedup();
            for name in names {
                let other = seen.insert(name.clone(), f.name.clone());
                assert_eq!(other, None, "{name} is in {} of {file} too", f.name);
            }
        }
        for name in tables.look.iter().flat_map(|l| &l.names) {
            let other = seen.insert(name.clone(), String::from("a look table"));
            assert_eq!(other, None, "{name} only looks in {file}");
        }
    }
}

#[test]
fn every_family_names_its_source_and_a_release() {
    for (file, text) in TABLES {
        let tables: Tables = toml::from_str(text).expect("parses");
        for f in &tables.family {
            assert!(
                f.source.is_some() && f.library.is_some() && f.label.is_some(),
                "{} in {file}",
                f.name
            );
            let lends_only = f.alloc.is_empty() && !f.borrowed.is_empty();
            assert!(
                lends_only
                    || !f.free.is_empty()
                    || !f.unref.is_empty()
                    || !f.release_with.is_empty(),
                "{} in {file}",
                f.name
            );
        }
    }
}

/// Only a contract that was read may accuse: its source says where and what.
#[test]
fn every_accusing_library_says_what_was_read() {
    // The C library, Windows and Rust itself: the names of the routines are the pages.
    let pages = [
        "rust.toml",
        "c_heap.toml",
        "stdio.toml",
        "posix.toml",
        "windows.toml",
    ];
    for (file, text) in TABLES.iter().filter(|t| !pages.contains(&t.0)) {
        let tables: Tables = toml::from_str(text).expect("parses");
        for f in tables.family.iter().filter(|f| f.accuse) {
            let source = f.source.as_deref().unwrap_or_default();
            assert!(source.contains(": "), "{} in {file}: {source}", f.name);
        }
    }
}

#[test]
fn the_page_of_families_shows_every_family() {
    let page = tables_markdown();
    for (file, text) in TABLES {
        let tables: Tables = toml::from_str(text).expect("parses");
        for f in &tables.family {
            let label = f.label.as_deref().unwrap_or(&f.name);
            assert!(page.contains(&format!("| {label} |")), "{label} in {file}");
        }
    }
}

#[test]
fn the_c_heap_says_what_the_manual_says() {
    let families = Families::builtin();
    let heap = families.named("c_heap").expect("known");
    assert_eq!(families.family(heap).label, "the C heap");
    assert_eq!(families.family(heap).release_with, ["libc::free"]);
    assert!(!families.family(heap).is_rust());
    assert_eq!(acquired(families, "calloc").size, [0, 1]);
    assert!(acquired(families, "calloc").checked && !acquired(families, "malloc").checked);
    let aligned = acquired(families, "posix_memalign");
    assert_eq!(
        (aligned.to, aligned.success),
        (Slot::OutParam(0), Some(Success::Zero))
    );
    assert_eq!(
        acquired(families, "realpath").condition,
        Some(Condition::ArgNull(1))
    );
    assert_eq!(
        routine(families, "free").effects,
        [Effect::Release {
            arg: 0,
            through: false
        }]
    );
    assert!(
        matches!(&routine(families, "realloc").effects[..], [Effect::Resize { arg: 0, size, .. }] if size == &[1])
    );
}

#[test]
fn handles_have_their_own_failure_value() {
    let families = Families::builtin();
    assert_eq!(acquired(families, "mmap").sentinel, Some(-1));
    assert_eq!(acquired(families, "FindFirstFileW").sentinel, Some(-1));
    assert_eq!(routine(families, "HeapFree").same_arg, Some(0));
    assert_ne!(
        routine(families, "FindClose").family,
        routine(families, "CloseHandle").family
    );
    let message = acquired(families, "FormatMessageW");
    assert_eq!(
        message.condition,
        Some(Condition::ArgBits {
            arg: 0,
            bits: 0x100
        })
    );
}

#[test]
fn lookers_keep_nothing() {
    let copy = routine(Families::builtin(), "memcpy");
    assert_eq!(copy.family, None);
    let look = Effect::Look {
        reads: vec![1],
        writes: vec![0],
        returns_arg: Some(0),
        rest: false,
    };
    assert_eq!(copy.effects, [look]);
}

#[test]
fn paths_lead_to_routines_through_crates_of_bindings_only() {
    let families = Families::builtin();
    assert!(families.by_path("libc::free").is_some());
    assert!(families.by_path("libc::unix::linux_like::free").is_some());
    assert!(
        families
            .by_path("windows_sys::Win32::System::Memory::HeapFree")
            .is_some()
    );
    assert!(families.by_path("arena::free").is_none());
    assert!(families.by_path("free").is_none());
}

#[test]
fn a_table_round_trips() {
    let families = read(
        r#"
        [[family]]
        name = "widget"
        kind = "refcount"
        alloc = ["widget_new", "widget_make", "widget_peek"]
        free = ["widget_unref"]
        retain = ["widget_ref"]
        unref = ["widget_drop"]
        borrowed = ["widget_title"]
        transfer = ["window_add#1"]
        through = ["widget_unref"]
        never_null = ["widget_new"]
        out_param = { widget_make = 2 }
        success = { widget_make = "positive" }
        free_arg = { widget_unref = 1, widget_drop = 2 }
        "#,
    );
    let id = families.named("widget").expect("known");
    let family = families.family(id);
    assert_eq!(
        (family.label.as_str(), family.kind, family.accuse),
        ("`widget`", Kind::Refcount, true)
    );
    assert_eq!(family.release_with, ["widget_unref", "widget_drop"]);
    assert!(
        !acquired(&families, "widget_new").nullable && acquired(&families, "widget_peek").nullable
    );
    let made = acquired(&families, "widget_make");
    assert_eq!(
        (made.to, made.success),
        (Slot::OutParam(2), Some(Success::Positive))
    );
    assert_eq!(
        routine(&families, "widget_unref").effects,
        [Effect::Release {
            arg: 1,
            through: true
        }]
    );
    assert_eq!(
        routine(&families, "widget_drop").effects,
        [Effect::Unref {
            arg: 2,
            through: false
        }]
    );
    assert_eq!(
        routine(&families, "widget_ref").effects,
        [Effect::Retain { arg: 0 }]
    );
    assert_eq!(
        routine(&families, "widget_title").effects,
        [Effect::Borrowed]
    );
    assert_eq!(
        routine(&families, "window_add").effects,
        [Effect::Transfer { arg: 1 }]
    );
}

#[test]
fn constants_of_a_library_have_values() {
    let families = read("[constant]\nWIDGET_OK = 0\nWIDGET_DONE = -1\n");
    assert_eq!(families.constant("widget_sys::WIDGET_OK"), Some(0));
    assert_eq!(families.constant("ffi::WIDGET_DONE"), Some(-1));
    assert_eq!(families.constant("ffi::WIDGET_LOST"), None);
}

#[test]
fn a_later_table_overrides() {
    let mut families = Families::builtin().clone();
    families
        .read(
            "memlint.toml",
            "[[family]]\nname = \"mine\"\nalloc = [\"strdup\"]\nfree = [\"mine_free\"]\n",
        )
        .expect("the table is right");
    assert_eq!(routine(&families, "strdup").family, families.named("mine"));
    assert_eq!(
        routine(&families, "malloc").family,
        families.named("c_heap")
    );
}

#[test]
fn an_annotation_declares_a_family_or_joins_one() {
    let mut families = Families::builtin().clone();
    let heap = families.named("c_heap");
    assert_eq!(Some(families.declare("c_heap")), heap);
    let own = families.declare("pixmap");
    assert!(families.family(own).accuse);
    families.propose_release(own, "pixmap_free");
    families.propose_release(own, "pixmap_free");
    assert_eq!(families.family(own).release_with, ["pixmap_free"]);
}

#[test]
fn unknown_keys_list_the_known_ones() {
    let message = refused("[[family]]\nname = \"x\"\nallocs = [\"a\"]\n");
    assert!(
        message.contains("unknown field `allocs`") && message.contains("`out_param`"),
        "{message}"
    );
    assert!(
        message.starts_with("test.toml: ") && message.contains("line 3"),
        "{message}"
    );
    let message = refused("[[families]]\nname = \"x\"\n");
    assert!(
        message.contains("unknown field `families`") && message.contains("`family`"),
        "{message}"
    );
    let message =
        refused("[[family]]\nname = \"x\"\nalloc = [\"a\"]\nsuccess = { a = \"fine\" }\n");
    assert!(message.contains("nonnegative"), "{message}");
}

#[test]
fn routines_that_are_misspelt_are_refused() {
    let message =
        refused("[[family]]\nname = \"x\"\nalloc = [\"make\"]\nout_param = { maek = 1 }\n");
    assert!(
        message.contains("`maek` in `out_param`") && message.contains("make"),
        "{message}"
    );
    let message = refused("[[family]]\nname = \"x\"\ntransfer = [\"take\"]\n");
    assert!(message.contains("`routine#argument`"), "{message}");
    let message =
        refused("[[family]]\nname = \"x\"\nalloc = [\"a\"]\ncondition = { a = { bits = 1 } }\n");
    assert!(message.contains("the condition of `a`"), "{message}");
    assert!(refused("[[family]]\nname = \"\"\n").contains("empty `name`"));
}

#[test]
fn every_stub_lowers() {
    for (module, text) in STUBS {
        assert!(text.starts_with("//! "), "{module}");
        assert!(text.lines().count() < 500, "{module}");
        let lowered = crate::lower::lower_file(FileId::STUBS, text, &Default::default());
        if let Err(failure) = lowered {
            panic!("{module}: {failure:?}");
        }
    }
}
