//! The words of a directive: `allow(lint, .., reason = "..")`.

use crate::ir::DirectiveKind;
use proc_macro2::{TokenStream, TokenTree};
use std::str::FromStr;
use syn::Meta;

/// A directive's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parsed {
    /// What it asks for.
    pub(super) kind: DirectiveKind,
    /// Lint and group names, without `memlint::`.
    pub(super) lints: Vec<String>,
    /// Why.
    pub(super) reason: Option<String>,
}

fn malformed(why: &str) -> Parsed {
    Parsed {
        kind: DirectiveKind::Malformed(why.to_owned()),
        lints: Vec::new(),
        reason: None,
    }
}

/// A comment with its slashes; `None` if it is no directive. Documentation never is, but a line of
/// it that is nothing else was meant as one.
pub(super) fn comment(text: &str) -> Option<Parsed> {
    let inner = match text.strip_prefix("/*") {
        Some(block) => block.strip_suffix("*/").unwrap_or(block),
        None => text.strip_prefix("//")?,
    };
    if let Some(line) = inner.strip_prefix(['/', '!', '*']) {
        let words = line.trim().strip_prefix("memlint:")?;
        let meant = !matches!(words_of(words.trim()).kind, DirectiveKind::Malformed(_));
        return meant.then(|| malformed("documentation is no directive: write it behind `//`"));
    }
    let rest = inner.trim().strip_prefix("memlint")?;
    if let Some(words) = rest.strip_prefix(':') {
        return Some(words_of(words.trim()));
    }
    // A directive without its colon; any other sentence about memlint is a sentence.
    let word = rest.trim_start();
    let meant = ["allow(", "expect(", "allow-file("]
        .iter()
        .any(|kind| word.starts_with(kind));
    meant.then(|| malformed("expected a colon: `memlint: allow(..)`"))
}

fn words_of(text: &str) -> Parsed {
    let name_end = text
        .find(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(name_end);
    let Some(kind) = kind(name) else {
        return malformed("expected `allow`, `expect` or `allow-file`");
    };
    let Some(inner) = rest.trim().strip_prefix('(') else {
        return malformed("expected `(` and a lint's name");
    };
    let Some(inner) = inner.strip_suffix(')') else {
        return malformed("expected `)` at the end");
    };
    match TokenStream::from_str(inner) {
        Ok(tokens) => arguments(kind, tokens),
        Err(_) => malformed("expected lint names and `reason = \"..\"`"),
    }
}

fn kind(name: &str) -> Option<DirectiveKind> {
    match name {
        "allow" => Some(DirectiveKind::Allow),
        "expect" => Some(DirectiveKind::Expect),
        "allow-file" | "allow_file" => Some(DirectiveKind::AllowFile),
        _ => None,
    }
}

/// `lint, memlint::lint, reason = ".."`.
fn arguments(kind: DirectiveKind, tokens: TokenStream) -> Parsed {
    let mut out = Parsed {
        kind,
        lints: Vec::new(),
        reason: None,
    };
    for part in split_commas(tokens) {
        if let Some(text) = reason(&part) {
            match text {
                Some(text) => out.reason = Some(text),
                None => return malformed("expected a string: `reason = \"..\"`"),
            }
            continue;
        }
        match lint_name(&part) {
            Some(name) => out.lints.push(name),
            None => return malformed("expected a lint's name, as in `leaked_raw`"),
        }
    }
    if out.lints.is_empty() {
        return malformed("expected at least one lint's name");
    }
    out
}

fn split_commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut out = Vec::new();
    let mut part = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Punct(p) if p.as_char() == ',' => out.push(std::mem::take(&mut part)),
            token => part.push(token),
        }
    }
    // A trailing comma is fine.
    if !part.is_empty() {
        out.push(part);
    }
    out
}

/// `reason = ".."`; the inner `None` if the value is no string.
fn reason(part: &[TokenTree]) -> Option<Option<String>> {
    match part {
        [TokenTree::Ident(word), rest @ ..] if word == "reason" => Some(match rest {
            [TokenTree::Punct(eq), TokenTree::Literal(text)] if eq.as_char() == '=' => {
                syn::parse_str::<syn::LitStr>(&text.to_string())
                    .ok()
                    .map(|text| text.value())
            }
            _ => None,
        }),
        _ => None,
    }
}

/// A name: words joined by `_`, `-` or `::`, without the leading `memlint::`.
fn lint_name(part: &[TokenTree]) -> Option<String> {
    let mut text = String::new();
    for token in part {
        match token {
            TokenTree::Ident(word) => text.push_str(&word.to_string()),
            TokenTree::Punct(p) if matches!(p.as_char(), ':' | '-') => text.push(p.as_char()),
            _ => return None,
        }
    }
    let name = text.strip_prefix("memlint::").unwrap_or(&text);
    let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    (!name.is_empty() && name.chars().all(plain)).then(|| name.to_owned())
}

/// An attribute: `cfg_attr(.., memlint::allow(..))` or `allow(memlint::x)`; `None` if it is
/// neither.
pub(super) fn attribute(meta: &Meta) -> Option<Parsed> {
    let path = meta.path();
    let Meta::List(list) = meta else {
        let kind = kind(&own(path)?);
        return kind.map(|_| malformed("expected `(` and a lint's name"));
    };
    if path.is_ident("cfg_attr") {
        let (_, metas) = super::super::attr::conditional(&list.tokens)?;
        return metas.iter().find_map(attribute);
    }
    if path.is_ident("allow") || path.is_ident("expect") {
        return builtin(&path.segments[0].ident.to_string(), list.tokens.clone());
    }
    let word = own(path)?;
    match kind(&word) {
        Some(kind) => Some(arguments(kind, list.tokens.clone())),
        // The one other attribute that there is.
        None if memlint_spec::is_paired_alloc(path) => None,
        None => Some(malformed("expected `allow`, `expect` or `allow_file`")),
    }
}

/// The word behind `memlint::`.
fn own(path: &syn::Path) -> Option<String> {
    let ours = path.segments.len() == 2 && path.segments[0].ident == "memlint";
    ours.then(|| path.segments[1].ident.to_string())
}

/// `allow(dead_code, memlint::x, reason = "..")`: the names with our prefix.
fn builtin(name: &str, tokens: TokenStream) -> Option<Parsed> {
    let mut lints = Vec::new();
    let mut why = None;
    for part in split_commas(tokens) {
        let ours = matches!(part.first(), Some(TokenTree::Ident(word)) if word == "memlint");
        if ours {
            match lint_name(&part) {
                Some(name) => lints.push(name),
                None => return Some(malformed("expected a lint's name: `memlint::leaked_raw`")),
            }
        } else if let Some(text) = reason(&part) {
            why = text;
        }
    }
    if lints.is_empty() {
        return None;
    }
    Some(Parsed {
        kind: kind(name)?,
        lints,
        reason: why,
    })
}
