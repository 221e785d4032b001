//! Bodies as compact text, for golden tests and for looking at what lowering made.
//!
//! `_0` is the result, `_3:p` the variable `p`, `(x).f` a field, `*x` a dereference; a call that
//! unwinds into drops names the first of them: `!c2`.

use super::print_ty::{Args, list};
use super::*;
use crate::name::Name;
use std::fmt::{Display, Formatter, Result};

impl Display for Body {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{:?}(", self.kind)?;
        let params = self.params.iter().map(|p| Typed(self, *p));
        list(f, params)?;
        f.write_str(")")?;
        if !self.captures.is_empty() {
            f.write_str(" captures ")?;
            list(f, self.captures.iter().map(|c| Typed(self, *c)))?;
        }
        f.write_str("\n")?;
        for (ix, block) in self.blocks.iter().enumerate() {
            writeln!(f, "b{ix}:")?;
            for stmt in &block.stmts {
                writeln!(f, "  {}", Show(self, &stmt.kind))?;
            }
            writeln!(f, "  {}", Show(self, &block.end))?;
        }
        for (ix, cleanup) in self.cleanups.iter().enumerate() {
            write!(f, "c{ix}: drop {}", Show(self, &cleanup.local))?;
            match cleanup.parent {
                Some(parent) => writeln!(f, " -> c{}", parent.0)?,
                None => f.write_str("\n")?,
            }
        }
        Ok(())
    }
}

/// A local with its type.
struct Typed<'b>(&'b Body, LocalId);

impl Display for Typed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}", Show(self.0, &self.1))?;
        let local = self.0.locals.get(self.1.0 as usize);
        match local.and_then(|local| local.ty.as_ref()) {
            Some(ty) => write!(f, ": {ty}"),
            None => Ok(()),
        }
    }
}

/// A part of a body, with the body for the variables' names.
struct Show<'b, T>(&'b Body, &'b T);

impl Display for Show<'_, LocalId> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "_{}", self.1.0)?;
        match self.0.locals.get(self.1.0 as usize) {
            Some(local) if !local.name.is_empty() => write!(f, ":{}", local.name),
            _ => Ok(()),
        }
    }
}

impl Display for Show<'_, Place> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let mut text = match &self.1.base {
            Base::Local(local) => Show(self.0, local).to_string(),
            Base::Item(path) => path.to_string(),
        };
        for proj in &self.1.proj {
            text = match proj {
                Proj::Deref => format!("(*{text})"),
                Proj::Field(name) => format!("{text}.{name}"),
                Proj::Index(local) => format!("{text}[{}]", Show(self.0, local)),
                Proj::ConstIndex { index, from_end } => {
                    format!("{text}[{}{index}]", if *from_end { "-" } else { "" })
                }
                Proj::Subslice => format!("{text}[..]"),
                Proj::Variant(path) => format!("({text} as {path})"),
                Proj::Success => format!("({text} as ok)"),
            };
        }
        f.write_str(&text)
    }
}

impl Display for Show<'_, Operand> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.1 {
            Operand::Place(place) => Show(self.0, place).fmt(f),
            Operand::Literal(literal) => literal.fmt(f),
        }
    }
}

impl Display for Show<'_, StmtKind> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let body = self.0;
        match self.1 {
            StmtKind::Assign(place, value) => {
                write!(f, "{} = {}", Show(body, place), Show(body, value))
            }
            StmtKind::Call(call) => {
                write!(f, "{} = ", Show(body, &call.dest))?;
                match &call.callee {
                    Callee::Path(path) => write!(f, "{path}(")?,
                    Callee::Method { name, turbofish } => write!(f, ".{name}{}(", Args(turbofish))?,
                    Callee::Value(value) => write!(f, "call {}(", Show(body, value))?,
                }
                list(f, call.args.iter().map(|arg| Show(body, arg)))?;
                f.write_str(")")?;
                match call.unwind {
                    Some(cleanup) => write!(f, " !c{}", cleanup.0),
                    None => Ok(()),
                }
            }
            StmtKind::Drop(place, why) => {
                let why = match why {
                    DropWhy::ScopeEnd => "drop",
                    DropWhy::Temporary => "drop-temp",
                    DropWhy::Replaced => "drop-old",
                };
                write!(f, "{why} {}", Show(body, place))
            }
            StmtKind::Inspect(place) => write!(f, "inspect {}", Show(body, place)),
            StmtKind::Opaque(places) => {
                f.write_str("opaque ")?;
                list(f, places.iter().map(|place| Show(body, place)))
            }
        }
    }
}

