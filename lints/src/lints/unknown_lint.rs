//! A directive names a lint that does not exist.

use crate::diagnostic::Diagnostic;
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
};

/// This name of the directive is unknown.
pub(crate) fn finding(directive: &Directive, unknown: &UnknownName) -> Diagnostic {
    let message = format!("no lint or group is called `{}`", unknown.name);
    let d = Diagnostic::new(&LINT, directive.span, message);
    match unknown.closest {
        Some(name) => d.help(format!("the closest name is `{name}`")),
        None => d.help("see `cargo memlint --list` for the names"),
    }
}
