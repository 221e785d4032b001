//! When variables and temporaries are dropped.

use super::{check, check_of};

#[test]
fn temporaries_end_with_their_statement() {
    check(
        r#"
        fn f() -> *const u8 {
            let s = CString::new("a").unwrap();
            take(CString::new("b").unwrap().as_ptr());
            CString::new("c").unwrap().as_ptr()
        }
        "#,
        r#"
        Fn()
        b0:
          _2 = CString::new("")
          _1:s = .unwrap(_2) !c0
          drop-temp _2
          _5 = CString::new("") !c1
          _6 = .unwrap(_5) !c2
          _4 = .as_ptr(_6) !c3
          _3 = take(_4) !c3
          drop-temp _3
          drop-temp _6
          drop-temp _5
          _7 = CString::new("") !c1
          _8 = .unwrap(_7) !c5
          _0 = .as_ptr(_8) !c7
          drop _1:s
          drop-temp _8
          drop-temp _7
          return
        c0: drop _2
        c1: drop _1:s
        c2: drop _5 -> c1
        c3: drop _6 -> c2
        c4: drop _7
        c5: drop _1:s -> c4
        c6: drop _8 -> c4
        c7: drop _1:s -> c6
        "#,
    );
}

#[test]
fn the_value_of_a_block_keeps_its_temporaries_for_what_stands_around_it() {
    check(
        r"
        fn f() {
            show(unsafe { make().as_ptr() });
            show(if on() { make().as_ptr() } else { null() });
        }
        ",
        r"
        Fn()
        b0:
          _3 = make()
          _2 = .as_ptr(_3) !c0
          _1 = show(_2) !c0
          drop-temp _1
          drop-temp _3
          _6 = on()
          if _6 b1 else b2
        b1:
          _7 = make()
          _5 = .as_ptr(_7) !c1
          drop-temp _7
          goto b3
        b2:
          _5 = null()
          goto b3
        b3:
          _4 = show(_5)
          drop-temp _4
          _0 = ()
          return
        c0: drop _3
        c1: drop _7
        ",
    );
}

#[test]
fn from_edition_2024_on_they_end_with_the_block() {
    check_of(
        "2024",
        r"
        fn f() {
            show({ let a = make(); other().as_ptr() });
        }
        ",
        r"
        Fn()
        b0:
          _3:a = make()
          _4 = other() !c0
          _2 = .as_ptr(_4) !c1
          drop-temp _4
          drop _3:a
          _1 = show(_2)
          drop-temp _1
          _0 = ()
          return
        c0: drop _3:a
        c1: drop _4 -> c0
        ",
    );
}

#[test]
fn let_extends_borrowed_temporaries() {
    check(
        r"
        fn f() -> usize {
            let x = &make();
            let y = make().len();
            let Foo { ref a, .. } = other();
            let s = S { p: &make().q, n: y };
            let t = Some(&make());
            use_all(x, a, s, t)
        }
        ",
        r"
        Fn()
        b0:
          _2 = make()
          _1:x = &_2
          _4 = make() !c0
          _3:y = .len(_4) !c1
          drop-temp _4
          _5 = other() !c0
          _6:a = &(_5 as Foo).a
          _9 = make() !c2
          _8 = &_9.q
          _7:s = S { p: _8, n: _3:y }
          _12 = make() !c4
          _11 = &_12
          _10:t = Some(_11) !c5
          _0 = use_all(_1:x, _6:a, _7:s, _10:t) !c6
          drop _10:t
          drop _12
          drop _7:s
          drop _9
          drop _5
          drop _2
          return
        c0: drop _2
        c1: drop _4 -> c0
        c2: drop _5 -> c0
        c3: drop _9 -> c2
        c4: drop _7:s -> c3
        c5: drop _12 -> c4
        c6: drop _10:t -> c5
        ",
    );
}

#[test]
fn underscore_binds_nothing() {
    check(
        r"
        fn f(a: A) {
            let _ = make();
            let _ = a.f;
            let (_, b) = a;
            _ = make();
        }
        ",
        r"
        Fn(_1:a: A)
        b0:
          _2 = make() !c0
          drop-temp _2
          _3:b = _1:a.1
          _4 = make() !c1
          drop-temp _4
          _0 = ()
          drop _3:b
          drop _1:a
          return
        c0: drop _1:a
        c1: drop _3:b -> c0
        ",
    );
}

#[test]
fn scrutinee_temporaries_outlive_the_match() {
    check(
        r"
        fn f(m: &M) {
            match m.lock().get() {
                Some(x) => keep(x),
                None => {}
            }
            if m.lock().ready() {
                keep(m);
            }
        }
        ",
        r"
        Fn(_1:m: &M)
        b0:
          _2 = .lock(_1:m)
          _3 = .get(_2) !c0
          _4 = _3 is Some
          if _4 b1 else b2
        b1:
          _5:x = (_3 as Some).0
          _6 = keep(_5:x) !c2
          drop-temp _6
          drop _5:x
          goto b3
        b2:
          _7 = _3 is None
          if _7 b3 else b7
        b3:
          drop-temp _3
          drop-temp _2
          _9 = .lock(_1:m)
          _8 = .ready(_9) !c3
          drop-temp _9
          if _8 b4 else b5
        b4:
          _10 = keep(_1:m)
          drop-temp _10
          _0 = ()
          goto b6
        b5:
          _0 = ()
          goto b6
        b6:
          return
        b7:
          unreachable
        c0: drop _2
        c1: drop _3 -> c0
        c2: drop _5:x -> c1
        c3: drop _9
        ",
    );
}

#[test]
fn let_else_drops_before_it_diverges() {
    check(
        r"
        fn f(o: Box<u8>) -> u8 {
            let Some(b) = find(o).get() else { return 0 };
            *b
        }
        ",
        r"
        Fn(_1:o: Box<u8>)
        b0:
          _3 = find(_1:o) !c0
          _2 = .get(_3) !c1
          _4 = _2 is Some
          if _4 b1 else b2
        b1:
          _5:b = (_2 as Some).0
          drop-temp _2
          drop-temp _3
          _0 = (*_5:b)
          drop _5:b
          drop _1:o
          return
        b2:
          drop-temp _2
          drop-temp _3
          _0 = 0
          drop _1:o
          return
        c0: drop _1:o
        c1: drop _3 -> c0
        ",
    );
}

#[test]
fn plain_values_are_not_dropped() {
    check(
        r"
        fn f(p: *mut u8, n: usize, v: &V) -> bool {
            let m = n;
            let q: *mut u8 = next(p);
            let e = v.is_empty();
            let r = q;
            e == (m < 4)
        }
        ",
        r"
        Fn(_1:p: *mut u8, _2:n: usize, _3:v: &V)
        b0:
          _4:m = _2:n
          _5:q = next(_1:p)
          _6:e = .is_empty(_3:v)
          _7:r = _5:q
          _8 = Lt(_4:m, 4)
          _0 = Eq(_6:e, _8)
          return
        ",
    );
}
