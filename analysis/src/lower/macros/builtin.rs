//! What the standard library's macros mean, and those of the common logging and error crates.

use super::arguments::{self, first_and_format, format, identifiers, list, variable};
use super::call_span;
use super::tokens::Tokens;
use crate::lower::attr;
use crate::lower::cx::Expansion;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{BinOp, Expr, Token};

const RESULT_ERR: [&str; 4] = ["core", "result", "Result", "Err"];

/// A macro of the standard library; `None` if it is not one.
pub(super) fn expansion(name: &str, mac: &syn::Macro) -> Option<Expansion> {
    if !may_be_std(&mac.path) {
        return None;
    }
    let tokens = &mac.tokens;
    let parsed = match name {
        "println" | "eprintln" | "print" | "eprint" | "format" | "format_args" | "write"
        | "writeln" => Some(inspect(tokens)),
        "panic" | "unreachable" | "todo" | "unimplemented" | "compile_error" => {
            Some(Expansion::Diverge(read(tokens)))
        }
        "assert" | "debug_assert" => assert(tokens),
        "assert_eq" | "debug_assert_eq" => assert_two(tokens, BinOp::Eq(Default::default())),
        "assert_ne" | "debug_assert_ne" => assert_two(tokens, BinOp::Ne(Default::default())),
        "dbg" => dbg(mac),
        "matches" => matches(mac),
        "vec" => vec(mac),
        "addr_of" | "addr_of_mut" => raw_ref(tokens, name == "addr_of_mut"),
        "cfg" => Some(Expansion::Cfg(attr::predicate(tokens.clone()))),
        "concat" | "stringify" | "env" | "file" | "module_path" | "include_str" => text(mac),
        "line" | "column" | "option_env" | "include_bytes" | "include" | "offset_of" => {
            Some(Expansion::Inspect(Vec::new()))
        }
        "try" => question_mark(mac),
        "ready" => ready(mac),
        "thread_local" => Some(Expansion::Inspect(Vec::new())),
        _ => return None,
    };
    Some(parsed.unwrap_or_else(|| super::unknown::expansion(tokens)))
}

fn may_be_std(path: &syn::Path) -> bool {
    let segments = &path.segments;
    segments.len() == 1
        || matches!(
            segments[0].ident.to_string().as_str(),
            "std" | "core" | "alloc" | "ptr" | "mem" | "futures" | "task"
        )
}

/// The macros of logging and error crates, by their shape.
pub(super) fn logging(name: &str, mac: &syn::Macro) -> Option<Expansion> {
    let tokens = &mac.tokens;
    match name {
        "trace" | "debug" | "info" | "warn" | "error" | "event" | "log" | "fatal" | "critical"
        | "anyhow" | "format_err" | "eyre" | "eprintln_locked" => Some(inspect(tokens)),
        "bail" => Some(bail(mac)),
        "ensure" => ensure(mac),
        "c_str" | "cstr" | "c" | "s" | "w" => literal_text(mac),
        "const_format" | "formatcp" | "concatcp" => text(mac),
        _ => None,
    }
}

/// The arguments are only read, even where they are in a notation of their own.
fn inspect(tokens: &TokenStream) -> Expansion {
    Expansion::Inspect(read(tokens))
}

fn read(tokens: &TokenStream) -> Vec<Expr> {
    format(tokens).unwrap_or_else(|| identifiers(tokens).into_iter().map(variable).collect())
}

fn assert(tokens: &TokenStream) -> Option<Expansion> {
    let (cond, args) = first_and_format(tokens)?;
    Some(Expansion::Assert { cond, args })
}

fn assert_two(tokens: &TokenStream, op: BinOp) -> Option<Expansion> {
    let mut all = list(tokens)?.into_iter();
    let (left, right) = (all.next()?, all.next()?);
    let cond = Expr::Binary(syn::ExprBinary {
        attrs: Vec::new(),
        left: Box::new(left),
        op,
        right: Box::new(right),
    });
    Some(Expansion::Assert {
        cond,
        args: all.filter(|e| !matches!(e, Expr::Lit(_))).collect(),
    })
}

fn dbg(mac: &syn::Macro) -> Option<Expansion> {
    let mut all = list(&mac.tokens)?;
    if all.len() == 1 {
        return all.pop().map(Expansion::Expr);
    }
    let tuple = Tokens::at(call_span(mac)).group(Delimiter::Parenthesis, mac.tokens.clone());
    tuple.expr().map(Expansion::Expr)
}

/// The tokens before and after the first `separator` at this level.
fn split(tokens: &TokenStream, separator: char) -> Option<(TokenStream, TokenStream)> {
    let mut rest = tokens.clone().into_iter();
    let mut before = Vec::new();
    for token in rest.by_ref() {
        if super::rules::is_punct(&token, separator) {
            return Some((before.into_iter().collect(), rest.collect()));
        }
        before.push(token);
    }
    None
}

