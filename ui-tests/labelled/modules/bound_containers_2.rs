//! Hand-written containers: lists, arenas, raw vectors, trees, rings, intrusive lists, own Box and Rc.
use std::alloc::{alloc, alloc_zeroed, dealloc, handle_alloc_error, realloc, Layout};
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop, MaybeUninit};
use std::ptr::{self, NonNull};

// expect: leaked_raw -- drop_in_place destroys the value, the box's memory stays behind
pub mod in_place_only {
    use super::*;
    pub fn consume(items: Vec<String>) -> usize {
        let p = Box::into_raw(Box::new(items));
        unsafe {
            let n = (*p).len();
            ptr::drop_in_place(p);
            n
        }
    }
}

// expect: clean -- destroyed in place, then deallocated with the layout of the value
pub mod in_place_and_dealloc {
    use super::*;
    pub fn consume(items: Vec<String>) -> usize {
        let p = Box::into_raw(Box::new(items));
        unsafe {
            let n = (*p).len();
            let layout = Layout::for_value(&*p);
            p.drop_in_place();
            dealloc(p.cast(), layout);
            n
        }
    }
}

// expect: aliased_owner -- ptr::read copies the owner out of a vector that still drops it
pub mod read_out {
    use super::*;
    pub fn longest(words: Vec<String>) -> String {
        let mut best = 0;
        for (i, w) in words.iter().enumerate() {
            if w.len() > words[best].len() {
                best = i;
            }
        }
        unsafe { ptr::read(&words[best]) }
    }
}

// expect: clean -- ptr::read out of a vector whose length was set to zero first
pub mod read_out_ok {
    use super::*;
    pub fn both<A, B>(pairs: Vec<(A, B)>) -> (Vec<A>, Vec<B>) {
        let mut pairs = pairs;
        let n = pairs.len();
        let (mut a, mut b) = (Vec::with_capacity(n), Vec::with_capacity(n));
        unsafe {
            pairs.set_len(0);
            for i in 0..n {
                let (x, y) = ptr::read(pairs.as_ptr().add(i));
                a.push(x);
                b.push(y);
            }
        }
        (a, b)
    }
}

// expect: clean -- an arena of chunks: the Vec of raw chunks is freed in Drop, objects never singly
pub mod arena {
    use super::*;
    use std::cell::{Cell, RefCell};
    pub struct Arena {
        chunks: RefCell<Vec<(*mut u8, Layout)>>,
        at: Cell<*mut u8>,
        end: Cell<*mut u8>,
    }
    impl Arena {
        pub fn new() -> Self {
            Arena {
                chunks: RefCell::default(),
                at: Cell::new(ptr::null_mut()),
                end: Cell::new(ptr::null_mut()),
            }
        }
        #[cold]
        fn refill(&self, need: usize) {
            let layout = Layout::from_size_align(need.max(1 << 16), 16).unwrap();
            let p = unsafe { alloc(layout) };
            if p.is_null() {
                handle_alloc_error(layout)
            }
            self.chunks.borrow_mut().push((p, layout));
            self.at.set(p);
            self.end.set(unsafe { p.add(layout.size()) });
        }
        pub fn alloc<T: Copy>(&self, value: T) -> &mut T {
            let size = (mem::size_of::<T>() + 15) & !15;
            if (self.end.get() as usize) - (self.at.get() as usize) < size {
                self.refill(size);
            }
            let p = self.at.get() as *mut T;
            self.at.set(unsafe { self.at.get().add(size) });
            unsafe {
                p.write(value);
                &mut *p
            }
        }
    }
    impl Drop for Arena {
        fn drop(&mut self) {
            for (p, layout) in self.chunks.get_mut().drain(..) {
                unsafe { dealloc(p, layout) }
            }
        }
    }
}

// expect: free_offset -- the bump pointer, not the chunk's start, is deallocated
pub mod bump {
    use super::*;
    pub struct Bump {
        pos: *mut u8,
        left: usize,
    }
    const SIZE: usize = 1 << 12;
    fn layout() -> Layout {
        Layout::from_size_align(SIZE, 8).unwrap()
    }
    pub fn sum_scratch(values: &[u64]) -> u64 {
        unsafe {
            let start = alloc(layout());
            if start.is_null() {
                handle_alloc_error(layout());
            }
            let mut bump = Bump {
                pos: start,
                left: SIZE,
            };
            let mut total = 0;
            for &v in values.iter().take(SIZE / 8) {
                let slot = bump.pos as *mut u64;
                slot.write(v);
                total += slot.read();
                bump.pos = bump.pos.add(8);
                bump.left -= 8;
            }
            bump.pos = bump.pos.add(bump.left);
            dealloc(bump.pos, layout());
            total
        }
    }
}

