//! `std::thread`: what another thread gets is out of view.

use crate::any::Any;
use crate::rt;
use crate::time::Duration;

pub struct JoinHandle<T> {
    result: *mut T,
}
impl<T> JoinHandle<T> {
    pub fn join(self) -> Result<T, Box<dyn Any>> { rt::unknown() }
    pub fn is_finished(&self) -> bool { rt::unknown() }
}
pub struct Thread;
pub struct Scope;
pub struct Builder;
impl Builder {
    pub fn new() -> Builder { Builder }
    pub fn name(self, name: String) -> Builder { self }
    pub fn stack_size(self, n: usize) -> Builder { self }
    pub fn spawn<T, F: FnOnce() -> T>(self, f: F) -> Result<JoinHandle<T>, crate::io::Error> { rt::escape(f); rt::unknown() }
}
pub fn spawn<T, F: FnOnce() -> T>(f: F) -> JoinHandle<T> { rt::escape(f); rt::unknown() }
pub fn scope<T, F: FnOnce(&Scope) -> T>(f: F) -> T { f(&Scope) }
impl Scope {
    pub fn spawn<T, F: FnOnce() -> T>(&self, f: F) -> JoinHandle<T> { rt::escape(f); rt::unknown() }
}
pub fn current() -> Thread { Thread }
pub fn sleep(d: Duration) {}
pub fn yield_now() {}
pub fn park() {}
pub fn panicking() -> bool { false }

// A thread-local is a static: what is stored there stays.
pub struct LocalKey<T> {
    value: *mut T,
}
impl<T> LocalKey<T> {
    pub fn with<R, F: FnOnce(&T) -> R>(&self, f: F) -> R { f(rt::unknown()) }
    pub fn try_with<R, F: FnOnce(&T) -> R>(&self, f: F) -> Result<R, AccessError> { Ok(f(rt::unknown())) }
    pub fn set<U>(&self, value: U) { rt::escape(value) }
    pub fn get<U>(&self) -> U { rt::unknown() }
    pub fn take<U>(&self) -> U { rt::unknown() }
    pub fn replace<U>(&self, value: U) -> U { rt::escape(value); rt::unknown() }
    pub fn with_borrow<U, R, F: FnOnce(&U) -> R>(&self, f: F) -> R { f(rt::unknown()) }
    pub fn with_borrow_mut<U, R, F: FnOnce(&mut U) -> R>(&self, f: F) -> R { f(rt::unknown()) }
}
pub struct AccessError;
