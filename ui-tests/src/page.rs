//! The pages that people read.

use crate::repository;
use std::fs;
use std::path::PathBuf;

/// A page of Markdown.
#[derive(Debug)]
pub struct Page {
    /// Its path from the top of the repository on, with `/`.
    pub name: String,
    /// What stands in it, with plain line ends.
    pub text: String,
}

/// The pages at the top, and those of the book.
///
/// # Panics
/// One cannot be read.
pub fn all() -> Vec<Page> {
    let top = ["README.md", "CONTRIBUTING.md"].map(|name| read(name.to_owned()));
    top.into_iter().chain(of_docs()).collect()
}

/// The pages of the book, its table of contents among them, by name.
///
/// # Panics
/// One cannot be read.
pub fn of_docs() -> Vec<Page> {
    let mut names = Vec::new();
    let mut folders = vec!["docs".to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(repository().join(&folder)).expect("the folder is readable");
        for entry in entries.flatten() {
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                folders.push(name);
            } else if name.ends_with(".md") {
                names.push(name);
            }
        }
    }
    names.sort();
    names.into_iter().map(read).collect()
}

fn read(name: String) -> Page {
    let path: PathBuf = repository().join(&name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    Page {
        name,
        text: text.replace('\r', ""),
    }
}
