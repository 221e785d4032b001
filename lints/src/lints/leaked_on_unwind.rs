//! A panic between giving a value up and owning it again loses it.

use crate::diagnostic::Diagnostic;
use crate::lint::{Check, Group, Level, Lint};
use crate::wording::{memory, routine, tell};
use memlint_analysis::event::{Act, Event, EventKind};

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "leaked_on_unwind",
    group: Group::Pedantic,
    level: Level::Allow,
    summary: "A call that may panic stands between giving memory up and owning it again",
    cwe: &[401],
    cert: &["MEM31-C"],
    related: &["leaked_alloc", "leaked_raw"],
    docs: r#"
### What it does
Finds memory that the function releases or owns again, but that nobody answers for while a call
runs which may panic: a closure or a trait's method that the caller chooses, an `unwrap`, an
assertion.

### Why is this bad
When the call panics, unwinding drops what has an owner. A raw pointer has none: the release below
the call is never reached, and a program that catches the panic goes on without the memory.

### Example
```rust
fn with_buffer<R>(len: usize, work: impl FnOnce(*mut u8) -> R) -> R {
    let mut bytes = std::mem::ManuallyDrop::new(vec![0u8; len]);
    let (start, capacity) = (bytes.as_mut_ptr(), bytes.capacity());
    let result = work(start.wrapping_add(1));
    drop(unsafe { Vec::from_raw_parts(start, len, capacity) });
    result
}
```

### Use instead
```rust
fn with_buffer<R>(len: usize, work: impl FnOnce(*mut u8) -> R) -> R {
    let mut bytes = vec![0u8; len];
    work(bytes.as_mut_ptr().wrapping_add(1))
}
```

### Limits
A panic inside of an `extern "C"` function ends the program, and one in a test ends the test: both
are left alone. Indexing, arithmetic and calls of other crates may panic too, and are not counted.
In a program built with `panic = "abort"` the lint has nothing to say; leave it off there.
"#,
    check: Check::Event(check),
    repair: None,
};

fn check(event: &Event) -> Option<Diagnostic> {
    let EventKind::LostByPanic {
        call,
        taken_by,
        taken_at,
    } = &event.kind
    else {
        return None;
    };
    let cause = match call.is_empty() {
        true => "this".to_owned(),
        false => format!("`{call}`"),
    };
    let message = format!("{} is lost if {cause} panics", memory(&event.block));
    let again = match taken_by.act {
        Act::Adopt => format!("owned again here, by {}", routine(taken_by)),
        _ => format!("released here, by {}", routine(taken_by)),
    };
    let d = Diagnostic::new(&LINT, event.site, message)
        .label(format!("{cause} may panic, and nobody owns the memory"))
        .help("let an owner hold it until here, or a guard whose `Drop` releases it");
    Some(tell(d, event).also(*taken_at, again))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, event, line};

    #[test]
    fn released_after_a_closure() {
        let kind = EventKind::LostByPanic {
            call: String::new(),
            taken_by: sample::routine("libc::free", crate::wording::C, Act::Release),
            taken_at: line(17),
        };
        let d = check(&event(kind, sample::malloc())).unwrap();
        assert!(
            d.message.ends_with("is lost if this panics"),
            "{}",
            d.message
        );
        let texts: Vec<&str> = d.secondary.iter().map(|l| l.text.as_str()).collect();
        assert!(
            texts.contains(&"released here, by `libc::free`"),
            "{texts:?}"
        );
    }
}
