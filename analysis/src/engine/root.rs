//! Roots: the functions that are executed by themselves, and with what.

use super::block::Birth;
use super::machine::{Active, Machine, Made};
use super::site::{Site, Sites};
use super::state::{Frame, State};
use super::value::{Value, ValueId};
use crate::ir::{BlockId, LocalId};
use crate::resolve::FnId;
use std::rc::Rc;

/// A root about to be executed.
pub(crate) struct Prepared {
    pub(crate) active: Active,
    pub(crate) state: State,
}

impl Machine<'_> {
    /// Executes one function with unknown parameters.
    pub(crate) fn root(&mut self, id: FnId) {
        let Some(Prepared { active, state }) = self.prepare_root(id) else {
            return;
        };
        let ends = self.run_root(active, state);
        let made = self.made_types(id);
        let kept = if made.is_empty() {
            Vec::new()
        } else {
            ends.clone()
        };
        for (mut st, result) in ends {
            self.acts |= self.hands_out(&st, result);
            self.note_end(id, &st, result);
            self.note_left(&st, result);
            self.check_end(&mut st, result);
        }
        self.settle_given_back();
        self.drop_made(&made, &kept);
        // A closure that is only handed on (to a thread, a registry) is executed by itself.
        while let Some(made) = self.made.pop() {
            if self.followed.insert(made.body) {
                self.closure_root(made);
            }
        }
    }

    fn closure_root(&mut self, made: Made) {
        let program = self.program;
        let code = program.body(made.body);
        let types = self.types_of(made.body, made.owner);
        let site = self.sites.add(Site {
            parent: Sites::ROOT,
            body: made.body,
            block: BlockId(u32::MAX),
            stmt: 0,
        });
        let mut state = State::new(code.span);
        let locals = vec![ValueId::UNINIT; code.locals.len()];
        state.frames.push(Rc::new(Frame { site, locals }));
        let active = Active {
            body: made.body,
            owner: made.owner,
            types: types.clone(),
            substs: made.substs,
            site,
            entered: 0,
            stub: false,
            home: true,
            at: code.span,
            block: BlockId::ENTRY,
            stmt: 0,
            by_drop: None,
            turn: None,
            havocs: 0,
        };
        let inputs: Vec<_> = code.params.iter().chain(&code.captures).copied().collect();
        self.fill(active, &mut state, &inputs, 100);
    }

    /// Gives unknown values to the parameters of a closure and executes it.
    fn fill(&mut self, active: Active, state: &mut State, inputs: &[LocalId], first: u32) {
        let code = self.program.body(active.body);
        let types = active.types.clone();
        self.active.push(active);
        for (n, &local) in inputs.iter().enumerate() {
            let symbol = self.arena.add(Value::Param(first + n as u32));
            let birth = Birth::Parameter(code.locals[local.0 as usize].name);
            let value = match types.locals.get(local.0 as usize) {
                Some(ty) => self.shape_as(state, symbol, ty, &birth),
                None => symbol,
            };
            state.set_local(0, local, value);
        }
        let Some(active) = self.active.pop() else {
            return;
        };
        for (mut st, result) in self.run_root(active, state.clone()) {
            self.check_end(&mut st, result);
        }
    }

    /// Forgets the last root and sets up the first state of another.
    pub(crate) fn prepare_root(&mut self, id: FnId) -> Option<Prepared> {
        let program = self.program;
        let def = program.func(id);
        let body = def.body?;
        self.reset(Some(id), def.label.clone());
        let code = program.body(body);
        let types = self.types_of(body, Some(id));
        let site = Sites::ROOT;
        let locals = vec![ValueId::UNINIT; code.locals.len()];
        let mut state = State::new(def.name_span);
        state.frames.push(Rc::new(Frame { site, locals }));
        let active = Active {
            body,
            owner: Some(id),
            types: types.clone(),
            substs: Rc::from([]),
            site,
            entered: 0,
            stub: false,
            home: true,
            at: def.name_span,
            block: BlockId::ENTRY,
            stmt: 0,
            by_drop: None,
            turn: None,
            havocs: 0,
        };
        self.active.push(active);
        for (n, &local) in code.params.iter().enumerate() {
            let symbol = self.arena.add(Value::Param(n as u32));
            let ty = types.locals.get(local.0 as usize).cloned();
            let birth = Birth::Parameter(code.locals[local.0 as usize].name);
            let value = match ty {
                Some(ty) => self.shape_as(&mut state, symbol, &ty, &birth),
                None => symbol,
            };
            state.set_local(0, local, value);
        }
        let active = self.active.pop()?;
        Some(Prepared { active, state })
    }

    pub(crate) fn run_root(&mut self, active: Active, st: State) -> Vec<(State, ValueId)> {
        self.run(active, st)
            .into_iter()
            .map(|mut st| {
                let frame = st.frames.pop();
                (st, frame.map_or(ValueId::UNIT, |f| f.locals[0]))
            })
            .collect()
    }
}
