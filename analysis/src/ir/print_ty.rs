//! Types, paths, constants and presence conditions as text.

use super::*;
use std::fmt::{Display, Formatter, Result};

impl Display for Path {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if self.global {
            f.write_str("::")?;
        }
        if let Some(qself) = &self.qself {
            write!(f, "<{} as {}>", qself.ty, qself.position)?;
        }
        for (ix, segment) in self.segments.iter().enumerate() {
            if ix > 0 || self.qself.is_some() {
                f.write_str("::")?;
            }
            write!(f, "{}{}", segment.name, Args(&segment.args))?;
        }
        Ok(())
    }
}

/// `<A, B>`, or nothing.
pub(super) struct Args<'a>(pub(super) &'a [GenericArg]);

impl Display for Args<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if self.0.is_empty() {
            return Ok(());
        }
        f.write_str("<")?;
        list(f, self.0)?;
        f.write_str(">")
    }
}

impl Display for GenericArg {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            GenericArg::Type(ty) => ty.fmt(f),
            GenericArg::Const(n) => n.fmt(f),
            GenericArg::Assoc(name, ty) => write!(f, "{name} = {ty}"),
        }
    }
}

impl Display for TyExpr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            TyExpr::Path(path) => path.fmt(f),
            TyExpr::Ref {
                mutable: false,
                inner,
            } => write!(f, "&{inner}"),
            TyExpr::Ref {
                mutable: true,
                inner,
            } => write!(f, "&mut {inner}"),
            TyExpr::Ptr {
                mutable: false,
                inner,
            } => write!(f, "*const {inner}"),
            TyExpr::Ptr {
                mutable: true,
                inner,
            } => write!(f, "*mut {inner}"),
            TyExpr::Slice(inner) => write!(f, "[{inner}]"),
            TyExpr::Array(inner, n) => write!(f, "[{inner}; {n}]"),
            TyExpr::Tuple(parts) => {
                f.write_str("(")?;
                list(f, parts)?;
                f.write_str(")")
            }
            TyExpr::FnPtr {
                params,
                ret,
                foreign,
            } => {
                f.write_str(if *foreign { "extern fn(" } else { "fn(" })?;
                list(f, params)?;
                write!(f, ") -> {ret}")
            }
            TyExpr::Never => f.write_str("!"),
            TyExpr::Infer => f.write_str("_"),
            TyExpr::Dyn(paths) => bounds(f, "dyn ", paths),
            TyExpr::Impl(paths) => bounds(f, "impl ", paths),
            TyExpr::Unknown => f.write_str("?"),
        }
    }
}

fn bounds(f: &mut Formatter<'_>, keyword: &str, paths: &[Path]) -> Result {
    f.write_str(keyword)?;
    for (ix, path) in paths.iter().enumerate() {
        let plus = if ix > 0 { " + " } else { "" };
        write!(f, "{plus}{path}")?;
    }
    Ok(())
}

impl Display for ConstExpr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            ConstExpr::Int(n) => n.fmt(f),
            ConstExpr::Path(path) => path.fmt(f),
            ConstExpr::SizeOf(ty) => write!(f, "size_of({ty})"),
            ConstExpr::Binary(op, a, b) => write!(f, "{op:?}({a}, {b})"),
            ConstExpr::Unknown => f.write_str("?"),
        }
    }
}

impl Display for Cfg {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (word, parts) = match self {
            Cfg::Flag(name) => return name.fmt(f),
            Cfg::Value(key, value) => return write!(f, "{key} = \"{value}\""),
            Cfg::Not(inner) => return write!(f, "not({inner})"),
            Cfg::All(parts) => ("all", parts),
            Cfg::Any(parts) => ("any", parts),
        };
        write!(f, "{word}(")?;
        list(f, parts)?;
        f.write_str(")")
    }
}

/// The items with commas between them.
pub(super) fn list<T: Display>(
    f: &mut Formatter<'_>,
    items: impl IntoIterator<Item = T>,
) -> Result {
    for (ix, item) in items.into_iter().enumerate() {
        if ix > 0 {
            f.write_str(", ")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}
