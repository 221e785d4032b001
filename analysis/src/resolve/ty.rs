//! Types with their names resolved.

use super::{AdtId, BodyRef, FnId};
use crate::name::Name;
use std::sync::Arc;

/// A type, as far as it is known.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub enum Ty {
    /// Nothing is known (also a hole inside another type).
    #[default]
    Unknown,
    /// `!`.
    Never,
    /// `bool`.
    Bool,
    /// `char`.
    Char,
    /// `str`.
    Str,
    /// An integer.
    Int(IntTy),
    /// A float of that many bits.
    Float(u8),
    /// A struct, union or enum with its type and const arguments (as many as it has parameters).
    Adt(AdtId, Arc<[Ty]>),
    /// A type of a crate that is not in view, by its path.
    External(Name),
    /// A generic parameter, `Self` of a trait, or a projection from one (`I::Item`).
    Param(Name),
    /// `&T` and `&mut T`; true if mutable.
    Ref(bool, Arc<Ty>),
    /// `*const T` and `*mut T`; true if mutable.
    Ptr(bool, Arc<Ty>),
    /// `[T]`.
    Slice(Arc<Ty>),
    /// `[T; n]`.
    Array(Arc<Ty>, Len),
    /// `(A, B)`; the unit type is the empty one.
    Tuple(Arc<[Ty]>),
    /// `fn(A) -> B`.
    FnPtr {
        /// Parameters.
        params: Arc<[Ty]>,
        /// Result.
        ret: Arc<Ty>,
        /// Has an ABI other than Rust's.
        foreign: bool,
    },
    /// A function item, with the generic arguments written.
    FnDef(FnId, Arc<[Ty]>),
    /// A tuple struct or variant used as a function, with the arguments of its type.
    Ctor(AdtId, u32, Arc<[Ty]>),
    /// A closure.
    Closure(BodyRef),
    /// `dyn Trait`, by the canonical path of its first trait.
    Dyn(Name),
    /// The argument for a const parameter.
    Const(Len),
}

/// An integer type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[allow(missing_docs)]
pub enum IntTy {
    I8,
    I16,
    I32,
    I64,
    I128,
    Isize,
    U8,
    U16,
    U32,
    U64,
    U128,
    Usize,
    /// Some integer: a literal without a suffix.
    Infer,
}

/// The length of an array, or a const argument.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Len {
    /// A number.
    Known(u64),
    /// A const parameter.
    Param(Name),
    /// Not known.
    Unknown,
}

impl IntTy {
    /// Whether its numbers are never negative.
    pub fn is_unsigned(self) -> bool {
        matches!(
            self,
            IntTy::U8 | IntTy::U16 | IntTy::U32 | IntTy::U64 | IntTy::U128 | IntTy::Usize
        )
    }

    /// The type of this name.
    pub fn from_name(name: &str) -> Option<IntTy> {
        Some(match name {
            "i8" => IntTy::I8,
            "i16" => IntTy::I16,
            "i32" => IntTy::I32,
            "i64" => IntTy::I64,
            "i128" => IntTy::I128,
            "isize" => IntTy::Isize,
            "u8" => IntTy::U8,
            "u16" => IntTy::U16,
            "u32" => IntTy::U32,
            "u64" => IntTy::U64,
            "u128" => IntTy::U128,
            "usize" => IntTy::Usize,
            _ => return None,
        })
    }

    /// Its name; `{integer}` if it is not known which.
    pub fn name(self) -> &'static str {
        match self {
            IntTy::I8 => "i8",
            IntTy::I16 => "i16",
            IntTy::I32 => "i32",
            IntTy::I64 => "i64",
            IntTy::I128 => "i128",
            IntTy::Isize => "isize",
            IntTy::U8 => "u8",
            IntTy::U16 => "u16",
            IntTy::U32 => "u32",
            IntTy::U64 => "u64",
            IntTy::U128 => "u128",
            IntTy::Usize => "usize",
            IntTy::Infer => "{integer}",
        }
    }

    /// Its size in bytes.
    pub fn bytes(self) -> Option<u64> {
        Some(match self {
            IntTy::I8 | IntTy::U8 => 1,
            IntTy::I16 | IntTy::U16 => 2,
            IntTy::I32 | IntTy::U32 => 4,
            IntTy::I64 | IntTy::U64 | IntTy::Isize | IntTy::Usize => 8,
            IntTy::I128 | IntTy::U128 => 16,
            IntTy::Infer => return None,
        })
    }

    /// Whether it has a sign.
    pub fn is_signed(self) -> bool {
        matches!(
            self,
            IntTy::I8 | IntTy::I16 | IntTy::I32 | IntTy::I64 | IntTy::I128 | IntTy::Isize
        )
    }
}

