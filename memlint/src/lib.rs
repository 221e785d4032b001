//! Declare which routine releases what, for [`cargo memlint`] to check.
//!
//! The analyzer knows the Rust global allocator, the C heap and many libraries. For routines of
//! your own it can be told with [`macro@paired_alloc`]:
//!
//! ```
//! use memlint::paired_alloc;
//!
//! pub struct Session(Vec<u8>);
//!
//! #[paired_alloc(family = "session", role = "alloc")]
//! #[unsafe(no_mangle)]
//! pub extern "C" fn session_open() -> *mut Session {
//!     Box::into_raw(Box::new(Session(Vec::new())))
//! }
//!
//! /// # Safety
//! /// `session` comes from `session_open`, or is null.
//! #[paired_alloc(family = "session", role = "free")]
//! #[unsafe(no_mangle)]
//! pub unsafe extern "C" fn session_close(session: *mut Session) {
//!     if !session.is_null() {
//!         drop(unsafe { Box::from_raw(session) });
//!     }
//! }
//! # unsafe { session_close(session_open()) }
//! ```
//!
//! The annotation is checked when your crate is compiled and adds nothing to it: there are no
//! run-time checks. Everything is found by `cargo memlint`, which reads the source.
//!
//! [`cargo memlint`]: https://crates.io/crates/cargo-memlint

#![no_std]

pub use memlint_macros::paired_alloc;
