//! Macro shapes: each call and what it stands for.

use super::{MacroTable, collect_macros};
use crate::ir::{ItemKind, ModuleIx};
use crate::lower::cx::{Expansion, FileCx};
use crate::lower::lower_file;
use crate::span::FileId;
use quote::ToTokens;

fn table(text: &str) -> MacroTable {
    let mut table = MacroTable::default();
    collect_macros(FileId(0), text, &mut table);
    table
}

/// What the call stands for, as text without white space.
fn expand(macros: &str, call: &str) -> String {
    let table = table(macros);
    let mut cx = FileCx::new(FileId(0), &table);
    let Ok(parsed) = syn::parse_str::<syn::ExprMacro>(call) else {
        panic!("no macro call: {call}");
    };
    let at = cx.span(proc_macro2::Span::call_site());
    let expansion = cx.expand(&parsed.mac, ModuleIx(0), at);
    describe(&expansion).replace(' ', "")
}

fn describe(expansion: &Expansion) -> String {
    match expansion {
        Expansion::Block(stmts) => format!("block[{}]", join(stmts)),
        Expansion::Splice(stmts) => format!("splice[{}]", join(stmts)),
        Expansion::Expr(e) => e.to_token_stream().to_string(),
        Expansion::Inspect(all) => format!("inspect[{}]", list(all)),
        Expansion::Assert { cond, args } => {
            format!("assert[{}][{}]", cond.to_token_stream(), list(args))
        }
        Expansion::Diverge(all) => format!("diverge[{}]", list(all)),
        Expansion::Cfg(cfg) => format!("{cfg:?}"),
        Expansion::RawRef { mutable, place } => {
            format!("raw[{mutable}, {}]", place.to_token_stream())
        }
        Expansion::Effects(all) => format!("effects[{}]", list(all)),
        Expansion::Unknown(all) => {
            let words: Vec<String> = all.iter().map(ToString::to_string).collect();
            format!("unknown[{}]", words.join(","))
        }
    }
}

fn join(stmts: &[syn::Stmt]) -> String {
    let all = stmts.iter().map(|s| s.to_token_stream().to_string());
    all.collect::<Vec<_>>().join("|")
}

fn list(all: &[syn::Expr]) -> String {
    let all = all.iter().map(|e| e.to_token_stream().to_string());
    all.collect::<Vec<_>>().join("|")
}

#[test]
fn format_like_macros_read_their_arguments() {
    assert_eq!(expand("", "println!()"), "inspect[]");
    assert_eq!(
        expand("", "std::println!(\"{} {x}\", a.b(), n = c)"),
        "inspect[x|a.b()|c]"
    );
    assert_eq!(
        expand("", "write!(f, \"{:>w$} {{no}} {0:?}\", a)"),
        "inspect[f|w|a]"
    );
    assert_eq!(
        expand("", "format!(\"{p:p} {q:.*}\", n, m)"),
        "inspect[p|q|n|m]"
    );
    assert_eq!(expand("", "panic!(\"{x}\")"), "diverge[x]");
    assert_eq!(expand("", "unreachable!()"), "diverge[]");
    assert_eq!(expand("", "todo!(\"later\")"), "diverge[]");
}

#[test]
fn assertions() {
    assert_eq!(expand("", "assert!(a < b, \"{c}\", d)"), "assert[a<b][c|d]");
    assert_eq!(
        expand("", "assert_eq!(a, f(b), \"x\")"),
        "assert[a==f(b)][]"
    );
    assert_eq!(expand("", "debug_assert_ne!(a, b)"), "assert[a!=b][]");
}

#[test]
fn values_of_the_standard_library() {
    assert_eq!(expand("", "dbg!(x + 1)"), "x+1");
    assert_eq!(expand("", "dbg!(a, b)"), "(a,b)");
    assert_eq!(expand("", "vec![]"), "::std::vec::Vec::new()");
    assert_eq!(expand("", "vec![x; n]"), "::std::vec::from_elem(x,n)");
    assert_eq!(expand("", "vec![1, 2]"), "::std::vec::from_array([1,2])");
    assert_eq!(
        expand("", "matches!(a.b, Some(x) if x > 1,)"),
        "match(a.b){Some(x)ifx>1=>true,_=>false}"
    );
    assert_eq!(
        expand("", "std::ptr::addr_of_mut!((*p).x)"),
        "raw[true,(*p).x]"
    );
    assert_eq!(
        expand("", "cfg!(all(unix, not(test)))"),
        "All([Flag(\"unix\"),Not(Flag(\"test\"))])"
    );
    assert_eq!(expand("", "concat!(\"a\", \"\\0\")"), "\"\"");
    assert_eq!(expand("", "r#try!(f(x))"), "(f(x))?");
    assert!(expand("", "ready!(p.poll(cx))").starts_with("match(p.poll(cx)){::core::task::Poll"));
}

