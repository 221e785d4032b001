//! The intrinsics of the stubs: where the std model meets memory.

use super::block::{Birth, Escape, Family, Layout, Null};
use super::call::{Callable, Outcome};
use super::machine::Machine;
use super::object::Object;
use super::place::Loc;
use super::release::Claim;
use super::state::State;
use super::value::{Key, Pointer, Source, Tag, Value, ValueId};
use crate::event::{Act, EventKind, Fault, StepKind, Usage};
use crate::ir::BinOp;
use crate::name::Name;
use crate::resolve::Lang;
use crate::types::{self, Ty};
use std::rc::Rc;

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
                return self.drop_outcomes(st, &Loc::whole(object));
            }
            "drop_in_place" => match self.pointee(arg(0)) {
                Some(loc) => return self.drop_outcomes(st, &loc),
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
            "dangling" => {
                let object = self.objects.add(Object::Dangling);
                self.pointer_to(object)
            }
            "offset" => self.offset(arg(0), arg(1), ty),
            "with_len" => self.edit_pointer(arg(0), |p| p.len = Some(arg(1))),
            "len_of" => self.length_of(st, arg(0)),
            "element" => match self.pointee(arg(0)) {
                Some(loc) => {
                    let _ = self.touch(st, loc.object, Usage::Read);
                    let loc = loc.child(Key::Name(Name::new("[]")));
                    self.point_at(&loc, false)
                }
                None => ValueId::ZERO,
            },
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

    fn layout_parts(&mut self, v: ValueId) -> Layout {
        Layout::Bytes {
            size: self.arena.part(v, Key::Name(Name::new("size"))),
            align: self.arena.part(v, Key::Name(Name::new("align"))),
        }
    }

    fn family_of(&self, v: ValueId) -> Family {
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
    fn one_or_slice(&mut self, st: &State, ty: &Ty, pointer: ValueId) -> Layout {
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

    fn acquire(&mut self, st: &mut State, name: &str, ty: Ty, args: &[ValueId]) -> Option<ValueId> {
        let family = self.family_of(args[0]);
        let ty = match ty {
            Ty::Slice(of) if name == "acquire_array" => (*of).clone(),
            other => other,
        };
        let layout = match name {
            "acquire_value" => Layout::One(ty.clone()),
            "acquire_array" => {
                if self.constant(st, args[1]) == Some(0) {
                    let object = self.objects.add(Object::Dangling);
                    return Some(self.pointer_to(object));
                }
                Layout::Many(ty.clone(), args[1])
            }
            _ => self.layout_parts(args[1]),
        };
        let manual = name == "acquire_layout";
        let by = self.routine("alloc", &family, Act::Acquire);
        let object = self.born(
            st,
            Birth::Routine(Rc::new(by.clone())),
            family,
            layout.clone(),
        );
        if let Some(block) = st.block_mut(object) {
            block.owner_ty = ty;
            if manual {
                block.null = Null::Maybe;
            } else {
                block.owners = 1;
            }
        }
        if manual {
            self.check_zero_size(st, object, &by, &layout);
        }
        Some(self.pointer_to(object))
    }

    fn give_back(&mut self, st: &mut State, name: &str, ty: Ty, args: &[ValueId]) {
        let family = self.family_of(args[0]);
        let pointer = args[1];
        let ty = match ty {
            Ty::Slice(of) if name == "release_array" => (*of).clone(),
            other => other,
        };
        let layout = match name {
            "release_value" => self.one_or_slice(st, &ty, pointer),
            "release_array" => Layout::Many(ty, args[2]),
            _ => self.layout_parts(args[2]),
        };
        let by = self.routine("dealloc", &family, Act::Release);
        if by.act == Act::Drop && self.holds_nothing(st, pointer, &layout) {
            return;
        }
        self.release(st, pointer, Claim { family, layout, by });
    }

    fn holds_nothing(&self, st: &State, pointer: ValueId, layout: &Layout) -> bool {
        match (self.arena.get(pointer), layout) {
            (Value::Ptr(p), _) if self.objects.get(p.object) == Object::Dangling => true,
            (_, Layout::Many(_, n)) => self.constant(st, *n) == Some(0),
            _ => false,
        }
    }

    fn make_owner(&mut self, st: &mut State, name: &str, ty: Ty, args: &[ValueId]) {
        let family = self.family_of(args[0]);
        let pointer = args[1];
        let rust_text = args[0];
        let layout = if name == "adopt_array" {
            Layout::Many(ty.clone(), args[2])
        } else if self.is_text_family(rust_text) {
            Layout::Unknown
        } else {
            self.one_or_slice(st, &ty, pointer)
        };
        if name == "adopt_array" && self.holds_nothing(st, pointer, &layout) {
            return;
        }
        let holds = match ty {
            Ty::Slice(of) => (*of).clone(),
            other => other,
        };
        let by = self.routine("from_raw", &family, Act::Adopt);
        self.adopt(st, pointer, Claim { family, layout, by }, holds);
    }

    fn is_text_family(&self, v: ValueId) -> bool {
        matches!(self.arena.get(v), Value::Apply(name, _) if *name == "rust-cstring")
    }

    fn change_owner(&mut self, st: &mut State, name: &str, ty: Ty, args: &[ValueId]) {
        match name {
            "disown" => {
                if let Value::Ptr(p) = self.arena.get(args[0]) {
                    let object = p.object;
                    self.disown(st, object);
                }
            }
            "disown_value" | "own_value" => {
                let value = match self.pointee(args[0]) {
                    Some(loc) => self.load(st, &loc),
                    None => return,
                };
                for object in self.owned_blocks(value) {
                    if name == "disown_value" {
                        self.disown(st, object);
                    } else if let Some(block) = st.block_mut(object) {
                        block.owners += 1;
                    }
                }
            }
            "count_up" => {
                if let Value::Ptr(p) = self.arena.get(args[0])
                    && let Some(block) = st.block_mut(p.object)
                {
                    block.owners += 1;
                }
            }
            _ => {
                if let Value::Ptr(p) = self.arena.get(args[0])
                    && let Some(block) = st.block_mut(p.object)
                {
                    block.layout = Layout::Many(ty, args[1]);
                }
            }
        }
    }

    /// A vector changes its capacity: pointers that were taken before may dangle now.
    fn regrow(&mut self, st: &mut State, ty: Ty, args: &[ValueId]) -> ValueId {
        let pointer = args[0];
        let Value::Ptr(p) = self.arena.get(pointer) else {
            return pointer;
        };
        let old = p.object;
        let layout = Layout::Many(ty.clone(), args[1]);
        let Some(block) = st.block_mut(old) else {
            return pointer;
        };
        if !block.lent || !block.is_live() || block.reported {
            block.layout = layout;
            return pointer;
        }
        let family = block.family;
        let by = self.routine("reserve", &family, Act::Resize);
        let birth = Birth::Routine(Rc::new(by.clone()));
        let new = self.born(st, birth, family, layout);
        if let Some(block) = st.block_mut(new) {
            block.owners = 1;
            block.owner_ty = ty;
        }
        let content = self.root_value(st, old);
        self.set_root(st, new, content);
        let status = self.ended(by, false);
        if let Some(block) = st.block_mut(old) {
            block.status = status;
            block.owners -= 1;
        }
        self.pointer_to(new)
    }

    /// `transmute` of an owner: the type it becomes will release its block by another layout.
    fn retype(&mut self, st: &mut State, to: &Ty, place: ValueId) {
        let Some(loc) = self.pointee(place) else {
            return;
        };
        let value = self.load(st, &loc);
        let Ty::Adt(adt, args) = to else { return };
        let element = args.first().cloned().unwrap_or(Ty::Unknown);
        let lang = |l| self.program.lang(l) == Some(*adt);
        let want = if lang(Lang::Vec) {
            let cap = self.arena.part(value, Key::Name(Name::new("cap")));
            Layout::Many(element, cap)
        } else if lang(Lang::Box) {
            Layout::One(element)
        } else {
            return;
        };
        for object in self.owned_blocks(value) {
            let Some(block) = st.block(object) else {
                continue;
            };
            let (family, layout) = (block.family, block.layout.clone());
            if self.compare(st, &layout, &want) == types::Same::Different {
                let by = self.routine("mem::transmute", &family, Act::Adopt);
                let fault = Fault::OtherLayout {
                    have: self.layout_words(&layout),
                    want: self.layout_words(&want),
                };
                let site = st.block(object).map(|b| b.site);
                let since: Vec<_> = site.into_iter().collect();
                self.emit_here(object, st, EventKind::Reclaim { by, fault }, &since);
            }
        }
    }

    /// An owner gives its block up: from now on it is somebody's duty to release it.
    fn disown(&mut self, st: &mut State, object: crate::engine::object::ObjectId) {
        let Some(block) = st.block(object) else {
            return;
        };
        let family = block.family;
        let by = self.routine("into_raw", &family, Act::Disown);
        let at = self.report_place().site;
        if let Some(block) = st.block_mut(object) {
            block.owners -= 1;
            block.raw += 1;
            block.pending = None;
            block.disowned = Some(Rc::new((by.clone(), at)));
        }
        self.tell(st, object, StepKind::Disowned(by));
    }

    fn count_down(&mut self, mut st: State, ty: Ty, args: &[ValueId]) -> Vec<Outcome> {
        let pointer = args[1];
        let counts = match self.arena.get(pointer) {
            Value::Ptr(p) => st.block(p.object).map(|b| (p.object, b.owners + b.raw)),
            _ => None,
        };
        if let Some((object, counts)) = counts
            && counts > 1
        {
            if let Some(block) = st.block_mut(object) {
                block.owners -= 1;
            }
            return vec![(st, ValueId::UNIT)];
        }
        let family = self.family_of(args[0]);
        let layout = Layout::One(ty);
        let by = self.routine("drop", &family, Act::Release);
        let mut states = vec![st];
        if let Some(loc) = self.pointee(pointer) {
            states = self
                .drop_outcomes(states.remove(0), &loc)
                .into_iter()
                .map(|o| o.0)
                .collect();
        }
        states
            .into_iter()
            .map(|mut st| {
                let claim = Claim {
                    family,
                    layout: layout.clone(),
                    by: by.clone(),
                };
                self.release(&mut st, pointer, claim);
                (st, ValueId::UNIT)
            })
            .collect()
    }

    fn drop_outcomes(&mut self, st: State, loc: &Loc) -> Vec<Outcome> {
        let mut out = Vec::new();
        self.drop_at(st, loc, &mut out);
        out.into_iter().map(|st| (st, ValueId::UNIT)).collect()
    }

    fn read_through(
        &mut self,
        st: &mut State,
        name: &str,
        pointer: ValueId,
        ret: &Ty,
    ) -> Option<ValueId> {
        let loc = self.pointee(pointer)?;
        self.touch(st, loc.object, Usage::Read)?;
        let value = self.load(st, &loc);
        let value = self.shape(st, value, ret);
        if name == "read" {
            if self.owns(value) {
                self.store(st, &loc, ValueId::MOVED);
            }
            return Some(value);
        }
        for object in self.owned_blocks(value) {
            let by = self.routine("ptr::read", &Family::Unknown, Act::Adopt);
            let at = self.report_place().site;
            if let Some(block) = st.block_mut(object)
                && block.owners > 0
            {
                block.owners += 1;
                block.second = Some(Rc::new((by, at)));
            }
        }
        Some(value)
    }

    fn write_through(
        &mut self,
        st: &mut State,
        name: &str,
        pointer: ValueId,
        value: ValueId,
    ) -> Option<()> {
        let loc = self.pointee(pointer)?;
        self.touch(st, loc.object, Usage::Write)?;
        if name == "store_element" {
            // Which element is not known, so a leak of the ones before cannot be told either.
            for object in self.reach_from(st, &[value]).objects {
                if let Some(block) = st.block_mut(object)
                    && block.owners <= 0
                    && block.escape == Escape::No
                {
                    block.escape = Escape::Element(loc.object);
                }
            }
            let loc = loc.child(Key::Name(Name::new("[]")));
            self.store(st, &loc, value);
            return Some(());
        }
        self.store(st, &loc, value);
        Some(())
    }

    /// Some element, or none: elements that ended before are other elements now.
    fn take_element(&mut self, st: State, pointer: ValueId, ret: &Ty) -> Vec<Outcome> {
        let Ty::Adt(option, args) = ret else {
            let mut st = st;
            let value = self.fresh(&mut st, 0, Source::Plain);
            return vec![(st, value)];
        };
        let inner = args.first().cloned().unwrap_or(Ty::Unknown);
        let mut some = st.clone();
        let value = self.element_value(&mut some, pointer, &inner);
        let zero = Key::Name(Name::new("0"));
        let (none_at, some_at) = self.option_variants(*option);
        let none = self
            .arena
            .aggregate(Tag::Adt(*option, none_at), Vec::new(), None);
        let full = self
            .arena
            .aggregate(Tag::Adt(*option, some_at), vec![(zero, value)], None);
        vec![(some, full), (st, none)]
    }

    fn option_variants(&self, adt: crate::resolve::AdtId) -> (u32, u32) {
        let variants = &self.program.adt(adt).variants;
        let at = |name: &str| variants.iter().position(|v| v.name == *name).unwrap_or(0) as u32;
        (at("None"), at("Some"))
    }

    fn element_value(&mut self, st: &mut State, pointer: ValueId, ty: &Ty) -> ValueId {
        let fresh = self.fresh(st, 0, Source::Plain);
        let value = match self.pointee(pointer) {
            Some(loc) => {
                let _ = self.touch(st, loc.object, Usage::Read);
                let loc = loc.child(Key::Name(Name::new("[]")));
                let value = self.load(st, &loc);
                let ended = match self.arena.get(value) {
                    Value::Ptr(p) => st.block(p.object).is_some_and(|b| !b.is_live()),
                    Value::Agg { .. } => false,
                    _ => true,
                };
                if self.owns(value) {
                    self.store(st, &loc, ValueId::MOVED);
                }
                if ended { fresh } else { value }
            }
            None => fresh,
        };
        self.shape(st, value, ty)
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
                    path: Rc::from([]),
                    offset: bytes,
                    len: None,
                    shared: false,
                }))
            }
        }
    }

    fn edit_pointer(&mut self, pointer: ValueId, edit: impl FnOnce(&mut Pointer)) -> ValueId {
        let mut p = match self.arena.get(pointer).clone() {
            Value::Ptr(p) => p,
            Value::Int(_) => return pointer,
            _ => Pointer {
                object: self.objects.add(Object::Pointee(pointer)),
                path: Rc::from([]),
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
            (Value::Ptr(_), Ty::Int(_)) => self
                .arena
                .add(Value::Apply(Name::new("addr"), Rc::from([value]))),
            (Value::Apply(name, args), Ty::Ptr(..) | Ty::FnPtr { .. }) if name == "addr" => args[0],
            (Value::Linear(konst, terms), Ty::Ptr(..)) => {
                self.address_to_pointer(value, konst, &terms)
            }
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

    fn address_to_pointer(
        &mut self,
        value: ValueId,
        konst: i128,
        terms: &[(ValueId, i128)],
    ) -> ValueId {
        for &(term, factor) in terms {
            if factor == 1
                && let Value::Apply(name, args) = self.arena.get(term)
                && *name == "addr"
                && let Value::Ptr(p) = self.arena.get(args[0])
            {
                let mut p = p.clone();
                let minus = self.arena.scale(term, -1);
                let rest = self.arena.add_values(value, minus);
                let _ = konst;
                p.offset = self.arena.add_values(p.offset, rest);
                return self.arena.add(Value::Ptr(p));
            }
        }
        value
    }

    /// Calls a value with arguments, for its effects.
    pub(crate) fn call_value(&mut self, st: State, f: ValueId, args: Vec<ValueId>) -> Vec<Outcome> {
        self.invoke(st, Callable::Value(f), args, &Ty::Unknown)
    }
}
