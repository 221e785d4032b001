//! Types, paths, generics and constant expressions as written.

use super::cx::FileCx;
use crate::ir::{BinOp, ConstExpr, Generic, GenericArg, Path, QSelf, Segment, TyExpr};
use crate::name::Name;
use std::fmt::{self, Write};
use syn::{GenericArgument, PathArguments, ReturnType, Type, TypeParamBound};

/// An identifier's name, without `r#`.
pub(crate) fn ident(ident: &syn::Ident) -> Name {
    // Identifiers are asked for all the time: no allocation for each.
    let mut text = ShortText {
        bytes: [0; 64],
        used: 0,
    };
    let written = write!(text, "{ident}").is_ok();
    let short = str::from_utf8(&text.bytes[..text.used]);
    match (written, short) {
        (true, Ok(text)) => Name::new(text.strip_prefix("r#").unwrap_or(text)),
        _ => {
            let text = ident.to_string();
            Name::new(text.strip_prefix("r#").unwrap_or(&text))
        }
    }
}

/// Room for an ordinary identifier.
struct ShortText {
    bytes: [u8; 64],
    used: usize,
}

impl fmt::Write for ShortText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.used + text.len();
        let room = self.bytes.get_mut(self.used..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.used = end;
        Ok(())
    }
}

impl FileCx<'_> {
    /// A type.
    pub(crate) fn ty(&mut self, ty: &Type) -> TyExpr {
        match ty {
            Type::Array(t) => {
                let elem = Box::new(self.ty(&t.elem));
                TyExpr::Array(elem, Box::new(self.const_expr(&t.len)))
            }
            Type::FnPtr(t) => self.fn_pointer(t),
            Type::Group(t) => self.ty(&t.elem),
            Type::Paren(t) => self.ty(&t.elem),
            Type::ImplTrait(t) => TyExpr::Impl(self.bounds(&t.bounds)),
            Type::TraitObject(t) => TyExpr::Dyn(self.bounds(&t.bounds)),
            Type::Infer(_) => TyExpr::Infer,
            Type::Never(_) => TyExpr::Never,
            Type::Path(t) => TyExpr::Path(self.path(t.qself.as_ref(), &t.path)),
            Type::Ptr(t) => TyExpr::Ptr {
                mutable: matches!(t.mutability, syn::PointerMutability::Mut(_)),
                inner: Box::new(self.ty(&t.elem)),
            },
            Type::Reference(t) => TyExpr::Ref {
                mutable: t.mutability.is_some(),
                inner: Box::new(self.ty(&t.elem)),
            },
            Type::Slice(t) => TyExpr::Slice(Box::new(self.ty(&t.elem))),
            Type::Tuple(t) => TyExpr::Tuple(t.elems.iter().map(|e| self.ty(e)).collect()),
            Type::Macro(t) => self.macro_type(&t.mac),
            _ => TyExpr::Unknown,
        }
    }

    fn fn_pointer(&mut self, t: &syn::TypeFnPtr) -> TyExpr {
        TyExpr::FnPtr {
            params: t.inputs.iter().map(|arg| self.ty(&arg.ty)).collect(),
            ret: Box::new(self.return_type(&t.output)),
            foreign: super::attr::is_foreign_abi(t.abi.as_ref()),
        }
    }

    /// A return type; the unit type if none is written.
    pub(crate) fn return_type(&mut self, ret: &ReturnType) -> TyExpr {
        match ret {
            ReturnType::Default => TyExpr::unit(),
            ReturnType::Type(_, ty) => self.ty(ty),
        }
    }

    /// The traits of a bound list; lifetimes and `?Sized` are left out.
    pub(crate) fn bounds<'b>(
        &mut self,
        bounds: impl IntoIterator<Item = &'b TypeParamBound>,
    ) -> Vec<Path> {
        let mut out = Vec::new();
        for bound in bounds {
            if let TypeParamBound::Trait(t) = bound
                && t.maybe.is_none()
            {
                out.push(self.path(None, &t.path));
            }
        }
        out
    }

    /// A path, with its self type if it has one.
    pub(crate) fn path(&mut self, qself: Option<&syn::QSelf>, path: &syn::Path) -> Path {
        let qself = qself.map(|q| {
            Box::new(QSelf {
                ty: self.ty(&q.ty),
                position: q.position,
            })
        });
        let mut segments = Vec::with_capacity(path.segments.len());
        for segment in &path.segments {
            segments.push(Segment {
                name: ident(&segment.ident),
                args: self.path_arguments(&segment.arguments),
            });
        }
        Path {
            global: path.leading_colon.is_some(),
            qself,
            segments,
        }
    }

    fn path_arguments(&mut self, args: &PathArguments) -> Vec<GenericArg> {
        match args {
            PathArguments::None => Vec::new(),
            PathArguments::AngleBracketed(args) => self.generic_args(args),
            PathArguments::Parenthesized(args) => {
                let inputs = args.inputs.iter().map(|arg| self.ty(&arg.ty)).collect();
                let output = self.return_type(&args.output);
                vec![
                    GenericArg::Type(TyExpr::Tuple(inputs)),
                    GenericArg::Assoc(Name::new("Output"), output),
                ]
            }
        }
    }

    /// `<A, B>`, lifetimes left out.
    pub(crate) fn generic_args(
        &mut self,
        args: &syn::AngleBracketedGenericArguments,
    ) -> Vec<GenericArg> {
        let mut out = Vec::with_capacity(args.args.len());
        for arg in &args.args {
            match arg {
                GenericArgument::Type(ty) => out.push(GenericArg::Type(self.ty(ty))),
                GenericArgument::Const(e) => out.push(GenericArg::Const(self.const_expr(e))),
                GenericArgument::AssocType(a) => {
                    out.push(GenericArg::Assoc(ident(&a.ident), self.ty(&a.ty)));
                }
                GenericArgument::Constraint(c) => {
                    let bounds = self.bounds(&c.bounds);
                    out.push(GenericArg::Assoc(ident(&c.ident), TyExpr::Impl(bounds)));
                }
                _ => {}
            }
        }
        out
    }

    /// Type and const parameters with the bounds of the list and of the `where` clause.
    pub(crate) fn generics(&mut self, generics: &syn::Generics) -> Vec<Generic> {
        let mut out = Vec::new();
        for param in &generics.params {
            match param {
                syn::GenericParam::Lifetime(_) => {}
                syn::GenericParam::Type(t) => out.push(Generic {
                    name: ident(&t.ident),
                    bounds: self.bounds(&t.bounds),
                    is_const: false,
                }),
                syn::GenericParam::Const(c) => out.push(Generic {
                    name: ident(&c.ident),
                    bounds: Vec::new(),
                    is_const: true,
                }),
            }
        }
        let Some(clause) = &generics.where_clause else {
            return out;
        };
        for predicate in &clause.predicates {
            let syn::WherePredicate::Type(p) = predicate else {
                continue;
            };
            let TyExpr::Path(subject) = self.ty(&p.bounded_ty) else {
                continue;
            };
            let Some(name) = subject.as_ident() else {
                continue;
            };
            if out.iter().any(|g| g.name == name) {
                let bounds = self.bounds(&p.bounds);
                out.iter_mut()
                    .filter(|g| g.name == name)
                    .for_each(|g| g.bounds.extend(bounds.iter().cloned()));
            }
        }
        out
    }

    /// A constant expression of a type: an array length, a const argument.
    pub(crate) fn const_expr(&mut self, e: &syn::Expr) -> ConstExpr {
        match e {
            syn::Expr::Lit(lit) => literal(&lit.lit),
            syn::Expr::Paren(p) => self.const_expr(&p.expr),
            syn::Expr::Group(g) => self.const_expr(&g.expr),
            syn::Expr::Cast(c) => self.const_expr(&c.expr),
            syn::Expr::Path(p) => ConstExpr::Path(self.path(p.qself.as_ref(), &p.path)),
            syn::Expr::Block(b) => match &b.block.stmts[..] {
                [syn::Stmt::Expr(e, None)] => self.const_expr(e),
                _ => ConstExpr::Unknown,
            },
            syn::Expr::Unary(u) if matches!(u.op, syn::UnOp::Neg(_)) => {
                match self.const_expr(&u.expr) {
                    ConstExpr::Int(n) => n.checked_neg().map_or(ConstExpr::Unknown, ConstExpr::Int),
                    _ => ConstExpr::Unknown,
                }
            }
            syn::Expr::Binary(b) => match binary(&b.op) {
                Some(op) => {
                    let left = Box::new(self.const_expr(&b.left));
                    ConstExpr::Binary(op, left, Box::new(self.const_expr(&b.right)))
                }
                None => ConstExpr::Unknown,
            },
            syn::Expr::Call(c) => self.size_of(c),
            _ => ConstExpr::Unknown,
        }
    }

    fn size_of(&mut self, call: &syn::ExprCall) -> ConstExpr {
        let syn::Expr::Path(p) = &*call.func else {
            return ConstExpr::Unknown;
        };
        let path = self.path(p.qself.as_ref(), &p.path);
        let Some(last) = path.segments.last() else {
            return ConstExpr::Unknown;
        };
        match &last.args[..] {
            [GenericArg::Type(ty)] if last.name == "size_of" && call.args.is_empty() => {
                ConstExpr::SizeOf(Box::new(ty.clone()))
            }
            _ => ConstExpr::Unknown,
        }
    }
}

