//! The result of a reallocation overwrites the only pointer to the old block.

use crate::diagnostic::{Diagnostic, Suggestion};
use crate::lint::{Check, Group, Level, Lint};
use crate::repair::{self, Call};
use crate::wording::{self, lost, tell};
use memlint_analysis::event::{Act, Event, EventKind, Loss, Origin, Routine, StepKind};
use memlint_analysis::lower::shape::{Id, Kind, Shapes};
use memlint_analysis::span::Span;

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "leaked_realloc",
    group: Group::Leak,
    level: Level::Warn,
    summary: "The only pointer is overwritten by a reallocation that can fail",
    cwe: &[401],
    cert: &[],
    related: &["leaked_alloc", "unchecked_alloc"],
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
    repair: Some(repair),
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
    Some(tell(d, event).then(*lost_at, lost(how)))
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

/// `p = realloc(p, n); if p.is_null() { return }` through another variable, which releases the old
/// block before it leaves.
fn repair(event: &Event, shapes: &Shapes) -> Option<Suggestion> {
    let call = [event.site, lost_at(event)?]
        .into_iter()
        .find_map(|span| realloc(shapes, span))?;
    let old = repair::bare(shapes, call.argument(0)?);
    let assign = shapes
        .around(call.id)
        .find(|id| shapes.kind(*id) == Kind::Assign)?;
    let [left, right] = *shapes.children(assign) else {
        return None;
    };
    let target = shapes.text_of(left);
    let new = repair::bare(shapes, right);
    let whole = repair::bare(shapes, new) == call.id;
    if !whole || target != shapes.text_of(old) || repair::is_untyped_cast(shapes, new) {
        return None;
    }
    let statement = shapes
        .parent(assign)
        .filter(|id| shapes.kind(*id) == Kind::Statement)?;
    let test = null_test(shapes, statement, target)?;
    let name = repair::fresh(shapes, call.id, &["grown", "reallocated"])?;
    let keeps = target.starts_with("self.");
    // What a parameter points to is the caller's when nothing came of it.
    if !keeps && repair::bound(shapes, left)?.by_let.is_none() {
        return None;
    }
    // The value with its casts, made from the new name.
    let value = shapes.text_of(right);
    let inner = written(shapes, right, call);
    let cast = value.replacen(inner, name, 1);
    let span = shapes.span(statement);
    let mut edits = vec![
        repair::replace(span, format!("let {name} = {inner};")),
        repair::replace(shapes.span(test.pointer), name),
    ];
    if !keeps {
        edits.push(repair::line_before(
            shapes,
            test.first,
            &release(call, test.first)?,
        ));
    }
    edits.push(repair::line_after(
        shapes,
        test.id,
        &format!("{target} = {cast};"),
    ));
    repair::certain(
        "keep the old pointer until the reallocation has succeeded",
        edits,
    )
}

fn lost_at(event: &Event) -> Option<Span> {
    match &event.kind {
        EventKind::Lose { lost_at, .. } => Some(*lost_at),
        _ => None,
    }
}

fn realloc(shapes: &Shapes, span: Span) -> Option<Call<'_>> {
    Call::at(shapes, span).filter(|call| call.name() == "realloc" && call.path().is_some())
}

/// The call as it is written, with the `unsafe` that belongs to it.
fn written<'s>(shapes: &'s Shapes, right: Id, call: Call<'s>) -> &'s str {
    let chain = std::iter::once(call.id).chain(shapes.around(call.id));
    let inside = chain.take_while(|id| shapes.span(right).contains(shapes.span(*id)));
    let whole = inside.filter(|id| {
        matches!(shapes.kind(*id), Kind::Unsafe) && repair::plain(shapes, *id) == call.id
    });
    shapes.text_of(whole.last().unwrap_or(call.id))
}

/// `if p.is_null() { .. }` that leaves, and does not use `p`.
struct NullTest {
    id: Id,
    /// `p` in the condition.
    pointer: Id,
    /// The first statement inside.
    first: Id,
}

/// The test that follows the statement.
fn null_test(shapes: &Shapes, statement: Id, target: &str) -> Option<NullTest> {
    let block = shapes.children(shapes.parent(statement)?);
    let at = block.iter().position(|id| *id == statement)?;
    let next = *block.get(at + 1)?;
    let [id] = *shapes.children(next) else {
        return None;
    };
    let [condition, inside] = *shapes.children(id) else {
        return None;
    };
    let tested = Call::of(shapes, condition).filter(|call| call.name() == "is_null")?;
    let pointer = tested
        .receiver()
        .filter(|id| shapes.text_of(*id) == target)?;
    let body = shapes.children(inside);
    let (first, last) = (*body.first()?, *body.last()?);
    let leaves = shapes
        .children(last)
        .iter()
        .any(|id| shapes.kind(*id) == Kind::Return);
    let unused = shapes.mentions(shapes.span(inside), target.rsplit('.').next()?) == 0;
    (shapes.kind(id) == Kind::If && leaves && unused).then_some(NullTest { id, pointer, first })
}

/// The release of the old block.
fn release(call: Call<'_>, at: Id) -> Option<String> {
    let (shapes, prefix) = (call.shapes, call.prefix());
    let old = shapes.text_of(call.argument(0)?);
    let release = match (call.argument(1), call.argument(2)) {
        (Some(layout), Some(_)) => format!("{prefix}dealloc({old}, {})", shapes.text_of(layout)),
        _ => format!("{prefix}free({old})"),
    };
    let routine = release.strip_prefix(prefix)?.split('(').next()?;
    if !repair::is_callable(shapes, prefix, routine) {
        return None;
    }
    Some(match repair::in_unsafe(shapes, at) {
        true => format!("{release};"),
        false => format!("unsafe {{ {release} }};"),
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
