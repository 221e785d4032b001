//! Events: what happened to an allocation on some path, as facts without wording or level.
//!
//! The verdict is computed once, in a fixed order, so one call on one path gives one event.

use crate::name::Name;
use crate::span::Span;

/// One thing that went wrong, with the story that leads to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// What is wrong.
    pub kind: EventKind,
    /// Where it is reported.
    pub site: Span,
    /// The macro call that brings the code in, if the place stands in a macro's definition.
    pub call: Option<Span>,
    /// The function in whose view it is wrong (`module::Type::method`).
    pub function: String,
    /// The allocation it is about.
    pub block: Block,
    /// The story: in the order in which it happened, the reported site not included.
    pub steps: Vec<Step>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A routine takes the block back, or makes an owner of it, and must not.
    Reclaim {
        /// The routine.
        by: Routine,
        /// Why it must not.
        fault: Fault,
    },
    /// The block is used after its end.
    UseAfter {
        /// Who ended it.
        ended_by: Routine,
        /// Where.
        ended_at: Span,
        /// How it is used now.
        used: Usage,
    },
    /// Two owners of one block are alive, and both will release it.
    TwoOwners {
        /// How the second owner was made (`Box::from_raw`, `ptr::read`).
        second: Routine,
        /// Where the first owner came from.
        first_at: Span,
        /// Where the second release happens, if it is in view.
        released_again_at: Option<Span>,
    },
    /// A type whose `Drop` releases what a field points to is `Clone` by copying that field.
    ClonedOwner {
        /// What `Drop` calls.
        by: Routine,
        /// Where.
        released_at: Span,
        /// The field, with the fields that it stands in: `inner.url`.
        field: String,
    },
    /// A field holds memory that its type owns, and nothing in view ever releases it.
    NeverReleased {
        /// The field.
        field: Name,
        /// The type's `Drop`, which leaves it out.
        drop_at: Option<Span>,
    },
    /// A declared family of which one half is missing.
    HalfFamily {
        /// Its name.
        family: Name,
        /// Whether an allocator is missing; else a release.
        allocator: bool,
    },
    /// `#[paired_alloc]` says what cannot be so.
    Contradiction(Contradiction),
    /// C gets memory that no function of the program takes back.
    Unpaired,
    /// The last pointer is gone and the block is still live.
    Lose {
        /// How it got lost.
        how: Loss,
        /// Where the last pointer went out of reach.
        lost_at: Span,
    },
    /// A call may panic while nobody owns the block; afterwards somebody does.
    LostByPanic {
        /// The call's name; empty if it has none (a function that is a value, a macro).
        call: String,
        /// Who takes the block in the end.
        taken_by: Routine,
        /// Where.
        taken_at: Span,
    },
    /// A size that is or can be zero reaches a routine that must not see it.
    ZeroSized {
        /// The routine.
        by: Routine,
        /// `true`: it is zero; `false`: on this path it can be.
        certain: bool,
    },
    /// A result that can be null is used without a test.
    Unchecked {
        /// How it is used.
        used: Usage,
    },
    /// The size is a product or sum of unbounded values.
    UncheckedSize {
        /// The routine that gets the size.
        by: Routine,
    },
}

/// What `#[paired_alloc]` says, and what says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Contradiction {
    /// Another declaration of the same symbol says something else.
    Declared {
        /// Where.
        at: Span,
    },
    /// It allocates, but what it returns is no fresh memory.
    NotFresh,
    /// It releases, but nothing happens to what it gets.
    NotReleased {
        /// The parameter.
        parameter: Name,
    },
}

/// Why a reclaim is wrong; the order is the order in which the verdict is formed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// It is no heap memory.
    NonHeap(NonHeap),
    /// It has been released before.
    Ended {
        /// By whom.
        by: Routine,
        /// Where.
        at: Span,
    },
    /// An owner that is still alive will release it.
    Owned {
        /// The owner's type as a word (`Box<T>`), and where it was made.
        owner: String,
        /// Where.
        at: Span,
    },
    /// It came from another family.
    OtherFamily,
    /// The pointer was moved off the start of the allocation.
    Offset,
    /// Size, alignment, capacity or container differ.
    OtherLayout {
        /// What was allocated, in words: `Box<u64>` or `16 bytes, align 8`.
        have: String,
        /// What the routine will release.
        want: String,
        /// The sizes are known to be equal: what differs is the alignment.
        alignment: bool,
    },
}

