//! Memory that a Rust owner gave up is never taken back.

use crate::diagnostic::{Diagnostic, Suggestion};
use crate::lint::{Check, Group, Level, Lint};
use crate::repair::{self, Call, Lent, Named};
use crate::wording::{self, came_about, container, disowned, lost, never_released, tell};
use memlint_analysis::event::{Block, Event, EventKind, Loss, Origin};
use memlint_analysis::lower::shape::{Id, Kind, Shapes};
use memlint_analysis::span::Span;

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "leaked_raw",
    group: Group::Leak,
    level: Level::Warn,
    summary: "Memory that its owner gave up is never taken back",
    cwe: &[401, 772],
    cert: &["MEM31-C"],
    related: &["leaked_alloc", "leaked_on_unwind", "owner_without_drop"],
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
    repair: Some(repair),
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
    Some(tell(d, event).then(*lost_at, label))
}

fn help(how: &Loss, by: &str, block: &Block) -> String {
    if let (Loss::BorrowedByForeign { to }, "CString" | "Vec" | "String") = (how, container(by)) {
        let to = wording::code(to);
        let back = wording::repair(block).unwrap_or_else(|| "take it back".to_owned());
        return format!("{back} after the call, or lend it with `as_ptr` if {to} only reads it");
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

/// Functions of C that read a text and keep nothing of it.
const READERS: &[&str] = &[
    "access", "atof", "atoi", "atol", "chdir", "chmod", "chown", "fopen", "fputs", "getenv",
    "mkdir", "open", "opendir", "perror", "puts", "remove", "rmdir", "setenv", "stat", "strdup",
    "strlen", "strtol", "strtoul", "system", "unlink", "unsetenv",
];

fn repair(event: &Event, shapes: &Shapes) -> Option<Suggestion> {
    let Origin::Routine { by, .. } = &event.block.origin else {
        return None;
    };
    let call = Call::at(shapes, event.site).filter(|call| call.is(by))?;
    if container(&by.name) == "CString" && call.name() == "into_raw" {
        let foreign = match &event.kind {
            EventKind::Lose {
                how: Loss::BorrowedByForeign { to },
                ..
            } => Some(to.as_str()),
            _ => None,
        };
        return lend(call, foreign);
    }
    let EventKind::Lose { lost_at, .. } = &event.kind else {
        return None;
    };
    let statement = repair::whole_statement(shapes, call.id);
    match (statement, call.name()) {
        (Some(statement), "into_raw" | "forget") => let_drop(call, statement, *lost_at),
        (None, "into_raw") => take_back(call, *lost_at),
        _ => None,
    }
}

/// The text only goes into one call, of C's library or of a foreign function that is not known: it can
/// be lent, and is released after the statement.
fn lend(call: Call<'_>, foreign: Option<&str>) -> Option<Suggestion> {
    let shapes = call.shapes;
    let borrower = borrower(shapes, call.id).filter(|call| call.path().is_some())?;
    let reader = foreign.is_none() && READERS.contains(&borrower.name());
    let named = foreign.is_some_and(|to| to.rsplit("::").next() == Some(borrower.name()));
    if !reader && !named {
        return None;
    }
    // One that is not known may write through the pointer.
    if let (false, Some(repair)) = (reader, take_back_after(call)) {
        return Some(repair);
    }
    // C declares what it only reads as `const`.
    let lent = match reader && borrower.prefix().ends_with("libc::") {
        true => "as_ptr()",
        false => "as_ptr().cast_mut()",
    };
    let edits = match (call.receiver(), shapes.kind(call.id)) {
        (Some(_), Kind::Method { name, .. }) => {
            let named = repair::between(name.lo, repair::after(call.span(), "").span);
            vec![repair::replace(named, lent)]
        }
        _ => {
            let text = call.argument(0)?;
            if !matches!(
                shapes.kind(text),
                Kind::Path | Kind::Call | Kind::Try | Kind::Method { .. }
            ) {
                return None;
            }
            let lent = format!("{}.{lent}", shapes.text_of(text));
            vec![repair::replace(call.span(), lent)]
        }
    };
    repair::graded(reader, "lend the text instead of giving it up", edits)
}

/// The text gets a name before the statement of the call that borrows it, and is taken back behind.
fn take_back_after(call: Call<'_>) -> Option<Suggestion> {
    let shapes = call.shapes;
    let statement = repair::ended_statement(shapes, call.id)?;
    let name = repair::fresh(shapes, call.id, &["raw", "text", "raw_text"])?;
    let owner = repair::path_of(shapes, call.id, "std::ffi", "CString");
    let back = format!("{owner}::from_raw({name})");
    let back = match repair::in_unsafe(shapes, statement) {
        true => format!("drop({back});"),
        false => format!("drop(unsafe {{ {back} }});"),
    };
    let given = format!("let {name} = {};", shapes.text_of(call.id));
    let edits = vec![
        repair::line_before(shapes, statement, &given),
        repair::replace(call.span(), name),
        repair::line_after(shapes, statement, &back),
    ];
    repair::likely("take it back after the call", edits)
}

/// The call whose argument this is, casts left out.
fn borrower(shapes: &Shapes, id: Id) -> Option<Call<'_>> {
    let parent = shapes.parent(id)?;
    match shapes.kind(parent) {
        Kind::Paren | Kind::Cast => borrower(shapes, parent),
        Kind::Method { name, .. } if shapes.children(parent).first() == Some(&id) => {
            let cast = matches!(shapes.text(name), "cast" | "cast_mut" | "cast_const");
            cast.then(|| borrower(shapes, parent))?
        }
        Kind::Call | Kind::Method { .. } => Call::of(shapes, parent),
        _ => None,
    }
}

/// What is given up for nothing may as well be dropped: at once, or where its variable ends if a
/// pointer that it lent is used until then.
fn let_drop(call: Call<'_>, statement: Id, lost_at: Span) -> Option<Suggestion> {
    let (shapes, path) = (call.shapes, call.path()?);
    let value = call.argument(0)?;
    let inside = shapes.text_of(path);
    let named = shapes.kind(value) == Kind::Path;
    if named && repair::lent(shapes, value, statement, lost_at) == Lent::InScope {
        let edit = repair::remove(shapes, statement);
        let message = format!("let it drop at the end of its scope instead of `{inside}`");
        return repair::likely(message, vec![edit]);
    }
    if !repair::lends_nothing(shapes, value, statement, lost_at) {
        return None;
    }
    let dropped = format!("drop({});", shapes.text_of(value));
    let edit = repair::replace(shapes.span(statement), dropped);
    repair::likely(format!("drop it instead of `{inside}`"), vec![edit])
}

/// A return that forgets the pointer: it is taken back before.
fn take_back(call: Call<'_>, lost_at: Span) -> Option<Suggestion> {
    let shapes = call.shapes;
    let prefix = call.prefix();
    let own = ["Box::", "Rc::", "Arc::", "CString::"]
        .iter()
        .any(|name| prefix.ends_with(name));
    let by_let = repair::named_by(shapes, call.id)?;
    let named = Named::of(shapes, by_let)?;
    if !own || shapes.span(repair::plain(shapes, repair::initial(shapes, by_let)?)) != call.span() {
        return None;
    }
    let leave = repair::leaving(shapes, lost_at).filter(|at| named.is_forgotten_only_at(*at))?;
    let release = format!("drop(unsafe {{ {prefix}from_raw({}) }});", named.name);
    let edit = repair::line_before(shapes, leave, &release);
    repair::likely("take it back before the return", vec![edit])
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
        let help = "take it back with `CString::from_raw` and let it drop after the call, or lend it \
                    with `as_ptr` if `libc::puts` only reads it";
        assert_eq!(d.helps, [help]);
    }

    #[test]
    fn an_allocation_is_another_lint() {
        assert_eq!(lose(Loss::ScopeEnd, sample::malloc()), None);
    }
}
