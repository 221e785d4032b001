//! Memory is used after its release.

use crate::diagnostic::{Diagnostic, Suggestion};
use crate::lint::{Check, Group, Level, Lint};
use crate::repair::{self, Call};
use crate::wording::{self, code, memory, routine, tell, tell_end};
use memlint_analysis::event::{Act, Block, Event, EventKind, Origin, Routine, StepKind};
use memlint_analysis::lower::shape::{Kind, Shapes};

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "use_after_free",
    group: Group::Correctness,
    level: Level::Deny,
    summary: "Memory is used after its release",
    cwe: &[416],
    cert: &["MEM30-C"],
    related: &["aliased_owner", "double_free"],
    docs: r#"
### What it does
Finds a pointer that is read or written through, passed on or returned after its memory was
released on that path: by a release routine, by the drop of its owner at the end of a statement or
scope, or by a reallocation that returned another block.

### Why is this bad
The memory may already hold something else. Reading it leaks or misreads foreign data, writing it
corrupts them.

### Example
```rust
use std::ffi::CString;
use std::ptr;

fn length(text: Option<CString>) -> usize {
    let raw = text.map_or(ptr::null(), |text| text.as_ptr());
    if raw.is_null() {
        return 0;
    }
    unsafe { libc::strlen(raw) }
}
```

### Use instead
```rust
use std::ffi::CString;
use std::ptr;

fn length(text: Option<CString>) -> usize {
    let raw = text.as_ref().map_or(ptr::null(), |text| text.as_ptr());
    if raw.is_null() {
        return 0;
    }
    unsafe { libc::strlen(raw) }
}
```

### Limits
Comparing or printing a dangling pointer is not a use. Where an unknown function may have stored a
new pointer in the variable, nothing is said.
"#,
    check: Check::Event(check),
    repair: Some(repair),
};

fn check(event: &Event) -> Option<Diagnostic> {
    let EventKind::UseAfter {
        ended_by,
        ended_at,
        used,
    } = &event.kind
    else {
        return None;
    };
    let used = wording::used(used);
    let after = match ended_by.act {
        Act::Resize if wording::grows(ended_by) => {
            format!("{} moved the elements", routine(ended_by))
        }
        Act::Resize => format!("{} gave it back", routine(ended_by)),
        Act::Drop => format!("{} released it", routine(ended_by)),
        _ => format!("{} {} it", routine(ended_by), past(ended_by.act)),
    };
    let d = Diagnostic::new(
        &LINT,
        event.site,
        format!("{} is {used} after {after}", subject(&event.block)),
    )
    .label(format!("{used} here"))
    .why("the memory may already hold something else")
    .help(help(event, ended_by));
    Some(tell_end(tell(d, event), event, ended_by, *ended_at))
}

fn subject(block: &Block) -> String {
    let known = !block.family.is_empty() || block.foreign;
    match &block.origin {
        Origin::Unknown if !known => "memory".to_owned(),
        _ => memory(block),
    }
}

fn past(act: Act) -> &'static str {
    match act {
        Act::Adopt => "took over",
        Act::Release | Act::Drop | Act::Resize | Act::Disown | Act::Acquire => "released",
    }
}

fn help(event: &Event, ended_by: &Routine) -> String {
    let borrowed = event.steps.iter().find_map(|step| match &step.what {
        StepKind::Borrowed { owner } => Some(owner.as_str()),
        _ => None,
    });
    let borrowed = borrowed.or(wording::dropped(ended_by));
    match (ended_by.act, borrowed) {
        (Act::Drop, Some(owner)) => format!(
            "keep the {} in a variable that lives as long as the pointer is used",
            code(owner)
        ),
        (Act::Resize, _) if wording::grows(ended_by) => wording::take_again(ended_by),
        (Act::Resize, _) => format!("use the pointer that {} returned", routine(ended_by)),
        _ => "release it after the last use, or set the pointer to null and test it".to_owned(),
    }
}

/// `let p = CString::new(s)?.as_ptr();`: the text gets a name, and lives as long as `p`.
fn repair(event: &Event, shapes: &Shapes) -> Option<Suggestion> {
    let EventKind::UseAfter {
        ended_by, ended_at, ..
    } = &event.kind
    else {
        return None;
    };
    let Origin::Routine { at, .. } = &event.block.origin else {
        return None;
    };
    let made = shapes
        .expression(*at)
        .filter(|_| ended_by.act == Act::Drop)?;
    let by_let = repair::statement(shapes, made)?;
    let Kind::Let {
        name: Some(name), ..
    } = shapes.kind(by_let)
    else {
        return None;
    };
    // The temporary ends where the `let` does.
    if !shapes.span(by_let).contains(*ended_at) {
        return None;
    }
    let value = repair::bare(shapes, repair::initial(shapes, by_let)?);
    let call = Call::of(shapes, value)?;
    let owner = call
        .receiver()
        .filter(|_| matches!(call.name(), "as_ptr" | "as_mut_ptr"))?;
    let temporary = matches!(
        shapes.kind(owner),
        Kind::Call | Kind::Method { .. } | Kind::Try | Kind::Macro
    );
    if !temporary || !shapes.span(owner).contains(*at) {
        return None;
    }
    let owned = format!("{}_owner", shapes.text(name).trim_start_matches('_'));
    let owned = repair::fresh(shapes, call.id, &[&owned])?;
    let mutable = if call.name() == "as_mut_ptr" {
        "mut "
    } else {
        ""
    };
    let text = shapes.text_of(owner);
    let edits = vec![
        repair::line_before(shapes, by_let, &format!("let {mutable}{owned} = {text};")),
        repair::replace(shapes.span(owner), owned),
    ];
    repair::certain("keep the owner as long as the pointer", edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, event, free, line, with_step};
    use crate::wording::RUST;
    use memlint_analysis::event::Usage;

    #[test]
    fn read_after_free() {
        let kind = EventKind::UseAfter {
            ended_by: free(),
            ended_at: line(6),
            used: Usage::Read,
        };
        let d = check(&event(kind, sample::malloc())).unwrap();
        assert_eq!(
            d.message,
            "memory of the C heap is read after `libc::free` released it"
        );
        assert_eq!(d.secondary[1].span, line(6));
    }

    #[test]
    fn a_container_that_grows_returns_no_pointer() {
        let kind = EventKind::UseAfter {
            ended_by: sample::routine("Vec::reserve", RUST, Act::Resize),
            ended_at: line(3),
            used: Usage::Read,
        };
        let d = check(&event(kind, sample::unknown())).unwrap();
        let message = "memory is read after `Vec::reserve` moved the elements";
        assert_eq!(d.message, message);
        let label = "`Vec::reserve` may move the elements here";
        assert_eq!(d.secondary[0].text, label);
        let help = "take the pointer again with `as_mut_ptr()` after `Vec::reserve`";
        assert_eq!(d.helps, [help]);
    }

    #[test]
    fn the_owner_was_a_temporary() {
        let kind = EventKind::UseAfter {
            ended_by: sample::routine("drop of CString", RUST, Act::Drop),
            ended_at: line(3),
            used: Usage::Passed {
                to: "libc::strlen".to_owned(),
            },
        };
        let owner = "CString".to_owned();
        let event = with_step(
            event(kind, sample::unknown()),
            3,
            StepKind::Borrowed { owner },
        );
        let d = check(&event).unwrap();
        let message = "memory is passed to `libc::strlen` after the drop of `CString` released it";
        assert_eq!(d.message, message);
        let help = "keep the `CString` in a variable that lives as long as the pointer is used";
        assert_eq!(d.helps, [help]);
    }
}
