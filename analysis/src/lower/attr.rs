//! Attributes that mean something here: presence, representation, linkage, pairing, tests.

use super::span::Origin;
use super::ty::ident;
use crate::ir::{Cfg, Pairing, Repr, Role};
use crate::name::Name;
use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Meta};

/// The presence condition of all `#[cfg]`s together.
pub(crate) fn cfg(attrs: &[Attribute]) -> Option<Cfg> {
    let mut all = Vec::new();
    for attr in attrs {
        if let Meta::List(list) = &attr.meta
            && list.path.is_ident("cfg")
        {
            all.push(predicate(list.tokens.clone()));
        }
    }
    match all.len() {
        0 => None,
        1 => all.pop(),
        _ => Some(Cfg::All(all)),
    }
}

/// The condition inside `cfg(..)`. What is not understood is a flag that nobody sets.
pub(crate) fn predicate(tokens: TokenStream) -> Cfg {
    predicates(tokens).pop().unwrap_or(Cfg::All(Vec::new()))
}

fn predicates(tokens: TokenStream) -> Vec<Cfg> {
    let mut out = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let TokenTree::Ident(word) = token else {
            continue;
        };
        let name = ident(&word);
        match tokens.peek() {
            Some(TokenTree::Group(group)) => {
                let inner = predicates(group.stream());
                tokens.next();
                out.push(combine(name, inner));
            }
            Some(TokenTree::Punct(p)) if p.as_char() == '=' => {
                tokens.next();
                let value = tokens.next().map(|t| t.to_string()).unwrap_or_default();
                out.push(Cfg::Value(name, Name::new(value.trim_matches('"'))));
            }
            _ if name == "true" => out.push(Cfg::All(Vec::new())),
            _ if name == "false" => out.push(Cfg::Any(Vec::new())),
            _ => out.push(Cfg::Flag(name)),
        }
    }
    out
}

fn combine(name: Name, mut inner: Vec<Cfg>) -> Cfg {
    match name.as_str() {
        "all" => Cfg::All(inner),
        "any" => Cfg::Any(inner),
        "not" => match inner.pop() {
            Some(only) => Cfg::Not(Box::new(only)),
            None => Cfg::Any(Vec::new()),
        },
        _ => Cfg::Flag(name),
    }
}

/// Any ABI but Rust's.
pub(crate) fn is_foreign_abi(abi: Option<&syn::Abi>) -> bool {
    abi.is_some_and(|abi| {
        abi.name
            .as_ref()
            .is_none_or(|name| !matches!(name.value().as_str(), "Rust" | "rust-call"))
    })
}

/// The attributes with `cfg_attr(..)` and `unsafe(..)` opened. A `cfg_attr` counts whatever its
/// condition, unless that is `any()`, which never holds.
pub(crate) fn metas(attrs: &[Attribute]) -> Vec<Meta> {
    let mut out = Vec::with_capacity(attrs.len());
    for attr in attrs {
        if !attr.path().is_ident("doc") {
            open(&attr.meta, &mut out);
        }
    }
    out
}

fn open(meta: &Meta, out: &mut Vec<Meta>) {
    let Meta::List(list) = meta else {
        out.push(meta.clone());
        return;
    };
    if list.path.is_ident("cfg_attr") {
        let Some((condition, rest)) = conditional(&list.tokens) else {
            return;
        };
        if condition != Cfg::Any(Vec::new()) {
            rest.iter().for_each(|m| open(m, out));
        }
    } else if list.path.is_ident("unsafe") {
        match syn::parse2::<Meta>(list.tokens.clone()) {
            Ok(inner) => open(&inner, out),
            Err(_) => out.push(meta.clone()),
        }
    } else {
        out.push(meta.clone());
    }
}

/// The condition and the attributes of a `cfg_attr`'s arguments.
pub(crate) fn conditional(tokens: &TokenStream) -> Option<(Cfg, Vec<Meta>)> {
    let mut condition = TokenStream::new();
    let mut rest = tokens.clone().into_iter();
    for token in rest.by_ref() {
        if matches!(&token, TokenTree::Punct(p) if p.as_char() == ',') {
            break;
        }
        condition.extend([token]);
    }
    let list = syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated;
    let metas = syn::parse::Parser::parse2(list, rest.collect()).ok()?;
    Some((predicate(condition), metas.into_iter().collect()))
}

/// The last segment of an attribute's path.
pub(crate) fn meta_name(meta: &Meta) -> Name {
    meta.path()
        .segments
        .last()
        .map_or(Name::EMPTY, |s| ident(&s.ident))
}

