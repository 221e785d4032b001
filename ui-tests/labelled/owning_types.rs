//! Types that own raw memory: constructors, round trips, containers, trees.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_void};
use std::mem::{self, ManuallyDrop};
use std::ptr;

unsafe extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn calloc(n: usize, size: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn strdup(s: *const c_char) -> *mut c_char;
}

#[repr(C)]
pub struct Entry {
    key: *mut c_char,
    value: *mut c_char,
    next: *mut Entry,
}

// expect: clean -- owned flag decides, constructors agree with it
pub mod owned_flag_good {
    use super::*;
    pub struct View {
        text: *mut c_char,
        owned: bool,
    }
    impl View {
        pub fn owned(s: &CStr) -> View {
            View {
                text: unsafe { strdup(s.as_ptr()) },
                owned: true,
            }
        }
        pub fn borrowed(s: &'static CStr) -> View {
            View {
                text: s.as_ptr() as *mut c_char,
                owned: false,
            }
        }
    }
    impl Drop for View {
        fn drop(&mut self) {
            if self.owned {
                unsafe { free(self.text.cast()) };
            }
        }
    }
}

// expect: free_nonheap -- the borrowed constructor feeds the same Drop
pub mod borrowed_ctor_bad {
    use super::*;
    pub struct View {
        text: *mut c_char,
    }
    impl View {
        pub fn owned(s: &CStr) -> View {
            View {
                text: unsafe { strdup(s.as_ptr()) },
            }
        }
        pub fn empty() -> View {
            View {
                text: c"".as_ptr() as *mut c_char,
            }
        }
    }
    impl Drop for View {
        fn drop(&mut self) {
            unsafe { free(self.text.cast()) };
        }
    }
}

// expect: clean -- into_raw(self) with ManuallyDrop hands the field out, from_raw takes it back
pub mod raw_round_trip_good {
    use super::*;
    pub struct Handle {
        p: *mut Entry,
    }
    impl Handle {
        pub fn new() -> Handle {
            Handle {
                p: unsafe { calloc(1, mem::size_of::<Entry>()).cast() },
            }
        }
        pub fn into_raw(self) -> *mut Entry {
            ManuallyDrop::new(self).p
        }
        pub unsafe fn from_raw(p: *mut Entry) -> Handle {
            Handle { p }
        }
    }
    impl Drop for Handle {
        fn drop(&mut self) {
            unsafe { free(self.p.cast()) };
        }
    }
    pub fn reopen(h: Handle) -> Handle {
        let raw = h.into_raw();
        unsafe {
            (*raw).next = ptr::null_mut();
            Handle::from_raw(raw)
        }
    }
}

// expect: double_free -- as_raw keeps the owner, a second owner is made from it
pub mod raw_alias_bad {
    use super::*;
    pub struct Handle {
        p: *mut Entry,
    }
    impl Handle {
        pub fn new() -> Handle {
            Handle {
                p: unsafe { calloc(1, mem::size_of::<Entry>()).cast() },
            }
        }
        pub fn as_raw(&self) -> *mut Entry {
            self.p
        }
        pub unsafe fn from_raw(p: *mut Entry) -> Handle {
            Handle { p }
        }
    }
    impl Drop for Handle {
        fn drop(&mut self) {
            unsafe { free(self.p.cast()) };
        }
    }
    pub fn twice() {
        let first = Handle::new();
        let second = unsafe { Handle::from_raw(first.as_raw()) };
        drop(second);
        drop(first);
    }
}

// expect: clean -- a growable buffer over the global allocator (class realloc)
pub mod raw_vec_good {
    use super::*;
    pub struct Stack<T> {
        buf: *mut T,
        cap: usize,
        len: usize,
    }
    impl<T> Stack<T> {
        pub fn with_capacity(cap: usize) -> Stack<T> {
            assert!(cap > 0 && mem::size_of::<T>() > 0);
            let layout = Layout::array::<T>(cap).unwrap();
            let buf = unsafe { alloc(layout) as *mut T };
            if buf.is_null() {
                handle_alloc_error(layout);
            }
            Stack { buf, cap, len: 0 }
        }
        pub fn push(&mut self, v: T) -> Result<(), T> {
            if self.len == self.cap {
                return Err(v);
            }
            unsafe { self.buf.add(self.len).write(v) };
            self.len += 1;
            Ok(())
        }
        pub fn pop(&mut self) -> Option<T> {
            if self.len == 0 {
                return None;
            }
            self.len -= 1;
            Some(unsafe { ptr::read(self.buf.add(self.len)) })
        }
    }
    impl<T> Drop for Stack<T> {
        fn drop(&mut self) {
            while self.pop().is_some() {}
            unsafe { dealloc(self.buf.cast(), Layout::array::<T>(self.cap).unwrap()) };
        }
    }
}

// expect: mismatched_layout -- Drop uses len where the constructor used cap (class realloc)
pub mod raw_vec_len_bad {
    use super::*;
    pub struct Bytes {
        buf: *mut u32,
        cap: usize,
        len: usize,
    }
    impl Bytes {
        pub fn with_capacity(cap: usize) -> Bytes {
            assert!(cap > 0);
            let layout = Layout::array::<u32>(cap).unwrap();
            let buf = unsafe { alloc(layout) as *mut u32 };
            if buf.is_null() {
                handle_alloc_error(layout);
            }
            Bytes { buf, cap, len: 0 }
        }
        pub fn push(&mut self, v: u32) {
            assert!(self.len < self.cap);
            unsafe { self.buf.add(self.len).write(v) };
            self.len += 1;
        }
    }
    impl Drop for Bytes {
        fn drop(&mut self) {
            unsafe { dealloc(self.buf.cast(), Layout::array::<u32>(self.len).unwrap()) };
        }
    }
}

