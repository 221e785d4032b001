//! Items: what a file declares.

use super::{BodyId, Packed, Path, TyExpr};
use crate::name::Name;
use crate::span::{FileId, Span};
use serde::{Deserialize, Serialize};

/// Index into [`FileIr::modules`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct ModuleIx(pub u32);

/// One source file, lowered.
#[derive(Debug, Serialize, Deserialize)]
pub struct FileIr {
    /// Which file.
    pub file: FileId,
    /// `[0]` is the file's own module; then inline modules, and an anonymous one for every block
    /// that declares items or imports.
    pub modules: Vec<ModuleIr>,
    /// All items at any depth, in source order.
    pub items: Vec<Item>,
    /// Bodies; closures and nested functions have their own.
    pub bodies: Vec<Packed<super::Body>>,
    /// Bodies of functions that are lowered when they are needed.
    pub later: Vec<super::Later>,
    /// What lowers them.
    #[serde(skip)]
    pub reader: Option<std::sync::Arc<dyn super::Reader>>,
    /// `// memlint: ..` comments and their attribute twins.
    pub directives: Vec<Directive>,
}

/// A module inside a file.
#[derive(Debug, Serialize, Deserialize)]
pub struct ModuleIr {
    /// The enclosing module in this file; `None` for the file's own.
    pub parent: Option<ModuleIx>,
    /// Its name; [`Name::EMPTY`] for the file's own and for a block's.
    pub name: Name,
    /// Presence condition (its own attributes only).
    pub cfg: Option<Cfg>,
    /// Imports.
    pub uses: Vec<Use>,
    /// Modules that are declared here and written in files of their own (`mod a;`).
    pub outlines: Vec<Name>,
}

/// One leaf of a `use` tree (or `extern crate a as b`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Use {
    /// The full path as written.
    pub path: Path,
    /// What it is called here.
    pub kind: UseKind,
    /// Has any `pub`.
    pub public: bool,
    /// Presence condition.
    pub cfg: Option<Cfg>,
}

/// What a `use` leaf brings in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UseKind {
    /// `use a::b` or `use a::b as c`: the local name.
    Name(Name),
    /// `use a::*`.
    Glob,
    /// `use a::b as _`.
    Underscore,
}

/// A declaration.
#[derive(Debug, Serialize, Deserialize)]
pub struct Item {
    /// The module it stands in.
    pub module: ModuleIx,
    /// Its name ([`Name::EMPTY`] for impls).
    pub name: Name,
    /// Has any `pub`.
    pub public: bool,
    /// Presence condition (its own attributes only).
    pub cfg: Option<Cfg>,
    /// The whole item.
    pub span: Span,
    /// The name's own place (an impl's self type).
    pub name_span: Span,
    /// What it is.
    pub kind: ItemKind,
}

/// What an item is.
#[derive(Debug, Serialize, Deserialize)]
pub enum ItemKind {
    /// A free function.
    Fn(Box<Function>),
    /// A declaration in an `extern` block.
    ForeignFn(Box<Function>),
    /// A variable in an `extern` block.
    ForeignStatic {
        /// Its type.
        ty: TyExpr,
    },
    /// A struct or union.
    Struct(Box<Struct>),
    /// An enum.
    Enum(Box<Enum>),
    /// `type A<T> = B;`
    Alias {
        /// Its type parameters.
        generics: Vec<Name>,
        /// What it stands for.
        ty: TyExpr,
    },
    /// A constant.
    Const {
        /// Its type.
        ty: TyExpr,
        /// Computes its value.
        body: Option<BodyId>,
    },
    /// A static.
    Static {
        /// Its type.
        ty: TyExpr,
        /// `static mut`.
        mutable: bool,
        /// Computes its first value.
        body: Option<BodyId>,
    },
    /// An impl block.
    Impl(Box<Impl>),
    /// A trait.
    Trait(Box<Trait>),
}

