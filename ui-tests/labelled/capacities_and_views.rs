//! Capacity against length, fat and thin, one type seen as another.

use std::alloc::{Layout, dealloc};
use std::any::Any;
use std::ffi::c_void;
use std::mem::{self, ManuallyDrop, MaybeUninit, size_of};
use std::ptr;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Rgb {
    r: u8,
    g: u8,
    b: u8,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Vec3 {
    x: f32,
    y: f32,
    z: f32,
}

#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Celsius(f32);

pub trait Job {
    fn run(&mut self);
}

pub struct Print(pub u32);

impl Job for Print {
    fn run(&mut self) {
        println!("{}", self.0);
    }
}

// expect: mismatched_layout -- length where the capacity belongs
pub unsafe fn vec_len_for_cap(lines: &[&str]) -> Vec<usize> {
    let mut v = Vec::with_capacity(lines.len() * 2);
    for l in lines {
        v.push(l.len());
    }
    let mut v = ManuallyDrop::new(v);
    let (p, len) = (v.as_mut_ptr(), v.len());
    Vec::from_raw_parts(p, len, len)
}

// expect: clean -- taken apart and put together with the three parts
pub unsafe fn vec_three_parts(lines: &[&str]) -> Vec<usize> {
    let mut v = Vec::with_capacity(lines.len() * 2);
    for l in lines {
        v.push(l.len());
    }
    let mut v = ManuallyDrop::new(v);
    let (p, len, cap) = (v.as_mut_ptr(), v.len(), v.capacity());
    Vec::from_raw_parts(p, len, cap)
}

// expect: mismatched_layout -- capacity and length in the wrong order
pub unsafe fn vec_parts_swapped() -> Vec<u16> {
    let mut v: Vec<u16> = Vec::with_capacity(32);
    v.push(1);
    let mut v = ManuallyDrop::new(v);
    let cap = v.capacity();
    let len = v.len();
    Vec::from_raw_parts(v.as_mut_ptr(), cap, len)
}

// expect: mismatched_layout -- rgb bytes regrouped: the capacity in bytes need not be a multiple, alignment equal, size not
pub unsafe fn f32_to_vec3_doubled(v: Vec<Vec3>) -> Vec<f64> {
    let mut v = ManuallyDrop::new(v);
    Vec::from_raw_parts(v.as_mut_ptr() as *mut f64, v.len(), v.capacity())
}

// expect: clean -- Rgb triples flattened to bytes with triple length and capacity
pub unsafe fn rgb_flattened(v: Vec<Rgb>) -> Vec<u8> {
    let mut v = ManuallyDrop::new(v);
    Vec::from_raw_parts(
        v.as_mut_ptr() as *mut u8,
        v.len() * size_of::<Rgb>(),
        v.capacity() * size_of::<Rgb>(),
    )
}

// expect: clean -- transparent wrapper over f32
pub unsafe fn celsius_vec(v: Vec<f32>) -> Vec<Celsius> {
    let mut v = ManuallyDrop::new(v);
    Vec::from_raw_parts(v.as_mut_ptr().cast::<Celsius>(), v.len(), v.capacity())
}

// expect: clean -- MaybeUninit slots turned into values
pub unsafe fn init_all(n: usize) -> Vec<u32> {
    let mut v: Vec<MaybeUninit<u32>> = Vec::with_capacity(n);
    for i in 0..n {
        v.push(MaybeUninit::new(i as u32));
    }
    let mut v = ManuallyDrop::new(v);
    Vec::from_raw_parts(v.as_mut_ptr() as *mut u32, v.len(), v.capacity())
}

// expect: mismatched_layout -- boxed slice made thin and reclaimed as its first element
pub unsafe fn thin_slice_as_box(data: Vec<Rgb>) -> u8 {
    let thin = Box::into_raw(data.into_boxed_slice()).cast::<Rgb>();
    let r = (*thin).r;
    drop(Box::from_raw(thin));
    r
}

// expect: clean -- boxed array made thin and reclaimed as the array
pub unsafe fn thin_array_as_array() -> u8 {
    let thin = Box::into_raw(Box::new([Rgb { r: 1, g: 2, b: 3 }; 8])).cast::<Rgb>();
    let r = (*thin).r;
    drop(Box::from_raw(thin.cast::<[Rgb; 8]>()));
    r
}

// expect: mismatched_layout -- array of eight reclaimed as array of four
pub unsafe fn array_eight_as_four() {
    let p = Box::into_raw(Box::new([0u16; 8]));
    drop(Box::from_raw(p as *mut [u16; 4]));
}

// expect: clean -- boxed str to boxed bytes
pub unsafe fn str_as_bytes(s: &str) -> Box<[u8]> {
    let raw: *mut str = Box::into_raw(s.to_owned().into_boxed_str());
    Box::from_raw(raw as *mut [u8])
}

// expect: mismatched_layout -- trait object made thin and reclaimed as c_void
pub unsafe fn dyn_as_void() {
    let job: Box<dyn Job> = Box::new(Print(3));
    let user = Box::into_raw(job) as *mut c_void;
    drop(Box::from_raw(user));
}

// expect: clean -- trait object boxed twice, the thin outer pointer travels
pub unsafe fn dyn_boxed_twice() {
    let job: Box<dyn Job> = Box::new(Print(3));
    let user = Box::into_raw(Box::new(job)) as *mut c_void;
    let mut back: Box<Box<dyn Job>> = Box::from_raw(user as *mut Box<dyn Job>);
    back.run();
}

// expect: mismatched_layout -- boxed twice, the inner type named on return
pub unsafe fn dyn_boxed_twice_bad() {
    let job: Box<dyn Job> = Box::new(Print(3));
    let user = Box::into_raw(Box::new(job)) as *mut c_void;
    let mut back = Box::from_raw(user as *mut Print);
    back.run();
}

// expect: clean -- downcast of Box<dyn Any> by hand
pub unsafe fn any_downcast(b: Box<dyn Any>) -> Result<Box<u32>, Box<dyn Any>> {
    if b.is::<u32>() {
        let raw = Box::into_raw(b) as *mut u32;
        Ok(Box::from_raw(raw))
    } else {
        Err(b)
    }
}

// expect: clean -- box emptied by ptr::read, then its memory released without dropping twice
pub unsafe fn read_then_dealloc_good(b: Box<String>) -> String {
    let p = Box::into_raw(b);
    let s = ptr::read(p);
    dealloc(p.cast(), Layout::new::<String>());
    s
}

// expect: leaked_raw -- drop_in_place alone leaves the block
pub unsafe fn drop_in_place_only_bad(b: Box<String>) {
    let p = Box::into_raw(b);
    ptr::drop_in_place(p);
}

// expect: clean -- drop_in_place and dealloc
pub unsafe fn drop_in_place_dealloc_good(b: Box<String>) {
    let p = Box::into_raw(b);
    ptr::drop_in_place(p);
    dealloc(p as *mut u8, Layout::new::<String>());
}

// expect: mismatched_layout -- pointer to pointer: Box of the pointer is reclaimed where the pointee was meant
pub unsafe fn box_of_pointer_bad() {
    let mut p: *mut [u8; 64] = Box::into_raw(Box::new([0u8; 64]));
    let pp: *mut *mut [u8; 64] = Box::into_raw(Box::new(p));
    p = *pp;
    drop(Box::from_raw(p));
    drop(Box::from_raw(pp as *mut [u8; 64]));
}

// expect: clean -- same bytes viewed as another struct of provably equal layout, array against struct arrays
pub unsafe fn array_of_arrays_good() -> Box<[u8; 64]> {
    let p = Box::into_raw(Box::new([[0u8; 8]; 8]));
    Box::from_raw(p as *mut [u8; 64])
}

// expect: mismatched_layout -- transmute of a Vec to a wider element
pub fn transmuted_vec_bad(v: Vec<u8>) -> Vec<u64> {
    unsafe { mem::transmute::<Vec<u8>, Vec<u64>>(v) }
}
