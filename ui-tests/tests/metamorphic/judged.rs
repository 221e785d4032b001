//! Texts and what is found in them, without a process for each.

use memlint_analysis::lower::{MacroTable, collect_macros, skim_file};
use memlint_analysis::name::Name;
use memlint_analysis::span::FileId;
use memlint_analysis::{CrateIr, Options, PlacedFile, analyze};
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use ui_tests::{fixture, repository};

/// A crate: its files with the modules that they are.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) files: Vec<(Option<String>, String)>,
}

impl Case {
    /// The same with each text changed.
    pub(crate) fn each(&self, change: impl Fn(&str) -> String) -> Case {
        let files = self.files.iter();
        Case {
            name: self.name.clone(),
            files: files
                .map(|(module, text)| (module.clone(), change(text)))
                .collect(),
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.files
            .iter()
            .try_for_each(|(_, text)| f.write_str(text))
    }
}

/// Lint and function.
pub(crate) type Found = (&'static str, String);

/// All fixtures, each a crate, and a sample crate; or, if `METAMORPHIC` names a folder, the files in
/// it, whose changes are shown with the texts.
pub(crate) fn cases() -> Vec<Case> {
    if let Some(folder) = std::env::var_os("METAMORPHIC") {
        return files(folder.as_ref());
    }
    let mut cases: Vec<Case> = fixture::all()
        .into_iter()
        .map(|fixture| Case {
            files: vec![(None, fs::read_to_string(&fixture.path).unwrap())],
            name: fixture.name,
        })
        .collect();
    let folder = repository().join("ui-tests/samples/imagekit/src");
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let module = (stem != "lib").then(|| stem.to_owned());
        files.push((module, fs::read_to_string(&path).unwrap()));
    }
    files.sort();
    cases.push(Case {
        name: "imagekit".to_owned(),
        files,
    });
    cases
}

fn files(folder: &Path) -> Vec<Case> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut cases: Vec<Case> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .map(|path| Case {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            files: vec![(None, fs::read_to_string(&path).unwrap())],
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

/// What is found in each, sorted; or why it does not parse.
pub(crate) fn judge(cases: &[Case]) -> Vec<Result<Vec<Found>, String>> {
    let mut owners = Vec::new();
    let mut found: Vec<Result<Vec<Found>, String>> = vec![Ok(Vec::new()); cases.len()];
    let mut krates = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let mut macros = MacroTable::default();
        for (file, (_, text)) in (owners.len() as u32..).map(FileId).zip(&case.files) {
            collect_macros(file, text, &mut macros);
        }
        let macros = Arc::new(macros);
        let mut files = Vec::new();
        for (module, text) in &case.files {
            let file = FileId(owners.len() as u32);
            owners.push(number);
            match skim_file(file, &Arc::from(text.as_str()), &macros) {
                Ok(ir) => files.push(PlacedFile {
                    module: module.iter().map(|name| Name::new(name)).collect(),
                    ir,
                }),
                Err(failure) => found[number] = Err(format!("{failure:?}")),
            }
        }
        krates.push(CrateIr {
            // No path can name it, so they stay apart.
            name: Name::new(&format!("{} (file)", case.name)),
            files,
        });
    }
    let analysis = analyze(krates, &Options::default());
    for (file, failure) in &analysis.failures {
        found[owners[file.0 as usize]] = Err(format!("{failure:?}"));
    }
    for diagnostic in memlint_lints::judge(&analysis.events) {
        let owner = owners[diagnostic.primary.span.file.0 as usize];
        if let Ok(list) = &mut found[owner] {
            list.push((diagnostic.lint.name, plain(&diagnostic.function)));
        }
    }
    found.iter_mut().flatten().for_each(|list| list.sort());
    found
}

/// The function's name without what the rewritings add: its type, if it has one, and itself.
fn plain(function: &str) -> String {
    let name = function.replace("_renamed", "").replace("_größe", "");
    let mut words = name.rsplit("::");
    let last = words.next().unwrap_or_default();
    match words.next() {
        Some(ty) if ty.starts_with(|c: char| !c.is_lowercase()) => format!("{ty}::{last}"),
        _ => last.to_owned(),
    }
}
