//! Types of variables, callees and layouts, from source text through lowering.

use super::*;
use crate::ir::{Callee, StmtKind};
use crate::resolve::tests::{program, scope};
use crate::resolve::{BodyRef, Env, Program};

/// What is known of the function `demo::f`.
pub(super) fn typed(source: &str) -> (Program, BodyRef, Types) {
    let p = program(&[("", source)]);
    let f = p.find_fn("demo::f").expect("fn f");
    let body = p.func(f).body.expect("a body");
    let types = infer(&p, body, Some(f));
    (p, body, types)
}

/// The type of the variable `name` of `demo::f`.
fn local(source: &str, name: &str) -> String {
    let (p, body, types) = typed(source);
    local_of(&p, body, &types, name)
}

pub(super) fn local_of(p: &Program, body: BodyRef, types: &Types, name: &str) -> String {
    let locals = &p.body(body).locals;
    let at = locals
        .iter()
        .rposition(|l| l.name == name)
        .expect("the variable");
    type_name(p, &types.locals[at])
}

/// The callees of `demo::f` in order, in words.
fn callees(source: &str) -> Vec<String> {
    let (p, body, types) = typed(source);
    callees_of(&p, body, &types)
}

fn callees_of(p: &Program, body: BodyRef, types: &Types) -> Vec<String> {
    let mut found = Vec::new();
    for (b, block) in p.body(body).blocks.iter().enumerate() {
        for (s, stmt) in block.stmts.iter().enumerate() {
            if let StmtKind::Call(call) = &stmt.kind {
                let key = (BlockId(b as u32), s as u32);
                let target = types.calls.get(&key);
                let word = target.map_or(String::from("none"), |t| describe(p, t));
                let steps = target
                    .and_then(|t| t.receiver.as_ref())
                    .map_or(0, |r| r.steps.len());
                let _ = matches!(call.callee, Callee::Path(_));
                found.push(if steps > 0 {
                    format!("{word} after {steps}")
                } else {
                    word
                });
            }
        }
    }
    found
}

fn describe(p: &Program, target: &Target) -> String {
    match target.callee {
        CalleeRef::Fn(id) => {
            let def = p.func(id);
            let own = match def.owner {
                crate::resolve::Owner::Trait(_) => "trait ",
                _ => "",
            };
            format!("{own}{}", def.label)
        }
        CalleeRef::Ctor(id, v) => p.adt(id).variants[v as usize].name.to_string(),
        CalleeRef::External(name) => format!("external {name}"),
        CalleeRef::TraitMethod(id, name) => format!("dyn {}::{name}", p.trait_def(id).name),
        CalleeRef::Value => String::from("value"),
        CalleeRef::Unknown => String::from("unknown"),
    }
}

#[test]
fn boxes_and_pointers() {
    let source = "fn f(n: u64) { let b = Box::new(n); let p = Box::into_raw(b); let q = p as *mut u8;
        let c = q.cast::<i32>(); let d = unsafe { Box::from_raw(p) }; let v = *d; let r = &raw const v; }";
    let (p, body, types) = typed(source);
    let ty = |name: &str| local_of(&p, body, &types, name);
    assert_eq!(ty("b"), "Box<u64>");
    assert_eq!(ty("p"), "*mut u64");
    assert_eq!(ty("q"), "*mut u8");
    assert_eq!(ty("c"), "*mut i32");
    assert_eq!(ty("d"), "Box<u64>");
    assert_eq!(ty("v"), "u64");
    assert_eq!(ty("r"), "*const u64");
}

#[test]
fn vectors_learn_from_what_is_pushed() {
    assert_eq!(
        local("fn f(x: u16) { let mut v = Vec::new(); v.push(x); }", "v"),
        "Vec<u16>"
    );
    assert_eq!(
        local(
            "fn f() -> Vec<u8> { let v = Vec::with_capacity(4); v }",
            "v"
        ),
        "Vec<u8>"
    );
    assert_eq!(
        local(
            "fn f() { let v: Vec<u8> = Vec::new(); let p = v.as_ptr(); }",
            "p"
        ),
        "*const u8"
    );
    assert_eq!(
        local(
            "fn g(v: Vec<i64>) {} fn f() { let v = Vec::new(); g(v); }",
            "v"
        ),
        "Vec<i64>"
    );
}

