//! `std::slice`: borrowed arrays.

use crate::mem::ManuallyDrop;
use crate::ops::Range;
use crate::rt;

pub const unsafe fn from_raw_parts<T>(p: *const T, n: usize) -> &'static [T] {
    rt::require_non_null(p);
    &*rt::with_len(p, n)
}
pub const unsafe fn from_raw_parts_mut<T>(p: *mut T, n: usize) -> &'static mut [T] {
    rt::require_non_null(p);
    &mut *rt::with_len(p, n)
}
pub const fn from_ref<T>(r: &T) -> &[T] { &*rt::with_len(r as *const T, 1) }
pub const fn from_mut<T>(r: &mut T) -> &mut [T] { &mut *rt::with_len(r as *mut T, 1) }

impl<T> [T] {
    #[memlint_stub::lends]
    pub const fn as_ptr(&self) -> *const T { self as *const [T] as *const T }
    #[memlint_stub::lends]
    pub const fn as_mut_ptr(&mut self) -> *mut T { self as *mut [T] as *mut T }
    pub const fn as_ptr_range(&self) -> Range<*const T> {
        let p = self as *const [T] as *const T;
        Range { start: p, end: rt::offset(p, rt::len_of(self) as isize) }
    }
    pub const fn as_mut_ptr_range(&mut self) -> Range<*mut T> {
        let p = self as *mut [T] as *mut T;
        Range { start: p, end: rt::offset(p, rt::len_of(self) as isize) }
    }
    pub const fn len(&self) -> usize { rt::len_of(self) }
    pub const fn is_empty(&self) -> bool { rt::len_of(self) == 0 }
    pub fn to_vec(&self) -> Vec<T> {
        rt::touch(self);
        let n = rt::len_of(self);
        Vec { ptr: rt::acquire_array::<T>("rust", n), len: n, cap: n }
    }
    pub fn to_owned(&self) -> Vec<T> { self.to_vec() }
    pub fn into_vec(self: Box<[T]>) -> Vec<T> {
        let kept = ManuallyDrop { value: self };
        let n = rt::len_of(kept.value.ptr);
        Vec { ptr: kept.value.ptr as *mut T, len: n, cap: n }
    }
    pub fn repeat(&self, n: usize) -> Vec<T> { rt::touch(self); Vec::fresh() }
    pub fn concat<U>(&self) -> U { rt::touch(self); rt::unknown() }
    pub fn join<U, S>(&self, sep: S) -> U { rt::touch(self); rt::unknown() }
    pub fn iter(&self) -> Iter<T> {
        rt::escape_elements(self as *const [T]);
        Iter { ptr: self as *const [T] as *const T, len: rt::len_of(self), started: false }
    }
    pub fn iter_mut(&mut self) -> IterMut<T> {
        rt::escape_elements(self as *mut [T]);
        IterMut { ptr: self as *mut [T] as *mut T, len: rt::len_of(self), started: false }
    }

