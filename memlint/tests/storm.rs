//! Many threads at once: objects are made here and released there, and nothing is said.
#![allow(unsafe_code)]

use memlint::paired_alloc;
use std::sync::mpsc;
use std::thread;

memlint::install!();

const THREADS: usize = 8;
const ROUNDS: usize = 4000;

struct Object {
    _text: String,
}

#[paired_alloc(family = "object", role = "alloc")]
fn object_new(text: &str) -> *mut Object {
    Box::into_raw(Box::new(Object {
        _text: text.repeat(3),
    }))
}

#[paired_alloc(family = "object", role = "free")]
unsafe fn object_free(object: *mut Object) {
    drop(unsafe { Box::from_raw(object) });
}

#[paired_alloc(family = "copy", role = "alloc")]
unsafe fn object_copy(object: *const Object) -> Box<Object> {
    let text = unsafe { &*object }._text.clone();
    Box::new(Object { _text: text })
}

#[paired_alloc(family = "copy", role = "free")]
fn copy_free(copy: Box<Object>) {
    drop(copy);
}

struct Sent(*mut Object);

// SAFETY: each object is handed to one thread.
unsafe impl Send for Sent {}

#[test]
fn objects_travel_between_threads() {
    let (senders, receivers): (Vec<_>, Vec<_>) =
        (0..THREADS).map(|_| mpsc::channel::<Sent>()).unzip();
    thread::scope(|scope| {
        for (number, receiver) in receivers.into_iter().enumerate() {
            let senders = senders.clone();
            scope.spawn(move || {
                let balance = memlint::Scope::new("a thread");
                for round in 0..ROUNDS {
                    let object = object_new("text");
                    copy_free(unsafe { object_copy(object) });
                    let to = (number + round) % THREADS;
                    senders[to].send(Sent(object)).expect("all threads run");
                    if let Ok(sent) = receiver.try_recv() {
                        unsafe { object_free(sent.0) };
                    }
                }
                drop(senders);
                for sent in receiver {
                    unsafe { object_free(sent.0) };
                }
                // Others may still hold what was made here; their scopes do not answer for it.
                while balance.live() > 0 {
                    thread::yield_now();
                }
                balance.end();
            });
        }
        drop(senders);
    });
}

#[test]
fn every_alignment_and_growth() {
    use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, realloc};
    for shift in 0..14 {
        let align = 1usize << shift;
        for size in [1, 7, 16, 255, 4097, 1 << 17] {
            let layout = Layout::from_size_align(size, align).expect("a layout");
            let larger = Layout::from_size_align(size * 2 + 1, align).expect("a layout");
            // SAFETY: no layout is empty, and each block is given back with its own.
            unsafe {
                let block = alloc_zeroed(layout);
                assert_eq!(block.addr() & (align - 1), 0);
                assert_eq!((*block, *block.add(size - 1)), (0, 0));
                block.write_bytes(7, size);
                let block = realloc(block, layout, larger.size());
                assert_eq!(block.addr() & (align - 1), 0);
                assert_eq!((*block, *block.add(size - 1)), (7, 7));
                let other = alloc(layout);
                dealloc(block, larger);
                dealloc(other, layout);
            }
        }
    }
    let huge = Layout::from_size_align(isize::MAX as usize - 15, 16).expect("a layout");
    // SAFETY: the layout is not empty; there is not so much memory.
    assert!(std::hint::black_box(unsafe { alloc(huge) }).is_null());
}

/// A fork has one thread. What the others held when it came must not stay held.
#[test]
#[cfg(unix)]
fn a_fork_goes_on_by_itself() {
    use std::ffi::{c_int, c_uint};
    use std::sync::atomic::{AtomicBool, Ordering};
    unsafe extern "C" {
        fn fork() -> c_int;
        fn waitpid(child: c_int, status: *mut c_int, options: c_int) -> c_int;
        fn alarm(seconds: c_uint) -> c_uint;
        fn _exit(status: c_int) -> !;
    }
    static NEIGHBOURS: [u64; 8] = [0; 8];
    static STOP: AtomicBool = AtomicBool::new(false);
    let follow = |place: &'static u64| {
        memlint::track(place, "neighbour");
        memlint::release(place, "neighbour");
    };
    let threads: Vec<_> = NEIGHBOURS[..2]
        .iter()
        .map(|place| {
            thread::spawn(move || {
                while !STOP.load(Ordering::Relaxed) {
                    follow(place);
                }
            })
        })
        .collect();
    for _ in 0..100 {
        let mut status = 0;
        // SAFETY: the child follows a place of its own and ends; it is ended if it cannot.
        unsafe {
            match fork() {
                0 => {
                    alarm(20);
                    (0..50).for_each(|_| follow(&NEIGHBOURS[7]));
                    _exit(0)
                }
                child => waitpid(child, &mut status, 0),
            };
        }
        assert_eq!(status, 0, "the child ended by itself");
    }
    STOP.store(true, Ordering::Relaxed);
    for thread in threads {
        thread.join().expect("it only follows");
    }
}
