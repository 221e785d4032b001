//! The module trees, and the search for a name in them.

use super::{AdtId, ConstId, FnId, Program, Scope, StaticId, TraitId};
use crate::ir::{Path, Use};
use crate::name::Name;
use rustc_hash::FxHashMap;
use std::sync::RwLock;

/// A module of any crate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct ModId(pub(crate) u32);

/// The two namespaces that count here.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Ns {
    Type,
    Value,
}

/// What a name in a module stands for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Def {
    Module(ModId),
    Adt(AdtId),
    /// A variant, or in the value namespace a tuple or unit struct (variant 0).
    Variant(AdtId, u32),
    Alias(u32),
    Trait(TraitId),
    Fn(FnId),
    Static(StaticId),
    Const(ConstId),
    Prim(Name),
    External(Name),
}

/// A module: what it declares and imports.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) krate: u32,
    pub(crate) parent: Option<ModId>,
    /// The block of a function.
    pub(crate) anonymous: bool,
    /// Where it is written; `None`: its file is not in view.
    pub(crate) scope: Option<Scope>,
    /// `krate::a::b`.
    pub(crate) path: String,
    pub(crate) types: FxHashMap<Name, Def>,
    pub(crate) values: FxHashMap<Name, Def>,
    pub(crate) children: FxHashMap<Name, Vec<ModId>>,
    pub(crate) imports: FxHashMap<Name, Vec<u32>>,
    pub(crate) globs: Vec<u32>,
}

/// A crate: its name and root.
#[derive(Debug)]
pub(crate) struct Krate {
    pub(crate) name: Name,
    pub(crate) root: ModId,
    /// Types and values by their bare name; `None` if several share it.
    pub(crate) unique: FxHashMap<(Name, Ns), Option<Def>>,
}

/// The crate of the stubs.
pub(crate) const STD: u32 = 0;

/// Paths within paths: an import named by an import, and so on.
pub(super) const DEPTH: u32 = 24;

/// Globs within globs: the modules of large bindings all import from each other.
pub(super) const GLOBS: u32 = 500;

/// Into how many tables the answers are split, so that threads rarely wait for each other.
pub(super) const SHARDS: usize = 16;

/// Answers of searches, by module.
pub(super) type Answers = [RwLock<FxHashMap<(ModId, Name, Ns, bool), Option<Def>>>; SHARDS];

/// One search through the modules; guards against cycles of imports.
pub(crate) struct Search<'p> {
    pub(super) p: &'p Program,
    pub(super) depth: u32,
    /// How many glob imports deep.
    pub(super) globs: u32,
    /// What was looked up, with the oldest search still under way that it hangs on.
    pub(super) seen: FxHashMap<(ModId, Name, Ns), (Option<Def>, u32)>,
    /// Names that were taken to be missing where the search for them was still under way.
    pub(super) assumed: Vec<(ModId, Name, Ns)>,
    /// How many searches of modules were begun.
    pub(super) begun: u32,
    /// The oldest search still under way that was met again: the answer hangs on it.
    pub(super) oldest: u32,
    /// A glob import of a crate that is not in view came by.
    pub(super) external_glob: Option<Name>,
    /// A glob import of a module that is not in view came by.
    pub(super) unseen_glob: bool,
}

