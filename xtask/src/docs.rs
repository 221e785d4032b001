//! Writes the pages that are generated from the code.

use crate::{Outcome, repository};
use std::fs;
use std::path::Path;

/// Writes `docs/lints.md` and the pages of the lints from the documentation in the lints themselves, and
/// `docs/families.md` from the tables. Chapters and pages of lints
/// that are gone go as well.
pub(crate) fn write() -> Outcome {
    let docs = repository().join("docs");
    let pages = memlint_lints::pages();
    for page in &pages {
        write_page(&docs, &page.path, &page.text)?;
    }
    let families = memlint_analysis::families::tables_markdown();
    write_page(&docs, "families.md", &families)?;
    let contents = fs::read_to_string(docs.join("SUMMARY.md")).unwrap_or_default();
    let chapters: Vec<&str> = pages.iter().map(|page| page.path.as_str()).collect();
    write_page(&docs, "SUMMARY.md", &with_chapters(&contents, &chapters))?;
    remove_stale(&docs, |path| pages.iter().any(|page| page.path == path))
}

fn write_page(docs: &Path, path: &str, text: &str) -> Outcome {
    let page = docs.join(path);
    if fs::read_to_string(&page).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let folder = page.parent().unwrap_or(docs);
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    fs::write(&page, text).map_err(|error| format!("{}: {error}", page.display()))?;
    println!("wrote docs/{path}");
    Ok(())
}

/// The table of contents with one line for each lint's page below that of their index.
fn with_chapters(contents: &str, pages: &[&str]) -> String {
    let mut out = String::new();
    for line in contents.lines().filter(|line| !line.contains("](lints/")) {
        out += &format!("{line}\n");
        if line.ends_with("(lints.md)") {
            for path in pages.iter().filter(|path| path.starts_with("lints/")) {
                let name = path.trim_start_matches("lints/").trim_end_matches(".md");
                out += &format!("  - [{name}]({path})\n");
            }
        }
    }
    out
}

/// Everything in `docs/lints` is generated.
fn remove_stale(docs: &Path, is_page: impl Fn(&str) -> bool) -> Outcome {
    let folder = docs.join("lints");
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries.flatten() {
        let path = format!("lints/{}", entry.file_name().to_string_lossy());
        if !is_page(&path) {
            fs::remove_file(entry.path()).map_err(|error| format!("docs/{path}: {error}"))?;
            println!("removed docs/{path}");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_come_and_go_with_their_lints() {
        let old = "- [A](a.md)\n- [Lints](lints.md)\n  - [gone](lints/gone.md)\n- [B](b.md)\n";
        let new = with_chapters(old, &["lints.md", "lints/new.md"]);
        assert_eq!(
            new,
            "- [A](a.md)\n- [Lints](lints.md)\n  - [new](lints/new.md)\n- [B](b.md)\n"
        );
    }
}
