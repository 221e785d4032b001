//! `std::boxed`: one value on the heap of the global allocator.

use crate::alloc::{AllocError, Allocator, Global};
use crate::ffi::{CStr, CString};
use crate::mem::{ManuallyDrop, MaybeUninit};
use crate::ops::{Deref, DerefMut};
use crate::pin::Pin;
use crate::ptr::NonNull;
use crate::rt;

#[memlint_stub::deref(ptr)]
pub struct Box<T: ?Sized, A = Global> {
    ptr: *mut T,
}

impl<T: ?Sized> Drop for Box<T> {
    fn drop(&mut self) {
        rt::drop_in_place(self.ptr);
        rt::release_value("rust", self.ptr);
    }
}

impl<T> Box<T> {
    pub fn new(x: T) -> Box<T> {
        let ptr = rt::acquire_value::<T>("rust");
        rt::write(ptr, x);
        Box { ptr }
    }
    pub fn new_with<F: FnOnce() -> T>(f: F) -> Box<T> { Box::new(f()) }
    pub fn try_new(x: T) -> Result<Box<T>, AllocError> { Ok(Box::new(x)) }
    pub fn pin(x: T) -> Pin<Box<T>> { Pin { pointer: Box::new(x) } }
    pub fn new_uninit() -> Box<MaybeUninit<T>> { Box { ptr: rt::acquire_value::<MaybeUninit<T>>("rust") } }
    pub fn new_zeroed() -> Box<MaybeUninit<T>> { Box { ptr: rt::acquire_value::<MaybeUninit<T>>("rust") } }
    pub fn into_inner(b: Box<T>) -> T {
        let kept = ManuallyDrop { value: b };
        let x = rt::read(kept.value.ptr);
        rt::release_value("rust", kept.value.ptr);
        x
    }
    pub fn into_boxed_slice(b: Box<T>) -> Box<[T]> {
        let kept = ManuallyDrop { value: b };
        Box { ptr: rt::with_len(kept.value.ptr, 1) }
    }
    pub fn new_in<A>(x: T, alloc: A) -> Box<T, A> { rt::escape(x); rt::escape(alloc); rt::unknown() }
    pub fn write(b: Box<MaybeUninit<T>>, x: T) -> Box<T> {
        let kept = ManuallyDrop { value: b };
        let ptr = kept.value.ptr as *mut T;
        rt::write(ptr, x);
        Box { ptr }
    }
}

impl<T> Box<MaybeUninit<T>> {
    pub unsafe fn assume_init(self) -> Box<T> {
        let kept = ManuallyDrop { value: self };
        Box { ptr: kept.value.ptr as *mut T }
    }
}

impl<T> Box<[T]> {
    pub fn new_uninit_slice(n: usize) -> Box<[MaybeUninit<T>]> {
        Box { ptr: rt::with_len(rt::acquire_array::<MaybeUninit<T>>("rust", n), n) }
    }
    pub fn new_zeroed_slice(n: usize) -> Box<[MaybeUninit<T>]> {
        Box { ptr: rt::with_len(rt::acquire_array::<MaybeUninit<T>>("rust", n), n) }
    }
}

impl<T> Box<[MaybeUninit<T>]> {
    pub unsafe fn assume_init(self) -> Box<[T]> {
        let kept = ManuallyDrop { value: self };
        Box { ptr: kept.value.ptr as *mut [T] }
    }
}

