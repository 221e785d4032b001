//! The places that an audit speaks of: all calls in the lowered code that allocate, convert or
//! release, whether a path led there or not.

use super::audit::{Log, Spot};
use crate::audit::{Audit, Gap, Site, Unread};
use crate::event::Act;
use crate::families::{Effect, Families};
use crate::ir::{BlockId, Body, Call, Callee, Role, Rvalue, Stmt, StmtKind};
use crate::name::Name;
use crate::resolve::{BodyRef, FnId, Program};
use crate::span::Span;
use crate::types::{self, CalleeRef, Target, Types};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// What all roots together have shown.
pub(crate) struct Shown {
    spots: FxHashMap<Spot, Log>,
    executed: FxHashSet<FnId>,
    capped: FxHashSet<FnId>,
}

impl Shown {
    /// Joins what the roots have shown.
    pub(crate) fn new(
        shown: Vec<(Spot, Log)>,
        executed: FxHashSet<FnId>,
        capped: FxHashSet<FnId>,
    ) -> Shown {
        let mut spots: FxHashMap<Spot, Log> = FxHashMap::default();
        for (spot, log) in shown {
            spots.entry(spot).or_default().join(&log);
        }
        Shown {
            spots,
            executed,
            capped,
        }
    }

    /// What is known of a statement of a function.
    fn of(&self, id: FnId, spot: Spot) -> Log {
        let mut log = match self.spots.get(&spot) {
            Some(log) => log.clone(),
            None => {
                let why = match (self.executed.contains(&id), self.capped.contains(&id)) {
                    (false, _) => Gap::NotExecuted,
                    (true, true) => Gap::Bounds,
                    (true, false) => Gap::NotReached,
                };
                let mut log = Log::default();
                log.gaps.insert(why);
                log
            }
        };
        if log.ends.is_empty() && log.gaps.is_empty() {
            log.gaps.insert(Gap::NothingKnown);
        }
        log
    }
}

/// All places, each with what is known of it.
pub(crate) fn survey(program: &Program, families: &Families, shown: &Shown) -> Audit {
    let mut audit = Audit::default();
    for id in program.fns() {
        let def = program.func(id);
        if let (false, Some(body)) = (def.stub, def.body) {
            let types = Arc::new(types::infer(program, body, Some(id)));
            let mut todo = vec![(body, types)];
            while let Some((body, types)) = todo.pop() {
                let walk = Walk {
                    program,
                    families,
                    shown,
                    id,
                    body,
                    types: &types,
                };
                walk.body(&mut audit, &mut todo);
            }
        }
    }
    audit.sites.sort_by(|a, b| order(a).cmp(&order(b)));
    audit.sites = joined(std::mem::take(&mut audit.sites));
    audit.unread.sort_by_key(|u| (u.at.file, u.at.lo, u.at.hi));
    audit.unread.dedup();
    audit
}

fn order(site: &Site) -> impl Ord + '_ {
    let at = site.at;
    (at.file, at.lo, at.hi, &site.routine)
}

/// One place that stands for several statements, in a macro or in two crates, is proven only if all are.
fn joined(sites: Vec<Site>) -> Vec<Site> {
    let mut out: Vec<Site> = Vec::with_capacity(sites.len());
    for site in sites {
        match out.last_mut() {
            Some(last) if order(last) == order(&site) => {
                last.ends.extend(site.ends);
                last.gaps.extend(site.gaps);
                last.ends.sort();
                last.ends.dedup();
                last.gaps.sort();
                last.gaps.dedup();
            }
            _ => out.push(site),
        }
    }
    out
}

struct Walk<'a> {
    program: &'a Program,
    families: &'a Families,
    shown: &'a Shown,
    id: FnId,
    body: BodyRef,
    types: &'a Types,
}