    // An element access that can fail may find nothing; which element it finds is unknown, unless it
    // says which.
    pub fn first(&self) -> Option<&T> {
        if rt::len_of(self) == 0 { None } else { Some(&*rt::element(self as *const [T] as *const T)) }
    }
    pub fn last(&self) -> Option<&T> {
        if rt::len_of(self) == 0 { None } else { Some(&*rt::element(self as *const [T] as *const T)) }
    }
    pub fn get<I>(&self, i: I) -> Option<&T> { if rt::is_within(i, rt::len_of(self)) { Some(&self[i]) } else { None } }
    pub fn first_mut(&mut self) -> Option<&mut T> { self.some_element_mut() }
    pub fn last_mut(&mut self) -> Option<&mut T> { self.some_element_mut() }
    pub fn get_mut<I>(&mut self, i: I) -> Option<&mut T> { if rt::is_within(i, rt::len_of(self)) { Some(&mut self[i]) } else { None } }
    pub fn first_chunk<const N: usize>(&self) -> Option<&[T; N]> { rt::unknown() }
    fn some_element_mut(&mut self) -> Option<&mut T> {
        if rt::len_of(self) == 0 { None } else { Some(&mut *rt::element(self as *mut [T] as *mut T)) }
    }
    pub unsafe fn get_unchecked<I>(&self, i: I) -> &T { &self[i] }
    pub unsafe fn get_unchecked_mut<I>(&mut self, i: I) -> &mut T { &mut self[i] }
    pub fn split_first(&self) -> Option<(&T, &[T])> {
        if rt::len_of(self) == 0 { None } else { Some((&*rt::element(self as *const [T] as *const T), rt::unknown())) }
    }
    pub fn split_last(&self) -> Option<(&T, &[T])> {
        if rt::len_of(self) == 0 { None } else { Some((&*rt::element(self as *const [T] as *const T), rt::unknown())) }
    }
    pub fn split_at(&self, at: usize) -> (&[T], &[T]) {
        let p = self as *const [T] as *const T;
        (&*rt::with_len(p, at), &*rt::with_len(rt::offset(p, at as isize), rt::len_of(self) - at))
    }
    pub fn split_at_mut(&mut self, at: usize) -> (&mut [T], &mut [T]) {
        let p = self as *mut [T] as *mut T;
        (&mut *rt::with_len(p, at), &mut *rt::with_len(rt::offset(p, at as isize), rt::len_of(self) - at))
    }
    pub fn swap(&mut self, a: usize, b: usize) { rt::touch_mut(self) }
    pub fn reverse(&mut self) { rt::touch_mut(self) }
    pub fn rotate_left(&mut self, n: usize) { rt::touch_mut(self) }
    pub fn rotate_right(&mut self, n: usize) { rt::touch_mut(self) }
    pub fn sort(&mut self) { rt::touch_mut(self) }
    pub fn sort_unstable(&mut self) { rt::touch_mut(self) }
    pub fn sort_by<F>(&mut self, f: F) { rt::touch_mut(self) }
    pub fn sort_by_key<F>(&mut self, f: F) { rt::touch_mut(self) }
    pub fn sort_unstable_by<F>(&mut self, f: F) { rt::touch_mut(self) }
    pub fn sort_unstable_by_key<F>(&mut self, f: F) { rt::touch_mut(self) }
    pub fn fill(&mut self, v: T) { rt::touch_mut(self); rt::store_element(self as *mut [T] as *mut T, v) }
    pub fn copy_from_slice(&mut self, src: &[T]) { rt::touch(src); rt::touch_mut(self) }
    pub fn clone_from_slice(&mut self, src: &[T]) { rt::touch(src); rt::touch_mut(self) }
    pub fn copy_within<R>(&mut self, src: R, dest: usize) { rt::touch_mut(self) }
    pub fn swap_with_slice(&mut self, other: &mut [T]) { rt::touch_mut(self); rt::touch_mut(other) }
    pub fn contains(&self, x: &T) -> bool { rt::touch(self); rt::unknown() }
    pub fn starts_with(&self, x: &[T]) -> bool { rt::touch(self); rt::unknown() }
    pub fn ends_with(&self, x: &[T]) -> bool { rt::touch(self); rt::unknown() }
    pub fn binary_search(&self, x: &T) -> Result<usize, usize> { rt::touch(self); rt::unknown() }
    pub fn binary_search_by<F>(&self, f: F) -> Result<usize, usize> { rt::touch(self); rt::unknown() }
    pub fn binary_search_by_key<B, F>(&self, b: &B, f: F) -> Result<usize, usize> { rt::touch(self); rt::unknown() }
    pub fn chunks(&self, n: usize) -> Chunks<T> { Chunks { iter: self.iter() } }
    pub fn chunks_mut(&mut self, n: usize) -> crate::iter::Unknown<&mut [T]> { rt::unknown() }
    pub fn chunks_exact(&self, n: usize) -> Chunks<T> { Chunks { iter: self.iter() } }
    pub fn chunks_exact_mut(&mut self, n: usize) -> crate::iter::Unknown<&mut [T]> { rt::unknown() }
    pub fn windows(&self, n: usize) -> crate::iter::Unknown<&[T]> { rt::unknown() }
    pub fn split<F>(&self, f: F) -> crate::iter::Unknown<&[T]> { rt::unknown() }
    pub unsafe fn align_to<U>(&self) -> (&[T], &[U], &[T]) { rt::unknown() }
    pub fn is_ascii(&self) -> bool { rt::symbol("is_ascii", self) }
    pub fn to_ascii_lowercase(&self) -> Vec<T> { self.to_vec() }
    pub fn to_ascii_uppercase(&self) -> Vec<T> { self.to_vec() }
    pub fn escape_ascii(&self) -> crate::iter::Unknown<u8> { rt::unknown() }
}
impl<T> AsRef<[T]> for [T] {
    fn as_ref(&self) -> &[T] { self }
}
impl<T> AsMut<[T]> for [T] {
    fn as_mut(&mut self) -> &mut [T] { self }
}
impl<T, const N: usize> [T; N] {
    pub const fn as_slice(&self) -> &[T] { self }
    pub const fn as_mut_slice(&mut self) -> &mut [T] { self }
    pub fn map<U, F: FnMut(T) -> U>(self, f: F) -> [U; N] { rt::escape(f); rt::escape(self); rt::unknown() }
    pub fn each_ref(&self) -> [&T; N] { rt::unknown() }
}
impl<T> Default for &[T] {
    fn default() -> &[T] { &[] }
}

