//! The statements around the real routine: before it, and after it has returned.

use memlint_spec::{Role, Routine};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Ident, ReturnType, Token, Type};

/// What the statements are made for.
pub(crate) struct Hooks<'a> {
    pub(crate) routine: &'a Routine,
    /// The function's name, for the report and for the place if nothing better is known.
    pub(crate) name: &'a Ident,
    /// The parameter that is released, or that receives the allocation.
    pub(crate) parameter: Option<Parameter>,
    pub(crate) output: &'a ReturnType,
    /// Whether a panic may leave the function.
    pub(crate) unwinds: bool,
    /// Whether the function waits, and may go on in another thread.
    pub(crate) waits: bool,
    pub(crate) others: Others<'a>,
}

/// What is known of the functions beside it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Others<'a> {
    /// Routines known to release what this one allocates.
    pub(crate) releases: &'a [String],
    /// Whether some may hand out what this one releases, and nobody follows them.
    pub(crate) unseen: bool,
}

/// A parameter with a name.
pub(crate) struct Parameter {
    pub(crate) name: TokenStream,
    pub(crate) mutability: Option<Token![mut]>,
    /// It points to the pointer.
    pub(crate) indirect: bool,
}

impl Hooks<'_> {
    /// Stands before the real routine. `__memlint_site` is where it is called, as far as is known.
    pub(crate) fn before(&self) -> TokenStream {
        let description = self.description();
        let site = quote_spanned!(self.name.span()=> ::memlint::rt::here());
        let rest = match (self.routine.role, &self.parameter) {
            (Role::Free, Some(given)) => self.before_release(given),
            (Role::Realloc, Some(given)) => self.before_resize(given),
            // The program's own use of the parameter is derived from what is kept.
            (
                Role::Alloc,
                Some(Parameter {
                    name, mutability, ..
                }),
            ) => quote! {
                let (__memlint_place, #mutability #name) = ::memlint::rt::kept(#name);
                let __memlint_pointee = {
                    use ::memlint::rt::Otherwise as _;
                    ::memlint::rt::place_target(&#name).pointee()
                };
            },
            (_, None) => TokenStream::new(),
        };
        quote! {
            static __MEMLINT: ::memlint::rt::Routine = #description;
            let __memlint_site = #site;
            #rest
        }
    }

    fn description(&self) -> TokenStream {
        let (family, name) = (&self.routine.family, self.name.to_string());
        let name = name.trim_start_matches("r#");
        let releases = self.others.releases;
        let made = match self.routine.role {
            Role::Free => quote!(::memlint::rt::Routine::release(#family, #name)),
            Role::Alloc | Role::Realloc => {
                quote!(::memlint::rt::Routine::allocator(#family, #name, &[#(#releases),*]))
            }
        };
        let made = match self.unwinds {
            true => made,
            false => quote!(#made.without_unwinding()),
        };
        match self.others.unseen {
            true => quote!(#made.of_open_family()),
            false => made,
        }
    }

    fn before_release(&self, given: &Parameter) -> TokenStream {
        let name = &given.name;
        let asked = match given.indirect {
            true => quote! {
                unsafe { ::memlint::rt::releasing_at(&__MEMLINT, __memlint_site, &#name) }
            },
            false => quote!(::memlint::rt::releasing(&__MEMLINT, __memlint_site, &#name)),
        };
        self.unless_refused(&asked, &quote!(Releasing))
    }

    fn before_resize(&self, given: &Parameter) -> TokenStream {
        let name = &given.name;
        let asked = quote!(::memlint::rt::resizing(&__MEMLINT, __memlint_site, &#name));
        self.unless_refused(&asked, &quote!(Resized))
    }

    /// Keeps what the question has said in `__memlint_old`, or leaves the function.
    fn unless_refused(&self, asked: &TokenStream, kind: &TokenStream) -> TokenStream {
        let leave = self.leave();
        let waiting = self
            .waits
            .then(|| quote!(let __memlint_old = ::memlint::rt::Waiting::waiting(__memlint_old);));
        quote! {
            #[allow(unused_unsafe, clippy::undocumented_unsafe_blocks)]
            let __memlint_old = match #asked {
                ::core::option::Option::Some(old) => old,
                ::core::option::Option::None => {
                    #leave
                    #[allow(unreachable_code)]
                    ::memlint::rt::#kind::NOTHING
                }
            };
            #waiting
        }
    }

    /// Leaves the function without a release that was found faulty, where there is something to
    /// return.
    fn leave(&self) -> TokenStream {
        let ty = match self.output {
            ReturnType::Default => return quote!(return;),
            ReturnType::Type(_, ty) if is_unit(ty) => return quote!(return;),
            ReturnType::Type(_, ty) if is_nameable(self.output) && !never(self.output) => ty,
            ReturnType::Type(..) => return TokenStream::new(),
        };
        quote! {
            {
                use ::memlint::rt::Otherwise as _;
                if let ::core::option::Option::Some(nothing) =
                    ::memlint::rt::result::<#ty>().skipped()
                {
                    return nothing;
                }
            }
        }
    }

    /// Stands after the real routine, whose result is `__memlint_result`.
    pub(crate) fn after(&self) -> TokenStream {
        // Should there be no pointer in it, the error stands at the type that was written.
        let span = match self.output {
            ReturnType::Type(_, ty) => ty.span(),
            ReturnType::Default => Span::call_site(),
        };
        let result = quote_spanned!(span=> &__memlint_result);
        match (self.routine.role, &self.parameter) {
            (Role::Free, _) => TokenStream::new(),
            (Role::Alloc, Some(_)) => quote! {
                {
                    use ::memlint::rt::OtherStatus as _;
                    if ::memlint::rt::Status(&__memlint_result).succeeded() {
                        #[allow(unused_unsafe, clippy::undocumented_unsafe_blocks)]
                        unsafe {
                            ::memlint::rt::acquired_at(
                                &__MEMLINT, __memlint_site, __memlint_place, __memlint_pointee,
                            );
                        }
                    }
                }
            },
            (Role::Alloc, None) => quote! {
                {
                    use ::memlint::rt::Otherwise as _;
                    ::memlint::rt::acquired(
                        &__MEMLINT,
                        __memlint_site,
                        #result,
                        ::memlint::rt::target(#result).pointee(),
                    );
                }
            },
            (Role::Realloc, _) => quote! {
                {
                    use ::memlint::rt::Otherwise as _;
                    ::memlint::rt::resized(
                        &__MEMLINT,
                        __memlint_site,
                        __memlint_old,
                        #result,
                        ::memlint::rt::target(#result).pointee(),
                    );
                }
            },
        }
    }
}

/// Whether a result type can be written where a variable or a closure states its type.
pub(crate) fn is_nameable(output: &ReturnType) -> bool {
    fn has_impl(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(word) => word == "impl",
            proc_macro2::TokenTree::Group(group) => has_impl(group.stream()),
            _ => false,
        })
    }
    match output {
        ReturnType::Default => true,
        ReturnType::Type(_, ty) => !has_impl(quote!(#ty)),
    }
}

/// Whether a function never returns. Such a type may not be named.
pub(crate) fn never(output: &ReturnType) -> bool {
    matches!(output, ReturnType::Type(_, ty) if matches!(&**ty, Type::Never(_)))
}

fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// Whether a type is plainly a pointer to a pointer: `*mut *mut T`, `&mut *mut T`.
pub(crate) fn points_to_pointer(ty: &Type) -> bool {
    match ty {
        Type::Ptr(outer) => matches!(&*outer.elem, Type::Ptr(_)),
        Type::Reference(outer) => matches!(&*outer.elem, Type::Ptr(_)),
        Type::Paren(inner) => points_to_pointer(&inner.elem),
        _ => false,
    }
}

/// Whether functions of an ABI let panics out.
pub(crate) fn unwinds(abi: Option<&syn::Abi>) -> bool {
    abi.is_none_or(|abi| {
        abi.name.as_ref().is_some_and(|name| {
            let name = name.value();
            name == "Rust" || name.ends_with("-unwind")
        })
    })
}

/// A name of our own beside the user's.
pub(crate) fn own(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
