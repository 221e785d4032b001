//! `std::panic`: catching and going on.

use crate::any::Any;
use crate::rt;

// A function and an alias of its argument: the wrapped closure is called like a bare one.
pub fn AssertUnwindSafe<T>(x: T) -> T { x }
pub type AssertUnwindSafe<T> = T;
pub trait UnwindSafe {}
pub trait RefUnwindSafe {}

pub fn catch_unwind<R, F: FnOnce() -> R>(f: F) -> Result<R, Box<dyn Any>> {
    if rt::choice() {
        Ok(f())
    } else {
        rt::escape(f);
        Err(rt::unknown())
    }
}
pub fn resume_unwind(payload: Box<dyn Any>) -> ! { rt::escape(payload); rt::panic() }
pub fn panic_any<M>(msg: M) -> ! { rt::escape(msg); rt::panic() }
pub fn set_hook<F>(hook: F) { rt::escape(hook) }
pub fn take_hook() -> Box<dyn Any> { rt::unknown() }