// expect: clean -- a header in front of the data: the release moves back to the header
pub mod thin_slice {
    use super::*;
    #[repr(C)]
    struct Header {
        len: usize,
    }
    pub struct ThinBytes {
        data: NonNull<u8>,
    }
    fn layout(len: usize) -> Layout {
        Layout::new::<Header>()
            .extend(Layout::array::<u8>(len).unwrap())
            .unwrap()
            .0
            .pad_to_align()
    }
    impl ThinBytes {
        pub fn new(bytes: &[u8]) -> ThinBytes {
            unsafe {
                let l = layout(bytes.len());
                let head = alloc(l) as *mut Header;
                if head.is_null() {
                    handle_alloc_error(l);
                }
                head.write(Header { len: bytes.len() });
                let data = head.add(1) as *mut u8;
                data.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
                ThinBytes {
                    data: NonNull::new_unchecked(data),
                }
            }
        }
        fn header(&self) -> *mut Header {
            unsafe { self.data.as_ptr().cast::<Header>().sub(1) }
        }
        pub fn as_slice(&self) -> &[u8] {
            unsafe { std::slice::from_raw_parts(self.data.as_ptr(), (*self.header()).len) }
        }
    }
    impl Drop for ThinBytes {
        fn drop(&mut self) {
            let head = self.header();
            unsafe { dealloc(head.cast(), layout((*head).len)) }
        }
    }
}

// expect: free_offset -- the header is forgotten at the release
pub mod thin_slice_data {
    use super::*;
    #[repr(C)]
    struct Header {
        cap: u32,
        used: u32,
    }
    unsafe fn make(cap: usize) -> *mut u8 {
        let layout = Layout::from_size_align(mem::size_of::<Header>() + cap, 4).unwrap();
        let head = alloc(layout) as *mut Header;
        if head.is_null() {
            handle_alloc_error(layout);
        }
        *head = Header {
            cap: cap as u32,
            used: 0,
        };
        head.add(1).cast()
    }
    pub fn checksum(bytes: &[u8]) -> u32 {
        unsafe {
            let data = make(bytes.len());
            ptr::copy_nonoverlapping(bytes.as_ptr(), data, bytes.len());
            let sum = (0..bytes.len()).map(|i| u32::from(*data.add(i))).sum();
            dealloc(
                data,
                Layout::from_size_align(mem::size_of::<Header>() + bytes.len(), 4).unwrap(),
            );
            sum
        }
    }
}

// expect: clean -- a binary tree of raw nodes, freed in post order
pub mod tree {
    use super::*;
    struct Node {
        key: i32,
        left: *mut Node,
        right: *mut Node,
    }
    pub struct Tree {
        root: *mut Node,
    }
    impl Tree {
        pub fn new() -> Tree {
            Tree {
                root: ptr::null_mut(),
            }
        }
        pub fn insert(&mut self, key: i32) -> bool {
            let mut slot = &mut self.root;
            while !slot.is_null() {
                let node = unsafe { &mut **slot };
                match key.cmp(&node.key) {
                    std::cmp::Ordering::Less => slot = &mut node.left,
                    std::cmp::Ordering::Greater => slot = &mut node.right,
                    std::cmp::Ordering::Equal => return false,
                }
            }
            *slot = Box::into_raw(Box::new(Node {
                key,
                left: ptr::null_mut(),
                right: ptr::null_mut(),
            }));
            true
        }
        unsafe fn free_subtree(node: *mut Node) {
            if node.is_null() {
                return;
            }
            Self::free_subtree((*node).left);
            Self::free_subtree((*node).right);
            drop(Box::from_raw(node));
        }
    }
    impl Drop for Tree {
        fn drop(&mut self) {
            unsafe { Self::free_subtree(self.root) }
        }
    }
}

