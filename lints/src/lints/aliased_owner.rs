//! A second owner is made of memory whose first owner is still alive.

use crate::diagnostic::{Diagnostic, Suggestion};
use crate::lint::{Check, Group, Level, Lint};
use crate::repair::{self, Call};
use crate::wording::{code, container, one, routine, tell};
use memlint_analysis::event::{Act, Event, EventKind, Fault, Routine};
use memlint_analysis::lower::shape::{Id, Kind, Shapes};

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "aliased_owner",
    group: Group::Correctness,
    level: Level::Deny,
    summary: "Memory has two owners that will both release it",
    cwe: &[415, 1341],
    cert: &[],
    related: &["double_free", "use_after_free"],
    docs: r#"
### What it does
Finds a second owner that is made while the first one lives and will be dropped too:
`Box::from_raw(&mut *b)`, `Vec::from_raw_parts(v.as_mut_ptr(), ..)` without giving up `v`,
`ptr::read` of an owner, `Arc::from_raw(Arc::as_ptr(&a))` without a count of its own; and a
release routine that gets memory which a living owner will release.

### Why is this bad
Each owner releases the memory when it is dropped: the second drop is a double free, and until
then two values that believe to be alone write the same memory.

### Example
```rust
fn bytes(mut text: Vec<u8>) -> usize {
    let again = unsafe { Vec::from_raw_parts(text.as_mut_ptr(), text.len(), text.capacity()) };
    again.len()
}
```

### Use instead
```rust
use std::mem::ManuallyDrop;

fn bytes(text: Vec<u8>) -> usize {
    let mut text = ManuallyDrop::new(text);
    let again = unsafe { Vec::from_raw_parts(text.as_mut_ptr(), text.len(), text.capacity()) };
    again.len()
}
```

### Limits
Giving up the first owner after the second one is made (`mem::forget(original)`) is fine and not
reported, unless the path can leave in between.
"#,
    check: Check::Event(check),
    repair: Some(repair),
};

fn check(event: &Event) -> Option<Diagnostic> {
    match &event.kind {
        EventKind::Reclaim {
            by,
            fault: Fault::Owned { owner, at },
        } => {
            let d = Diagnostic::new(&LINT, event.site, while_owned(by, owner))
                .label(second_label(by))
                .help(help(by));
            let first = format!("the first owner, {}, is made here", code(owner));
            Some(tell(d, event).also(*at, first))
        }
        EventKind::TwoOwners {
            second,
            first_at,
            released_again_at,
        } => {
            let message = format!(
                "{} makes a second owner of memory whose first owner will release it, too",
                routine(second)
            );
            let d = Diagnostic::new(&LINT, event.site, message)
                .label(second_label(second))
                .help(help(second));
            let d = tell(d, event).also(*first_at, "the first owner comes from here");
            Some(match released_again_at {
                Some(at) => d.then(*at, "released here for the second time"),
                None => d,
            })
        }
        _ => None,
    }
}

fn while_owned(by: &Routine, owner: &str) -> String {
    let (by_name, owner) = (routine(by), one(owner));
    match by.act {
        Act::Adopt | Act::Acquire | Act::Disown => {
            format!("{by_name} makes a second owner of memory that {owner} will release")
        }
        Act::Release | Act::Drop | Act::Resize => {
            format!("{by_name} releases memory that {owner} will release, too")
        }
    }
}

fn second_label(by: &Routine) -> &'static str {
    match by.act {
        Act::Adopt | Act::Acquire | Act::Disown => "the second owner is made here",
        Act::Release | Act::Drop | Act::Resize => "released here while it has an owner",
    }
}

fn help(by: &Routine) -> String {
    if by.name.ends_with("ptr::read") || by.name == "read" {
        return "move the value, or give up the one that was read from with `mem::forget`"
            .to_owned();
    }
    match (container(&by.name), by.act) {
        (counted @ ("Arc" | "Rc"), Act::Adopt) => format!(
            "take a count for it with `{counted}::increment_strong_count`, or clone the `{counted}`"
        ),
        (_, Act::Adopt) => "give the first owner up with `into_raw`, or wrap it in `ManuallyDrop` \
                            before the second one is made"
            .to_owned(),
        _ => format!(
            "leave the release to the owner, or give it up with `into_raw` before {}",
            routine(by)
        ),
    }
}

fn repair(event: &Event, shapes: &Shapes) -> Option<Suggestion> {
    let call = Call::at(shapes, event.site)?;
    let path = call.path().map_or("", |path| shapes.text_of(path));
    match (container(path), call.name()) {
        ("Rc" | "Arc", "from_raw") => count(call),
        ("Box" | "Vec" | "String" | "CString", "from_raw" | "from_raw_parts") | (_, "read") => {
            forget_first(call)
        }
        _ => None,
    }
}

