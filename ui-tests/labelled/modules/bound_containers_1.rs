//! Hand-written containers: lists, arenas, raw vectors, trees, rings, intrusive lists, own Box and Rc.
use std::alloc::{alloc, alloc_zeroed, dealloc, handle_alloc_error, realloc, Layout};
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop, MaybeUninit};
use std::ptr::{self, NonNull};

// expect: clean -- a deque of boxed nodes, Drop pops them all
pub mod deque {
    use super::*;
    struct Node<T> {
        elem: T,
        front: Option<NonNull<Node<T>>>,
        back: Option<NonNull<Node<T>>>,
    }
    pub struct Deque<T> {
        front: Option<NonNull<Node<T>>>,
        back: Option<NonNull<Node<T>>>,
        len: usize,
        _boo: PhantomData<T>,
    }
    impl<T> Deque<T> {
        pub const fn new() -> Self {
            Deque {
                front: None,
                back: None,
                len: 0,
                _boo: PhantomData,
            }
        }
        pub fn push_front(&mut self, elem: T) {
            unsafe {
                let new = NonNull::new_unchecked(Box::into_raw(Box::new(Node {
                    elem,
                    front: None,
                    back: None,
                })));
                match self.front {
                    Some(old) => {
                        (*old.as_ptr()).front = Some(new);
                        (*new.as_ptr()).back = Some(old);
                    }
                    None => self.back = Some(new),
                }
                self.front = Some(new);
                self.len += 1;
            }
        }
        pub fn pop_front(&mut self) -> Option<T> {
            self.front.map(|node| unsafe {
                let boxed = Box::from_raw(node.as_ptr());
                self.front = boxed.back;
                match self.front {
                    Some(new) => (*new.as_ptr()).front = None,
                    None => self.back = None,
                }
                self.len -= 1;
                boxed.elem
            })
        }
    }
    impl<T> Drop for Deque<T> {
        fn drop(&mut self) {
            while self.pop_front().is_some() {}
        }
    }
}

// expect: use_after_free -- next is read from the node that was just dropped
pub mod stack_drop {
    use super::*;
    struct Node<T> {
        value: T,
        next: *mut Node<T>,
    }
    pub struct Stack<T> {
        head: *mut Node<T>,
    }
    impl<T> Stack<T> {
        pub fn new() -> Self {
            Stack {
                head: ptr::null_mut(),
            }
        }
        pub fn push(&mut self, value: T) {
            self.head = Box::into_raw(Box::new(Node {
                value,
                next: self.head,
            }));
        }
        pub fn peek(&self) -> Option<&T> {
            unsafe { self.head.as_ref().map(|n| &n.value) }
        }
    }
    impl<T> Drop for Stack<T> {
        fn drop(&mut self) {
            let mut cur = self.head;
            while !cur.is_null() {
                unsafe {
                    drop(Box::from_raw(cur));
                    cur = (*cur).next;
                }
            }
        }
    }
}

// expect: clean -- the next pointer is taken before the node goes
pub mod stack_drop_ok {
    use super::*;
    struct Node<T> {
        value: T,
        next: *mut Node<T>,
    }
    pub struct Stack<T>(*mut Node<T>);
    impl<T> Stack<T> {
        pub fn push(&mut self, value: T) {
            let node = Box::new(Node {
                value,
                next: self.0,
            });
            self.0 = Box::leak(node);
        }
        pub fn into_vec(self) -> Vec<T> {
            let mut out = Vec::new();
            let mut cur = self.0;
            mem::forget(self);
            while !cur.is_null() {
                let Node { value, next } = *unsafe { Box::from_raw(cur) };
                out.push(value);
                cur = next;
            }
            out
        }
    }
    impl<T> Drop for Stack<T> {
        fn drop(&mut self) {
            let mut cur = self.0;
            while let Some(node) = NonNull::new(cur) {
                cur = unsafe { node.as_ref().next };
                drop(unsafe { Box::from_raw(node.as_ptr()) });
            }
        }
    }
}

// expect: owner_without_drop -- push boxes nodes, pop and Drop were never written
pub mod append_only {
    use super::*;
    struct Entry {
        key: u64,
        next: *mut Entry,
    }
    pub struct Log {
        tail: *mut Entry,
        sentinel: *mut Entry,
    }
    impl Log {
        pub fn new() -> Log {
            let sentinel = Box::into_raw(Box::new(Entry {
                key: 0,
                next: ptr::null_mut(),
            }));
            Log {
                tail: sentinel,
                sentinel,
            }
        }
        pub fn first(&self) -> Option<u64> {
            unsafe { (*self.sentinel).next.as_ref().map(|e| e.key) }
        }
        pub fn last(&self) -> u64 {
            unsafe { (*self.tail).key }
        }
    }
}

