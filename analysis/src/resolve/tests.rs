//! Names: what paths mean through renames, globs, re-exports and files that are not in view.

use super::{
    AdtId, BodyOwner, CrateIr, FnId, IntTy, Len, Owner, PlacedFile, Program, Res, Scope, Ty,
};
use crate::ir::{FileIr, ModuleIx, Path};
use crate::lower::{MacroTable, lower_file};
use crate::name::Name;
use crate::span::FileId;

/// A program of one crate called `demo` and the stubs; files are given with their module paths.
pub(crate) fn program(files: &[(&str, &str)]) -> Program {
    program_of(&[("demo", files)])
}

pub(crate) fn program_of(krates: &[(&str, &[(&str, &str)])]) -> Program {
    let krates = krates.iter().map(|(name, files)| CrateIr {
        name: Name::new(name),
        files: files
            .iter()
            .map(|(module, text)| placed(module, text, FileId(0)))
            .collect(),
    });
    Program::build(vec![stubs()], krates.collect())
}

fn stubs() -> CrateIr {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("stubs");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).expect("the stubs") {
        let path = entry.expect("a stub").path();
        let name = path
            .file_stem()
            .and_then(|s| s.to_str())
            .unwrap_or_default();
        let text = std::fs::read_to_string(&path).expect("a stub is text");
        let module = if name == "lib" { "" } else { name };
        files.push(placed(module, &text, FileId::STUBS));
    }
    CrateIr {
        name: Name::new("std"),
        files,
    }
}

fn placed(module: &str, text: &str, file: FileId) -> PlacedFile {
    let ir = lower_file(file, text, &MacroTable::default());
    let names = module.split("::").filter(|part| !part.is_empty());
    PlacedFile {
        module: names.map(Name::new).collect(),
        ir: ir.unwrap_or_else(|failure| panic!("{module}: {failure:?}")),
    }
}

/// The root module of the file at this module path.
pub(crate) fn scope(p: &Program, module: &str) -> Scope {
    let wanted = match module {
        "" => String::from("demo"),
        module => format!("demo::{module}"),
    };
    for (file, ir) in p.files() {
        for at in 0..ir.modules.len() {
            let scope = Scope {
                file,
                module: ModuleIx(u32::try_from(at).unwrap_or(0)),
            };
            if p.module_path(scope) == wanted && !is_block(ir, at) {
                return scope;
            }
        }
    }
    panic!("no module {wanted}")
}

fn is_block(ir: &FileIr, at: usize) -> bool {
    ir.modules[at].parent.is_some() && ir.modules[at].name.is_empty()
}

impl Program {
    /// The full path of a function: `std::boxed::Box::from_raw`, `demo::m::f`.
    fn path_of(&self, id: FnId) -> String {
        let def = self.func(id);
        let front = match (&def.owner, &def.self_ty) {
            (Owner::Free, _) => self.module_path(def.scope).to_owned(),
            (Owner::Trait(at), _) => self.trait_def(*at).canonical.to_string(),
            (Owner::Impl(_), Some(Ty::Adt(at, _))) => self.adt(*at).canonical.clone(),
            (Owner::Impl(_), _) => return format!("{}::{}", self.crate_name(def.scope), def.label),
        };
        format!("{front}::{}", def.name)
    }

    pub(crate) fn find_fn(&self, path: &str) -> Option<FnId> {
        self.fns().find(|id| self.path_of(*id) == path)
    }

    pub(crate) fn find_adt(&self, path: &str) -> Option<AdtId> {
        self.adts().find(|id| self.adt(*id).canonical == path)
    }
}

fn path(text: &str) -> Path {
    let names: Vec<Name> = text.split("::").map(Name::new).collect();
    Path::from_names(&names)
}

/// What a path means, in words.
fn value(p: &Program, module: &str, text: &str) -> String {
    describe(p, p.resolve_value(scope(p, module), &path(text)))
}

fn ty(p: &Program, module: &str, text: &str) -> String {
    describe(p, p.resolve_type(scope(p, module), &path(text)))
}

