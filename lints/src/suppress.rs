//! Suppressions in the source, and the lints that keep them honest.

use crate::diagnostic::Diagnostic;
use crate::levels::Levels;
use crate::lint::{Check, Group, Level, Lint};
use crate::lints::{allow_without_reason, malformed_directive, unknown_lint, unused_allow};
use crate::select::Selection;
use memlint_analysis::ir::{Directive, DirectiveKind};
use memlint_analysis::span::{Pos, Span};
use std::cmp::Reverse;

/// What became of the findings.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Findings to report, in the order of the places. None has the level `allow`.
    pub kept: Vec<Diagnostic>,
    /// Findings that a directive silences.
    pub suppressed: Vec<Diagnostic>,
    /// Findings about the directives themselves, to report as well.
    pub hygiene: Vec<Diagnostic>,
}

/// Applies the directives of all files to the findings.
///
/// The innermost directive that covers a finding silences it, and counts as used; a finding whose
/// level is `forbid` stays. Findings about directives can be silenced like all others.
pub fn apply(diagnostics: Vec<Diagnostic>, directives: &[Directive], levels: &Levels) -> Outcome {
    let mut entries = Vec::new();
    let mut about = Vec::new();
    for directive in directives {
        read(directive, &mut entries, &mut about);
    }
    let mut outcome = Outcome::default();
    outcome.kept = sift(diagnostics, &mut entries, levels, &mut outcome.suppressed);
    // What is unused is known only when everything else has been silenced.
    let mut hygiene = sift(about, &mut entries, levels, &mut outcome.suppressed);
    let unused = unused(directives, &entries, levels);
    hygiene.extend(sift(unused, &mut entries, levels, &mut outcome.suppressed));
    hygiene.sort_by(|a, b| {
        a.place()
            .cmp(&b.place())
            .then_with(|| a.message.cmp(&b.message))
    });
    outcome.hygiene = hygiene;
    outcome
}

/// One name of one directive.
struct Entry<'a> {
    directive: &'a Directive,
    /// Which of its names.
    at: usize,
    written: &'a str,
    selection: Selection,
    used: bool,
}

fn read<'a>(directive: &'a Directive, entries: &mut Vec<Entry<'a>>, about: &mut Vec<Diagnostic>) {
    if let DirectiveKind::Malformed(why) = &directive.kind {
        about.push(malformed_directive::finding(directive, why));
        return;
    }
    if directive.reason.is_none() {
        about.push(allow_without_reason::finding(directive));
    }
    for (at, written) in directive.lints.iter().enumerate() {
        match Selection::parse(written) {
            Ok(selection) => entries.push(Entry {
                directive,
                at,
                written,
                selection,
                used: false,
            }),
            Err(unknown) => about.push(unknown_lint::finding(directive, at, &unknown)),
        }
    }
}

/// The findings that are not silenced; those of level `allow` are gone, but use their directive.
fn sift(
    found: Vec<Diagnostic>,
    entries: &mut [Entry<'_>],
    levels: &Levels,
    suppressed: &mut Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut kept = Vec::new();
    for d in found {
        let level = levels.level_of(d.lint);
        let covered = match innermost(entries, &d, level) {
            Some(entry) => {
                entry.used = true;
                true
            }
            None => false,
        };
        match (level, covered) {
            (Level::Allow, _) => {}
            (Level::Forbid, true) => kept.push(d.help(FORBIDDEN)),
            (_, true) => suppressed.push(d),
            (_, false) => kept.push(d),
        }
    }
    kept
}

const FORBIDDEN: &str = "the directive here has no effect: the level of the lint is `forbid`";

/// The entry with the smallest scope that covers the finding; of equal scopes the last, which
/// stands closest to the code.
fn innermost<'e, 'a>(
    entries: &'e mut [Entry<'a>],
    d: &Diagnostic,
    level: Level,
) -> Option<&'e mut Entry<'a>> {
    entries
        .iter_mut()
        .filter(|entry| {
            covers(entry.directive, d.primary.span)
                || d.call.is_some_and(|call| covers(entry.directive, call))
        })
        .filter(|entry| entry.selection.covers(d.lint, level))
        .max_by_key(|entry| narrowness(entry.directive, d.primary.span))
}