// expect: clean -- RawVec as the book writes it
pub mod raw_vec {
    use super::*;
    pub struct MyVec<T> {
        ptr: NonNull<T>,
        cap: usize,
        len: usize,
    }
    impl<T> MyVec<T> {
        pub fn new() -> Self {
            assert!(mem::size_of::<T>() != 0, "We're not ready to handle ZSTs");
            MyVec {
                ptr: NonNull::dangling(),
                len: 0,
                cap: 0,
            }
        }
        fn grow(&mut self) {
            let (new_cap, new_layout) = if self.cap == 0 {
                (1, Layout::array::<T>(1).unwrap())
            } else {
                let new_cap = 2 * self.cap;
                (new_cap, Layout::array::<T>(new_cap).unwrap())
            };
            assert!(
                new_layout.size() <= isize::MAX as usize,
                "Allocation too large"
            );
            let new_ptr = if self.cap == 0 {
                unsafe { alloc(new_layout) }
            } else {
                let old_layout = Layout::array::<T>(self.cap).unwrap();
                let old_ptr = self.ptr.as_ptr() as *mut u8;
                unsafe { realloc(old_ptr, old_layout, new_layout.size()) }
            };
            self.ptr = match NonNull::new(new_ptr as *mut T) {
                Some(p) => p,
                None => handle_alloc_error(new_layout),
            };
            self.cap = new_cap;
        }
        pub fn push(&mut self, elem: T) {
            if self.len == self.cap {
                self.grow();
            }
            unsafe { ptr::write(self.ptr.as_ptr().add(self.len), elem) };
            self.len += 1;
        }
        pub fn pop(&mut self) -> Option<T> {
            if self.len == 0 {
                None
            } else {
                self.len -= 1;
                unsafe { Some(ptr::read(self.ptr.as_ptr().add(self.len))) }
            }
        }
    }
    impl<T> Drop for MyVec<T> {
        fn drop(&mut self) {
            if self.cap != 0 {
                while self.pop().is_some() {}
                let layout = Layout::array::<T>(self.cap).unwrap();
                unsafe { dealloc(self.ptr.as_ptr() as *mut u8, layout) }
            }
        }
    }
}

// expect: mismatched_layout -- Drop deallocates by the length, the block was made for the capacity
pub mod raw_vec_len {
    use super::*;
    pub struct FixedVec<T> {
        ptr: *mut T,
        cap: usize,
        len: usize,
    }
    impl<T: Copy> FixedVec<T> {
        pub fn with_capacity(cap: usize) -> Self {
            assert!(cap > 0 && mem::size_of::<T>() > 0);
            let layout = Layout::array::<T>(cap).unwrap();
            let ptr = unsafe { alloc(layout) as *mut T };
            if ptr.is_null() {
                handle_alloc_error(layout);
            }
            FixedVec { ptr, cap, len: 0 }
        }
        pub fn push(&mut self, v: T) -> bool {
            if self.len == self.cap {
                return false;
            }
            unsafe { self.ptr.add(self.len).write(v) };
            self.len += 1;
            true
        }
    }
    impl<T> Drop for FixedVec<T> {
        fn drop(&mut self) {
            unsafe { dealloc(self.ptr.cast(), Layout::array::<T>(self.len).unwrap()) }
        }
    }
}

// expect: clean -- an over-aligned buffer, both sides ask the same helper for the layout
pub mod aligned_buf {
    use super::*;
    pub struct AlignedBuf {
        data: NonNull<u8>,
        len: usize,
    }
    impl AlignedBuf {
        const ALIGN: usize = 4096;
        fn layout(len: usize) -> Layout {
            Layout::from_size_align(len.max(1), Self::ALIGN).expect("layout")
        }
        pub fn zeroed(len: usize) -> AlignedBuf {
            let layout = Self::layout(len);
            let data = NonNull::new(unsafe { alloc_zeroed(layout) })
                .unwrap_or_else(|| handle_alloc_error(layout));
            AlignedBuf { data, len }
        }
    }
    impl std::ops::DerefMut for AlignedBuf {
        fn deref_mut(&mut self) -> &mut [u8] {
            unsafe { std::slice::from_raw_parts_mut(self.data.as_ptr(), self.len) }
        }
    }
    impl std::ops::Deref for AlignedBuf {
        type Target = [u8];
        fn deref(&self) -> &[u8] {
            unsafe { std::slice::from_raw_parts(self.data.as_ptr(), self.len) }
        }
    }
    impl Drop for AlignedBuf {
        fn drop(&mut self) {
            unsafe { dealloc(self.data.as_ptr(), Self::layout(self.len)) }
        }
    }
}

