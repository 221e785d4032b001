//! What the formats write, and that cargo's own reader understands it.

use super::*;
use crate::plan::{Identity, TargetInfo, Unit};
use crate::scratch::Scratch;
use crate::shelf::Drafts;
use memlint_analysis::span::{FileId, Pos, Span};
use memlint_lints::{Applicability, Edit, Label, Suggestion};

const A: &str = "fn a(é: &str) {\n    let p = make();\n    free(p);\n}\n";
const B: &str = "fn make() -> *mut u8 {\n    malloc(1)\n}\n";

fn span(file: u32, lo: (u32, u32), hi: (u32, u32)) -> Span {
    let pos = |(line, column)| Pos { line, column };
    Span {
        file: FileId(file),
        lo: pos(lo),
        hi: pos(hi),
    }
}

fn finding(level: Level) -> Finding {
    let label = |span, text: &str| Label {
        span,
        text: text.to_owned(),
    };
    let lint = memlint_lints::find("double_free").expect("a lint of the catalogue");
    Finding {
        level,
        item: "a".into(),
        fingerprint: "0123456789abcdef".into(),
        diagnostic: Diagnostic {
            lint,
            message: "memory is released twice".into(),
            primary: label(span(0, (3, 4), (3, 11)), "released again here"),
            call: None,
            secondary: vec![
                label(span(0, (1, 5), (1, 6)), "a parameter"),
                label(span(1, (2, 4), (2, 13)), "allocated here"),
            ],
            turn: 2,
            notes: vec!["CWE-415".into()],
            helps: vec!["release it once".into()],
            suggestions: vec![Suggestion {
                edits: vec![Edit {
                    span: span(0, (3, 4), (3, 12)),
                    replacement: String::new(),
                }],
                message: "remove it".into(),
                applicability: Applicability::MaybeIncorrect,
            }],
            function: "a".into(),
            event: None,
            beside: Vec::new(),
        },
    }
}

