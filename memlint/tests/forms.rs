//! Every form of function that the attribute may stand on compiles, runs, and is followed.
#![allow(unsafe_code)]
#![deny(warnings, rust_2018_idioms)]

use memlint::{Scope, paired_alloc};
use std::ffi::c_int;
use std::pin::pin;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};

/// Runs an allocator and a release, and asserts that one object was followed in between.
fn pair<P>(make: impl FnOnce() -> P, free: impl FnOnce(P)) {
    let scope = Scope::new("pair");
    let made = make();
    assert_eq!(scope.live(), usize::from(memlint::ENABLED));
    free(made);
    assert_eq!(scope.live(), 0);
}

/// Runs a future that is never pending.
fn run<R>(future: impl Future<Output = R>) -> R {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(result) => result,
        Poll::Pending => unreachable!("nothing is waited for"),
    }
}

fn boxed(value: u64) -> *mut u64 {
    Box::into_raw(Box::new(value))
}

#[paired_alloc(family = "node", role = "free")]
unsafe fn free(node: *mut u64) {
    if node.is_null() {
        return;
    }
    drop(unsafe { Box::from_raw(node) });
}

#[paired_alloc(family = "node", role = "alloc")]
fn raw(value: u64) -> *mut u64 {
    if value == 7 {
        return boxed(8);
    }
    boxed(value)
}

#[paired_alloc(family = "node", role = "alloc")]
fn coerced(value: u64) -> *const u64 {
    //! The body may begin with a comment.
    Box::into_raw(Box::new(value))
}

#[paired_alloc(family = "node", role = "alloc")]
fn non_null(value: u64) -> Option<NonNull<u64>> {
    let found = (value > 0).then_some(value)?;
    NonNull::new(boxed(found))
}

#[paired_alloc(family = "node", role = "alloc")]
fn fallible(text: &str) -> Result<*mut u64, std::num::ParseIntError> {
    Ok(boxed(text.parse()?))
}

#[paired_alloc(family = "node", role = "alloc", out = 0)]
fn through(out: &mut *mut u64, value: u64) -> bool {
    if value == 0 {
        return false;
    }
    *out = boxed(value);
    true
}

#[paired_alloc(family = "node", role = "alloc", out = 0)]
fn through_mutable(mut out: Option<&mut *mut u64>) -> Option<()> {
    let place = out.as_mut()?;
    **place = boxed(4);
    out = None;
    assert!(out.is_none());
    Some(())
}

#[paired_alloc(family = "node", role = "alloc", out = 0)]
async fn through_later(out: &mut Option<NonNull<u64>>) -> Result<(), std::fmt::Error> {
    *out = std::future::ready(NonNull::new(boxed(5))).await;
    Ok(())
}

#[paired_alloc(family = "node", role = "alloc", out = 1)]
unsafe extern "C" fn through_c(value: u64, out: *mut *mut u64) -> c_int {
    if value == 0 {
        return -1;
    }
    unsafe { *out = boxed(value) };
    0
}

#[paired_alloc(family = "node", role = "alloc")]
async fn later(value: u64) -> Result<*mut u64, std::fmt::Error> {
    let value = std::future::ready(value).await;
    if value == 0 {
        Err(std::fmt::Error)?;
    }
    Ok(boxed(value))
}

#[paired_alloc(family = "node", role = "free")]
async unsafe fn free_later(node: *mut u64) {
    drop(unsafe { Box::from_raw(node) });
}

#[paired_alloc(family = "node", role = "realloc")]
unsafe fn renew(node: *mut u64) -> *mut u64 {
    let value = *unsafe { Box::from_raw(node) };
    boxed(value + 1)
}

#[paired_alloc(family = "node", role = "free")]
unsafe fn free_and_clear(node: &mut *mut u64) -> c_int {
    drop(unsafe { Box::from_raw(*node) });
    *node = std::ptr::null_mut();
    0
}

#[paired_alloc(family = "node", role = "alloc")]
fn boxed_node(value: u64) -> Box<u64> {
    Box::new(value)
}

#[paired_alloc(family = "node", role = "free")]
fn free_and_stop(node: Box<u64>) -> ! {
    drop(node);
    panic!("on purpose")
}

#[paired_alloc(family = "text", role = "alloc")]
fn generic<'a, T>(value: &'a T) -> *mut T
where
    T: Clone + Send + 'a,
{
    Box::into_raw(Box::new(value.clone()))
}

#[paired_alloc(family = "text", role = "free")]
unsafe fn generic_free<T: ?Sized>(value: *mut T) {
    drop(unsafe { Box::from_raw(value) });
}

#[paired_alloc(family = "text", role = "alloc")]
fn unsized_result(text: &str) -> Box<str> {
    text.into()
}

#[paired_alloc(family = "text", role = "free")]
fn unsized_free(text: Box<str>) {
    assert!(!text.is_empty());
}

#[paired_alloc(family = "node", role = "alloc")]
#[track_caller]
#[must_use]
pub(crate) fn hidden_error(value: u64) -> Result<*mut u64, impl std::fmt::Debug> {
    Ok::<_, std::num::TryFromIntError>(boxed(u64::from(u32::try_from(value)?)))
}

#[paired_alloc(family = "node")]
unsafe extern "C" {
    #[free]
    #[link_name = "exit"]
    safe fn stop_with(node: Option<&u64>) -> !;
}

