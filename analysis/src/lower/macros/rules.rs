//! A `macro_rules!` definition: its rules as matchers and transcribers.

use super::matcher::first_match;
use super::transcribe::Transcriber;
use crate::lower::span::Definition;
use crate::name::Name;
use crate::span::Span;
use proc_macro2::{Delimiter, Span as TokenSpan, TokenStream, TokenTree};
use rustc_hash::FxHashSet;
use std::iter::Peekable;
use std::str::FromStr;

/// One macro.
pub(super) struct MacroDef {
    rules: Vec<Rule>,
    /// Where it stands; nowhere if it has no token.
    pub(super) definition: Option<Definition>,
}

struct Rule {
    matcher: Vec<Node>,
    body: Vec<Node>,
    /// The variables that are declared right in the body, outside of any group.
    locals: Vec<Name>,
}

/// A part of a matcher or of a transcriber.
pub(super) enum Node {
    /// A token that stands for itself.
    Token(TokenTree),
    /// A delimited group; where it stands, and the variables that are declared right in it.
    Group(Delimiter, TokenSpan, Vec<Node>, Vec<Name>),
    /// `$name:kind`, in a transcriber `$name` (then the kind is empty).
    Var { name: Name, kind: String },
    /// `$( .. ) sep op`.
    Repeat {
        nodes: Vec<Node>,
        /// All variables inside.
        vars: Vec<Name>,
        separator: Vec<TokenTree>,
        op: char,
    },
    /// `$crate`.
    Crate(TokenSpan),
}

type Tokens = Peekable<proc_macro2::token_stream::IntoIter>;

impl MacroDef {
    /// Parses what stands between the braces of a definition.
    pub(super) fn parse(text: &str, at: Span) -> Option<MacroDef> {
        let mut tokens = TokenStream::from_str(text).ok()?.into_iter().peekable();
        let first = tokens.peek().map(TokenTree::span);
        let definition = first.map(|token| Definition::known(token, at));
        let mut rules = Vec::new();
        while let Some(TokenTree::Group(matcher)) = tokens.next() {
            let arrow = (tokens.next()?, tokens.next()?);
            if !is_punct(&arrow.0, '=') || !is_punct(&arrow.1, '>') {
                return None;
            }
            let TokenTree::Group(body) = tokens.next()? else {
                return None;
            };
            let body = nodes(body.stream(), false);
            let mut locals = Vec::new();
            declared(&body, &mut locals);
            rules.push(Rule {
                matcher: nodes(matcher.stream(), true),
                body,
                locals,
            });
            while tokens.next_if(|t| is_punct(t, ';')).is_some() {}
        }
        Some(MacroDef { rules, definition })
    }

    /// Expands a call by the first rule that matches: the tokens and how many they are. `None`
    /// if no rule matches or the result would be longer than `limit`.
    pub(super) fn apply(
        &self,
        input: TokenStream,
        call: TokenSpan,
        limit: usize,
    ) -> Option<(TokenStream, usize)> {
        let matchers = self.rules.iter().map(|rule| &rule.matcher[..]);
        let (i, bindings) = first_match(matchers, input.clone())?;
        let rule = self.rules.get(i)?;
        let mut words = FxHashSet::default();
        if declares(rule) {
            mentioned(input, &mut words);
        }
        let writer = Transcriber::new(call, limit, words);
        writer.run(&rule.body, &rule.locals, &bindings)
    }
}

/// Whether a rule's body declares any variable.
fn declares(rule: &Rule) -> bool {
    fn any(nodes: &[Node]) -> bool {
        nodes.iter().any(|node| match node {
            Node::Group(_, _, nodes, locals) => !locals.is_empty() || any(nodes),
            Node::Repeat { nodes, .. } => any(nodes),
            _ => false,
        })
    }
    !rule.locals.is_empty() || any(&rule.body)
}

