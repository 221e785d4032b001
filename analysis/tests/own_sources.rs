//! The repository's own sources as a smoke test of lowering.

use memlint_analysis::lower::{MacroTable, collect_macros, lower_file};
use memlint_analysis::span::FileId;
use std::path::Path;

/// Everything in this repository can be lowered.
#[test]
fn own_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = vec![root];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                if name != "target" && name != ".git" {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|e| e == "rs")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                let mut macros = MacroTable::default();
                collect_macros(&text, &mut macros);
                let Ok(ir) = lower_file(FileId(0), &text, &macros) else {
                    continue;
                };
                count += ir
                    .bodies
                    .iter()
                    .map(|body| body.to_string().len())
                    .sum::<usize>();
            }
        }
    }
    assert!(count > 0);
}
