//! What a tree of shapes says about a text.

use super::*;

fn read(text: &str) -> Shapes {
    Shapes::read(FileId(0), text, &everywhere(text)).unwrap()
}

/// All places of a text.
fn everywhere(text: &str) -> Vec<Pos> {
    let lines = text.lines().zip(1..);
    lines
        .flat_map(|(text, line)| {
            let columns = 0..text.chars().count() as u32;
            columns.map(move |column| Pos { line, column })
        })
        .collect()
}

/// The nodes of this kind, as they are written.
fn texts(shapes: &Shapes, wanted: impl Fn(Kind) -> bool) -> Vec<&str> {
    let found = shapes.all().filter(|id| wanted(shapes.kind(*id)));
    found.map(|id| shapes.text_of(id)).collect()
}

#[test]
fn calls_and_their_parts() {
    let shapes = read("fn é() { let é = a::f(x as *mut u8, &raw mut y).cast::<u8>(); g() }");
    assert_eq!(
        texts(&shapes, |kind| kind == Kind::Call),
        ["a::f(x as *mut u8, &raw mut y)", "g()"]
    );
    let call = shapes
        .all()
        .find(|id| shapes.kind(*id) == Kind::Call)
        .unwrap();
    let parts = shapes.children(call).iter().map(|id| shapes.text_of(*id));
    assert_eq!(
        parts.collect::<Vec<_>>(),
        ["a::f", "x as *mut u8", "&raw mut y"]
    );
    let method = shapes.parent(call).unwrap();
    let Kind::Method { name, turbofish } = shapes.kind(method) else {
        panic!("{:?}", shapes.kind(method));
    };
    assert_eq!((shapes.text(name), turbofish), ("cast", true));
    let Kind::Let { name, typed } = shapes.kind(shapes.parent(method).unwrap()) else {
        panic!("the method is the value of the `let`");
    };
    assert_eq!((name.map(|n| shapes.text(n)), typed), (Some("é"), false));
    assert_eq!(shapes.expression(shapes.span(call)), Some(call));
}

#[test]
fn statements_take_their_semicolons() {
    let shapes =
        read("fn f() {\r\n    unsafe { g(); }\r\n    m!(a);\r\n    *p = 1;\r\n    h()\r\n}");
    let statements = texts(&shapes, |kind| kind == Kind::Statement);
    assert_eq!(
        statements,
        ["unsafe { g(); }", "g();", "m!(a);", "*p = 1;", "h()"]
    );
    let last = shapes
        .all()
        .filter(|id| shapes.kind(*id) == Kind::Statement)
        .last();
    let span = shapes.span(last.unwrap());
    assert_eq!(
        (shapes.indent(span.lo), shapes.line_end()),
        ("    ", "\r\n")
    );
    assert_eq!(shapes.text(shapes.with_line(span)), "    h()\r\n");
    assert_eq!(shapes.behind(span.lo), "h()");
    let inner = shapes
        .all()
        .find(|id| shapes.text_of(*id) == "g();")
        .unwrap();
    assert_eq!(shapes.with_line(shapes.span(inner)), shapes.span(inner));
    assert_eq!(shapes.inside(shapes.parent(inner).unwrap()).count(), 3);
}

#[test]
fn bindings_say_whether_they_own() {
    let text = "impl S { fn f(self, a: &u8, mut b: Vec<u8>, (c, ref d): P) { let _ = b; } }";
    let shapes = read(text);
    let bindings: Vec<(&str, bool, bool)> = shapes
        .all()
        .filter_map(|id| match shapes.kind(id) {
            Kind::Binding { mutable, owned } => Some((shapes.text_of(id), mutable, owned)),
            _ => None,
        })
        .collect();
    let expected = [
        ("self", false, true),
        ("a", false, false),
        ("b", true, true),
        ("c", false, true),
        ("d", false, false),
    ];
    assert_eq!(bindings, expected);
    let function = shapes
        .all()
        .find(|id| shapes.kind(*id) == Kind::Function)
        .unwrap();
    assert_eq!(shapes.mentions(shapes.span(function), "b"), 2);
}

#[test]
fn what_does_not_parse_has_no_shapes() {
    assert!(Shapes::read(FileId(0), "fn f( {", &[]).is_none());
    assert!(Shapes::read(FileId(0), "\u{feff}fn f() {}", &[]).is_some());
}

#[test]
fn functions_that_nobody_asks_for_are_empty() {
    let text = "fn a() { one(1); }\nimpl S {\n    fn b() { two(\"2\"); fn c() { three(3); } }\n}\n";
    let asked = [Pos {
        line: 3,
        column: 13,
    }];
    let shapes = Shapes::read(FileId(0), text, &asked).unwrap();
    let calls = texts(&shapes, |kind| kind == Kind::Call);
    assert_eq!(calls, ["two(\"2\")", "three(3)"]);
    let functions = texts(&shapes, |kind| kind == Kind::Function);
    assert_eq!(functions[0], "fn a() { one(1); }");
    assert!(shapes.names("one"));
}

#[test]
fn paths_that_the_code_names() {
    let shapes = read(
        "use c::mem::{free};\nfn f() { let x: c::g = y; ::c::h(); \"c::s\"; k::c::m() } // c::k",
    );
    for path in ["free", "c::g", "::c::h", "k::c::m"] {
        assert!(shapes.names(path), "{path}");
    }
    for path in [
        "c",
        "c::mem",
        "c::mem::free",
        "c::h",
        "c::s",
        "c::m",
        "c::k",
        "fre",
    ] {
        assert!(!shapes.names(path), "{path}");
    }
}
