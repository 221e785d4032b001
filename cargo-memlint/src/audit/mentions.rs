//! The places that an event speaks of.

use memlint_analysis::event::{Event, EventKind, Fault, Origin};
use memlint_analysis::span::Span;

/// All of them, the reported one first.
pub(super) fn of(event: &Event) -> Vec<Span> {
    let mut out = vec![event.site];
    out.extend(event.call);
    if let Origin::Routine { at, .. } | Origin::Parameter { at, .. } = &event.block.origin {
        out.push(*at);
    }
    out.extend(event.steps.iter().map(|step| step.at));
    match &event.kind {
        EventKind::Reclaim { fault, .. } => match fault {
            Fault::Ended { at, .. } | Fault::Owned { at, .. } => out.push(*at),
            _ => {}
        },
        EventKind::UseAfter { ended_at, .. } => out.push(*ended_at),
        EventKind::TwoOwners {
            first_at,
            released_again_at,
            ..
        } => {
            out.push(*first_at);
            out.extend(*released_again_at);
        }
        EventKind::ClonedOwner { released_at, .. } => out.push(*released_at),
        EventKind::NeverReleased { drop_at, .. } => out.extend(*drop_at),
        EventKind::Lose { lost_at, .. } => out.push(*lost_at),
        EventKind::LostByPanic { taken_at, .. } => out.push(*taken_at),
        EventKind::HalfFamily { .. }
        | EventKind::Contradiction(_)
        | EventKind::Unpaired
        | EventKind::ZeroSized { .. }
        | EventKind::Unchecked { .. }
        | EventKind::UncheckedSize { .. } => {}
    }
    out
}