struct Pool {
    given: u64,
    spare: Vec<u64>,
}

trait Give {
    #[paired_alloc(family = "node", role = "alloc")]
    fn take(&mut self) -> Option<NonNull<u64>>;

    #[paired_alloc(family = "node", role = "free", arg = 1)]
    unsafe fn give(&mut self, node: *mut u64) {
        unsafe { free_inside(node) }
    }

    #[paired_alloc(family = "pool", role = "free")]
    fn close(self: Box<Self>) -> u64;
}

unsafe fn free_inside(node: *mut u64) {
    drop(unsafe { Box::from_raw(node) });
}

impl Give for Pool {
    #[paired_alloc(family = "node", role = "alloc")]
    fn take(&mut self) -> Option<NonNull<u64>> {
        self.given += 1;
        let value = self.spare.pop()?;
        NonNull::new(boxed(value))
    }

    #[paired_alloc(family = "pool", role = "free")]
    fn close(self: Box<Self>) -> u64 {
        self.given
    }
}

impl Pool {
    #[paired_alloc(family = "pool", role = "alloc")]
    fn open(mut spare: Vec<u64>) -> Box<Self> {
        spare.push(1);
        Box::new(Pool { given: 0, spare })
    }

    #[paired_alloc(family = "node", role = "alloc")]
    fn borrow_of<'a>(&'a mut self, name: &'a str) -> Result<*mut u64, &'a str> {
        self.spare.pop().map(boxed).ok_or(name)
    }
}

#[test]
fn functions() {
    let of = |make: fn(u64) -> *mut u64, value| {
        pair(|| make(value), |node| unsafe { free(node) });
    };
    of(raw, 3);
    of(raw, 7);
    of(|value| coerced(value).cast_mut(), 3);
    of(|value| non_null(value).unwrap().as_ptr(), 3);
    of(|_| fallible("12").unwrap(), 0);
    of(|value| hidden_error(value).unwrap(), 5);
    of(|value| unsafe { renew(raw(value)) }, 6);
    pair(
        || raw(1),
        |mut node| unsafe {
            assert_eq!(free_and_clear(&mut node), 0);
            assert!(node.is_null());
        },
    );
    pair(
        || run(later(4)).unwrap(),
        |node| run(unsafe { free_later(node) }),
    );
}

#[test]
fn nothing_is_followed_where_nothing_is_returned() {
    let scope = Scope::new("nothing");
    assert!(non_null(0).is_none());
    assert!(fallible("x").is_err());
    assert!(run(later(0)).is_err());
    let mut place = NonNull::dangling().as_ptr();
    assert!(!through(&mut place, 0));
    assert_eq!(unsafe { through_c(0, &mut place) }, -1);
    unsafe { free(std::ptr::null_mut()) };
    assert_eq!(scope.live(), 0);
}

#[test]
fn out_parameters() {
    let through = || {
        let mut place = std::ptr::null_mut();
        assert!(through(&mut place, 3));
        place
    };
    pair(through, |node| unsafe { free(node) });
    let through_mutable = || {
        let mut place = std::ptr::null_mut();
        assert!(through_mutable(Some(&mut place)).is_some());
        assert!(through_mutable(None).is_none());
        place
    };
    pair(through_mutable, |node| unsafe { free(node) });
    let through_later = || {
        let mut place = None;
        assert!(run(through_later(&mut place)).is_ok());
        place.unwrap().as_ptr()
    };
    pair(through_later, |node| unsafe { free(node) });
    let through_c = || {
        let mut place = std::ptr::null_mut();
        assert_eq!(unsafe { through_c(3, &mut place) }, 0);
        place
    };
    pair(through_c, |node| unsafe { free(node) });
}

#[test]
fn generics_and_unsized_types() {
    pair(
        || generic(&String::from("text")),
        |text| unsafe { generic_free(text) },
    );
    pair(|| unsized_result("text"), unsized_free);
}

#[test]
fn methods() {
    let scope = Scope::new("methods");
    let mut pool = Pool::open(vec![5]);
    pair(
        || pool.take().unwrap(),
        |node| unsafe { free(node.as_ptr()) },
    );
    let node = pool.take().unwrap().as_ptr();
    unsafe { pool.give(node) };
    assert!(pool.borrow_of("none").is_err());
    assert_eq!(pool.close(), 2);
    assert_eq!(scope.live(), 0);
}

#[test]
fn functions_that_never_return() {
    let caught = std::panic::catch_unwind(|| free_and_stop(boxed_node(3)));
    assert!(caught.is_err());
    let _: fn(_) -> _ = |node| stop_with(node);
}

/// What is passed along for the reports is not to move the program's own panics.
#[test]
fn panics_show_the_line_in_the_annotated_function() {
    static LINE: AtomicU32 = AtomicU32::new(0);
    std::panic::set_hook(Box::new(|info| {
        let line = info.location().map_or(0, |place| place.line());
        LINE.fetch_max(line, Ordering::Relaxed);
    }));
    let first = line!();
    #[paired_alloc(family = "node", role = "free")]
    fn free_or_panic(node: Box<u64>) {
        Some(*node).filter(|value| *value > 3).expect("a large one");
    }
    let last = line!();
    let caught = std::panic::catch_unwind(|| free_or_panic(boxed_node(3)));
    let _ = std::panic::take_hook();
    assert!(caught.is_err());
    assert!((first..last).contains(&LINE.load(Ordering::Relaxed)));
}
