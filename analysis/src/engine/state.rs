//! The state of one path: what every object holds, what is known of blocks and unknown values.

use super::block::Block;
use super::object::ObjectId;
use super::row;
use super::value::{SiteId, ValueId};
use crate::ir::LocalId;
use crate::name::Name;
use crate::span::Span;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// The variables of one active call.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Where it was entered.
    pub(crate) site: SiteId,
    pub(crate) locals: Vec<ValueId>,
}

impl PartialEq for Frame {
    fn eq(&self, other: &Frame) -> bool {
        self.site == other.site
            && self.locals.len() == other.locals.len()
            && row::difference(&self.locals, &other.locals, 0).is_none()
    }
}

/// What is known of an unknown value: as an integer, and as an enum.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fact {
    pub(crate) lo: i128,
    pub(crate) hi: i128,
    pub(crate) not: Vec<i128>,
    pub(crate) variant: Option<Name>,
    pub(crate) not_variant: Vec<Name>,
}

impl Default for Fact {
    fn default() -> Fact {
        Fact {
            lo: i128::MIN,
            hi: i128::MAX,
            not: Vec::new(),
            variant: None,
            not_variant: Vec::new(),
        }
    }
}

/// One path.
#[derive(Clone, Debug)]
pub(crate) struct State {
    /// The active calls, the root first.
    pub(crate) frames: Vec<Rc<Frame>>,
    /// What objects other than variables hold; sorted.
    heap: Rc<Vec<(ObjectId, ValueId)>>,
    /// Allocations; sorted.
    blocks: Rc<Vec<(ObjectId, Block)>>,
    /// Facts about unknown values; sorted.
    facts: Rc<Vec<(ValueId, Rc<Fact>)>>,
    /// How often a site made a new value; sorted.
    turns: Rc<Vec<(SiteId, u8)>>,
    /// The last place of the root's own code that was executed: for stories only.
    pub(crate) last: Span,
    /// The same of a function that the root calls.
    pub(crate) inner: Option<Span>,
    /// The block that a call with an error got, and where it left: if nothing came after it.
    pub(crate) failed_with: Option<(ObjectId, Span)>,
}

impl PartialEq for State {
    fn eq(&self, other: &State) -> bool {
        same(&self.facts, &other.facts)
            && same(&self.turns, &other.turns)
            && self.same_frames(other, self.frames.len())
            && self.same_memory(other)
    }
}

/// Equality that does not look into what is shared.
fn same<T: PartialEq>(a: &Rc<T>, b: &Rc<T>) -> bool {
    Rc::ptr_eq(a, b) || **a == **b
}

impl State {
    pub(crate) fn new(at: Span) -> State {
        State {
            frames: Vec::new(),
            heap: Rc::default(),
            blocks: Rc::default(),
            facts: Rc::default(),
            turns: Rc::default(),
            last: at,
            inner: None,
            failed_with: None,
        }
    }

