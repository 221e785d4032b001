//! What is left out of a text, and that the rest stays where it is.

use super::{Skim, skim};
use crate::ir::Words;
use crate::lower::{MacroTable, collect_macros};
use crate::span::FileId;

fn skimmed(text: &str) -> Option<Skim> {
    let mut macros = MacroTable::default();
    collect_macros(FileId(0), text, &mut macros);
    skim(text, &macros, &[]).ok().flatten()
}

/// The bodies that are left out, each from its brace.
fn bodies(text: &str) -> Vec<String> {
    let skipped = skimmed(text).map(|skim| skim.skipped).unwrap_or_default();
    let whole = skipped.iter().map(|s| &text[s.bytes.clone()]);
    whole
        .map(|function| {
            assert!(function.starts_with("fn"), "{function}");
            let at = function.find("/*b*/").unwrap_or(0);
            function[at..].replace("/*b*/", "")
        })
        .collect()
}

/// What is left of a text.
fn rest(text: &str) -> String {
    skimmed(text).map(|skim| skim.text).unwrap_or_default()
}

#[test]
fn bodies_go_and_signatures_stay() {
    let text = "fn f(a: u8) -> u8 { a + 1 }\nimpl A {\n  fn g(&self) {\n    x();\n  }\n}";
    assert_eq!(
        rest(text),
        "fn f(a: u8) -> u8 {       }\nimpl A {\n  fn g(&self) {\n\n  }\n}"
    );
    let skim = skimmed(text).expect("it is understood");
    let places: Vec<_> = skim
        .skipped
        .iter()
        .map(|s| (s.begin.line, s.begin.column))
        .collect();
    assert_eq!(places, [(1, 0), (3, 2)]);
}

#[test]
fn strings_characters_and_comments_hide_braces() {
    let text = r####"fn f() /*b*/{ "}"; r#"} " }"#; b"}"; c"}"; br##"}"# }"##; '}'; b'}'; '\''; '\u{7d}'; /* } /* } */ */ }
fn g<'a>(x: &'a str) /*b*/{ 'l: loop { break 'l } } // }
"####;
    let found = bodies(text);
    assert_eq!(found.len(), 2);
    assert!(found[0].ends_with("*/ }") && found[1] == "{ 'l: loop { break 'l } }");
}

#[test]
fn types_of_functions_have_no_body() {
    let text = "type F = fn(i32) -> i32; struct S { f: fn(u8), g: extern \"C\" fn() -> u8 }\n\
                static T: [fn(); 1] = [a]; fn f(g: fn(u8) -> u8) -> fn() /*b*/{ g }";
    assert_eq!(bodies(text), ["{ g }"]);
    let text = "extern \"C\" { fn a(x: u8); pub fn b() -> [u8; 3]; } trait T { fn c(&self); }";
    assert_eq!(bodies(text), [""; 0]);
}

#[test]
fn signatures_of_all_kinds() {
    let all = [
        "fn f<T>() where T: Iterator<Item = u8> /*b*/{ 1 }",
        "fn f() -> [u8; { N + 1 }] /*b*/{ 1 }",
        "fn f(x: Foo<{ N }>) -> Foo<{ N + 1 }> /*b*/{ 1 }",
        "fn f<F: Fn(u8) -> Vec<u8>>(f: F) -> impl Fn() -> u8 /*b*/{ 1 }",
        "extern \"C\" fn f() /*b*/{ 1 }",
        "pub(in crate::a) const unsafe extern \"C\" fn f() /*b*/{ 1 }",
        "async fn f() -> <Vec<u8> as IntoIterator>::Item /*b*/{ 1 }",
        "trait T<const N: usize> { fn d(&self) -> u8 /*b*/{ 1 } }",
        "impl<const N: usize> T for [u8; N] where [u8; { N }]: Sized { fn d() /*b*/{ 1 } }",
        "mod m { pub mod n { fn d() /*b*/{ 1 } } }",
        "#[a(fn)] #[cfg(x)] fn f() /*b*/{ 1 }",
    ];
    for text in all {
        assert_eq!(bodies(text), ["{ 1 }"], "{text}");
    }
}

