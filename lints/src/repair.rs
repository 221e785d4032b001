//! What the repairs share: calls as they are written, where a pointer comes from, and what may go.
//!
//! A repair is offered only where the text has one of the forms that are known to be right. It is
//! called certain only where it is right on every path: what an event says holds for one path, so the
//! pointer has to come from the named call on all of them, by a name that is bound once.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Suggestion};
use memlint_analysis::event::{Act, Routine};
use memlint_analysis::lower::shape::{Id, Kind, Shapes};
use memlint_analysis::span::{Pos, Span};

/// Adds the repair of the finding, if its lint knows one for the way the code is written. The shapes
/// are those of the file in which it is reported.
pub fn suggest(finding: &mut Diagnostic, shapes: &Shapes) {
    let Some(event) = &finding.event else { return };
    // What a macro brings in stands in all of its calls.
    if event.call.is_some() {
        return;
    }
    let repair = finding.lint.repair.and_then(|repair| repair(event, shapes));
    finding.suggestions.extend(repair);
}

/// A repair that is right on every path.
pub(crate) fn certain(message: impl Into<String>, edits: Vec<Edit>) -> Option<Suggestion> {
    Some(Suggestion {
        edits,
        message: message.into(),
        applicability: Applicability::MachineApplicable,
    })
}

/// A repair that somebody has to read.
pub(crate) fn likely(message: impl Into<String>, edits: Vec<Edit>) -> Option<Suggestion> {
    Some(Suggestion {
        applicability: Applicability::MaybeIncorrect,
        ..certain(message, edits)?
    })
}

/// Certain or likely.
pub(crate) fn graded(
    is_certain: bool,
    message: impl Into<String>,
    edits: Vec<Edit>,
) -> Option<Suggestion> {
    match is_certain {
        true => certain(message, edits),
        false => likely(message, edits),
    }
}

/// Puts a text in the place of another.
pub(crate) fn replace(span: Span, text: impl Into<String>) -> Edit {
    Edit {
        span,
        replacement: text.into(),
    }
}

/// Puts a text before a place.
pub(crate) fn before(span: Span, text: impl Into<String>) -> Edit {
    replace(
        Span {
            hi: span.lo,
            ..span
        },
        text,
    )
}

/// Puts a text behind a place.
pub(crate) fn after(span: Span, text: impl Into<String>) -> Edit {
    replace(
        Span {
            lo: span.hi,
            ..span
        },
        text,
    )
}

/// Puts a statement on a line of its own behind another one, and behind the comment at its end.
pub(crate) fn line_after(shapes: &Shapes, statement: Id, text: &str) -> Edit {
    let span = shapes.span(statement);
    let (end, indent) = (shapes.line_end(), shapes.indent(span.lo));
    let comment = shapes.behind(span.hi);
    let mut hi = span.hi;
    if comment.trim_start().starts_with("//") {
        hi.column += comment.chars().count() as u32;
    }
    after(Span { hi, ..span }, format!("{end}{indent}{text}"))
}

/// Puts a statement on a line of its own before another one.
pub(crate) fn line_before(shapes: &Shapes, statement: Id, text: &str) -> Edit {
    let span = shapes.span(statement);
    let (end, indent) = (shapes.line_end(), shapes.indent(span.lo));
    before(span, format!("{text}{end}{indent}"))
}

/// Takes a statement away, with its line if it is alone there; a comment behind it takes its place.
pub(crate) fn remove(shapes: &Shapes, statement: Id) -> Edit {
    let mut span = shapes.span(statement);
    let behind = shapes.behind(span.hi);
    let comment = behind.trim_start();
    if comment.starts_with("//") {
        span.hi.column += (behind.len() - comment.len()) as u32;
    }
    replace(shapes.with_line(span), "")
}

/// A call as it is written.
#[derive(Clone, Copy)]
pub(crate) struct Call<'s> {
    pub(crate) shapes: &'s Shapes,
    pub(crate) id: Id,
}

