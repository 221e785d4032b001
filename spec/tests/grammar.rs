//! The grammar as users write it, and the errors they get.

use memlint_spec::{
    PairedAlloc, Role, Routine, check_block, parse_attr, parse_attribute, parse_marker,
};
use syn::parse_quote;

fn attr(text: &str) -> PairedAlloc {
    parse_attr(text.parse().unwrap()).unwrap()
}

fn error(text: &str) -> String {
    parse_attr(text.parse().unwrap()).unwrap_err().to_string()
}

fn routine(family: &str, role: Role, arg: u32, out: Option<u32>) -> Routine {
    Routine {
        family: family.to_owned(),
        role,
        arg,
        out,
        untracked: false,
    }
}

#[test]
fn the_settled_forms_parse() {
    let cases = [
        (
            r#"family = "widget", role = "alloc""#,
            routine("widget", Role::Alloc, 0, None),
        ),
        (
            r#"family = "widget", role = "alloc", out = 0"#,
            routine("widget", Role::Alloc, 0, Some(0)),
        ),
        (
            r#"family = "widget", role = "free""#,
            routine("widget", Role::Free, 0, None),
        ),
        (
            r#"role = "free", arg = 1, family = "widget","#,
            routine("widget", Role::Free, 1, None),
        ),
        (
            r#"family = "rust-global", role = "realloc", arg = 0"#,
            routine("rust-global", Role::Realloc, 0, None),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(attr(text).routine(), Some(expected), "{text}");
    }
    let block = attr(r#"family = "widget", caller"#);
    assert_eq!(block.routine(), None);
    assert!(block.caller);
}

#[test]
fn errors_name_the_fault() {
    assert_eq!(error(""), "`family = \"..\"` is missing");
    assert_eq!(error(r#"role = "alloc""#), "`family = \"..\"` is missing");
    assert_eq!(
        error(r#"family = "w", roll = "alloc""#),
        "unknown key `roll`: the keys are `family`, `role`, `arg`, `out`, `caller`, `untracked`"
    );
    assert_eq!(
        error(r#"family = "w", family = "v""#),
        "`family` is given twice"
    );
    assert_eq!(
        error(r#"family = "w", role = "new""#),
        "a role is \"alloc\", \"free\" or \"realloc\""
    );
    assert_eq!(
        error(r#"family = "a b""#),
        "a family's name is one word, for instance \"widget\""
    );
    assert_eq!(
        error("family = 3"),
        "expected the family's name as a string"
    );
    for position in ["-1", "1.5", "\"0\"", "1u8", "4294967296"] {
        let text = format!(r#"family = "w", role = "free", arg = {position}"#);
        assert!(parse_attr(text.parse().unwrap()).is_err(), "{text}");
    }
}

#[test]
fn positions_need_their_role() {
    assert!(
        error(r#"family = "w", role = "alloc", arg = 0"#).starts_with("`arg` names the released")
    );
    assert!(error(r#"family = "w", arg = 0"#).starts_with("`arg` names the released"));
    assert!(
        error(r#"family = "w", role = "free", out = 0"#).starts_with("`out` names the parameter")
    );
    assert!(
        error(r#"family = "w", role = "free", caller"#)
            .starts_with("`caller` belongs on a foreign")
    );
}

#[test]
fn attributes_are_told_apart() {
    let long: syn::Attribute =
        parse_quote!(#[::memlint::paired_alloc(family = "w", role = "alloc")]);
    assert!(parse_attribute(&long).unwrap().is_ok());
    let bare: syn::Attribute = parse_quote!(#[paired_alloc]);
    assert!(parse_attribute(&bare).unwrap().is_err());
    let other: syn::Attribute = parse_quote!(#[other::paired_alloc(family = "w")]);
    assert!(parse_attribute(&other).is_none());
    let inline: syn::Attribute = parse_quote!(#[inline]);
    assert!(parse_attribute(&inline).is_none());
    assert!(parse_marker(&inline).is_none());
    let value: syn::Attribute = parse_quote!(#[free = 1]);
    assert!(parse_marker(&value).unwrap().is_err());
    let caller: syn::Attribute = parse_quote!(#[alloc(caller)]);
    assert!(parse_marker(&caller).unwrap().is_err());
}

#[test]
fn a_block_gives_its_family_to_its_functions() {
    let block = parse_quote! {
        unsafe extern "C" {
            #[alloc]
            fn widget_new(kind: u32) -> *mut Widget;
            #[free]
            fn widget_free(w: *mut Widget);
            #[free(arg = 1)]
            fn widget_give(pool: *mut Pool, w: *mut Widget);
            #[alloc(family = "malloc", out = 0)]
            fn widget_name(out: *mut *mut c_char) -> c_int;
            #[paired_alloc(family = "pool", role = "alloc")]
            fn pool_new() -> *mut Pool;
            fn widget_count() -> usize;
        }
    };
    let found = check_block(&attr(r#"family = "widget""#), &block).unwrap();
    let found: Vec<_> = found.into_iter().map(|a| (a.item, a.routine)).collect();
    assert_eq!(
        found,
        [
            (0, routine("widget", Role::Alloc, 0, None)),
            (1, routine("widget", Role::Free, 0, None)),
            (2, routine("widget", Role::Free, 1, None)),
            (3, routine("malloc", Role::Alloc, 0, Some(0))),
            (4, routine("pool", Role::Alloc, 0, None)),
        ]
    );
}

#[test]
fn a_block_reports_all_its_faults() {
    let block = parse_quote! {
        unsafe extern "C" {
            #[alloc]
            fn widget_init(w: *mut Widget);
            #[free(arg = 1)]
            fn widget_free(w: *mut Widget);
            #[free]
            #[alloc]
            fn widget_swap(w: *mut Widget) -> *mut Widget;
            #[alloc]
            static WIDGETS: usize;
        }
    };
    let error = check_block(&attr(r#"family = "widget""#), &block).unwrap_err();
    let messages: Vec<String> = error.into_iter().map(|e| e.to_string()).collect();
    assert_eq!(
        messages,
        [
            "`widget_init` returns nothing: name the parameter that receives the allocation with `out = N`",
            "`arg = 1`, counted from 0: `widget_free` has one parameter",
            "one function has one role",
            "only functions allocate and release",
        ]
    );
}

#[test]
fn a_block_without_markers_is_a_fault() {
    let block = parse_quote!(
        extern "C" {
            fn f();
        }
    );
    let error = check_block(&attr(r#"family = "widget""#), &block).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("no function of this block is marked")
    );
}

#[test]
fn what_cannot_be_followed_is_told() {
    let block = parse_quote! {
        unsafe extern "C" {
            #[alloc(out = 0)]
            fn asprintf(out: *mut *mut c_char, format: *const c_char, ...) -> c_int;
            #[alloc(out = 0, untracked)]
            fn vasprintf(out: *mut *mut c_char, format: *const c_char, ...) -> c_int;
            #[alloc]
            fn handle_new() -> u32;
            #[alloc(untracked)]
            fn socket_new() -> c_int;
            #[free]
            fn handle_free(handle: (u8, u8));
            #[alloc(out = 0)]
            fn handle_at(place: usize);
        }
    };
    let error = check_block(&attr(r#"family = "widget""#), &block).unwrap_err();
    let messages: Vec<String> = error.into_iter().map(|e| e.to_string()).collect();
    assert_eq!(messages.len(), 4, "{messages:?}");
    assert!(messages[0].starts_with("`asprintf` takes a variable number of arguments"));
    assert!(messages[1].starts_with("`handle_new` returns `u32`: there is no pointer to follow"));
    assert!(messages[2].starts_with("parameter 0 of `handle_free` has no pointer to follow"));
    assert!(messages[3].starts_with("parameter 0 of `handle_at` has no pointer to follow"));
    let marker: syn::Attribute = parse_quote!(#[alloc(out = 0, untracked)]);
    assert!(parse_marker(&marker).unwrap().unwrap().untracked);
    assert!(error_of_block().starts_with("`untracked` belongs on a single function"));
}

fn error_of_block() -> String {
    error(r#"family = "w", untracked"#)
}