fn covers(directive: &Directive, span: Span) -> bool {
    match directive.kind {
        DirectiveKind::AllowFile => directive.span.file == span.file,
        _ => directive.scope.contains(span) || directive.files.contains(&span.file),
    }
}

/// Scopes that cover one place lie inside one another: the one that begins last and ends first is
/// the innermost. One that comes from the module's declaration is the outermost; of several, the one
/// with fewer files.
fn narrowness(directive: &Directive, at: Span) -> (u8, Reverse<usize>, Pos, Reverse<Pos>) {
    let scope = directive.scope;
    let (rank, files) = match directive.kind {
        DirectiveKind::AllowFile => (1, 0),
        _ if directive.files.contains(&at.file) => (0, directive.files.len()),
        _ => (2, 0),
    };
    (rank, Reverse(files), scope.lo, Reverse(scope.hi))
}

/// A finding for each directive that names lints which found nothing.
fn unused(directives: &[Directive], entries: &[Entry<'_>], levels: &Levels) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for directive in directives.iter().filter(|directive| !directive.unseen) {
        let own = || {
            let mine = |entry: &&Entry<'_>| std::ptr::eq(entry.directive, directive);
            entries.iter().filter(mine)
        };
        let idle: Vec<(usize, &str)> = own()
            .filter(|entry| !entry.used && runs(entry.selection, levels))
            .map(|entry| (entry.at, entry.written))
            .collect();
        if !idle.is_empty() {
            found.push(unused_allow::finding(directive, &idle));
        }
    }
    found
}

