//! A comment or attribute means to be a directive and is not understood.

use crate::diagnostic::Diagnostic;
use crate::lint::{Check, Group, Level, Lint};
use memlint_analysis::ir::Directive;

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "malformed_directive",
    group: Group::Directive,
    level: Level::Warn,
    summary: "A directive is not understood",
    cwe: &[],
    cert: &[],
    related: &["allow_without_reason", "unknown_lint"],
    docs: r#"
### What it does
Finds a comment that begins with `memlint`, or an attribute of the tool, that is not written as a
directive; and a directive in documentation, where it is text for the reader.

### Why is this bad
It silences nothing, and the reader believes that it does.

### Example
```rust
// memlint: allow double_free
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
A comment that only mentions the tool in a sentence is no directive and is not reported.
"#,
    check: Check::Directive,
    repair: None,
};

/// The directive is not understood; `why` says at which point.
pub(crate) fn finding(directive: &Directive, why: &str) -> Diagnostic {
    let message = match why.trim().trim_end_matches('.') {
        "" => "this directive is not understood".to_owned(),
        why => format!("this directive is not understood: {why}"),
    };
    Diagnostic::new(&LINT, directive.span, message).help(
        "write `// memlint: allow(LINT, reason = \"..\")`, or `expect` or `allow-file` for `allow`",
    )
}
