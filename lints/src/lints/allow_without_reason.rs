//! A directive does not say why.

use crate::diagnostic::Diagnostic;
use crate::lint::{Check, Group, Level, Lint};
use memlint_analysis::ir::Directive;

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "allow_without_reason",
    group: Group::Directive,
    // A habit that a project chooses, not a defect.
    level: Level::Allow,
    summary: "A directive gives no reason",
    cwe: &[],
    cert: &[],
    related: &["malformed_directive", "unused_allow"],
    docs: r#"
### What it does
Finds a directive without `reason = ".."`.

### Why is this bad
Who reads it later cannot tell whether it still holds. It is a matter of a project's habits, so
the lint is off by default.

### Example
```rust
// memlint: allow-file(leaked_raw)
fn answer() -> u32 {
    42
}
```

### Use instead
```rust
// memlint: allow-file(leaked_raw, reason = "the host releases all handles at exit")
fn answer() -> u32 {
    42
}
```

### Limits
Whether the reason is a good one is for people to judge.
"#,
    check: Check::Directive,
    repair: None,
};

/// The directive gives no reason.
pub(crate) fn finding(directive: &Directive) -> Diagnostic {
    let kind = super::directive_word(&directive.kind);
    let message = format!("`{kind}({})` gives no reason", directive.lints.join(", "));
    Diagnostic::new(&LINT, directive.span, message).help("add `reason = \"..\"`")
}
