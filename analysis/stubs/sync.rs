//! `std::sync`: shared values, locks and atomics. `Arc` is `Rc` with another family.

use crate::mem::{ManuallyDrop, MaybeUninit};
use crate::ops::{Deref, DerefMut};
use crate::pin::Pin;
use crate::rt;
use crate::time::Duration;

#[memlint_stub::deref(ptr)]
#[memlint_stub::counted]
pub struct Arc<T: ?Sized> {
    ptr: *mut T,
}
impl<T: ?Sized> Drop for Arc<T> {
    fn drop(&mut self) { rt::count_down("rust-arc", self.ptr) }
}
impl<T: ?Sized> Clone for Arc<T> {
    fn clone(&self) -> Arc<T> {
        rt::touch(self.ptr);
        rt::count_up(self.ptr);
        Arc { ptr: self.ptr }
    }
}
impl<T> Arc<T> {
    pub fn new(x: T) -> Arc<T> {
        let ptr = rt::acquire_value::<T>("rust-arc");
        rt::write(ptr, x);
        Arc { ptr }
    }
    pub fn pin(x: T) -> Pin<Arc<T>> { Pin { pointer: Arc::new(x) } }
    pub fn new_uninit() -> Arc<MaybeUninit<T>> { Arc { ptr: rt::acquire_value::<MaybeUninit<T>>("rust-arc") } }
    // The weak pointer is handed to the closure before there is a value.
    pub fn new_cyclic<F: FnOnce(&Weak<T>) -> T>(f: F) -> Arc<T> {
        let weak: Weak<T> = rt::unknown();
        Arc::new(f(&weak))
    }
    pub fn try_unwrap(this: Arc<T>) -> Result<T, Arc<T>> {
        if rt::choice() { Ok(Arc::take_out(this)) } else { Err(this) }
    }
    pub fn into_inner(this: Arc<T>) -> Option<T> {
        if rt::choice() { Some(Arc::take_out(this)) } else { None }
    }
    pub fn unwrap_or_clone(this: Arc<T>) -> T { Arc::take_out(this) }
    fn take_out(this: Arc<T>) -> T {
        let kept = ManuallyDrop { value: this };
        let x = rt::read(kept.value.ptr);
        rt::count_down("rust-arc", kept.value.ptr);
        x
    }
}
impl<T: ?Sized> Arc<T> {
    pub fn into_raw(this: Arc<T>) -> *const T {
        let kept = ManuallyDrop { value: this };
        let p = kept.value.ptr;
        rt::disown(p);
        p
    }
    pub unsafe fn from_raw(ptr: *const T) -> Arc<T> {
        rt::adopt_value("rust-arc", ptr as *mut T);
        Arc { ptr: ptr as *mut T }
    }
    #[memlint_stub::lends]
    pub fn as_ptr(this: &Arc<T>) -> *const T { this.ptr }
    pub unsafe fn increment_strong_count(ptr: *const T) {
        rt::touch(ptr);
        rt::count_up(ptr as *mut T);
        rt::disown(ptr as *mut T);
    }
    pub unsafe fn decrement_strong_count(ptr: *const T) { let _back = Arc::from_raw(ptr); }
    pub fn downgrade(this: &Arc<T>) -> Weak<T> { Weak { ptr: this.ptr } }
    pub fn strong_count(this: &Arc<T>) -> usize { rt::unknown() }
    pub fn weak_count(this: &Arc<T>) -> usize { rt::unknown() }
    pub fn get_mut(this: &mut Arc<T>) -> Option<&mut T> { if rt::choice() { Some(&mut *this.ptr) } else { None } }
    pub unsafe fn get_mut_unchecked(this: &mut Arc<T>) -> &mut T { &mut *this.ptr }
    pub fn make_mut(this: &mut Arc<T>) -> &mut T { &mut *this.ptr }
    pub fn ptr_eq(this: &Arc<T>, other: &Arc<T>) -> bool { this.ptr == other.ptr }
    pub fn downcast<U>(self) -> Result<Arc<U>, Arc<T>> {
        if rt::choice() {
            let kept = ManuallyDrop { value: self };
            Ok(Arc { ptr: kept.value.ptr as *mut U })
        } else {
            Err(self)
        }
    }
}
impl<T: ?Sized> Deref for Arc<T> {
    type Target = T;
    fn deref(&self) -> &T { &*self.ptr }
}
impl<T: ?Sized> AsRef<T> for Arc<T> {
    fn as_ref(&self) -> &T { &*self.ptr }
}
impl<T: Default> Default for Arc<T> {
    fn default() -> Arc<T> { Arc::new(T::default()) }
}
impl<T> From<T> for Arc<T> {
    fn from(x: T) -> Arc<T> { Arc::new(x) }
}
impl<T> From<Box<T>> for Arc<T> {
    fn from(b: Box<T>) -> Arc<T> { Arc::new(Box::into_inner(b)) }
}
impl From<&str> for Arc<str> {
    fn from(s: &str) -> Arc<str> { Arc { ptr: rt::acquire_value::<str>("rust-arc") } }
}
impl From<String> for Arc<str> {
    fn from(s: String) -> Arc<str> { Arc { ptr: rt::acquire_value::<str>("rust-arc") } }
}
impl<T> From<Vec<T>> for Arc<[T]> {
    fn from(v: Vec<T>) -> Arc<[T]> { rt::escape(v); Arc { ptr: rt::acquire_value::<[T]>("rust-arc") } }
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
    pub fn upgrade(&self) -> Option<Arc<T>> { rt::unknown() }
    pub fn as_ptr(&self) -> *const T { rt::symbol("weak_ptr", self.ptr) }
    pub fn into_raw(self) -> *const T { rt::unknown() }
    pub unsafe fn from_raw(ptr: *const T) -> Weak<T> { rt::escape(ptr); rt::unknown() }
    pub fn strong_count(&self) -> usize { rt::unknown() }
    pub fn weak_count(&self) -> usize { rt::unknown() }
    pub fn ptr_eq(&self, other: &Weak<T>) -> bool { self.ptr == other.ptr }
}

