//! What an editor shows, read as rust-analyzer reads it: by cargo's own types for its messages.

use cargo_metadata::Message;
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticSpan};
use std::fs;
use std::path::Path;
use ui_tests::scratch::Scratch;
use ui_tests::tool;

const PROGRAM: &str = env!("CARGO_BIN_EXE_memlint-under-test");

/// What is said of the package in this folder.
fn messages(folder: &Path) -> Vec<Message> {
    let run = tool::run(PROGRAM, folder, &["memlint", "--message-format=json"]);
    let messages = Message::parse_stream(run.stdout.as_bytes());
    messages.map(|line| line.expect("a line")).collect()
}

/// The diagnostics of the sample crate, with its folder.
fn sample(test: &str) -> (Scratch, Vec<Diagnostic>) {
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), &format!("editor_{test}"));
    let scratch = scratch.sample("imagekit");
    let folder = scratch.path().join("imagekit");
    let messages = messages(&folder).into_iter();
    let found = messages.filter_map(|message| match message {
        Message::CompilerMessage(told) => Some(told.message),
        // What it does not know comes out as text, and is shown to nobody.
        Message::TextLine(text) => panic!("no message of cargo's: {text}"),
        _ => None,
    });
    let found: Vec<_> = found.collect();
    assert!(found.len() > 3, "{found:?}");
    (scratch, found)
}

/// The places that a repair of it is offered at.
fn repairs(diagnostic: &Diagnostic) -> impl Iterator<Item = &[DiagnosticSpan]> {
    let children = diagnostic.children.iter();
    let spans = children.map(|child| child.spans.as_slice());
    spans.filter(|spans| !spans.is_empty())
}

/// Lines and columns, which the editor goes by, and bytes, which rustfix goes by, are one place.
#[track_caller]
fn is_one_place(folder: &Path, span: &DiagnosticSpan) {
    let text = fs::read_to_string(folder.join(&span.file_name)).expect("relative to the workspace");
    let byte = |line: usize, column: usize| {
        let before: usize = text
            .split_inclusive('\n')
            .take(line - 1)
            .map(str::len)
            .sum();
        let rest = text[before..].char_indices().nth(column - 1);
        rest.map_or(text.len(), |(at, _)| before + at)
    };
    let found = byte(span.line_start, span.column_start)..byte(span.line_end, span.column_end);
    assert_eq!(found, span.byte_start as usize..span.byte_end as usize);
}

#[test]
fn every_finding_has_a_code_and_its_place() {
    let (scratch, found) = sample("places");
    let folder = scratch.path().join("imagekit");
    for diagnostic in &found {
        // What stands before the colons is shown as the source.
        let code = &diagnostic.code.as_ref().expect("a code").code;
        assert!(code.starts_with("memlint::"), "{code}");
        let primary = diagnostic.spans.iter().filter(|span| span.is_primary);
        assert_eq!(primary.count(), 1, "{code}");
        assert!(diagnostic.rendered.is_some(), "{code}");
        for span in diagnostic.spans.iter().chain(repairs(diagnostic).flatten()) {
            is_one_place(&folder, span);
        }
        // A place of the story without words says nothing.
        let story = diagnostic.spans.iter().filter(|span| !span.is_primary);
        assert!(story.clone().all(|span| span.label.is_some()), "{code}");
    }
    let with_story = found.iter().filter(|one| one.spans.len() > 1);
    assert!(with_story.count() > 0, "{found:?}");
}

/// An editor offers a repair at the primary spans of the child that holds it: the cursor stands at the
/// finding.
#[test]
fn repairs_are_offered_at_the_finding() {
    let (_scratch, found) = sample("repairs");
    let mut offered = 0;
    for diagnostic in &found {
        let found = diagnostic.spans.iter().find(|span| span.is_primary);
        let found = found.expect("a primary span");
        for spans in repairs(diagnostic) {
            offered += 1;
            assert!(spans.iter().all(|span| span.is_primary), "{spans:?}");
            let here = |span: &DiagnosticSpan| {
                span.file_name == found.file_name
                    && span.byte_start <= found.byte_end
                    && found.byte_start <= span.byte_end
            };
            assert!(spans.iter().any(here), "{}: {spans:?}", diagnostic.message);
            for span in spans {
                let replaces = span.suggested_replacement.is_some();
                assert_eq!(replaces, span.suggestion_applicability.is_some());
            }
            assert!(spans[0].suggested_replacement.is_some(), "{spans:?}");
        }
    }
    assert!(offered > 2, "{offered} repairs");
}

/// What an earlier run has found in a package goes away when the package is told of as looked at.
#[test]
fn a_clean_package_is_told_of() {
    let scratch = Scratch::new(env!("CARGO_TARGET_TMPDIR"), "editor_clean")
        .file(
            "Cargo.toml",
            "[package]\nname = \"clean\"\nversion = \"0.1.0\"\n\n[workspace]\n",
        )
        .file("src/lib.rs", "");
    let messages = messages(scratch.path());
    let [
        Message::CompilerArtifact(artifact),
        Message::BuildFinished(end),
    ] = &messages[..]
    else {
        panic!("{messages:?}");
    };
    assert!(artifact.package_id.repr.contains("clean"), "{artifact:?}");
    assert!(end.success);
}
