//! Tests and bindings of patterns, closures.

use super::check;

#[test]
fn guards_do_not_move() {
    check(
        r"
        fn f(o: Option<Box<u8>>) {
            match o {
                Some(b) if *b > 3 => drop(b),
                Some(b) => keep(b),
                None => {}
            }
        }
        ",
        r"
        Fn(_1:o: Option<Box<u8>>)
        b0:
          _3 = _1:o is Some
          if _3 b1 else b3
        b1:
          _4 = Gt((*(_1:o as Some).0), 3)
          if _4 b2 else b3
        b2:
          _2:b = (_1:o as Some).0
          _0 = drop(_2:b) !c1
          drop _2:b
          goto b7
        b3:
          _5 = _1:o is Some
          if _5 b4 else b5
        b4:
          _6:b = (_1:o as Some).0
          _0 = keep(_6:b) !c2
          drop _6:b
          goto b7
        b5:
          _7 = _1:o is None
          if _7 b6 else b8
        b6:
          _0 = ()
          goto b7
        b7:
          drop _1:o
          return
        b8:
          unreachable
        c0: drop _1:o
        c1: drop _2:b -> c0
        c2: drop _6:b -> c0
        ",
    );
}

#[test]
fn alternatives_bind_the_same_variable() {
    check(
        r"
        fn f(x: E) -> Box<u8> {
            match x {
                E::A(b) | E::B(_, b) if test(b) => b,
                E::A(b) | E::B(b, _) => b,
            }
        }
        ",
        r"
        Fn(_1:x: E)
        b0:
          _3 = _1:x is E::A
          if _3 b1 else b3
        b1:
          _4 = test((_1:x as E::A).0) !c0
          if _4 b2 else b3
        b2:
          _2:b = (_1:x as E::A).0
          goto b6
        b3:
          _5 = _1:x is E::B
          if _5 b4 else b7
        b4:
          _6 = test((_1:x as E::B).1) !c0
          if _6 b5 else b7
        b5:
          _2:b = (_1:x as E::B).1
          goto b6
        b6:
          _0 = _2:b
          drop _2:b
          goto b13
        b7:
          _7 = _1:x is E::A
          if _7 b9 else b8
        b8:
          _8 = _1:x is E::B
          if _8 b9 else b14
        b9:
          _10 = _1:x is E::A
          if _10 b10 else b11
        b10:
          _9:b = (_1:x as E::A).0
          goto b12
        b11:
          _9:b = (_1:x as E::B).0
          goto b12
        b12:
          _0 = _9:b
          drop _9:b
          goto b13
        b13:
          drop _1:x
          return
        b14:
          unreachable
        c0: drop _1:x
        ",
    );
}

#[test]
fn constants_literals_and_ranges() {
    check(
        r"
        fn f(x: u32) -> u32 {
            match x {
                MAX => 1,
                libc::MIN | -1 => 2,
                'a'..='z' => 3,
                y @ 7.. => y,
                _ => const { 4 },
            }
        }
        ",
        r"
        Fn(_1:x: u32)
        b0:
          _2 = _1:x is MAX
          if _2 b1 else b2
        b1:
          _0 = 1
          goto b11
        b2:
          _3 = _1:x is libc::MIN
          if _3 b4 else b3
        b3:
          _4 = Eq(_1:x, -1)
          if _4 b4 else b5
        b4:
          _0 = 2
          goto b11
        b5:
          _5 = Ge(_1:x, 97char)
          if _5 b6 else b8
        b6:
          _6 = Le(_1:x, 122char)
          if _6 b7 else b8
        b7:
          _0 = 3
          goto b11
        b8:
          _7 = Ge(_1:x, 7)
          if _7 b9 else b10
        b9:
          _8:y = _1:x
          _0 = _8:y
          drop _8:y
          goto b11
        b10:
          _0 = 4
          goto b11
        b11:
          return
        ",
    );
}

#[test]
fn slices_count_from_both_ends() {
    check(
        r"
        fn f(v: &[u8]) -> u8 {
            match v {
                [] => 0,
                [a] => *a,
                [a, rest @ .., b] => sum(a, rest, b),
            }
        }
        ",
        r"
        Fn(_1:v: &[u8])
        b0:
          _2 = len _1:v
          _3 = Eq(_2, 0usize)
          if _3 b1 else b2
        b1:
          _0 = 0
          goto b6
        b2:
          _4 = len _1:v
          _5 = Eq(_4, 1usize)
          if _5 b3 else b4
        b3:
          _6:a = _1:v[0]
          _0 = (*_6:a)
          drop _6:a
          goto b6
        b4:
          _7 = len _1:v
          _8 = Ge(_7, 2usize)
          if _8 b5 else b7
        b5:
          _9:a = _1:v[0]
          _10:rest = _1:v[..]
          _11:b = _1:v[-1]
          _0 = sum(_9:a, _10:rest, _11:b) !c2
          drop _11:b
          drop _10:rest
          drop _9:a
          goto b6
        b6:
          return
        b7:
          unreachable
        c0: drop _9:a
        c1: drop _10:rest -> c0
        c2: drop _11:b -> c1
        ",
    );
}

