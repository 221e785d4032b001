//! Acquisitions and releases behind helper functions of the crate's own.

use crate::edit::{Edits, parse, range};
use syn::visit::{self, Visit};

/// A path as it is called, and the function that calls it instead; its name is the first word after
/// `fn`.
type Helper = (&'static str, &'static str);

const ACQUIRE: &[Helper] = &[
    (
        "libc::malloc",
        "unsafe fn helper_malloc(size: usize) -> *mut libc::c_void { unsafe { libc::malloc(size) } }",
    ),
    (
        "libc::calloc",
        "unsafe fn helper_calloc(n: usize, size: usize) -> *mut libc::c_void { unsafe { libc::calloc(n, size) } }",
    ),
    (
        "libc::strdup",
        "unsafe fn helper_strdup(text: *const libc::c_char) -> *mut libc::c_char { unsafe { libc::strdup(text) } }",
    ),
    (
        "libc::fopen",
        "unsafe fn helper_fopen(a: *const libc::c_char, b: *const libc::c_char) -> *mut libc::FILE { unsafe { libc::fopen(a, b) } }",
    ),
    (
        "Box::into_raw",
        "fn helper_into_raw<T: ?Sized>(value: Box<T>) -> *mut T { Box::into_raw(value) }",
    ),
    (
        "Box::new",
        "fn helper_new<T>(value: T) -> Box<T> { Box::new(value) }",
    ),
];

const RELEASE: &[Helper] = &[
    (
        "libc::free",
        "unsafe fn helper_free(block: *mut libc::c_void) { unsafe { libc::free(block) } }",
    ),
    (
        "libc::fclose",
        "unsafe fn helper_fclose(file: *mut libc::FILE) -> libc::c_int { unsafe { libc::fclose(file) } }",
    ),
    (
        "Box::from_raw",
        "unsafe fn helper_from_raw<T: ?Sized>(raw: *mut T) -> Box<T> { unsafe { Box::from_raw(raw) } }",
    ),
    (
        "CString::from_raw",
        "unsafe fn helper_text(raw: *mut std::ffi::c_char) -> std::ffi::CString { unsafe { std::ffi::CString::from_raw(raw) } }",
    ),
    ("drop", "fn helper_drop<T>(value: T) { drop(value) }"),
];

/// Allocators behind helpers.
pub(crate) fn acquisitions(text: &str) -> String {
    wrap(text, ACQUIRE)
}

/// Releases behind helpers.
pub(crate) fn releases(text: &str) -> String {
    wrap(text, RELEASE)
}

fn wrap(text: &str, helpers: &'static [Helper]) -> String {
    let mut calls = Calls {
        helpers,
        edits: Edits::default(),
        used: vec![false; helpers.len()],
    };
    let file = parse(text);
    let inline =
        |item: &syn::Item| matches!(item, syn::Item::Mod(module) if module.content.is_some());
    if file.items.iter().any(inline) {
        return text.to_owned();
    }
    calls.visit_file(&file);
    let mut out = calls.edits.apply(text);
    for ((_, helper), _) in helpers.iter().zip(calls.used).filter(|(_, used)| *used) {
        out += &format!("\n{helper}\n");
    }
    out
}

struct Calls {
    helpers: &'static [Helper],
    edits: Edits,
    used: Vec<bool>,
}

impl<'a> Visit<'a> for Calls {
    fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func {
            let words: Vec<String> = path
                .path
                .segments
                .iter()
                .map(|s| s.ident.to_string())
                .collect();
            let plain = path.path.segments.iter().all(|s| s.arguments.is_none());
            let words = words.join("::");
            let known = self.helpers.iter().position(|(of, _)| *of == words);
            if let Some(at) = known.filter(|_| plain && path.qself.is_none()) {
                let helper = self.helpers[at].1;
                let name = helper.split("fn ").nth(1).unwrap_or_default();
                let name = name.split(['<', '(']).next().unwrap_or_default();
                self.edits.replace(range(path), name);
                self.used[at] = true;
            }
        }
        visit::visit_expr_call(self, call);
    }
}
