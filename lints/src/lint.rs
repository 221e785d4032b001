//! What a lint is: its name, its group, its documentation and its check.

use crate::diagnostic::{Diagnostic, Suggestion};
use memlint_analysis::event::Event;
use memlint_analysis::lower::shape::Shapes;
use std::fmt;

/// One lint, with all that is ever said about it.
pub struct Lint {
    /// Its name, which says what is wrong: `double_free`.
    pub name: &'static str,
    /// The group that gives its default level.
    pub group: Group,
    /// The level where nobody sets one; the group's, unless the docs say why not.
    pub level: Level,
    /// One line for lists.
    pub summary: &'static str,
    /// Numbers of the Common Weakness Enumeration.
    pub cwe: &'static [u16],
    /// Rules of the CERT secure coding standards.
    pub cert: &'static [&'static str],
    /// The lints that a reader may be looking for instead, sorted.
    pub related: &'static [&'static str],
    /// Markdown under the headings of [`Lint::HEADINGS`].
    pub docs: &'static str,
    /// Where its findings come from.
    pub check: Check,
    /// How a finding from an event is repaired in the text, where that can be said.
    pub repair: Option<Repair>,
}

/// Finds the edits that repair what an event tells of, in the file where it is reported.
pub type Repair = fn(&Event, &Shapes) -> Option<Suggestion>;

/// Where the findings of a lint come from.
#[derive(Clone, Copy)]
pub enum Check {
    /// One event, judged alone.
    Event(fn(&Event) -> Option<Diagnostic>),
    /// The handling of the suppressions, see [`crate::suppress::apply`].
    Directive,
}

impl Lint {
    /// The headings of every lint's documentation, in this order.
    pub const HEADINGS: [&'static str; 5] = [
        "What it does",
        "Why is this bad",
        "Example",
        "Use instead",
        "Limits",
    ];

    /// The name with the tool's: `memlint::double_free`.
    pub fn full_name(&self) -> String {
        format!("memlint::{}", self.name)
    }

    /// The rules as they are quoted: `CWE-762; CERT WIN30-C`; empty if there are none.
    pub fn rules(&self) -> String {
        let cwe: Vec<_> = self.cwe.iter().map(|n| format!("CWE-{n}")).collect();
        let mut rules = cwe.join(", ");
        if !self.cert.is_empty() {
            if !rules.is_empty() {
                rules.push_str("; ");
            }
            rules.push_str("CERT ");
            rules.push_str(&self.cert.join(", "));
        }
        rules
    }
}

impl fmt::Debug for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lint({})", self.name)
    }
}

impl PartialEq for Lint {
    fn eq(&self, other: &Lint) -> bool {
        self.name == other.name
    }
}

impl Eq for Lint {}

/// Lints that belong together and share a default level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Memory errors.
    Correctness,
    /// Memory that is never released.
    Leak,
    /// Sizes and null results.
    Hygiene,
    /// Of value to some.
    Pedantic,
    /// What `#[paired_alloc]` says.
    Annotation,
    /// The suppressions themselves.
    Directive,
}

impl Group {
    /// All groups, in the order of the documentation.
    pub const ALL: [Group; 6] = [
        Group::Correctness,
        Group::Leak,
        Group::Hygiene,
        Group::Pedantic,
        Group::Annotation,
        Group::Directive,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Group::Correctness => "correctness",
            Group::Leak => "leak",
            Group::Hygiene => "hygiene",
            Group::Pedantic => "pedantic",
            Group::Annotation => "annotation",
            Group::Directive => "directive",
        }
    }

    /// The title on the documentation page.
    pub fn title(self) -> &'static str {
        match self {
            Group::Correctness => "Memory errors",
            Group::Leak => "Leaks",
            Group::Hygiene => "Allocation hygiene",
            Group::Pedantic => "Pedantic",
            Group::Annotation => "Annotations",
            Group::Directive => "Directives",
        }
    }

    /// The level of its lints where nobody sets one.
    pub const fn default_level(self) -> Level {
        match self {
            Group::Correctness => Level::Deny,
            Group::Leak | Group::Hygiene | Group::Annotation | Group::Directive => Level::Warn,
            Group::Pedantic => Level::Allow,
        }
    }

    /// Its lints, by name.
    pub fn lints(self) -> impl Iterator<Item = &'static Lint> {
        crate::all()
            .iter()
            .copied()
            .filter(move |lint| lint.group == self)
    }

    /// The group of this name.
    pub fn find(name: &str) -> Option<Group> {
        Group::ALL.into_iter().find(|group| group.name() == name)
    }
}

/// How loud a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Not at all.
    Allow,
    /// A warning.
    Warn,
    /// An error.
    Deny,
    /// An error that no later option and no directive lowers.
    Forbid,
}

impl Level {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Level::Allow => "allow",
            Level::Warn => "warn",
            Level::Deny => "deny",
            Level::Forbid => "forbid",
        }
    }

    /// The level of this name.
    pub fn find(name: &str) -> Option<Level> {
        [Level::Allow, Level::Warn, Level::Deny, Level::Forbid]
            .into_iter()
            .find(|level| level.name() == name)
    }

    /// Whether a finding of this level makes the run fail.
    pub fn fails(self) -> bool {
        self >= Level::Deny
    }
}
