//! One allocation is released twice on one path.

use crate::diagnostic::{Diagnostic, Suggestion};
use crate::lint::{Check, Group, Level, Lint};
use crate::repair::{self, Call};
use crate::wording::{self, routine, tell, tell_end};
use memlint_analysis::event::{Act, Event, EventKind, Fault, Routine};
use memlint_analysis::lower::shape::{Id, Kind, Shapes};
use memlint_analysis::span::Span;

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "double_free",
    group: Group::Correctness,
    level: Level::Deny,
    summary: "Memory is released twice",
    cwe: &[415],
    cert: &["MEM31-C"],
    related: &["aliased_owner", "use_after_free"],
    docs: r#"
### What it does
Finds an allocation that is released twice on one path: by two releases, by two `from_raw`, by a
release and the drop of an owner, or through the old pointer after a successful `realloc`. Finds
also the type whose `Clone` copies a pointer that its `Drop` releases; that is reported at the type.

### Why is this bad
After the first release the memory belongs to the allocator, and may already be somebody else's.
The second release frees it under the new owner, or breaks the allocator's lists: a classic way to
take over a program.

### Example
```rust
fn run(fail: bool) {
    unsafe {
        let buffer = libc::malloc(64);
        if fail {
            libc::free(buffer);
        }
        libc::free(buffer);
    }
}
```

### Use instead
```rust
fn run(fail: bool) {
    unsafe {
        let buffer = libc::malloc(64);
        if fail {
            libc::free(buffer);
            return;
        }
        libc::free(buffer);
    }
}
```

### Limits
Both releases must be reached on one path that the code in view can take. Memory that an unknown
function may have released in between is not judged.
"#,
    check: Check::Event(check),
    repair: Some(repair),
};

fn check(event: &Event) -> Option<Diagnostic> {
    let (by, first, at) = match &event.kind {
        EventKind::Reclaim {
            by,
            fault: Fault::Ended { by: first, at },
        } => (by, first, at),
        EventKind::ClonedOwner {
            by,
            released_at,
            field,
        } => return Some(cloned(event, by, *released_at, field.as_str())),
        _ => return None,
    };
    let d = Diagnostic::new(&LINT, event.site, message(by, first))
        .label(format!("{} here again", wording::done(by.act)))
        .why("after the first release the memory may belong to somebody else")
        .help(help(by, first));
    // The steps come first: the story is told in the order in which it happens.
    Some(tell_end(tell(d, event), event, first, *at))
}

/// Reported at the type: whoever clones a value of it drops two.
fn cloned(event: &Event, by: &Routine, released_at: Span, field: &str) -> Diagnostic {
    let ty = &event.block.layout;
    let message = format!("clones of `{ty}` release the memory behind `{field}` twice");
    Diagnostic::new(&LINT, event.site, message)
        .label(format!("its `Clone` copies the pointer `{field}`"))
        .then(
            released_at,
            format!("every clone's `Drop` releases it here by {}", routine(by)),
        )
        .why("each clone believes that it is the only owner")
        .help(format!(
            "remove `Clone` from `{ty}`, let it copy what `{field}` points to, or count the owners"
        ))
}

fn message(by: &Routine, first: &Routine) -> String {
    let (by_name, does, first_name) = (routine(by), wording::does(by.act), routine(first));
    let has = match first.act {
        Act::Resize => format!("{first_name} has already given back"),
        Act::Adopt => format!("{first_name} has already taken over"),
        _ if by_name == first_name => "has already been released".to_owned(),
        _ => format!("{first_name} has already released"),
    };
    format!("{by_name} {does} memory that {has}")
}

fn help(by: &Routine, first: &Routine) -> String {
    match (first.act, by.act) {
        (Act::Resize, _) if wording::grows(first) => wording::take_again(first),
        (Act::Resize, _) => format!(
            "after {} succeeded, use and release only the pointer that it returned",
            routine(first)
        ),
        (Act::Drop, Act::Drop) => "let only one owner be dropped: give the other one up with \
                                   `mem::forget` or `into_raw`"
            .to_owned(),
        (_, Act::Drop) => format!(
            "let one of them release it: remove {}, or give the owner up with `mem::forget` or \
             `into_raw` before",
            the_call(first)
        ),
        (Act::Drop, _) => format!(
            "let one of them release it: remove {}, or give the owner up with `mem::forget` or \
             `into_raw` before it is dropped",
            the_call(by)
        ),
        (Act::Adopt, Act::Adopt) => format!(
            "call {} once, and pass on the owner instead of the pointer",
            routine(by)
        ),
        _ => "release it once: set the pointer to null after the release, or leave the path there"
            .to_owned(),
    }
}

fn the_call(by: &Routine) -> String {
    format!("the call of {}", routine(by))
}

fn repair(event: &Event, shapes: &Shapes) -> Option<Suggestion> {
    let EventKind::Reclaim {
        by,
        fault: Fault::Ended { by: first, at },
    } = &event.kind
    else {
        return None;
    };
    match (by.act, first.act) {
        (Act::Release | Act::Adopt | Act::Drop, Act::Release | Act::Adopt | Act::Drop) => {
            match Call::at(shapes, event.site) {
                Some(again) => {
                    let earlier = Call::at(shapes, *at).filter(|call| call.is(first))?;
                    remove_second(again, earlier).filter(|_| again.is(by))
                }
                None => forget_self(shapes, *at),
            }
        }
        _ => None,
    }
}

