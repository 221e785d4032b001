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
