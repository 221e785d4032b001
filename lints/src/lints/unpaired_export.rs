//! C gets memory that it cannot give back.

use crate::diagnostic::Diagnostic;
use crate::lint::{Check, Group, Level, Lint};
use crate::wording::{self, code, disowned, source, tell};
use memlint_analysis::event::{Event, EventKind};

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "unpaired_export",
    group: Group::Leak,
    level: Level::Warn,
    summary: "C gets memory that nothing exported takes back",
    cwe: &[401],
    cert: &[],
    related: &["leaked_raw", "mismatched_dealloc"],
    docs: r#"
### What it does
Finds an exported function that hands memory of a Rust owner to its caller, while the crate exports
nothing that takes such a pointer back.

### Why is this bad
C has no routine that releases Rust's memory. Either it leaks, or C calls `free`, which belongs to
another allocator.

### Example
```rust
use std::ffi::CString;
use std::os::raw::c_char;

#[unsafe(no_mangle)]
pub extern "C" fn describe(id: u32) -> *mut c_char {
    CString::new(format!("number {id}")).unwrap().into_raw()
}
```

### Use instead
```rust
use std::ffi::CString;
use std::os::raw::c_char;

#[unsafe(no_mangle)]
pub extern "C" fn describe(id: u32) -> *mut c_char {
    CString::new(format!("number {id}")).unwrap().into_raw()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn describe_free(text: *mut c_char) {
    if !text.is_null() {
        drop(unsafe { CString::from_raw(text) });
    }
}
```

### Limits
Any function in view that takes back such a pointer is taken for the counterpart, also one that C
cannot call. Memory of a foreign library is that library's to release. Memory that the program keeps
as well is only lent.
"#,
    check: Check::Event(check),
    repair: None,
};

fn check(event: &Event) -> Option<Diagnostic> {
    if event.kind != EventKind::Unpaired {
        return None;
    }
    let (by, name) = (source(&event.block), code(&event.function));
    let given = if disowned(&event.block) {
        format!("{name} hands memory given up by {by} to C")
    } else {
        format!("{name} hands memory from {by} to C")
    };
    let message = format!("{given}, and nothing exported takes it back");
    let d = Diagnostic::new(&LINT, event.site, message)
        .label("exported without a counterpart")
        .why("the C library's `free` does not release memory of Rust");
    Some(tell(d, event).help(help(event)))
}

fn help(event: &Event) -> String {
    match wording::best_release(&event.block) {
        Some(routine) => format!(
            "export a function that takes the pointer back with {}",
            code(routine)
        ),
        None => "export a function that takes the pointer back".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, event};

    #[test]
    fn a_string_for_c() {
        let mut event = event(EventKind::Unpaired, sample::cstring());
        event.function = "describe".to_owned();
        let d = check(&event).unwrap();
        let message = "`describe` hands memory given up by `CString::into_raw` to C, and nothing \
                       exported takes it back";
        assert_eq!(d.message, message);
        let help = "export a function that takes the pointer back with `CString::from_raw`";
        assert_eq!(d.helps, [help]);
    }
}
