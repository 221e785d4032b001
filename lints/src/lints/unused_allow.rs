//! A directive silences nothing, or an expectation is not fulfilled.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Suggestion};
use crate::lint::{Check, Group, Level, Lint};
use memlint_analysis::ir::{Directive, DirectiveKind, Part};
use memlint_analysis::span::Span;

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "unused_allow",
    group: Group::Directive,
    level: Level::Warn,
    summary: "A directive silences nothing",
    cwe: &[],
    cert: &[],
    related: &["malformed_directive", "unknown_lint"],
    docs: r#"
### What it does
Finds an `allow`, `expect` or `allow-file` naming a lint that finds nothing where the directive
applies.

### Why is this bad
A directive that has outlived its finding hides the next one: the defect that comes back at this
place is not reported.

### Example
```rust
// memlint: allow(leaked_raw, reason = "released by the plugin")
fn answer() -> u32 {
    42
}
```

### Use instead
```rust
fn answer() -> u32 {
    42
}
```

### Limits
A name is only judged in a run in which its lint is not at `allow`, and in which all the code that
the directive may be for is in view: no test, feature or machine is left out of it, and no file or
package that belongs to it.
"#,
    check: Check::Directive,
    repair: None,
};

/// These names of the directive, with their numbers, silenced nothing.
pub(crate) fn finding(directive: &Directive, names: &[(usize, &str)]) -> Diagnostic {
    let kind = super::directive_word(&directive.kind);
    let written: Vec<&str> = names.iter().map(|(_, name)| *name).collect();
    let written = format!("`{kind}({})`", written.join(", "));
    let expected = directive.kind == DirectiveKind::Expect;
    let message = if expected {
        format!("{written} is not fulfilled: nothing is found here")
    } else {
        format!("{written} silences nothing")
    };
    let d = Diagnostic::new(&LINT, directive.span, message);
    let whole = directive
        .removal
        .filter(|_| names.len() == directive.lints.len());
    let (message, spans) = match whole {
        Some(span) => ("remove the directive".to_owned(), vec![span]),
        None => {
            let quoted: Vec<_> = names.iter().map(|(_, name)| format!("`{name}`")).collect();
            let message = format!("remove {} from the directive", quoted.join(" and "));
            (message, without(directive, names))
        }
    };
    let edit = |span| Edit {
        span,
        replacement: String::new(),
    };
    d.suggest(Suggestion {
        edits: spans.into_iter().map(edit).collect(),
        message,
        applicability: Applicability::MachineApplicable,
    })
}

/// What goes with these names: each with the comma behind it, or in front of it if nothing that stays
/// follows.
fn without(directive: &Directive, names: &[(usize, &str)]) -> Vec<Span> {
    let parts = &directive.parts;
    let goes = |part: &Part| {
        part.name
            .is_some_and(|at| names.iter().any(|(n, _)| *n == at))
    };
    let stays = parts.iter().rposition(|part| !goes(part));
    let mut spans = Vec::new();
    for (at, part) in parts.iter().enumerate().filter(|(_, part)| goes(part)) {
        let next = parts.get(at + 1).filter(|_| stays > Some(at));
        spans.extend(next.map(|next| Span {
            hi: next.span.lo,
            ..part.span
        }));
    }
    // The last ones go together.
    if let (Some(stays), Some(last)) = (stays, parts.last().filter(|last| goes(last))) {
        spans.push(Span {
            lo: parts[stays].span.hi,
            ..last.span
        });
    }
    spans
}
