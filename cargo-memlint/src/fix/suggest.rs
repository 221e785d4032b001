//! Repairs for the findings: each file that has some is read once more, for the way it is written
//! around them.

use crate::lowering::SourceFile;
use crate::report::Finding;
use crate::shelf::{Drafts, stamp};
use memlint_analysis::lower::shape::Shapes;
use memlint_analysis::span::{FileId, Pos};
use rayon::prelude::*;

/// Adds the repairs. Findings of one file stand together.
pub fn suggest(findings: &mut [Finding], files: &[SourceFile], drafts: &Drafts) {
    findings
        .par_chunk_by_mut(|a, b| file_of(a) == file_of(b))
        .for_each(|of_one_file| {
            let mut found: Vec<&mut Finding> = of_one_file
                .iter_mut()
                .filter(|f| can_be_repaired(f))
                .collect();
            let Some(file) = found.first().map(|first| file_of(first)) else {
                return;
            };
            let places: Vec<Pos> = found.iter().flat_map(|f| places(f, file)).collect();
            if let Some(shapes) = read(file, &places, files, drafts) {
                found
                    .iter_mut()
                    .for_each(|found| memlint_lints::suggest(&mut found.diagnostic, &shapes));
            }
        });
}

/// Where the story of a finding plays in the file.
fn places(found: &Finding, file: FileId) -> Vec<Pos> {
    let story = found.diagnostic.story().into_iter();
    let here = story.filter(|label| label.span.file == file);
    here.map(|label| label.span.lo).collect()
}

fn file_of(found: &Finding) -> FileId {
    found.diagnostic.primary.span.file
}

fn can_be_repaired(found: &Finding) -> bool {
    found.diagnostic.event.is_some() && found.diagnostic.lint.repair.is_some()
}

fn read(file: FileId, places: &[Pos], files: &[SourceFile], drafts: &Drafts) -> Option<Shapes> {
    let source = files.get(file.0 as usize)?;
    let text = drafts.read_text(&source.path).ok()?;
    // Somebody may have changed it since it was looked at: then the places are others.
    (stamp(&text) == source.stamp).then(|| Shapes::read(file, &text, places))?
}