// expect: clean -- Option<*mut T> field taken in Drop, RefCell around the handle
pub mod option_field_good {
    use super::*;
    pub struct Session {
        user: RefCell<Option<*mut Entry>>,
    }
    impl Session {
        pub fn login(&self) {
            let new = Box::into_raw(Box::new(Entry {
                key: ptr::null_mut(),
                value: ptr::null_mut(),
                next: ptr::null_mut(),
            }));
            if let Some(old) = self.user.borrow_mut().replace(new) {
                unsafe { drop(Box::from_raw(old)) };
            }
        }
    }
    impl Drop for Session {
        fn drop(&mut self) {
            if let Some(p) = self.user.get_mut().take() {
                unsafe { drop(Box::from_raw(p)) };
            }
        }
    }
}

// expect: mismatched_layout -- opaque newtype box released as c_void in Drop
pub mod erased_drop_bad {
    use super::*;
    struct State {
        counters: [u64; 4],
    }
    pub struct Plugin {
        state: *mut c_void,
    }
    impl Plugin {
        pub fn new() -> Plugin {
            let state = Box::new(State { counters: [0; 4] });
            Plugin {
                state: Box::into_raw(state) as *mut c_void,
            }
        }
        pub fn bump(&mut self, i: usize) {
            unsafe { (*(self.state as *mut State)).counters[i] += 1 };
        }
    }
    impl Drop for Plugin {
        fn drop(&mut self) {
            unsafe { drop(Box::from_raw(self.state)) };
        }
    }
}

// expect: clean -- typed again in Drop through a private accessor
pub mod erased_drop_good {
    use super::*;
    struct State {
        counters: [u64; 4],
    }
    pub struct Plugin {
        state: *mut c_void,
    }
    impl Plugin {
        pub fn new() -> Plugin {
            let state = Box::new(State { counters: [0; 4] });
            Plugin {
                state: Box::into_raw(state) as *mut c_void,
            }
        }
        fn state(&self) -> *mut State {
            self.state.cast()
        }
        pub fn bump(&mut self, i: usize) {
            unsafe { (*self.state()).counters[i] += 1 };
        }
    }
    impl Drop for Plugin {
        fn drop(&mut self) {
            unsafe { drop(Box::from_raw(self.state())) };
        }
    }
}

// expect: leaked_alloc -- constructor fails halfway and drops the first member on the floor (class ctor)
pub mod ctor_fails_bad {
    use super::*;
    pub struct Duo {
        a: *mut c_void,
        b: *mut c_void,
    }
    impl Duo {
        pub fn new(n: usize) -> Option<Duo> {
            unsafe {
                let a = malloc(n);
                if a.is_null() {
                    return None;
                }
                let b = malloc(n);
                if b.is_null() {
                    return None;
                }
                Some(Duo { a, b })
            }
        }
    }
    impl Drop for Duo {
        fn drop(&mut self) {
            unsafe {
                free(self.a);
                free(self.b);
            }
        }
    }
}

// expect: clean -- constructor puts the first member into Self before the second can fail (class ctor)
pub mod ctor_fails_good {
    use super::*;
    pub struct Duo {
        a: *mut c_void,
        b: *mut c_void,
    }
    impl Duo {
        pub fn new(n: usize) -> Option<Duo> {
            unsafe {
                let mut duo = Duo {
                    a: malloc(n),
                    b: ptr::null_mut(),
                };
                if duo.a.is_null() {
                    return None;
                }
                duo.b = malloc(n);
                if duo.b.is_null() {
                    return None;
                }
                Some(duo)
            }
        }
    }
    impl Drop for Duo {
        fn drop(&mut self) {
            unsafe {
                free(self.a);
                free(self.b);
            }
        }
    }
}

// expect: clean -- tree node with children reclaimed recursively
pub mod tree_good {
    use super::*;
    pub struct Node {
        left: *mut Node,
        right: *mut Node,
        pub key: u32,
    }
    impl Node {
        pub fn leaf(key: u32) -> *mut Node {
            Box::into_raw(Box::new(Node {
                left: ptr::null_mut(),
                right: ptr::null_mut(),
                key,
            }))
        }
        pub unsafe fn insert(&mut self, key: u32) {
            let side = if key < self.key {
                &mut self.left
            } else {
                &mut self.right
            };
            if side.is_null() {
                *side = Node::leaf(key);
            } else {
                (**side).insert(key);
            }
        }
    }
    pub unsafe fn tree_free(n: *mut Node) {
        if n.is_null() {
            return;
        }
        let n = Box::from_raw(n);
        tree_free(n.left);
        tree_free(n.right);
    }
}

// expect: double_free -- node's own Drop reclaims the children, so does the free function
pub mod tree_twice_bad {
    use super::*;
    pub struct Node {
        left: *mut Node,
        pub key: u32,
    }
    impl Node {
        pub fn over(left: *mut Node, key: u32) -> *mut Node {
            Box::into_raw(Box::new(Node { left, key }))
        }
    }
    impl Drop for Node {
        fn drop(&mut self) {
            if !self.left.is_null() {
                unsafe { drop(Box::from_raw(self.left)) };
            }
        }
    }
    pub fn run() {
        let leaf = Node::over(ptr::null_mut(), 1);
        let root = Node::over(leaf, 2);
        unsafe {
            drop(Box::from_raw(leaf));
            drop(Box::from_raw(root));
        }
    }
}
