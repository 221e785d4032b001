//! A function with a body: hooks before it, and after it where it allocates.

use crate::attributes::tolerant;
use crate::expand::select;
use crate::hooks::{Hooks, Others, Parameter, is_nameable, never, points_to_pointer, unwinds};
use memlint_spec::{Role, Routine};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::{Attribute, Error, FnArg, Pat, Result, Signature, Visibility};

/// A function as far as it matters. Its body may hold anything.
pub(crate) struct Function {
    attrs: Vec<Attribute>,
    vis: Visibility,
    pub(crate) sig: Signature,
    /// Nothing of a function that is only declared.
    body: Option<TokenStream>,
}

impl Function {
    pub(crate) fn parse(input: ParseStream<'_>) -> Result<Function> {
        let attrs = Attribute::parse_outer(input)?;
        let vis = input.parse()?;
        let sig = input.parse()?;
        let body = match input.parse::<Option<TokenTree>>()? {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                Some(group.stream())
            }
            _ => None,
        };
        Ok(Function {
            attrs,
            vis,
            sig,
            body,
        })
    }

    fn has(&self, name: &str) -> bool {
        let mentions = |attr: &Attribute| {
            let text = attr.meta.to_token_stream().to_string();
            attr.path().is_ident(name) || (attr.path().is_ident("unsafe") && text.contains(name))
        };
        self.attrs.iter().any(mentions)
    }

    /// Whether the place of the call can be known: only functions of Rust's own ABI pass it along.
    fn takes_caller(&self) -> bool {
        let own_abi = self.sig.abi.is_none() && self.sig.asyncness.is_none();
        let fixed = [
            "track_caller",
            "no_mangle",
            "export_name",
            "naked",
            "target_feature",
        ];
        own_abi && !fixed.iter().any(|name| self.has(name))
    }
}

/// The function with its hooks beside the function as it was.
pub(crate) fn expand(
    routine: &Routine,
    function: &Function,
    item: &TokenStream,
) -> Result<TokenStream> {
    let Some(body) = &function.body else {
        return Ok(item.clone());
    };
    if routine.untracked {
        return Ok(item.clone());
    }
    let mut sig = function.sig.clone();
    let parameter = parameter(routine, &mut sig)?;
    let hooks = Hooks {
        routine,
        name: &function.sig.ident,
        parameter,
        output: &function.sig.output,
        unwinds: unwinds(function.sig.abi.as_ref()),
        waits: function.sig.asyncness.is_some(),
        others: Others::default(),
    };
    let (inner, body) = split_inner_attributes(body.clone());
    let body = around(&hooks, &sig, &body);
    let caller = function.takes_caller().then(|| quote!(#[track_caller]));
    let (attrs, vis) = (function.attrs.iter().map(tolerant), &function.vis);
    let checked = quote! {
        #(#attrs)* #inner #caller #vis #sig { #body }
    };
    Ok(select(&checked, item))
}

fn around(hooks: &Hooks<'_>, sig: &Signature, body: &TokenStream) -> TokenStream {
    let before = hooks.before();
    let output = &sig.output;
    if never(output) {
        return quote!(#before #body);
    }
    let after = hooks.after();
    let (ret, ty) = match output {
        syn::ReturnType::Type(_, ty) if is_nameable(output) => (quote!(#output), quote!(: #ty)),
        _ => (TokenStream::new(), TokenStream::new()),
    };
    let result = match sig.asyncness {
        Some(_) => quote!((async move { #body }).await),
        None => quote!(::memlint::rt::body(move || #ret { #body })),
    };
    // A release has nothing after it. Its body is a closure all the same: a panic in it is to show
    // its own line, and not the one that `track_caller` passes along.
    if after.is_empty() {
        return quote!(#before #result);
    }
    quote! {
        #before
        let __memlint_result #ty = #result;
        #after
        __memlint_result
    }
}

/// The parameter that the routine speaks of. One that is kept is bound again by the hooks, with what
/// it had of `mut`, which leaves the head.
fn parameter(routine: &Routine, sig: &mut Signature) -> Result<Option<Parameter>> {
    let position = match (routine.role, routine.out) {
        (Role::Alloc, None) => return Ok(None),
        (Role::Alloc, Some(out)) => out,
        (Role::Free | Role::Realloc, _) => routine.arg,
    };
    let faulty = |at: &dyn ToTokens, what: &str| {
        Err(Error::new_spanned(
            at.to_token_stream(),
            format!("parameter {position} {what}"),
        ))
    };
    match sig.inputs.iter_mut().nth(position as usize) {
        Some(FnArg::Receiver(receiver)) if routine.role == Role::Alloc => faulty(
            receiver,
            "is the receiver, and no place to follow; `untracked` says so",
        ),
        Some(FnArg::Receiver(receiver)) => Ok(Some(Parameter {
            name: receiver.self_token.to_token_stream(),
            mutability: None,
            indirect: false,
        })),
        Some(FnArg::Typed(typed)) => match &mut *typed.pat {
            Pat::Ident(name) => {
                let is_kept = routine.role == Role::Alloc;
                Ok(Some(Parameter {
                    name: name.ident.to_token_stream(),
                    mutability: is_kept.then(|| name.mutability.take()).flatten(),
                    indirect: points_to_pointer(&typed.ty),
                }))
            }
            other => faulty(other, "needs a name to be followed"),
        },
        None => Ok(None),
    }
}

/// Attributes at the top of a body, which have to stand first, as attributes of the function.
fn split_inner_attributes(body: TokenStream) -> (TokenStream, TokenStream) {
    let mut tokens: Vec<TokenTree> = body.into_iter().collect();
    let mut outer = TokenStream::new();
    while let [
        TokenTree::Punct(hash),
        TokenTree::Punct(bang),
        TokenTree::Group(group),
        ..,
    ] = &tokens[..]
    {
        if hash.as_char() != '#' || bang.as_char() != '!' {
            break;
        }
        outer.extend(quote!(#hash #group));
        tokens.drain(..3);
    }
    (outer, tokens.into_iter().collect())
}
