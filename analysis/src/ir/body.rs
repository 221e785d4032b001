//! Bodies: a control-flow graph over places, drops and scopes explicit, calls not yet resolved.

use super::{Cfg, ConstExpr, GenericArg, ModuleIx, Path, TyExpr};
use crate::name::Name;
use crate::span::Span;
use serde::{Deserialize, Serialize};

/// A body of a file, see [`super::FileIr::body`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct BodyId {
    /// Index into [`super::FileIr::bodies`], or [`super::FileIr::later`].
    pub(crate) slot: u32,
    /// 0 for the former; else 1 for the function itself, more for its closures.
    pub(crate) nested: u32,
}

impl BodyId {
    /// The body at this place in [`super::FileIr::bodies`].
    pub(crate) fn early(slot: usize) -> BodyId {
        BodyId {
            slot: u32::try_from(slot).unwrap_or(u32::MAX),
            nested: 0,
        }
    }

    /// The `nested`th body of what is put off at this place in [`super::FileIr::later`].
    pub(crate) fn put_off(slot: usize, nested: usize) -> BodyId {
        BodyId {
            slot: u32::try_from(slot).unwrap_or(u32::MAX),
            nested: u32::try_from(nested + 1).unwrap_or(u32::MAX),
        }
    }

    /// Its number among the bodies of a function that is put off.
    pub(crate) fn late(self) -> Option<usize> {
        (self.nested as usize).checked_sub(1)
    }
}

/// Index into [`Body::locals`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct LocalId(pub u32);

/// Index into [`Body::blocks`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct BlockId(pub u32);

/// Index into [`Body::cleanups`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct CleanupId(pub u32);

impl LocalId {
    /// Where the result goes.
    pub const RETURN: LocalId = LocalId(0);
}

impl BlockId {
    /// Where control enters.
    pub const ENTRY: BlockId = BlockId(0);
}

/// The body of a function, closure, constant or static.
#[derive(Debug, Serialize, Deserialize)]
pub struct Body {
    /// In which module its paths are resolved.
    pub module: ModuleIx,
    /// What it is the body of.
    pub kind: BodyKind,
    /// All variables and temporaries; `[0]` is the result.
    pub locals: Vec<Local>,
    /// The parameters in order (for a method `self` first). A parameter with a pattern is a
    /// nameless local that the entry block takes apart.
    pub params: Vec<LocalId>,
    /// For a closure: the locals that hold what it captured, in the order of
    /// [`Rvalue::Closure`]'s operands. A capture by reference holds a reference: uses of the
    /// variable go through a [`Proj::Deref`].
    pub captures: Vec<LocalId>,
    /// The graph; `[0]` is the entry.
    pub blocks: Vec<Block>,
    /// What unwinding drops: a forest, each node a local and the node outside it.
    pub cleanups: Vec<Cleanup>,
    /// Calls of the crate's own macros that brought code into it, each with the place of the
    /// definition that the code stands in.
    pub expansions: Box<[(Span, Span)]>,
    /// The whole body.
    pub span: Span,
}

impl Body {
    /// The closures that it makes.
    pub(crate) fn closures(&self) -> impl Iterator<Item = BodyId> {
        let stmts = self.blocks.iter().flat_map(|block| &block.stmts);
        stmts.filter_map(|stmt| match &stmt.kind {
            StmtKind::Assign(_, Rvalue::Closure { body, .. }) => Some(*body),
            _ => None,
        })
    }
}

/// What a body belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodyKind {
    /// A function or method.
    Fn,
    /// A closure.
    Closure,
    /// The value of a constant or static.
    Const,
}

/// A variable or temporary.
#[derive(Debug, Serialize, Deserialize)]
pub struct Local {
    /// The variable's name; empty for a temporary.
    pub name: Name,
    /// The type as written, if one is.
    pub ty: Option<TyExpr>,
    /// Where it is declared; a temporary: the expression.
    pub span: Span,
}

