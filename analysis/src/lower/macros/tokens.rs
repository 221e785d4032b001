//! Building small token streams at one place of the source.

use proc_macro2::{
    Delimiter, Group, Ident, Literal, Punct, Spacing, Span as TokenSpan, TokenStream, TokenTree,
};

/// A token stream under construction; all its own tokens get one span.
pub(super) struct Tokens {
    span: TokenSpan,
    out: Vec<TokenTree>,
}

impl Tokens {
    /// An empty one.
    pub(super) fn at(span: TokenSpan) -> Tokens {
        Tokens {
            span,
            out: Vec::new(),
        }
    }

    /// An identifier or keyword.
    pub(super) fn word(mut self, text: &str) -> Tokens {
        self.out.push(Ident::new(text, self.span).into());
        self
    }

    /// Punctuation.
    pub(super) fn punct(mut self, text: &str) -> Tokens {
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            let spacing = match rest.peek() {
                Some(_) => Spacing::Joint,
                None => Spacing::Alone,
            };
            let mut punct = Punct::new(c, spacing);
            punct.set_span(self.span);
            self.out.push(punct.into());
        }
        self
    }

    /// `::a::b`.
    pub(super) fn path(mut self, segments: &[&str]) -> Tokens {
        for segment in segments {
            self = self.punct("::").word(segment);
        }
        self
    }

    /// A string literal.
    pub(super) fn string(mut self, text: &str) -> Tokens {
        let mut literal = Literal::string(text);
        literal.set_span(self.span);
        self.out.push(literal.into());
        self
    }

    /// A group.
    pub(super) fn group(mut self, delimiter: Delimiter, inner: TokenStream) -> Tokens {
        let mut group = Group::new(delimiter, inner);
        group.set_span(self.span);
        self.out.push(group.into());
        self
    }

    /// Other tokens as they are.
    pub(super) fn tokens(mut self, tokens: TokenStream) -> Tokens {
        self.out.extend(tokens);
        self
    }

    /// The stream.
    pub(super) fn stream(self) -> TokenStream {
        self.out.into_iter().collect()
    }

    /// The stream as an expression.
    pub(super) fn expr(self) -> Option<syn::Expr> {
        syn::parse2(self.stream()).ok()
    }
}
