//! Owners without a release: a type whose functions store memory in a field that neither its
//! `Drop` nor anything else in view ever releases.

use super::block::{Block, Escape};
use super::machine::Machine;
use super::noted::Stored;
use super::object::{Object, ObjectId};
use super::root::Prepared;
use super::state::State;
use super::value::{Key, Value, ValueId};
use crate::event::{Event, EventKind};
use crate::ir::{Body, Callee, Operand, Place, Proj, Rvalue, StmtKind, Terminator};
use crate::name::Name;
use crate::resolve::{AdtId, BodyRef, FnId, Program, StaticId};
use crate::types::{self, Ty};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;

/// The fields that each function names.
type Named = FxHashMap<FnId, FxHashSet<Name>>;

/// States of the storing function with which the others are tried.
const STATES: usize = 4;

impl Machine<'_> {
    /// The types of which a field is never released.
    pub(crate) fn unreleased(&mut self, stored: &[Stored]) -> Vec<Event> {
        let mut events = Vec::new();
        let mut seen = FxHashSet::default();
        let mut named = Named::default();
        for one in stored {
            if seen.contains(&one.adt) || !self.may_own(one) {
                continue;
            }
            let makers: FxHashSet<FnId> = stored
                .iter()
                .filter(|s| s.adt == one.adt)
                .map(|s| s.by)
                .collect();
            if !self.is_released(one, &makers, &mut named) {
                seen.insert(one.adt);
                events.push(self.never_released(one));
            }
        }
        events
    }

    /// Whether the type can be the owner of what its field points at.
    fn may_own(&self, one: &Stored) -> bool {
        let def = self.program.adt(one.adt);
        let Some(ty) = self.field_ty(one.adt, one.field) else {
            return false;
        };
        let has_drop = self.program.drop_impl(one.adt).is_some();
        // Values that are copied at will are views; a plain C struct is C's to take apart.
        let view = def.copy || def.derives.iter().any(|d| *d == "Clone") && !has_drop;
        let plain = def.repr.c && !has_drop && !self.holds_std_owner(one.adt);
        let taken_apart = def.public && self.is_public_field(one.adt, one.field);
        let test = self.program.function(one.by).is_test;
        let ownerless = view || plain || taken_apart || test || def.no_drop;
        !ownerless
            && self.holds_pointer(ty, 3)
            && !self.program.statics().any(|id| self.keeps(id, one.adt))
    }

    pub(crate) fn field_ty(&self, adt: AdtId, field: Name) -> Option<&Ty> {
        let variants = &self.program.adt(adt).variants;
        let mut fields = variants.iter().flat_map(|v| &v.fields);
        fields.find(|f| f.0 == field).map(|f| &f.1)
    }

    fn holds_std_owner(&self, adt: AdtId) -> bool {
        let variants = &self.program.adt(adt).variants;
        let mut fields = variants.iter().flat_map(|v| &v.fields);
        fields.any(|f| {
            matches!(&f.1, Ty::Adt(inner, _) if self.is_stub_adt(*inner)
                && self.program.drop_impl(*inner).is_some())
        })
    }

    /// Raw pointers in it, not references: those were leaked for good.
    fn holds_pointer(&self, ty: &Ty, depth: u32) -> bool {
        match ty {
            Ty::Ptr(..) | Ty::External(_) => true,
            Ty::Adt(adt, _) if self.program.adt(*adt).name == "NonNull" => true,
            Ty::Adt(adt, _) if self.is_union(*adt) && !self.is_stub_adt(*adt) && depth > 0 => {
                let variants = &self.program.adt(*adt).variants;
                let mut fields = variants.iter().flat_map(|v| &v.fields);
                fields.any(|f| self.holds_pointer(&f.1, depth - 1))
            }
            Ty::Adt(adt, args) if self.is_stub_adt(*adt) && depth > 0 => {
                args.iter().any(|a| self.holds_pointer(a, depth - 1))
            }
            Ty::Tuple(all) => all.iter().any(|t| self.holds_pointer(t, depth)),
            Ty::Array(inner, _) => self.holds_pointer(inner, depth),
            _ => false,
        }
    }

    fn is_public_field(&self, adt: AdtId, field: Name) -> bool {
        self.program.is_public_field(adt, field)
    }

    /// A static keeps the value for the whole run.
    fn keeps(&self, id: StaticId, adt: AdtId) -> bool {
        mentions_adt(&self.program.static_ty(id), adt, 4)
    }

    /// Whether anything in view releases the field, or may.
    fn is_released(&mut self, one: &Stored, makers: &FxHashSet<FnId>, named: &mut Named) -> bool {
        let program = self.program;
        let krate = program.crate_name(program.adt(one.adt).scope);
        let numbered = one.field.as_str().starts_with(|c: char| c.is_ascii_digit());
        let mut judged = Vec::new();
        if let Some(drop) = program.drop_impl(one.adt) {
            judged.push((drop, 0));
        }
        for id in program.fns() {
            let def = program.func(id);
            let Some(body) = def.body else { continue };
            if def.stub || program.crate_name(def.scope) != krate || makers.contains(&id) {
                continue;
            }
            let subject = self.subject_of(id, one.adt);
            // The words of a body that is not lowered say nothing of fields.
            let near = subject.is_some()
                || numbered && self.gets_holder(id, one.adt)
                || !numbered
                    && if self.is_public_field(one.adt, one.field) {
                        self.is_interesting(id)
                    } else {
                        self.sees_private(id, one.adt)
                    };
            if !near
                || !self.names_field(id, body, one.field, named)
                || !self.mentions_field(id, body, one)
            {
                continue;
            }
            match subject {
                Some(at) => judged.push((id, at)),
                // It finds the value in some other way.
                None => return true,
            }
        }
        judged.dedup();
        judged.into_iter().any(|(f, at)| self.releases(one, f, at))
    }

    /// Whether the type's private fields can be named in the function.
    fn sees_private(&self, id: FnId, adt: AdtId) -> bool {
        let program = self.program;
        let home = program.module_path(program.adt(adt).scope);
        let inside = program
            .module_path(program.func(id).scope)
            .strip_prefix(home);
        inside.is_some_and(|rest| rest.is_empty() || rest.starts_with("::") || home.is_empty())
    }

    /// The parameter through which a function gets a value of the type.
    pub(crate) fn subject_of(&self, id: FnId, adt: AdtId) -> Option<usize> {
        let params = &self.program.signature(id).params;
        params.iter().position(|ty| mentions_adt(ty, adt, 3))
    }

    /// Whether a function gets a value of a type that has a field of this one.
    fn gets_holder(&self, id: FnId, adt: AdtId) -> bool {
        let holds = |ty: &Ty| {
            let outer = match ty {
                Ty::Ref(_, inner) | Ty::Ptr(_, inner) => inner,
                other => other,
            };
            let Ty::Adt(outer, _) = outer else {
                return false;
            };
            let variants = &self.program.adt(*outer).variants;
            let mut fields = variants.iter().flat_map(|v| &v.fields);
            fields.any(|f| mentions_adt(&f.1, adt, 3))
        };
        self.program.signature(id).params.iter().any(holds)
    }

    /// Whether the function names a field so, whatever type has it.
    fn names_field(&mut self, id: FnId, at: BodyRef, field: Name, named: &mut Named) -> bool {
        let names = named.entry(id).or_insert_with(|| {
            let names = RefCell::default();
            let mut todo = vec![at.body];
            let note = |place: &Place| {
                let fields = place.proj.iter().filter_map(|step| match step {
                    Proj::Field(name) => Some(*name),
                    _ => None,
                });
                RefCell::<FxHashSet<Name>>::borrow_mut(&names).extend(fields);
                false
            };
            while let Some(body) = todo.pop() {
                let at = BodyRef { body, ..at };
                body_mentions(self.program.body(at), &note, &mut todo);
            }
            names.into_inner()
        });
        names.contains(&field)
    }

    fn mentions_field(&mut self, id: FnId, at: BodyRef, one: &Stored) -> bool {
        let program = self.program;
        self.types_of(at, Some(id));
        let mut todo = vec![at.body];
        while let Some(body) = todo.pop() {
            let at = BodyRef {
                file: at.file,
                body,
            };
            let code = program.body(at);
            let named = |step: &Proj| matches!(step, Proj::Field(name) if *name == one.field);
            let mut inner = Vec::new();
            if body_mentions(code, &|p| p.proj.iter().any(named), &mut inner) {
                let types = self.types_of(at, Some(id));
                let leads = |place: &Place| {
                    let mut steps = place.proj.iter().enumerate();
                    steps.any(|(n, step)| {
                        let base = Place {
                            base: place.base.clone(),
                            proj: place.proj[..n].to_vec(),
                        };
                        named(step)
                            && may_be(program, &types::place_ty(program, at, &types, &base), one)
                    })
                };
                inner.clear();
                if body_mentions(code, &leads, &mut inner) {
                    return true;
                }
            }
            todo.append(&mut inner);
        }
        false
    }

    /// Executes the function that stores, then another one on what it stored.
    fn releases(&mut self, one: &Stored, second: FnId, at: usize) -> bool {
        let Some(Prepared { active, state }) = self.prepare_root(one.by) else {
            return true;
        };
        let ends = self.run_root(active, state);
        let mut tried = false;
        for (mut st, result) in ends {
            let Some(held) = self.subject(&mut st, one, result) else {
                continue;
            };
            tried = true;
            if self.ends_it(st, second, at, held) {
                return true;
            }
        }
        self.events.clear();
        !tried || self.capped
    }

    pub(crate) fn subject(
        &mut self,
        st: &mut State,
        one: &Stored,
        result: ValueId,
    ) -> Option<Subject> {
        let loc = match self.find_value(st, result, one.adt, 4) {
            Some(loc) => loc,
            None => {
                let at = self.subject_of(one.by, one.adt)?;
                let pointer = self.arena.add(Value::Param(at as u32));
                super::place::Loc::whole(self.objects.add(Object::Pointee(pointer)))
            }
        };
        let value = self.load(st, &loc);
        let field = self.arena.part(value, Key::Name(one.field));
        let mut blocks = Vec::new();
        self.held_in(st, field, 4, &mut blocks);
        let pointer = self.point_at(&loc, false);
        (!blocks.is_empty()).then_some(Subject {
            pointer,
            value,
            blocks,
        })
    }

    /// Whether the function ends, hides or hands out one of the blocks.
    fn ends_it(&mut self, st: State, second: FnId, at: usize, held: Subject) -> bool {
        let program = self.program;
        let signature = program.signature(second);
        let mut args = self.unknown_args(second, 0);
        let by_value = match &signature.params[at] {
            Ty::Ref(..) | Ty::Ptr(..) => false,
            Ty::Adt(adt, _) if !self.is_stub_adt(*adt) => true,
            // Wrapped in something: not tried.
            _ => return true,
        };
        args[at] = if by_value { held.value } else { held.pointer };
        let gives_away = by_value || !lends(program.func(second).name.as_str(), &signature.ret);
        let ends = self.second_half(st, second, &args);
        if ends.is_empty() {
            return false;
        }
        ends.into_iter().take(STATES * 4).any(|(mut st, result)| {
            let given = self.reach_from(&st, &[result]);
            // What others hold besides: a pool that gets it back.
            if let Some(own) = self.pointee(held.pointer).filter(|_| !by_value) {
                self.store(&mut st, &own, ValueId::MOVED);
            }
            let kept = self.reach_end(&st, ValueId::UNIT);
            held.blocks.iter().any(|&object| {
                let left = st.block(object).is_some_and(Self::is_left);
                !left || gives_away && given.has(object) || kept.has(object)
            })
        })
    }

    fn is_left(block: &Block) -> bool {
        let given = match block.escape {
            Escape::Away => true,
            // Who gets a cell and is not read back from may have ended it.
            Escape::Borrowed(..) => block.cell && !block.read_back,
            _ => false,
        };
        block.is_live() && block.owners <= 0 && !given
    }

    fn never_released(&self, one: &Stored) -> Event {
        let def = self.program.adt(one.adt);
        let drop = self.program.drop_impl(one.adt);
        Event {
            kind: EventKind::NeverReleased {
                field: one.field,
                drop_at: drop.map(|id| self.program.func(id).name_span),
            },
            site: def.name_span,
            call: None,
            function: def.label.clone(),
            block: one.block.clone(),
            steps: one.steps.clone(),
        }
    }
}

