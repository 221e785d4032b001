//! What is known of a paired object, and of who made and ended it.

use crate::routine::Routine;
use core::panic::Location;

/// A place in the source.
pub type Site = &'static Location<'static>;

/// The type that a pointer points to.
pub struct Pointee {
    /// Its size in bytes; zero says nothing, since opaque foreign types have none.
    pub(crate) size: usize,
    pub(crate) align: usize,
    pub(crate) name: fn() -> &'static str,
}

impl Pointee {
    /// A type of which nothing is known.
    pub(crate) const UNKNOWN: &'static Pointee = &Pointee {
        size: 0,
        align: 1,
        name: || "",
    };

    /// The type `T`.
    pub const fn of<T>() -> Pointee {
        Pointee {
            size: size_of::<T>(),
            align: align_of::<T>(),
            name: core::any::type_name::<T>,
        }
    }

    /// A type without a size of its own.
    pub const fn of_unsized<T: ?Sized>() -> Pointee {
        Pointee {
            size: 0,
            align: 1,
            name: core::any::type_name::<T>,
        }
    }
}

/// An address that no leak checker takes for a pointer. It would find every object that is live here,
/// and tell no leak of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Veiled(usize);

impl Veiled {
    /// No object's.
    pub(crate) const NONE: Veiled = Veiled(0);

    #[inline(always)]
    pub(crate) const fn new(address: usize) -> Veiled {
        Veiled(!address)
    }

    /// The address itself.
    #[inline(always)]
    pub(crate) const fn get(self) -> usize {
        !self.0
    }
}

/// Who did something, where, and in which thread.
#[derive(Clone, Copy)]
pub(crate) struct Doer {
    pub(crate) routine: Option<&'static Routine>,
    pub(crate) site: Option<Site>,
    pub(crate) thread: u32,
}

impl Doer {
    pub(crate) const NOBODY: Doer = Doer {
        routine: None,
        site: None,
        thread: 0,
    };

    pub(crate) fn family(&self) -> &'static str {
        self.routine.map_or("", |routine| routine.family)
    }

    pub(crate) fn name(&self) -> &'static str {
        self.routine.map_or("", |routine| routine.name)
    }
}

/// A live object of a family.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) address: Veiled,
    pub(crate) by: Doer,
    pub(crate) pointee: &'static Pointee,
    /// The innermost scope of its thread when it was allocated; zero is none.
    pub(crate) scope: u32,
    /// The order of allocation in its thread.
    pub(crate) order: u32,
    /// No leak: it was declared to be meant, or a reallocation left open whether it lives.
    pub(crate) excused: bool,
    /// The address of its backtrace, if one was taken; zero is none.
    pub(crate) trace: usize,
}

impl Entry {
    pub(crate) const EMPTY: Entry = Entry {
        address: Veiled::NONE,
        by: Doer::NOBODY,
        pointee: Pointee::UNKNOWN,
        scope: 0,
        order: 0,
        excused: false,
        trace: 0,
    };
}

/// An object that was released lately.
#[derive(Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) entry: Entry,
    pub(crate) by: Doer,
}

impl Ended {
    pub(crate) const NOTHING: Ended = Ended {
        entry: Entry::EMPTY,
        by: Doer::NOBODY,
    };
}
