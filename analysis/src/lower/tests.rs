//! Items, types and attributes as they come out of lowering.

use super::{MacroTable, collect_macros, lower_file};
use crate::ir::{
    Cfg, ConstExpr, FileIr, Function, Item, ItemKind, Role, SelfKind, Struct, TyExpr, UseKind,
};
use crate::name::Name;
use crate::span::FileId;
use std::path::{Path, PathBuf};

fn lower(text: &str) -> FileIr {
    let mut macros = MacroTable::default();
    collect_macros(FileId(0), text, &mut macros);
    match lower_file(FileId(7), text, &macros) {
        Ok(ir) => ir,
        Err(failure) => panic!("{failure:?}"),
    }
}

fn function<'i>(ir: &'i FileIr, name: &str) -> &'i Function {
    let find = |item: &'i Item| match &item.kind {
        ItemKind::Fn(f) | ItemKind::ForeignFn(f) if f.name == name => Some(&**f),
        ItemKind::Impl(i) => i.fns.iter().find(|f| f.name == name),
        ItemKind::Trait(t) => t.fns.iter().find(|f| f.name == name),
        _ => None,
    };
    match ir.items.iter().find_map(find) {
        Some(f) => f,
        None => panic!("no function {name}"),
    }
}

fn structure<'i>(ir: &'i FileIr, name: &str) -> &'i Struct {
    let find = |item: &'i Item| match &item.kind {
        ItemKind::Struct(s) if item.name == name => Some(s),
        _ => None,
    };
    match ir.items.iter().find_map(find) {
        Some(s) => s,
        None => panic!("no struct {name}"),
    }
}

#[test]
fn uses_are_flattened() {
    let ir = lower(
        "use a::{b, c::{self, d as e}, f::*, T as _}; pub use ::g::h; extern crate i as j; \
         mod m { use super::x; } fn f() { use y::z; }",
    );
    let show = |module: usize| -> Vec<String> {
        let one = |u: &crate::ir::Use| {
            let path: Vec<&str> = u.path.segments.iter().map(|s| s.name.as_str()).collect();
            let name = match u.kind {
                UseKind::Name(n) => n.as_str(),
                UseKind::Glob => "*",
                UseKind::Underscore => "_",
            };
            format!("{}={name}", path.join("::"))
        };
        ir.modules[module].uses.iter().map(one).collect()
    };
    assert_eq!(
        show(0),
        [
            "a::b=b",
            "a::c=c",
            "a::c::d=e",
            "a::f=*",
            "a::T=_",
            "g::h=h",
            "i=j"
        ]
    );
    assert_eq!(show(1), ["super::x=x"]);
    assert!(ir.modules[0].uses[5].public && ir.modules[0].uses[5].path.global);
}

#[test]
fn functions_say_how_they_are_linked() {
    let ir = lower(
        "unsafe extern \"C\" { #[link_name = \"c_free\"] pub fn free(p: *mut u8, ...); safe fn s(); static X: u8; }
         #[unsafe(no_mangle)] pub extern \"C\" fn a(x: u8, _: i32) -> *mut u8 { x }
         #[cfg_attr(not(test), export_name = \"bb\")] extern \"system\" fn b() {}
         async unsafe fn c<T: Clone + ?Sized, const N: usize>(t: T) where T: Send {}
         extern \"Rust\" fn d() {}
         #[cfg(test)] mod t { #[test] fn e() {} fn g() {} }",
    );
    let free = function(&ir, "free");
    assert_eq!(free.link_name, "c_free");
    assert!(free.foreign_abi && free.variadic && free.body.is_none());
    let a = function(&ir, "a");
    assert!(a.exported && a.foreign_abi && a.public && a.body.is_some());
    assert_eq!(a.written.params[0].name, "x");
    assert!(a.written.params[1].name.is_empty());
    let b = function(&ir, "b");
    assert!(b.exported && b.link_name == "bb");
    let c = function(&ir, "c");
    assert!(c.is_async && c.is_unsafe && !c.foreign_abi);
    assert_eq!(c.written.generics[0].bounds.len(), 2);
    assert!(c.written.generics[1].is_const);
    assert!(!function(&ir, "d").foreign_abi);
    assert!(function(&ir, "e").is_test && function(&ir, "g").is_test);
}

#[test]
fn methods_and_impls() {
    let ir = lower(
        "impl<T> Drop for S<T> { type A = u8; const N: usize = 1; fn drop(&mut self) {} \
         fn v(self: Box<Self>) {} fn r(self: &Self) {} fn n() {} } impl !Send for S {} \
         trait Tr: A + 'static { fn d(&self) { } fn e(&self); }",
    );
    assert_eq!(function(&ir, "drop").self_kind, SelfKind::RefMut);
    assert_eq!(function(&ir, "v").self_kind, SelfKind::Value);
    assert_eq!(function(&ir, "r").self_kind, SelfKind::Ref);
    assert_eq!(function(&ir, "n").self_kind, SelfKind::None);
    assert!(function(&ir, "d").body.is_some() && function(&ir, "e").body.is_none());
    assert_eq!(ir.items.len(), 2);
    let ItemKind::Impl(i) = &ir.items[0].kind else {
        panic!("no impl");
    };
    assert_eq!((i.types.len(), i.consts.len(), i.fns.len()), (1, 1, 4));
    assert!(i.of_trait.as_ref().is_some_and(|t| t.last() == "Drop"));
}