/// The second owner gets a count of its own.
fn count(call: Call<'_>) -> Option<Suggestion> {
    let (shapes, pointer) = (call.shapes, call.argument(0)?);
    let lent = Call::of(shapes, pointer).filter(|lent| lent.name() == "as_ptr");
    let lent = lent.and_then(|lent| lent.argument(0));
    if !repair::is_repeatable(shapes, lent.unwrap_or(pointer)) {
        return None;
    }
    let statement = repair::statement(shapes, call.id)?;
    repair::straight(shapes, call.id, statement)?;
    if !repair::in_unsafe(shapes, statement) {
        return None;
    }
    let (text, prefix) = (shapes.text_of(pointer), call.prefix());
    let counted = format!("{prefix}increment_strong_count({text});");
    let span = shapes.span(statement);
    let edit = match shapes.behind(span.hi).trim().starts_with('}') {
        true => repair::before(span, counted + " "),
        false => repair::line_before(shapes, statement, &counted),
    };
    // Where the first owner is given up on some path, the count may be its own.
    repair::graded(
        !gives_up(shapes, call.id),
        "take a count for the second owner",
        vec![edit],
    )
}

/// Whether the function gives up an owner by hand.
fn gives_up(shapes: &Shapes, inside: Id) -> bool {
    let names = ["forget", "into_raw", "ManuallyDrop", "leak"];
    repair::function(shapes, inside).is_none_or(|function| {
        let span = shapes.span(function);
        names.iter().any(|name| shapes.mentions(span, name) > 0)
    })
}

/// The first owner is a variable that nobody uses afterwards: it is given up once there is a second.
fn forget_first(call: Call<'_>) -> Option<Suggestion> {
    let shapes = call.shapes;
    let first = owner_of(shapes, repair::bare(shapes, call.argument(0)?))?;
    let bound = repair::bound(shapes, first).filter(|bound| bound.owned)?;
    let statement = repair::straight(shapes, call.id, repair::home(shapes, bound)?)?;
    let name = shapes.text_of(first);
    let whole = shapes.text_of(statement).ends_with(';');
    if !whole || repair::is_used_after(shapes, statement, name) {
        return None;
    }
    let edit = repair::line_after(
        shapes,
        statement,
        &format!("{}::mem::forget({name});", repair::library(shapes)),
    );
    repair::graded(
        !gives_up(shapes, call.id),
        format!("give `{name}` up, whose memory has another owner now"),
        vec![edit],
    )
}

/// The variable in `&x`, `&mut *x` and `x.as_mut_ptr()`.
fn owner_of(shapes: &Shapes, pointer: Id) -> Option<Id> {
    let inner = *shapes.children(pointer).first()?;
    match shapes.kind(pointer) {
        Kind::Method { name, .. } => {
            matches!(shapes.text(name), "as_ptr" | "as_mut_ptr").then_some(inner)
        }
        Kind::Reference if shapes.kind(inner) == Kind::Deref => {
            let below = shapes.children(inner).first();
            below.copied()
        }
        Kind::Reference => Some(inner),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, adopt, event, free, line, reclaim};

    fn owned(by: Routine) -> Diagnostic {
        let fault = Fault::Owned {
            owner: "Box<Pair>".to_owned(),
            at: line(2),
        };
        check(&reclaim(by, fault, sample::unknown())).unwrap()
    }

    #[test]
    fn a_box_made_of_a_box() {
        let d = owned(adopt("Box::from_raw"));
        let message =
            "`Box::from_raw` makes a second owner of memory that a `Box<Pair>` will release";
        assert_eq!(d.message, message);
        assert_eq!(
            d.secondary[0].text,
            "the first owner, `Box<Pair>`, is made here"
        );
    }

    #[test]
    fn a_release_of_owned_memory() {
        let d = owned(free());
        let message = "`libc::free` releases memory that a `Box<Pair>` will release, too";
        assert_eq!(d.message, message);
    }

    #[test]
    fn an_arc_needs_a_count() {
        assert!(owned(adopt("Arc::from_raw")).helps[0].contains("increment_strong_count"));
    }

    #[test]
    fn a_bitwise_copy_of_an_owner() {
        let kind = EventKind::TwoOwners {
            second: adopt("ptr::read"),
            first_at: line(2),
            released_again_at: Some(line(12)),
        };
        let d = check(&event(kind, sample::unknown())).unwrap();
        assert!(d.message.starts_with("`ptr::read` makes a second owner"));
        assert_eq!(d.secondary.len(), 2);
        assert!(d.helps[0].starts_with("move the value"));
    }
}
