//! Types as a user writes them.

use crate::name::Name;
use crate::resolve::{Len, Program, Ty};
use std::fmt::Write;

const DEPTH: u32 = 12;

/// The type as a user writes it: `Box<u64>`, `*mut [u8]`; `_` for what is not known.
pub fn type_name(program: &Program, ty: &Ty) -> String {
    let mut out = String::new();
    write_ty(program, ty, &mut out, DEPTH);
    out
}

fn write_ty(p: &Program, ty: &Ty, out: &mut String, depth: u32) {
    if depth == 0 {
        out.push('_');
        return;
    }
    let depth = depth - 1;
    match ty {
        Ty::Unknown => out.push('_'),
        Ty::Never => out.push('!'),
        Ty::Bool => out.push_str("bool"),
        Ty::Char => out.push_str("char"),
        Ty::Str => out.push_str("str"),
        Ty::Int(int) => out.push_str(int.name()),
        Ty::Float(bits) => {
            let _ = write!(out, "f{bits}");
        }
        Ty::Adt(id, args) => {
            out.push_str(p.adt(*id).name.as_str());
            write_args(p, args, p.adt(*id).stub, out, depth);
        }
        Ty::External(name) => out.push_str(last(*name)),
        Ty::Param(name) if name.as_str().starts_with("impl#") => out.push_str("impl Trait"),
        Ty::Param(name) => out.push_str(name.as_str()),
        Ty::Ref(mutable, inner) => {
            out.push_str(if *mutable { "&mut " } else { "&" });
            write_ty(p, inner, out, depth);
        }
        Ty::Ptr(mutable, inner) => {
            out.push_str(if *mutable { "*mut " } else { "*const " });
            write_ty(p, inner, out, depth);
        }
        Ty::Slice(inner) => {
            out.push('[');
            write_ty(p, inner, out, depth);
            out.push(']');
        }
        Ty::Array(inner, len) => {
            out.push('[');
            write_ty(p, inner, out, depth);
            out.push_str("; ");
            write_len(*len, out);
            out.push(']');
        }
        Ty::Tuple(items) => {
            out.push('(');
            write_list(p, items, out, depth);
            if items.len() == 1 {
                out.push(',');
            }
            out.push(')');
        }
        Ty::FnPtr {
            params,
            ret,
            foreign,
        } => {
            out.push_str(if *foreign { "extern \"C\" fn(" } else { "fn(" });
            write_list(p, params, out, depth);
            out.push(')');
            if **ret != Ty::unit() {
                out.push_str(" -> ");
                write_ty(p, ret, out, depth);
            }
        }
        Ty::FnDef(id, _) => out.push_str(&p.func(*id).label),
        Ty::Ctor(id, variant, _) => {
            let name = p.adt(*id).variants.get(*variant as usize).map(|v| v.name);
            out.push_str(name.unwrap_or(p.adt(*id).name).as_str());
        }
        Ty::Closure(_) => out.push_str("{closure}"),
        Ty::Dyn(name) => {
            out.push_str("dyn ");
            out.push_str(last(*name));
        }
        Ty::Const(len) => write_len(*len, out),
    }
}

/// The allocator of std's types is not written unless it is known.
fn write_args(p: &Program, args: &[Ty], stub: bool, out: &mut String, depth: u32) {
    let mut args = args;
    while let [rest @ .., Ty::Unknown] = args
        && stub
        && !rest.is_empty()
    {
        args = rest;
    }
    if !args.is_empty() {
        out.push('<');
        write_list(p, args, out, depth);
        out.push('>');
    }
}

fn write_list(p: &Program, items: &[Ty], out: &mut String, depth: u32) {
    for (at, ty) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        write_ty(p, ty, out, depth);
    }
}

fn write_len(len: Len, out: &mut String) {
    match len {
        Len::Known(n) => {
            let _ = write!(out, "{n}");
        }
        Len::Param(name) => out.push_str(name.as_str()),
        Len::Unknown => out.push('_'),
    }
}

fn last(path: Name) -> &'static str {
    path.as_str().rsplit("::").next().unwrap_or_default()
}
