//! Loops, labels and code run in place or only under a condition.

use super::check;

#[test]
fn while_let_and_while() {
    check(
        r"
        fn f(s: &mut S, mut p: *mut Node) {
            while let Some(n) = s.next.take() {
                s.count += 1;
            }
            while !p.is_null() {
                p = release(p);
            }
        }
        ",
        r"
        Fn(_1:s: &mut S, _2:p: *mut Node)
        b0:
          goto b1
        b1:
          _3 = .take(_1:s.next)
          _4 = _3 is Some
          if _4 b2 else b3
        b2:
          _5:n = (_3 as Some).0
          _1:s.count = Add(_1:s.count, 1)
          drop _5:n
          drop-temp _3
          goto b1
        b3:
          drop-temp _3
          goto b4
        b4:
          _6 = .is_null(_2:p)
          if _6 b5 else b6
        b5:
          _0 = ()
          return
        b6:
          _7 = release(_2:p)
          drop-old _2:p
          _2:p = _7
          goto b4
        ",
    );
}

#[test]
fn for_is_a_loop_over_next() {
    check(
        r"
        fn f(v: V) {
            for x in v.iter() {
                if x == 3 { break; }
                keep(x);
            }
        }
        ",
        r"
        Fn(_1:v: V)
        b0:
          _2 = .iter(_1:v) !c0
          _3 = ::core::iter::IntoIterator::into_iter(_2) !c0
          goto b1
        b1:
          _4 = &mut _3
          _5 = ::core::iter::Iterator::next(_4) !c1
          _6 = _5 is ::core::option::Option::Some
          if _6 b2 else b5
        b2:
          _7:x = (_5 as ::core::option::Option::Some).0
          _8 = Eq(_7:x, 3)
          if _8 b3 else b4
        b3:
          drop _7:x
          drop-temp _5
          goto b6
        b4:
          _9 = keep(_7:x) !c3
          drop-temp _9
          drop _7:x
          drop-temp _5
          goto b1
        b5:
          drop-temp _5
          goto b6
        b6:
          drop-temp _3
          _0 = ()
          drop _1:v
          return
        c0: drop _1:v
        c1: drop _3 -> c0
        c2: drop _5 -> c1
        c3: drop _7:x -> c2
        ",
    );
}

#[test]
fn labels_reach_outer_loops() {
    check(
        r"
        fn f() -> u8 {
            'outer: loop {
                let b = make();
                loop {
                    if done() { continue 'outer; }
                    if over() { break 'outer 1; }
                }
            }
        }
        ",
        r"
        Fn()
        b0:
          goto b1
        b1:
          _1:b = make()
          goto b2
        b2:
          _2 = done() !c0
          if _2 b3 else b4
        b3:
          drop _1:b
          goto b1
        b4:
          _3 = over() !c0
          if _3 b5 else b2
        b5:
          _0 = 1
          drop _1:b
          return
        c0: drop _1:b
        ",
    );
}

#[test]
fn labelled_blocks_and_loop_values() {
    check(
        r"
        fn f() -> i32 {
            let r = 'a: {
                if c() { break 'a 1; }
                2
            };
            loop { break r; }
        }
        ",
        r"
        Fn()
        b0:
          _2 = c()
          if _2 b1 else b2
        b1:
          _1:r = 1
          goto b3
        b2:
          _1:r = 2
          goto b3
        b3:
          _0 = _1:r
          drop _1:r
          return
        ",
    );
}

#[test]
fn conditional_compilation_is_a_branch() {
    check(
        r"
        fn f() -> u8 {
            #[cfg(unix)]
            let x = a();
            #[cfg(not(unix))]
            let x = b();
            #[cfg(unix)]
            { x }
            #[cfg(not(unix))]
            { 0 }
        }
        ",
        r"
        Fn()
        b0:
          if cfg(unix) b1 else b2
        b1:
          _1:x = a()
          goto b2
        b2:
          if cfg(not(unix)) b3 else b4
        b3:
          _1:x = b() !c0
          goto b4
        b4:
          if cfg(unix) b5 else b6
        b5:
          _0 = _1:x
          goto b6
        b6:
          if cfg(not(unix)) b7 else b8
        b7:
          _0 = 0
          goto b8
        b8:
          drop _1:x
          return
        c0: drop _1:x
        ",
    );
}

#[test]
fn configuration_is_a_literal() {
    check(
        r"
        fn f(p: *mut u8) -> u8 {
            if cfg!(unix) && p.is_null() { 1 } else { 2 }
        }
        ",
        r"
        Fn(_1:p: *mut u8)
        b0:
          if cfg(unix) b1 else b3
        b1:
          _2 = .is_null(_1:p)
          if _2 b2 else b3
        b2:
          _0 = 1
          goto b4
        b3:
          _0 = 2
          goto b4
        b4:
          return
        ",
    );
}

#[test]
fn async_and_try_blocks_run_in_place() {
    check(
        r"
        async fn f(c: C) -> R {
            let x = async { let z = c.go().await?; if z { return Ok(1); } Ok(2) }.await;
            try { a(x)? }
        }
        ",
        r"
        Fn(_1:c: C)
        b0:
          _4 = .go(_1:c) !c0
          _5 = _4 is ok
          if _5 b1 else b4
        b1:
          _3:z = (_4 as ok)
          drop-temp _4
          if _3:z b2 else b3
        b2:
          _2:x = Ok(1) !c1
          drop _3:z
          goto b5
        b3:
          _2:x = Ok(2) !c1
          drop _3:z
          goto b5
        b4:
          _2:x = residual _4
          drop-temp _4
          goto b5
        b5:
          _6 = a(_2:x) !c2
          _7 = _6 is ok
          if _7 b6 else b7
        b6:
          _0 = (_6 as ok)
          drop-temp _6
          goto b8
        b7:
          _0 = residual _6
          drop-temp _6
          goto b8
        b8:
          drop _2:x
          drop _1:c
          return
        c0: drop _1:c
        c1: drop _3:z -> c0
        c2: drop _2:x -> c0
        ",
    );
}
