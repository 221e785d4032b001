//! What the environment changes: modes, the file of the reports, what is said of the unknown.

mod program;

use program::Engine;
use serde_json::Value;

const PAIRS: &str = env!("CARGO_BIN_EXE_pairs");
const HEAP: &str = env!("CARGO_BIN_EXE_heap");

fn runtime(mode: &str) -> [(&str, &str); 1] {
    [("MEMLINT_RUNTIME", mode)]
}

#[test]
fn log_goes_on_without_the_faulty_release() {
    for (program, case) in [
        (PAIRS, "other_family"),
        (PAIRS, "twice"),
        (PAIRS, "callback"),
        (HEAP, "malloc_to_box"),
        (HEAP, "malloc_to_growing_vec"),
        (HEAP, "other_size"),
        (HEAP, "twice"),
        (HEAP, "stack"),
    ] {
        let run = Engine::Alone.run_with(
            program,
            &[case],
            &[("MEMLINT_RUNTIME", "log"), ("MEMLINT_LEAKS", "off")],
        );
        assert!(run.stderr.contains("error[memlint::"), "{case}");
        assert!(
            run.success && run.stdout == "done\n",
            "{case}:\n{}",
            run.stderr
        );
    }
}

#[test]
fn panic_unwinds_where_it_may() {
    let run = Engine::Alone.run_with(PAIRS, &["other_family"], &runtime("panic"));
    let panics = run.stderr.contains("panicked at") && run.stderr.contains("memlint: mismatched");
    assert!(panics && !run.success, "{}", run.stderr);
    // In an `extern "C"` function it may not.
    let run = Engine::Alone.run_with(PAIRS, &["rust_pairs"], &runtime("panic"));
    let silent = !run.stderr.contains("panicked at");
    assert!(silent && !run.success, "{}", run.stderr);
}

#[test]
fn off_is_silent() {
    let run = Engine::Alone.run_with(PAIRS, &["other_family"], &runtime("off"));
    assert!(run.success && run.stderr.is_empty(), "{}", run.stderr);
}

#[test]
fn nothing_is_said_of_the_unknown_until_it_is_asked_for() {
    for case in ["unknown", "half_marked"] {
        let run = Engine::Alone.run(PAIRS, &[case]);
        assert!(run.success && run.stderr.is_empty(), "{}", run.stderr);
    }
    let run = Engine::Alone.run_with(PAIRS, &["unknown"], &[("MEMLINT_UNKNOWN", "report")]);
    let says = run
        .stderr
        .contains("releases memory that no annotated routine has handed out");
    assert!(says && !run.success, "{}", run.stderr);
}

#[test]
fn without_quarantine_nothing_is_held_back() {
    let none = [("MEMLINT_QUARANTINE", "0")];
    let run = Engine::Alone.run_with(HEAP, &["twice", "ok"], &none);
    assert!(run.success, "{}", run.stderr);
    let run = Engine::Alone.run_with(HEAP, &["twice"], &none);
    assert!(!run.success, "it is still caught, by another name");
}

#[test]
fn what_is_not_understood_is_told() {
    let run = Engine::Alone.run_with(PAIRS, &["twice", "ok"], &runtime("abrt"));
    let told = "memlint: the value of `MEMLINT_RUNTIME` is not understood and has no effect\n";
    assert!(run.success);
    assert_eq!(run.stderr, told);
}

#[test]
fn backtraces_are_shown_if_they_are_asked_for() {
    let run = Engine::Alone.run_with(PAIRS, &["twice"], &[("MEMLINT_SITES", "backtrace")]);
    assert!(run.stderr.contains("= seen here:"), "{}", run.stderr);
    assert!(run.stderr.contains("pairs::twice"), "{}", run.stderr);
    let run = Engine::Alone.run_with(PAIRS, &["other_family"], &[("MEMLINT_SITES", "backtrace")]);
    assert!(run.stderr.contains("= allocated here:"), "{}", run.stderr);
}

#[test]
fn reports_are_lines_of_json_too() {
    let path = std::env::temp_dir().join(format!("memlint-report-{}.json", std::process::id()));
    let name = path.to_string_lossy().into_owned();
    let to_file = [("MEMLINT_REPORT", name.as_str())];
    Engine::Alone.run_with(PAIRS, &["other_family"], &to_file);
    Engine::Alone.run_with(PAIRS, &["leak"], &to_file);
    Engine::Alone.run_with(HEAP, &["other_size"], &to_file);
    let text = std::fs::read_to_string(&path).expect("the file is written");
    std::fs::remove_file(&path).expect("the file is ours");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let [family, leak, layout] = &lines[..] else {
        panic!("{} lines:\n{text}", lines.len());
    };
    assert_eq!(family["lint"], "memlint::mismatched_dealloc");
    assert_eq!(family["level"], "error");
    assert_eq!(family["family"], "widget");
    assert_eq!(family["expected"], "`widget_free`");
    assert_eq!(family["allocated"]["routine"], "widget_new");
    assert_eq!(family["released"]["routine"], "gadget_close");
    assert_eq!(family["size"], 32);
    for doer in ["allocated", "released"] {
        assert!(family[doer]["line"].as_u64().is_some_and(|line| line > 50));
        let file = family[doer]["file"].as_str();
        assert!(file.is_some_and(|file| file.ends_with("pairs.rs")));
    }
    assert_eq!(leak["lint"], "memlint::leaked_alloc");
    assert_eq!(leak["level"], "warning");
    assert!(leak["released"].is_null());
    assert_eq!(layout["lint"], "memlint::mismatched_layout");
    assert_eq!((&layout["size"], &layout["align"]), (&16.into(), &4.into()));
}

#[test]
fn a_thread_without_a_name_has_a_number() {
    let run = Engine::Alone.run(PAIRS, &["by_hand"]);
    let named = run.stderr.contains("thread pairs");
    assert!(run.stderr.contains(", thread ") && !named, "{}", run.stderr);
}

#[test]
fn where_there_is_no_room_for_a_backtrace_the_report_comes_without() {
    let run = Engine::Alone.run(HEAP, &["malloc_to_box_on_a_short_stack"]);
    let told = run.stderr.starts_with("error[memlint::mismatched_dealloc]");
    assert!(told && !run.success, "{}", run.stderr);
    let run = Engine::Alone.run(HEAP, &["malloc_to_box_on_a_short_stack", "ok"]);
    assert!(run.success && run.stderr.is_empty(), "{}", run.stderr);
}
