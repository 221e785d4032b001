//! What of the findings is reported: not what a baseline accepts, nor what a change did not touch.

use crate::baseline::Baseline;
use crate::changed::Changes;
use crate::cli::Cli;
use crate::notice::{Notice, Trouble};
use crate::plan;
use crate::report::{Finding, Texts};
use crate::run::Looked;
use crate::staged::Staged;
use std::path::{Path, PathBuf};

/// What was asked for, prepared before anything is analyzed, so that what is wrong with it is told
/// at once.
#[derive(Debug, Default)]
pub struct Narrowing {
    baseline: Option<Baseline>,
    written: Option<PathBuf>,
    changes: Option<Changes>,
    /// The index, if that is what is looked at.
    pub staged: Option<Staged>,
}

/// What is left.
#[derive(Debug, Default)]
pub struct Narrowed {
    /// The findings to report.
    pub findings: Vec<Finding>,
    /// What was held back and why, in words.
    pub held_back: Vec<String>,
    /// What else is to be told.
    pub notices: Vec<Notice>,
}

impl Narrowing {
    /// Reads the baseline, and asks git. With `--staged` the command line is pointed at the index.
    ///
    /// # Errors
    /// The baseline is missing or broken, or git cannot say.
    pub fn prepare(cli: &mut Cli) -> Result<Narrowing, Trouble> {
        let asked = &cli.adoption;
        let mut baseline = asked.baseline.as_deref().map(Baseline::read).transpose()?;
        let written = asked.write_baseline.clone();
        let mut changes = match &asked.since {
            Some(reference) => Some(Changes::since(reference)?),
            None => None,
        };
        let mut staged = None;
        if cli.adoption.staged {
            let index = Staged::lay_out(cli)?;
            let top = index.top().to_path_buf();
            changes = Some(Changes::staged(index.repository.clone(), top)?);
            baseline = baseline.map(|baseline| match index.laid_out(baseline.folder()) {
                Some(folder) => baseline.laid_out(folder),
                None => baseline,
            });
            staged = Some(index);
        }
        Ok(Narrowing {
            baseline,
            written,
            changes,
            staged,
        })
    }

    /// The root of the repository, under which services know the files below a folder.
    pub fn base(&self, folder: &Path) -> PathBuf {
        match &self.staged {
            Some(staged) => staged.top().to_path_buf(),
            None => plan::repository(folder).to_path_buf(),
        }
    }

    /// Tells what was found under the names of the work tree.
    pub fn rename(&self, looked: &mut Looked) {
        if let Some(staged) = &self.staged {
            staged.rename(&mut looked.plan, &mut looked.lowered.notices);
        }
    }

    /// The same for an error.
    pub fn rename_trouble(&self, trouble: Trouble) -> Trouble {
        match &self.staged {
            Some(staged) => staged.rename_trouble(trouble),
            None => trouble,
        }
    }

    /// Writes the baseline if that is asked for, and leaves out what is not to be reported.
    ///
    /// # Errors
    /// The baseline cannot be written, or git fails.
    pub fn apply(&self, looked: &Looked, texts: &Texts<'_>) -> Result<Narrowed, Trouble> {
        let files = &looked.lowered.files;
        let mut out = Narrowed {
            findings: looked.findings.clone(),
            ..Narrowed::default()
        };
        if let Some(baseline) = self.baseline(looked, texts, &mut out.notices)? {
            let held = baseline.holds(&out.findings, files);
            out.hold_back(held, "accepted by the baseline");
        }
        if let Some(changes) = &self.changes {
            let mut elsewhere = changes.answer_for(&out.findings, files, texts)?;
            elsewhere
                .iter_mut()
                .for_each(|touched| *touched = !*touched);
            out.hold_back(elsewhere, changes.name());
        }
        Ok(out)
    }

    /// The baseline in force, without what is found no more, and written if that is asked for.
    fn baseline(
        &self,
        looked: &Looked,
        texts: &Texts<'_>,
        notices: &mut Vec<Notice>,
    ) -> Result<Option<Baseline>, Trouble> {
        let (findings, files) = (&looked.findings, &looked.lowered.files);
        let (baseline, stale) = match (self.baseline.clone(), &self.written) {
            (Some(mut baseline), _) => {
                let stale = baseline.drop_stale(looked);
                (baseline, stale)
            }
            (None, Some(path)) => (Baseline::of(path, findings, files, texts), 0),
            (None, None) => return Ok(None),
        };
        match &self.written {
            Some(path) => baseline.write(path)?,
            None if stale > 0 => notices.push(baseline.stale_notice(stale)),
            None => {}
        }
        Ok(Some(baseline))
    }
}

impl Narrowed {
    fn hold_back(&mut self, held: Vec<bool>, why: &str) {
        let mut held = held.into_iter();
        let before = self.findings.len();
        self.findings.retain(|_| !held.next().unwrap_or(false));
        let count = before - self.findings.len();
        if count > 0 {
            self.held_back.push(format!("{count} {why}"));
        }
    }
}
