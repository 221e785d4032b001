//! Macro calls among items and in the place of types.

use super::macro_name;
use crate::ir::GenericArg;
use crate::ir::{Cfg, Item, ItemKind, ModuleIx, Path, Segment, TyExpr};
use crate::lower::attr;
use crate::lower::cx::FileCx;
use crate::name::Name;
use proc_macro2::{TokenStream, TokenTree};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Token, token};

/// How deep macros that make items may be nested.
const MAX_DEPTH: u32 = 32;

impl FileCx<'_> {
    /// A macro call among items.
    pub(crate) fn item_macro(&mut self, module: ModuleIx, x: &syn::ItemMacro) {
        if x.ident.is_some() || self.invocations.item_depth >= MAX_DEPTH {
            return;
        }
        let Some(name) = macro_name(&x.mac.path) else {
            return;
        };
        let cfg = self.cfg(&x.attrs);
        let begin = (self.out.items.len(), self.out.modules.len());
        self.invocations.item_depth += 1;
        match name.as_str() {
            "cfg_if" => self.cfg_if(module, x.mac.tokens.clone()),
            "thread_local" => self.statics(module, &x.mac.tokens, true),
            "lazy_static" => self.statics(module, &x.mac.tokens, false),
            _ => match self.transcribed(&name, &x.mac) {
                Some((tokens, _)) => self.macro_items(module, tokens),
                None => self.macro_items(module, x.mac.tokens.clone()),
            },
        }
        self.invocations.item_depth -= 1;
        self.restrict(begin.0, cfg.clone());
        self.restrict_modules(begin.1, module, cfg);
    }

    /// Items as far as the tokens are some. If not all are, only those count that mean the same
    /// in any notation.
    fn macro_items(&mut self, module: ModuleIx, tokens: TokenStream) {
        let parse = |input: ParseStream<'_>| Ok(some_items(input));
        let Ok((items, all)) = parse.parse2(tokens) else {
            return;
        };
        for item in &items {
            let certain = matches!(
                item,
                syn::Item::Fn(_)
                    | syn::Item::Impl(_)
                    | syn::Item::Trait(_)
                    | syn::Item::ForeignMod(_)
                    | syn::Item::Mod(_)
            );
            if all || certain {
                self.item(module, item);
            }
        }
    }

    /// `if #[cfg(a)] { .. } else if #[cfg(b)] { .. } else { .. }`.
    fn cfg_if(&mut self, module: ModuleIx, tokens: TokenStream) {
        let mut before: Vec<Cfg> = Vec::new();
        let mut condition = None;
        for token in tokens {
            let TokenTree::Group(group) = token else {
                continue;
            };
            match group.delimiter() {
                proc_macro2::Delimiter::Bracket => condition = attribute_condition(group.stream()),
                proc_macro2::Delimiter::Brace => {
                    let mut all: Vec<Cfg> = before
                        .iter()
                        .map(|c| Cfg::Not(Box::new(c.clone())))
                        .collect();
                    all.extend(condition.clone());
                    before.extend(condition.take());
                    let cfg = match all.len() {
                        0 | 1 => all.pop(),
                        _ => Some(Cfg::All(all)),
                    };
                    self.conditional_items(module, group.stream(), cfg);
                }
                _ => {}
            }
        }
    }

    fn conditional_items(&mut self, module: ModuleIx, tokens: TokenStream, cfg: Option<Cfg>) {
        let items = self.out.items.len();
        let modules = self.out.modules.len();
        let uses = self.uses(module);
        self.macro_items(module, tokens);
        self.restrict(items, cfg.clone());
        self.restrict_modules(modules, module, cfg.clone());
        if let (Some(cfg), Some(m)) = (cfg, self.out.modules.get_mut(module.0 as usize)) {
            for leaf in m.uses.iter_mut().skip(uses) {
                leaf.cfg = both(leaf.cfg.take(), &cfg);
            }
        }
    }

    fn uses(&self, module: ModuleIx) -> usize {
        let module = self.out.modules.get(module.0 as usize);
        module.map_or(0, |m| m.uses.len())
    }

    /// Adds a presence condition to the items since `begin`.
    pub(crate) fn restrict(&mut self, begin: usize, cfg: Option<Cfg>) {
        let Some(cfg) = cfg else {
            return;
        };
        for item in self.out.items.iter_mut().skip(begin) {
            item.cfg = both(item.cfg.take(), &cfg);
            if let ItemKind::Fn(f) | ItemKind::ForeignFn(f) = &mut item.kind {
                f.cfg = both(f.cfg.take(), &cfg);
            }
        }
    }

    fn restrict_modules(&mut self, begin: usize, parent: ModuleIx, cfg: Option<Cfg>) {
        let Some(cfg) = cfg else {
            return;
        };
        for module in self.out.modules.iter_mut().skip(begin) {
            if module.parent == Some(parent) {
                module.cfg = both(module.cfg.take(), &cfg);
            }
        }
    }

    /// `static [ref] NAME: T = value;` of `thread_local!` and `lazy_static!`.
    fn statics(&mut self, module: ModuleIx, tokens: &TokenStream, local: bool) {
        let Ok(all) = lazy_statics.parse2(tokens.clone()) else {
            return;
        };
        for one in all {
            let ty = self.ty(&one.ty);
            let item = Item {
                module,
                name: super::super::ty::ident(&one.name),
                public: super::super::item::is_public(&one.vis),
                cfg: self.cfg(&one.attrs),
                span: self.between(one.keyword.span, one.name.span()),
                name_span: self.span(one.name.span()),
                kind: ItemKind::Static {
                    ty: match local {
                        true => local_key(ty),
                        false => ty,
                    },
                    mutable: false,
                    body: None,
                },
            };
            self.out.items.push(item);
        }
    }

    /// A macro call among the items of an impl block: what the crate's own macro yields.
    pub(crate) fn expand_impl_items(&mut self, mac: &syn::Macro) -> Vec<syn::ImplItem> {
        self.expand_members(mac)
    }

    /// A macro call among the items of a trait.
    pub(crate) fn expand_trait_items(&mut self, mac: &syn::Macro) -> Vec<syn::TraitItem> {
        self.expand_members(mac)
    }

    fn expand_members<T: Parse>(&mut self, mac: &syn::Macro) -> Vec<T> {
        let Some(name) = macro_name(&mac.path) else {
            return Vec::new();
        };
        if self.invocations.item_depth >= MAX_DEPTH {
            return Vec::new();
        }
        let tokens = self.transcribed(&name, mac);
        let tokens = tokens.map_or_else(|| mac.tokens.clone(), |t| t.0);
        many::<T>.parse2(tokens).unwrap_or_default()
    }

    /// A macro call in the place of a type.
    pub(crate) fn macro_type(&mut self, mac: &syn::Macro) -> TyExpr {
        let Some(name) = macro_name(&mac.path) else {
            return TyExpr::Unknown;
        };
        if self.invocations.item_depth >= MAX_DEPTH {
            return TyExpr::Unknown;
        }
        let tokens = self.transcribed(&name, mac);
        match tokens.map(|t| syn::parse2::<syn::Type>(t.0)) {
            Some(Ok(ty)) => {
                self.invocations.item_depth += 1;
                let ty = self.ty(&ty);
                self.invocations.item_depth -= 1;
                ty
            }
            _ => TyExpr::Unknown,
        }
    }
}

