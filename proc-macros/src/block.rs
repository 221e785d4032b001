//! A foreign block: each marked function gets a checked one of its name in front of it.

use crate::attributes::{is_of_symbol, is_shared, of_block, tolerant};
use crate::expand::select;
use crate::hooks::{Hooks, Others, Parameter, never, own, points_to_pointer, unwinds};
use crate::unseen;
use memlint_spec::{Annotated, PairedAlloc, Role, Routine, parse_attribute, parse_marker};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt as _;
use syn::{FnArg, ForeignItem, ForeignItemFn, Ident, ItemForeignMod, Pat, Safety};

/// The block with the marked functions under private names, and the checked functions after it.
pub(crate) fn expand(
    attr: &PairedAlloc,
    block: &ItemForeignMod,
    annotated: &[Annotated],
) -> TokenStream {
    let plain = without_markers(block.clone());
    let mut hidden = plain.clone();
    hidden.attrs = hidden.attrs.iter().map(tolerant).collect();
    let mut checked = Vec::new();
    for Annotated { item, routine } in annotated {
        let Some(ForeignItem::Fn(function)) = hidden.items.get_mut(*item) else {
            continue;
        };
        if routine.untracked {
            continue;
        }
        let others = Others {
            releases: &releases(routine, block, annotated),
            unseen: unseen::has_any(routine, &function.sig, block, annotated),
        };
        checked.push(shim(attr, block, function, routine, others));
        hide(function);
    }
    let checked = quote!(#hidden #(#checked)*);
    select(&checked, &plain.into_token_stream())
}

/// The block as the compiler shall see it: the markers are no attributes of its own.
pub(crate) fn without_markers(mut block: ItemForeignMod) -> ItemForeignMod {
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

/// The functions of the block that release what an allocator of it makes.
fn releases(routine: &Routine, block: &ItemForeignMod, annotated: &[Annotated]) -> Vec<String> {
    let partner =
        |a: &&Annotated| a.routine.role == Role::Free && a.routine.family == routine.family;
    let name = |a: &Annotated| match block.items.get(a.item) {
        Some(ForeignItem::Fn(function)) => Some(function.sig.ident.unraw().to_string()),
        _ => None,
    };
    annotated.iter().filter(partner).filter_map(name).collect()
}

/// Gives the declared function a private name of ours; the symbol stays.
fn hide(function: &mut ForeignItemFn) {
    let name = function.sig.ident.unraw().to_string();
    let kept = function
        .attrs
        .iter()
        .filter(|a| is_of_symbol(a) || is_shared(a));
    function.attrs = kept.map(tolerant).collect();
    if !function.attrs.iter().any(is_of_symbol) {
        function.attrs.push(syn::parse_quote!(#[link_name = #name]));
    }
    function.vis = syn::Visibility::Inherited;
    function.sig.ident = hidden_name(&function.sig.ident);
}

fn hidden_name(name: &Ident) -> Ident {
    format_ident!("__memlint_{}", name.unraw())
}

/// The function of the old name that calls the declared one between its hooks.
fn shim(
    attr: &PairedAlloc,
    block: &ItemForeignMod,
    function: &ForeignItemFn,
    routine: &Routine,
    others: Others<'_>,
) -> TokenStream {
    let mut sig = function.sig.clone();
    let arguments = name_parameters(&mut sig);
    let abi = &block.abi;
    let abi = (!attr.caller).then_some(abi);
    let caller = attr.caller.then(|| quote!(#[track_caller]));
    let position = match routine.role {
        Role::Alloc => routine.out,
        Role::Free | Role::Realloc => Some(routine.arg),
    };
    let parameter = position.and_then(|position| {
        let name = arguments.get(position as usize)?.to_token_stream();
        let input = function.sig.inputs.iter().nth(position as usize)?;
        Some(Parameter {
            name,
            mutability: None,
            indirect: matches!(input, FnArg::Typed(typed) if points_to_pointer(&typed.ty)),
        })
    });
    let hooks = Hooks {
        routine,
        name: &function.sig.ident,
        parameter,
        output: &function.sig.output,
        unwinds: unwinds(abi),
        waits: false,
        others,
    };
    let (before, after) = (hooks.before(), hooks.after());
    let own = function.attrs.iter().filter(|attr| !is_of_symbol(attr));
    let attrs = of_block(&block.attrs).chain(own.map(tolerant));
    let safety = match (&function.sig.safety, block.unsafety) {
        (Safety::Safe(_), _) => None,
        _ => Some(quote!(unsafe)),
    };
    let (vis, name, generics) = (&function.vis, &sig.ident, &sig.generics);
    let (inputs, output) = (&sig.inputs, &sig.output);
    let hidden = hidden_name(name);
    let call = quote!(unsafe { #hidden(#(#arguments),*) });
    let call = match never(output) || after.is_empty() {
        true => call,
        false => quote! {
            let __memlint_result = #call;
            #after
            __memlint_result
        },
    };
    quote! {
        #(#attrs)*
        #[allow(
            clippy::missing_safety_doc,
            clippy::too_many_arguments,
            clippy::not_unsafe_ptr_arg_deref,
            clippy::undocumented_unsafe_blocks,
            improper_ctypes_definitions,
            private_interfaces,
            unused_unsafe,
        )]
        #caller
        #[inline]
        #vis #safety #abi fn #name #generics (#inputs) #output {
            #before
            #call
        }
    }
}

/// Names for all parameters, the user's where there is one.
fn name_parameters(sig: &mut syn::Signature) -> Vec<Ident> {
    let mut names = Vec::new();
    for (index, input) in sig.inputs.iter_mut().enumerate() {
        let FnArg::Typed(typed) = input else {
            continue;
        };
        let name = match &*typed.pat {
            Pat::Ident(name) => name.ident.clone(),
            _ => own(&format!("__memlint_{index}")),
        };
        *typed.pat = syn::parse_quote!(#name);
        names.push(name);
    }
    names
}
