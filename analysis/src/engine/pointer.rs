//! Pointers as values: offsets, lengths and casts.

use super::machine::Machine;
use super::object::Object;
use super::place::Loc;
use super::state::State;
use super::value::{Key, Pointer, Tag, Value, ValueId};
use crate::ir::BinOp;
use crate::name::Name;
use crate::types::Ty;
use std::rc::Rc;

impl Machine<'_> {
    /// A slice pointer's or array's number of elements.
    pub(crate) fn length_of(&mut self, st: &State, pointer: ValueId) -> ValueId {
        let Value::Ptr(p) = self.arena.get(pointer).clone() else {
            return self.arena.part(pointer, Key::Name(Name::SLICE_LEN));
        };
        if let Some(len) = p.len {
            return len;
        }
        let loc = Loc::of(&p);
        let value = self.load(st, &loc);
        match self.arena.get(value) {
            Value::Agg {
                tag: Tag::Array,
                parts,
                rest: None,
            } if !parts.iter().any(|p| p.0 == Key::Name(Name::new("[]"))) => {
                let n = parts.len() as i128;
                self.arena.int(n)
            }
            _ => {
                let name = Name::new("len");
                self.arena.add(Value::Apply(name, Rc::from([pointer])))
            }
        }
    }

    /// A pointer `n` elements on; offsets are counted in bytes.
    pub(crate) fn offset(&mut self, pointer: ValueId, n: ValueId, ty: &Ty) -> ValueId {
        let size = self.size_value(ty);
        let bytes = self.arena.binary(BinOp::Mul, size, n);
        if self.arena.as_int(bytes) == Some(0) {
            return pointer;
        }
        match self.arena.get(pointer).clone() {
            Value::Ptr(mut p) => {
                p.offset = self.arena.add_values(p.offset, bytes);
                self.arena.add(Value::Ptr(p))
            }
            Value::Int(_) => self.arena.add_values(pointer, bytes),
            _ => {
                // Of an unknown pointer: a pointer into what it points at.
                let object = self.objects.add(Object::Pointee(pointer));
                self.arena.add(Value::Ptr(Pointer {
                    object,
                    path: self.whole.clone(),
                    offset: bytes,
                    len: None,
                    shared: false,
                }))
            }
        }
    }

    pub(crate) fn edit_pointer(
        &mut self,
        pointer: ValueId,
        edit: impl FnOnce(&mut Pointer),
    ) -> ValueId {
        let mut p = match self.arena.get(pointer).clone() {
            Value::Ptr(p) => p,
            Value::Int(_) => return pointer,
            _ => Pointer {
                object: self.objects.add(Object::Pointee(pointer)),
                path: self.whole.clone(),
                offset: ValueId::ZERO,
                len: None,
                shared: false,
            },
        };
        edit(&mut p);
        self.arena.add(Value::Ptr(p))
    }

    /// `x as T`.
    pub(crate) fn cast(&mut self, st: &mut State, value: ValueId, to: &Ty) -> ValueId {
        match (self.arena.get(value).clone(), to) {
            (Value::Ptr(_), Ty::Int(_)) => {
                self.arena.add(Value::Apply(Name::ADDR, Rc::from([value])))
            }
            (Value::Apply(name, args), Ty::Ptr(..) | Ty::FnPtr { .. }) if name == "addr" => args[0],
            (Value::Linear(_, terms), Ty::Ptr(..)) => self.address_to_pointer(value, &terms),
            (Value::Ptr(p), Ty::Ptr(_, inner))
                if p.len.is_some() && !matches!(**inner, Ty::Slice(_) | Ty::Str | Ty::Unknown) =>
            {
                self.edit_pointer(value, |p| p.len = None)
            }
            (Value::Ptr(p), Ty::Ptr(true, _)) if p.shared => {
                self.edit_pointer(value, |p| p.shared = false)
            }
            (Value::Agg { .. } | Value::Closure { .. }, _) => self.shape(st, value, to),
            _ => value,
        }
    }

    fn address_to_pointer(&mut self, value: ValueId, terms: &[(ValueId, i128)]) -> ValueId {
        for &(term, factor) in terms {
            if factor == 1
                && let Value::Apply(name, args) = self.arena.get(term)
                && *name == "addr"
                && let Value::Ptr(p) = self.arena.get(args[0])
            {
                let mut p = p.clone();
                let minus = self.arena.scale(term, -1);
                let rest = self.arena.add_values(value, minus);
                p.offset = self.arena.add_values(p.offset, rest);
                return self.arena.add(Value::Ptr(p));
            }
        }
        value
    }
}