#[test]
fn methods_through_smart_pointers() {
    let s = "struct S { a: u8 } impl S { fn m(&self) {} fn n(&mut self) {} fn take(self: Box<Self>) {} }";
    assert_eq!(
        callees(&format!("{s} fn f(b: Box<S>) {{ b.m(); }}")),
        ["S::m after 1"]
    );
    assert_eq!(
        callees(&format!("{s} fn f(b: &std::rc::Rc<S>) {{ b.m(); }}")),
        ["S::m after 2"]
    );
    assert_eq!(
        callees(&format!("{s} fn f(b: Box<S>) {{ b.take(); }}")),
        ["S::take"]
    );
    let md = "use std::mem::ManuallyDrop; fn f(x: Vec<u32>) { let mut v = ManuallyDrop::new(x); let p = v.as_mut_ptr(); let n = v.len(); }";
    assert_eq!(
        callees(md),
        [
            "ManuallyDrop::new",
            "Vec::as_mut_ptr after 1",
            "Vec::len after 1"
        ]
    );
    assert_eq!(local(md, "p"), "*mut u32");
    assert_eq!(local(md, "v"), "ManuallyDrop<Vec<u32>>");
    let text = "fn f(s: String) { let n = s.as_ptr(); let k = s.chars(); }";
    assert!(callees(text)[0].contains("as_ptr"), "{:?}", callees(text));
}

#[test]
fn user_deref() {
    let source = "use std::ops::Deref; struct In; impl In { fn go(&self) {} } struct W(In);
        impl Deref for W { type Target = In; fn deref(&self) -> &In { &self.0 } }
        fn f(w: W) { w.go(); }";
    assert_eq!(callees(source), ["In::go after 1"]);
    let (_, _, types) = typed(source);
    let target = types.calls.values().next().expect("a call");
    assert!(matches!(
        target.receiver.as_ref().map(|r| &r.steps[..]),
        Some([Step::Call(_)])
    ));
}

#[test]
fn closures_given_to_combinators() {
    let source = "fn f(o: Option<*mut u8>) { let r = o.map(|p| unsafe { Box::from_raw(p) }); }";
    assert_eq!(local(source, "r"), "Option<Box<u8>>");
    let (p, body, types) = typed(source);
    let (&id, inner) = types.closures.iter().next().expect("a closure");
    let at = BodyRef { body: id, ..body };
    assert_eq!(
        type_name(&p, &inner.locals[p.body(at).params[0].0 as usize]),
        "*mut u8"
    );
    assert_eq!(callees_of(&p, at, inner), ["Box::from_raw"]);
    // Asked for alone, a closure is inferred with the function around it.
    let alone = infer(&p, at, None);
    assert_eq!(alone.locals, inner.locals);
}

#[test]
fn function_items_as_arguments() {
    let source = "fn f(o: Option<u32>) { let b = o.map(Box::new); let s = o.map(Some); }";
    assert_eq!(local(source, "b"), "Option<Box<u32>>");
    assert_eq!(local(source, "s"), "Option<Option<u32>>");
}

#[test]
fn patterns_and_question_mark() {
    let source = "struct S { a: (u8, *mut i16) } fn g() -> Result<Box<u8>, ()> { Err(()) }
        fn f(s: S, o: Option<Vec<u8>>) -> Result<(), ()> { let (x, y) = s.a; let b = g()?;
        if let Some(v) = o { let z = v; } match g() { Ok(w) => {} Err(e) => {} } Ok(()) }";
    let (p, body, types) = typed(source);
    let ty = |name: &str| local_of(&p, body, &types, name);
    assert_eq!(ty("x"), "u8");
    assert_eq!(ty("y"), "*mut i16");
    assert_eq!(ty("b"), "Box<u8>");
    assert_eq!(ty("z"), "Vec<u8>");
    assert_eq!(ty("w"), "Box<u8>");
    assert_eq!(ty("e"), "()");
}

#[test]
fn open_casts_take_the_pointee_from_their_use() {
    let source = "struct S; extern \"C\" { fn give(p: *mut S); } fn f(x: *mut u8) { let p = x as *mut _; unsafe { give(p) } }";
    assert_eq!(local(source, "p"), "*mut S");
    let source = "fn f(x: &mut u32) { let p = x as *mut _; }";
    assert_eq!(local(source, "p"), "*mut u32");
    let source = "struct S; fn f(x: *mut u8) { let b: Box<S> = unsafe { Box::from_raw(x.cast()) }; let c = b; }";
    assert_eq!(local(source, "c"), "Box<S>");
    let (p, body, types) = typed(source);
    let temps = types.locals.iter().map(|ty| type_name(&p, ty));
    assert!(
        temps.into_iter().any(|name| name == "*mut S"),
        "{:?}",
        p.body(body).locals.len()
    );
}

