//! `std::ptr`: raw pointers.

use crate::mem::MaybeUninit;
use crate::num::NonZero;
use crate::rt;

pub const fn null<T>() -> *const T { 0 as *const T }
pub const fn null_mut<T>() -> *mut T { 0 as *mut T }
pub const fn dangling<T>() -> *const T { rt::dangling::<T>() }
pub const fn dangling_mut<T>() -> *mut T { rt::dangling::<T>() }
pub const fn without_provenance<T>(addr: usize) -> *const T { addr as *const T }
pub const fn without_provenance_mut<T>(addr: usize) -> *mut T { addr as *mut T }
pub fn with_exposed_provenance<T>(addr: usize) -> *const T { addr as *const T }
pub fn with_exposed_provenance_mut<T>(addr: usize) -> *mut T { addr as *mut T }
pub const fn from_ref<T: ?Sized>(r: &T) -> *const T { r as *const T }
pub const fn from_mut<T: ?Sized>(r: &mut T) -> *mut T { r as *mut T }
pub const fn slice_from_raw_parts<T>(p: *const T, n: usize) -> *const [T] { rt::with_len(p, n) }
pub const fn slice_from_raw_parts_mut<T>(p: *mut T, n: usize) -> *mut [T] { rt::with_len(p, n) }
pub fn eq<T: ?Sized>(a: *const T, b: *const T) -> bool { a == b }
pub fn addr_eq<T: ?Sized, U: ?Sized>(a: *const T, b: *const U) -> bool { a == b }
pub fn fn_addr_eq<T, U>(a: T, b: U) -> bool { rt::unknown() }
pub fn hash<T: ?Sized, S>(p: *const T, into: &mut S) {}

pub const unsafe fn read<T>(src: *const T) -> T {
    rt::touch(src);
    rt::duplicate(src)
}
pub unsafe fn read_volatile<T>(src: *const T) -> T { read(src) }
pub const unsafe fn read_unaligned<T>(src: *const T) -> T { read(src) }
pub const unsafe fn write<T>(dst: *mut T, v: T) {
    rt::touch_mut(dst);
    rt::write(dst, v)
}
pub unsafe fn write_volatile<T>(dst: *mut T, v: T) { write(dst, v) }
pub const unsafe fn write_unaligned<T>(dst: *mut T, v: T) { write(dst, v) }
pub const unsafe fn write_bytes<T>(dst: *mut T, v: u8, n: usize) { rt::touch_mut(dst) }
// Only the first of `n` values is followed: one value is what carries ownership in practice.
pub const unsafe fn copy<T>(src: *const T, dst: *mut T, n: usize) {
    rt::touch(src);
    rt::touch_mut(dst);
    rt::write(dst, rt::read(src));
}
pub const unsafe fn copy_nonoverlapping<T>(src: *const T, dst: *mut T, n: usize) { copy(src, dst, n) }
pub const unsafe fn swap<T>(x: *mut T, y: *mut T) {
    rt::touch_mut(x);
    rt::touch_mut(y);
    let a = rt::read(x);
    let b = rt::read(y);
    rt::write(x, b);
    rt::write(y, a);
}
pub unsafe fn swap_nonoverlapping<T>(x: *mut T, y: *mut T, n: usize) { swap(x, y) }
pub const unsafe fn replace<T>(dst: *mut T, v: T) -> T {
    rt::touch_mut(dst);
    let old = rt::read(dst);
    rt::write(dst, v);
    old
}
pub unsafe fn drop_in_place<T: ?Sized>(p: *mut T) {
    rt::touch_mut(p);
    rt::end_in_place(p)
}

