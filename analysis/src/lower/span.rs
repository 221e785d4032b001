//! Spans of tokens and expressions as lines and columns, found without printing the tree.

use crate::span::{FileId, Pos, Span};
use proc_macro2::{LineColumn, Span as TokenSpan};
use std::cell::RefCell;
use syn::{Expr, Type};

/// A text that is being lowered: a file, or a part of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Origin {
    /// The file.
    pub(crate) file: FileId,
    /// Where in it the text begins.
    begin: Pos,
}

impl From<FileId> for Origin {
    fn from(file: FileId) -> Origin {
        Origin::part(file, Pos { line: 1, column: 0 })
    }
}

impl Origin {
    /// The part of a file that begins there.
    pub(crate) fn part(file: FileId, begin: Pos) -> Origin {
        Origin { file, begin }
    }

    /// A position as proc-macro2 gives it, in the file.
    pub(crate) fn position(self, at: LineColumn) -> Pos {
        let (line, column) = (at.line as u32, at.column as u32);
        Pos {
            line: (line + self.begin.line).saturating_sub(1),
            column: match line {
                1 => column + self.begin.column,
                _ => column,
            },
        }
    }
}

impl Origin {
    fn start(self, span: TokenSpan) -> Pos {
        let at = span.start();
        match at == BEGIN && span.end() == BEGIN {
            true => Pos { line: 1, column: 0 },
            false => self.position(at),
        }
    }

    fn end(self, span: TokenSpan) -> Pos {
        let at = span.end();
        match at == BEGIN {
            true => Pos { line: 1, column: 0 },
            false => self.position(at),
        }
    }
}

/// Where tokens begin and end that stand nowhere.
const BEGIN: LineColumn = LineColumn { line: 1, column: 0 };

/// A macro's definition whose tokens occur in the text that is being lowered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Definition {
    /// One of its tokens: those of one text can be joined.
    token: TokenSpan,
    origin: Origin,
    /// All of it.
    pub(crate) region: Span,
}

thread_local! {
    static DEFINITIONS: RefCell<Vec<Definition>> = const { RefCell::new(Vec::new()) };
}

impl Definition {
    /// The definition that stands at `region`; from now on its tokens are found there.
    pub(crate) fn known(token: TokenSpan, region: Span) -> Definition {
        let definition = Definition {
            token,
            origin: Origin::part(region.file, region.lo),
            region,
        };
        DEFINITIONS.with_borrow_mut(|all| all.push(definition));
        definition
    }

    /// Whether it is the definition's own token, not one of a call's arguments.
    pub(crate) fn has(&self, token: TokenSpan) -> bool {
        self.token.join(token).is_some()
    }
}

/// Forgets the definitions: the next text has tokens of its own.
pub(crate) fn forget_definitions() {
    DEFINITIONS.with_borrow_mut(Vec::clear);
}

/// The macro's definition that the token comes from, if it comes from one.
pub(crate) fn definition_of(token: TokenSpan) -> Option<Definition> {
    DEFINITIONS.with_borrow(|all| all.iter().find(|d| d.has(token)).copied())
}

/// Where the token comes from: the text itself, or a macro's definition.
fn source(origin: Origin, token: TokenSpan) -> Origin {
    definition_of(token).map_or(origin, |definition| definition.origin)
}

/// One token's span.
pub(crate) fn resolve(origin: Origin, span: TokenSpan) -> Span {
    let origin = source(origin, span);
    Span {
        file: origin.file,
        lo: origin.start(span),
        hi: origin.end(span),
    }
}

/// From the first token to the last. Where one is an argument of a macro's call and the other
/// stands in the macro, that one tells the place, so that all calls tell the same.
pub(crate) fn between(own: Origin, first: TokenSpan, last: TokenSpan) -> Span {
    let (origin, other) = (source(own, first), source(own, last));
    if origin != other {
        return match origin == own {
            true => resolve(own, last),
            false => resolve(own, first),
        };
    }
    let lo = origin.start(first);
    let hi = origin.end(last);
    if lo <= hi {
        let file = origin.file;
        Span { file, lo, hi }
    } else {
        resolve(own, first)
    }
}

