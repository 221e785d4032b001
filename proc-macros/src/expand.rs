//! Parse, validate, expand; the item stands unchanged beside any error.

use crate::block::{self, without_markers};
use crate::function::{self, Function};
use memlint_spec::{PairedAlloc, Routine, check_arity, check_block, check_tracked, parse_attr};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Error, ItemForeignMod, Result, Signature};

/// The item with what follows its calls at run time, or with a `compile_error!` beside it.
pub(crate) fn paired_alloc(attr: TokenStream, item: TokenStream) -> TokenStream {
    let subject = match Subject::parse.parse2(item.clone()) {
        Ok(subject) => subject,
        Err(error) => return with_error(item, error),
    };
    let expanded = parse_attr(attr).and_then(|attr| subject.expand(&attr, &item));
    expanded.unwrap_or_else(|error| with_error(subject.unchanged(item), error))
}

fn with_error(item: TokenStream, error: Error) -> TokenStream {
    let error = error.into_compile_error();
    quote!(#item #error)
}

/// Both forms of an item: the crate `memlint` takes the first where its checks are compiled in.
pub(crate) fn select(checked: &TokenStream, plain: &TokenStream) -> TokenStream {
    quote!(::memlint::rt::select! { { #checked } { #plain } })
}

/// What the annotation stands on.
enum Subject {
    Block(ItemForeignMod),
    Function(Box<Function>),
}

impl Subject {
    /// A foreign block, or a function of any kind: free, method, trait method, foreign.
    fn parse(input: ParseStream<'_>) -> Result<Subject> {
        if let Ok(block) = input.fork().parse::<ItemForeignMod>() {
            input.parse::<TokenStream>()?;
            return Ok(Subject::Block(block));
        }
        let start = input.span();
        let parsed = Function::parse(input);
        input.parse::<TokenStream>()?;
        parsed
            .map(|function| Subject::Function(Box::new(function)))
            .map_err(|_| {
                Error::new(
                    start,
                    "`#[paired_alloc]` stands on a function or on a foreign block",
                )
            })
    }

    fn expand(&self, attr: &PairedAlloc, item: &TokenStream) -> Result<TokenStream> {
        match self {
            Subject::Block(block) => {
                let annotated = check_block(attr, block)?;
                Ok(block::expand(attr, block, &annotated))
            }
            Subject::Function(function) => {
                let routine = routine(attr, &function.sig)?;
                check_arity(&routine, &function.sig)?;
                check_tracked(&routine, &function.sig)?;
                function::expand(&routine, function, item)
            }
        }
    }

    /// As the compiler shall see it beside an error.
    fn unchanged(self, item: TokenStream) -> TokenStream {
        match self {
            Subject::Block(block) => without_markers(block).into_token_stream(),
            Subject::Function(_) => item,
        }
    }
}

fn routine(attr: &PairedAlloc, sig: &Signature) -> Result<Routine> {
    attr.routine().ok_or_else(|| {
        Error::new(
            sig.ident.span(),
            format!(
                "`{}` needs a role: `role = \"alloc\"`, `\"free\"` or `\"realloc\"`",
                sig.ident
            ),
        )
    })
}

#[cfg(test)]
mod tests;
