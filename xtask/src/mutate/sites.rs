//! Where code can be broken: releases of what the same function, or a constructor of the same type,
//! has acquired.

use super::words::{self, Releases};
use std::collections::HashSet;
use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A statement that releases something, and what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// The statement.
    pub(crate) statement: Range<usize>,
    /// The call in it that releases.
    pub(crate) call: Range<usize>,
    /// Its first argument.
    pub(crate) argument: Range<usize>,
    /// Whose allocator the routine belongs to.
    pub(crate) releases: Releases,
    /// The acquisition is in a constructor, the release in `Drop`.
    pub(crate) halves: bool,
    /// The line on which the statement begins.
    pub(crate) line: usize,
}

/// All sites of a text; none if it does not parse.
pub(crate) fn find(text: &str) -> Vec<Site> {
    let Ok(file) = syn::parse_file(text) else {
        return Vec::new();
    };
    let mut fields = Fields::default();
    fields.visit_file(&file);
    let mut sites = Sites {
        fields: fields.acquired,
        ..Sites::default()
    };
    sites.visit_file(&file);
    sites.found
}

/// Fields that a constructor fills with what it has acquired: the type and the field.
#[derive(Default)]
struct Fields {
    acquired: HashSet<(String, String)>,
    ty: String,
    locals: HashSet<String>,
}

impl<'a> Visit<'a> for Fields {
    fn visit_item_mod(&mut self, module: &'a syn::ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_impl(&mut self, block: &'a syn::ItemImpl) {
        self.ty = type_name(&block.self_ty);
        visit::visit_item_impl(self, block);
        self.ty.clear();
    }

    fn visit_block(&mut self, block: &'a syn::Block) {
        self.locals.extend(acquired_locals(block));
        visit::visit_block(self, block);
    }

    fn visit_expr_struct(&mut self, made: &'a syn::ExprStruct) {
        let name = made.path.segments.last().map(|s| s.ident.to_string());
        let name = match name {
            Some(name) if name == "Self" => self.ty.clone(),
            name => name.unwrap_or_default(),
        };
        for field in &made.fields {
            let local = base(&field.expr).is_some_and(|b| match b {
                Base::Local(name) => self.locals.contains(&name),
                Base::Field(_) => false,
            });
            if let syn::Member::Named(member) = &field.member
                && (local || acquires(&field.expr))
            {
                self.acquired.insert((name.clone(), member.to_string()));
            }
        }
        visit::visit_expr_struct(self, made);
    }
}

#[derive(Default)]
struct Sites {
    fields: HashSet<(String, String)>,
    found: Vec<Site>,
    /// The type whose `Drop` this is.
    dropped: Option<String>,
    locals: HashSet<String>,
}

impl<'a> Visit<'a> for Sites {
    fn visit_item_mod(&mut self, module: &'a syn::ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_impl(&mut self, block: &'a syn::ItemImpl) {
        let of_drop = block
            .trait_
            .as_ref()
            .is_some_and(|(path, _)| path.is_ident("Drop"));
        self.dropped = of_drop.then(|| type_name(&block.self_ty));
        visit::visit_item_impl(self, block);
        self.dropped = None;
    }

