//! Conditions: what a path already knows of them, and what taking a branch adds.

use super::block::Null;
use super::machine::Machine;
use super::object::Object;
use super::ranges::{EQUAL, LESS};
use super::state::{Fact, State};
use super::value::{Tag, Value, ValueId};
use crate::ir::{BinOp, UnOp};
use crate::name::Name;

impl Fact {
    pub(crate) fn excludes(&self, n: i128) -> bool {
        n < self.lo || n > self.hi || self.not.contains(&n)
    }

    pub(crate) fn known(&self) -> Option<i128> {
        (self.lo == self.hi).then_some(self.lo)
    }

    /// Narrows; `false` if nothing is left.
    pub(crate) fn narrow(&mut self, lo: i128, hi: i128) -> bool {
        self.lo = self.lo.max(lo);
        self.hi = self.hi.min(hi);
        while self.lo <= self.hi && self.not.contains(&self.lo) {
            self.lo += 1;
        }
        while self.lo <= self.hi && self.not.contains(&self.hi) {
            self.hi -= 1;
        }
        self.lo <= self.hi
    }

    /// It is positive, whatever else was known.
    pub(crate) fn be_positive(&mut self) {
        self.narrow(1, i128::MAX);
    }

    fn exclude(&mut self, n: i128) -> bool {
        if !self.not.contains(&n) && self.not.len() < 8 {
            self.not.push(n);
            self.not.sort_unstable();
        }
        self.narrow(self.lo, self.hi)
    }
}

