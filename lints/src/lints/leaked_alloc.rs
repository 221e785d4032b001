//! Memory from an allocation routine is never released.

use crate::diagnostic::{Diagnostic, Suggestion};
use crate::lint::{Check, Group, Level, Lint};
use crate::repair::{self, Call, Named};
use crate::wording::{self, came_about, disowned, lost, memory, never_released, tell};
use memlint_analysis::event::{Block, Event, EventKind, Loss, Origin};
use memlint_analysis::lower::shape::{Kind, Shapes};

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "leaked_alloc",
    group: Group::Leak,
    level: Level::Warn,
    summary: "Allocated memory is never released",
    cwe: &[401],
    cert: &["MEM31-C"],
    related: &["leaked_raw", "leaked_realloc", "owner_without_drop"],
    docs: r#"
### What it does
Finds memory from `malloc`, `strdup`, `std::alloc::alloc` or any family's allocator, whether
returned or delivered through an out-parameter, that on some path is neither released nor stored,
returned or handed on.

### Why is this bad
Nobody can release the memory any more. In a loop or a long-running program it adds up.

### Example
```rust
fn copy(len: usize, fill: bool) -> Option<u8> {
    unsafe {
        let buffer = libc::malloc(len).cast::<u8>();
        if buffer.is_null() || !fill {
            return None;
        }
        let first = buffer.read();
        libc::free(buffer.cast());
        Some(first)
    }
}
```

### Use instead
```rust
fn copy(len: usize, fill: bool) -> Option<u8> {
    unsafe {
        let buffer = libc::malloc(len).cast::<u8>();
        if buffer.is_null() {
            return None;
        }
        let first = fill.then(|| buffer.read());
        libc::free(buffer.cast());
        first
    }
}
```

### Limits
A pointer that reaches a static, a table, a returned value, a field of `self` or an unknown
function that may keep it is not a leak. The end of the program, a panic and an abort leak nothing.
"#,
    check: Check::Event(check),
    repair: Some(repair),
};

fn check(event: &Event) -> Option<Diagnostic> {
    let (how, lost_at) = match &event.kind {
        EventKind::Lose {
            how: Loss::FailedRealloc,
            ..
        } => return None,
        EventKind::Lose { how, lost_at } if !disowned(&event.block) => (how, lost_at),
        _ => return None,
    };
    let message = format!("{} {}", subject(&event.block), never_released(how));
    let mut d = Diagnostic::new(&LINT, event.site, message).label(label(&event.block));
    if let Some(repair) = wording::repair(&event.block) {
        d = d.help(when(how, repair));
    }
    Some(tell(d, event).then(*lost_at, lost(how)))
}

fn subject(block: &Block) -> String {
    match &block.origin {
        Origin::Routine { by, .. } => format!("memory from {}", wording::routine(by)),
        Origin::Parameter { .. } | Origin::Unknown => memory(block),
    }
}

fn label(block: &Block) -> String {
    match &block.origin {
        Origin::Routine { by, .. } => came_about(by, block),
        Origin::Parameter { .. } | Origin::Unknown => String::new(),
    }
}

fn when(how: &Loss, repair: String) -> String {
    match how {
        Loss::EarlyReturn => format!("{repair} before the return"),
        Loss::Overwritten => format!("{repair} before the pointer is overwritten"),
        Loss::HolderReleased => format!("{repair} before the block that holds the pointer"),
        Loss::Discarded => format!("keep the pointer, and {repair}"),
        Loss::BorrowedByForeign { .. } => format!("{repair} after the call"),
        Loss::ScopeEnd | Loss::FailedRealloc => repair,
    }
}

/// A return that forgets the pointer: it is released before.
fn repair(event: &Event, shapes: &Shapes) -> Option<Suggestion> {
    let EventKind::Lose { lost_at, .. } = &event.kind else {
        return None;
    };
    let Origin::Routine { by, .. } = &event.block.origin else {
        return None;
    };
    let call = Call::at(shapes, event.site).filter(|call| call.is(by))?;
    let by_let = repair::named_by(shapes, call.id)?;
    let named = Named::of(shapes, by_let)?;
    let (name, prefix) = (named.name, call.prefix());
    let (routine, rest) = match call.name() {
        "malloc" | "calloc" | "strdup" | "strndup" => ("free", String::new()),
        "alloc" | "alloc_zeroed" => {
            let layout = call.argument(0)?;
            if !repair::is_repeatable(shapes, layout) {
                return None;
            }
            ("dealloc", format!(", {}", shapes.text_of(layout)))
        }
        _ => return None,
    };
    let leave = repair::leaving(shapes, *lost_at).filter(|at| named.is_forgotten_only_at(*at))?;
    if !repair::is_callable(shapes, prefix, routine) {
        return None;
    }
    // A return that null takes as well must not hand it to `dealloc`.
    let tests = shapes
        .around(leave)
        .filter(|id| shapes.kind(*id) == Kind::If);
    let mut conditions = tests.filter_map(|id| shapes.children(id).first().copied());
    if !rest.is_empty() && conditions.any(|id| shapes.mentions(shapes.span(id), name) > 0) {
        return None;
    }
    let release = format!("{prefix}{routine}({name}.cast(){rest})");
    let release = match repair::in_unsafe(shapes, leave) {
        true => format!("{release};"),
        false => format!("unsafe {{ {release} }};"),
    };
    let edit = repair::line_before(shapes, leave, &release);
    repair::likely("release it before the return", vec![edit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, event, line};

    fn lose(how: Loss, block: Block) -> Option<Diagnostic> {
        let lost_at = line(7);
        let mut event = event(EventKind::Lose { how, lost_at }, block);
        event.site = line(2);
        check(&event)
    }

    #[test]
    fn lost_at_the_end_of_the_scope() {
        let d = lose(Loss::ScopeEnd, sample::malloc()).unwrap();
        assert_eq!(
            d.message,
            "memory from `libc::malloc` is not released before its last pointer goes out of scope"
        );
        assert_eq!(
            d.primary.text,
            "allocated here by `libc::malloc`, of the C heap"
        );
        assert_eq!(
            d.secondary[0].text,
            "the last pointer goes out of scope here"
        );
        assert_eq!(d.helps, ["release it with `libc::free`"]);
    }

    #[test]
    fn a_discarded_result() {
        let d = lose(Loss::Discarded, sample::malloc()).unwrap();
        assert_eq!(
            d.helps,
            ["keep the pointer, and release it with `libc::free`"]
        );
    }

    #[test]
    fn what_an_owner_gave_up_is_another_lint() {
        assert_eq!(lose(Loss::ScopeEnd, sample::boxed("Pair")), None);
        assert_eq!(lose(Loss::FailedRealloc, sample::malloc()), None);
    }
}
