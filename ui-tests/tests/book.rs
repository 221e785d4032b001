//! The book under `docs/`: generated pages are fresh, every page has its chapter, every link leads somewhere.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use ui_tests::{page, repository};

#[test]
fn generated_pages_are_fresh() {
    let docs = repository().join("docs");
    let mut pages: BTreeMap<String, String> = memlint_lints::pages()
        .into_iter()
        .map(|page| (page.path, page.text))
        .collect();
    pages.insert(
        "families.md".to_owned(),
        memlint_analysis::families::tables_markdown(),
    );
    for (path, text) in &pages {
        let written = fs::read_to_string(docs.join(path)).unwrap_or_default();
        assert!(
            written.replace('\r', "") == *text,
            "docs/{path} is not what `cargo xtask docs` writes"
        );
    }
    for entry in fs::read_dir(docs.join("lints")).unwrap() {
        let name = entry.unwrap().file_name();
        let path = format!("lints/{}", name.to_string_lossy());
        assert!(
            pages.contains_key(&path),
            "docs/{path} is of no lint: `cargo xtask docs` removes it"
        );
    }
}

#[test]
fn every_page_has_one_chapter() {
    let summary = fs::read_to_string(repository().join("docs/SUMMARY.md")).unwrap();
    let mut chapters = links(&summary);
    chapters.sort();
    let twice = chapters.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(twice, None);
    let pages: BTreeSet<String> = page::of_docs()
        .iter()
        .filter_map(|page| page.name.strip_prefix("docs/"))
        .filter(|name| *name != "SUMMARY.md")
        .map(str::to_owned)
        .collect();
    assert_eq!(chapters.into_iter().collect::<BTreeSet<_>>(), pages);
}

#[test]
fn chapters_are_called_as_their_pages() {
    let summary = fs::read_to_string(repository().join("docs/SUMMARY.md")).unwrap();
    for (title, path) in titled_links(&summary) {
        let page = fs::read_to_string(repository().join("docs").join(&path)).unwrap();
        let (heading, _) = headings(&page).swap_remove(0);
        let heading = heading.trim_start_matches("memlint::");
        assert_eq!(title, heading, "docs/SUMMARY.md: {path}");
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    let mut followed = 0;
    for page in page::all() {
        for link in links(&page.text) {
            if link.contains("://") {
                continue;
            }
            followed += 1;
            if let Err(why) = follow(&page.name, &link) {
                broken.push(format!("{}: {link}: {why}", page.name));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
    assert!(followed > 50, "{followed}");
}

/// A book shows only what lies in its folder.
#[test]
fn chapters_link_to_nothing_outside_of_the_book() {
    for page in page::of_docs() {
        let outside = links(&page.text)
            .into_iter()
            .find(|link| !link.contains("://") && target(&page.name, link).0.starts_with(".."));
        assert_eq!(outside, None, "{}", page.name);
        let leaves = links(&page.text)
            .into_iter()
            .find(|link| !link.contains("://") && !target(&page.name, link).0.starts_with("docs"));
        assert_eq!(leaves, None, "{}", page.name);
    }
}

#[test]
fn what_is_broken_is_found() {
    for (link, good) in [
        ("docs/lints.md", true),
        ("docs/lints", true),
        ("docs/fixes.md#suppressions", true),
        ("#try-it", true),
        ("docs/no_such_page.md", false),
        ("docs/fixes.md#no-such-heading", false),
        ("#no-such-heading", false),
        ("../elsewhere.md", false),
    ] {
        assert_eq!(follow("README.md", link).is_ok(), good, "{link}");
    }
    assert_eq!(
        anchors("# A `b_c` d!\n## A\n## A\n"),
        ["a-b_c-d", "a", "a-1"]
    );
    assert_eq!(
        links("[a](b.md#c) ![d](e.png)\n\n[f]: g\n\n[f] `[h](i)`"),
        ["b.md#c", "e.png", "g"]
    );
}

/// Whether a link of a page leads to a file or folder, and to a heading there.
fn follow(page: &str, link: &str) -> Result<(), String> {
    let (path, anchor) = target(page, link);
    let file = repository().join(&path);
    if path.starts_with("..") || !file.exists() {
        return Err("no such file".to_owned());
    }
    let Some(anchor) = anchor else {
        return Ok(());
    };
    let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
    let known = anchors(&text);
    match known.contains(&anchor) {
        true => Ok(()),
        false => Err(format!("no such heading; there are {}", known.join(", "))),
    }
}

/// The path from the top of the repository on to which a link leads, and the heading there.
fn target(page: &str, link: &str) -> (PathBuf, Option<String>) {
    let (path, anchor) = match link.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor.to_owned())),
        None => (link, None),
    };
    let page = Path::new(page);
    let whole = match path {
        "" => page.to_owned(),
        path => page.parent().unwrap_or(Path::new("")).join(path),
    };
    let mut found = PathBuf::new();
    for part in whole.components() {
        if part == Component::ParentDir && found.file_name().is_some() {
            found.pop();
        } else {
            found.push(part);
        }
    }
    (found, anchor)
}

fn parse(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES)
}

/// Where the links and pictures of a page lead.
fn links(text: &str) -> Vec<String> {
    let destinations = parse(text).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            Some(dest_url.into_string())
        }
        _ => None,
    });
    destinations.collect()
}

/// The words of each link and where it leads.
fn titled_links(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for event in parse(text) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                inside = true;
                found.push((String::new(), dest_url.into_string()));
            }
            Event::End(TagEnd::Link) => inside = false,
            Event::Text(text) | Event::Code(text) if inside => {
                found.last_mut().expect("inside of one").0.push_str(&text);
            }
            _ => {}
        }
    }
    found
}

/// The words of each heading, and the name that a link calls it by: the words in lower case with dashes
/// for spaces and without punctuation, numbered where they come again.
fn headings(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut words = None::<String>;
    let mut seen = BTreeMap::<String, usize>::new();
    for event in parse(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => words = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(words) = &mut words {
                    words.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let words = words.take().unwrap_or_default();
                let anchor = slug(&words);
                let times = seen.entry(anchor.clone()).or_default();
                let numbered = match *times {
                    0 => anchor,
                    times => format!("{anchor}-{times}"),
                };
                *times += 1;
                found.push((words, numbered));
            }
            _ => {}
        }
    }
    found
}

fn anchors(text: &str) -> Vec<String> {
    headings(text)
        .into_iter()
        .map(|(_, anchor)| anchor)
        .collect()
}

fn slug(words: &str) -> String {
    let kept = words.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
        _ => None,
    });
    kept.collect::<String>().to_lowercase()
}
