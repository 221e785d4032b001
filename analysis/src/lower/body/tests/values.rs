//! Calls, operands, aggregates, assignments.

use super::check;

#[test]
fn calls_go_straight_into_variables() {
    check(
        r"
        fn f(p: *mut u8) -> *mut u8 {
            let x = malloc(8);
            let b = Box::new(1);
            let q = Box::into_raw(b);
            free(q as *mut c_void);
            x
        }
        ",
        r"
        Fn(_1:p: *mut u8)
        b0:
          _2:x = malloc(8)
          _3:b = Box::new(1) !c0
          _4:q = Box::into_raw(_3:b) !c1
          _6 = _4:q as *mut c_void
          _5 = free(_6) !c2
          drop-temp _5
          _0 = _2:x
          drop _4:q
          drop _3:b
          drop _2:x
          return
        c0: drop _2:x
        c1: drop _3:b -> c0
        c2: drop _4:q -> c1
        ",
    );
}

#[test]
fn a_chain_is_read_from_the_inside() {
    check(
        r"
        fn f(m: &Mutex<V>) -> usize {
            m.lock().unwrap().items[2].len()
        }
        ",
        r"
        Fn(_1:m: &Mutex<V>)
        b0:
          _2 = .lock(_1:m)
          _3 = .unwrap(_2) !c0
          _0 = .len(_3.items[2]) !c1
          drop-temp _3
          drop-temp _2
          return
        c0: drop _2
        c1: drop _3 -> c0
        ",
    );
}

#[test]
fn arguments_are_read_before_later_effects() {
    check(
        r"
        fn f(x: &mut S, p: *mut u8) {
            f(x.a, x.set(3), *p, g(p));
            f(make(), make());
        }
        ",
        r"
        Fn(_1:x: &mut S, _2:p: *mut u8)
        b0:
          _4 = _1:x.a
          _5 = .set(_1:x, 3) !c0
          _6 = (*_2:p)
          _7 = g(_2:p) !c2
          _3 = f(_4, _5, _6, _7) !c2
          drop-temp _3
          drop-temp _6
          drop-temp _5
          drop-temp _4
          _9 = make()
          _10 = make() !c3
          _8 = f(_9, _10) !c3
          drop-temp _8
          drop-temp _9
          _0 = ()
          return
        c0: drop _4
        c1: drop _5 -> c0
        c2: drop _6 -> c1
        c3: drop _9
        ",
    );
}

#[test]
fn assignment_drops_what_it_replaces() {
    check(
        r"
        fn f(s: &mut S, b: Box<u8>, n: usize) {
            s.b = b;
            s.n = 3;
            s.v[n] = make();
            let x;
            x = make();
            (s.a, _) = pair(x);
            s.n += 1;
        }
        ",
        r"
        Fn(_1:s: &mut S, _2:b: Box<u8>, _3:n: usize)
        b0:
          drop-old _1:s.b
          _1:s.b = _2:b
          _1:s.n = 3
          _4 = make() !c0
          drop-old _1:s.v[_3:n]
          _1:s.v[_3:n] = _4
          _6 = make() !c1
          drop-old _5:x
          _5:x = _6
          _7 = pair(_5:x) !c1
          drop-old _1:s.a
          _1:s.a = _7.0
          drop-temp _7
          _1:s.n = Add(_1:s.n, 1)
          _0 = ()
          drop _5:x
          drop _2:b
          return
        c0: drop _2:b
        c1: drop _5:x -> c0
        ",
    );
}

#[test]
fn struct_literals_with_base_and_condition() {
    check(
        r"
        fn f(base: Foo) -> Foo {
            let x = 3;
            Foo { x, y: make(), #[cfg(unix)] z: 1, #[cfg(windows)] z: 2, ..base }
        }
        ",
        r"
        Fn(_1:base: Foo)
        b0:
          _2:x = 3
          _3 = make() !c0
          if cfg(unix) b1 else b2
        b1:
          _4 = 1
          goto b2
        b2:
          if cfg(windows) b3 else b4
        b3:
          _4 = 2
          goto b4
        b4:
          _0 = Foo { x: _2:x, y: _3, z: _4, .._1:base }
          drop _1:base
          return
        c0: drop _1:base
        ",
    );
}

#[test]
fn pointers_references_and_casts() {
    check(
        r"
        fn f(p: *mut Foo) -> usize {
            let r = &mut *(*p).next;
            let s = &raw const (*p).x;
            let n = -1 as isize;
            let a = [0u8; 4];
            let t = (s, &a[1..n], !p.is_null());
            a[n] as usize + t.1.len() + 7
        }
        ",
        r"
        Fn(_1:p: *mut Foo)
        b0:
          _2:r = &mut (*(*_1:p).next)
          _3:s = &raw const (*_1:p).x
          _4:n = -1 as isize
          _5:a = [0u8; 4]
          _7 = &_5:a[..]
          _9 = .is_null(_1:p)
          _8 = Not(_9)
          _6:t = (_3:s, _7, _8)
          _10 = _5:a[_4:n] as usize
          _11 = .len(_6:t.1) !c0
          _12 = Add(_10, _11)
          _0 = Add(_12, 7)
          drop _6:t
          return
        c0: drop _6:t
        ",
    );
}

#[test]
fn macros_inspect_assert_and_diverge() {
    check(
        r#"
        fn f(p: *mut u8, n: usize) {
            println!("{} {n}", (*p).len());
            assert!(!p.is_null());
            if n > 3 {
                panic!("no {}", n);
            }
        }
        "#,
        r"
        Fn(_1:p: *mut u8, _2:n: usize)
        b0:
          inspect _2:n
          _3 = .len((*_1:p))
          inspect _3
          _4 = .is_null(_1:p)
          if _4 b1 else b2
        b1:
          opaque 
          panic
        b2:
          _5 = Gt(_2:n, 3)
          if _5 b3 else b4
        b3:
          inspect _2:n
          opaque 
          panic
        b4:
          _0 = ()
          return
        ",
    );
}
