//! Other names for what a crate itself names: locals and functions.

use crate::edit::{Edits, parse};
use crate::judged::Case;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::BTreeSet;
use syn::visit::{self, Visit};

/// Appends `suffix` to all names of locals and functions.
pub(crate) fn rename(case: &Case, suffix: &str) -> Case {
    let mut names = Names::default();
    for (_, text) in &case.files {
        names.visit_file(&parse(text));
        names.foreign.extend(inlined(text));
    }
    // `CString::new` is not the crate's, whatever it calls `new` itself.
    let types = std::mem::take(&mut names.types);
    let strangers = names
        .members
        .drain(..)
        .filter(|(owner, _)| !types.contains(owner));
    names.foreign.extend(strangers.map(|(_, last)| last));
    let own: BTreeSet<String> = names.own.difference(&names.foreign).cloned().collect();
    case.each(|text| {
        let mut edits = Edits::default();
        let stream: TokenStream = text.parse().unwrap();
        rename_tokens(stream, &own, suffix, &mut edits);
        edits.apply(text)
    })
}

fn rename_tokens(stream: TokenStream, own: &BTreeSet<String>, suffix: &str, edits: &mut Edits) {
    let mut attribute = false;
    for token in stream {
        match token {
            TokenTree::Group(group) if attribute && group.delimiter() == Delimiter::Bracket => {}
            TokenTree::Group(group) => rename_tokens(group.stream(), own, suffix, edits),
            TokenTree::Ident(ident) if own.contains(&ident.to_string()) => {
                edits.insert(ident.span().byte_range().end, suffix);
            }
            TokenTree::Punct(ref punct) => {
                attribute = punct.as_char() == '#' || attribute && punct.as_char() == '!';
                continue;
            }
            _ => {}
        }
        attribute = false;
    }
}

/// The names in the braces of string literals.
fn inlined(text: &str) -> Vec<String> {
    let word = |rest: &str| -> String {
        let part = |c: &char| *c == '_' || c.is_alphanumeric();
        rest.chars().take_while(part).collect()
    };
    text.split('{').skip(1).map(word).collect()
}

#[derive(Default)]
struct Names {
    own: BTreeSet<String>,
    functions: BTreeSet<String>,
    methods: BTreeSet<String>,
    members: Vec<(String, String)>,
    types: BTreeSet<String>,
    foreign: BTreeSet<String>,
    in_trait: bool,
}

impl Names {
    fn function(&mut self, attrs: &[syn::Attribute], signature: &syn::Signature) {
        let name = signature.ident.to_string();
        let exported = signature.abi.is_some() || !attrs.iter().all(|a| a.path().is_ident("doc"));
        match self.in_trait || exported || name == "main" {
            true => self.foreign.insert(name),
            false => self.own.insert(name.clone()) | self.functions.insert(name),
        };
    }
}

impl<'a> Visit<'a> for Names {
    fn visit_file(&mut self, file: &'a syn::File) {
        visit::visit_file(self, file);
        // `Vec::len` may be called `len` in the crate too.
        let strangers = self.methods.difference(&self.functions);
        self.foreign.extend(strangers.cloned());
    }

    fn visit_pat_ident(&mut self, pat: &'a syn::PatIdent) {
        let name = pat.ident.to_string();
        if name.starts_with(|c: char| c.is_lowercase()) {
            self.own.insert(name);
        }
        visit::visit_pat_ident(self, pat);
    }

    fn visit_item(&mut self, item: &'a syn::Item) {
        let name = match item {
            syn::Item::Struct(item) => &item.ident,
            syn::Item::Enum(item) => &item.ident,
            syn::Item::Mod(item) => &item.ident,
            _ => return visit::visit_item(self, item),
        };
        self.types.insert(name.to_string());
        self.types.insert(String::from("Self"));
        visit::visit_item(self, item);
    }

    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.function(&item.attrs, &item.sig);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.function(&item.attrs, &item.sig);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_foreign_item_fn(&mut self, item: &'a syn::ForeignItemFn) {
        self.foreign.insert(item.sig.ident.to_string());
    }

    fn visit_item_impl(&mut self, item: &'a syn::ItemImpl) {
        self.in_trait = item.trait_.is_some();
        visit::visit_item_impl(self, item);
        self.in_trait = false;
    }

    fn visit_item_trait(&mut self, item: &'a syn::ItemTrait) {
        for inner in &item.items {
            if let syn::TraitItem::Fn(function) = inner {
                self.foreign.insert(function.sig.ident.to_string());
            }
        }
        visit::visit_item_trait(self, item);
    }

    fn visit_field(&mut self, field: &'a syn::Field) {
        // Fields keep their names: not all of them belong to types of the crate.
        self.foreign
            .extend(field.ident.iter().map(ToString::to_string));
        visit::visit_field(self, field);
    }

    fn visit_member(&mut self, member: &'a syn::Member) {
        if let syn::Member::Named(name) = member {
            self.foreign.insert(name.to_string());
        }
    }

    fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
        let name = call.method.to_string();
        match &*call.receiver {
            // A field has a type of its own, and that a method of the same name.
            syn::Expr::Field(_) => self.foreign.insert(name),
            _ => self.methods.insert(name),
        };
        visit::visit_expr_method_call(self, call);
    }

    fn visit_use_tree(&mut self, tree: &'a syn::UseTree) {
        if let syn::UseTree::Path(path) = tree {
            self.foreign.insert(path.ident.to_string());
        }
        visit::visit_use_tree(self, tree);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let words: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        match &words[..] {
            [first, ..] if ["std", "core", "alloc", "libc"].contains(&first.as_str()) => {
                self.foreign.extend(words);
            }
            [front @ .., owner, last] => {
                self.members.push((owner.clone(), last.clone()));
                self.foreign.extend(front.iter().chain([owner]).cloned());
            }
            _ => {}
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invoked: &'a syn::Macro) {
        self.foreign
            .extend(invoked.path.segments.iter().map(|s| s.ident.to_string()));
        visit::visit_macro(self, invoked);
    }
}
