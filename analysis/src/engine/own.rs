//! Ownership of values: giving unknown values the shape of their type, moving, dropping, escaping.

use super::block::{Birth, Block, Escape, Family, Layout, Null, Status};
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::place::Loc;
use super::state::State;
use super::value::{Key, Pointer, Source, Tag, Value, ValueId};
use crate::event::Usage;
use crate::name::Name;
use crate::resolve::{AdtId, AdtKind, Lang};
use crate::types::Ty;

impl Machine<'_> {
    /// A new unknown value of this statement; `index` tells several of them apart.
    pub(crate) fn fresh(&mut self, st: &mut State, index: u16, source: Source) -> ValueId {
        let site = self.here();
        let turn = match self.active().turn {
            Some(turn) => turn,
            None => {
                let turn = st.next_turn(site);
                self.active_mut().turn = Some(turn);
                turn
            }
        };
        let value = Value::Opaque {
            site,
            turn: turn.turn,
            index,
            source,
        };
        let id = self.arena.add(value);
        if turn.reused {
            self.renew(st, id);
        }
        id
    }

    /// The name of an unknown value stands for another one from now on: what was known of the old
    /// one goes.
    pub(crate) fn renew(&self, st: &mut State, id: ValueId) {
        let stale: Vec<ValueId> = st
            .facts()
            .iter()
            .map(|f| f.0)
            .filter(|&f| self.mentions(f, id))
            .collect();
        st.facts_retain(|v| !stale.contains(&v));
        self.leave_places(st, id);
        // Nor is this round's memory the one that an earlier round released.
        st.blocks_retain(|o, b| {
            b.is_live()
                || !matches!(self.objects.get(o), Object::Pointee(v) if self.mentions(v, id))
        });
    }

    /// An index of a list stands for another one: what was stored at the old one is still there when
    /// the new one is filled.
    fn leave_places(&self, st: &mut State, index: ValueId) {
        let mut left = Vec::new();
        for (list, value) in st.heap() {
            let Value::Agg { parts, .. } = self.arena.get(*value) else {
                continue;
            };
            for (key, part) in parts.iter() {
                if let Key::At(at) = key
                    && let Value::Ptr(p) = self.arena.get(*part)
                    && self.mentions(*at, index)
                {
                    left.push((p.object, *list));
                }
            }
        }
        for (object, list) in left {
            let held = |b: &Block| b.is_live() && b.owners <= 0 && b.escape == Escape::No;
            if st.block(object).is_some_and(held)
                && let Some(block) = st.block_mut(object)
            {
                block.escape = Escape::Element(list);
            }
        }
    }

    pub(crate) fn mentions(&self, v: ValueId, what: ValueId) -> bool {
        let mut stack = vec![v];
        while let Some(v) = stack.pop() {
            if v == what {
                return true;
            }
            // An element at an unknown index depends on the index.
            match self.arena.get(v) {
                Value::Part(_, Key::At(index)) => stack.push(*index),
                Value::Initial(object) => {
                    if let Object::Pointee(of) = self.objects.get(*object) {
                        stack.push(of);
                    }
                }
                _ => {}
            }
            self.arena.children(v, &mut |c| stack.push(c));
        }
        false
    }

    /// Gives an unknown value the structure that its type has: references point somewhere,
    /// owners own a block, enums have a variant that is not known.
    pub(crate) fn shape(&mut self, st: &mut State, value: ValueId, ty: &Ty) -> ValueId {
        self.shape_as(st, value, ty, &Birth::Unknown)
    }

    pub(crate) fn shape_as(
        &mut self,
        st: &mut State,
        value: ValueId,
        ty: &Ty,
        birth: &Birth,
    ) -> ValueId {
        if !self.is_symbol(value) {
            return value;
        }
        match ty {
            Ty::Ref(mutable, inner) => {
                let object = self.objects.add(Object::Pointee(value));
                let len = matches!(**inner, Ty::Slice(_) | Ty::Str)
                    .then(|| self.arena.part(value, Key::Name(Name::SLICE_LEN)));
                self.arena.add(Value::Ptr(Pointer {
                    object,
                    path: self.whole.clone(),
                    offset: ValueId::ZERO,
                    len,
                    shared: !mutable,
                }))
            }
            Ty::Adt(adt, args) => self.shape_adt(st, value, *adt, args, birth),
            _ => value,
        }
    }

    fn shape_adt(
        &mut self,
        st: &mut State,
        value: ValueId,
        adt: AdtId,
        args: &[Ty],
        birth: &Birth,
    ) -> ValueId {
        let def = self.program.adt(adt);
        if def.stub
            && let Some(owner) = self.shape_owner(st, value, adt, args, birth)
        {
            return owner;
        }
        if Some(adt) == self.program.lang(Lang::ManuallyDrop) {
            return self.shape_manual(st, value, adt, args, birth);
        }
        let tag = match def.kind {
            AdtKind::Enum if def.variants.len() <= 8 => Tag::AdtAny(adt),
            AdtKind::Enum => return value,
            _ if self.adt_needs_drop(adt) || self.program.adt(adt).deref.is_some() => {
                Tag::Adt(adt, 0)
            }
            _ => return value,
        };
        self.unknown_of(tag, value)
    }

    /// An unknown value of which only the type is known.
    pub(crate) fn unknown_of(&mut self, tag: Tag, value: ValueId) -> ValueId {
        self.arena.aggregate(tag, Vec::new(), Some(value))
    }

    /// What a `ManuallyDrop` holds does not own what it points at, until it is taken out.
    fn shape_manual(
        &mut self,
        st: &mut State,
        value: ValueId,
        adt: AdtId,
        args: &[Ty],
        birth: &Birth,
    ) -> ValueId {
        let key = Key::Name(Name::new("value"));
        let inner = self.arena.part(value, key);
        let known: Vec<ObjectId> = st.blocks().iter().map(|e| e.0).collect();
        let inner = match args.first() {
            Some(ty) => self.shape_as(st, inner, ty, birth),
            None => inner,
        };
        for object in self.owned_blocks(inner) {
            if let Some(block) = st.block_mut(object).filter(|_| !known.contains(&object)) {
                block.owners = 0;
            }
        }
        self.arena
            .aggregate(Tag::Adt(adt, 0), vec![(key, inner)], Some(value))
    }

    /// A standard owner that came from somewhere: it owns a block of which nothing else is known.
    fn shape_owner(
        &mut self,
        st: &mut State,
        value: ValueId,
        adt: AdtId,
        args: &[Ty],
        birth: &Birth,
    ) -> Option<ValueId> {
        let lang = |l| self.program.lang(l) == Some(adt);
        let ptr = Key::Name(Name::new("ptr"));
        let element = args.first().cloned().unwrap_or(Ty::Unknown);
        if lang(Lang::String) {
            let vec = Key::Name(Name::new("vec"));
            let inner = self.arena.part(value, vec);
            let of_bytes = Ty::adt(
                self.program.lang(Lang::Vec)?,
                vec![Ty::Int(crate::types::IntTy::U8)],
            );
            let inner = self.shape_as(st, inner, &of_bytes, birth);
            return Some(
                self.arena
                    .aggregate(Tag::Adt(adt, 0), vec![(vec, inner)], Some(value)),
            );
        }
        let (family, layout) = if lang(Lang::Box) {
            ("rust", self.boxed_layout(value, &element))
        } else if lang(Lang::Vec) {
            let cap = self.arena.part(value, Key::Name(Name::new("cap")));
            ("rust", Layout::Many(element.clone(), cap))
        } else if lang(Lang::CString) {
            ("rust-cstring", Layout::Unknown)
        } else if lang(Lang::Rc) {
            ("rust-rc", Layout::One(element.clone()))
        } else if lang(Lang::Arc) {
            ("rust-arc", Layout::One(element.clone()))
        } else {
            return None;
        };
        let raw = self.arena.part(value, ptr);
        let object = self.objects.add(Object::Pointee(raw));
        let len = matches!(element, Ty::Slice(_) | Ty::Str)
            .then(|| self.arena.part(value, Key::Name(Name::SLICE_LEN)));
        let pointer = self.arena.add(Value::Ptr(Pointer {
            object,
            path: self.whole.clone(),
            offset: ValueId::ZERO,
            len,
            shared: false,
        }));
        if st.block(object).is_none() {
            let mut block = self.new_block(birth.clone(), self.family_named(family), layout);
            block.owners = 1;
            block.owner_ty = element.clone();
            st.set_block(object, block);
        }
        Some(
            self.arena
                .aggregate(Tag::Adt(adt, 0), vec![(ptr, pointer)], Some(value)),
        )
    }

    /// A struct of which nothing was seen so far, with those of its fields that own.
    pub(crate) fn with_owned_fields(&mut self, st: &mut State, loc: &Loc) -> ValueId {
        let value = self.load(st, loc);
        let (adt, rest) = match self.arena.get(value) {
            Value::Agg {
                tag: Tag::Adt(adt, 0),
                parts,
                rest: Some(rest),
            } if parts.is_empty() && !self.is_stub_adt(*adt) => (*adt, *rest),
            _ => return value,
        };
        let variants = &self.program.adt(adt).variants;
        let mut whole = value;
        for (name, ty) in variants.iter().flat_map(|variant| &variant.fields) {
            let part = self.arena.part(rest, Key::Name(*name));
            let shaped = self.shape(st, part, ty);
            if self.owns(shaped) {
                whole = self.arena.with_part(whole, Key::Name(*name), shaped);
            }
        }
        self.store(st, loc, whole);
        whole
    }

    fn boxed_layout(&mut self, value: ValueId, element: &Ty) -> Layout {
        match element {
            Ty::Slice(of) => {
                let len = self.arena.part(value, Key::Name(Name::SLICE_LEN));
                Layout::Many((**of).clone(), len)
            }
            _ => Layout::One(element.clone()),
        }
    }

    /// A block born here and now.
    pub(crate) fn new_block(&mut self, birth: Birth, family: Family, layout: Layout) -> Block {
        let at = self.report_place().site;
        Block {
            birth,
            born_at: at,
            site: self.here(),
            family,
            layout,
            owner_ty: Ty::Unknown,
            status: Status::Live,
            null: Null::No,
            owners: 0,
            raw: 0,
            second: None,
            one_away: false,
            pending: None,
            owned_at: at,
            disowned: None,
            out_of_scope: None,
            escape: Escape::No,
            lent_to: None,
            shared: false,
            taken: None,
            empty: false,
            kept: false,
            told_by: None,
            lent: false,
            cell: false,
            read_back: false,
            resize_failed: None,
            resized: false,
            reported: false,
            steps: None,
        }
    }

    /// Says that what an object holds is used; `None` if the path cannot go on.
    pub(crate) fn touch(&mut self, st: &mut State, object: ObjectId, used: Usage) -> Option<()> {
        match used {
            Usage::Read if st.block(object).is_some() => self.note_read(st, object),
            Usage::Write if self.is_outside(object) => self.writes_outside = true,
            _ => {}
        }
        self.borrow(st, object, used)
    }

    /// The same where only a reference is made: what is in it was not read so far.
    pub(crate) fn borrow(&mut self, st: &mut State, object: ObjectId, used: Usage) -> Option<()> {
        if used == Usage::Read {
            self.note_read_back(st, object);
        }
        self.audit_used(st, object);
        let Some(block) = st.block(object) else {
            return Some(());
        };
        if let Status::Ended(end) = &block.status {
            if !block.reported {
                let end = end.clone();
                self.report_use_after(st, object, &end, used);
            }
            return Some(());
        }
        match block.null {
            Null::No => Some(()),
            Null::Yes => None,
            Null::Maybe => {
                if !block.empty {
                    self.report_unchecked(st, object, used);
                }
                if let Some(block) = st.block_mut(object) {
                    block.null = Null::No;
                }
                Some(())
            }
        }
    }

    /// Who reads a collection of raw pointers may release what it finds there.
    fn note_read(&self, st: &mut State, object: ObjectId) {
        let held: Vec<ObjectId> = st
            .blocks()
            .iter()
            .filter(|(_, block)| block.escape == Escape::Element(object))
            .map(|e| e.0)
            .collect();
        for inner in held {
            if let Some(block) = st.block_mut(inner) {
                block.escape = Escape::Away;
            }
        }
    }

    /// A buffer that foreign code got is read by Rust.
    fn note_read_back(&self, st: &mut State, object: ObjectId) {
        if st
            .block(object)
            .is_some_and(|b| matches!(b.escape, Escape::Borrowed(..)) && !b.read_back)
            && let Some(block) = st.block_mut(object)
        {
            block.read_back = true;
        }
    }
}
