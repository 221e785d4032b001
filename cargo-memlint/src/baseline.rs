//! Findings that are accepted for now: a file of fingerprints, one a line, without line numbers.
//!
//! The first line says what the file is, then comes one JSON object a finding, sorted by path, lint,
//! item and code. Git merges such files well, and what a merge leaves twice or unsorted counts
//! all the same. Paths are as seen from the file's folder, fingerprints within their file.

use crate::lowering::SourceFile;
use crate::notice::{Notice, Trouble};
use crate::plan::normal;
use crate::report::{Finding, Texts, with_slashes};
use crate::run::Looked;
use crate::{fingerprint, sink};
use memlint_analysis::span::FileId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};

const VERSION: u32 = 1;

/// A baseline as read from its file.
#[derive(Debug, Clone)]
pub struct Baseline {
    path: PathBuf,
    /// The folder that its paths are seen from.
    folder: PathBuf,
    entries: BTreeSet<Entry>,
}

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    #[serde(rename = "memlint-baseline")]
    version: u32,
}

/// One finding. All but path and fingerprint is there to be read.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    lint: String,
    item: String,
    code: String,
    fingerprint: String,
}

impl Baseline {
    /// Reads the file.
    ///
    /// # Errors
    /// It is not there, cannot be read, or is no baseline.
    pub fn read(path: &Path) -> Result<Baseline, Trouble> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Trouble::at(path, format!("the baseline cannot be read: {error}"))
                .help(format!("`{}` makes one", rewrite(path)))
        })?;
        let mut lines = text.lines().enumerate();
        let header = lines.next().map_or("", |(_, line)| line);
        match serde_json::from_str::<Header>(header) {
            Ok(Header { version: VERSION }) => {}
            Ok(Header { version }) => {
                let message = format!("the baseline is of version {version}, not {VERSION}");
                return Err(
                    Trouble::at(path, message).help(format!("`{}` writes it anew", rewrite(path)))
                );
            }
            Err(_) => return Err(broken(path, 1, "it does not begin as one")),
        }
        let mut entries = BTreeSet::new();
        for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let entry = serde_json::from_str(line)
                .map_err(|error| broken(path, index + 1, &cause(line, &error)))?;
            entries.insert(entry);
        }
        Ok(Baseline {
            path: path.to_path_buf(),
            folder: folder(path),
            entries,
        })
    }

    /// The entries of these findings.
    pub fn of(
        path: &Path,
        findings: &[Finding],
        files: &[SourceFile],
        texts: &Texts<'_>,
    ) -> Baseline {
        let folder = folder(path);
        let entry = |finding: &Finding| Entry {
            path: seen_from(&folder, finding, files),
            lint: finding.diagnostic.lint.name.to_owned(),
            item: finding.item.clone(),
            code: fingerprint::excerpt(&finding.diagnostic, texts),
            fingerprint: finding.fingerprint.clone(),
        };
        Baseline {
            path: path.to_path_buf(),
            entries: findings.iter().map(entry).collect(),
            folder,
        }
    }

    /// The folder that its paths are seen from.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The same for files that are laid out elsewhere: its folder is now this one.
    pub fn laid_out(self, folder: PathBuf) -> Baseline {
        Baseline { folder, ..self }
    }

    /// Whether the findings stand in it, one answer each.
    pub fn holds(&self, findings: &[Finding], files: &[SourceFile]) -> Vec<bool> {
        let folder = &self.folder;
        let known: HashSet<(&str, &str)> = self.entries.iter().map(Entry::key).collect();
        let held = |finding: &Finding| {
            let path = seen_from(folder, finding, files);
            known.contains(&(path.as_str(), finding.fingerprint.as_str()))
        };
        findings.iter().map(held).collect()
    }

    /// Takes out the entries that this run looked for and did not find, and says how many they are.
    pub fn drop_stale(&mut self, looked: &Looked) -> usize {
        let folder = &self.folder;
        let (files, unparsed) = (&looked.lowered.files, &looked.lowered.unparsed);
        let found: HashSet<(String, &str)> = looked
            .findings
            .iter()
            .map(|finding| (seen_from(folder, finding, files), &*finding.fingerprint))
            .collect();
        let looked_at: HashMap<String, &SourceFile> = files
            .iter()
            .enumerate()
            .filter(|(n, file)| !file.lacks && !unparsed.contains(&FileId(*n as u32)))
            .map(|(_, file)| (relative(folder, &file.path), file))
            .collect();
        let before = self.entries.len();
        self.entries.retain(|entry| {
            let lint = memlint_lints::find(&entry.lint);
            let silent = lint.is_some_and(|lint| looked.ruling.silences(lint));
            let in_view = match looked_at.get(&entry.path) {
                Some(file) => !file.hidden.iter().any(|name| name.as_str() == entry.item),
                None => !folder.join(&entry.path).exists(),
            };
            // Of what was out of view, or silent in this run, nothing is known.
            silent || !in_view || found.contains(&(entry.path.clone(), &*entry.fingerprint))
        });
        before - self.entries.len()
    }

    /// What is told when so many entries are stale.
    pub fn stale_notice(&self, stale: usize) -> Notice {
        let entries = match stale {
            1 => "1 entry".to_owned(),
            n => format!("{n} entries"),
        };
        let message = format!("{entries} of the baseline are found no more");
        let message = match stale {
            1 => message.replacen("are found", "is found", 1),
            _ => message,
        };
        let file = self.path.display();
        let help =
            format!("`cargo memlint --baseline {file} --write-baseline {file}` removes them");
        Notice::at(file.to_string(), message).help(help)
    }

    /// Writes it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Trouble> {
        sink::to_file(path, &|out: &mut dyn Write| {
            serde_json::to_writer(&mut *out, &Header { version: VERSION })?;
            for entry in &self.entries {
                out.write_all(b"\n")?;
                serde_json::to_writer(&mut *out, entry)?;
            }
            out.write_all(b"\n")
        })
    }
}

