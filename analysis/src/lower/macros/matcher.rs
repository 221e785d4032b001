//! Matching a macro call's tokens against a rule.

use super::fragment::{self, Fragment};
use super::rules::Node;
use crate::name::Name;
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};

/// What the variables of a rule stand for in one call.
pub(super) type Bindings = FxHashMap<Name, Binding>;

/// What one variable stands for.
#[derive(Clone)]
pub(super) enum Binding {
    /// One fragment.
    One(Fragment),
    /// One entry for each repetition.
    Many(Rc<Vec<Binding>>),
}

/// The first of several matchers that matches the whole input, and what its variables stand for.
pub(super) fn first_match<'r>(
    matchers: impl Iterator<Item = &'r [Node]>,
    input: TokenStream,
) -> Option<(usize, Bindings)> {
    // The input is buffered once for all of them.
    let parse = |input: ParseStream<'_>| {
        for (i, matcher) in matchers.enumerate() {
            let ahead = input.fork();
            let mut bindings = Bindings::default();
            if sequence(matcher, &ahead, &mut bindings).is_ok() && ahead.is_empty() {
                input.advance_to(&ahead);
                return Ok((i, bindings));
            }
        }
        Err(input.error("no rule matches"))
    };
    parse.parse2(input).ok()
}

fn sequence(nodes: &[Node], input: ParseStream<'_>, out: &mut Bindings) -> syn::Result<()> {
    for (i, node) in nodes.iter().enumerate() {
        one(node, &nodes[i + 1..], input, out)?;
    }
    Ok(())
}

fn one(node: &Node, rest: &[Node], input: ParseStream<'_>, out: &mut Bindings) -> syn::Result<()> {
    match node {
        Node::Token(expected) => token(expected, input),
        Node::Crate(_) => Err(input.error("expected a token")),
        Node::Group(delimiter, _, nodes, _) => group(*delimiter, nodes, input, out),
        Node::Var { name, kind } => {
            let found = fragment::parse(kind, input)?;
            out.insert(*name, Binding::One(found));
            Ok(())
        }
        Node::Repeat { vars, .. } => {
            let rounds = repeat(node, rest, input)?;
            collect(vars, rounds, out);
            Ok(())
        }
    }
}

/// The tokens as a rule's author and a call's may differ in spacing, which does not matter.
fn same(a: &TokenTree, b: &TokenTree) -> bool {
    match (a, b) {
        (TokenTree::Ident(a), TokenTree::Ident(b)) => a == b,
        (TokenTree::Punct(a), TokenTree::Punct(b)) => a.as_char() == b.as_char(),
        (TokenTree::Literal(a), TokenTree::Literal(b)) => a.to_string() == b.to_string(),
        _ => false,
    }
}

fn token(expected: &TokenTree, input: ParseStream<'_>) -> syn::Result<()> {
    input.step(|cursor| match cursor.token_tree() {
        Some((found, rest)) if same(expected, &found) => Ok(((), rest)),
        _ => Err(cursor.error("another token was expected")),
    })
}

fn group(
    delimiter: Delimiter,
    nodes: &[Node],
    input: ParseStream<'_>,
    out: &mut Bindings,
) -> syn::Result<()> {
    let inner;
    match delimiter {
        Delimiter::Parenthesis => drop(syn::parenthesized!(inner in input)),
        Delimiter::Brace => drop(syn::braced!(inner in input)),
        Delimiter::Bracket => drop(syn::bracketed!(inner in input)),
        Delimiter::None => return Err(input.error("a group was expected")),
    }
    sequence(nodes, &inner, out)?;
    match inner.is_empty() {
        true => Ok(()),
        false => Err(inner.error("the end of the group was expected")),
    }
}

/// The rounds of a repetition.
fn repeat(node: &Node, rest: &[Node], input: ParseStream<'_>) -> syn::Result<Vec<Bindings>> {
    let Node::Repeat {
        nodes,
        separator,
        op,
        ..
    } = node
    else {
        return Ok(Vec::new());
    };
    let mut found: Vec<Bindings> = Vec::new();
    while !input.is_empty() {
        if rest_begins(nodes, rest, input) {
            break;
        }
        let ahead = input.fork();
        let mut round = Bindings::default();
        let separated = found.is_empty() || separator.iter().all(|t| token(t, &ahead).is_ok());
        let begin = ahead.cursor();
        if !separated || sequence(nodes, &ahead, &mut round).is_err() {
            break;
        }
        let stuck = ahead.cursor() == begin;
        input.advance_to(&ahead);
        found.push(round);
        if *op == '?' || stuck {
            break;
        }
    }
    if *op == '+' && found.is_empty() {
        return Err(input.error("at least one repetition was expected"));
    }
    Ok(found)
}

/// Whether what follows a repetition is meant: its first token stands here, and the repetition
/// itself does not begin with that token.
fn rest_begins(nodes: &[Node], rest: &[Node], input: ParseStream<'_>) -> bool {
    let (Some(Node::Var { kind, .. }), Some(Node::Token(TokenTree::Ident(word)))) =
        (nodes.first(), rest.first())
    else {
        return false;
    };
    if kind == "tt" {
        return false;
    }
    matches!(input.cursor().ident(), Some((found, _)) if found == *word)
}

/// Turns the rounds of a repetition into one binding for each variable.
fn collect(vars: &[Name], rounds: Vec<Bindings>, out: &mut Bindings) {
    for name in vars {
        let all = rounds.iter().filter_map(|round| round.get(name).cloned());
        out.insert(*name, Binding::Many(Rc::new(all.collect())));
    }
}

/// Whether two punctuation characters in a row are written as one operator.
pub(super) fn joins(first: &TokenTree) -> bool {
    matches!(first, TokenTree::Punct(p) if p.spacing() == Spacing::Joint)
}
