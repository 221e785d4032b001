//! Values: hash-consed symbolic expressions, so that equal values are equal numbers.

use super::object::ObjectId;
use crate::ir::{BinOp, UnOp};
use crate::name::Name;
use crate::resolve::{AdtId, BodyRef, FnId};
use crate::types::Ty;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A value of the current root, by number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct ValueId(pub(crate) u32);

/// A step of the calling context: which statement of which body, called from where.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct SiteId(pub(crate) u32);

/// A part of an aggregate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Key {
    /// A field, a tuple position, a constant index.
    Name(Name),
    /// An element at a symbolic index or byte offset.
    At(ValueId),
}

/// What an aggregate is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Tag {
    /// Not known: a symbol of which some parts were written.
    None,
    /// A tuple.
    Tuple,
    /// An array.
    Array,
    /// A struct, union, or a variant of an enum.
    Adt(AdtId, u32),
    /// A value of this type whose variant is not known.
    AdtAny(AdtId),
}

/// Where an unknown value came from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Source {
    /// Rust code that is not in view, a join, a choice.
    Plain,
    /// The result of a foreign call (its name).
    ForeignResult(Name),
    /// Written by a foreign call (its name) through a pointer it got.
    ForeignOut(Name),
    /// The number of elements in use of a growing container: not provably its capacity.
    Length,
    /// The capacity of a growing container.
    Capacity,
}

/// A pointer into an object.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Pointer {
    /// The object.
    pub(crate) object: ObjectId,
    /// The part pointed at.
    pub(crate) path: Rc<[Key]>,
    /// Offset from there in bytes.
    pub(crate) offset: ValueId,
    /// For pointers to slices: the number of elements.
    pub(crate) len: Option<ValueId>,
    /// Made by `&`: what is behind it does not change through it.
    pub(crate) shared: bool,
}

/// A symbolic value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Value {
    /// Not initialised.
    Uninit,
    /// Moved out.
    Moved,
    /// An integer, boolean (0, 1), character, or the null pointer (0).
    Int(i128),
    /// A pointer or reference.
    Ptr(Pointer),
    /// A compound; parts not listed are parts of `rest`.
    Agg {
        tag: Tag,
        parts: Rc<[(Key, ValueId)]>,
        rest: Option<ValueId>,
    },
    /// A function item.
    Func(FnId, Rc<[(Name, Ty)]>),
    /// A tuple constructor as a function.
    Ctor(AdtId, u32),
    /// A function that is not in view, by path.
    Extern(Name),
    /// A closure with what it captured.
    Closure {
        body: BodyRef,
        captures: Rc<[ValueId]>,
        owner: Option<FnId>,
        substs: Rc<[(Name, Ty)]>,
    },
    /// An unknown value made at a site; `turn` tells the rounds of a loop apart.
    Opaque {
        site: SiteId,
        turn: u8,
        index: u16,
        source: Source,
    },
    /// What a root's parameter holds at entry.
    Param(u32),
    /// What an object holds at first.
    Initial(ObjectId),
    /// A part of an unknown value.
    Part(ValueId, Key),
    /// `konst + sum(value * factor)`.
    Linear(i128, Rc<[(ValueId, i128)]>),
    /// Any other operation; comparisons are only `Eq`, `Lt`, `Le`.
    Binary(BinOp, ValueId, ValueId),
    /// `!`.
    Unary(UnOp, ValueId),
    /// Whether an unknown value is the named variant.
    IsVariant(ValueId, Name),
    /// A pure function of its arguments.
    Apply(Name, Rc<[ValueId]>),
    /// The size of a type that is not known here.
    SizeOf(Ty),
}

/// All values of one root.
#[derive(Default)]
pub(crate) struct Arena {
    values: Vec<Value>,
    ids: FxHashMap<Value, ValueId>,
}