/// The names that follow `let` right in these nodes, not in a group inside: they are not the caller's variables, even where
/// these have the same name.
fn declared(nodes: &[Node], out: &mut Vec<Name>) {
    let mut after_let = false;
    for node in nodes {
        match node {
            Node::Token(TokenTree::Ident(word)) if word == "let" => after_let = true,
            Node::Token(TokenTree::Ident(word)) if word == "mut" => {}
            Node::Token(TokenTree::Ident(word)) => {
                if std::mem::take(&mut after_let) {
                    out.push(Name::new(&word.to_string()));
                }
            }
            Node::Repeat { nodes, .. } => {
                after_let = false;
                declared(nodes, out);
            }
            _ => after_let = false,
        }
    }
}

/// All identifiers of a call.
fn mentioned(tokens: TokenStream, out: &mut FxHashSet<Name>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => drop(out.insert(Name::new(&word.to_string()))),
            TokenTree::Group(group) => mentioned(group.stream(), out),
            _ => {}
        }
    }
}

/// Whether a token is this punctuation character.
pub(super) fn is_punct(token: &TokenTree, c: char) -> bool {
    matches!(token, TokenTree::Punct(p) if p.as_char() == c)
}

fn nodes(stream: TokenStream, matcher: bool) -> Vec<Node> {
    let mut tokens = stream.into_iter().peekable();
    let mut out = Vec::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(ref p) if p.as_char() == '$' => {
                out.push(dollar(&mut tokens, matcher).unwrap_or(Node::Token(token)));
            }
            TokenTree::Group(group) => {
                let nodes = nodes(group.stream(), matcher);
                let mut locals = Vec::new();
                declared(&nodes, &mut locals);
                out.push(Node::Group(group.delimiter(), group.span(), nodes, locals));
            }
            token => out.push(Node::Token(token)),
        }
    }
    out
}

/// What follows a `$`; `None` leaves the dollar sign as it is.
fn dollar(tokens: &mut Tokens, matcher: bool) -> Option<Node> {
    match tokens.peek()? {
        TokenTree::Ident(word) if word == "crate" => {
            let at = word.span();
            tokens.next();
            Some(Node::Crate(at))
        }
        TokenTree::Ident(word) => {
            let name = Name::new(&word.to_string());
            tokens.next();
            Some(variable(name, tokens, matcher))
        }
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
            let nodes = nodes(group.stream(), matcher);
            tokens.next();
            let (separator, op) = repetition(tokens);
            let mut vars = Vec::new();
            variables(&nodes, &mut vars);
            Some(Node::Repeat {
                nodes,
                vars,
                separator,
                op,
            })
        }
        _ => None,
    }
}

fn variable(name: Name, tokens: &mut Tokens, matcher: bool) -> Node {
    let mut kind = String::new();
    if matcher
        && tokens.next_if(|t| is_punct(t, ':')).is_some()
        && let Some(TokenTree::Ident(word)) = tokens.next_if(|t| matches!(t, TokenTree::Ident(_)))
    {
        kind = word.to_string();
    }
    Node::Var { name, kind }
}

/// All variables of a matcher or transcriber.
fn variables(nodes: &[Node], out: &mut Vec<Name>) {
    for node in nodes {
        match node {
            Node::Var { name, .. } => out.push(*name),
            Node::Repeat { vars, .. } => out.extend(vars),
            Node::Group(_, _, nodes, _) => variables(nodes, out),
            Node::Token(_) | Node::Crate(_) => {}
        }
    }
}

/// The separator and the operator after `$( .. )`.
fn repetition(tokens: &mut Tokens) -> (Vec<TokenTree>, char) {
    let mut separator = Vec::new();
    for token in tokens.by_ref() {
        let op = match &token {
            TokenTree::Punct(p) => p.as_char(),
            _ => ' ',
        };
        if matches!(op, '*' | '+' | '?') {
            return (separator, op);
        }
        separator.push(token);
    }
    (separator, '*')
}
