//! The arguments in the parentheses: keys, values, and which of them go together.

use crate::{ForeignMarker, PairedAlloc, Role};
use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Ident, LitInt, LitStr, Result, Token};

/// The keys of the attribute.
pub(crate) const ATTRIBUTE: &[&str] = &["family", "role", "arg", "out", "caller", "untracked"];
/// The keys of a marker inside a foreign block, whose own name is the role.
pub(crate) const MARKER: &[&str] = &["family", "arg", "out", "untracked"];

/// A value and the place of its key.
struct Given<T> {
    value: T,
    at: Span,
}

/// Every key at most once, nothing checked across keys yet.
#[derive(Default)]
pub(crate) struct Args {
    family: Option<Given<String>>,
    role: Option<Given<Role>>,
    arg: Option<Given<u32>>,
    out: Option<Given<u32>>,
    caller: Option<Given<()>>,
    untracked: Option<Given<()>>,
}

impl Args {
    /// Reads `key = value, ..` where only `known` keys may stand.
    pub(crate) fn parse(tokens: TokenStream, known: &[&str]) -> Result<Args> {
        let read = |input: ParseStream<'_>| {
            let mut args = Args::default();
            while !input.is_empty() {
                let key = Ident::parse_any(input)?;
                args.entry(&key, known, input)?;
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(args)
        };
        read.parse2(tokens)
    }

    fn entry(&mut self, key: &Ident, known: &[&str], input: ParseStream<'_>) -> Result<()> {
        let word = key.to_string();
        if !known.contains(&word.as_str()) {
            return Err(Error::new(key.span(), unknown_key(&word, known)));
        }
        match word.as_str() {
            "family" => set(&mut self.family, key, value(input).and_then(family)?),
            "role" => set(&mut self.role, key, value(input).and_then(role)?),
            "arg" => set(&mut self.arg, key, value(input).and_then(position)?),
            "out" => set(&mut self.out, key, value(input).and_then(position)?),
            "caller" => set(&mut self.caller, key, ()),
            _ => set(&mut self.untracked, key, ()),
        }
    }

    /// As the arguments of `#[paired_alloc(..)]`.
    pub(crate) fn into_attribute(self) -> Result<PairedAlloc> {
        let Some(family) = self.family else {
            return Err(Error::new(
                Span::call_site(),
                "`family = \"..\"` is missing",
            ));
        };
        let role = self.role.as_ref().map(|role| role.value);
        check_positions(role, self.arg.as_ref(), self.out.as_ref())?;
        if let (Some(caller), Some(_)) = (&self.caller, role) {
            return Err(Error::new(
                caller.at,
                "`caller` belongs on a foreign block, not on a single function",
            ));
        }
        if let (Some(untracked), None) = (&self.untracked, role) {
            return Err(Error::new(
                untracked.at,
                "`untracked` belongs on a single function: mark it in the block",
            ));
        }
        Ok(PairedAlloc {
            family: family.value,
            role,
            arg: self.arg.map(|given| given.value),
            out: self.out.map(|given| given.value),
            caller: self.caller.is_some(),
            untracked: self.untracked.is_some(),
        })
    }

    /// As the arguments of a marker that stands for `role`.
    pub(crate) fn into_marker(self, role: Role) -> Result<ForeignMarker> {
        check_positions(Some(role), self.arg.as_ref(), self.out.as_ref())?;
        Ok(ForeignMarker {
            role,
            family: self.family.map(|given| given.value),
            arg: self.arg.map(|given| given.value),
            out: self.out.map(|given| given.value),
            untracked: self.untracked.is_some(),
        })
    }
}

/// `arg` says what is taken, `out` where the fresh allocation goes: each needs a role that does so.
fn check_positions(
    role: Option<Role>,
    arg: Option<&Given<u32>>,
    out: Option<&Given<u32>>,
) -> Result<()> {
    if let Some(arg) = arg
        && !matches!(role, Some(Role::Free | Role::Realloc))
    {
        return Err(Error::new(
            arg.at,
            "`arg` names the released parameter: it needs the role `free` or `realloc`",
        ));
    }
    if let Some(out) = out
        && role != Some(Role::Alloc)
    {
        return Err(Error::new(
            out.at,
            "`out` names the parameter that receives the allocation: it needs the role `alloc`",
        ));
    }
    Ok(())
}

fn set<T>(slot: &mut Option<Given<T>>, key: &Ident, value: T) -> Result<()> {
    if slot.is_some() {
        return Err(Error::new(key.span(), format!("`{key}` is given twice")));
    }
    *slot = Some(Given {
        value,
        at: key.span(),
    });
    Ok(())
}

/// The literal behind `=`.
fn value(input: ParseStream<'_>) -> Result<syn::Lit> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn text(lit: syn::Lit, expected: &str) -> Result<LitStr> {
    match lit {
        syn::Lit::Str(text) => Ok(text),
        other => Err(Error::new(
            other.span(),
            format!("expected {expected} as a string"),
        )),
    }
}

fn family(lit: syn::Lit) -> Result<String> {
    let text = text(lit, "the family's name")?;
    let name = text.value();
    if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Error::new(
            text.span(),
            "a family's name is one word, for instance \"widget\"",
        ));
    }
    Ok(name)
}

fn role(lit: syn::Lit) -> Result<Role> {
    let text = text(lit, "a role")?;
    Role::from_word(&text.value())
        .ok_or_else(|| Error::new(text.span(), "a role is \"alloc\", \"free\" or \"realloc\""))
}

fn position(lit: syn::Lit) -> Result<u32> {
    let expected = "a parameter's position, counted from 0";
    match lit {
        syn::Lit::Int(number) if number.suffix().is_empty() => parse_position(&number, expected),
        other => Err(Error::new(other.span(), format!("expected {expected}"))),
    }
}

fn parse_position(number: &LitInt, expected: &str) -> Result<u32> {
    number
        .base10_parse()
        .map_err(|_| Error::new(number.span(), format!("expected {expected}")))
}

fn unknown_key(word: &str, known: &[&str]) -> String {
    let known: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
    format!("unknown key `{word}`: the keys are {}", known.join(", "))
}
