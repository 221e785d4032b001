//! Memory of one family is released, reallocated or taken over by a routine of another.

use crate::diagnostic::{Diagnostic, Suggestion};
use crate::lint::{Check, Group, Level, Lint};
use crate::repair::{self, Call};
use crate::wording::{self, C, RUST, carrier, code, container, head, memory, routine, tell};
use memlint_analysis::event::{Act, Block, Event, EventKind, Fault, Origin, Routine};
use memlint_analysis::lower::shape::{Kind, Shapes};
use memlint_analysis::span::Span;

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "mismatched_dealloc",
    group: Group::Correctness,
    level: Level::Deny,
    summary: "Memory is released by another family of routines than allocated it",
    cwe: &[762],
    cert: &["WIN30-C", "MEM51-CPP"],
    related: &["mismatched_layout", "unpaired_export"],
    docs: r#"
### What it does
Finds memory that one family of routines allocated and another releases, reallocates or takes
over: a `Box` or `CString` given to `free`, a pointer from `malloc` or from any foreign function
given to `Box::from_raw`, `Vec::from_raw_parts` or `CString::from_raw`, a handle closed by the
wrong function. `Rc`, `Arc` and `CString` carry more than their bytes, so crossing into or out of
one of them counts as well.

### Why is this bad
An allocator finds what it knows about a block by the pointer. Given a pointer that it never gave
out, it reads and writes memory that means something else: the heap is corrupted, at once or much
later. That it works where both families happen to share one heap is an accident of platform,
version and settings.

### Example
```rust
use std::ffi::CString;

fn greet() {
    let text = CString::new("hello").unwrap().into_raw();
    unsafe { libc::free(text.cast()) };
}

fn user_name(out: *mut libc::c_char) -> CString {
    let copy = unsafe { libc::strdup(out) };
    unsafe { CString::from_raw(copy) }
}
```

### Use instead
```rust
use std::ffi::{CStr, CString};

fn greet() {
    let text = CString::new("hello").unwrap().into_raw();
    drop(unsafe { CString::from_raw(text) });
}

fn user_name(out: *mut libc::c_char) -> CString {
    unsafe { CStr::from_ptr(out) }.to_owned()
}
```

### Limits
A release of memory whose origin is not in view (a parameter, a loaded field) says nothing and is
not reported. Of foreign memory without a known family only the takeover by a Rust owner is
reported, and not where the crate itself exports an allocator to its host.
"#,
    check: Check::Event(check),
    repair: Some(repair),
};

fn check(event: &Event) -> Option<Diagnostic> {
    let EventKind::Reclaim {
        by,
        fault: Fault::OtherFamily,
    } = &event.kind
    else {
        return None;
    };
    let block = &event.block;
    let mut d = Diagnostic::new(&LINT, event.site, message(by, block))
        .label(label(by))
        .why(why(by, block))
        .help(help(by, block));
    if by.family == C && (block.family == RUST || block.family == "`CString`") {
        d = d.help(in_c(block));
    }
    Some(tell(d, event))
}

fn message(by: &Routine, block: &Block) -> String {
    let (by_name, does) = (routine(by), wording::does(by.act));
    if by.family == block.family && !block.layout.is_empty() {
        let made = wording::layout(&block.layout);
        return format!("{by_name} {does} memory that was made as {made}");
    }
    format!("{by_name} {does} {}", memory(block))
}

fn label(by: &Routine) -> String {
    let done = wording::done(by.act);
    let side = match by.act {
        _ if by.family.is_empty() => return format!("{done} here"),
        Act::Release | Act::Drop => "to",
        Act::Resize => "on",
        Act::Adopt | Act::Disown | Act::Acquire => "for",
    };
    format!("{done} here {side} {}", by.family)
}

fn why(by: &Routine, block: &Block) -> String {
    let (target, source) = (container(&by.name), head(&block.layout));
    let theirs = routine(by);
    let counted = |family| matches!(carrier(family), Some("Rc" | "Arc"));
    match (block.family.as_str(), by.family.as_str()) {
        (_, to) if counted(to) => {
            format!("{theirs} expects the counts in front of the value, which only {to} puts there")
        }
        (from, RUST) if counted(from) => {
            format!("an allocation of {from} begins with its counts, before the value")
        }
        (_, "`CString`") => format!(
            "{theirs} measures the text by its nul byte, and may only get what \
             `CString::into_raw` returned"
        ),
        (RUST, RUST) => match (target, source) {
            ("Rc" | "Arc", _) => format!(
                "{theirs} expects the counts of an `{target}` in front of the value, and only \
                 `{target}` puts them there"
            ),
            (_, "Rc" | "Arc") => {
                format!("the allocation of an `{source}` begins with its counts, before the value")
            }
            ("CString", _) => format!(
                "{theirs} measures the text by its nul byte, and may only get what \
                 `CString::into_raw` returned"
            ),
            _ => format!("only {} may take it back", best(block)),
        },
        (_, RUST) if by.act == Act::Adopt => {
            "the drop of the new owner will hand the pointer to the Rust global allocator, which \
             never gave it out"
                .to_owned()
        }
        (_, RUST) => "the Rust global allocator never gave this pointer out".to_owned(),
        (RUST, C) => "only the Rust global allocator may get it back, together with its layout; \
                      that it may sit on the C heap is an accident of the platform"
            .to_owned(),
        (RUST, _) => {
            "only the Rust global allocator may get it back, together with its layout".to_owned()
        }
        ("", _) | (_, "") => "each allocator may only get back what it gave out itself".to_owned(),
        (have, want) if have == want => format!("only {} may take it back", best(block)),
        (have, want) => format!("{have} and {want} may only get back what each gave out itself"),
    }
}

