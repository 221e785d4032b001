//! One statement: what it makes of a state.

use super::machine::{Machine, Made};
use super::place::{Loc, behind};
use super::state::State;
use super::value::{Key, Source, Tag, Value, ValueId};
use crate::event::Usage;
use crate::ir::{
    AggregateKind, BinOp, ConstExpr, DropWhy, Literal, Operand, Place, Proj, Rvalue, Stmt,
    StmtKind, UnOp,
};
use crate::name::Name;
use crate::resolve::Res;
use crate::types::Ty;
use std::rc::Rc;

impl<'p> Machine<'p> {
    /// Executes one statement; the states after it are added to `out`.
    pub(crate) fn step(&mut self, mut st: State, stmt: &'p Stmt, out: &mut Vec<State>) {
        match &stmt.kind {
            StmtKind::Assign(place, value) => {
                if self.assign(&mut st, place, value).is_some() {
                    out.push(st);
                }
            }
            StmtKind::Call(call) => self.call(st, call, out),
            StmtKind::Drop(place, why) => {
                if let Some(local) = place.as_local() {
                    let value = st.local(st.frames.len() - 1, local);
                    if !self.owns(value) {
                        if *why == DropWhy::ScopeEnd {
                            self.leaves_scope(&mut st, local, stmt.span);
                        }
                        out.push(st);
                        return;
                    }
                }
                match self.locate(&mut st, place) {
                    Some(loc) => self.drop_at(st, &loc, out),
                    None => out.push(st),
                }
            }
            StmtKind::Inspect(place) => {
                if let Some(loc) = self.locate(&mut st, place) {
                    self.inspect(&mut st, &loc);
                    out.push(st);
                }
            }
            StmtKind::Opaque(places) => {
                for place in places {
                    if let Some(loc) = self.locate(&mut st, place) {
                        let value = self.load(&st, &loc);
                        let pointer = self.point_at(&loc, false);
                        self.escape(&mut st, value);
                        if !self.owns(value) {
                            self.havoc(&mut st, pointer, Source::Plain);
                        }
                    }
                }
                out.push(st);
            }
        }
    }

    fn assign(&mut self, st: &mut State, place: &'p Place, value: &'p Rvalue) -> Option<()> {
        let new = self.rvalue(st, value, place)?;
        self.assign_value(st, place, new)
    }

    /// Stores a value into a place, checking that the place may be written.
    pub(crate) fn assign_value(
        &mut self,
        st: &mut State,
        place: &'p Place,
        new: ValueId,
    ) -> Option<()> {
        if let Some(local) = place.as_local() {
            let frame = st.frames.len() - 1;
            st.set_local(frame, local, new);
            return Some(());
        }
        let loc = self.locate(st, place)?;
        self.touch(st, loc.object, Usage::Write)?;
        self.store(st, &loc, new);
        Some(())
    }

    /// The value of an operand; if it owns something, its place is moved out of.
    pub(crate) fn operand(&mut self, st: &mut State, operand: &'p Operand) -> Option<ValueId> {
        match operand {
            Operand::Literal(literal) => Some(self.literal(literal)),
            Operand::Place(place) => self.take(st, place),
        }
    }

    /// A comparison only borrows its operands.
    fn compared(&mut self, st: &mut State, op: BinOp, operand: &'p Operand) -> Option<ValueId> {
        use BinOp::{Eq, Ge, Gt, Le, Lt, Ne};
        match operand {
            Operand::Place(place) if matches!(op, Eq | Ne | Lt | Le | Gt | Ge) => {
                let loc = self.locate(st, place)?;
                self.touch(st, loc.object, Usage::Read)?;
                Some(self.load(st, &loc))
            }
            _ => self.operand(st, operand),
        }
    }

    fn take(&mut self, st: &mut State, place: &'p Place) -> Option<ValueId> {
        if let Some(local) = place.as_local() {
            let value = st.local(st.frames.len() - 1, local);
            if !self.is_symbol(value) && !self.owns(value) {
                return Some(value);
            }
        }
        let loc = self.locate(st, place)?;
        let implicit = self.implicit;
        self.touch(st, loc.object, Usage::Read)?;
        let mut value = self.load(st, &loc);
        if self.is_symbol(value) && (implicit || self.is_own_place(st, place)) {
            let ty = self.place_type(place);
            let shaped = self.shape(st, value, &ty);
            if shaped != value {
                value = shaped;
                self.store(st, &loc, shaped);
            }
        }
        if self.owns(value) {
            // Nothing can be moved out of a reference: a pattern binds by reference here.
            if implicit {
                return Some(self.point_at(&loc, loc.shared));
            }
            self.store(st, &loc, ValueId::MOVED);
        }
        Some(value)
    }

