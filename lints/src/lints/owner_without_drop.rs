//! A type owns memory that neither its `Drop` nor anything else releases.

use crate::diagnostic::Diagnostic;
use crate::lint::{Check, Group, Level, Lint};
use crate::wording::{self, disowned, tell};
use memlint_analysis::event::{Event, EventKind, Origin};

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "owner_without_drop",
    group: Group::Leak,
    level: Level::Warn,
    summary: "A type owns memory that nothing ever releases",
    cwe: &[401, 772],
    cert: &["MEM31-C"],
    related: &["leaked_alloc", "leaked_raw"],
    docs: r#"
### What it does
Finds a type whose functions store fresh memory in a field, from an allocator or from `into_raw`,
while neither its `Drop` nor any other function in view takes that field back. A `Drop` that
releases some of the fields and forgets one is found as well.

### Why is this bad
A raw pointer releases nothing when it goes away: each value of the type leaks.

### Example
```rust
use std::ffi::CString;
use std::os::raw::c_char;

pub struct Label {
    text: *mut c_char,
}

impl Label {
    pub fn new(text: &str) -> Label {
        Label { text: CString::new(text).unwrap().into_raw() }
    }
}
```

### Use instead
```rust
use std::ffi::CString;
use std::os::raw::c_char;

pub struct Label {
    text: *mut c_char,
}

impl Label {
    pub fn new(text: &str) -> Label {
        Label { text: CString::new(text).unwrap().into_raw() }
    }
}

impl Drop for Label {
    fn drop(&mut self) {
        drop(unsafe { CString::from_raw(self.text) });
    }
}
```

### Limits
Not judged are types that are `Copy`, or `Clone` without a `Drop`; `repr(C)` structs that C may take
apart; public fields; types of which a static holds a value; fields that a function in view hands
to somebody who may release them, or gives out by a getter as a pointer that may be written.
"#,
    check: Check::Event(check),
    repair: None,
};

fn check(event: &Event) -> Option<Diagnostic> {
    let EventKind::NeverReleased { field, drop_at } = &event.kind else {
        return None;
    };
    let ty = &event.function;
    let message = match drop_at {
        Some(_) => format!("the `Drop` of `{ty}` does not release the memory behind `{field}`"),
        None => {
            format!("`{ty}` owns the memory behind its field `{field}`, and nothing releases it")
        }
    };
    let mut d = Diagnostic::new(&LINT, event.site, message).label(match drop_at {
        Some(_) => format!("its field `{field}` is left out"),
        None => "has no `Drop`".to_owned(),
    });
    d = tell(d, event);
    if let Some(at) = drop_at {
        d = d.also(*at, format!("this does not release `{field}`"));
    }
    Some(d.help(help(event, field.as_str(), drop_at.is_some())))
}

fn help(event: &Event, field: &str, has_drop: bool) -> String {
    let place = if has_drop { "its `Drop`" } else { "a `Drop`" };
    let mut help = match wording::repair(&event.block) {
        Some(repair) => format!(
            "in {place}, {}",
            repair.replacen("it", &format!("`{field}`"), 1)
        ),
        None => format!("release `{field}` in {place}"),
    };
    if disowned(&event.block)
        && let Origin::Routine { by, .. } = &event.block.origin
        && !wording::container(&by.name).is_empty()
    {
        help.push_str(", or store the owner itself");
    }
    help
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, event, line};
    use memlint_analysis::name::Name;

    fn field(drop_at: Option<memlint_analysis::span::Span>) -> Diagnostic {
        let field = Name::new("text");
        let mut event = event(
            EventKind::NeverReleased { field, drop_at },
            sample::cstring(),
        );
        event.function = "Label".to_owned();
        check(&event).unwrap()
    }

    #[test]
    fn no_drop_at_all() {
        let d = field(None);
        let message = "`Label` owns the memory behind its field `text`, and nothing releases it";
        assert_eq!(d.message, message);
        let help = "in a `Drop`, take `text` back with `CString::from_raw` and let it drop, or \
                    store the owner itself";
        assert_eq!(d.helps, [help]);
    }

    #[test]
    fn a_drop_that_forgets_a_field() {
        let d = field(Some(line(12)));
        let message = "the `Drop` of `Label` does not release the memory behind `text`";
        assert_eq!(d.message, message);
        assert_eq!(
            d.secondary.last().map(|l| l.text.as_str()),
            Some("this does not release `text`")
        );
    }
}
