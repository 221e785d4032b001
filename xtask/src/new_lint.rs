//! Begins a lint: its file, its place in the catalogue, a firing and a silent fixture.

use crate::{Outcome, repository};
use std::fs;
use std::path::Path;

/// Writes what a new lint needs; the rest is in the comments of what it writes.
pub(crate) fn create(name: &str) -> Outcome {
    let plain = |c: char| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit();
    if name.is_empty() || !name.chars().all(plain) {
        return Err(format!(
            "`{name}`: a lint's name is lower case with `_`, and says what is wrong"
        ));
    }
    if memlint_lints::find(name).is_some() {
        return Err(format!("`{name}` is there already"));
    }
    let top = repository();
    let lints = top.join("lints/src/lints");
    write_new(&lints.join(format!("{name}.rs")), &lint_file(name))?;
    let fixtures = top.join("ui-tests/fixtures").join(name);
    fs::create_dir_all(&fixtures).map_err(|error| error.to_string())?;
    write_new(&fixtures.join("firing.rs"), &firing(name))?;
    write_new(&fixtures.join("ok_silent.rs"), SILENT)?;
    let catalogue = lints.join("mod.rs");
    let text = fs::read_to_string(&catalogue).map_err(|error| error.to_string())?;
    fs::write(&catalogue, with_lint(&text, name)?).map_err(|error| error.to_string())?;
    println!("began `{name}`: fill the fixtures, then the lint; then `cargo xtask bless`");
    Ok(())
}

fn write_new(path: &Path, text: &str) -> Outcome {
    if path.exists() {
        return Err(format!("{} is there already", path.display()));
    }
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("wrote {}", path.display());
    Ok(())
}

/// The catalogue with the lint in its two sorted lists: the modules and the statics.
fn with_lint(text: &str, name: &str) -> Result<String, String> {
    let text = insert(text, "pub(crate) mod ", ";", name)?;
    insert(&text, "    &", "::LINT,", name)
}

/// Inserts `{before}{name}{after}` into the run of such lines, in its sorted place.
fn insert(text: &str, before: &str, after: &str, name: &str) -> Result<String, String> {
    let of_line = |line: &str| Some(line.strip_prefix(before)?.strip_suffix(after)?.to_owned());
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut place = None;
    for (index, line) in lines.iter().enumerate() {
        match of_line(line) {
            Some(other) if other.as_str() > name => {
                place = Some(index);
                break;
            }
            Some(_) => place = Some(index + 1),
            None => {}
        }
    }
    let place = place.ok_or_else(|| format!("no line `{before}..{after}` in the catalogue"))?;
    lines.insert(place, format!("{before}{name}{after}"));
    Ok(lines.join("\n") + "\n")
}

fn lint_file(name: &str) -> String {
    format!(
        r##"//! (One line: what goes wrong.)

use crate::diagnostic::Diagnostic;
use crate::lint::{{Check, Group, Level, Lint}};
use memlint_analysis::event::Event;

/// See [`Lint::docs`].
pub(crate) static LINT: Lint = Lint {{
    name: "{name}",
    group: Group::Correctness,
    level: Level::Deny,
    summary: "",
    cwe: &[],
    cert: &[],
    related: &[],
    docs: r#"
### What it does

### Why is this bad

### Example
```rust
```

### Use instead
```rust
```

### Limits
"#,
    check: Check::Event(check),
    repair: None,
}};

fn check(_event: &Event) -> Option<Diagnostic> {{
    None
}}
"##
    )
}

fn firing(name: &str) -> String {
    format!("//! (One line: what is wrong here.)\n\npub fn wrong() {{}} //~ {name}\n")
}

const SILENT: &str = "//! (One line: why this is right.)\n\npub fn right() {}\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lint_goes_to_its_sorted_place() {
        let text = "pub(crate) mod a;\npub(crate) mod c;\n\nconst ALL: &[&Lint] = &[\n    &a::LINT,\n    &c::LINT,\n];\n";
        let with = with_lint(text, "b").unwrap();
        assert_eq!(
            with,
            "pub(crate) mod a;\npub(crate) mod b;\npub(crate) mod c;\n\nconst ALL: &[&Lint] = &[\n    &a::LINT,\n    &b::LINT,\n    &c::LINT,\n];\n"
        );
        assert!(
            with_lint(text, "d")
                .unwrap()
                .contains("mod c;\npub(crate) mod d;\n\n")
        );
        assert!(
            with_lint(text, "_")
                .unwrap()
                .starts_with("pub(crate) mod _;\npub(crate) mod a;\n")
        );
    }
}