/// A function, method or foreign declaration.
#[derive(Debug, Serialize, Deserialize)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// `#[link_name]`, `#[export_name]`, else the name itself.
    pub link_name: Name,
    /// What stands between its name and its body.
    pub written: Packed<Written>,
    /// How `self` is taken.
    pub self_kind: SelfKind,
    /// ABI other than Rust's (`extern "C"`), or declared in an extern block.
    pub foreign_abi: bool,
    /// `#[no_mangle]` or `#[export_name]`.
    pub exported: bool,
    /// `unsafe fn`.
    pub is_unsafe: bool,
    /// `async fn`.
    pub is_async: bool,
    /// Takes `...`.
    pub variadic: bool,
    /// Has any `pub`.
    pub public: bool,
    /// `#[test]` or in a `#[cfg(test)]` item.
    pub is_test: bool,
    /// Presence condition (its own attributes only).
    pub cfg: Option<Cfg>,
    /// `#[paired_alloc(..)]`, or `#[alloc]`/`#[free]` inside an annotated block.
    pub pairing: Option<Pairing>,
    /// Effect attributes of the stubs (`#[memlint_stub::..]`): the last path segment and its arguments as text.
    pub effects: Vec<(Name, String)>,
    /// The body; `None` for declarations.
    pub body: Option<BodyId>,
    /// The whole function.
    pub span: Span,
    /// Its name's place.
    pub name_span: Span,
}

/// A function's parameters and result as written.
#[derive(Debug, Serialize, Deserialize)]
pub struct Written {
    /// Type and const parameters in order (lifetimes left out), `impl Trait` arguments not included.
    pub generics: Vec<Generic>,
    /// Parameters, the receiver included (then the function's `self_kind` is not `None`).
    pub params: Vec<Param>,
    /// Return type; the unit type if none is written.
    pub ret: TyExpr,
}

/// A generic parameter.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Generic {
    /// Its name.
    pub name: Name,
    /// Bounds (from the list and from `where`), traits only.
    pub bounds: Vec<Path>,
    /// A `const N: usize` parameter.
    pub is_const: bool,
}

/// A parameter of a function.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Param {
    /// Its name if the pattern is a plain identifier (`self` for the receiver).
    pub name: Name,
    /// Its type; for `self` shorthand `Self`, `&Self` or `&mut Self`.
    pub ty: TyExpr,
}

/// How a method takes `self`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SelfKind {
    /// Not a method.
    None,
    /// `self`, or `self: Box<Self>` and the like.
    Value,
    /// `&self`.
    Ref,
    /// `&mut self`.
    RefMut,
}

/// A struct or union.
#[derive(Debug, Serialize, Deserialize)]
pub struct Struct {
    /// Type and const parameters.
    pub generics: Vec<Generic>,
    /// Fields; tuple fields are named `0`, `1`, ..
    pub fields: Vec<Field>,
    /// Tuple struct: its name is a function.
    pub tuple: bool,
    /// `union`.
    pub is_union: bool,
    /// `#[repr(..)]`.
    pub repr: Repr,
    /// Last segments of `#[derive(..)]`.
    pub derives: Vec<Name>,
    /// Effect attributes of the stubs (`#[memlint_stub::..]`), as on functions.
    pub effects: Vec<(Name, String)>,
}

/// A field.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TyExpr,
    /// Has any `pub`.
    pub public: bool,
}

/// An enum.
#[derive(Debug, Serialize, Deserialize)]
pub struct Enum {
    /// Type and const parameters.
    pub generics: Vec<Generic>,
    /// Variants in order.
    pub variants: Vec<Variant>,
    /// `#[repr(..)]`.
    pub repr: Repr,
    /// Last segments of `#[derive(..)]`.
    pub derives: Vec<Name>,
    /// Effect attributes of the stubs (`#[memlint_stub::..]`), as on functions.
    pub effects: Vec<(Name, String)>,
}

/// One variant.
#[derive(Debug, Serialize, Deserialize)]
pub struct Variant {
    /// Its name.
    pub name: Name,
    /// Fields; tuple fields are named `0`, `1`, ..
    pub fields: Vec<Field>,
    /// `A(..)`.
    pub tuple: bool,
}

