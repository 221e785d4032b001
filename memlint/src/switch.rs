//! The one switch: everything that checks, and everything that the attribute expands to, asks here.

/// Whether the checks are compiled in: in builds with debug assertions, or with the feature
/// `always`; never under Miri, which is stricter by itself, and never without the standard library.
///
/// It is a property of this crate and not of the annotated one, so that both halves of a pair are
/// checked or none is.
pub const ENABLED: bool = cfg!(all(
    feature = "std",
    not(miri),
    any(debug_assertions, feature = "always")
));

/// The first group of tokens if the checks are compiled in, else the second.
#[cfg(all(feature = "std", not(miri), any(debug_assertions, feature = "always")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __select {
    ({ $($on:tt)* } { $($off:tt)* }) => { $($on)* };
}

/// The first group of tokens if the checks are compiled in, else the second.
#[cfg(not(all(feature = "std", not(miri), any(debug_assertions, feature = "always"))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __select {
    ({ $($on:tt)* } { $($off:tt)* }) => { $($off)* };
}