#[test]
fn logging_and_errors() {
    assert_eq!(
        expand("", "log::debug!(target: \"t\", \"{}\", p)"),
        "inspect[p]"
    );
    assert_eq!(expand("", "tracing::info!(?a, %b, \"m\")"), "inspect[a|b]");
    assert_eq!(
        expand("", "bail!(\"no {x}\")"),
        "return::core::result::Result::Err(::std::format!(\"no{x}\"))"
    );
    assert_eq!(
        expand("", "ensure!(a == b, Oops)"),
        "if!(a==b){return::core::result::Result::Err(::std::format!(Oops))}"
    );
}

#[test]
fn unknown_macros_are_read_as_rust_where_they_can() {
    assert_eq!(expand("", "check!(f(x), y)"), "effects[f(x)|y]");
    assert_eq!(
        expand("", "guard! { let p = f(); g(p) }"),
        "block[letp=f();|g(p)]"
    );
    assert_eq!(
        expand("", "map! { a => f(b), c => d }"),
        "effects[a|f(b)|c|d]"
    );
    assert_eq!(
        expand("", "sql!(SELECT a.b FROM t::c)"),
        "unknown[SELECT,a,FROM,t]"
    );
    assert_eq!(expand("", "nothing!()"), "effects[]");
}

#[test]
fn fragments_of_own_macros() {
    let text = "macro_rules! m {
        (e $e:expr) => { f($e) * 2 };
        (i $i:ident $t:ty) => { <$t>::$i() };
        (p $p:pat => $b:block) => { if let $p = x $b };
        (s $s:stmt) => { $s; g() };
        (l $l:literal $k:lifetime) => { $k: loop { h($l); break $k } };
        (t $($t:tt)*) => { k!($($t)*) };
        (n $a:path, $v:vis) => { $a::new() };
        (m #[$m:meta]) => { 0 };
        (d $t:ty) => { $t::new() };
    }";
    assert_eq!(expand(text, "m!(e a + b)"), "f(a+b)*2");
    assert_eq!(expand(text, "m!(i make Vec<u8>)"), "<Vec<u8>>::make()");
    assert_eq!(
        expand(text, "m!(p Some(q) | Ok(q) => { q })"),
        "ifletSome(q)|Ok(q)=x{q}"
    );
    assert_eq!(expand(text, "m!(s let a = 1)"), "splice[leta=1;|g()]");
    assert_eq!(expand(text, "m!(l -1 'a)"), "'a:loop{h(-1);break'a}");
    assert_eq!(expand(text, "m!(t a => b..=c 'x)"), "k!(a=>b..=c'x)");
    assert_eq!(expand(text, "m!(n a::B, pub(crate))"), "a::B::new()");
    assert_eq!(expand(text, "m!(m #[inline(always)])"), "0");
    assert_eq!(expand(text, "m!(d Vec<u8>)"), "<Vec<u8>>::new()");
}

#[test]
fn expressions_stay_whole() {
    let text = "macro_rules! twice { ($e:expr) => { 2 * $e } }";
    let table = table(text);
    let mut cx = FileCx::new(FileId(0), &table);
    let Ok(call) = syn::parse_str::<syn::ExprMacro>("twice!(a + b)") else {
        panic!("no macro call");
    };
    let at = cx.span(proc_macro2::Span::call_site());
    let Expansion::Expr(syn::Expr::Binary(product)) = cx.expand(&call.mac, ModuleIx(0), at) else {
        panic!("no product");
    };
    assert!(matches!(product.op, syn::BinOp::Mul(_)));
}

/// A macro that stands for a place is that place, not a copy of what lies there.
#[test]
fn places_stay_places() {
    let text = "macro_rules! part { ($e:expr) => { $e.part } }";
    let source = "fn f(a: &mut A) { part!(a).count = 1; take(&mut part!(a)); }";
    let ir = lower_file(FileId(0), source, &table(text)).expect("the source parses");
    let body = ir.bodies[0].to_string();
    for line in ["_1:a.part.count = 1", "&mut _1:a.part"] {
        assert!(body.contains(line), "{line}: {body}");
    }
}