pub struct PoisonError<G> {
    guard: G,
}
impl<G> PoisonError<G> {
    pub fn into_inner(self) -> G { self.guard }
    pub fn get_ref(&self) -> &G { &self.guard }
    pub fn get_mut(&mut self) -> &mut G { &mut self.guard }
}
pub enum TryLockError<G> {
    Poisoned(PoisonError<G>),
    WouldBlock,
}
pub type LockResult<G> = Result<G, PoisonError<G>>;
pub type TryLockResult<G> = Result<G, TryLockError<G>>;

// A poisoned lock needs a panic elsewhere: locking succeeds here.
pub struct Mutex<T: ?Sized> {
    value: T,
}
#[memlint_stub::deref(ptr)]
#[memlint_stub::no_drop]
pub struct MutexGuard<T: ?Sized> {
    ptr: *mut T,
}
impl<T> Mutex<T> {
    pub const fn new(value: T) -> Mutex<T> { Mutex { value } }
    pub fn into_inner(self) -> Result<T, PoisonError<T>> { Ok(self.value) }
}
impl<T: ?Sized> Mutex<T> {
    pub fn lock(&self) -> Result<MutexGuard<T>, PoisonError<MutexGuard<T>>> { Ok(MutexGuard { ptr: &raw mut self.value }) }
    pub fn try_lock(&self) -> Result<MutexGuard<T>, TryLockError<MutexGuard<T>>> {
        if rt::choice() { Ok(MutexGuard { ptr: &raw mut self.value }) } else { Err(TryLockError::WouldBlock) }
    }
    pub fn get_mut(&mut self) -> Result<&mut T, PoisonError<&mut T>> { Ok(&mut self.value) }
    pub fn is_poisoned(&self) -> bool { rt::unknown() }
    pub fn clear_poison(&self) {}
}
impl<T: Default> Default for Mutex<T> {
    fn default() -> Mutex<T> { Mutex { value: T::default() } }
}
impl<T: ?Sized> Deref for MutexGuard<T> {
    type Target = T;
    fn deref(&self) -> &T { &*self.ptr }
}
impl<T: ?Sized> DerefMut for MutexGuard<T> {
    fn deref_mut(&mut self) -> &mut T { &mut *self.ptr }
}

