//! One repair of several blocks: what goes wrong with two arguments of one call is one finding.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Suggestion};
use memlint_analysis::span::Span;

/// The repair that mends the finding for all blocks that it is about; the stories that it adds to are
/// then told with it. `None` if the repairs meet.
pub(super) fn join(
    finding: &mut Diagnostic,
    own: Suggestion,
    beside: Vec<Suggestion>,
) -> Option<Suggestion> {
    let mut whole = own;
    let mut told = Vec::new();
    for (n, repair) in beside.into_iter().enumerate() {
        if repair.edits.iter().all(|edit| whole.edits.contains(edit)) {
            continue;
        }
        let meets = |edit: &Edit| whole.edits.iter().any(|other| meet(edit.span, other.span));
        if repair.edits.iter().any(meets) {
            return None;
        }
        if repair.applicability != Applicability::MachineApplicable {
            whole.applicability = repair.applicability;
        }
        whole.edits.extend(repair.edits);
        told.push(n);
    }
    whole.edits.sort_by_key(|edit| edit.span);
    for n in told {
        for label in finding.beside[n].secondary.clone() {
            *finding = finding.clone().also(label.span, label.text);
        }
    }
    Some(whole)
}

/// Whether two edits replace common text, or insert at one place.
fn meet(a: Span, b: Span) -> bool {
    a == b || a.lo < b.hi && b.lo < a.hi
}