impl<T: ?Sized> *const T {
    pub const fn is_null(self) -> bool { rt::is_null(self) }
    pub const fn cast<U>(self) -> *const U { self as *const U }
    pub const fn try_cast_aligned<U>(self) -> Option<*const U> { Some(self as *const U) }
    pub const fn addr(self) -> usize { rt::symbol("addr", self) }
    pub fn expose_provenance(self) -> usize { self as usize }
    pub fn expose_addr(self) -> usize { self as usize }
    pub fn with_addr(self, addr: usize) -> *const T { rt::unknown() }
    pub fn map_addr<F: FnOnce(usize) -> usize>(self, f: F) -> *const T { rt::unknown() }
    pub const fn to_raw_parts(self) -> (*const (), usize) { (self as *const (), rt::len_of(self)) }
    pub const unsafe fn as_ref(self) -> Option<&'static T> { if rt::is_null(self) { None } else { Some(&*self) } }
    pub const unsafe fn as_ref_unchecked(self) -> &'static T { &*self }
    pub const unsafe fn as_uninit_ref(self) -> Option<&'static MaybeUninit<T>> {
        if rt::is_null(self) { None } else { Some(&*(self as *const MaybeUninit<T>)) }
    }
    pub const unsafe fn offset(self, n: isize) -> *const T { rt::offset(self, n) }
    pub const fn wrapping_offset(self, n: isize) -> *const T { rt::offset(self, n) }
    pub const unsafe fn add(self, n: usize) -> *const T { rt::offset(self, n as isize) }
    pub const fn wrapping_add(self, n: usize) -> *const T { rt::offset(self, n as isize) }
    pub const unsafe fn sub(self, n: usize) -> *const T { rt::offset(self, -(n as isize)) }
    pub const fn wrapping_sub(self, n: usize) -> *const T { rt::offset(self, -(n as isize)) }
    pub const unsafe fn byte_offset(self, n: isize) -> *const T { rt::offset(self as *mut u8, n) as *const T }
    pub const fn wrapping_byte_offset(self, n: isize) -> *const T { rt::offset(self as *mut u8, n) as *const T }
    pub const unsafe fn byte_add(self, n: usize) -> *const T { rt::offset(self as *mut u8, n as isize) as *const T }
    pub const fn wrapping_byte_add(self, n: usize) -> *const T { rt::offset(self as *mut u8, n as isize) as *const T }
    pub const unsafe fn byte_sub(self, n: usize) -> *const T { rt::offset(self as *mut u8, -(n as isize)) as *const T }
    pub const fn wrapping_byte_sub(self, n: usize) -> *const T { rt::offset(self as *mut u8, -(n as isize)) as *const T }
    pub const unsafe fn offset_from(self, origin: *const T) -> isize { rt::symbol("offset_from", self, origin) }
    pub const unsafe fn offset_from_unsigned(self, origin: *const T) -> usize { rt::symbol("offset_from", self, origin) }
    pub const unsafe fn sub_ptr(self, origin: *const T) -> usize { rt::symbol("offset_from", self, origin) }
    pub const unsafe fn byte_offset_from<U>(self, origin: *const U) -> isize { rt::symbol("byte_offset_from", self, origin) }
    pub fn align_offset(self, align: usize) -> usize { rt::symbol("align_offset", self, align) }
    pub fn is_aligned(self) -> bool { rt::symbol("is_aligned", self) }
    pub fn is_aligned_to(self, align: usize) -> bool { rt::symbol("is_aligned_to", self, align) }
    pub const unsafe fn read(self) -> T { crate::ptr::read(self) }
    pub unsafe fn read_volatile(self) -> T { crate::ptr::read(self) }
    pub const unsafe fn read_unaligned(self) -> T { crate::ptr::read(self) }
    pub const unsafe fn copy_to(self, dest: *mut T, n: usize) { crate::ptr::copy(self, dest, n) }
    pub const unsafe fn copy_to_nonoverlapping(self, dest: *mut T, n: usize) { crate::ptr::copy(self, dest, n) }
    pub fn eq(self, other: *const T) -> bool { self == other }
    pub const fn cast_mut(self) -> *mut T { self as *mut T }
}

impl<T> *const [T] {
    pub const fn len(self) -> usize { rt::len_of(self) }
    pub const fn is_empty(self) -> bool { rt::len_of(self) == 0 }
    pub const fn as_ptr(self) -> *const T { self as *const T }
    pub unsafe fn get_unchecked(self, i: usize) -> *const T { rt::offset(self as *mut T, i as isize) }
}

