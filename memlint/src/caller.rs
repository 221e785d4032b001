//! Who called the allocator: it is not told, so a backtrace has to say.
//!
//! This is looked up only when something is wrong, before the report is written. It allocates, as
//! any code may that runs inside of the allocator: no lock is held.

use core::fmt;
use std::backtrace::Backtrace;
use std::borrow::ToOwned as _;
use std::string::{String, ToString as _};

/// The innermost function of the program's own code, and the line in it.
pub(crate) struct Caller {
    pub(crate) function: String,
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl fmt::Display for Caller {
    /// The place alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The caller of the allocator, if symbols and line numbers are there.
#[cold]
pub(crate) fn find() -> Option<Caller> {
    parse(&Backtrace::force_capture().to_string())
}

/// Frames are `  3: name`, and mostly a line `    at file:line:column`.
fn parse(text: &str) -> Option<Caller> {
    let mut function = None;
    for line in text.lines().map(str::trim_start) {
        match (line.strip_prefix("at "), function) {
            (Some(place), Some(name)) => return located(name, place),
            (Some(_), None) => {}
            (None, _) => {
                function = line
                    .split_once(": ")
                    .map(|(_, name)| name)
                    .filter(|name| is_own(name));
            }
        }
    }
    None
}

fn located(name: &str, place: &str) -> Option<Caller> {
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some(Caller {
        function: name.to_owned(),
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
    // The functions of `interpose!` stand in the program's own crate.
    let interposed = ["free", "realloc"];
    !interposed.contains(&name) && !foreign.iter().any(|krate| head.starts_with(krate))
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
        assert_eq!(caller.to_string(), "src/main.rs:12:5");
        assert!(parse("").is_none());
    }
}