/// An expression's span.
pub(crate) fn expr(origin: Origin, e: &Expr) -> Span {
    between(origin, first(e), last(e))
}

/// The first token of an expression (its attributes left out).
pub(crate) fn first(mut e: &Expr) -> TokenSpan {
    loop {
        e = match e {
            Expr::Assign(x) => &x.left,
            Expr::Await(x) => &x.base,
            Expr::Binary(x) => &x.left,
            Expr::Call(x) => &x.func,
            Expr::Cast(x) => &x.expr,
            Expr::Field(x) => &x.base,
            Expr::Group(x) => &x.expr,
            Expr::Index(x) => &x.expr,
            Expr::MethodCall(x) => &x.receiver,
            Expr::Try(x) => &x.expr,
            Expr::Range(x) => match &x.start {
                Some(start) => start,
                None => return first_of_limits(&x.limits),
            },
            other => return first_token(other),
        }
    }
}

fn first_of_limits(limits: &syn::RangeLimits) -> TokenSpan {
    match limits {
        syn::RangeLimits::HalfOpen(t) => t.spans[0],
        syn::RangeLimits::Closed(t) => t.spans[0],
    }
}

fn last_of_limits(limits: &syn::RangeLimits) -> TokenSpan {
    match limits {
        syn::RangeLimits::HalfOpen(t) => t.spans[1],
        syn::RangeLimits::Closed(t) => t.spans[2],
    }
}

fn first_token(e: &Expr) -> TokenSpan {
    match e {
        Expr::Array(x) => x.bracket_token.span.open(),
        Expr::Async(x) => x.async_token.span,
        Expr::Block(x) => label(&x.label).unwrap_or_else(|| x.block.brace_token.span.open()),
        Expr::Break(x) => x.break_token.span,
        Expr::Closure(x) => first_of_closure(x),
        Expr::Const(x) => x.const_token.span,
        Expr::Continue(x) => x.continue_token.span,
        Expr::ForLoop(x) => label(&x.label).unwrap_or(x.for_token.span),
        Expr::If(x) => x.if_token.span,
        Expr::Infer(x) => x.underscore_token.span,
        Expr::Let(x) => x.let_token.span,
        Expr::Lit(x) => x.lit.span(),
        Expr::Loop(x) => label(&x.label).unwrap_or(x.loop_token.span),
        Expr::Macro(x) => path_first(&x.mac.path),
        Expr::Match(x) => x.match_token.span,
        Expr::Paren(x) => x.paren_token.span.open(),
        Expr::Path(x) => qualified_first(x.qself.as_ref(), &x.path),
        Expr::RawAddr(x) => x.and_token.spans[0],
        Expr::Reference(x) => x.and_token.spans[0],
        Expr::Repeat(x) => x.bracket_token.span.open(),
        Expr::Return(x) => x.return_token.span,
        Expr::Struct(x) => qualified_first(x.qself.as_ref(), &x.path),
        Expr::TryBlock(x) => x.try_token.span,
        Expr::Tuple(x) => x.paren_token.span.open(),
        Expr::Unary(x) => unary(&x.op),
        Expr::Unsafe(x) => x.unsafe_token.span,
        Expr::Verbatim(tokens) => tokens
            .clone()
            .into_iter()
            .next()
            .map_or_else(TokenSpan::call_site, |t| t.span()),
        Expr::While(x) => label(&x.label).unwrap_or(x.while_token.span),
        Expr::Yield(x) => x.yield_token.span,
        _ => TokenSpan::call_site(),
    }
}

fn label(label: &Option<syn::Label>) -> Option<TokenSpan> {
    label.as_ref().map(|l| l.name.apostrophe)
}

fn first_of_closure(x: &syn::ExprClosure) -> TokenSpan {
    if let Some(t) = &x.constness {
        return t.span;
    }
    if let Some(t) = &x.asyncness {
        return t.span;
    }
    match &x.capture {
        Some(t) => t.span,
        None => x.inputs_begin.spans[0],
    }
}

