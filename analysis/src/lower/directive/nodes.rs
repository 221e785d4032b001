//! The nodes of a file that a directive can cover: items, fields, arms, statements, expressions.

use super::super::attr;
use super::super::span::{Origin, between, expr};
use super::grammar::{self, Parsed};
use crate::ir::Cfg;
use crate::name::Name;
use crate::span::{FileId, Pos, Span};
use proc_macro2::{Delimiter, Span as TokenSpan, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// All of them, and the attributes that are directives.
pub(super) struct Nodes {
    file: FileId,
    spans: Vec<Span>,
    /// Directives among the attributes, with their place.
    pub(super) attributes: Vec<(Span, Parsed)>,
    /// What is there under a condition only, or may be expanded elsewhere.
    conditional: Vec<(Span, Cfg)>,
    /// `mod x;`, and its path from this file.
    outlines: Vec<(Span, Vec<Name>)>,
    /// The modules around the walk.
    inside: Vec<Name>,
}

impl Nodes {
    /// Walks the tree, macro calls whose arguments are Rust included.
    pub(super) fn collect(file: FileId, tree: &syn::File) -> Nodes {
        let mut nodes = Nodes {
            file,
            spans: Vec::new(),
            attributes: Vec::new(),
            conditional: Vec::new(),
            outlines: Vec::new(),
            inside: Vec::new(),
        };
        nodes.visit_file(tree);
        nodes
    }

    /// The conditions of what a directive stands in, of what it covers, and of parts of that.
    pub(super) fn conditions(&self, directive: Span, scope: Span) -> Vec<Cfg> {
        let touches = |place: &Span| {
            place.contains(directive) || place.contains(scope) || scope.contains(*place)
        };
        let all = self.conditional.iter();
        all.filter(|(place, _)| touches(place))
            .map(|(_, cfg)| cfg.clone())
            .collect()
    }

    /// The path from this file of the module that a scope declares and another file holds.
    pub(super) fn outline(&self, scope: Span) -> Vec<Name> {
        let declared = self.outlines.iter().find(|(place, _)| *place == scope);
        declared.map(|(_, path)| path.clone()).unwrap_or_default()
    }

    /// The smallest node around an attribute.
    pub(super) fn around(&self, inner: Span) -> Option<Span> {
        let around = self.spans.iter().filter(|node| node.contains(inner));
        around
            .copied()
            .max_by_key(|node| (node.lo, reverse(node.hi)))
    }

    /// The node that a comment on a line of its own stands before, in the same surroundings.
    pub(super) fn after(&self, comment: Span) -> Option<Span> {
        let later = self.spans.iter().filter(|node| node.lo >= comment.hi);
        let next = later
            .copied()
            .min_by_key(|node| (node.lo, reverse(node.hi)))?;
        let same = |around: Span| around.contains(next);
        self.around(comment).is_none_or(same).then_some(next)
    }

    /// The node that ends where code on a line ends (its comma or semicolon may follow); if none
    /// does, the smallest that begins on that line or else is under way there.
    pub(super) fn ending_at(&self, end: Pos) -> Option<Span> {
        let before = Pos {
            column: end.column.saturating_sub(1),
            ..end
        };
        let ends = |node: &&Span| node.hi == end || node.hi == before;
        let ended = self.spans.iter().filter(ends).copied();
        if let Some(node) = ended.min_by_key(|node| (node.lo, reverse(node.hi))) {
            return Some(node);
        }
        let here = Span {
            file: self.file,
            lo: before,
            hi: before,
        };
        let begun = self.spans.iter().filter(|node| node.lo.line == end.line);
        let begun = begun.filter(|node| node.contains(here)).copied();
        begun
            .min_by_key(|node| (node.lo, reverse(node.hi)))
            .or_else(|| self.around(here))
    }

    fn add(&mut self, first: TokenSpan, last: TokenSpan) {
        self.spans.push(between(self.file.into(), first, last));
    }

    fn add_whole(&mut self, span: TokenSpan) {
        self.add(span, span);
    }
}

/// Orders the later end first.
fn reverse(pos: Pos) -> std::cmp::Reverse<Pos> {
    std::cmp::Reverse(pos)
}

impl<'t> Visit<'t> for Nodes {
    fn visit_attribute(&mut self, attr: &'t syn::Attribute) {
        if attr.path().is_ident("doc") {
            return;
        }
        self.condition(attr);
        if let Some(parsed) = grammar::attribute(&attr.meta) {
            let last = attr.bracket_token.span.close();
            let span = between(self.file.into(), attr.pound_token.spans[0], last);
            let file = matches!(attr.style, syn::AttrStyle::Inner(_)) && self.spans.is_empty();
            let kind = match parsed.kind {
                crate::ir::DirectiveKind::Allow if file => crate::ir::DirectiveKind::AllowFile,
                kind => kind,
            };
            self.attributes.push((span, Parsed { kind, ..parsed }));
        }
    }

    fn visit_item(&mut self, node: &'t syn::Item) {
        self.add_whole(node.span());
        let conditions = self.conditional.len();
        match node {
            // What these declare is elsewhere: nothing that a directive is for goes away with them.
            syn::Item::Use(_) | syn::Item::ExternCrate(_) => {
                visit::visit_item(self, node);
                self.conditional.truncate(conditions);
            }
            syn::Item::Mod(module) if module.content.is_none() => {
                visit::visit_item(self, node);
                self.conditional.truncate(conditions);
                let mut path = self.inside.clone();
                path.push(Name::new(&module.ident.unraw().to_string()));
                let whole = node.span();
                let whole = between(self.file.into(), whole, whole);
                self.outlines.push((whole, path));
            }
            syn::Item::Mod(module) => {
                self.inside
                    .push(Name::new(&module.ident.unraw().to_string()));
                visit::visit_item(self, node);
                self.inside.pop();
            }
            _ => visit::visit_item(self, node),
        }
    }

    fn visit_impl_item(&mut self, node: &'t syn::ImplItem) {
        self.add_whole(node.span());
        visit::visit_impl_item(self, node);
    }

    fn visit_trait_item(&mut self, node: &'t syn::TraitItem) {
        self.add_whole(node.span());
        visit::visit_trait_item(self, node);
    }

    fn visit_foreign_item(&mut self, node: &'t syn::ForeignItem) {
        self.add_whole(node.span());
        visit::visit_foreign_item(self, node);
    }

    fn visit_field(&mut self, node: &'t syn::Field) {
        self.add_whole(node.span());
        visit::visit_field(self, node);
    }

    fn visit_field_value(&mut self, node: &'t syn::FieldValue) {
        self.add_whole(node.span());
        visit::visit_field_value(self, node);
    }

    fn visit_variant(&mut self, node: &'t syn::Variant) {
        self.add_whole(node.span());
        visit::visit_variant(self, node);
    }

    fn visit_arm(&mut self, node: &'t syn::Arm) {
        self.add_whole(node.span());
        visit::visit_arm(self, node);
    }

    fn visit_stmt(&mut self, node: &'t syn::Stmt) {
        self.add_whole(node.span());
        visit::visit_stmt(self, node);
    }

    fn visit_expr(&mut self, node: &'t syn::Expr) {
        self.spans.push(expr(self.file.into(), node));
        visit::visit_expr(self, node);
    }

    fn visit_item_macro(&mut self, node: &'t syn::ItemMacro) {
        if !node.mac.path.is_ident("macro_rules") {
            return visit::visit_item_macro(self, node);
        }
        // Whoever expands it need not be in view.
        let whole = node.span();
        let whole = between(self.file.into(), whole, whole);
        self.conditional.push((whole, Cfg::Any(Vec::new())));
        for token in node.mac.tokens.clone() {
            if let TokenTree::Group(group) = token {
                self.pattern_or_body(group.stream());
            }
        }
    }

    fn visit_macro(&mut self, node: &'t syn::Macro) {
        self.tokens(&node.tokens);
    }
}

impl Nodes {
    /// Takes down under which condition the node with this attribute is there.
    fn condition(&mut self, attr: &syn::Attribute) {
        let name = attr::meta_name(&attr.meta);
        let cfg = match attr::cfg(std::slice::from_ref(attr)) {
            Some(cfg) => cfg,
            None if attr::is_test(name.as_str()) => Cfg::Flag(Name::new("test")),
            None => return,
        };
        let last = attr.bracket_token.span.close();
        let place = between(self.file.into(), attr.pound_token.spans[0], last);
        let around = self.around(place).unwrap_or(super::whole_file(self.file));
        self.conditional.push((around, cfg));
    }

    /// The statements of a macro's definition, which is no Rust yet: what stands between semicolons,
    /// and groups in braces.
    fn pattern_or_body(&mut self, tokens: TokenStream) {
        let mut begun: Option<TokenSpan> = None;
        let mut last = None;
        for token in tokens {
            let here = token.span();
            let first = *begun.get_or_insert(here);
            last = Some((first, here));
            let ends = match &token {
                TokenTree::Punct(p) => p.as_char() == ';' || p.as_char() == ',',
                TokenTree::Group(group) => {
                    self.pattern_or_body(group.stream());
                    group.delimiter() == Delimiter::Brace
                }
                _ => false,
            };
            if ends {
                self.add(first, here);
                (begun, last) = (None, None);
            }
        }
        if let Some((first, here)) = last {
            self.add(first, here);
        }
    }

    /// The nodes in a macro's arguments, or in the groups there that are Rust.
    fn tokens(&mut self, tokens: &TokenStream) {
        if let Ok(stmts) = syn::Block::parse_within.parse2(tokens.clone()) {
            self.attached(|nodes| stmts.iter().for_each(|stmt| nodes.visit_stmt(stmt)));
            return;
        }
        let list = syn::punctuated::Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
        if let Ok(all) = list.parse2(tokens.clone()) {
            self.attached(|nodes| all.iter().for_each(|e| nodes.visit_expr(e)));
            return;
        }
        let mut condition = false;
        for token in tokens.clone() {
            let TokenTree::Group(group) = token else {
                condition = matches!(&token, TokenTree::Punct(p) if p.as_char() == '#');
                continue;
            };
            match std::mem::take(&mut condition) {
                true => self.choice(tokens, group.stream()),
                false => self.tokens(&group.stream()),
            }
        }
    }

    /// `if #[cfg(..)] { .. } else { .. }`: all of it depends on the condition, one way or the other.
    fn choice(&mut self, all: &TokenStream, attribute: TokenStream) {
        let cfg = match syn::parse2::<syn::Meta>(attribute) {
            Ok(syn::Meta::List(list)) if list.path.is_ident("cfg") => attr::predicate(list.tokens),
            _ => return,
        };
        let mut spans = all.clone().into_iter().map(|token| token.span());
        if let Some(first) = spans.next() {
            let whole = between(self.file.into(), first, spans.last().unwrap_or(first));
            self.conditional.push((whole, cfg.clone()));
            self.conditional.push((whole, Cfg::Not(Box::new(cfg))));
        }
    }

    /// Adds the nodes that `walk` finds in a tree of its own.
    fn attached(&mut self, walk: impl FnOnce(&mut Nodes)) {
        let mut inner = Nodes {
            file: self.file,
            spans: Vec::new(),
            attributes: Vec::new(),
            conditional: Vec::new(),
            outlines: Vec::new(),
            inside: self.inside.clone(),
        };
        // An inner attribute there is not the file's.
        let unknown = Origin::from(self.file).position(TokenSpan::call_site().start());
        inner.spans.push(Span {
            file: self.file,
            lo: unknown,
            hi: unknown,
        });
        walk(&mut inner);
        self.spans.extend(inner.spans.drain(1..));
        self.attributes.append(&mut inner.attributes);
        self.conditional.append(&mut inner.conditional);
        self.outlines.append(&mut inner.outlines);
    }
}
