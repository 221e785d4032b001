//! The words without which a file cannot matter: files that hold none of them are not parsed.

use memlint_analysis::families::{Effect, Families, Routine};
use memlint_analysis::ir::{
    Body, Call, Callee, FileIr, Function, GenericArg, ItemKind, Path, Rvalue, StmtKind, TyExpr,
    Words,
};
use memlint_analysis::name::Name;
use std::collections::BTreeSet;

/// The words of the first round: names of routines and of the constructs that move ownership.
/// They are matched as substrings, so `free` would match `freeze`, and `from_raw` the many
/// `slice::from_raw_parts`, which only borrow; hence the longer spellings. Routines of libraries
/// come from the family tables.
pub const WORDS: &[&str] = &[
    "from_raw(",
    "from_raw)",
    "from_raw,",
    "from_raw;",
    "from_raw_in",
    "from_non_null",
    "Vec::from_raw_parts",
    ">::from_raw_parts",
    "String::from_raw_parts",
    "into_raw",
    "into_non_null",
    "free(",
    "free)",
    "free;",
    "free,",
    "free}",
    "free as",
    "_free",
    "_destroy(",
    "_delete(",
    "_dispose(",
    "_close(",
    "malloc",
    "dealloc",
    "realloc",
    "alloc(",
    "alloc_zeroed",
    "GlobalAlloc",
    "forget",
    "ManuallyDrop",
    "leak(",
    "::leak",
    "ptr::read",
    "drop_in_place",
    "Drop for",
    "_sys::",
    "as_mut_ptr().offset(",
    "as_mut_ptr().add(",
    "CString",
    "transmute",
    "strong_count(",
    "paired_alloc",
    "memlint",
];

/// All words of the first round: [`WORDS`] and the routines of the family tables.
pub fn words() -> Vec<&'static str> {
    let families = Families::builtin();
    let accuses = |routine: &Routine| {
        let family = routine.family.map(|id| families.family(id));
        family.is_some_and(|family| family.accuse)
    };
    let routines = families
        .routines()
        .filter(|routine| moves_blocks(routine) && accuses(routine));
    let names = routines.map(|routine| routine.name.as_str());
    // `free`, `mmap`: too short to be searched for; the list above spells out what counts.
    names
        .filter(|name| name.len() > 4)
        .chain(WORDS.iter().copied())
        .collect()
}

fn moves_blocks(routine: &Routine) -> bool {
    routine
        .effects
        .iter()
        .any(|effect| !matches!(effect, Effect::Look { .. } | Effect::Borrowed))
}

/// Functions that move ownership across a raw pointer, by the last word of their path.
const MOVERS: &[&str] = &[
    "from_raw",
    "from_raw_in",
    "from_raw_parts",
    "from_non_null",
    "into_raw",
    "into_non_null",
    "into_raw_parts",
    "forget",
    "leak",
    "malloc",
    "calloc",
    "realloc",
    "free",
    "alloc",
    "alloc_zeroed",
    "dealloc",
    "strdup",
    "strndup",
    "read",
    "drop_in_place",
];

/// The words of the second round, taken from a file of the first one: calls of its functions
/// through which a raw pointer comes or goes while ownership moves, so that their users elsewhere
/// are in view; and the definitions of the types that these functions handle, whose layouts count.
pub fn partners(ir: &FileIr) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut types = BTreeSet::new();
    let mut add = |function: &Function| {
        if function.pairing.is_some() {
            words.insert(format!("{}(", function.name));
        }
        let Some(id) = function.body.filter(|id| may_move(ir.words(*id))) else {
            return;
        };
        let body = ir.body(id);
        if !moves(body) {
            return;
        }
        let name = function.name.as_str();
        if name.len() > 3 && passes_pointer(function) && !COMMON.contains(&name) {
            words.insert(format!("{name}("));
        }
        let written = &function.written;
        let params = written.params.iter().map(|param| &param.ty);
        for ty in params.chain([&written.ret]) {
            name_types(ty, &mut types);
        }
        handled(body, &mut types);
    };
    for item in &ir.items {
        match &item.kind {
            ItemKind::Fn(function) | ItemKind::ForeignFn(function) => add(function),
            ItemKind::Impl(block) => block.fns.iter().for_each(&mut add),
            ItemKind::Trait(block) => block.fns.iter().for_each(&mut add),
            _ => {}
        }
    }
    for item in &ir.items {
        // Defined in this very file: nothing to look for.
        types.remove(item.name.as_str());
    }
    let definition =
        |ty: &'static str| ["struct", "enum", "union", "type"].map(|word| format!("{word} {ty}"));
    words.extend(types.into_iter().flat_map(definition));
    words
}

