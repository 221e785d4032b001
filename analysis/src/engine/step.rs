//! One statement: what it makes of a state.

use super::machine::{Machine, Made};
use super::place::Loc;
use super::state::State;
use super::value::{Key, Source, Tag, Value, ValueId};
use crate::event::Usage;
use crate::ir::{
    AggregateKind, BinOp, ConstExpr, DropWhy, Literal, Operand, Place, Proj, Rvalue, Stmt,
    StmtKind, UnOp,
};
use crate::name::Name;

use crate::types::{self, Ty};
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
                    Some(loc) => {
                        let ty = self.place_type(place);
                        self.drop_at(st, &loc, &ty, out);
                    }
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
        self.note_element(st, &loc, new);
        self.store_first(st, &loc, new);
        Some(())
    }

    /// The value of an operand; if it owns something, its place is moved out of.
    pub(crate) fn operand(&mut self, st: &mut State, operand: &'p Operand) -> Option<ValueId> {
        match operand {
            Operand::Literal(literal) => Some(self.literal(literal)),
            Operand::Place(place) => self.take(st, place),
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
        self.note_element_read(st, &loc);
        let mut value = self.load(st, &loc);
        if self.is_list(value) && matches!(self.place_type(place), Ty::Ptr(..) | Ty::Ref(..)) {
            value = self.first_of(value);
        }
        if self.is_symbol(value) && (implicit || self.is_own_place(st, place)) {
            let ty = self.place_type(place);
            let shaped = self.shape(st, value, &ty);
            if shaped != value {
                value = shaped;
                self.store(st, &loc, shaped);
            }
        }
        if let Value::Agg { .. } = self.arena.get(value)
            && matches!(self.place_type(place), Ty::Int(_) | Ty::Bool)
        {
            return Some(self.first_number(value));
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

    /// What a pattern's variable gets of a value.
    fn bind_part(&mut self, st: &mut State, place: &'p Place, from: usize) -> Option<ValueId> {
        let prefix = |at| self.prefix_type(place, at);
        let Some(mutable) = types::binding_mode(&place.proj, from, prefix) else {
            return self.take(st, place);
        };
        let loc = self.locate(st, place)?;
        let shared = loc.shared || !mutable;
        Some(self.point_at(&loc, shared))
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
            Rvalue::Bind { place, from } => self.bind_part(st, place, *from as usize)?,
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
                let unsigned = self.is_unsigned(a) || self.is_unsigned(b);
                let a = self.compared(st, *op, a)?;
                let b = self.compared(st, *op, b)?;
                self.judge_by_name(st, a, b);
                if unsigned && matches!(op, BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge) {
                    self.note_unsigned(st, a);
                    self.note_unsigned(st, b);
                }
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
        let mut loc = self.locate(st, place)?;
        if !raw && place.proj.contains(&Proj::Deref) {
            let used = if mutable { Usage::Write } else { Usage::Read };
            self.borrow(st, loc.object, used)?;
        }
        // `&mut []` outlives its function: that it is empty goes with it.
        let value = self.load(st, &loc);
        if let Value::Agg {
            tag: Tag::Array,
            parts,
            rest: None,
        } = self.arena.get(value)
            && parts.is_empty()
        {
            loc.len = Some(ValueId::ZERO);
        }
        Some(self.point_at(&loc, !mutable && !raw))
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
