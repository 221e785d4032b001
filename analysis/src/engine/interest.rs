//! Interest: which functions are worth executing, judged by the names that they mention.
//!
//! A function is of interest if it mentions a routine of std or of a library that allocates,
//! releases or converts, or a function of interest through which raw pointers pass.

use super::heat::Heat;
use super::machine::Machine;
use super::mention::{Named, named};
use super::signs::{Owners, Signs, holders};
use crate::families::Families;
use crate::ir::{Callee, Path, TyExpr, Words};
use crate::name::Name;
use crate::resolve::{BodyRef, FnId, Program};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::OnceLock;

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
    "transmute_copy",
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

/// Words of which two together let a pointer outlive what it was taken from.
const DANGLING: &[(&str, &str)] = &[
    ("CString", "as_ptr"),
    ("drop", "as_mut_ptr"),
    ("drop", "as_ptr"),
];

/// The functions that are of interest, as far as the words in their text tell.
#[derive(Debug)]
pub(crate) struct Interest(FxHashSet<FnId>);

impl Interest {
    /// Whether following the function may show something.
    pub(crate) fn holds(&self, id: FnId) -> bool {
        self.0.contains(&id)
    }
}

impl Machine<'_> {
    /// Whether following the function may show something.
    pub(crate) fn is_interesting(&self, id: FnId) -> bool {
        self.interest.holds(id)
    }

    /// The names in a body.
    pub(crate) fn names_in(&self, body: BodyRef) -> FxHashSet<Name> {
        Survey::new(self.program, self.families).names(body)
    }

    /// Whether a body mentions a routine of std or of a library.
    pub(crate) fn mentions_routine(&self, body: BodyRef) -> bool {
        let (program, families) = (self.program, self.families);
        Survey::new(program, families).mentions_routine(body)
    }
}

/// A function and the words in its body.
pub(crate) struct Mention<'p> {
    pub(crate) id: FnId,
    pub(crate) krate: Name,
    /// The words of a body that was not lowered so far.
    words: Option<&'p Words>,
    /// The names of one that was.
    names: FxHashSet<Name>,
    /// What its signature says.
    pub(crate) signs: Signs,
}

impl Mention<'_> {
    /// Whether the function may mention one of the names.
    pub(crate) fn may_hold(&self, heat: &Heat<'_>, names: &HotNames) -> bool {
        let mentions = |word: &str| match self.words {
            Some(words) => words.may_hold(Words::hash(word.as_bytes())),
            None => self.names.contains(&Name::new(word)),
        };
        names.are_routines() && self.signs.hold(mentions)
            || match self.words {
                Some(words) => heat.holds(self.krate, words),
                None => names.are_in(self.krate, &self.names),
            }
    }
}

/// Names of interest.
#[derive(Clone, Default)]
pub(crate) struct HotNames {
    /// Good everywhere.
    common: FxHashSet<Name>,
    /// Names of the crates' own functions, each good in its own crate.
    own: FxHashMap<Name, FxHashSet<Name>>,
}

impl HotNames {
    /// Whether a function that mentions these names is of interest.
    pub(crate) fn are_in(&self, krate: Name, names: &FxHashSet<Name>) -> bool {
        let own = self.own.get(&krate);
        !names.is_disjoint(&self.common)
            || own.is_some_and(|own| !names.is_disjoint(own))
            || self.are_of_lender(names)
    }

    /// Whether they are the routines of std and of the libraries.
    pub(crate) fn are_routines(&self) -> bool {
        !self.common.is_empty()
    }

    /// Whether the name is one of them, in this crate.
    pub(crate) fn has(&self, krate: Name, name: Name) -> bool {
        let own = self.own.get(&krate);
        self.common.contains(&name) || own.is_some_and(|own| own.contains(&name))
    }

    /// Whether a path has one of them.
    pub(crate) fn has_path(&self, krate: Name, path: &Path) -> bool {
        words_of(path).any(|word| self.has(krate, word))
    }

    /// Whether a function with these names lets a pointer outlive what it was taken from.
    pub(crate) fn are_of_lender(&self, names: &FxHashSet<Name>) -> bool {
        self.are_routines() && (may_move_lent(names) || may_dangle(names))
    }

    pub(crate) fn add(&mut self, krate: Name, name: Name) {
        self.own.entry(krate).or_default().insert(name);
    }

    pub(crate) fn warm(&self, heat: &mut Heat<'_>) {
        for (krate, names) in &self.own {
            heat.add(*krate, names.iter().copied());
        }
    }
}

/// What the program says of the names in its functions.
pub(crate) struct Survey<'p> {
    pub(crate) program: &'p Program,
    pub(crate) families: &'p Families,
    pub(crate) common: FxHashSet<Name>,
    /// The names of structs that hold raw pointers.
    holders: OnceLock<FxHashSet<Name>>,
}

