//! Layouts: whether what is given back is what was asked for.

use super::block::{Birth, Layout};
use super::machine::Machine;
use super::object::ObjectId;
use super::state::State;
use super::value::{Key, Source, Value, ValueId};
use crate::event::Fault;
use crate::name::Name;
use crate::types::{self, Len, Same, Ty};

impl Machine<'_> {
    /// Compares an allocation's layout with the one of its release.
    pub(crate) fn compare(&mut self, st: &State, have: &Layout, want: &Layout) -> Same {
        match (have, want) {
            (Layout::Unknown, _) | (_, Layout::Unknown) => Same::Unknown,
            (Layout::One(a), Layout::One(b)) if self.is_erased(a, b) => Same::Different,
            (Layout::One(ty), _) | (_, Layout::One(ty))
                if matches!(ty, Ty::Str | Ty::Slice(_) | Ty::Dyn(_) | Ty::Unknown) =>
            {
                Same::Unknown
            }
            (Layout::One(a), Layout::One(b)) if unsizes(a, b) || unsizes(b, a) => Same::Unknown,
            (Layout::One(a), Layout::One(b)) => types::same_layout(self.program, a, b),
            (Layout::Many(a, n), Layout::Many(b, m)) => self.compare_many(st, a, *n, b, *m),
            (Layout::One(Ty::Array(a, len)), Layout::Many(b, m))
            | (Layout::Many(b, m), Layout::One(Ty::Array(a, len)))
                if types::same_layout(self.program, a, b) == Same::Equal =>
            {
                match (len, self.constant(st, *m)) {
                    (Len::Known(n), Some(m)) => same(i128::from(*n) == m),
                    _ => Same::Unknown,
                }
            }
            (Layout::One(a), Layout::Many(b, m)) | (Layout::Many(b, m), Layout::One(a)) => {
                self.compare_one_many(st, a, b, *m)
            }
            _ => self.compare_bytes(st, have, want),
        }
    }

    /// Whether a value of any type, or one with a table of methods, is taken for one of nothing.
    fn is_erased(&self, have: &Ty, want: &Ty) -> bool {
        let nothing = match want {
            Ty::Tuple(parts) => parts.is_empty(),
            Ty::Adt(adt, _) => self.program.adt(*adt).name == "c_void",
            Ty::External(name) => name.as_str().ends_with("::c_void"),
            _ => false,
        };
        nothing && matches!(have, Ty::Param(_) | Ty::Dyn(_))
    }

    /// Two layouts that differ, in words; a size that is not a constant gets a letter.
    pub(crate) fn other_layout(&mut self, st: &State, have: &Layout, want: &Layout) -> Fault {
        let (size, align) = self.bytes(have);
        let (want_size, want_align) = self.bytes(want);
        let alignment = self.compare_values(st, size, want_size) == Same::Equal
            && self.compare_values(st, align, want_align) == Same::Different;
        let words = |layout: &Layout, computed: &str| match (layout, self.layout_words(layout)) {
            (Layout::Bytes { .. }, words) if words.is_empty() => computed.to_owned(),
            (_, words) => words,
        };
        Fault::OtherLayout {
            have: words(have, "n bytes"),
            want: words(want, "m bytes"),
            alignment,
        }
    }

    /// Whether a value from out of view is taken for one of a type of the user's that holds nothing:
    /// a handle that stands for the value in C's eyes.
    pub(crate) fn is_hollow(
        &self,
        st: &State,
        object: ObjectId,
        have: &Layout,
        want: &Layout,
    ) -> bool {
        let (Layout::One(Ty::Unknown | Ty::External(_)), Layout::One(ty @ Ty::Adt(adt, _))) =
            (have, want)
        else {
            return false;
        };
        let held = st.heap_get(object).map(|v| self.arena.get(v));
        let def = self.program.adt(*adt);
        let made_here = st
            .block(object)
            .is_some_and(|b| matches!(b.birth, Birth::Routine(_)));
        made_here
            && !def.stub
            && !matches!(held, None | Some(Value::Agg { .. }))
            && types::size_align(self.program, ty).size == Some(0)
    }

    fn compare_many(&mut self, st: &State, a: &Ty, n: ValueId, b: &Ty, m: ValueId) -> Same {
        let element = types::same_layout(self.program, a, b);
        let (sa, sb) = (
            types::size_align(self.program, a),
            types::size_align(self.program, b),
        );
        if let (Some(x), Some(y)) = (sa.align, sb.align)
            && x != y
        {
            return Same::Different;
        }
        if element == Same::Equal {
            return self.compare_counts(st, n, m);
        }
        if let (Some(x), Some(y)) = (sa.size, sb.size)
            && sa.align.is_some()
            && sa.align == sb.align
        {
            let (bytes_a, bytes_b) = (
                self.arena.scale(n, i128::from(x)),
                self.arena.scale(m, i128::from(y)),
            );
            return match (self.constant(st, bytes_a), self.constant(st, bytes_b)) {
                (Some(p), Some(q)) => same(p == q),
                _ if bytes_a == bytes_b => Same::Equal,
                // Elements of another size, as many as before.
                _ if n == m && x != y => Same::Different,
                // `cap / 4` elements of four times the size: right if nothing is left over.
                _ => Same::Unknown,
            };
        }
        if element == Same::Different && n == m {
            return Same::Different;
        }
        Same::Unknown
    }

    /// Counts of equal elements. A length is not a capacity unless the path shows that they agree.
    fn compare_counts(&mut self, st: &State, n: ValueId, m: ValueId) -> Same {
        if n == m {
            return Same::Equal;
        }
        if let (Some(x), Some(y)) = (self.constant(st, n), self.constant(st, m)) {
            return same(x == y);
        }
        let equal = self.arena.binary(crate::ir::BinOp::Eq, n, m);
        match self.truth(st, equal) {
            Some(true) => return Same::Equal,
            Some(false) => return Same::Different,
            None => {}
        }
        if self.is_capacity(n) && self.is_length(m)
            || self.is_length(m) && (self.arena.as_int(n).is_some() || self.is_scaled(n))
            || self.is_grown(n) && self.arena.as_int(m).is_some()
        {
            return Same::Different;
        }
        let difference = self.arena.binary(crate::ir::BinOp::Sub, n, m);
        match self.arena.as_int(difference) {
            Some(0) => Same::Equal,
            Some(_) => Same::Different,
            None => Same::Unknown,
        }
    }

    /// Several times something, perhaps with some room to spare, asked for as a capacity.
    fn is_scaled(&self, v: ValueId) -> bool {
        matches!(self.arena.get(v), Value::Linear(spare, terms)
            if *spare >= 0 && terms.len() == 1 && (*spare == 0 || terms[0].1 > 1))
    }

    /// How many elements are in use: of a container, or of the slice that was copied into an empty one.
    pub(crate) fn is_length(&self, v: ValueId) -> bool {
        match self.arena.get(v) {
            Value::Opaque { source, .. } => *source == Source::Length,
            Value::Part(_, Key::Name(name)) => *name == "len" || *name == Name::SLICE_LEN,
            _ => false,
        }
    }

    /// What a vector grew to.
    fn is_grown(&self, v: ValueId) -> bool {
        matches!(self.arena.get(v), Value::Opaque { source, .. } if *source == Source::Capacity)
    }

    fn is_capacity(&self, v: ValueId) -> bool {
        match self.arena.get(v) {
            Value::Opaque { source, .. } => *source == Source::Capacity,
            Value::Part(_, Key::Name(name)) => *name == "cap",
            _ => false,
        }
    }

    fn compare_one_many(&mut self, st: &State, one: &Ty, of: &Ty, n: ValueId) -> Same {
        let (a, b) = (
            types::size_align(self.program, one),
            types::size_align(self.program, of),
        );
        if let (Some(x), Some(y)) = (a.align, b.align)
            && x != y
        {
            return Same::Different;
        }
        let element = types::same_layout(self.program, one, of);
        match self.constant(st, n) {
            Some(1) => element,
            Some(n) => match (a.size, b.size) {
                (Some(x), Some(y)) => {
                    same(i128::from(x) == i128::from(y) * n && a.align == b.align)
                }
                _ if element == Same::Equal => Same::Different,
                _ => Same::Unknown,
            },
            // A slice of any length against one element.
            None if element == Same::Equal && a.size != Some(0) => Same::Different,
            None => Same::Unknown,
        }
    }

    fn compare_bytes(&mut self, st: &State, have: &Layout, want: &Layout) -> Same {
        let (sa, aa) = self.bytes(have);
        let (sb, ab) = self.bytes(want);
        let align = self.compare_values(st, aa, ab);
        if align == Same::Different {
            return Same::Different;
        }
        match (self.compare_values(st, sa, sb), align) {
            (Same::Different, _) => Same::Different,
            (Same::Equal, Same::Equal) => Same::Equal,
            _ => Same::Unknown,
        }
    }

    fn compare_values(&mut self, st: &State, a: Option<ValueId>, b: Option<ValueId>) -> Same {
        let (Some(a), Some(b)) = (a, b) else {
            return Same::Unknown;
        };
        if a == b {
            return Same::Equal;
        }
        match (self.constant(st, a), self.constant(st, b)) {
            (Some(x), Some(y)) => same(x == y),
            _ => {
                let equal = self.arena.binary(crate::ir::BinOp::Eq, a, b);
                if let Some(known) = self.truth(st, equal) {
                    return same(known);
                }
                let difference = self.arena.binary(crate::ir::BinOp::Sub, a, b);
                match self.arena.as_int(difference) {
                    Some(0) => Same::Equal,
                    Some(_) => Same::Different,
                    None if self.is_multiple(a, b) || self.is_multiple(b, a) => Same::Different,
                    None if self.is_extended(st, a, b) || self.is_extended(st, b, a) => {
                        Same::Different
                    }
                    None => Same::Unknown,
                }
            }
        }
    }

    /// Whether one size is the other one several times: they only agree where both are zero, and of
    /// nothing no memory is asked for.
    fn is_multiple(&self, a: ValueId, b: ValueId) -> bool {
        let times = |v: ValueId| match self.arena.get(v) {
            Value::Linear(0, terms) => match terms[..] {
                [(term, factor)] => Some((term, factor)),
                _ => None,
            },
            Value::Int(_) => None,
            _ => Some((v, 1)),
        };
        match (times(a), times(b)) {
            (Some((x, n)), Some((y, m))) => x == y && n != m,
            _ => false,
        }
    }

    /// Whether one size is the other one with something behind or before it (`Layout::extend`).
    fn is_extended(&self, st: &State, whole: ValueId, part: ValueId) -> bool {
        let Value::Apply(name, args) = self.arena.get(whole) else {
            return false;
        };
        let [first, _, next, _] = args[..] else {
            return false;
        };
        let is_some = |v: ValueId| self.range(st, v).0 > 0;
        *name == "layout_extend_size"
            && (part == first && is_some(next) || part == next && is_some(first))
    }

    /// Size and alignment in bytes, as values.
    pub(crate) fn bytes(&mut self, layout: &Layout) -> (Option<ValueId>, Option<ValueId>) {
        match layout {
            Layout::Bytes { size, align } => (Some(*size), Some(*align)),
            Layout::One(ty) => (Some(self.size_value(ty)), self.align_value(ty)),
            Layout::Many(ty, n) => {
                let size = self.size_value(ty);
                let total = self.arena.binary(crate::ir::BinOp::Mul, size, *n);
                (Some(total), self.align_value(ty))
            }
            Layout::Unknown => (None, None),
        }
    }

    /// The size of a type in bytes.
    pub(crate) fn size_value(&mut self, ty: &Ty) -> ValueId {
        match types::size_align(self.program, ty).size {
            Some(n) => self.arena.int(i128::from(n)),
            None => self.arena.add(Value::SizeOf(ty.clone())),
        }
    }

    pub(crate) fn align_value(&mut self, ty: &Ty) -> Option<ValueId> {
        if let Some(n) = types::size_align(self.program, ty).align {
            return Some(self.arena.int(i128::from(n)));
        }
        if matches!(ty, Ty::Unknown) {
            return None;
        }
        let size = self.arena.add(Value::SizeOf(ty.clone()));
        let name = crate::name::Name::new("align_of");
        Some(
            self.arena
                .add(Value::Apply(name, std::rc::Rc::from([size]))),
        )
    }
}

/// Whether an owner of `a` may have become an owner of `b` by an unsizing coercion, which types
/// as light as ours do not always see.
fn unsizes(a: &Ty, b: &Ty) -> bool {
    match (a, b) {
        (Ty::Adt(x, of), Ty::Adt(y, to)) if x == y => of.iter().zip(to.iter()).any(|(o, t)| {
            matches!(t, Ty::Dyn(_) | Ty::Slice(_) | Ty::Str) && o != t || unsizes(o, t)
        }),
        _ => matches!(b, Ty::Dyn(_)) && a != b,
    }
}

fn same(yes: bool) -> Same {
    if yes { Same::Equal } else { Same::Different }
}
