//! From a syntax tree to its shapes.

use super::super::span::{between, expr};
use super::{Id, Kind, Node};
use crate::span::{FileId, Span};
use proc_macro2::Span as TokenSpan;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// Walks a file and notes its nodes.
pub(super) struct Reader {
    file: FileId,
    /// The node under way.
    open: Option<Id>,
    nodes: Vec<Node>,
}

impl Reader {
    /// The nodes of a file in the order of the text.
    pub(super) fn nodes(file: FileId, tree: &syn::File) -> Vec<Node> {
        let mut reader = Reader {
            file,
            open: None,
            nodes: Vec::new(),
        };
        reader.visit_file(tree);
        reader.nodes
    }

    fn add(&mut self, span: Span, kind: Kind, walk: impl FnOnce(&mut Reader)) {
        let id = Id(self.nodes.len() as u32);
        self.nodes.push(Node {
            span,
            kind,
            parent: self.open,
            children: Vec::new(),
            end: id.0 + 1,
        });
        if let Some(parent) = self.open {
            self.nodes[parent.0 as usize].children.push(id);
        }
        let outer = self.open.replace(id);
        walk(self);
        self.open = outer;
        self.nodes[id.0 as usize].end = self.nodes.len() as u32;
    }

    fn place(&self, first: TokenSpan, last: TokenSpan) -> Span {
        between(self.file.into(), first, last)
    }

    fn of(&self, node: &impl Spanned) -> Span {
        let span = node.span();
        self.place(span, span)
    }

    fn token(&self, span: TokenSpan) -> Span {
        self.place(span, span)
    }

    fn function(&mut self, span: Span, inputs: &Inputs, block: &syn::Block) {
        self.add(span, Kind::Function, |r| {
            inputs.iter().for_each(|input| r.visit_fn_arg(input));
            r.visit_block(block);
        });
    }

    fn kind(&self, node: &syn::Expr) -> Kind {
        match node {
            syn::Expr::Assign(_) => Kind::Assign,
            syn::Expr::Call(_) => Kind::Call,
            syn::Expr::Cast(_) => Kind::Cast,
            syn::Expr::Closure(_) => Kind::Closure,
            syn::Expr::Field(_) => Kind::Field,
            syn::Expr::ForLoop(_) | syn::Expr::Loop(_) | syn::Expr::While(_) => Kind::Loop,
            syn::Expr::If(_) => Kind::If,
            syn::Expr::Macro(_) => Kind::Macro,
            syn::Expr::MethodCall(x) => Kind::Method {
                name: self.token(x.method.span()),
                turbofish: x.turbofish.is_some(),
            },
            syn::Expr::Paren(_) => Kind::Paren,
            syn::Expr::Path(_) => Kind::Path,
            syn::Expr::RawAddr(_) | syn::Expr::Reference(_) => Kind::Reference,
            syn::Expr::Return(_) => Kind::Return,
            syn::Expr::Try(_) => Kind::Try,
            syn::Expr::Unary(x) if matches!(x.op, syn::UnOp::Deref(_)) => Kind::Deref,
            syn::Expr::Unsafe(_) => Kind::Unsafe,
            _ => Kind::Other,
        }
    }
}

type Inputs = syn::punctuated::Punctuated<syn::FnArg, syn::Token![,]>;