/// `#[repr(..)]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Repr {
    /// `C`.
    pub c: bool,
    /// `transparent`.
    pub transparent: bool,
    /// `packed` or `packed(n)`.
    pub packed: Option<u32>,
    /// `align(n)`.
    pub align: Option<u32>,
    /// `u8`, `i32`, ..
    pub int: Option<Name>,
}

/// An impl block.
#[derive(Debug, Serialize, Deserialize)]
pub struct Impl {
    /// Type and const parameters.
    pub generics: Vec<Generic>,
    /// The type.
    pub self_ty: TyExpr,
    /// The trait, if it is a trait impl (negative impls are left out).
    pub of_trait: Option<Path>,
    /// Methods and associated functions.
    pub fns: Vec<Function>,
    /// Associated types.
    pub types: Vec<(Name, TyExpr)>,
    /// Associated constants.
    pub consts: Vec<(Name, TyExpr, Option<BodyId>)>,
}

/// A trait.
#[derive(Debug, Serialize, Deserialize)]
pub struct Trait {
    /// Type and const parameters.
    pub generics: Vec<Generic>,
    /// Methods; `body` holds the default.
    pub fns: Vec<Function>,
    /// Supertraits.
    pub supers: Vec<Path>,
}

/// A presence condition.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cfg {
    /// `all(..)`, and several `#[cfg]` on one item.
    All(Vec<Cfg>),
    /// `any(..)`.
    Any(Vec<Cfg>),
    /// `not(..)`.
    Not(Box<Cfg>),
    /// `unix`.
    Flag(Name),
    /// `feature = "x"`.
    Value(Name, Name),
}

impl Cfg {
    /// Whether it holds in tests only.
    pub fn needs_test(&self) -> bool {
        match self {
            Cfg::Flag(name) => *name == "test",
            Cfg::All(parts) => parts.iter().any(Cfg::needs_test),
            Cfg::Any(parts) => !parts.is_empty() && parts.iter().all(Cfg::needs_test),
            Cfg::Not(_) | Cfg::Value(..) => false,
        }
    }
}

/// What `#[paired_alloc]` says of one function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairing {
    /// The family's name.
    pub family: Name,
    /// Its part in it.
    pub role: Role,
    /// The released or reallocated parameter, from 0.
    pub arg: u32,
    /// The parameter through which the allocation comes back, from 0.
    pub out: Option<u32>,
    /// The attribute's place.
    pub span: Span,
}

/// The part a routine plays in a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Its result is a fresh allocation.
    Alloc,
    /// It releases its argument.
    Free,
    /// It does both.
    Realloc,
}

/// A suppression as written in the source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Directive {
    /// `allow`, `expect` or `allow-file`.
    pub kind: DirectiveKind,
    /// Lint and group names as written.
    pub lints: Vec<String>,
    /// `reason = ".."`.
    pub reason: Option<String>,
    /// The directive itself.
    pub span: Span,
    /// The source it covers.
    pub scope: Span,
    /// What stands in its list, in order.
    pub parts: Vec<Part>,
    /// What is deleted to be rid of it: its whole line if nothing else stands there. `None` if the
    /// attribute does something else as well.
    pub removal: Option<Span>,
    /// Of a directive on `mod x;` the path of that module from this file, otherwise empty.
    pub outline: Vec<Name>,
    /// The files of that module, which it covers as well.
    pub files: Vec<FileId>,
    /// Presence conditions of what it stands in and of what it covers. Where one of them does not
    /// hold, code that it may be for is out of view.
    pub conditions: Vec<Cfg>,
    /// Whether code that it may be for is out of view in this run: nobody can call it unused.
    pub unseen: bool,
}

/// What stands between two commas of a directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where, without the commas.
    pub span: Span,
    /// The name that it is, an index into [`Directive::lints`]; a reason is none.
    pub name: Option<usize>,
}

/// What a directive asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DirectiveKind {
    /// Silence.
    Allow,
    /// Silence, and a report if there was nothing to silence.
    Expect,
    /// Silence in the whole file.
    AllowFile,
    /// Not understood: why.
    Malformed(String),
}
