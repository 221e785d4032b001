//! The grammar of `#[paired_alloc]`: the one place where the macro and the analyzer learn to read it.
//!
//! ```
//! # use memlint_spec::{parse_attr, Role};
//! let attr = parse_attr("family = \"widget\", role = \"free\", arg = 1".parse().unwrap()).unwrap();
//! assert_eq!(attr.family, "widget");
//! assert_eq!(attr.role, Some(Role::Free));
//! assert_eq!(attr.arg, Some(1));
//! ```
//!
//! On a function the attribute names the family and the role. On a foreign block it names the
//! family only, and the functions inside carry the markers `#[alloc]`, `#[free]` and `#[realloc]`.

mod args;
mod item;
mod tracked;

use proc_macro2::TokenStream;
use syn::{Attribute, Meta, Path, Result};

pub use item::{Annotated, check_arity, check_block};
pub use tracked::check_tracked;

/// The part a routine plays in its family.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// It returns, or hands back through a parameter, a fresh allocation.
    Alloc,
    /// It releases its argument.
    Free,
    /// It takes one allocation and gives another.
    Realloc,
}

impl Role {
    /// The word that stands for it in the attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Alloc => "alloc",
            Role::Free => "free",
            Role::Realloc => "realloc",
        }
    }

    /// The role that a word stands for.
    pub fn from_word(word: &str) -> Option<Role> {
        [Role::Alloc, Role::Free, Role::Realloc]
            .into_iter()
            .find(|role| role.as_str() == word)
    }
}

/// The arguments of `#[paired_alloc(..)]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PairedAlloc {
    /// The family's name; built-in names such as `malloc` may be used.
    pub family: String,
    /// The annotated function's part in it; `None` on a foreign block.
    pub role: Option<Role>,
    /// The released or reallocated parameter, counted from 0, a receiver included.
    pub arg: Option<u32>,
    /// The parameter through which the allocation comes back, counted from 0.
    pub out: Option<u32>,
    /// Ask for exact call sites at run time (on a block only).
    pub caller: bool,
    /// Only say it to the analyzer: at run time the function is left as it is.
    pub untracked: bool,
}

/// A marker on a function inside an annotated foreign block: `#[alloc]`, `#[free(arg = 1)]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForeignMarker {
    /// The function's part in the family.
    pub role: Role,
    /// The family, where it is not the block's.
    pub family: Option<String>,
    /// The released or reallocated parameter, counted from 0.
    pub arg: Option<u32>,
    /// The parameter through which the allocation comes back, counted from 0.
    pub out: Option<u32>,
    /// Only say it to the analyzer: at run time the function is left as it is.
    pub untracked: bool,
}

/// What an annotation says of one function, with the defaults filled in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Routine {
    /// The family's name.
    pub family: String,
    /// The function's part in it.
    pub role: Role,
    /// The released or reallocated parameter (0 unless written).
    pub arg: u32,
    /// The parameter through which the allocation comes back; `None`: the result.
    pub out: Option<u32>,
    /// At run time the function is left as it is.
    pub untracked: bool,
}

impl PairedAlloc {
    /// What it says of the function it stands on; `None` if it names no role.
    pub fn routine(&self) -> Option<Routine> {
        Some(Routine {
            family: self.family.clone(),
            role: self.role?,
            arg: self.arg.unwrap_or(0),
            out: self.out,
            untracked: self.untracked,
        })
    }
}

impl ForeignMarker {
    /// What it says of its function inside a block of the family `block_family`.
    pub fn routine(&self, block_family: &str) -> Routine {
        Routine {
            family: self
                .family
                .clone()
                .unwrap_or_else(|| block_family.to_owned()),
            role: self.role,
            arg: self.arg.unwrap_or(0),
            out: self.out,
            untracked: self.untracked,
        }
    }
}

/// Whether a path names the attribute: `paired_alloc`, `memlint::paired_alloc` or
/// `::memlint::paired_alloc`.
pub fn is_paired_alloc(path: &Path) -> bool {
    let mut segments = path.segments.iter().rev();
    segments
        .next()
        .is_some_and(|last| last.ident == "paired_alloc")
        && segments.next().is_none_or(|krate| krate.ident == "memlint")
        && segments.next().is_none()
}

/// Reads the arguments between the parentheses of `#[paired_alloc(..)]`.
///
/// # Errors
/// An unknown, repeated or missing key, a value of the wrong kind, or keys that contradict each
/// other; the error's span is the key or value at fault.
pub fn parse_attr(tokens: TokenStream) -> Result<PairedAlloc> {
    args::Args::parse(tokens, args::ATTRIBUTE)?.into_attribute()
}

/// Reads an attribute if it is `#[paired_alloc(..)]`; any other attribute is `None`.
pub fn parse_attribute(attr: &Attribute) -> Option<Result<PairedAlloc>> {
    if !is_paired_alloc(attr.path()) {
        return None;
    }
    Some(match &attr.meta {
        Meta::List(list) => parse_attr(list.tokens.clone()),
        other => Err(syn::Error::new_spanned(
            other,
            "expected `#[paired_alloc(family = \"..\", role = \"..\")]`",
        )),
    })
}

/// Reads an attribute inside an annotated foreign block if it is one of the markers `#[alloc]`,
/// `#[free]`, `#[realloc]`; any other attribute is `None`.
pub fn parse_marker(attr: &Attribute) -> Option<Result<ForeignMarker>> {
    let word = attr.path().get_ident()?;
    let role = Role::from_word(&word.to_string())?;
    Some(match &attr.meta {
        Meta::Path(_) => Ok(ForeignMarker {
            role,
            family: None,
            arg: None,
            out: None,
            untracked: false,
        }),
        Meta::List(list) => args::Args::parse(list.tokens.clone(), args::MARKER)
            .and_then(|args| args.into_marker(role)),
        Meta::NameValue(value) => Err(syn::Error::new_spanned(
            value,
            format!("expected `#[{word}]` or `#[{word}(..)]`"),
        )),
    })
}