    /// Whether the place is a variable or a part of a value that is known to stand in it: a part
    /// of an unknown value may lie behind a reference.
    fn is_own_place(&mut self, st: &State, place: &'p Place) -> bool {
        let crate::ir::Base::Local(local) = place.base else {
            return true;
        };
        let frame = st.frames.len() - 1;
        place.proj.is_empty() || !self.is_symbol(st.local(frame, local))
    }

    fn literal(&mut self, literal: &Literal) -> ValueId {
        match literal {
            Literal::Int(n, _) => self.arena.int(*n),
            Literal::Bool(b) => self.arena.bool(*b),
            Literal::Text(text) => self.arena.add(Value::Apply(*text, Rc::from([]))),
            Literal::Float => self.arena.add(Value::Apply(Name::FLOAT, Rc::from([]))),
            Literal::Str | Literal::ByteStr(_) | Literal::CStr => {
                let site = self.here();
                let object = self.objects.add(super::object::Object::Literal(site));
                let pointer = self.pointer_to(object);
                if let (Literal::ByteStr(n), Value::Ptr(p)) = (literal, self.arena.get(pointer)) {
                    let mut p = p.clone();
                    p.len = Some(self.arena.int(i128::from(*n)));
                    return self.arena.add(Value::Ptr(p));
                }
                pointer
            }
            Literal::Cfg(cfg) => {
                if let crate::ir::Cfg::Not(inner) = &**cfg {
                    let inner = self.literal(&Literal::Cfg(inner.clone()));
                    return self.arena.not(inner);
                }
                let name = Name::new(&format!("cfg {cfg:?}"));
                self.arena.add(Value::Apply(name, Rc::from([])))
            }
        }
    }

    fn rvalue(&mut self, st: &mut State, value: &'p Rvalue, dest: &'p Place) -> Option<ValueId> {
        Some(match value {
            Rvalue::Use(operand) => self.operand(st, operand)?,
            Rvalue::Ref {
                mutable,
                raw,
                place,
            } => self.reference(st, *mutable, *raw, place)?,
            Rvalue::Cast(operand, _) => {
                let value = self.operand(st, operand)?;
                let to = self.place_type(dest);
                self.cast(st, value, &to)
            }
            Rvalue::Binary(op, a, b) => {
                let a = self.compared(st, *op, a)?;
                let b = self.compared(st, *op, b)?;
                self.judge_by_name(st, a, b);
                self.operation(*op, a, b)
            }
            Rvalue::Unary(op, a) => {
                let a = self.operand(st, a)?;
                match op {
                    UnOp::Neg => self.arena.scale(a, -1),
                    UnOp::Not => self.arena.not(a),
                }
            }
            Rvalue::Aggregate { kind, fields, base } => {
                self.build(st, kind, fields, base.as_ref(), dest)?
            }
            Rvalue::Repeat(operand, n) => {
                let value = self.operand(st, operand)?;
                self.repeat(value, n)
            }
            Rvalue::Closure { body, captures } => {
                let mut values = Vec::with_capacity(captures.len());
                for capture in captures {
                    values.push(self.operand(st, capture)?);
                }
                let active = self.active();
                let at = crate::resolve::BodyRef {
                    file: active.body.file,
                    body: *body,
                };
                let (owner, substs, home) = (active.owner, active.substs.clone(), active.home);
                if home && !self.made.iter().any(|m| m.body == at) {
                    self.made.push(Made {
                        body: at,
                        owner,
                        substs: substs.clone(),
                    });
                }
                self.arena.add(Value::Closure {
                    body: at,
                    captures: values.into(),
                    owner,
                    substs,
                })
            }
            Rvalue::IsVariant(place, path) => self.is_variant(st, place, path)?,
            Rvalue::IsSuccess(place) => {
                let loc = self.locate_value(st, place)?;
                let name = self.success_variant(st, &loc, place, place.proj.len());
                let value = self.load(st, &loc);
                self.variant_test(st, value, name)
            }
            Rvalue::Residual(place) => self.residual(st, place, dest)?,
            Rvalue::Len(place) => self.length(st, place)?,
            Rvalue::Unknown(operands) => {
                for operand in operands {
                    let value = self.operand(st, operand)?;
                    self.escape(st, value);
                }
                let unknown = self.fresh(st, 0, Source::Plain);
                let ty = self.place_type(dest);
                self.shape(st, unknown, &ty)
            }
        })
    }

