//! The right family gets memory back with another layout than it gave it out with.

use crate::diagnostic::{Diagnostic, Suggestion};
use crate::lint::{Check, Group, Level, Lint};
use crate::repair::{self, Call};
use crate::wording::{self, argument, code, container, head, layout, routine, tell};
use memlint_analysis::event::{Act, Event, EventKind, Fault, Origin, Routine};
use memlint_analysis::lower::shape::{Id, Kind, Shapes};
use memlint_analysis::span::Span;

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "mismatched_layout",
    group: Group::Correctness,
    level: Level::Deny,
    summary: "Memory is released with another size, alignment or capacity than it was allocated with",
    cwe: &[762, 131],
    cert: &[],
    related: &["free_offset", "mismatched_dealloc"],
    docs: r#"
### What it does
Finds memory of the Rust global allocator that goes back with another layout: a `Box<T>` taken
back as `Box<U>` or as `Box<c_void>`, a boxed slice as a single element, a `Vec` rebuilt with a
capacity or element type that it was not taken apart with, `dealloc` with another `Layout` than
`alloc` got.

### Why is this bad
Rust's allocators are told the size and alignment again at the release, and rely on it. Another
layout is undefined behaviour: blocks end up in the wrong size class, and their neighbours are
overwritten. A `Box<c_void>` in addition runs no destructor of the value.

### Example
```rust
use std::ffi::c_void;

struct State {
    count: u64,
}

fn make() -> *mut c_void {
    Box::into_raw(Box::new(State { count: 0 })).cast()
}

fn run() {
    let state = make();
    drop(unsafe { Box::from_raw(state) });
}
```

### Use instead
```rust
use std::ffi::c_void;

struct State {
    count: u64,
}

fn make() -> *mut c_void {
    Box::into_raw(Box::new(State { count: 0 })).cast()
}

fn run() {
    let state = make();
    drop(unsafe { Box::from_raw(state.cast::<State>()) });
}
```

### Limits
Types whose layouts are the same by a promise of the language (`repr(transparent)`,
`MaybeUninit<T>`, `ManuallyDrop<T>`, arrays and slices of equal length) are one layout. A size
that is not known on the path is compared only where both sides are the same expression.
"#,
    check: Check::Event(check),
    repair: Some(repair),
};

fn check(event: &Event) -> Option<Diagnostic> {
    let EventKind::Reclaim {
        by,
        fault:
            Fault::OtherLayout {
                have,
                want,
                alignment,
            },
    } = &event.kind
    else {
        return None;
    };
    let (done, by_name) = (wording::done(by.act), routine(by));
    let (have_text, want_text) = (layout(have), layout(want));
    // Raw memory for a type that is not aligned so: the words for both would be of one size.
    let over_aligned = *alignment && have.contains(" bytes") && !want.contains(" bytes");
    // The elements are the same: what differs is how many of them there is room for.
    let resized = have == want && have.starts_with('[');
    let another = || format!("{have_text} with another capacity");
    let message = match have.is_empty() {
        true => format!("a value of another type is {done} by {by_name} as {want_text}"),
        false if over_aligned => format!(
            "memory allocated as {have_text} is {done} by {by_name} with the alignment of {want_text}"
        ),
        false if resized => format!("memory is {done} by {by_name} as {}", another()),
        false => format!("memory allocated as {have_text} is {done} by {by_name} as {want_text}"),
    };
    let label = match resized {
        true => another(),
        false => want_text.clone(),
    };
    let why = match alignment {
        true => {
            "the sizes are equal, but the alignment is not the one that was asked for".to_owned()
        }
        false => why(have, want, &want_text),
    };
    let help = match over_aligned {
        true => {
            "keep it in a type whose `Drop` releases it with the alignment that it was allocated \
                 with, or let `#[repr(align(..))]` give it to the type that takes it over"
                .to_owned()
        }
        false => help(have, &want_text, by, event),
    };
    let d = Diagnostic::new(&LINT, event.site, message)
        .label(format!("{done} here as {label}"))
        .why(why)
        .help(help);
    Some(tell(d, event))
}

fn why(have: &str, want: &str, want_text: &str) -> String {
    match contents(want) {
        _ if have.is_empty() => format!(
            "{want_text} holds nothing, so that neither the value is dropped nor its memory released"
        ),
        "c_void" | "()" => {
            format!("{want_text} knows neither the size of the value nor its destructor")
        }
        _ => "the Rust global allocator must get back the size and alignment that it was asked for"
            .to_owned(),
    }
}

