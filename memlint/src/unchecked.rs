//! The checks where there is no standard library: none.

use crate::entry::{Entry, Pointee, Site};
use crate::routine::Routine;
use crate::rt::{Releasing, Resized};

pub(crate) fn acquired(_: &'static Routine, _: Site, _: *const (), _: &'static Pointee) {}

pub(crate) fn releasing(_: &'static Routine, _: Site, _: *const ()) -> Option<Releasing> {
    Some(Releasing::NOTHING)
}

pub(crate) fn released() {}

pub(crate) fn resizing(_: &'static Routine, _: Site, _: *const ()) -> Option<Resized> {
    Some(Resized::NOTHING)
}

pub(crate) fn resized(
    _: &'static Routine,
    _: Site,
    _: Option<Entry>,
    _: *const (),
    _: &'static Pointee,
) {
}