/// What a format writes for the findings.
fn written(name: &str, findings: &[Finding]) -> String {
    let scratch = Scratch::new(&[("src/a.rs", A), ("src/b.rs", B)]);
    let file = |name: &str| SourceFile {
        path: scratch.path().join(name),
        shown: name.to_owned(),
        unit: 0,
        stamp: 0,
        hidden: Default::default(),
        lacks: false,
    };
    let files = [file("src/a.rs"), file("src/b.rs")];
    let target = TargetInfo {
        kind: vec!["lib".into()],
        crate_types: vec!["lib".into()],
        name: "x".into(),
        src_path: "src/a.rs".into(),
        edition: "2024".into(),
        doc: true,
        doctest: true,
        test: true,
    };
    let unit = Unit {
        krate: "x".into(),
        root: scratch.path().join("src/a.rs"),
        conditions: Default::default(),
        only: None,
        lacks: false,
        identity: Identity {
            package_id: "path+file:///x#0.1.0".into(),
            manifest_path: "x/Cargo.toml".into(),
            target,
        },
    };
    let drafts = Drafts::default();
    let texts = Texts::new(&files, &drafts);
    let report = Report {
        findings,
        files: &files,
        texts: &texts,
        units: &[unit],
        notices: &[Notice::at("src/b.rs:2:1", "the file was left out")],
        levels: &Levels::new(),
        root: scratch.path(),
        base: scratch.path(),
        held_back: &[],
        seen: 2,
        built: true,
        quiet: false,
        colored: false,
        width: None,
    };
    let mut out = Vec::new();
    (find(name).write)(&report, &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("formats write UTF-8")
}

#[test]
fn human_tells_the_story_over_both_files() {
    let text = written("human", &[finding(Level::Deny)]);
    let expected = "\
error[memlint::double_free]: memory is released twice
 --> src/a.rs:3:5
  |
1 | fn a(é: &str) {
  |      - a parameter
2 |     let p = make();
3 |     free(p);
  |     ^^^^^^^ released again here
  |
 ::: src/b.rs:2:5
  |
2 |     malloc(1)
  |     --------- allocated here
  |
  = note: CWE-415
  = help: release it once
";
    assert!(text.starts_with(expected), "{text}");
    assert!(
        text.contains("// memlint: allow(double_free, reason = \"..\")"),
        "{text}"
    );
    assert!(text.contains("help: remove it"), "{text}");
    assert!(
        text.ends_with("error: 1 error in 2 files; `--unsafe-fixes` repairs 1 of them\n"),
        "{text}"
    );
}

#[test]
fn what_is_forbidden_offers_no_way_out() {
    let text = written("human", &[finding(Level::Forbid)]);
    assert!(!text.contains("memlint: allow"), "{text}");
}

#[test]
fn short_is_one_line_a_finding() {
    let text = written("short", &[finding(Level::Warn)]);
    let expected = "\
src/a.rs:3:5: warning[memlint::double_free]: memory is released twice
warning: 1 warning in 2 files; `--unsafe-fixes` repairs 1 of them
";
    assert_eq!(text, expected);
}

#[test]
fn what_no_run_would_apply_is_not_counted() {
    let mut scattered = finding(Level::Warn);
    let edits = &mut scattered.diagnostic.suggestions[0].edits;
    edits.push(Edit {
        span: span(1, (2, 4), (2, 13)),
        replacement: String::new(),
    });
    let text = written("short", &[scattered, finding(Level::Warn)]);
    let summary = "warning: 2 warnings in 2 files; `--unsafe-fixes` repairs 1 of them\n";
    assert!(text.ends_with(summary), "{text}");
}

#[test]
fn the_summary_counts_both_kinds() {
    let text = written("short", &[finding(Level::Warn), finding(Level::Deny)]);
    let summary =
        "error: 2 findings (1 error, 1 warning) in 2 files; `--unsafe-fixes` repairs 2 of them\n";
    assert!(text.ends_with(summary), "{text}");
    assert_eq!(written("human", &[]), "memlint: no findings in 2 files\n");
}

#[test]
fn cargo_reads_the_json() {
    use cargo_metadata::Message;
    let text = written("json", &[finding(Level::Warn)]);
    let messages: Vec<_> = Message::parse_stream(text.as_bytes())
        .map(|m| m.expect("valid JSON"))
        .collect();
    let [
        Message::CompilerMessage(message),
        Message::BuildFinished(end),
    ] = &messages[..]
    else {
        panic!("{messages:?}");
    };
    assert!(end.success);
    assert_eq!(message.package_id.repr, "path+file:///x#0.1.0");
    let message = &message.message;
    let code = message.code.as_ref().expect("a code");
    assert_eq!(code.code, "memlint::double_free");
    let [primary, parameter, other] = &message.spans[..] else {
        panic!("{:?}", message.spans);
    };
    assert!(primary.is_primary && !other.is_primary);
    assert_eq!((primary.byte_start, primary.byte_end), (41, 48));
    assert_eq!(&A[41..48], "free(p)");
    assert_eq!((parameter.byte_start, parameter.byte_end), (5, 7));
    assert_eq!((parameter.column_start, parameter.column_end), (6, 7));
    assert_eq!(other.file_name, "src/b.rs");
    assert_eq!(other.label.as_deref(), Some("allocated here"));
    assert_eq!(primary.text[0].text, "    free(p);");
    let fix = message
        .children
        .iter()
        .flat_map(|child| &child.spans)
        .next()
        .expect("a suggestion");
    assert_eq!(fix.suggested_replacement.as_deref(), Some(""));
    assert!(
        message
            .rendered
            .as_ref()
            .is_some_and(|text| text.starts_with("warning[memlint::double_free]"))
    );
}

#[test]
fn a_clean_package_is_told_as_built() {
    use cargo_metadata::Message;
    let text = written("json", &[]);
    let mut messages = Message::parse_stream(text.as_bytes()).map(|m| m.expect("valid JSON"));
    let Some(Message::CompilerArtifact(artifact)) = messages.next() else {
        panic!("{text}");
    };
    assert!(!artifact.fresh);
    assert_eq!(artifact.target.name, "x");
    assert!(matches!(messages.next(), Some(Message::BuildFinished(end)) if end.success));
}

#[test]
fn a_denied_finding_is_no_success() {
    let text = written("json", &[finding(Level::Deny)]);
    assert!(
        text.contains("\"level\":\"error\"") && text.ends_with("\"success\":false}\n"),
        "{text}"
    );
}

#[test]
fn colours_stand_in_the_rendered_text_only_when_asked_for() {
    let findings = [finding(Level::Warn)];
    assert!(!written("json", &findings).contains("\\u001b["));
    assert!(written("json-diagnostic-rendered-ansi", &findings).contains("\\u001b["));
}

#[test]
fn sarif_is_cut_where_its_readers_stop_and_says_so() {
    let mut findings = vec![finding(Level::Warn); 25_003];
    // Errors come last here, and are kept.
    findings[25_001].level = Level::Deny;
    findings[25_002].level = Level::Deny;
    let log: serde_json::Value =
        serde_json::from_str(&written("sarif", &findings)).expect("valid JSON");
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("a list");
    let errors = results.iter().filter(|result| result["level"] == "error");
    assert_eq!((results.len(), errors.count()), (25_000, 2));
    let told = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(told.contains("3 findings were left out"), "{told}");
    assert!(told.contains("src/b.rs"), "{told}");
}

#[test]
fn sarif_tells_the_story_in_its_order() {
    let log: serde_json::Value =
        serde_json::from_str(&written("sarif", &[finding(Level::Deny)])).expect("valid JSON");
    let result = &log["runs"][0]["results"][0];
    let steps = result["codeFlows"][0]["threadFlows"][0]["locations"].as_array();
    let steps: Vec<_> = steps
        .expect("a list")
        .iter()
        .map(|step| {
            step["location"]["message"]["text"]
                .as_str()
                .unwrap_or_default()
        })
        .collect();
    assert_eq!(
        steps,
        ["a parameter", "allocated here", "released again here"]
    );
    // Columns are characters: the parameter is one, though two bytes long.
    let region = &result["relatedLocations"][0]["physicalLocation"]["region"];
    assert_eq!(
        (&region["startColumn"], &region["endColumn"]),
        (&6.into(), &7.into())
    );
    let fix = &result["fixes"][0]["artifactChanges"][0];
    assert_eq!(fix["artifactLocation"]["uri"], "src/a.rs");
    assert_eq!(fix["replacements"][0]["insertedContent"]["text"], "");
}

#[test]
fn github_sees_errors_first_and_what_was_left_out() {
    let text = written("github", &[finding(Level::Warn), finding(Level::Deny)]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].starts_with("::error file=src/a.rs,line=3,endLine=3,col=5,endColumn=11,"));
    assert!(lines[1].starts_with("::warning file=src/a.rs,line=3,"));
    assert_eq!(
        lines[2],
        "::warning file=src/b.rs,line=2,title=memlint::the file was left out"
    );
}