impl Walk<'_> {
    fn body(&self, audit: &mut Audit, todo: &mut Vec<(BodyRef, Arc<Types>)>) {
        let code: &Body = self.program.body(self.body);
        for (at, block) in (0..).map(BlockId).zip(&code.blocks) {
            for (n, stmt) in (0..).zip(&block.stmts) {
                match &stmt.kind {
                    StmtKind::Call(call) => {
                        let target = self.types.calls.get(&(at, n));
                        audit.sites.extend(self.site(stmt, call, target, (at, n)));
                    }
                    StmtKind::Assign(_, Rvalue::Closure { body, .. }) => {
                        if let Some(types) = self.types.closures.get(body) {
                            let body = BodyRef {
                                file: self.body.file,
                                body: *body,
                            };
                            todo.push((body, types.clone()));
                        }
                    }
                    StmtKind::Assign(_, Rvalue::Unknown(_)) | StmtKind::Opaque(_) => {
                        audit.unread.push(self.unread(stmt));
                    }
                    _ => {}
                }
            }
        }
    }

    /// The place in the function's own text: of code out of a macro's definition, the macro's call.
    fn place(&self, span: Span) -> Span {
        let def = self.program.func(self.id);
        if def.span.contains(span) {
            return span;
        }
        let bodies = [Some(self.body), def.body].into_iter().flatten();
        let mut calls = bodies.flat_map(|body| &self.program.body(body).expansions);
        let call = calls.find(|(call, region)| region.contains(span) && def.span.contains(*call));
        call.map_or(span, |(call, _)| *call)
    }

    /// The module without the crate's name.
    fn module(&self) -> String {
        let path = self.program.module_path(self.program.func(self.id).scope);
        let inner = path.split_once("::").map_or("", |(_, inner)| inner);
        inner.to_owned()
    }

    fn unread(&self, stmt: &Stmt) -> Unread {
        let def = self.program.func(self.id);
        Unread {
            at: stmt.span,
            krate: self.program.crate_name(def.scope),
            module: self.module(),
            function: def.label.clone(),
        }
    }

    fn site(
        &self,
        stmt: &Stmt,
        call: &Call,
        target: Option<&Target>,
        (block, n): (BlockId, u32),
    ) -> Option<Site> {
        let (routine, act, known) = self.routine(call, target.map(|t| t.callee))?;
        let mut log = self.shown.of(self.id, (self.body, block, n));
        if !known {
            log = Log::default();
            log.gaps.insert(Gap::UnknownCallee);
        }
        let def = self.program.func(self.id);
        Some(Site {
            at: self.place(stmt.span),
            within: def.span,
            krate: self.program.crate_name(def.scope),
            module: self.module(),
            function: def.label.clone(),
            routine,
            act,
            ends: log.ends.into_iter().collect(),
            gaps: log.gaps.into_iter().collect(),
        })
    }

    /// What is called, if it is a routine; whether it is known to be the one of that name.
    fn routine(&self, call: &Call, callee: Option<CalleeRef>) -> Option<(String, Act, bool)> {
        match callee {
            Some(CalleeRef::Fn(id)) => {
                let def = self.program.func(id);
                if let (false, Some(pairing)) = (def.stub, &self.program.function(id).pairing) {
                    let act = match pairing.role {
                        Role::Alloc => Act::Acquire,
                        Role::Free => Act::Release,
                        Role::Realloc => Act::Resize,
                    };
                    return Some((def.label.clone(), act, true));
                }
                if def.stub {
                    return Some((def.label.clone(), std_act(&def.label)?, true));
                }
                let known = self.families.routine(def.link_name);
                let act = act_of(&known.filter(|_| def.foreign)?.effects)?;
                Some((def.link_name.to_string(), act, true))
            }
            Some(CalleeRef::External(path)) if !matches!(call.callee, Callee::Method { .. }) => {
                match self.families.by_path(path.as_str()) {
                    Some(known) => Some((last_two(path), act_of(&known.effects)?, true)),
                    None => self.by_name(&last_two(path)),
                }
            }
            Some(CalleeRef::Ctor(..) | CalleeRef::TraitMethod(..) | CalleeRef::Value) => None,
            _ => match &call.callee {
                Callee::Path(path) => {
                    let names: Vec<_> = path.segments.iter().map(|s| s.name.as_str()).collect();
                    self.by_name(&names[names.len().saturating_sub(2)..].join("::"))
                }
                Callee::Method { name, .. } => {
                    let told = [
                        "into_raw",
                        "into_raw_parts",
                        "leak",
                        "dealloc",
                        "deallocate",
                    ];
                    let told = told.contains(&name.as_str());
                    told.then(|| self.by_name(&format!("_::{name}")))?
                }
                Callee::Value(_) => None,
            },
        }
    }

    /// A callee that is not known, by what it is called.
    fn by_name(&self, label: &str) -> Option<(String, Act, bool)> {
        std_act(label).map(|act| (label.to_owned(), act, false))
    }
}

/// What a routine of a library does; `None` for one that only looks, counts or lends.
fn act_of(effects: &[Effect]) -> Option<Act> {
    effects.iter().find_map(|effect| match effect {
        Effect::Acquire(_) => Some(Act::Acquire),
        Effect::Release { .. } | Effect::Unref { .. } => Some(Act::Release),
        Effect::Resize { .. } => Some(Act::Resize),
        Effect::Transfer { .. } | Effect::Take { .. } => Some(Act::Disown),
        Effect::Retain { .. } | Effect::Borrowed | Effect::Look { .. } => None,
    })
}

/// What a routine of std does, by its label.
fn std_act(label: &str) -> Option<Act> {
    let (front, last) = label.rsplit_once("::").unwrap_or(("", label));
    let owner = front.rsplit("::").next().unwrap_or(front);
    let of_type = owner.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && !matches!(owner, "NonNull" | "Pin" | "AtomicPtr");
    Some(match last {
        "into_raw" | "into_raw_parts" | "leak" | "into_non_null" if of_type => Act::Disown,
        "forget" if matches!(owner, "" | "mem") => Act::Disown,
        "new" if owner == "ManuallyDrop" => Act::Disown,
        "from_raw" | "from_raw_parts" | "from_raw_in" | "from_non_null" if of_type => Act::Adopt,
        "into_inner" | "take" if owner == "ManuallyDrop" => Act::Adopt,
        "drop" if owner == "ManuallyDrop" => Act::Release,
        "alloc" | "alloc_zeroed" if is_allocator(owner) => Act::Acquire,
        "dealloc" if is_allocator(owner) || owner == "_" => Act::Release,
        "realloc" if is_allocator(owner) => Act::Resize,
        "allocate" | "allocate_zeroed" if is_allocator(owner) => Act::Acquire,
        "deallocate" if is_allocator(owner) || owner == "_" => Act::Release,
        _ => return None,
    })
}

fn is_allocator(owner: &str) -> bool {
    matches!(
        owner,
        "alloc" | "System" | "Global" | "GlobalAlloc" | "Allocator"
    )
}

fn last_two(path: Name) -> String {
    let mut parts = path.as_str().rsplitn(3, "::");
    match (parts.next(), parts.next()) {
        (Some(last), Some(front)) => format!("{front}::{last}"),
        _ => path.to_string(),
    }
}
