//! A pointer that was moved off the start of its allocation is released.

use crate::diagnostic::Diagnostic;
use crate::lint::{Check, Group, Level, Lint};
use crate::wording::{self, routine, tell};
use memlint_analysis::event::{Event, EventKind, Fault};

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "free_offset",
    group: Group::Correctness,
    level: Level::Deny,
    summary: "A pointer into the middle of an allocation is released",
    cwe: &[761],
    cert: &["MEM34-C"],
    related: &["free_nonheap", "mismatched_layout"],
    docs: r#"
### What it does
Finds a release routine, or a `from_raw`, that gets a pointer which was moved off the start of
its allocation: by `add`, `offset`, a cursor that was advanced, the address of a later element.

### Why is this bad
An allocator knows a block by its first byte only. In the middle it finds the program's data where
it expects its own, and the block that it would release does not exist.

### Example
```rust
fn skip_blanks(line: *const libc::c_char) {
    unsafe {
        let mut text = libc::strdup(line);
        while *text == b' ' as libc::c_char {
            text = text.add(1);
        }
        libc::puts(text);
        libc::free(text.cast());
    }
}
```

### Use instead
```rust
fn skip_blanks(line: *const libc::c_char) {
    unsafe {
        let copy = libc::strdup(line);
        let mut text = copy;
        while *text == b' ' as libc::c_char {
            text = text.add(1);
        }
        libc::puts(text);
        libc::free(copy.cast());
    }
}
```

### Limits
A pointer that is moved forth and back again by the same distance is at the start again. A
distance that is unknown on the path says nothing.
"#,
    check: Check::Event(check),
    repair: None,
};

fn check(event: &Event) -> Option<Diagnostic> {
    let EventKind::Reclaim {
        by,
        fault: Fault::Offset,
    } = &event.kind
    else {
        return None;
    };
    let (by_name, does, done) = (routine(by), wording::does(by.act), wording::done(by.act));
    let message = format!("{by_name} {does} a pointer into the middle of its allocation");
    let keep = "keep the pointer as it was returned and move a copy of it";
    let d = Diagnostic::new(&LINT, event.site, message)
        .label(format!("{done} here, but not at its start"))
        .why("an allocator knows a block by its first byte only")
        .help(match wording::repair(&event.block) {
            Some(repair) => format!("{keep}; then {repair}"),
            None => keep.to_owned(),
        });
    Some(tell(d, event))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, free, line, reclaim, with_step};
    use memlint_analysis::event::StepKind;

    #[test]
    fn the_place_where_it_was_moved_is_told() {
        let event = reclaim(free(), Fault::Offset, sample::malloc());
        let d = check(&with_step(event, 5, StepKind::Moved)).unwrap();
        let message = "`libc::free` releases a pointer into the middle of its allocation";
        assert_eq!(d.message, message);
        let places: Vec<_> = d.secondary.iter().map(|label| label.span).collect();
        assert_eq!(places, [line(2), line(5)]);
        assert_eq!(d.secondary[1].text, "the pointer is moved here");
        assert!(d.helps[0].ends_with("; then release it with `libc::free`"));
    }
}