    /// A number that equal states share and different ones hardly ever do.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = FxHasher::default();
        // Those of the callers seldom tell states of one call apart.
        if let Some(frame) = self.frames.last() {
            frame.locals.hash(&mut hasher);
        }
        self.heap.hash(&mut hasher);
        self.turns.hash(&mut hasher);
        for (value, fact) in self.facts.iter() {
            (value, fact.lo as u64, fact.hi as u64).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Whether both know the same of all allocations and objects.
    pub(crate) fn same_memory(&self, other: &State) -> bool {
        same(&self.heap, &other.heap) && same(&self.blocks, &other.blocks)
    }

    /// Whether the variables of the outermost calls are equal, as many as asked for.
    pub(crate) fn same_frames(&self, other: &State, count: usize) -> bool {
        self.frames.len() == other.frames.len()
            && (0..count).all(|n| same(&self.frames[n], &other.frames[n]))
    }

    pub(crate) fn local(&self, frame: usize, local: LocalId) -> ValueId {
        self.frames[frame].locals[local.0 as usize]
    }

    pub(crate) fn set_local(&mut self, frame: usize, local: LocalId, value: ValueId) {
        let at = local.0 as usize;
        if self.frames[frame].locals[at] != value {
            Rc::make_mut(&mut self.frames[frame]).locals[at] = value;
        }
    }

    /// The frame entered at this site, if it is still active.
    pub(crate) fn frame_of(&self, site: SiteId) -> Option<usize> {
        self.frames.iter().rposition(|f| f.site == site)
    }

    pub(crate) fn heap(&self) -> &[(ObjectId, ValueId)] {
        &self.heap
    }

    pub(crate) fn heap_get(&self, object: ObjectId) -> Option<ValueId> {
        let at = self.heap.binary_search_by_key(&object, |e| e.0).ok()?;
        Some(self.heap[at].1)
    }

    pub(crate) fn heap_set(&mut self, object: ObjectId, value: ValueId) {
        match self.heap.binary_search_by_key(&object, |e| e.0) {
            Ok(at) if self.heap[at].1 == value => {}
            Ok(at) => Rc::make_mut(&mut self.heap)[at].1 = value,
            Err(at) => Rc::make_mut(&mut self.heap).insert(at, (object, value)),
        }
    }

    pub(crate) fn heap_retain(&mut self, keep: impl Fn(ObjectId) -> bool) {
        if self.heap.iter().any(|e| !keep(e.0)) {
            Rc::make_mut(&mut self.heap).retain(|e| keep(e.0));
        }
    }

    pub(crate) fn blocks(&self) -> &[(ObjectId, Block)] {
        &self.blocks
    }

    pub(crate) fn block(&self, object: ObjectId) -> Option<&Block> {
        let at = self.blocks.binary_search_by_key(&object, |e| e.0).ok()?;
        Some(&self.blocks[at].1)
    }

    pub(crate) fn block_mut(&mut self, object: ObjectId) -> Option<&mut Block> {
        let at = self.blocks.binary_search_by_key(&object, |e| e.0).ok()?;
        Some(&mut Rc::make_mut(&mut self.blocks)[at].1)
    }

    pub(crate) fn set_block(&mut self, object: ObjectId, block: Block) {
        let blocks = Rc::make_mut(&mut self.blocks);
        match blocks.binary_search_by_key(&object, |e| e.0) {
            Ok(at) => blocks[at].1 = block,
            Err(at) => blocks.insert(at, (object, block)),
        }
    }

    pub(crate) fn blocks_retain(&mut self, keep: impl Fn(ObjectId, &Block) -> bool) {
        if self.blocks.iter().any(|e| !keep(e.0, &e.1)) {
            Rc::make_mut(&mut self.blocks).retain(|e| keep(e.0, &e.1));
        }
    }

    pub(crate) fn fact(&self, value: ValueId) -> Option<&Fact> {
        let at = self.facts.binary_search_by_key(&value, |e| e.0).ok()?;
        Some(&self.facts[at].1)
    }

    pub(crate) fn fact_mut(&mut self, value: ValueId) -> &mut Fact {
        let facts = Rc::make_mut(&mut self.facts);
        let at = match facts.binary_search_by_key(&value, |e| e.0) {
            Ok(at) => at,
            Err(at) => {
                facts.insert(at, (value, Rc::default()));
                at
            }
        };
        Rc::make_mut(&mut facts[at].1)
    }

    pub(crate) fn facts_retain(&mut self, keep: impl Fn(ValueId) -> bool) {
        if self.facts.iter().any(|e| !keep(e.0)) {
            Rc::make_mut(&mut self.facts).retain(|e| keep(e.0));
        }
    }

    pub(crate) fn facts(&self) -> &[(ValueId, Rc<Fact>)] {
        &self.facts
    }

    /// Counts one more round of a site: 0 the first time, at most 1 afterwards.
    pub(crate) fn next_turn(&mut self, site: SiteId) -> Turn {
        match self.turns.binary_search_by_key(&site, |e| e.0) {
            Err(at) => {
                Rc::make_mut(&mut self.turns).insert(at, (site, 0));
                Turn {
                    turn: 0,
                    reused: false,
                }
            }
            Ok(at) if self.turns[at].1 == 0 => {
                Rc::make_mut(&mut self.turns)[at].1 = 1;
                Turn {
                    turn: 1,
                    reused: false,
                }
            }
            Ok(at) => {
                let turn = self.turns[at].1;
                // Alternate, so that this round's value is not the last round's.
                let next = if turn == 1 { 2 } else { 1 };
                Rc::make_mut(&mut self.turns)[at].1 = next;
                Turn {
                    turn: next,
                    reused: true,
                }
            }
        }
    }

    /// Whether the sites that both came by are in the same round.
    pub(crate) fn same_turns(&self, other: &State) -> bool {
        if Rc::ptr_eq(&self.turns, &other.turns) {
            return true;
        }
        let mut others = other.turns.iter().peekable();
        self.turns.iter().all(|(site, turn)| {
            while others.next_if(|o| o.0 < *site).is_some() {}
            others.peek().is_none_or(|o| o.0 != *site || o.1 == *turn)
        })
    }

    /// Also counts the rounds of the sites that only the other came by.
    pub(crate) fn add_turns(&mut self, other: &State) {
        if Rc::ptr_eq(&self.turns, &other.turns) {
            return;
        }
        for &(site, turn) in other.turns.iter() {
            if let Err(at) = self.turns.binary_search_by_key(&site, |e| e.0) {
                Rc::make_mut(&mut self.turns).insert(at, (site, turn));
            }
        }
    }

    pub(crate) fn turns_retain(&mut self, keep: impl Fn(SiteId) -> bool) {
        if self.turns.iter().any(|e| !keep(e.0)) {
            Rc::make_mut(&mut self.turns).retain(|e| keep(e.0));
        }
    }
}

/// Which round of a site this is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) turn: u8,
    /// The name was used before on this path: what is known of the old value must go.
    pub(crate) reused: bool,
}
