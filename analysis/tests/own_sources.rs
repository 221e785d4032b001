//! The repository's own sources as a test of lowering.

use memlint_analysis::ir::{Body, BodyId, FileIr, Function, Item, ItemKind, Rvalue, StmtKind};
use memlint_analysis::lower::{MacroTable, collect_macros, lower_file, skim_file};
use memlint_analysis::span::FileId;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

/// The texts of all Rust files here; `CORPUS` may name another folder.
fn sources() -> Vec<(String, String)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = vec![std::env::var_os("CORPUS").map_or(here, Into::into)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                if name != "target" && name != ".git" {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|e| e == "rs")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                found.push((path.display().to_string(), text));
            }
        }
    }
    found
}

/// Everything in this repository can be lowered, and a body is the same whenever it is lowered.
#[test]
fn own_sources() {
    let (mut count, mut put_off) = (0, 0);
    for (path, text) in sources() {
        let mut macros = MacroTable::default();
        collect_macros(FileId(0), &text, &mut macros);
        let Ok(ir) = lower_file(FileId(0), &text, &macros) else {
            continue;
        };
        let late = skim_file(FileId(0), &text.into(), &Arc::new(macros));
        let Ok(late) = late else {
            panic!("{path} is refused");
        };
        count += ir.bodies.len();
        put_off += late.later.len();
        let (once, later) = (print(&ir), print(&late));
        let same = once.bytes().zip(later.bytes()).take_while(|(a, b)| a == b);
        let from = same.count().saturating_sub(120);
        let differ = |text: &str| {
            let rest = text.bytes().skip(from).take(400).collect();
            String::from_utf8(rest).unwrap_or_default()
        };
        assert!(
            once == later,
            "{path}: {}\n{}",
            differ(&once),
            differ(&later)
        );
    }
    assert!(
        count > put_off && put_off > count / 4,
        "{put_off} of {count}"
    );
}

/// Everything in a file, the bodies where they belong.
fn print(ir: &FileIr) -> String {
    let mut out = String::new();
    for module in &ir.modules {
        let _ = writeln!(out, "{module:?}");
    }
    for item in &ir.items {
        let _ = writeln!(out, "{}", nameless(item));
        let mut show = |f: &Function| f.body.iter().for_each(|id| body(ir, *id, &mut out));
        match &item.kind {
            ItemKind::Fn(f) => show(f),
            ItemKind::Impl(block) => block.fns.iter().for_each(show),
            ItemKind::Trait(block) => block.fns.iter().for_each(show),
            _ => {}
        }
    }
    out
}

fn body(ir: &FileIr, id: BodyId, out: &mut String) {
    let body: &Body = ir.body(id);
    let _ = writeln!(out, "{}", strip(&format!("{body:?}")));
    for stmt in body.blocks.iter().flat_map(|block| &block.stmts) {
        if let StmtKind::Assign(_, Rvalue::Closure { body: inner, .. }) = &stmt.kind {
            self::body(ir, *inner, out);
        }
    }
}

/// The item, but not where it begins: that is after its documentation if that was left out.
fn nameless(item: &Item) -> String {
    let text = strip(&format!("{item:?}"));
    let mut parts = text.split(" span: Span {");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once(" hi:").map_or(part, |(_, rest)| rest));
    }
    out
}

/// The text without the numbers of bodies.
fn strip(text: &str) -> String {
    let mut parts = text.split("BodyId {");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    out
}
