//! Which findings a change is answerable for.
//!
//! A finding counts if a step of its story stands in a function, type or other item in which a line
//! was added, changed or removed. Lines alone would miss the commonest regression: whoever removes a
//! release makes a leak between lines that stay as they are. For the same reason code that was
//! removed outside of all remaining items (a whole function, an `impl Drop`) counts for its file.

use crate::git::{Against, Changed, Hunk, Repository};
use crate::lowering::SourceFile;
use crate::notice::Trouble;
use crate::outline::Outline;
use crate::report::{Finding, Texts};
use memlint_analysis::span::{FileId, Span};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// What has changed.
#[derive(Debug)]
pub struct Changes {
    repository: Repository,
    against: Against,
    files: HashMap<PathBuf, Option<Changed>>,
    /// Where the files of the run stand for those of the repository.
    top: PathBuf,
}

/// What of a file has changed.
enum Touched {
    Nothing,
    Everything,
    /// Ranges of lines.
    Lines(Vec<RangeInclusive<u32>>),
}

impl Changes {
    /// What is staged; the files of the run lie below `top` as those of the repository below its own.
    ///
    /// # Errors
    /// Git fails.
    pub fn staged(repository: Repository, top: PathBuf) -> Result<Changes, Trouble> {
        Changes::new(repository, Against::Index, top)
    }

    /// What has changed since the commit that REF and the current one have in common, in the work
    /// tree: commits, staged and unstaged edits, and files that git does not know yet.
    ///
    /// # Errors
    /// Git fails, or there is no such commit.
    pub fn since(reference: &str) -> Result<Changes, Trouble> {
        let repository = Repository::here("--since")?;
        let base = repository.merge_base(reference)?;
        let top = repository.top.clone();
        let untracked = repository.untracked()?;
        let mut changes = Changes::new(repository, Against::Commit(base), top)?;
        let new = untracked.into_iter().map(|path| (path, None));
        changes.files.extend(new);
        Ok(changes)
    }

    fn new(repository: Repository, against: Against, top: PathBuf) -> Result<Changes, Trouble> {
        let changed = repository.changed(&against)?;
        Ok(Changes {
            files: changed
                .into_iter()
                .map(|file| (file.path.clone(), Some(file)))
                .collect(),
            repository,
            against,
            top,
        })
    }

    /// What it is compared with, for people.
    pub fn name(&self) -> &'static str {
        match self.against {
            Against::Index => "outside of what is staged",
            Against::Commit(_) => "outside of what has changed",
        }
    }

    /// Whether the change is answerable for each of the findings.
    ///
    /// # Errors
    /// Git fails.
    pub fn answer_for(
        &self,
        findings: &[Finding],
        files: &[SourceFile],
        texts: &Texts<'_>,
    ) -> Result<Vec<bool>, Trouble> {
        let mut known: HashMap<FileId, Touched> = HashMap::new();
        let mut answers = Vec::with_capacity(findings.len());
        for finding in findings {
            let mut touched = false;
            for span in places(finding) {
                let of_file = match known.entry(span.file) {
                    Entry::Occupied(entry) => entry.into_mut(),
                    Entry::Vacant(entry) => entry.insert(self.touched(span.file, files, texts)?),
                };
                touched |= of_file.at(span);
            }
            answers.push(touched);
        }
        Ok(answers)
    }

    fn touched(
        &self,
        file: FileId,
        files: &[SourceFile],
        texts: &Texts<'_>,
    ) -> Result<Touched, Trouble> {
        let path = files.get(file.0 as usize).map(|file| file.path.as_path());
        let inside = path.and_then(|path| self.inside(path));
        let Some(changed) = inside.and_then(|path| self.files.get(&path)) else {
            return Ok(Touched::Nothing);
        };
        let Some(changed) = changed else {
            return Ok(Touched::Everything);
        };
        let hunks = self.repository.hunks(&self.against, changed)?;
        let regions = Outline::of(file, texts.get(file)).regions();
        Ok(touched_by(&hunks, &regions))
    }

    /// The path from the repository's top.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        if let Ok(inside) = path.strip_prefix(&self.top) {
            return Some(inside.to_path_buf());
        }
        // It was named through a link.
        let real = path.canonicalize().ok()?;
        real.strip_prefix(&self.top).ok().map(Path::to_path_buf)
    }
}

