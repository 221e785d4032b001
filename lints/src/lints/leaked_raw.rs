//! Memory that a Rust owner gave up is never taken back.

use crate::diagnostic::Diagnostic;
use crate::lint::{Check, Group, Level, Lint};
use crate::wording::{self, came_about, container, disowned, lost, never_released, tell};
use memlint_analysis::event::{Block, Event, EventKind, Loss, Origin};

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "leaked_raw",
    group: Group::Leak,
    level: Level::Warn,
    summary: "Memory that its owner gave up is never taken back",
    cwe: &[401, 772],
    cert: &["MEM31-C"],
    docs: r#"
### What it does
Finds an owner that is given up by `into_raw`, `mem::forget`, `ManuallyDrop` or `leak`, and whose
memory on some path is neither taken back nor stored, returned or handed on: the pointer is
overwritten, discarded, lost by an early return or `?`, or only lent to a foreign function.

### Why is this bad
Nothing releases the memory any more. In a loop or a long-running program it adds up.

### Example
```rust
use std::ffi::CString;

fn log(line: &str) {
    let line = CString::new(line).unwrap();
    unsafe { libc::puts(line.into_raw()) };
}
```

### Use instead
```rust
use std::ffi::CString;

fn log(line: &str) {
    let line = CString::new(line).unwrap();
    unsafe { libc::puts(line.as_ptr()) };
}
```

### Limits
A pointer that reaches a static, a table, a returned value or an unknown function that may keep it
is not a leak. A result of `Box::leak` that is used as a `&'static` reference is meant to stay. The
end of the program, a panic and an abort leak nothing.
"#,
    check: Check::Event(check),
};

fn check(event: &Event) -> Option<Diagnostic> {
    let (how, lost_at) = match &event.kind {
        EventKind::Lose {
            how: Loss::FailedRealloc,
            ..
        } => return None,
        EventKind::Lose { how, lost_at } if disowned(&event.block) => (how, lost_at),
        _ => return None,
    };
    let Origin::Routine { by, .. } = &event.block.origin else {
        return None;
    };
    let message = format!(
        "memory given up by {} {}",
        wording::routine(by),
        never_released(how)
    );
    let d = Diagnostic::new(&LINT, event.site, message)
        .label(came_about(by, &event.block))
        .help(help(how, &by.name, &event.block));
    let label = match how {
        // The borrowing call surrounds the place where ownership ends, or is told in the message.
        Loss::BorrowedByForeign { .. } if !lost_at.contains(event.site) => lost(&Loss::ScopeEnd),
        _ => lost(how),
    };
    Some(tell(d, event).also(*lost_at, label))
}

fn help(how: &Loss, by: &str, block: &Block) -> String {
    if let (Loss::BorrowedByForeign { .. }, "CString" | "Vec" | "String") = (how, container(by)) {
        let owner = container(by);
        return format!("lend it with `as_ptr`, and keep the `{owner}` alive during the call");
    }
    if by.ends_with("forget") {
        return "let the value drop instead of forgetting it".to_owned();
    }
    let mut repair = wording::repair(block).unwrap_or_else(|| "take it back".to_owned());
    if ["leak", "ManuallyDrop::new"]
        .iter()
        .any(|name| by.ends_with(name))
    {
        repair = format!("let the value drop, or {repair}");
    }
    match how {
        Loss::EarlyReturn => format!("{repair} before the return"),
        Loss::Overwritten => format!("{repair} before the pointer is overwritten"),
        Loss::HolderReleased => format!("{repair} before the block that holds the pointer"),
        Loss::BorrowedByForeign { .. } => format!("{repair} after the call"),
        Loss::ScopeEnd | Loss::Discarded | Loss::FailedRealloc => repair,
    }
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
    fn lost_by_an_early_return() {
        let d = lose(Loss::EarlyReturn, sample::boxed("Pair")).unwrap();
        let message = "memory given up by `Box::into_raw` is not released when the function \
                       returns early";
        assert_eq!(d.message, message);
        assert_eq!(d.primary.text, "ownership given up here by `Box::into_raw`");
        assert_eq!(d.secondary.len(), 1);
        let help = "take it back with `Box::from_raw` and let it drop before the return";
        assert_eq!(d.helps, [help]);
    }

    #[test]
    fn lent_to_a_foreign_function() {
        let to = "libc::puts".to_owned();
        let d = lose(Loss::BorrowedByForeign { to }, sample::cstring()).unwrap();
        let message = "memory given up by `CString::into_raw` is never released: `libc::puts` only \
                       borrows it";
        assert_eq!(d.message, message);
        let help = "lend it with `as_ptr`, and keep the `CString` alive during the call";
        assert_eq!(d.helps, [help]);
    }

    #[test]
    fn an_allocation_is_another_lint() {
        assert_eq!(lose(Loss::ScopeEnd, sample::malloc()), None);
    }
}
