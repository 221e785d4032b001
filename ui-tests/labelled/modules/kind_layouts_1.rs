//! One allocator, two opinions on size, alignment, element type or capacity; zero sizes; unbounded sizes.
use std::alloc::{self, alloc, alloc_zeroed, dealloc, realloc, Layout};
use std::any::Any;
use std::cell::UnsafeCell;
use std::ffi::{c_void, CString};
use std::fmt::Debug;
use std::marker::PhantomData;
use std::mem::{self, align_of, size_of, ManuallyDrop, MaybeUninit};
use std::ptr::{self, NonNull};
use std::rc::Rc;
use std::sync::Arc;

extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
    #[link_name = "realloc"]
    fn c_realloc(block: *mut c_void, size: usize) -> *mut c_void;
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Pixel {
    pub r: u8,
    pub g: u8,
    pub b: u8,
    pub a: u8,
}

#[repr(transparent)]
pub struct Id<T> {
    raw: u64,
    tag: PhantomData<T>,
}

#[repr(C, align(64))]
pub struct CacheLine([u8; 64]);

pub struct Empty;

// expect: mismatched_layout -- the erased pointer comes back as a neighbour type
pub mod state_types {
    use super::*;
    pub struct Small {
        pub a: u16,
    }
    pub struct Large {
        pub a: u16,
        pub rest: [u64; 6],
    }
    pub fn make() -> *mut c_void {
        Box::into_raw(Box::new(Large { a: 1, rest: [0; 6] })).cast()
    }
    pub unsafe fn run() -> u16 {
        let state = make();
        let small = Box::from_raw(state as *mut Small);
        small.a
    }
}

// expect: mismatched_layout -- a box of an opaque zero-sized handle
pub mod opaque_handle {
    pub struct Engine {
        pub cylinders: Vec<f32>,
    }
    #[repr(C)]
    pub struct EngineHandle {
        _private: [u8; 0],
    }
    pub fn start(n: usize) -> *mut EngineHandle {
        Box::into_raw(Box::new(Engine {
            cylinders: vec![0.0; n],
        })) as *mut EngineHandle
    }
    pub fn run() {
        let handle = start(6);
        unsafe { drop(Box::from_raw(handle)) };
    }
}

// expect: clean -- the opaque handle is turned back into the engine
pub mod opaque_handle_restored {
    use std::ptr::NonNull;
    pub struct Engine {
        pub cylinders: Vec<f32>,
    }
    #[repr(C)]
    pub struct EngineHandle {
        _private: [u8; 0],
    }
    pub fn start(n: usize) -> *mut EngineHandle {
        Box::into_raw(Box::new(Engine {
            cylinders: vec![0.0; n],
        })) as *mut EngineHandle
    }
    unsafe fn stop(handle: *mut EngineHandle) {
        if let Some(handle) = NonNull::new(handle) {
            drop(Box::from_raw(handle.cast::<Engine>().as_ptr()));
        }
    }
    pub fn run() {
        let handle = start(6);
        unsafe { stop(handle) };
    }
}

// expect: mismatched_layout -- a fat box put in a box, and only the inner type reclaimed
pub fn double_box_reclaimed_as_closure() {
    let work: Box<dyn FnMut(i32) -> i32> = Box::new(|x| x + 1);
    let raw = Box::into_raw(Box::new(work)) as *mut c_void;
    unsafe { drop(Box::from_raw(raw as *mut u8)) };
}

// expect: clean -- the box of the fat box reclaimed as such
pub fn double_box_reclaimed() -> i32 {
    let work: Box<dyn FnMut(i32) -> i32> = Box::new(|x| x + 1);
    let raw = Box::into_raw(Box::new(work)) as *mut c_void;
    let mut work = unsafe { Box::from_raw(raw as *mut Box<dyn FnMut(i32) -> i32>) };
    work(41)
}

// expect: mismatched_layout -- pixels reclaimed as words: the alignment differs
pub fn pixels_as_words(pixels: Vec<Pixel>) -> Vec<u32> {
    let mut pixels = ManuallyDrop::new(pixels);
    let (p, len, cap) = (pixels.as_mut_ptr(), pixels.len(), pixels.capacity());
    unsafe { Vec::from_raw_parts(p.cast::<u32>(), len, cap) }
}

