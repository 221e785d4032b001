//! The machine: what is shared by all steps of one root's execution.

use super::audit::Ledger;
use super::cloned::Handed;
use super::foreign::External;
use super::interest::Interest;
use super::noted::Noted;
use super::object::{ObjectId, Objects};
use super::shape::{Shape, shape_of};
use super::site::{Site, Sites};
use super::state::{State, Turn};
use super::tidy::Reach;
use super::unwind::Unwinds;
use super::value::{Arena, Key, SiteId, Tag, Value, ValueId};
use crate::event::Event;
use crate::families::Families;
use crate::ir::{BlockId, Path, Place};
use crate::name::Name;
use crate::resolve::{AdtId, BodyRef, Deref, FnId, Program, Res};
use crate::span::Span;
use crate::types::{self, Ty, Types};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;

use super::deref::DerefKind;

/// How much one root may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Steps of all paths together.
    pub(crate) steps: u32,
    /// Steps of one followed call of the user's functions.
    pub(crate) call_steps: u32,
    /// States kept at one block of the root; inlined calls get half.
    pub(crate) states: usize,
    /// Nested calls that are followed.
    pub(crate) depth: usize,
}

/// An active call.
pub(crate) struct Active {
    pub(crate) body: BodyRef,
    /// The function it belongs to; a closure belongs to the function that made it.
    pub(crate) owner: Option<FnId>,
    pub(crate) types: Arc<Types>,
    pub(crate) substs: Rc<[(Name, Ty)]>,
    /// Where it was entered.
    pub(crate) site: SiteId,
    /// After so many steps of the root.
    pub(crate) entered: u32,
    /// Code of the stubs.
    pub(crate) stub: bool,
    /// The root's own code: its body and its closures.
    pub(crate) home: bool,
    /// The statement being executed.
    pub(crate) at: Span,
    pub(crate) block: BlockId,
    pub(crate) stmt: u32,
    /// A value is being dropped by this statement: its type, or empty.
    pub(crate) by_drop: Option<Name>,
    /// Which round of the statement this is, once a value was made in it.
    pub(crate) turn: Option<Turn>,
    /// How many values a call out of view has changed in this statement.
    pub(crate) havocs: u16,
}

/// The machine.
pub(crate) struct Machine<'p> {
    pub(crate) program: &'p Program,
    pub(crate) families: &'p Families,
    pub(crate) bounds: Bounds,
    pub(crate) arena: Arena,
    pub(crate) objects: Objects,
    pub(crate) sites: Sites,
    pub(crate) active: Vec<Active>,
    /// The root, for labels.
    pub(crate) root: Option<FnId>,
    pub(crate) root_label: String,
    pub(crate) steps: u32,
    /// The step at which the innermost call is given up.
    pub(crate) ceiling: u32,
    /// Functions that were given up in this root: they are not followed again.
    pub(crate) given_up: FxHashSet<BodyRef>,
    pub(crate) capped: bool,
    /// The root acts on memory of its caller: takes it back, takes it over, hands it out.
    pub(crate) acts: bool,
    pub(crate) events: Vec<Event>,
    /// Those of what a type's `Drop` did with what the root had made.
    pub(crate) of_pairs: Vec<Event>,
    /// Whether a function makes owners of raw pointers.
    pub(crate) adopting: FxHashMap<FnId, bool>,
    pub(crate) seen_events: FxHashSet<(u8, Span, Span)>,
    bodies: FxHashMap<BodyRef, Rc<Shape>>,
    typings: FxHashMap<(BodyRef, Option<FnId>), Arc<Types>>,
    closures: FxHashMap<BodyRef, Arc<Types>>,
    needs_drop: FxHashMap<AdtId, bool>,
    pub(crate) owning: FxHashMap<ValueId, bool>,
    pub(crate) constants: FxHashMap<BodyRef, Option<ValueId>>,
    resolved: FxHashMap<usize, Res>,
    /// The variants that paths name, by their addresses.
    variants: FxHashMap<usize, Option<(AdtId, u32)>>,
    /// The types of places, by the address, how much of the place, and the body's types.
    prefixes: FxHashMap<(usize, usize, usize), Ty>,
    pub(crate) interest: Arc<Interest>,
    /// What binds no generics, made once.
    pub(crate) unbound: Rc<[(Name, Ty)]>,
    /// The path to a whole object, made once.
    pub(crate) whole: Rc<[Key]>,
    /// Buffers of states, used again.
    pub(crate) spare: Vec<Vec<State>>,
    /// The last walk over a whole state, used again.
    pub(crate) reach: Reach,
    /// What is known of functions out of view, by path.
    pub(crate) externals: FxHashMap<Name, External<'p>>,
    /// Closures that the root made, and those that were followed.
    pub(crate) made: Vec<Made>,
    pub(crate) followed: FxHashSet<BodyRef>,
    /// Pointers that functions out of view got.
    pub(crate) handed: Vec<Handed>,
    /// Blocks that some path took back from a foreign call that had failed.
    pub(crate) taken_back: FxHashSet<ObjectId>,
    /// Lists that Rust puts memory of its own into, on some path.
    pub(crate) filled: FxHashSet<ObjectId>,
    /// Whether memory that is not the root's own was written.
    pub(crate) writes_outside: bool,
    /// What the roots say about the rest of the program.
    pub(crate) noted: Noted,
    /// Memory that nobody answers for while a call may panic.
    pub(crate) unwinds: Unwinds,
    /// The state at hand returns an error.
    pub(crate) failing: bool,
    /// The place located last was reached through a reference that the source does not mention.
    pub(crate) implicit: bool,
    /// What the audit notes.
    pub(crate) ledger: Ledger,
}

