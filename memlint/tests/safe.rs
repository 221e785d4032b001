//! A crate without any unsafe code may be annotated, too.
#![forbid(unsafe_code)]
#![deny(warnings)]

use memlint::{Scope, paired_alloc};

#[paired_alloc(family = "page", role = "alloc")]
fn page_new() -> Box<u8> {
    Box::new(1)
}

#[paired_alloc(family = "page", role = "alloc", out = 0)]
fn page_open(out: &mut Option<Box<u8>>) -> bool {
    *out = Some(Box::new(1));
    true
}

#[paired_alloc(family = "page", role = "realloc")]
fn page_renew(page: Box<u8>) -> Option<Box<u8>> {
    Some(Box::new(*page + 1))
}

#[paired_alloc(family = "page", role = "free")]
fn page_free(page: Box<u8>) -> u8 {
    *page
}

#[test]
fn pages_come_and_go() {
    let scope = Scope::new("pages");
    let mut other = None;
    assert!(page_open(&mut other));
    let pages = [page_renew(page_new()), other].into_iter().flatten();
    let live = if memlint::ENABLED { 2 } else { 0 };
    assert_eq!(scope.live(), live);
    assert_eq!(pages.map(page_free).sum::<u8>(), 3);
}