fn literal(lit: &syn::Lit) -> ConstExpr {
    match lit {
        syn::Lit::Int(n) => n.base10_parse().map_or(ConstExpr::Unknown, ConstExpr::Int),
        syn::Lit::Byte(b) => ConstExpr::Int(i128::from(b.value())),
        syn::Lit::Char(c) => ConstExpr::Int(i128::from(u32::from(c.value()))),
        syn::Lit::Bool(b) => ConstExpr::Int(i128::from(b.value)),
        _ => ConstExpr::Unknown,
    }
}

fn binary(op: &syn::BinOp) -> Option<BinOp> {
    Some(match op {
        syn::BinOp::Add(_) => BinOp::Add,
        syn::BinOp::Sub(_) => BinOp::Sub,
        syn::BinOp::Mul(_) => BinOp::Mul,
        syn::BinOp::Div(_) => BinOp::Div,
        syn::BinOp::Rem(_) => BinOp::Rem,
        syn::BinOp::BitAnd(_) => BinOp::And,
        syn::BinOp::BitOr(_) => BinOp::Or,
        syn::BinOp::BitXor(_) => BinOp::Xor,
        syn::BinOp::Shl(_) => BinOp::Shl,
        syn::BinOp::Shr(_) => BinOp::Shr,
        _ => return None,
    })
}
