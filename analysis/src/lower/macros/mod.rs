//! Macro calls: what the standard library's mean, what the crate's own expand to, and what can
//! be made of the rest.

mod arguments;
mod builtin;
mod fragment;
mod items;
mod matcher;
mod rules;
mod table;
#[cfg(test)]
mod tests;
mod tokens;
mod transcribe;
mod unknown;

use super::cx::{Expansion, FileCx};
use super::span::{Definition, definition_of};
use crate::ir::ModuleIx;
use crate::span::Span;
use proc_macro2::{Span as TokenSpan, TokenStream};
use rules::MacroDef;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use syn::parse::Parser;

pub use table::{MacroTable, collect_macros};

/// How often one macro is expanded at one place (a macro that calls itself stays there).
const MAX_AT_ONE_PLACE: u32 = 128;
/// How many tokens all expansions of a file may make.
const MAX_TOKENS: usize = 1_000_000;
/// How many tokens one expansion may make.
const MAX_TOKENS_ONCE: usize = 100_000;

/// Calls up to which it is known where they stood.
const RECENT: usize = 64;

/// The macros a file has used so far, parsed, and the brakes on their expansion.
#[derive(Default)]
pub(crate) struct Invocations {
    definitions: FxHashMap<String, Rc<Vec<MacroDef>>>,
    counts: FxHashMap<(Span, String), u32>,
    tokens: usize,
    /// The call in the text itself that is being expanded.
    outermost: Option<Span>,
    /// The calls in the text so far, each with the definition that it used, directly or not.
    calls: Vec<(Span, Span)>,
    /// How deep the expansion of items is nested.
    item_depth: u32,
}

impl Invocations {
    /// Forgets the macros' tokens: they stand in a table of texts that is emptied.
    pub(crate) fn forget_tokens(&mut self) {
        self.definitions.clear();
    }
}

/// The tokens from a call's path to its closing delimiter.
fn call_span(mac: &syn::Macro) -> TokenSpan {
    let first = super::span::path_first(&mac.path);
    first.join(mac.delimiter.span().close()).unwrap_or(first)
}

/// The last segment of a macro's path, and whether the path may name a macro of the crate or of
/// the standard library.
fn macro_name(path: &syn::Path) -> Option<String> {
    let last = path.segments.last()?.ident.to_string();
    Some(last.strip_prefix("r#").unwrap_or(&last).to_owned())
}

impl FileCx<'_> {
    /// What a macro call in a body stands for.
    pub(crate) fn expand(&mut self, mac: &syn::Macro, _module: ModuleIx, _at: Span) -> Expansion {
        let Some(name) = macro_name(&mac.path) else {
            return unknown::expansion(&mac.tokens);
        };
        if let Some(known) = builtin::expansion(&name, mac) {
            return known;
        }
        if let Some((tokens, definition)) = self.transcribed(&name, mac)
            && let Some(parsed) = body_expansion(tokens, definition)
        {
            return parsed;
        }
        if let Some(known) = builtin::logging(&name, mac) {
            return known;
        }
        unknown::expansion(&mac.tokens)
    }

    /// The crate's own macro applied to the call; `None` if there is none or none of its rules
    /// matches.
    fn transcribed(
        &mut self,
        name: &str,
        mac: &syn::Macro,
    ) -> Option<(TokenStream, Option<Definition>)> {
        let definitions = self.definitions(name)?;
        let span = call_span(mac);
        // A call in a definition counts for the call that led there.
        let here = match definition_of(span) {
            Some(_) => self.invocations.outermost,
            None => None,
        };
        let here = here.unwrap_or_else(|| self.span(span));
        self.invocations.outermost = Some(here);
        let count = (here, name.to_owned());
        let count = self.invocations.counts.entry(count).or_default();
        *count += 1;
        let left = MAX_TOKENS.saturating_sub(self.invocations.tokens);
        if *count > MAX_AT_ONE_PLACE || left == 0 {
            return None;
        }
        for definition in nearest_first(&definitions, here) {
            let limit = left.min(MAX_TOKENS_ONCE);
            if let Some((tokens, size)) = definition.apply(mac.tokens.clone(), span, limit) {
                self.invocations.tokens += size;
                if let Some(found) = definition.definition {
                    self.invocations.calls.push((here, found.region));
                }
                return Some((tokens, definition.definition));
            }
        }
        None
    }

    /// The macros that the text between these places calls, each with what it used; in the end
    /// the call that is being expanded, for what comes from it as a whole.
    pub(crate) fn expansions(&self, within: Span) -> Box<[(Span, Span)]> {
        let calls = &self.invocations.calls;
        let recent = &calls[calls.len().saturating_sub(RECENT)..];
        let inside = |(call, region): &&(Span, Span)| {
            within.contains(*call)
                || region.contains(within) && self.invocations.outermost == Some(*call)
        };
        recent.iter().filter(inside).copied().collect()
    }

    fn definitions(&mut self, name: &str) -> Option<Rc<Vec<MacroDef>>> {
        if let Some(known) = self.invocations.definitions.get(name) {
            return Some(known.clone());
        }
        let texts = self.macros.texts(name)?;
        let parsed = texts.filter_map(|(text, at)| MacroDef::parse(text, at));
        let parsed = Rc::new(parsed.collect::<Vec<_>>());
        self.invocations
            .definitions
            .insert(name.to_owned(), parsed.clone());
        Some(parsed)
    }
}

