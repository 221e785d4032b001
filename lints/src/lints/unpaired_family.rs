//! A declared family lacks its allocator or its release.

use crate::diagnostic::Diagnostic;
use crate::lint::{Check, Group, Level, Lint};
use memlint_analysis::event::{Event, EventKind};

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {
    name: "unpaired_family",
    group: Group::Annotation,
    level: Level::Warn,
    summary: "A declared family has only one half",
    cwe: &[],
    cert: &[],
    related: &["conflicting_annotation", "mismatched_dealloc"],
    docs: r#"
### What it does
Finds a family of `#[paired_alloc]` for which an allocator is declared and no release, or the
reverse.

### Why is this bad
With one half missing nothing can be paired: the family's name is misspelt, or the other half was
forgotten, and its mistakes go unseen.

### Example
```rust
#[memlint::paired_alloc(family = "node", role = "alloc")]
pub fn node_new() -> *mut u32 {
    Box::into_raw(Box::new(1))
}

#[memlint::paired_alloc(family = "nodes", role = "free")]
pub unsafe fn node_free(node: *mut u32) {
    drop(unsafe { Box::from_raw(node) });
}
```

### Use instead
```rust
#[memlint::paired_alloc(family = "node", role = "alloc")]
pub fn node_new() -> *mut u32 {
    Box::into_raw(Box::new(1))
}

#[memlint::paired_alloc(family = "node", role = "free")]
pub unsafe fn node_free(node: *mut u32) {
    drop(unsafe { Box::from_raw(node) });
}
```

### Limits
A family that the built-in tables know is never incomplete. The other half may be declared in a
crate that is not looked at.
"#,
    check: Check::Event(check),
    repair: None,
};

fn check(event: &Event) -> Option<Diagnostic> {
    let EventKind::HalfFamily { family, allocator } = &event.kind else {
        return None;
    };
    let (has, lacks, role) = if *allocator {
        ("a release", "no allocator", "alloc")
    } else {
        ("an allocator", "no release", "free")
    };
    let message = format!("the family `{family}` has {has} and {lacks}");
    let mut d = Diagnostic::new(&LINT, event.site, message)
        .label(format!("declared for `{family}`"))
        .help(format!(
            "declare the other half with `role = \"{role}\"`, or mend the family's name"
        ));
    d.function.clone_from(&event.function);
    Some(d)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, event};
    use memlint_analysis::name::Name;

    #[test]
    fn either_half_may_be_missing() {
        let half = |allocator| {
            let family = Name::new("node");
            let kind = EventKind::HalfFamily { family, allocator };
            check(&event(kind, sample::unknown())).unwrap().message
        };
        let message = "the family `node` has an allocator and no release";
        assert_eq!(half(false), message);
        let message = "the family `node` has a release and no allocator";
        assert_eq!(half(true), message);
    }
}
