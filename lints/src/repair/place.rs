//! What may stand where: statements that may go, names that may be used.

use super::{Call, function, is_drop};
use memlint_analysis::lower::shape::{Id, Kind, Shapes};
use memlint_analysis::span::Span;

/// The statement that consists of the call: it may stand in `drop(..)`, in parentheses, and in an
/// `unsafe` block of its own, and its value goes nowhere.
pub(crate) fn whole_statement(shapes: &Shapes, call: Id) -> Option<Id> {
    // Of these it is known that there is no value that a block could pass on.
    let release =
        Call::of(shapes, call).is_some_and(|call| matches!(call.name(), "free" | "dealloc"));
    let mut valueless = release || is_drop(shapes, call);
    let mut at = call;
    loop {
        let parent = shapes.parent(at)?;
        match shapes.kind(parent) {
            Kind::Paren | Kind::Unsafe => {}
            Kind::Call if is_drop(shapes, parent) => valueless = true,
            Kind::Statement => {
                valueless |= shapes.text_of(parent).ends_with(';');
                if !is_alone_in_unsafe(shapes, parent) {
                    return valueless.then_some(parent);
                }
            }
            Kind::Block if shapes.kind(at) == Kind::Statement => {}
            Kind::Let { name, .. } if name.is_some_and(|name| shapes.text(name) == "_") => {
                return Some(parent);
            }
            _ => return None,
        }
        at = parent;
    }
}

/// The statement with a semicolon in which the place is evaluated once and on every path; it ends
/// there, and an `unsafe` block around its value is part of it.
pub(crate) fn ended_statement(shapes: &Shapes, id: Id) -> Option<Id> {
    let statement = super::statement(shapes, id)?;
    straight(shapes, id, shapes.parent(statement)?)?;
    match shapes.text_of(statement).ends_with(';') {
        true => Some(statement),
        false if is_alone_in_unsafe(shapes, statement) => ended_statement(shapes, statement),
        false => None,
    }
}

fn is_alone_in_unsafe(shapes: &Shapes, statement: Id) -> bool {
    let block = shapes.parent(statement);
    let around = block.and_then(|block| shapes.parent(block));
    let alone = block.is_some_and(|block| shapes.children(block).len() == 1);
    alone && around.is_some_and(|around| shapes.kind(around) == Kind::Unsafe)
}

/// The statement of `block` in which the place stands, if nothing between them makes it conditional
/// or repeats it.
pub(crate) fn straight(shapes: &Shapes, id: Id, block: Id) -> Option<Id> {
    let mut at = id;
    loop {
        let parent = shapes.parent(at)?;
        if parent == block {
            return Some(at);
        }
        match shapes.kind(parent) {
            Kind::Paren | Kind::Unsafe | Kind::Block | Kind::Statement | Kind::Let { .. } => {}
            Kind::Call | Kind::Method { .. } | Kind::Cast | Kind::Deref | Kind::Assign => {}
            Kind::Path | Kind::Field | Kind::Reference => {}
            _ => return None,
        }
        at = parent;
    }
}

/// Whether a name occurs between the end of a node and the end of the function.
pub(crate) fn is_used_after(shapes: &Shapes, id: Id, name: &str) -> bool {
    function(shapes, id).is_none_or(|function| {
        let (span, end) = (shapes.span(id), shapes.span(function).hi);
        shapes.mentions(
            Span {
                lo: span.hi,
                hi: end,
                ..span
            },
            name,
        ) > 0
    })
}

/// The type as it can be written there: by its name if a `use` brings it in, else by its path.
pub(crate) fn path_of(shapes: &Shapes, at: Id, module: &str, name: &str) -> String {
    let home = |id: Id| {
        shapes
            .around(id)
            .find(|id| shapes.kind(*id) == Kind::Module)
    };
    let brings = |id: &Id| {
        let span = shapes.span(*id);
        let renamed = shapes.mentions(span, "as") > 0;
        shapes.kind(*id) == Kind::Use && shapes.mentions(span, name) > 0 && !renamed
    };
    let known = shapes.all().filter(brings).any(|id| home(id) == home(at));
    match known {
        true => name.to_owned(),
        false => format!("{module}::{name}"),
    }
}

/// The statement `return ..;` at or around the place.
pub(crate) fn leaving(shapes: &Shapes, at: Span) -> Option<Id> {
    let value = shapes.expression(at)?;
    let mut chain = std::iter::once(value).chain(shapes.around(value));
    let leave = chain.find(|id| shapes.kind(*id) == Kind::Return)?;
    let statement = shapes.parent(leave)?;
    (shapes.kind(statement) == Kind::Statement).then_some(statement)
}

/// Whether the function can be called by this path: it is named so elsewhere, or imported, or its
/// crate is known to have it.
pub(crate) fn is_callable(shapes: &Shapes, prefix: &str, name: &str) -> bool {
    let path = format!("{prefix}{name}");
    let crates = ["libc::", "std::alloc::", "alloc::alloc::"];
    let known = crates.contains(&prefix.trim_start_matches("::"));
    let imported =
        |id: Id| shapes.kind(id) == Kind::Use && shapes.mentions(shapes.span(id), name) > 0;
    known || shapes.names(&path) || prefix.is_empty() && shapes.all().any(imported)
}

/// `std`, or `core` in a file that knows nothing of `std`.
pub(crate) fn library(shapes: &Shapes) -> &'static str {
    let (mut first, mut last) = (None, None);
    for id in shapes.all() {
        first = first.or(Some(shapes.span(id)));
        last = last.max(Some(shapes.span(id).hi));
    }
    let whole = first.zip(last).map(|(first, hi)| Span { hi, ..first });
    let knows = |name| whole.is_some_and(|whole| shapes.mentions(whole, name) > 0);
    match knows("core") && !knows("std") {
        true => "core",
        false => "std",
    }
}

/// A new name for a local variable: one that the function does not use.
pub(crate) fn fresh<'n>(shapes: &Shapes, at: Id, names: &[&'n str]) -> Option<&'n str> {
    let span = shapes.span(function(shapes, at)?);
    let free = |name: &&&str| shapes.mentions(span, name) == 0;
    names.iter().find(free).copied()
}

/// Whether evaluating it twice is the same as once: a name, a field, or a path's call without
/// arguments.
pub(crate) fn is_repeatable(shapes: &Shapes, id: Id) -> bool {
    match shapes.kind(id) {
        Kind::Path => true,
        Kind::Call => shapes.children(id).len() == 1,
        Kind::Field | Kind::Paren | Kind::Reference => shapes
            .children(id)
            .iter()
            .all(|id| is_repeatable(shapes, *id)),
        _ => false,
    }
}
