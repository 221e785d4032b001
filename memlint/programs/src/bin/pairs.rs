//! Faults between annotated families: `pairs NAME`, and `pairs NAME ok` without the fault.
//!
//! There is no allocator installed: both families use the same heap, which never notices.
#![allow(unsafe_code)]

use memlint::paired_alloc;
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::thread;

#[repr(C)]
struct Widget {
    kind: c_int,
    state: [c_int; 7],
}

#[paired_alloc(family = "widget", caller)]
#[link(name = "side", kind = "static")]
unsafe extern "C" {
    #[alloc]
    #[link_name = "side_widget_new"]
    fn widget_new(kind: c_int) -> *mut Widget;
    #[free]
    #[link_name = "side_widget_free"]
    fn widget_free(widget: *mut Widget);
    #[realloc]
    #[link_name = "side_widget_grow"]
    fn widget_grow(widget: *mut Widget) -> *mut Widget;
    #[link_name = "side_widget_kind"]
    fn widget_kind(widget: *const Widget) -> c_int;
    #[alloc(family = "gadget", out = 0)]
    #[link_name = "side_gadget_open"]
    fn gadget_open(out: *mut *mut Widget, kind: c_int) -> c_int;
    #[free(family = "gadget")]
    #[link_name = "side_gadget_close"]
    fn gadget_close(gadget: *mut *mut Widget) -> c_int;
}

// Not annotated: what they hand out and take is out of view.
unsafe extern "C" {
    #[link_name = "side_widget_new"]
    fn other_widget_new(kind: c_int) -> *mut Widget;
    fn side_keep(object: *mut c_void, release: Option<unsafe extern "C" fn(*mut c_void)>);
    fn side_drop_kept();
}

#[paired_alloc(family = "key")]
unsafe extern "C" {
    #[alloc]
    #[link_name = "side_alloc"]
    fn key_new(size: usize) -> *mut c_void;
    #[free]
    #[link_name = "side_release"]
    fn key_free(key: *mut c_void);
}

#[paired_alloc(family = "left", role = "alloc")]
extern "C" fn left_new() -> *mut [u64; 4] {
    Box::into_raw(Box::new([1; 4]))
}

#[paired_alloc(family = "left", role = "free")]
unsafe extern "C" fn left_free(left: *mut [u64; 4]) {
    drop(unsafe { Box::from_raw(left) });
}

#[paired_alloc(family = "right", role = "free")]
unsafe extern "C" fn right_free(right: *mut [u64; 4]) {
    drop(unsafe { Box::from_raw(right) });
}

// One of the functions is not marked, and hands out what the others release.
#[paired_alloc(family = "half")]
unsafe extern "C" {
    #[alloc]
    #[link_name = "side_widget_new"]
    fn half_new(kind: c_int) -> *mut Widget;
    #[link_name = "side_widget_new"]
    fn half_other(kind: c_int) -> *mut Widget;
    #[free]
    #[link_name = "side_widget_free"]
    fn half_free(widget: *mut Widget);
}

type Case = unsafe fn(right: bool);

const CASES: &[(&str, Case)] = &[
    ("other_family", other_family),
    ("rust_pairs", rust_pairs),
    ("out_parameter", out_parameter),
    ("twice", twice),
    ("twice_in_threads", twice_in_threads),
    ("old_pointer", old_pointer),
    ("callback", callback),
    ("offset", offset),
    ("by_hand", by_hand),
    ("wrapped", wrapped),
    ("unknown", unknown),
    ("half_marked", half_marked),
    ("leak", leak),
    ("fork", fork),
    ("unwound", unwound),
    ("owner", owner),
    ("scope", scope),
];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let name = args.get(1).map_or("", String::as_str);
    let right = args.iter().any(|arg| arg == "ok");
    match CASES.iter().find(|(known, _)| *known == name) {
        Some((_, case)) => unsafe { case(right) },
        None => std::process::exit(64),
    }
    println!("done");
}

unsafe fn other_family(right: bool) {
    unsafe {
        let mut widget = widget_new(3);
        assert_eq!(widget_kind(widget), 3);
        match right {
            true => widget_free(widget),
            false => _ = gadget_close(&mut widget),
        }
    }
}

unsafe fn rust_pairs(right: bool) {
    let left = left_new();
    unsafe {
        match right {
            true => left_free(left),
            false => right_free(left),
        }
    }
}

unsafe fn out_parameter(right: bool) {
    let mut gadget = std::ptr::null_mut();
    unsafe {
        assert_eq!(gadget_open(&mut gadget, -1), -1);
        assert_eq!(gadget_open(&mut gadget, 4), 0);
        match right {
            true => _ = gadget_close(&mut gadget),
            false => widget_free(gadget),
        }
    }
}

unsafe fn twice(right: bool) {
    unsafe {
        let widget = widget_new(1);
        widget_free(widget);
        if !right {
            widget_free(widget);
        }
    }
}

/// A pointer that another thread may have: raw pointers are not `Send`.
struct Sent(*mut Widget);

