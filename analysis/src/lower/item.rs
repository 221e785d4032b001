//! Items: modules, imports, types, and what stands in files and blocks beside functions.

use super::attr;
use super::cx::FileCx;
use super::span;
use super::ty::ident;
use crate::ir::{
    Cfg, Enum, Field, Item, ItemKind, ModuleIr, ModuleIx, Path, Segment, Struct, Use, UseKind,
    Variant,
};
use crate::name::Name;
use crate::span::Span;
use proc_macro2::Span as TokenSpan;
use syn::{Attribute, Visibility};

/// `pub`, `pub(crate)` and the like.
pub(crate) fn is_public(vis: &Visibility) -> bool {
    !matches!(vis, Visibility::Inherited)
}

/// Where an item begins: its first attribute, its visibility, or its keyword.
pub(crate) fn item_start(attrs: &[Attribute], vis: &Visibility, keyword: TokenSpan) -> TokenSpan {
    if let Some(attr) = attrs
        .iter()
        .find(|a| matches!(a.style, syn::AttrStyle::Outer))
    {
        return attr.pound_token.spans[0];
    }
    match vis {
        Visibility::Public(token) => token.span,
        Visibility::Restricted(restricted) => restricted.pub_token.span,
        Visibility::Inherited => keyword,
    }
}

/// What all items have in common, until their kind is lowered.
struct Head<'t> {
    module: ModuleIx,
    attrs: &'t [Attribute],
    vis: &'t Visibility,
    ident: &'t syn::Ident,
    first: TokenSpan,
    last: TokenSpan,
}