impl<'s> Call<'s> {
    /// The call that stands exactly there.
    pub(crate) fn at(shapes: &'s Shapes, span: Span) -> Option<Call<'s>> {
        Call::of(shapes, shapes.expression(span)?)
    }

    /// The node, if it is a call of a path or of a method.
    pub(crate) fn of(shapes: &'s Shapes, id: Id) -> Option<Call<'s>> {
        let call = Call { shapes, id };
        let is_call = match shapes.kind(id) {
            Kind::Method { .. } => true,
            Kind::Call => call.path().is_some(),
            _ => false,
        };
        is_call.then_some(call)
    }

    pub(crate) fn span(self) -> Span {
        self.shapes.span(self.id)
    }

    /// Whether it is written as a call of the routine that the event speaks of, not of a helper.
    pub(crate) fn is(self, routine: &Routine) -> bool {
        match routine.act {
            Act::Drop => is_drop(self.shapes, self.id),
            _ => last(&routine.name) == self.name(),
        }
    }

    /// The callee, if it is a path.
    pub(crate) fn path(self) -> Option<Id> {
        let callee = *self.shapes.children(self.id).first()?;
        let path = self.shapes.kind(callee) == Kind::Path;
        (self.shapes.kind(self.id) == Kind::Call && path).then_some(callee)
    }

    /// The receiver, if it is a method call.
    pub(crate) fn receiver(self) -> Option<Id> {
        let method = matches!(self.shapes.kind(self.id), Kind::Method { .. });
        let first = self.shapes.children(self.id).first().copied();
        first.filter(|_| method)
    }

    /// The last name: `free`.
    pub(crate) fn name(self) -> &'s str {
        match (self.shapes.kind(self.id), self.path()) {
            (Kind::Method { name, .. }, _) => self.shapes.text(name),
            (_, Some(path)) => last(self.shapes.text_of(path)),
            (_, None) => "",
        }
    }

    /// What stands before the last name: `libc::`.
    pub(crate) fn prefix(self) -> &'s str {
        let path = self.path().map_or("", |path| self.shapes.text_of(path));
        path.strip_suffix(last(path)).unwrap_or("")
    }

    /// An argument, from 0; the receiver is none.
    pub(crate) fn argument(self, n: usize) -> Option<Id> {
        self.shapes.children(self.id).get(n + 1).copied()
    }
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path).trim()
}

/// Without parentheses, and an `unsafe` around nothing else.
pub(crate) fn plain(shapes: &Shapes, mut id: Id) -> Id {
    loop {
        let inner = match shapes.kind(id) {
            Kind::Paren | Kind::Unsafe | Kind::Block => shapes.children(id),
            Kind::Statement if !shapes.text_of(id).ends_with(';') => shapes.children(id),
            _ => return id,
        };
        match inner {
            [inner] => id = *inner,
            _ => return id,
        }
    }
}

/// Without the casts around it as well.
pub(crate) fn bare(shapes: &Shapes, id: Id) -> Id {
    let id = plain(shapes, id);
    let cast = match shapes.kind(id) {
        Kind::Cast => true,
        Kind::Method { name, .. } => {
            matches!(shapes.text(name), "cast" | "cast_mut" | "cast_const")
        }
        _ => false,
    };
    match shapes.children(id).first() {
        Some(inner) if cast => bare(shapes, *inner),
        _ => id,
    }
}

/// Whether the pointer's type has to be found out from what is done with it.
pub(crate) fn is_untyped_cast(shapes: &Shapes, id: Id) -> bool {
    let id = plain(shapes, id);
    match shapes.kind(id) {
        Kind::Cast => shapes.text_of(id).ends_with('_'),
        Kind::Method { name, turbofish } => shapes.text(name) == "cast" && !turbofish,
        _ => false,
    }
}

/// The function around it.
pub(crate) fn function(shapes: &Shapes, id: Id) -> Option<Id> {
    let mut around = shapes.around(id);
    around.find(|id| shapes.kind(*id) == Kind::Function)
}

/// The statement around it, a `let` included.
pub(crate) fn statement(shapes: &Shapes, id: Id) -> Option<Id> {
    let mut around = shapes.around(id);
    around.find(|id| matches!(shapes.kind(*id), Kind::Statement | Kind::Let { .. }))
}

/// Whether an `unsafe` block is around it.
pub(crate) fn in_unsafe(shapes: &Shapes, id: Id) -> bool {
    let mut around = shapes.around(id);
    around.any(|id| shapes.kind(id) == Kind::Unsafe)
}

/// Where a name gets its value: the only place of the function where it is bound.
#[derive(Clone, Copy)]
pub(crate) struct Bound {
    pub(crate) binding: Id,
    pub(crate) mutable: bool,
    pub(crate) owned: bool,
    /// The `let`, if it binds this name alone.
    pub(crate) by_let: Option<Id>,
}

/// Where the name at this place is bound: by the last `let` before whose block is around, or else by a
/// parameter. `None` if it is no name, or if a pattern of another kind binds it as well.
pub(crate) fn bound(shapes: &Shapes, id: Id) -> Option<Bound> {
    let name = shapes.text_of(id);
    if shapes.kind(id) != Kind::Path || !name.chars().all(|c| c == '_' || c.is_alphanumeric()) {
        return None;
    }
    let function = function(shapes, id)?;
    let mut found: Option<Bound> = None;
    for at in shapes.inside(function) {
        let Kind::Binding { mutable, owned } = shapes.kind(at) else {
            continue;
        };
        if shapes.text_of(at) != name {
            continue;
        }
        let parent = shapes.parent(at)?;
        let alone = match shapes.kind(parent) {
            Kind::Let { name: own, .. } => own == Some(shapes.span(at)),
            Kind::Function if parent == function => false,
            _ => return None,
        };
        let new = Bound {
            binding: at,
            mutable,
            owned,
            by_let: alone.then_some(parent),
        };
        // A `let` holds from its end to the end of its block.
        let begun = alone && shapes.span(parent).hi > shapes.span(id).lo;
        let here = home(shapes, new).is_some_and(|home| shapes.around(id).any(|at| at == home));
        if here && !begun {
            found = Some(new);
        } else if home(shapes, new).is_none() {
            return None;
        }
    }
    found
}

