//! The intrinsics of owners: acquiring, adopting, giving up and counting what they own.

use super::block::{Birth, Escape, Layout, Null};
use super::call::Outcome;
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::place::Loc;
use super::release::Claim;
use super::state::State;
use super::value::{Key, Tag, Value, ValueId};
use crate::event::{Act, EventKind, StepKind};
use crate::name::Name;
use crate::resolve::Lang;
use crate::types::{self, Ty};
use std::rc::Rc;

impl Machine<'_> {
    pub(crate) fn acquire(
        &mut self,
        st: &mut State,
        name: &str,
        ty: Ty,
        args: &[ValueId],
    ) -> Option<ValueId> {
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
            block.cell = matches!(
                &layout,
                Layout::One(Ty::Int(_) | Ty::Bool | Ty::Float(_) | Ty::Ptr(..))
            );
            block.owner_ty = ty;
            if manual {
                block.null = Null::Maybe;
            } else {
                block.owners = 1;
            }
        }
        if manual {
            self.check_zero_size(st, object, &by, &layout);
            if let Layout::Bytes { size, .. } = layout {
                self.check_size(st, object, &by, size, false);
            }
        }
        Some(self.pointer_to(object))
    }

    pub(crate) fn give_back(&mut self, st: &mut State, name: &str, ty: Ty, args: &[ValueId]) {
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

    /// Whether the block behind a pointer certainly has room for more than what is asked for.
    fn holds_more(&mut self, st: &State, pointer: ValueId, wanted: &Layout) -> bool {
        let Value::Ptr(p) = self.arena.get(pointer) else {
            return false;
        };
        let have = st.block(p.object).filter(|block| block.is_live());
        let have = have.map(|block| block.layout.clone());
        have.is_some_and(|have| {
            matches!(have, Layout::Many(..))
                && self.compare(st, &have, wanted) == types::Same::Different
        })
    }

    pub(crate) fn make_owner(&mut self, st: &mut State, name: &str, ty: Ty, args: &[ValueId]) {
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
        if name == "adopt_array"
            && self.holds_nothing(st, pointer, &layout)
            && !self.holds_more(st, pointer, &layout)
        {
            return;
        }
        let holds = match ty {
            Ty::Slice(of) => (*of).clone(),
            other => other,
        };
        let by = self.routine("from_raw", &family, Act::Adopt);
        self.note_taken_back(st, pointer);
        self.adopt(st, pointer, Claim { family, layout, by }, holds);
    }

    fn is_text_family(&self, v: ValueId) -> bool {
        matches!(self.arena.get(v), Value::Apply(name, _) if *name == "rust-cstring")
    }

    pub(crate) fn change_owner(&mut self, st: &mut State, name: &str, ty: Ty, args: &[ValueId]) {
        match name {
            "disown" => {
                if let Value::Ptr(p) = self.arena.get(args[0]) {
                    let object = p.object;
                    self.disown(st, object);
                }
            }
            "disown_value" | "own_value" => {
                let Some(loc) = self.pointee(args[0]) else {
                    return;
                };
                let value = self.with_owned_fields(st, &loc);
                for object in self.owned_blocks(value) {
                    if name == "disown_value" {
                        self.disown(st, object);
                    } else {
                        let at = self.report_place().site;
                        if let Some(block) = st.block_mut(object) {
                            if block.owners <= 0 {
                                block.owned_at = at;
                            }
                            block.owners += 1;
                        }
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
    pub(crate) fn regrow(&mut self, st: &mut State, ty: Ty, args: &[ValueId]) -> ValueId {
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
    pub(crate) fn retype(&mut self, st: &mut State, to: &Ty, place: ValueId) {
        let Some(loc) = self.pointee(place) else {
            return;
        };
        let value = self.load(st, &loc);
        if let Ty::Ptr(..) = to {
            return self.bare(st, &loc, value);
        }
        let Ty::Adt(adt, args) = to else { return };
        let element = args.first().cloned().unwrap_or(Ty::Unknown);
        let lang = |l| self.program.lang(l) == Some(*adt);
        let want = if lang(Lang::Vec) {
            let cap = self.arena.part(value, Key::Name(Name::new("cap")));
            Layout::Many(element, cap)
        } else if lang(Lang::Box) {
            if let Value::Ptr(_) = self.arena.get(value) {
                let family = self
                    .arena
                    .add(Value::Apply(Name::new("rust"), Rc::from([])));
                self.make_owner(st, "adopt_value", element, &[family, value]);
                let parts = vec![(Key::Name(Name::new("ptr")), value)];
                let owner = self.arena.aggregate(Tag::Adt(*adt, 0), parts, None);
                return self.store(st, &loc, owner);
            }
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
                let fault = self.other_layout(st, &layout, &want);
                let site = st.block(object).map(|b| b.site);
                let since: Vec<_> = site.into_iter().collect();
                self.emit_here(object, st, EventKind::Reclaim { by, fault }, &since);
            }
        }
    }

    /// A box becomes its pointer.
    fn bare(&mut self, st: &mut State, loc: &Loc, value: ValueId) {
        let boxed = self.program.lang(Lang::Box);
        if !matches!(self.arena.get(value),
            Value::Agg { tag: Tag::Adt(adt, _), .. } if Some(*adt) == boxed)
        {
            return;
        }
        for object in self.owned_blocks(value) {
            self.disown(st, object);
        }
        let pointer = self.arena.part(value, Key::Name(Name::new("ptr")));
        self.store(st, loc, pointer);
    }

    /// An owner gives its block up: from now on it is somebody's duty to release it.
    fn disown(&mut self, st: &mut State, object: ObjectId) {
        let Some(block) = st.block(object) else {
            return;
        };
        let family = block.family;
        let by = self.routine("into_raw", &family, Act::Disown);
        let at = self.report_place().site;
        let shared = self.is_counted(&family);
        if let Some(block) = st.block_mut(object) {
            block.owners -= 1;
            // A second owner without a count was a mere view of it.
            if !(shared && block.second.take().is_some()) {
                block.raw += 1;
            }
            block.pending = None;
            block.disowned = Some(Rc::new((by.clone(), at)));
        }
        self.tell(st, object, StepKind::Disowned(by));
    }

    pub(crate) fn count_down(&mut self, mut st: State, ty: Ty, args: &[ValueId]) -> Vec<Outcome> {
        let pointer = args[1];
        let counts = match self.arena.get(pointer) {
            Value::Ptr(p) => st.block(p.object).map(|b| {
                // A second owner that was made without a count.
                let uncounted = i16::from(b.second.is_some());
                (p.object, b.owners + b.raw - uncounted)
            }),
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
        let shared = self.may_be_shared(&st, pointer);
        let mut states = vec![st];
        if let Some(object) = shared {
            self.leave_content(&mut states[0], object);
        } else if let Some(loc) = self.pointee(pointer) {
            states = self
                .drop_outcomes(states.remove(0), &loc, &Ty::Unknown)
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

    /// The counted block behind a pointer, if others than those in view may hold counts.
    fn may_be_shared(&self, st: &State, pointer: ValueId) -> Option<ObjectId> {
        let Value::Ptr(p) = self.arena.get(pointer) else {
            return None;
        };
        let block = st.block(p.object)?;
        let made_here = matches!(block.birth, Birth::Routine(_));
        (!made_here && self.is_counted(&block.family)).then_some(p.object)
    }

    /// What a shared value holds stays with those who share it.
    fn leave_content(&mut self, st: &mut State, object: ObjectId) {
        for inner in self.reach_from_object(st, object) {
            if let Some(block) = st.block_mut(inner) {
                block.escape = Escape::Away;
            }
        }
    }

    pub(crate) fn drop_outcomes(&mut self, st: State, loc: &Loc, ty: &Ty) -> Vec<Outcome> {
        let mut out = Vec::new();
        self.drop_at(st, loc, ty, &mut out);
        out.into_iter().map(|st| (st, ValueId::UNIT)).collect()
    }
}