#[test]
fn traits_and_dyn() {
    let one = "trait Tr { fn t(&self); fn d(&self) -> u8 { 1 } } struct A; impl Tr for A { fn t(&self) {} }";
    assert_eq!(
        callees(&format!("{one} fn f(x: &dyn Tr) {{ x.t(); }}")),
        ["A::t after 1"]
    );
    assert_eq!(
        callees(&format!("{one} fn f<T: Tr>(x: T) {{ x.t(); x.d(); }}")),
        ["A::t", "trait Tr::d"]
    );
    assert_eq!(
        callees(&format!(
            "{one} fn f(a: A) {{ a.d(); Tr::t(&a); <A as Tr>::t(&a); }}"
        )),
        ["trait Tr::d", "A::t", "A::t"]
    );
    let two = format!("{one} struct B; impl Tr for B {{ fn t(&self) {{}} }}");
    assert_eq!(
        callees(&format!("{two} fn f(x: Box<dyn Tr>) {{ x.t(); }}")),
        ["dyn Tr::t after 1"]
    );
    assert_eq!(
        callees(&format!("{two} fn f(x: impl Tr, b: B) {{ x.t(); b.t(); }}")),
        ["dyn Tr::t", "B::t"]
    );
}

#[test]
fn self_and_generics() {
    let source = "struct W<T> { p: *mut T } impl<T> W<T> { fn new(x: T) -> Self { Self { p: Box::into_raw(Box::new(x)) } }
        fn get(&self) -> *mut T { self.p } fn f2(&self) { let q = self.p; let me = Self::get(self); } }
        fn f() { let w = W::new(5u8); let g = w.get(); let h = w.p; }";
    let (p, body, types) = typed(source);
    let ty = |name: &str| local_of(&p, body, &types, name);
    assert_eq!(ty("w"), "W<u8>");
    assert_eq!(ty("g"), "*mut u8");
    assert_eq!(ty("h"), "*mut u8");
    let f2 = p.find_fn("demo::W::f2").expect("f2");
    let at = p.func(f2).body.expect("a body");
    let types = infer(&p, at, Some(f2));
    assert_eq!(local_of(&p, at, &types, "q"), "*mut T");
    assert_eq!(local_of(&p, at, &types, "me"), "*mut T");
}

#[test]
fn conversions() {
    let source = "use std::ffi::CString; fn f(v: Vec<u8>, s: &str) { let b: Box<[u8]> = v.into_boxed_slice(); let n = Vec::from(b);
        let c = CString::new(s).unwrap(); let r = c.into_raw(); let t = String::from(s); let k: Box<str> = Box::from(s);
        let i: Box<u32> = 3u32.into(); let a = std::sync::Arc::new(1u8); let w = a.clone(); }";
    let (p, body, types) = typed(source);
    let ty = |name: &str| local_of(&p, body, &types, name);
    assert_eq!(ty("n"), "Vec<u8>");
    assert_eq!(ty("c"), "CString");
    assert_eq!(ty("r"), "*mut i8");
    assert_eq!(ty("t"), "String");
    assert_eq!(ty("k"), "Box<str>");
    assert_eq!(ty("w"), "Arc<u8>");
    let into = types
        .calls
        .values()
        .find(|t| describe(&p, t).ends_with("::into"))
        .expect("into");
    assert!(
        into.substs
            .iter()
            .any(|(_, ty)| type_name(&p, ty) == "Box<u32>"),
        "{into:?}"
    );
}

#[test]
fn iterators() {
    let source =
        "fn f(v: Vec<*mut u8>) { for p in v.iter() { let q = *p; } for r in v { let s = r; } }";
    let (p, body, types) = typed(source);
    let ty = |name: &str| local_of(&p, body, &types, name);
    assert_eq!(ty("s"), "*mut u8");
    assert_eq!(ty("q"), "*mut u8");
    let source = "fn f(v: Vec<u8>) { let w: Vec<u32> = v.into_iter().map(|x| x as u32).collect(); let n = w.len(); }";
    assert_eq!(local(source, "n"), "usize");
    let source = "fn f(v: Vec<u8>) { let w = v.into_iter().collect::<Vec<_>>(); }";
    assert_eq!(local(source, "w"), "Vec<u8>");
}

