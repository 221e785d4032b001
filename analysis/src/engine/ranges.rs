//! Ranges and orders: what a path knows of numbers, and of two of them beside each other.

use super::facts::known;
use super::machine::Machine;
use super::state::State;
use super::value::{Key, Source, Value, ValueId};
use crate::ir::BinOp;
use crate::name::Name;

/// The orders in which two numbers may be, as bits of a set.
pub(crate) const LESS: u8 = 1;
pub(crate) const EQUAL: u8 = 2;
const MORE: u8 = 4;

impl Machine<'_> {
    /// The range in which an integer value lies on this path.
    pub(crate) fn range(&self, st: &State, v: ValueId) -> (i128, i128) {
        match self.arena.get(v) {
            Value::Int(n) => (*n, *n),
            Value::Linear(konst, terms) => {
                let (mut lo, mut hi) = (*konst, *konst);
                for &(term, factor) in terms.iter() {
                    let (l, h) = self.range(st, term);
                    let (l, h) = (l.saturating_mul(factor), h.saturating_mul(factor));
                    lo = lo.saturating_add(l.min(h));
                    hi = hi.saturating_add(l.max(h));
                }
                (lo, hi)
            }
            Value::Opaque {
                source: Source::Length | Source::Capacity,
                ..
            } => {
                let Some(fact) = st.fact(v) else {
                    return (0, i128::MAX);
                };
                let least = i128::from(fact.excludes(0));
                (fact.lo.max(least), fact.hi)
            }
            Value::Apply(name, args) => {
                let least = match name.as_str() {
                    "len" => Some(0),
                    name => self.least_of_checked(st, name, args),
                };
                noted(st, v, least.unwrap_or(i128::MIN), i128::MAX)
            }
            Value::Part(_, Key::Name(Name::SLICE_LEN)) => noted(st, v, 0, i128::MAX),
            // What a mask lets through.
            Value::Binary(BinOp::And, _, mask) if self.arena.as_int(*mask) >= Some(0) => {
                noted(st, v, 0, self.arena.as_int(*mask).unwrap_or(i128::MAX))
            }
            // A rest has the sign of what was divided.
            Value::Binary(BinOp::Rem, _, by) if self.arena.as_int(*by) > Some(0) => {
                let most = self.arena.as_int(*by).map_or(i128::MAX, |n| n - 1);
                noted(st, v, -most, most)
            }
            // Paths for types without a size own nothing: they are not taken.
            Value::SizeOf(_) => (1, i128::MAX),
            _ => noted(st, v, i128::MIN, i128::MAX),
        }
    }

    /// The least that a checked operation on numbers that are not negative can give.
    fn least_of_checked(&self, st: &State, name: &str, args: &[ValueId]) -> Option<i128> {
        let [a, b] = *args else { return None };
        let product = match name {
            "checked_mul" | "saturating_mul" => true,
            "checked_add" | "saturating_add" => false,
            _ => return None,
        };
        let (a, b) = (self.range(st, a).0, self.range(st, b).0);
        let least = if product {
            a.saturating_mul(b)
        } else {
            a.saturating_add(b)
        };
        (a >= 0 && b >= 0).then_some(least)
    }

    /// Whether two values are in one of these orders, if the comparisons that this path made of them
    /// decide it, in whatever words they asked.
    pub(crate) fn asked_before(
        &self,
        st: &State,
        a: ValueId,
        b: ValueId,
        within: u8,
    ) -> Option<bool> {
        let possible = self.order(st, a, b);
        if possible & !within == 0 {
            Some(true)
        } else {
            (possible & within == 0).then_some(false)
        }
    }

    /// How `a` and `b` may be ordered after the comparisons that this path made of them.
    fn order(&self, st: &State, a: ValueId, b: ValueId) -> u8 {
        let answer = |op, x, y| {
            let test = self.arena.find(&Value::Binary(op, x, y))?;
            known(st, test)
        };
        let mut possible = LESS | EQUAL | MORE;
        for (answer, says) in [
            (answer(BinOp::Lt, a, b), LESS),
            (answer(BinOp::Le, a, b), LESS | EQUAL),
            (answer(BinOp::Lt, b, a), MORE),
            (answer(BinOp::Le, b, a), MORE | EQUAL),
            (answer(BinOp::Eq, a.min(b), a.max(b)), EQUAL),
        ] {
            match answer {
                Some(true) => possible &= says,
                Some(false) => possible &= !says,
                None => {}
            }
        }
        possible
    }
}

/// What is noted of a value, within bounds that it has in any case.
fn noted(st: &State, v: ValueId, lo: i128, hi: i128) -> (i128, i128) {
    match st.fact(v) {
        None => (lo, hi),
        Some(fact) if fact.lo >= lo && fact.hi <= hi => (fact.lo, fact.hi),
        Some(fact) => {
            let mut fact = fact.clone();
            fact.narrow(lo, hi);
            (fact.lo, fact.hi)
        }
    }
}
