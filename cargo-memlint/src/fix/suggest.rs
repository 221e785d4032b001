//! Repairs for the findings: each file that has some is read once more, for the way it is written.

use crate::lowering::SourceFile;
use crate::report::Finding;
use crate::shelf::{Drafts, stamp};
use memlint_analysis::lower::shape::Shapes;
use memlint_analysis::span::FileId;
use rayon::prelude::*;

/// Adds the repairs. Findings of one file stand together.
pub fn suggest(findings: &mut [Finding], files: &[SourceFile], drafts: &Drafts) {
    findings
        .par_chunk_by_mut(|a, b| file_of(a) == file_of(b))
        .for_each(|of_one_file| {
            let shapes = of_one_file
                .first()
                .filter(|_| of_one_file.iter().any(can_be_repaired))
                .and_then(|first| read(file_of(first), files, drafts));
            if let Some(shapes) = shapes {
                let found = of_one_file
                    .iter_mut()
                    .filter(|found| can_be_repaired(found));
                found.for_each(|found| memlint_lints::suggest(&mut found.diagnostic, &shapes));
            }
        });
}

fn file_of(found: &Finding) -> FileId {
    found.diagnostic.primary.span.file
}

fn can_be_repaired(found: &Finding) -> bool {
    found.diagnostic.event.is_some() && found.diagnostic.lint.repair.is_some()
}

fn read(file: FileId, files: &[SourceFile], drafts: &Drafts) -> Option<Shapes> {
    let source = files.get(file.0 as usize)?;
    let text = drafts.read_text(&source.path).ok()?;
    // Somebody may have changed it since it was looked at: then the places are others.
    (stamp(&text) == source.stamp).then(|| Shapes::read(file, &text))?
}
