//! The size of an allocation is computed from unbounded values and can wrap.

use crate::diagnostic::Diagnostic;
use crate::lint::{Check, Group, Level, Lint};
use crate::wording::{RUST, routine, tell};
use memlint_analysis::event::{Event, EventKind};

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "unchecked_alloc_size",
    group: Group::Pedantic,
    level: Level::Allow,
    summary: "The size of an allocation is a product or sum that can overflow",
    cwe: &[190, 131],
    cert: &["INT30-C", "MEM35-C"],
    related: &["unchecked_alloc", "zero_sized_alloc"],
    docs: r#"
### What it does
Finds an allocation whose size is a product or sum of values that nothing in view bounds.

### Why is this bad
Without overflow checks, as in release builds, the size wraps around. The block is then much
smaller than the code believes, and the writes that follow run past its end.

### Example
```rust
fn table(rows: usize, columns: usize) {
    unsafe {
        let cells = libc::malloc(rows * columns);
        libc::free(cells);
    }
}
```

### Use instead
```rust
fn table(rows: usize, columns: usize) {
    let Some(size) = rows.checked_mul(columns) else {
        return;
    };
    unsafe {
        let cells = libc::malloc(size);
        libc::free(cells);
    }
}
```

### Limits
A size is only looked at where it is computed in view of the call. A comparison that bounds one of
the values is taken for a check, whatever the bound.
"#,
    check: Check::Event(check),
    repair: None,
};

fn check(event: &Event) -> Option<Diagnostic> {
    let EventKind::UncheckedSize { by } = &event.kind else {
        return None;
    };
    let help = if by.family == RUST {
        "compute the layout with `Layout::array`, which reports the overflow"
    } else {
        "compute the size with `checked_mul` and `checked_add`, or use `calloc`"
    };
    let message = format!("the size that {} gets can overflow", routine(by));
    let d = Diagnostic::new(&LINT, event.site, message)
        .label("computed from values that nothing bounds")
        .help(help);
    Some(tell(d, event))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, event};
    use memlint_analysis::event::Act;

    #[test]
    fn a_product_for_malloc() {
        let by = sample::routine("libc::malloc", crate::wording::C, Act::Acquire);
        let d = check(&event(EventKind::UncheckedSize { by }, sample::unknown())).unwrap();
        assert_eq!(d.message, "the size that `libc::malloc` gets can overflow");
        assert!(d.helps[0].contains("checked_mul"));
    }
}
