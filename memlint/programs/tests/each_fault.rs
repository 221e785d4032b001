//! Every program with a fault is caught, and none of its twins: alone, under valgrind where that is
//! installed, and under AddressSanitizer where there is a nightly compiler.

mod program;

use program::{Engine, Run, sanitized};

/// Faults between annotated families, and the lint that names each.
const PAIRS: &[(&str, &str)] = &[
    ("other_family", "mismatched_dealloc"),
    ("rust_pairs", "mismatched_dealloc"),
    ("out_parameter", "mismatched_dealloc"),
    ("twice", "double_free"),
    ("twice_in_threads", "double_free"),
    ("old_pointer", "double_free"),
    ("callback", "double_free"),
    ("offset", "free_offset"),
    ("by_hand", "mismatched_dealloc"),
    ("wrapped", "double_free"),
    ("leak", "leaked_alloc"),
    ("fork", "leaked_alloc"),
    ("unwound", "leaked_alloc"),
    ("owner", "leaked_alloc"),
    ("scope", "leaked_alloc"),
];

/// Rust's memory given to C: only the interposed program names it, in the others C's allocator ends
/// the program.
const TO_C: &[&str] = &[
    "box_to_free",
    "cstring_to_free",
    "vec_to_realloc",
    "plugin_text_to_free",
];

/// Faults that the allocator names.
const HEAP: &[(&str, &str)] = &[
    ("malloc_to_box", "mismatched_dealloc"),
    ("malloc_to_vec", "mismatched_dealloc"),
    ("strdup_to_cstring", "mismatched_dealloc"),
    ("malloc_to_growing_vec", "mismatched_dealloc"),
    ("other_size", "mismatched_layout"),
    ("other_align", "mismatched_layout"),
    ("other_capacity", "mismatched_layout"),
    ("slice_as_one", "mismatched_layout"),
    ("other_layout", "mismatched_layout"),
    ("twice", "double_free"),
    ("second_owner", "double_free"),
    ("old_vec", "double_free"),
    ("offset", "free_offset"),
    ("rc_as_box", "free_offset"),
    ("stack", "free_nonheap"),
    ("literal", "free_nonheap"),
    ("dangling", "free_nonheap"),
    ("no_bytes", "zero_sized_alloc"),
];

const PAIRS_PROGRAM: &str = env!("CARGO_BIN_EXE_pairs");
const HEAP_PROGRAM: &str = env!("CARGO_BIN_EXE_heap");
const INTERPOSED_PROGRAM: &str = env!("CARGO_BIN_EXE_interposed");

/// What a report of a lint begins with, or what the panic of a scope says.
fn names(run: &Run, lint: &str) -> bool {
    run.stderr.contains(&format!("[memlint::{lint}]"))
        || run.stderr.contains(&format!("memlint: {lint}: "))
}

fn is_named(program: &str, case: &str, lint: &str) {
    let faulty = Engine::Alone.run(program, &[case]);
    assert!(!faulty.success, "{case} ends as if nothing were wrong");
    assert!(names(&faulty, lint), "{case}:\n{}", faulty.stderr);
    is_silent(Engine::Alone, program, case);
}

fn is_silent(engine: Engine, program: &str, case: &str) {
    let right = engine.run(program, &[case, "ok"]);
    assert!(
        right.success && right.stdout == "done\n",
        "{case} ok:\n{}",
        right.stderr
    );
    if engine == Engine::Alone {
        assert_eq!(right.stderr, "", "{case} ok");
    }
}

#[test]
fn between_families() {
    for (case, lint) in PAIRS {
        is_named(PAIRS_PROGRAM, case, lint);
    }
}

#[test]
fn of_the_allocator() {
    for (case, lint) in HEAP {
        is_named(HEAP_PROGRAM, case, lint);
    }
    for case in TO_C {
        let faulty = Engine::Alone.run(HEAP_PROGRAM, &[case]);
        assert!(!faulty.success, "{case} ends as if nothing were wrong");
        is_silent(Engine::Alone, HEAP_PROGRAM, case);
    }
}

#[test]
fn of_c_where_it_is_interposed() {
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return;
    }
    for case in TO_C {
        is_named(INTERPOSED_PROGRAM, case, "mismatched_dealloc");
    }
    for (case, lint) in HEAP {
        is_named(INTERPOSED_PROGRAM, case, lint);
    }
}

#[test]
fn under_valgrind() {
    if !Engine::Valgrind.is_there() {
        return;
    }
    for case in TO_C {
        let faulty = Engine::Valgrind.run(HEAP_PROGRAM, &[case]);
        assert!(faulty.stderr.contains("Invalid free"), "{}", faulty.stderr);
        is_silent(Engine::Valgrind, HEAP_PROGRAM, case);
    }
    for (program, cases) in [(HEAP_PROGRAM, HEAP), (PAIRS_PROGRAM, PAIRS)] {
        for (case, lint) in cases {
            let faulty = Engine::Valgrind.run(program, &[case]);
            assert!(names(&faulty, lint), "{case}:\n{}", faulty.stderr);
            is_silent(Engine::Valgrind, program, case);
        }
    }
}

/// What the checks keep of an object is no pointer to it.
#[test]
fn leak_checkers_see_past_the_registry() {
    let off = [("MEMLINT_LEAKS", "off")];
    if Engine::Valgrind.is_there() {
        let run = Engine::Valgrind.run_with(PAIRS_PROGRAM, &["leak"], &off);
        let lost = run.stderr.contains("definitely lost");
        assert!(!run.success && lost, "{}", run.stderr);
    }
}

#[test]
fn under_address_sanitizer() {
    let Some(folder) = sanitized() else {
        return;
    };
    let program = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let (pairs, heap) = (program("pairs"), program("heap"));
    let leak = Engine::Alone.run_with(&pairs, &["leak"], &[("MEMLINT_LEAKS", "off")]);
    assert!(leak.stderr.contains("LeakSanitizer"), "{}", leak.stderr);
    for (case, lint) in PAIRS {
        is_named(&pairs, case, lint);
    }
    for (case, lint) in HEAP {
        is_named(&heap, case, lint);
    }
    // A shared library would need the sanitizer's symbols from the program.
    for case in TO_C.iter().filter(|case| !case.starts_with("plugin")) {
        let faulty = Engine::Alone.run(&heap, &[case]);
        let what = "AddressSanitizer: attempting free on address which was not malloc()-ed";
        assert!(faulty.stderr.contains(what), "{case}:\n{}", faulty.stderr);
        is_silent(Engine::Alone, &heap, case);
    }
}
