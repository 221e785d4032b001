//! C-like containers in Rust: lists, trees, intrusive queues, arenas, slabs.

// expect: clean -- a stack of boxes as raw pointers, emptied by Drop
pub mod stack_drained {
    use std::ptr;

    struct Node<T> {
        value: T,
        next: *mut Node<T>,
    }

    pub struct Stack<T> {
        head: *mut Node<T>,
        len: usize,
    }

    impl<T> Stack<T> {
        pub fn new() -> Self {
            Stack { head: ptr::null_mut(), len: 0 }
        }

        pub fn push(&mut self, value: T) {
            let node = Box::into_raw(Box::new(Node { value, next: self.head }));
            self.head = node;
            self.len += 1;
        }

        pub fn pop(&mut self) -> Option<T> {
            if self.head.is_null() {
                return None;
            }
            let node = unsafe { Box::from_raw(self.head) };
            self.head = node.next;
            self.len -= 1;
            Some(node.value)
        }
    }

    impl<T> Drop for Stack<T> {
        fn drop(&mut self) {
            while self.pop().is_some() {}
        }
    }
}

// expect: owner_without_drop -- nodes are only ever pushed
pub mod stack_never_freed {
    use std::ptr;

    struct Node {
        value: u64,
        next: *mut Node,
    }

    pub struct History {
        head: *mut Node,
    }

    impl History {
        pub fn new(first: u64) -> Self {
            let node = Box::new(Node { value: first, next: ptr::null_mut() });
            History { head: Box::into_raw(node) }
        }

        pub fn push(&mut self, value: u64) {
            self.head = Box::into_raw(Box::new(Node { value, next: self.head }));
        }

        pub fn latest(&self) -> u64 {
            unsafe { (*self.head).value }
        }

        pub fn contains(&self, wanted: u64) -> bool {
            let mut cur = self.head;
            while !cur.is_null() {
                unsafe {
                    if (*cur).value == wanted {
                        return true;
                    }
                    cur = (*cur).next;
                }
            }
            false
        }
    }
}

// expect: use_after_free -- next is read from the node that was just dropped
pub mod list_drop_reads_freed {
    use std::ptr::NonNull;

    struct Node<T> {
        next: Option<NonNull<Node<T>>>,
        value: T,
    }

    pub struct List<T> {
        head: Option<NonNull<Node<T>>>,
    }

    impl<T> List<T> {
        pub fn push_front(&mut self, value: T) {
            let node = Box::new(Node { next: self.head, value });
            self.head = Some(NonNull::from(Box::leak(node)));
        }

        pub fn front(&self) -> Option<&T> {
            self.head.map(|n| unsafe { &(*n.as_ptr()).value })
        }
    }

    impl<T> Drop for List<T> {
        fn drop(&mut self) {
            let mut cur = self.head;
            while let Some(node) = cur {
                unsafe {
                    drop(Box::from_raw(node.as_ptr()));
                    cur = (*node.as_ptr()).next;
                }
            }
        }
    }
}

// expect: clean -- doubly linked with NonNull, unlink reclaims the box
pub mod deque_unlink {
    use std::ptr::NonNull;

    struct Node<T> {
        prev: Option<NonNull<Node<T>>>,
        next: Option<NonNull<Node<T>>>,
        value: T,
    }

    pub struct Deque<T> {
        front: Option<NonNull<Node<T>>>,
        back: Option<NonNull<Node<T>>>,
    }

    impl<T> Deque<T> {
        pub fn push_back(&mut self, value: T) {
            let node = Box::new(Node { prev: self.back, next: None, value });
            let node = unsafe { NonNull::new_unchecked(Box::into_raw(node)) };
            match self.back {
                Some(back) => unsafe { (*back.as_ptr()).next = Some(node) },
                None => self.front = Some(node),
            }
            self.back = Some(node);
        }

        pub fn pop_front(&mut self) -> Option<T> {
            self.front.map(|front| unsafe {
                let node = Box::from_raw(front.as_ptr());
                self.front = node.next;
                match self.front {
                    Some(next) => (*next.as_ptr()).prev = None,
                    None => self.back = None,
                }
                node.value
            })
        }
    }

    impl<T> Drop for Deque<T> {
        fn drop(&mut self) {
            while let Some(v) = self.pop_front() {
                drop(v);
            }
        }
    }
}

// expect: leaked_raw -- the unlinked node's value is copied out and the node is lost
pub mod unlink_loses_node {
    use std::ptr;

    pub struct Node {
        pub key: u32,
        pub next: *mut Node,
    }

    pub unsafe fn build_and_remove(keys: &[u32], key: u32) -> *mut Node {
        let mut head: *mut Node = ptr::null_mut();
        for &k in keys {
            let node = Box::into_raw(Box::new(Node { key: k, next: head }));
            if k == key {
                continue;
            }
            head = node;
        }
        head
    }
}