/// A step of unwinding: drop `local`, then go on with `parent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cleanup {
    /// What to do afterwards; `None` resumes unwinding.
    pub parent: Option<CleanupId>,
    /// What to drop.
    pub local: LocalId,
}

/// Straight-line code and its end.
#[derive(Debug, Serialize, Deserialize)]
pub struct Block {
    /// In order.
    pub stmts: Vec<Stmt>,
    /// How it ends.
    pub end: Terminator,
}

/// One step.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stmt {
    /// What happens.
    pub kind: StmtKind,
    /// The source it stands for.
    pub span: Span,
}

/// What a step does.
#[derive(Debug, Serialize, Deserialize)]
pub enum StmtKind {
    /// `place = value`, without dropping what was there (a [`StmtKind::Drop`] stands before).
    Assign(Place, Rvalue),
    /// A call; a call that diverges simply has no state after it.
    Call(Box<Call>),
    /// Drops the value if it is still there; nothing happens to what was moved out, and a type
    /// without drop glue ignores it.
    Drop(Place, DropWhy),
    /// Reads the value through all references (a formatting argument, say); moves nothing.
    Inspect(Place),
    /// Code that was not lowered: all that it mentions escapes.
    Opaque(Vec<Place>),
}

/// Why a drop happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DropWhy {
    /// A variable's scope ends (also by `return`, `break`, `?`).
    ScopeEnd,
    /// A temporary's statement ends.
    Temporary,
    /// An assignment replaces the value.
    Replaced,
}

/// A call, its callee as written.
#[derive(Debug, Serialize, Deserialize)]
pub struct Call {
    /// Who is called.
    pub callee: Callee,
    /// The arguments, for a method call the receiver first. A receiver is a place that is
    /// borrowed, copied or moved as the method found later asks (auto-ref and auto-deref are
    /// not yet applied).
    pub args: Vec<Operand>,
    /// Where the result goes.
    pub dest: Place,
    /// What unwinding drops first; `None`: nothing in this body.
    pub unwind: Option<CleanupId>,
}

/// Who is called.
#[derive(Debug, Serialize, Deserialize)]
pub enum Callee {
    /// `a::b::<T>(..)`: a function, tuple struct or variant. Never a local variable.
    Path(Path),
    /// `recv.name::<T>(..)`.
    Method {
        /// The method's name.
        name: Name,
        /// Its arguments in angle brackets.
        turbofish: Vec<GenericArg>,
    },
    /// A value: a closure or function pointer in a variable or field.
    Value(Operand),
}

/// A value computed by a step.
#[derive(Debug, Serialize, Deserialize)]
pub enum Rvalue {
    /// The operand itself.
    Use(Operand),
    /// A part of a value for a variable of a pattern: a reference to it if the pattern, whose steps
    /// begin at `from`, goes through one.
    Bind {
        /// The part.
        place: Place,
        /// How many steps lead to the value.
        from: u32,
    },
    /// `&place`, `&mut place`, `&raw const place`, `addr_of_mut!(place)`.
    Ref {
        /// `mut`.
        mutable: bool,
        /// Gives a raw pointer.
        raw: bool,
        /// What is referred to.
        place: Place,
    },
    /// `x as T`.
    Cast(Operand, TyExpr),
    /// Arithmetic, comparison (`&&` and `||` are branches).
    Binary(BinOp, Operand, Operand),
    /// `!x`, `-x`.
    Unary(UnOp, Operand),
    /// `(a, b)`, `[a, b]` (fields named `0`, `1`, ..), `S { a, ..base }`, `Enum::V { a }`.
    Aggregate {
        /// What is built.
        kind: AggregateKind,
        /// The fields in view.
        fields: Vec<(Name, Operand)>,
        /// Where the other fields come from.
        base: Option<Operand>,
    },
    /// `[x; n]`.
    Repeat(Operand, ConstExpr),
    /// A closure over the captured operands (a reference or the variable itself).
    Closure {
        /// Its code.
        body: BodyId,
        /// What it holds of its surroundings.
        captures: Vec<Operand>,
    },
    /// Whether the value is this variant (pattern test); the path as written in the pattern.
    IsVariant(Place, Path),
    /// Whether the value is `Ok`, `Some` or `Continue` (`?`).
    IsSuccess(Place),
    /// What `?` returns: `None`, or `Err(From::from(e))`.
    Residual(Place),
    /// The number of elements of an array or slice (slice patterns).
    Len(Place),
    /// Unknown, built from the operands (code that was not lowered; they escape).
    Unknown(Vec<Operand>),
}

