//! `#[paired_alloc]`: parses and checks the annotation, and expands to what follows it at run time.
//!
//! Users depend on the crate `memlint`, which re-exports the macro and holds what it expands to.

mod attributes;
mod block;
mod expand;
mod function;
mod hooks;
mod unseen;

use proc_macro::TokenStream;

/// Says which routines belong together: what one of them allocates, another must release.
///
/// On a function it names the family and the function's role:
///
/// ```
/// # use memlint::paired_alloc;
/// pub struct Widget(u32);
///
/// #[paired_alloc(family = "widget", role = "alloc")]
/// pub extern "C" fn widget_new(kind: u32) -> *mut Widget {
///     Box::into_raw(Box::new(Widget(kind)))
/// }
///
/// /// # Safety
/// /// `widget` comes from `widget_new` and is not used afterwards.
/// #[paired_alloc(family = "widget", role = "free")]
/// pub unsafe extern "C" fn widget_free(widget: *mut Widget) {
///     drop(unsafe { Box::from_raw(widget) });
/// }
/// # unsafe { widget_free(widget_new(1)) }
/// ```
///
/// On a foreign block it names the family, and markers inside give the roles:
///
/// ```
/// # use memlint::paired_alloc;
/// # use std::ffi::{c_char, c_int};
/// # #[repr(C)] pub struct Widget { _private: [u8; 0] }
/// # #[repr(C)] pub struct Pool { _private: [u8; 0] }
/// #[paired_alloc(family = "widget")]
/// unsafe extern "C" {
///     #[alloc]
///     fn widget_new(kind: u32) -> *mut Widget;
///     #[free]
///     fn widget_free(widget: *mut Widget);
///     #[free(arg = 1)]
///     fn widget_give(pool: *mut Pool, widget: *mut Widget);
///     #[alloc(family = "malloc", out = 0)]
///     fn widget_name(out: *mut *mut c_char) -> c_int;
/// }
/// # fn main() {}
/// ```
///
/// | key | meaning |
/// | --- | --- |
/// | `family` | the family's name; built-in ones such as `malloc` may be used |
/// | `role` | `"alloc"`, `"free"` or `"realloc"` (the markers' names inside a foreign block) |
/// | `arg` | the released parameter, counted from 0 (default 0) |
/// | `out` | the parameter through which the allocation comes back, counted from 0 (default: the result) |
/// | `caller` | on a foreign block: reports name the place of the call, and the functions can no longer be passed as C callbacks |
/// | `untracked` | only say it to the analyzer: at run time the function is left as it is |
///
/// `cargo memlint` reads the annotation from the source. Where the checks of the crate `memlint` are
/// compiled in (see `memlint::ENABLED`), calls are followed as well: a function with a body gets
/// hooks around it, and a function of a foreign block a checked one of its name in front. Elsewhere
/// the item stays as it is.
#[proc_macro_attribute]
pub fn paired_alloc(attr: TokenStream, item: TokenStream) -> TokenStream {
    expand::paired_alloc(attr.into(), item.into()).into()
}
