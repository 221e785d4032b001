//! `std::vec`: a growing array on the heap of the global allocator.

use crate::alloc::Global;
use crate::collections::TryReserveError;
use crate::ffi::CString;
use crate::mem::{ManuallyDrop, MaybeUninit};
use crate::ops::{Deref, DerefMut};
use crate::ptr::NonNull;
use crate::rt;

// An empty vector has a dangling pointer and no block. Pushing into a capacity that was asked for
// keeps it, as it does in practice; growing without one gives a capacity that nothing is known of.
#[memlint_stub::deref(ptr)]
pub struct Vec<T, A = Global> {
    ptr: *mut T,
    len: usize,
    cap: usize,
}

impl<T> Drop for Vec<T> {
    fn drop(&mut self) {
        if !rt::is_dangling(self.ptr) {
            rt::drop_in_place(rt::with_len(self.ptr, self.len));
            rt::release_array("rust", self.ptr, self.cap);
        }
    }
}

/// `vec![x; n]`: no excess capacity.
pub fn from_elem<T: Clone>(elem: T, n: usize) -> Vec<T> {
    let ptr = rt::acquire_array::<T>("rust", n);
    rt::store_element(ptr, elem);
    Vec { ptr, len: n, cap: n }
}

/// `vec![a, b]`: no excess capacity. As with `push`, what raw elements point to is not lost.
pub fn from_array<T, const N: usize>(a: [T; N]) -> Vec<T> {
    let n = rt::len_of(&raw const a);
    let ptr = rt::acquire_array::<T>("rust", n);
    rt::escape(&raw const a);
    rt::write(ptr as *mut [T; N], a);
    Vec { ptr, len: n, cap: n }
}

impl<T> Vec<T> {
    pub const fn new() -> Vec<T> { Vec { ptr: rt::dangling::<T>(), len: 0, cap: 0 } }
    pub fn with_capacity(n: usize) -> Vec<T> { Vec { ptr: rt::acquire_array::<T>("rust", n), len: 0, cap: n } }
    pub fn try_with_capacity(n: usize) -> Result<Vec<T>, TryReserveError> { Ok(Vec::with_capacity(n)) }
    pub fn new_in<A>(alloc: A) -> Vec<T, A> { rt::escape(alloc); rt::unknown() }
    pub fn with_capacity_in<A>(n: usize, alloc: A) -> Vec<T, A> { rt::escape(alloc); rt::unknown() }

    /// What a growth leaves: elements, and a capacity that nothing is known of.
    fn fresh() -> Vec<T> {
        let cap = rt::fresh_capacity();
        Vec { ptr: rt::acquire_array::<T>("rust", cap), len: rt::fresh_len(), cap }
    }
    /// One item in place of all: also for what is handed over as an iterator without being one.
    fn some_item(&mut self) -> T {
        match rt::take_element(self.ptr) { Some(x) => x, None => rt::unknown() }
    }
    /// Room for one more.
    fn room(&mut self) {
        if rt::is_dangling(self.ptr) {
            self.cap = rt::fresh_capacity();
            self.ptr = rt::acquire_array::<T>("rust", self.cap);
        }
    }
    /// The capacity changes.
    fn regrow(&mut self) {
        self.cap = rt::fresh_capacity();
        if rt::is_dangling(self.ptr) {
            self.ptr = rt::acquire_array::<T>("rust", self.cap);
        } else {
            self.ptr = rt::regrow::<T>(self.ptr, self.cap);
        }
    }