#[test]
fn repetitions() {
    let text = "macro_rules! m {
        (call $f:ident($($a:expr),* $(,)?)) => { $f($($a,)*) };
        (sum $first:expr $(, $rest:expr)*) => { $first $(+ $rest)* };
        (map $($k:expr => [$($v:expr),*]);+) => { $( put($k, [$($v),*]); )+ };
        (opt $(mut $m:ident)? $n:ident) => { $(set($m);)? get($n) };
        (kw $($w:ident)* end) => { $($w();)* };
    }";
    assert_eq!(expand(text, "m!(call f(a, b,))"), "f(a,b,)");
    assert_eq!(expand(text, "m!(call f())"), "f()");
    assert_eq!(expand(text, "m!(sum a, b, c)"), "a+b+c");
    assert_eq!(
        expand(text, "m!(map 1 => [a, b]; 2 => [])"),
        "block[put(1,[a,b]);|put(2,[]);]"
    );
    assert_eq!(expand(text, "m!(opt mut a b)"), "block[set(a);|get(b)]");
    assert_eq!(expand(text, "m!(opt b)"), "get(b)");
    assert_eq!(expand(text, "m!(kw a b end)"), "block[a();|b();]");
}

#[test]
fn later_rules_names_and_crates() {
    let text = "macro_rules! r#m { ($a:expr; $n:expr) => { $crate::x($a, $n) }; ($x:ident) => { let $x = make(); }; }
                mod inner { macro_rules! hidden { () => { let own = 1; use_it(own); } } }";
    assert_eq!(expand(text, "m!(a; 3)"), "crate::x(a,3)");
    assert_eq!(expand(text, "m!(name)"), "splice[letname=make();]");
    assert_eq!(expand(text, "m!(1, 2, 3)"), "effects[1|2|3]");
    assert_eq!(
        expand(text, "some::path::hidden!()"),
        "block[letown=1;|use_it(own);]"
    );
}

#[test]
fn variables_of_the_body_are_its_own() {
    let text =
        "macro_rules! m { ($e:expr) => {{ let mut p: T = f(); g($e, p, x.p, S { p: p }) }} }";
    assert_eq!(
        expand(text, "m!(p)"),
        "{letmutp_:T=f();g(p,p_,x.p,S{p:p_})}"
    );
    assert_eq!(expand(text, "m!(q)"), "{letmutp:T=f();g(q,p,x.p,S{p:p})}");
}

#[test]
fn endless_macros_end() {
    let text = "macro_rules! m { ($($t:tt)*) => { m!($($t)* $($t)*) } }
                macro_rules! i { () => { i!(); i!(); } }
                macro_rules! ty { () => { Vec<ty!()> } }";
    let source = "fn f() { m!(a b) } i!(); fn g(x: ty!()) {}";
    let ir = lower_file(FileId(0), source, &table(text));
    assert!(ir.is_ok_and(|ir| ir.items.len() == 2));
}

fn items(source: &str) -> Vec<String> {
    let Ok(ir) = lower_file(FileId(0), source, &table(source)) else {
        panic!("not lowered");
    };
    let describe = |item: &crate::ir::Item| {
        let kind = match &item.kind {
            ItemKind::Fn(_) => "fn",
            ItemKind::ForeignFn(_) => "foreign",
            ItemKind::Struct(_) => "struct",
            ItemKind::Static { .. } => "static",
            ItemKind::Impl(i) => return format!("impl {}", i.fns.len()),
            _ => "other",
        };
        match &item.cfg {
            Some(cfg) => format!("{kind} {} {cfg:?}", item.name),
            None => format!("{kind} {}", item.name),
        }
    };
    ir.items.iter().map(describe).collect()
}

#[test]
fn macros_that_make_items() {
    let text = "macro_rules! make { ($($n:ident),*) => { $(pub struct $n; impl $n { methods!(a, b); })* } }
                macro_rules! methods { ($($n:ident),*) => { $(fn $n(&self) {})* } }
                make!(A, B);";
    assert_eq!(items(text), ["struct A", "impl 2", "struct B", "impl 2"]);
    let text = "cfg_if! { if #[cfg(unix)] { fn a() {} } else if #[cfg(windows)] { fn b() {} } else { extern \"C\" { fn c(); } } }";
    let not = |name| format!("Not(Flag({name:?}))");
    assert_eq!(
        items(text),
        [
            "fn a Flag(\"unix\")".to_owned(),
            format!("fn b All([{}, Flag(\"windows\")])", not("unix")),
            format!("foreign c All([{}, {}])", not("unix"), not("windows")),
        ]
    );
    assert_eq!(
        items("lazy_static! { pub static ref A: u8 = 1; }"),
        ["static A"]
    );
    assert_eq!(
        items("thread_local!(static A: u8 = const { 1 });"),
        ["static A"]
    );
    assert_eq!(items("wrap! { fn a() {} struct S; }"), ["fn a", "struct S"]);
    assert_eq!(
        items("odd! { type C = x; fn drop = y; struct S; impl T for S { fn z() {} } }"),
        ["impl 1"]
    );
}