/// Both conditions.
fn both(own: Option<Cfg>, outer: &Cfg) -> Option<Cfg> {
    Some(match own {
        Some(own) => Cfg::All(vec![outer.clone(), own]),
        None => outer.clone(),
    })
}

/// The condition of `cfg(..)` as it stands between `#[` and `]`.
fn attribute_condition(tokens: TokenStream) -> Option<Cfg> {
    let meta = syn::parse2::<syn::MetaList>(tokens).ok()?;
    Some(attr::predicate(meta.tokens))
}

/// The items among the tokens, and whether they are all.
fn some_items(input: ParseStream<'_>) -> (Vec<syn::Item>, bool) {
    let mut out = Vec::new();
    let mut all = true;
    while !input.is_empty() {
        let ahead = input.fork();
        match ahead.parse::<syn::Item>() {
            Ok(syn::Item::Verbatim(_)) | Err(_) => {
                all = false;
                let skipped: syn::Result<TokenTree> = input.parse();
                if skipped.is_err() {
                    break;
                }
            }
            Ok(item) => {
                input.advance_to(&ahead);
                out.push(item);
            }
        }
    }
    (out, all)
}

fn many<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    let mut out = Vec::new();
    while !input.is_empty() {
        out.push(input.parse()?);
    }
    Ok(out)
}

/// One entry of `lazy_static!` or `thread_local!`.
struct LazyStatic {
    attrs: Vec<syn::Attribute>,
    vis: syn::Visibility,
    keyword: Token![static],
    name: syn::Ident,
    ty: syn::Type,
}

fn lazy_statics(input: ParseStream<'_>) -> syn::Result<Vec<LazyStatic>> {
    let mut out = Vec::new();
    while !input.is_empty() {
        let attrs = input.call(syn::Attribute::parse_outer)?;
        let vis = input.parse()?;
        let keyword = input.parse()?;
        input.parse::<Option<Token![ref]>>()?;
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        let ty = input.parse()?;
        input.parse::<Token![=]>()?;
        if input.peek(Token![const]) && input.peek2(token::Brace) {
            input.parse::<Token![const]>()?;
        }
        input.parse::<syn::Expr>()?;
        input.parse::<Option<Token![;]>>()?;
        out.push(LazyStatic {
            attrs,
            vis,
            keyword,
            name,
            ty,
        });
    }
    Ok(out)
}

fn local_key(ty: TyExpr) -> TyExpr {
    let names = ["std", "thread", "LocalKey"].map(|name| Segment {
        name: Name::new(name),
        args: Vec::new(),
    });
    let mut path = Path {
        global: true,
        qself: None,
        segments: names.to_vec(),
    };
    if let Some(last) = path.segments.last_mut() {
        last.args.push(GenericArg::Type(ty));
    }
    TyExpr::Path(path)
}
