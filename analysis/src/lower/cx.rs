//! What lowering carries along: the file, the output so far, and the small lowerings everyone needs.

use super::macros::{Invocations, MacroTable};
use super::skim::Skipped;
use super::span::Origin;
use crate::ir::{Body, BodyId, BodyKind, Cfg, FileIr, Later, ModuleIr, ModuleIx, Packed};
use crate::name::Name;
use crate::span::{FileId, Pos, Span};

/// The state of lowering one file.
pub(crate) struct FileCx<'a> {
    /// Where the text comes from.
    pub(crate) origin: Origin,
    /// What has been lowered so far.
    pub(crate) out: FileIr,
    /// The crate's `macro_rules!`.
    pub(crate) macros: &'a MacroTable,
    /// How often each place has been expanded: the brake on recursive macros.
    pub(crate) invocations: Invocations,
    /// Inside a `#[cfg(test)]` item.
    pub(crate) in_test: bool,
    /// The bodies that the text lacks, in its order.
    skipped: Vec<Skipped>,
    /// The number of the put-off function that is lowered now.
    slot: Option<u32>,
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
    /// The state for a put-off function, which is the `slot`th of its file.
    pub(crate) fn late(origin: Origin, macros: &'a MacroTable, slot: u32) -> FileCx<'a> {
        FileCx {
            origin,
            slot: Some(slot),
            ..FileCx::new(origin.file, macros)
        }
    }

    /// The text lacks these bodies.
    pub(crate) fn lacks(&mut self, skipped: Vec<Skipped>) {
        self.skipped = skipped;
    }

    /// What comes next is parsed by itself, and begins there in the file.
    pub(crate) fn begin_piece(&mut self, begin: Pos) {
        self.origin = Origin::part(self.origin.file, begin);
        self.invocations.forget_tokens();
    }

    /// A fresh state; the file's own module is there.
    pub(crate) fn new(file: FileId, macros: &'a MacroTable) -> FileCx<'a> {
        let root = ModuleIr {
            parent: None,
            name: Name::EMPTY,
            cfg: None,
            uses: Vec::new(),
            outlines: Vec::new(),
        };
        FileCx {
            origin: file.into(),
            out: FileIr {
                file,
                modules: vec![root],
                items: Vec::new(),
                bodies: Vec::new(),
                later: Vec::new(),
                reader: None,
                directives: Vec::new(),
            },
            macros,
            invocations: Invocations::default(),
            in_test: false,
            skipped: Vec::new(),
            slot: None,
        }
    }

    /// What was lowered, without the room for more.
    pub(crate) fn finish(mut self) -> FileIr {
        self.out.items.shrink_to_fit();
        self.out.bodies.shrink_to_fit();
        self.out.later.shrink_to_fit();
        self.out
    }

    /// One token's span.
    pub(crate) fn span(&self, span: proc_macro2::Span) -> Span {
        super::span::resolve(self.origin, span)
    }

    /// From an expression's first token to its last.
    pub(crate) fn expr_span(&self, expr: &syn::Expr) -> Span {
        super::span::expr(self.origin, expr)
    }

    /// Takes over a body that the text lacks but for its items, if it is one.
    pub(crate) fn put_off(
        &mut self,
        mut module: ModuleIx,
        sig: &syn::Signature,
        block: &syn::Block,
    ) -> Option<BodyId> {
        if self.skipped.is_empty() {
            return None;
        }
        if super::span::definition_of(sig.fn_token.span).is_some() {
            return None;
        }
        let begin = self.span(sig.fn_token.span).lo;
        let at = self
            .skipped
            .binary_search_by_key(&begin, |s| s.begin)
            .ok()?;
        if !block.stmts.is_empty() {
            module = self.new_block_module(module);
        }
        for stmt in &block.stmts {
            if let syn::Stmt::Item(item) = stmt {
                self.item(module, item);
            }
        }
        let skipped = &mut self.skipped[at];
        let words = std::mem::take(&mut skipped.words);
        let params = u32::try_from(sig.inputs.len()).unwrap_or(u32::MAX);
        let later = Later::new(module, params, begin, skipped.bytes.clone(), words);
        let id = BodyId::put_off(self.out.later.len(), 0);
        self.out.later.push(later);
        Some(id)
    }

    /// Whether a put-off body is lowered now: its items are there already.
    pub(crate) fn is_late(&self) -> bool {
        self.slot.is_some()
    }

    /// Makes room for a body before those nested in it.
    pub(crate) fn reserve(&mut self, placeholder: Body) -> BodyId {
        let next = self.out.bodies.len();
        self.out.bodies.push(Packed::open(placeholder));
        match self.slot {
            None => BodyId::early(next),
            Some(slot) => BodyId::put_off(slot as usize, next),
        }
    }

    /// Puts a body where room was made for it.
    pub(crate) fn place(&mut self, id: BodyId, body: Body) {
        let at = id.late().unwrap_or(id.slot as usize);
        if let Some(room) = self.out.bodies.get_mut(at) {
            *room = match body.kind {
                // Few of the constants are asked for. One with closures is: by them.
                BodyKind::Const if body.closures().next().is_none() => Packed::new(body),
                _ => Packed::open(body),
            };
        }
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
            outlines: Vec::new(),
        })
    }
}