/// Whether this run could have found something for the selection. Lints about directives are
/// left out: they are silenced last, when it is too late to call their directive unused.
fn runs(selection: Selection, levels: &Levels) -> bool {
    let judged =
        |lint: &Lint| lint.group != Group::Directive && matches!(lint.check, Check::Event(_));
    crate::all().iter().any(|lint| {
        let level = levels.level_of(lint);
        level != Level::Allow && judged(lint) && selection.covers(lint, level)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, event, free, line};
    use memlint_analysis::event::{EventKind, Fault, Loss};
    use memlint_analysis::ir::Part;
    use memlint_analysis::span::FileId;

    fn leak() -> Diagnostic {
        let how = Loss::ScopeEnd;
        let lost_at = line(9);
        found(event(
            EventKind::Lose { how, lost_at },
            sample::boxed("Pair"),
        ))
    }

    fn mismatch() -> Diagnostic {
        found(sample::reclaim(
            free(),
            Fault::OtherFamily,
            sample::boxed("Pair"),
        ))
    }

    fn found(event: memlint_analysis::event::Event) -> Diagnostic {
        crate::judge(&[event]).remove(0)
    }

    fn directive(kind: DirectiveKind, lints: &[&str], scope: (u32, u32)) -> Directive {
        Directive {
            kind,
            lints: lints.iter().map(|&name| name.to_owned()).collect(),
            reason: Some("because".to_owned()),
            span: line(scope.0.saturating_sub(1)),
            scope: line(scope.0).to(line(scope.1)),
            parts: parts(lints),
            removal: Some(line(scope.0.saturating_sub(1))),
            outline: Vec::new(),
            files: Vec::new(),
            conditions: Vec::new(),
            unseen: false,
        }
    }

    /// Names in a row, ten columns each, then a reason.
    fn parts(lints: &[&str]) -> Vec<Part> {
        let at = |n: usize| {
            let pos = |column: usize| Pos {
                line: 8,
                column: column as u32,
            };
            let file = line(8).file;
            let (lo, hi) = (pos(n * 10), pos(n * 10 + 8));
            Span { file, lo, hi }
        };
        let name = |n: usize| (n < lints.len()).then_some(n);
        let part = |n| Part {
            span: at(n),
            name: name(n),
        };
        (0..=lints.len()).map(part).collect()
    }

    fn allow(lints: &[&str], scope: (u32, u32)) -> Directive {
        directive(DirectiveKind::Allow, lints, scope)
    }

    fn run(found: Vec<Diagnostic>, directives: &[Directive]) -> Outcome {
        apply(found, directives, &Levels::new())
    }

    fn names(found: &[Diagnostic]) -> Vec<&str> {
        found.iter().map(|d| d.lint.name).collect()
    }

    #[test]
    fn an_allow_silences_what_it_names_where_it_applies() {
        let outcome = run(vec![leak(), mismatch()], &[allow(&["leaked_raw"], (8, 12))]);
        assert_eq!(names(&outcome.kept), ["mismatched_dealloc"]);
        assert_eq!(names(&outcome.suppressed), ["leaked_raw"]);
        assert!(outcome.hygiene.is_empty());
        let outcome = run(vec![leak()], &[allow(&["leaked_raw"], (20, 30))]);
        assert_eq!(names(&outcome.kept), ["leaked_raw"]);
        assert_eq!(names(&outcome.hygiene), ["unused_allow"]);
    }

    #[test]
    fn groups_and_all_silence_too() {
        for name in ["leak", "all", "warnings", "memlint::leaked_raw"] {
            let outcome = run(vec![leak()], &[allow(&[name], (8, 12))]);
            assert!(outcome.kept.is_empty(), "{name}");
        }
    }

    #[test]
    fn the_whole_file() {
        let outcome = run(
            vec![leak()],
            &[directive(
                DirectiveKind::AllowFile,
                &["leaked_raw"],
                (50, 50),
            )],
        );
        assert!(outcome.kept.is_empty());
        assert!(outcome.hygiene.is_empty());
    }

    #[test]
    fn the_innermost_directive_is_the_used_one() {
        let directives = [
            allow(&["leaked_raw"], (9, 9)),
            allow(&["leaked_raw"], (1, 30)),
        ];
        let outcome = run(vec![leak()], &directives);
        assert_eq!(outcome.hygiene.len(), 1);
        assert_eq!(outcome.hygiene[0].primary.span, directives[1].span);
    }

    #[test]
    fn a_declared_module_is_covered_from_outside_and_last() {
        let file = line(9).file;
        let mut outer = allow(&["leaked_raw"], (2, 2));
        outer.scope.file = FileId(file.0 + 1);
        outer.span.file = outer.scope.file;
        assert_eq!(
            names(&run(vec![leak()], &[outer.clone()]).kept),
            ["leaked_raw"]
        );
        outer.files = vec![file];
        assert!(run(vec![leak()], &[outer.clone()]).hygiene.is_empty());
        let whole = directive(DirectiveKind::AllowFile, &["leaked_raw"], (1, 1));
        for inner in [whole, allow(&["leaked_raw"], (9, 9))] {
            let outcome = run(vec![leak()], &[inner, outer.clone()]);
            assert_eq!(outcome.hygiene[0].primary.span, outer.span);
        }
    }

    #[test]
    fn who_sees_a_part_only_calls_nothing_unused() {
        let mut torn = allow(&["double_free"], (9, 9));
        torn.unseen = true;
        assert!(run(vec![leak()], &[torn]).hygiene.is_empty());
    }

    #[test]
    fn an_unused_name_beside_a_used_one() {
        let outcome = run(
            vec![leak()],
            &[allow(&["leaked_raw", "double_free"], (9, 9))],
        );
        let d = &outcome.hygiene[0];
        assert_eq!(d.message, "`allow(double_free)` silences nothing");
        assert_eq!(
            d.suggestions[0].message,
            "remove `double_free` from the directive"
        );
        assert_eq!(removed(d), [(10, 20)]);
    }

    /// The columns that the first repair deletes.
    fn removed(d: &Diagnostic) -> Vec<(u32, u32)> {
        let edits = &d.suggestions[0].edits;
        assert!(edits.iter().all(|edit| edit.replacement.is_empty()));
        let columns = edits.iter().map(|e| (e.span.lo.column, e.span.hi.column));
        columns.collect()
    }

    #[test]
    fn names_go_with_their_commas() {
        let outcome = |names: &[&str]| run(vec![leak()], &[allow(names, (9, 9))]);
        let first = outcome(&["double_free", "leaked_raw"]);
        assert_eq!(removed(&first.hygiene[0]), [(0, 10)]);
        let both = outcome(&["double_free", "leaked_raw", "free_offset", "use_after_free"]);
        assert_eq!(removed(&both.hygiene[0]), [(0, 10), (20, 30), (30, 40)]);
        // Without a reason behind them, the comma in front goes.
        let mut directive = allow(&["leaked_raw", "double_free", "free_offset"], (9, 9));
        directive.parts.pop();
        let last = run(vec![leak()], &[directive]);
        assert_eq!(removed(&last.hygiene[0]), [(8, 28)]);
    }

    #[test]
    fn an_expectation_that_is_not_fulfilled() {
        let expect = directive(DirectiveKind::Expect, &["double_free"], (9, 9));
        let outcome = run(vec![], &[expect]);
        let message = "`expect(double_free)` is not fulfilled: nothing is found here";
        assert_eq!(outcome.hygiene[0].message, message);
        assert_eq!(outcome.hygiene[0].suggestions.len(), 1);
    }

    #[test]
    fn what_does_not_run_is_not_unused() {
        let outcome = run(vec![], &[allow(&["unchecked_alloc_size"], (9, 9))]);
        assert!(outcome.hygiene.is_empty());
    }

    #[test]
    fn forbidden_findings_stay() {
        let mut levels = Levels::new();
        levels.set("leak", Level::Forbid).unwrap();
        let outcome = apply(vec![leak()], &[allow(&["leaked_raw"], (9, 9))], &levels);
        assert_eq!(names(&outcome.kept), ["leaked_raw"]);
        assert!(outcome.kept[0].helps.last().unwrap().contains("`forbid`"));
        assert!(outcome.hygiene.is_empty());
    }

    #[test]
    fn allowed_findings_are_gone() {
        let mut levels = Levels::new();
        levels.set("leak", Level::Allow).unwrap();
        let outcome = apply(vec![leak()], &[], &levels);
        assert!(outcome.kept.is_empty() && outcome.suppressed.is_empty());
    }

    #[test]
    fn unknown_and_malformed_directives() {
        let why = "expected `(`".to_owned();
        let directives = [
            allow(&["leaked_row"], (9, 9)),
            directive(DirectiveKind::Malformed(why), &[], (15, 15)),
        ];
        let outcome = run(vec![], &directives);
        assert_eq!(
            names(&outcome.hygiene),
            ["unknown_lint", "malformed_directive"]
        );
        assert_eq!(
            outcome.hygiene[0].helps,
            ["the closest name is `leaked_raw`"]
        );
        let message = "this directive is not understood: expected `(`";
        assert_eq!(outcome.hygiene[1].message, message);
    }

    #[test]
    fn a_reason_is_asked_for_only_on_demand() {
        let mut bare = allow(&["leaked_raw"], (9, 9));
        bare.reason = None;
        assert!(
            run(vec![leak()], std::slice::from_ref(&bare))
                .hygiene
                .is_empty()
        );
        let mut levels = Levels::new();
        levels.set("allow_without_reason", Level::Warn).unwrap();
        let outcome = apply(vec![leak()], &[bare], &levels);
        assert_eq!(
            outcome.hygiene[0].message,
            "`allow(leaked_raw)` gives no reason"
        );
    }

    #[test]
    fn findings_about_directives_can_be_silenced() {
        let directives = [
            directive(DirectiveKind::AllowFile, &["unused_allow"], (1, 1)),
            allow(&["leaked_raw"], (9, 9)),
        ];
        let outcome = run(vec![], &directives);
        assert!(outcome.hygiene.is_empty());
        assert_eq!(names(&outcome.suppressed), ["unused_allow"]);
    }
}