fn unary(op: &syn::UnOp) -> TokenSpan {
    match op {
        syn::UnOp::Deref(t) => t.spans[0],
        syn::UnOp::Not(t) => t.spans[0],
        syn::UnOp::Neg(t) => t.spans[0],
        _ => TokenSpan::call_site(),
    }
}

/// The last token of an expression.
pub(crate) fn last(mut e: &Expr) -> TokenSpan {
    loop {
        e = match e {
            Expr::Assign(x) => &x.right,
            Expr::Binary(x) => &x.right,
            Expr::Closure(x) => &x.body,
            Expr::Group(x) => &x.expr,
            Expr::Let(x) => &x.expr,
            Expr::RawAddr(x) => &x.expr,
            Expr::Reference(x) => &x.expr,
            Expr::Unary(x) => &x.expr,
            Expr::Break(x) => match (&x.expr, &x.label) {
                (Some(inner), _) => inner,
                (None, Some(label)) => return label.ident.span(),
                (None, None) => return x.break_token.span,
            },
            Expr::Return(x) => match &x.expr {
                Some(inner) => inner,
                None => return x.return_token.span,
            },
            Expr::Yield(x) => match &x.expr {
                Some(inner) => inner,
                None => return x.yield_token.span,
            },
            Expr::Range(x) => match &x.end {
                Some(inner) => inner,
                None => return last_of_limits(&x.limits),
            },
            Expr::If(x) => match &x.else_branch {
                Some((_, inner)) => inner,
                None => return x.then_branch.brace_token.span.close(),
            },
            other => return last_token(other),
        }
    }
}

fn last_token(e: &Expr) -> TokenSpan {
    match e {
        Expr::Array(x) => x.bracket_token.span.close(),
        Expr::Async(x) => x.block.brace_token.span.close(),
        Expr::Await(x) => x.await_token.span,
        Expr::Block(x) => x.block.brace_token.span.close(),
        Expr::Call(x) => x.paren_token.span.close(),
        Expr::Cast(x) => ty_last(&x.ty),
        Expr::Const(x) => x.block.brace_token.span.close(),
        Expr::Continue(x) => match &x.label {
            Some(label) => label.ident.span(),
            None => x.continue_token.span,
        },
        Expr::Field(x) => match &x.member {
            syn::Member::Named(ident) => ident.span(),
            syn::Member::Unnamed(index) => index.span,
        },
        Expr::ForLoop(x) => x.body.brace_token.span.close(),
        Expr::Index(x) => x.bracket_token.span.close(),
        Expr::Infer(x) => x.underscore_token.span,
        Expr::Lit(x) => x.lit.span(),
        Expr::Loop(x) => x.body.brace_token.span.close(),
        Expr::Macro(x) => x.mac.delimiter.span().close(),
        Expr::Match(x) => x.brace_token.span.close(),
        Expr::MethodCall(x) => x.paren_token.span.close(),
        Expr::Paren(x) => x.paren_token.span.close(),
        Expr::Path(x) => qualified_last(x.qself.as_ref(), &x.path),
        Expr::Repeat(x) => x.bracket_token.span.close(),
        Expr::Struct(x) => x.brace_token.span.close(),
        Expr::Try(x) => x.question_token.spans[0],
        Expr::TryBlock(x) => x.block.brace_token.span.close(),
        Expr::Tuple(x) => x.paren_token.span.close(),
        Expr::Unsafe(x) => x.block.brace_token.span.close(),
        Expr::Verbatim(tokens) => tokens
            .clone()
            .into_iter()
            .last()
            .map_or_else(TokenSpan::call_site, |t| t.span()),
        Expr::While(x) => x.body.brace_token.span.close(),
        other => first(other),
    }
}

fn qualified_first(qself: Option<&syn::QSelf>, path: &syn::Path) -> TokenSpan {
    qself.map_or_else(|| path_first(path), |q| q.lt_token.spans[0])
}