/// Memory that no release routine may get.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NonHeap {
    /// A local variable.
    Stack {
        /// Its name, empty for a temporary.
        name: Name,
    },
    /// A static or a constant.
    Static,
    /// A string or byte literal.
    Literal,
    /// A function.
    Function,
    /// A dangling or constant address.
    Address,
    /// Behind a reference that the function was given.
    Reference {
        /// The parameter, or the field behind it: `self.position`.
        name: String,
    },
    /// Lent by a library that keeps it.
    Lent {
        /// The routine that returned it.
        by: String,
    },
    /// Borrowed from an owner that is still responsible for it (`as_ptr`, `as_mut_ptr`), the
    /// owner's type in words.
    Borrowed {
        /// `CString`, `Vec<u8>`, ..
        owner: String,
    },
}

/// How a pointer is used.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Usage {
    /// Read through.
    Read,
    /// Written through.
    Write,
    /// Passed to this function.
    Passed {
        /// The function in words.
        to: String,
    },
    /// Returned to the caller.
    Returned,
}

/// How the last pointer was lost.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Loss {
    /// Its scope ended (function end or block end).
    ScopeEnd,
    /// An early return.
    EarlyReturn,
    /// Another value was stored over it.
    Overwritten,
    /// The result was never bound.
    Discarded,
    /// The block that held the only pointer was released.
    HolderReleased,
    /// `p = realloc(p, n)` failed.
    FailedRealloc,
    /// Handed as an argument to a foreign function that only borrows it.
    BorrowedByForeign {
        /// The function in words.
        to: String,
    },
}

/// A routine as it is spoken of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Routine {
    /// `libc::free`, `Box::from_raw`, `drop of Box<u32>`.
    pub name: String,
    /// Its family in words: `the C heap`, `the Rust global allocator`; empty if unknown.
    pub family: String,
    /// What it does.
    pub act: Act,
}

/// What a routine does to a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Allocates.
    Acquire,
    /// Releases.
    Release,
    /// Reallocates.
    Resize,
    /// Makes an owner of a raw pointer (`from_raw`, `from_raw_parts`).
    Adopt,
    /// Ends ownership without a release (`into_raw`, `forget`, `leak`).
    Disown,
    /// An owner is dropped.
    Drop,
}

/// The allocation that an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Block {
    /// How it came about.
    pub origin: Origin,
    /// Its family in words (`the C heap`), empty if unknown.
    pub family: String,
    /// What was allocated in words (`Box<u64>`), empty if unknown.
    pub layout: String,
    /// How it should be released, best first: `Box::from_raw`, `libc::free`.
    pub release_with: Vec<String>,
    /// Came from a foreign call (also when the family has no name).
    pub foreign: bool,
    /// Came from `realloc`, or was lost to its failure.
    pub resized: bool,
}

impl Block {
    /// A block of which nothing is known.
    pub fn unknown() -> Block {
        Block {
            origin: Origin::Unknown,
            family: String::new(),
            layout: String::new(),
            release_with: Vec::new(),
            foreign: false,
            resized: false,
        }
    }
}

/// How a block came about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Allocated or disowned by this routine here.
    Routine {
        /// The routine.
        by: Routine,
        /// The call.
        at: Span,
    },
    /// A parameter of the function.
    Parameter {
        /// Its name.
        name: Name,
        /// Its declaration or the function's name.
        at: Span,
    },
    /// Nothing is known of it.
    Unknown,
}

/// One step of a story.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// Where.
    pub at: Span,
    /// What happens.
    pub what: StepKind,
}

/// What happens in a step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// Allocated.
    Acquired(Routine),
    /// Its owner gave it up (`into_raw`).
    Disowned(Routine),
    /// An owner took it (`from_raw`).
    Adopted(Routine),
    /// Released.
    Released(Routine),
    /// Reallocated: the block ended if the call succeeded.
    Resized(Routine),
    /// The reallocation failed on this path.
    ResizeFailed(Routine),
    /// The pointer was moved.
    Moved,
    /// Handed to a function that is not in view.
    Escaped {
        /// The function in words.
        to: String,
    },
    /// Passed to a function in view.
    Passed {
        /// The function in words.
        to: String,
    },
    /// The pointer was borrowed from its owner (`as_ptr`).
    Borrowed {
        /// The owner's type in words.
        owner: String,
    },
    /// A function in view that got the pointer returns here, with an error.
    Left,
    /// The last pointer was overwritten here.
    Overwritten,
}
