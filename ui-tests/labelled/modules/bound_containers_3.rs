//! Hand-written containers: lists, arenas, raw vectors, trees, rings, intrusive lists, own Box and Rc.
use std::alloc::{alloc, alloc_zeroed, dealloc, handle_alloc_error, realloc, Layout};
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop, MaybeUninit};
use std::ptr::{self, NonNull};

// expect: clean -- a lock-free stack: the node is leaked into an AtomicPtr and taken back in pop and Drop
pub mod treiber {
    use super::*;
    use std::sync::atomic::{AtomicPtr, Ordering};
    struct Node<T> {
        data: ManuallyDrop<T>,
        next: *mut Node<T>,
    }
    pub struct Treiber<T> {
        head: AtomicPtr<Node<T>>,
    }
    impl<T> Treiber<T> {
        pub fn new() -> Self {
            Treiber {
                head: AtomicPtr::default(),
            }
        }
        pub fn push(&self, t: T) {
            let n = Box::into_raw(Box::new(Node {
                data: ManuallyDrop::new(t),
                next: ptr::null_mut(),
            }));
            loop {
                let head = self.head.load(Ordering::Relaxed);
                unsafe { (*n).next = head };
                if self
                    .head
                    .compare_exchange(head, n, Ordering::Release, Ordering::Relaxed)
                    .is_ok()
                {
                    break;
                }
            }
        }
        pub fn pop_mut(&mut self) -> Option<T> {
            let head = *self.head.get_mut();
            if head.is_null() {
                return None;
            }
            let node = *unsafe { Box::from_raw(head) };
            *self.head.get_mut() = node.next;
            Some(ManuallyDrop::into_inner(node.data))
        }
    }
    impl<T> Drop for Treiber<T> {
        fn drop(&mut self) {
            while self.pop_mut().is_some() {}
        }
    }
}

// expect: leaked_raw -- get_or_init that loses the race never frees its own candidate
pub mod lazy_race {
    use super::*;
    use std::sync::atomic::{AtomicPtr, Ordering};
    pub struct Lazy<T> {
        cell: AtomicPtr<T>,
    }
    impl<T> Lazy<T> {
        pub fn get_or_init(&self, f: impl FnOnce() -> T) -> &T {
            let cur = self.cell.load(Ordering::Acquire);
            if !cur.is_null() {
                return unsafe { &*cur };
            }
            let fresh = Box::into_raw(Box::new(f()));
            match self.cell.compare_exchange(
                ptr::null_mut(),
                fresh,
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => unsafe { &*fresh },
                Err(winner) => unsafe { &*winner },
            }
        }
    }
    impl<T> Drop for Lazy<T> {
        fn drop(&mut self) {
            let p = *self.cell.get_mut();
            if !p.is_null() {
                drop(unsafe { Box::from_raw(p) });
            }
        }
    }
}

// expect: clean -- the loser's candidate goes back to its box
pub mod lazy_race_ok {
    use super::*;
    use std::sync::atomic::{AtomicPtr, Ordering};
    pub struct OnceBox<T> {
        cell: AtomicPtr<T>,
    }
    impl<T> OnceBox<T> {
        pub const fn new() -> Self {
            OnceBox {
                cell: AtomicPtr::new(ptr::null_mut()),
            }
        }
        pub fn get_or_init(&self, f: impl FnOnce() -> Box<T>) -> &T {
            let mut cur = self.cell.load(Ordering::Acquire);
            if cur.is_null() {
                cur = Box::into_raw(f());
                if let Err(old) = self.cell.compare_exchange(
                    ptr::null_mut(),
                    cur,
                    Ordering::AcqRel,
                    Ordering::Acquire,
                ) {
                    drop(unsafe { Box::from_raw(cur) });
                    cur = old;
                }
            }
            unsafe { &*cur }
        }
    }
    impl<T> Drop for OnceBox<T> {
        fn drop(&mut self) {
            let p = mem::replace(self.cell.get_mut(), ptr::null_mut());
            if !p.is_null() {
                let _ = unsafe { Box::from_raw(p) };
            }
        }
    }
}

// expect: double_free -- split_off duplicates the tail and leaves the old length in place
pub mod split_tail {
    use super::*;
    pub fn split_tail(v: &mut Vec<Box<u32>>, at: usize) -> u32 {
        let n = v.len() - at;
        let mut tail: Vec<Box<u32>> = Vec::with_capacity(n);
        unsafe {
            ptr::copy_nonoverlapping(v.as_ptr().add(at), tail.as_mut_ptr(), n);
            tail.set_len(n);
        }
        tail.iter().map(|b| **b).sum()
    }
}

// expect: clean -- the source's length is cut before the copy owns the elements
pub mod split_tail_ok {
    use super::*;
    pub fn split_tail<T>(v: &mut Vec<T>, at: usize) -> Vec<T> {
        assert!(at <= v.len());
        let n = v.len() - at;
        let mut tail = Vec::with_capacity(n);
        unsafe {
            v.set_len(at);
            ptr::copy_nonoverlapping(v.as_ptr().add(at), tail.as_mut_ptr(), n);
            tail.set_len(n);
        }
        tail
    }
}

// expect: zero_sized_alloc -- nothing keeps an empty vector of keys away from alloc
pub mod key_block {
    use super::*;
    pub struct Keys {
        ptr: *mut u32,
        layout: Layout,
    }
    impl Keys {
        pub fn copy_of(keys: &[u32]) -> Keys {
            let layout = Layout::array::<u32>(keys.len()).unwrap();
            unsafe {
                let ptr = alloc(layout) as *mut u32;
                if ptr.is_null() {
                    handle_alloc_error(layout);
                }
                ptr::copy_nonoverlapping(keys.as_ptr(), ptr, keys.len());
                Keys { ptr, layout }
            }
        }
    }
    impl Drop for Keys {
        fn drop(&mut self) {
            unsafe { dealloc(self.ptr.cast(), self.layout) }
        }
    }
}

// expect: unchecked_alloc -- the slab is written through without a look at alloc's result
pub mod slab {
    use super::*;
    pub struct Slab {
        base: *mut u64,
    }
    const LAYOUT: Layout = Layout::new::<[u64; 128]>();
    impl Slab {
        pub fn new(fill: u64) -> Slab {
            unsafe {
                let base = alloc(LAYOUT) as *mut u64;
                for i in 0..128 {
                    base.add(i).write(fill);
                }
                Slab { base }
            }
        }
    }
    impl Drop for Slab {
        fn drop(&mut self) {
            unsafe { dealloc(self.base.cast(), LAYOUT) }
        }
    }
}