impl<'p> Search<'p> {
    pub(crate) fn new(p: &'p Program) -> Search<'p> {
        Search {
            p,
            depth: 0,
            globs: 0,
            seen: FxHashMap::default(),
            assumed: Vec::new(),
            begun: 0,
            oldest: u32::MAX,
            external_glob: None,
            unseen_glob: false,
        }
    }

    /// What the path names from this module, and the index of the segment that names it; what
    /// follows are associated names.
    pub(crate) fn walk(&mut self, from: ModId, path: &Path, ns: Ns) -> Option<(Def, usize)> {
        if self.depth > DEPTH {
            return None;
        }
        self.depth += 1;
        let globs = (self.external_glob.take(), self.unseen_glob);
        let found = self.walk_segments(from, path, ns);
        (self.external_glob, self.unseen_glob) = globs;
        self.depth -= 1;
        found
    }

    fn walk_segments(&mut self, from: ModId, path: &Path, ns: Ns) -> Option<(Def, usize)> {
        let last = path.segments.len().checked_sub(1)?;
        let mut def = self.first(from, path, if last == 0 { ns } else { Ns::Type })?;
        for i in 1..=last {
            let name = path.segments[i].name;
            let here = if i == last { ns } else { Ns::Type };
            let next = match def {
                Def::Module(module) => {
                    self.external_glob = None;
                    self.unseen_glob = false;
                    match self.child(module, name, here) {
                        Some(next) => next,
                        None => return self.beyond(module, path, i, ns),
                    }
                }
                Def::Adt(id) => match self.p.variant_named(id, name) {
                    Some(variant) => Def::Variant(id, variant),
                    None => return Some((def, i - 1)),
                },
                Def::External(base) => {
                    return Some((Def::External(join(base, path, i)), last));
                }
                _ => return Some((def, i - 1)),
            };
            def = next;
        }
        Some((def, last))
    }

    fn first(&mut self, from: ModId, path: &Path, ns: Ns) -> Option<Def> {
        let single = path.segments.len() == 1;
        let name = path.segments[0].name;
        if path.global {
            let root = self.p.root_of(from);
            let found = self.p.crate_named(name).map(Def::Module);
            let found = found.or_else(|| self.in_module(root, name, ns));
            return found.or(Some(Def::External(name)));
        }
        match name.as_str() {
            "crate" | "$crate" => return Some(Def::Module(self.p.root_of(from))),
            "self" => return Some(Def::Module(self.p.named_module(from))),
            "super" => return self.p.parent_of(from).map(Def::Module),
            _ => {}
        }
        // The first name of an import or of a long path is a crate rather than a part of one.
        let open = self.depth == 1 && (single || name.as_str().starts_with(char::is_uppercase));
        let found = self.lexical(from, name, ns, open);
        if found.is_some() {
            return found;
        }
        // In the 2015 edition the path of an import begins at the crate's root.
        let root = self.p.root_of(from);
        match self.in_module(root, name, Ns::Type) {
            Some(def @ Def::Module(_)) if !name.as_str().ends_with("_sys") => Some(def),
            _ if single => None,
            _ => Some(Def::External(name)),
        }
    }

    fn child(&mut self, module: ModId, name: Name, ns: Ns) -> Option<Def> {
        match name.as_str() {
            "self" => Some(Def::Module(module)),
            "super" => self.p.parent_of(module).map(Def::Module),
            _ => self.in_module(module, name, ns),
        }
    }

    /// `path.segments[i]` is not in the module.
    fn beyond(&mut self, module: ModId, path: &Path, i: usize, ns: Ns) -> Option<(Def, usize)> {
        let last = path.segments.len() - 1;
        let name = path.segments[i].name;
        let (glob, unseen) = (self.external_glob, self.unseen_glob);
        let here = self.p.module(module);
        if let Some(glob) = glob {
            return Some((Def::External(join(glob, path, i)), last));
        }
        let other = if ns == Ns::Type { Ns::Value } else { Ns::Type };
        if i == last && self.in_module(module, name, other).is_some() {
            return None;
        }
        let hidden = here.scope.is_none() || unseen || i < last;
        if hidden
            && here.krate != STD
            && let Some(found) = self.by_bare_name(here.krate, path, i, ns)
        {
            return Some(found);
        }
        Some((Def::External(join(Name::new(&here.path), path, i)), last))
    }

    /// The module that the path goes through is not in view: its items may be re-exports of what
    /// is, so the crate's only item of that name is taken.
    fn by_bare_name(&self, krate: u32, path: &Path, i: usize, ns: Ns) -> Option<(Def, usize)> {
        let last = path.segments.len() - 1;
        if let Some(def) = self.p.unique(krate, path.segments[last].name, ns) {
            return Some((def, last));
        }
        if last > i && ns == Ns::Value {
            let def = self
                .p
                .unique(krate, path.segments[last - 1].name, Ns::Type)?;
            if let Def::Adt(id) = def
                && let Some(variant) = self.p.variant_named(id, path.segments[last].name)
            {
                return Some((Def::Variant(id, variant), last));
            }
            return Some((def, last - 1));
        }
        None
    }

    /// The nearest meaning of a name: the enclosing blocks and the module, crates, the prelude;
    /// with `open` also what globs of crates out of view may bring.
    fn lexical(&mut self, from: ModId, name: Name, ns: Ns, open: bool) -> Option<Def> {
        // Only a search from its beginning gives the whole answer.
        if self.depth > 1 {
            return self.search_lexical(from, name, ns, open);
        }
        let key = (from, name, ns, open);
        let shard = &self.p.found[from.0 as usize % SHARDS];
        let known = shard.read().ok().and_then(|shard| shard.get(&key).copied());
        if let Some(known) = known {
            return known;
        }
        let found = self.search_lexical(from, name, ns, open);
        if let Ok(mut shard) = shard.write() {
            shard.insert(key, found);
        }
        found
    }

    fn search_lexical(&mut self, from: ModId, name: Name, ns: Ns, open: bool) -> Option<Def> {
        self.external_glob = None;
        self.unseen_glob = false;
        let mut module = from;
        loop {
            if let Some(def) = self.in_module(module, name, ns) {
                return Some(def);
            }
            let here = self.p.module(module);
            match here.parent {
                Some(parent) if here.anonymous => module = parent,
                _ => break,
            }
        }
        let krate = self.p.module(from).krate;
        if ns == Ns::Type {
            if let Some(root) = self.p.crate_named(name) {
                return Some(Def::Module(root));
            }
            if super::Ty::primitive(name.as_str()).is_some() {
                return Some(Def::Prim(name));
            }
        }
        let (glob, unseen) = (self.external_glob, self.unseen_glob);
        if let Some(prelude) = self.p.prelude
            && let Some(def) = self.in_module(prelude, name, ns)
        {
            return Some(def);
        }
        if !open {
            return None;
        }
        if let Some(glob) = glob {
            return Some(Def::External(Name::new(&format!("{glob}::{name}"))));
        }
        if unseen {
            return self.p.unique(krate, name, ns);
        }
        None
    }

    pub(super) fn imported(&mut self, id: ModId, name: Name, ns: Ns) -> Option<Def> {
        let module = self.p.module(id);
        let scope = module.scope?;
        for &index in module.imports.get(&name).into_iter().flatten() {
            let import = self.p.import(scope, index);
            if let Some(def) = self.target(id, import, name, ns) {
                return Some(def);
            }
        }
        for &index in &module.globs {
            let import = self.p.import(scope, index);
            if let Some(def) = self.through_glob(id, index, import, name, ns) {
                return Some(def);
            }
        }
        None
    }

    fn target(&mut self, id: ModId, import: &Use, name: Name, ns: Ns) -> Option<Def> {
        // `use libc;` and `extern crate libc;` mean the crate, not themselves.
        if import.path.as_ident() == Some(name) && !self.p.module(id).anonymous {
            if ns == Ns::Value {
                return None;
            }
            let root = self.p.crate_named(name).map(Def::Module);
            return root.or(Some(Def::External(name)));
        }
        match (self.walk(id, &import.path, ns), &import.path.segments[..]) {
            (Some((def, used)), all) => (used + 1 == all.len()).then_some(def),
            // `use libc as c;`
            (None, [krate]) if ns == Ns::Type => Some(Def::External(krate.name)),
            (None, _) => None,
        }
    }

    fn through_glob(
        &mut self,
        id: ModId,
        index: u32,
        import: &Use,
        name: Name,
        ns: Ns,
    ) -> Option<Def> {
        let Some(def) = self.glob_target(id, index, import) else {
            match &import.path.segments[..] {
                [krate] => self.note_external_glob(krate.name),
                _ => self.unseen_glob = true,
            }
            return None;
        };
        match def {
            Def::Module(target) => {
                self.unseen_glob |= self.p.module(target).scope.is_none();
                self.globs += 1;
                let found = self.in_module(target, name, ns);
                self.globs -= 1;
                found
            }
            Def::Adt(adt) => {
                let variant = self.p.variant_named(adt, name)?;
                Some(Def::Variant(adt, variant))
            }
            Def::External(path) => {
                self.note_external_glob(path);
                None
            }
            _ => None,
        }
    }

    fn note_external_glob(&mut self, path: Name) {
        let text = path.as_str();
        if text.starts_with("std::") {
            return;
        }
        let in_view = text
            .split("::")
            .next()
            .is_some_and(|krate| self.p.crate_named(Name::new(krate)).is_some());
        if in_view {
            self.unseen_glob = true;
        } else if self.external_glob.is_none() || text == "libc" {
            self.external_glob = Some(path);
        }
    }
}

fn join(base: Name, path: &Path, from: usize) -> Name {
    let mut text = String::from(base.as_str());
    for segment in &path.segments[from..] {
        text.push_str("::");
        text.push_str(segment.name.as_str());
    }
    Name::new(&text)
}

impl Program {
    pub(crate) fn module(&self, id: ModId) -> &Module {
        &self.modules[id.0 as usize]
    }

