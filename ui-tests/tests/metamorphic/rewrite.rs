//! The rewritings.

use crate::edit::{Edits, parse, range, top};
use crate::judged::Case;
use crate::{names, wrap};
use std::collections::BTreeMap;
use syn::visit::{self, Visit};

/// A name, and what makes of a case another one.
pub(crate) type Rewrite = (&'static str, fn(&Case) -> Case);

/// All of them.
pub(crate) const REWRITES: &[Rewrite] = &[
    ("other names", |case| names::rename(case, "_renamed")),
    ("names beyond ASCII", |case| names::rename(case, "_größe")),
    ("items in reverse", |case| case.each(reversed)),
    ("bodies in blocks", |case| {
        case.each(|text| bodies(text, "{", "}"))
    }),
    ("bodies in unsafe blocks", |case| {
        case.each(|text| bodies(text, "unsafe {", "}"))
    }),
    ("bodies in loops left at once", |case| {
        case.each(|text| bodies(text, "#[allow(unreachable_code)] loop { break {", "} }"))
    }),
    ("bodies in closures", |case| {
        case.each(|text| bodies(text, "(move || {", "})()"))
    }),
    ("arguments in locals", |case| case.each(arguments_in_locals)),
    ("routines under other names", |case| case.each(aliased)),
    ("functions in a module", |case| case.each(functions_moved)),
    ("everything in a module", |case| case.each(all_moved)),
    ("acquisitions in helpers", |case| {
        case.each(wrap::acquisitions)
    }),
    ("releases in helpers", |case| case.each(wrap::releases)),
    ("unrelated statements", |case| {
        case.each(|text| before_statements(text, "let unrelated = 7u32.wrapping_add(1); "))
    }),
    ("an unrelated branch", |case| {
        case.each(|text| {
            bodies(
                text,
                "if std::env::args().count() > 7 { std::hint::black_box(7); }",
                "",
            )
        })
    }),
    ("comments and blank lines", |case| {
        case.each(|text| before_statements(text, "// ein Kommentar: größer, 漢字 🦀\n\n\n"))
    }),
    ("strings beyond ASCII", |case| {
        case.each(|text| before_statements(text, "let _ = \"größer, 漢字 🦀\"; "))
    }),
    ("match instead of if", |case| case.each(matched)),
    ("locals set later", |case| case.each(set_later)),
    ("results in locals", |case| case.each(results_in_locals)),
];

fn reversed(text: &str) -> String {
    let file = parse(text);
    let (mut first, mut others) = (Vec::new(), Vec::new());
    for item in &file.items {
        let piece = &text[range(item)];
        match item {
            // `macro_rules!` count from where they stand.
            syn::Item::Use(_) | syn::Item::Macro(_) => first.push(piece),
            _ => others.push(piece),
        }
    }
    others.reverse();
    first.append(&mut others);
    format!("{}{}\n", &text[..top(&file, text)], first.join("\n\n"))
}

fn bodies(text: &str, open: &str, close: &str) -> String {
    struct Bodies<'t>(Edits, &'t str, &'t str);
    impl Bodies<'_> {
        fn wrap(&mut self, block: &syn::Block) {
            let range = range(block);
            self.0.insert(range.start + 1, format!(" {}", self.1));
            self.0.insert(range.end - 1, format!("{} ", self.2));
        }
    }
    impl<'a> Visit<'a> for Bodies<'_> {
        fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
            self.wrap(&item.block);
        }
        fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
            self.wrap(&item.block);
        }
    }
    let mut bodies = Bodies(Edits::default(), open, close);
    bodies.visit_file(&parse(text));
    bodies.0.apply(text)
}

fn before_statements(text: &str, what: &str) -> String {
    struct Statements<'t>(Edits, &'t str);
    impl<'a> Visit<'a> for Statements<'_> {
        fn visit_block(&mut self, block: &'a syn::Block) {
            for stmt in &block.stmts {
                self.0.insert(range(stmt).start, self.1);
            }
            visit::visit_block(self, block);
        }
    }
    let mut statements = Statements(Edits::default(), what);
    statements.visit_file(&parse(text));
    statements.0.apply(text)
}

