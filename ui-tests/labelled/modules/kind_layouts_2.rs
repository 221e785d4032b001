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

// expect: mismatched_layout -- array of N bytes, alignment of a word
pub fn const_generic_bad<const N: usize>() -> Box<[u8; N]> {
    assert!(N > 0);
    let layout = Layout::from_size_align(N, align_of::<u64>()).unwrap();
    unsafe {
        let p = alloc_zeroed(layout);
        if p.is_null() {
            alloc::handle_alloc_error(layout);
        }
        Box::from_raw(p.cast())
    }
}

// expect: clean -- array of N bytes, its own layout
pub fn const_generic_good<const N: usize>() -> Box<[u8; N]> {
    assert!(N > 0);
    let layout = Layout::new::<[u8; N]>();
    unsafe {
        let p = alloc_zeroed(layout);
        if p.is_null() {
            alloc::handle_alloc_error(layout);
        }
        Box::from_raw(p.cast())
    }
}

// expect: clean -- uninitialised slice filled and assumed
pub fn uninit_slice(n: usize) -> Box<[u32]> {
    let mut slots: Vec<MaybeUninit<u32>> = Vec::with_capacity(n);
    slots.resize_with(n, || MaybeUninit::new(1));
    let raw = Box::into_raw(slots.into_boxed_slice());
    unsafe { Box::from_raw(raw as *mut [u32]) }
}

// expect: mismatched_dealloc -- the counts of an Rc are in front of its value
pub fn rc_to_dealloc(value: u64) {
    let raw = Rc::into_raw(Rc::new(value));
    unsafe { dealloc(raw as *mut u8, Layout::new::<u64>()) };
}

// expect: mismatched_dealloc -- a boxed slice is not an Arc's slice
pub fn boxed_slice_as_arc(bytes: Vec<u8>) -> Arc<[u8]> {
    let raw = Box::into_raw(bytes.into_boxed_slice());
    unsafe { Arc::from_raw(raw as *const [u8]) }
}

// expect: clean -- a boxed slice is converted into an Arc's slice
pub fn boxed_slice_into_arc(bytes: Vec<u8>) -> Arc<[u8]> {
    let raw = Box::into_raw(bytes.into_boxed_slice());
    Arc::from(unsafe { Box::from_raw(raw) })
}

// expect: mismatched_dealloc -- a CString rebuilt as a byte vector
pub fn c_string_as_vec(text: CString) -> Vec<u8> {
    let n = text.as_bytes_with_nul().len();
    let raw = text.into_raw();
    unsafe { Vec::from_raw_parts(raw.cast(), n, n) }
}

// expect: zero_sized_alloc -- an empty struct has no bytes to allocate
pub fn allocated_unit() -> *mut Empty {
    unsafe { alloc(Layout::new::<Empty>()).cast() }
}

// expect: zero_sized_alloc -- an empty text asks for nothing
pub unsafe fn copied_text(text: &str) -> *mut u8 {
    let layout = Layout::from_size_align_unchecked(text.len(), 1);
    let p = alloc(layout);
    if !p.is_null() {
        p.copy_from_nonoverlapping(text.as_ptr(), text.len());
    }
    p
}

// expect: clean -- at least one byte, no zero_sized_alloc
pub unsafe fn copied_text_padded(text: &str) -> *mut u8 {
    let layout = Layout::from_size_align_unchecked(text.len() + 1, 1);
    let p = alloc(layout);
    if !p.is_null() {
        p.copy_from_nonoverlapping(text.as_ptr(), text.len());
        p.add(text.len()).write(0);
    }
    p
}

// expect: zero_sized_alloc -- null is taken for a failure although the size may be zero
pub unsafe fn resized(block: *mut u8, len: usize) -> Result<*mut u8, *mut u8> {
    let moved = c_realloc(block.cast(), len) as *mut u8;
    if moved.is_null() {
        *block = 0;
        return Err(block);
    }
    Ok(moved)
}

// expect: clean -- never less than one byte, no zero_sized_alloc
pub unsafe fn resized_at_least_one(block: *mut u8, len: usize) -> Result<*mut u8, *mut u8> {
    let moved = c_realloc(block.cast(), len.max(1)) as *mut u8;
    if moved.is_null() {
        *block = 0;
        return Err(block);
    }
    Ok(moved)
}

// expect: unchecked_alloc -- the first element is written into whatever alloc said
pub fn first_element(value: u32) -> *mut u32 {
    let layout = Layout::array::<u32>(16).unwrap();
    unsafe {
        let p = alloc(layout) as *mut u32;
        p.write(value);
        p
    }
}

// expect: clean -- handle_alloc_error does not come back, no unchecked_alloc
pub fn first_element_checked(value: u32) -> *mut u32 {
    let layout = Layout::array::<u32>(16).unwrap();
    unsafe {
        let p = alloc(layout) as *mut u32;
        if p.is_null() {
            alloc::handle_alloc_error(layout);
        }
        p.write(value);
        p
    }
}

// expect: unchecked_alloc -- a slice over an unchecked block
pub unsafe fn zeroed_view<'a>(len: usize) -> &'a mut [u8] {
    let block = calloc(len, 1);
    std::slice::from_raw_parts_mut(block.cast::<u8>(), len)
}

// expect: unchecked_alloc_size -- width times height times four
pub unsafe fn frame(width: usize, height: usize) -> *mut Pixel {
    malloc(width * height * size_of::<Pixel>()) as *mut Pixel
}

// expect: clean -- calloc multiplies with a check of its own, no unchecked_alloc_size
pub unsafe fn frame_by_calloc(width: u16, height: u16) -> *mut Pixel {
    calloc(width as usize * height as usize, size_of::<Pixel>()) as *mut Pixel
}

// expect: clean -- checked all the way, no unchecked_alloc_size
pub unsafe fn frame_checked(width: usize, height: usize) -> Option<NonNull<Pixel>> {
    let bytes = width.checked_mul(height)?.checked_mul(size_of::<Pixel>())?;
    NonNull::new(malloc(bytes) as *mut Pixel)
}

// expect: unchecked_alloc_size -- header plus a length from outside
pub unsafe fn framed_message(len: usize) -> *mut u8 {
    let total = len + 16;
    let p = malloc(total) as *mut u8;
    if !p.is_null() {
        ptr::write_bytes(p, 0, 16);
    }
    p
}

// expect: clean -- sizes of C's blocks are nobody's business at the release
pub unsafe fn c_block_of_any_type() {
    let p = calloc(3, size_of::<CacheLine>()) as *mut CacheLine;
    free(p as *mut u8 as *mut c_void);
}

// expect: leaked_on_unwind -- the caller's function may panic while nobody owns the buffer
pub fn mapped_in_buffer(words: Vec<u32>, f: impl Fn(u32) -> u32) -> Vec<u32> {
    let mut words = ManuallyDrop::new(words);
    let (p, len, cap) = (words.as_mut_ptr(), words.len(), words.capacity());
    for i in 0..len {
        unsafe { *p.add(i) = f(*p.add(i)) };
    }
    unsafe { Vec::from_raw_parts(p, len, cap) }
}

// expect: clean -- the caller's function runs before the vector is taken apart, no leaked_on_unwind
pub fn mapped_then_taken(mut words: Vec<u32>, f: impl Fn(u32) -> u32) -> Vec<i32> {
    words.iter_mut().for_each(|w| *w = f(*w));
    let mut words = ManuallyDrop::new(words);
    unsafe {
        Vec::from_raw_parts(
            words.as_mut_ptr() as *mut i32,
            words.len(),
            words.capacity(),
        )
    }
}