impl ValueId {
    pub(crate) const UNINIT: ValueId = ValueId(0);
    pub(crate) const MOVED: ValueId = ValueId(1);
    /// Zero, false, null.
    pub(crate) const ZERO: ValueId = ValueId(2);
    /// One, true.
    pub(crate) const ONE: ValueId = ValueId(3);
    /// The unit value.
    pub(crate) const UNIT: ValueId = ValueId(4);

    /// One of those above: they are made of nothing.
    pub(crate) fn is_constant(self) -> bool {
        self <= ValueId::UNIT
    }
}

impl Arena {
    pub(crate) fn new() -> Arena {
        let mut arena = Arena::default();
        arena.clear();
        arena
    }

    /// Forgets all but the constants.
    pub(crate) fn clear(&mut self) {
        self.values.clear();
        self.ids.clear();
        self.add(Value::Uninit);
        self.add(Value::Moved);
        self.add(Value::Int(0));
        self.add(Value::Int(1));
        let parts: Rc<[(Key, ValueId)]> = Rc::from([]);
        self.add(Value::Agg {
            tag: Tag::Tuple,
            parts,
            rest: None,
        });
    }

    pub(crate) fn get(&self, id: ValueId) -> &Value {
        &self.values[id.0 as usize]
    }

    pub(crate) fn add(&mut self, value: Value) -> ValueId {
        if let Some(&id) = self.ids.get(&value) {
            return id;
        }
        let id = ValueId(self.values.len() as u32);
        self.values.push(value.clone());
        self.ids.insert(value, id);
        id
    }

    /// The value's number, if it has one already.
    pub(crate) fn find(&self, value: &Value) -> Option<ValueId> {
        self.ids.get(value).copied()
    }

    pub(crate) fn int(&mut self, n: i128) -> ValueId {
        self.add(Value::Int(n))
    }

    pub(crate) fn bool(&mut self, b: bool) -> ValueId {
        if b { ValueId::ONE } else { ValueId::ZERO }
    }

    pub(crate) fn as_int(&self, id: ValueId) -> Option<i128> {
        match self.get(id) {
            Value::Int(n) => Some(*n),
            _ => None,
        }
    }

    pub(crate) fn aggregate(
        &mut self,
        tag: Tag,
        mut parts: Vec<(Key, ValueId)>,
        rest: Option<ValueId>,
    ) -> ValueId {
        parts.sort_unstable_by_key(|p| p.0);
        self.add(Value::Agg {
            tag,
            parts: parts.into(),
            rest,
        })
    }

    /// The part of a value; unknown parts of unknown values are values of their own.
    pub(crate) fn part(&mut self, of: ValueId, key: Key) -> ValueId {
        match self.get(of) {
            Value::Agg { parts, rest, .. } => {
                if let Ok(at) = parts.binary_search_by_key(&key, |p| p.0) {
                    return parts[at].1;
                }
                match *rest {
                    Some(rest) => self.part(rest, key),
                    None => ValueId::UNINIT,
                }
            }
            Value::Uninit | Value::Moved => of,
            _ => self.add(Value::Part(of, key)),
        }
    }

    /// `of` with one part replaced.
    pub(crate) fn with_part(&mut self, of: ValueId, key: Key, value: ValueId) -> ValueId {
        let (tag, mut parts, rest) = match self.get(of) {
            Value::Agg { tag, parts, rest } => (*tag, parts.to_vec(), *rest),
            Value::Uninit | Value::Moved => (Tag::None, Vec::new(), None),
            _ => (Tag::None, Vec::new(), Some(of)),
        };
        match parts.binary_search_by_key(&key, |p| p.0) {
            Ok(at) => parts[at].1 = value,
            Err(at) => parts.insert(at, (key, value)),
        }
        self.add(Value::Agg {
            tag,
            parts: parts.into(),
            rest,
        })
    }

