//! Ownership of values: giving unknown values the shape of their type, moving, dropping, escaping.

use super::block::{Birth, Block, Escape, Family, Layout, Null, Status};
use super::call::Callable;
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::place::Loc;
use super::state::State;
use super::value::{Key, Pointer, Source, Tag, Value, ValueId};
use crate::event::Usage;
use crate::name::Name;
use crate::resolve::{AdtId, AdtKind, Lang};
use crate::types::Ty;
use std::rc::Rc;

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
            let stale: Vec<ValueId> = st
                .facts()
                .iter()
                .map(|f| f.0)
                .filter(|&f| self.mentions(f, id))
                .collect();
            st.facts_retain(|v| !stale.contains(&v));
        }
        id
    }

    fn mentions(&self, v: ValueId, what: ValueId) -> bool {
        let mut stack = vec![v];
        while let Some(v) = stack.pop() {
            if v == what {
                return true;
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
                    .then(|| self.arena.part(value, Key::Name(Name::new("[len]"))));
                self.arena.add(Value::Ptr(Pointer {
                    object,
                    path: Rc::from([]),
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
        let parts: Rc<[(Key, ValueId)]> = Rc::from([]);
        let tag = match def.kind {
            AdtKind::Enum if def.variants.len() <= 8 => Tag::AdtAny(adt),
            AdtKind::Enum => return value,
            _ if self.adt_needs_drop(adt) || self.program.adt(adt).deref.is_some() => {
                Tag::Adt(adt, 0)
            }
            _ => return value,
        };
        self.arena.add(Value::Agg {
            tag,
            parts,
            rest: Some(value),
        })
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
            .then(|| self.arena.part(value, Key::Name(Name::new("[len]"))));
        let pointer = self.arena.add(Value::Ptr(Pointer {
            object,
            path: Rc::from([]),
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

    fn boxed_layout(&mut self, value: ValueId, element: &Ty) -> Layout {
        match element {
            Ty::Slice(of) => {
                let len = self.arena.part(value, Key::Name(Name::new("[len]")));
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
            pending: None,
            owned_at: at,
            disowned: None,
            escape: Escape::No,
            lent: false,
            read_back: false,
            resize_failed: None,
            resized: false,
            reported: false,
            steps: None,
        }
    }

    /// Says that what an object holds is used; `None` if the path cannot go on.
    pub(crate) fn touch(&mut self, st: &mut State, object: ObjectId, used: Usage) -> Option<()> {
        if used == Usage::Read && st.block(object).is_some() {
            self.note_read(st, object);
        }
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
                self.report_unchecked(st, object, used);
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
        if st
            .block(object)
            .is_some_and(|b| matches!(b.escape, Escape::Borrowed(..)) && !b.read_back)
            && let Some(block) = st.block_mut(object)
        {
            block.read_back = true;
        }
    }

    /// Drops what a place holds; afterwards it is moved out.
    pub(crate) fn drop_at(&mut self, st: State, loc: &Loc, out: &mut Vec<State>) {
        let value = self.load(&st, loc);
        if !self.owns(value) {
            out.push(st);
            return;
        }
        let outer = self.active().by_drop;
        let name = self.spoken_type(value);
        self.active_mut().by_drop = Some(name);
        let states = self.drop_parts(st, loc, value);
        self.active_mut().by_drop = outer;
        for mut st in states {
            self.store(&mut st, loc, ValueId::MOVED);
            out.push(st);
        }
    }

    /// The name of a value's type, if it is a struct or enum.
    fn spoken_type(&self, value: ValueId) -> Name {
        match self.arena.get(value) {
            Value::Agg {
                tag: Tag::Adt(adt, _) | Tag::AdtAny(adt),
                ..
            } => self.program.adt(*adt).name,
            _ => Name::EMPTY,
        }
    }

    /// Runs the drop glue of a value in its place.
    fn drop_parts(&mut self, st: State, loc: &Loc, value: ValueId) -> Vec<State> {
        let (tag, parts) = match self.arena.get(value) {
            Value::Agg { tag, parts, .. } => (*tag, parts.clone()),
            Value::Closure { captures, .. } => {
                let captures = captures.clone();
                let mut states = vec![st];
                for &capture in captures.iter() {
                    states = self.drop_each(states, capture);
                }
                return states;
            }
            _ => return vec![st],
        };
        let mut states = vec![st];
        if let Tag::Adt(adt, _) | Tag::AdtAny(adt) = tag {
            if self.program.adt(adt).no_drop {
                return states;
            }
            if let Some(drop) = self.program.drop_impl(adt) {
                let this = self.point_at(loc, false);
                let substs = self.drop_substs(&states[0], adt, value);
                states = states
                    .into_iter()
                    .flat_map(|st| {
                        self.invoke(
                            st,
                            Callable::Fn(drop, substs.clone()),
                            vec![this],
                            &Ty::unit(),
                        )
                    })
                    .map(|outcome| outcome.0)
                    .collect();
            }
        }
        for (key, _) in parts.iter() {
            let part_loc = loc.clone().child(*key);
            states = states
                .into_iter()
                .flat_map(|st| {
                    let part = self.load(&st, &part_loc);
                    if self.owns(part) {
                        self.drop_parts(st, &part_loc, part)
                    } else {
                        vec![st]
                    }
                })
                .collect();
        }
        states
    }

    fn drop_each(&mut self, states: Vec<State>, value: ValueId) -> Vec<State> {
        if !self.owns(value) {
            return states;
        }
        let site = self.here();
        let object = self.objects.add(Object::Literal(site));
        let loc = Loc::whole(object);
        states
            .into_iter()
            .flat_map(|mut st| {
                st.heap_set(object, value);
                self.drop_parts(st, &loc, value)
            })
            .collect()
    }

    /// What the type parameters of a dropped owner stand for: read off its block's layout.
    fn drop_substs(&mut self, st: &State, adt: AdtId, value: ValueId) -> Rc<[(Name, Ty)]> {
        let generics = &self.program.adt(adt).generics;
        let Some(&first) = generics.first() else {
            return Rc::from([]);
        };
        let ptr = self.arena.part(value, Key::Name(Name::new("ptr")));
        let Value::Ptr(p) = self.arena.get(ptr) else {
            return Rc::from([]);
        };
        let ty = match st.block(p.object).map(|b| b.owner_ty.clone()) {
            Some(ty) => ty,
            None => return Rc::from([]),
        };
        Rc::from([(first, ty)])
    }

    /// The value goes out of view: what it reaches can be kept or changed by others.
    pub(crate) fn escape(&mut self, st: &mut State, value: ValueId) {
        let reach = self.reach_from(st, &[value]);
        let gone: Vec<ObjectId> = st
            .blocks()
            .iter()
            .filter(|(object, block)| {
                block.escape != Escape::Away
                    && (reach.objects.contains(object)
                        || matches!(block.escape, Escape::Element(of) if reach.objects.contains(&of)))
            })
            .map(|e| e.0)
            .collect();
        for object in gone {
            if let Some(block) = st.block_mut(object) {
                block.escape = Escape::Away;
            }
        }
        self.give_up(st, value);
    }

    /// Owners moved out of view: nobody knows what becomes of their blocks.
    fn give_up(&mut self, st: &mut State, value: ValueId) {
        for object in self.owned_blocks(value) {
            self.report_pending(st, object);
            if let Some(block) = st.block_mut(object)
                && block.owners > 0
            {
                block.owners -= 1;
                block.status = Status::Unsure;
            }
        }
    }

    /// Blocks that the owners inside a value own directly.
    pub(crate) fn owned_blocks(&mut self, value: ValueId) -> Vec<ObjectId> {
        let mut out = Vec::new();
        self.collect_owned(value, false, &mut out);
        out
    }

    fn collect_owned(&mut self, value: ValueId, owner: bool, out: &mut Vec<ObjectId>) {
        match self.arena.get(value) {
            Value::Ptr(p) if owner => out.push(p.object),
            Value::Opaque { .. } | Value::Param(_) | Value::Part(..) | Value::Initial(_)
                if owner =>
            {
                out.push(self.objects.add(Object::Pointee(value)));
            }
            Value::Agg { tag, parts, .. } => {
                let (tag, parts) = (*tag, parts.clone());
                let owner = match tag {
                    Tag::Adt(adt, _) => {
                        self.is_stub_adt(adt) && self.program.drop_impl(adt).is_some()
                    }
                    _ => false,
                };
                for part in parts.iter() {
                    self.collect_owned(part.1, owner, out);
                }
            }
            Value::Closure { captures, .. } => {
                let captures = captures.clone();
                for &capture in captures.iter() {
                    self.collect_owned(capture, false, out);
                }
            }
            _ => {}
        }
    }

    /// Others may have written through the pointer: what it points at is unknown now.
    pub(crate) fn havoc(&mut self, st: &mut State, pointer: ValueId, source: Source) {
        let Value::Ptr(p) = self.arena.get(pointer) else {
            return;
        };
        if p.shared {
            return;
        }
        let loc = Loc::of(p);
        match self.objects.get(loc.object) {
            Object::Local(..) | Object::Block(..) | Object::Pointee(_) => {}
            _ => return,
        }
        let old = self.load(st, &loc);
        let new = self.havocked(st, old, source);
        if new != old {
            self.store(st, &loc, new);
        }
    }

    fn havocked(&mut self, st: &mut State, old: ValueId, source: Source) -> ValueId {
        match self.arena.get(old).clone() {
            // What owns stays an owner of the same block; its sizes may change.
            Value::Agg { tag, parts, .. } if self.owns(old) => {
                let parts: Vec<(Key, ValueId)> = parts
                    .iter()
                    .map(|&(key, v)| {
                        let stays = matches!(self.arena.get(v), Value::Ptr(_));
                        if stays {
                            (key, v)
                        } else if self.owns(v) {
                            (key, self.havocked(st, v, source))
                        } else {
                            (key, self.fresh_havoc(st, source))
                        }
                    })
                    .collect();
                let rest = self.fresh_havoc(st, Source::Plain);
                self.arena.aggregate(tag, parts, Some(rest))
            }
            Value::Moved => old,
            _ => self.fresh_havoc(st, source),
        }
    }

    fn fresh_havoc(&mut self, st: &mut State, source: Source) -> ValueId {
        let active = self.active_mut();
        let index = active.havocs;
        active.havocs = index.wrapping_add(1);
        self.fresh(st, 100 + index % 4000, source)
    }
}
