//! The fragments of a macro's matcher: `expr`, `ty`, `tt` and so on.

use super::matcher::joins;
use proc_macro2::TokenTree;
use std::rc::Rc;
use syn::buffer::Cursor;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, Lifetime, Lit, Pat, Token, Type};

/// What one variable of a rule matched.
#[derive(Clone)]
pub(super) struct Fragment {
    /// Its tokens.
    pub(super) tokens: Rc<[TokenTree]>,
    /// An expression that must not fall apart where it is put.
    pub(super) whole: bool,
    /// A type with arguments, which needs `<..>` before `::`.
    pub(super) ty: bool,
}

const OPERATORS: [&str; 23] = [
    "=>", "->", "::", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "^=", "&=",
    "|=", "<<", ">>", "..", "...", "..=", "<<=",
];

/// Parses one fragment of this kind off the input.
pub(super) fn parse(kind: &str, input: ParseStream<'_>) -> syn::Result<Fragment> {
    if input.is_empty() && kind != "vis" {
        return Err(input.error("expected a fragment"));
    }
    let begin = input.cursor();
    let mut whole = false;
    match kind {
        "ident" if input.peek(Token![_]) => return Err(input.error("expected an identifier")),
        "ident" => skip(input.call(Ident::parse_any))?,
        "lifetime" => skip(input.parse::<Lifetime>())?,
        "literal" => literal(input)?,
        "expr" | "expr_2021" => whole = falls_apart(&input.parse::<Expr>()?),
        "ty" => skip(input.parse::<Type>())?,
        "path" => skip(input.parse::<syn::TypePath>())?,
        "pat" => skip(Pat::parse_multi_with_leading_vert(input))?,
        "pat_param" => skip(Pat::parse_single(input))?,
        "stmt" => statement(input)?,
        "block" => skip(input.parse::<syn::Block>())?,
        "item" => skip(input.parse::<syn::Item>())?,
        "meta" => skip(input.parse::<syn::Meta>())?,
        "vis" => skip(input.parse::<syn::Visibility>())?,
        _ => token_tree(input)?,
    }
    let tokens = between(begin, input.cursor());
    Ok(Fragment {
        ty: kind == "ty" && tokens.len() > 1,
        tokens,
        whole,
    })
}

fn skip<T>(parsed: syn::Result<T>) -> syn::Result<()> {
    parsed.map(drop)
}

/// Whether an expression must be kept together: an operand of any operator may follow.
fn falls_apart(e: &Expr) -> bool {
    match e {
        Expr::Unary(u) => !matches!((&u.op, &*u.expr), (syn::UnOp::Neg(_), Expr::Lit(_))),
        Expr::Assign(_)
        | Expr::Binary(_)
        | Expr::Break(_)
        | Expr::Cast(_)
        | Expr::Closure(_)
        | Expr::If(_)
        | Expr::Let(_)
        | Expr::Loop(_)
        | Expr::Match(_)
        | Expr::Range(_)
        | Expr::RawAddr(_)
        | Expr::Reference(_)
        | Expr::Return(_)
        | Expr::Struct(_)
        | Expr::Yield(_) => true,
        _ => false,
    }
}

fn literal(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![-]) {
        input.parse::<Token![-]>()?;
    }
    skip(input.parse::<Lit>())
}

/// A statement without its semicolon.
fn statement(input: ParseStream<'_>) -> syn::Result<()> {
    let ahead = input.fork();
    let parsed = syn::Block::parse_within(&ahead);
    if parsed.is_ok_and(|stmts| stmts.len() == 1) && !input.peek(Token![let]) {
        input.advance_to(&ahead);
        return Ok(());
    }
    if !input.peek(Token![let]) {
        return skip(input.parse::<Expr>());
    }
    while !input.is_empty() && !input.peek(Token![;]) {
        token_tree(input)?;
    }
    Ok(())
}

fn token_tree(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Lifetime) {
        return skip(Lifetime::parse(input));
    }
    input.step(|cursor| {
        let Some((first, mut rest)) = cursor.token_tree() else {
            return Err(cursor.error("expected a token"));
        };
        let TokenTree::Punct(punct) = &first else {
            return Ok(((), rest));
        };
        let mut text = punct.as_char().to_string();
        let mut last = first.clone();
        while joins(&last) {
            let Some((next @ TokenTree::Punct(_), after)) = rest.token_tree() else {
                break;
            };
            text.push_str(&next.to_string());
            if !OPERATORS.contains(&text.as_str()) {
                break;
            }
            (last, rest) = (next, after);
        }
        Ok(((), rest))
    })
}

/// The tokens from one cursor to another.
fn between(mut from: Cursor<'_>, to: Cursor<'_>) -> Rc<[TokenTree]> {
    let mut out = Vec::new();
    while from != to {
        let Some((token, rest)) = from.token_tree() else {
            break;
        };
        out.push(token);
        from = rest;
    }
    Rc::from(out)
}
