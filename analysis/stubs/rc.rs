//! `std::rc`: shared values, counted.

use crate::mem::{ManuallyDrop, MaybeUninit};
use crate::ops::Deref;
use crate::pin::Pin;
use crate::rt;

#[memlint_stub::deref(ptr)]
#[memlint_stub::counted]
pub struct Rc<T: ?Sized> {
    ptr: *mut T,
}
impl<T: ?Sized> Drop for Rc<T> {
    fn drop(&mut self) { rt::count_down("rust-rc", self.ptr) }
}
impl<T: ?Sized> Clone for Rc<T> {
    fn clone(&self) -> Rc<T> {
        rt::touch(self.ptr);
        rt::count_up(self.ptr);
        Rc { ptr: self.ptr }
    }
}
impl<T> Rc<T> {
    pub fn new(x: T) -> Rc<T> {
        let ptr = rt::acquire_value::<T>("rust-rc");
        rt::write(ptr, x);
        Rc { ptr }
    }
    pub fn pin(x: T) -> Pin<Rc<T>> { Pin { pointer: Rc::new(x) } }
    pub fn new_uninit() -> Rc<MaybeUninit<T>> { Rc { ptr: rt::acquire_value::<MaybeUninit<T>>("rust-rc") } }
    // The weak pointer is handed to the closure before there is a value.
    pub fn new_cyclic<F: FnOnce(&Weak<T>) -> T>(f: F) -> Rc<T> {
        let weak: Weak<T> = rt::unknown();
        Rc::new(f(&weak))
    }
    pub fn try_unwrap(this: Rc<T>) -> Result<T, Rc<T>> {
        if rt::choice() { Ok(Rc::take_out(this)) } else { Err(this) }
    }
    pub fn into_inner(this: Rc<T>) -> Option<T> {
        if rt::choice() { Some(Rc::take_out(this)) } else { None }
    }
    pub fn unwrap_or_clone(this: Rc<T>) -> T { Rc::take_out(this) }
    fn take_out(this: Rc<T>) -> T {
        let kept = ManuallyDrop { value: this };
        let x = rt::read(kept.value.ptr);
        rt::count_down("rust-rc", kept.value.ptr);
        x
    }
}
impl<T: ?Sized> Rc<T> {
    pub fn into_raw(this: Rc<T>) -> *const T {
        let kept = ManuallyDrop { value: this };
        let p = kept.value.ptr;
        rt::disown(p);
        p
    }
    pub unsafe fn from_raw(ptr: *const T) -> Rc<T> {
        rt::adopt_value("rust-rc", ptr as *mut T);
        Rc { ptr: ptr as *mut T }
    }
    #[memlint_stub::lends]
    pub fn as_ptr(this: &Rc<T>) -> *const T { this.ptr }
    pub unsafe fn increment_strong_count(ptr: *const T) {
        rt::touch(ptr);
        rt::count_up(ptr as *mut T);
        rt::disown(ptr as *mut T);
    }
    pub unsafe fn decrement_strong_count(ptr: *const T) { let _back = Rc::from_raw(ptr); }
    pub fn downgrade(this: &Rc<T>) -> Weak<T> { Weak { ptr: this.ptr } }
    pub fn strong_count(this: &Rc<T>) -> usize { rt::unknown() }
    pub fn weak_count(this: &Rc<T>) -> usize { rt::unknown() }
    pub fn get_mut(this: &mut Rc<T>) -> Option<&mut T> { if rt::choice() { Some(&mut *this.ptr) } else { None } }
    pub unsafe fn get_mut_unchecked(this: &mut Rc<T>) -> &mut T { &mut *this.ptr }
    pub fn make_mut(this: &mut Rc<T>) -> &mut T { &mut *this.ptr }
    pub fn ptr_eq(this: &Rc<T>, other: &Rc<T>) -> bool { this.ptr == other.ptr }
    pub fn downcast<U>(self) -> Result<Rc<U>, Rc<T>> {
        if rt::choice() {
            let kept = ManuallyDrop { value: self };
            Ok(Rc { ptr: kept.value.ptr as *mut U })
        } else {
            Err(self)
        }
    }
}
impl<T: ?Sized> Deref for Rc<T> {
    type Target = T;
    fn deref(&self) -> &T { &*self.ptr }
}
impl<T: ?Sized> AsRef<T> for Rc<T> {
    fn as_ref(&self) -> &T { &*self.ptr }
}
impl<T: Default> Default for Rc<T> {
    fn default() -> Rc<T> { Rc::new(T::default()) }
}
impl<T> From<T> for Rc<T> {
    fn from(x: T) -> Rc<T> { Rc::new(x) }
}
impl<T> From<Box<T>> for Rc<T> {
    fn from(b: Box<T>) -> Rc<T> { Rc::new(Box::into_inner(b)) }
}
impl From<&str> for Rc<str> {
    fn from(s: &str) -> Rc<str> { Rc { ptr: rt::acquire_value::<str>("rust-rc") } }
}
impl From<String> for Rc<str> {
    fn from(s: String) -> Rc<str> { Rc { ptr: rt::acquire_value::<str>("rust-rc") } }
}
impl<T> From<Vec<T>> for Rc<[T]> {
    fn from(v: Vec<T>) -> Rc<[T]> { rt::escape(v); Rc { ptr: rt::acquire_value::<[T]>("rust-rc") } }
}

// Keeps no value alive: it owns nothing here, and upgrading may fail.
pub struct Weak<T: ?Sized> {
    ptr: *mut T,
}
impl<T: ?Sized> Clone for Weak<T> {
    fn clone(&self) -> Weak<T> { Weak { ptr: self.ptr } }
}
impl<T> Weak<T> {
    pub const fn new() -> Weak<T> { rt::unknown() }
}
impl<T> Default for Weak<T> {
    fn default() -> Weak<T> { rt::unknown() }
}
impl<T: ?Sized> Weak<T> {
    pub fn upgrade(&self) -> Option<Rc<T>> { rt::unknown() }
    pub fn as_ptr(&self) -> *const T { rt::symbol("weak_ptr", self.ptr) }
    pub fn into_raw(self) -> *const T { rt::unknown() }
    pub unsafe fn from_raw(ptr: *const T) -> Weak<T> { rt::escape(ptr); rt::unknown() }
    pub fn strong_count(&self) -> usize { rt::unknown() }
    pub fn weak_count(&self) -> usize { rt::unknown() }
    pub fn ptr_eq(&self, other: &Weak<T>) -> bool { self.ptr == other.ptr }
}