    pub unsafe fn from_raw_parts(ptr: *mut T, length: usize, capacity: usize) -> Vec<T> {
        rt::adopt_array("rust", ptr, capacity);
        Vec { ptr, len: length, cap: capacity }
    }
    pub unsafe fn from_parts(ptr: NonNull<T>, length: usize, capacity: usize) -> Vec<T> {
        Vec::from_raw_parts(ptr.pointer, length, capacity)
    }
    pub unsafe fn from_raw_parts_in<A>(ptr: *mut T, length: usize, capacity: usize, alloc: A) -> Vec<T, A> {
        rt::escape(ptr);
        rt::unknown()
    }
    pub fn into_raw_parts(self) -> (*mut T, usize, usize) {
        let kept = ManuallyDrop { value: self };
        if !rt::is_dangling(kept.value.ptr) { rt::disown(kept.value.ptr); }
        (kept.value.ptr, kept.value.len, kept.value.cap)
    }
    pub fn into_parts(self) -> (NonNull<T>, usize, usize) {
        let (ptr, len, cap) = self.into_raw_parts();
        (NonNull { pointer: ptr }, len, cap)
    }
    pub fn leak(self) -> &'static mut [T] {
        let (ptr, len, _) = self.into_raw_parts();
        rt::escape(ptr);
        &mut *rt::with_len(ptr, len)
    }
    pub fn into_boxed_slice(self) -> Box<[T]> {
        let kept = ManuallyDrop { value: self };
        let ptr = kept.value.ptr;
        let n = kept.value.len;
        if !rt::is_dangling(ptr) { rt::relay_array::<T>(ptr, n); }
        Box { ptr: rt::with_len(ptr, n) }
    }
    pub fn shrink_to_fit(&mut self) {
        if !rt::is_dangling(self.ptr) { self.regrow() }
    }
    pub fn shrink_to(&mut self, min: usize) { self.shrink_to_fit() }

    #[memlint_stub::lends]
    pub const fn as_ptr(&self) -> *const T { self.ptr }
    #[memlint_stub::lends]
    pub const fn as_mut_ptr(&mut self) -> *mut T { self.ptr }
    #[memlint_stub::lends]
    pub const fn as_non_null(&mut self) -> NonNull<T> { NonNull { pointer: self.ptr } }
    pub const fn as_slice(&self) -> &[T] { &*rt::with_len(self.ptr, self.len) }
    pub const fn as_mut_slice(&mut self) -> &mut [T] { &mut *rt::with_len(self.ptr, self.len) }
    pub const fn len(&self) -> usize { self.len }
    pub const fn capacity(&self) -> usize { self.cap }
    pub const fn is_empty(&self) -> bool { self.len == 0 }
    pub const fn allocator(&self) -> &Global { &Global }
    pub fn spare_capacity_mut(&mut self) -> &mut [MaybeUninit<T>] {
        &mut *rt::with_len(rt::offset(self.ptr, self.len as isize) as *mut MaybeUninit<T>, self.cap - self.len)
    }
    pub unsafe fn set_len(&mut self, n: usize) { self.len = n; }

    pub fn reserve(&mut self, more: usize) { self.regrow() }
    // Asked for with room for nothing, it gives just that in practice.
    pub fn reserve_exact(&mut self, more: usize) {
        if rt::is_dangling(self.ptr) {
            self.ptr = rt::acquire_array::<T>("rust", more);
            self.cap = more;
        } else {
            self.regrow()
        }
    }
    pub fn try_reserve(&mut self, more: usize) -> Result<(), TryReserveError> {
        if rt::choice() { self.regrow(); Ok(()) } else { Err(rt::unknown()) }
    }
    pub fn try_reserve_exact(&mut self, more: usize) -> Result<(), TryReserveError> {
        if rt::choice() { self.reserve_exact(more); Ok(()) } else { Err(rt::unknown()) }
    }

    pub fn push(&mut self, value: T) {
        self.room();
        rt::store_element(self.ptr, value);
        self.len = rt::fresh_len();
        if self.len == 0 { rt::diverge() }
    }
    pub fn push_within_capacity(&mut self, value: T) -> Result<(), T> { self.push(value); Ok(()) }
    pub fn push_mut(&mut self, value: T) -> &mut T {
        self.push(value);
        &mut *rt::element(self.ptr)
    }
    pub fn insert(&mut self, index: usize, value: T) { self.push(value) }
    pub fn pop(&mut self) -> Option<T> {
        self.len = rt::fresh_len();
        rt::take_element(self.ptr)
    }
    pub fn pop_if<F: FnOnce(&mut T) -> bool>(&mut self, f: F) -> Option<T> {
        if f(&mut *rt::element(self.ptr)) { self.pop() } else { None }
    }
    pub fn remove(&mut self, index: usize) -> T {
        match self.pop() { Some(x) => x, None => rt::panic() }
    }
    pub fn swap_remove(&mut self, index: usize) -> T {
        match self.pop() { Some(x) => x, None => rt::panic() }
    }
    pub fn clear(&mut self) {
        rt::drop_in_place(rt::with_len(self.ptr, self.len));
        self.len = 0;
    }
    // What is cut off is unknown, so nothing is said of the elements.
    pub fn truncate(&mut self, n: usize) { if rt::is_zero(n) { self.clear() } else { self.len = n } }
    pub fn append(&mut self, other: &mut Vec<T>) {
        self.room();
        rt::store_element(self.ptr, rt::read(rt::element(other.ptr)));
        self.len = rt::fresh_len();
        other.len = 0;
    }
    pub fn extend_from_slice(&mut self, other: &[T]) {
        rt::touch(other);
        self.room();
        self.len = if rt::is_zero(self.len) { rt::len_of(other) } else { rt::fresh_len() };
    }
    pub fn extend_from_within<R>(&mut self, range: R) { self.room(); self.len = rt::fresh_len(); }
    pub fn resize(&mut self, n: usize, value: T) {
        self.regrow();
        rt::store_element(self.ptr, value);
        self.len = n;
    }
    pub fn resize_with<F: FnMut() -> T>(&mut self, n: usize, f: F) {
        self.regrow();
        rt::store_element(self.ptr, f());
        self.len = n;
    }
    pub fn retain<F: FnMut(&T) -> bool>(&mut self, f: F) { f(&*rt::element(self.ptr)); self.len = rt::fresh_len(); }
    pub fn retain_mut<F: FnMut(&mut T) -> bool>(&mut self, f: F) { f(&mut *rt::element(self.ptr)); self.len = rt::fresh_len(); }
    pub fn dedup(&mut self) { self.len = rt::fresh_len(); }
    pub fn dedup_by_key<K, F: FnMut(&mut T) -> K>(&mut self, f: F) { self.len = rt::fresh_len(); }
    pub fn dedup_by<F: FnMut(&mut T, &mut T) -> bool>(&mut self, f: F) { self.len = rt::fresh_len(); }
    pub fn drain<R>(&mut self, range: R) -> Drain<T> {
        rt::touch(self.ptr);
        self.len = rt::fresh_len();
        Drain { ptr: self.ptr }
    }
    pub fn split_off(&mut self, at: usize) -> Vec<T> {
        self.len = at;
        let other = Vec::fresh();
        rt::store_element(other.ptr, rt::read(rt::element(self.ptr)));
        other
    }
}

