//! Names in modules: what a module declares, imports or gets through globs, asked once each.

use super::tree::{DEPTH, Def, GLOBS, ModId, Ns, SHARDS, Search};
use crate::ir::Use;
use crate::name::Name;
use rustc_hash::FxHashMap;
use std::sync::RwLock;

/// Everything that was found out about a name in a module.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    def: Option<Def>,
    external_glob: Option<Name>,
    unseen_glob: bool,
}

/// Names in modules that are imported or not there at all.
pub(super) type Members = [RwLock<FxHashMap<(ModId, Name, Ns), Member>>; SHARDS];

/// What glob imports open, by module and number of the import.
pub(super) type Opened = [RwLock<FxHashMap<(ModId, u32), Option<Def>>>; SHARDS];

impl Search<'_> {
    /// A name in a module: declared, imported, or through globs.
    pub(crate) fn in_module(&mut self, id: ModId, name: Name, ns: Ns) -> Option<Def> {
        let module = self.p.module(id);
        let own = if ns == Ns::Type {
            &module.types
        } else {
            &module.values
        };
        if let Some(&def) = own.get(&name) {
            return Some(def);
        }
        if ns == Ns::Type
            && let Some(child) = module.children.get(&name).and_then(|all| all.first())
        {
            return Some(Def::Module(*child));
        }
        if module.imports.is_empty() && module.globs.is_empty() {
            return None;
        }
        if self.depth > DEPTH || self.globs > GLOBS {
            self.oldest = 0;
            return None;
        }
        let key = (id, name, ns);
        if let Some(&(known, oldest)) = self.seen.get(&key) {
            self.oldest = self.oldest.min(oldest);
            if known.is_none() && oldest != u32::MAX {
                self.assumed.push(key);
            }
            return known;
        }
        let shard = &self.p.members[id.0 as usize % SHARDS];
        let known = shard.read().ok().and_then(|shard| shard.get(&key).copied());
        if let Some(member) = known {
            self.note(member.external_glob, member.unseen_glob);
            return member.def;
        }
        self.begun += 1;
        let own = self.begun;
        self.seen.insert(key, (None, own));
        let oldest = std::mem::replace(&mut self.oldest, u32::MAX);
        let globs = (
            self.external_glob.take(),
            std::mem::take(&mut self.unseen_glob),
        );
        let def = self.imported(id, name, ns);
        let member = Member {
            def,
            external_glob: std::mem::replace(&mut self.external_glob, globs.0),
            unseen_glob: std::mem::replace(&mut self.unseen_glob, globs.1),
        };
        self.note(member.external_glob, member.unseen_glob);
        let whole = self.oldest >= own;
        let hangs_on = if whole { u32::MAX } else { self.oldest };
        self.oldest = oldest.min(hangs_on);
        self.seen.insert(key, (def, hangs_on));
        if whole {
            self.settle(key, own, member);
        }
        def
    }

    /// Remembers the answer, and with it those of all searches that stood in a circle with this
    /// one. Where a name that was taken to be missing is missing indeed, all of them are right;
    /// else those of the same name are: modules that import from each other by globs all have what
    /// one of them has.
    fn settle(&mut self, key: (ModId, Name, Ns), own: u32, member: Member) {
        let is_missing = |key| self.seen.get(key).is_some_and(|seen| seen.0.is_none());
        let right = self.assumed.iter().all(is_missing);
        self.assumed.clear();
        let circle = self.seen.iter_mut().filter(|(other, (_, hangs_on))| {
            let same_name = (other.1, other.2) == (key.1, key.2);
            (right || same_name) && *hangs_on >= own && *hangs_on != u32::MAX
        });
        let mut settled = vec![(key, member.def)];
        for (other, (def, hangs_on)) in circle {
            if (other.1, other.2) == (key.1, key.2) {
                *def = def.or(member.def);
            }
            *hangs_on = u32::MAX;
            settled.push((*other, *def));
        }
        for (key, def) in settled {
            if let Ok(mut shard) = self.p.members[key.0.0 as usize % SHARDS].write() {
                shard.insert(key, Member { def, ..member });
            }
        }
    }

    /// Notes globs that could bring more.
    pub(super) fn note(&mut self, external: Option<Name>, unseen: bool) {
        if let Some(path) = external
            && (self.external_glob.is_none() || path == "libc")
        {
            self.external_glob = Some(path);
        }
        self.unseen_glob |= unseen;
    }

    /// What a glob import opens. It is remembered unless it may depend on where the
    /// search came from.
    pub(super) fn glob_target(&mut self, id: ModId, index: u32, import: &Use) -> Option<Def> {
        let shard = &self.p.opened[id.0 as usize % SHARDS];
        let known = shard
            .read()
            .ok()
            .and_then(|shard| shard.get(&(id, index)).copied());
        if let Some(known) = known {
            return known;
        }
        let oldest = std::mem::replace(&mut self.oldest, u32::MAX);
        let def = self.walk(id, &import.path, Ns::Type).map(|found| found.0);
        let sure = matches!(def, Some(Def::Module(_))) || self.oldest == u32::MAX;
        self.oldest = self.oldest.min(oldest);
        if let (true, Ok(mut shard)) = (sure, shard.write()) {
            shard.insert((id, index), def);
        }
        def
    }
}
