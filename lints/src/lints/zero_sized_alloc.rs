//! A size that is or can be zero reaches a routine that must not see it.

use crate::diagnostic::{Diagnostic, Suggestion};
use crate::lint::{Check, Group, Level, Lint};
use crate::repair::{self, Call};
use crate::wording::{C, RUST, routine, tell};
use memlint_analysis::event::{Act, Event, EventKind, Routine};
use memlint_analysis::lower::shape::Shapes;

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "zero_sized_alloc",
    group: Group::Hygiene,
    level: Level::Warn,
    summary: "A size that is or can be zero reaches an allocator that must not get it",
    cwe: &[131],
    cert: &["MEM04-C"],
    related: &["unchecked_alloc", "unchecked_alloc_size"],
    docs: r#"
### What it does
Finds `std::alloc::alloc` with a layout that is, or on this path can be, zero-sized, `realloc`
with the size zero, and `realloc` with a size that can be zero where a null result is then taken
for a failure that leaves the old block alive.

### Why is this bad
For Rust's allocators a zero-sized layout is undefined behaviour. C's `realloc` with the size zero
may release the block and return null, or return a new one: code that takes null for a failure
then releases the block a second time.

### Example
```rust
use std::alloc::{Layout, alloc, dealloc};

fn buffer(len: usize) {
    let layout = Layout::array::<u32>(len).unwrap();
    unsafe {
        let bytes = alloc(layout);
        dealloc(bytes, layout);
    }
}
```

### Use instead
```rust
use std::alloc::{Layout, alloc, dealloc};

fn buffer(len: usize) {
    if len == 0 {
        return;
    }
    let layout = Layout::array::<u32>(len).unwrap();
    unsafe {
        let bytes = alloc(layout);
        dealloc(bytes, layout);
    }
}
```

### Limits
`malloc(0)` is allowed and not reported. A size is taken for one that can be zero only if it comes
from a value that the code in view does not bound.
"#,
    check: Check::Event(check),
    repair: Some(repair),
};

fn check(event: &Event) -> Option<Diagnostic> {
    let EventKind::ZeroSized { by, certain } = &event.kind else {
        return None;
    };
    let by_name = routine(by);
    let is = if *certain {
        "is called"
    } else {
        "can be called"
    };
    let d = Diagnostic::new(
        &LINT,
        event.site,
        format!("{by_name} {is} with the size zero"),
    )
    .label(if *certain {
        "the size is zero here"
    } else {
        "the size can be zero here"
    })
    .why(why(by))
    .help(help(by));
    Some(tell(d, event))
}

fn why(by: &Routine) -> &'static str {
    match (by.family.as_str(), by.act) {
        (RUST, _) => "a zero size is undefined behaviour for the Rust global allocator",
        (_, Act::Resize) => {
            "whether the size zero releases the block or returns another one is left open by C"
        }
        _ => "whether the size zero returns null or a pointer is left open by C",
    }
}

fn help(by: &Routine) -> &'static str {
    match (by.family.as_str(), by.act) {
        (RUST, Act::Resize) => "release the block instead if the size is zero",
        (RUST, _) => "allocate nothing if the size is zero, and use `NonNull::dangling()` instead",
        (_, Act::Resize) => "release the block with `free` instead if the size is zero",
        _ => "test the size before the call",
    }
}

/// `realloc(p, 0);` whose result goes nowhere means `free(p)`.
fn repair(event: &Event, shapes: &Shapes) -> Option<Suggestion> {
    let EventKind::ZeroSized { by, certain: true } = &event.kind else {
        return None;
    };
    let call =
        Call::at(shapes, event.site).filter(|call| call.is(by) && call.name() == "realloc")?;
    call.path()?;
    if by.family != C || shapes.text_of(call.argument(1)?) != "0" {
        return None;
    }
    repair::whole_statement(shapes, call.id)?;
    if !repair::is_callable(shapes, call.prefix(), "free") {
        return None;
    }
    let pointer = shapes.text_of(call.argument(0)?);
    let edits = vec![repair::replace(
        call.span(),
        format!("{}free({pointer})", call.prefix()),
    )];
    repair::certain("release the block", edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, event};
    use crate::wording::C;

    #[test]
    fn a_layout_that_can_be_empty() {
        let by = sample::routine("std::alloc::alloc", RUST, Act::Acquire);
        let kind = EventKind::ZeroSized { by, certain: false };
        let d = check(&event(kind, sample::unknown())).unwrap();
        assert_eq!(
            d.message,
            "`std::alloc::alloc` can be called with the size zero"
        );
        assert!(d.notes[0].contains("undefined behaviour"));
    }

    #[test]
    fn realloc_to_nothing() {
        let by = sample::routine("libc::realloc", C, Act::Resize);
        let kind = EventKind::ZeroSized { by, certain: true };
        let d = check(&event(kind, sample::malloc())).unwrap();
        assert_eq!(d.message, "`libc::realloc` is called with the size zero");
        assert_eq!(
            d.helps,
            ["release the block with `free` instead if the size is zero"]
        );
    }
}
