//! Names: the module trees of all crates in view, what each path means, who owns which method.

mod build;
mod declare;
mod def;
mod env;
mod index;
mod krate;
mod lang;
mod member;
mod path;
mod presence;
mod project;
mod sign;
#[cfg(test)]
pub(crate) mod tests;
mod tree;
mod ty;
mod unify;
mod value;
mod written;

pub use def::*;
pub use env::Env;
pub use krate::{CrateIr, PlacedFile};
pub use lang::Lang;
pub use path::ValuePath;
pub use ty::{IntTy, Len, Ty};
pub(crate) use unify::replace;
pub use unify::{bind, merge, substitute};

use crate::ir::{self, BodyId, FileIr, ItemKind, ModuleIx, Path};
use crate::name::Name;
use index::Index;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{Arc, OnceLock};
use tree::{Krate, ModId, Module, Ns};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// The number as an index.
            pub fn index(self) -> usize {
                self.0 as usize
            }

            #[allow(dead_code)]
            pub(crate) fn new(index: usize) -> $name {
                $name(u32::try_from(index).unwrap_or(u32::MAX))
            }
        }
    )*};
}

ids! {
    /// A file of the program.
    FileIx,
    /// A function.
    FnId,
    /// A struct, union or enum.
    AdtId,
    /// A trait.
    TraitId,
    /// A static.
    StaticId,
    /// A constant.
    ConstId,
    /// An impl block.
    ImplId,
}

/// A body of the program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct BodyRef {
    /// Its file.
    pub file: FileIx,
    /// Its number there.
    pub body: BodyId,
}

/// A module of the program, as the place from which a path is read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Scope {
    /// Its file.
    pub file: FileIx,
    /// Its number there.
    pub module: ModuleIx,
}

/// What a body is the value of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BodyOwner {
    /// A function.
    Fn(FnId),
    /// A constant.
    Const(ConstId),
    /// A static.
    Static(StaticId),
}

/// All crates in view with their names resolved; the stubs of std are the first crate.
#[derive(Debug, Default)]
pub struct Program {
    files: Vec<Arc<FileIr>>,
    krates: Vec<Krate>,
    krate_by_name: FxHashMap<Name, u32>,
    modules: Vec<Module>,
    /// The modules of a file by their number there.
    scopes: Vec<Vec<ModId>>,
    prelude: Option<ModId>,
    /// What names were found to mean.
    found: tree::Answers,
    /// Names that modules import.
    members: member::Members,
    /// What glob imports open.
    opened: member::Opened,
    fns: Vec<FnDef>,
    adts: Vec<AdtDef>,
    traits: Vec<TraitDef>,
    impls: Vec<ImplDef>,
    statics: Vec<StaticDef>,
    consts: Vec<ConstDef>,
    /// Where the aliases stand.
    aliases: Vec<(FileIx, u32)>,
    signatures: Vec<OnceLock<Box<Signature>>>,
    owners: FxHashMap<BodyRef, BodyOwner>,
    /// The body in which a closure stands, by file.
    closures: Vec<OnceLock<FxHashMap<BodyId, BodyId>>>,
    index: Index,
    lang: FxHashMap<Lang, AdtId>,
    drops: FxHashMap<AdtId, FnId>,
    canonical_traits: FxHashMap<Name, TraitId>,
    /// While building: impl blocks not yet entered.
    impl_items: Vec<(FileIx, u32)>,
    /// While building: names whose declaration is not for this platform.
    absent: FxHashSet<(ModId, Name, Ns)>,
}

impl Program {
    /// Builds the program from the stubs (one crate called `std`) and the user's crates.
    pub fn build(stubs: Vec<CrateIr>, krates: Vec<CrateIr>) -> Program {
        build::build(stubs, krates)
    }

    /// All functions, those of the stubs included.
    pub fn fns(&self) -> impl Iterator<Item = FnId> + use<> {
        (0..self.fns.len()).map(FnId::new)
    }

    /// All types, those of the stubs included.
    pub fn adts(&self) -> impl Iterator<Item = AdtId> + use<> {
        (0..self.adts.len()).map(AdtId::new)
    }

