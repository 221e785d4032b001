//! A result that can be null is used without a test.

use crate::diagnostic::{Diagnostic, Suggestion};
use crate::lint::{Check, Group, Level, Lint};
use crate::repair::{self, Call};
use crate::wording::{RUST, code, source, tell};
use memlint_analysis::event::{Block, Event, EventKind, Origin, Usage};
use memlint_analysis::lower::shape::{Kind, Shapes};

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "unchecked_alloc",
    group: Group::Hygiene,
    level: Level::Warn,
    summary: "The result of an allocation is used without a null check",
    cwe: &[690, 476],
    cert: &["EXP34-C"],
    related: &["leaked_realloc", "zero_sized_alloc"],
    docs: r#"
### What it does
Finds the result of a routine that returns null on failure, when it is read or written through, or
given to `from_raw`, `from_raw_parts` or `slice::from_raw_parts`, on a path without a null check.

### Why is this bad
Reading or writing through null is undefined behaviour; owners and references that are null are
so even before they are used. Memory runs out where it is hardest to test.

### Example
```rust
fn zeroed() -> u8 {
    unsafe {
        let byte = libc::malloc(1).cast::<u8>();
        byte.write(0);
        let value = byte.read();
        libc::free(byte.cast());
        value
    }
}
```

### Use instead
```rust
fn zeroed() -> Option<u8> {
    unsafe {
        let byte = libc::malloc(1).cast::<u8>();
        if byte.is_null() {
            return None;
        }
        byte.write(0);
        let value = byte.read();
        libc::free(byte.cast());
        Some(value)
    }
}
```

### Limits
Handing the pointer to a function that is not in view is not a use: that function may test it.
"#,
    check: Check::Event(check),
    repair: Some(repair),
};

fn check(event: &Event) -> Option<Diagnostic> {
    let EventKind::Unchecked { used } = &event.kind else {
        return None;
    };
    let used = match used {
        Usage::Read => "read".to_owned(),
        Usage::Write => "written through".to_owned(),
        Usage::Passed { to } => format!("passed to {}", code(to)),
        Usage::Returned => "returned".to_owned(),
    };
    let message = format!(
        "the result of {} is {used} without a null check",
        source(&event.block)
    );
    let d = Diagnostic::new(&LINT, event.site, message)
        .label(format!("{used} here; it can be null"))
        .help(help(&event.block));
    Some(tell(d, event))
}

fn help(block: &Block) -> &'static str {
    if block.family == RUST {
        "test it with `is_null()` first, and call `std::alloc::handle_alloc_error(layout)` if it \
         is null"
    } else {
        "test it with `is_null()` first, and report the failure if it is null"
    }
}

/// A test behind the allocation. What to do when there is no memory is for the program to say.
fn repair(event: &Event, shapes: &Shapes) -> Option<Suggestion> {
    let Origin::Routine { by, at } = &event.block.origin else {
        return None;
    };
    let call = Call::at(shapes, *at).filter(|call| call.is(by))?;
    let by_let = repair::named_by(shapes, call.id)?;
    let Kind::Let {
        name: Some(name),
        typed,
    } = shapes.kind(by_let)
    else {
        return None;
    };
    let value = repair::initial(shapes, by_let)?;
    if !typed && repair::is_untyped_cast(shapes, value) {
        return None;
    }
    let name = shapes.text(name);
    let of_rust = event.block.family == RUST && matches!(call.name(), "alloc" | "alloc_zeroed");
    let layout = call
        .argument(0)
        .filter(|id| of_rust && repair::is_repeatable(shapes, *id));
    let test = match layout {
        Some(layout) => {
            let (end, indent) = (shapes.line_end(), shapes.indent(shapes.span(by_let).lo));
            format!(
                "if {name}.is_null() {{{end}{indent}    std::alloc::handle_alloc_error({});{end}{indent}}}",
                shapes.text_of(layout)
            )
        }
        None => format!("assert!(!{name}.is_null(), \"out of memory\");"),
    };
    let edit = repair::line_after(shapes, by_let, &test);
    repair::likely("test the result", vec![edit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, event};

    #[test]
    fn written_through() {
        let kind = EventKind::Unchecked { used: Usage::Write };
        let d = check(&event(kind, sample::malloc())).unwrap();
        let message = "the result of `libc::malloc` is written through without a null check";
        assert_eq!(d.message, message);
        assert_eq!(d.notes, ["CWE-690, CWE-476; CERT EXP34-C"]);
    }

    #[test]
    fn made_an_owner() {
        let to = "Vec::from_raw_parts".to_owned();
        let kind = EventKind::Unchecked {
            used: Usage::Passed { to },
        };
        let d = check(&event(kind, sample::raw("64 bytes, align 1"))).unwrap();
        assert!(
            d.message
                .contains("is passed to `Vec::from_raw_parts` without")
        );
        assert!(d.helps[0].contains("handle_alloc_error"));
    }
}