#[test]
fn calls_out_of_view() {
    let source = "use libc::free; use foo::Thing; extern \"C\" { fn own_free(p: *mut u8); }
        fn f(p: *mut libc::c_void, t: Thing, g: fn(u8) -> i16) { unsafe { free(p); libc::malloc(4); own_free(p as *mut u8); } t.go(); let r = g(1); gone(); }";
    assert_eq!(
        callees(source),
        [
            "external libc::free",
            "external libc::malloc",
            "own_free",
            "external foo::Thing::go",
            "value",
            "unknown"
        ]
    );
    assert_eq!(local(source, "r"), "i16");
}

#[test]
fn integers_stay_open_until_they_are_known() {
    assert_eq!(local("fn f() { let x = 5; }", "x"), "{integer}");
    assert_eq!(local("fn f() { let x = 5u16; let y = x + 1; }", "y"), "u16");
    assert_eq!(
        local("fn g(x: i64) {} fn f() { let x = 5; g(x); }", "x"),
        "i64"
    );
    assert_eq!(
        local("fn f(v: &[u8]) { let n = v.len() * 2; }", "n"),
        "usize"
    );
}

/// The type that is written, with `demo`'s items in scope.
fn written(p: &Program, name: &str) -> Ty {
    let path = crate::ir::Path::ident(Name::new(name));
    p.lower_ty_path(&Env::module(scope(p, "")), &path)
}

#[test]
fn layouts() {
    let p = program(&[(
        "",
        "struct R { a: u8, b: u32, c: u8 } #[repr(C)] struct C { a: u8, b: u32, c: u8 }
         #[repr(C, packed)] struct P { a: u8, b: u32 } #[repr(align(32))] struct Al(u8); #[repr(transparent)] struct Tr(u64);
         union U { a: u8, b: u64 } enum E { A, B } #[repr(u16)] enum E16 { A, B } enum Never {}
         type OB = Option<Box<u8>>; type OR = Option<&'static u8>; type ON = Option<std::ptr::NonNull<u8>>; type OU = Option<u64>; type OP = Option<*mut u8>;
         type BS = Box<[u8]>; type BD = Box<dyn Fn()>; type V = Vec<u8>; type A = [u32; 3]; type T = (u8, u64, u8);
         type MU = std::mem::MaybeUninit<u32>; type MD = std::mem::ManuallyDrop<R>; type PC = *const std::ffi::CStr;
         struct G<X>(X); type GB = G<u16>; type Void = std::ffi::c_void; struct Rec(Box<Rec>, *mut Rec); type F = extern \"C\" fn(); type OF = Option<extern \"C\" fn()>; type Ch = Option<char>;
         type Ext = foo::Bar; struct H(foo::Bar); type Lay = std::alloc::Layout;",
    )]);
    let layout = |name: &str| {
        let found = size_align(&p, &written(&p, name));
        (found.size.unwrap_or(999), found.align.unwrap_or(999))
    };
    let expected: &[(&str, u64, u64)] = &[
        ("R", 8, 4),
        ("C", 12, 4),
        ("P", 5, 1),
        ("Al", 32, 32),
        ("Tr", 8, 8),
        ("U", 8, 8),
        ("E", 1, 1),
        ("E16", 2, 2),
        ("Never", 0, 1),
        ("OB", 8, 8),
        ("OR", 8, 8),
        ("ON", 8, 8),
        ("OU", 16, 8),
        ("OP", 16, 8),
        ("BS", 16, 8),
        ("BD", 16, 8),
        ("V", 24, 8),
        ("A", 12, 4),
        ("T", 16, 8),
        ("MU", 4, 4),
        ("MD", 8, 4),
        ("PC", 16, 8),
        ("GB", 2, 2),
        ("Void", 1, 1),
        ("Rec", 16, 8),
        ("F", 8, 8),
        ("OF", 8, 8),
        ("Ch", 4, 4),
        ("Ext", 999, 999),
        ("H", 999, 999),
        ("Lay", 16, 8),
    ];
    for &(name, size, align) in expected {
        assert_eq!(layout(name), (size, align), "{name}");
    }
    let same = |a: &str, b: &str| same_layout(&p, &written(&p, a), &written(&p, b));
    assert_eq!(same("R", "R"), Same::Equal);
    assert_eq!(same("R", "C"), Same::Different);
    assert_eq!(same("Tr", "u64"), Same::Equal);
    assert_eq!(same("Ext", "u64"), Same::Unknown);
    assert_eq!(same("Ext", "Ext"), Same::Equal);
}

