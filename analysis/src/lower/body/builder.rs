//! The body under construction: locals, blocks, variables in scope.

use super::scope::Scope;
use crate::ir::{
    AggregateKind, Base, Block, BlockId, Body, BodyId, BodyKind, Cleanup, Local, LocalId, ModuleIx,
    Operand, Place, Proj, Rvalue, Stmt, StmtKind, Terminator, TyExpr,
};
use crate::lower::cx::FileCx;
use crate::name::Name;
use crate::span::Span;
use rustc_hash::FxHashSet;

/// Builds one body. Code is always added to the block `at`.
pub(super) struct Builder<'b, 'f> {
    pub(super) cx: &'b mut FileCx<'f>,
    pub(super) module: ModuleIx,
    kind: BodyKind,
    span: Span,
    pub(super) locals: Vec<Local>,
    pub(super) params: Vec<LocalId>,
    /// Variables that never own anything.
    pub(super) plain: FxHashSet<LocalId>,
    blocks: Vec<OpenBlock>,
    pub(super) at: BlockId,
    pub(super) cleanups: Vec<Cleanup>,
    /// The variables in scope, the innermost last.
    pub(super) names: Vec<Variable>,
    pub(super) scopes: Vec<Scope>,
    /// Where `break` and `continue` go, the innermost last.
    pub(super) targets: Vec<Target>,
    /// `async` and `try` blocks around this point: `return` and `?` leave only those.
    pub(super) frames: Vec<Frame>,
    /// The block that returns with nothing left to drop.
    pub(super) return_block: Option<BlockId>,
    /// The scope up to which the temporaries of the next expression live, if it is bound by `let`.
    pub(super) extend: Option<usize>,
    pub(super) macro_depth: u32,
    /// A closure's surroundings.
    pub(super) env: Option<Box<Env>>,
    pub(super) by_move: bool,
    /// What the closure turned out to use of its surroundings.
    pub(super) captured: Vec<Variable>,
    /// Whether block modules were made for this body already.
    pub(super) has_block_module: bool,
}

/// The variables around a closure.
pub(super) struct Env {
    pub(super) names: Vec<Variable>,
    pub(super) captured: Vec<Variable>,
    pub(super) outer: Option<Box<Env>>,
}

/// A name and what it stands for.
#[derive(Clone)]
pub(super) struct Variable {
    pub(super) name: Name,
    pub(super) place: Place,
    /// Declared under `#[cfg]`, so that an alternative may share the variable.
    pub(super) conditional: bool,
}

/// A loop or labelled block.
pub(super) struct Target {
    pub(super) label: Option<Name>,
    pub(super) dest: Option<Place>,
    pub(super) break_to: BlockId,
    /// `None` for a labelled block.
    pub(super) continue_to: Option<BlockId>,
    /// How many scopes stay open when control arrives.
    pub(super) depth: usize,
}

/// An `async` or `try` block.
pub(super) struct Frame {
    pub(super) dest: Place,
    pub(super) to: BlockId,
    pub(super) depth: usize,
    /// `try` blocks catch `?` alone.
    pub(super) only_try: bool,
}

struct OpenBlock {
    stmts: Vec<Stmt>,
    end: Option<Terminator>,
}

impl<'b, 'f> Builder<'b, 'f> {
    pub(super) fn new(
        cx: &'b mut FileCx<'f>,
        module: ModuleIx,
        kind: BodyKind,
        ret: Option<TyExpr>,
        span: Span,
    ) -> Self {
        let result = Local {
            name: Name::EMPTY,
            ty: ret,
            span,
        };
        Builder {
            cx,
            module,
            kind,
            span,
            locals: vec![result],
            params: Vec::new(),
            plain: FxHashSet::default(),
            blocks: vec![OpenBlock::new()],
            at: BlockId::ENTRY,
            cleanups: Vec::new(),
            names: Vec::new(),
            scopes: Vec::new(),
            targets: Vec::new(),
            frames: Vec::new(),
            return_block: None,
            extend: None,
            macro_depth: 0,
            env: None,
            by_move: false,
            captured: Vec::new(),
            has_block_module: false,
        }
    }

    /// The finished body, unreachable code removed.
    pub(super) fn finish(mut self) -> Body {
        self.end(Terminator::Return);
        let close = |block: OpenBlock| Block {
            stmts: block.stmts,
            end: block.end.unwrap_or(Terminator::Unreachable),
        };
        let captures = self.captured.iter().map(|v| base_local(&v.place));
        Body {
            module: self.module,
            kind: self.kind,
            captures: captures.collect(),
            locals: self.locals,
            params: self.params,
            blocks: super::prune::prune(self.blocks.into_iter().map(close).collect()),
            cleanups: self.cleanups,
            expansions: self.cx.expansions(self.span),
            span: self.span,
        }
    }

