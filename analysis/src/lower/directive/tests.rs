//! Which code a directive covers, and what is malformed.

use crate::ir::{Cfg, Directive, DirectiveKind};
use crate::lower::{MacroTable, lower_file};
use crate::name::Name;
use crate::span::FileId;

fn directives(text: &str) -> Vec<Directive> {
    match lower_file(FileId(0), text, &MacroTable::default()) {
        Ok(ir) => ir.directives,
        Err(failure) => panic!("{failure:?}"),
    }
}

/// The lines of the first directive's scope.
fn scope(text: &str) -> (u32, u32) {
    let all = directives(text);
    let scope = all.first().map(|d| d.scope);
    scope.map_or((0, 0), |s| (s.lo.line, s.hi.line))
}

/// Why the first directive is malformed.
fn fault(text: &str) -> String {
    match directives(text).pop().map(|d| d.kind) {
        Some(DirectiveKind::Malformed(why)) => why,
        other => format!("{other:?}"),
    }
}

#[test]
fn words_of_a_directive() {
    let all =
        directives("// memlint: allow(leaked_raw, memlint::leak, reason = \"C, you\")\nfn f() {}");
    assert_eq!(all[0].kind, DirectiveKind::Allow);
    assert_eq!(all[0].lints, ["leaked_raw", "leak"]);
    assert_eq!(all[0].reason.as_deref(), Some("C, you"));
    assert_eq!((all[0].span.lo.line, all[0].span.lo.column), (1, 0));
    let all = directives("fn f() { /* memlint: expect(all) */ g(); }");
    assert_eq!(all[0].kind, DirectiveKind::Expect);
}

#[test]
fn own_line_comments_cover_what_follows() {
    assert_eq!(
        scope("// memlint: allow(x)\n#[inline]\nfn f() {\n}\nfn g() {}"),
        (2, 4)
    );
    assert_eq!(
        scope("fn f() {\n// memlint: allow(x)\nlet a =\ng();\nh();\n}"),
        (3, 4)
    );
    assert_eq!(
        scope("fn f() {\n  g(\n  // memlint: allow(x)\n  h(1,\n 2),\n  i());\n}"),
        (4, 5)
    );
    assert_eq!(
        scope("fn f() { match x {\n// memlint: allow(x)\nA => {\n}\nB => {}\n} }"),
        (3, 4)
    );
    assert_eq!(
        scope("struct S {\n// memlint: allow(x)\np: *mut u8,\nq: u8 }"),
        (3, 3)
    );
    assert_eq!(
        scope("impl S {\n// memlint: allow(x)\n// why\nfn a(&self) {\n}\n}"),
        (4, 5)
    );
    assert_eq!(
        scope("fn f() { m! {\n// memlint: allow(x)\ng();\nh(); } }"),
        (3, 3)
    );
}

#[test]
fn items_inside_macros_are_covered() {
    let text = "cfg_if! { if #[cfg(a)] {\nfn e() {}\n// memlint: allow(x)\nfn f() {\n}\n} }";
    assert_eq!(scope(text), (4, 5));
}

#[test]
fn a_comment_before_nothing_covers_itself() {
    assert_eq!(
        scope("fn f() {\ng();\n// memlint: allow(x)\n}\nfn h() {}"),
        (3, 3)
    );
    assert_eq!(scope("fn f() {}\n// memlint: allow(x)\n"), (2, 2));
}

#[test]
fn trailing_comments_cover_what_ends_there() {
    assert_eq!(
        scope("fn f() {\nlet a =\ng(); // memlint: allow(x)\nh(); }"),
        (2, 3)
    );
    assert_eq!(scope("fn f() {\ng();\nh()\n} // memlint: allow(x)"), (1, 4));
    assert_eq!(
        scope("struct S {\np: *mut u8, // memlint: allow(x)\nq: u8 }"),
        (2, 2)
    );
    assert_eq!(scope("fn f() {\ng(1, // memlint: allow(x)\n2); }"), (2, 2));
    assert_eq!(scope("fn f() { // memlint: allow(x)\ng();\n}"), (1, 3));
}

#[test]
fn comments_in_front_of_code_cover_what_follows() {
    let columns = |text: &str| {
        let scope = directives(text)[0].scope;
        (scope.lo.column, scope.hi.column)
    };
    assert_eq!(
        columns("fn f() { g(a, /* memlint: allow(x) */ b(), c); }"),
        (38, 41)
    );
    assert_eq!(
        columns("fn f() { a(); /* memlint: allow(x) */ b(); }"),
        (38, 42)
    );
    assert_eq!(columns("fn f() { a(); /* memlint: allow(x) */ }"), (9, 13));
    assert_eq!(
        columns("fn f() { g(a /* memlint: allow(x) */, b); }"),
        (11, 12)
    );
}

#[test]
fn files_and_attributes() {
    let all = directives("// memlint: allow-file(x)\nfn f() {}");
    assert_eq!(all[0].kind, DirectiveKind::AllowFile);
    assert_eq!(all[0].scope.hi.line, u32::MAX);
    assert_eq!(
        scope("fn e() {}\n#[cfg_attr(any(), memlint::allow(x))]\nfn f() {\n}"),
        (2, 4)
    );
    assert_eq!(
        scope("fn e() {}\n#[allow(dead_code, memlint::x)]\nfn f() {\n}"),
        (2, 4)
    );
    assert_eq!(
        scope("struct S {\n a: u8,\n#[allow(memlint::x)]\nb: u8 }"),
        (3, 4)
    );
    let all = directives("#![cfg_attr(any(), memlint::allow(x, reason = \"r\"))]\nfn f() {}");
    assert_eq!(all[0].kind, DirectiveKind::AllowFile);
    assert!(
        directives("#[memlint::paired_alloc(family = \"a\", role = \"free\")] fn f() {}")
            .is_empty()
    );
    assert!(directives("#[allow(dead_code)] fn memlint() {}").is_empty());
}