    /// Where the value of a place is, references followed.
    fn locate_value(&mut self, st: &mut State, place: &'p Place) -> Option<Loc> {
        let mut loc = self.locate(st, place)?;
        for followed in 0..4 {
            let mut value = self.load(st, &loc);
            if self.is_symbol(value) {
                let ty = behind(self.place_type(place), followed);
                let shaped = self.shape(st, value, &ty);
                if shaped != value {
                    self.store(st, &loc, shaped);
                    value = shaped;
                }
            }
            match self.arena.get(value) {
                Value::Ptr(_) => loc = self.deref_value(st, loc, value)?,
                _ => break,
            }
        }
        self.touch(st, loc.object, Usage::Read)?;
        Some(loc)
    }

    fn is_variant(
        &mut self,
        st: &mut State,
        place: &'p Place,
        path: &'p crate::ir::Path,
    ) -> Option<ValueId> {
        match self.resolve(path) {
            // A constant in a pattern.
            Res::Const(id) => {
                let loc = self.locate_value(st, place)?;
                let value = self.load(st, &loc);
                let constant = self.constant_value(st, id, path);
                Some(self.operation(BinOp::Eq, value, constant))
            }
            Res::Adt(_) | Res::Alias(_) => Some(ValueId::ONE),
            Res::Ctor(adt, _) | Res::Variant(adt, _)
                if self.program.adt(adt).kind != crate::resolve::AdtKind::Enum =>
            {
                Some(ValueId::ONE)
            }
            Res::External(name) => {
                let loc = self.locate_value(st, place)?;
                let value = self.load(st, &loc);
                Some(match self.families.constant(name.as_str()) {
                    Some(n) => {
                        let constant = self.arena.int(i128::from(n));
                        self.operation(BinOp::Eq, value, constant)
                    }
                    None => {
                        self.judge_status(st, &[value]);
                        self.variant_test(st, value, name)
                    }
                })
            }
            _ => {
                let loc = self.locate_value(st, place)?;
                let value = self.load(st, &loc);
                self.judge_status(st, &[value]);
                Some(self.variant_test(st, value, path.last()))
            }
        }
    }

    fn variant_test(&mut self, st: &State, value: ValueId, variant: Name) -> ValueId {
        let test = self.arena.add(Value::IsVariant(value, variant));
        match self.truth(st, test) {
            Some(known) => self.arena.bool(known),
            None => test,
        }
    }

    /// What `?` hands on: `None` as it is, the error within a new `Err`.
    fn residual(&mut self, st: &mut State, place: &'p Place, dest: &'p Place) -> Option<ValueId> {
        let loc = self.locate_value(st, place)?;
        let value = self.load(st, &loc);
        let to = self.place_type(dest);
        let Ty::Adt(adt, _) = to else {
            return Some(self.fresh(st, 0, Source::Plain));
        };
        let def = self.program.adt(adt);
        let name = match def.name.as_str() {
            "Option" => "None",
            "ControlFlow" => "Break",
            _ => "Err",
        };
        let at = def.variants.iter().position(|v| v.name == name);
        let Some(at) = at else {
            return Some(self.fresh(st, 0, Source::Plain));
        };
        let zero = Key::Name(Name::FIRST);
        let parts = if name == "None" {
            Vec::new()
        } else {
            let error = self.arena.part(value, zero);
            vec![(zero, error)]
        };
        if self.owns(value) {
            self.store(st, &loc, ValueId::MOVED);
        }
        Some(self.arena.aggregate(Tag::Adt(adt, at as u32), parts, None))
    }

    fn length(&mut self, st: &mut State, place: &'p Place) -> Option<ValueId> {
        let loc = self.locate(st, place)?;
        let value = self.load(st, &loc);
        let pointer = match self.arena.get(value) {
            Value::Ptr(_) => value,
            _ => self.point_at(&loc, true),
        };
        Some(self.length_of(st, pointer))
    }

