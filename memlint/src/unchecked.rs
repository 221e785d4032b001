//! The checks where there is no standard library: none.

use crate::entry::{Pointee, Site};
use crate::routine::Routine;
use crate::rt::Resized;

pub(crate) fn acquired(_: &'static Routine, _: Site, _: *const (), _: &'static Pointee) {}

pub(crate) fn releasing(_: &'static Routine, _: Site, _: *const ()) -> bool {
    true
}

pub(crate) fn resizing(_: &'static Routine, _: Site, _: *const ()) -> Option<Resized> {
    Some(Resized(None))
}

pub(crate) fn resized(_: &'static Routine, _: Site, _: Resized, _: *const (), _: &'static Pointee) {
}