impl<T: ?Sized> Box<T> {
    pub fn into_raw(b: Box<T>) -> *mut T {
        let kept = ManuallyDrop { value: b };
        let p = kept.value.ptr;
        rt::disown(p);
        p
    }
    pub unsafe fn from_raw(raw: *mut T) -> Box<T> {
        rt::adopt_value("rust", raw);
        Box { ptr: raw }
    }
    pub fn into_non_null(b: Box<T>) -> NonNull<T> { NonNull { pointer: Box::into_raw(b) } }
    pub unsafe fn from_non_null(p: NonNull<T>) -> Box<T> { Box::from_raw(p.pointer) }
    pub fn into_raw_with_allocator<A>(b: Box<T, A>) -> (*mut T, A) { (Box::into_raw(b), rt::unknown()) }
    pub fn into_non_null_with_allocator<A>(b: Box<T, A>) -> (NonNull<T>, A) {
        (NonNull { pointer: Box::into_raw(b) }, rt::unknown())
    }
    pub unsafe fn from_raw_in<A>(raw: *mut T, alloc: A) -> Box<T, A> { rt::escape(raw); rt::unknown() }
    pub unsafe fn from_non_null_in<A>(raw: NonNull<T>, alloc: A) -> Box<T, A> { rt::escape(raw.pointer); rt::unknown() }
    // A leaked box is meant to stay: what it points to counts as out of view, so it is never
    // reported as lost, but a wrong release of it still is.
    pub fn leak(b: Box<T>) -> &'static mut T {
        let p = Box::into_raw(b);
        rt::escape(p);
        &mut *p
    }
    pub fn into_pin(b: Box<T>) -> Pin<Box<T>> { Pin { pointer: b } }
    #[memlint_stub::lends]
    pub fn as_ptr(b: &Box<T>) -> *const T { b.ptr }
    #[memlint_stub::lends]
    pub fn as_mut_ptr(b: &mut Box<T>) -> *mut T { b.ptr }
    pub fn downcast<U>(self) -> Result<Box<U>, Box<T>> {
        if rt::choice() {
            let kept = ManuallyDrop { value: self };
            Ok(Box { ptr: kept.value.ptr as *mut U })
        } else {
            Err(self)
        }
    }
    pub unsafe fn downcast_unchecked<U>(self) -> Box<U> {
        let kept = ManuallyDrop { value: self };
        Box { ptr: kept.value.ptr as *mut U }
    }
}

impl<T: ?Sized> Deref for Box<T> {
    type Target = T;
    fn deref(&self) -> &T { &*self.ptr }
}
impl<T: ?Sized> DerefMut for Box<T> {
    fn deref_mut(&mut self) -> &mut T { &mut *self.ptr }
}
impl<T: ?Sized> AsRef<T> for Box<T> {
    fn as_ref(&self) -> &T { &*self.ptr }
}
impl<T: ?Sized> AsMut<T> for Box<T> {
    fn as_mut(&mut self) -> &mut T { &mut *self.ptr }
}
impl<T: Clone> Clone for Box<T> {
    fn clone(&self) -> Box<T> { Box::new((*self.ptr).clone()) }
}
impl<T: Default> Default for Box<T> {
    fn default() -> Box<T> { Box::new(T::default()) }
}
impl<T> From<T> for Box<T> {
    fn from(x: T) -> Box<T> { Box::new(x) }
}
impl<T> From<Vec<T>> for Box<[T]> {
    fn from(v: Vec<T>) -> Box<[T]> { v.into_boxed_slice() }
}
impl<T> From<&[T]> for Box<[T]> {
    fn from(s: &[T]) -> Box<[T]> {
        let n = rt::len_of(s);
        Box { ptr: rt::with_len(rt::acquire_array::<T>("rust", n), n) }
    }
}
impl From<String> for Box<str> {
    fn from(s: String) -> Box<str> { s.into_boxed_str() }
}
impl From<&str> for Box<str> {
    fn from(s: &str) -> Box<str> {
        let n = rt::len_of(s);
        Box { ptr: rt::with_len(rt::acquire_array::<u8>("rust", n), n) as *mut str }
    }
}
impl From<&CStr> for Box<CStr> {
    fn from(s: &CStr) -> Box<CStr> { Box { ptr: rt::acquire_value::<CStr>("rust") } }
}
impl From<Box<str>> for Box<[u8]> {
    fn from(s: Box<str>) -> Box<[u8]> { s.into_boxed_bytes() }
}
impl Box<str> {
    pub fn into_string(self) -> String {
        let kept = ManuallyDrop { value: self };
        let n = rt::len_of(kept.value.ptr);
        String { vec: Vec { ptr: kept.value.ptr as *mut u8, len: n, cap: n } }
    }
    pub fn into_boxed_bytes(self) -> Box<[u8]> {
        let kept = ManuallyDrop { value: self };
        Box { ptr: kept.value.ptr as *mut [u8] }
    }
}
impl Box<CStr> {
    pub fn into_c_string(self) -> CString { CString::fresh() }
}
impl<I: Iterator> Iterator for Box<I> {
    type Item = I::Item;
    fn next(&mut self) -> Option<I::Item> { (*self.ptr).next() }
    fn some_item(&mut self) -> I::Item { (*self.ptr).some_item() }
}
impl<T> FromIterator<T> for Box<[T]> {
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Box<[T]> { Vec::from_iter(iter).into_boxed_slice() }
}
