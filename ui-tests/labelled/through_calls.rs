//! Flow variants of Juliet's CWE-762 and CWE-415 in Rust: through calls, collections and types.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::{self, NonNull};

unsafe extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn calloc(n: usize, size: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn strdup(s: *const c_char) -> *mut c_char;
    fn strlen(s: *const c_char) -> usize;
    fn memset(p: *mut c_void, c: i32, n: usize) -> *mut c_void;
    fn rand() -> i32;
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Point {
    x: i32,
    y: i32,
}

fn coin() -> bool {
    unsafe { rand() % 2 == 1 }
}

// expect: mismatched_dealloc -- four steps down (762 new_free 54)
pub mod v54_chain_bad {
    use super::*;
    unsafe fn e_sink(data: *mut Point) {
        free(data as *mut c_void);
    }
    unsafe fn d_sink(data: *mut Point) {
        e_sink(data)
    }
    unsafe fn c_sink(data: *mut Point) {
        if !data.is_null() {
            d_sink(data);
        }
    }
    unsafe fn b_sink(data: *mut Point) {
        (*data).x += 1;
        c_sink(data);
    }
    pub unsafe fn run() {
        b_sink(Box::into_raw(Box::default()));
    }
}

// expect: clean -- four steps down (762 new_free 54)
pub mod v54_chain_good {
    use super::*;
    unsafe fn e_sink(data: *mut Point) -> Box<Point> {
        Box::from_raw(data)
    }
    unsafe fn d_sink(data: *mut Point) -> Box<Point> {
        e_sink(data)
    }
    unsafe fn c_sink(data: *mut Point) -> Option<Box<Point>> {
        if data.is_null() {
            return None;
        }
        Some(d_sink(data))
    }
    pub unsafe fn run() -> i32 {
        c_sink(Box::into_raw(Box::default())).map_or(0, |p| p.x)
    }
}

// expect: double_free -- pointer to pointer, not cleared (415 63)
pub mod v63_pointer_to_pointer_bad {
    use super::*;
    unsafe fn destroy(slot: *mut *mut Point) {
        drop(Box::from_raw(*slot));
    }
    pub unsafe fn run() {
        let mut p = Box::into_raw(Box::new(Point::default()));
        destroy(&mut p);
        destroy(&mut p);
    }
}

// expect: clean -- pointer to pointer, cleared and checked (415 63)
pub mod v63_pointer_to_pointer_good {
    use super::*;
    unsafe fn destroy(slot: *mut *mut Point) {
        if slot.is_null() || (*slot).is_null() {
            return;
        }
        drop(Box::from_raw(*slot));
        *slot = ptr::null_mut();
    }
    pub unsafe fn run() {
        let mut p = Box::into_raw(Box::new(Point::default()));
        destroy(&mut p);
        destroy(&mut p);
    }
}

// expect: double_free -- through a table of function pointers (415 65)
pub mod v65_table_bad {
    use super::*;
    pub struct Ops {
        pub make: unsafe extern "C" fn(usize) -> *mut c_void,
        pub destroy: unsafe extern "C" fn(*mut c_void),
    }
    const OPS: Ops = Ops {
        make: malloc,
        destroy: free,
    };
    pub unsafe fn run() {
        let p = (OPS.make)(10);
        if p.is_null() {
            return;
        }
        (OPS.destroy)(p);
        free(p);
    }
}

// expect: clean -- through a table of function pointers (415 65)
pub mod v65_table_good {
    use super::*;
    pub struct Ops {
        pub make: unsafe extern "C" fn(usize) -> *mut c_void,
        pub destroy: unsafe extern "C" fn(*mut c_void),
    }
    const OPS: Ops = Ops {
        make: malloc,
        destroy: free,
    };
    pub unsafe fn run() {
        let p = (OPS.make)(10);
        if !p.is_null() {
            memset(p, 0, 10);
            (OPS.destroy)(p);
        }
    }
}

// expect: mismatched_dealloc -- inside a map by key (762 74)
pub mod v74_map_bad {
    use super::*;
    unsafe fn sink(all: BTreeMap<i32, *mut Point>) {
        if let Some(&p) = all.get(&2) {
            free(p.cast());
        }
    }
    pub unsafe fn run() {
        let p = Box::into_raw(Box::new(Point::default()));
        let mut all = BTreeMap::new();
        all.insert(2, p);
        sink(all);
    }
}

// expect: clean -- registry map: inserted as box, removed as box (762 74)
pub mod v74_map_good {
    use super::*;
    #[derive(Default)]
    pub struct Registry {
        by_id: HashMap<u32, *mut Point>,
        next: u32,
    }
    impl Registry {
        pub fn add(&mut self, p: Point) -> u32 {
            self.next += 1;
            self.by_id.insert(self.next, Box::into_raw(Box::new(p)));
            self.next
        }
        pub fn remove(&mut self, id: u32) -> Option<Point> {
            let p = self.by_id.remove(&id)?;
            Some(*unsafe { Box::from_raw(p) })
        }
    }
    impl Drop for Registry {
        fn drop(&mut self) {
            for (_, p) in self.by_id.drain() {
                unsafe { drop(Box::from_raw(p)) };
            }
        }
    }
}

// expect: mismatched_dealloc -- a queue of C strings drained into CStrings (762 73)
pub mod v73_queue_bad {
    use super::*;
    pub unsafe fn run(words: &[&CStr]) -> usize {
        let mut queue: VecDeque<*mut c_char> = VecDeque::new();
        for w in words {
            queue.push_back(strdup(w.as_ptr()));
        }
        let mut total = 0;
        while let Some(p) = queue.pop_front() {
            if p.is_null() {
                continue;
            }
            total += CString::from_raw(p).as_bytes().len();
        }
        total
    }
}

// expect: clean -- the same queue, freed (762 73)
pub mod v73_queue_good {
    use super::*;
    pub unsafe fn run(words: &[&CStr]) -> usize {
        let mut queue: VecDeque<*mut c_char> = VecDeque::new();
        for w in words {
            queue.push_back(strdup(w.as_ptr()));
        }
        let mut total = 0;
        while let Some(p) = queue.pop_front() {
            if p.is_null() {
                continue;
            }
            total += strlen(p);
            free(p.cast());
        }
        total
    }
}

// expect: mismatched_dealloc -- a boxed strategy made by a factory (762 82)
pub mod v82_boxed_trait_bad {
    use super::*;
    pub trait Release {
        unsafe fn release(&self, p: *mut u64);
    }
    struct CRelease;
    impl Release for CRelease {
        unsafe fn release(&self, p: *mut u64) {
            free(p.cast());
        }
    }
    fn strategy() -> Box<dyn Release> {
        Box::new(CRelease)
    }
    pub unsafe fn run() {
        let p = Box::into_raw(Box::new(17u64));
        strategy().release(p);
    }
}

// expect: clean -- two implementors, the right one is built (762 82)
pub mod v82_boxed_trait_good {
    use super::*;
    pub trait Release {
        unsafe fn release(&self, p: *mut u64);
    }
    pub struct CRelease;
    impl Release for CRelease {
        unsafe fn release(&self, p: *mut u64) {
            free(p.cast());
        }
    }
    pub struct RustRelease;
    impl Release for RustRelease {
        unsafe fn release(&self, p: *mut u64) {
            drop(Box::from_raw(p));
        }
    }
    pub unsafe fn run() {
        let p = Box::into_raw(Box::new(17u64));
        let how: Box<dyn Release> = Box::new(RustRelease);
        how.release(p);
    }
}

// expect: mismatched_dealloc -- the global flag tells the source what to do (762 21)
pub mod v21_flag_to_source_bad {
    use super::*;
    unsafe fn source(data: &mut *mut Point, rust: bool) {
        if rust {
            *data = Box::into_raw(Box::new(Point::default()));
        } else {
            *data = malloc(8).cast();
        }
    }
    pub unsafe fn run() {
        let mut data = ptr::null_mut();
        source(&mut data, true);
        free(data.cast());
    }
}

// expect: clean -- the flag fits the sink (762 21)
pub mod v21_flag_to_source_good {
    use super::*;
    unsafe fn source(data: &mut *mut Point, rust: bool) {
        if rust {
            *data = Box::into_raw(Box::new(Point::default()));
        } else {
            *data = malloc(8).cast();
        }
    }
    pub unsafe fn run() {
        let mut data = ptr::null_mut();
        source(&mut data, false);
        free(data.cast());
    }
}

// expect: mismatched_dealloc -- the variant says C heap, the arm says Rust (762 enum)
pub mod enum_origin_bad {
    use super::*;
    pub enum Block {
        Rust(*mut Point),
        C(*mut Point),
    }
    unsafe fn make(from_c: bool) -> Block {
        if from_c {
            Block::C(malloc(8).cast())
        } else {
            Block::Rust(Box::into_raw(Box::default()))
        }
    }
    pub unsafe fn run() {
        match make(coin()) {
            Block::C(p) => {
                if !p.is_null() {
                    drop(Box::from_raw(p));
                }
            }
            Block::Rust(p) => drop(Box::from_raw(p)),
        }
    }
}

// expect: clean -- each variant its own release (762 enum)
pub mod enum_origin_good {
    use super::*;
    pub enum Block {
        Rust(*mut Point),
        C(*mut Point),
        Borrowed(*const Point),
    }
    unsafe fn make(from_c: bool) -> Block {
        if from_c {
            Block::C(malloc(8).cast())
        } else {
            Block::Rust(Box::into_raw(Box::default()))
        }
    }
    pub unsafe fn run() {
        match make(coin()) {
            Block::C(p) => free(p.cast()),
            Block::Rust(p) => drop(Box::from_raw(p)),
            Block::Borrowed(_) => {}
        }
    }
}

// expect: mismatched_dealloc -- NonNull in an Option from a source function (762 42)
pub mod nonnull_option_bad {
    use super::*;
    unsafe fn source() -> Option<NonNull<Point>> {
        NonNull::new(calloc(1, std::mem::size_of::<Point>()) as *mut Point)
    }
    pub unsafe fn run() -> i32 {
        let Some(p) = source() else { return 0 };
        let b = Box::from_raw(p.as_ptr());
        b.x
    }
}

// expect: clean -- NonNull in an Option from a source function (762 42)
pub mod nonnull_option_good {
    use super::*;
    unsafe fn source() -> Option<NonNull<Point>> {
        NonNull::new(calloc(1, std::mem::size_of::<Point>()) as *mut Point)
    }
    pub unsafe fn run() -> i32 {
        let Some(p) = source() else { return 0 };
        let x = p.as_ref().x;
        free(p.as_ptr().cast());
        x
    }
}

// expect: mismatched_dealloc -- a generic sink (762 43)
pub mod generic_sink_bad {
    use super::*;
    unsafe fn dispose<T>(p: *mut T) {
        if !p.is_null() {
            drop(Box::from_raw(p));
        }
    }
    pub unsafe fn run() {
        let p = malloc(std::mem::size_of::<Point>()) as *mut Point;
        dispose(p);
    }
}

// expect: clean -- a generic sink (762 43)
pub mod generic_sink_good {
    use super::*;
    unsafe fn dispose<T>(p: *mut T) {
        if !p.is_null() {
            drop(Box::from_raw(p));
        }
    }
    pub unsafe fn run() {
        dispose(Box::into_raw(Box::new(Point::default())));
        dispose(Box::into_raw(Box::new(String::from("text"))));
    }
}

// expect: mismatched_dealloc -- closure as sink (762 44)
pub unsafe fn closure_sink_bad() {
    let dispose = |p: *mut Point| free(p.cast());
    let p = Box::into_raw(Box::new(Point::default()));
    (*p).x = 1;
    dispose(p);
}

// expect: clean -- closure as sink (762 44)
pub unsafe fn closure_sink_good() {
    let dispose = |p: *mut Point| drop(Box::from_raw(p));
    let p = Box::into_raw(Box::new(Point::default()));
    (*p).x = 1;
    dispose(p);
}

// expect: mismatched_dealloc -- array of slots filled and emptied in loops (762 66)
pub unsafe fn slot_loop_bad() {
    let mut slots: [*mut u64; 4] = [ptr::null_mut(); 4];
    for slot in slots.iter_mut() {
        *slot = malloc(8).cast();
    }
    for p in slots {
        if !p.is_null() {
            drop(Box::from_raw(p));
        }
    }
}

// expect: clean -- array of slots filled and emptied in loops (762 66)
pub unsafe fn slot_loop_good() {
    let mut slots: [*mut u64; 4] = [ptr::null_mut(); 4];
    for (i, slot) in slots.iter_mut().enumerate() {
        *slot = Box::into_raw(Box::new(i as u64));
    }
    for p in slots {
        if !p.is_null() {
            drop(Box::from_raw(p));
        }
    }
}
