//! A directive names a lint that does not exist.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Suggestion};
use crate::lint::{Check, Group, Level, Lint};
use crate::select::UnknownName;
use memlint_analysis::ir::Directive;

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "unknown_lint",
    group: Group::Directive,
    level: Level::Warn,
    summary: "A directive names a lint that does not exist",
    cwe: &[],
    cert: &[],
    related: &["malformed_directive", "unused_allow"],
    docs: r#"
### What it does
Finds a name in a directive that no lint and no group has.

### Why is this bad
A misspelt name silences nothing, and the reader believes that it does.

### Example
```rust
// memlint: allow(dubble_free, reason = "the second call sees null")
fn answer() -> u32 {
    42
}
```

### Use instead
```rust
// memlint: allow(double_free, reason = "the second call sees null")
fn answer() -> u32 {
    42
}
```

### Limits
Names of lints of a newer version are unknown to an older one.
"#,
    check: Check::Directive,
    repair: None,
};

/// The name with this number of the directive is unknown.
pub(crate) fn finding(directive: &Directive, at: usize, unknown: &UnknownName) -> Diagnostic {
    let message = format!("no lint or group is called `{}`", unknown.name);
    let place = directive.parts.iter().find(|part| part.name == Some(at));
    let span = place.map_or(directive.span, |part| part.span);
    let d = Diagnostic::new(&LINT, span, message);
    let Some(name) = unknown.closest else {
        return d.help("see `cargo memlint --list` for the names");
    };
    let d = d.help(format!("the closest name is `{name}`"));
    let Some(part) = place else { return d };
    let prefix = match part.span.hi.column - part.span.lo.column {
        long if long as usize > unknown.name.chars().count() => "memlint::",
        _ => "",
    };
    d.suggest(Suggestion {
        edits: vec![Edit {
            span: part.span,
            replacement: format!("{prefix}{name}"),
        }],
        message: format!("if that is meant, write `{name}`"),
        // Another lint may be meant, or none.
        applicability: Applicability::MaybeIncorrect,
    })
}
