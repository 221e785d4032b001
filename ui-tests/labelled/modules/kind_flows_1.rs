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

// expect: mismatched_dealloc -- literal comparison is always true (03)
pub unsafe fn v03_bad(label: &CStr) {
    let mut data: *mut c_char = ptr::null_mut();
    if 5 == 5 {
        data = strdup(label.as_ptr());
    }
    if data.is_null() {
        return;
    }
    if 5 == 5 {
        let text = CString::from_raw(data);
        println!("{}", text.to_string_lossy());
    }
}

// expect: clean -- the wrong sink stands behind a comparison that is never true (03)
pub unsafe fn v03_good(label: &CStr) {
    let mut data: *mut c_char = ptr::null_mut();
    if 5 == 5 {
        data = strdup(label.as_ptr());
    }
    if data.is_null() {
        return;
    }
    if 5 != 5 {
        let text = CString::from_raw(data);
        println!("{}", text.to_string_lossy());
    } else {
        free(data.cast());
    }
}

// expect: mismatched_dealloc -- a String's bytes under an associated constant (04)
pub mod v04_bad {
    use super::*;
    struct Build;
    impl Build {
        const YES: bool = true;
    }
    pub unsafe fn run() {
        let mut data: *mut u8 = ptr::null_mut();
        if Build::YES {
            let mut text = ManuallyDrop::new(String::from("AAAAAAAA"));
            data = text.as_mut_ptr();
        }
        if Build::YES {
            free(data.cast());
        }
    }
}

// expect: clean -- an immutable static picks the sink that fits (05)
pub unsafe fn v05_good() {
    let data: *mut TwoInts = if config::SWITCHED_ON {
        Box::into_raw(Box::new(TwoInts { one: 0, two: 0 }))
    } else {
        ptr::null_mut()
    };
    if config::SWITCHED_ON {
        drop(Box::from_raw(data));
    } else {
        free(data.cast());
    }
}

// expect: mismatched_dealloc -- a private static number that nobody changes; Rc released as Box (07)
pub unsafe fn v07_bad() {
    let mut data: *mut TwoInts = ptr::null_mut();
    if PRIVATE_FIVE == 5 {
        data = Rc::into_raw(Rc::new(TwoInts::default())).cast_mut();
    }
    if PRIVATE_FIVE == 5 {
        drop(Box::from_raw(data));
    }
}

// expect: mismatched_dealloc -- a constant of another module; Arc released as Rc (09)
pub unsafe fn v09_bad() {
    if config::ENABLED {
        let data = Arc::into_raw(Arc::new([0u16; 32]));
        println!("{}", (*data)[0]);
        if config::ENABLED {
            drop(Rc::from_raw(data));
        }
    }
}

// expect: clean -- the wrong source is behind a function that says no (11)
pub unsafe fn v11_good() {
    let data: *mut i64 = if says_no() {
        Box::into_raw(Box::new(1i64))
    } else {
        calloc(1, std::mem::size_of::<i64>()).cast()
    };
    free(data.cast());
}

// expect: mismatched_dealloc -- the wrong source is behind the negation of a function that says no (11)
pub unsafe fn v11_bad() {
    let data: *mut i64 = if !says_no() {
        Box::into_raw(Box::new(1i64))
    } else {
        calloc(1, std::mem::size_of::<i64>()).cast()
    };
    free(data.cast());
}

// expect: mismatched_dealloc -- match on a constant; boxed str to free (13)
pub unsafe fn v13_bad() {
    let data = match config::FIVE {
        5 => Box::into_raw(String::from("boxed").into_boxed_str()) as *mut u8,
        _ => ptr::null_mut(),
    };
    match config::FIVE {
        i32::MIN..=4 => println!("benign, fixed string"),
        5 => free(data as *mut c_void),
        _ => (),
    }
}

// expect: clean -- match on a constant; boxed str rebuilt from its parts (13)
pub unsafe fn v13_good() {
    let (data, len) = match config::FIVE {
        5 => {
            let raw = Box::into_raw(String::from("boxed").into_boxed_str());
            (raw as *mut u8, 5)
        }
        _ => (ptr::null_mut(), 0),
    };
    if data.is_null() {
        return;
    }
    match config::FIVE {
        5 => {
            let bytes = Box::from_raw(ptr::slice_from_raw_parts_mut(data, len));
            println!("{}", bytes.len());
        }
        _ => free(data.cast()),
    }
}