impl Machine<'_> {
    /// The value's constant on this path, if it has one.
    pub(crate) fn constant(&self, st: &State, v: ValueId) -> Option<i128> {
        if let Value::Int(n) = self.arena.get(v) {
            return Some(*n);
        }
        st.fact(v).and_then(Fact::known)
    }

    /// Whether the condition is decided on this path.
    pub(crate) fn truth(&self, st: &State, v: ValueId) -> Option<bool> {
        match *self.arena.get(v) {
            Value::Int(n) => Some(n != 0),
            Value::Unary(UnOp::Not, inner) => self.truth(st, inner).map(|b| !b),
            Value::Binary(BinOp::Eq, a, b) => self.truth_eq(st, a, b).or_else(|| known(st, v)),
            Value::Binary(BinOp::Lt, a, b) => self
                .truth_less(st, a, b, 1)
                .or_else(|| self.asked_before(st, a, b, LESS)),
            Value::Binary(BinOp::Le, a, b) => self
                .truth_less(st, a, b, 0)
                .or_else(|| self.asked_before(st, a, b, LESS | EQUAL)),
            Value::IsVariant(of, variant) => self.truth_variant(st, of, variant),
            Value::Func(..) | Value::Ptr(_) | Value::Ctor(..) => Some(true),
            _ => known(st, v),
        }
    }

    fn truth_eq(&self, st: &State, a: ValueId, b: ValueId) -> Option<bool> {
        if b == ValueId::ZERO
            && let Some(null) = self.nullness(st, a)
        {
            return match null {
                Null::No => Some(false),
                Null::Yes => Some(true),
                Null::Maybe => None,
            };
        }
        if self.is_elsewhere(st, a, b) || self.is_elsewhere(st, b, a) {
            return Some(false);
        }
        if let Some(n) = self.arena.as_int(b) {
            let fact = st.fact(a);
            if fact.is_some_and(|f| f.excludes(n)) {
                return Some(false);
            }
            if let Some((part, n)) = self.solved(a, n) {
                if st.fact(part).is_some_and(|f| f.excludes(n)) {
                    return Some(false);
                }
                if self.constant(st, part) == Some(n) {
                    return Some(true);
                }
            }
            let (lo, hi) = self.range(st, a);
            if n < lo || n > hi {
                return Some(false);
            }
            return (lo == hi).then_some(true);
        }
        let (alo, ahi) = self.range(st, a);
        let (blo, bhi) = self.range(st, b);
        if ahi < blo || bhi < alo {
            return Some(false);
        }
        self.asked_before(st, a, b, EQUAL)
    }

    /// Whether `a` points at a fresh block and `b` certainly somewhere else: at another object, a
    /// constant address, a sentinel such as `MAP_FAILED` (its failing path has its own value), or at
    /// what the caller had before.
    fn is_elsewhere(&self, st: &State, a: ValueId, b: ValueId) -> bool {
        let Value::Ptr(p) = self.arena.get(a) else {
            return false;
        };
        let born = matches!(self.objects.get(p.object), Object::Block(..));
        if !born
            && st
                .block(p.object)
                .is_none_or(|b| b.owners <= 0 && b.disowned.is_none())
        {
            return false;
        }
        match self.arena.get(b) {
            Value::Int(n) => *n != 0,
            Value::Extern(_) => true,
            Value::Apply(name, args) => args.is_empty() && !name.as_str().starts_with('?'),
            Value::Ptr(q) => match self.objects.get(q.object) {
                Object::Pointee(of) => born && self.is_of_caller(of),
                _ => q.object != p.object,
            },
            _ => born && self.is_of_caller(b),
        }
    }

    /// Whether a value is a parameter, or a part of one.
    fn is_of_caller(&self, value: ValueId) -> bool {
        matches!(self.arena.get(self.whole_of(value).0), Value::Param(_))
    }

    /// Whether `a + gap <= b`.
    fn truth_less(&self, st: &State, a: ValueId, b: ValueId, gap: i128) -> Option<bool> {
        if let Some(apart) = self.apart(st, a, b) {
            return Some(apart + gap <= 0);
        }
        let (alo, ahi) = self.range(st, a);
        let (blo, bhi) = self.range(st, b);
        if ahi.saturating_add(gap) <= blo {
            Some(true)
        } else if alo.saturating_add(gap) > bhi {
            Some(false)
        } else {
            None
        }
    }

    /// How much more than `b` the value `a` is, if they are equal, or the path found two numbers equal
    /// that are as far apart.
    fn apart(&self, st: &State, a: ValueId, b: ValueId) -> Option<i128> {
        if a == b {
            return Some(0);
        }
        let mut equal = st.facts().iter().filter_map(|(fact, _)| {
            let Value::Binary(BinOp::Eq, x, y) = *self.arena.get(*fact) else {
                return None;
            };
            (known(st, *fact) == Some(true)).then_some((x, y))
        });
        let first = equal.next()?;
        let (apart, terms) = self.arena.difference(a, b);
        std::iter::once(first).chain(equal).find_map(|(x, y)| {
            [(x, y), (y, x)].into_iter().find_map(|(x, y)| {
                let (base, others) = self.arena.difference(x, y);
                (others == terms).then_some(apart - base)
            })
        })
    }

    fn truth_variant(&self, st: &State, of: ValueId, variant: Name) -> Option<bool> {
        match self.arena.get(of) {
            Value::Agg {
                tag: Tag::Adt(adt, ix),
                ..
            } => Some(self.variant_name(*adt, *ix) == variant),
            Value::Agg {
                rest: Some(rest), ..
            } => self.truth_variant(st, *rest, variant),
            Value::Int(_) => None,
            _ => {
                let fact = st.fact(of)?;
                if let Some(known) = fact.variant {
                    return Some(known == variant);
                }
                fact.not_variant.contains(&variant).then_some(false)
            }
        }
    }

    /// For pointers: whether the value is null. `None` if it is no pointer that we follow.
    pub(crate) fn nullness(&self, st: &State, v: ValueId) -> Option<Null> {
        match self.arena.get(v) {
            Value::Ptr(p) => match st.block(p.object) {
                Some(block) => Some(block.null),
                None => Some(Null::No),
            },
            Value::Func(..) | Value::Closure { .. } | Value::Ctor(..) | Value::Extern(_) => {
                Some(Null::No)
            }
            Value::Int(n) => Some(if *n == 0 { Null::Yes } else { Null::No }),
            _ => None,
        }
    }

    /// Takes the branch on which the condition is `yes`; `false` if the path cannot be taken.
    pub(crate) fn assume(&mut self, st: &mut State, v: ValueId, yes: bool) -> bool {
        if let Some(known) = self.truth(st, v) {
            return known == yes;
        }
        match *self.arena.get(v) {
            Value::Unary(UnOp::Not, inner) => self.assume(st, inner, !yes),
            Value::Binary(BinOp::Eq, a, b) => self.assume_eq(st, v, a, b, yes),
            Value::Binary(BinOp::Lt, a, b) => self.assume_less(st, v, a, b, 1, yes),
            Value::Binary(BinOp::Le, a, b) => self.assume_less(st, v, a, b, 0, yes),
            Value::IsVariant(of, variant) => self.assume_variant(st, of, variant, yes),
            _ => note(st, v, yes),
        }
    }

    fn assume_eq(&mut self, st: &mut State, v: ValueId, a: ValueId, b: ValueId, yes: bool) -> bool {
        if b == ValueId::ZERO
            && let Value::Ptr(p) = self.arena.get(a)
        {
            if let Some(block) = st.block_mut(p.object) {
                block.null = if yes { Null::Yes } else { Null::No };
            }
            return true;
        }
        let Some(n) = self.arena.as_int(b) else {
            return note(st, v, yes);
        };
        match self.solved(a, n) {
            Some((part, n)) => narrow_eq(st, part, n, yes),
            None => narrow_eq(st, a, n, yes),
        }
    }

    /// Which part of `v` must be which number for `v` to be `n`, if that can be said of one part.
    fn solved(&self, v: ValueId, n: i128) -> Option<(ValueId, i128)> {
        match *self.arena.get(v) {
            Value::Linear(konst, ref terms) => match terms[..] {
                [(term, factor)] => {
                    let rest = n.checked_sub(konst)?;
                    (rest.checked_rem(factor)? == 0).then_some((term, rest / factor))
                }
                _ => None,
            },
            Value::Binary(BinOp::Mul, a, b) if n == 0 => {
                self.sized_count(a, b).map(|count| (count, 0))
            }
            _ => None,
        }
    }

    /// Of a product with the size of a type, which is not zero: the other factor.
    fn sized_count(&self, a: ValueId, b: ValueId) -> Option<ValueId> {
        let sized = |v: ValueId| matches!(self.arena.get(v), Value::SizeOf(_));
        if sized(a) {
            Some(b)
        } else {
            sized(b).then_some(a)
        }
    }

    fn assume_less(
        &mut self,
        st: &mut State,
        v: ValueId,
        a: ValueId,
        b: ValueId,
        gap: i128,
        yes: bool,
    ) -> bool {
        let (alo, ahi) = self.range(st, a);
        let (blo, bhi) = self.range(st, b);
        let fine = if yes {
            // a + gap <= b
            self.bound(st, a, i128::MIN, bhi.saturating_sub(gap))
                && self.bound(st, b, alo.saturating_add(gap), i128::MAX)
        } else {
            // b <= a + gap - 1
            self.bound(st, b, i128::MIN, ahi.saturating_add(gap - 1))
                && self.bound(st, a, blo.saturating_sub(gap - 1), i128::MAX)
        };
        fine && (self.arena.as_int(a).is_some()
            || self.arena.as_int(b).is_some()
            || note(st, v, yes))
    }

    pub(crate) fn bound(&mut self, st: &mut State, v: ValueId, lo: i128, hi: i128) -> bool {
        match *self.arena.get(v) {
            Value::Int(n) => lo <= n && n <= hi,
            Value::Linear(konst, ref terms) => match terms[..] {
                [(term, factor)] => {
                    let (lo, hi) = per_term(lo, hi, konst, factor);
                    lo == i128::MIN && hi == i128::MAX || st.fact_mut(term).narrow(lo, hi)
                }
                _ => true,
            },
            // A size of zero is a count of zero, and nothing is less.
            Value::Binary(BinOp::Mul, a, b)
                if (lo > 0 || hi <= 0) && self.sized_count(a, b).is_some() =>
            {
                let (lo, hi) = (
                    if lo > 0 { 1 } else { lo },
                    if hi <= 0 { 0 } else { i128::MAX },
                );
                let count = self.sized_count(a, b).unwrap_or(a);
                st.fact_mut(count).narrow(lo, hi)
            }
            _ if lo == i128::MIN && hi == i128::MAX => true,
            _ => st.fact_mut(v).narrow(lo, hi),
        }
    }

    fn assume_variant(&mut self, st: &mut State, of: ValueId, variant: Name, yes: bool) -> bool {
        let mut of = of;
        let mut siblings = None;
        while let Value::Agg {
            tag,
            rest: Some(rest),
            ..
        } = *self.arena.get(of)
        {
            if let Tag::AdtAny(adt) = tag {
                siblings = Some(adt);
            }
            of = rest;
        }
        let fact = st.fact_mut(of);
        if yes {
            fact.variant = Some(variant);
            return true;
        }
        if !fact.not_variant.contains(&variant) {
            fact.not_variant.push(variant);
            fact.not_variant.sort_unstable();
        }
        let ruled_out = fact.not_variant.clone();
        let Some(adt) = siblings else { return true };
        let mut left = self
            .program
            .adt(adt)
            .variants
            .iter()
            .map(|v| v.name)
            .filter(|n| !ruled_out.contains(n));
        match (left.next(), left.next()) {
            (None, _) => false,
            (Some(only), None) => {
                st.fact_mut(of).variant = Some(only);
                true
            }
            _ => true,
        }
    }

    /// Splits the state by a condition: the states on which it is true, and on which it is false.
    pub(crate) fn split(&mut self, st: State, cond: ValueId) -> (Option<State>, Option<State>) {
        match self.truth(&st, cond) {
            Some(true) => (Some(st), None),
            Some(false) => (None, Some(st)),
            None => {
                let mut no = st.clone();
                let mut yes = st;
                let yes_ok = self.assume(&mut yes, cond, true);
                let no_ok = self.assume(&mut no, cond, false);
                (yes_ok.then_some(yes), no_ok.then_some(no))
            }
        }
    }
}

