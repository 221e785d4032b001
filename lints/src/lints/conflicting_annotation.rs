//! `#[paired_alloc]` says what another declaration, or the body, says otherwise.

use crate::diagnostic::Diagnostic;
use crate::lint::{Check, Group, Level, Lint};
use crate::wording::code;
use memlint_analysis::event::{Contradiction, Event, EventKind};

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "conflicting_annotation",
    group: Group::Annotation,
    level: Level::Warn,
    summary: "An annotation contradicts another one or the function's body",
    cwe: &[],
    cert: &[],
    related: &["mismatched_dealloc", "unpaired_family"],
    docs: r#"
### What it does
Finds two declarations of one foreign function whose `#[paired_alloc]` differ; a function that is
declared to allocate and returns a static, a literal or a local variable on all paths; and one that
is declared to release and does nothing with the pointer that it gets.

### Why is this bad
Callers are judged by what the annotation says. Where it is wrong, correct code is reported and
mistakes are not.

### Example
```rust
static TABLE: [u8; 4] = [1, 2, 3, 4];

#[memlint::paired_alloc(family = "table", role = "alloc")]
pub fn table_new() -> *const [u8; 4] {
    &raw const TABLE
}

#[memlint::paired_alloc(family = "table", role = "free")]
pub unsafe fn table_free(table: *mut [u8; 4]) {
    drop(unsafe { Box::from_raw(table) });
}
```

### Use instead
```rust
static TABLE: [u8; 4] = [1, 2, 3, 4];

#[memlint::paired_alloc(family = "table", role = "alloc")]
pub fn table_new() -> *mut [u8; 4] {
    Box::into_raw(Box::new(TABLE))
}

#[memlint::paired_alloc(family = "table", role = "free")]
pub unsafe fn table_free(table: *mut [u8; 4]) {
    drop(unsafe { Box::from_raw(table) });
}
```

### Limits
Bodies are judged only where all their paths are understood. A body that releases by another family
is reported as `mismatched_dealloc`.
"#,
    check: Check::Event(check),
    repair: None,
};

fn check(event: &Event) -> Option<Diagnostic> {
    let EventKind::Contradiction(what) = &event.kind else {
        return None;
    };
    let name = code(&event.function);
    let (message, label, help) = match what {
        Contradiction::Declared { .. } => (
            format!("{name} is declared twice, with different annotations"),
            "says something else".to_owned(),
            "let both declarations say the same",
        ),
        Contradiction::NotFresh => (
            format!("{name} is declared to allocate, and returns no fresh memory"),
            "never returns memory of the heap".to_owned(),
            "remove the annotation, or return a fresh allocation",
        ),
        Contradiction::NotReleased { parameter } => (
            format!("{name} is declared to release, and leaves its pointer alone"),
            format!("does nothing with `{parameter}`"),
            "remove the annotation, name the parameter with `arg`, or release it",
        ),
    };
    let mut d = Diagnostic::new(&LINT, event.site, message).label(label);
    if let Contradiction::Declared { at } = what {
        d = d.also(*at, "declared here first");
    }
    d.function.clone_from(&event.function);
    Some(d.help(help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, event, line};

    #[test]
    fn two_declarations() {
        let kind = EventKind::Contradiction(Contradiction::Declared { at: line(1) });
        let mut event = event(kind, sample::unknown());
        event.function = "node_free".to_owned();
        event.site = line(4);
        let d = check(&event).unwrap();
        let message = "`node_free` is declared twice, with different annotations";
        assert_eq!(d.message, message);
        assert_eq!(d.secondary.len(), 1);
    }
}
