//! What the end of a root says about the rest of the program: memory that it leaves in a field or
//! hands to C, and memory of its caller that it takes back. Judged when all roots are done.

use super::block::{Birth, Block, Escape, Family, Layout, Status};
use super::lent::{Borrower, Suspect};
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::state::State;
use super::value::{Key, Tag, Value, ValueId};
use crate::event::{self, Act, Step, StepKind};
use crate::families::FamilyId;
use crate::ir::SelfKind;
use crate::name::Name;
use crate::resolve::{AdtId, AdtKind, FnId, StaticId};
use crate::types::Ty;
use rustc_hash::FxHashSet;

/// All that was noted.
#[derive(Default)]
pub(crate) struct Noted {
    pub(crate) stored: Vec<Stored>,
    pub(crate) handed_out: Vec<HandedOut>,
    pub(crate) taken: Vec<Taken>,
    /// Methods that end something which their value points at.
    pub(crate) enders: Vec<FnId>,
    /// Functions that leave a fresh block in a static.
    pub(crate) in_statics: Vec<Kept>,
    /// Functions that end something which a static points at.
    pub(crate) static_enders: Vec<Kept>,
    /// What had a block before its own family released it.
    pub(crate) given_back: Vec<Vec<Borrower>>,
    /// Routines that had a block, and as which argument, where a root left it to somebody.
    pub(crate) left: FxHashSet<(Name, usize)>,
    /// Families of which something is released.
    pub(crate) released: FxHashSet<FamilyId>,
    /// Losses that stand if the rest of the crate bears them out.
    pub(crate) suspects: Vec<Suspect>,
}

impl Noted {
    /// Whether there is anything to judge.
    pub(crate) fn is_telling(&self) -> bool {
        !(self.stored.is_empty() && self.handed_out.is_empty() && self.in_statics.is_empty())
    }

    /// In the order of the functions, whichever thread executed them.
    pub(crate) fn sorted(mut self) -> Noted {
        self.stored.sort_by_key(|n| n.by);
        self.handed_out.sort_by_key(|n| n.by);
        self.taken.sort_by_key(|n| n.by);
        self.enders.sort_unstable();
        self.in_statics.sort_by_key(|n| n.by);
        self.static_enders.sort_by_key(|n| n.by);
        self.suspects.sort_by_key(|n| n.event.site);
        self
    }

    /// What is known of lent blocks comes from roots alone.
    pub(crate) fn forget_lent(&mut self) {
        self.given_back.clear();
        self.left.clear();
        self.released.clear();
        self.suspects.clear();
    }

    pub(crate) fn append(&mut self, mut other: Noted) {
        self.stored.append(&mut other.stored);
        self.handed_out.append(&mut other.handed_out);
        self.taken.append(&mut other.taken);
        self.enders.append(&mut other.enders);
        self.in_statics.append(&mut other.in_statics);
        self.static_enders.append(&mut other.static_enders);
        self.given_back.append(&mut other.given_back);
        self.released.extend(other.released);
        self.suspects.append(&mut other.suspects);
    }
}

/// A function leaves a fresh block in a field of a type.
pub(crate) struct Stored {
    pub(crate) by: FnId,
    pub(crate) adt: AdtId,
    pub(crate) field: Name,
    pub(crate) block: event::Block,
    pub(crate) steps: Vec<Step>,
}

/// A function and a static that it uses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) by: FnId,
    pub(crate) of: StaticId,
}

/// An exported function gives a fresh block to its caller.
pub(crate) struct HandedOut {
    pub(crate) by: FnId,
    /// The parameter behind which it is written; none: it is the result.
    pub(crate) slot: Option<u32>,
    /// The fields that lead to it, if it stands in a C struct, and the struct.
    pub(crate) path: Vec<Name>,
    pub(crate) of: Option<AdtId>,
    /// The type behind the pointer, and the one it was allocated as.
    pub(crate) pointee: Ty,
    pub(crate) made_as: Option<Ty>,
    /// Memory of Rust: C cannot release it by itself.
    pub(crate) of_rust: bool,
    pub(crate) block: event::Block,
    pub(crate) steps: Vec<Step>,
}

