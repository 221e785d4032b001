//! Types as written become types: names resolved, aliases expanded, `Self` replaced.

use super::tree::{Def, Ns, Search};
use super::{AdtId, Env, Len, Program, Ty, substitute};
use crate::ir::{BinOp, ConstExpr, GenericArg, Path, TyExpr};
use crate::name::Name;
use std::sync::Arc;

const DEPTH: u32 = 32;

/// What one projection costs of the depth.
const PROJECTION: u32 = 5;

impl Program {
    /// The type that is written.
    pub fn lower_ty(&self, env: &Env<'_>, ty: &TyExpr) -> Ty {
        Lowerer { p: self, depth: 0 }.ty(env, ty)
    }

    /// The type that is written in an associated type looked up `projections` levels deep.
    pub(super) fn lower_ty_within(&self, env: &Env<'_>, ty: &TyExpr, projections: u32) -> Ty {
        let depth = projections * PROJECTION;
        Lowerer { p: self, depth }.ty(env, ty)
    }

    /// The types of generic arguments (constants as [`Ty::Const`], associated types left out).
    pub fn lower_args(&self, env: &Env<'_>, args: &[GenericArg]) -> Vec<Ty> {
        Lowerer { p: self, depth: 0 }.args(env, args)
    }

    /// The length or const argument that is written.
    pub fn lower_len(&self, env: &Env<'_>, expr: &ConstExpr) -> Len {
        Lowerer { p: self, depth: 0 }.len(env, expr)
    }

    /// The type that a path names, with what it says of generic arguments.
    pub fn lower_ty_path(&self, env: &Env<'_>, path: &Path) -> Ty {
        Lowerer { p: self, depth: 0 }.path(env, path)
    }

    /// The type that the first `used + 1` segments of a path name (`def` is what they resolve
    /// to).
    pub(crate) fn lower_def(&self, env: &Env<'_>, def: Def, path: &Path, used: usize) -> Ty {
        Lowerer { p: self, depth: 0 }.def(env, def, path, used)
    }
}

struct Lowerer<'p> {
    p: &'p Program,
    depth: u32,
}