/// What a layout is of: `Pair` of `Box<Pair>`; a bare type speaks for itself.
fn contents(layout: &str) -> &str {
    match (head(layout), argument(layout)) {
        ("Box", Some(inner)) => head(inner),
        _ if layout.starts_with('[') => layout,
        _ => head(layout),
    }
}

fn help(have: &str, want_text: &str, by: &Routine, event: &Event) -> String {
    let measured = have.is_empty() || have.contains(" bytes");
    let many = |text: &str| contents(text).starts_with('[');
    match (container(&by.name), head(have)) {
        _ if have.is_empty() => {
            "cast back to the type it was made from before it is taken over".to_owned()
        }
        _ if by.name.ends_with("transmute") => format!(
            "make a new owner of the contents: what {} makes of this one releases it as {want_text}",
            routine(by)
        ),
        _ if measured && matches!(by.act, Act::Adopt | Act::Drop) => {
            "allocate it with the layout of the type that takes it over".to_owned()
        }
        (_, "Vec" | "String") | ("Vec" | "String", _) => {
            "keep the element type and the capacity and pass the same ones, or call \
             `into_boxed_slice()` before, which leaves the length only"
                .to_owned()
        }
        ("Box", _) if many(have) => "keep the length, and take it back with \
                                     `Box::from_raw(ptr::slice_from_raw_parts_mut(p, len))`"
            .to_owned(),
        ("Box", _) => format!(
            "cast back to the type it was made from: `Box::from_raw(p.cast::<{}>())`",
            argument(have)
                .filter(|_| head(have) == "Box")
                .unwrap_or(have)
        ),
        _ if by.act == Act::Adopt => {
            format!("give {} the layout that it was allocated with", routine(by))
        }
        _ => match wording::best_release(&event.block) {
            Some(name) => format!("give {} the layout that it was allocated with", code(name)),
            None => "release it with the layout that it was allocated with".to_owned(),
        },
    }
}

fn repair(event: &Event, shapes: &Shapes) -> Option<Suggestion> {
    let EventKind::Reclaim { by, .. } = &event.kind else {
        return None;
    };
    let Origin::Routine { by: from, at } = &event.block.origin else {
        return None;
    };
    let call = Call::at(shapes, event.site).filter(|call| call.is(by))?;
    if call.name() == "from_raw_parts" {
        return capacity(call);
    }
    let pointer = call.argument(0)?;
    let same = repair::comes_from(shapes, pointer, *at)?;
    let made = Call::at(shapes, *at).filter(|made| made.is(from))?;
    match (made.name(), call.name()) {
        ("into_raw", "from_raw") if same.exact && made.prefix() == call.prefix() => {
            // What becomes of it must not depend on its type, and it must not be dropped twice.
            repair::whole_statement(shapes, call.id)?;
            let function = shapes.span(repair::function(shapes, call.id)?);
            let by_hand = ["drop_in_place", "read"];
            if by_hand
                .iter()
                .any(|name| shapes.mentions(function, name) > 0)
            {
                return None;
            }
            let edit = repair::replace(shapes.span(pointer), shapes.text_of(same.id));
            repair::certain("take it back as the type that it was made from", vec![edit])
        }
        ("alloc" | "alloc_zeroed", "dealloc") => {
            let (given, wrong) = (made.argument(0)?, call.argument(1)?);
            if !is_known_at(shapes, given, call.id) {
                return None;
            }
            let text = shapes.text_of(given);
            let edit = repair::replace(shapes.span(wrong), text);
            repair::certain(format!("release it with the layout `{text}`"), vec![edit])
        }
        _ => None,
    }
}

