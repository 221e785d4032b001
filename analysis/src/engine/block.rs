//! What is known of one allocation on one path.

use super::lent::Lent;
use super::object::ObjectId;
use super::story::Place;
use super::value::{SiteId, ValueId};
use crate::event::{Fault, Routine, Step};
use crate::families::{FamilyId, Success};
use crate::name::Name;
use crate::span::Span;
use crate::types::Ty;
use std::rc::Rc;

/// Who may take a block back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Family {
    /// A family of the tables, the Rust containers' included.
    Known(FamilyId),
    /// Came from this foreign routine, whose family has no name.
    Foreign(Name),
    /// Not known.
    Unknown,
}

/// What was asked for.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Layout {
    /// One value of the type.
    One(Ty),
    /// A number of values of the type.
    Many(Ty, ValueId),
    /// A size and an alignment in bytes.
    Bytes { size: ValueId, align: ValueId },
    /// Not known, or of no importance to the family.
    Unknown,
}

/// Whether a block lives.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Status {
    /// It does.
    Live,
    /// It was given back.
    Ended(Rc<End>),
    /// Nobody can say.
    Unsure,
}

/// How a block ended.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct End {
    pub(crate) by: Routine,
    pub(crate) at: Span,
    /// By `realloc(p, 0)`: some libraries release, some do not.
    pub(crate) zero_resize: bool,
    /// The calling context in which it ended.
    pub(crate) site: SiteId,
    /// After so many steps of the root.
    pub(crate) step: u32,
}

/// Whether the pointer that came back is null.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Null {
    No,
    Maybe,
    Yes,
}

/// Where the pointer went.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Escape {
    /// Nowhere.
    No,
    /// Into a collection of raw pointers, whose buffer this is.
    Element(ObjectId),
    /// To a foreign call as a callback's data; the call's status says whether it was taken.
    Given(ValueId),
    /// Only into foreign calls as an argument; the first of them.
    Borrowed(Name, SiteId),
    /// Out of view.
    Away,
}

/// How a block came about.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Birth {
    /// A routine in view.
    Routine(Rc<Routine>),
    /// A parameter that owns it, or a pointer parameter.
    Parameter(Name),
    /// An owner that came from somewhere.
    Unknown,
}

/// One allocation on one path.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) birth: Birth,
    /// Where.
    pub(crate) born_at: Span,
    /// In which calling context.
    pub(crate) site: SiteId,
    pub(crate) family: Family,
    pub(crate) layout: Layout,
    /// What the present owner holds, as its type says.
    pub(crate) owner_ty: Ty,
    pub(crate) status: Status,
    pub(crate) null: Null,
    /// Owners alive that will release it; for counted blocks the counts they hold.
    pub(crate) owners: i16,
    /// Counts held by raw pointers (`Rc::into_raw`); 0 or 1 for others.
    pub(crate) raw: i16,
    /// Where the second owner was made, if two live.
    pub(crate) second: Option<Rc<(Routine, Span)>>,
    /// One of the two is out of view.
    pub(crate) one_away: bool,
    /// The present owner must not release it; said when it is certain that it will.
    pub(crate) pending: Option<Rc<Pending>>,
    /// Where the present owner was made.
    pub(crate) owned_at: Span,
    /// The Rust routine that gave it up.
    pub(crate) disowned: Option<Rc<(Routine, Span)>>,
    /// Where the last variable of the root's that held a pointer to it went out of scope.
    pub(crate) out_of_scope: Option<Span>,
    pub(crate) escape: Escape,
    /// Somebody out of view may hold a count as well.
    pub(crate) shared: bool,
    /// Which routine took it over for good.
    pub(crate) taken: Option<Rc<Taken>>,
    /// Null may stand for nothing, not for a failure.
    pub(crate) empty: bool,
    /// To lose it is no report.
    pub(crate) kept: bool,
    /// Foreign routines that got it as an argument, if nobody else did.
    pub(crate) lent_to: Option<Lent>,
    /// The status that said that it was made, of an out-parameter.
    pub(crate) told_by: Option<ValueId>,
    /// Holds no more than a number or a pointer: who gets it writes there, and keeps nothing.
    pub(crate) cell: bool,
    /// Read by Rust code after a foreign call got it.
    pub(crate) read_back: bool,
    /// A pointer to it was taken from its owner (`as_ptr`).
    pub(crate) lent: bool,
    /// Came from or went through a resize; the place is the failed one, if it failed.
    pub(crate) resize_failed: Option<Span>,
    pub(crate) resized: bool,
    /// A finding about it was made: nothing more is said on this path.
    pub(crate) reported: bool,
    /// The story so far, newest first.
    pub(crate) steps: Option<Rc<Trail>>,
}

/// A routine out of view took a block over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Taken {
    pub(crate) by: Routine,
    pub(crate) at: Span,
    /// What it returned, and what that says if it did.
    pub(crate) status: ValueId,
    pub(crate) success: Option<Success>,
}

/// A wrong adoption, to be reported when the owner is dropped or handed on.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) by: Routine,
    pub(crate) fault: Fault,
    pub(crate) place: Place,
    pub(crate) since: SiteId,
}

/// A linked list of steps, newest first.
#[derive(Debug)]
pub(crate) struct Trail {
    pub(crate) step: Step,
    pub(crate) before: Option<Rc<Trail>>,
}

impl PartialEq for Block {
    /// Equal for the future: the story does not count.
    fn eq(&self, other: &Block) -> bool {
        self.status_eq(other)
            && self.null == other.null
            && self.owners == other.owners
            && self.raw == other.raw
            && self.escape == other.escape
            && self.lent_to == other.lent_to
            && self.shared == other.shared
            && self.taken == other.taken
            && self.lent == other.lent
            && self.read_back == other.read_back
            && self.one_away == other.one_away
            && self.family == other.family
            && self.layout == other.layout
            && self.reported == other.reported
            && self.second.is_some() == other.second.is_some()
            && self.pending.is_some() == other.pending.is_some()
            && self.disowned.is_some() == other.disowned.is_some()
            && self.resize_failed.is_some() == other.resize_failed.is_some()
    }
}

impl Block {
    fn status_eq(&self, other: &Block) -> bool {
        match (&self.status, &other.status) {
            (Status::Ended(a), Status::Ended(b)) => a.at == b.at && a.zero_resize == b.zero_resize,
            (a, b) => a == b,
        }
    }

    pub(crate) fn push_step(&mut self, step: Step) {
        self.steps = Some(Rc::new(Trail {
            step,
            before: self.steps.take(),
        }));
    }

    /// The story, oldest first.
    pub(crate) fn story(&self) -> Vec<Step> {
        let mut out = Vec::new();
        let mut at = &self.steps;
        while let Some(trail) = at {
            out.push(trail.step.clone());
            at = &trail.before;
        }
        out.reverse();
        out
    }

    /// Its owner was put out of action without asking for the pointer: `forget`, `ManuallyDrop`.
    pub(crate) fn is_forgotten(&self) -> bool {
        let forgets = |name: &str| name.contains("forget") || name.contains("ManuallyDrop");
        self.disowned.as_ref().is_some_and(|d| forgets(&d.0.name))
    }

    /// It is null, or null may stand for nothing and nobody asked.
    pub(crate) fn may_be_nothing(&self) -> bool {
        self.null == Null::Yes || self.empty && self.null == Null::Maybe
    }

    pub(crate) fn is_live(&self) -> bool {
        matches!(self.status, Status::Live)
    }
}