impl Touched {
    fn at(&self, span: Span) -> bool {
        match self {
            Touched::Nothing => false,
            Touched::Everything => true,
            Touched::Lines(ranges) => ranges
                .iter()
                .any(|range| *range.start() <= span.hi.line && span.lo.line <= *range.end()),
        }
    }
}

/// All places of a finding's story.
fn places(finding: &Finding) -> impl Iterator<Item = Span> {
    let found = &finding.diagnostic;
    let labels = std::iter::once(&found.primary).chain(&found.secondary);
    let spans = labels.map(|label| label.span).chain(found.call);
    spans.filter(|span| !span.is_stub())
}

fn touched_by(hunks: &[Hunk], regions: &[RangeInclusive<u32>]) -> Touched {
    let mut ranges = Vec::new();
    for hunk in hunks {
        let (first, last) = match hunk.lines {
            0 => (hunk.first, hunk.first + 1),
            lines => (hunk.first, hunk.first + lines - 1),
        };
        let around =
            |region: &&RangeInclusive<u32>| *region.start() <= first && last <= *region.end();
        if hunk.lines > 0 {
            ranges.push(first..=last);
            let meets =
                |region: &&RangeInclusive<u32>| *region.start() <= last && first <= *region.end();
            ranges.extend(regions.iter().filter(meets).cloned());
        }
        match regions.iter().find(around) {
            Some(_) => ranges.extend(regions.iter().filter(around).cloned()),
            None if hunk.removed.iter().any(|line| is_code(line)) => return Touched::Everything,
            None => {}
        }
    }
    Touched::Lines(ranges)
}

/// Neither blank, nor a comment, an attribute, an import or a lone bracket.
fn is_code(line: &str) -> bool {
    let line = line.trim();
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let inert = ["//", "#[", "#![", "use ", "extern crate "];
    line.chars().any(char::is_alphanumeric) && !inert.iter().any(|start| line.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Text;

    const TEXT: &str = "\
use std::ptr;

fn first() {
    one();
}

struct S;

impl S {
    fn second() {
        two();
    }
}
";

    fn lines_touched(hunk: Hunk) -> Option<Vec<u32>> {
        let outline = Outline::of(FileId(0), &Text::new(TEXT.to_owned()));
        match touched_by(&[hunk], &outline.regions()) {
            Touched::Everything => None,
            Touched::Nothing => Some(Vec::new()),
            Touched::Lines(ranges) => {
                let mut lines: Vec<u32> = ranges.into_iter().flatten().collect();
                lines.sort_unstable();
                lines.dedup();
                Some(lines)
            }
        }
    }

    fn hunk(first: u32, lines: u32, removed: &[&str]) -> Hunk {
        Hunk {
            first,
            lines,
            removed: removed.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn a_changed_line_counts_for_its_function() {
        assert_eq!(lines_touched(hunk(4, 1, &["zero();"])), Some(vec![3, 4, 5]));
        assert_eq!(lines_touched(hunk(11, 1, &[])), Some(vec![10, 11, 12]));
    }

    #[test]
    fn a_removed_line_counts_for_its_function() {
        assert_eq!(
            lines_touched(hunk(4, 0, &["free(p);"])),
            Some(vec![3, 4, 5])
        );
    }

    #[test]
    fn a_removed_function_counts_for_the_file() {
        assert_eq!(lines_touched(hunk(12, 0, &["fn drop(&mut self) {}"])), None);
        assert_eq!(lines_touched(hunk(8, 0, &["impl Drop for S {", "}"])), None);
    }

    #[test]
    fn imports_and_comments_count_for_themselves() {
        assert_eq!(lines_touched(hunk(1, 1, &["use std::mem;"])), Some(vec![1]));
        assert_eq!(
            lines_touched(hunk(2, 0, &["// gone", "", "}"])),
            Some(vec![])
        );
    }
}
