//! A directive silences nothing, or an expectation is not fulfilled.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Suggestion};
use crate::lint::{Check, Group, Level, Lint};
use memlint_analysis::ir::{Directive, DirectiveKind};

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "unused_allow",
    group: Group::Directive,
    level: Level::Warn,
    summary: "A directive silences nothing",
    cwe: &[],
    cert: &[],
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
A name is only judged in a run in which its lint is not at `allow`.
"#,
    check: Check::Directive,
};

/// These names of the directive silenced nothing; `whole`: there are no others in it.
pub(crate) fn finding(directive: &Directive, names: &[&str], whole: bool) -> Diagnostic {
    let kind = super::directive_word(&directive.kind);
    let written = format!("`{kind}({})`", names.join(", "));
    let expected = directive.kind == DirectiveKind::Expect;
    let message = if expected {
        format!("{written} is not fulfilled: nothing is found here")
    } else {
        format!("{written} silences nothing")
    };
    let d = Diagnostic::new(&LINT, directive.span, message);
    if !whole {
        let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        return d.help(format!(
            "remove {} from the directive",
            quoted.join(" and ")
        ));
    }
    d.help("remove the directive").suggest(Suggestion {
        edits: vec![Edit {
            span: directive.span,
            replacement: String::new(),
        }],
        message: "remove the directive".to_owned(),
        applicability: Applicability::MachineApplicable,
    })
}
