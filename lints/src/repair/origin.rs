//! Where a value comes from: names, casts and what surrounds them.

use memlint_analysis::lower::shape::{Id, Kind, Shapes};
use memlint_analysis::span::Span;

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