// expect: mismatched_layout -- page-aligned bytes become a Vec<u8>, which will release them with alignment 1
pub mod aligned_vec {
    use super::*;
    pub fn page_buffer(pages: usize) -> Vec<u8> {
        let size = pages.checked_mul(4096).filter(|s| *s != 0).expect("pages");
        let layout = Layout::from_size_align(size, 4096).unwrap();
        unsafe {
            let p = alloc_zeroed(layout);
            if p.is_null() {
                handle_alloc_error(layout);
            }
            Vec::from_raw_parts(p, size, size)
        }
    }
}

// expect: clean -- the aligned memory comes from a Vec of aligned blocks and is only viewed as bytes
pub mod aligned_blocks {
    #[repr(C, align(64))]
    #[derive(Clone, Copy)]
    struct Line([u8; 64]);
    pub struct Lines {
        blocks: Vec<Line>,
        len: usize,
    }
    impl Lines {
        pub fn new(len: usize) -> Lines {
            Lines {
                blocks: vec![Line([0; 64]); len.div_ceil(64)],
                len,
            }
        }
        pub fn bytes(&mut self) -> &mut [u8] {
            unsafe { std::slice::from_raw_parts_mut(self.blocks.as_mut_ptr().cast(), self.len) }
        }
    }
}

// expect: clean -- a reference count of its own in front of the value
pub mod my_arc {
    use super::*;
    use std::sync::atomic::{fence, AtomicUsize, Ordering};
    struct Inner<T> {
        rc: AtomicUsize,
        data: T,
    }
    pub struct MyArc<T> {
        ptr: NonNull<Inner<T>>,
        phantom: PhantomData<Inner<T>>,
    }
    impl<T> MyArc<T> {
        pub fn new(data: T) -> MyArc<T> {
            let boxed = Box::new(Inner {
                rc: AtomicUsize::new(1),
                data,
            });
            MyArc {
                ptr: NonNull::new(Box::into_raw(boxed)).unwrap(),
                phantom: PhantomData,
            }
        }
    }
    impl<T> std::ops::Deref for MyArc<T> {
        type Target = T;
        fn deref(&self) -> &T {
            unsafe { &self.ptr.as_ref().data }
        }
    }
    impl<T> Clone for MyArc<T> {
        fn clone(&self) -> MyArc<T> {
            let inner = unsafe { self.ptr.as_ref() };
            if inner.rc.fetch_add(1, Ordering::Relaxed) > isize::MAX as usize {
                std::process::abort();
            }
            Self {
                ptr: self.ptr,
                phantom: PhantomData,
            }
        }
    }
    impl<T> Drop for MyArc<T> {
        fn drop(&mut self) {
            let inner = unsafe { self.ptr.as_ref() };
            if inner.rc.fetch_sub(1, Ordering::Release) != 1 {
                return;
            }
            fence(Ordering::Acquire);
            unsafe { drop(Box::from_raw(self.ptr.as_ptr())) };
        }
    }
}

// expect: double_free -- a box-like type whose Clone copies the pointer
pub mod my_box {
    use super::*;
    pub struct MyBox<T: ?Sized> {
        ptr: NonNull<T>,
    }
    impl<T> MyBox<T> {
        pub fn new(value: T) -> Self {
            MyBox {
                ptr: NonNull::from(Box::leak(Box::new(value))),
            }
        }
    }
    impl<T: ?Sized> Clone for MyBox<T> {
        fn clone(&self) -> Self {
            let MyBox { ptr } = *self;
            MyBox { ptr }
        }
    }
    impl<T: ?Sized> AsRef<T> for MyBox<T> {
        fn as_ref(&self) -> &T {
            unsafe { self.ptr.as_ref() }
        }
    }
    impl<T: ?Sized> Drop for MyBox<T> {
        fn drop(&mut self) {
            drop(unsafe { Box::from_raw(self.ptr.as_ptr()) });
        }
    }
}

// expect: clean -- Clone of the content, into_inner by reading out of a forgotten box
pub mod my_box_ok {
    use super::*;
    pub struct Own<T> {
        ptr: *mut T,
    }
    impl<T> Own<T> {
        pub fn new(value: T) -> Self {
            Own {
                ptr: Box::into_raw(Box::new(value)),
            }
        }
        pub fn into_inner(self) -> T {
            let this = ManuallyDrop::new(self);
            unsafe { *Box::from_raw(this.ptr) }
        }
        pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Own<U> {
            Own::new(f(self.into_inner()))
        }
    }
    impl<T: Clone> Clone for Own<T> {
        fn clone(&self) -> Self {
            Own::new(unsafe { (*self.ptr).clone() })
        }
    }
    impl<T> Drop for Own<T> {
        fn drop(&mut self) {
            unsafe { drop(Box::from_raw(self.ptr)) }
        }
    }
}