/// A value of the type, and the blocks that its field holds.
pub(crate) struct Subject {
    pub(crate) pointer: ValueId,
    pub(crate) value: ValueId,
    pub(crate) blocks: Vec<ObjectId>,
}

/// A getter that only lends: `as_ptr`, or one that returns what may not be written.
fn lends(name: &str, ret: &Ty) -> bool {
    name.starts_with("as_") || matches!(ret, Ty::Ptr(false, _) | Ty::Ref(..))
}

fn mentions_adt(ty: &Ty, adt: AdtId, depth: u32) -> bool {
    match ty {
        Ty::Adt(found, args) => {
            *found == adt || depth > 0 && args.iter().any(|a| mentions_adt(a, adt, depth - 1))
        }
        Ty::Ref(_, inner) | Ty::Ptr(_, inner) | Ty::Slice(inner) | Ty::Array(inner, _) => {
            mentions_adt(inner, adt, depth)
        }
        Ty::Tuple(all) => all.iter().any(|t| mentions_adt(t, adt, depth)),
        _ => false,
    }
}

/// Whether a value of the type may be, or lead to, the one that holds the field.
fn may_be(program: &Program, ty: &Ty, one: &Stored) -> bool {
    match ty {
        Ty::Adt(adt, _) if *adt == one.adt => true,
        Ty::Adt(adt, args) if program.adt(*adt).stub => {
            args.is_empty() || args.iter().any(|a| may_be(program, a, one))
        }
        Ty::Adt(adt, _) => {
            let def = program.adt(*adt);
            let mut fields = def.variants.iter().flat_map(|v| &v.fields);
            !fields.any(|f| f.0 == one.field)
        }
        Ty::Ref(_, inner) | Ty::Ptr(_, inner) => may_be(program, inner, one),
        _ => true,
    }
}