/// The text after `=`.
pub(crate) fn meta_text(meta: &Meta) -> Option<String> {
    let Meta::NameValue(pair) = meta else {
        return None;
    };
    match &pair.value {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

/// What a function's attributes say.
#[derive(Default)]
pub(crate) struct FnAttrs {
    /// `#[link_name]` or `#[export_name]`.
    pub(crate) link_name: Option<Name>,
    /// `#[no_mangle]` or `#[export_name]`.
    pub(crate) exported: bool,
    /// `#[test]`, `#[tokio::test]`, `#[bench]`.
    pub(crate) is_test: bool,
    /// `#[paired_alloc(..)]`, `#[alloc]`, `#[free]`.
    pub(crate) pairing: Option<Pairing>,
    /// `#[memlint_stub::..]`.
    pub(crate) effects: Vec<(Name, String)>,
}

/// Reads a function's attributes; `family` is that of an annotated block around it.
pub(crate) fn function(origin: Origin, attrs: &[Attribute], family: Option<Name>) -> FnAttrs {
    let mut out = FnAttrs::default();
    if attrs.is_empty() {
        return out;
    }
    for meta in metas(attrs) {
        match meta_name(&meta).as_str() {
            "no_mangle" => out.exported = true,
            "export_name" => {
                out.exported = true;
                out.link_name = meta_text(&meta).map(|text| Name::new(&text));
            }
            "link_name" => out.link_name = meta_text(&meta).map(|text| Name::new(&text)),
            name if is_test(name) => out.is_test = true,
            _ if memlint_spec::is_paired_alloc(meta.path()) => {
                out.pairing = pairing(origin, &meta).or(out.pairing);
            }
            _ => {}
        }
    }
    if let Some(family) = family {
        let markers = attrs.iter().filter_map(|attr| marker(origin, attr, family));
        out.pairing = markers.reduce(|_, later| later).or(out.pairing);
    }
    out.effects = effects(attrs);
    out
}

/// Whether the last segment of an attribute's path makes a test of a function.
pub(crate) fn is_test(name: &str) -> bool {
    matches!(
        name,
        "test" | "bench" | "rstest" | "test_case" | "wasm_bindgen_test"
    )
}

/// The stubs' own attributes: last path segment and arguments as text.
pub(crate) fn effects(attrs: &[Attribute]) -> Vec<(Name, String)> {
    let mut out = Vec::new();
    for attr in attrs {
        let path = attr.path();
        if path.segments.len() < 2 || path.segments[0].ident != "memlint_stub" {
            continue;
        }
        let args = match &attr.meta {
            Meta::List(list) => list.tokens.to_string(),
            _ => String::new(),
        };
        out.push((meta_name(&attr.meta), args));
    }
    out
}

/// The family that `#[paired_alloc(family = "..")]` on an extern block gives to all inside.
pub(crate) fn block_family(attrs: &[Attribute]) -> Option<Name> {
    let metas = metas(attrs);
    let mut stated = metas.iter().filter_map(|meta| match meta {
        Meta::List(list) if memlint_spec::is_paired_alloc(&list.path) => {
            memlint_spec::parse_attr(list.tokens.clone()).ok()
        }
        _ => None,
    });
    stated.next().map(|attr| Name::new(&attr.family))
}

fn pairing(origin: Origin, meta: &Meta) -> Option<Pairing> {
    let Meta::List(list) = meta else {
        return None;
    };
    let routine = memlint_spec::parse_attr(list.tokens.clone())
        .ok()?
        .routine()?;
    Some(stated(origin, meta, routine))
}

/// `#[alloc]`, `#[free(arg = 1)]` inside a block of the family `family`.
fn marker(origin: Origin, attr: &Attribute, family: Name) -> Option<Pairing> {
    let marker = memlint_spec::parse_marker(attr)?.ok()?;
    Some(stated(origin, &attr.meta, marker.routine(family.as_str())))
}

fn stated(origin: Origin, meta: &Meta, routine: memlint_spec::Routine) -> Pairing {
    let path = meta.path();
    let last = match meta {
        Meta::List(list) => list.delimiter.span().close(),
        _ => super::span::path_last(path),
    };
    Pairing {
        family: Name::new(&routine.family),
        role: match routine.role {
            memlint_spec::Role::Alloc => Role::Alloc,
            memlint_spec::Role::Free => Role::Free,
            memlint_spec::Role::Realloc => Role::Realloc,
        },
        arg: routine.arg,
        out: routine.out,
        span: super::span::between(origin, super::span::path_first(path), last),
    }
}

/// `#[repr(..)]`, and the last segments of `#[derive(..)]`.
pub(crate) fn layout(attrs: &[Attribute]) -> (Repr, Vec<Name>) {
    let mut repr = Repr::default();
    let mut derives = Vec::new();
    for meta in metas(attrs) {
        let Meta::List(list) = &meta else {
            continue;
        };
        if list.path.is_ident("repr") {
            read_repr(&mut repr, list.tokens.clone());
        } else if list.path.is_ident("derive") {
            read_derives(&mut derives, list.tokens.clone());
        }
    }
    (repr, derives)
}

fn read_repr(repr: &mut Repr, tokens: TokenStream) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let TokenTree::Ident(word) = token else {
            continue;
        };
        let argument = match tokens.peek() {
            Some(TokenTree::Group(group)) => group.stream().to_string().parse().ok(),
            _ => None,
        };
        match word.to_string().as_str() {
            "C" => repr.c = true,
            "transparent" => repr.transparent = true,
            "packed" => repr.packed = Some(argument.unwrap_or(1)),
            "align" => repr.align = argument,
            "Rust" | "simd" => {}
            int => repr.int = Some(Name::new(int)),
        }
    }
}

fn read_derives(derives: &mut Vec<Name>, tokens: TokenStream) {
    let mut last = None;
    for token in tokens {
        match token {
            TokenTree::Ident(word) => last = Some(ident(&word)),
            TokenTree::Punct(p) if p.as_char() == ',' => derives.extend(last.take()),
            _ => {}
        }
    }
    derives.extend(last);
}