impl<'p> Survey<'p> {
    pub(crate) fn new(program: &'p Program, families: &'p Families) -> Survey<'p> {
        Survey {
            program,
            families,
            common: COMMON.iter().map(|n| Name::new(n)).collect(),
            holders: OnceLock::new(),
        }
    }

    /// The routines of std and of the libraries, and the words for them.
    pub(crate) fn routines(&self) -> (HotNames, Heat<'p>) {
        let names = HotNames {
            common: self.hot(),
            own: FxHashMap::default(),
        };
        let moving = MOVING.iter().map(|word| ("as_mut_ptr", *word));
        let pairs: Vec<_> = moving.chain(DANGLING.iter().copied()).collect();
        let heat = Heat::new(self.program, names.common.iter().copied(), &pairs);
        (names, heat)
    }

    /// All functions from which a routine, that is one of `names`, can be reached through functions
    /// that pass pointers on.
    pub(crate) fn interest(
        &self,
        mentions: &[Mention<'p>],
        (mut names, mut heat): (HotNames, Heat<'p>),
    ) -> Interest {
        let mut found: FxHashSet<FnId> = FxHashSet::default();
        loop {
            let before = found.len();
            for mention in mentions {
                if !found.contains(&mention.id) && mention.may_hold(&heat, &names) {
                    found.insert(mention.id);
                    if self.hands_on(mention.id) {
                        names.add(mention.krate, self.program.func(mention.id).name);
                    }
                }
            }
            if found.len() == before {
                return Interest(found);
            }
            names.warm(&mut heat);
        }
    }

    /// Whether calls of the function can be told by its name and may pass pointers.
    pub(crate) fn hands_on(&self, id: FnId) -> bool {
        !self.common.contains(&self.program.func(id).name) && self.passes_pointers(id)
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
    pub(crate) fn mentions(&self) -> Vec<Mention<'p>> {
        let mut out = Vec::new();
        let owners = Owners::new(self.program);
        for id in self.program.fns() {
            let def = self.program.func(id);
            if let (false, Some(body)) = (def.stub, def.body) {
                let words = self.program.words(body);
                let names = match words {
                    Some(_) => FxHashSet::default(),
                    None => self.names(body),
                };
                out.push(Mention {
                    signs: self.signs(id, &owners),
                    id,
                    krate: self.program.crate_name(def.scope),
                    words,
                    names,
                });
            }
        }
        out
    }

    /// The names in a body, closures included; it is lowered for that.
    pub(crate) fn names(&self, body: BodyRef) -> FxHashSet<Name> {
        let mut names = FxHashSet::default();
        self.collect(body, &mut names);
        names
    }

    /// `use libc::free as release` makes `release` such a name.
    fn add_renames(&self, hot: &mut FxHashSet<Name>) {
        for (_, file) in self.program.files() {
            for import in file.modules.iter().flat_map(|m| &m.uses) {
                let segments = &import.path.segments;
                let pair = match &segments[..] {
                    [.., front, last] => Some(pair_name(front.name, last.name)),
                    _ => None,
                };
                let mut names = segments.iter().map(|s| s.name).chain(pair);
                if let crate::ir::UseKind::Name(alias) = import.kind
                    && names.any(|name| hot.contains(&name))
                    && (alias != import.path.last() || pair.is_some_and(|p| hot.contains(&p)))
                {
                    hot.insert(alias);
                }
            }
        }
    }

    /// Whether raw pointers can go through the function's signature, by themselves or in structs.
    fn passes_pointers(&self, id: FnId) -> bool {
        let written = &self.program.function(id).written;
        let holders = self.holders.get_or_init(|| holders(self.program));
        let passes = |ty: &TyExpr| {
            has_pointer(ty) || matches!(ty, TyExpr::Path(p) if holders.contains(&p.last()))
        };
        written.params.iter().any(|p| passes(&p.ty)) || passes(&written.ret)
    }

    fn mentions_routine(&self, body: BodyRef) -> bool {
        self.names(body).iter().any(|n| {
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
            named(body, &mut |what| match what {
                Named::Call(call, _) => match &call.callee {
                    Callee::Path(path) => names.extend(words_of(path)),
                    Callee::Method { name, .. } => drop(names.insert(*name)),
                    Callee::Value(_) => {}
                },
                Named::Path(path) => names.extend(words_of(path)),
                Named::Closure(body) => todo.push(body),
            });
        }
    }
}

/// The last two names of a path, `ptr::read`.
fn pair_name(front: Name, last: Name) -> Name {
    Name::new(&format!("{front}::{last}"))
}

/// Whether a pointer may outlive what it was taken from.
fn may_dangle(names: &FxHashSet<Name>) -> bool {
    let mentions = |word: &str| names.contains(&Name::new(word));
    DANGLING.iter().any(|(a, b)| mentions(a) && mentions(b))
}

/// Whether a buffer may move while a pointer into it is kept.
fn may_move_lent(names: &FxHashSet<Name>) -> bool {
    let mentions = |word: &str| names.contains(&Name::new(word));
    mentions("as_mut_ptr") && MOVING.iter().any(|w| mentions(w))
}

/// Whether a raw pointer is in the type as it is written.
pub(crate) fn has_pointer(ty: &TyExpr) -> bool {
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

/// The words of a path, and its last two together. `alloc` is a routine only at the end: before that
/// it is the crate or module.
fn words_of(path: &Path) -> impl Iterator<Item = Name> {
    let segments = &path.segments;
    let end = segments.len().saturating_sub(1);
    let words = segments.iter().map(|segment| segment.name).enumerate();
    let words = words.filter_map(move |(at, word)| (at == end || word != "alloc").then_some(word));
    let pair = match &segments[..] {
        [.., front, last] => Some(pair_name(front.name, last.name)),
        _ => None,
    };
    words.chain(pair)
}