/// A function takes back what a parameter points at.
#[derive(PartialEq)]
pub(crate) struct Taken {
    pub(crate) by: FnId,
    /// The type behind the pointer; unknown where it is a part of something.
    pub(crate) pointee: Ty,
    /// The one as which it is released, if known.
    pub(crate) taken_as: Option<Ty>,
    /// In words; empty if nothing is known.
    pub(crate) family: String,
}

/// Whether somebody here became the owner: what a value behind a pointer owns stays where it is.
fn is_taken_over(block: &Block) -> bool {
    let adopted = |step: &Step| matches!(step.what, StepKind::Adopted(_));
    matches!(block.birth, Birth::Parameter(_)) || block.story().iter().any(adopted)
}

/// The type of what a block holds.
pub(crate) fn held_type(layout: &Layout) -> Option<Ty> {
    match layout {
        Layout::One(ty) | Layout::Many(ty, _) if *ty != Ty::Unknown => Some(ty.clone()),
        _ => None,
    }
}

/// How deep a field is searched for pointers.
const DEPTH: u32 = 4;

impl Machine<'_> {
    /// Looks at a state in which a root returns.
    pub(crate) fn note_end(&mut self, id: FnId, st: &State, result: ValueId) {
        if st.blocks().is_empty() {
            return;
        }
        self.note_takeover(id, st);
        if !st.blocks().iter().any(|(_, b)| self.is_handed_on(st, b)) {
            return;
        }
        let mut found = Vec::new();
        self.stored_in(st, result, DEPTH, &mut found);
        for (adt, object) in self.own_subjects(id) {
            if let Some(Value::Agg { parts, .. }) = st.heap_get(object).map(|v| self.arena.get(v)) {
                let parts = parts.clone();
                self.stored_in_fields(st, adt, &parts, DEPTH, &mut found);
            }
        }
        for &(adt, field, object) in &found {
            // Two that hold it have agreed on who releases it.
            let only = found.iter().all(|f| f.2 != object || f.0 == adt);
            if let (true, Some(block)) = (only, st.block(object)) {
                self.noted.stored.push(Stored {
                    by: id,
                    adt,
                    field,
                    block: self.describe(block),
                    steps: block.story(),
                });
            }
        }
        self.note_in_statics(id, st);
        self.note_handed_out(id, st, result);
    }

    fn note_in_statics(&mut self, by: FnId, st: &State) {
        for &(object, value) in st.heap() {
            if let Object::Static(of) = self.objects.get(object) {
                let mut held = Vec::new();
                self.held_in(st, value, DEPTH, &mut held);
                let kept = Kept { by, of };
                if !held.is_empty() && !self.noted.in_statics.contains(&kept) {
                    self.noted.in_statics.push(kept);
                }
            }
        }
    }

    /// Whether a block was made here and is still to be released by somebody.
    pub(crate) fn is_handed_on(&self, st: &State, block: &Block) -> bool {
        let kept = match block.escape {
            Escape::No => true,
            Escape::Element(of) => st.block(of).is_none_or(Block::is_live),
            Escape::Given(_) | Escape::Borrowed(..) | Escape::Away => false,
        };
        kept && self.is_to_release(block)
    }

    /// What the parameters of a method point at, where that is a type of the user's.
    fn own_subjects(&mut self, id: FnId) -> Vec<(AdtId, ObjectId)> {
        let params = &self.program.signature(id).params;
        let mut out = Vec::new();
        for (n, ty) in params.iter().enumerate() {
            if let Ty::Ref(true, inner) = ty
                && let Ty::Adt(adt, _) = &**inner
                && self.is_own_struct(*adt)
            {
                let pointer = self.arena.add(Value::Param(n as u32));
                out.push((*adt, self.objects.add(Object::Pointee(pointer))));
            }
        }
        out
    }

    pub(crate) fn is_own_struct(&self, adt: AdtId) -> bool {
        let def = self.program.adt(adt);
        !def.stub && def.kind == AdtKind::Struct
    }

    /// A union never releases anything by itself.
    pub(crate) fn is_union(&self, adt: AdtId) -> bool {
        let def = self.program.adt(adt);
        def.kind == AdtKind::Union && self.program.drop_impl(adt).is_none()
    }

    /// Fields of the user's types within a value that hold such blocks.
    fn stored_in(
        &self,
        st: &State,
        value: ValueId,
        depth: u32,
        out: &mut Vec<(AdtId, Name, ObjectId)>,
    ) {
        let Value::Agg { tag, parts, .. } = self.arena.get(value) else {
            if let Value::Ptr(p) = self.arena.get(value)
                && depth > 0
                && matches!(self.objects.get(p.object), Object::Block(..))
                && let Some(inner) = st.heap_get(p.object)
            {
                self.stored_in(st, inner, depth - 1, out);
            }
            return;
        };
        match *tag {
            Tag::Adt(adt, _) if self.is_own_struct(adt) => {
                self.stored_in_fields(st, adt, parts, depth, out);
            }
            _ if depth > 0 => {
                for part in parts.iter() {
                    self.stored_in(st, part.1, depth - 1, out);
                }
            }
            _ => {}
        }
    }

    fn stored_in_fields(
        &self,
        st: &State,
        adt: AdtId,
        parts: &[(Key, ValueId)],
        depth: u32,
        out: &mut Vec<(AdtId, Name, ObjectId)>,
    ) {
        for (key, value) in parts {
            if let Key::Name(field) = *key {
                let mut held = Vec::new();
                self.held_in(st, *value, depth, &mut held);
                out.extend(held.into_iter().map(|object| (adt, field, object)));
            }
        }
    }

    /// Blocks that pointers within a field's value point at; what a type of the user's holds is
    /// that type's business.
    pub(crate) fn held_in(&self, st: &State, value: ValueId, depth: u32, out: &mut Vec<ObjectId>) {
        match self.arena.get(value) {
            Value::Ptr(p) => {
                let object = p.object;
                if let Some(block) = st.block(object)
                    && self.is_handed_on(st, block)
                {
                    out.push(object);
                }
                let elements = st
                    .blocks()
                    .iter()
                    .filter(|(_, b)| b.escape == Escape::Element(object) && self.is_to_release(b));
                out.extend(elements.map(|e| e.0));
            }
            Value::Agg {
                tag: Tag::Adt(adt, _),
                ..
            } if !self.is_stub_adt(*adt) && !self.is_union(*adt) => {}
            Value::Agg { parts, .. } if depth > 0 => {
                for part in parts.iter() {
                    self.held_in(st, part.1, depth - 1, out);
                }
            }
            _ => {}
        }
    }

    /// What becomes of the memory that parameters point at.
    fn note_takeover(&mut self, id: FnId, st: &State) {
        for (object, block) in st.blocks() {
            let Object::Pointee(value) = self.objects.get(*object) else {
                continue;
            };
            let ended = match &block.status {
                Status::Ended(end) if end.by.act != Act::Drop || is_taken_over(block) => {
                    Some(end.by.family.clone())
                }
                // What a value behind a pointer owned went with it.
                Status::Ended(_) => None,
                Status::Unsure => Some(String::new()),
                Status::Live if block.owners > 0 && is_taken_over(block) => Some(String::new()),
                Status::Live => None,
            };
            let Some(family) = ended else { continue };
            if let Some(of) = self.static_holder(value) {
                self.noted.static_enders.push(Kept { by: id, of });
            }
            let params = &self.program.signature(id).params;
            let pointee = match self.arena.get(value) {
                Value::Param(n) => match params.get(*n as usize) {
                    Some(Ty::Ptr(_, inner)) => (**inner).clone(),
                    _ => continue,
                },
                // A part of something that C hands over.
                _ if self.program.function(id).foreign_abi && self.is_given(value) => Ty::Unknown,
                _ => {
                    let method = self.program.func(id).self_kind != SelfKind::None;
                    if method && self.noted.enders.last() != Some(&id) {
                        self.noted.enders.push(id);
                    }
                    continue;
                }
            };
            let family = match block.family {
                Family::Known(_) => self.family_words(&block.family),
                Family::Foreign(_) | Family::Unknown => family,
            };
            let taken = Taken {
                by: id,
                pointee,
                taken_as: held_type(&block.layout),
                family,
            };
            if !self.noted.taken.contains(&taken) {
                self.noted.taken.push(taken);
            }
        }
    }
}