    /// A sum with constant factors in normal form.
    fn linear(&mut self, konst: i128, mut terms: Vec<(ValueId, i128)>) -> ValueId {
        terms.sort_unstable_by_key(|t| t.0);
        let mut merged: Vec<(ValueId, i128)> = Vec::with_capacity(terms.len());
        for (value, factor) in terms {
            match merged.last_mut() {
                Some(last) if last.0 == value => last.1 = last.1.wrapping_add(factor),
                _ => merged.push((value, factor)),
            }
        }
        merged.retain(|t| t.1 != 0);
        match &merged[..] {
            [] => self.int(konst),
            [(only, 1)] if konst == 0 => *only,
            _ => self.add(Value::Linear(konst, merged.into())),
        }
    }

    fn terms(&self, v: ValueId) -> (i128, Vec<(ValueId, i128)>) {
        match self.get(v) {
            Value::Int(n) => (*n, Vec::new()),
            Value::Linear(konst, terms) => (*konst, terms.to_vec()),
            _ => (0, vec![(v, 1)]),
        }
    }

    /// `a - b` as a constant and the rest, whose terms are in order.
    pub(crate) fn difference(&self, a: ValueId, b: ValueId) -> (i128, Vec<(ValueId, i128)>) {
        let (ka, mut terms) = self.terms(a);
        let (kb, minus) = self.terms(b);
        for (value, factor) in minus {
            match terms.iter_mut().find(|t| t.0 == value) {
                Some(term) => term.1 = term.1.wrapping_sub(factor),
                None => terms.push((value, factor.wrapping_neg())),
            }
        }
        terms.retain(|t| t.1 != 0);
        terms.sort_unstable_by_key(|t| t.0);
        (ka.wrapping_sub(kb), terms)
    }

    pub(crate) fn add_values(&mut self, a: ValueId, b: ValueId) -> ValueId {
        let (ka, mut ta) = self.terms(a);
        let (kb, tb) = self.terms(b);
        ta.extend(tb);
        self.linear(ka.wrapping_add(kb), ta)
    }

    pub(crate) fn scale(&mut self, a: ValueId, factor: i128) -> ValueId {
        let (k, mut terms) = self.terms(a);
        for t in &mut terms {
            t.1 = t.1.wrapping_mul(factor);
        }
        self.linear(k.wrapping_mul(factor), terms)
    }

    fn product(&mut self, a: ValueId, b: ValueId) -> ValueId {
        match (self.as_int(a), self.as_int(b)) {
            (Some(n), _) => self.scale(b, n),
            (_, Some(n)) => self.scale(a, n),
            _ => {
                let (x, y) = if a <= b { (a, b) } else { (b, a) };
                self.add(Value::Binary(BinOp::Mul, x, y))
            }
        }
    }

    /// An operation in normal form: comparisons become `Eq`, `Lt`, `Le`, perhaps under `!`.
    pub(crate) fn binary(&mut self, op: BinOp, a: ValueId, b: ValueId) -> ValueId {
        match op {
            BinOp::Add => self.add_values(a, b),
            BinOp::Sub => {
                let minus = self.scale(b, -1);
                self.add_values(a, minus)
            }
            BinOp::Mul => self.product(a, b),
            BinOp::Ne => {
                let eq = self.binary(BinOp::Eq, a, b);
                self.not(eq)
            }
            BinOp::Gt => self.binary(BinOp::Lt, b, a),
            BinOp::Ge => self.binary(BinOp::Le, b, a),
            BinOp::Eq => self.equal(a, b),
            _ => self.folded(op, a, b),
        }
    }

