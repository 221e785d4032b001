//! Exits: what a name means there, and whether the others deal with it.

use super::{Call, bare, function, straight};
use memlint_analysis::lower::shape::{Id, Kind, Shapes};

/// A pointer that a `let` names.
#[derive(Clone, Copy)]
pub(crate) struct Named<'s> {
    pub(crate) shapes: &'s Shapes,
    pub(crate) by_let: Id,
    pub(crate) name: &'s str,
}

impl<'s> Named<'s> {
    /// The name of the `let`, if it has one.
    pub(crate) fn of(shapes: &'s Shapes, by_let: Id) -> Option<Named<'s>> {
        let Kind::Let { name, .. } = shapes.kind(by_let) else {
            return None;
        };
        let name = shapes.text(name?);
        (name != "_").then_some(Named {
            shapes,
            by_let,
            name,
        })
    }

    /// Whether the pointer can be released before the statement that leaves, and nowhere else has to
    /// be: the name still means it there, and every other way out deals with it.
    pub(crate) fn is_forgotten_only_at(self, leave: Id) -> bool {
        self.is_meant_at(leave) && self.exits(leave).all(|exit| self.deals(exit, leave))
    }

    /// Whether the name is neither bound again nor assigned between its `let` and the place.
    fn is_meant_at(self, at: Id) -> bool {
        let shapes = self.shapes;
        let (Some(home), Some(function)) =
            (shapes.parent(self.by_let), function(shapes, self.by_let))
        else {
            return false;
        };
        let (from, to) = (shapes.span(self.by_let).hi, shapes.span(at).lo);
        let between = |id: &Id| (from..to).contains(&shapes.span(*id).lo);
        let mut changes = shapes.inside(function).filter(between);
        let changed = changes.any(|id| match shapes.kind(id) {
            Kind::Binding { .. } => shapes.text_of(id) == self.name,
            Kind::Assign => {
                let target = shapes.children(id).first();
                target.is_some_and(|target| shapes.text_of(*target) == self.name)
            }
            _ => false,
        });
        !changed && shapes.around(at).any(|around| around == home)
    }

    /// The other places at which the block of the `let` is left; for its end its last part.
    fn exits(self, leave: Id) -> impl Iterator<Item = Id> {
        let shapes = self.shapes;
        let home = shapes.parent(self.by_let);
        let (begin, left) = (shapes.span(self.by_let).hi, shapes.span(leave));
        let inside = home.into_iter().flat_map(|home| shapes.inside(home));
        let jumps = inside.filter(move |id| {
            let span = shapes.span(*id);
            span.lo >= begin && !left.contains(span) && self.is_jump(*id)
        });
        let last = home.and_then(|home| shapes.children(home).last().copied());
        let end = last.filter(move |last| {
            let whole = shapes.children(*last).first();
            let jumps = whole.is_some_and(|id| shapes.kind(*id) == Kind::Return);
            !jumps && *last != self.by_let
        });
        jumps.chain(end)
    }

    /// Whether control leaves the block of the `let` at the node.
    fn is_jump(self, id: Id) -> bool {
        let shapes = self.shapes;
        let home = shapes.parent(self.by_let);
        let around = || shapes.around(id).take_while(move |at| Some(*at) != home);
        let within = |kind| around().any(|at| shapes.kind(at) == kind);
        let text = || shapes.text_of(id);
        match shapes.kind(id) {
            Kind::Return | Kind::Try => !within(Kind::Closure),
            Kind::Other if text().starts_with("break") || text().starts_with("continue") => {
                !within(Kind::Loop)
            }
            _ => false,
        }
    }

    /// Whether the exit hands the pointer out, or is only reached where it is null, released or kept.
    fn deals(self, exit: Id, leave: Id) -> bool {
        let shapes = self.shapes;
        let tests = shapes
            .around(exit)
            .filter(|id| shapes.kind(*id) == Kind::If);
        let mut conditions = tests.filter_map(|id| shapes.children(id).first().copied());
        self.hands_out(exit)
            || conditions.any(|id| self.occurs_in(id))
            || self.ends_before(exit, leave)
    }

    /// Whether the value that goes out holds the pointer.
    fn hands_out(self, id: Id) -> bool {
        let shapes = self.shapes;
        let id = bare(shapes, id);
        let mut children = shapes.children(id).iter();
        match shapes.kind(id) {
            Kind::Path => shapes.text_of(id) == self.name,
            Kind::Return | Kind::Statement | Kind::Reference => {
                children.any(|id| self.hands_out(*id))
            }
            Kind::Call => {
                let made = Call::of(shapes, id).is_some_and(|call| {
                    call.name().starts_with(char::is_uppercase) || call.name().starts_with("new")
                });
                made && children.any(|id| self.hands_out(*id))
            }
            Kind::If | Kind::Other => self.occurs_in(id),
            _ => false,
        }
    }

    /// Whether a call or an assignment on the way to the exit has released or kept the pointer. A call
    /// that the forgetting path came by as well has not.
    fn ends_before(self, exit: Id, leave: Id) -> bool {
        let shapes = self.shapes;
        let (from, to) = (shapes.span(self.by_let).hi, shapes.span(exit).hi);
        let home = shapes.parent(self.by_let);
        let inside = home.into_iter().flat_map(|home| shapes.inside(home));
        let mut before = inside.filter(|id| {
            let span = shapes.span(*id);
            span.lo >= from && span.hi <= to
        });
        let last_part = |id: Id| id == exit || shapes.around(id).any(|at| at == exit);
        before.any(|id| {
            let on_the_way = |to: Id| {
                let mut blocks = shapes.around(to);
                blocks.any(|block| straight(shapes, id, block).is_some())
            };
            self.may_end(id)
                && (last_part(id) || on_the_way(exit))
                && (self.releases(id) || shapes.span(id).lo > shapes.span(leave).lo)
        })
    }

    /// Whether it is a call that gets the pointer, or an assignment of it.
    fn may_end(self, id: Id) -> bool {
        let shapes = self.shapes;
        let mut given = shapes.children(id).iter().skip(1);
        let takes = matches!(
            shapes.kind(id),
            Kind::Call | Kind::Method { .. } | Kind::Assign
        );
        takes && given.any(|id| shapes.text_of(bare(shapes, *id)) == self.name)
    }

    fn releases(self, id: Id) -> bool {
        let words = ["free", "dealloc", "release", "destroy", "from_raw", "drop"];
        let named = Call::of(self.shapes, id).map(Call::name);
        named.is_some_and(|name| words.iter().any(|word| name.contains(word)))
    }

    fn occurs_in(self, id: Id) -> bool {
        self.shapes.mentions(self.shapes.span(id), self.name) > 0
    }
}