// expect: clean -- pixels reclaimed as arrays of four bytes
pub fn pixels_as_arrays(pixels: Vec<Pixel>) -> Vec<[u8; 4]> {
    let mut pixels = ManuallyDrop::new(pixels);
    let (p, len, cap) = (pixels.as_mut_ptr(), pixels.len(), pixels.capacity());
    unsafe { Vec::from_raw_parts(p.cast::<[u8; 4]>(), len, cap) }
}

// expect: clean -- pixels reclaimed as four times as many bytes
pub fn pixels_as_bytes(pixels: Vec<Pixel>) -> Vec<u8> {
    let mut pixels = ManuallyDrop::new(pixels);
    let (p, len, cap) = (pixels.as_mut_ptr(), pixels.len(), pixels.capacity());
    unsafe { Vec::from_raw_parts(p.cast::<u8>(), len * 4, cap * 4) }
}

// expect: mismatched_layout -- the capacity is not multiplied along with the length
pub fn pixels_as_bytes_half_done(first: Pixel) -> Vec<u8> {
    let mut pixels = ManuallyDrop::new(vec![first; 16]);
    unsafe { Vec::from_raw_parts(pixels.as_mut_ptr().cast::<u8>(), 64, pixels.capacity()) }
}

// expect: mismatched_layout -- shrink_to_fit promises nothing
pub fn shrunk_to_length(mut text: Vec<u8>) -> Vec<u8> {
    text.shrink_to_fit();
    let len = text.len();
    let p = text.as_mut_ptr();
    mem::forget(text);
    unsafe { Vec::from_raw_parts(p, len, len) }
}

// expect: clean -- a boxed slice has no spare room
pub fn boxed_to_length(text: Vec<u8>) -> Vec<u8> {
    let mut boxed = ManuallyDrop::new(text.into_boxed_slice());
    let len = boxed.len();
    unsafe { Vec::from_raw_parts(boxed.as_mut_ptr(), len, len) }
}

// expect: clean -- `vec![x; n]` has no spare room
pub fn filled_to_length(n: usize) -> Vec<u16> {
    let mut filled = vec![0xffffu16; n];
    let p = filled.as_mut_ptr();
    mem::forget(filled);
    unsafe { Vec::from_raw_parts(p, n, n) }
}

// expect: mismatched_layout -- pushed to after it was filled: room grew, the old count is claimed
pub fn filled_and_pushed() -> Vec<u16> {
    let mut filled = vec![1u16; 4];
    filled.push(2);
    let mut filled = ManuallyDrop::new(filled);
    unsafe { Vec::from_raw_parts(filled.as_mut_ptr(), 4, 4) }
}

// expect: clean -- a String out of its three parts
pub fn string_parts(text: String) -> String {
    let mut text = ManuallyDrop::new(text);
    unsafe { String::from_raw_parts(text.as_mut_ptr(), text.len(), text.capacity()) }
}

// expect: mismatched_layout -- a String out of a larger Vec's pointer
pub fn string_of_prefix() -> String {
    let mut bytes = Vec::with_capacity(100);
    bytes.extend_from_slice(b"prefix and rest");
    let p: *mut u8 = bytes.leak().as_mut_ptr();
    unsafe { String::from_raw_parts(p, 6, 6) }
}

// expect: mismatched_layout -- a boxed slice cut short on its way back
pub fn slice_cut_short() {
    let slice = Box::into_raw(vec![1i64; 12].into_boxed_slice());
    let first = slice as *mut i64;
    unsafe { drop(Box::from_raw(ptr::slice_from_raw_parts_mut(first, 11))) };
}

// expect: clean -- a boxed slice with the length that it said itself
pub fn slice_asked() {
    let slice: *mut [i64] = Box::into_raw(vec![1i64; 12].into_boxed_slice());
    let (first, len) = (slice as *mut i64, slice.len());
    unsafe { drop(Box::from_raw(ptr::slice_from_raw_parts_mut(first, len))) };
}

// expect: mismatched_layout -- of a leaked slice only the first element is boxed again
pub fn leaked_slice_first(names: Vec<String>) -> Option<Box<String>> {
    if names.len() < 2 {
        return None;
    }
    let first = names.into_boxed_slice();
    let first: &'static mut [String] = Box::leak(first);
    Some(unsafe { Box::from_raw(first.as_mut_ptr()) })
}