/// Two releases of one name in one row: the second is too many.
fn remove_second(second: Call<'_>, first: Call<'_>) -> Option<Suggestion> {
    let shapes = second.shapes;
    let pointer = |call: Call<'_>| Some(repair::bare(shapes, released(call)?));
    let (one, two) = (pointer(first)?, pointer(second)?);
    let bound = repair::bound(shapes, two).filter(|bound| !bound.mutable)?;
    if shapes.text_of(one) != shapes.text_of(two) {
        return None;
    }
    let statement = repair::whole_statement(shapes, second.id)?;
    let block = shapes.parent(statement)?;
    let earlier = repair::straight(shapes, first.id, block)?;
    repair::whole_statement(shapes, first.id)?;
    if shapes.span(earlier).hi > shapes.span(statement).lo {
        return None;
    }
    let name = shapes.text_of(bound.binding);
    let edit = repair::remove(shapes, statement);
    repair::certain(format!("release `{name}` once"), vec![edit])
}

/// What the call releases; of `drop(..)` what stands in it.
fn released(call: Call<'_>) -> Option<Id> {
    let argument = call.argument(0)?;
    match repair::is_drop(call.shapes, call.id) {
        true => Call::of(call.shapes, repair::plain(call.shapes, argument))?.argument(0),
        false => Some(argument),
    }
}

/// A method that consumes the value has released what its `Drop` releases: the rest is forgotten.
fn forget_self(shapes: &Shapes, released_at: Span) -> Option<Suggestion> {
    let release = shapes.expression(released_at)?;
    let function = repair::function(shapes, release)?;
    let children = shapes.children(function);
    let (receiver, block) = (children.first()?, children.last()?);
    let consumes = matches!(shapes.kind(*receiver), Kind::Binding { owned: true, .. })
        && shapes.text_of(*receiver) == "self";
    let statement = repair::straight(shapes, release, *block)?;
    let whole = shapes.text_of(statement).ends_with(';');
    if !consumes || !whole || repair::is_used_after(shapes, statement, "self") {
        return None;
    }
    let forget = format!("{}::mem::forget(self);", repair::library(shapes));
    let edit = repair::line_after(shapes, statement, &forget);
    let is_certain = is_plain(shapes, function);
    repair::graded(
        is_certain,
        "keep `Drop` from releasing it again",
        vec![edit],
    )
}

/// Whether the type whose method this is has only fields that need no drop.
fn is_plain(shapes: &Shapes, method: Id) -> bool {
    let Some(Kind::Impl { of }) = shapes.parent(method).map(|id| shapes.kind(id)) else {
        return false;
    };
    let plain = |id: &Id| {
        let ty = shapes.text_of(*id);
        let numbers = [
            "bool", "char", "u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize",
            "f32", "f64", "c_int", "size_t",
        ];
        ty.starts_with('*') || ty.starts_with("NonNull<") || numbers.contains(&ty)
    };
    let name = wording::head(shapes.text(of));
    let mut structs = shapes.all().filter(|id| match shapes.kind(*id) {
        Kind::Struct { name: own } => shapes.text(own) == name,
        _ => false,
    });
    let found = structs.next().filter(|_| structs.next().is_none());
    found.is_some_and(|id| shapes.children(id).iter().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, adopt, free, line, reclaim, routine};
    use crate::wording::{C, RUST};
    use memlint_analysis::event::Block;

    fn twice(first: Routine, by: Routine, block: Block) -> Diagnostic {
        let fault = Fault::Ended {
            by: first,
            at: line(5),
        };
        check(&reclaim(by, fault, block)).unwrap()
    }

    #[test]
    fn two_releases() {
        let d = twice(free(), free(), sample::malloc());
        assert_eq!(
            d.message,
            "`libc::free` releases memory that has already been released"
        );
        let texts: Vec<_> = d
            .secondary
            .iter()
            .map(|label| label.text.as_str())
            .collect();
        let story = [
            "allocated here by `libc::malloc`, of the C heap",
            "released here by `libc::free`, of the C heap",
        ];
        assert_eq!(texts, story);
    }

    #[test]
    fn two_owners_one_after_the_other() {
        let by = adopt("Box::from_raw");
        let d = twice(by.clone(), by, sample::boxed("Pair"));
        let message =
            "`Box::from_raw` takes over memory that `Box::from_raw` has already taken over";
        assert_eq!(d.message, message);
        assert!(d.helps[0].starts_with("call `Box::from_raw` once"));
    }

    #[test]
    fn a_drop_after_a_release() {
        let by = routine("drop of Box<Pair>", RUST, Act::Drop);
        let d = twice(free(), by, sample::boxed("Pair"));
        let message =
            "the drop of `Box<Pair>` releases memory that `libc::free` has already released";
        assert_eq!(d.message, message);
        assert!(d.helps[0].contains("remove the call of `libc::free`"));
    }

    #[test]
    fn the_old_pointer_after_realloc() {
        let d = twice(
            routine("libc::realloc", C, Act::Resize),
            free(),
            sample::malloc(),
        );
        assert!(
            d.message
                .ends_with("memory that `libc::realloc` has already given back")
        );
        assert!(d.helps[0].starts_with("after `libc::realloc` succeeded"));
    }
}