    /// All statics.
    pub fn statics(&self) -> impl Iterator<Item = StaticId> + use<> {
        (0..self.statics.len()).map(StaticId::new)
    }

    /// All impls.
    pub fn impls(&self) -> impl Iterator<Item = ImplId> + use<> {
        (0..self.impls.len()).map(ImplId::new)
    }

    /// All files.
    pub fn files(&self) -> impl Iterator<Item = (FileIx, &FileIr)> {
        self.files
            .iter()
            .enumerate()
            .map(|(at, ir)| (FileIx::new(at), &**ir))
    }

    /// A file.
    pub fn file(&self, file: FileIx) -> &FileIr {
        &self.files[file.index()]
    }

    /// A function.
    pub fn func(&self, id: FnId) -> &FnDef {
        &self.fns[id.index()]
    }

    /// A function as declared.
    pub fn function(&self, id: FnId) -> &ir::Function {
        let place = self.func(id).place;
        match &self.files[place.file.index()].items[place.item as usize].kind {
            ItemKind::Fn(function) | ItemKind::ForeignFn(function) => function,
            ItemKind::Impl(block) => &block.fns[place.index as usize],
            ItemKind::Trait(block) => &block.fns[place.index as usize],
            _ => unreachable!("a function is declared by one of these"),
        }
    }

    /// The item that declares a function: itself, or its impl or trait.
    pub fn item_of(&self, id: FnId) -> &ir::Item {
        let place = self.func(id).place;
        &self.files[place.file.index()].items[place.item as usize]
    }

    /// A type definition.
    pub fn adt(&self, id: AdtId) -> &AdtDef {
        &self.adts[id.index()]
    }

    /// A trait.
    pub fn trait_def(&self, id: TraitId) -> &TraitDef {
        &self.traits[id.index()]
    }

    /// An impl block.
    pub fn impl_def(&self, id: ImplId) -> &ImplDef {
        &self.impls[id.index()]
    }

    /// A static.
    pub fn static_def(&self, id: StaticId) -> &StaticDef {
        &self.statics[id.index()]
    }

    /// A constant.
    pub fn constant(&self, id: ConstId) -> &ConstDef {
        &self.consts[id.index()]
    }

    /// A body.
    pub fn body(&self, body: BodyRef) -> &ir::Body {
        self.files[body.file.index()].body(body.body)
    }

    /// The words of a body that need not have been lowered; `None` for others.
    pub fn words(&self, body: BodyRef) -> Option<&ir::Words> {
        self.file(body.file).words(body.body)
    }

    /// What a body is the value of; `None` for a closure's.
    pub fn owner_of(&self, body: BodyRef) -> Option<BodyOwner> {
        self.owners.get(&body).copied()
    }

    /// The body in which a closure stands.
    pub fn parent_body(&self, body: BodyRef) -> Option<BodyRef> {
        let file = self.file(body.file);
        let at = |parent| BodyRef {
            body: parent,
            ..body
        };
        if body.body.late().is_some() {
            let slot = body.body.slot;
            let all = file.late_bodies(slot).iter().enumerate();
            let mut all = all.map(|(nested, code)| (BodyId::put_off(slot as usize, nested), code));
            let parent = all.find(|(_, code)| code.closures().any(|id| id == body.body));
            return parent.map(|(id, _)| at(id)).filter(|found| *found != body);
        }
        let parents = self.closures[body.file.index()].get_or_init(|| parents(file));
        parents.get(&body.body).copied().map(at)
    }

    /// The outermost body around a closure; the body itself if it is none.
    pub fn root_body(&self, mut body: BodyRef) -> BodyRef {
        let mut steps = 0;
        while self.body(body).kind == ir::BodyKind::Closure && steps < 64 {
            match self.parent_body(body) {
                Some(parent) => body = parent,
                None => break,
            }
            steps += 1;
        }
        body
    }

    /// The name of the crate that a module belongs to.
    pub fn crate_name(&self, scope: Scope) -> Name {
        self.krates[self.module(self.module_of(scope)).krate as usize].name
    }

