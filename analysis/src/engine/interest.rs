//! Interest: which functions are worth executing, judged by the names that they mention.
//!
//! A function is of interest if it mentions a routine of std or of a library that allocates,
//! releases or converts, or a function of interest through which raw pointers pass.

use super::heat::Heat;
use super::machine::Machine;
use crate::families::Families;
use crate::ir::{
    Base, Body, BodyId, Callee, Operand, Place, Rvalue, StmtKind, Terminator, TyExpr, Words,
};
use crate::name::Name;
use crate::resolve::{BodyRef, FnId, Program};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

/// Functions of std that begin, end or convert ownership of memory.
pub(crate) const STD_ROUTINES: &[&str] = &[
    "from_raw",
    "into_raw",
    "from_raw_parts",
    "into_raw_parts",
    "leak",
    "forget",
    "ManuallyDrop",
    "alloc",
    "alloc_zeroed",
    "dealloc",
    "realloc",
    "drop_in_place",
    "from_raw_in",
    "from_non_null",
    "into_non_null",
    "into_inner",
    "increment_strong_count",
    "decrement_strong_count",
    "from_vec_unchecked",
    "transmute",
    "ptr::read",
    "deallocate",
    "allocate",
    "shrink",
    "grow",
];

/// Names that are too common to stand for one function.
const COMMON: &[&str] = &[
    "new",
    "drop",
    "clone",
    "from",
    "into",
    "default",
    "get",
    "len",
    "next",
    "fmt",
    "eq",
    "hash",
    "as_ptr",
    "as_mut_ptr",
    "deref",
    "deref_mut",
    "borrow",
    "as_ref",
    "as_mut",
    "index",
    "write",
    "read",
    "push",
    "pop",
    "insert",
    "remove",
    "init",
    "main",
    "call",
    "with",
    "map",
    "cast",
];

/// Methods that may move the elements of a buffer.
const MOVING: &[&str] = &["reserve", "reserve_exact", "shrink_to_fit"];

/// The functions that are of interest.
#[derive(Debug)]
pub(crate) struct Interest {
    found: FxHashSet<FnId>,
}

impl Interest {
    /// Finds them.
    pub(crate) fn find(program: &Program, families: &Families) -> Interest {
        let found = Survey { program, families }.find_interest();
        Interest { found }
    }

    /// Whether the function is worth executing as a root.
    pub(crate) fn holds(&self, id: FnId) -> bool {
        self.found.contains(&id)
    }
}

impl Machine<'_> {
    /// Whether the function is worth executing as a root.
    pub(crate) fn is_interesting(&self, id: FnId) -> bool {
        self.interest.holds(id)
    }

    /// Whether a body mentions a routine of std or of a library.
    pub(crate) fn mentions_routine(&self, body: BodyRef) -> bool {
        let (program, families) = (self.program, self.families);
        Survey { program, families }.mentions_routine(body)
    }
}

/// A function and the names in its body.
struct Mention<'p> {
    id: FnId,
    krate: Name,
    body: BodyRef,
    /// The words of a body that was not lowered so far.
    words: Option<&'p Words>,
    /// Of those without any hot word nothing is known.
    names: FxHashSet<Name>,
}

struct Survey<'p> {
    program: &'p Program,
    families: &'p Families,
}

impl<'p> Survey<'p> {
    fn find_interest(&self) -> FxHashSet<FnId> {
        let mut mentions = self.mentions();
        let hot = self.hot();
        let mut heat = Heat::new(self.program, hot.iter().copied());
        MOVING.iter().for_each(|word| heat.pair("as_mut_ptr", word));
        heat.pair("CString", "as_ptr");
        let common: FxHashSet<Name> = COMMON.iter().map(|n| Name::new(n)).collect();
        // Names of the crates' own functions, each good in its own crate.
        let mut own: FxHashMap<Name, FxHashSet<Name>> = FxHashMap::default();
        let mut found: FxHashSet<FnId> = FxHashSet::default();
        loop {
            let before = found.len();
            self.read(&mut mentions, &heat);
            for mention in &mentions {
                if found.contains(&mention.id) {
                    continue;
                }
                let heated = |names: &FxHashSet<Name>| !mention.names.is_disjoint(names);
                if heated(&hot)
                    || own.get(&mention.krate).is_some_and(heated)
                    || may_move_lent(&mention.names)
                    || may_dangle(&mention.names)
                {
                    found.insert(mention.id);
                }
            }
            for mention in &mentions {
                let name = self.program.func(mention.id).name;
                if found.contains(&mention.id)
                    && !common.contains(&name)
                    && self.passes_pointers(mention.id)
                {
                    own.entry(mention.krate).or_default().insert(name);
                }
            }
            if found.len() == before {
                return found;
            }
            for (krate, names) in &own {
                heat.add(*krate, names.iter().copied());
            }
        }
    }

    /// Names that are hot everywhere.
    fn hot(&self) -> FxHashSet<Name> {
        let mut hot: FxHashSet<Name> = STD_ROUTINES.iter().map(|n| Name::new(n)).collect();
        let accuses = |id| self.families.family(id).accuse;
        let routines = self
            .families
            .routines()
            .filter(|r| r.family.is_some_and(accuses));
        hot.extend(routines.map(|r| r.name));
        let declared = |id: &FnId| self.program.function(*id).pairing.is_some();
        let annotated = self.program.fns().filter(declared);
        hot.extend(annotated.map(|id| self.program.func(id).name));
        self.add_renames(&mut hot);
        hot
    }