// expect: double_free -- two nodes of a ring are each freed, then the first one again
pub mod ring_freed_to_start {
    pub struct Link {
        pub value: i32,
        pub next: *mut Link,
    }

    pub unsafe fn pair_sum(a: i32, b: i32) -> i32 {
        let first = Box::into_raw(Box::new(Link { value: a, next: std::ptr::null_mut() }));
        let second = Box::into_raw(Box::new(Link { value: b, next: first }));
        (*first).next = second;
        let sum = (*first).value + (*second).value;
        drop(Box::from_raw(first));
        drop(Box::from_raw(second));
        drop(Box::from_raw(first));
        sum
    }
}

// expect: clean -- a binary tree freed recursively
pub mod tree_recursive_free {
    use std::cmp::Ordering;
    use std::ptr::null_mut;

    struct Node<K, V> {
        key: K,
        value: V,
        left: *mut Node<K, V>,
        right: *mut Node<K, V>,
    }

    pub struct Tree<K: Ord, V> {
        root: *mut Node<K, V>,
    }

    unsafe fn free_all<K, V>(node: *mut Node<K, V>) {
        if node.is_null() {
            return;
        }
        free_all((*node).left);
        free_all((*node).right);
        drop(Box::from_raw(node));
    }

    impl<K: Ord, V> Tree<K, V> {
        pub fn new() -> Self {
            Tree { root: null_mut() }
        }

        pub fn insert(&mut self, key: K, value: V) -> Option<V> {
            let mut slot: *mut *mut Node<K, V> = &mut self.root;
            unsafe {
                while !(*slot).is_null() {
                    let node = *slot;
                    match key.cmp(&(*node).key) {
                        Ordering::Less => slot = &mut (*node).left,
                        Ordering::Greater => slot = &mut (*node).right,
                        Ordering::Equal => return Some(std::mem::replace(&mut (*node).value, value)),
                    }
                }
                *slot = Box::into_raw(Box::new(Node { key, value, left: null_mut(), right: null_mut() }));
            }
            None
        }
    }

    impl<K: Ord, V> Drop for Tree<K, V> {
        fn drop(&mut self) {
            unsafe { free_all(self.root) }
        }
    }
}

// expect: leaked_raw -- an existing key returns without the new node
pub mod tree_duplicate_key {
    use std::ptr::null_mut;

    pub struct Node {
        key: u64,
        left: *mut Node,
        right: *mut Node,
    }

    pub struct Set {
        root: *mut Node,
    }

    impl Set {
        pub fn insert(&mut self, key: u64) -> bool {
            let node = Box::into_raw(Box::new(Node { key, left: null_mut(), right: null_mut() }));
            let mut slot: *mut *mut Node = &mut self.root;
            unsafe {
                while !(*slot).is_null() {
                    let cur = *slot;
                    if (*cur).key == key {
                        return false;
                    }
                    slot = if key < (*cur).key { &mut (*cur).left } else { &mut (*cur).right };
                }
                *slot = node;
            }
            true
        }

        unsafe fn free(node: *mut Node) {
            if !node.is_null() {
                Self::free((*node).left);
                Self::free((*node).right);
                drop(Box::from_raw(node));
            }
        }
    }

    impl Drop for Set {
        fn drop(&mut self) {
            unsafe { Self::free(self.root) }
        }
    }
}

// expect: clean -- an intrusive queue never owns its entries
pub mod intrusive_queue {
    use std::cell::Cell;
    use std::marker::PhantomPinned;
    use std::pin::Pin;
    use std::ptr;

    pub struct Waiter {
        next: Cell<*const Waiter>,
        ready: Cell<bool>,
        _pin: PhantomPinned,
    }

    pub struct WaitQueue {
        head: Cell<*const Waiter>,
    }

    impl WaitQueue {
        pub fn enqueue(&self, w: Pin<&Waiter>) {
            let w = w.get_ref();
            w.next.set(self.head.get());
            self.head.set(w);
        }

        pub unsafe fn wake_all(&self) {
            let mut cur = self.head.replace(ptr::null());
            while !cur.is_null() {
                let w = &*cur;
                cur = w.next.replace(ptr::null());
                w.ready.set(true);
            }
        }
    }
}

// expect: free_nonheap -- an intrusive link is embedded in the caller's value, not boxed
pub mod intrusive_boxed_by_mistake {
    use std::ptr;

    pub struct Entry {
        pub id: u32,
        pub link: *mut Entry,
    }

    pub fn run(ids: [u32; 2]) -> u32 {
        let mut a = Entry { id: ids[0], link: ptr::null_mut() };
        let mut b = Entry { id: ids[1], link: &mut a };
        let mut cur: *mut Entry = &mut b;
        let mut sum = 0;
        unsafe {
            sum += (*cur).id;
            let next = (*cur).link;
            drop(Box::from_raw(cur));
            cur = next;
            sum += (*cur).id;
        }
        sum
    }
}
