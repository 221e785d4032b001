//! Writes the pages that are generated from the code.

use crate::{Outcome, repository};
use std::fs;

/// Writes `docs/lints.md` from the documentation in the lints themselves.
pub(crate) fn write() -> Outcome {
    let page = repository().join("docs/lints.md");
    let text = memlint_lints::catalogue_markdown();
    if fs::read_to_string(&page).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(&page, text).map_err(|error| format!("{}: {error}", page.display()))?;
    println!("wrote docs/lints.md");
    Ok(())
}