// expect: mismatched_dealloc -- wide string in a vector, one round of each loop (17)
pub unsafe fn v17_bad() {
    let mut data: *mut u16 = ptr::null_mut();
    for _ in 0..1 {
        let mut wide: Vec<u16> = "wide".encode_utf16().chain(Some(0)).collect();
        data = wide.as_mut_ptr();
        std::mem::forget(wide);
    }
    for _ in 0..1 {
        free(data.cast());
    }
}

// expect: clean -- the loop with the wrong source has no rounds (17)
pub unsafe fn v17_good() {
    let mut data: *mut u16 = ptr::null_mut();
    for _ in 0..0 {
        data = Box::into_raw(Box::new(7u16));
    }
    for _ in 0..1 {
        data = malloc(2).cast();
    }
    for _ in 0..1 {
        free(data.cast());
    }
}

// expect: mismatched_dealloc -- `while true` with a break where the source stands (16)
pub unsafe fn v16_bad() {
    let data: *mut TwoInts;
    loop {
        let boxed = Box::new(TwoInts { one: 1, two: 2 });
        data = Box::leak(boxed);
        break;
    }
    while config::ENABLED {
        println!("{:?}", *data);
        free(data.cast());
        break;
    }
}

// expect: mismatched_dealloc -- a static flag is raised before the source looks at it (21)
pub mod v21_bad {
    use super::*;
    static mut USE_BOX: bool = false;
    unsafe fn source() -> *mut TwoInts {
        if USE_BOX {
            Box::into_raw(Box::new(TwoInts::default()))
        } else {
            malloc(std::mem::size_of::<TwoInts>()).cast()
        }
    }
    pub unsafe fn run() {
        USE_BOX = true;
        let data = source();
        free(data.cast());
    }
}

// expect: clean -- the flag travels with the pointer (22)
pub mod v22_good {
    use super::*;
    unsafe fn sink(data: *mut TwoInts, c_heap: bool) {
        match c_heap {
            true => free(data.cast()),
            false => drop(Box::from_raw(data)),
        }
    }
    pub unsafe fn run() {
        sink(calloc(1, 8).cast(), true);
        sink(Box::into_raw(Box::new(TwoInts::default())), false);
    }
}

// expect: mismatched_dealloc -- the flag says the opposite (22)
pub mod v22_bad {
    use super::*;
    unsafe fn sink(data: *mut TwoInts, c_heap: bool) {
        match c_heap {
            true => free(data.cast()),
            false => drop(Box::from_raw(data)),
        }
    }
    pub unsafe fn run() {
        let data = Box::into_raw(Box::new(TwoInts::default()));
        println!("{:?}", *data);
        sink(data, true);
    }
}

// expect: mismatched_dealloc -- read back through a reference to the variable (33)
pub unsafe fn v33_bad() {
    let mut data: *mut i32 = ptr::null_mut();
    let alias: &mut *mut i32 = &mut data;
    *alias = calloc(100, 4).cast();
    let seen = *alias;
    if seen.is_null() {
        return;
    }
    let items = Vec::from_raw_parts(seen, 100, 100);
    println!("{}", items[99]);
}

// expect: clean -- read back through a reference to the variable, copied into a Vec (33)
pub unsafe fn v33_good() {
    let mut data: *mut i32 = ptr::null_mut();
    let alias: &mut *mut i32 = &mut data;
    *alias = calloc(100, 4).cast();
    let seen = *alias;
    if seen.is_null() {
        return;
    }
    let items = std::slice::from_raw_parts(seen, 100).to_vec();
    println!("{}", items[99]);
    free(data.cast());
}

// expect: mismatched_dealloc -- source fills the caller's variable (43)
pub mod v43_bad {
    use super::*;
    fn source(data: &mut *mut TwoInts) {
        *data = Box::into_raw(Box::<TwoInts>::default());
    }
    pub unsafe fn run() {
        let mut data = ptr::null_mut();
        source(&mut data);
        (*data).one = 4;
        free(data.cast());
    }
}

// expect: clean -- source fills an uninitialised out-cell (43)
pub mod v43_good {
    use super::*;
    fn source(data: &mut MaybeUninit<*mut TwoInts>) {
        data.write(Box::into_raw(Box::<TwoInts>::default()));
    }
    pub unsafe fn run() {
        let mut data = MaybeUninit::uninit();
        source(&mut data);
        let data = data.assume_init();
        (*data).one = 4;
        drop(Box::from_raw(data));
    }
}

