//! Mismatched routines along the data and control flows of Juliet's CWE-762 set, further variants.
use std::alloc::{alloc, dealloc, GlobalAlloc, Layout, System};
use std::collections::{BTreeMap, HashMap, LinkedList, VecDeque};
use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::{self, NonNull};
use std::rc::Rc;
use std::sync::Arc;

extern "C" {
    fn malloc(n: usize) -> *mut c_void;
    fn calloc(n: usize, size: usize) -> *mut c_void;
    fn realloc(p: *mut c_void, n: usize) -> *mut c_void;
    fn free(p: *mut c_void);
    fn strdup(s: *const c_char) -> *mut c_char;
    fn memcpy(to: *mut c_void, from: *const c_void, n: usize) -> *mut c_void;
}

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TwoInts {
    pub one: c_int,
    pub two: c_int,
}

mod config {
    pub const ENABLED: bool = true;
    pub const FIVE: i32 = 5;
    pub static SWITCHED_ON: bool = true;
}

static mut PRIVATE_FIVE: i32 = 5;

fn says_no() -> bool {
    false
}

// expect: mismatched_dealloc -- a table of sinks, constant index (65)
pub mod v65_bad {
    use super::*;
    unsafe fn c_side(data: *mut c_void) {
        free(data);
    }
    unsafe fn rust_side(data: *mut c_void) {
        drop(Box::from_raw(data as *mut TwoInts));
    }
    const SINKS: [unsafe fn(*mut c_void); 2] = [c_side, rust_side];
    pub unsafe fn run() {
        let data = Box::into_raw(Box::new(TwoInts::default()));
        (SINKS[0])(data.cast());
    }
}

// expect: clean -- a table of sinks, the other index (65)
pub mod v65_good {
    use super::*;
    unsafe fn c_side(data: *mut c_void) {
        free(data);
    }
    unsafe fn rust_side(data: *mut c_void) {
        drop(Box::from_raw(data as *mut TwoInts));
    }
    const SINKS: [unsafe fn(*mut c_void); 2] = [c_side, rust_side];
    pub unsafe fn run() {
        let data = Box::into_raw(Box::new(TwoInts::default()));
        (SINKS[1])(data.cast());
    }
}

// expect: mismatched_dealloc -- left in a private static for the next function (68)
pub mod v68_bad {
    use super::*;
    static mut DATA: *mut c_char = ptr::null_mut();
    unsafe fn sink() {
        let data = DATA;
        free(data as *mut c_void);
    }
    pub unsafe fn run() {
        DATA = CString::new("global").unwrap().into_raw();
        sink();
    }
}

// expect: clean -- left in a private static for the next function (68)
pub mod v68_good {
    use super::*;
    static mut DATA: *mut c_char = ptr::null_mut();
    unsafe fn sink() {
        let data = std::mem::replace(&mut *ptr::addr_of_mut!(DATA), ptr::null_mut());
        if !data.is_null() {
            drop(CString::from_raw(data));
        }
    }
    pub unsafe fn run() {
        DATA = CString::new("global").unwrap().into_raw();
        sink();
    }
}

// expect: mismatched_dealloc -- in a linked list (73)
pub mod v73_bad {
    use super::*;
    unsafe fn sink(mut list: LinkedList<*mut i64>) {
        while let Some(data) = list.pop_front() {
            drop(Box::from_raw(data));
        }
    }
    pub unsafe fn run() {
        let mut list = LinkedList::new();
        for i in 0..3i64 {
            let data = malloc(8) as *mut i64;
            if data.is_null() {
                break;
            }
            data.write(i);
            list.push_back(data);
        }
        sink(list);
    }
}

// expect: clean -- in a double-ended queue (73)
pub mod v73_good {
    use super::*;
    unsafe fn sink(queue: &mut VecDeque<*mut i64>) {
        for data in queue.drain(..) {
            free(data.cast());
        }
    }
    pub unsafe fn run() {
        let mut queue = VecDeque::with_capacity(3);
        for i in 0..3i64 {
            let data = malloc(8) as *mut i64;
            if data.is_null() {
                break;
            }
            data.write(i);
            queue.push_back(data);
        }
        sink(&mut queue);
    }
}

// expect: mismatched_dealloc -- as a map's value (74)
pub mod v74_bad {
    use super::*;
    unsafe fn sink(map: HashMap<i32, *mut c_char>) {
        if let Some(data) = map.get(&2) {
            free(*data as *mut c_void);
        }
    }
    pub unsafe fn run() {
        let data = CString::new("mapped").unwrap().into_raw();
        let mut map = HashMap::new();
        map.insert(2, data);
        sink(map);
    }
}

