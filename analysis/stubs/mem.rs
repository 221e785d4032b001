//! `std::mem`: moving, forgetting and reinterpreting values.

use crate::ops::{Deref, DerefMut};
use crate::rt;

#[memlint_stub::deref_field(value)]
#[memlint_stub::no_drop]
pub struct ManuallyDrop<T: ?Sized> {
    value: T,
}

impl<T> ManuallyDrop<T> {
    pub const fn new(value: T) -> ManuallyDrop<T> {
        rt::disown_value(&value);
        ManuallyDrop { value }
    }
    pub const fn into_inner(slot: ManuallyDrop<T>) -> T {
        let v = slot.value;
        rt::own_value(&v);
        v
    }
    pub unsafe fn take(slot: &mut ManuallyDrop<T>) -> T {
        let v = rt::duplicate(&raw const slot.value);
        rt::own_value(&v);
        v
    }
    pub unsafe fn drop(slot: &mut ManuallyDrop<T>) {
        let v = rt::duplicate(&raw const slot.value);
        rt::own_value(&v);
    }
}
impl<T: ?Sized> Deref for ManuallyDrop<T> {
    type Target = T;
    fn deref(&self) -> &T { &self.value }
}
impl<T: ?Sized> DerefMut for ManuallyDrop<T> {
    fn deref_mut(&mut self) -> &mut T { &mut self.value }
}
impl<T: Clone> Clone for ManuallyDrop<T> {
    fn clone(&self) -> ManuallyDrop<T> { ManuallyDrop::new(self.value.clone()) }
}

#[memlint_stub::no_drop]
pub union MaybeUninit<T> {
    value: T,
}

impl<T> MaybeUninit<T> {
    pub const fn new(value: T) -> MaybeUninit<T> { MaybeUninit { value } }
    pub const fn uninit() -> MaybeUninit<T> { rt::unknown() }
    pub const fn zeroed() -> MaybeUninit<T> { rt::unknown() }
    pub const fn uninit_array<const N: usize>() -> [MaybeUninit<T>; N] { rt::unknown() }
    pub const fn write(&mut self, value: T) -> &mut T {
        rt::write(&raw mut self.value, value);
        &mut self.value
    }
    pub const unsafe fn assume_init(self) -> T { self.value }
    pub const unsafe fn assume_init_read(&self) -> T { rt::duplicate(&raw const self.value) }
    pub unsafe fn assume_init_drop(&mut self) { rt::drop_in_place(&raw mut self.value) }
    pub const unsafe fn assume_init_ref(&self) -> &T { &self.value }
    pub const unsafe fn assume_init_mut(&mut self) -> &mut T { &mut self.value }
    #[memlint_stub::lends]
    pub const fn as_ptr(&self) -> *const T { &raw const self.value }
    #[memlint_stub::lends]
    pub const fn as_mut_ptr(&mut self) -> *mut T { &raw mut self.value }
    pub fn slice_as_ptr(s: &[MaybeUninit<T>]) -> *const T { s as *const [MaybeUninit<T>] as *const T }
    pub fn slice_as_mut_ptr(s: &mut [MaybeUninit<T>]) -> *mut T { s as *mut [MaybeUninit<T>] as *mut T }
}

pub fn forget<T>(v: T) {
    rt::disown_value(&v);
    let _kept = ManuallyDrop { value: v };
}
pub fn drop<T>(x: T) { rt::drop_value(x) }
pub fn replace<T>(dest: &mut T, src: T) -> T {
    let old = rt::read(dest);
    rt::write(dest, src);
    old
}
pub fn take<T: Default>(dest: &mut T) -> T {
    let fresh = T::default();
    let old = rt::read(dest);
    rt::write(dest, fresh);
    old
}
pub fn swap<T>(x: &mut T, y: &mut T) {
    let a = rt::read(x);
    let b = rt::read(y);
    rt::write(x, b);
    rt::write(y, a);
}
pub unsafe fn transmute<A, B>(src: A) -> B {
    let kept = ManuallyDrop { value: src };
    rt::retype::<B>(&kept.value);
    rt::read(&raw const kept.value as *const B)
}
pub unsafe fn transmute_copy<A, B>(src: &A) -> B {
    rt::duplicate(src as *const A as *const B)
}
pub const unsafe fn zeroed<T>() -> T { rt::unknown() }
pub unsafe fn uninitialized<T>() -> T { rt::unknown() }
pub const fn size_of<T>() -> usize { rt::size_of::<T>() }
pub const fn size_of_val<T: ?Sized>(v: &T) -> usize { rt::symbol("size_of_val", v) }
pub unsafe fn size_of_val_raw<T: ?Sized>(v: *const T) -> usize { rt::symbol("size_of_val", v) }
pub const fn align_of<T>() -> usize { rt::align_of::<T>() }
pub const fn min_align_of<T>() -> usize { rt::align_of::<T>() }
pub const fn align_of_val<T: ?Sized>(v: &T) -> usize { rt::symbol("align_of_val", v) }
pub unsafe fn align_of_val_raw<T: ?Sized>(v: *const T) -> usize { rt::symbol("align_of_val", v) }
pub const fn needs_drop<T: ?Sized>() -> bool { rt::unknown() }
pub const fn discriminant<T>(v: &T) -> Discriminant<T> { rt::unknown() }

#[memlint_stub::copy]
pub struct Discriminant<T> {
    value: usize,
}