// expect: leaked_raw -- when the key is there already, the new node is lost
pub mod tree_insert {
    use super::*;
    struct Node {
        key: i32,
        value: String,
        next: *mut Node,
    }
    pub struct Sorted {
        head: *mut Node,
    }
    impl Sorted {
        pub fn insert(&mut self, key: i32, value: String) -> bool {
            let fresh = Box::into_raw(Box::new(Node {
                key,
                value,
                next: ptr::null_mut(),
            }));
            unsafe {
                let mut link: *mut *mut Node = &mut self.head;
                while !(*link).is_null() && (**link).key <= key {
                    if (**link).key == key {
                        return false;
                    }
                    link = &mut (**link).next;
                }
                (*fresh).next = *link;
                *link = fresh;
            }
            true
        }
        pub fn first(&self) -> Option<&str> {
            unsafe { self.head.as_ref() }.map(|n| n.value.as_str())
        }
    }
    impl Drop for Sorted {
        fn drop(&mut self) {
            while !self.head.is_null() {
                let node = unsafe { Box::from_raw(self.head) };
                self.head = node.next;
            }
        }
    }
}

// expect: clean -- the ring is a leaked boxed slice of MaybeUninit, taken back by its own length
pub mod ring {
    use super::*;
    pub struct Ring<T> {
        buf: *mut MaybeUninit<T>,
        cap: usize,
        head: usize,
        len: usize,
    }
    impl<T> Ring<T> {
        pub fn new(cap: usize) -> Ring<T> {
            let mut v: Vec<MaybeUninit<T>> = Vec::new();
            v.resize_with(cap, MaybeUninit::uninit);
            let buf = Box::into_raw(v.into_boxed_slice()) as *mut MaybeUninit<T>;
            Ring {
                buf,
                cap,
                head: 0,
                len: 0,
            }
        }
        pub fn push(&mut self, v: T) -> Result<(), T> {
            if self.len == self.cap {
                return Err(v);
            }
            let at = (self.head + self.len) % self.cap;
            unsafe { (*self.buf.add(at)).write(v) };
            self.len += 1;
            Ok(())
        }
        pub fn pop(&mut self) -> Option<T> {
            if self.len == 0 {
                return None;
            }
            let v = unsafe { (*self.buf.add(self.head)).assume_init_read() };
            self.head = (self.head + 1) % self.cap;
            self.len -= 1;
            Some(v)
        }
    }
    impl<T> Drop for Ring<T> {
        fn drop(&mut self) {
            while let Some(v) = self.pop() {
                drop(v);
            }
            unsafe {
                drop(Box::from_raw(ptr::slice_from_raw_parts_mut(
                    self.buf, self.cap,
                )))
            }
        }
    }
}

// expect: mismatched_layout -- the slice of slots is taken back as a single slot
pub mod ring_single {
    use super::*;
    pub struct Slots<T> {
        buf: *mut Option<T>,
        cap: usize,
    }
    impl<T> Slots<T> {
        pub fn new(cap: usize) -> Slots<T> {
            let slots: Box<[Option<T>]> = (0..cap).map(|_| None).collect();
            Slots {
                buf: Box::into_raw(slots).cast(),
                cap,
            }
        }
        pub fn set(&mut self, i: usize, v: T) -> Option<T> {
            assert!(i < self.cap);
            unsafe { mem::replace(&mut *self.buf.add(i), Some(v)) }
        }
    }
    impl<T> Drop for Slots<T> {
        fn drop(&mut self) {
            for i in 0..self.cap {
                unsafe { *self.buf.add(i) = None };
            }
            unsafe { drop(Box::from_raw(self.buf)) }
        }
    }
}

// expect: clean -- an intrusive list: the nodes belong to their owners, the list only links
pub mod intrusive {
    use super::*;
    use std::pin::Pin;
    #[derive(Default)]
    pub struct Link {
        next: Option<NonNull<Link>>,
        _pin: std::marker::PhantomPinned,
    }
    #[derive(Default)]
    pub struct Waiters {
        head: Option<NonNull<Link>>,
    }
    impl Waiters {
        pub unsafe fn push(&mut self, link: Pin<&mut Link>) {
            let link = link.get_unchecked_mut();
            link.next = self.head;
            self.head = Some(NonNull::from(link));
        }
        pub fn clear(&mut self) -> usize {
            let mut n = 0;
            while let Some(mut l) = self.head {
                self.head = unsafe { l.as_mut().next.take() };
                n += 1;
            }
            n
        }
    }
}
