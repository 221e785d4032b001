//! The audit: what became of the memory at every place that allocates, converts or releases by hand.
//!
//! Facts alone, without verdict and wording. What was not seen is a gap; a place without gaps, and
//! with an end that was seen, is one of which every path that returns was followed.

use crate::event::Act;
use crate::name::Name;
use crate::span::Span;

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// All places, in the order of file and line.
    pub sites: Vec<Site>,
    /// Code that was not lowered: it may hold places that nobody counted.
    pub unread: Vec<Unread>,
}

/// A call that allocates, converts or releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The call.
    pub at: Span,
    /// The whole function around it.
    pub within: Span,
    /// Its crate.
    pub krate: Name,
    /// Its module, the crate's name left out; empty for the crate's root.
    pub module: String,
    /// The function around it (`Type::method`).
    pub function: String,
    /// The routine as it is spoken of: `libc::free`, `Box::from_raw`.
    pub routine: String,
    /// What the routine does.
    pub act: Act,
    /// How the memory ended well, on the paths that were seen.
    pub ends: Vec<End>,
    /// What was not seen.
    pub gaps: Vec<Gap>,
}

/// Code that was not lowered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Where.
    pub at: Span,
    /// Its crate.
    pub krate: Name,
    /// Its module.
    pub module: String,
    /// The function around it.
    pub function: String,
}

/// A good end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// Released by a routine or a drop of its own family and layout.
    Released {
        /// The routine.
        by: String,
        /// Where.
        at: Span,
    },
    /// A safe owner has it, and no raw pointer to it is left: the compiler answers for it.
    Owned {
        /// Where the function ended, or the owner was moved on.
        at: Span,
    },
}

/// Why a place is not proven.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gap {
    /// The function was not executed.
    NotExecuted,
    /// No path that was followed leads here.
    NotReached,
    /// Some paths were given up for their number.
    Bounds,
    /// The callee is not known: a type was not found.
    UnknownCallee,
    /// It is called, and nothing is known of what it gets.
    NothingKnown,
    /// No end was seen.
    NoEnd,
    /// Code that was not lowered.
    NotLowered,
    /// The pointer is an argument of the function.
    FromCaller {
        /// The parameter.
        parameter: Name,
    },
    /// The pointer came out of memory that was filled elsewhere.
    FromField {
        /// The field; empty if it has no name.
        field: Name,
    },
    /// The pointer came from a call that is not in view.
    FromCall {
        /// The callee; empty if it has no name.
        callee: String,
    },
    /// Where the pointer came from is not known.
    FromElsewhere,
    /// Handed to code that is not in view.
    Escapes {
        /// The callee; empty if it has no name.
        to: String,
    },
    /// Returned as a raw pointer.
    ToCaller,
    /// Kept in memory that outlives the function.
    Kept,
    /// Nothing in view releases it, and no lint speaks of it (`leak`, `forget`).
    GivenUp,
    /// A path that panics leaves it behind.
    Panics,
    /// Family or layout are not known for certain.
    Uncertain,
    /// The pointer may not be the start of the block.
    Moved,
    /// Several rounds of a loop share what is known.
    Loop,
    /// Used after its owner went out of view.
    UsedLater,
    /// `realloc` to a size that can be zero.
    ZeroSize,
    /// It stands in a closure that code out of view may call.
    Closure,
    /// It stands in an `async` function, which may be dropped half-way.
    Suspended,
    /// An observation was made about its memory.
    Observed,
}