fn describe(p: &Program, res: Res) -> String {
    match res {
        Res::Fn(id) | Res::TraitFn(_, id) => p.path_of(id),
        Res::Adt(id) => p.adt(id).canonical.clone(),
        Res::Ctor(id, v) => format!("ctor {}", p.adt(id).variants[v as usize].name),
        Res::Variant(id, v) => format!("variant {}", p.adt(id).variants[v as usize].name),
        Res::Static(id) => format!("static {}", p.static_def(id).name),
        Res::Const(id) => format!("const {}", p.constant(id).name),
        Res::External(name) => format!("external {name}"),
        Res::Alias(ty) => format!("alias {}", shape(p, &ty)),
        Res::Prim(ty) => shape(p, &ty),
        Res::Trait(id) => p.trait_def(id).canonical.to_string(),
        Res::Module => String::from("module"),
        Res::Unknown => String::from("unknown"),
        other => format!("{other:?}"),
    }
}

fn shape(p: &Program, ty: &Ty) -> String {
    match ty {
        Ty::Adt(id, args) => {
            let first = args.first().map(|ty| format!("<{}>", shape(p, ty)));
            format!("{}{}", p.adt(*id).name, first.unwrap_or_default())
        }
        Ty::Int(int) => int.name().to_owned(),
        Ty::Unknown => String::from("_"),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_prelude_and_std() {
    let p = program(&[("", "fn f() {}")]);
    assert_eq!(ty(&p, "", "Box"), "std::boxed::Box");
    assert_eq!(ty(&p, "", "std::vec::Vec"), "std::vec::Vec");
    assert_eq!(ty(&p, "", "alloc::vec::Vec"), "std::vec::Vec");
    assert_eq!(value(&p, "", "core::ptr::null_mut"), "std::ptr::null_mut");
    assert_eq!(value(&p, "", "Box::from_raw"), "std::boxed::Box::from_raw");
    assert_eq!(value(&p, "", "drop"), "std::mem::drop");
    assert_eq!(value(&p, "", "Some"), "ctor Some");
    assert_eq!(value(&p, "", "None"), "variant None");
    assert_eq!(value(&p, "", "Option::Some"), "ctor Some");
    assert_eq!(ty(&p, "", "u8"), "u8");
    assert_eq!(
        value(&p, "", "std::mem::no_such_thing"),
        "external std::mem::no_such_thing"
    );
}

#[test]
fn renames_and_globs() {
    let p = program(&[
        (
            "",
            "mod a; use a::{make as create, Thing as T, self as b}; use a::kinds::*;
             use libc::free as release; use libc; use zlib_sys as z;
             pub enum E { A, B(u8) } use E::*;",
        ),
        (
            "a",
            "pub fn make() {} pub struct Thing(u8); pub mod kinds { pub struct Kind; pub fn kind() {} }",
        ),
    ]);
    assert_eq!(value(&p, "", "create"), "demo::a::make");
    assert_eq!(value(&p, "", "b::make"), "demo::a::make");
    assert_eq!(ty(&p, "", "T"), "demo::a::Thing");
    assert_eq!(value(&p, "", "T"), "ctor Thing");
    assert_eq!(value(&p, "", "kind"), "demo::a::kinds::kind");
    assert_eq!(value(&p, "", "Kind"), "variant Kind");
    assert_eq!(value(&p, "", "release"), "external libc::free");
    assert_eq!(value(&p, "", "libc::malloc"), "external libc::malloc");
    assert_eq!(value(&p, "", "z::deflate"), "external zlib_sys::deflate");
    assert_eq!(value(&p, "", "A"), "variant A");
    assert_eq!(value(&p, "", "B"), "ctor B");
    assert_eq!(value(&p, "a::kinds", "super::make"), "demo::a::make");
    assert_eq!(value(&p, "a", "crate::E::B"), "ctor B");
}

#[test]
fn reexports_and_cycles() {
    let p = program(&[
        (
            "",
            "pub mod a; pub mod b; pub use a::*; pub use b::*; extern crate alloc;",
        ),
        (
            "a",
            "pub use super::b::*; pub use super::c_gone::*; pub fn only_a() {}",
        ),
        (
            "b",
            "pub use super::a::*; pub use super::a::only_a as renamed;",
        ),
    ]);
    assert_eq!(value(&p, "", "only_a"), "demo::a::only_a");
    assert_eq!(value(&p, "b", "only_a"), "demo::a::only_a");
    assert_eq!(value(&p, "", "renamed"), "demo::a::only_a");
    assert_eq!(value(&p, "a", "nowhere"), "unknown");
    assert_eq!(
        value(&p, "", "alloc::alloc::dealloc"),
        "std::alloc::dealloc"
    );
    assert_eq!(
        value(&p, "", "alloc::boxed::Box::into_raw"),
        "std::boxed::Box::into_raw"
    );
}

#[test]
fn globs_of_crates_out_of_view() {
    let p = program(&[
        ("", "mod sys; use libc::*; use sys::*; fn here() {}"),
        (
            "sys",
            "pub use openssl_sys::*; extern \"C\" { pub fn local_free(p: *mut u8); }",
        ),
    ]);
    assert_eq!(value(&p, "", "free"), "external libc::free");
    assert_eq!(
        value(&p, "", "sys::BIO_new"),
        "external openssl_sys::BIO_new"
    );
    assert_eq!(value(&p, "", "local_free"), "demo::sys::local_free");
    assert_eq!(value(&p, "", "here"), "demo::here");
    assert_eq!(value(&p, "", "Vec::new"), "std::vec::Vec::new");
    assert_eq!(
        value(&p, "", "openssl_sys::BIO_free"),
        "external openssl_sys::BIO_free"
    );
}

#[test]
fn modules_out_of_view() {
    let p = program(&[
        (
            "",
            "use crate::gone::Handle; use crate::gone::deep::release; fn f() {}",
        ),
        (
            "seen",
            "pub struct Handle(*mut u8); impl Handle { pub fn close(self) {} } pub fn release() {}",
        ),
    ]);
    assert_eq!(ty(&p, "", "Handle"), "demo::seen::Handle");
    assert_eq!(value(&p, "", "release"), "demo::seen::release");
    assert_eq!(
        value(&p, "", "crate::gone::Handle::close"),
        "demo::seen::Handle::close"
    );
    assert_eq!(
        value(&p, "", "crate::gone::missing"),
        "external demo::gone::missing"
    );
}

#[test]
fn other_crates_of_the_workspace() {
    let p = program_of(&[
        ("demo", &[("", "use my_sys::{raw_free, Raw}; fn f() {}")]),
        (
            "my-sys",
            &[(
                "",
                "pub fn raw_free(p: *mut u8) {} pub struct Raw; impl Raw { pub fn new() -> Raw { Raw } }",
            )],
        ),
    ]);
    assert_eq!(value(&p, "", "raw_free"), "my_sys::raw_free");
    assert_eq!(value(&p, "", "my_sys::Raw::new"), "my_sys::Raw::new");
    assert_eq!(value(&p, "", "Raw::new"), "my_sys::Raw::new");
}

#[test]
fn the_alternative_for_this_platform() {
    let p = program(&[(
        "",
        "#[cfg(windows)] fn f() {} #[cfg(unix)] fn f() -> u8 { 0 }
         #[cfg(windows)] use winapi::thing as g; #[cfg(not(windows))] use libc::thing as g;
         #[cfg(windows)] mod imp { pub fn w() {} } #[cfg(not(windows))] mod imp { pub fn u() {} }",
    )]);
    let Res::Fn(id) = p.resolve_value(scope(&p, ""), &path("f")) else {
        panic!("f is a function")
    };
    assert_ne!(p.signature(id).ret, super::Ty::unit());
    assert_eq!(value(&p, "", "g"), "external libc::thing");
    assert_eq!(value(&p, "", "imp::u"), "demo::imp::u");
}

#[test]
fn aliases_statics_constants() {
    let p = program(&[(
        "",
        "type Bytes<T> = Vec<T>; type Buf = Bytes<u8>; static mut S: *mut u8 = 0 as *mut u8;
         const N: usize = 4; struct A([u8; N]); impl A { const M: usize = 1; }
         type Loop = Loop2; type Loop2 = Loop; struct Bad(Loop);",
    )]);
    assert_eq!(ty(&p, "", "Buf"), "alias Vec<u8>");
    assert_eq!(value(&p, "", "S"), "static S");
    assert_eq!(value(&p, "", "N"), "const N");
    assert_eq!(value(&p, "", "A::M"), "const M");
    assert_eq!(
        value(&p, "", "Buf::with_capacity"),
        "std::vec::Vec::with_capacity"
    );
    assert_eq!(ty(&p, "", "Loop"), "alias _");
    let a = p.find_adt("demo::A").expect("A");
    let bytes = Ty::Array(Ty::Int(IntTy::U8).into(), Len::Known(4));
    assert_eq!(p.adt(a).variants[0].fields[0].1, bytes);
}

#[test]
fn names_inside_functions() {
    let p = program(&[(
        "",
        "fn helper() {}
         fn f() { use std::ptr::null_mut as nil; fn inner() {} { use libc::free; let x = 1; } }",
    )]);
    let f = p
        .find_fn("demo::f")
        .and_then(|id| p.func(id).body)
        .expect("a body");
    let file = p.file(f.file);
    let inner: Vec<Scope> = (0..file.modules.len())
        .map(|at| Scope {
            file: f.file,
            module: ModuleIx(u32::try_from(at).unwrap_or(0)),
        })
        .collect();
    let found = |scope: Scope, text: &str| describe(&p, p.resolve_value(scope, &path(text)));
    assert!(
        inner
            .iter()
            .any(|&s| found(s, "nil") == "std::ptr::null_mut")
    );
    assert!(
        inner
            .iter()
            .any(|&s| found(s, "free") == "external libc::free"
                && found(s, "nil") == "std::ptr::null_mut")
    );
    assert!(inner.iter().all(|&s| found(s, "helper") == "demo::helper"));
    assert_eq!(value(&p, "", "free"), "unknown");
}

#[test]
fn labels() {
    let p = program(&[
        (
            "",
            "mod m; pub struct S; impl S { fn a(&self) {} } impl Drop for S { fn drop(&mut self) {} }",
        ),
        (
            "m",
            "pub fn f() {} extern \"C\" { pub fn c_free(p: *mut u8); } pub trait Tr { fn t(&self) {} }",
        ),
    ]);
    let label = |name: &str| {
        p.find_fn(name)
            .map(|id| p.func(id).label.as_str())
            .unwrap_or("none")
    };
    assert_eq!(label("demo::m::f"), "m::f");
    assert_eq!(label("demo::S::a"), "S::a");
    assert_eq!(label("demo::m::Tr::t"), "Tr::t");
    assert_eq!(label("std::boxed::Box::from_raw"), "Box::from_raw");
    assert_eq!(label("std::ptr::read"), "ptr::read");
    let foreign = p.find_fn("demo::m::c_free").expect("c_free");
    assert!(p.func(foreign).foreign && !p.func(foreign).stub);
    let s = p.find_adt("demo::S").expect("S");
    let drop = p.drop_impl(s).expect("drop");
    assert_eq!(p.func(drop).label, "S::drop");
    let body = p.func(drop).body.expect("a body");
    assert_eq!(p.owner_of(body), Some(BodyOwner::Fn(drop)));
    assert!(
        p.lang(super::Lang::Box)
            .and_then(|id| p.drop_impl(id))
            .is_some()
    );
}

#[test]
fn functions_under_opposite_conditions_exclude_each_other() {
    let p = program(&[(
        "",
        "pub struct S; #[cfg(not(feature = \"raw\"))] impl Drop for S { fn drop(&mut self) {} }
         #[cfg(all(unix, feature = \"raw\"))] impl S { fn end(self) {} } impl S { fn stay(self) {} }",
    )]);
    let find = |name: &str| p.find_fn(name).expect("a function");
    let s = p.find_adt("demo::S").expect("S");
    let drop = p.drop_impl(s).expect("drop");
    assert!(p.exclude(find("demo::S::end"), drop) && p.exclude(drop, find("demo::S::end")));
    assert!(!p.exclude(find("demo::S::stay"), drop));
}
