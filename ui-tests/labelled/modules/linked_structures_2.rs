//! C-like containers in Rust: lists, trees, intrusive queues, arenas, slabs.

// expect: clean -- an arena of chunks, each one freed with the layout it was made with
pub mod arena_chunks {
    use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};
    use std::cell::RefCell;

    pub struct Arena {
        chunks: RefCell<Vec<(*mut u8, Layout)>>,
        cursor: std::cell::Cell<(*mut u8, usize)>,
    }

    impl Arena {
        pub fn new() -> Arena {
            Arena { chunks: RefCell::default(), cursor: std::cell::Cell::new((std::ptr::null_mut(), 0)) }
        }

        fn grow(&self, at_least: usize) {
            let layout = Layout::from_size_align(at_least.max(4096), 16).expect("arena chunk");
            let p = unsafe { alloc(layout) };
            if p.is_null() {
                handle_alloc_error(layout);
            }
            self.chunks.borrow_mut().push((p, layout));
            self.cursor.set((p, layout.size()));
        }

        pub fn bytes(&self, len: usize) -> *mut u8 {
            let rounded = (len + 15) & !15;
            if self.cursor.get().1 < rounded {
                self.grow(rounded);
            }
            let (p, left) = self.cursor.get();
            self.cursor.set((unsafe { p.add(rounded) }, left - rounded));
            p
        }
    }

    impl Drop for Arena {
        fn drop(&mut self) {
            for (p, layout) in self.chunks.get_mut().drain(..) {
                unsafe { dealloc(p, layout) };
            }
        }
    }
}

// expect: free_nonheap -- an arena's object is inside a chunk: it cannot be boxed
pub mod arena_object_boxed {
    use std::mem::MaybeUninit;

    pub struct Particle {
        pub pos: [f32; 3],
        pub life: f32,
    }

    pub fn simulate(steps: u32) -> f32 {
        let mut storage: [MaybeUninit<Particle>; 4] = [const { MaybeUninit::uninit() }; 4];
        let first = storage[0].write(Particle { pos: [0.0; 3], life: 1.0 }) as *mut Particle;
        for _ in 0..steps {
            unsafe { (*first).life *= 0.9 };
        }
        let done = unsafe { Box::from_raw(first) };
        done.life + done.pos[0]
    }
}

// expect: mismatched_layout -- slots are allocated with the header, freed without it
pub mod slab_header_layout {
    use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};

    #[repr(C)]
    struct Header {
        next: *mut Header,
        used: u64,
    }

    pub struct Slab {
        page: *mut Header,
        item: Layout,
    }

    impl Slab {
        fn page_layout(item: Layout) -> Layout {
            Layout::new::<Header>().extend(item).expect("overflow").0
        }

        pub fn new(item: Layout) -> Slab {
            let layout = Self::page_layout(item);
            let page = unsafe { alloc(layout) } as *mut Header;
            if page.is_null() {
                handle_alloc_error(layout);
            }
            unsafe { page.write(Header { next: std::ptr::null_mut(), used: 0 }) };
            Slab { page, item }
        }

        pub fn used(&self) -> u64 {
            unsafe { (*self.page).used }
        }
    }

    impl Drop for Slab {
        fn drop(&mut self) {
            unsafe { dealloc(self.page.cast(), self.item) }
        }
    }
}

// expect: clean -- the same layout function on both sides
pub mod slab_same_layout {
    use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};

    #[repr(C)]
    struct Header {
        used: u64,
        spare: u64,
    }

    pub struct Slab {
        page: *mut Header,
        item: Layout,
    }

    impl Slab {
        fn page_layout(item: Layout) -> Layout {
            Layout::new::<Header>().extend(item).expect("overflow").0
        }

        pub fn new(item: Layout) -> Slab {
            let layout = Self::page_layout(item);
            let page = unsafe { alloc(layout) } as *mut Header;
            if page.is_null() {
                handle_alloc_error(layout);
            }
            unsafe { page.write(Header { used: 0, spare: 0 }) };
            Slab { page, item }
        }
    }

    impl Drop for Slab {
        fn drop(&mut self) {
            unsafe { dealloc(self.page.cast(), Self::page_layout(self.item)) }
        }
    }
}

// expect: clean -- a free list: popped nodes are reused, the rest is freed at the end
pub mod pool_free_list {
    use std::ptr;

    pub struct Block {
        next: *mut Block,
        pub data: [u8; 256],
    }

    pub struct Pool {
        free: *mut Block,
    }

    impl Pool {
        pub fn take(&mut self) -> *mut Block {
            let p = self.free;
            if p.is_null() {
                Box::into_raw(Box::new(Block { next: ptr::null_mut(), data: [0; 256] }))
            } else {
                unsafe {
                    self.free = (*p).next;
                    (*p).next = ptr::null_mut();
                }
                p
            }
        }

        pub unsafe fn give(&mut self, p: *mut Block) {
            (*p).next = self.free;
            self.free = p;
        }
    }

    impl Drop for Pool {
        fn drop(&mut self) {
            let mut cur = self.free;
            while !cur.is_null() {
                let block = unsafe { Box::from_raw(cur) };
                cur = block.next;
            }
        }
    }
}

