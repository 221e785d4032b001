//! Forgetting what no longer matters, so that paths which differ only in that become one.

use super::block::Escape;
use super::machine::Machine;
use super::object::{Object, ObjectId};
use super::row;
use super::shape::Locals;
use super::state::State;
use super::value::{Key, Value, ValueId};
use crate::ir::{BinOp, LocalId};
use crate::name::Name;
use std::rc::Rc;

/// A set of small numbers.
#[derive(Default)]
pub(crate) struct Marks(Vec<u64>);

impl Marks {
    /// Adds a number; whether it is new.
    #[inline]
    fn insert(&mut self, n: u32) -> bool {
        let at = n as usize / 64;
        if at >= self.0.len() {
            self.0.resize((at + 1).next_power_of_two().max(16), 0);
        }
        let bit = 1 << (n % 64);
        let new = self.0[at] & bit == 0;
        self.0[at] |= bit;
        new
    }

    /// Whether the number is in the set.
    #[inline]
    pub(crate) fn contains(&self, n: u32) -> bool {
        self.0
            .get(n as usize / 64)
            .is_some_and(|word| word & (1 << (n % 64)) != 0)
    }
}

/// What a walk over a state reaches.
#[derive(Default)]
pub(crate) struct Reach {
    pub(crate) values: Marks,
    objects: Marks,
    /// The objects, in the order in which they were found.
    found: Vec<ObjectId>,
    sites: Marks,
    queue: Vec<ObjectId>,
    /// Values of which the parts are still to be looked at.
    parts: Vec<ValueId>,
    /// Only through what carries a pointer on: a comparison with it does not.
    carried: bool,
}

impl Reach {
    /// A walk through values that carry pointers.
    pub(crate) fn carried() -> Reach {
        Reach {
            carried: true,
            ..Reach::default()
        }
    }

    /// Whether an object was reached.
    pub(crate) fn has(&self, object: ObjectId) -> bool {
        self.objects.contains(object.0)
    }

    /// Adds an object, but not what it holds.
    pub(crate) fn add(&mut self, object: ObjectId) {
        if self.objects.insert(object.0) {
            self.found.push(object);
        }
    }

    /// All objects that were reached.
    pub(crate) fn into_objects(self) -> Vec<ObjectId> {
        self.found
    }

    /// Forgets all, and keeps the room.
    fn clear(&mut self) {
        for marks in [&mut self.values, &mut self.objects, &mut self.sites] {
            marks.0.fill(0);
        }
        self.found.clear();
    }
}

/// Forgets the variables of the innermost call that do not matter any more.
pub(crate) fn forget_dead(st: &mut State, live: &Locals) {
    let Some(frame) = st.frames.last_mut() else {
        return;
    };
    let is_dead = |(at, _)| !live.contains(LocalId(at as u32));
    if row::held(&frame.locals).any(is_dead) {
        live.clear_others(&mut Rc::make_mut(frame).locals);
    }
}

