//! What counts as a pointer to an object: in results, in arguments, and behind out-parameters.

use crate::entry::Pointee;
use core::marker::PhantomData;
use core::ptr::{self, NonNull};

/// A value that points to one object, or to none.
///
/// `#[paired_alloc]` follows what implements it. Implement it for a handle type of your own to have
/// the object behind it followed, too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no pointer that `#[paired_alloc]` can follow",
    label = "no pointer to follow",
    note = "it follows raw pointers, `NonNull`, references, `Box`, and `Option` and `Result` of them",
    note = "implement `memlint::Pointer` for a type of your own, or mark the function `untracked` and call `memlint::track`"
)]
pub trait Pointer {
    /// What it points to.
    type Target: ?Sized;

    /// The object's address; null if there is none.
    fn address(&self) -> *const ();
}

impl<T: ?Sized> Pointer for *mut T {
    type Target = T;

    #[inline(always)]
    fn address(&self) -> *const () {
        self.cast()
    }
}

impl<T: ?Sized> Pointer for *const T {
    type Target = T;

    #[inline(always)]
    fn address(&self) -> *const () {
        self.cast()
    }
}

impl<T: ?Sized> Pointer for NonNull<T> {
    type Target = T;

    #[inline(always)]
    fn address(&self) -> *const () {
        self.as_ptr().cast_const().cast()
    }
}

impl<T: ?Sized> Pointer for &T {
    type Target = T;

    #[inline(always)]
    fn address(&self) -> *const () {
        ptr::from_ref::<T>(self).cast()
    }
}

impl<T: ?Sized> Pointer for &mut T {
    type Target = T;

    #[inline(always)]
    fn address(&self) -> *const () {
        ptr::from_ref::<T>(self).cast()
    }
}

#[cfg(feature = "std")]
impl<T: ?Sized> Pointer for std::boxed::Box<T> {
    type Target = T;

    #[inline(always)]
    fn address(&self) -> *const () {
        ptr::from_ref::<T>(self).cast()
    }
}

impl<P: Pointer> Pointer for Option<P> {
    type Target = P::Target;

    #[inline(always)]
    fn address(&self) -> *const () {
        self.as_ref().map_or(ptr::null(), P::address)
    }
}

impl<P: Pointer, E> Pointer for Result<P, E> {
    type Target = P::Target;

    #[inline(always)]
    fn address(&self) -> *const () {
        self.as_ref().map_or(ptr::null(), P::address)
    }
}

/// A place that holds, or will hold, a pointer to an object: `*mut *mut T`, `&mut *mut T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no place for a pointer",
    label = "not `*mut *mut T` or `&mut *mut T`",
    note = "`out = N` names the parameter through which the allocation comes back"
)]
pub trait Place: Sized {
    /// The pointer in it.
    type Held: Pointer;

    /// Where it stands, to be looked at now; null if nowhere.
    fn place(&self) -> *const Self::Held;

    /// Where it stands, to be looked at later; and the same again for the program, which goes on with
    /// what is derived from it.
    fn shared(self) -> (*const Self::Held, Self);
}

impl<P: Pointer> Place for *mut P {
    type Held = P;

    #[inline(always)]
    fn place(&self) -> *const P {
        *self
    }

    #[inline(always)]
    fn shared(self) -> (*const P, Self) {
        (self, self)
    }
}

impl<P: Pointer> Place for *const P {
    type Held = P;

    #[inline(always)]
    fn place(&self) -> *const P {
        *self
    }

    #[inline(always)]
    fn shared(self) -> (*const P, Self) {
        (self, self)
    }
}

impl<P: Pointer> Place for NonNull<P> {
    type Held = P;

    #[inline(always)]
    fn place(&self) -> *const P {
        self.as_ptr()
    }

    #[inline(always)]
    fn shared(self) -> (*const P, Self) {
        (self.as_ptr(), self)
    }
}

impl<P: Pointer> Place for &mut P {
    type Held = P;

    #[inline(always)]
    fn place(&self) -> *const P {
        &raw const **self
    }

    #[inline(always)]
    fn shared(self) -> (*const P, Self) {
        let place: *mut P = self;
        // SAFETY: it was a reference, and it is looked at through the pointer only when what is
        // made here is no longer used.
        (place, unsafe { &mut *place })
    }
}

impl<O: Place> Place for Option<O> {
    type Held = O::Held;

    #[inline(always)]
    fn place(&self) -> *const O::Held {
        self.as_ref().map_or(ptr::null(), O::place)
    }

