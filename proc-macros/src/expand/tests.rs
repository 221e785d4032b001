//! Tests of the expansion that need no compiler: which form, and what beside an error.

use super::*;

fn expand(attr: &str, item: &str) -> String {
    paired_alloc(attr.parse().unwrap(), item.parse().unwrap()).to_string()
}

fn tokens(text: &str) -> String {
    text.parse::<TokenStream>().unwrap().to_string()
}

#[test]
fn the_plain_form_is_the_item_without_markers() {
    let item = "unsafe extern \"C\" {
        #[alloc] #[link_name = \"w_new\"] fn new() -> *mut W;
        #[free(arg = 0)] safe fn free(w: *mut W);
        fn count() -> usize;
    }";
    let plain = "unsafe extern \"C\" {
        #[link_name = \"w_new\"] fn new() -> *mut W;
        safe fn free(w: *mut W);
        fn count() -> usize;
    }";
    let expanded = expand("family = \"w\"", item);
    let end = format!("{{ {} }} }}", tokens(plain));
    assert!(expanded.ends_with(&end), "{expanded}");
    let item = "pub extern \"C\" fn new() -> *mut W { body!(whatever) }";
    let expanded = expand("family = \"w\", role = \"alloc\"", item);
    assert!(
        expanded.ends_with(&format!("{{ {} }} }}", tokens(item))),
        "{expanded}"
    );
}

#[test]
fn what_has_no_body_is_left_alone() {
    let items = [
        ("family = \"w\", role = \"free\"", "fn free(&mut self);"),
        (
            "family = \"w\", role = \"alloc\", untracked",
            "fn new() -> u32 { 3 }",
        ),
    ];
    for (attr, item) in items {
        assert_eq!(expand(attr, item), tokens(item));
    }
}

#[test]
fn only_functions_of_the_own_abi_ask_for_their_caller() {
    let cases = [
        ("fn new() -> *mut W { x }", true),
        ("pub async fn new() -> *mut W { x }", false),
        ("extern \"C\" fn new() -> *mut W { x }", false),
        ("#[unsafe(no_mangle)] fn new() -> *mut W { x }", false),
    ];
    for (item, asks) in cases {
        let expanded = expand("family = \"w\", role = \"alloc\"", item);
        assert_eq!(expanded.contains("track_caller"), asks, "{expanded}");
    }
}

#[test]
fn errors_stand_beside_the_item() {
    let cases = [
        (
            "family = \"w\"",
            "fn new() -> *mut W { null_mut() }",
            "`new` needs a role",
        ),
        (
            "role = \"alloc\"",
            "fn new() -> *mut W { null_mut() }",
            "is missing",
        ),
        (
            "family = \"w\", role = \"free\"",
            "fn free() {}",
            "`free` has no parameters",
        ),
        (
            "family = \"w\", role = \"free\"",
            "fn free((a, b): Pair) {}",
            "parameter 0 needs a name",
        ),
        (
            "family = \"w\", role = \"alloc\"",
            "fn new() {}",
            "`new` returns nothing",
        ),
        (
            "family = \"w\", role = \"alloc\"",
            "const fn new() -> *mut W { 0 }",
            "`const fn`",
        ),
        (
            "family = \"w\", role = \"alloc\"",
            "struct W;",
            "a function or on a foreign block",
        ),
        (
            "family = \"w\", role = \"free\"",
            "extern \"C\" { fn f(w: *mut W); }",
            "no role of its own",
        ),
    ];
    for (attr, item, message) in cases {
        let expanded = expand(attr, item);
        assert!(expanded.starts_with(&tokens(item)), "{expanded}");
        assert!(expanded.contains("compile_error"), "{expanded}");
        assert!(expanded.contains(message), "{expanded}");
    }
}

#[test]
fn markers_are_consumed_beside_an_error_too() {
    let expanded = expand("", "extern \"C\" { #[alloc] fn new() -> *mut W; }");
    assert!(!expanded.contains("# [alloc]"), "{expanded}");
    assert!(expanded.contains("compile_error"), "{expanded}");
}