// expect: clean -- a slice of one is its element
pub fn one_element_slice(value: u128) -> Box<u128> {
    let slice = Box::into_raw(vec![value].into_boxed_slice());
    unsafe { Box::from_raw(slice as *mut u128) }
}

// expect: clean -- transparent wrapper with a phantom
pub fn transparent_phantom(raw: u64) -> Box<Id<String>> {
    let raw = Box::into_raw(Box::new(raw));
    unsafe { Box::from_raw(raw as *mut Id<String>) }
}

// expect: clean -- UnsafeCell has its content's layout
pub fn through_unsafe_cell(value: [u32; 5]) -> Box<UnsafeCell<[u32; 5]>> {
    unsafe { Box::from_raw(Box::into_raw(Box::new(value)) as *mut UnsafeCell<[u32; 5]>) }
}

// expect: clean -- a lifetime is no layout
pub fn longer_lifetime<'a>(text: Box<&'a str>) -> Box<&'static str> {
    let raw = Box::into_raw(text);
    unsafe { Box::from_raw(raw as *mut &'static str) }
}

// expect: clean -- downcast by hand after a type check
pub fn downcast_checked(value: Box<dyn Any>) -> Result<Box<String>, Box<dyn Any>> {
    if value.is::<String>() {
        let raw = Box::into_raw(value);
        Ok(unsafe { Box::from_raw(raw as *mut String) })
    } else {
        Err(value)
    }
}

// expect: mismatched_layout -- downcast by hand to what it was not
pub fn downcast_wrong(n: u8) {
    let shown: Box<dyn Debug> = Box::new(n);
    let raw = Box::into_raw(shown) as *mut u64;
    unsafe { drop(Box::from_raw(raw)) };
}

// expect: clean -- upcast in a raw pointer
pub fn upcast_raw(n: u8) -> String {
    let raw: *mut dyn Debug = Box::into_raw(Box::new(n));
    let shown = unsafe { Box::from_raw(raw) };
    format!("{shown:?}")
}

// expect: mismatched_layout -- a box released with the layout of its pointer
pub fn layout_of_the_pointer(line: [u16; 40]) {
    let raw = Box::into_raw(Box::new(line));
    unsafe { dealloc(raw.cast(), Layout::for_value(&raw)) };
}

// expect: clean -- a box released with the layout of its value
pub fn layout_of_the_value(line: [u16; 40]) {
    let raw = Box::into_raw(Box::new(line));
    unsafe { dealloc(raw.cast(), Layout::for_value(&*raw)) };
}

// expect: mismatched_layout -- over-aligned bytes become a plain byte vector
pub fn aligned_bytes(n: usize) -> Option<Vec<u8>> {
    let layout = Layout::from_size_align(n.max(1), 64).ok()?;
    let p = unsafe { alloc_zeroed(layout) };
    if p.is_null() {
        alloc::handle_alloc_error(layout);
    }
    Some(unsafe { Vec::from_raw_parts(p, n, layout.size()) })
}

// expect: clean -- cache lines become a vector of cache lines
pub fn aligned_lines(n: usize) -> Option<Vec<CacheLine>> {
    if n == 0 {
        return Some(Vec::new());
    }
    let layout = Layout::array::<CacheLine>(n).ok()?;
    let p = unsafe { alloc_zeroed(layout) } as *mut CacheLine;
    if p.is_null() {
        alloc::handle_alloc_error(layout);
    }
    Some(unsafe { Vec::from_raw_parts(p, n, n) })
}

// expect: clean -- uninitialised room of array layout becomes an empty vector
pub fn room_for(n: usize) -> Vec<f32> {
    assert!(n > 0 && n < 1 << 20);
    let layout = Layout::array::<f32>(n).unwrap();
    unsafe {
        let p = alloc(layout).cast::<f32>();
        if p.is_null() {
            alloc::handle_alloc_error(layout)
        }
        Vec::from_raw_parts(p, 0, n)
    }
}

// expect: mismatched_layout -- realloc is told another old size
pub unsafe fn regrown_from_wrong_size() -> *mut u8 {
    let p = alloc(Layout::from_size_align_unchecked(48, 8));
    if p.is_null() {
        return p;
    }
    let grown = realloc(p, Layout::from_size_align_unchecked(32, 8), 96);
    if grown.is_null() {
        dealloc(p, Layout::from_size_align_unchecked(48, 8));
    }
    grown
}

// expect: mismatched_layout -- after the growth the old layout is used for the release
pub unsafe fn regrown_and_released_small() {
    let layout = Layout::from_size_align_unchecked(48, 8);
    let p = alloc(layout);
    if p.is_null() {
        return;
    }
    let grown = realloc(p, layout, 96);
    if grown.is_null() {
        dealloc(p, layout);
        return;
    }
    dealloc(grown, layout);
}

// expect: clean -- after the growth the new layout is used for the release
pub unsafe fn regrown_and_released() {
    let layout = Layout::from_size_align_unchecked(48, 8);
    let p = alloc(layout);
    if p.is_null() {
        return;
    }
    let grown = realloc(p, layout, 96);
    if grown.is_null() {
        return dealloc(p, layout);
    }
    dealloc(grown, Layout::from_size_align_unchecked(96, layout.align()));
}

// expect: mismatched_layout -- extended header layout, released without the header's share
pub unsafe fn header_and_body(n: usize) {
    let body = Layout::array::<u32>(n).unwrap();
    let (whole, offset) = Layout::new::<u64>().extend(body).unwrap();
    let p = alloc(whole);
    if p.is_null() {
        return;
    }
    p.cast::<u64>().write(offset as u64);
    dealloc(p, body);
}

// expect: clean -- extended header layout, the same at both ends
pub mod header_and_body_good {
    use super::*;
    fn whole(n: usize) -> (Layout, usize) {
        let body = Layout::array::<u32>(n).unwrap();
        let (layout, offset) = Layout::new::<u64>().extend(body).unwrap();
        (layout.pad_to_align(), offset)
    }
    pub unsafe fn make(n: usize) -> *mut u32 {
        let (layout, offset) = whole(n);
        let p = alloc(layout);
        if p.is_null() {
            alloc::handle_alloc_error(layout);
        }
        p.cast::<u64>().write(n as u64);
        p.add(offset).cast()
    }
    pub unsafe fn end(body: *mut u32, n: usize) {
        let (layout, offset) = whole(n);
        dealloc(body.cast::<u8>().sub(offset), layout);
    }
}

// expect: clean -- generic raw vector over `Layout::array`, zero sizes kept out
pub mod raw_vec_good {
    use super::*;
    pub struct RawVec<T> {
        ptr: NonNull<T>,
        cap: usize,
    }
    impl<T> RawVec<T> {
        pub const fn new() -> Self {
            RawVec {
                ptr: NonNull::dangling(),
                cap: 0,
            }
        }
        pub fn grow(&mut self) {
            assert!(size_of::<T>() != 0, "capacity overflow");
            let new_cap = if self.cap == 0 { 4 } else { 2 * self.cap };
            let new_layout = Layout::array::<T>(new_cap).unwrap();
            let raw = if self.cap == 0 {
                unsafe { alloc(new_layout) }
            } else {
                let old = Layout::array::<T>(self.cap).unwrap();
                unsafe { realloc(self.ptr.as_ptr().cast(), old, new_layout.size()) }
            };
            let Some(ptr) = NonNull::new(raw.cast::<T>()) else {
                alloc::handle_alloc_error(new_layout)
            };
            self.ptr = ptr;
            self.cap = new_cap;
        }
    }
    impl<T> Drop for RawVec<T> {
        fn drop(&mut self) {
            if self.cap != 0 {
                let layout = Layout::array::<T>(self.cap).unwrap();
                unsafe { dealloc(self.ptr.as_ptr().cast(), layout) };
            }
        }
    }
}

// expect: mismatched_layout -- generic slot: allocated for an array, dropped as one
pub mod raw_slots_bad {
    use super::*;
    pub struct Slots<T> {
        ptr: *mut T,
        len: usize,
    }
    impl<T: Default> Slots<T> {
        pub fn new(len: usize) -> Self {
            assert!(len > 1 && size_of::<T>() > 0);
            let layout = Layout::array::<T>(len).unwrap();
            let ptr = unsafe { alloc(layout) } as *mut T;
            assert!(!ptr.is_null());
            for i in 0..len {
                unsafe { ptr.add(i).write(T::default()) };
            }
            Slots { ptr, len }
        }
    }
    impl<T> Drop for Slots<T> {
        fn drop(&mut self) {
            unsafe {
                ptr::drop_in_place(ptr::slice_from_raw_parts_mut(self.ptr, self.len));
                dealloc(self.ptr.cast(), Layout::new::<T>());
            }
        }
    }
}
