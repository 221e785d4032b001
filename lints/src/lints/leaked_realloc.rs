//! The result of a reallocation overwrites the only pointer to the old block.

use crate::diagnostic::Diagnostic;
use crate::lint::{Check, Group, Level, Lint};
use crate::wording::{self, lost, tell};
use memlint_analysis::event::{Act, Event, EventKind, Loss, Origin, Routine, StepKind};

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "leaked_realloc",
    group: Group::Leak,
    level: Level::Warn,
    summary: "The only pointer is overwritten by a reallocation that can fail",
    cwe: &[401],
    cert: &[],
    docs: r#"
### What it does
Finds `p = realloc(p, n)` where `p` is the only pointer to the block.

### Why is this bad
If `realloc` fails it returns null and leaves the old block as it is. By then its only pointer is
overwritten, so the block can neither be used nor released.

### Example
```rust
fn grow(len: usize) {
    unsafe {
        let mut buffer = libc::malloc(len);
        buffer = libc::realloc(buffer, len * 2);
        if buffer.is_null() {
            return;
        }
        libc::free(buffer);
    }
}
```

### Use instead
```rust
fn grow(len: usize) {
    unsafe {
        let buffer = libc::malloc(len);
        let larger = libc::realloc(buffer, len * 2);
        if larger.is_null() {
            libc::free(buffer);
            return;
        }
        libc::free(larger);
    }
}
```

### Limits
Where the failure ends the program, or another pointer to the old block is kept, nothing is lost
and nothing is reported.
"#,
    check: Check::Event(check),
};

fn check(event: &Event) -> Option<Diagnostic> {
    let EventKind::Lose {
        how: how @ Loss::FailedRealloc,
        lost_at,
    } = &event.kind
    else {
        return None;
    };
    let by = match resize(event) {
        Some(by) => wording::routine(by),
        None => "the reallocation".to_owned(),
    };
    let message = format!("the old block is lost when {by} fails: its only pointer is overwritten");
    let d = Diagnostic::new(&LINT, event.site, message)
        .label(lost(how))
        .why("a reallocation that fails returns null and leaves the old block allocated")
        .help(
            "keep the result in another variable, and release the old block or go on with it if \
             the result is null",
        );
    Some(tell(d, event).also(*lost_at, lost(how)))
}

/// The routine that reallocates, which the story names.
fn resize(event: &Event) -> Option<&Routine> {
    let step = event.steps.iter().rev().find_map(|step| match &step.what {
        StepKind::ResizeFailed(by) | StepKind::Resized(by) => Some(by),
        _ => None,
    });
    step.or(match &event.block.origin {
        Origin::Routine { by, .. } if by.act == Act::Resize => Some(by),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, event, line, with_step};

    #[test]
    fn the_routine_is_named() {
        let kind = EventKind::Lose {
            how: Loss::FailedRealloc,
            lost_at: line(9),
        };
        let by = sample::routine("libc::realloc", wording::C, Act::Resize);
        let event = with_step(event(kind, sample::malloc()), 9, StepKind::ResizeFailed(by));
        let d = check(&event).unwrap();
        let message =
            "the old block is lost when `libc::realloc` fails: its only pointer is overwritten";
        assert_eq!(d.message, message);
        assert_eq!(d.secondary.len(), 1);
    }
}