pub struct RwLock<T: ?Sized> {
    value: T,
}
pub type RwLockReadGuard<T> = MutexGuard<T>;
pub type RwLockWriteGuard<T> = MutexGuard<T>;
impl<T> RwLock<T> {
    pub const fn new(value: T) -> RwLock<T> { RwLock { value } }
    pub fn into_inner(self) -> Result<T, PoisonError<T>> { Ok(self.value) }
}
impl<T: ?Sized> RwLock<T> {
    pub fn read(&self) -> Result<MutexGuard<T>, PoisonError<MutexGuard<T>>> { Ok(MutexGuard { ptr: &raw mut self.value }) }
    pub fn write(&self) -> Result<MutexGuard<T>, PoisonError<MutexGuard<T>>> { Ok(MutexGuard { ptr: &raw mut self.value }) }
    pub fn get_mut(&mut self) -> Result<&mut T, PoisonError<&mut T>> { Ok(&mut self.value) }
}

pub struct Once {
    state: u32,
}
pub struct OnceState;
pub const ONCE_INIT: Once = Once { state: 0 };
impl Once {
    pub const fn new() -> Once { Once { state: 0 } }
    pub fn call_once<F: FnOnce()>(&self, f: F) { f() }
    pub fn call_once_force<F: FnOnce(&OnceState)>(&self, f: F) { f(&OnceState) }
    pub fn is_completed(&self) -> bool { rt::unknown() }
}

// What is stored in it stays for as long as the cell does, mostly for ever.
pub struct OnceLock<T> {
    value: T,
}
impl<T> OnceLock<T> {
    pub const fn new() -> OnceLock<T> { rt::unknown() }
    pub fn get(&self) -> Option<&T> { rt::unknown() }
    pub fn get_mut(&mut self) -> Option<&mut T> { rt::unknown() }
    pub fn set(&self, value: T) -> Result<(), T> { rt::escape(value); rt::unknown() }
    pub fn get_or_init<F: FnOnce() -> T>(&self, f: F) -> &T { let x = f(); rt::escape(x); rt::unknown() }
    pub fn into_inner(self) -> Option<T> { rt::unknown() }
    pub fn take(&mut self) -> Option<T> { rt::unknown() }
}
pub struct LazyLock<T, F> {
    value: T,
}
impl<T, F: FnOnce() -> T> LazyLock<T, F> {
    pub const fn new(f: F) -> LazyLock<T, F> { let x = f(); rt::escape(x); rt::unknown() }
    pub fn force(this: &LazyLock<T, F>) -> &T { &this.value }
}
impl<T, F> Deref for LazyLock<T, F> {
    type Target = T;
    fn deref(&self) -> &T { &self.value }
}

pub struct Condvar;
impl Condvar {
    pub const fn new() -> Condvar { Condvar }
    pub fn wait<T>(&self, guard: MutexGuard<T>) -> Result<MutexGuard<T>, PoisonError<MutexGuard<T>>> { Ok(guard) }
    pub fn notify_one(&self) {}
    pub fn notify_all(&self) {}
}
pub struct Barrier;

pub mod mpsc {
    use crate::rt;
    pub struct Sender<T> { chan: *mut T }
    pub type SyncSender<T> = Sender<T>;
    pub struct Receiver<T> { chan: *mut T }
    pub struct SendError<T>(pub T);
    pub struct RecvError;
    pub fn channel<T>() -> (Sender<T>, Receiver<T>) { rt::unknown() }
    pub fn sync_channel<T>(n: usize) -> (Sender<T>, Receiver<T>) { rt::unknown() }
    impl<T> Sender<T> {
        pub fn send(&self, x: T) -> Result<(), SendError<T>> { rt::escape(x); rt::unknown() }
    }
    impl<T> Clone for Sender<T> {
        fn clone(&self) -> Sender<T> { rt::unknown() }
    }
    impl<T> Receiver<T> {
        pub fn recv(&self) -> Result<T, RecvError> { rt::unknown() }
        pub fn try_recv(&self) -> Result<T, RecvError> { rt::unknown() }
    }
}

pub mod atomic {
    //! Atomics are plain cells: other threads are out of view.
    use crate::rt;

    #[memlint_stub::copy]
    pub enum Ordering { Relaxed, Release, Acquire, AcqRel, SeqCst }
    pub fn fence(o: Ordering) {}
    pub fn compiler_fence(o: Ordering) {}