impl<T: ?Sized> *mut T {
    pub const fn is_null(self) -> bool { rt::is_null(self) }
    pub const fn cast<U>(self) -> *mut U { self as *mut U }
    pub const fn try_cast_aligned<U>(self) -> Option<*mut U> { Some(self as *mut U) }
    pub const fn addr(self) -> usize { rt::symbol("addr", self) }
    pub fn expose_provenance(self) -> usize { self as usize }
    pub fn expose_addr(self) -> usize { self as usize }
    pub fn with_addr(self, addr: usize) -> *mut T { rt::unknown() }
    pub fn map_addr<F: FnOnce(usize) -> usize>(self, f: F) -> *mut T { rt::unknown() }
    pub const fn to_raw_parts(self) -> (*mut (), usize) { (self as *mut (), rt::len_of(self)) }
    pub const unsafe fn as_ref(self) -> Option<&'static T> { if rt::is_null(self) { None } else { Some(&*self) } }
    pub const unsafe fn as_ref_unchecked(self) -> &'static T { &*self }
    pub const unsafe fn as_uninit_ref(self) -> Option<&'static MaybeUninit<T>> {
        if rt::is_null(self) { None } else { Some(&*(self as *const MaybeUninit<T>)) }
    }
    pub const unsafe fn offset(self, n: isize) -> *mut T { rt::offset(self, n) }
    pub const fn wrapping_offset(self, n: isize) -> *mut T { rt::offset(self, n) }
    pub const unsafe fn add(self, n: usize) -> *mut T { rt::offset(self, n as isize) }
    pub const fn wrapping_add(self, n: usize) -> *mut T { rt::offset(self, n as isize) }
    pub const unsafe fn sub(self, n: usize) -> *mut T { rt::offset(self, -(n as isize)) }
    pub const fn wrapping_sub(self, n: usize) -> *mut T { rt::offset(self, -(n as isize)) }
    pub const unsafe fn byte_offset(self, n: isize) -> *mut T { rt::offset(self as *mut u8, n) as *mut T }
    pub const fn wrapping_byte_offset(self, n: isize) -> *mut T { rt::offset(self as *mut u8, n) as *mut T }
    pub const unsafe fn byte_add(self, n: usize) -> *mut T { rt::offset(self as *mut u8, n as isize) as *mut T }
    pub const fn wrapping_byte_add(self, n: usize) -> *mut T { rt::offset(self as *mut u8, n as isize) as *mut T }
    pub const unsafe fn byte_sub(self, n: usize) -> *mut T { rt::offset(self as *mut u8, -(n as isize)) as *mut T }
    pub const fn wrapping_byte_sub(self, n: usize) -> *mut T { rt::offset(self as *mut u8, -(n as isize)) as *mut T }
    pub const unsafe fn offset_from(self, origin: *const T) -> isize { rt::symbol("offset_from", self, origin) }
    pub const unsafe fn offset_from_unsigned(self, origin: *const T) -> usize { rt::symbol("offset_from", self, origin) }
    pub const unsafe fn sub_ptr(self, origin: *const T) -> usize { rt::symbol("offset_from", self, origin) }
    pub const unsafe fn byte_offset_from<U>(self, origin: *const U) -> isize { rt::symbol("byte_offset_from", self, origin) }
    pub fn align_offset(self, align: usize) -> usize { rt::symbol("align_offset", self, align) }
    pub fn is_aligned(self) -> bool { rt::symbol("is_aligned", self) }
    pub fn is_aligned_to(self, align: usize) -> bool { rt::symbol("is_aligned_to", self, align) }
    pub const unsafe fn read(self) -> T { crate::ptr::read(self) }
    pub unsafe fn read_volatile(self) -> T { crate::ptr::read(self) }
    pub const unsafe fn read_unaligned(self) -> T { crate::ptr::read(self) }
    pub const unsafe fn copy_to(self, dest: *mut T, n: usize) { crate::ptr::copy(self, dest, n) }
    pub const unsafe fn copy_to_nonoverlapping(self, dest: *mut T, n: usize) { crate::ptr::copy(self, dest, n) }
    pub fn eq(self, other: *const T) -> bool { self == other }
    pub const fn cast_const(self) -> *const T { self as *const T }
    pub const unsafe fn as_mut(self) -> Option<&'static mut T> { if rt::is_null(self) { None } else { Some(&mut *self) } }
    pub const unsafe fn as_mut_unchecked(self) -> &'static mut T { &mut *self }
    pub const unsafe fn as_uninit_mut(self) -> Option<&'static mut MaybeUninit<T>> {
        if rt::is_null(self) { None } else { Some(&mut *(self as *mut MaybeUninit<T>)) }
    }
    pub const unsafe fn write(self, v: T) { crate::ptr::write(self, v) }
    pub unsafe fn write_volatile(self, v: T) { crate::ptr::write(self, v) }
    pub const unsafe fn write_unaligned(self, v: T) { crate::ptr::write(self, v) }
    pub const unsafe fn write_bytes(self, v: u8, n: usize) { crate::ptr::write_bytes(self, v, n) }
    pub const unsafe fn copy_from(self, src: *const T, n: usize) { crate::ptr::copy(src, self, n) }
    pub const unsafe fn copy_from_nonoverlapping(self, src: *const T, n: usize) { crate::ptr::copy(src, self, n) }
    pub const unsafe fn swap(self, with: *mut T) { crate::ptr::swap(self, with) }
    pub const unsafe fn replace(self, v: T) -> T { crate::ptr::replace(self, v) }
    pub unsafe fn drop_in_place(self) { crate::ptr::drop_in_place(self) }
}