    fn reference(
        &mut self,
        st: &mut State,
        mutable: bool,
        raw: bool,
        place: &'p Place,
    ) -> Option<ValueId> {
        let loc = self.locate(st, place)?;
        if !raw && place.proj.contains(&Proj::Deref) {
            let used = if mutable { Usage::Write } else { Usage::Read };
            self.borrow(st, loc.object, used)?;
        }
        Some(self.point_at(&loc, !mutable && !raw))
    }

    pub(crate) fn operation(&mut self, op: BinOp, a: ValueId, b: ValueId) -> ValueId {
        if matches!(op, BinOp::Eq | BinOp::Ne) {
            let (a, b) = (self.strip_address(a), self.strip_address(b));
            if let Some(test) = self.named_test(a, b).or_else(|| self.named_test(b, a)) {
                return if op == BinOp::Eq {
                    test
                } else {
                    self.arena.not(test)
                };
            }
            return self.arena.binary(op, a, b);
        }
        self.arena.binary(op, a, b)
    }

    /// `x == path::CONSTANT` of a crate out of view asks the same as the pattern `path::CONSTANT`.
    fn named_test(&mut self, value: ValueId, constant: ValueId) -> Option<ValueId> {
        match self.arena.get(constant) {
            Value::Extern(name) if self.is_symbol(value) => {
                let name = *name;
                Some(self.arena.add(Value::IsVariant(value, name)))
            }
            _ => None,
        }
    }

    /// An address is compared as the pointer it came from.
    fn strip_address(&self, v: ValueId) -> ValueId {
        match self.arena.get(v) {
            Value::Apply(name, args) if *name == "addr" => args[0],
            _ => v,
        }
    }

    fn build(
        &mut self,
        st: &mut State,
        kind: &'p AggregateKind,
        fields: &'p [(Name, Operand)],
        base: Option<&'p Operand>,
        dest: &'p Place,
    ) -> Option<ValueId> {
        let mut parts = Vec::with_capacity(fields.len());
        for (name, operand) in fields {
            parts.push((Key::Name(*name), self.operand(st, operand)?));
        }
        let rest = match base {
            Some(base) => Some(self.operand(st, base)?),
            None => None,
        };
        let tag = match kind {
            AggregateKind::Tuple => Tag::Tuple,
            AggregateKind::Array => Tag::Array,
            AggregateKind::Struct(path) => match self.named_variant(path) {
                Some((adt, variant)) => Tag::Adt(adt, variant),
                None => match self.place_type(dest) {
                    Ty::Adt(adt, _) if self.program.adt(adt).variants.len() == 1 => {
                        Tag::Adt(adt, 0)
                    }
                    _ => Tag::None,
                },
            },
        };
        if let (Tag::Adt(adt, _), [(_, value)]) = (tag, &parts[..])
            && self.program.adt(adt).kind == crate::resolve::AdtKind::Union
        {
            return Some(self.union_value(adt, *value));
        }
        Some(self.arena.aggregate(tag, parts, rest))
    }

    /// All fields of a union are views of one value.
    fn union_value(&mut self, adt: crate::resolve::AdtId, value: ValueId) -> ValueId {
        let fields: Vec<Name> = self.program.adt(adt).variants[0]
            .fields
            .iter()
            .map(|f| f.0)
            .collect();
        let parts = fields.into_iter().map(|f| (Key::Name(f), value)).collect();
        self.arena.aggregate(Tag::Adt(adt, 0), parts, None)
    }

    fn repeat(&mut self, value: ValueId, n: &ConstExpr) -> ValueId {
        let mut parts = vec![(Key::Name(Name::new("[]")), value)];
        if let ConstExpr::Int(n @ 0..=16) = n {
            parts.extend((0..*n as usize).map(|i| (Key::Name(Name::index(i)), value)));
        }
        self.arena.aggregate(Tag::Array, parts, None)
    }

    /// Reads a value through all references (a formatting argument).
    pub(crate) fn inspect(&mut self, st: &mut State, loc: &Loc) {
        let mut loc = loc.clone();
        for _ in 0..4 {
            if self.touch(st, loc.object, Usage::Read).is_none() {
                return;
            }
            let value = self.load(st, &loc);
            match self.arena.get(value) {
                Value::Ptr(p) if p.shared => loc = Loc::of(p),
                _ => return,
            }
        }
    }
}
