//! For tests: scopes that must end with nothing live, and pointers followed by hand.

use crate::entry::Site;
use crate::pointer::Pointer;
use crate::switch::ENABLED;
use core::marker::PhantomData;
use core::panic::Location;

/// Panics if an object that annotated routines have allocated inside of `body`, on this thread, is
/// still live when it ends. It may have been released on any thread.
///
/// ```
/// # use memlint::paired_alloc;
/// #[paired_alloc(family = "token", role = "alloc")]
/// fn token_new() -> *mut u8 {
///     Box::into_raw(Box::new(7))
/// }
///
/// #[paired_alloc(family = "token", role = "free")]
/// unsafe fn token_free(token: *mut u8) {
///     drop(unsafe { Box::from_raw(token) });
/// }
///
/// memlint::assert_balanced(|| unsafe { token_free(token_new()) });
/// ```
#[track_caller]
pub fn assert_balanced<R>(body: impl FnOnce() -> R) -> R {
    let scope = Scope::new("assert_balanced");
    let result = body();
    scope.end();
    result
}

/// [`assert_balanced`] as a guard: it panics when it is dropped, unless the thread panics already.
///
/// Scopes of one thread nest. The inner one answers for what is allocated while it is open.
#[must_use = "a scope ends where it is dropped"]
pub struct Scope {
    name: &'static str,
    site: Site,
    number: u32,
    outer: u32,
    /// It belongs to its thread.
    stays: PhantomData<*const ()>,
}

impl Scope {
    /// Opens a scope, named in its complaint.
    #[track_caller]
    pub fn new(name: &'static str) -> Scope {
        let (number, outer) = open();
        Scope {
            name,
            site: Location::caller(),
            number,
            outer,
            stays: PhantomData,
        }
    }

    /// How many objects that were allocated in it are live.
    pub fn live(&self) -> usize {
        #[cfg(feature = "std")]
        if ENABLED {
            return crate::scope::live(self.number);
        }
        0
    }

    /// Ends it here.
    ///
    /// # Panics
    /// Something that was allocated in it is live.
    #[track_caller]
    pub fn end(mut self) {
        let complaint = self.close();
        core::mem::forget(self);
        assert!(complaint.is_none(), "{}", complaint.unwrap_or_default());
    }

    #[cfg(feature = "std")]
    fn close(&mut self) -> Option<std::string::String> {
        let list = ENABLED.then(|| crate::scope::close(self.number, self.outer));
        Some(crate::scope::complain(self.name, self.site, &list??))
    }

    #[cfg(not(feature = "std"))]
    fn close(&mut self) -> Option<&'static str> {
        None
    }
}

fn open() -> (u32, u32) {
    #[cfg(feature = "std")]
    if ENABLED {
        return crate::scope::open();
    }
    (0, 0)
}

impl Drop for Scope {
    fn drop(&mut self) {
        let complaint = self.close();
        #[cfg(feature = "std")]
        if std::thread::panicking() {
            return;
        }
        assert!(complaint.is_none(), "{}", complaint.unwrap_or_default());
    }
}

/// Follows an object of a family from here on: for what an annotation cannot describe.
#[track_caller]
#[inline]
pub fn track<P: Pointer + Copy>(pointer: P, family: &'static str) {
    #[cfg(feature = "std")]
    if ENABLED {
        use crate::{checks, entry::Pointee, routine};
        if let Some(routine) = routine::by_hand(family, routine::TRACK) {
            let pointee = const { &Pointee::of_unsized::<P::Target>() };
            checks::acquired(routine, Location::caller(), pointer.address(), pointee);
        }
    }
    let _ = (pointer, family);
}

/// Checks a pointer that is about to be released for a family, and follows it no longer.
///
/// The counterpart of [`track`]. Call it before the release: afterwards another thread may already
/// have been given the address.
#[track_caller]
#[inline]
pub fn release<P: Pointer + Copy>(pointer: P, family: &'static str) {
    #[cfg(feature = "std")]
    if ENABLED {
        use crate::{checks, routine};
        if let Some(routine) = routine::by_hand(family, routine::RELEASE) {
            checks::releasing(routine, Location::caller(), pointer.address());
        }
    }
    let _ = (pointer, family);
}

/// Says that an object is never released, and that this is meant: it is no leak.
///
/// It is still followed: a release by another family is reported.
#[inline]
pub fn forget<P: Pointer + Copy>(pointer: P) {
    #[cfg(feature = "std")]
    if ENABLED {
        crate::registry::change(pointer.address().addr(), |entry| entry.excused = true);
    }
    let _ = pointer;
}
