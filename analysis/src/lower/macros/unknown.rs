//! What can be made of a macro call that nobody knows: its arguments are usually Rust.

use super::arguments::{identifiers, list};
use crate::lower::cx::Expansion;
use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Stmt, Token};

/// The arguments as statements or expressions that are evaluated for their effects; failing that,
/// all variables they mention escape.
pub(super) fn expansion(tokens: &TokenStream) -> Expansion {
    if tokens.is_empty() {
        return Expansion::Effects(Vec::new());
    }
    if let Some(all) = list(tokens) {
        return Expansion::Effects(all);
    }
    if let Some(stmts) = statements(tokens) {
        return Expansion::Block(stmts);
    }
    if let Some(all) = pairs(tokens) {
        return Expansion::Effects(all);
    }
    Expansion::Unknown(identifiers(tokens))
}

/// Statements, unless they are only so by accident: declarative notations often parse as a chain
/// of paths and blocks.
fn statements(tokens: &TokenStream) -> Option<Vec<Stmt>> {
    let stmts = syn::Block::parse_within.parse2(tokens.clone()).ok()?;
    let plain = |stmt: &Stmt| !matches!(stmt, Stmt::Item(syn::Item::Verbatim(_)));
    stmts.iter().all(plain).then_some(stmts)
}

/// `key => value, ..`.
fn pairs(tokens: &TokenStream) -> Option<Vec<Expr>> {
    let parse = |input: ParseStream<'_>| {
        let mut out = Vec::new();
        while !input.is_empty() {
            out.push(input.parse::<Expr>()?);
            if input.peek(Token![=>]) {
                input.parse::<Token![=>]>()?;
            } else if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(out)
    };
    parse.parse2(tokens.clone()).ok()
}