// The faulty program is the one that sends a pointer to two threads.
unsafe impl Send for Sent {}

unsafe fn twice_in_threads(right: bool) {
    let widget = unsafe { widget_new(1) };
    let threads = if right { 1 } else { 2 };
    for number in 0..threads {
        let sent = Sent(widget);
        let release = move || {
            let sent = sent;
            unsafe { widget_free(sent.0) };
        };
        let thread = thread::Builder::new().name(format!("worker-{number}"));
        let _ = thread.spawn(release).map(thread::JoinHandle::join);
    }
}

unsafe fn old_pointer(right: bool) {
    unsafe {
        let old = widget_new(1);
        let new = widget_grow(old);
        widget_free(if right { new } else { old });
    }
}

unsafe fn callback(right: bool) {
    unsafe {
        let key = key_new(12);
        side_keep(key, Some(key_free));
        if !right {
            key_free(key);
        }
        side_drop_kept();
    }
}

unsafe fn offset(right: bool) {
    unsafe {
        let widget = widget_new(1);
        let moved = if right {
            widget
        } else {
            (&raw mut (*widget).state).cast()
        };
        widget_free(moved);
    }
}

/// In a thread that has no name.
unsafe fn by_hand(right: bool) {
    let thread = thread::spawn(move || {
        let boxed = Box::into_raw(Box::new(1u8));
        memlint::track(boxed, "slot");
        memlint::release(boxed, if right { "slot" } else { "socket" });
        drop(unsafe { Box::from_raw(boxed) });
    });
    let _ = thread.join();
}

/// A release in Rust around the one in C: both are annotated, and one object is released once.
#[paired_alloc(family = "widget", role = "free")]
unsafe fn widget_close(widget: *mut Widget) {
    unsafe { widget_free(widget) }
}

/// Another family in front of the widgets.
#[paired_alloc(family = "frame", role = "alloc")]
fn frame_new() -> *mut Widget {
    unsafe { widget_new(9) }
}

#[paired_alloc(family = "frame", role = "free")]
unsafe fn frame_free(frame: *mut Widget) {
    unsafe { widget_close(frame) }
}

unsafe fn wrapped(right: bool) {
    unsafe {
        widget_close(widget_new(1));
        frame_free(frame_new());
        let frame = frame_new();
        frame_free(frame);
        if !right {
            frame_free(frame);
        }
    }
}

/// Nothing is said of a pointer that comes from out of view, nor of an address that may have been
/// handed out again there.
unsafe fn unknown(_: bool) {
    unsafe {
        widget_free(other_widget_new(1));
        for _ in 0..3 {
            widget_free(widget_new(1));
            widget_free(other_widget_new(1));
        }
    }
}

/// The first object from out of view has the address of the one that was just released.
unsafe fn half_marked(_: bool) {
    unsafe {
        half_free(half_new(1));
        half_free(half_other(1));
    }
}

unsafe fn leak(right: bool) {
    static MEANT: AtomicPtr<Widget> = AtomicPtr::new(std::ptr::null_mut());
    unsafe {
        let widget = widget_new(1);
        let meant = widget_new(2);
        memlint::forget(meant);
        MEANT.store(meant, Ordering::Relaxed);
        if right {
            widget_free(widget);
        }
    }
}

/// A fork that ends as processes do has the same live object, and is not asked for it.
unsafe fn fork(right: bool) {
    unsafe {
        let widget = widget_new(1);
        #[cfg(unix)]
        {
            let mut status = 0;
            match posix::fork() {
                0 => std::process::exit(0),
                child => posix::waitpid(child, &mut status, 0),
            };
            assert_eq!(status, 0);
        }
        if right {
            widget_free(widget);
        }
    }
}

/// An object between its allocation and its release when a panic comes.
unsafe fn unwound(right: bool) {
    let caught = std::panic::catch_unwind(|| unsafe {
        let widget = widget_new(7);
        let kind = widget_kind(widget);
        if right {
            widget_free(widget);
        }
        std::panic::resume_unwind(Box::new(kind));
    });
    assert!(caught.is_err());
}

/// A type that owns an object and forgets it when it is dropped, or does not.
struct Owner(*mut Widget, bool);

impl Drop for Owner {
    fn drop(&mut self) {
        if self.1 {
            unsafe { widget_free(self.0) }
        }
    }
}

unsafe fn owner(right: bool) {
    let owner = Owner(unsafe { widget_new(2) }, right);
    assert_eq!(unsafe { widget_kind(owner.0) }, 2);
}

#[cfg(unix)]
mod posix {
    use std::ffi::c_int;

    unsafe extern "C" {
        pub(crate) fn fork() -> c_int;
        pub(crate) fn waitpid(child: c_int, status: *mut c_int, options: c_int) -> c_int;
    }
}

unsafe fn scope(right: bool) {
    memlint::assert_balanced(|| unsafe {
        let widget = widget_new(1);
        if right {
            widget_free(widget);
        }
    });
}