    #[inline(always)]
    fn shared(self) -> (*const O::Held, Self) {
        match self.map(O::shared) {
            Some((place, again)) => (place, Some(again)),
            None => (ptr::null(), None),
        }
    }
}

/// A place that is looked at after the function has run, on whatever thread that is.
#[derive(Clone, Copy)]
pub struct Kept<P>(*const P);

// SAFETY: it is only read by the function that was handed the place, when it is about to return.
unsafe impl<P> Send for Kept<P> {}
// SAFETY: as above.
unsafe impl<P> Sync for Kept<P> {}

/// Keeps where an out-parameter points to, and hands it back.
#[inline(always)]
pub fn kept<O: Place>(out: O) -> (Kept<O::Held>, O) {
    let (place, out) = out.shared();
    (Kept(place), out)
}

impl<P> Kept<P> {
    /// What stands there.
    ///
    /// # Safety
    /// The place is null, or may be read.
    #[inline(always)]
    pub(crate) unsafe fn look(&self) -> Option<&P> {
        // SAFETY: the caller's promise.
        unsafe { self.0.as_ref() }
    }
}

/// Asks what is known of a type: the inherent methods answer where they can, [`Otherwise`] elsewhere.
pub struct Probe<'a, T: ?Sized>(PhantomData<fn() -> *const T>, PhantomData<&'a ()>);

/// Asks about the type that a pointer points to.
#[inline(always)]
pub fn target<P: Pointer>(_: &P) -> Probe<'_, P::Target> {
    Probe(PhantomData, PhantomData)
}

/// Asks about the type of what a place holds a pointer to.
#[inline(always)]
pub fn place_target<O: Place>(_: &O) -> Probe<'_, <O::Held as Pointer>::Target> {
    Probe(PhantomData, PhantomData)
}

/// Asks about a type.
#[inline(always)]
pub fn result<R>() -> Probe<'static, R> {
    Probe(PhantomData, PhantomData)
}

impl<T> Probe<'_, T> {
    const POINTEE: &'static Pointee = &Pointee::of::<T>();

    /// What is known of it.
    #[inline(always)]
    pub fn pointee(&self) -> &'static Pointee {
        Self::POINTEE
    }
}

impl<T: Default> Probe<'_, T> {
    /// What a function returns whose body is left out, so that a faulty release does not happen.
    #[inline(always)]
    pub fn skipped(&self) -> Option<T> {
        Some(T::default())
    }
}

/// The answers where the type has no size, or no default.
pub trait Otherwise {
    /// The type asked about.
    type Of: ?Sized;

    /// What is known of it: the name.
    fn pointee(&self) -> &'static Pointee;

    /// Nothing to return.
    fn skipped(&self) -> Option<Self::Of>
    where
        Self::Of: Sized;
}

impl<T: ?Sized> Otherwise for Probe<'_, T> {
    type Of = T;

    #[inline(always)]
    fn pointee(&self) -> &'static Pointee {
        const { &Pointee::of_unsized::<T>() }
    }

    #[inline(always)]
    fn skipped(&self) -> Option<T>
    where
        T: Sized,
    {
        None
    }
}

/// Whether a function that allocates through a parameter says that it has succeeded.
pub struct Status<'a, R>(pub &'a R);

macro_rules! integer_status {
    ($($int:ty),*) => {$(
        impl Status<'_, $int> {
            /// Zero is success nearly everywhere, one is in libraries that return truth values.
            /// Anything else may be the number of an error, and the parameter untouched.
            #[inline(always)]
            pub fn succeeded(&self) -> bool {
                matches!(*self.0, 0 | 1)
            }
        }
    )*};
}

integer_status!(i8, u8, i16, u16, i32, u32, i64, u64, isize, usize);

impl Status<'_, bool> {
    /// As it says.
    #[inline(always)]
    pub fn succeeded(&self) -> bool {
        *self.0
    }
}

impl<T, E> Status<'_, Result<T, E>> {
    /// As it says.
    #[inline(always)]
    pub fn succeeded(&self) -> bool {
        self.0.is_ok()
    }
}

impl<T> Status<'_, Option<T>> {
    /// As it says.
    #[inline(always)]
    pub fn succeeded(&self) -> bool {
        self.0.is_some()
    }
}

/// The answer for all other results.
pub trait OtherStatus {
    /// Taken for a success: the parameter is looked at.
    fn succeeded(&self) -> bool;
}

impl<R> OtherStatus for Status<'_, R> {
    #[inline(always)]
    fn succeeded(&self) -> bool {
        true
    }
}
