//! Types, paths and constant expressions as written, lifetimes dropped.

use crate::name::Name;
use serde::{Deserialize, Serialize};

/// A type as written.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum TyExpr {
    /// `a::b<C>`, primitives and generic parameters included.
    Path(Path),
    /// `&T`, `&mut T`.
    Ref {
        /// `&mut`.
        mutable: bool,
        /// What it refers to.
        inner: Box<TyExpr>,
    },
    /// `*const T`, `*mut T`.
    Ptr {
        /// `*mut`.
        mutable: bool,
        /// What it points to.
        inner: Box<TyExpr>,
    },
    /// `[T]`.
    Slice(Box<TyExpr>),
    /// `[T; n]`.
    Array(Box<TyExpr>, Box<ConstExpr>),
    /// `(A, B)`; the unit type is the empty tuple.
    Tuple(Vec<TyExpr>),
    /// `fn(A) -> B`; `foreign` for any ABI but Rust's.
    FnPtr {
        /// The types of the parameters.
        params: Vec<TyExpr>,
        /// What it returns.
        ret: Box<TyExpr>,
        /// Has an ABI other than Rust's.
        foreign: bool,
    },
    /// `!`.
    Never,
    /// `_`.
    Infer,
    /// `dyn A + B` (the paths of the traits, `?Sized` and lifetimes left out).
    Dyn(Vec<Path>),
    /// `impl A + B`.
    Impl(Vec<Path>),
    /// A type that was not lowered (a macro, say).
    Unknown,
}

impl TyExpr {
    /// The unit type.
    pub fn unit() -> TyExpr {
        TyExpr::Tuple(Vec::new())
    }
}

/// A path as written: `<Q as a::Tr>::b::<C>`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Path {
    /// Begins with `::`.
    pub global: bool,
    /// `<Q as Tr>::..`: the self type; `position` segments belong to the trait.
    pub qself: Option<Box<QSelf>>,
    /// The segments, at least one.
    pub segments: Vec<Segment>,
}

/// The `<Q as ..>` of a path.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct QSelf {
    /// The type between `<` and `as`.
    pub ty: TyExpr,
    /// How many segments of the path name the trait; 0 for `<Q>::f`.
    pub position: usize,
}

/// One segment with its generic arguments.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Segment {
    /// The identifier (`crate`, `self`, `super`, `Self` as they stand; raw identifiers without `r#`).
    pub name: Name,
    /// `<..>`; for `Fn(A, B) -> C` one [`GenericArg::Type`] tuple and `Output`.
    pub args: Vec<GenericArg>,
}

/// One generic argument; lifetimes are left out.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum GenericArg {
    /// A type.
    Type(TyExpr),
    /// A constant.
    Const(ConstExpr),
    /// `Item = T`.
    Assoc(Name, TyExpr),
}

/// A constant expression in a type: array lengths, const arguments.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum ConstExpr {
    /// A literal.
    Int(i128),
    /// A constant or const parameter.
    Path(Path),
    /// `size_of::<T>()`.
    SizeOf(Box<TyExpr>),
    /// An operation.
    Binary(super::BinOp, Box<ConstExpr>, Box<ConstExpr>),
    /// Anything else.
    Unknown,
}

impl Path {
    /// A path of one name.
    pub fn ident(name: Name) -> Path {
        Path::from_names(&[name])
    }

    /// A path of plain names.
    pub fn from_names(names: &[Name]) -> Path {
        let segment = |&name: &Name| Segment {
            name,
            args: Vec::new(),
        };
        Path {
            global: false,
            qself: None,
            segments: names.iter().map(segment).collect(),
        }
    }

    /// The name, if the path is a single segment without `::`, self type or arguments.
    pub fn as_ident(&self) -> Option<Name> {
        match &self.segments[..] {
            [only] if !self.global && self.qself.is_none() && only.args.is_empty() => {
                Some(only.name)
            }
            _ => None,
        }
    }

    /// The last segment's name.
    pub fn last(&self) -> Name {
        self.segments.last().map_or(Name::EMPTY, |s| s.name)
    }
}