impl Ty {
    /// The unit type.
    pub fn unit() -> Ty {
        Ty::Tuple(Arc::from([]))
    }

    /// `&T` or `&mut T`.
    pub fn reference(mutable: bool, inner: Ty) -> Ty {
        Ty::Ref(mutable, Arc::new(inner))
    }

    /// `*const T` or `*mut T`.
    pub fn pointer(mutable: bool, inner: Ty) -> Ty {
        Ty::Ptr(mutable, Arc::new(inner))
    }

    /// A struct, union or enum.
    pub fn adt(id: AdtId, args: Vec<Ty>) -> Ty {
        Ty::Adt(id, Arc::from(args))
    }

    /// The primitive type of this name.
    pub fn primitive(name: &str) -> Option<Ty> {
        Some(match name {
            "bool" => Ty::Bool,
            "char" => Ty::Char,
            "str" => Ty::Str,
            "f16" => Ty::Float(16),
            "f32" => Ty::Float(32),
            "f64" => Ty::Float(64),
            "f128" => Ty::Float(128),
            _ => Ty::Int(IntTy::from_name(name)?),
        })
    }

    /// What a reference or raw pointer points to.
    pub fn pointee(&self) -> Option<&Ty> {
        match self {
            Ty::Ref(_, inner) | Ty::Ptr(_, inner) => Some(inner),
            _ => None,
        }
    }

    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Ty::Unknown)
    }

    /// Whether something inside is not known.
    pub fn has_holes(&self) -> bool {
        match self {
            Ty::Unknown | Ty::Int(IntTy::Infer) | Ty::Const(Len::Unknown) => true,
            Ty::Adt(_, args) | Ty::Tuple(args) | Ty::FnDef(_, args) | Ty::Ctor(_, _, args) => {
                args.iter().any(Ty::has_holes)
            }
            Ty::Ref(_, inner) | Ty::Ptr(_, inner) | Ty::Slice(inner) => inner.has_holes(),
            Ty::Array(inner, len) => *len == Len::Unknown || inner.has_holes(),
            Ty::FnPtr { params, ret, .. } => ret.has_holes() || params.iter().any(Ty::has_holes),
            _ => false,
        }
    }

    /// Whether a parameter stands somewhere inside.
    pub fn has_params(&self) -> bool {
        match self {
            Ty::Param(_) | Ty::Const(Len::Param(_)) => true,
            Ty::Adt(_, args) | Ty::Tuple(args) | Ty::FnDef(_, args) | Ty::Ctor(_, _, args) => {
                args.iter().any(Ty::has_params)
            }
            Ty::Ref(_, inner) | Ty::Ptr(_, inner) | Ty::Slice(inner) => inner.has_params(),
            Ty::Array(inner, len) => matches!(len, Len::Param(_)) || inner.has_params(),
            Ty::FnPtr { params, ret, .. } => ret.has_params() || params.iter().any(Ty::has_params),
            _ => false,
        }
    }

    /// Whether the type is certainly `Copy` by its shape alone (references, pointers, scalars).
    pub fn is_scalar(&self) -> bool {
        matches!(
            self,
            Ty::Bool
                | Ty::Char
                | Ty::Int(_)
                | Ty::Float(_)
                | Ty::Ptr(..)
                | Ty::Ref(false, _)
                | Ty::FnPtr { .. }
                | Ty::FnDef(..)
                | Ty::Never
        )
    }
}
