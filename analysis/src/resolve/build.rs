//! Builds the program: module trees first, then what the files declare, then types and impls.

use super::declare;
use super::presence::present;
use super::tree::{Def, Krate, ModId, Module, Ns};
use super::{BodyOwner, BodyRef, CrateIr, FileIx, Program, Scope, index::Index};
use crate::ir::{FileIr, ModuleIx, UseKind};
use crate::name::Name;
use rustc_hash::FxHashMap;
use std::sync::{Arc, OnceLock};

pub(super) fn build(stubs: Vec<CrateIr>, krates: Vec<CrateIr>) -> Program {
    let mut p = Program::default();
    let std_files = stubs.into_iter().flat_map(|krate| krate.files).collect();
    let std = CrateIr {
        name: Name::new("std"),
        files: std_files,
    };
    for krate in std::iter::once(std).chain(krates) {
        add_crate(&mut p, krate);
    }
    for at in 0..p.files.len() {
        declare::file(&mut p, FileIx::new(at));
    }
    p.prelude = prelude(&p);
    p.index_names();
    declare::traits(&mut p);
    declare::impls(&mut p);
    declare::fields(&mut p);
    p.signatures.resize_with(p.fns.len(), OnceLock::new);
    p.closures.resize_with(p.files.len(), OnceLock::new);
    p.index = Index::build(&p);
    p.find_drops();
    p
}

fn prelude(p: &Program) -> Option<ModId> {
    let root = p.krates.first()?.root;
    let children = &p.module(root).children;
    children.get(&Name::new("prelude"))?.first().copied()
}

fn add_crate(p: &mut Program, krate: CrateIr) {
    let text = krate.name.as_str();
    let name = match text.contains('-') {
        true => Name::new(&text.replace('-', "_")),
        false => krate.name,
    };
    let number = u32::try_from(p.krates.len()).unwrap_or(u32::MAX);
    let root = add_module(p, number, None, name.as_str().to_owned());
    p.krates.push(Krate {
        name,
        root,
        unique: FxHashMap::default(),
    });
    p.krate_by_name.entry(name).or_insert(number);
    let mut files = krate.files;
    // Parents first, so that a file in an inline module finds it.
    files.sort_by_key(|file| file.module.len());
    let first = p.files.len();
    for file in files {
        add_file(p, number, &file.module, file.ir);
    }
    for at in first..p.files.len() {
        add_outlines(p, number, at);
    }
}

/// Modules whose files are not in view are there all the same.
fn add_outlines(p: &mut Program, krate: u32, file: usize) {
    let ir = Arc::clone(&p.files[file]);
    for (at, module) in ir.modules.iter().enumerate() {
        let parent = p.scopes[file][at];
        for &name in &module.outlines {
            if !p.module(parent).children.contains_key(&name) {
                add_child(p, krate, parent, name);
            }
        }
    }
}

fn add_module(p: &mut Program, krate: u32, parent: Option<ModId>, path: String) -> ModId {
    let id = ModId(u32::try_from(p.modules.len()).unwrap_or(u32::MAX));
    p.modules.push(Module {
        krate,
        parent,
        anonymous: false,
        scope: None,
        path,
        types: FxHashMap::default(),
        values: FxHashMap::default(),
        children: FxHashMap::default(),
        imports: FxHashMap::default(),
        globs: Vec::new(),
    });
    id
}

/// The module at this path; a new one if there is none, or if there already is a file for it
/// (alternatives under `cfg`).
fn place(p: &mut Program, krate: u32, path: &[Name]) -> ModId {
    let mut at = p.krates[krate as usize].root;
    for (depth, name) in path.iter().enumerate() {
        let last = depth + 1 == path.len();
        let known = p.module(at).children.get(name);
        let usable = known.and_then(|all| {
            all.iter()
                .find(|id| !last || p.module(**id).scope.is_none())
                .copied()
        });
        at = match usable {
            Some(id) => id,
            None => add_child(p, krate, at, *name),
        };
    }
    if path.is_empty() && p.module(at).scope.is_some() {
        // A second root file: loose files, each with a root of its own.
        let text = p.module(at).path.clone();
        at = add_module(p, krate, None, text);
    }
    at
}

fn add_child(p: &mut Program, krate: u32, parent: ModId, name: Name) -> ModId {
    let path = format!("{}::{name}", p.module(parent).path);
    let id = add_module(p, krate, Some(parent), path);
    p.modules[parent.0 as usize]
        .children
        .entry(name)
        .or_default()
        .push(id);
    id
}

