//! Reports: one look with those of `cargo memlint`, and one line of JSON for it to read.
//!
//! A report is formatted into a buffer on the stack and written in one piece, so that nothing is
//! allocated, and two threads do not write into each other's lines.

use crate::caller::Caller;
use crate::config::{Mode, config};
use crate::entry::{Doer, Entry};
use crate::json;
use crate::output;
use crate::routine::{self, Family};
use crate::text::{Short, Text};
use crate::thread::Shown;
use core::fmt::{self, Write as _};

/// What is wrong, and all that is known about it.
pub(crate) struct Report<'a> {
    pub(crate) lint: &'static str,
    pub(crate) message: fmt::Arguments<'a>,
    pub(crate) address: usize,
    /// Who does it now; nobody for a leak.
    pub(crate) by: Option<&'a Doer>,
    /// Who called the one who does it, where that one is the allocator.
    pub(crate) caller: Option<&'a Caller>,
    /// Who had released it before.
    pub(crate) ended: Option<&'a Doer>,
    /// The object.
    pub(crate) entry: Option<&'a Entry>,
    /// Size and alignment, where the allocator knows them and no entry does.
    pub(crate) layout: Option<(usize, usize)>,
    /// What should have been called.
    pub(crate) expected: Option<fmt::Arguments<'a>>,
    pub(crate) help: fmt::Arguments<'a>,
}

impl Report<'_> {
    /// Whether it is a defect at once. A leak is only lost memory.
    fn is_error(&self) -> bool {
        !self.lint.starts_with("leaked")
    }

    /// Writes it, without any consequence.
    pub(crate) fn emit(&self) {
        let mut text = Text::new();
        // A text that is full is cut off; there is nothing else to fail.
        let _ = self.human(&mut text);
        output::to_stderr(text.as_bytes());
        if let Some(path) = config().report() {
            let mut line = Text::new();
            let _ = self.json(&mut line);
            output::append(path, line.as_bytes());
        }
        self.backtrace();
    }

    /// Writes it and does what the mode asks for. It returns in the mode `log` only.
    #[cold]
    #[track_caller]
    pub(crate) fn raise(&self, unwinds: bool) {
        self.emit();
        match config().mode {
            Mode::Log | Mode::Off => {}
            Mode::Panic if unwinds && !std::thread::panicking() => {
                panic!("memlint: {}: {}", self.lint, self.message)
            }
            Mode::Panic | Mode::Abort => std::process::abort(),
        }
    }

    fn human(&self, to: &mut Text) -> fmt::Result {
        let level = if self.is_error() { "error" } else { "warning" };
        writeln!(to, "{level}[memlint::{}]: {}", self.lint, self.message)?;
        let site = match self.by {
            Some(by) => by.site,
            None => self.entry.and_then(|entry| entry.by.site),
        };
        let place = self.caller.and_then(|caller| caller.place.as_ref());
        match (site, place) {
            (Some(site), _) => writeln!(to, "  --> {site}")?,
            (None, Some(place)) => writeln!(to, "  --> {place}")?,
            (None, None) => {}
        }
        if let Some(entry) = self.entry {
            write!(to, "   = allocated: ")?;
            doer(to, &entry.by, None)?;
            self.size(to)?;
            writeln!(to)?;
        } else if self.layout.is_some() {
            write!(to, "   = allocated: by the Rust global allocator")?;
            self.size(to)?;
            writeln!(to)?;
        }
        if let Some(ended) = self.ended {
            write!(to, "   = first released: ")?;
            doer(to, ended, None)?;
            writeln!(to)?;
        }
        if let Some(by) = self.by {
            write!(to, "   = released: ")?;
            doer(to, by, self.caller)?;
            writeln!(to)?;
        }
        if let Some(expected) = self.expected {
            writeln!(to, "   = expected: {expected}")?;
        }
        writeln!(to, "   = help: {}", self.help)?;
        writeln!(
            to,
            "   = note: seen while running, at address {:#x}",
            self.address
        )
    }

    /// `; type Widget, 24 bytes, align 8`, as far as known.
    fn size(&self, to: &mut Text) -> fmt::Result {
        if let Some(entry) = self.entry
            && !(entry.pointee.name)().is_empty()
        {
            write!(to, "; `{}`", Short((entry.pointee.name)()))?;
        }
        match self.known_layout() {
            Some((size, align)) => write!(to, ", {size} bytes, align {align}"),
            None => Ok(()),
        }
    }

    fn known_layout(&self) -> Option<(usize, usize)> {
        let of_type = self
            .entry
            .map(|entry| (entry.pointee.size, entry.pointee.align));
        // A pointer to a byte, or to C's `void`, mostly points to many.
        of_type.filter(|(size, _)| *size > 1).or(self.layout)
    }

    fn json(&self, to: &mut Text) -> fmt::Result {
        let level = if self.is_error() { "error" } else { "warning" };
        write!(to, "{{\"lint\":\"memlint::{}\"", self.lint)?;
        write!(to, ",\"level\":\"{level}\",\"message\":")?;
        json::string(to, self.message)?;
        write!(to, ",\"address\":{}", self.address)?;
        for (key, doer) in [
            ("allocated", self.entry.map(|entry| &entry.by)),
            ("first_released", self.ended),
            ("released", self.by),
        ] {
            if let Some(doer) = doer {
                write!(to, ",\"{key}\":")?;
                let caller = self.caller.filter(|_| key == "released");
                json::doer(to, doer, caller)?;
            }
        }
        if let Some(entry) = self.entry {
            write!(to, ",\"family\":")?;
            json::string(to, format_args!("{}", entry.by.family()))?;
            write!(to, ",\"type\":")?;
            json::string(to, format_args!("{}", Short((entry.pointee.name)())))?;
        }
        if let Some((size, align)) = self.known_layout() {
            write!(to, ",\"size\":{size},\"align\":{align}")?;
        }
        if let Some(expected) = self.expected {
            write!(to, ",\"expected\":")?;
            json::string(to, expected)?;
        }
        write!(to, ",\"help\":")?;
        json::string(to, self.help)?;
        writeln!(to, "}}")
    }

    /// The backtraces, if they are asked for. Resolving them allocates.
    fn backtrace(&self) {
        if config().backtraces && self.by.is_some() {
            let here = std::backtrace::Backtrace::force_capture();
            let text = std::format!("   = seen here:\n{here}\n");
            output::to_stderr(text.as_bytes());
        }
        let Some(entry) = self.entry.filter(|entry| entry.trace != 0) else {
            return;
        };
        let text = std::format!(
            "   = allocated here:\n{}\n",
            crate::trace::shown(entry.trace)
        );
        output::to_stderr(text.as_bytes());
    }
}