impl<'t> Visit<'t> for Reader {
    fn visit_attribute(&mut self, _: &'t syn::Attribute) {}

    fn visit_item_mod(&mut self, node: &'t syn::ItemMod) {
        self.add(self.of(node), Kind::Module, |r| {
            visit::visit_item_mod(r, node)
        });
    }

    fn visit_item_use(&mut self, node: &'t syn::ItemUse) {
        self.add(self.of(node), Kind::Use, |_| {});
    }

    fn visit_item_struct(&mut self, node: &'t syn::ItemStruct) {
        let name = self.token(node.ident.span());
        self.add(self.of(node), Kind::Struct { name }, |r| {
            let types = node.fields.iter().map(|field| r.of(&field.ty));
            let types: Vec<Span> = types.collect();
            types
                .into_iter()
                .for_each(|span| r.add(span, Kind::Type, |_| {}));
        });
    }

    fn visit_item_impl(&mut self, node: &'t syn::ItemImpl) {
        let of = self.of(&node.self_ty);
        self.add(self.of(node), Kind::Impl { of }, |r| {
            visit::visit_item_impl(r, node)
        });
    }

    fn visit_item_fn(&mut self, node: &'t syn::ItemFn) {
        self.function(self.of(node), &node.sig.inputs, &node.block);
    }

    fn visit_impl_item_fn(&mut self, node: &'t syn::ImplItemFn) {
        self.function(self.of(node), &node.sig.inputs, &node.block);
    }

    fn visit_trait_item_fn(&mut self, node: &'t syn::TraitItemFn) {
        if let Some(block) = &node.default {
            self.function(self.of(node), &node.sig.inputs, block);
        }
    }

    fn visit_fn_arg(&mut self, node: &'t syn::FnArg) {
        match node {
            syn::FnArg::Receiver(receiver) => {
                let kind = Kind::Binding {
                    mutable: receiver.mutability.is_some(),
                    owned: matches!(receiver.kind, syn::ReceiverKind::Value),
                };
                self.add(self.token(receiver.self_token.span), kind, |_| {});
            }
            syn::FnArg::Typed(typed) => match (&*typed.pat, &*typed.ty) {
                (syn::Pat::Ident(name), syn::Type::Reference(_) | syn::Type::Ptr(_)) => {
                    let kind = Kind::Binding {
                        mutable: name.mutability.is_some(),
                        owned: false,
                    };
                    self.add(self.token(name.ident.span()), kind, |_| {});
                }
                (pat, _) => self.visit_pat(pat),
            },
        }
    }

    fn visit_pat_ident(&mut self, node: &'t syn::PatIdent) {
        let kind = Kind::Binding {
            mutable: node.mutability.is_some(),
            owned: node.by_ref.is_none(),
        };
        self.add(self.token(node.ident.span()), kind, |_| {});
        if let Some((_, inner)) = &node.subpat {
            self.visit_pat(inner);
        }
    }

    fn visit_type(&mut self, _: &'t syn::Type) {}

    fn visit_block(&mut self, node: &'t syn::Block) {
        let brace = node.brace_token.span;
        let span = self.place(brace.open(), brace.close());
        self.add(span, Kind::Block, |r| visit::visit_block(r, node));
    }

    fn visit_local(&mut self, node: &'t syn::Local) {
        let (pat, typed) = match &node.pat {
            syn::Pat::Type(typed) => (&*typed.pat, true),
            pat => (pat, false),
        };
        let name = match pat {
            syn::Pat::Ident(name) if name.subpat.is_none() => Some(name.ident.span()),
            syn::Pat::Wild(wild) => Some(wild.underscore_token.span),
            _ => None,
        };
        let name = name.map(|span| self.token(span));
        let span = self.place(node.let_token.span, node.semi_token.span);
        self.add(span, Kind::Let { name, typed }, |r| {
            visit::visit_local(r, node)
        });
    }

    fn visit_stmt(&mut self, node: &'t syn::Stmt) {
        match node {
            syn::Stmt::Expr(value, semi) => {
                let whole = expr(self.file.into(), value);
                let hi = semi.map_or(whole.hi, |semi| self.token(semi.span).hi);
                self.add(Span { hi, ..whole }, Kind::Statement, |r| {
                    r.visit_expr(value)
                });
            }
            syn::Stmt::Macro(call) => {
                let span = self.of(call);
                self.add(span, Kind::Statement, |r| r.add(span, Kind::Macro, |_| {}));
            }
            _ => visit::visit_stmt(self, node),
        }
    }

    fn visit_expr(&mut self, node: &'t syn::Expr) {
        if let syn::Expr::Group(group) = node {
            return self.visit_expr(&group.expr);
        }
        let span = expr(self.file.into(), node);
        self.add(span, self.kind(node), |r| visit::visit_expr(r, node));
    }
}