    /// Whether the module belongs to the stubs of std.
    pub fn in_std(&self, scope: Scope) -> bool {
        self.module(self.module_of(scope)).krate == tree::STD
    }

    /// The path of a module, beginning with its crate.
    pub fn module_path(&self, scope: Scope) -> &str {
        &self.module(self.module_of(scope)).path
    }

    /// What a path means as a value, read in a bare module (without `Self` and parameters).
    pub fn resolve_value(&self, scope: Scope, path: &Path) -> Res {
        self.value_path(&Env::module(scope), path).res
    }

    /// What a path means as a type, read in a bare module (without `Self` and parameters).
    pub fn resolve_type(&self, scope: Scope, path: &Path) -> Res {
        self.type_path(&Env::module(scope), path)
    }

    /// The type of a static.
    pub fn static_ty(&self, id: StaticId) -> Ty {
        let def = self.static_def(id);
        self.lower_ty(&Env::module(def.scope), &def.ty)
    }

    /// The type of a constant.
    pub fn const_ty(&self, id: ConstId) -> Ty {
        let def = self.constant(id);
        let env = match def.owner {
            Some(owner) => self.impl_env(owner),
            None => Env::module(def.scope),
        };
        self.lower_ty(&env, &def.ty)
    }

    /// Whether a field of a struct has any `pub`.
    pub fn is_public_field(&self, id: AdtId, field: Name) -> bool {
        let def = self.adt(id);
        let item = self.file(def.scope.file).items.get(def.item as usize);
        match item.map(|item| &item.kind) {
            Some(ir::ItemKind::Struct(s)) => s.fields.iter().any(|f| f.name == field && f.public),
            _ => false,
        }
    }

    /// A type of std that the engine knows by name.
    pub fn lang(&self, item: Lang) -> Option<AdtId> {
        self.lang.get(&item).copied()
    }

    /// The `drop` method of a type, of the user or of the stubs.
    pub fn drop_impl(&self, id: AdtId) -> Option<FnId> {
        self.drops.get(&id).copied()
    }

    /// Whether the two functions can never be compiled together.
    pub fn exclude(&self, a: FnId, b: FnId) -> bool {
        presence::exclude(&self.conditions(a), &self.conditions(b))
    }

    fn conditions(&self, id: FnId) -> Vec<&ir::Cfg> {
        let block = match self.func(id).owner {
            Owner::Impl(at) => self.impl_def(at).cfg.as_ref(),
            _ => None,
        };
        self.function(id)
            .cfg
            .as_ref()
            .into_iter()
            .chain(block)
            .collect()
    }

    /// The trait with this canonical path.
    pub fn trait_named(&self, canonical: Name) -> Option<TraitId> {
        self.canonical_traits.get(&canonical).copied()
    }

    /// The method of this name on a type of no particular arguments, inherent ones first.
    pub fn method(&self, id: AdtId, name: Name) -> Option<FnId> {
        self.fns_of(&self.adt_ty(id, Vec::new()), name)
            .first()
            .copied()
    }

    pub(crate) fn alias_parts(&self, index: u32) -> (Scope, &[Name], &ir::TyExpr) {
        let (file, at) = self.aliases[index as usize];
        let item = &self.files[file.index()].items[at as usize];
        let scope = Scope {
            file,
            module: item.module,
        };
        match &item.kind {
            ItemKind::Alias { generics, ty } => (scope, generics, ty),
            _ => (scope, &[], &ir::TyExpr::Unknown),
        }
    }
}

/// The body in which each closure of a file stands.
fn parents(file: &FileIr) -> FxHashMap<BodyId, BodyId> {
    let mut parents = FxHashMap::default();
    // A body that is still packed has no closures.
    let open = file.bodies.iter().map(ir::Packed::if_open).enumerate();
    for (at, body) in open.filter_map(|(at, body)| Some((at, body?))) {
        let parent = BodyId::early(at);
        let closures = body.closures().filter(|id| *id != parent);
        parents.extend(closures.map(|id| (id, parent)));
    }
    parents
}
