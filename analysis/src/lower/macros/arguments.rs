//! The arguments of format-like macros: a format string with captures, values, named values.

use proc_macro2::{Span as TokenSpan, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Ident, Token};

/// Comma-separated expressions, `name = value` standing for the value. The format string's inline
/// captures come with them, literals do not. `None` if the tokens are something else.
pub(super) fn format(tokens: &TokenStream) -> Option<Vec<Expr>> {
    let all = list(tokens)?;
    Some(without_text(all))
}

/// As [`format`], the first argument apart.
pub(super) fn first_and_format(tokens: &TokenStream) -> Option<(Expr, Vec<Expr>)> {
    let mut all = list(tokens)?;
    if all.is_empty() {
        return None;
    }
    let first = all.remove(0);
    Some((first, without_text(all)))
}

/// Comma-separated expressions, `name = value` standing for the value.
pub(super) fn list(tokens: &TokenStream) -> Option<Vec<Expr>> {
    let parse = |input: ParseStream<'_>| {
        let mut out = Vec::new();
        while !input.is_empty() {
            skip_name(input);
            skip_sigil(input)?;
            out.push(input.parse::<Expr>()?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(out)
    };
    parse.parse2(tokens.clone()).ok()
}

/// Skips the `name =` of a named argument and the `target:` of a logging macro.
fn skip_name(input: ParseStream<'_>) {
    let ahead = input.fork();
    if ahead.call(Ident::parse_any).is_err() {
        return;
    }
    let equals = ahead.peek(Token![=]) && !ahead.peek(Token![==]);
    let colon = ahead.peek(Token![:]) && !ahead.peek(Token![::]);
    if (equals && ahead.parse::<Token![=]>().is_ok())
        || (colon && ahead.parse::<Token![:]>().is_ok())
    {
        input.advance_to(&ahead);
    }
}

/// Skips the `?` or `%` that says how a logging macro prints a value.
fn skip_sigil(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![?]) {
        input.parse::<Token![?]>()?;
    } else if input.peek(Token![%]) {
        input.parse::<Token![%]>()?;
    }
    Ok(())
}

fn without_text(all: Vec<Expr>) -> Vec<Expr> {
    let mut out = Vec::new();
    for e in all {
        match &e {
            Expr::Lit(lit) => {
                if let syn::Lit::Str(text) = &lit.lit {
                    captures(&text.value(), text.span(), &mut out);
                }
            }
            _ => out.push(e),
        }
    }
    out
}

/// The names that a format string captures: `{name}`, `{name:?}`, `{:width$}`.
fn captures(text: &str, span: TokenSpan, out: &mut Vec<Expr>) {
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        rest = &rest[open + 1..];
        if let Some(escaped) = rest.strip_prefix('{') {
            rest = escaped;
            continue;
        }
        let Some(close) = rest.find('}') else {
            return;
        };
        let (name, spec) = rest[..close]
            .split_once(':')
            .unwrap_or((&rest[..close], ""));
        push_name(name.trim(), span, out);
        for part in spec.split('$').rev().skip(1) {
            let begin = part
                .rfind(|c: char| !c.is_alphanumeric() && c != '_')
                .map_or(0, |at| {
                    at + part[at..].chars().next().map_or(1, char::len_utf8)
                });
            push_name(&part[begin..], span, out);
        }
        rest = &rest[close + 1..];
    }
}

fn push_name(name: &str, span: TokenSpan, out: &mut Vec<Expr>) {
    let starts = name
        .chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '_');
    if !starts {
        return;
    }
    if let Ok(mut word) = syn::parse_str::<Ident>(name) {
        word.set_span(span);
        out.push(variable(word));
    }
}

/// A name as an expression.
pub(super) fn variable(word: Ident) -> Expr {
    Expr::Path(syn::ExprPath {
        attrs: Vec::new(),
        qself: None,
        path: syn::Path::from(word),
    })
}

/// All identifiers at any depth that may be variables: no field or method names, nothing that
/// a path qualifies, no macro names.
pub(super) fn identifiers(tokens: &TokenStream) -> Vec<Ident> {
    let mut out = Vec::new();
    collect_identifiers(tokens.clone(), &mut out);
    out
}

fn collect_identifiers(tokens: TokenStream, out: &mut Vec<Ident>) {
    let mut after = ' ';
    for token in tokens {
        let mut now = ' ';
        match token {
            TokenTree::Group(group) => collect_identifiers(group.stream(), out),
            TokenTree::Ident(word) => {
                let qualified = matches!(after, '.' | ':' | '\'');
                if !qualified && !is_keyword(&word) {
                    out.push(word);
                }
            }
            TokenTree::Punct(p) => {
                // One colon is a type or a field, two are a path: neither precedes a variable
                // for certain, but the value of a field does follow one colon.
                now = match (after, p.as_char()) {
                    ('1', ':') => ':',
                    (_, ':') => '1',
                    (_, c @ ('.' | '\'')) => c,
                    _ => ' ',
                };
            }
            TokenTree::Literal(literal) => {
                let mut names = Vec::new();
                captures(&literal.to_string(), literal.span(), &mut names);
                out.extend(names.into_iter().filter_map(|e| match e {
                    Expr::Path(p) => p.path.get_ident().cloned(),
                    _ => None,
                }));
            }
        }
        after = now;
    }
}

fn is_keyword(word: &Ident) -> bool {
    word != "self" && syn::parse_str::<Ident>(&word.to_string()).is_err()
}