impl Lowerer<'_> {
    fn ty(&mut self, env: &Env<'_>, ty: &TyExpr) -> Ty {
        if self.depth > DEPTH {
            return Ty::Unknown;
        }
        self.depth += 1;
        let ty = self.shape(env, ty);
        self.depth -= 1;
        ty
    }

    fn shape(&mut self, env: &Env<'_>, ty: &TyExpr) -> Ty {
        match ty {
            TyExpr::Path(path) => self.path(env, path),
            TyExpr::Ref { mutable, inner } => Ty::reference(*mutable, self.ty(env, inner)),
            TyExpr::Ptr { mutable, inner } => Ty::pointer(*mutable, self.ty(env, inner)),
            TyExpr::Slice(inner) => Ty::Slice(Arc::new(self.ty(env, inner))),
            TyExpr::Array(inner, len) => {
                Ty::Array(Arc::new(self.ty(env, inner)), self.len(env, len))
            }
            TyExpr::Tuple(items) => Ty::Tuple(items.iter().map(|t| self.ty(env, t)).collect()),
            TyExpr::FnPtr {
                params,
                ret,
                foreign,
            } => Ty::FnPtr {
                params: params.iter().map(|t| self.ty(env, t)).collect(),
                ret: Arc::new(self.ty(env, ret)),
                foreign: *foreign,
            },
            TyExpr::Never => Ty::Never,
            TyExpr::Dyn(paths) => match paths.first() {
                Some(path) => Ty::Dyn(self.p.trait_path(env, path)),
                None => Ty::Unknown,
            },
            TyExpr::Infer | TyExpr::Impl(_) | TyExpr::Unknown => Ty::Unknown,
        }
    }

    fn args(&mut self, env: &Env<'_>, args: &[GenericArg]) -> Vec<Ty> {
        let mut tys = Vec::with_capacity(args.len());
        for arg in args {
            match arg {
                GenericArg::Type(ty) => tys.push(self.ty(env, ty)),
                GenericArg::Const(expr) => tys.push(Ty::Const(self.len(env, expr))),
                GenericArg::Assoc(..) => {}
            }
        }
        tys
    }

    fn path(&mut self, env: &Env<'_>, path: &Path) -> Ty {
        if let Some(qself) = &path.qself {
            let base = self.ty(env, &qself.ty);
            let depth = self.depth / PROJECTION + 1;
            return self.p.project_at(env, &base, path.last(), depth);
        }
        if path.global || path.segments.is_empty() {
            return self.named(env, path);
        }
        let first = path.segments[0].name;
        let base = match env.generic(first) {
            Some(generic) if generic.is_const => Some(Ty::Const(Len::Param(first))),
            Some(_) => Some(Ty::Param(first)),
            None if first == "Self" => match env.self_ty {
                Some(ty) => Some(ty.clone()),
                None if env.in_trait.is_some() => Some(Ty::Param(first)),
                None => None,
            },
            None => None,
        };
        match base {
            Some(ty) if path.segments.len() == 1 => ty,
            Some(ty) => {
                let depth = self.depth / PROJECTION + 1;
                self.p.project_at(env, &ty, path.last(), depth)
            }
            None => self.named(env, path),
        }
    }

    fn named(&mut self, env: &Env<'_>, path: &Path) -> Ty {
        let from = self.p.module_of(env.scope);
        match Search::new(self.p).walk(from, path, Ns::Type) {
            Some((def, used)) => {
                let ty = self.def(env, def, path, used);
                match path.segments.get(used + 1) {
                    Some(rest) => self.p.project(env, &ty, rest.name),
                    None => ty,
                }
            }
            None => Ty::Unknown,
        }
    }

    fn def(&mut self, env: &Env<'_>, def: Def, path: &Path, used: usize) -> Ty {
        let written = path.segments.get(used).map_or(&[][..], |s| &s.args[..]);
        match def {
            Def::Adt(id) => {
                let args = self.args(env, written);
                self.p.adt_ty(id, args)
            }
            Def::Variant(id, _) => {
                // `Enum::<T>::V` and `V::<T>` both name the enum's arguments.
                let before = used
                    .checked_sub(1)
                    .map_or(&[][..], |i| &path.segments[i].args[..]);
                let written = if written.is_empty() { before } else { written };
                let args = self.args(env, written);
                self.p.adt_ty(id, args)
            }
            Def::Alias(index) => self.alias(env, index, written),
            Def::Prim(name) => Ty::primitive(name.as_str()).unwrap_or(Ty::Unknown),
            Def::External(name) => self.p.foreign_type(name),
            // A trait named as a type is the old way to write `dyn Trait`.
            Def::Trait(id) => Ty::Dyn(self.p.trait_def(id).canonical),
            _ => Ty::Unknown,
        }
    }

    fn alias(&mut self, env: &Env<'_>, index: u32, written: &[GenericArg]) -> Ty {
        if self.depth > DEPTH {
            return Ty::Unknown;
        }
        let p = self.p;
        let (scope, generics, ty) = p.alias_parts(index);
        let inner: Vec<crate::ir::Generic> = generics
            .iter()
            .map(|&name| crate::ir::Generic {
                name,
                bounds: Vec::new(),
                is_const: false,
            })
            .collect();
        let inside = Env {
            inner: &inner,
            ..Env::module(scope)
        };
        self.depth += 4;
        let ty = self.ty(&inside, ty);
        self.depth -= 4;
        if generics.is_empty() {
            return ty;
        }
        let mut args = self.args(env, written);
        args.resize(generics.len(), Ty::Unknown);
        let substs: Vec<(Name, Ty)> = generics.iter().copied().zip(args).collect();
        substitute(&ty, &substs)
    }

    fn len(&mut self, env: &Env<'_>, expr: &ConstExpr) -> Len {
        match expr {
            ConstExpr::Path(path) => {
                if let Some(name) = path.as_ident()
                    && env.generic(name).is_some()
                {
                    return Len::Param(name);
                }
                self.constant(env, expr).map_or(Len::Unknown, Len::Known)
            }
            _ => self.constant(env, expr).map_or(Len::Unknown, Len::Known),
        }
    }

    fn constant(&mut self, env: &Env<'_>, expr: &ConstExpr) -> Option<u64> {
        if self.depth > DEPTH {
            return None;
        }
        self.depth += 1;
        let value = match expr {
            ConstExpr::Int(n) => u64::try_from(*n).ok(),
            ConstExpr::Path(path) => {
                let from = self.p.module_of(env.scope);
                match Search::new(self.p).walk(from, path, Ns::Value) {
                    Some((Def::Const(id), _)) => self.p.const_value(id, self.depth),
                    _ => None,
                }
            }
            ConstExpr::SizeOf(ty) => {
                let ty = self.ty(env, ty);
                scalar_size(&ty)
            }
            ConstExpr::Binary(op, a, b) => {
                let (a, b) = (self.constant(env, a), self.constant(env, b));
                a.zip(b).and_then(|(a, b)| arithmetic(*op, a, b))
            }
            ConstExpr::Unknown => None,
        };
        self.depth -= 1;
        value
    }
}

/// Sizes that need no layout of fields.
fn scalar_size(ty: &Ty) -> Option<u64> {
    match ty {
        Ty::Int(int) => int.bytes(),
        Ty::Float(bits) => Some(u64::from(*bits) / 8),
        Ty::Bool => Some(1),
        Ty::Char => Some(4),
        _ => None,
    }
}

fn arithmetic(op: BinOp, a: u64, b: u64) -> Option<u64> {
    match op {
        BinOp::Add => a.checked_add(b),
        BinOp::Sub => a.checked_sub(b),
        BinOp::Mul => a.checked_mul(b),
        BinOp::Div => a.checked_div(b),
        BinOp::Rem => a.checked_rem(b),
        BinOp::Shl => u32::try_from(b).ok().and_then(|b| a.checked_shl(b)),
        BinOp::Shr => u32::try_from(b).ok().and_then(|b| a.checked_shr(b)),
        BinOp::And => Some(a & b),
        BinOp::Or => Some(a | b),
        BinOp::Xor => Some(a ^ b),
        _ => None,
    }
}

impl Program {
    /// The type with as many arguments as it has parameters.
    pub(crate) fn adt_ty(&self, id: AdtId, mut args: Vec<Ty>) -> Ty {
        args.resize(self.adt(id).generics.len(), Ty::Unknown);
        Ty::Adt(id, Arc::from(args))
    }

    /// The canonical path of a trait as far as it is known.
    pub(crate) fn trait_path(&self, env: &Env<'_>, path: &Path) -> Name {
        match Search::new(self).walk(self.module_of(env.scope), path, Ns::Type) {
            Some((Def::Trait(id), _)) => self.trait_def(id).canonical,
            Some((Def::External(name), _)) => name,
            _ => path.last(),
        }
    }
}
