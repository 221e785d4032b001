//! The pass over a body: assignments and calls in order, repeated while something changes.
//!
//! A type may have holes; whatever is learned about a variable, from what it is given or from
//! where it goes, fills them. There is no backtracking and no error: the first word counts.

use super::closure::Given;
use super::place::{binding_mode, item_ty, project, refine};
use super::{Target, Types};
use crate::ir::{
    Base, BlockId, Body, BodyId, BodyKind, Literal, LocalId, Operand, Path, Place, StmtKind,
};
use crate::resolve::{BodyOwner, BodyRef, Env, FnId, IntTy, Lang, Len, Program, Res, Ty, merge};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How often a body is passed over while something changes.
const PASSES: u32 = 3;

/// Infers what is known of a body. For a closure, of the function around it first: there its
/// parameters get their types.
pub fn infer(program: &Program, body: BodyRef, owner: Option<FnId>) -> Types {
    if program.body(body).kind == BodyKind::Closure {
        let root = program.root_body(body);
        if root != body {
            let around = infer(program, root, owner);
            if let Some(found) = within(&around, body.body) {
                return found;
            }
        }
    }
    let owner = owner.or(match program.owner_of(body) {
        Some(BodyOwner::Fn(id)) => Some(id),
        _ => None,
    });
    let mut infer = Infer::new(program, body, owner, 0);
    infer.declare(None);
    infer.run();
    infer.finish()
}

fn within(types: &Types, body: BodyId) -> Option<Types> {
    if let Some(found) = types.closures.get(&body) {
        return Some(Types::clone(found));
    }
    types
        .closures
        .values()
        .find_map(|inner| within(inner, body))
}

/// The state of a pass.
pub(super) struct Infer<'p> {
    pub(super) p: &'p Program,
    pub(super) at: BodyRef,
    pub(super) body: &'p Body,
    pub(super) env: Env<'p>,
    pub(super) owner: Option<FnId>,
    pub(super) locals: Vec<Ty>,
    pub(super) calls: FxHashMap<(BlockId, u32), Target>,
    pub(super) items: FxHashMap<Path, (Res, Ty)>,
    /// The closures of this body: what was given to them, and what came of it.
    pub(super) given: FxHashMap<BodyId, Given>,
    pub(super) closures: FxHashMap<BodyId, (Given, Arc<Types>)>,
    /// How many closures are around this body.
    pub(super) depth: u32,
    pub(super) changed: bool,
    /// Something was read that had holes.
    pub(super) guessed: bool,
    /// Nothing more will be learned: take what is likely.
    pub(super) last: bool,
}

