//! What lowering carries along: the file, the output so far, and the small lowerings everyone needs.

use super::macros::{Invocations, MacroTable};
use crate::ir::{Cfg, FileIr, ModuleIr, ModuleIx};
use crate::name::Name;
use crate::span::{FileId, Span};

/// The state of lowering one file.
pub(crate) struct FileCx<'a> {
    /// Which file.
    pub(crate) file: FileId,
    /// What has been lowered so far.
    pub(crate) out: FileIr,
    /// The crate's `macro_rules!`.
    pub(crate) macros: &'a MacroTable,
    /// How often each place has been expanded: the brake on recursive macros.
    pub(crate) invocations: Invocations,
    /// Inside a `#[cfg(test)]` item.
    pub(crate) in_test: bool,
}

/// What a macro call stands for.
pub(crate) enum Expansion {
    /// Statements whose last may be the value, in a scope of their own.
    Block(Vec<syn::Stmt>),
    /// The same without a scope of their own if the call is a statement: the names of some `let`
    /// came from the call's arguments, or there are items; both are visible after the call.
    Splice(Vec<syn::Stmt>),
    /// An expression.
    Expr(syn::Expr),
    /// Each argument is only read; the value is unknown.
    Inspect(Vec<syn::Expr>),
    /// `assert!` and its kin: the path on which `cond` is false ends.
    Assert {
        /// What must hold; `assert_eq!(a, b)` arrives as `a == b`.
        cond: syn::Expr,
        /// The message's arguments.
        args: Vec<syn::Expr>,
    },
    /// `panic!` and its kin: the arguments are read, then the path ends.
    Diverge(Vec<syn::Expr>),
    /// `cfg!(..)`.
    Cfg(Cfg),
    /// `addr_of!`, `addr_of_mut!`.
    RawRef {
        /// `addr_of_mut!`.
        mutable: bool,
        /// Whose address.
        place: syn::Expr,
    },
    /// The expressions are evaluated in order for their effects (moves and calls included), as
    /// the arguments of an unknown call would be; what comes out is unknown.
    Effects(Vec<syn::Expr>),
    /// Not understood: every local it mentions escapes.
    Unknown(Vec<syn::Ident>),
}

impl<'a> FileCx<'a> {
    /// A fresh state; the file's own module is there.
    pub(crate) fn new(file: FileId, macros: &'a MacroTable) -> FileCx<'a> {
        let root = ModuleIr {
            parent: None,
            name: Name::EMPTY,
            cfg: None,
            uses: Vec::new(),
        };
        FileCx {
            file,
            out: FileIr {
                file,
                modules: vec![root],
                items: Vec::new(),
                bodies: Vec::new(),
                directives: Vec::new(),
            },
            macros,
            invocations: Invocations::default(),
            in_test: false,
        }
    }

    /// One token's span.
    pub(crate) fn span(&self, span: proc_macro2::Span) -> Span {
        super::span::resolve(self.file, span)
    }

    /// From an expression's first token to its last.
    pub(crate) fn expr_span(&self, expr: &syn::Expr) -> Span {
        super::span::expr(self.file, expr)
    }

    /// The presence condition that the attributes state.
    pub(crate) fn cfg(&mut self, attrs: &[syn::Attribute]) -> Option<Cfg> {
        super::attr::cfg(attrs)
    }

    /// A new module inside this file.
    pub(crate) fn new_module(&mut self, module: ModuleIr) -> ModuleIx {
        let ix = ModuleIx(self.out.modules.len() as u32);
        self.out.modules.push(module);
        ix
    }

    /// An anonymous module for a block with items or imports.
    pub(crate) fn new_block_module(&mut self, parent: ModuleIx) -> ModuleIx {
        self.new_module(ModuleIr {
            parent: Some(parent),
            name: Name::EMPTY,
            cfg: None,
            uses: Vec::new(),
        })
    }
}