/// `Vec::from_raw_parts(p, n, n)` of a vector that still has its name: it says its capacity itself.
fn capacity(call: Call<'_>) -> Option<Suggestion> {
    let (shapes, given) = (call.shapes, call.argument(2)?);
    // A cast pointer has elements of another type, which is another defect.
    let given_pointer = repair::plain(shapes, call.argument(0)?);
    let named = repair::bound(shapes, given_pointer).filter(|bound| !bound.mutable);
    let named = named.and_then(|bound| repair::initial(shapes, bound.by_let?));
    let pointer = Call::of(shapes, named.unwrap_or(given_pointer))?;
    let vector = pointer
        .receiver()
        .filter(|_| pointer.name() == "as_mut_ptr")?;
    let by_let = repair::bound(shapes, vector)?.by_let?;
    let kept = Call::of(shapes, repair::initial(shapes, by_let)?)?;
    let name = shapes.text_of(vector);
    let text = format!("{name}.capacity()");
    if !kept.prefix().ends_with("ManuallyDrop::") || shapes.text_of(given) == text {
        return None;
    }
    // Nothing that could make it grow stands behind the `let`.
    let function = repair::function(shapes, call.id)?;
    let (from, to) = (shapes.span(by_let), shapes.span(function).hi);
    let harmless = shapes.inside(function).filter(|id| {
        let asks = Call::of(shapes, *id).filter(|call| {
            matches!(call.name(), "as_mut_ptr" | "as_ptr" | "len" | "capacity")
                && shapes.span(*id).lo > from.hi
        });
        let asked = asks.and_then(|call| call.receiver());
        asked.is_some_and(|asked| shapes.text_of(asked) == name)
    });
    let behind = Span {
        lo: from.hi,
        hi: to,
        ..from
    };
    let is_certain = harmless.count() == shapes.mentions(behind, name);
    let edit = repair::replace(shapes.span(given), text);
    repair::graded(
        is_certain,
        "pass the capacity that the vector has",
        vec![edit],
    )
}

/// Whether the layout means the same at another place: a name that never changes and lives there, or
/// `Layout::new::<T>()`.
fn is_known_at(shapes: &Shapes, layout: Id, at: Id) -> bool {
    match shapes.kind(layout) {
        Kind::Call => shapes.children(layout).len() == 1,
        Kind::Path => repair::bound(shapes, layout)
            .filter(|bound| !bound.mutable)
            .and_then(|bound| repair::home(shapes, bound))
            .is_some_and(|home| shapes.around(at).any(|around| around == home)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, adopt, reclaim};
    use memlint_analysis::event::Block;

    fn other(have: &str, want: &str, by: &str, block: Block) -> Diagnostic {
        let fault = Fault::OtherLayout {
            have: have.to_owned(),
            want: want.to_owned(),
            alignment: false,
        };
        check(&reclaim(adopt(by), fault, block)).unwrap()
    }

    #[test]
    fn a_box_of_another_type() {
        let d = other(
            "Box<Pair>",
            "Box<c_void>",
            "Box::from_raw",
            sample::boxed("Pair"),
        );
        let message =
            "memory allocated as `Box<Pair>` is taken over by `Box::from_raw` as `Box<c_void>`";
        assert_eq!(d.message, message);
        assert!(d.notes[0].contains("destructor"));
        assert!(d.helps[0].ends_with("`Box::from_raw(p.cast::<Pair>())`"));
    }

    #[test]
    fn a_vec_with_another_capacity() {
        let block = sample::disowned("Vec::into_raw_parts", "Vec<u8>", "Vec::from_raw_parts");
        let d = other("Vec<u8>", "Vec<u32>", "Vec::from_raw_parts", block);
        assert!(d.helps[0].contains("capacity"));
    }

    #[test]
    fn only_the_alignment_differs() {
        let fault = Fault::OtherLayout {
            have: "n bytes".to_owned(),
            want: "[T]".to_owned(),
            alignment: true,
        };
        let by = adopt("Vec::from_raw_parts");
        let d = check(&reclaim(by, fault, sample::raw("n bytes"))).unwrap();
        let message = "memory allocated as n bytes is taken over by `Vec::from_raw_parts` with the \
                       alignment of `[T]`";
        assert_eq!(d.message, message);
        assert!(d.notes[0].starts_with("the sizes are equal"));
        assert!(d.helps[0].contains("`#[repr(align(..))]`"));
    }

    #[test]
    fn the_routine_that_takes_over_is_named() {
        let d = other("[u8]", "[i128]", "mem::transmute", sample::raw("[u8]"));
        let help = "make a new owner of the contents: what `mem::transmute` makes of this one \
                    releases it as `[i128]`";
        assert_eq!(d.helps, [help]);
    }

    #[test]
    fn raw_layouts_are_words() {
        let fault = Fault::OtherLayout {
            have: "16 bytes, align 8".to_owned(),
            want: "8 bytes, align 8".to_owned(),
            alignment: false,
        };
        let by = sample::routine("std::alloc::dealloc", wording::RUST, Act::Release);
        let d = check(&reclaim(by, fault, sample::raw("16 bytes, align 8"))).unwrap();
        let message = "memory allocated as 16 bytes, align 8 is released by `std::alloc::dealloc` \
                       as 8 bytes, align 8";
        assert_eq!(d.message, message);
        let help = "give `std::alloc::dealloc` the layout that it was allocated with";
        assert_eq!(d.helps, [help]);
    }
}