/// `by `widget_new` at src/main.rs:3:5, thread main`
fn doer(to: &mut Text, doer: &Doer, caller: Option<&Caller>) -> fmt::Result {
    match doer.routine {
        Some(routine) => write!(to, "by `{}`", routine.name)?,
        None => write!(to, "by the Rust global allocator")?,
    }
    if let Some(site) = doer.site {
        write!(to, " at {site}")?;
    } else if let Some(caller) = caller {
        write!(to, " in `{}`", Short(&caller.function))?;
        if let Some(place) = &caller.place {
            write!(to, " at {place}")?;
        }
    }
    match doer.thread {
        0 => Ok(()),
        thread => write!(to, ", thread {}", Shown(thread)),
    }
}

/// The routines that may release an object, as far as they were seen.
pub(crate) struct Expected<'a>(pub(crate) &'a Entry);

impl fmt::Display for Expected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = self.0.by.family();
        if let Some(routine) = self.0.by.routine
            && !routine.releases.is_empty()
        {
            return names(f, routine.releases.iter().copied());
        }
        let seen = || {
            routine::listed()
                .filter(|r| r.is_release && routine::same_family(r.family, family))
                .map(|r| r.name)
        };
        match seen().next() {
            Some(_) => names(f, seen().take(3)),
            None => write!(f, "a routine of {}", Family(family)),
        }
    }
}

fn names<'a>(f: &mut fmt::Formatter<'_>, names: impl Iterator<Item = &'a str>) -> fmt::Result {
    for (index, name) in names.enumerate() {
        let or = if index == 0 { "" } else { " or " };
        write!(f, "{or}`{name}`")?;
    }
    Ok(())
}

/// A line that is no report.
pub(crate) fn warn(message: fmt::Arguments<'_>) {
    let mut text = Text::new();
    let _ = writeln!(text, "memlint: {message}");
    output::to_stderr(text.as_bytes());
}