#[test]
fn malformed_ones_say_what_was_expected() {
    assert!(fault("// memlint: deny(x)\nfn f() {}").contains("`allow`, `expect`"));
    assert!(fault("// memlint: allow\nfn f() {}").contains("`(`"));
    assert!(fault("// memlint: allow(x\nfn f() {}").contains("`)`"));
    assert!(fault("// memlint: allow()\nfn f() {}").contains("at least one"));
    assert!(fault("// memlint: allow(reason = \"r\")\nfn f() {}").contains("at least one"));
    assert!(fault("// memlint: allow(x, reason = 3)\nfn f() {}").contains("string"));
    assert!(fault("// memlint: allow(\"x\")\nfn f() {}").contains("lint's name"));
    assert!(fault("// memlint allow(x)\nfn f() {}").contains("colon"));
    assert!(fault("#[cfg_attr(any(), memlint::allow)]\nfn f() {}").contains("`(`"));
    assert!(fault("#[cfg_attr(any(), memlint::alow(x))]\nfn f() {}").contains("`allow`"));
    assert!(fault("#[memlint::deny(x)]\nfn f() {}").contains("`allow`"));
    assert!(fault("/// memlint: allow(x)\nfn f() {}").contains("documentation"));
    assert!(
        fault("//! memlint: allow-file(x, reason = \"r\")\nfn f() {}").contains("documentation")
    );
    assert!(fault("/** memlint: allow(x) */\nfn f() {}").contains("documentation"));
}

#[test]
fn macro_definitions_hold_statements() {
    let body = |inner: &str| format!("macro_rules! m {{ ($b:expr) => {{\n{inner}\n}}; }}");
    let own_line = "// memlint: allow(x)\nlet _ = g(\n$b);\nh();";
    assert_eq!(scope(&body(own_line)), (3, 4));
    assert_eq!(
        scope(&body("let _ = g($b); // memlint: allow(x)\nh();")),
        (2, 2)
    );
    assert_eq!(
        scope(&body("// memlint: allow(x)\n{ g($b); }\nh()")),
        (3, 3)
    );
    assert_eq!(scope(&body("h();\n// memlint: allow(x)\ng($b)")), (4, 4));
}

/// Which conditions decide about the first directive.
fn conditions(text: &str) -> Vec<Cfg> {
    let first = directives(text).into_iter().next();
    first.map(|d| d.conditions).unwrap_or_default()
}

#[test]
fn conditions_around_and_inside_are_known() {
    let test = || Cfg::Flag(Name::new("test"));
    let found = conditions("#[cfg(test)]\nmod m {\nfn f() {\n// memlint: allow(x)\ng();\n}\n}");
    assert_eq!(found, [test()]);
    assert_eq!(
        conditions("#[test]\nfn f() {\n// memlint: allow(x)\ng();\n}"),
        [test()]
    );
    let inside = "// memlint: allow(x)\nmod m {\nfn e() {}\n#[cfg(test)]\nfn f() {}\n}";
    assert_eq!(conditions(inside), [test()]);
    assert_eq!(
        conditions("// memlint: allow-file(x)\n#[cfg(test)]\nfn f() {}"),
        [test()]
    );
    let beside = "// memlint: allow(x)\nfn e() {}\n#[cfg(test)]\nfn f() {}";
    assert_eq!(conditions(beside), []);
    let declared = "// memlint: allow-file(x)\n#[cfg(test)]\nmod tests;\n#[cfg(test)]\nuse a::b;";
    assert_eq!(conditions(declared), []);
    let choice =
        "cfg_if! { if #[cfg(test)] { fn e() {} } else {\n// memlint: allow(x)\nfn f() {}\n} }";
    assert_eq!(conditions(choice), [test(), Cfg::Not(Box::new(test()))]);
    // Nobody knows who expands it.
    let never = Cfg::Any(Vec::new());
    let body = "macro_rules! m { () => {\n// memlint: allow(x)\ng();\n} }";
    assert_eq!(conditions(body), [never]);
}

#[test]
fn declared_modules_have_their_path() {
    let text = "mod a {\n// memlint: allow(x)\nmod r#b;\n}\n#[allow(memlint::x)]\nmod c;";
    let all = directives(text);
    assert_eq!(all[0].outline, [Name::new("a"), Name::new("b")]);
    assert_eq!(all[1].outline, [Name::new("c")]);
    assert!(
        directives("// memlint: allow(x)\nmod a {}")[0]
            .outline
            .is_empty()
    );
}

#[test]
fn sentences_and_documentation_are_no_directives() {
    for text in [
        "// memlint is a tool\nfn f() {}",
        "/// memlint: allow(x) is how it is written\nfn f() {}",
        "//! // memlint: allow(x)\nfn f() {}",
        "/// ```memlint: allow```\nfn f() {}",
        "fn f() { \"// memlint: allow(x)\"; }",
    ] {
        assert!(directives(text).is_empty(), "{text}");
    }
}