impl FileCx<'_> {
    /// All items of a file, or of a piece of one: the first has the attributes.
    pub(crate) fn file_items(&mut self, tree: &syn::File) {
        let root = ModuleIx(0);
        if let Some(cfg) = self.cfg(&tree.attrs) {
            self.in_test = cfg.needs_test();
            self.out.modules[0].cfg = Some(cfg);
        }
        for item in &tree.items {
            self.item(root, item);
        }
    }

    /// One item, at any depth.
    pub(crate) fn item(&mut self, module: ModuleIx, item: &syn::Item) {
        match item {
            syn::Item::Fn(x) => self.free_fn(module, x),
            syn::Item::Impl(x) => self.impl_block(module, x),
            syn::Item::Trait(x) => self.trait_item(module, x),
            syn::Item::ForeignMod(x) => self.foreign_block(module, x),
            syn::Item::Mod(x) => self.inline_module(module, x),
            syn::Item::Use(x) => self.import(module, x),
            syn::Item::ExternCrate(x) => self.extern_crate(module, x),
            syn::Item::Struct(x) => self.struct_item(module, x),
            syn::Item::Union(x) => self.union_item(module, x),
            syn::Item::Enum(x) => self.enum_item(module, x),
            syn::Item::Type(x) => self.alias(module, x),
            syn::Item::Const(x) => self.const_item(module, x),
            syn::Item::Static(x) => self.static_item(module, x),
            syn::Item::Macro(x) => self.item_macro(module, x),
            _ => {}
        }
    }

    fn declare(&mut self, head: Head<'_>, kind: ItemKind) {
        let start = item_start(head.attrs, head.vis, head.first);
        let item = Item {
            module: head.module,
            name: ident(head.ident),
            public: is_public(head.vis),
            cfg: self.cfg(head.attrs),
            span: span::between(self.origin, start, head.last),
            name_span: self.span(head.ident.span()),
            kind,
        };
        self.out.items.push(item);
    }

    fn inline_module(&mut self, parent: ModuleIx, x: &syn::ItemMod) {
        let Some((_, items)) = &x.content else {
            let outlines = &mut self.out.modules[parent.0 as usize].outlines;
            outlines.push(ident(&x.ident));
            return;
        };
        let cfg = self.cfg(&x.attrs);
        let outside = self.in_test;
        self.in_test |= cfg.as_ref().is_some_and(Cfg::needs_test);
        let module = self.new_module(ModuleIr {
            parent: Some(parent),
            name: ident(&x.ident),
            cfg,
            uses: Vec::new(),
            outlines: Vec::new(),
        });
        for item in items {
            self.item(module, item);
        }
        self.in_test = outside;
    }

    fn import(&mut self, module: ModuleIx, x: &syn::ItemUse) {
        let mut leaf = Use {
            path: Path {
                global: x.leading_colon.is_some(),
                qself: None,
                segments: Vec::new(),
            },
            kind: UseKind::Glob,
            public: is_public(&x.vis),
            cfg: self.cfg(&x.attrs),
        };
        self.use_tree(module, &mut leaf, &x.tree);
    }

    fn use_tree(&mut self, module: ModuleIx, stem: &mut Use, tree: &syn::UseTree) {
        let plain = |name| Segment {
            name,
            args: Vec::new(),
        };
        match tree {
            syn::UseTree::Path(x) => {
                stem.path.segments.push(plain(ident(&x.ident)));
                self.use_tree(module, stem, &x.tree);
                stem.path.segments.pop();
            }
            syn::UseTree::Name(x) => self.use_leaf(module, stem, &x.ident, None),
            syn::UseTree::Rename(x) => self.use_leaf(module, stem, &x.ident, Some(&x.rename)),
            syn::UseTree::Glob(_) => {
                let leaf = Use {
                    kind: UseKind::Glob,
                    ..stem.clone()
                };
                self.push_use(module, leaf);
            }
            syn::UseTree::Group(x) => {
                for tree in &x.items {
                    self.use_tree(module, stem, tree);
                }
            }
        }
    }

    fn use_leaf(
        &mut self,
        module: ModuleIx,
        stem: &Use,
        name: &syn::Ident,
        rename: Option<&syn::Ident>,
    ) {
        let mut leaf = stem.clone();
        let name = ident(name);
        // `use a::b::{self}` names `b`.
        if name != "self" || leaf.path.segments.is_empty() {
            leaf.path.segments.push(Segment {
                name,
                args: Vec::new(),
            });
        }
        let local = rename.map_or_else(|| leaf.path.last(), ident);
        leaf.kind = match local.as_str() {
            "_" => UseKind::Underscore,
            _ => UseKind::Name(local),
        };
        self.push_use(module, leaf);
    }

    fn push_use(&mut self, module: ModuleIx, leaf: Use) {
        if let Some(module) = self.out.modules.get_mut(module.0 as usize) {
            module.uses.push(leaf);
        }
    }

    fn extern_crate(&mut self, module: ModuleIx, x: &syn::ItemExternCrate) {
        let path = Path {
            global: x.ident != "self",
            ..Path::ident(ident(&x.ident))
        };
        let local = x.rename.as_ref().map_or(&x.ident, |(_, name)| name);
        let local = ident(local);
        let leaf = Use {
            path,
            kind: match local.as_str() {
                "_" => UseKind::Underscore,
                _ => UseKind::Name(local),
            },
            public: is_public(&x.vis),
            cfg: self.cfg(&x.attrs),
        };
        self.push_use(module, leaf);
    }

    fn struct_item(&mut self, module: ModuleIx, x: &syn::ItemStruct) {
        let (repr, derives) = attr::layout(&x.attrs);
        let kind = ItemKind::Struct(Box::new(Struct {
            generics: self.generics(&x.generics),
            fields: self.fields(&x.fields),
            tuple: matches!(x.fields, syn::Fields::Unnamed(_)),
            is_union: false,
            repr,
            derives,
            effects: attr::effects(&x.attrs),
        }));
        let last = match (&x.semi_token, &x.fields) {
            (Some(semi), _) => semi.spans[0],
            (None, syn::Fields::Named(named)) => named.brace_token.span.close(),
            (None, _) => x.ident.span(),
        };
        self.declare(
            Head {
                module,
                attrs: &x.attrs,
                vis: &x.vis,
                ident: &x.ident,
                first: x.struct_token.span,
                last,
            },
            kind,
        );
    }

    fn union_item(&mut self, module: ModuleIx, x: &syn::ItemUnion) {
        let (repr, derives) = attr::layout(&x.attrs);
        let kind = ItemKind::Struct(Box::new(Struct {
            generics: self.generics(&x.generics),
            fields: self.field_list(&x.fields.named),
            tuple: false,
            is_union: true,
            repr,
            derives,
            effects: attr::effects(&x.attrs),
        }));
        self.declare(
            Head {
                module,
                attrs: &x.attrs,
                vis: &x.vis,
                ident: &x.ident,
                first: x.union_token.span,
                last: x.fields.brace_token.span.close(),
            },
            kind,
        );
    }

    fn enum_item(&mut self, module: ModuleIx, x: &syn::ItemEnum) {
        let (repr, derives) = attr::layout(&x.attrs);
        let generics = self.generics(&x.generics);
        let mut variants = Vec::with_capacity(x.variants.len());
        for variant in &x.variants {
            variants.push(Variant {
                name: ident(&variant.ident),
                fields: self.fields(&variant.fields),
                tuple: matches!(variant.fields, syn::Fields::Unnamed(_)),
            });
        }
        let kind = ItemKind::Enum(Box::new(Enum {
            generics,
            variants,
            repr,
            derives,
            effects: attr::effects(&x.attrs),
        }));
        self.declare(
            Head {
                module,
                attrs: &x.attrs,
                vis: &x.vis,
                ident: &x.ident,
                first: x.enum_token.span,
                last: x.brace_token.span.close(),
            },
            kind,
        );
    }

    fn fields(&mut self, fields: &syn::Fields) -> Vec<Field> {
        match fields {
            syn::Fields::Named(named) => self.field_list(&named.named),
            syn::Fields::Unnamed(unnamed) => self.field_list(&unnamed.unnamed),
            syn::Fields::Unit => Vec::new(),
        }
    }

    fn field_list<'f>(&mut self, fields: impl IntoIterator<Item = &'f syn::Field>) -> Vec<Field> {
        let fields = fields.into_iter();
        let mut out = Vec::with_capacity(fields.size_hint().0);
        for (i, field) in fields.enumerate() {
            out.push(Field {
                name: field.ident.as_ref().map_or_else(|| Name::index(i), ident),
                ty: self.ty(&field.ty),
                public: is_public(&field.vis),
            });
        }
        out
    }

    fn alias(&mut self, module: ModuleIx, x: &syn::ItemType) {
        let generics = self.generics(&x.generics);
        let kind = ItemKind::Alias {
            generics: generics.iter().map(|g| g.name).collect(),
            ty: self.ty(&x.ty),
        };
        self.declare(
            Head {
                module,
                attrs: &x.attrs,
                vis: &x.vis,
                ident: &x.ident,
                first: x.type_token.span,
                last: x.semi_token.spans[0],
            },
            kind,
        );
    }

    fn const_item(&mut self, module: ModuleIx, x: &syn::ItemConst) {
        let ty = self.ty(&x.ty);
        let body = Some(super::body::lower_const(self, module, &x.expr));
        self.declare(
            Head {
                module,
                attrs: &x.attrs,
                vis: &x.vis,
                ident: &x.ident,
                first: x.const_token.span,
                last: x.semi_token.spans[0],
            },
            ItemKind::Const { ty, body },
        );
    }

    fn static_item(&mut self, module: ModuleIx, x: &syn::ItemStatic) {
        let ty = self.ty(&x.ty);
        let body = Some(super::body::lower_const(self, module, &x.expr));
        self.declare(
            Head {
                module,
                attrs: &x.attrs,
                vis: &x.vis,
                ident: &x.ident,
                first: x.static_token.span,
                last: x.semi_token.spans[0],
            },
            ItemKind::Static {
                ty,
                mutable: matches!(x.mutability, syn::StaticMutability::Mut(_)),
                body,
            },
        );
    }

    /// A whole item that has no name of its own.
    pub(crate) fn between(&self, first: TokenSpan, last: TokenSpan) -> Span {
        span::between(self.origin, first, last)
    }
}