impl Display for Show<'_, Rvalue> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let body = self.0;
        match self.1 {
            Rvalue::Use(x) => Show(body, x).fmt(f),
            Rvalue::Bind { place, .. } => Show(body, place).fmt(f),
            Rvalue::Ref {
                mutable,
                raw,
                place,
            } => {
                let how = match (raw, mutable) {
                    (false, false) => "&",
                    (false, true) => "&mut ",
                    (true, false) => "&raw const ",
                    (true, true) => "&raw mut ",
                };
                write!(f, "{how}{}", Show(body, place))
            }
            Rvalue::Cast(x, ty) => write!(f, "{} as {ty}", Show(body, x)),
            Rvalue::Binary(op, a, b) => write!(f, "{op:?}({}, {})", Show(body, a), Show(body, b)),
            Rvalue::Unary(op, x) => write!(f, "{op:?}({})", Show(body, x)),
            Rvalue::Aggregate { kind, fields, base } => aggregate(f, body, kind, fields, base),
            Rvalue::Repeat(x, n) => write!(f, "[{}; {n}]", Show(body, x)),
            Rvalue::Closure { body: id, captures } => {
                let number = id.late().unwrap_or(id.slot as usize);
                write!(f, "closure#{number}(")?;
                list(f, captures.iter().map(|x| Show(body, x)))?;
                f.write_str(")")
            }
            Rvalue::IsVariant(place, path) => write!(f, "{} is {path}", Show(body, place)),
            Rvalue::IsSuccess(place) => write!(f, "{} is ok", Show(body, place)),
            Rvalue::Residual(place) => write!(f, "residual {}", Show(body, place)),
            Rvalue::Len(place) => write!(f, "len {}", Show(body, place)),
            Rvalue::Unknown(args) => {
                f.write_str("unknown(")?;
                list(f, args.iter().map(|x| Show(body, x)))?;
                f.write_str(")")
            }
        }
    }
}

fn aggregate(
    f: &mut Formatter<'_>,
    body: &Body,
    kind: &AggregateKind,
    fields: &[(Name, Operand)],
    base: &Option<Operand>,
) -> Result {
    let (open, close, named) = match kind {
        AggregateKind::Tuple => ("(".to_string(), ")", false),
        AggregateKind::Array => ("[".to_string(), "]", false),
        AggregateKind::Struct(path) => (format!("{path} {{ "), " }", true),
    };
    f.write_str(&open)?;
    let field = |(name, x): &(Name, Operand)| match named {
        true => format!("{name}: {}", Show(body, x)),
        false => Show(body, x).to_string(),
    };
    let base = base.iter().map(|x| format!("..{}", Show(body, x)));
    list(f, fields.iter().map(field).chain(base))?;
    f.write_str(close)
}

impl Display for Show<'_, Terminator> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.1 {
            Terminator::Goto(to) => write!(f, "goto b{}", to.0),
            Terminator::Branch { cond, yes, no } => {
                write!(f, "if {} b{} else b{}", Show(self.0, cond), yes.0, no.0)
            }
            Terminator::Any(all) => {
                f.write_str("any ")?;
                list(f, all.iter().map(|to| format!("b{}", to.0)))
            }
            Terminator::Return => f.write_str("return"),
            Terminator::Panic => f.write_str("panic"),
            Terminator::Unreachable => f.write_str("unreachable"),
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Literal::Int(n, None) => write!(f, "{n}"),
            Literal::Int(n, Some(suffix)) => write!(f, "{n}{suffix}"),
            Literal::Bool(b) => write!(f, "{b}"),
            Literal::Text(text) => write!(f, "text \"{text}\""),
            Literal::Float => f.write_str("float"),
            Literal::Str => f.write_str("\"\""),
            Literal::ByteStr(len) => write!(f, "b\"{len}\""),
            Literal::CStr => f.write_str("c\"\""),
            Literal::Cfg(cfg) => write!(f, "cfg({cfg})"),
        }
    }
}