fn best(block: &Block) -> String {
    match block.release_with.first() {
        Some(name) => code(name),
        None => "the type that made it".to_owned(),
    }
}

fn help(by: &Routine, block: &Block) -> String {
    let repair = wording::repair(block)
        .unwrap_or_else(|| "release it with the family that allocated it".to_owned());
    let rust = |family| family == RUST || carrier(family).is_some();
    let becomes_rust = matches!(by.act, Act::Adopt | Act::Drop) && rust(&by.family);
    if !becomes_rust || rust(&block.family) {
        return repair;
    }
    let repair = repair.replacen("release it", "release the original", 1);
    let copy = match container(&by.name) {
        "CString" => "copy the text with `CStr::from_ptr(p).to_owned()`",
        "String" => "copy the text with `CStr::from_ptr(p).to_string_lossy().into_owned()`",
        "Vec" => "copy the elements with `slice::from_raw_parts(p, len).to_vec()`",
        _ => "copy the value if Rust has to own it",
    };
    format!("{copy}, and {repair}")
}

fn in_c(block: &Block) -> &'static str {
    let container = carrier(&block.family).unwrap_or(head(&block.layout));
    match container {
        "CString" | "String" => {
            "or give out a copy that `libc::strdup` made, if C code has to release it"
        }
        _ => "or allocate it with `libc::malloc`, if C code has to release it",
    }
}

fn repair(event: &Event, shapes: &Shapes) -> Option<Suggestion> {
    let EventKind::Reclaim { by, .. } = &event.kind else {
        return None;
    };
    let call = Call::at(shapes, event.site).filter(|call| call.is(by))?;
    let adopts = by.act == Act::Adopt && call.name() == "from_raw";
    match &event.block.origin {
        Origin::Routine { by: from, at } if from.act == Act::Disown => match by.act {
            Act::Release if by.family == C => drop_it(call, container(&from.name), *at),
            Act::Adopt if adopts => right_owner(call, container(&from.name), *at),
            _ => None,
        },
        Origin::Routine { at, .. } if adopts && container(&by.name) == "CString" => {
            copy_text(call, *at)
        }
        _ => None,
    }
}

/// `libc::free(p)` of what a Rust owner gave up: the owner takes it back and is dropped.
fn drop_it(call: Call<'_>, owner: &str, origin: Span) -> Option<Suggestion> {
    let (shapes, pointer) = (call.shapes, call.argument(0)?);
    let same = repair::comes_from(shapes, pointer, origin)?;
    let given = Call::at(shapes, origin)?;
    let adopted = match owner {
        "CString" => {
            let name = prefix(given, owner)?;
            let pointer = match same.exact {
                true => shapes.text_of(same.id).to_owned(),
                false => format!("{}.cast()", shapes.text_of(same.id)),
            };
            format!("{name}from_raw({pointer})")
        }
        "Box" if same.exact && prefix(given, owner).is_some() => {
            let function = shapes.span(repair::function(shapes, call.id)?);
            // What was dropped by hand, or moved out, must not be dropped again.
            if ["drop_in_place", "read"]
                .iter()
                .any(|name| shapes.mentions(function, name) > 0)
            {
                return None;
            }
            format!("Box::from_raw({})", shapes.text_of(same.id))
        }
        _ => return None,
    };
    let edit = repair::replace(call.span(), format!("drop({adopted})"));
    repair::certain(
        format!("take it back as a `{owner}` and drop it"),
        vec![edit],
    )
}

/// What the owner's routines begin with where it was given up: `Box::`.
fn prefix(given: Call<'_>, owner: &str) -> Option<String> {
    match (given.prefix(), given.receiver()) {
        ("", Some(_)) if owner == "CString" => {
            Some(repair::path_of(given.shapes, given.id, "std::ffi", "CString") + "::")
        }
        (prefix, None) if prefix.trim_end_matches(':').rsplit("::").next() == Some(owner) => {
            Some(prefix.to_owned())
        }
        _ => None,
    }
}

/// `Arc::from_raw` of what `Box::into_raw` gave up, dropped at once: the owner that gave it up takes
/// it back.
fn right_owner(call: Call<'_>, owner: &str, origin: Span) -> Option<Suggestion> {
    let (shapes, pointer) = (call.shapes, call.argument(0)?);
    let same = repair::comes_from(shapes, pointer, origin).filter(|same| same.exact)?;
    repair::whole_statement(shapes, call.id)?;
    let given = Call::at(shapes, origin).filter(|given| given.name() == "into_raw")?;
    let prefix = prefix(given, owner)?;
    let text = format!("{prefix}from_raw({})", shapes.text_of(same.id));
    let edit = repair::replace(call.span(), text);
    repair::certain(
        format!("take it back as the `{owner}` that it was"),
        vec![edit],
    )
}