// An iterator yields some element of the collection, or nothing, each time; at first it yields one
// unless the collection is empty, so that two questions agree. Which elements a loop
// treats is not followed, so nothing that they point to counts as lost: the pointer escapes.
pub struct Iter<T> {
    ptr: *const T,
    len: usize,
    started: bool,
}
pub struct IterMut<T> {
    ptr: *mut T,
    len: usize,
    started: bool,
}
impl<T> Iterator for Iter<T> {
    type Item = &T;
    fn next(&mut self) -> Option<&T> {
        let more = if self.started { rt::choice() } else { self.len != 0 };
        if more {
            let at = rt::next_element(self.ptr, self.started);
            self.started = true;
            Some(&*at)
        } else { None }
    }
    fn some_item(&mut self) -> &T { &*rt::element(self.ptr) }
}
impl<T> Iterator for IterMut<T> {
    type Item = &mut T;
    fn next(&mut self) -> Option<&mut T> {
        let more = if self.started { rt::choice() } else { self.len != 0 };
        if more {
            let at = rt::next_element(self.ptr, self.started);
            self.started = true;
            Some(&mut *at)
        } else { None }
    }
    fn some_item(&mut self) -> &mut T { &mut *rt::element(self.ptr) }
}
// A piece begins where the walk has come to, and is as long as it may be.
pub struct Chunks<T> {
    iter: Iter<T>,
}
impl<T> Iterator for Chunks<T> {
    type Item = &[T];
    fn next(&mut self) -> Option<&[T]> {
        match self.iter.next() {
            Some(_) => Some(&*rt::with_len(self.iter.ptr, rt::fresh_len())),
            None => None,
        }
    }
    fn some_item(&mut self) -> &[T] { &*rt::with_len(self.iter.ptr, rt::fresh_len()) }
}
impl<T> Chunks<T> {
    pub fn remainder(&self) -> &[T] { rt::unknown() }
    pub fn len(&self) -> usize { rt::unknown() }
}
impl<T> Iter<T> {
    pub fn as_slice(&self) -> &[T] { rt::unknown() }
}
impl<T> Clone for Iter<T> {
    fn clone(&self) -> Iter<T> { Iter { ptr: self.ptr, len: self.len, started: self.started } }
}
impl<T> IntoIterator for &[T] {
    type Item = &T;
    type IntoIter = Iter<T>;
    fn into_iter(self) -> Iter<T> { self.iter() }
}
impl<T> IntoIterator for &mut [T] {
    type Item = &mut T;
    type IntoIter = IterMut<T>;
    fn into_iter(self) -> IterMut<T> { self.iter_mut() }
}
impl<T, const N: usize> IntoIterator for &[T; N] {
    type Item = &T;
    type IntoIter = Iter<T>;
    fn into_iter(self) -> Iter<T> {
        rt::escape_elements(self as *const [T; N]);
        Iter { ptr: self as *const [T; N] as *const T, len: rt::len_of(self), started: false }
    }
}
impl<T, const N: usize> IntoIterator for &mut [T; N] {
    type Item = &mut T;
    type IntoIter = IterMut<T>;
    fn into_iter(self) -> IterMut<T> {
        rt::escape_elements(self as *mut [T; N]);
        IterMut { ptr: self as *mut [T; N] as *mut T, len: rt::len_of(self), started: false }
    }
}
impl<T, const N: usize> IntoIterator for [T; N] {
    type Item = T;
    type IntoIter = crate::array::IntoIter<T, N>;
    fn into_iter(self) -> crate::array::IntoIter<T, N> {
        rt::escape(&raw const self);
        crate::array::IntoIter { len: rt::len_of(&raw const self), value: self, started: false }
    }
}
impl<T> IntoIterator for Box<[T]> {
    type Item = T;
    type IntoIter = crate::vec::IntoIter<T>;
    fn into_iter(self) -> crate::vec::IntoIter<T> { self.into_vec().into_iter() }
}