/// What an aggregate builds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum AggregateKind {
    /// A tuple; the unit value is the empty one.
    Tuple,
    /// An array.
    Array,
    /// A struct, union or variant by its path.
    Struct(Path),
}

/// A use of a value. A place is moved out of if its value owns something, else copied.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Operand {
    /// A variable, temporary, constant, static or function item, or a part of one.
    Place(Place),
    /// A literal.
    Literal(Literal),
}

/// A literal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Literal {
    /// An integer with its suffix, a byte, or a character.
    Int(i128, Option<Name>),
    /// A boolean.
    Bool(bool),
    /// A float.
    Float,
    /// `".."`: a reference to static text.
    Str,
    /// A string literal of the stubs, with its text: the name of a family.
    Text(Name),
    /// `b".."`, its length.
    ByteStr(u32),
    /// `c".."`.
    CStr,
    /// `cfg!(..)`.
    Cfg(Box<Cfg>),
}

/// A place: a base and projections from it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Where it begins.
    pub base: Base,
    /// Projections, outermost last.
    pub proj: Vec<Proj>,
}

/// The base of a place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Base {
    /// A variable or temporary.
    Local(LocalId),
    /// A path to a constant, static, function, unit struct or variant, const parameter.
    Item(Box<Path>),
}

/// A projection. Auto-deref of field access is not applied yet: `r.f` on a reference is `Field`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Proj {
    /// `*p`.
    Deref,
    /// `.f`, `.0`.
    Field(Name),
    /// `[i]` with a variable index.
    Index(LocalId),
    /// `[3]`; `from_end`: the element that many places before the end (1 is the last).
    ConstIndex {
        /// The number.
        index: u32,
        /// Counted from the end.
        from_end: bool,
    },
    /// `[from..]` of a slice pattern or a range index.
    Subslice,
    /// The value seen as this variant (its fields follow).
    Variant(Box<Path>),
    /// The value inside `Ok`, `Some` or `Continue` (`?`).
    Success,
}

impl Place {
    /// A whole variable.
    pub fn local(local: LocalId) -> Place {
        Place {
            base: Base::Local(local),
            proj: Vec::new(),
        }
    }

    /// An item by its path.
    pub fn item(path: Path) -> Place {
        Place {
            base: Base::Item(Box::new(path)),
            proj: Vec::new(),
        }
    }

    /// This place with one more projection.
    pub fn with(mut self, proj: Proj) -> Place {
        self.proj.push(proj);
        self
    }

    /// The variable, if the place is all of it.
    pub fn as_local(&self) -> Option<LocalId> {
        match self.base {
            Base::Local(local) if self.proj.is_empty() => Some(local),
            _ => None,
        }
    }
}

/// A binary operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// A unary operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum UnOp {
    Not,
    Neg,
}

/// How a block ends.
#[derive(Debug, Serialize, Deserialize)]
pub enum Terminator {
    /// Goes on elsewhere.
    Goto(BlockId),
    /// Goes to `yes` if the operand is true.
    Branch {
        /// What is tested.
        cond: Operand,
        /// Where it goes on if it is true.
        yes: BlockId,
        /// Where it goes on if it is false.
        no: BlockId,
    },
    /// Goes to any of them (a choice that was not lowered).
    Any(Vec<BlockId>),
    /// Leaves the body; the result stands in [`LocalId::RETURN`], all drops are done.
    Return,
    /// Ends in a panic.
    Panic,
    /// Never reached (after a diverging call, the missing arm of an exhaustive match).
    Unreachable,
}
