//! The audit as one page that needs nothing else: no network, no fonts, no server.
//!
//! The data stand in the page as JSON, the source as text; a script shows what is asked for. All text
//! of others becomes text nodes, never markup.

use super::Audit;
use super::json::{self, Site};
use memlint_analysis::span::FileId;
use serde::Serialize;
use std::collections::BTreeMap;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Lines shown before and after a place where its function is too long.
const AROUND: u32 = 25;

#[derive(Serialize)]
struct Data<'a> {
    sites: Vec<Placed<'a>>,
    /// Lines of each file that are shown, by number.
    files: BTreeMap<&'a str, BTreeMap<u32, &'a str>>,
}

#[derive(Serialize)]
struct Placed<'a> {
    #[serde(flatten)]
    site: Site<'a>,
    from: u32,
    to: u32,
}

/// The whole page.
pub(super) fn page(audit: &Audit<'_>) -> String {
    let mut files: BTreeMap<&str, BTreeMap<u32, &str>> = BTreeMap::new();
    let mut sites = Vec::with_capacity(audit.sites.len());
    for one in &audit.sites {
        let at = one.site.at;
        let around = Some(one.site.within).filter(|within| within.contains(at));
        let within = around.unwrap_or(at);
        let from = within.lo.line.max(at.lo.line.saturating_sub(AROUND)).max(1);
        let to = within.hi.line.min(at.hi.line + AROUND).max(at.hi.line);
        let lines = files.entry(json::shown(audit, at)).or_default();
        add_lines(audit, at.file, (from, to), lines);
        sites.push(Placed {
            site: json::site(audit, one),
            from,
            to,
        });
    }
    let data = serde_json::to_string(&Data { sites, files }).unwrap_or_default();
    // Nothing in the data may end the element that they stand in.
    let data = data.replace('<', "\\u003c");
    PAGE.replace("/*STYLE*/", STYLE)
        .replace("/*SCRIPT*/", SCRIPT)
        .replacen("\"DATA\"", &data, 1)
}

fn add_lines<'a>(
    audit: &'a Audit<'_>,
    file: FileId,
    (from, to): (u32, u32),
    lines: &mut BTreeMap<u32, &'a str>,
) {
    let text = audit.texts.get(file);
    for line in from..=to {
        lines.entry(line).or_insert_with(|| text.line(line));
    }
}