pub(crate) fn known(st: &State, v: ValueId) -> Option<bool> {
    let fact = st.fact(v)?;
    match fact.known() {
        Some(n) => Some(n != 0),
        None => fact.excludes(0).then_some(true),
    }
}

fn note(st: &mut State, v: ValueId, yes: bool) -> bool {
    let fact = st.fact_mut(v);
    if yes {
        fact.exclude(0)
    } else {
        fact.narrow(0, 0)
    }
}

/// The bounds of `term` where those of `konst + term * factor` are these.
fn per_term(lo: i128, hi: i128, konst: i128, factor: i128) -> (i128, i128) {
    let rest = |n: i128| match n {
        i128::MIN | i128::MAX => None,
        n => n.checked_sub(konst),
    };
    let (mut least, mut most) = (rest(lo), rest(hi));
    if factor < 0 {
        std::mem::swap(&mut least, &mut most);
    }
    // Rounded inwards.
    let up = |n: i128| n.div_euclid(factor) + i128::from(n.rem_euclid(factor) != 0 && factor > 0);
    let down = |n: i128| n.div_euclid(factor) - i128::from(n.rem_euclid(factor) != 0 && factor < 0);
    (least.map_or(i128::MIN, up), most.map_or(i128::MAX, down))
}

fn narrow_eq(st: &mut State, v: ValueId, n: i128, yes: bool) -> bool {
    let fact = st.fact_mut(v);
    if yes {
        fact.narrow(n, n)
    } else {
        fact.exclude(n)
    }
}