impl<'p> Infer<'p> {
    pub(super) fn new(p: &'p Program, at: BodyRef, owner: Option<FnId>, depth: u32) -> Infer<'p> {
        let body = p.body(at);
        Infer {
            p,
            at,
            body,
            env: p.body_env(at),
            owner,
            locals: vec![Ty::Unknown; body.locals.len()],
            calls: FxHashMap::default(),
            items: FxHashMap::default(),
            given: FxHashMap::default(),
            closures: FxHashMap::default(),
            depth,
            changed: false,
            guessed: false,
            last: false,
        }
    }

    /// The types that are written, those of the signature, and what a closure is given.
    pub(super) fn declare(&mut self, given: Option<&Given>) {
        for (at, local) in self.body.locals.iter().enumerate() {
            if let Some(ty) = &local.ty {
                self.locals[at] = self.p.lower_ty(&self.env, ty);
            }
        }
        match given {
            Some(given) => {
                for (at, ty) in self.body.params.iter().zip(&given.params) {
                    self.learn(*at, ty);
                }
                for (at, ty) in self.body.captures.iter().zip(&given.captures) {
                    self.learn(*at, ty);
                }
                self.learn(LocalId::RETURN, &given.ret);
            }
            None => self.declare_owner(),
        }
    }

    fn declare_owner(&mut self) {
        let p = self.p;
        match p.owner_of(self.at) {
            Some(BodyOwner::Fn(id)) => {
                let signature = p.signature(id);
                for (at, ty) in self.body.params.iter().zip(&signature.params) {
                    // `impl Trait` is unknown as written, a parameter in the signature.
                    self.learn(*at, ty);
                }
                self.learn(LocalId::RETURN, &signature.ret);
            }
            Some(BodyOwner::Const(id)) => self.learn(LocalId::RETURN, &p.const_ty(id)),
            Some(BodyOwner::Static(id)) => self.learn(LocalId::RETURN, &p.static_ty(id)),
            None => {}
        }
    }

    pub(super) fn run(&mut self) {
        for pass in 0..PASSES {
            self.changed = false;
            self.guessed = false;
            self.pass();
            if !self.guessed {
                return;
            }
            if !self.changed && pass > 0 {
                break;
            }
        }
        self.last = true;
        self.pass();
    }

    fn pass(&mut self) {
        let body = self.body;
        for (b, block) in body.blocks.iter().enumerate() {
            let b = BlockId(u32::try_from(b).unwrap_or(u32::MAX));
            for (s, stmt) in block.stmts.iter().enumerate() {
                let s = u32::try_from(s).unwrap_or(u32::MAX);
                match &stmt.kind {
                    StmtKind::Assign(place, value) => self.assign(place, value),
                    StmtKind::Call(call) => self.call((b, s), call),
                    StmtKind::Drop(..) | StmtKind::Inspect(_) | StmtKind::Opaque(_) => {}
                }
            }
        }
        self.pending_closures();
    }

    pub(super) fn finish(self) -> Types {
        let closures = self.closures.into_iter();
        Types {
            locals: self.locals,
            calls: self.calls,
            closures: closures.map(|(id, (_, types))| (id, types)).collect(),
            items: self.items,
            owner: self.owner,
        }
    }

    /// Adds to what is known of a variable.
    pub(super) fn learn(&mut self, local: LocalId, ty: &Ty) {
        let Some(known) = self.locals.get_mut(local.0 as usize) else {
            return;
        };
        if ty.is_unknown() || (!known.is_unknown() && !known.has_holes()) && *known != Ty::Never {
            return;
        }
        let merged = merge(known, ty);
        if merged != *known {
            *known = merged;
            self.changed = true;
        }
    }

    /// The type of a place.
    pub(super) fn place(&mut self, place: &Place) -> Ty {
        let base = match &place.base {
            Base::Local(local) => {
                let known = self.locals.get(local.0 as usize);
                known.cloned().unwrap_or(Ty::Unknown)
            }
            Base::Item(path) => self.item(path).1,
        };
        let ty = match place.proj.is_empty() {
            true => base,
            false => project(self.p, &self.env, base, &place.proj),
        };
        self.guessed |= ty.has_holes();
        ty
    }

    pub(super) fn item(&mut self, path: &Path) -> (Res, Ty) {
        if let Some(known) = self.items.get(path) {
            return known.clone();
        }
        let found = item_ty(self.p, &self.env, path);
        self.items.insert(path.clone(), found.clone());
        found
    }

    /// Adds to what is known of a place.
    pub(super) fn learn_place(&mut self, place: &Place, ty: &Ty) {
        let Base::Local(local) = place.base else {
            return;
        };
        if ty.is_unknown() {
            return;
        }
        if place.proj.is_empty() {
            self.learn(local, ty);
            return;
        }
        let Some(base) = self.locals.get(local.0 as usize) else {
            return;
        };
        if base.has_holes() && !base.is_unknown() {
            let base = refine(self.p, &self.env, base, &place.proj, ty);
            self.learn(local, &base);
        }
    }

    /// Whether a pattern's variable is bound by reference, and if so, by a mutable one.
    pub(super) fn binding_mode(&mut self, place: &Place, from: usize) -> Option<bool> {
        let base = Place {
            base: place.base.clone(),
            proj: Vec::new(),
        };
        let base = self.place(&base);
        let prefix = |at: usize| project(self.p, &self.env, base.clone(), &place.proj[..at]);
        binding_mode(&place.proj, from, prefix)
    }

    pub(super) fn operand(&mut self, operand: &Operand) -> Ty {
        match operand {
            Operand::Place(place) => self.place(place),
            Operand::Literal(literal) => literal_ty(self.p, literal),
        }
    }

    pub(super) fn learn_operand(&mut self, operand: &Operand, ty: &Ty) {
        if let Operand::Place(place) = operand {
            self.learn_place(place, ty);
        }
    }
}

fn literal_ty(p: &Program, literal: &Literal) -> Ty {
    match literal {
        Literal::Int(_, None) => Ty::Int(IntTy::Infer),
        Literal::Int(_, Some(suffix)) => Ty::primitive(suffix.as_str()).unwrap_or(Ty::Unknown),
        Literal::Bool(_) | Literal::Cfg(_) => Ty::Bool,
        Literal::Float => Ty::Unknown,
        Literal::Str | Literal::Text(_) => Ty::reference(false, Ty::Str),
        Literal::ByteStr(n) => {
            let bytes = Ty::Array(Arc::new(Ty::Int(IntTy::U8)), Len::Known(u64::from(*n)));
            Ty::reference(false, bytes)
        }
        Literal::CStr => match p.lang(Lang::CStr) {
            Some(id) => Ty::reference(false, Ty::adt(id, Vec::new())),
            None => Ty::Unknown,
        },
    }
}