    fn equal(&mut self, a: ValueId, b: ValueId) -> ValueId {
        if a == b {
            return ValueId::ONE;
        }
        match (self.as_int(a), self.as_int(b)) {
            (Some(x), Some(y)) => self.bool(x == y),
            // `flag == true`, `cond == false`
            (None, Some(n @ (0 | 1))) if self.is_condition(a) => self.truth_is(a, n == 1),
            (Some(n @ (0 | 1)), None) if self.is_condition(b) => self.truth_is(b, n == 1),
            // One bit that is set is one that is not zero.
            (None, Some(n)) if self.is_bit_of(a, n) => {
                let zero = self.add(Value::Binary(BinOp::Eq, a, ValueId::ZERO));
                self.not(zero)
            }
            (Some(_), None) => self.equal(b, a),
            (None, Some(_)) => self.add(Value::Binary(BinOp::Eq, a, b)),
            (None, None) => {
                let (x, y) = if a <= b { (a, b) } else { (b, a) };
                self.add(Value::Binary(BinOp::Eq, x, y))
            }
        }
    }

    /// Whether `v` is what a mask of the one bit `n` lets through.
    fn is_bit_of(&self, v: ValueId, n: i128) -> bool {
        match *self.get(v) {
            Value::Binary(BinOp::And, a, b) => {
                n > 0
                    && n & (n - 1) == 0
                    && (self.as_int(a) == Some(n) || self.as_int(b) == Some(n))
            }
            _ => false,
        }
    }

    fn truth_is(&mut self, v: ValueId, yes: bool) -> ValueId {
        if yes { v } else { self.not(v) }
    }

    fn folded(&mut self, op: BinOp, a: ValueId, b: ValueId) -> ValueId {
        let (Some(x), Some(y)) = (self.as_int(a), self.as_int(b)) else {
            return self.add(Value::Binary(op, a, b));
        };
        let result = match op {
            BinOp::Div => x.checked_div(y),
            BinOp::Rem => x.checked_rem(y),
            BinOp::And => Some(x & y),
            BinOp::Or => Some(x | y),
            BinOp::Xor => Some(x ^ y),
            BinOp::Shl => u32::try_from(y).ok().and_then(|y| x.checked_shl(y)),
            BinOp::Shr => u32::try_from(y).ok().and_then(|y| x.checked_shr(y)),
            BinOp::Lt => Some(i128::from(x < y)),
            BinOp::Le => Some(i128::from(x <= y)),
            _ => None,
        };
        match result {
            Some(n) => self.int(n),
            None => self.add(Value::Binary(op, a, b)),
        }
    }

    /// Logical negation of a condition (of an integer: only if it is constant).
    pub(crate) fn not(&mut self, v: ValueId) -> ValueId {
        match *self.get(v) {
            Value::Int(n) => self.bool(n == 0),
            Value::Unary(UnOp::Not, inner) => inner,
            _ => self.add(Value::Unary(UnOp::Not, v)),
        }
    }

    /// Whether the value is certainly a boolean.
    fn is_condition(&self, v: ValueId) -> bool {
        matches!(
            self.get(v),
            Value::Binary(BinOp::Eq | BinOp::Lt | BinOp::Le, ..)
                | Value::Unary(UnOp::Not, _)
                | Value::IsVariant(..)
        )
    }

    /// Calls `f` with every value that `v` is directly built from.
    pub(crate) fn children(&self, v: ValueId, f: &mut dyn FnMut(ValueId)) {
        match self.get(v) {
            Value::Ptr(p) => {
                if let Some(len) = p.len {
                    f(len);
                }
                f(p.offset);
            }
            Value::Agg { parts, rest, .. } => {
                parts.iter().for_each(|part| f(part.1));
                if let Some(rest) = *rest {
                    f(rest);
                }
            }
            Value::Closure { captures, .. } => captures.iter().for_each(|&c| f(c)),
            Value::Apply(_, args) => args.iter().for_each(|&a| f(a)),
            Value::Part(of, _) | Value::Unary(_, of) | Value::IsVariant(of, _) => f(*of),
            Value::Binary(_, a, b) => {
                f(*a);
                f(*b);
            }
            Value::Linear(_, terms) => terms.iter().for_each(|t| f(t.0)),
            _ => {}
        }
    }
}
