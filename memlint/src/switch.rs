//! The one switch: everything that checks, and everything that the attribute expands to, asks here.

/// The first group of tokens if the checks are compiled in, else the second.
#[cfg(all(
    feature = "std",
    any(unix, windows),
    not(miri),
    any(debug_assertions, feature = "always")
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __select {
    ({ $($on:tt)* } { $($off:tt)* }) => { $($on)* };
}

/// The first group of tokens if the checks are compiled in, else the second.
#[cfg(not(all(
    feature = "std",
    any(unix, windows),
    not(miri),
    any(debug_assertions, feature = "always")
)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __select {
    ({ $($on:tt)* } { $($off:tt)* }) => { $($off)* };
}

/// Whether the checks are compiled in: in builds with debug assertions, or with the feature
/// `always`; never under Miri, which is stricter by itself, and never without the standard library
/// or elsewhere than on Unix and Windows.
///
/// It is a property of this crate and not of the annotated one, so that both halves of a pair are
/// checked or none is.
pub const ENABLED: bool = __select!({ true } { false });

/// Gives an executable on glibc its own `free` and `realloc`, which report a block of the Rust
/// global allocator where glibc only ends the program. To be used beside [`install!`](crate::install),
/// with the feature `interpose`, in an executable and never in a library: a library would give them
/// to its host.
///
/// Without the feature, elsewhere than on glibc, in a static executable, under AddressSanitizer and
/// where the checks are not compiled in, it expands to nothing.
#[cfg(all(
    feature = "interpose",
    target_os = "linux",
    target_env = "gnu",
    not(target_feature = "crt-static"),
    not(memlint_asan)
))]
#[macro_export]
macro_rules! interpose {
    () => {
        $crate::__select!({
            const _: () = {
                use ::core::ffi::c_void;

                #[unsafe(no_mangle)]
                unsafe extern "C" fn free(block: *mut c_void) {
                    unsafe { $crate::interpose::free(block) }
                }

                #[unsafe(no_mangle)]
                unsafe extern "C" fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
                    unsafe { $crate::interpose::realloc(block, size) }
                }
            };
        } {});
    };
}

/// Nothing: the feature `interpose` is not set, or the target has no use for it.
#[cfg(not(all(
    feature = "interpose",
    target_os = "linux",
    target_env = "gnu",
    not(target_feature = "crt-static"),
    not(memlint_asan)
)))]
#[macro_export]
macro_rules! interpose {
    () => {};
}