// expect: double_free -- remove frees the node but leaves it in the list, Drop frees it again
pub mod single_entry_cache {
    use std::ptr;

    pub struct Cache {
        entry: *mut String,
    }

    impl Cache {
        pub fn set(&mut self, v: String) {
            if !self.entry.is_null() {
                unsafe { drop(Box::from_raw(self.entry)) };
            }
            self.entry = Box::into_raw(Box::new(v));
        }
    }

    impl Drop for Cache {
        fn drop(&mut self) {
            if !self.entry.is_null() {
                unsafe { drop(Box::from_raw(self.entry)) };
            }
        }
    }

    pub fn demo(text: &str) -> usize {
        let mut cache = Cache { entry: ptr::null_mut() };
        cache.set(text.to_string());
        let stolen = unsafe { Box::from_raw(cache.entry) };
        stolen.len()
    }
}

// expect: clean -- the twin clears the field when it takes the entry
pub mod single_entry_cache_taken {
    use std::ptr;

    pub struct Cache {
        entry: *mut String,
    }

    impl Cache {
        pub fn set(&mut self, v: String) {
            self.take();
            self.entry = Box::into_raw(Box::new(v));
        }

        pub fn take(&mut self) -> Option<Box<String>> {
            let p = std::mem::replace(&mut self.entry, ptr::null_mut());
            if p.is_null() {
                None
            } else {
                Some(unsafe { Box::from_raw(p) })
            }
        }
    }

    impl Drop for Cache {
        fn drop(&mut self) {
            drop(self.take());
        }
    }

    pub fn demo(text: &str) -> usize {
        let mut cache = Cache { entry: ptr::null_mut() };
        cache.set(text.to_string());
        cache.take().map_or(0, |s| s.len())
    }
}

// expect: leaked_raw -- set overwrites the entry without dropping the old one
pub mod slot_overwritten {
    pub struct Slot {
        value: *mut Vec<u8>,
    }

    impl Slot {
        pub fn with(bytes: &[u8]) -> Slot {
            Slot { value: Box::into_raw(Box::new(bytes.to_vec())) }
        }
    }

    impl Drop for Slot {
        fn drop(&mut self) {
            unsafe { drop(Box::from_raw(self.value)) }
        }
    }

    pub fn longest(parts: &[&[u8]]) -> usize {
        let mut slot = Slot::with(b"");
        for part in parts {
            if part.len() > unsafe { (&*slot.value).len() } {
                slot.value = Box::into_raw(Box::new(part.to_vec()));
            }
        }
        unsafe { (&*slot.value).len() }
    }
}

// expect: clean -- Rc nodes as raw pointers with counts kept
pub mod rc_parent_pointers {
    use std::cell::{Cell, RefCell};
    use std::ptr;
    use std::rc::Rc;

    pub struct Node {
        parent: Cell<*const Node>,
        children: RefCell<Vec<Rc<Node>>>,
    }

    impl Node {
        pub fn root() -> Rc<Node> {
            Rc::new(Node { parent: Cell::new(ptr::null()), children: RefCell::default() })
        }

        pub fn add(self: &Rc<Self>) -> Rc<Node> {
            let child = Node::root();
            child.parent.set(Rc::as_ptr(self));
            self.children.borrow_mut().push(child.clone());
            child
        }

        pub fn parent(&self) -> Option<Rc<Node>> {
            let p = self.parent.get();
            if p.is_null() {
                return None;
            }
            unsafe {
                Rc::increment_strong_count(p);
                Some(Rc::from_raw(p))
            }
        }
    }
}

// expect: aliased_owner -- the parent's Rc is made from as_ptr without a count
pub mod rc_parent_uncounted {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    pub struct Node {
        name: String,
        depth: Cell<u32>,
        children: RefCell<Vec<Rc<Node>>>,
    }

    pub fn make(name: &str) -> (Rc<Node>, u32) {
        let node = Rc::new(Node { name: name.to_string(), depth: Cell::new(0), children: RefCell::default() });
        let again = unsafe { Rc::from_raw(Rc::as_ptr(&node)) };
        again.depth.set(again.name.len() as u32 + again.children.borrow().len() as u32);
        let depth = again.depth.get();
        (node, depth)
    }
}

// expect: use_after_free -- a reference into the arena outlives it
pub mod arena_outlived {
    pub struct Arena {
        items: Vec<*mut u64>,
    }

    impl Arena {
        pub fn new() -> Arena {
            Arena { items: Vec::new() }
        }

        pub fn add(&mut self, v: u64) -> *mut u64 {
            let p = Box::into_raw(Box::new(v));
            self.items.push(p);
            p
        }
    }

    impl Drop for Arena {
        fn drop(&mut self) {
            for p in self.items.drain(..) {
                unsafe { drop(Box::from_raw(p)) };
            }
        }
    }

    pub fn sum(values: &[u64]) -> u64 {
        let last;
        {
            let mut arena = Arena::new();
            let mut p = arena.add(0);
            for &v in values {
                p = arena.add(v);
            }
            last = p;
        }
        unsafe { *last }
    }
}