impl<T> Deref for Vec<T> {
    type Target = [T];
    fn deref(&self) -> &[T] { &*rt::with_len(self.ptr, self.len) }
}
impl<T> DerefMut for Vec<T> {
    fn deref_mut(&mut self) -> &mut [T] { &mut *rt::with_len(self.ptr, self.len) }
}
impl<T> AsRef<[T]> for Vec<T> {
    fn as_ref(&self) -> &[T] { &*rt::with_len(self.ptr, self.len) }
}
impl<T> AsMut<[T]> for Vec<T> {
    fn as_mut(&mut self) -> &mut [T] { &mut *rt::with_len(self.ptr, self.len) }
}
impl<T> Default for Vec<T> {
    fn default() -> Vec<T> { Vec::new() }
}
impl<T: Clone> Clone for Vec<T> {
    fn clone(&self) -> Vec<T> {
        // A clone has no excess capacity; its elements are clones that nothing is known of.
        Vec { ptr: rt::acquire_array::<T>("rust", self.len), len: self.len, cap: self.len }
    }
}
impl<T> Extend<T> for Vec<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, iter: I) {
        let x = iter.some_item();
        self.room();
        rt::store_element(self.ptr, x);
        self.len = rt::fresh_len();
        if self.len == 0 { rt::diverge() }
    }
}
impl<T> FromIterator<T> for Vec<T> {
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Vec<T> {
        let x = iter.some_item();
        let v = Vec::fresh();
        if v.len == 0 { rt::diverge() }
        rt::store_element(v.ptr, x);
        v
    }
}
impl<T> From<Box<[T]>> for Vec<T> {
    fn from(b: Box<[T]>) -> Vec<T> { b.into_vec() }
}
impl<T: Clone> From<&[T]> for Vec<T> {
    fn from(s: &[T]) -> Vec<T> { s.to_vec() }
}
impl<T, const N: usize> From<[T; N]> for Vec<T> {
    fn from(a: [T; N]) -> Vec<T> { from_array(a) }
}
impl From<&str> for Vec<u8> {
    fn from(s: &str) -> Vec<u8> { s.as_bytes().to_vec() }
}
impl From<String> for Vec<u8> {
    fn from(s: String) -> Vec<u8> { s.into_bytes() }
}
impl From<CString> for Vec<u8> {
    fn from(s: CString) -> Vec<u8> { s.into_bytes() }
}

pub struct IntoIter<T> {
    vec: Vec<T>,
    started: bool,
}
impl<T> IntoIterator for Vec<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;
    fn into_iter(self) -> IntoIter<T> {
        rt::touch(self.ptr);
        IntoIter { vec: self, started: false }
    }
}
impl<T> IntoIterator for &Vec<T> {
    type Item = &T;
    type IntoIter = crate::slice::Iter<T>;
    fn into_iter(self) -> crate::slice::Iter<T> { self.as_slice().iter() }
}
impl<T> IntoIterator for &mut Vec<T> {
    type Item = &mut T;
    type IntoIter = crate::slice::IterMut<T>;
    fn into_iter(self) -> crate::slice::IterMut<T> { self.as_mut_slice().iter_mut() }
}
impl<T> Iterator for IntoIter<T> {
    type Item = T;
    fn next(&mut self) -> Option<T> {
        if self.started { return rt::take_element(self.vec.ptr); }
        if self.vec.len == 0 { return None; }
        self.started = true;
        match rt::take_element(self.vec.ptr) { Some(x) => Some(x), None => rt::diverge() }
    }
    fn some_item(&mut self) -> T { self.vec.some_item() }
}
impl<T> IntoIter<T> {
    pub fn as_slice(&self) -> &[T] { self.vec.as_slice() }
    pub fn as_mut_slice(&mut self) -> &mut [T] { self.vec.as_mut_slice() }
}

pub struct Drain<T> {
    ptr: *mut T,
}
impl<T> Iterator for Drain<T> {
    type Item = T;
    fn next(&mut self) -> Option<T> { rt::take_element(self.ptr) }
    fn some_item(&mut self) -> T { match self.next() { Some(x) => x, None => rt::unknown() } }
}
