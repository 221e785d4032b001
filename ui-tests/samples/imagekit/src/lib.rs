//! Imagekit: decodes images through a C library and hands them out to C callers.
//!
//! This crate exists to be looked at by `cargo memlint`. It compiles without a warning.

pub mod decode;
pub mod export;
pub mod ffi;
pub mod pixels;
pub mod window;