/// Whether one of the body's places is of that kind; closures are added to `todo`.
fn body_mentions(
    body: &Body,
    place: &dyn Fn(&Place) -> bool,
    todo: &mut Vec<crate::ir::BodyId>,
) -> bool {
    let operand = |o: &Operand| matches!(o, Operand::Place(p) if place(p));
    body.blocks.iter().any(|block| {
        let stmts = block.stmts.iter().any(|stmt| match &stmt.kind {
            StmtKind::Call(call) => {
                call.args.iter().any(operand)
                    || place(&call.dest)
                    || matches!(&call.callee, Callee::Value(f) if operand(f))
            }
            StmtKind::Assign(to, value) => {
                place(to)
                    || match value {
                        Rvalue::Closure { body, .. } => {
                            todo.push(*body);
                            false
                        }
                        Rvalue::Use(x) | Rvalue::Cast(x, _) => operand(x),
                        Rvalue::Bind { place: p, .. } | Rvalue::Ref { place: p, .. } => place(p),
                        Rvalue::Aggregate { fields, .. } => fields.iter().any(|f| operand(&f.1)),
                        Rvalue::Unknown(all) => all.iter().any(operand),
                        _ => false,
                    }
            }
            StmtKind::Opaque(places) => places.iter().any(place),
            StmtKind::Drop(p, _) => place(p),
            StmtKind::Inspect(_) => false,
        });
        stmts || matches!(&block.end, Terminator::Branch { cond, .. } if operand(cond))
    })
}