/// `libc::free(p)` becomes `use libc::free as free_as; free_as(p)`.
fn aliased(text: &str) -> String {
    struct Paths(Edits, BTreeMap<String, String>);
    impl<'a> Visit<'a> for Paths {
        fn visit_item_mod(&mut self, _: &'a syn::ItemMod) {}
        fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
            if let syn::Expr::Path(path) = &*call.func
                && let Some(found) = routine(&path.path)
            {
                let start = range(path).start;
                let end = path.path.segments.last().map(|s| range(&s.ident).end);
                let alias = format!("{}_as", found.replace("::", "_"));
                self.0.replace(start..end.unwrap_or(start), alias.clone());
                self.1.insert(found, alias);
            }
            visit::visit_expr_call(self, call);
        }
    }
    let file = parse(text);
    let mut paths = Paths(Edits::default(), BTreeMap::new());
    paths.visit_file(&file);
    let uses: String = paths
        .1
        .iter()
        .map(|(path, alias)| format!("use {path} as {alias};\n"))
        .collect();
    paths.0.insert(top(&file, text), uses);
    paths.0.apply(text)
}

/// A function of a library by its full path.
fn routine(path: &syn::Path) -> Option<String> {
    let words: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
    let known = ["libc", "std", "core", "alloc"].contains(&words[0].as_str());
    let small = |word: &String| word.starts_with(|c: char| c.is_lowercase());
    (known && words.len() > 1 && words.iter().all(small)).then(|| words.join("::"))
}

fn functions_moved(text: &str) -> String {
    let file = parse(text);
    let (mut rest, mut moved) = (String::new(), String::new());
    for item in &file.items {
        let piece = &text[range(item)];
        match item {
            syn::Item::Fn(function) => {
                let at = range(&function.sig).start - range(item).start;
                let public = match function.vis {
                    syn::Visibility::Inherited => "pub ",
                    _ => "",
                };
                moved += &format!("{}{public}{}\n\n", &piece[..at], &piece[at..]);
            }
            _ => rest += &format!("{piece}\n\n"),
        }
    }
    if moved.is_empty() {
        return text.to_owned();
    }
    let top = &text[..top(&file, text)];
    format!("{top}{rest}pub use moved::*;\n\npub mod moved {{\nuse super::*;\n\n{moved}}}\n")
}

fn all_moved(text: &str) -> String {
    let file = parse(text);
    let elsewhere =
        |item: &syn::Item| matches!(item, syn::Item::Mod(module) if module.content.is_none());
    let climbs = text.contains("super::") || text.contains("crate::");
    if climbs || file.items.iter().any(elsewhere) {
        return text.to_owned();
    }
    let (top, rest) = text.split_at(top(&file, text));
    format!("{top}pub use moved::*;\n\npub mod moved {{\n{rest}\n}}\n")
}

/// `if c { a } else { b }` becomes `match (c) { true => { a } false => { b } }`, `if let` likewise.
fn matched(text: &str) -> String {
    struct Branches<'t>(Edits, &'t str);
    impl<'a> Visit<'a> for Branches<'_> {
        fn visit_expr_if(&mut self, branch: &'a syn::ExprIf) {
            let start = range(&branch.if_token).start;
            let block = range(&branch.then_branch);
            let other = match &*branch.cond {
                syn::Expr::Let(condition) => {
                    let pat = &self.1[range(&condition.pat)];
                    let value = range(&condition.expr);
                    self.0.replace(start..value.start, "match (");
                    self.0
                        .replace(value.end..block.start, format!(") {{ {pat} => "));
                    "_"
                }
                cond if chained(cond) => return visit::visit_expr_if(self, branch),
                cond => {
                    let cond = range(cond);
                    self.0.replace(start..cond.start, "match (");
                    self.0.replace(cond.end..block.start, ") { true => ");
                    "false"
                }
            };
            match &branch.else_branch {
                Some((word, last)) => {
                    self.0.replace(range(word), format!(", {other} =>"));
                    visit::visit_expr_if(self, branch);
                    self.0.insert(range(last).end, "}");
                }
                None => {
                    visit::visit_expr_if(self, branch);
                    self.0.insert(block.end, format!(", {other} => {{}} }}"));
                }
            }
        }
    }
    let mut branches = Branches(Edits::default(), text);
    branches.visit_file(&parse(text));
    branches.0.apply(text)
}

