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
//! `cargo memlint` reads the annotation in the source. In builds with debug assertions the program
//! checks its pairs as well while it runs: a release by another family, a second release, a pointer
//! into the middle of an object, what a test leaves live ([`assert_balanced`]). With [`install!`]
//! the Rust global allocator is one of the families. Release builds are as if nothing were there.
//!
//! What is checked, and how it is switched: `docs/runtime.md` of the project.
//!
//! [`cargo memlint`]: https://crates.io/crates/cargo-memlint

#![no_std]
// The crate that does what others only describe: each block says why it may.
#![allow(unsafe_code)]
#![cfg_attr(not(feature = "std"), allow(dead_code, unused_imports))]

#[cfg(feature = "std")]
extern crate std;

pub use balance::{Scope, assert_balanced, forget, release, track};
pub use checked::Checked;
pub use memlint_macros::paired_alloc;
pub use pointer::Pointer;
pub use switch::ENABLED;

#[cfg(feature = "std")]
mod asan;
mod balance;
#[cfg(feature = "std")]
mod caller;
#[cfg_attr(not(feature = "std"), path = "transparent.rs")]
mod checked;
#[cfg(feature = "std")]
mod checks;
#[cfg(not(feature = "std"))]
#[path = "unchecked.rs"]
mod checks;
#[cfg(feature = "std")]
mod config;
mod entry;
#[cfg(feature = "std")]
mod header;
#[cfg(all(feature = "interpose", target_os = "linux", target_env = "gnu"))]
#[doc(hidden)]
pub mod interpose;
#[cfg(feature = "std")]
mod json;
#[cfg(feature = "std")]
mod memory;
#[cfg(feature = "std")]
mod output;
mod pointer;
#[cfg(feature = "std")]
mod quarantine;
#[cfg(feature = "std")]
mod registry;
#[cfg(feature = "std")]
mod report;
mod routine;
#[doc(hidden)]
pub mod rt;
#[cfg(feature = "std")]
mod scope;
#[cfg(feature = "std")]
mod suspect;
mod switch;
#[cfg(feature = "std")]
mod table;
#[cfg(feature = "std")]
mod text;
#[cfg(feature = "std")]
mod thread;
#[cfg(feature = "std")]
mod trace;
