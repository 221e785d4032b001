//! Memory that no allocator gave out reaches a release routine or becomes an owner.

use crate::diagnostic::{Diagnostic, Suggestion};
use crate::lint::{Check, Group, Level, Lint};
use crate::repair::{self, Call};
use crate::wording::{self, code, head, one, routine, tell};
use memlint_analysis::event::{Act, Event, EventKind, Fault, NonHeap, Routine};
use memlint_analysis::lower::shape::{Kind, Shapes};

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "free_nonheap",
    group: Group::Correctness,
    level: Level::Deny,
    summary: "Memory that is not on the heap, or only borrowed, is released",
    cwe: &[590],
    cert: &["MEM34-C"],
    related: &["free_offset", "mismatched_dealloc"],
    docs: r#"
### What it does
Finds a release routine, or a `from_raw`, that gets a pointer to a local variable, a static, a
literal, a function, a constant address, or to memory that is only borrowed from its owner
(`as_ptr`, `as_mut_ptr`).

### Why is this bad
The allocator takes the bytes around the pointer for its own bookkeeping. At best the program
stops there; at worst the stack or a constant becomes part of the heap's free memory.

### Example
```rust
use std::ffi::{CString, c_char};

fn label() -> *const c_char {
    c"none".as_ptr()
}

fn run() {
    let text = label().cast_mut();
    drop(unsafe { CString::from_raw(text) });
}
```

### Use instead
```rust
use std::ffi::{CString, c_char};

fn label() -> *mut c_char {
    CString::from(c"none").into_raw()
}

fn run() {
    let text = label();
    drop(unsafe { CString::from_raw(text) });
}
```

### Limits
A pointer of unknown origin is never reported, and neither is one that is released on a path
where it can only be heap memory, such as behind a flag that says so.
"#,
    check: Check::Event(check),
    repair: Some(repair),
};

fn check(event: &Event) -> Option<Diagnostic> {
    let EventKind::Reclaim {
        by,
        fault: Fault::NonHeap(what),
    } = &event.kind
    else {
        return None;
    };
    let (by_name, does, done) = (routine(by), wording::does(by.act), wording::done(by.act));
    let message = format!("{by_name} {does} {}", subject(what));
    let d = Diagnostic::new(&LINT, event.site, message)
        .label(format!("{done} here"))
        .why(why(what))
        .help(help(what, by));
    Some(tell(d, event))
}

fn subject(what: &NonHeap) -> String {
    match what {
        NonHeap::Stack { name } if name.is_empty() => "a temporary on the stack".to_owned(),
        NonHeap::Stack { name } => format!("the local variable `{name}`"),
        NonHeap::Static => "a static".to_owned(),
        NonHeap::Literal => "a literal".to_owned(),
        NonHeap::Function => "a function".to_owned(),
        NonHeap::Address => "an address that no allocator gave out".to_owned(),
        NonHeap::Reference { name } => format!("what `{name}` only borrows"),
        NonHeap::Lent { by } => format!("memory that {} only lends", code(by)),
        NonHeap::Borrowed { owner } => format!("memory that is borrowed from {}", one(owner)),
    }
}

fn why(what: &NonHeap) -> String {
    match what {
        NonHeap::Stack { .. } => "its memory belongs to the stack and ends with its scope",
        NonHeap::Static | NonHeap::Literal | NonHeap::Function => {
            "it is part of the program itself and lives as long as the program runs"
        }
        NonHeap::Address => "only a pointer that an allocator returned may be given back to one",
        NonHeap::Reference { .. } => "whoever lent it still owns it, as a part of something else",
        NonHeap::Lent { .. } => "it belongs to the library, which uses or releases it later",
        NonHeap::Borrowed { owner } => {
            return format!("the {} still owns it and will release it, too", code(owner));
        }
    }
    .to_owned()
}

fn help(what: &NonHeap, by: &Routine) -> String {
    match what {
        NonHeap::Borrowed { owner } => {
            let owner = head(owner);
            match owner {
                "CString" | "Box" | "Rc" | "Arc" => format!(
                    "hand it over with `{owner}::into_raw` and take it back with \
                     `{owner}::from_raw`, or leave the release to the owner"
                ),
                "Vec" | "String" => "leave the release to the owner, or give it up with \
                                     `mem::forget` before a second owner is made"
                    .to_owned(),
                _ => "leave the release to the owner".to_owned(),
            }
        }
        NonHeap::Lent { .. } => "copy what is needed, and leave the original alone".to_owned(),
        NonHeap::Address => "release it only where something was allocated: keep null or dangling \
                             pointers, as of empty vectors, away from the release"
            .to_owned(),
        NonHeap::Stack { .. }
        | NonHeap::Reference { .. }
        | NonHeap::Static
        | NonHeap::Literal
        | NonHeap::Function => match by.act {
            Act::Adopt => format!(
                "put a copy on the heap if it needs an owner (`Box::new`, `to_owned`), else \
                     remove {}",
                routine(by)
            ),
            _ => format!("remove the call of {}", routine(by)),
        },
    }
}

/// The release of what never was on the heap goes away.
fn repair(event: &Event, shapes: &Shapes) -> Option<Suggestion> {
    let EventKind::Reclaim {
        by,
        fault: Fault::NonHeap(what),
    } = &event.kind
    else {
        return None;
    };
    let call = Call::at(shapes, event.site).filter(|call| by.act == Act::Release && call.is(by))?;
    let pointer = repair::value(shapes, call.argument(0)?);
    // Of `free(&p)` it is not known whether `free(p)` was meant.
    let mut is_certain = true;
    let always = match (shapes.kind(pointer), what) {
        (Kind::Reference, NonHeap::Stack { .. } | NonHeap::Static) => {
            is_certain = false;
            true
        }
        (Kind::Method { name, .. }, NonHeap::Borrowed { .. } | NonHeap::Literal) => {
            matches!(shapes.text(name), "as_ptr" | "as_mut_ptr")
        }
        (Kind::Call, NonHeap::Lent { by }) => Call::of(shapes, pointer)
            .is_some_and(|lender| by.rsplit("::").next() == Some(lender.name())),
        _ => false,
    };
    let statement = repair::whole_statement(shapes, call.id).filter(|_| always)?;
    let edit = repair::remove(shapes, statement);
    let message = match is_certain {
        true => "leave the release to the owner",
        false => "remove the release",
    };
    repair::graded(is_certain, message, vec![edit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, adopt, free, reclaim};
    use memlint_analysis::name::Name;

    fn of(by: Routine, what: NonHeap) -> Diagnostic {
        check(&reclaim(by, Fault::NonHeap(what), sample::unknown())).unwrap()
    }

    #[test]
    fn a_local_variable() {
        let name = Name::new("buffer");
        let d = of(free(), NonHeap::Stack { name });
        assert_eq!(
            d.message,
            "`libc::free` releases the local variable `buffer`"
        );
        assert_eq!(d.helps, ["remove the call of `libc::free`"]);
    }

    #[test]
    fn a_literal_becomes_an_owner() {
        let d = of(adopt("CString::from_raw"), NonHeap::Literal);
        assert_eq!(d.message, "`CString::from_raw` takes over a literal");
        assert!(d.helps[0].contains("to_owned"));
    }

    #[test]
    fn borrowed_memory() {
        let owner = "CString".to_owned();
        let d = of(adopt("CString::from_raw"), NonHeap::Borrowed { owner });
        let message = "`CString::from_raw` takes over memory that is borrowed from a `CString`";
        assert_eq!(d.message, message);
        assert!(d.helps[0].starts_with("hand it over with `CString::into_raw`"));
    }
}
