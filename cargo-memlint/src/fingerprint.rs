//! What a finding is known by from run to run. Nothing in it moves when lines do.
//!
//! A fingerprint is made of the lint, the items around the place, the code there without its layout, and an ordinal among findings that are equal in all of these. The file is left
//! out: whoever needs it adds the path as seen from where the fingerprint is kept.

use crate::outline::Outline;
use crate::report::{Finding, Texts};
use memlint_analysis::span::FileId;
use memlint_lints::Diagnostic;
use std::collections::HashMap;

/// The longest code that is kept to be read.
const LONGEST: usize = 100;

/// Gives each finding its item and its fingerprint; they stand in the order of path and line.
pub fn mark(findings: &mut [Finding], texts: &Texts<'_>) {
    let mut outlines: HashMap<FileId, Outline> = HashMap::new();
    let mut equal: HashMap<(FileId, u64), u32> = HashMap::new();
    for finding in findings {
        let found = &finding.diagnostic;
        let span = found.primary.span;
        let outline = outlines
            .entry(span.file)
            .or_insert_with(|| Outline::of(span.file, texts.get(span.file)));
        finding.item = outline.around(span);
        let code = compact(&code(found, texts));
        let alike = hash(&[found.lint.name, &finding.item, &code]);
        let ordinal = equal.entry((span.file, alike)).or_default();
        let number = ordinal.to_string();
        *ordinal += 1;
        finding.fingerprint = hex(hash(&[found.lint.name, &finding.item, &code, &number]));
    }
}

/// The fingerprint together with the file, for readers that know findings by it alone.
pub fn with_path(path: &str, fingerprint: &str) -> String {
    hex(hash(&[path, fingerprint]))
}

/// The code at the place, on one line and not too long, to be read.
pub fn excerpt(found: &Diagnostic, texts: &Texts<'_>) -> String {
    let code = code(found, texts);
    let words: Vec<&str> = code.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}..", &line[..end]),
        None => line,
    }
}

fn code(found: &Diagnostic, texts: &Texts<'_>) -> String {
    let text = texts.get(found.primary.span.file);
    text.as_str()[text.range(found.primary.span)].to_owned()
}

/// Without what a formatter changes: spaces, line ends, and commas before a closing bracket.
fn compact(code: &str) -> String {
    let bare: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    [")", "]", "}"].iter().fold(bare, |bare, close| {
        bare.replace(&format!(",{close}"), close)
    })
}

/// FNV-1a: the same on every machine and in every version, which the standard hasher is not.
fn hash(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn hex(hash: u64) -> String {
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_does_not_count() {
        let one = "free(\n    pointer,\n    size,\n)";
        assert_eq!(compact(one), compact("free(pointer, size)"));
        assert_ne!(compact("free(a)"), compact("free(b)"));
    }

    #[test]
    fn the_hash_is_the_published_one() {
        // The test vector of the empty text and of "a", and no part runs into the next.
        assert_eq!(hash(&[]), 0xcbf2_9ce4_8422_2325);
        assert_eq!(
            hash(&[""]),
            0xcbf2_9ce4_8422_2325_u64.wrapping_mul(0x0100_0000_01b3)
        );
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
        assert_eq!(hex(1), "0000000000000001");
    }

    #[test]
    fn the_path_is_part_of_it_where_it_is_asked_for() {
        assert_ne!(with_path("a.rs", "0"), with_path("b.rs", "0"));
    }
}