#[test]
fn names_of_types() {
    let p = program(&[(
        "",
        "type A = Box<dyn std::fmt::Display>; type B = (u8,); type C = fn(*const u8) -> i32; type D = [Vec<String>; 2]; type E = foo::bar::Baz;",
    )]);
    let name = |text: &str| type_name(&p, &written(&p, text));
    assert_eq!(name("A"), "Box<dyn Display>");
    assert_eq!(name("B"), "(u8,)");
    assert_eq!(name("C"), "fn(*const u8) -> i32");
    assert_eq!(name("D"), "[Vec<String>; 2]");
    assert_eq!(name("E"), "Baz");
}

#[test]
fn bounds_say_what_methods_give() {
    let source = "fn f<K: AsRef<[u8]>>(k: K) { let s = k.as_ref(); let p = s.as_ptr(); }";
    assert_eq!(local(source, "p"), "*const u8");
    let source = "fn f<I: Iterator<Item = *mut u8>>(it: I) { for p in it { let q = p; } }";
    assert_eq!(local(source, "q"), "*mut u8");
    let source = "fn f<F>(g: F) where F: Fn(u8) -> Vec<u8> { let v = g(1); }";
    assert_eq!(local(source, "v"), "Vec<u8>");
}

#[test]
fn pointers_from_out_of_view() {
    let source = "fn f() { let p = unsafe { libc::malloc(8) }; if p.is_null() { return; } let q = p.cast::<u64>(); let r = foo::get(); let n = r.is_null(); }";
    let (p, body, types) = typed(source);
    let ty = |name: &str| local_of(&p, body, &types, name);
    assert_eq!(ty("p"), "*mut c_void");
    assert_eq!(ty("q"), "*mut u64");
    assert_eq!(ty("n"), "bool");
    assert!(
        callees(source)
            .iter()
            .filter(|c| *c == "pointer::is_null")
            .count()
            == 2
    );
    assert_eq!(local("fn f(x: u8) { let n = i64::from(x); }", "n"), "i64");
}

#[test]
fn trait_calls_are_settled_when_generics_are_known() {
    let source = "fn f(n: u32) { let b: Box<u32> = n.into(); }";
    let (p, _, types) = typed(source);
    let target = types.calls.values().next().expect("a call");
    let CalleeRef::Fn(into) = target.callee else {
        panic!("{target:?}")
    };
    let inner = infer(&p, p.func(into).body.expect("a body"), Some(into));
    let call = inner.calls.values().next().expect("a call");
    let CalleeRef::TraitMethod(of, name) = call.callee else {
        panic!("{call:?}")
    };
    let substs: Vec<(Name, Ty)> = call
        .substs
        .iter()
        .map(|(n, ty)| (*n, substitute(ty, &target.substs)))
        .collect();
    let (found, bound) = resolve_trait_call(&p, of, name, &substs).expect("an impl");
    assert_eq!(p.func(found).label, "Box::from");
    assert!(
        bound.iter().any(|(_, ty)| *ty == Ty::Int(IntTy::U32)),
        "{bound:?}"
    );
}

#[test]
fn nothing_panics_on_nonsense() {
    for source in [
        "struct S<T>(S<S<T>>); type L = L; trait T: T {} impl T for S<L> {} fn f(s: S<L>) { s.0.0.x.y(); (*s).z; s[0][1](2); }",
        "use self::*; use super::super::x; use crate::{self as me}; fn f() { me::f(); super::super::g(); x::y::z(); Self::q(); }",
        "use std::ops::Deref; struct A; impl Deref for A { type Target = A; fn deref(&self) -> &A { self } } fn f(a: A) { a.nope(); (**a).nope2(); }",
        "struct W<T>(T); impl<T> Iterator for W<T> { type Item = <Self as Iterator>::Item; fn next(&mut self) -> Option<Self::Item> { None } } fn f(w: W<u8>) { for x in w { x.m(); } }",
        "fn f() { let c = |x| |y| |z| (x, y, z); let d = c(1)(2)(3); let e = d.9; let [a, .., b] = e; f(1, 2); Vec::<u8, u8, u8>::new(1); Some(1, 2); }",
        "const N: usize = N + 1; struct B([u8; N]); fn f(b: B) { let x = b.0; let y = [0; N]; }",
    ] {
        let (p, body, types) = typed(source);
        for (local, ty) in p.body(body).locals.iter().zip(&types.locals) {
            let _ = (local.name, type_name(&p, ty), size_align(&p, ty));
        }
    }
}