    /// What every function of the user mentions; of those not yet lowered only their words.
    fn mentions(&self) -> Vec<Mention<'p>> {
        let mut out = Vec::new();
        for id in self.program.fns() {
            let def = self.program.func(id);
            if let (false, Some(body)) = (def.stub, def.body) {
                let mut names = FxHashSet::default();
                let words = self.program.words(body);
                if words.is_none() {
                    self.collect(body, &mut names);
                }
                out.push(Mention {
                    id,
                    krate: self.program.crate_name(def.scope),
                    body,
                    words,
                    names,
                });
            }
        }
        out
    }

    /// Lowers the bodies that hold a hot word, for the names in them.
    fn read(&self, mentions: &mut [Mention<'p>], heat: &Heat<'_>) {
        mentions.par_iter_mut().for_each(|mention| {
            if mention
                .words
                .is_some_and(|words| heat.holds(mention.krate, words))
            {
                mention.words = None;
                self.collect(mention.body, &mut mention.names);
            }
        });
    }

    /// `use libc::free as release` makes `release` such a name.
    fn add_renames(&self, hot: &mut FxHashSet<Name>) {
        for (_, file) in self.program.files() {
            for import in file.modules.iter().flat_map(|m| &m.uses) {
                if let crate::ir::UseKind::Name(alias) = import.kind
                    && import.path.segments.iter().any(|s| hot.contains(&s.name))
                    && alias != import.path.last()
                {
                    hot.insert(alias);
                }
            }
        }
    }

    /// Whether raw pointers can go through the function's signature.
    fn passes_pointers(&self, id: FnId) -> bool {
        let function = self.program.function(id);
        function.params.iter().any(|p| has_pointer(&p.ty)) || has_pointer(&function.ret)
    }

    fn mentions_routine(&self, body: BodyRef) -> bool {
        let mut names = FxHashSet::default();
        self.collect(body, &mut names);
        names.iter().any(|n| {
            STD_ROUTINES.contains(&n.as_str())
                || n.as_str() == "drop"
                || self
                    .families
                    .routine(*n)
                    .is_some_and(|r| r.family.is_some())
        })
    }

    fn collect(&self, at: BodyRef, names: &mut FxHashSet<Name>) {
        let mut todo = vec![at.body];
        while let Some(body) = todo.pop() {
            let body = self.program.body(BodyRef {
                file: at.file,
                body,
            });
            mentioned(body, names, &mut todo);
        }
    }
}

/// Whether a pointer into a C string may outlive it.
fn may_dangle(names: &FxHashSet<Name>) -> bool {
    let mentions = |word: &str| names.contains(&Name::new(word));
    mentions("CString") && mentions("as_ptr")
}

/// Whether a buffer may move while a pointer into it is kept.
fn may_move_lent(names: &FxHashSet<Name>) -> bool {
    let mentions = |word: &str| names.contains(&Name::new(word));
    mentions("as_mut_ptr") && MOVING.iter().any(|w| mentions(w))
}

fn has_pointer(ty: &TyExpr) -> bool {
    match ty {
        TyExpr::Ptr { .. } => true,
        TyExpr::Ref { inner, .. } | TyExpr::Slice(inner) | TyExpr::Array(inner, _) => {
            has_pointer(inner)
        }
        TyExpr::Tuple(all) => all.iter().any(has_pointer),
        TyExpr::Path(path) => path.segments.iter().any(|s| {
            s.name == "NonNull"
                || s.name == "Self"
                || s.args.iter().any(|a| match a {
                    crate::ir::GenericArg::Type(ty) => has_pointer(ty),
                    _ => false,
                })
        }),
        _ => false,
    }
}

fn mentioned(body: &Body, names: &mut FxHashSet<Name>, closures: &mut Vec<BodyId>) {
    let place = |place: &Place, names: &mut FxHashSet<Name>| {
        if let Base::Item(path) = &place.base {
            names.extend(path.segments.iter().map(|s| s.name));
        }
    };
    let operand = |operand: &Operand, names: &mut FxHashSet<Name>| {
        if let Operand::Place(p) = operand {
            place(p, names);
        }
    };
    for block in &body.blocks {
        for stmt in &block.stmts {
            match &stmt.kind {
                StmtKind::Call(call) => {
                    match &call.callee {
                        Callee::Path(path) => {
                            names.extend(path.segments.iter().map(|s| s.name));
                            if let [.., front, last] = &path.segments[..] {
                                names.insert(Name::new(&format!("{}::{}", front.name, last.name)));
                            }
                        }
                        Callee::Method { name, .. } => {
                            names.insert(*name);
                        }
                        Callee::Value(f) => operand(f, names),
                    }
                    call.args.iter().for_each(|a| operand(a, names));
                }
                StmtKind::Assign(_, value) => match value {
                    Rvalue::Closure { body, .. } => closures.push(*body),
                    Rvalue::Use(x) | Rvalue::Cast(x, _) => operand(x, names),
                    Rvalue::Aggregate { kind, fields, .. } => {
                        if let crate::ir::AggregateKind::Struct(path) = kind {
                            names.extend(path.segments.iter().map(|s| s.name));
                        }
                        fields.iter().for_each(|f| operand(&f.1, names));
                    }
                    Rvalue::Ref { place: p, .. } => place(p, names),
                    _ => {}
                },
                _ => {}
            }
        }
        if let Terminator::Branch { cond, .. } = &block.end {
            operand(cond, names);
        }
    }
}
