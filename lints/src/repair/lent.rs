//! What an owner lent before it was given up: pointers that must not outlive it.

use super::{bound, function, home};
use memlint_analysis::lower::shape::{Id, Kind, Shapes};
use memlint_analysis::span::Span;

/// What became of the pointers that an owner lent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lent {
    /// None is used once the owner was given up.
    Never,
    /// They are used afterwards, but no longer than the owner's variable lives.
    InScope,
    /// They may be used for longer.
    Unknown,
}

/// What became of the pointers of the owner whose name stands there, and that the statement gives up.
/// The path that lost the memory went until `lost_at`.
pub(crate) fn lent(shapes: &Shapes, owner: Id, statement: Id, lost_at: Span) -> Lent {
    let uses = Uses::of(shapes, owner, statement);
    let Some(uses) = uses.filter(|uses| uses.all_seen && uses.straight) else {
        return Lent::Unknown;
    };
    let Some(last) = uses.last else {
        return Lent::Never;
    };
    // That path came by all uses: none of them keeps the pointer.
    let ends = uses.home.contains(lost_at) && last.hi <= lost_at.hi;
    match ends && !uses.again {
        true => Lent::InScope,
        false => Lent::Unknown,
    }
}

/// How the pointers of an owner are used.
struct Uses {
    /// The block of the owner's variable.
    home: Span,
    /// The last use behind the statement that gives the owner up.
    last: Option<Span>,
    /// Every path through the block comes by all uses.
    straight: bool,
    /// No macro has the names, nor another pattern.
    all_seen: bool,
    /// The owner's name occurs behind the statement.
    again: bool,
}

impl Uses {
    fn of(shapes: &Shapes, owner: Id, statement: Id) -> Option<Uses> {
        let bound = bound(shapes, owner)?;
        let block = home(shapes, bound)?;
        let declared = bound.by_let.unwrap_or(bound.binding);
        let (home, given_up) = (shapes.span(block), shapes.span(statement));
        let behind = |at: Span| Span { lo: at.hi, ..home };
        let before = Span {
            lo: shapes.span(declared).hi,
            hi: given_up.lo,
            ..home
        };
        let name = shapes.text_of(owner);
        let mut uses = Uses {
            home,
            last: None,
            straight: true,
            all_seen: true,
            again: shapes.mentions(behind(given_up), name) > 0,
        };
        let mut names = vec![(name, before)];
        let mut next = 0;
        while let Some(&(name, span)) = names.get(next) {
            let found = mentions(shapes, block, name, span);
            uses.all_seen &= found.len() == shapes.mentions(span, name);
            for id in found {
                if next == 0 && only_looks(shapes, id) {
                    continue;
                }
                uses.straight &= is_straight(shapes, id, block);
                if shapes.span(id).lo > given_up.hi {
                    uses.last = uses.last.max(Some(shapes.span(id)));
                }
                for (name, by_let) in named_from(shapes, id, block) {
                    if names.iter().all(|known| known.0 != name) {
                        names.push((name, behind(shapes.span(by_let))));
                    }
                }
            }
            next += 1;
        }
        Some(uses)
    }
}

/// Where the name stands in the place, as an expression.
fn mentions(shapes: &Shapes, block: Id, name: &str, place: Span) -> Vec<Id> {
    let here = |id: &Id| {
        let named = shapes.kind(*id) == Kind::Path && shapes.text_of(*id) == name;
        named && place.contains(shapes.span(*id))
    };
    shapes.inside(block).filter(here).collect()
}

/// Whether the owner is only asked or filled there.
fn only_looks(shapes: &Shapes, id: Id) -> bool {
    let harmless = [
        "capacity",
        "clear",
        "extend",
        "extend_from_slice",
        "insert",
        "is_empty",
        "len",
        "pop",
        "push",
        "push_str",
        "reserve",
        "resize",
        "truncate",
    ];
    let Some(parent) = shapes.parent(id) else {
        return false;
    };
    match shapes.kind(parent) {
        Kind::Method { name, .. } => {
            harmless.contains(&shapes.text(name)) && shapes.children(parent).first() == Some(&id)
        }
        _ => false,
    }
}

/// The names of the `let` in whose value it stands.
fn named_from(shapes: &Shapes, id: Id, block: Id) -> Vec<(&str, Id)> {
    let mut around = shapes.around(id).take_while(|at| *at != block);
    let by_let = around.find(|at| matches!(shapes.kind(*at), Kind::Let { .. }));
    let Some(by_let) = by_let else {
        return Vec::new();
    };
    let children = shapes.children(by_let).iter();
    let names = children.filter(|id| matches!(shapes.kind(**id), Kind::Binding { .. }));
    names.map(|id| (shapes.text_of(*id), by_let)).collect()
}

/// Whether every path through the block that does not leave before comes by the place.
fn is_straight(shapes: &Shapes, id: Id, block: Id) -> bool {
    let mut at = id;
    for around in shapes.around(id) {
        if around == block {
            return true;
        }
        let tested = shapes.children(around).first() == Some(&at);
        let straight = match shapes.kind(around) {
            Kind::If => tested,
            Kind::Loop | Kind::Closure | Kind::Function | Kind::Macro | Kind::Return => false,
            Kind::Other => {
                let span = shapes.span(around);
                let text = shapes.text(span);
                let lazy = text.contains("&&") || text.contains("||");
                !lazy && shapes.mentions(span, "match") == 0
            }
            _ => true,
        };
        if !straight {
            return false;
        }
        at = around;
    }
    false
}

/// Whether no local variable in the value lent a pointer that is used once the statement is past.
pub(crate) fn lends_nothing(shapes: &Shapes, value: Id, statement: Id, lost_at: Span) -> bool {
    let is_local = |id: Id| {
        let text = shapes.text_of(id);
        let binds =
            |at: Id| matches!(shapes.kind(at), Kind::Binding { .. }) && shapes.text_of(at) == text;
        function(shapes, id).is_some_and(|function| shapes.inside(function).any(binds))
    };
    let mut names = std::iter::once(value)
        .chain(shapes.inside(value))
        .filter(|id| shapes.kind(*id) == Kind::Path && is_local(*id));
    names.all(|id| lent(shapes, id, statement, lost_at) == Lent::Never)
}