// expect: clean -- as a map's value (74)
pub mod v74_good {
    use super::*;
    unsafe fn sink(map: BTreeMap<i32, *mut c_char>) {
        for (_, data) in map {
            drop(CString::from_raw(data));
        }
    }
    pub unsafe fn run() {
        let data = CString::new("mapped").unwrap().into_raw();
        let mut map = BTreeMap::new();
        map.insert(2, data);
        sink(map);
    }
}

// expect: mismatched_dealloc -- boxed trait object chosen at run time, both sinks wrong for the source (82)
pub mod v82_bad {
    use super::*;
    trait Action {
        unsafe fn act(&self, data: *mut TwoInts);
    }
    struct ByBox;
    struct ByVec;
    impl Action for ByBox {
        unsafe fn act(&self, data: *mut TwoInts) {
            drop(Box::from_raw(data));
        }
    }
    impl Action for ByVec {
        unsafe fn act(&self, data: *mut TwoInts) {
            drop(Vec::from_raw_parts(data, 1, 1));
        }
    }
    pub unsafe fn run(one: bool) {
        let data = calloc(1, std::mem::size_of::<TwoInts>()) as *mut TwoInts;
        if data.is_null() {
            return;
        }
        let action: Box<dyn Action> = if one {
            Box::new(ByBox)
        } else {
            Box::new(ByVec)
        };
        action.act(data);
    }
}

// expect: clean -- boxed trait object chosen at run time, both sinks right (82)
pub mod v82_good {
    use super::*;
    trait Action {
        unsafe fn act(&self, data: *mut TwoInts);
    }
    struct ByBox;
    struct ByVec;
    impl Action for ByBox {
        unsafe fn act(&self, data: *mut TwoInts) {
            drop(Box::from_raw(data));
        }
    }
    impl Action for ByVec {
        unsafe fn act(&self, data: *mut TwoInts) {
            drop(Vec::from_raw_parts(data, 1, 1));
        }
    }
    pub unsafe fn run(one: bool) {
        let data = Box::into_raw(Box::new(TwoInts { one: 3, two: 4 }));
        let action: Box<dyn Action> = if one {
            Box::new(ByBox)
        } else {
            Box::new(ByVec)
        };
        action.act(data);
    }
}

// expect: mismatched_dealloc -- the sink is a closure
pub unsafe fn closure_sink_bad() {
    let finish = |data: *mut TwoInts| unsafe { free(data.cast()) };
    let data = Box::into_raw(Box::new(TwoInts::default()));
    println!("{}", (*data).two);
    finish(data);
}

// expect: clean -- the sink is a closure given to a helper that calls it once
pub mod closure_sink_good {
    use super::*;
    fn with_fresh(then: impl FnOnce(*mut TwoInts)) {
        let data = Box::into_raw(Box::new(TwoInts::default()));
        then(data);
    }
    pub fn run() {
        with_fresh(|data| unsafe {
            (*data).one += 1;
            drop(Box::from_raw(data));
        });
    }
}

// expect: mismatched_dealloc -- the helper hands a Box to a closure that frees
pub mod closure_helper_bad {
    use super::*;
    fn with_fresh<F>(then: F)
    where
        F: FnOnce(*mut TwoInts),
    {
        let data = Box::into_raw(Box::new(TwoInts::default()));
        then(data);
    }
    pub fn run() {
        with_fresh(|data| unsafe {
            (*data).one += 1;
            free(data.cast());
        });
    }
}

// expect: clean -- the variant says which heap it came from
pub mod tagged_good {
    use super::*;
    pub enum Data {
        C(*mut TwoInts),
        Rust(*mut TwoInts),
    }
    fn source(c_heap: bool) -> Data {
        if c_heap {
            Data::C(unsafe { calloc(1, 8).cast() })
        } else {
            Data::Rust(Box::into_raw(Box::new(TwoInts::default())))
        }
    }
    unsafe fn sink(data: Data) {
        match data {
            Data::C(p) => free(p.cast()),
            Data::Rust(p) => drop(Box::from_raw(p)),
        }
    }
    pub unsafe fn run(c_heap: bool) {
        sink(source(c_heap));
    }
}

// expect: mismatched_dealloc -- the variant is built with the other heap's memory
pub mod tagged_bad {
    use super::*;
    pub enum Data {
        C(*mut TwoInts),
        Rust(*mut TwoInts),
    }
    unsafe fn sink(data: Data) {
        match data {
            Data::C(p) => free(p.cast()),
            Data::Rust(p) => drop(Box::from_raw(p)),
        }
    }
    pub unsafe fn run() {
        let data = Data::C(Box::into_raw(Box::new(TwoInts { one: 9, two: 9 })));
        sink(data);
    }
}