// expect: mismatched_dealloc -- down through four functions, type erased on the way (54)
pub mod v54_bad {
    use super::*;
    pub unsafe fn run() {
        let data = Box::into_raw(Box::new([0u8; 100]));
        step_b(data);
    }
    unsafe fn step_b(data: *mut [u8; 100]) {
        (*data)[0] = b'A';
        step_c(data.cast());
    }
    unsafe fn step_c(data: *mut u8) {
        println!("{}", *data);
        step_d(data as *mut c_void);
    }
    unsafe fn step_d(data: *mut c_void) {
        step_e(data);
    }
    unsafe fn step_e(data: *mut c_void) {
        free(data);
    }
}

// expect: clean -- down through three functions, type erased and restored (53)
pub mod v53_good {
    use super::*;
    pub unsafe fn run() {
        let data = Box::into_raw(Box::new([0u8; 100]));
        step_b(data.cast::<u8>());
    }
    unsafe fn step_b(data: *mut u8) {
        *data.add(7) = b'A';
        step_c(data as *mut c_void);
    }
    unsafe fn step_c(data: *mut c_void) {
        step_d(data as *mut [u8; 100]);
    }
    unsafe fn step_d(data: *mut [u8; 100]) {
        let back = Box::from_raw(data);
        println!("{}", back[7]);
    }
}

// expect: mismatched_dealloc -- generic sink, two calls deep (52)
pub mod v52_generic_bad {
    use super::*;
    unsafe fn outer<T>(data: *mut T) {
        inner(data);
    }
    unsafe fn inner<T>(data: *mut T) {
        if !data.is_null() {
            drop(Box::from_raw(data));
        }
    }
    pub unsafe fn run() {
        let data = malloc(std::mem::size_of::<TwoInts>()) as *mut TwoInts;
        if !data.is_null() {
            data.write(TwoInts::default());
        }
        outer(data);
    }
}

// expect: mismatched_dealloc -- comes back as an optional NonNull, goes to dealloc (61)
pub mod v61_bad {
    use super::*;
    unsafe fn source(len: usize) -> Option<NonNull<u8>> {
        NonNull::new(malloc(len) as *mut u8)
    }
    pub unsafe fn run() -> Option<()> {
        let data = source(40)?;
        data.as_ptr().write_bytes(0, 40);
        dealloc(data.as_ptr(), Layout::from_size_align(40, 1).ok()?);
        Some(())
    }
}

// expect: clean -- comes back as an optional NonNull, goes to dealloc (61)
pub mod v61_good {
    use super::*;
    unsafe fn source(layout: Layout) -> Option<NonNull<u8>> {
        NonNull::new(alloc(layout))
    }
    pub unsafe fn run() -> Option<()> {
        let layout = Layout::from_size_align(40, 1).ok()?;
        let data = source(layout)?;
        data.as_ptr().write_bytes(0, 40);
        dealloc(data.as_ptr(), layout);
        Some(())
    }
}

// expect: mismatched_dealloc -- a pointer to the pointer is passed (63)
pub mod v63_bad {
    use super::*;
    unsafe fn sink(slot: *mut *mut c_int) {
        let data = *slot;
        *slot = ptr::null_mut();
        drop(Box::from_raw(data));
    }
    pub unsafe fn run() {
        let mut data: *mut c_int = realloc(ptr::null_mut(), 4).cast();
        if data.is_null() {
            return;
        }
        *data = 5;
        sink(&mut data);
    }
}

// expect: clean -- a pointer to the pointer is passed (63)
pub mod v63_good {
    use super::*;
    unsafe fn sink(slot: *mut *mut c_int) {
        free((*slot).cast());
        *slot = ptr::null_mut();
    }
    pub unsafe fn run() {
        let mut data: *mut c_int = realloc(ptr::null_mut(), 4).cast();
        if data.is_null() {
            return;
        }
        *data = 5;
        sink(&mut data);
    }
}

// expect: mismatched_dealloc -- the address of the variable travels as void (64)
pub mod v64_bad {
    use super::*;
    unsafe fn sink(erased: *mut c_void) {
        let slot = erased as *mut *mut TwoInts;
        free((*slot).cast());
    }
    pub unsafe fn run() {
        let mut data = Box::into_raw(Box::new(TwoInts::default()));
        sink(&mut data as *mut *mut TwoInts as *mut c_void);
    }
}
