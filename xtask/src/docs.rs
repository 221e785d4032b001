//! Writes the pages that are generated from the code.

use crate::{Outcome, repository};
use std::fs;

/// Writes `docs/lints.md` from the documentation in the lints themselves, and `docs/families.md`
/// from the tables.
pub(crate) fn write() -> Outcome {
    write_page("docs/lints.md", &memlint_lints::catalogue_markdown())?;
    write_page(
        "docs/families.md",
        &memlint_analysis::families::tables_markdown(),
    )
}

fn write_page(path: &str, text: &str) -> Outcome {
    let page = repository().join(path);
    if fs::read_to_string(&page).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(&page, text).map_err(|error| format!("{}: {error}", page.display()))?;
    println!("wrote {path}");
    Ok(())
}
