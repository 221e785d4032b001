//! Parse, validate, expand; the item stands unchanged beside any error.

use memlint_spec::{
    PairedAlloc, check_arity, check_block, parse_attr, parse_attribute, parse_marker,
};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, ForeignItem, ItemForeignMod, Result, Signature, Visibility};

/// The item with the markers consumed, and a `compile_error!` beside it if something is wrong.
pub(crate) fn paired_alloc(attr: TokenStream, item: TokenStream) -> TokenStream {
    let subject = match Subject::parse.parse2(item.clone()) {
        Ok(subject) => subject,
        Err(error) => return with_error(item, error),
    };
    let checked = parse_attr(attr).and_then(|attr| subject.check(&attr));
    let item = subject.expand(item);
    match checked {
        Ok(()) => item,
        Err(error) => with_error(item, error),
    }
}

fn with_error(item: TokenStream, error: Error) -> TokenStream {
    let error = error.into_compile_error();
    quote!(#item #error)
}

/// What the annotation stands on.
enum Subject {
    Block(ItemForeignMod),
    Function(Box<Signature>),
}

impl Subject {
    /// A foreign block, or a function of any kind: free, method, trait method, foreign.
    ///
    /// Of a function only the head is read. Its body may hold anything.
    fn parse(input: ParseStream<'_>) -> Result<Subject> {
        if let Ok(block) = input.fork().parse::<ItemForeignMod>() {
            input.parse::<TokenStream>()?;
            return Ok(Subject::Block(block));
        }
        let start = input.span();
        let head = |input: ParseStream<'_>| {
            Attribute::parse_outer(input)?;
            input.parse::<Visibility>()?;
            input.parse::<Signature>()
        };
        let parsed = head(input);
        input.parse::<TokenStream>()?;
        parsed
            .map(|sig| Subject::Function(Box::new(sig)))
            .map_err(|_| {
                Error::new(
                    start,
                    "`#[paired_alloc]` stands on a function or on a foreign block",
                )
            })
    }

    fn check(&self, attr: &PairedAlloc) -> Result<()> {
        match self {
            Subject::Block(block) => check_block(attr, block).map(drop),
            Subject::Function(sig) => check_function(attr, sig),
        }
    }

    fn expand(self, item: TokenStream) -> TokenStream {
        match self {
            Subject::Block(block) => without_markers(block).into_token_stream(),
            Subject::Function(_) => item,
        }
    }
}

fn check_function(attr: &PairedAlloc, sig: &Signature) -> Result<()> {
    if let Some(constness) = &sig.constness {
        return Err(Error::new_spanned(
            constness,
            "a `const fn` cannot allocate or release",
        ));
    }
    match attr.routine() {
        Some(routine) => check_arity(&routine, sig),
        None => Err(Error::new(
            sig.ident.span(),
            format!(
                "`{}` needs a role: `role = \"alloc\"`, `\"free\"` or `\"realloc\"`",
                sig.ident
            ),
        )),
    }
}

/// The block as the compiler shall see it: the markers are no attributes of its own.
fn without_markers(mut block: ItemForeignMod) -> ItemForeignMod {
    for item in &mut block.items {
        let attrs = match item {
            ForeignItem::Fn(item) => &mut item.attrs,
            ForeignItem::Static(item) => &mut item.attrs,
            ForeignItem::Type(item) => &mut item.attrs,
            ForeignItem::Macro(item) => &mut item.attrs,
            _ => continue,
        };
        attrs.retain(|attr| parse_marker(attr).is_none() && parse_attribute(attr).is_none());
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(attr: &str, item: &str) -> String {
        paired_alloc(attr.parse().unwrap(), item.parse().unwrap()).to_string()
    }

    fn tokens(text: &str) -> String {
        text.parse::<TokenStream>().unwrap().to_string()
    }

    #[test]
    fn markers_are_consumed() {
        let item = "unsafe extern \"C\" {
            #[alloc] #[link_name = \"w_new\"] fn new() -> *mut W;
            #[free(arg = 0)] safe fn free(w: *mut W);
            fn count() -> usize;
        }";
        let expected = "unsafe extern \"C\" {
            #[link_name = \"w_new\"] fn new() -> *mut W;
            safe fn free(w: *mut W);
            fn count() -> usize;
        }";
        assert_eq!(expand("family = \"w\"", item), tokens(expected));
    }

    #[test]
    fn functions_of_every_kind_are_left_alone() {
        let items = [
            (
                "alloc",
                "pub extern \"C\" fn new() -> *mut W { body!(whatever) }",
            ),
            (
                "free",
                "unsafe fn free<'a, T: 'a>(self: Box<Self>) where T: Copy {}",
            ),
            ("free", "fn free(&mut self);"),
            (
                "alloc",
                "pub(crate) async fn make() -> Result<*mut W, E> { Err(E)? }",
            ),
        ];
        for (role, item) in items {
            let attr = format!("family = \"w\", role = \"{role}\"");
            assert_eq!(expand(&attr, item), tokens(item));
        }
    }

    #[test]
    fn errors_stand_beside_the_item() {
        let cases = [
            (
                "family = \"w\"",
                "fn new() -> *mut W { null_mut() }",
                "`new` needs a role",
            ),
            (
                "role = \"alloc\"",
                "fn new() -> *mut W { null_mut() }",
                "is missing",
            ),
            (
                "family = \"w\", role = \"free\"",
                "fn free() {}",
                "`free` has no parameters",
            ),
            (
                "family = \"w\", role = \"alloc\"",
                "fn new() {}",
                "`new` returns nothing",
            ),
            (
                "family = \"w\", role = \"alloc\"",
                "const fn new() -> u8 { 0 }",
                "`const fn`",
            ),
            (
                "family = \"w\", role = \"alloc\"",
                "struct W;",
                "a function or on a foreign block",
            ),
            (
                "family = \"w\", role = \"free\"",
                "extern \"C\" { fn f(w: *mut W); }",
                "no role of its own",
            ),
        ];
        for (attr, item, message) in cases {
            let expanded = expand(attr, item);
            assert!(expanded.starts_with(&tokens(item)), "{expanded}");
            assert!(expanded.contains("compile_error"), "{expanded}");
            assert!(expanded.contains(message), "{expanded}");
        }
    }

    #[test]
    fn markers_are_consumed_beside_an_error_too() {
        let expanded = expand("", "extern \"C\" { #[alloc] fn new() -> *mut W; }");
        assert!(!expanded.contains("# [alloc]"), "{expanded}");
        assert!(expanded.contains("compile_error"), "{expanded}");
    }
}
