//! A pointer that is not a live block of the layout it is released with: what it is instead.

use crate::checked::is_off;
use crate::entry::{Doer, Entry};
use crate::header::{self, Header};
use crate::memory::{self, Kind};
use crate::report::{Expected, Report};
use crate::routine::Family;
use crate::{asan, caller, registry, thread};
use core::alloc::Layout;
use core::fmt;

/// How far in front of a pointer the block is looked for that it points into.
const SEARCHED: usize = 4096;

/// Tells what is wrong with a release. The layout with which it may go on, if it may.
#[cold]
pub(crate) fn release(block: *mut u8, layout: Layout) -> Option<Layout> {
    Suspect::new(block, layout, "releases").judge()
}

/// The same of a reallocation.
#[cold]
pub(crate) fn resize(block: *mut u8, layout: Layout) -> Option<Layout> {
    Suspect::new(block, layout, "reallocates").judge()
}

/// Tells that a size of zero reached the allocator.
#[cold]
pub(crate) fn empty() {
    if is_off() {
        return;
    }
    let caller = caller::find();
    Report {
        lint: "zero_sized_alloc",
        message: format_args!("the Rust global allocator is asked for no bytes"),
        address: 0,
        by: Some(&allocator()),
        caller: caller.as_ref(),
        ended: None,
        entry: None,
        layout: None,
        expected: None,
        help: format_args!(
            "handle a size of zero without the allocator: a dangling pointer will do"
        ),
    }
    .raise(false);
}

struct Suspect {
    block: *mut u8,
    layout: Layout,
    does: &'static str,
}

impl Suspect {
    fn new(block: *mut u8, layout: Layout, does: &'static str) -> Suspect {
        Suspect {
            block,
            layout,
            does,
        }
    }

    fn judge(&self) -> Option<Layout> {
        let header = self.header();
        if is_off() {
            return match header {
                Header::Live(layout) => Some(layout),
                _ => None,
            };
        }
        match header {
            Header::Live(real) if real == self.layout => return Some(real),
            Header::Live(real) => {
                self.other_layout(real);
                return Some(real);
            }
            Header::Released(real) => self.again(Some(real)),
            Header::Foreign if asan::was_freed(self.block) => self.again(None),
            Header::Foreign => match (self.around(), registry::find(self.block.addr())) {
                (Some((start, real)), _) => self.inside(start, real),
                (None, Some(entry)) => self.of_family(&entry),
                (None, None) => self.foreign(),
            },
        }
        None
    }

    fn header(&self) -> Header {
        let address = self.block.addr();
        if address < header::SIZE || !memory::reads_below(address) || asan::poisoned(self.block) {
            return Header::Foreign;
        }
        // SAFETY: the bytes in front are there.
        unsafe { header::read(self.block) }
    }

    /// The live block that the pointer points into, searched on its page.
    fn around(&self) -> Option<(usize, Layout)> {
        let address = self.block.addr();
        let mut candidate = self.block.wrapping_sub(address % header::SIZE);
        // On the stack stand our own frames, too.
        if matches!(memory::kind(address), Kind::Nothing | Kind::Stack) {
            return None;
        }
        let lowest = (address & !(SEARCHED - 1)) + header::SIZE;
        while candidate.addr() >= lowest && !asan::poisoned(candidate) {
            // SAFETY: on the page of the pointer, which is mapped.
            if let Header::Live(layout) = unsafe { header::read(candidate) } {
                let inside = address - candidate.addr() < layout.size();
                return inside.then_some((candidate.addr(), layout));
            }
            candidate = candidate.wrapping_sub(header::SIZE);
        }
        None
    }

    fn other_layout(&self, real: Layout) {
        let (size, align) = (self.layout.size(), self.layout.align());
        self.report(
            "mismatched_layout",
            format_args!(
                "the Rust global allocator {} {} bytes, align {}, as {size} bytes, align {align}",
                self.does,
                real.size(),
                real.align()
            ),
            Some(real),
            None,
            Some(format_args!("size {}, align {}", real.size(), real.align())),
            format_args!(
                "give it back as the type, and with the capacity, with which it was taken apart"
            ),
        );
    }

    fn again(&self, real: Option<Layout>) {
        self.report(
            "double_free",
            format_args!(
                "the Rust global allocator {} memory that has already been released",
                self.does
            ),
            real,
            None,
            None,
            format_args!(
                "let one of the two owners release it; after the first the memory may belong to \
                 somebody else"
            ),
        );
    }

    fn inside(&self, start: usize, real: Layout) {
        self.report(
            "free_offset",
            format_args!(
                "the Rust global allocator {} a pointer {} bytes into its allocation",
                self.does,
                self.block.addr() - start
            ),
            Some(real),
            None,
            Some(format_args!("the address {start:#x}")),
            format_args!("keep the pointer as it was returned and move a copy of it"),
        );
    }

    fn of_family(&self, entry: &Entry) {
        self.report(
            "mismatched_dealloc",
            format_args!(
                "the Rust global allocator {} memory of {}",
                self.does,
                Family(entry.by.family())
            ),
            None,
            Some(entry),
            Some(format_args!("{}", Expected(entry))),
            format_args!("release it with {}", Expected(entry)),
        );
    }

    fn foreign(&self) {
        let (lint, what) = match memory::kind(self.block.addr()) {
            Kind::Stack => ("free_nonheap", "memory of the stack"),
            Kind::Image => ("free_nonheap", "memory of a static or a literal"),
            Kind::Nothing => ("free_nonheap", "an address that no allocator gave out"),
            Kind::Other => ("mismatched_dealloc", "memory that it never gave out"),
        };
        let help = match lint {
            "free_nonheap" => "put a copy on the heap if it needs an owner, else leave it alone",
            _ => {
                "release it with the routine of the library that allocated it, and copy it if Rust \
                 has to own it"
            }
        };
        self.report(
            lint,
            format_args!("the Rust global allocator {} {what}", self.does),
            None,
            None,
            None,
            format_args!("{help}"),
        );
    }

    fn report(
        &self,
        lint: &'static str,
        message: fmt::Arguments<'_>,
        real: Option<Layout>,
        entry: Option<&Entry>,
        expected: Option<fmt::Arguments<'_>>,
        help: fmt::Arguments<'_>,
    ) {
        let caller = caller::find();
        asan::describe(self.block);
        Report {
            lint,
            message,
            address: self.block.addr(),
            by: Some(&allocator()),
            caller: caller.as_ref(),
            ended: None,
            entry,
            layout: real.map(|real| (real.size(), real.align())),
            expected,
            help,
        }
        .raise(false);
    }
}

/// The allocator in this thread.
pub(crate) fn allocator() -> Doer {
    Doer {
        routine: None,
        site: None,
        thread: thread::number(),
    }
}