/// A closure that a root made.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) body: BodyRef,
    pub(crate) owner: Option<FnId>,
    pub(crate) substs: Rc<[(Name, Ty)]>,
}

impl<'p> Machine<'p> {
    pub(crate) fn new(
        program: &'p Program,
        families: &'p Families,
        bounds: Bounds,
        interest: Arc<Interest>,
    ) -> Machine<'p> {
        Machine {
            program,
            families,
            bounds,
            arena: Arena::new(),
            objects: Objects::default(),
            sites: Sites::default(),
            active: Vec::new(),
            root: None,
            root_label: String::new(),
            steps: 0,
            ceiling: 0,
            given_up: FxHashSet::default(),
            capped: false,
            acts: false,
            events: Vec::new(),
            of_pairs: Vec::new(),
            adopting: FxHashMap::default(),
            seen_events: FxHashSet::default(),
            bodies: FxHashMap::default(),
            typings: FxHashMap::default(),
            closures: FxHashMap::default(),
            needs_drop: FxHashMap::default(),
            owning: FxHashMap::default(),
            constants: FxHashMap::default(),
            resolved: FxHashMap::default(),
            variants: FxHashMap::default(),
            prefixes: FxHashMap::default(),
            interest,
            unbound: Rc::from([]),
            whole: Rc::from([]),
            spare: Vec::new(),
            reach: Reach::default(),
            externals: FxHashMap::default(),
            made: Vec::new(),
            unwinds: Unwinds::default(),
            followed: FxHashSet::default(),
            handed: Vec::new(),
            taken_back: FxHashSet::default(),
            filled: FxHashSet::default(),
            writes_outside: false,
            noted: Noted::default(),
            failing: false,
            implicit: false,
            ledger: Ledger::default(),
        }
    }

    /// Makes room for another root.
    pub(crate) fn reset(&mut self, root: Option<FnId>, label: String) {
        self.audit_begin();
        self.arena.clear();
        self.objects.clear();
        self.sites.clear();
        self.active.clear();
        self.owning.clear();
        self.constants.clear();
        self.seen_events.clear();
        self.events.clear();
        self.root = root;
        self.root_label = label;
        self.handed.clear();
        self.noted.forget_lent();
        self.taken_back.clear();
        self.filled.clear();
        self.writes_outside = false;
        self.made.clear();
        self.unwinds.clear();
        self.followed.clear();
        self.steps = 0;
        self.ceiling = self.bounds.steps;
        self.given_up.clear();
        self.capped = false;
        self.acts = false;
    }

    pub(crate) fn active(&self) -> &Active {
        self.active.last().expect("a body is being executed")
    }

    pub(crate) fn active_mut(&mut self) -> &mut Active {
        self.active.last_mut().expect("a body is being executed")
    }

    /// The statement being executed, in its calling context.
    pub(crate) fn here(&mut self) -> SiteId {
        let active = self.active();
        let site = Site {
            parent: active.site,
            body: active.body,
            block: active.block,
            stmt: active.stmt,
        };
        self.sites.add(site)
    }

    pub(crate) fn shape_of(&mut self, body: BodyRef) -> Rc<Shape> {
        let program = self.program;
        self.bodies
            .entry(body)
            .or_insert_with(|| Rc::new(shape_of(program.body(body))))
            .clone()
    }

    pub(crate) fn types_of(&mut self, body: BodyRef, owner: Option<FnId>) -> Arc<Types> {
        if let Some(types) = self.closures.get(&body) {
            return types.clone();
        }
        let program = self.program;
        let types = self
            .typings
            .entry((body, owner))
            .or_insert_with(|| Arc::new(types::infer(program, body, owner)))
            .clone();
        for (&id, inner) in &types.closures {
            let at = BodyRef {
                file: body.file,
                body: id,
            };
            self.closures.entry(at).or_insert_with(|| inner.clone());
        }
        types
    }

    /// What a path of the active body means; paths live as long as the program, so their
    /// address is their name.
    pub(crate) fn resolve(&mut self, path: &'p Path) -> Res {
        let key = ptr::from_ref(path).addr();
        if let Some(res) = self.resolved.get(&key) {
            return res.clone();
        }
        let program = self.program;
        let env = program.body_env(self.active().body);
        let res = program.value_path(&env, path).res;
        self.resolved.insert(key, res.clone());
        res
    }

    /// The struct or variant that a literal or a pattern names.
    pub(crate) fn named_variant(&mut self, path: &'p Path) -> Option<(AdtId, u32)> {
        let key = ptr::from_ref(path).addr();
        if let Some(known) = self.variants.get(&key) {
            return *known;
        }
        let env = self.program.body_env(self.active().body);
        let found = self.program.variant_path(&env, path);
        let found = found.map(|(adt, variant, _)| (adt, variant));
        self.variants.insert(key, found);
        found
    }

    /// The type of a place of the active body, generics bound.
    pub(crate) fn place_type(&mut self, place: &'p Place) -> Ty {
        self.prefix_type(place, place.proj.len())
    }

    /// The type of the place up to (not including) projection `at`.
    pub(crate) fn prefix_type(&mut self, place: &'p Place, at: usize) -> Ty {
        let Some(Active {
            body,
            types,
            substs,
            ..
        }) = self.active.last()
        else {
            return Ty::Unknown;
        };
        let find = || types::prefix_ty(self.program, *body, types, place, at);
        if at == 0 {
            return substituted(&find(), substs);
        }
        // Places and the types of a body live as long as the machine.
        let key = (ptr::from_ref(place).addr(), at, Arc::as_ptr(types).addr());
        substituted(self.prefixes.entry(key).or_insert_with(find), substs)
    }

    /// A type of the active body with its generics bound.
    pub(crate) fn bind(&self, ty: &Ty) -> Ty {
        substituted(ty, &self.active().substs)
    }

    pub(crate) fn variant_name(&self, adt: AdtId, ix: u32) -> Name {
        let variants = &self.program.adt(adt).variants;
        variants.get(ix as usize).map_or(Name::EMPTY, |v| v.name)
    }

    pub(crate) fn has_field(&self, adt: AdtId, name: Name) -> bool {
        let def = self.program.adt(adt);
        // The fields of std's types are private: a user who writes `b.ptr` means the pointee's.
        if def.stub && !self.active().stub {
            return false;
        }
        let mut fields = def.variants.iter().flat_map(|v| &v.fields);
        fields.any(|f| f.0 == name)
    }

    pub(crate) fn deref_kind(&self, adt: AdtId) -> DerefKind {
        match self.program.adt(adt).deref {
            None => DerefKind::None,
            Some(Deref::Field(name)) => DerefKind::Field(name),
            Some(Deref::Through(name) | Deref::Text(name)) => DerefKind::Through(name),
        }
    }

    /// Whether dropping a value of the type does anything.
    pub(crate) fn adt_needs_drop(&mut self, adt: AdtId) -> bool {
        if let Some(&known) = self.needs_drop.get(&adt) {
            return known;
        }
        self.needs_drop.insert(adt, false);
        let def = self.program.adt(adt);
        let needed = !def.no_drop
            && (self.program.drop_impl(adt).is_some()
                || def
                    .variants
                    .iter()
                    .flat_map(|v| &v.fields)
                    .any(|f| self.ty_needs_drop(&f.1)));
        self.needs_drop.insert(adt, needed);
        needed
    }

    pub(crate) fn ty_needs_drop(&mut self, ty: &Ty) -> bool {
        match ty {
            Ty::Adt(adt, _) => self.adt_needs_drop(*adt),
            Ty::Tuple(all) => all.iter().any(|t| self.ty_needs_drop(t)),
            Ty::Array(inner, _) => self.ty_needs_drop(inner),
            _ => false,
        }
    }

    /// Whether dropping this value would do something: then using it moves it.
    pub(crate) fn owns(&mut self, v: ValueId) -> bool {
        if !matches!(self.arena.get(v), Value::Agg { .. } | Value::Closure { .. }) {
            return false;
        }
        if let Some(&known) = self.owning.get(&v) {
            return known;
        }
        let owns = self.find_owning(v);
        self.owning.insert(v, owns);
        owns
    }

    fn find_owning(&mut self, v: ValueId) -> bool {
        let (tag, parts) = match self.arena.get(v) {
            Value::Agg { tag, parts, .. } => (*tag, parts.clone()),
            Value::Closure { captures, .. } => {
                let captures = captures.clone();
                return captures.iter().any(|&c| self.owns(c));
            }
            _ => return false,
        };
        if let Tag::Adt(adt, _) | Tag::AdtAny(adt) = tag {
            if self.program.adt(adt).no_drop {
                return false;
            }
            if self.program.drop_impl(adt).is_some() {
                return true;
            }
        }
        parts.iter().any(|p| self.owns(p.1))
    }

    /// Whether nothing is known of a value's structure.
    pub(crate) fn is_symbol(&self, v: ValueId) -> bool {
        matches!(
            self.arena.get(v),
            Value::Opaque { .. }
                | Value::Param(_)
                | Value::Initial(_)
                | Value::Part(..)
                | Value::Apply(..)
        )
    }

    pub(crate) fn is_stub_adt(&self, adt: AdtId) -> bool {
        self.program.adt(adt).stub
    }
}

/// A type with these generics bound.
fn substituted(ty: &Ty, substs: &[(Name, Ty)]) -> Ty {
    match substs {
        [] => ty.clone(),
        substs => types::substitute(ty, substs),
    }
}