#[test]
fn macros_keep_their_text() {
    let text = "macro_rules! m { ($x:ident) => { fn $x() { 1 } }; } m! { fn a() { /// x\n } }";
    assert_eq!(rest(text), text);
}

#[test]
fn items_of_a_body_stay() {
    let text = "fn f() { use a::b; let x = 1; fn g() { 2 } unsafe { const C: u8 = 1; } x }";
    let left = "fn f() { use a::b;            fn g() {   }          const C: u8 = 1;     }";
    assert_eq!(rest(text), left);
    for text in [
        "fn f() { if x { use a::b; } }",
        "fn f() { g(|| { struct S; }) }",
        "fn f() { #![allow(a)] }",
        "macro_rules! m { () => { fn g() {} } } fn f() { m!() }",
        "macro_rules! m { () => { n!() } } macro_rules! n { () => { use a; } } fn f() { m!() }",
    ] {
        assert_eq!(rest(text), text);
    }
    for text in [
        "fn f() { let p = x as *const T; const { 1 } }",
        "fn f() { let p = &raw const x; p as extern \"C\" fn(u8) }",
        "fn f() { let fns: fn(u8) = unsafe { g }; 'static: loop {} }",
    ] {
        assert_eq!(
            skimmed(text).map(|skim| skim.skipped.len()),
            Some(1),
            "{text}"
        );
    }
}

#[test]
fn lines_and_columns_do_not_move() {
    let text = "/* é */ fn é(x: u8) { \"é\"; /*é*/ } const A: u8 = 1;\r\n/// docs\r\nfn g() {\r\n\r\n}\r\n";
    let left = rest(text);
    let at = |text: &str, word: &str| {
        let before = text.split(word).next().unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count(), line.chars().count())
    };
    for word in ["fn é", "(x", "const A", "= 1", "fn g"] {
        assert_eq!(at(&left, word), at(text, word), "{word}");
    }
    assert_eq!(left.matches('}').count(), 2);
    let text = "#!/bin/x {\nfn f() { 1 }";
    assert_eq!(rest(text), "\nfn f() {   }");
    assert_eq!(
        skimmed(text).map(|skim| skim.skipped[0].begin.line),
        Some(2)
    );
}

#[test]
fn long_texts_fall_into_pieces_of_whole_items() {
    let function = "/* é */ pub fn f(a: [u8; { 1 + 1 }]) { a; } struct S { a: u8 }\n";
    let text = format!("{}mod m {{\n{0}}} const É: u8 = 1;", function.repeat(9000));
    let skim = skimmed(&text).expect("it is understood");
    let pieces: Vec<_> = skim.pieces().collect();
    assert!(pieces.len() > 3, "{}", pieces.len());
    let mut begun = String::new();
    for (at, piece) in pieces {
        assert!(syn::parse_file(piece).is_ok(), "from {at:?}");
        let line = begun.rsplit('\n').next().unwrap_or_default();
        let here = (begun.matches('\n').count() + 1, line.chars().count());
        assert_eq!((at.line as usize, at.column as usize), here);
        begun.push_str(piece);
    }
    assert_eq!(begun, skim.text);
    assert_eq!(skimmed(function).map(|skim| skim.pieces().count()), Some(1));
}

#[test]
fn what_is_not_balanced_is_left_to_the_parser() {
    for text in [
        "fn f() { ( }",
        "fn f() {",
        "fn f() { } }",
        "fn f() -> > { }",
        "fn f() { ] }",
    ] {
        assert!(skimmed(text).is_none(), "{text}");
    }
}

#[test]
fn words_of_a_body() {
    let text =
        "macro_rules! m { () => { free(x) } } fn f() { a::b(c.d, c.e()); m!(); r#g(); l_free(); }";
    let skim = skimmed(text).expect("it is understood");
    let words = &skim.skipped[0].words;
    for word in ["a", "b", "c", "e", "g", "l_free", "_free"] {
        assert!(words.may_hold(Words::hash(word.as_bytes())), "{word}");
    }
    for word in ["d", "f", "m", "free", "r#g"] {
        assert!(!words.may_hold(Words::hash(word.as_bytes())), "{word}");
    }
    assert!(words.may_hold(Words::macro_hash(b"m")));
}
