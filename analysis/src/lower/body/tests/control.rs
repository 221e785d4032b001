//! Branches, loops and the ways out of them.

use super::check;

#[test]
fn conditions_are_branches() {
    check(
        r"
        fn f(a: bool, b: bool, c: bool) -> bool {
            if a && (b || !c) {
                return true;
            }
            a || b
        }
        ",
        r"
        Fn(_1:a: bool, _2:b: bool, _3:c: bool)
        b0:
          if _1:a b1 else b4
        b1:
          if _2:b b3 else b2
        b2:
          if _3:c b4 else b3
        b3:
          _0 = true
          return
        b4:
          if _1:a b6 else b5
        b5:
          if _2:b b6 else b7
        b6:
          _0 = true
          goto b8
        b7:
          _0 = false
          goto b8
        b8:
          return
        ",
    );
}

#[test]
fn let_chains_drop_on_failure() {
    check(
        r"
        fn f(a: bool, o: Opt) -> u8 {
            if a && let Some(x) = make(o) && *x > 3 { 1 } else { 2 }
        }
        ",
        r"
        Fn(_1:a: bool, _2:o: Opt)
        b0:
          if _1:a b1 else b6
        b1:
          _3 = make(_2:o) !c0
          _4 = _3 is Some
          if _4 b2 else b5
        b2:
          _5:x = (_3 as Some).0
          _6 = Gt((*_5:x), 3)
          if _6 b3 else b4
        b3:
          _0 = 1
          drop _5:x
          drop-temp _3
          goto b7
        b4:
          drop _5:x
          drop-temp _3
          goto b6
        b5:
          drop-temp _3
          goto b6
        b6:
          _0 = 2
          goto b7
        b7:
          drop _2:o
          return
        c0: drop _2:o
        ",
    );
}

#[test]
fn question_marks_share_the_way_out() {
    check(
        r"
        fn f() -> Result<Foo, E> {
            let a = open()?;
            let b = open()?;
            let c = open()?;
            Ok(Foo { a, b, c })
        }
        ",
        r"
        Fn()
        b0:
          _2 = open()
          _3 = _2 is ok
          if _3 b1 else b7
        b1:
          _1:a = (_2 as ok)
          drop-temp _2
          _5 = open() !c0
          _6 = _5 is ok
          if _6 b2 else b5
        b2:
          _4:b = (_5 as ok)
          drop-temp _5
          _8 = open() !c1
          _9 = _8 is ok
          if _9 b3 else b4
        b3:
          _7:c = (_8 as ok)
          drop-temp _8
          _10 = Foo { a: _1:a, b: _4:b, c: _7:c }
          _0 = Ok(_10) !c2
          drop _7:c
          drop _4:b
          drop _1:a
          return
        b4:
          _0 = residual _8
          drop-temp _8
          drop _4:b
          goto b6
        b5:
          _0 = residual _5
          drop-temp _5
          goto b6
        b6:
          drop _1:a
          goto b8
        b7:
          _0 = residual _2
          drop-temp _2
          goto b8
        b8:
          return
        c0: drop _1:a
        c1: drop _4:b -> c0
        c2: drop _7:c -> c1
        ",
    );
}

#[test]
fn match_tests_arms_in_order() {
    check(
        r"
        fn f(k: K) {
            let v = match k {
                K::A => return,
                K::B { x, .. } => x,
                K::C(ref y, ..) => *y,
                K::D(.., z) => z,
            };
            keep(v)
        }
        ",
        r"
        Fn(_1:k: K)
        b0:
          _3 = _1:k is K::A
          if _3 b1 else b2
        b1:
          _0 = ()
          drop _1:k
          return
        b2:
          _4 = _1:k is K::B
          if _4 b3 else b4
        b3:
          _5:x = (_1:k as K::B).x
          _2:v = _5:x
          drop _5:x
          goto b8
        b4:
          _6 = _1:k is K::C
          if _6 b5 else b6
        b5:
          _7:y = &(_1:k as K::C).0
          _2:v = (*_7:y)
          goto b8
        b6:
          _8 = _1:k is K::D
          if _8 b7 else b9
        b7:
          _9:z = (_1:k as K::D)[-1]
          _2:v = _9:z
          drop _9:z
          goto b8
        b8:
          _0 = keep(_2:v) !c1
          drop _2:v
          drop _1:k
          return
        b9:
          unreachable
        c0: drop _1:k
        c1: drop _2:v -> c0
        ",
    );
}