fn qualified_last(qself: Option<&syn::QSelf>, path: &syn::Path) -> TokenSpan {
    match (qself, path.segments.is_empty()) {
        (Some(q), true) => q.gt_token.spans[0],
        _ => path_last(path),
    }
}

/// The first token of a path.
pub(crate) fn path_first(path: &syn::Path) -> TokenSpan {
    match (&path.leading_colon, path.segments.first()) {
        (Some(colons), _) => colons.spans[0],
        (None, Some(segment)) => segment.ident.span(),
        (None, None) => TokenSpan::call_site(),
    }
}

/// The last token of a path.
pub(crate) fn path_last(path: &syn::Path) -> TokenSpan {
    let Some(segment) = path.segments.last() else {
        return path_first(path);
    };
    match &segment.arguments {
        syn::PathArguments::None => segment.ident.span(),
        syn::PathArguments::AngleBracketed(args) => args.gt_token.spans[0],
        syn::PathArguments::Parenthesized(args) => match &args.output {
            syn::ReturnType::Type(_, ty) => ty_last(ty),
            syn::ReturnType::Default => args.paren_token.span.close(),
        },
    }
}

/// The first token of a type.
pub(crate) fn ty_first(ty: &Type) -> TokenSpan {
    match ty {
        Type::Array(t) => t.bracket_token.span.open(),
        Type::FnPtr(t) => t.fn_token.span,
        Type::Group(t) => ty_first(&t.elem),
        Type::ImplTrait(t) => t.impl_token.span,
        Type::Infer(t) => t.underscore_token.span,
        Type::Macro(t) => path_first(&t.mac.path),
        Type::Never(t) => t.bang_token.spans[0],
        Type::Paren(t) => t.paren_token.span.open(),
        Type::Path(t) => qualified_first(t.qself.as_ref(), &t.path),
        Type::Ptr(t) => t.star_token.spans[0],
        Type::Reference(t) => t.and_token.spans[0],
        Type::Slice(t) => t.bracket_token.span.open(),
        Type::TraitObject(t) => match &t.dyn_token {
            Some(token) => token.span,
            None => t
                .bounds
                .first()
                .map_or_else(TokenSpan::call_site, bound_last),
        },
        Type::Tuple(t) => t.paren_token.span.open(),
        _ => TokenSpan::call_site(),
    }
}

/// The last token of a type.
pub(crate) fn ty_last(ty: &Type) -> TokenSpan {
    match ty {
        Type::Array(t) => t.bracket_token.span.close(),
        Type::FnPtr(t) => match &t.output {
            syn::ReturnType::Type(_, ty) => ty_last(ty),
            syn::ReturnType::Default => t.paren_token.span.close(),
        },
        Type::Group(t) => ty_last(&t.elem),
        Type::ImplTrait(t) => t.bounds.last().map_or(t.impl_token.span, bound_last),
        Type::Infer(t) => t.underscore_token.span,
        Type::Macro(t) => t.mac.delimiter.span().close(),
        Type::Never(t) => t.bang_token.spans[0],
        Type::Paren(t) => t.paren_token.span.close(),
        Type::Path(t) => qualified_last(t.qself.as_ref(), &t.path),
        Type::Ptr(t) => ty_last(&t.elem),
        Type::Reference(t) => ty_last(&t.elem),
        Type::Slice(t) => t.bracket_token.span.close(),
        Type::TraitObject(t) => t
            .bounds
            .last()
            .map_or_else(TokenSpan::call_site, bound_last),
        Type::Tuple(t) => t.paren_token.span.close(),
        _ => TokenSpan::call_site(),
    }
}

fn bound_last(bound: &syn::TypeParamBound) -> TokenSpan {
    match bound {
        syn::TypeParamBound::Trait(t) => match &t.paren_token {
            Some(paren) => paren.span.close(),
            None => path_last(&t.path),
        },
        syn::TypeParamBound::Lifetime(l) => l.ident.span(),
        _ => TokenSpan::call_site(),
    }
}