#[test]
fn layouts() {
    let ir = lower(
        "#[repr(C, packed(2))] #[derive(Clone, core::fmt::Debug)] pub struct A { pub x: u8, y: [u8; N * 2] }
         #[repr(transparent)] struct B(*mut u8); #[repr(align(16))] union C { a: u8 } #[repr(u8)] enum D { X, Y(u8) }
         #[cfg_attr(feature = \"d\", derive(Copy))] struct E;",
    );
    let a = structure(&ir, "A");
    assert!(a.repr.c && a.repr.packed == Some(2));
    assert_eq!(a.derives, [Name::new("Clone"), Name::new("Debug")]);
    assert!(a.fields[0].public && !a.fields[1].public);
    let TyExpr::Array(_, length) = &a.fields[1].ty else {
        panic!("no array");
    };
    assert!(matches!(**length, ConstExpr::Binary(..)));
    let b = structure(&ir, "B");
    assert!(b.repr.transparent && b.tuple && b.fields[0].name == "0");
    assert!(structure(&ir, "C").is_union && structure(&ir, "C").repr.align == Some(16));
    assert_eq!(structure(&ir, "E").derives, [Name::new("Copy")]);
}

#[test]
fn pairings() {
    let ir = lower(
        "#[memlint::paired_alloc(family = \"w\", role = \"free\", arg = 1)] fn a(x: u8, p: *mut u8) {}
         #[memlint::paired_alloc(family = \"k\")] extern \"C\" { #[alloc] fn b() -> *mut u8;
         #[free(arg = 2)] fn c(); #[alloc(family = \"malloc\", out = 0)] fn d(); fn e(); }
         #[alloc] fn f() {}",
    );
    let of = |name| function(&ir, name).pairing.clone();
    let a = of("a");
    assert!(a.is_some_and(|p| p.family == "w" && p.role == Role::Free && p.arg == 1));
    assert!(of("b").is_some_and(|p| p.family == "k" && p.role == Role::Alloc));
    assert!(of("c").is_some_and(|p| p.arg == 2));
    assert!(of("d").is_some_and(|p| p.family == "malloc" && p.out == Some(0)));
    assert_eq!(of("e"), None);
    assert_eq!(of("f"), None);
}

#[test]
fn conditions() {
    let ir = lower(
        "#[cfg(unix)] #[cfg(not(feature = \"x\"))] fn a() {} #[cfg(windows)] extern \"C\" { fn b(); }",
    );
    let flag = |name| Cfg::Flag(Name::new(name));
    let feature = Cfg::Value(Name::new("feature"), Name::new("x"));
    assert_eq!(
        function(&ir, "a").cfg,
        Some(Cfg::All(vec![flag("unix"), Cfg::Not(Box::new(feature))]))
    );
    assert_eq!(function(&ir, "b").cfg, Some(flag("windows")));
}

#[test]
fn places_are_lines_and_columns() {
    let ir = lower("\u{feff}// é\r\n/// doc\n  pub fn né(a: u8) {\n  }\n");
    let f = function(&ir, "né");
    assert_eq!((f.span.lo.line, f.span.lo.column), (2, 0));
    assert_eq!((f.span.hi.line, f.span.hi.column), (4, 3));
    assert_eq!((f.name_span.lo.column, f.name_span.hi.column), (9, 11));
    let ir = lower("#!/bin/sh\nfn f() {}");
    assert_eq!(function(&ir, "f").span.lo.line, 2);
}

#[test]
fn broken_files_say_where() {
    let broken = |text| lower_file(FileId(0), text, &MacroTable::default()).err();
    let failure = broken("fn f() {\n  let x = ;\n}");
    assert_eq!(failure.map(|f| f.pos.line), Some(2));
    let deep = format!("fn f() {{ {} }}", "(".repeat(5000));
    assert!(broken(&deep).is_some_and(|f| f.message.starts_with("nested deeper than")));
    assert!(broken("fn f() { \"abc").is_some());
    assert!(broken("").is_none());
}

/// Every source file of the repository.
fn sources(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("target") && !path.ends_with(".git") {
                sources(&path, out);
            }
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn the_whole_repository_is_lowered() {
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(".."),
        &mut files,
    );
    let texts: Vec<String> = files
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .collect();
    let mut macros = MacroTable::default();
    texts
        .iter()
        .for_each(|text| collect_macros(FileId(0), text, &mut macros));
    assert!(texts.len() > 20);
    let lowered = texts
        .iter()
        .filter_map(|text| lower_file(FileId(1), text, &macros).ok());
    assert!(lowered.count() > 20);
}
