//! A finding: the message, the places of its story, the rule, the repair.

use crate::lint::Lint;
use memlint_analysis::event::Event;
use memlint_analysis::span::Span;

/// One finding, ready to be shown in any format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The lint that it belongs to.
    pub lint: &'static Lint,
    /// One sentence: lower case, no full stop, code in back-ticks.
    pub message: String,
    /// Where it is reported.
    pub primary: Label,
    /// The macro call that brings the code in, if the place stands in a macro's definition.
    pub call: Option<Span>,
    /// The rest of the story, in the order in which it happens.
    pub secondary: Vec<Label>,
    /// How many of them happen before the primary place.
    pub turn: usize,
    /// Why it is wrong, and which rule says so.
    pub notes: Vec<String>,
    /// What to do instead.
    pub helps: Vec<String>,
    /// Repairs that can be applied; of several, one is enough.
    pub suggestions: Vec<Suggestion>,
    /// The function in whose view it is wrong; empty outside of functions.
    pub function: String,
    /// What happened, if an event tells of it.
    pub event: Option<Box<Event>>,
    /// The same at the same place for other blocks, as for two arguments of one call.
    pub beside: Vec<Diagnostic>,
}

/// A place with what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What; may be empty at the primary place.
    pub text: String,
}

/// A repair of the source: its edits belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The edits, in the order of their places; none overlaps another.
    pub edits: Vec<Edit>,
    /// What the repair does, in words: `remove the directive`.
    pub message: String,
    /// Whether it may be applied unseen.
    pub applicability: Applicability,
}

/// An edit of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span is an insertion.
    pub span: Span,
    /// By what.
    pub replacement: String,
}

/// Whether a repair may be applied unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Applicability {
    /// It is what the user meant, and the result compiles.
    MachineApplicable,
    /// It compiles, but may not be what the user meant.
    MaybeIncorrect,
    /// It holds places that the user has to fill in.
    HasPlaceholders,
}

impl Diagnostic {
    /// A finding at this place; its note quotes the rules of the lint.
    pub(crate) fn new(lint: &'static Lint, span: Span, message: String) -> Diagnostic {
        let rules = lint.rules();
        Diagnostic {
            lint,
            message,
            primary: Label {
                span,
                text: String::new(),
            },
            call: None,
            secondary: Vec::new(),
            turn: 0,
            notes: if rules.is_empty() {
                Vec::new()
            } else {
                vec![rules]
            },
            helps: Vec::new(),
            suggestions: Vec::new(),
            function: String::new(),
            event: None,
            beside: Vec::new(),
        }
    }

    /// With this text at the primary place.
    pub(crate) fn label(mut self, text: impl Into<String>) -> Diagnostic {
        self.primary.text = text.into();
        self
    }

    /// With one more place, before the primary one unless the story is past it; nothing is said
    /// about code of the stubs, and no place is told twice.
    pub(crate) fn also(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        let told = self.secondary.len();
        let past = self.turn < told;
        self = self.then(span, text);
        if !past && self.secondary.len() > told {
            self.turn += 1;
        }
        self
    }

    /// With one more place, after the primary one.
    pub(crate) fn then(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        let known = span == self.primary.span || self.secondary.iter().any(|l| l.span == span);
        if !span.is_stub() && !known {
            self.secondary.push(Label {
                span,
                text: text.into(),
            });
        }
        self
    }

    /// As code that a call of the user's own macro brings in.
    pub(crate) fn expanded_by(self, call: Option<Span>) -> Diagnostic {
        match call {
            Some(at) => Diagnostic {
                call,
                ..self.then(at, "in this call of the macro")
            },
            None => self,
        }
    }

    /// With a reason why it is wrong, told before the rules.
    pub(crate) fn why(mut self, note: impl Into<String>) -> Diagnostic {
        let before_rules = self.notes.len().saturating_sub(1);
        self.notes.insert(before_rules, note.into());
        self
    }

    /// With one more repair.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.helps.push(help.into());
        self
    }

    /// With a repair that can be applied.
    pub(crate) fn suggest(mut self, suggestion: Suggestion) -> Diagnostic {
        self.suggestions.push(suggestion);
        self
    }

    /// Keeps what is wrong at the same place with another block.
    pub(crate) fn stand_beside(&mut self, other: Diagnostic) {
        let origin = |d: &Diagnostic| d.event.as_ref().map(|event| event.block.origin.clone());
        let new = origin(&other);
        if new != origin(self) && self.beside.iter().all(|known| new != origin(known)) {
            self.beside.push(other);
        }
    }

    /// All places in the order in which it happens; the macro call that brings the code in is
    /// none of them.
    pub fn story(&self) -> Vec<&Label> {
        let (before, after) = self.secondary.split_at(self.turn.min(self.secondary.len()));
        let all = before.iter().chain([&self.primary]).chain(after);
        all.filter(|label| self.call != Some(label.span)).collect()
    }

    /// The first repair that can be applied, only a certain one unless others are allowed as well; all
    /// its edits are in one file, which is read and written as a whole.
    pub fn repair(&self, likely: bool) -> Option<&Suggestion> {
        let allowed = |repair: &&Suggestion| match repair.applicability {
            Applicability::MachineApplicable => true,
            Applicability::MaybeIncorrect => likely,
            Applicability::HasPlaceholders => false,
        };
        let in_one_file = |repair: &&Suggestion| {
            let file = repair.edits.first().map(|edit| edit.span.file);
            file.is_some() && repair.edits.iter().all(|edit| Some(edit.span.file) == file)
        };
        let mut repairs = self.suggestions.iter().filter(allowed);
        repairs.find(in_one_file)
    }

    /// The comment that silences it, to be pasted on a line of its own above the place.
    pub fn allow_line(&self) -> String {
        format!("// memlint: allow({}, reason = \"..\")", self.lint.name)
    }

    /// What orders findings: the place first.
    pub(crate) fn place(&self) -> (Span, &'static str) {
        (self.primary.span, self.lint.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, event, free, line, reclaim, with_step};
    use memlint_analysis::event::{EventKind, Fault, Loss, StepKind};

    fn lines(d: &Diagnostic) -> Vec<u32> {
        d.story().iter().map(|label| label.span.lo.line).collect()
    }

    fn told(event: memlint_analysis::event::Event) -> Diagnostic {
        crate::judge(&[event]).remove(0)
    }

    #[test]
    fn a_memory_error_is_the_end_of_its_story() {
        let d = told(reclaim(free(), Fault::OtherFamily, sample::boxed("Pair")));
        assert_eq!(lines(&d), [2, d.primary.span.lo.line]);
    }

    #[test]
    fn a_leak_begins_where_it_is_reported() {
        let (how, lost_at) = (Loss::ScopeEnd, line(9));
        let mut leak = event(EventKind::Lose { how, lost_at }, sample::boxed("Pair"));
        leak.site = line(2);
        let leak = with_step(leak, 5, StepKind::Moved);
        assert_eq!(lines(&told(leak)), [2, 5, 9]);
    }

    #[test]
    fn the_call_of_a_macro_is_no_step() {
        let mut event = reclaim(free(), Fault::OtherFamily, sample::boxed("Pair"));
        event.call = Some(line(40));
        let d = told(event);
        assert!(!lines(&d).contains(&40));
        assert_eq!(d.secondary.last().map(|label| label.span), Some(line(40)));
    }
}