    pub struct AtomicPtr<T> {
        p: *mut T,
    }
    impl<T> AtomicPtr<T> {
        pub const fn new(p: *mut T) -> AtomicPtr<T> { AtomicPtr { p } }
        pub fn load(&self, o: Ordering) -> *mut T { self.p }
        pub fn store(&self, p: *mut T, o: Ordering) { rt::write(&raw mut self.p, p) }
        pub fn swap(&self, p: *mut T, o: Ordering) -> *mut T {
            let old = self.p;
            rt::write(&raw mut self.p, p);
            old
        }
        pub fn compare_exchange(&self, current: *mut T, new: *mut T, s: Ordering, f: Ordering) -> Result<*mut T, *mut T> {
            if rt::choice() {
                rt::write(&raw mut self.p, new);
                Ok(current)
            } else {
                Err(rt::unknown())
            }
        }
        pub fn compare_exchange_weak(&self, current: *mut T, new: *mut T, s: Ordering, f: Ordering) -> Result<*mut T, *mut T> {
            self.compare_exchange(current, new, s, f)
        }
        pub fn fetch_update<F: FnMut(*mut T) -> Option<*mut T>>(&self, s: Ordering, f: Ordering, g: F) -> Result<*mut T, *mut T> {
            let old = self.p;
            match g(old) {
                Some(new) => { rt::write(&raw mut self.p, new); Ok(old) }
                None => Err(old),
            }
        }
        pub fn get_mut(&mut self) -> &mut *mut T { &mut self.p }
        pub const fn into_inner(self) -> *mut T { self.p }
        pub const fn as_ptr(&self) -> *mut *mut T { &raw mut self.p }
        pub const unsafe fn from_ptr(p: *mut *mut T) -> &'static AtomicPtr<T> { &*(p as *mut AtomicPtr<T>) }
    }
    impl<T> Default for AtomicPtr<T> {
        fn default() -> AtomicPtr<T> { AtomicPtr { p: 0 as *mut T } }
    }

    pub struct Atomic<T> {
        v: T,
    }
    pub type AtomicBool = Atomic<bool>;
    pub type AtomicUsize = Atomic<usize>;
    pub type AtomicIsize = Atomic<isize>;
    pub type AtomicU64 = Atomic<u64>;
    pub type AtomicI64 = Atomic<i64>;
    pub type AtomicU32 = Atomic<u32>;
    pub type AtomicI32 = Atomic<i32>;
    pub type AtomicU16 = Atomic<u16>;
    pub type AtomicI16 = Atomic<i16>;
    pub type AtomicU8 = Atomic<u8>;
    pub type AtomicI8 = Atomic<i8>;
    impl<T> Atomic<T> {
        pub const fn new(v: T) -> Atomic<T> { Atomic { v } }
        pub fn load(&self, o: Ordering) -> T { self.v }
        pub fn store(&self, v: T, o: Ordering) { rt::write(&raw mut self.v, v) }
        pub fn swap(&self, v: T, o: Ordering) -> T {
            let old = self.v;
            rt::write(&raw mut self.v, v);
            old
        }
        fn changed(&self) -> T {
            rt::write(&raw mut self.v, rt::unknown());
            rt::unknown()
        }
        pub fn fetch_add(&self, v: T, o: Ordering) -> T { self.changed() }
        pub fn fetch_sub(&self, v: T, o: Ordering) -> T { self.changed() }
        pub fn fetch_max(&self, v: T, o: Ordering) -> T { self.changed() }
        pub fn fetch_min(&self, v: T, o: Ordering) -> T { self.changed() }
        pub fn fetch_and(&self, v: T, o: Ordering) -> T { self.changed() }
        pub fn fetch_or(&self, v: T, o: Ordering) -> T { self.changed() }
        pub fn fetch_xor(&self, v: T, o: Ordering) -> T { self.changed() }
        pub fn compare_exchange(&self, a: T, b: T, s: Ordering, f: Ordering) -> Result<T, T> { self.changed(); rt::unknown() }
        pub fn compare_exchange_weak(&self, a: T, b: T, s: Ordering, f: Ordering) -> Result<T, T> { self.changed(); rt::unknown() }
        pub fn get_mut(&mut self) -> &mut T { &mut self.v }
        pub const fn into_inner(self) -> T { self.v }
        pub const fn as_ptr(&self) -> *mut T { &raw mut self.v }
    }
    impl<T: Default> Default for Atomic<T> {
        fn default() -> Atomic<T> { Atomic { v: T::default() } }
    }
}
