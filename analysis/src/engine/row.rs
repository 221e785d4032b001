//! Rows of variables. A long function has thousands, of which most are gone at any one place and
//! most are the same in two states: both are passed over many at a time.

use super::value::ValueId;

/// How many variables are passed over at a time.
const STRIDE: usize = 32;

/// The variables that hold something, each with its place.
pub(crate) fn held(row: &[ValueId]) -> impl Iterator<Item = (usize, ValueId)> {
    let mut at = 0usize;
    std::iter::from_fn(move || {
        loop {
            if at.is_multiple_of(STRIDE) {
                at += STRIDE * gone(row.get(at..)?);
            }
            let value = *row.get(at)?;
            at += 1;
            if value != ValueId::UNINIT {
                return Some((at - 1, value));
            }
        }
    })
}

/// Where two rows differ, and what they hold there.
pub(crate) fn differences(
    a: &[ValueId],
    b: &[ValueId],
) -> impl Iterator<Item = (usize, (ValueId, ValueId))> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = difference(a, b, from)?;
        from = at + 1;
        Some((at, (a[at], b[at])))
    })
}

/// The first place, not before `from`, where two rows differ.
pub(crate) fn difference(a: &[ValueId], b: &[ValueId], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        if at.is_multiple_of(STRIDE) {
            at += STRIDE * equal(a.get(at..)?, b.get(at..)?);
        }
        if a.get(at)? != b.get(at)? {
            return Some(at);
        }
        at += 1;
    }
}

/// With how many whole strides of nothing a row begins.
fn gone(row: &[ValueId]) -> usize {
    let strides = row.chunks_exact(STRIDE);
    let bits = |stride: &[ValueId]| stride.iter().fold(0, |bits, value| bits | value.0);
    strides.take_while(|stride| bits(stride) == 0).count()
}

/// With how many whole strides of the same two rows begin.
fn equal(a: &[ValueId], b: &[ValueId]) -> usize {
    let strides = a.chunks_exact(STRIDE).zip(b.chunks_exact(STRIDE));
    let bits = |(a, b): &(&[ValueId], &[ValueId])| {
        let pairs = a.iter().zip(*b);
        pairs.fold(0, |bits, (a, b)| bits | (a.0 ^ b.0))
    };
    strides.take_while(|pair| bits(pair) == 0).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_held_and_all_that_differs_is_found() {
        assert_eq!(ValueId::UNINIT, ValueId(0));
        let places = [0, 1, 31, 32, 33, 70, 99];
        let empty = vec![ValueId::UNINIT; 100];
        let mut row = empty.clone();
        places.iter().for_each(|at| row[*at] = ValueId(7));
        assert!(held(&row).map(|(at, _)| at).eq(places));
        assert!(differences(&empty, &row).map(|(at, _)| at).eq(places));
        assert_eq!(difference(&row, &empty, 34), Some(70));
        assert_eq!(difference(&row, &row, 0), None);
        assert_eq!(held(&empty).count(), 0);
        assert_eq!(difference(&[], &[], 0), None);
    }
}
