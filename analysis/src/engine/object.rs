//! Objects: the pieces of memory that pointers point into.

use super::value::{SiteId, ValueId};
use crate::ir::LocalId;
use crate::resolve::StaticId;
use rustc_hash::FxHashMap;

/// An object of the current root, by number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct ObjectId(pub(crate) u32);

/// A piece of memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Object {
    /// A variable or temporary of the frame entered at this site.
    Local(SiteId, LocalId),
    /// A block allocated at this site; `turn` tells the rounds of a loop apart.
    Block(SiteId, u8),
    /// A static in view.
    Static(StaticId),
    /// What an unknown pointer points at.
    Pointee(ValueId),
    /// A literal, a promoted constant.
    Literal(SiteId),
    /// A dangling address.
    Dangling,
}

/// All objects of one root.
#[derive(Default)]
pub(crate) struct Objects {
    objects: Vec<Object>,
    ids: FxHashMap<Object, ObjectId>,
}

impl Objects {
    pub(crate) fn clear(&mut self) {
        self.objects.clear();
        self.ids.clear();
    }

    pub(crate) fn get(&self, id: ObjectId) -> Object {
        self.objects[id.0 as usize]
    }

    pub(crate) fn add(&mut self, object: Object) -> ObjectId {
        *self.ids.entry(object).or_insert_with(|| {
            self.objects.push(object);
            ObjectId(self.objects.len() as u32 - 1)
        })
    }
}