impl<T> *mut [T] {
    pub const fn len(self) -> usize { rt::len_of(self) }
    pub const fn is_empty(self) -> bool { rt::len_of(self) == 0 }
    pub const fn as_ptr(self) -> *const T { self as *const T }
    pub unsafe fn get_unchecked(self, i: usize) -> *mut T { rt::offset(self as *mut T, i as isize) }
    pub const fn as_mut_ptr(self) -> *mut T { self as *mut T }
}

#[memlint_stub::copy]
pub struct NonNull<T: ?Sized> {
    pointer: *mut T,
}

impl<T: ?Sized> NonNull<T> {
    pub const fn new(p: *mut T) -> Option<NonNull<T>> {
        if rt::is_null(p) { None } else { Some(NonNull { pointer: p }) }
    }
    pub const unsafe fn new_unchecked(p: *mut T) -> NonNull<T> { NonNull { pointer: p } }
    pub const fn from_ref(r: &T) -> NonNull<T> { NonNull { pointer: r as *const T as *mut T } }
    pub const fn from_mut(r: &mut T) -> NonNull<T> { NonNull { pointer: r as *mut T } }
    pub const fn as_ptr(self) -> *mut T { self.pointer }
    pub const unsafe fn as_ref(&self) -> &'static T { &*self.pointer }
    pub const unsafe fn as_mut(&mut self) -> &'static mut T { &mut *self.pointer }
    pub const fn cast<U>(self) -> NonNull<U> { NonNull { pointer: self.pointer as *mut U } }
    pub fn addr(self) -> NonZero<usize> { rt::symbol("addr", self.pointer) }
    pub fn to_raw_parts(self) -> (NonNull<()>, usize) {
        (NonNull { pointer: self.pointer as *mut () }, rt::len_of(self.pointer))
    }
    pub const unsafe fn drop_in_place(self) { self.pointer.drop_in_place() }
}
impl<T> NonNull<T> {
    pub const fn dangling() -> NonNull<T> { NonNull { pointer: rt::dangling::<T>() } }
    pub const fn without_provenance(addr: NonZero<usize>) -> NonNull<T> { rt::unknown() }
    pub const unsafe fn read(self) -> T { self.pointer.read() }
    pub unsafe fn read_volatile(self) -> T { self.pointer.read() }
    pub const unsafe fn read_unaligned(self) -> T { self.pointer.read() }
    pub const unsafe fn write(self, v: T) { self.pointer.write(v) }
    pub unsafe fn write_volatile(self, v: T) { self.pointer.write(v) }
    pub const unsafe fn write_unaligned(self, v: T) { self.pointer.write(v) }
    pub const unsafe fn write_bytes(self, v: u8, n: usize) { self.pointer.write_bytes(v, n) }
    pub const unsafe fn replace(self, v: T) -> T { self.pointer.replace(v) }
    pub const unsafe fn swap(self, with: NonNull<T>) { self.pointer.swap(with.pointer) }
    pub const unsafe fn copy_to(self, dest: NonNull<T>, n: usize) { crate::ptr::copy(self.pointer, dest.pointer, n) }
    pub const unsafe fn copy_to_nonoverlapping(self, dest: NonNull<T>, n: usize) { crate::ptr::copy(self.pointer, dest.pointer, n) }
    pub const unsafe fn copy_from(self, src: NonNull<T>, n: usize) { crate::ptr::copy(src.pointer, self.pointer, n) }
    pub const unsafe fn copy_from_nonoverlapping(self, src: NonNull<T>, n: usize) { crate::ptr::copy(src.pointer, self.pointer, n) }
    pub const unsafe fn offset(self, n: isize) -> NonNull<T> { NonNull { pointer: rt::offset(self.pointer, n) } }
    pub const unsafe fn add(self, n: usize) -> NonNull<T> { NonNull { pointer: rt::offset(self.pointer, n as isize) } }
    pub const unsafe fn sub(self, n: usize) -> NonNull<T> { NonNull { pointer: rt::offset(self.pointer, -(n as isize)) } }
    pub const unsafe fn byte_add(self, n: usize) -> NonNull<T> { NonNull { pointer: self.pointer.byte_add(n) } }
    pub const unsafe fn byte_sub(self, n: usize) -> NonNull<T> { NonNull { pointer: self.pointer.byte_sub(n) } }
    pub const unsafe fn offset_from(self, origin: NonNull<T>) -> isize { rt::symbol("offset_from", self.pointer, origin.pointer) }
    pub fn align_offset(self, align: usize) -> usize { rt::symbol("align_offset", self.pointer, align) }
    pub fn is_aligned(self) -> bool { rt::symbol("is_aligned", self.pointer) }
    pub const unsafe fn as_uninit_ref(self) -> &'static MaybeUninit<T> { &*(self.pointer as *const MaybeUninit<T>) }
    pub const unsafe fn as_uninit_mut(self) -> &'static mut MaybeUninit<T> { &mut *(self.pointer as *mut MaybeUninit<T>) }
}
impl<T> NonNull<[T]> {
    pub const fn slice_from_raw_parts(p: NonNull<T>, n: usize) -> NonNull<[T]> { NonNull { pointer: rt::with_len(p.pointer, n) } }
    pub const fn len(self) -> usize { rt::len_of(self.pointer) }
    pub const fn is_empty(self) -> bool { rt::len_of(self.pointer) == 0 }
    pub const fn as_non_null_ptr(self) -> NonNull<T> { NonNull { pointer: self.pointer as *mut T } }
    pub const fn as_mut_ptr(self) -> *mut T { self.pointer as *mut T }
}
impl<T: ?Sized> Clone for NonNull<T> {
    fn clone(&self) -> NonNull<T> { NonNull { pointer: self.pointer } }
}
impl<T: ?Sized> PartialEq for NonNull<T> {
    fn eq(&self, other: &NonNull<T>) -> bool { self.pointer == other.pointer }
}
impl<T: ?Sized> From<&mut T> for NonNull<T> {
    fn from(r: &mut T) -> NonNull<T> { NonNull { pointer: r as *mut T } }
}
impl<T: ?Sized> From<&T> for NonNull<T> {
    fn from(r: &T) -> NonNull<T> { NonNull { pointer: r as *const T as *mut T } }
}
