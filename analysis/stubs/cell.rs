//! `std::cell`: values that change behind a shared reference.

use crate::ops::{Deref, DerefMut};
use crate::rt;

#[repr(transparent)]
pub struct Cell<T: ?Sized> {
    value: T,
}
impl<T> Cell<T> {
    pub const fn new(value: T) -> Cell<T> { Cell { value } }
    pub fn get(&self) -> T { self.value }
    pub fn set(&self, value: T) { let old = self.replace(value); }
    pub fn replace(&self, value: T) -> T {
        let old = rt::read(&raw const self.value);
        rt::write(&raw mut self.value, value);
        old
    }
    pub fn update<F: FnOnce(T) -> T>(&self, f: F) { let x = f(self.value); rt::write(&raw mut self.value, x); }
    pub fn swap(&self, other: &Cell<T>) {
        let a = rt::read(&raw const self.value);
        let b = rt::read(&raw const other.value);
        rt::write(&raw mut self.value, b);
        rt::write(&raw mut other.value, a);
    }
    pub fn into_inner(self) -> T { self.value }
    pub const fn as_ptr(&self) -> *mut T { &raw mut self.value }
    pub fn get_mut(&mut self) -> &mut T { &mut self.value }
    pub fn from_mut(t: &mut T) -> &Cell<T> { &*(t as *mut T as *mut Cell<T>) }
}
impl<T: Default> Cell<T> {
    pub fn take(&self) -> T {
        let fresh = T::default();
        self.replace(fresh)
    }
}
impl<T: Default> Default for Cell<T> {
    fn default() -> Cell<T> { Cell { value: T::default() } }
}

#[repr(transparent)]
pub struct UnsafeCell<T: ?Sized> {
    value: T,
}
impl<T> UnsafeCell<T> {
    pub const fn new(value: T) -> UnsafeCell<T> { UnsafeCell { value } }
    pub const fn into_inner(self) -> T { self.value }
    pub const fn get(&self) -> *mut T { &raw mut self.value }
    pub const fn get_mut(&mut self) -> &mut T { &mut self.value }
    pub const fn raw_get(this: *const UnsafeCell<T>) -> *mut T { this as *mut T }
    pub const fn from_mut(t: &mut T) -> &mut UnsafeCell<T> { &mut *(t as *mut T as *mut UnsafeCell<T>) }
}
pub type SyncUnsafeCell<T> = UnsafeCell<T>;

// Borrow errors are panics: a borrow succeeds here.
pub struct RefCell<T: ?Sized> {
    flag: isize,
    value: T,
}
#[memlint_stub::deref(ptr)]
#[memlint_stub::no_drop]
pub struct Ref<T: ?Sized> {
    ptr: *mut T,
}
#[memlint_stub::deref(ptr)]
#[memlint_stub::no_drop]
pub struct RefMut<T: ?Sized> {
    ptr: *mut T,
}
pub struct BorrowError;
pub struct BorrowMutError;
impl<T> RefCell<T> {
    pub const fn new(value: T) -> RefCell<T> { RefCell { flag: 0, value } }
    pub fn borrow(&self) -> Ref<T> { Ref { ptr: &raw mut self.value } }
    pub fn borrow_mut(&self) -> RefMut<T> { RefMut { ptr: &raw mut self.value } }
    pub fn try_borrow(&self) -> Result<Ref<T>, BorrowError> {
        if rt::choice() { Ok(Ref { ptr: &raw mut self.value }) } else { Err(BorrowError) }
    }
    pub fn try_borrow_mut(&self) -> Result<RefMut<T>, BorrowMutError> {
        if rt::choice() { Ok(RefMut { ptr: &raw mut self.value }) } else { Err(BorrowMutError) }
    }
    pub fn replace(&self, value: T) -> T {
        let old = rt::read(&raw const self.value);
        rt::write(&raw mut self.value, value);
        old
    }
    pub fn into_inner(self) -> T { self.value }
    pub fn as_ptr(&self) -> *mut T { &raw mut self.value }
    pub fn get_mut(&mut self) -> &mut T { &mut self.value }
}
impl<T: Default> RefCell<T> {
    pub fn take(&self) -> T {
        let fresh = T::default();
        self.replace(fresh)
    }
}
impl<T: Default> Default for RefCell<T> {
    fn default() -> RefCell<T> { RefCell { flag: 0, value: T::default() } }
}
impl<T: ?Sized> Deref for Ref<T> {
    type Target = T;
    fn deref(&self) -> &T { &*self.ptr }
}
impl<T: ?Sized> Deref for RefMut<T> {
    type Target = T;
    fn deref(&self) -> &T { &*self.ptr }
}
impl<T: ?Sized> DerefMut for RefMut<T> {
    fn deref_mut(&mut self) -> &mut T { &mut *self.ptr }
}

pub struct OnceCell<T> {
    value: Option<T>,
}
impl<T> OnceCell<T> {
    pub const fn new() -> OnceCell<T> { OnceCell { value: None } }
    pub fn get(&self) -> Option<&T> { self.value.as_ref() }
    pub fn get_mut(&mut self) -> Option<&mut T> { self.value.as_mut() }
    pub fn set(&self, value: T) -> Result<(), T> {
        match self.value {
            Some(_) => Err(value),
            None => { rt::write(&raw mut self.value, Some(value)); Ok(()) }
        }
    }
    pub fn get_or_init<F: FnOnce() -> T>(&self, f: F) -> &T {
        match self.value { Some(_) => {}, None => { rt::write(&raw mut self.value, Some(f())); } }
        match self.value { Some(ref x) => x, None => rt::panic() }
    }
    pub fn into_inner(self) -> Option<T> { self.value }
    pub fn take(&mut self) -> Option<T> { self.value.take() }
}
pub struct LazyCell<T, F> {
    value: T,
}
impl<T, F: FnOnce() -> T> LazyCell<T, F> {
    pub const fn new(f: F) -> LazyCell<T, F> { let x = f(); rt::escape(x); rt::unknown() }
}
impl<T, F> Deref for LazyCell<T, F> {
    type Target = T;
    fn deref(&self) -> &T { &self.value }
}