/// A condition of several parts with a `let` among them.
fn chained(condition: &syn::Expr) -> bool {
    struct Lets(bool);
    impl<'a> Visit<'a> for Lets {
        fn visit_expr_let(&mut self, _: &'a syn::ExprLet) {
            self.0 = true;
        }
    }
    let mut lets = Lets(false);
    lets.visit_expr(condition);
    lets.0
}

/// `let x = e;` becomes `let x; x = e;`.
fn set_later(text: &str) -> String {
    struct Locals<'t>(Edits, &'t str);
    impl<'a> Visit<'a> for Locals<'_> {
        fn visit_local(&mut self, local: &'a syn::Local) {
            let text = local
                .init
                .as_ref()
                .map_or("", |init| &self.1[range(&init.expr)]);
            // A borrowed temporary lives on in a `let` alone, and one of the same name is another.
            if let (syn::Pat::Ident(pat), Some(init)) = (&local.pat, &local.init)
                && pat.by_ref.is_none()
                && init.diverge.is_none()
                && !matches!(*init.expr, syn::Expr::Reference(_))
                && !text.contains(&pat.ident.to_string())
            {
                self.0
                    .replace(range(&init.eq_token), format!("; {} =", pat.ident));
            }
            visit::visit_local(self, local);
        }
    }
    let mut locals = Locals(Edits::default(), text);
    locals.visit_file(&parse(text));
    locals.0.apply(text)
}

/// `{ ..; e }` becomes `{ ..; let result = e; result }`, at the end of functions and in `return`.
fn results_in_locals(text: &str) -> String {
    struct Results(Edits);
    impl Results {
        fn end(&mut self, signature: &syn::Signature, block: &syn::Block) {
            let returns = !matches!(signature.output, syn::ReturnType::Default);
            // A reference may be to a temporary that lives as long as the function's result.
            let Some(syn::Stmt::Expr(last, None)) = block.stmts.last().filter(|_| returns) else {
                return;
            };
            self.0.insert(range(last).start, "let result = ");
            self.0.insert(range(last).end, "; result");
        }
    }
    impl<'a> Visit<'a> for Results {
        fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
            self.end(&item.sig, &item.block);
            visit::visit_item_fn(self, item);
        }
        fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
            self.end(&item.sig, &item.block);
            visit::visit_impl_item_fn(self, item);
        }
        fn visit_expr_return(&mut self, leave: &'a syn::ExprReturn) {
            if let Some(value) = &leave.expr {
                self.0.insert(range(leave).start, "{ let result = ");
                self.0.replace(range(&leave.return_token), "");
                self.0.insert(range(value).end, "; return result }");
            }
            visit::visit_expr_return(self, leave);
        }
    }
    let mut results = Results(Edits::default());
    results.visit_file(&parse(text));
    results.0.apply(text)
}

/// `f(a)` becomes `f({ let argument = a; argument })` where `a` is made of a variable.
fn arguments_in_locals(text: &str) -> String {
    struct Arguments(Edits);
    impl<'a> Visit<'a> for Arguments {
        fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
            for argument in call.args.iter().filter(|argument| is_plain(argument)) {
                self.0.insert(range(argument).start, "{ let argument = ");
                self.0.insert(range(argument).end, "; argument }");
            }
            visit::visit_expr_call(self, call);
        }
    }
    let mut arguments = Arguments(Edits::default());
    arguments.visit_file(&parse(text));
    arguments.0.apply(text)
}

/// A variable, and what its methods and casts make of it: there is no temporary that would end early.
fn is_plain(argument: &syn::Expr) -> bool {
    match argument {
        syn::Expr::Path(path) => path.path.get_ident().is_some(),
        syn::Expr::MethodCall(call) => call.args.is_empty() && is_plain(&call.receiver),
        syn::Expr::Cast(cast) => is_plain(&cast.expr),
        _ => false,
    }
}