fn add_file(p: &mut Program, krate: u32, path: &[Name], ir: FileIr) {
    let file = FileIx::new(p.files.len());
    let mut scopes: Vec<ModId> = Vec::with_capacity(ir.modules.len());
    for (at, module) in ir.modules.iter().enumerate() {
        let parent = module
            .parent
            .and_then(|ix| scopes.get(ix.0 as usize).copied());
        let id = match parent {
            None if at == 0 => place(p, krate, path),
            parent => {
                let parent = parent.or(scopes.first().copied());
                let name = module.name;
                let text = match parent {
                    Some(up) if name.is_empty() => p.module(up).path.clone(),
                    Some(up) => format!("{}::{name}", p.module(up).path),
                    None => name.as_str().to_owned(),
                };
                let id = add_module(p, krate, parent, text);
                p.modules[id.0 as usize].anonymous = name.is_empty();
                if let (Some(up), false) = (parent, name.is_empty()) {
                    let all = p.modules[up.0 as usize].children.entry(name).or_default();
                    match present(module.cfg.as_ref()) {
                        true => all.insert(0, id),
                        false => all.push(id),
                    }
                }
                id
            }
        };
        let node = &mut p.modules[id.0 as usize];
        node.scope = Some(Scope {
            file,
            module: ModuleIx(u32::try_from(at).unwrap_or(u32::MAX)),
        });
        add_imports(node, module);
        scopes.push(id);
    }
    p.scopes.push(scopes);
    p.files.push(Arc::new(ir));
}

fn add_imports(node: &mut Module, module: &crate::ir::ModuleIr) {
    for (at, import) in module.uses.iter().enumerate() {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        match import.kind {
            UseKind::Name(name) => {
                let all = node.imports.entry(name).or_default();
                match present(import.cfg.as_ref()) {
                    true => {
                        // Before the first alternative that is not for this platform.
                        let here =
                            |&&other: &&u32| !present(module.uses[other as usize].cfg.as_ref());
                        let position = all.iter().position(|other| here(&other));
                        all.insert(position.unwrap_or(all.len()), at);
                    }
                    false => all.push(at),
                }
            }
            UseKind::Glob => node.globs.push(at),
            UseKind::Underscore => {}
        }
    }
}

impl Program {
    /// Puts a declaration into its module; of alternatives, the one for this platform stays.
    pub(super) fn enter(&mut self, scope: Scope, name: Name, ns: Ns, def: Def, here: bool) {
        if name.is_empty() {
            return;
        }
        let id = self.module_of(scope);
        let module = &mut self.modules[id.0 as usize];
        let (krate, anonymous) = (module.krate, module.anonymous);
        let names = match ns {
            Ns::Type => &mut module.types,
            Ns::Value => &mut module.values,
        };
        let key = (id, name, ns);
        let replace = here && self.absent.remove(&key);
        if replace || !names.contains_key(&name) {
            names.insert(name, def);
            if !here {
                self.absent.insert(key);
            }
            if !anonymous {
                let unique = &mut self.krates[krate as usize].unique;
                unique
                    .entry((name, ns))
                    .and_modify(|known| *known = if replace { Some(def) } else { None })
                    .or_insert(Some(def));
            }
        }
    }

    pub(super) fn place_body(
        &mut self,
        file: FileIx,
        body: Option<crate::ir::BodyId>,
        owner: BodyOwner,
    ) -> Option<BodyRef> {
        let body = BodyRef { file, body: body? };
        self.owners.insert(body, owner);
        Some(body)
    }

    fn index_names(&mut self) {
        for (at, def) in self.traits.iter().enumerate() {
            self.canonical_traits
                .entry(def.canonical)
                .or_insert(super::TraitId::new(at));
        }
        self.lang = super::lang::find(self);
    }

    fn find_drops(&mut self) {
        for def in &self.impls {
            let is_drop = def
                .of_trait
                .is_some_and(|t| matches!(t.as_str(), "std::ops::Drop" | "Drop"));
            if let (true, super::Ty::Adt(id, _)) = (is_drop, &def.self_ty)
                && let Some(&f) = def.fns.first()
            {
                self.drops.entry(*id).or_insert(f);
            }
        }
    }
}
