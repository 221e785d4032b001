//! The nodes of a file that a directive can cover: items, fields, arms, statements, expressions.

use super::super::span::{Origin, between, expr};
use super::grammar::{self, Parsed};
use crate::span::{FileId, Pos, Span};
use proc_macro2::{Span as TokenSpan, TokenStream, TokenTree};
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// All of them, and the attributes that are directives.
pub(super) struct Nodes {
    file: FileId,
    spans: Vec<Span>,
    /// Directives among the attributes, with their place.
    pub(super) attributes: Vec<(Span, Parsed)>,
}

impl Nodes {
    /// Walks the tree, macro calls whose arguments are Rust included.
    pub(super) fn collect(file: FileId, tree: &syn::File) -> Nodes {
        let mut nodes = Nodes {
            file,
            spans: Vec::new(),
            attributes: Vec::new(),
        };
        nodes.visit_file(tree);
        nodes
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
        visit::visit_item(self, node);
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

    fn visit_macro(&mut self, node: &'t syn::Macro) {
        self.tokens(&node.tokens);
    }
}

impl Nodes {
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
        for token in tokens.clone() {
            if let TokenTree::Group(group) = token {
                self.tokens(&group.stream());
            }
        }
    }

    /// Adds the nodes that `walk` finds in a tree of its own.
    fn attached(&mut self, walk: impl FnOnce(&mut Nodes)) {
        let mut inner = Nodes {
            file: self.file,
            spans: Vec::new(),
            attributes: Vec::new(),
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
    }
}