    pub(crate) fn module_of(&self, scope: Scope) -> ModId {
        self.scopes[scope.file.index()][scope.module.0 as usize]
    }

    fn import(&self, scope: Scope, index: u32) -> &Use {
        let file = &self.files[scope.file.index()];
        &file.modules[scope.module.0 as usize].uses[index as usize]
    }

    fn root_of(&self, id: ModId) -> ModId {
        self.krates[self.module(id).krate as usize].root
    }

    /// The nearest module that is not a block's.
    fn named_module(&self, mut id: ModId) -> ModId {
        while let (true, Some(parent)) = (self.module(id).anonymous, self.module(id).parent) {
            id = parent;
        }
        id
    }

    fn parent_of(&self, id: ModId) -> Option<ModId> {
        let parent = self.module(self.named_module(id)).parent?;
        Some(self.named_module(parent))
    }

    pub(crate) fn crate_named(&self, name: Name) -> Option<ModId> {
        if matches!(name.as_str(), "std" | "core" | "alloc") {
            return Some(self.krates.first()?.root);
        }
        let krate = self.krate_by_name.get(&name)?;
        Some(self.krates[*krate as usize].root)
    }

    fn unique(&self, krate: u32, name: Name, ns: Ns) -> Option<Def> {
        *self.krates[krate as usize].unique.get(&(name, ns))?
    }

    pub(crate) fn variant_named(&self, id: AdtId, name: Name) -> Option<u32> {
        let adt = self.adt(id);
        if adt.kind != super::AdtKind::Enum {
            return None;
        }
        let at = adt.variants.iter().position(|v| v.name == name)?;
        u32::try_from(at).ok()
    }
}
