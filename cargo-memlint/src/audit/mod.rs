//! `cargo memlint audit`: what is known of every place that allocates, converts or releases by hand.
//!
//! A place is *proven* if every path through it that returns was followed and ended well, a *defect*
//! if a finding is about it, and else *not proven*, with the reasons. Where there is doubt it is not
//! proven.

mod args;
mod html;
mod json;
mod mentions;
mod text;
mod verdict;
mod words;

pub use args::Asked;
pub use verdict::{Judged, Reason, Verdict};

use crate::notice::Trouble;
use crate::report::Texts;
use crate::run::{self, Looked};
use crate::shelf::Drafts;
use crate::sink;
use std::collections::BTreeMap;

/// Places with the texts that they stand in.
pub struct Audit<'a> {
    /// In the order of path and line.
    pub sites: Vec<Judged<'a>>,
    /// All that was looked at.
    pub looked: &'a Looked,
    /// The texts.
    pub texts: &'a Texts<'a>,
}

/// How many places got which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Proven paired.
    pub proven: usize,
    /// With a finding.
    pub defects: usize,
    /// Neither.
    pub open: usize,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Proven => self.proven += 1,
            Verdict::Defect(_) => self.defects += 1,
            Verdict::Open(_) => self.open += 1,
        }
    }

    /// All of them.
    pub fn total(self) -> usize {
        self.proven + self.defects + self.open
    }
}

impl Audit<'_> {
    /// All places together.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.sites.iter().for_each(|site| counts.add(&site.verdict));
        counts
    }

    /// The places by crate and module, in the order of the names.
    pub fn by_module(&self) -> BTreeMap<&str, BTreeMap<&str, Counts>> {
        let mut out: BTreeMap<&str, BTreeMap<&str, Counts>> = BTreeMap::new();
        for site in &self.sites {
            let modules = out.entry(site.krate()).or_default();
            modules.entry(site.module()).or_default().add(&site.verdict);
        }
        out
    }

    /// Why places are not proven, most frequent first: the reason, and how many places it is the
    /// first one of.
    pub fn reasons(&self) -> Vec<(&'static str, usize)> {
        let mut counted: BTreeMap<&'static str, usize> = BTreeMap::new();
        for site in &self.sites {
            if let Verdict::Open(reasons) = &site.verdict
                && let Some(first) = reasons.first()
            {
                *counted.entry(first.class).or_default() += 1;
            }
        }
        let mut out: Vec<_> = counted.into_iter().collect();
        out.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        out
    }
}

/// Does what was asked for.
///
/// # Errors
/// The code cannot be looked at, or the result cannot be written.
pub fn audit(asked: &Asked) -> Result<u8, Trouble> {
    let cli = asked.as_check()?;
    let looked = run::look(&cli, &Drafts::default())?;
    run::warn(&cli, &looked);
    let none = Drafts::default();
    let texts = Texts::new(&looked.lowered.files, &none);
    let audit = verdict::judge(&looked, &texts);
    if let Some(path) = &asked.html {
        let page = html::page(&audit);
        sink::to_file(path, &|out| out.write_all(page.as_bytes()))?;
    }
    let text = match asked.message_format {
        args::Form::Human => text::summary(&audit),
        args::Form::Json => json::document(&audit),
    };
    sink::to_stdout(&|out| out.write_all(text.as_bytes()))?;
    Ok(0)
}
