//! Definitions: functions, types, traits, impls, statics and constants, each under a number.

use super::{AdtId, BodyRef, ConstId, FileIx, FnId, ImplId, Scope, StaticId, TraitId, Ty};
use crate::ir::{Cfg, Generic, Path, Repr, SelfKind, TyExpr};
use crate::name::Name;
use crate::span::Span;

/// What a function belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Owner {
    /// A free function or foreign declaration.
    Free,
    /// A method or associated function of an impl.
    Impl(ImplId),
    /// A method that a trait declares.
    Trait(TraitId),
}

/// Where an `ir::Function` stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FnPlace {
    pub(crate) file: FileIx,
    pub(crate) item: u32,
    /// Which function of an impl or trait.
    pub(crate) index: u32,
}

/// A function, method or foreign declaration.
#[derive(Debug)]
pub struct FnDef {
    /// Its name.
    pub name: Name,
    /// As one would speak of it: `Type::method`, `module::f`; of std without the module of a
    /// type: `Box::from_raw`, `ptr::read`.
    pub label: String,
    /// Where its signature's and body's names are resolved.
    pub scope: Scope,
    /// Its body.
    pub body: Option<BodyRef>,
    /// Declared in an extern block.
    pub foreign: bool,
    /// Of the stubs of std.
    pub stub: bool,
    /// What it belongs to.
    pub owner: Owner,
    /// The impl's type; `Param(Self)` in a trait.
    pub self_ty: Option<Ty>,
    /// How it takes `self`.
    pub self_kind: SelfKind,
    /// Symbol name.
    pub link_name: Name,
    /// The whole function.
    pub span: Span,
    /// Its name's place.
    pub name_span: Span,
    pub(crate) place: FnPlace,
}

/// A bound of a generic parameter.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The canonical path of the trait, as far as it is known.
    pub path: Name,
    /// The trait, if it is in view.
    pub id: Option<TraitId>,
    /// Its type arguments (for `Fn(A, B)` one tuple).
    pub args: Vec<Ty>,
    /// `Item = T`; for `Fn(..) -> T` the name is `Output`.
    pub assoc: Vec<(Name, Ty)>,
}

/// A generic parameter of a signature, those of the impl or trait included.
#[derive(Clone, Debug)]
pub struct GenericDef {
    /// Its name; `impl#n` for the n-th `impl Trait` parameter.
    pub name: Name,
    /// Its bounds.
    pub bounds: Vec<Bound>,
    /// A `const` parameter.
    pub is_const: bool,
}

/// A function's signature with names resolved.
#[derive(Clone, Debug)]
pub struct Signature {
    /// All parameters that a call binds: first those of the impl or trait.
    pub generics: Vec<GenericDef>,
    /// How many of them belong to the impl or trait.
    pub outer: usize,
    /// Types of the parameters, the receiver included.
    pub params: Vec<Ty>,
    /// Type of the result.
    pub ret: Ty,
}

/// Struct, union or enum.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum AdtKind {
    Struct,
    Union,
    Enum,
}

/// A variant; a struct or union has exactly one.
#[derive(Clone, Debug)]
pub struct VariantDef {
    /// Its name; the type's own for a struct or union.
    pub name: Name,
    /// Names and types of the fields, in terms of the type's parameters.
    pub fields: Vec<(Name, Ty)>,
    /// `A(..)`.
    pub tuple: bool,
}

/// A struct, union or enum.
#[derive(Debug)]
pub struct AdtDef {
    /// Its name.
    pub name: Name,
    /// As one would speak of it: the name.
    pub label: String,
    /// The full path.
    pub canonical: String,
    /// Where its names are resolved.
    pub scope: Scope,
    /// Struct, union or enum.
    pub kind: AdtKind,
    /// Type and const parameters.
    pub generics: Vec<Name>,
    /// Variants.
    pub variants: Vec<VariantDef>,
    /// `#[repr(..)]`.
    pub repr: Repr,
    /// Last segments of `#[derive(..)]`.
    pub derives: Vec<Name>,
    /// Presence condition.
    pub cfg: Option<Cfg>,
    /// Of the stubs of std.
    pub stub: bool,
    /// How its values dereference, if the engine does it without a call.
    pub deref: Option<Deref>,
    /// Its values are not dropped (`ManuallyDrop`, `MaybeUninit`).
    pub no_drop: bool,
    /// Derives `Copy`, or is a stub marked so.
    pub copy: bool,
    /// Has any `pub`.
    pub public: bool,
    /// The whole item.
    pub span: Span,
    /// Its name's place.
    pub name_span: Span,
    /// Type and const parameters with their bounds.
    pub generic_list: Vec<Generic>,
    /// Which item of its file.
    pub(crate) item: u32,
}

