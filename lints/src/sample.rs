//! Events for the tests: the shapes that the engine makes, built by hand.

use crate::wording::{C, RUST};
use memlint_analysis::event::{Act, Block, Event, EventKind, Fault, Origin, Routine, Step};
use memlint_analysis::span::{FileId, Pos, Span};

/// A line of the sample file.
pub(crate) fn line(line: u32) -> Span {
    Span {
        file: FileId(0),
        lo: Pos { line, column: 4 },
        hi: Pos { line, column: 20 },
    }
}

/// A routine.
pub(crate) fn routine(name: &str, family: &str, act: Act) -> Routine {
    Routine {
        name: name.to_owned(),
        family: family.to_owned(),
        act,
    }
}

/// `libc::free`.
pub(crate) fn free() -> Routine {
    routine("libc::free", C, Act::Release)
}

/// `Box::from_raw` and its like.
pub(crate) fn adopt(name: &str) -> Routine {
    routine(name, RUST, Act::Adopt)
}

/// A block that an owner gave up in line 2.
pub(crate) fn disowned(by: &str, layout: &str, release_with: &str) -> Block {
    block(routine(by, RUST, Act::Disown), layout, &[release_with])
}

/// What `Box::into_raw` gave up.
pub(crate) fn boxed(ty: &str) -> Block {
    disowned("Box::into_raw", &format!("Box<{ty}>"), "Box::from_raw")
}

/// What `CString::into_raw` gave up.
pub(crate) fn cstring() -> Block {
    disowned("CString::into_raw", "CString", "CString::from_raw")
}

/// What `libc::malloc` returned.
pub(crate) fn malloc() -> Block {
    block(
        routine("libc::malloc", C, Act::Acquire),
        "",
        &["libc::free"],
    )
}

/// What `std::alloc::alloc` returned.
pub(crate) fn raw(layout: &str) -> Block {
    let by = routine("std::alloc::alloc", RUST, Act::Acquire);
    block(by, layout, &["std::alloc::dealloc"])
}

/// What a foreign function without a known family returned.
pub(crate) fn foreign(name: &str) -> Block {
    let mut block = block(routine(name, "", Act::Acquire), "", &[]);
    block.foreign = true;
    block
}

/// A block that nothing is known of.
pub(crate) fn unknown() -> Block {
    Block::unknown()
}

fn block(by: Routine, layout: &str, release_with: &[&str]) -> Block {
    Block {
        family: by.family.clone(),
        layout: layout.to_owned(),
        release_with: release_with.iter().map(|&name| name.to_owned()).collect(),
        foreign: false,
        resized: by.act == Act::Resize,
        origin: Origin::Routine { by, at: line(2) },
    }
}

/// An event in line 9.
pub(crate) fn event(kind: EventKind, block: Block) -> Event {
    Event {
        kind,
        site: line(9),
        call: None,
        function: "sample::run".to_owned(),
        block,
        steps: Vec::new(),
    }
}

/// A reclaim in line 9.
pub(crate) fn reclaim(by: Routine, fault: Fault, block: Block) -> Event {
    event(EventKind::Reclaim { by, fault }, block)
}

/// The same event with this step in this line.
pub(crate) fn with_step(
    mut event: Event,
    at: u32,
    what: memlint_analysis::event::StepKind,
) -> Event {
    event.steps.push(Step { at: line(at), what });
    event
}
