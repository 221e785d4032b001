//! From events to findings: one finding a defect, in the order of the places.

use crate::diagnostic::Diagnostic;
use crate::lint::Check;
use memlint_analysis::event::Event;
use memlint_analysis::span::Span;

/// Words every event; the same lint at the same place is told once.
///
/// The order of the events does not matter: findings are sorted by place, and of several stories
/// about one defect the shortest is told.
pub fn judge(events: &[Event]) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = events.iter().filter_map(word).collect();
    found.sort_by(|a, b| {
        a.place()
            .cmp(&b.place())
            .then_with(|| story(a).cmp(&story(b)))
    });
    let mut told: Vec<Diagnostic> = Vec::new();
    for d in found {
        match told.last_mut() {
            Some(last) if last.place() == d.place() => last.stand_beside(d),
            _ => told.push(d),
        }
    }
    told
}

/// The one diagnostic that an event is, if any lint stands for it.
fn word(event: &Event) -> Option<Diagnostic> {
    // Code of the stubs is never shown; a report there would point at nothing.
    if event.site.is_stub() {
        return None;
    }
    let found = crate::all().iter().find_map(|lint| match lint.check {
        Check::Event(check) => check(event),
        Check::Directive => None,
    });
    let found = found.map(|d| d.expanded_by(event.call));
    found.map(|d| Diagnostic {
        event: Some(Box::new(event.clone())),
        ..d
    })
}

/// What chooses between stories of one defect; total, so that the choice never varies.
fn story(d: &Diagnostic) -> (bool, usize, Vec<Span>, &str, &str) {
    let places = d.secondary.iter().map(|label| label.span).collect();
    let vague = d.call.is_none();
    (vague, d.secondary.len(), places, &d.message, &d.function)
}