    pub(super) fn new_block(&mut self) -> BlockId {
        let id = BlockId(self.blocks.len() as u32);
        self.blocks.push(OpenBlock::new());
        id
    }

    /// Ends the current block, unless it has ended.
    pub(super) fn end(&mut self, end: Terminator) {
        let block = &mut self.blocks[self.at.0 as usize];
        block.end.get_or_insert(end);
    }

    pub(super) fn goto(&mut self, to: BlockId) {
        self.end(Terminator::Goto(to));
    }

    /// Ends the current block; what follows is built into a block that nothing reaches.
    pub(super) fn diverge(&mut self, end: Terminator) {
        self.end(end);
        self.at = self.new_block();
    }

    /// Goes on to a new block if the condition holds, else to `no`.
    pub(super) fn branch(&mut self, cond: Operand, no: BlockId) {
        let yes = self.new_block();
        self.end(Terminator::Branch { cond, yes, no });
        self.at = yes;
    }

    pub(super) fn push(&mut self, kind: StmtKind, span: Span) {
        let block = &mut self.blocks[self.at.0 as usize];
        block.stmts.push(Stmt { kind, span });
    }

    pub(super) fn assign(&mut self, dest: Place, value: Rvalue, span: Span) {
        self.push(StmtKind::Assign(dest, value), span);
    }

    /// Gives the unit value to `dest`.
    pub(super) fn unit(&mut self, dest: Option<&Place>, span: Span) {
        if let Some(dest) = dest {
            self.assign(dest.clone(), unit(), span);
        }
    }

    pub(super) fn new_local(&mut self, name: Name, ty: Option<TyExpr>, span: Span) -> LocalId {
        let id = LocalId(self.locals.len() as u32);
        self.locals.push(Local { name, ty, span });
        id
    }

    pub(super) fn new_temp(&mut self, span: Span) -> LocalId {
        self.new_local(Name::EMPTY, None, span)
    }

    /// A new temporary with this value, never dropped: for conditions, references and the like.
    pub(super) fn scalar(&mut self, value: Rvalue, span: Span) -> LocalId {
        let temp = self.new_temp(span);
        self.assign(Place::local(temp), value, span);
        temp
    }

    pub(super) fn declare(&mut self, name: Name, place: Place) {
        self.names.push(Variable {
            name,
            place,
            conditional: false,
        });
    }

    /// What the name stands for if it is a variable in scope; one of a closure's surroundings is
    /// captured by this.
    pub(super) fn lookup(&mut self, name: Name) -> Option<Place> {
        let own = self.names.iter().rev().chain(&self.captured);
        if let Some(variable) = own.into_iter().find(|v| v.name == name) {
            return Some(variable.place.clone());
        }
        if !self.env.as_ref().is_some_and(|env| env.has(name)) {
            return None;
        }
        let local = Place::local(self.new_local(name, None, self.span));
        let place = match self.by_move {
            true => local,
            false => local.with(Proj::Deref),
        };
        self.captured.push(Variable {
            name,
            place: place.clone(),
            conditional: false,
        });
        Some(place)
    }
}

impl Env {
    /// No surroundings.
    pub(super) fn empty() -> Env {
        Env {
            names: Vec::new(),
            captured: Vec::new(),
            outer: None,
        }
    }

    fn has(&self, name: Name) -> bool {
        let own = self.names.iter().chain(&self.captured);
        own.into_iter().any(|v| v.name == name)
            || self.outer.as_ref().is_some_and(|env| env.has(name))
    }
}

impl OpenBlock {
    fn new() -> OpenBlock {
        OpenBlock {
            stmts: Vec::new(),
            end: None,
        }
    }
}

/// The local a capture lives in.
fn base_local(place: &Place) -> LocalId {
    match place.base {
        Base::Local(local) => local,
        Base::Item(_) => LocalId::RETURN,
    }
}

/// `()`.
pub(super) fn unit() -> Rvalue {
    Rvalue::Aggregate {
        kind: AggregateKind::Tuple,
        fields: Vec::new(),
        base: None,
    }
}

/// Makes room for a body before those nested in it.
pub(super) fn reserve(cx: &mut FileCx<'_>, module: ModuleIx, span: Span) -> BodyId {
    cx.reserve(Body {
        module,
        kind: BodyKind::Const,
        locals: Vec::new(),
        params: Vec::new(),
        captures: Vec::new(),
        blocks: Vec::new(),
        cleanups: Vec::new(),
        expansions: Box::default(),
        span,
    })
}
