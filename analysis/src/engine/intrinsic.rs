//! The intrinsics of the stubs: where the std model meets memory.

use super::block::{Family, Layout};
use super::call::Outcome;
use super::machine::Machine;
use super::object::Object;
use super::place::Loc;
use super::state::State;
use super::value::{Key, Source, Tag, Value, ValueId};
use crate::event::{Act, Usage};
use crate::ir::BinOp;
use crate::name::Name;
use crate::resolve::Lang;
use crate::types::Ty;

impl Machine<'_> {
    /// Executes `rt::name::<T>(args)`.
    pub(crate) fn intrinsic(
        &mut self,
        mut st: State,
        name: &str,
        substs: &[(Name, Ty)],
        args: Vec<ValueId>,
        ret: &Ty,
    ) -> Vec<Outcome> {
        self.audit_hit();
        let ty = substs.first().map_or(Ty::Unknown, |s| s.1.clone());
        let arg = |n: usize| args.get(n).copied().unwrap_or(ValueId::UNINIT);
        let value = match name {
            "acquire_value" | "acquire_array" | "acquire_layout" => {
                match self.acquire(&mut st, name, ty, &args) {
                    Some(value) => value,
                    None => return Vec::new(),
                }
            }
            "resize_layout" => return self.resize_layout(st, &args),
            "release_value" | "release_array" | "release_layout" => {
                self.give_back(&mut st, name, ty, &args);
                ValueId::UNIT
            }
            "adopt_value" | "adopt_array" => {
                self.make_owner(&mut st, name, ty, &args);
                ValueId::UNIT
            }
            "disown" | "disown_value" | "own_value" | "count_up" | "relay_array" => {
                self.change_owner(&mut st, name, ty, &args);
                ValueId::UNIT
            }
            "regrow" => self.regrow(&mut st, ty, &args),
            "retype" => {
                self.retype(&mut st, &ty, arg(0));
                ValueId::UNIT
            }
            "count_down" => return self.count_down(st, ty, &args),
            "drop_value" => {
                let site = self.here();
                let object = self.objects.add(Object::Literal(site));
                st.heap_set(object, arg(0));
                return self.drop_outcomes(st, &Loc::whole(object), &ty);
            }
            "drop_in_place" => match self.pointee(arg(0)) {
                Some(loc) if self.is_empty_slice(&st, &loc) => ValueId::UNIT,
                Some(loc) => {
                    self.leave_out(&mut st, &loc);
                    return self.drop_outcomes(st, &loc, &ty);
                }
                None => ValueId::UNIT,
            },
            "end_in_place" => match self.pointee(arg(0)) {
                Some(loc) if self.is_empty_slice(&st, &loc) => ValueId::UNIT,
                Some(loc) => return self.end_in_place(st, &loc, &ty),
                None => ValueId::UNIT,
            },
            "read" | "duplicate" => match self.read_through(&mut st, name, arg(0), ret) {
                Some(value) => value,
                None => return Vec::new(),
            },
            "write" | "store_element" => match self.write_through(&mut st, name, arg(0), arg(1)) {
                Some(()) => ValueId::UNIT,
                None => return Vec::new(),
            },
            "take_element" => return self.take_element(st, arg(0), ret),
            "escape_elements" => {
                if let Some(loc) = self.pointee(arg(0)) {
                    let _ = self.touch(&mut st, loc.object, Usage::Read);
                    let value = self.load(&st, &loc);
                    self.escape(&mut st, value);
                    self.let_kept_go(&mut st, loc.object);
                }
                ValueId::UNIT
            }
            "touch" | "touch_mut" | "inspect" => {
                let used = if name == "touch_mut" {
                    Usage::Write
                } else {
                    Usage::Read
                };
                if let Some(loc) = self.pointee(arg(0))
                    && self.touch(&mut st, loc.object, used).is_none()
                {
                    return Vec::new();
                }
                ValueId::UNIT
            }
            "require_non_null" => {
                let by = self.routine(name, &Family::Unknown, Act::Adopt);
                self.require_non_null(&mut st, arg(0), &by.name);
                ValueId::UNIT
            }
            "escape" => {
                self.escape(&mut st, arg(0));
                ValueId::UNIT
            }
            "diverge" => return Vec::new(),
            "panic" => {
                self.note_panic(&mut st);
                return Vec::new();
            }
            "choice" => {
                let no = st.clone();
                return vec![(st, ValueId::ONE), (no, ValueId::ZERO)];
            }
            "unknown" => {
                let value = self.fresh(&mut st, 0, Source::Plain);
                self.shape(&mut st, value, ret)
            }
            "fresh_len" => self.fresh(&mut st, 0, Source::Length),
            "fresh_capacity" => self.fresh(&mut st, 0, Source::Capacity),
            _ => self.pure(&mut st, name, &ty, &args),
        };
        vec![(st, value)]
    }

    /// Intrinsics that only compute.
    fn pure(&mut self, st: &mut State, name: &str, ty: &Ty, args: &[ValueId]) -> ValueId {
        let arg = |n: usize| args.get(n).copied().unwrap_or(ValueId::UNINIT);
        match name {
            "is_null" => {
                let pointer = arg(0);
                self.operation(BinOp::Eq, pointer, ValueId::ZERO)
            }
            "is_dangling" => {
                let yes = match self.arena.get(arg(0)) {
                    Value::Ptr(p) => self.objects.get(p.object) == Object::Dangling,
                    _ => false,
                };
                self.arena.bool(yes)
            }
            // A range of elements may be or not.
            "is_within" => match self.arena.get(arg(0)) {
                Value::Agg { .. } => self.fresh(st, 0, Source::Plain),
                _ => self.operation(BinOp::Lt, arg(0), arg(1)),
            },
            "is_zero" => self.arena.bool(arg(0) == ValueId::ZERO),
            "dangling" => {
                let object = self.objects.add(Object::Dangling);
                self.pointer_to(object)
            }
            "offset" => self.offset(arg(0), arg(1), ty),
            "with_len" => self.edit_pointer(arg(0), |p| p.len = Some(arg(1))),
            "len_of" => self.length_of(st, arg(0)),
            "element" => self.element_at(st, arg(0)),
            "next_element" => self.next_element(st, arg(0), arg(1), ty),
            "size_of" => self.size_value(ty),
            "align_of" => match self.align_value(ty) {
                Some(v) => v,
                None => self.fresh(st, 0, Source::Plain),
            },
            "layout_of" => {
                let (size, align) = self.bytes(&Layout::One(ty.clone()));
                self.layout_value(st, size, align)
            }
            "layout_array" => {
                let (size, align) = self.bytes(&Layout::Many(ty.clone(), arg(0)));
                self.layout_value(st, size, align)
            }
            "symbol" => {
                let label = match self.arena.get(arg(0)) {
                    Value::Apply(name, _) => *name,
                    _ => Name::new("symbol"),
                };
                let rest: Vec<ValueId> = args.iter().skip(1).copied().collect();
                if label == "interior_nul" && rest.iter().any(|&v| self.is_literal_text(st, v)) {
                    return ValueId::ZERO;
                }
                let rest: Vec<ValueId> = rest.iter().map(|&v| self.seen_through(st, v)).collect();
                self.arena.add(Value::Apply(label, rest.into()))
            }
            _ => self.fresh(st, 0, Source::Plain),
        }
    }

    /// A literal has no NUL inside: one that has does not survive its first test.
    fn is_literal_text(&mut self, st: &State, v: ValueId) -> bool {
        let value = self.seen_through(st, v);
        match self.arena.get(value) {
            Value::Ptr(p) => matches!(self.objects.get(p.object), Object::Literal(_)),
            _ => false,
        }
    }

    /// What a pure function of a reference depends on: the value behind it.
    fn seen_through(&mut self, st: &State, v: ValueId) -> ValueId {
        match self.arena.get(v) {
            Value::Ptr(p) if p.shared => {
                let loc = Loc::of(p);
                self.load(st, &loc)
            }
            _ => v,
        }
    }

    pub(crate) fn layout_value(
        &mut self,
        st: &mut State,
        size: Option<ValueId>,
        align: Option<ValueId>,
    ) -> ValueId {
        let size = match size {
            Some(v) => v,
            None => self.fresh(st, 1, Source::Plain),
        };
        let align = match align {
            Some(v) => v,
            None => self.fresh(st, 2, Source::Plain),
        };
        let parts = vec![
            (Key::Name(Name::new("size")), size),
            (Key::Name(Name::new("align")), align),
        ];
        let tag = match self.program.lang(Lang::Layout) {
            Some(adt) => Tag::Adt(adt, 0),
            None => Tag::None,
        };
        self.arena.aggregate(tag, parts, None)
    }

    pub(crate) fn layout_parts(&mut self, v: ValueId) -> Layout {
        Layout::Bytes {
            size: self.arena.part(v, Key::Name(Name::new("size"))),
            align: self.arena.part(v, Key::Name(Name::new("align"))),
        }
    }

    pub(crate) fn family_of(&self, v: ValueId) -> Family {
        match self.arena.get(v) {
            Value::Apply(name, _) => self.family_named(name.as_str()),
            _ => Family::Unknown,
        }
    }

    pub(crate) fn family_named(&self, name: &str) -> Family {
        match self.families.named(name) {
            Some(id) => Family::Known(id),
            None => Family::Unknown,
        }
    }

    /// The layout of one `T`, or of the slice that a fat pointer describes.
    pub(crate) fn one_or_slice(&mut self, st: &State, ty: &Ty, pointer: ValueId) -> Layout {
        let len = match self.arena.get(pointer) {
            Value::Ptr(p) => p.len,
            _ => None,
        };
        match (ty, len) {
            (Ty::Slice(of), Some(n)) => Layout::Many((**of).clone(), n),
            (Ty::Slice(of), None) => {
                let n = self.length_of(st, pointer);
                Layout::Many((**of).clone(), n)
            }
            (Ty::Str, Some(n)) => Layout::Many(Ty::Int(crate::types::IntTy::U8), n),
            (Ty::Str | Ty::Dyn(_), None) => Layout::Unknown,
            (_, Some(n)) => Layout::Many(ty.clone(), n),
            _ => Layout::One(ty.clone()),
        }
    }
}