/// How a type of the stubs dereferences.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deref {
    /// Through the pointer in this field: `Box`, `Rc`, `Vec` (then to a slice).
    Through(Name),
    /// To this field itself: `ManuallyDrop`.
    Field(Name),
    /// To what the container in this field dereferences to: `String`, `PathBuf`.
    Text(Name),
}

/// A trait.
#[derive(Debug)]
pub struct TraitDef {
    /// Its name.
    pub name: Name,
    /// The full path.
    pub canonical: Name,
    /// Where its names are resolved.
    pub scope: Scope,
    /// Type and const parameters.
    pub generics: Vec<Generic>,
    /// Its methods.
    pub fns: Vec<FnId>,
    /// Supertraits in view.
    pub supers: Vec<TraitId>,
    /// Impls of it in view.
    pub impls: Vec<ImplId>,
    /// Of the stubs of std.
    pub stub: bool,
    pub(crate) super_paths: Vec<Path>,
}

/// An impl block.
#[derive(Debug)]
pub struct ImplDef {
    /// Where its names are resolved.
    pub scope: Scope,
    /// Type and const parameters.
    pub generics: Vec<Generic>,
    /// The type.
    pub self_ty: Ty,
    /// The trait's canonical path, if it is a trait impl.
    pub of_trait: Option<Name>,
    /// The trait, if it is in view.
    pub trait_id: Option<TraitId>,
    /// Arguments of the trait.
    pub trait_args: Vec<Ty>,
    /// Its functions.
    pub fns: Vec<FnId>,
    /// Its associated types.
    pub types: Vec<(Name, TyExpr)>,
    /// Its associated constants.
    pub consts: Vec<(Name, ConstId)>,
    /// Presence condition.
    pub cfg: Option<Cfg>,
    /// The whole block.
    pub span: Span,
}

/// A static, or a variable of an extern block.
#[derive(Debug)]
pub struct StaticDef {
    /// Its name.
    pub name: Name,
    /// Where its names are resolved.
    pub scope: Scope,
    /// Its type.
    pub ty: TyExpr,
    /// `static mut`.
    pub mutable: bool,
    /// Its value.
    pub body: Option<BodyRef>,
    /// Declared in an extern block.
    pub foreign: bool,
    /// The whole item.
    pub span: Span,
}

/// A constant, free or associated.
#[derive(Debug)]
pub struct ConstDef {
    /// Its name.
    pub name: Name,
    /// Where its names are resolved.
    pub scope: Scope,
    /// Its type.
    pub ty: TyExpr,
    /// Its value.
    pub body: Option<BodyRef>,
    /// The impl it stands in.
    pub owner: Option<ImplId>,
}

/// What a path means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Res {
    /// A function.
    Fn(FnId),
    /// A method of a trait whose impl is not known: the trait and its declaration.
    TraitFn(TraitId, FnId),
    /// A tuple struct (variant 0) or tuple variant: a function that builds it.
    Ctor(AdtId, u32),
    /// A struct, union or enum.
    Adt(AdtId),
    /// A variant that is not a function: a unit variant, a unit struct (variant 0), a variant
    /// with named fields.
    Variant(AdtId, u32),
    /// A static.
    Static(StaticId),
    /// A constant.
    Const(ConstId),
    /// A const parameter.
    ConstParam(Name),
    /// A type parameter.
    TypeParam(Name),
    /// A trait.
    Trait(TraitId),
    /// A primitive type.
    Prim(Ty),
    /// A type alias or `Self`: what it stands for.
    Alias(Ty),
    /// A module in view.
    Module,
    /// Something of a crate that is not in view, by its path with `use` renames applied.
    External(Name),
    /// Not known.
    Unknown,
}