/// The value of a `let`.
pub(crate) fn initial(shapes: &Shapes, of: Id) -> Option<Id> {
    let mut children = shapes.children(of).iter().copied();
    children.find(|id| !matches!(shapes.kind(*id), Kind::Binding { .. }))
}

/// The `let` that names what the call returns, casts and an `unsafe` around it left out.
pub(crate) fn named_by(shapes: &Shapes, call: Id) -> Option<Id> {
    let mut around = shapes.around(call);
    let by_let = around.find(|id| matches!(shapes.kind(*id), Kind::Let { .. }))?;
    let value = initial(shapes, by_let)?;
    (bare(shapes, value) == call).then_some(by_let)
}

/// The value itself, or what a name that never changes stands for.
pub(crate) fn value(shapes: &Shapes, id: Id) -> Id {
    let id = bare(shapes, id);
    let named = bound(shapes, id).filter(|bound| !bound.mutable);
    let value = named.and_then(|bound| initial(shapes, bound.by_let?));
    value.map_or(id, |value| bare(shapes, value))
}

/// A pointer that is on every path what one call returned.
#[derive(Clone, Copy)]
pub(crate) struct Same {
    /// The pointer without casts.
    pub(crate) id: Id,
    /// Whether it has the type that the call returns.
    pub(crate) exact: bool,
}

/// Whether the pointer is on every path what the call at `origin` returned.
pub(crate) fn comes_from(shapes: &Shapes, pointer: Id, origin: Span) -> Option<Same> {
    let id = bare(shapes, pointer);
    if shapes.span(id) == origin {
        return Some(Same { id, exact: true });
    }
    let bound = bound(shapes, id).filter(|bound| !bound.mutable)?;
    let by_let = bound.by_let?;
    let value = initial(shapes, by_let)?;
    let typed = matches!(shapes.kind(by_let), Kind::Let { typed: true, .. });
    let same = shapes.span(bare(shapes, value)) == origin;
    let exact = !typed && shapes.span(plain(shapes, value)) == origin;
    same.then_some(Same { id, exact })
}

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

fn is_alone_in_unsafe(shapes: &Shapes, statement: Id) -> bool {
    let block = shapes.parent(statement);
    let around = block.and_then(|block| shapes.parent(block));
    let alone = block.is_some_and(|block| shapes.children(block).len() == 1);
    alone && around.is_some_and(|around| shapes.kind(around) == Kind::Unsafe)
}

/// Whether it is `drop(..)`.
pub(crate) fn is_drop(shapes: &Shapes, id: Id) -> bool {
    Call::of(shapes, id).is_some_and(|call| {
        call.name() == "drop" && ["", "mem::", "std::mem::", "core::mem::"].contains(&call.prefix())
    })
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

/// The block in which a name lives: that of its `let`, or of the function whose parameter it is.
pub(crate) fn home(shapes: &Shapes, bound: Bound) -> Option<Id> {
    if let Some(by_let) = bound.by_let {
        return shapes.parent(by_let);
    }
    let parent = shapes.parent(bound.binding)?;
    let children = shapes.children(parent);
    let block = children.iter().find(|id| shapes.kind(**id) == Kind::Block);
    block
        .copied()
        .filter(|_| shapes.kind(parent) == Kind::Function)
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

/// Whether the function can be called by this path: it is called so elsewhere, or imported, or its
/// crate is known to have it.
pub(crate) fn is_callable(shapes: &Shapes, prefix: &str, name: &str) -> bool {
    let path = format!("{prefix}{name}");
    let crates = ["libc::", "std::alloc::", "alloc::alloc::"];
    let known = crates.contains(&prefix.trim_start_matches("::"));
    known
        || shapes.all().any(|id| match shapes.kind(id) {
            Kind::Path => shapes.text_of(id) == path,
            Kind::Use => prefix.is_empty() && shapes.mentions(shapes.span(id), name) > 0,
            _ => false,
        })
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

/// From one position to another of the same file.
pub(crate) fn between(lo: Pos, hi: Span) -> Span {
    Span {
        lo,
        hi: hi.lo,
        ..hi
    }
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
