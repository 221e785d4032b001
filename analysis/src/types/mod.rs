//! Light type knowledge: types of variables, callees of calls, layouts.

mod call;
mod closure;
mod deref;
mod dispatch;
mod external;
#[cfg(test)]
mod idioms;
mod infer;
mod layout;
mod method;
mod name;
mod niche;
mod place;
mod rvalue;
#[cfg(test)]
mod tests;

pub use crate::resolve::substitute;
pub use crate::resolve::{IntTy, Len, Ty};
pub use dispatch::resolve_trait_call;
pub use infer::infer;
pub use layout::{Same, SizeAlign, same_layout, size_align};
pub use name::type_name;
pub use place::place_ty;
pub(crate) use place::{binding_mode, prefix_ty};

use crate::ir::{BlockId, BodyId, Path};
use crate::name::Name;
use crate::resolve::{AdtId, FnId, Res, TraitId};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What is known of one body.
#[derive(Clone, Debug, Default)]
pub struct Types {
    /// The types of its locals.
    pub locals: Vec<Ty>,
    /// The callees of its calls, by block and statement.
    pub calls: FxHashMap<(BlockId, u32), Target>,
    /// The types of its closures' bodies, inferred with what is known here.
    pub closures: FxHashMap<BodyId, Arc<Types>>,
    /// What the paths mean that stand as places, with their types (`Self` and generics known).
    pub items: FxHashMap<Path, (Res, Ty)>,
    /// The function it belongs to; closures belong to their parent's.
    pub owner: Option<FnId>,
}

/// Who is called.
#[derive(Clone, PartialEq, Debug)]
pub struct Target {
    /// The callee.
    pub callee: CalleeRef,
    /// What the generics of the impl and of the function stand for at this call; parameters of
    /// the caller's own generics are left in.
    pub substs: Vec<(Name, Ty)>,
    /// For a method call: how the receiver is brought to the method.
    pub receiver: Option<Adjust>,
}

/// A callee.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CalleeRef {
    /// A function in view, of the stubs, or a foreign declaration.
    Fn(FnId),
    /// A tuple struct or variant.
    Ctor(AdtId, u32),
    /// A function of a crate that is not in view.
    External(Name),
    /// A method of a trait whose impl is not known: the receiver is generic or `dyn`.
    TraitMethod(TraitId, Name),
    /// A closure or function pointer: the value decides.
    Value,
    /// Not known.
    Unknown,
}

/// How a receiver is brought to the method.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Adjust {
    /// Dereferences in order.
    pub steps: Vec<Step>,
    /// How the place then is passed.
    pub pass: Pass,
}

/// One automatic dereference.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// Of a reference.
    Deref,
    /// To a field: `ManuallyDrop`.
    Field(Name),
    /// Through the pointer in a field: `Box`, `Vec`.
    Through(Name),
    /// Through the user's (or a stub's) `Deref::deref`.
    Call(FnId),
}

/// How a receiver is passed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Pass {
    /// By value.
    Move,
    /// As `&place`.
    Ref,
    /// As `&mut place`.
    RefMut,
}
