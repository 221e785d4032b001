//! The attributes beside ours, where one item becomes two.

use quote::{ToTokens as _, quote};
use syn::{Attribute, Meta};

fn is_one_of(attr: &Attribute, names: &[&str]) -> bool {
    names.iter().any(|name| attr.path().is_ident(name))
}

/// What belongs to the symbol, and not to the function that is called.
pub(crate) fn is_of_symbol(attr: &Attribute) -> bool {
    is_one_of(attr, &["link_name", "link_ordinal"])
}

/// Whether the item is there at all, and which lints hold in it: that is for both of the two.
pub(crate) fn is_shared(attr: &Attribute) -> bool {
    const SHARED: &[&str] = &[
        "cfg", "cfg_attr", "allow", "expect", "warn", "deny", "forbid",
    ];
    is_one_of(attr, SHARED)
}

/// The attributes of a foreign block that hold for a function which has left it.
pub(crate) fn of_block(attrs: &[Attribute]) -> impl Iterator<Item = Attribute> {
    let links = |attr: &Attribute| {
        let text = attr.meta.to_token_stream().to_string();
        is_one_of(attr, &["cfg_attr"]) && text.contains("link")
    };
    let shared = attrs.iter().filter(move |a| is_shared(a) && !links(a));
    shared.map(tolerant)
}

/// An expectation as a mere permission: what is expected may happen in the other of the two, and some
/// lints look away from what a macro has made.
pub(crate) fn tolerant(attr: &Attribute) -> Attribute {
    let mut attr = attr.clone();
    if let Meta::List(list) = &mut attr.meta
        && list.path.is_ident("expect")
    {
        let tokens = &list.tokens;
        let allowed = quote!(allow(#tokens));
        if let Ok(meta) = syn::parse2(allowed) {
            attr.meta = meta;
        }
    }
    attr
}
