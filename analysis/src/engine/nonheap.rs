//! What is no allocation, and is given back as if it were one.

use super::block::{Birth, Family, Layout};
use super::machine::Machine;
use super::object::Object;
use super::release::Claim;
use super::state::State;
use super::value::{Key, Value, ValueId};
use crate::event::{Act, EventKind, Fault, NonHeap};
use crate::resolve::FnId;
use crate::types::Ty;

impl Machine<'_> {
    /// Memory that is not on the heap has no block: one is made for the report.
    pub(crate) fn report_nonheap(
        &mut self,
        st: &mut State,
        pointer: ValueId,
        claim: Claim,
        what: NonHeap,
    ) {
        if claim.by.act == Act::Drop || self.is_nothing(st, pointer, &claim) {
            return;
        }
        let site = self.here();
        let object = self.objects.add(Object::Block(site, 9));
        let block = self.new_block(Birth::Unknown, Family::Unknown, Layout::Unknown);
        st.set_block(object, block);
        let made = match self.arena.get(pointer) {
            Value::Ptr(p) => match self.objects.get(p.object) {
                Object::Local(at, _) | Object::Literal(at) => Some(at),
                _ => None,
            },
            Value::Opaque { site: at, .. } => Some(*at),
            _ => None,
        };
        let since = made.unwrap_or_else(|| self.value_since(st, pointer));
        let kind = EventKind::Reclaim {
            by: claim.by,
            fault: Fault::NonHeap(what),
        };
        self.emit_here(object, st, kind, &[since]);
        st.blocks_retain(|o, _| o != object);
    }

    /// What the root was only lent, and cannot be on the heap by itself: a slice by reference that goes
    /// to a routine of C, a field behind a reference that becomes a box.
    pub(crate) fn lent_by_caller(&self, pointer: ValueId, claim: &Claim) -> Option<NonHeap> {
        let Value::Ptr(p) = self.arena.get(pointer) else {
            return None;
        };
        let Object::Pointee(of) = self.objects.get(p.object) else {
            return None;
        };
        let (Value::Param(n), Some(root)) = (self.arena.get(of), self.root) else {
            return None;
        };
        let function = self.program.function(root);
        if function.is_unsafe || function.foreign_abi || p.offset != ValueId::ZERO {
            return None;
        }
        let Some(Ty::Ref(_, inner)) = self.program.signature(root).params.get(*n as usize) else {
            return None;
        };
        let fits = match (&claim.layout, &p.path[..]) {
            (_, []) => {
                let of_c = matches!(claim.family, Family::Known(id)
                    if !self.families.family(id).is_rust());
                of_c && matches!(**inner, Ty::Slice(_) | Ty::Str)
            }
            (Layout::One(wanted), path) if claim.by.act == Act::Adopt => {
                self.field_behind(inner, path) == Some(wanted)
            }
            _ => false,
        };
        fits.then(|| NonHeap::Reference {
            name: self.spoken_place(root, *n, &p.path),
        })
    }

    /// The type of a field, by the types of the user's structs on the way.
    fn field_behind<'t>(&'t self, of: &'t Ty, path: &[Key]) -> Option<&'t Ty> {
        path.iter().try_fold(of, |ty, key| match (ty, key) {
            (Ty::Adt(adt, _), Key::Name(field)) if self.is_own_struct(*adt) => {
                self.field_ty(*adt, *field)
            }
            _ => None,
        })
    }

    fn spoken_place(&self, root: FnId, param: u32, path: &[Key]) -> String {
        let body = self.program.func(root).body.map(|b| self.program.body(b));
        let local = body.and_then(|b| Some(&b.locals[b.params.get(param as usize)?.0 as usize]));
        let mut name = local.map_or_else(String::new, |local| local.name.to_string());
        for key in path {
            if let Key::Name(field) = key {
                name.push('.');
                name.push_str(field.as_str());
            }
        }
        name
    }

    /// `Vec::from_raw_parts(dangling, 0, 0)` owns nothing.
    fn is_nothing(&self, st: &State, pointer: ValueId, claim: &Claim) -> bool {
        let dangling = match self.arena.get(pointer) {
            Value::Ptr(p) => self.objects.get(p.object) == Object::Dangling,
            _ => false,
        };
        match &claim.layout {
            Layout::Many(_, n) => match self.constant(st, *n) {
                Some(n) => n == 0,
                None => dangling,
            },
            // A box of a zero-sized type is made of any address.
            Layout::One(ty) => {
                dangling
                    && crate::types::size_align(self.program, ty)
                        .size
                        .is_none_or(|n| n == 0)
            }
            _ => false,
        }
    }
}
