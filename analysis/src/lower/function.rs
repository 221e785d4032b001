//! Functions, methods, impl blocks, traits and extern blocks.

use super::attr;
use super::cx::FileCx;
use super::item::{is_public, item_start};
use super::span;
use super::ty::ident;
use crate::ir::{
    BodyId, Cfg, Function, Impl, Item, ItemKind, ModuleIx, Packed, Param, Path, SelfKind, Trait,
    TyExpr, Written,
};
use crate::name::Name;
use proc_macro2::Span as TokenSpan;
use syn::{Attribute, FnArg, ReceiverKind, Visibility};

/// A function as it stands in the tree, wherever it stands.
struct Source<'t> {
    attrs: &'t [Attribute],
    vis: &'t Visibility,
    sig: &'t syn::Signature,
    block: Option<&'t syn::Block>,
    last: TokenSpan,
    /// In an extern block.
    foreign: bool,
    /// The family of an annotated block around it.
    family: Option<Name>,
}

impl FileCx<'_> {
    /// A free function, also one inside a block.
    pub(crate) fn free_fn(&mut self, module: ModuleIx, x: &syn::ItemFn) {
        let function = self.function(
            module,
            Source {
                attrs: &x.attrs,
                vis: &x.vis,
                sig: &x.sig,
                block: Some(&x.block),
                last: x.block.brace_token.span.close(),
                foreign: false,
                family: None,
            },
        );
        self.push_fn(module, function, ItemKind::Fn);
    }

    fn push_fn(
        &mut self,
        module: ModuleIx,
        function: Function,
        kind: impl FnOnce(Box<Function>) -> ItemKind,
    ) {
        let item = Item {
            module,
            name: function.name,
            public: function.public,
            cfg: function.cfg.clone(),
            span: function.span,
            name_span: function.name_span,
            kind: kind(Box::new(function)),
        };
        self.out.items.push(item);
    }

    fn function(&mut self, module: ModuleIx, source: Source<'_>) -> Function {
        let Source { attrs, sig, .. } = source;
        let said = attr::function(self.origin, attrs, source.family);
        let name = ident(&sig.ident);
        let cfg = self.cfg(attrs);
        let start = item_start(attrs, source.vis, signature_first(sig));
        let outside = self.in_test;
        self.in_test |= said.is_test || cfg.as_ref().is_some_and(Cfg::needs_test);
        let is_test = self.in_test;
        let body = source.block.map(|block| self.fn_body(module, sig, block));
        self.in_test = outside;
        Function {
            name,
            link_name: said.link_name.unwrap_or(name),
            written: match source.foreign {
                // Bindings hold many more declarations than are called.
                true => Packed::new(self.written(sig)),
                false => Packed::open(self.written(sig)),
            },
            self_kind: sig.receiver().map_or(SelfKind::None, self_kind),
            foreign_abi: source.foreign || attr::is_foreign_abi(sig.abi.as_ref()),
            exported: said.exported,
            is_unsafe: matches!(sig.safety, syn::Safety::Unsafe(_)),
            is_async: sig.asyncness.is_some(),
            variadic: sig.variadic.is_some(),
            public: is_public(source.vis),
            is_test,
            cfg,
            pairing: said.pairing,
            effects: said.effects,
            body,
            span: span::between(self.origin, start, source.last),
            name_span: self.span(sig.ident.span()),
        }
    }

    fn written(&mut self, sig: &syn::Signature) -> Written {
        Written {
            generics: self.generics(&sig.generics),
            params: sig.inputs.iter().map(|arg| self.param(arg)).collect(),
            ret: self.return_type(&sig.output),
        }
    }

    fn fn_body(&mut self, module: ModuleIx, sig: &syn::Signature, block: &syn::Block) -> BodyId {
        match self.put_off(module, sig, block) {
            Some(later) => later,
            None => super::body::lower_fn(self, module, sig, block),
        }
    }

    fn param(&mut self, arg: &FnArg) -> Param {
        match arg {
            FnArg::Receiver(receiver) => Param {
                name: Name::new("self"),
                ty: self.receiver_type(receiver),
            },
            FnArg::Typed(typed) => Param {
                name: match &*typed.pat {
                    syn::Pat::Ident(p) if p.subpat.is_none() => ident(&p.ident),
                    _ => Name::EMPTY,
                },
                ty: self.ty(&typed.ty),
            },
        }
    }

    /// The type of a receiver; the shorthand forms stand for `Self`, `&Self`, `&mut Self`.
    pub(crate) fn receiver_type(&mut self, receiver: &syn::Receiver) -> TyExpr {
        let this = TyExpr::Path(Path::ident(Name::new("Self")));
        match &receiver.kind {
            ReceiverKind::Reference(_, _, mutable) => TyExpr::Ref {
                mutable: mutable.is_some(),
                inner: Box::new(this),
            },
            ReceiverKind::Typed(_, ty) => self.ty(ty),
            _ => this,
        }
    }

    /// An extern block.
    pub(crate) fn foreign_block(&mut self, module: ModuleIx, x: &syn::ItemForeignMod) {
        let family = attr::block_family(&x.attrs);
        let block_cfg = self.cfg(&x.attrs);
        let outside = self.in_test;
        self.in_test |= block_cfg.as_ref().is_some_and(Cfg::needs_test);
        let begin = self.out.items.len();
        for item in &x.items {
            self.foreign_item(module, item, family);
        }
        self.in_test = outside;
        self.restrict(begin, block_cfg);
    }

    fn foreign_item(&mut self, module: ModuleIx, item: &syn::ForeignItem, family: Option<Name>) {
        match item {
            syn::ForeignItem::Fn(f) => {
                let function = self.function(
                    module,
                    Source {
                        attrs: &f.attrs,
                        vis: &f.vis,
                        sig: &f.sig,
                        block: None,
                        last: f.semi_token.spans[0],
                        foreign: true,
                        family,
                    },
                );
                self.push_fn(module, function, ItemKind::ForeignFn);
            }
            syn::ForeignItem::Static(s) => {
                let start = item_start(&s.attrs, &s.vis, s.static_token.span);
                let item = Item {
                    module,
                    name: ident(&s.ident),
                    public: is_public(&s.vis),
                    cfg: self.cfg(&s.attrs),
                    span: self.between(start, s.semi_token.spans[0]),
                    name_span: self.span(s.ident.span()),
                    kind: ItemKind::ForeignStatic { ty: self.ty(&s.ty) },
                };
                self.out.items.push(item);
            }
            _ => {}
        }
    }

    /// An impl block; negative impls are left out.
    pub(crate) fn impl_block(&mut self, module: ModuleIx, x: &syn::ItemImpl) {
        if x.modifiers.polarity.is_some() {
            return;
        }
        let cfg = self.cfg(&x.attrs);
        let outside = self.in_test;
        self.in_test |= cfg.as_ref().is_some_and(Cfg::needs_test);
        let mut out = Impl {
            generics: self.generics(&x.generics),
            self_ty: self.ty(&x.self_ty),
            of_trait: x.trait_.as_ref().map(|(path, _)| self.path(None, path)),
            fns: Vec::new(),
            types: Vec::new(),
            consts: Vec::new(),
        };
        for item in &x.items {
            self.impl_item(module, &mut out, item);
        }
        out.fns.shrink_to_fit();
        self.in_test = outside;
        let first = x.unsafety.map_or(x.impl_token.span, |t| t.span);
        let start = item_start(&x.attrs, &Visibility::Inherited, first);
        let item = Item {
            module,
            name: Name::EMPTY,
            public: false,
            cfg,
            span: self.between(start, x.brace_token.span.close()),
            name_span: self.between(span::ty_first(&x.self_ty), span::ty_last(&x.self_ty)),
            kind: ItemKind::Impl(Box::new(out)),
        };
        self.out.items.push(item);
    }

    pub(super) fn impl_item(&mut self, module: ModuleIx, out: &mut Impl, item: &syn::ImplItem) {
        match item {
            syn::ImplItem::Fn(f) => out.fns.push(self.function(
                module,
                Source {
                    attrs: &f.attrs,
                    vis: &f.vis,
                    sig: &f.sig,
                    block: Some(&f.block),
                    last: f.block.brace_token.span.close(),
                    foreign: false,
                    family: None,
                },
            )),
            syn::ImplItem::Type(t) => out.types.push((ident(&t.ident), self.ty(&t.ty))),
            syn::ImplItem::Const(c) => {
                let ty = self.ty(&c.ty);
                let body = super::body::lower_const(self, module, &c.expr);
                out.consts.push((ident(&c.ident), ty, Some(body)));
            }
            syn::ImplItem::Macro(m) => {
                for item in self.expand_impl_items(&m.mac) {
                    self.impl_item(module, out, &item);
                }
            }
            _ => {}
        }
    }

    /// A trait.
    pub(crate) fn trait_item(&mut self, module: ModuleIx, x: &syn::ItemTrait) {
        let mut out = Trait {
            generics: self.generics(&x.generics),
            fns: Vec::new(),
            supers: self.bounds(&x.supertraits),
        };
        for item in &x.items {
            self.trait_fn(module, &mut out, item);
        }
        let start = item_start(&x.attrs, &x.vis, x.trait_token.span);
        let item = Item {
            module,
            name: ident(&x.ident),
            public: is_public(&x.vis),
            cfg: self.cfg(&x.attrs),
            span: self.between(start, x.brace_token.span.close()),
            name_span: self.span(x.ident.span()),
            kind: ItemKind::Trait(Box::new(out)),
        };
        self.out.items.push(item);
    }

    fn trait_fn(&mut self, module: ModuleIx, out: &mut Trait, item: &syn::TraitItem) {
        let f = match item {
            syn::TraitItem::Fn(f) => f,
            syn::TraitItem::Macro(m) => {
                for item in self.expand_trait_items(&m.mac) {
                    self.trait_fn(module, out, &item);
                }
                return;
            }
            _ => return,
        };
        let last = match (&f.default, &f.semi_token) {
            (Some(block), _) => block.brace_token.span.close(),
            (None, Some(semi)) => semi.spans[0],
            (None, None) => f.sig.paren_token.span.close(),
        };
        out.fns.push(self.function(
            module,
            Source {
                attrs: &f.attrs,
                vis: &Visibility::Inherited,
                sig: &f.sig,
                block: f.default.as_ref(),
                last,
                foreign: false,
                family: None,
            },
        ));
    }
}

/// The first token of a signature.
fn signature_first(sig: &syn::Signature) -> TokenSpan {
    if let Some(token) = sig.constness {
        return token.span;
    }
    if let Some(token) = sig.asyncness {
        return token.span;
    }
    match (&sig.safety, &sig.abi) {
        (syn::Safety::Unsafe(token), _) => token.span,
        (syn::Safety::Safe(token), _) => token.span,
        (_, Some(abi)) => abi.extern_token.span,
        _ => sig.fn_token.span,
    }
}

fn self_kind(receiver: &syn::Receiver) -> SelfKind {
    match &receiver.kind {
        ReceiverKind::Reference(_, _, Some(_)) => SelfKind::RefMut,
        ReceiverKind::Reference(_, _, None) => SelfKind::Ref,
        ReceiverKind::Typed(_, ty) => match &**ty {
            syn::Type::Reference(r) if r.mutability.is_some() => SelfKind::RefMut,
            syn::Type::Reference(_) => SelfKind::Ref,
            _ => SelfKind::Value,
        },
        _ => SelfKind::Value,
    }
}
