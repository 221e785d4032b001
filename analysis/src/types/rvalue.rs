//! The types of computed values.

use super::infer::Infer;
use crate::ir::{AggregateKind, BinOp, BodyId, Operand, Path, Place, Rvalue, UnOp};
use crate::name::Name;
use crate::resolve::{BodyRef, IntTy, Len, Ty, bind, merge};
use std::sync::Arc;

impl Infer<'_> {
    /// `place = value`.
    pub(super) fn assign(&mut self, place: &Place, value: &Rvalue) {
        let want = self.place(place);
        let got = self.rvalue(value, &want);
        self.learn_place(place, &got);
    }

    fn rvalue(&mut self, value: &Rvalue, want: &Ty) -> Ty {
        match value {
            Rvalue::Use(operand) => {
                self.learn_operand(operand, want);
                self.operand(operand)
            }
            Rvalue::Bind { place, from } => {
                let ty = self.place(place);
                match self.binding_mode(place, *from as usize) {
                    Some(mutable) => Ty::Ref(mutable, Arc::new(ty)),
                    None => {
                        self.learn_place(place, want);
                        self.place(place)
                    }
                }
            }
            Rvalue::Ref {
                mutable,
                raw,
                place,
            } => self.reference(*mutable, *raw, place, want),
            Rvalue::Cast(operand, ty) => {
                let to = merge(&self.p.lower_ty(&self.env, ty), want);
                self.cast(operand, to)
            }
            Rvalue::Binary(op, a, b) => self.binary(*op, a, b, want),
            Rvalue::Unary(op, operand) => match (op, self.operand(operand)) {
                (_, ty @ (Ty::Bool | Ty::Int(_) | Ty::Float(_))) => ty,
                (UnOp::Not | UnOp::Neg, _) => Ty::Unknown,
            },
            Rvalue::Aggregate { kind, fields, base } => match kind {
                AggregateKind::Tuple => self.tuple(fields, want),
                AggregateKind::Array => self.array(fields, want),
                AggregateKind::Struct(path) => {
                    let ty = self.structure(path, fields, want);
                    match base {
                        Some(base) => merge(&ty, &self.operand(base)),
                        None => ty,
                    }
                }
            },
            Rvalue::Repeat(operand, len) => {
                if let Ty::Array(inner, _) = want {
                    self.learn_operand(operand, inner);
                }
                let element = self.operand(operand);
                let len = self.p.lower_len(&self.env, len);
                Ty::Array(Arc::new(element), len)
            }
            Rvalue::Closure { body, captures } => self.closure(*body, captures),
            Rvalue::IsVariant(..) | Rvalue::IsSuccess(_) => Ty::Bool,
            Rvalue::Len(_) => Ty::Int(IntTy::Usize),
            Rvalue::Residual(_) | Rvalue::Unknown(_) => Ty::Unknown,
        }
    }

    fn reference(&mut self, mutable: bool, raw: bool, place: &Place, want: &Ty) -> Ty {
        if let Some(inner) = want.pointee() {
            self.learn_place(place, inner);
        }
        let inner = self.place(place);
        match raw {
            true => Ty::pointer(mutable, inner),
            false => Ty::reference(mutable, inner),
        }
    }

    fn cast(&mut self, operand: &Operand, to: Ty) -> Ty {
        let from = self.operand(operand);
        if !to.has_holes() {
            if let (Ty::Int(IntTy::Infer), Ty::Int(_)) = (&from, &to) {
                self.learn_operand(operand, &to);
            }
            return to;
        }
        self.guessed = true;
        // `p as *mut _` without any other word keeps the pointee.
        match (&to, from.pointee()) {
            (Ty::Ptr(mutable, inner), Some(source)) if self.last => {
                let source = match source {
                    Ty::Array(element, _) if !matches!(from, Ty::Ptr(..)) => element,
                    source => source,
                };
                Ty::pointer(*mutable, merge(inner, source))
            }
            _ => to,
        }
    }

    fn binary(&mut self, op: BinOp, a: &Operand, b: &Operand, want: &Ty) -> Ty {
        let (left, right) = (self.operand(a), self.operand(b));
        let both = |x: &Ty, y: &Ty| match (x, y) {
            (Ty::Int(_), Ty::Int(_)) | (Ty::Float(_), Ty::Float(_)) => Some(merge(x, y)),
            (Ty::Int(IntTy::Infer), Ty::Unknown) | (Ty::Unknown, Ty::Int(IntTy::Infer)) => None,
            (scalar @ (Ty::Int(_) | Ty::Float(_)), Ty::Unknown) => Some(scalar.clone()),
            (Ty::Bool, Ty::Bool) => Some(Ty::Bool),
            _ => None,
        };
        match op {
            BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge => {
                let known = merge(&left, &right);
                // A literal beside it does not say what an unknown number is.
                if known != Ty::Int(IntTy::Infer) {
                    self.learn_operand(a, &known);
                    self.learn_operand(b, &known);
                }
                Ty::Bool
            }
            BinOp::Shl | BinOp::Shr => match left {
                Ty::Int(_) => left,
                _ => Ty::Unknown,
            },
            _ => {
                let Some(mut ty) = both(&left, &right) else {
                    return Ty::Unknown;
                };
                if let (Ty::Int(IntTy::Infer), Ty::Int(_)) = (&ty, want) {
                    ty = want.clone();
                }
                self.learn_operand(a, &ty);
                self.learn_operand(b, &ty);
                ty
            }
        }
    }

    fn tuple(&mut self, fields: &[(Name, Operand)], want: &Ty) -> Ty {
        let mut items = Vec::with_capacity(fields.len());
        for (at, (_, operand)) in fields.iter().enumerate() {
            if let Ty::Tuple(wanted) = want
                && let Some(ty) = wanted.get(at)
            {
                self.learn_operand(operand, ty);
            }
            items.push(self.operand(operand));
        }
        Ty::Tuple(Arc::from(items))
    }

    fn array(&mut self, fields: &[(Name, Operand)], want: &Ty) -> Ty {
        let mut element = match want {
            Ty::Array(inner, _) => Ty::clone(inner),
            _ => Ty::Unknown,
        };
        for (_, operand) in fields {
            element = merge(&element, &self.operand(operand));
        }
        for (_, operand) in fields {
            self.learn_operand(operand, &element);
        }
        let len = u64::try_from(fields.len()).map_or(Len::Unknown, Len::Known);
        Ty::Array(Arc::new(element), len)
    }

    /// `S { a: x }`, `Enum::V { a: x }`: the arguments of the type follow from the fields.
    fn structure(&mut self, path: &Path, fields: &[(Name, Operand)], want: &Ty) -> Ty {
        let p = self.p;
        let Some((id, variant, named)) = p.variant_path(&self.env, path) else {
            return Ty::Unknown;
        };
        let named = merge(&named, want);
        let Ty::Adt(_, args) = &named else {
            return named;
        };
        let def = p.adt(id);
        let Some(variant) = def.variants.get(variant as usize) else {
            return named;
        };
        let mut substs: Vec<(Name, Ty)> = def
            .generics
            .iter()
            .copied()
            .zip(args.iter().cloned())
            .collect();
        let declared = |name: Name| variant.fields.iter().find(|(n, _)| *n == name);
        for (name, operand) in fields {
            if let Some((_, ty)) = declared(*name) {
                let got = self.operand(operand);
                bind(ty, &got, &mut substs);
            }
        }
        for (name, operand) in fields {
            if let Some((_, ty)) = declared(*name) {
                let ty = p.instantiate(ty, &substs, false);
                self.expect(operand, &ty);
            }
        }
        Ty::Adt(
            id,
            substs
                .into_iter()
                .take(def.generics.len())
                .map(|(_, ty)| ty)
                .collect(),
        )
    }

    /// The operand goes where this type is asked for: a closure learns its signature from a
    /// function pointer, anything else fills its holes.
    pub(super) fn expect(&mut self, operand: &Operand, ty: &Ty) {
        if let Ty::FnPtr { params, ret, .. } = ty
            && let Ty::Closure(at) = self.operand(operand)
        {
            self.give(at, params, ret);
            return;
        }
        self.learn_operand(operand, ty);
    }

    fn closure(&mut self, body: BodyId, captures: &[Operand]) -> Ty {
        let captured: Vec<Ty> = captures.iter().map(|c| self.operand(c)).collect();
        let at = BodyRef { body, ..self.at };
        self.given.entry(body).or_default().captures = captured;
        Ty::Closure(at)
    }
}
