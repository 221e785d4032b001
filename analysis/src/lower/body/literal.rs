//! Literals, names and operators.

use super::builder::Builder;
use crate::ir::{BinOp, Literal};
use crate::name::Name;
use crate::span::FileId;
use syn::Lit;

/// An identifier without `r#`.
pub(super) fn name(ident: &syn::Ident) -> Name {
    crate::lower::ty::ident(ident)
}

impl Builder<'_, '_> {
    /// A literal. The stubs name families by strings, so theirs keep the text.
    pub(super) fn literal(&self, lit: &Lit) -> Literal {
        match lit {
            Lit::Str(text) if self.cx.origin.file == FileId::STUBS => {
                Literal::Text(Name::new(&text.value()))
            }
            other => literal(other),
        }
    }
}

/// A literal; one that is not understood counts as a float, which nothing follows.
fn literal(lit: &Lit) -> Literal {
    match lit {
        Lit::Str(_) => Literal::Str,
        Lit::ByteStr(x) => Literal::ByteStr(x.value().len() as u32),
        Lit::CStr(_) => Literal::CStr,
        Lit::Byte(x) => Literal::Int(x.value().into(), Some(Name::new("u8"))),
        Lit::Char(x) => Literal::Int(u32::from(x.value()).into(), Some(Name::new("char"))),
        Lit::Bool(x) => Literal::Bool(x.value),
        Lit::Int(x) => integer(x),
        _ => Literal::Float,
    }
}

fn integer(lit: &syn::LitInt) -> Literal {
    let suffix = match lit.suffix() {
        "" => None,
        "f32" | "f64" => return Literal::Float,
        suffix => Some(Name::new(suffix)),
    };
    let digits = lit.base10_digits();
    match digits.parse::<i128>() {
        Ok(value) => Literal::Int(value, suffix),
        Err(_) => digits
            .parse::<u128>()
            .map_or(Literal::Float, |value| Literal::Int(value as i128, suffix)),
    }
}

/// `-literal`.
pub(super) fn negated(literal: Literal) -> Literal {
    match literal {
        Literal::Int(value, suffix) => Literal::Int(value.wrapping_neg(), suffix),
        other => other,
    }
}

/// What an arithmetic or comparison operator does; `None` for `&&` and `||`.
pub(super) fn binary(op: &syn::BinOp) -> Option<BinOp> {
    use syn::BinOp as S;
    Some(match op {
        S::Add(_) | S::AddAssign(_) => BinOp::Add,
        S::Sub(_) | S::SubAssign(_) => BinOp::Sub,
        S::Mul(_) | S::MulAssign(_) => BinOp::Mul,
        S::Div(_) | S::DivAssign(_) => BinOp::Div,
        S::Rem(_) | S::RemAssign(_) => BinOp::Rem,
        S::BitXor(_) | S::BitXorAssign(_) => BinOp::Xor,
        S::BitAnd(_) | S::BitAndAssign(_) => BinOp::And,
        S::BitOr(_) | S::BitOrAssign(_) => BinOp::Or,
        S::Shl(_) | S::ShlAssign(_) => BinOp::Shl,
        S::Shr(_) | S::ShrAssign(_) => BinOp::Shr,
        S::Eq(_) => BinOp::Eq,
        S::Ne(_) => BinOp::Ne,
        S::Lt(_) => BinOp::Lt,
        S::Le(_) => BinOp::Le,
        S::Gt(_) => BinOp::Gt,
        S::Ge(_) => BinOp::Ge,
        _ => return None,
    })
}

/// Whether the operator is `+=` or one of its kin.
pub(super) fn is_compound(op: &syn::BinOp) -> bool {
    use syn::BinOp as S;
    matches!(
        op,
        S::AddAssign(_)
            | S::SubAssign(_)
            | S::MulAssign(_)
            | S::DivAssign(_)
            | S::RemAssign(_)
            | S::BitXorAssign(_)
            | S::BitAndAssign(_)
            | S::BitOrAssign(_)
            | S::ShlAssign(_)
            | S::ShrAssign(_)
    )
}

/// Whether the operator compares.
pub(super) fn is_comparison(op: &syn::BinOp) -> bool {
    use syn::BinOp as S;
    matches!(
        op,
        S::Eq(_) | S::Ne(_) | S::Lt(_) | S::Le(_) | S::Gt(_) | S::Ge(_)
    )
}

/// Whether the operator is `&&` or `||`.
pub(super) fn is_lazy(op: &syn::BinOp) -> bool {
    matches!(op, syn::BinOp::And(_) | syn::BinOp::Or(_))
}