impl Machine<'_> {
    /// Forgets dead variables, facts about values that are gone, and rounds that left no trace.
    pub(crate) fn tidy(&mut self, st: &mut State, live: &Locals) {
        forget_dead(st, live);
        let mut reach = std::mem::take(&mut self.reach);
        reach.clear();
        self.reach_all(st, &mut reach);
        st.facts_retain(|v| self.leaves_within(v, &reach));
        st.turns_retain(|site| reach.sites.contains(site.0));
        let gone: Vec<ObjectId> = st
            .heap()
            .iter()
            .map(|e| e.0)
            .filter(|o| matches!(self.objects.get(*o), Object::Literal(_)) && !reach.has(*o))
            .collect();
        if !gone.is_empty() {
            st.heap_retain(|o| !gone.contains(&o));
        }
        st.blocks_retain(|o, b| {
            b.is_live() && !b.reported
                || reach.has(o)
                // The pointer itself is still there, or can be read again out of a parameter.
                || matches!(self.objects.get(o), Object::Pointee(v) if self.is_readable(v, &reach))
        });
        self.reach = reach;
    }

    /// Whether a value is there, or a field of a parameter that is. Other values stand for another
    /// thing in each round of a loop.
    fn is_readable(&self, v: ValueId, reach: &Reach) -> bool {
        let mut root = v;
        while let Value::Part(of, Key::Name(_)) = self.arena.get(root) {
            root = *of;
        }
        reach.values.contains(v.0)
            || matches!(self.arena.get(root), Value::Param(_)) && reach.values.contains(root.0)
    }

    fn leaves_within(&self, v: ValueId, reach: &Reach) -> bool {
        if v.is_constant() || reach.values.contains(v.0) {
            return true;
        }
        match self.arena.get(v) {
            Value::Int(_) => true,
            Value::Binary(_, a, b) => {
                self.leaves_within(*a, reach) && self.leaves_within(*b, reach)
            }
            Value::Unary(_, a) | Value::IsVariant(a, _) | Value::Part(a, _) => {
                self.leaves_within(*a, reach)
            }
            Value::Linear(_, terms) => terms.iter().all(|t| self.leaves_within(t.0, reach)),
            Value::Apply(_, args) => args.iter().all(|a| self.leaves_within(*a, reach)),
            // Memory that can still be read; a static by its name.
            Value::Initial(object) => {
                reach.has(*object) || matches!(self.objects.get(*object), Object::Static(_))
            }
            _ => false,
        }
    }

    /// Everything that variables, the heap and live blocks hold.
    fn reach_all(&self, st: &State, reach: &mut Reach) {
        for frame in &st.frames {
            row::held(&frame.locals).for_each(|(_, value)| self.reach_value(value, reach));
        }
        for (object, block) in st.blocks() {
            reach.sites.insert(block.site.0);
            if block.is_live() {
                reach.queue.push(*object);
            }
            self.reach_layout(&block.layout, reach);
            for call in block.lent_to.iter().flat_map(|lent| lent.iter()) {
                self.reach_value(call.status, reach);
            }
            if let Some(taken) = &block.taken {
                self.reach_value(taken.status, reach);
            }
            match block.escape {
                Escape::Given(status) => self.reach_value(status, reach),
                // That the collection is gone decides what became of its elements.
                Escape::Element(of) if block.is_live() => reach.queue.push(of),
                _ => {}
            }
        }
        for (object, value) in st.heap() {
            if self.is_outside(*object) {
                self.reach_value(*value, reach);
                self.reach_sites(*object, reach);
            }
        }
        self.drain(st, reach);
    }

    /// What was written behind an unknown value is a trace of the round that made the value: the next
    /// round's is another.
    fn reach_sites(&self, object: ObjectId, reach: &mut Reach) {
        let mut object = object;
        while let Object::Pointee(value) = self.objects.get(object) {
            let mut root = value;
            while let Value::Part(of, _) = self.arena.get(root) {
                root = *of;
            }
            match self.arena.get(root) {
                Value::Opaque { site, .. } => {
                    reach.sites.insert(site.0);
                    return;
                }
                Value::Initial(of) => object = *of,
                _ => return,
            }
        }
    }

    fn reach_layout(&self, layout: &super::block::Layout, reach: &mut Reach) {
        use super::block::Layout;
        match layout {
            Layout::Many(_, n) => self.reach_value(*n, reach),
            Layout::Bytes { size, align } => {
                self.reach_value(*size, reach);
                self.reach_value(*align, reach);
            }
            Layout::One(_) | Layout::Unknown => {}
        }
    }

    /// Objects that exist outside of the root's own memory.
    pub(crate) fn is_outside(&self, object: ObjectId) -> bool {
        matches!(
            self.objects.get(object),
            Object::Pointee(_) | Object::Static(_)
        )
    }

    pub(crate) fn reach_value(&self, value: ValueId, reach: &mut Reach) {
        if value.is_constant() || !reach.values.insert(value.0) {
            return;
        }
        let mut parts = std::mem::take(&mut reach.parts);
        parts.push(value);
        while let Some(v) = parts.pop() {
            match self.arena.get(v) {
                Value::Ptr(p) => reach.queue.push(p.object),
                Value::Opaque { site, .. } => {
                    reach.sites.insert(site.0);
                }
                Value::Agg { parts, .. } => self.reach_places(parts, reach),
                Value::Apply(name, _) if reach.carried && *name != Name::ADDR => continue,
                Value::Binary(BinOp::Eq | BinOp::Lt | BinOp::Le, ..)
                | Value::Unary(..)
                | Value::IsVariant(..)
                | Value::Part(..)
                    if reach.carried =>
                {
                    continue;
                }
                _ => {}
            }
            self.arena.children(v, &mut |c| {
                if !c.is_constant() && reach.values.insert(c.0) {
                    parts.push(c);
                }
            });
        }
        reach.parts = parts;
    }

    /// Where something was stored at an index, the round that the index was of has left a trace: the
    /// index of the next one is another.
    fn reach_places(&self, parts: &[(Key, ValueId)], reach: &mut Reach) {
        for part in parts {
            let Key::At(index) = part.0 else { continue };
            let mut mark = |v: ValueId| {
                if let Value::Opaque { site, .. } = self.arena.get(v) {
                    reach.sites.insert(site.0);
                }
            };
            mark(index);
            self.arena.children(index, &mut mark);
        }
    }

    pub(crate) fn drain(&self, st: &State, reach: &mut Reach) {
        while let Some(object) = reach.queue.pop() {
            if !reach.objects.insert(object.0) {
                continue;
            }
            reach.found.push(object);
            match self.objects.get(object) {
                Object::Local(site, local) => {
                    if let Some(frame) = st.frame_of(site) {
                        self.reach_value(st.local(frame, local), reach);
                    }
                }
                Object::Pointee(of) if !reach.carried => self.reach_value(of, reach),
                _ => {}
            }
            if let Some(value) = st.heap_get(object) {
                self.reach_value(value, reach);
            }
        }
    }

    /// All objects that can be reached from some values.
    pub(crate) fn reach_from(&mut self, st: &State, values: &[ValueId]) -> Reach {
        let mut reach = Reach::carried();
        for &v in values {
            self.reach_value(v, &mut reach);
        }
        self.drain(st, &mut reach);
        reach
    }

    /// The same of one value, also through pointers of which only the origin is known: what was read
    /// behind them.
    pub(crate) fn reach_behind(&mut self, st: &State, value: ValueId) -> Reach {
        let mut reach = self.reach_from(st, &[value]);
        loop {
            let before = reach.found.len();
            for &(object, held) in st.heap() {
                if let Object::Pointee(of) = self.objects.get(object)
                    && reach.values.contains(of.0)
                    && !reach.has(object)
                {
                    reach.add(object);
                    self.reach_value(held, &mut reach);
                }
            }
            self.drain(st, &mut reach);
            if reach.found.len() == before {
                return reach;
            }
        }
    }
}