fn matches(mac: &syn::Macro) -> Option<Expansion> {
    let parse = |input: ParseStream<'_>| {
        let subject: Expr = input.parse()?;
        input.parse::<Token![,]>()?;
        Ok((subject, input.parse::<TokenStream>()?))
    };
    let (_, pattern) = parse.parse2(mac.tokens.clone()).ok()?;
    let subject = mac.tokens.clone().into_iter();
    let length = subject.clone().count() - pattern.clone().into_iter().count() - 1;
    let subject = subject.take(length).collect();
    let mut pattern: Vec<TokenTree> = pattern.into_iter().collect();
    pattern.pop_if(|last| super::rules::is_punct(last, ','));
    let span = call_span(mac);
    let arms = Tokens::at(span)
        .tokens(pattern.into_iter().collect())
        .punct("=>")
        .word("true")
        .punct(",")
        .word("_")
        .punct("=>")
        .word("false");
    Tokens::at(span)
        .word("match")
        .group(Delimiter::Parenthesis, subject)
        .group(Delimiter::Brace, arms.stream())
        .expr()
        .map(Expansion::Expr)
}

fn vec(mac: &syn::Macro) -> Option<Expansion> {
    let span = call_span(mac);
    let path = |name| Tokens::at(span).path(&["std", "vec", name]);
    let call = if mac.tokens.is_empty() {
        Tokens::at(span)
            .path(&["std", "vec", "Vec", "new"])
            .group(Delimiter::Parenthesis, TokenStream::new())
    } else if let Some((value, count)) = split(&mac.tokens, ';') {
        let arguments = Tokens::at(span).tokens(value).punct(",").tokens(count);
        path("from_elem").group(Delimiter::Parenthesis, arguments.stream())
    } else {
        let array = Tokens::at(span).group(Delimiter::Bracket, mac.tokens.clone());
        path("from_array").group(Delimiter::Parenthesis, array.stream())
    };
    call.expr().map(Expansion::Expr)
}

fn raw_ref(tokens: &TokenStream, mutable: bool) -> Option<Expansion> {
    let place = arguments::list(tokens)?.pop()?;
    Some(Expansion::RawRef { mutable, place })
}

/// A macro that yields static text, whose content does not matter.
fn text(mac: &syn::Macro) -> Option<Expansion> {
    let text = Tokens::at(call_span(mac)).string("");
    text.expr().map(Expansion::Expr)
}

/// `cstr!("..")` and its kin: static text; with other arguments they are unknown.
fn literal_text(mac: &syn::Macro) -> Option<Expansion> {
    let mut tokens = mac.tokens.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Literal(_)), None) => text(mac),
        _ => None,
    }
}

fn question_mark(mac: &syn::Macro) -> Option<Expansion> {
    Tokens::at(call_span(mac))
        .group(Delimiter::Parenthesis, mac.tokens.clone())
        .punct("?")
        .expr()
        .map(Expansion::Expr)
}

fn ready(mac: &syn::Macro) -> Option<Expansion> {
    let span = call_span(mac);
    let poll = |name| Tokens::at(span).path(&["core", "task", "Poll", name]);
    let bound = Tokens::at(span).word("value").stream();
    let arms = poll("Ready")
        .group(Delimiter::Parenthesis, bound)
        .punct("=>")
        .word("value")
        .punct(",")
        .tokens(poll("Pending").stream())
        .punct("=>")
        .word("return")
        .tokens(poll("Pending").stream());
    Tokens::at(span)
        .word("match")
        .group(Delimiter::Parenthesis, mac.tokens.clone())
        .group(Delimiter::Brace, arms.stream())
        .expr()
        .map(Expansion::Expr)
}

/// `return Err(<unknown>)`: the error is text about the arguments as far as anyone cares.
fn return_error(mac: &syn::Macro, message: TokenStream) -> TokenStream {
    let span = call_span(mac);
    let error = Tokens::at(span)
        .path(&["std", "format"])
        .punct("!")
        .group(Delimiter::Parenthesis, message);
    Tokens::at(span)
        .word("return")
        .path(&RESULT_ERR)
        .group(Delimiter::Parenthesis, error.stream())
        .stream()
}

fn bail(mac: &syn::Macro) -> Expansion {
    let tokens = return_error(mac, mac.tokens.clone());
    match syn::parse2(tokens) {
        Ok(e) => Expansion::Expr(e),
        Err(_) => super::unknown::expansion(&mac.tokens),
    }
}

fn ensure(mac: &syn::Macro) -> Option<Expansion> {
    let (cond, message) = match split(&mac.tokens, ',') {
        Some((cond, message)) => (cond, message),
        None => (mac.tokens.clone(), TokenStream::new()),
    };
    let span = call_span(mac);
    Tokens::at(span)
        .word("if")
        .punct("!")
        .group(Delimiter::Parenthesis, cond)
        .group(Delimiter::Brace, return_error(mac, message))
        .expr()
        .map(Expansion::Expr)
}