/// `CString::from_raw` of C's text: a copy, and the original goes back where it came from.
fn copy_text(call: Call<'_>, origin: Span) -> Option<Suggestion> {
    let (shapes, pointer) = (call.shapes, call.argument(0)?);
    if shapes.kind(pointer) != Kind::Path {
        return None;
    }
    let text = shapes.text_of(pointer);
    let name = repair::path_of(shapes, call.id, "std::ffi", "CStr");
    let copy = format!("{name}::from_ptr({text}).to_owned()");
    let from = Call::at(shapes, origin);
    let of_c =
        from.filter(|from| matches!(from.name(), "strdup" | "strndup" | "malloc" | "calloc"));
    let Some(of_c) = of_c.filter(|_| repair::comes_from(shapes, pointer, origin).is_some()) else {
        let edit = repair::replace(call.span(), copy);
        return repair::likely("copy the text, and let its library release it", vec![edit]);
    };
    if !repair::is_callable(shapes, of_c.prefix(), "free") {
        return None;
    }
    let copied = repair::fresh(shapes, call.id, &["copy", "own_copy"])?;
    let block = format!(
        "{{ let {copied} = {copy}; {}free({text}.cast()); {copied} }}",
        of_c.prefix()
    );
    let edit = repair::replace(call.span(), block);
    repair::likely("copy the text and release the original", vec![edit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, adopt, free, line, reclaim};

    #[test]
    fn a_box_given_to_free() {
        let event = reclaim(free(), Fault::OtherFamily, sample::boxed("Pair"));
        let d = check(&event).unwrap();
        let message = "`libc::free` releases memory of the Rust global allocator (`Box<Pair>`)";
        assert_eq!(d.message, message);
        assert_eq!(d.primary.text, "released here to the C heap");
        assert_eq!(d.secondary[0].span, line(2));
        assert_eq!(
            d.secondary[0].text,
            "ownership given up here by `Box::into_raw`"
        );
        assert_eq!(d.notes[1], "CWE-762; CERT WIN30-C, MEM51-CPP");
        assert_eq!(
            d.helps[0],
            "take it back with `Box::from_raw` and let it drop"
        );
        assert!(d.helps[1].contains("libc::malloc"));
    }

    #[test]
    fn a_cstring_given_to_free() {
        let event = reclaim(free(), Fault::OtherFamily, sample::cstring());
        let d = check(&event).unwrap();
        assert!(d.message.ends_with("(`CString`)"));
        assert_eq!(
            d.helps[0],
            "take it back with `CString::from_raw` and let it drop"
        );
        assert!(d.helps[1].contains("libc::strdup"));
    }

    #[test]
    fn malloc_becomes_a_vec() {
        let by = adopt("Vec::from_raw_parts");
        let d = check(&reclaim(by, Fault::OtherFamily, sample::malloc())).unwrap();
        assert_eq!(
            d.message,
            "`Vec::from_raw_parts` takes over memory of the C heap"
        );
        let help = "copy the elements with `slice::from_raw_parts(p, len).to_vec()`, and release \
                    the original with `libc::free`";
        assert_eq!(d.helps, [help]);
    }

    #[test]
    fn foreign_text_becomes_a_cstring() {
        let by = adopt("CString::from_raw");
        let d = check(&reclaim(
            by,
            Fault::OtherFamily,
            sample::foreign("gadget_name"),
        ))
        .unwrap();
        let message = "`CString::from_raw` takes over memory that came from the foreign function \
                       `gadget_name`";
        assert_eq!(d.message, message);
        let help = "copy the text with `CStr::from_ptr(p).to_owned()`, and release the original \
                    with the release function of its library";
        assert_eq!(d.helps, [help]);
    }

    #[test]
    fn a_box_becomes_an_arc() {
        let by = adopt("Arc::from_raw");
        let d = check(&reclaim(by, Fault::OtherFamily, sample::boxed("Pair"))).unwrap();
        assert_eq!(
            d.message,
            "`Arc::from_raw` takes over memory that was made as `Box<Pair>`"
        );
        assert!(d.notes[0].contains("counts of an `Arc`"));
        assert_eq!(
            d.helps,
            ["take it back with `Box::from_raw` and let it drop"]
        );
    }

    #[test]
    fn two_foreign_families() {
        let by = sample::routine("sqlite3_free", "SQLite's heap", Act::Release);
        let d = check(&reclaim(by, Fault::OtherFamily, sample::malloc())).unwrap();
        assert_eq!(d.message, "`sqlite3_free` releases memory of the C heap");
        let why = "the C heap and SQLite's heap may only get back what each gave out itself";
        assert_eq!(d.notes[0], why);
    }
}