/// The macros of one name, the last one before the call in the same file first: a later one hides the
/// earlier ones.
fn nearest_first(all: &[MacroDef], call: Span) -> impl Iterator<Item = &MacroDef> {
    let before = |one: &MacroDef| {
        let place = one.definition.map(|found| found.region);
        place.is_some_and(|at| at.file == call.file && at.lo < call.lo)
    };
    let nearest = all.iter().rposition(before);
    let others = all
        .iter()
        .enumerate()
        .filter(move |(n, _)| Some(*n) != nearest);
    nearest
        .map(|n| &all[n])
        .into_iter()
        .chain(others.map(|(_, one)| one))
}

/// The tokens of an expansion: one expression, or statements. A name that the call's arguments gave to a `let`
/// stays visible after the call, and so do items.
fn body_expansion(tokens: TokenStream, macro_: Option<Definition>) -> Option<Expansion> {
    let mut stmts = syn::Block::parse_within.parse2(tokens).ok()?;
    if let [syn::Stmt::Expr(_, None)] = &stmts[..]
        && let Some(syn::Stmt::Expr(e, None)) = stmts.pop()
    {
        return Some(Expansion::Expr(e));
    }
    let leaks = stmts.iter().any(|stmt| match stmt {
        syn::Stmt::Item(item) => !matches!(item, syn::Item::Use(_) | syn::Item::Macro(_)),
        syn::Stmt::Local(local) => binds_argument(&local.pat, macro_),
        _ => false,
    });
    Some(match leaks {
        true => Expansion::Splice(stmts),
        false => Expansion::Block(stmts),
    })
}

fn binds_argument(pat: &syn::Pat, macro_: Option<Definition>) -> bool {
    match pat {
        syn::Pat::Ident(p) => !macro_.is_some_and(|d| d.has(p.ident.span())),
        syn::Pat::Type(p) => binds_argument(&p.pat, macro_),
        syn::Pat::Tuple(p) => p.elems.iter().any(|p| binds_argument(p, macro_)),
        syn::Pat::TupleStruct(p) => p.elems.iter().any(|p| binds_argument(p, macro_)),
        syn::Pat::Reference(p) => binds_argument(&p.pat, macro_),
        syn::Pat::Paren(p) => binds_argument(&p.pat, macro_),
        syn::Pat::Struct(p) => p.fields.iter().any(|f| binds_argument(&f.pat, macro_)),
        _ => false,
    }
}