#[test]
fn guards_with_let_bind_first() {
    check(
        r"
        fn f(o: Opt) -> u8 {
            match o {
                Some(a) if let Some(b) = find(a) && b > 3 => b,
                _ => 0,
            }
        }
        ",
        r"
        Fn(_1:o: Opt)
        b0:
          _3 = _1:o is Some
          if _3 b1 else b6
        b1:
          _2:a = (_1:o as Some).0
          _4 = find(_2:a) !c1
          _5 = _4 is Some
          if _5 b2 else b5
        b2:
          _6:b = (_4 as Some).0
          _7 = Gt(_6:b, 3)
          if _7 b3 else b4
        b3:
          _0 = _6:b
          drop _6:b
          drop-temp _4
          drop _2:a
          goto b7
        b4:
          drop _6:b
          drop-temp _4
          drop _2:a
          goto b6
        b5:
          drop-temp _4
          drop _2:a
          goto b6
        b6:
          _0 = 0
          goto b7
        b7:
          drop _1:o
          return
        c0: drop _1:o
        c1: drop _2:a -> c0
        ",
    );
}

#[test]
fn parameters_are_taken_apart() {
    check(
        r"
        fn f((a, Foo { b, .. }): (A, Foo), &c: &u8) {
            let g = |(x, y): (u8, u8)| x + y;
            g(a, b, c)
        }
        ",
        r"
        Fn(_1: (A, Foo), _2: &u8)
        b0:
          _3:a = _1.0
          _4:b = (_1.1 as Foo).b
          _5:c = (*_2)
          _6:g = closure#1()
          _0 = call _6:g(_3:a, _4:b, _5:c) !c4
          drop _6:g
          drop _5:c
          drop _4:b
          drop _3:a
          drop _1
          return
        c0: drop _1
        c1: drop _3:a -> c0
        c2: drop _4:b -> c1
        c3: drop _5:c -> c2
        c4: drop _6:g -> c3

        Closure(_1: (u8, u8))
        b0:
          _2:x = _1.0
          _3:y = _1.1
          _0 = Add(_2:x, _3:y)
          drop _3:y
          drop _2:x
          return
        ",
    );
}

#[test]
fn closures_capture_by_reference() {
    check(
        r"
        fn f(v: &[u8], k: Box<u8>) {
            let mut n = 0;
            v.iter().for_each(|x| n += x + size(&k));
        }
        ",
        r"
        Fn(_1:v: &[u8], _2:k: Box<u8>)
        b0:
          _3:n = 0
          _5 = .iter(_1:v) !c0
          _7 = &_2:k
          _8 = &mut _3:n
          _6 = closure#1(_7, _8)
          _4 = .for_each(_5, _6) !c1
          drop-temp _4
          drop-temp _5
          _0 = ()
          drop _2:k
          return
        c0: drop _2:k
        c1: drop _5 -> c0

        Closure(_1:x) captures _5:k, _6:n
        b0:
          _4 = &(*_5:k)
          _3 = size(_4) !c0
          _2 = Add(_1:x, _3)
          (*_6:n) = Add((*_6:n), _2)
          _0 = ()
          drop _1:x
          return
        c0: drop _1:x
        ",
    );
}

#[test]
fn nested_closures_capture_through_each_other() {
    check(
        r"
        fn f(a: Box<u8>, b: u8) -> impl Fn() {
            move || {
                let inner = || use_both(&a, b);
                inner();
            }
        }
        ",
        r"
        Fn(_1:a: Box<u8>, _2:b: u8)
        b0:
          _0 = closure#1(_1:a, _2:b)
          drop _1:a
          return

        Closure() captures _2:a, _4:b
        b0:
          _3 = &_2:a
          _5 = &_4:b
          _1:inner = closure#2(_3, _5)
          _6 = call _1:inner() !c0
          drop-temp _6
          _0 = ()
          drop _1:inner
          return
        c0: drop _1:inner

        Closure() captures _2:a, _3:b
        b0:
          _1 = &(*_2:a)
          _0 = use_both(_1, (*_3:b))
          return
        ",
    );
}