    fn visit_item_fn(&mut self, function: &'a syn::ItemFn) {
        if !is_test(&function.attrs) {
            self.locals.clear();
            visit::visit_item_fn(self, function);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'a syn::ImplItemFn) {
        self.locals.clear();
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_block(&mut self, block: &'a syn::Block) {
        self.locals.extend(acquired_locals(block));
        for statement in &block.stmts {
            if let Some((call, releases)) = released(statement) {
                self.site(statement, call, releases);
            }
        }
        visit::visit_block(self, block);
    }
}

impl Sites {
    fn site(&mut self, statement: &syn::Stmt, call: &syn::ExprCall, releases: Releases) {
        let Some(argument) = call.args.first() else {
            return;
        };
        let halves = match (base(argument), &self.dropped) {
            (Some(Base::Local(name)), _) if self.locals.contains(&name) => false,
            (Some(Base::Field(name)), Some(ty))
                if self.fields.contains(&(ty.clone(), name.clone())) =>
            {
                true
            }
            _ => return,
        };
        let span = statement.span();
        // Found again through the block around it.
        if self.found.iter().any(|site| site.call == range(call)) {
            return;
        }
        self.found.push(Site {
            statement: range(statement),
            call: range(call),
            argument: range(argument),
            releases,
            halves,
            line: span.start().line,
        });
    }
}

/// The release that a statement is, and nothing else.
fn released(statement: &syn::Stmt) -> Option<(&syn::ExprCall, Releases)> {
    let expr = match statement {
        // The value of the block, which somebody may use.
        syn::Stmt::Expr(syn::Expr::Call(call), None) if !is_drop(call) => return None,
        syn::Stmt::Expr(expr, _) => expr,
        syn::Stmt::Local(local) if matches!(local.pat, syn::Pat::Wild(_)) => {
            &local.init.as_ref()?.expr
        }
        _ => return None,
    };
    release_call(expr)
}

fn release_call(expr: &syn::Expr) -> Option<(&syn::ExprCall, Releases)> {
    match expr {
        syn::Expr::Paren(inner) => release_call(&inner.expr),
        syn::Expr::Unsafe(block) => match only(&block.block)? {
            syn::Stmt::Expr(expr, _) => release_call(expr),
            statement => released(statement),
        },
        syn::Expr::Call(call) => {
            let syn::Expr::Path(path) = &*call.func else {
                return None;
            };
            let words = words::of(&path.path);
            match words::releases(&words) {
                Some(releases) => Some((call, releases)),
                None if words.last().is_some_and(|last| last == "drop") => {
                    release_call(call.args.first()?)
                }
                None => None,
            }
        }
        _ => None,
    }
}

fn is_drop(call: &syn::ExprCall) -> bool {
    matches!(&*call.func, syn::Expr::Path(path)
        if path.path.segments.last().is_some_and(|last| last.ident == "drop"))
}

/// The statement of a block that has no other; as the block is a statement itself, its value is not used.
fn only(block: &syn::Block) -> Option<&syn::Stmt> {
    match &block.stmts[..] {
        [only] => Some(only),
        _ => None,
    }
}

/// Locals of a block that are set to what an acquiring call returns.
fn acquired_locals(block: &syn::Block) -> Vec<String> {
    let name = |statement: &syn::Stmt| match statement {
        syn::Stmt::Local(local) => {
            let init = local.init.as_ref().filter(|init| acquires(&init.expr))?;
            let pat = match (&local.pat, &init.diverge) {
                (syn::Pat::Type(typed), None) => &*typed.pat,
                (pat, None) => pat,
                _ => return None,
            };
            match pat {
                syn::Pat::Ident(pat) => Some(pat.ident.to_string()),
                _ => None,
            }
        }
        syn::Stmt::Expr(syn::Expr::Assign(assign), _) if acquires(&assign.right) => {
            match base(&assign.left)? {
                Base::Local(name) => Some(name),
                Base::Field(_) => None,
            }
        }
        _ => None,
    };
    block.stmts.iter().filter_map(name).collect()
}

/// Whether the value of an expression is a fresh allocation.
fn acquires(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Paren(inner) => acquires(&inner.expr),
        syn::Expr::Cast(cast) => acquires(&cast.expr),
        syn::Expr::Try(inner) => acquires(&inner.expr),
        syn::Expr::Unsafe(block) => match block.block.stmts.last() {
            Some(syn::Stmt::Expr(last, None)) => acquires(last),
            _ => false,
        },
        syn::Expr::MethodCall(call) => {
            call.method == "into_raw" && call.args.is_empty()
                || ["cast", "unwrap", "as_ptr", "expect"]
                    .iter()
                    .any(|name| call.method == name)
                    && acquires(&call.receiver)
        }
        syn::Expr::Call(call) => match &*call.func {
            syn::Expr::Path(path) => {
                let words = words::of(&path.path);
                let passes = words.ends_with(&["NonNull".to_owned(), "new".to_owned()])
                    || words.ends_with(&["NonNull".to_owned(), "new_unchecked".to_owned()]);
                words::acquires(&words) || passes && call.args.first().is_some_and(acquires)
            }
            _ => false,
        },
        _ => false,
    }
}

enum Base {
    Local(String),
    Field(String),
}

/// The variable, or the field of `self`, that an argument is made of.
fn base(expr: &syn::Expr) -> Option<Base> {
    match expr {
        syn::Expr::Paren(inner) => base(&inner.expr),
        syn::Expr::Cast(cast) => base(&cast.expr),
        syn::Expr::MethodCall(call)
            if ["cast", "as_ptr", "cast_mut", "as_mut"]
                .iter()
                .any(|name| call.method == name) =>
        {
            base(&call.receiver)
        }
        syn::Expr::Path(path) => Some(Base::Local(path.path.get_ident()?.to_string())),
        syn::Expr::Field(field) => match (&*field.base, &field.member) {
            (syn::Expr::Path(path), syn::Member::Named(name)) if path.path.is_ident("self") => {
                Some(Base::Field(name.to_string()))
            }
            _ => None,
        },
        _ => None,
    }
}

fn type_name(ty: &syn::Type) -> String {
    match ty {
        syn::Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|s| s.ident.to_string())
            .unwrap_or_default(),
        _ => String::new(),
    }
}

/// Behind `#[cfg(test)]` or `#[test]`: the tool does not look there by default.
fn is_test(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| {
        let list = match &attr.meta {
            syn::Meta::List(list) => list.tokens.to_string(),
            _ => String::new(),
        };
        attr.path().is_ident("test") || attr.path().is_ident("cfg") && list.contains("test")
    })
}

fn range(of: &impl Spanned) -> Range<usize> {
    of.span().byte_range()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_in_one_function_and_halves_of_a_type() {
        let text = "fn f() { let p = unsafe { libc::malloc(8) }; unsafe { libc::free(p.cast()) }; }\n\
                    struct S { p: *mut u8, q: *mut u8 }\n\
                    impl S { fn new() -> S { let p = Box::into_raw(Box::new(1)); S { p, q: other() } } }\n\
                    impl Drop for S { fn drop(&mut self) { unsafe { drop(Box::from_raw(self.p)); free(self.q); } } }\n\
                    fn g(p: *mut u8) { unsafe { libc::free(p) } }\n";
        let sites = find(text);
        let shown: Vec<_> = sites
            .iter()
            .map(|s| (&text[s.call.clone()], s.halves))
            .collect();
        assert_eq!(
            shown,
            [
                ("libc::free(p.cast())", false),
                ("Box::from_raw(self.p)", true)
            ]
        );
    }

    #[test]
    fn releases_whose_value_is_used_are_left_alone() {
        let text = "fn f() { let p = Box::into_raw(Box::new(1)); *unsafe { Box::from_raw(p) } }\n\
                    fn g() { let p = Box::into_raw(Box::new(1)); unsafe { drop(Box::from_raw(p)) } }";
        assert_eq!(find(text).len(), 1);
    }

    #[test]
    fn tests_are_left_alone() {
        let text = "#[cfg(test)] mod tests { fn f() { let p = libc::malloc(8); libc::free(p); } }";
        assert!(find(text).is_empty());
    }
}
