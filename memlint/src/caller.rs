//! Who called the allocator: it is not told, so a backtrace has to say.
//!
//! This is looked up only when something is wrong, before the report is written. It allocates, as
//! any code may that runs inside of the allocator: no lock is held.

use crate::memory;
use core::fmt;
use std::backtrace::Backtrace;
use std::borrow::ToOwned as _;
use std::string::{String, ToString as _};

/// The innermost function of the program's own code whose place is known, or else the innermost.
pub(crate) struct Caller {
    pub(crate) function: String,
    pub(crate) place: Option<Place>,
}

/// A line of the source. Without debug information there is none.
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// What looking through a backtrace may take of the stack.
const STACK: usize = 64 << 10;

/// The caller of the allocator, if there are symbols, and room on the stack.
#[cold]
pub(crate) fn find() -> Option<Caller> {
    if !memory::stack_has(STACK) {
        return None;
    }
    parse(&Backtrace::force_capture().to_string())
}

/// Frames are `  3: name`, and mostly a line `    at file:line:column`.
fn parse(text: &str) -> Option<Caller> {
    let caller = |name: &str, place| Caller {
        function: name.to_owned(),
        place,
    };
    let (mut innermost, mut function) = (None, None);
    for line in text.lines().map(str::trim_start) {
        match (line.strip_prefix("at "), function) {
            (Some(place), Some(name)) => return Some(caller(name, located(place))),
            (Some(_), None) => {}
            (None, _) => {
                function = line
                    .split_once(": ")
                    .map(|(_, name)| name)
                    .filter(|name| is_own(name));
                innermost = innermost.or(function);
            }
        }
    }
    innermost.map(|name| caller(name, None))
}

fn located(place: &str) -> Option<Place> {
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some(Place {
        file: file.strip_prefix("./").unwrap_or(file).to_owned(),
        line: line.parse().ok()?,
        column: column.parse().ok()?,
    })
}

/// Neither the standard library, nor us.
fn is_own(name: &str) -> bool {
    let head = name.trim_start_matches(['<', '&', '[', '*']);
    let foreign = [
        "std::",
        "core::",
        "alloc::",
        "memlint::",
        "__rust",
        "rust_begin",
    ];
    // The functions of `interpose!` stand in the program's own crate, and these of the C library
    // where threads begin, below all that is anybody's own.
    let others = [
        "free",
        "realloc",
        "start_thread",
        "clone",
        "clone3",
        "_start",
    ];
    !others.contains(&name)
        && !name.starts_with("__libc_start")
        && !foreign.iter().any(|krate| head.starts_with(krate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_frame_of_the_program() {
        let text = "   0: <memlint::checked::Checked<A> as core::alloc::GlobalAlloc>::dealloc\n\
                    \x20            at ./memlint/src/checked.rs:3:1\n\
                    \x20  1: __rustc::__rust_dealloc\n\
                    \x20  2: <alloc::boxed::Box<T> as core::ops::drop::Drop>::drop\n\
                    \x20            at /rustc/library/alloc/src/boxed.rs:1:9\n\
                    \x20  3: app::close\n\
                    \x20            at ./src/main.rs:12:5\n\
                    \x20  4: app::main\n";
        let caller = parse(text).unwrap();
        assert_eq!(caller.function, "app::close");
        assert_eq!(caller.place.unwrap().to_string(), "src/main.rs:12:5");
        assert!(parse("").is_none());
    }

    #[test]
    fn without_places_there_is_a_name() {
        let text = "   0: __rustc::__rust_dealloc\n   1: app::close\n   2: app::main\n   \
                    3: __libc_start_call_main\n             at csu/start.h:58:16\n";
        let caller = parse(text).unwrap();
        assert_eq!(caller.function, "app::close");
        assert!(caller.place.is_none());
    }
}