impl Entry {
    fn key(&self) -> (&str, &str) {
        (&self.path, &self.fingerprint)
    }
}

fn rewrite(path: &Path) -> String {
    format!("cargo memlint --write-baseline {}", path.display())
}

fn broken(path: &Path, line: usize, why: &str) -> Trouble {
    let message = format!("this is no baseline of memlint: line {line}: {why}");
    let help = format!(
        "repair the line, or write the file anew: `{}`",
        rewrite(path)
    );
    Trouble::at(path, message).help(help)
}

fn cause(line: &str, error: &serde_json::Error) -> String {
    let of_merge = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"];
    match of_merge.iter().any(|mark| line.starts_with(mark)) {
        true => "a merge was not resolved; the lines of both sides may stay".to_owned(),
        false => {
            // Its line is always the first: each is read alone.
            let error = error.to_string();
            error
                .split(" at line")
                .next()
                .unwrap_or_default()
                .to_owned()
        }
    }
}

fn folder(path: &Path) -> PathBuf {
    let mut folder = normal(path);
    folder.pop();
    folder
}

fn seen_from(folder: &Path, finding: &Finding, files: &[SourceFile]) -> String {
    let file = files.get(finding.diagnostic.primary.span.file.0 as usize);
    file.map_or_else(String::new, |file| relative(folder, &file.path))
}

/// The path from the folder, with `..` where it leads out of it.
fn relative(folder: &Path, path: &Path) -> String {
    let mut up = String::new();
    for around in folder.ancestors() {
        if path.starts_with(around) {
            return up + &with_slashes(path, around);
        }
        up.push_str("../");
    }
    with_slashes(path, folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn paths_are_seen_from_the_folder() {
        let (a, b) = (Path::new("/w/a"), Path::new("/w/a/src/x.rs"));
        assert_eq!(relative(a, b), "src/x.rs");
        assert_eq!(relative(Path::new("/w/b/c"), b), "../../a/src/x.rs");
    }

    fn read(text: &str) -> Result<Baseline, Trouble> {
        let scratch = Scratch::new(&[("b", text)]);
        Baseline::read(&scratch.path().join("b"))
    }

    const ENTRY: &str =
        r#"{"path":"a.rs","lint":"leaked_raw","item":"f","code":"x","fingerprint":"0"}"#;

    #[test]
    fn what_a_merge_leaves_counts() {
        let text = format!("{{\"memlint-baseline\":1}}\n{ENTRY}\n\n{ENTRY}\r\n");
        assert_eq!(read(&text).map(|b| b.entries.len()), Ok(1));
    }

    #[test]
    fn a_broken_file_is_told_with_its_line() {
        let message = |text: &str| read(text).expect_err("it is broken").0.message;
        assert!(message("").contains("line 1: it does not begin as one"));
        assert!(message("{\"memlint-baseline\":7}").contains("version 7, not 1"));
        let merge = format!("{{\"memlint-baseline\":1}}\n{ENTRY}\n<<<<<<< HEAD\n");
        assert!(message(&merge).contains("line 3: a merge was not resolved"));
        let extra = "{\"memlint-baseline\":1}\n{\"path\":\"a\",\"line\":7}\n";
        assert!(message(extra).contains("line 2: unknown field `line`"));
    }
}