/// Names of the standard library's own methods: they stand in nearly every file.
const COMMON: [&str; 9] = [
    "clone", "drop", "next", "poll", "from", "into", "deref", "as_ptr", "default",
];

/// Whether a body with these words may move ownership, as far as they tell.
fn may_move(words: Option<&Words>) -> bool {
    let hold =
        |word: &&str| words.is_some_and(|words| words.may_hold(Words::hash(word.as_bytes())));
    words.is_none() || MOVERS.iter().chain(&["_free"]).any(hold)
}

fn moves(body: &Body) -> bool {
    calls(body).any(|call| match &call.callee {
        Callee::Path(path) => is_mover(path.last()),
        Callee::Method { name, .. } => is_mover(*name),
        Callee::Value(_) => false,
    })
}

fn is_mover(name: Name) -> bool {
    MOVERS.contains(&name.as_str()) || name.as_str().ends_with("_free")
}

fn calls(body: &Body) -> impl Iterator<Item = &Call> {
    let stmts = body.blocks.iter().flat_map(|block| &block.stmts);
    stmts.filter_map(|stmt| match &stmt.kind {
        StmtKind::Call(call) => Some(&**call),
        _ => None,
    })
}

fn passes_pointer(function: &Function) -> bool {
    let written = &function.written;
    is_pointer(&written.ret) || written.params.iter().any(|param| is_pointer(&param.ty))
}

fn is_pointer(ty: &TyExpr) -> bool {
    match ty {
        TyExpr::Ptr { .. } => true,
        TyExpr::Path(path) => path.last() == "NonNull",
        TyExpr::Tuple(parts) => parts.iter().any(is_pointer),
        _ => false,
    }
}

/// The types that a body casts to or names in a call: `Box::<T>::from_raw`, `p as *mut T`.
fn handled(body: &Body, out: &mut BTreeSet<&'static str>) {
    for stmt in body.blocks.iter().flat_map(|block| &block.stmts) {
        match &stmt.kind {
            StmtKind::Assign(_, Rvalue::Cast(_, ty)) => name_types(ty, out),
            StmtKind::Call(call) => match &call.callee {
                Callee::Path(path) => name_arguments(path, out),
                Callee::Method { turbofish, .. } => {
                    turbofish.iter().for_each(|arg| name_argument(arg, out))
                }
                Callee::Value(_) => {}
            },
            _ => {}
        }
    }
}

fn name_arguments(path: &Path, out: &mut BTreeSet<&'static str>) {
    let args = path.segments.iter().flat_map(|segment| &segment.args);
    args.for_each(|arg| name_argument(arg, out));
}

fn name_argument(arg: &GenericArg, out: &mut BTreeSet<&'static str>) {
    if let GenericArg::Type(ty) | GenericArg::Assoc(_, ty) = arg {
        name_types(ty, out);
    }
}

/// The last words of the types behind pointers and in containers.
fn name_types(ty: &TyExpr, out: &mut BTreeSet<&'static str>) {
    match ty {
        TyExpr::Ptr { inner, .. } | TyExpr::Slice(inner) | TyExpr::Array(inner, _) => {
            match &**inner {
                TyExpr::Path(path) => {
                    let name = path.last().as_str();
                    // Primitives and C's aliases are written in lower case, parameters in one letter.
                    if name.len() > 1 && name.starts_with(|c: char| c.is_ascii_uppercase()) {
                        out.insert(name);
                    }
                    name_arguments(path, out);
                }
                inner => name_types(inner, out),
            }
        }
        TyExpr::Path(path)
            if matches!(
                path.last().as_str(),
                "Box" | "Vec" | "Rc" | "Arc" | "NonNull" | "Option"
            ) =>
        {
            for arg in path.segments.iter().flat_map(|segment| &segment.args) {
                if let GenericArg::Type(ty) = arg {
                    let pointed = TyExpr::Slice(Box::new(ty.clone()));
                    name_types(&pointed, out);
                }
            }
        }
        TyExpr::Path(path) => name_arguments(path, out),
        TyExpr::Ref { inner, .. } => name_types(inner, out),
        TyExpr::Tuple(parts) => parts.iter().for_each(|part| name_types(part, out)),
        _ => {}
    }
}