// expect: mismatched_dealloc -- source to sink in a chain of Option combinators
pub unsafe fn combinators_bad(label: Option<&CStr>) -> usize {
    label
        .map(|s| strdup(s.as_ptr()))
        .filter(|p| !p.is_null())
        .map(|p| CString::from_raw(p))
        .map_or(0, |s| s.as_bytes().len())
}

// expect: clean -- the chain ends in free
pub unsafe fn combinators_good(label: Option<&CStr>) -> usize {
    label
        .map(|s| strdup(s.as_ptr()))
        .filter(|p| !p.is_null())
        .map(|p| {
            let n = CStr::from_ptr(p).to_bytes().len();
            free(p.cast());
            n
        })
        .unwrap_or_default()
}

// expect: mismatched_dealloc -- collected from one iterator, released by another
pub unsafe fn collected_bad() {
    let all: Vec<*mut TwoInts> = (0..4)
        .map(|i| Box::into_raw(Box::new(TwoInts { one: i, two: -i })))
        .collect();
    println!(
        "{}",
        all.iter().map(|p| unsafe { (**p).one }).sum::<c_int>()
    );
    all.into_iter().for_each(|p| unsafe { free(p.cast()) });
}

// expect: clean -- collected from one iterator, released by another
pub unsafe fn collected_good() {
    let all: Vec<*mut TwoInts> = (0..4)
        .map(|i| Box::into_raw(Box::new(TwoInts { one: i, two: -i })))
        .collect();
    println!(
        "{}",
        all.iter().map(|p| unsafe { (**p).one }).sum::<c_int>()
    );
    all.into_iter()
        .for_each(|p| drop(unsafe { Box::from_raw(p) }));
}

// expect: mismatched_dealloc -- a generic holder over malloc that drops a Box (83)
pub mod v83_generic_bad {
    use super::*;
    pub struct Holder<T: Copy> {
        data: NonNull<T>,
    }
    impl<T: Copy> Holder<T> {
        pub fn new(value: T) -> Option<Self> {
            let data = NonNull::new(unsafe { malloc(std::mem::size_of::<T>().max(1)) } as *mut T)?;
            unsafe { data.as_ptr().write_unaligned(value) };
            Some(Holder { data })
        }
        pub fn get(&self) -> T {
            unsafe { *self.data.as_ptr() }
        }
    }
    impl<T: Copy> Drop for Holder<T> {
        fn drop(&mut self) {
            unsafe { drop(Box::from_raw(self.data.as_ptr())) };
        }
    }
}

// expect: clean -- a generic holder over malloc that frees (83)
pub mod v83_generic_good {
    use super::*;
    pub struct Holder<T: Copy> {
        data: NonNull<T>,
    }
    impl<T: Copy> Holder<T> {
        pub fn new(value: T) -> Option<Self> {
            let data = NonNull::new(unsafe { malloc(std::mem::size_of::<T>().max(1)) } as *mut T)?;
            unsafe { data.as_ptr().write_unaligned(value) };
            Some(Holder { data })
        }
        pub fn get(&self) -> T {
            unsafe { *self.data.as_ptr() }
        }
    }
    impl<T: Copy> Drop for Holder<T> {
        fn drop(&mut self) {
            unsafe { free(self.data.as_ptr().cast()) };
        }
    }
}

// expect: mismatched_dealloc -- const-generic array from calloc becomes a Box
pub mod const_generic_bad {
    use super::*;
    pub fn zeroed<const N: usize>() -> Option<Box<[i32; N]>> {
        let raw = unsafe { calloc(N, 4) } as *mut [i32; N];
        if raw.is_null() {
            return None;
        }
        Some(unsafe { Box::from_raw(raw) })
    }
}

// expect: mismatched_dealloc -- realloc of a vector's buffer
pub unsafe fn grow_vector_buffer(mut items: Vec<u32>) -> *mut u32 {
    let start = items.as_mut_ptr();
    let bytes = items.capacity() * 4;
    std::mem::forget(items);
    realloc(start.cast(), bytes + 64) as *mut u32
}

// expect: clean -- the vector's contents are copied to C's heap and the vector goes its own way
pub unsafe fn copy_vector_to_c(items: Vec<u32>) -> *mut u32 {
    let bytes = std::mem::size_of_val(items.as_slice());
    let out = malloc(bytes.max(1)) as *mut u32;
    if !out.is_null() {
        memcpy(out.cast(), items.as_ptr().cast(), bytes);
    }
    out
}

// expect: mismatched_dealloc -- Rust's realloc over malloc's block
pub unsafe fn rust_realloc_of_c_block() -> *mut u8 {
    let block = malloc(32) as *mut u8;
    if block.is_null() {
        return block;
    }
    std::alloc::realloc(block, Layout::array::<u8>(32).unwrap(), 64)
}
