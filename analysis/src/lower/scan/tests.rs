//! What a text tells, in every spelling.

use super::*;

fn names(text: &str) -> Vec<String> {
    let path = |d: &ModDecl| {
        let mut parts: Vec<&str> = d.inside.iter().map(|m| m.name.as_str()).collect();
        parts.push(d.name.as_str());
        parts.join("::")
    };
    module_decls(text).iter().map(path).collect()
}

#[test]
fn declarations_at_any_depth() {
    let text = "mod a; pub(crate) mod b; // mod c;\n mod d { fn f() { if x { } } mod e; } \
                cfg_if! { if #[cfg(x)] { mod g; } else { pub mod h; } } \"mod i;\" mod r#type;";
    assert_eq!(names(text), ["a", "b", "d::e", "g", "h", "type"]);
}

#[test]
fn paths_and_conditions() {
    let text = "#[cfg(unix)] #[path = \"u/mod.rs\"] mod a; #[cfg(test)] mod t { #[allow(x)] \
                mod inner; } mod plain;";
    let all = module_decls(text);
    assert_eq!(all[0].path.as_deref(), Some("u/mod.rs"));
    assert_eq!(all[0].cfg, Some(Cfg::Flag(Name::new("unix"))));
    assert_eq!(all[1].cfg, Some(Cfg::Flag(Name::new("test"))));
    assert_eq!(all[2].cfg, None);
}

#[test]
fn includes_of_literals() {
    let text = "include!(\"gen/x.rs\"); include!(concat!(env!(\"OUT_DIR\"), \"/y.rs\")); \
                include_str!(\"z\"); mod m { include!(\"w.rs\"); }";
    let all = module_decls(text);
    let paths: Vec<_> = all
        .iter()
        .map(|d| d.path.clone().unwrap_or_default())
        .collect();
    assert_eq!(paths, ["gen/x.rs", "w.rs"]);
    assert!(all[0].include && all[0].name.is_empty());
    assert_eq!(all[1].inside[0].name, "m");
}

#[test]
fn attributes_belong_to_one_item() {
    let all = module_decls("#[cfg(a)] use x; #[cfg(b)] fn f() {} mod m;");
    assert_eq!(all[0].cfg, None);
}

#[test]
fn a_declaration_in_every_spelling() {
    let spellings = [
        "mod x;",
        "\u{feff}mod x;",
        "pub(crate) mod x ;",
        "pub(in crate::a)mod x;",
        "mod r#x;",
        "\tmod\tx\t;",
        "mod x\r\n;\r\n",
        "mod\nx;",
        "{}mod x;",
        "#[a]mod x;",
        "#![a]\n//! b\n/* c */mod x;",
        "mod/* y; */x;",
        "mod x // y\n;",
        "mod /* a */ r#x /* b */ ;",
        "use y; mod x;",
        "fn mod_y() {} mod x;",
        "#!/bin/x 'y\nmod x;",
        "fn f<'a>(s: &'a str) -> char { '\"' }\nmod x;",
        "const S: &[u8] = br#\"\"mod y;\"#; mod x;",
        "const S: &str = r\"\\\"; mod x;",
        "const R: u8 = b'\\''; const T: &str = r#type; mod x;",
    ];
    for text in spellings {
        assert_eq!(names(text), ["x"], "{text}");
        let later = format!("{}\n{text}", "// filler\n".repeat(9));
        if !text.starts_with(['\u{feff}', '#']) {
            assert_eq!(names(&later), ["x"], "{later}");
        }
    }
}

#[test]
fn no_declaration_in_comments_strings_and_other_words() {
    let texts = [
        "// mod x;",
        "/* mod x; */",
        "/* /* */ mod x; */",
        "//! mod x;\n/// mod x;\nfn f() {}",
        "const S: &str = \"\nmod x;\n\";",
        "const S: &str = r#\"\" mod x; \"#;",
        "#[doc = \" mod x;\"] fn f() {}",
        "mod x {}",
        "mod",
        "mod ",
        "mod x",
        "commod x;",
        "modx;",
        "let mod_ = x;",
        "r#mod x;",
        "my_include!(\"y.rs\");",
        "/* mod x;",
        "\" mod x;",
    ];
    for text in texts {
        assert_eq!(names(text), [""; 0], "{text}");
    }
}

#[test]
fn attributes_on_lines_of_their_own() {
    let text = "#[cfg(unix)]\r\n#[path = \"a.rs\"]\r\npub mod x;\r\n#[cfg(windows)]\r\nmod y";
    let all = module_decls(text);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].path.as_deref(), Some("a.rs"));
    assert_eq!(all[0].cfg, Some(Cfg::Flag(Name::new("unix"))));
}

#[test]
fn simple_conditions_are_read_as_the_parser_does() {
    for text in [
        "test",
        "feature = \"a-b\"",
        " unix ",
        "true",
        "r#x",
        "a = \"\\n\"",
        "a = \"b\", c",
    ] {
        let tokens: proc_macro2::TokenStream = text.parse().unwrap();
        let quick = simple_condition(&format!("cfg({text})"));
        assert!(
            quick.is_none_or(|cfg| cfg == attr::predicate(tokens)),
            "{text}"
        );
    }
    assert!(simple_condition("cfg(feature = \"a-b\")").is_some());
}

#[test]
fn macros_declare_what_they_are_given() {
    assert_eq!(
        names("all! { mod x; } all!(mod y;); all![pub mod z;];"),
        ["x", "y", "z"]
    );
}

#[test]
fn inner_conditions_of_inline_modules_count() {
    let all = module_decls("mod a { #![cfg(unix)] #![path = \"b\"] mod x; }");
    assert_eq!(all[0].cfg, Some(Cfg::Flag(Name::new("unix"))));
}

#[test]
fn one_pass_tells_all() {
    let scanner = Scanner::new(&["malloc(", "CString"]);
    let text = "macro_rules! m { () => {} }\nmod x;\nfn f() { malloc(3) }";
    let found = scanner.scan(text);
    assert!(found.triggered && found.macros);
    assert_eq!(found.children.len(), 1);
    assert_eq!(scanner.scan("fn f() { modify(); }"), Overview::default());
}
