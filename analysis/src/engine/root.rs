//! Roots: which functions are executed, and with what.

use super::block::Birth;
use super::interest::Interest;
use super::machine::{Active, Bounds, Machine, Made};
use super::site::{Site, Sites};
use super::state::{Frame, State};
use super::value::{Value, ValueId};
use crate::event::Event;
use crate::families::Families;
use crate::ir::{BlockId, LocalId};
use crate::resolve::{FnId, Program};
use rayon::prelude::*;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How much the engine may do.
#[derive(Clone, Debug)]
pub struct Options {
    /// Steps that one function may cost, all paths and followed calls together.
    pub steps: u32,
    /// Steps that one followed call of the user's functions may cost.
    pub call_steps: u32,
    /// States kept where the paths of one function meet.
    pub states: usize,
    /// Calls of the user's functions that are followed into each other.
    pub depth: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            steps: 6_000,
            call_steps: 1_000,
            states: 24,
            depth: 5,
        }
    }
}

/// What a run cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Functions executed.
    pub bodies: usize,
    /// Functions of which some paths were not executed to the end.
    pub states_capped: usize,
    /// Steps.
    pub steps: u64,
}

/// Executes every function of the program that touches memory by hand, on all threads of the
/// pool; the order of the events does not depend on their number.
pub fn execute(program: &Program, families: &Families, options: &Options) -> (Vec<Event>, Stats) {
    let bounds = Bounds {
        steps: options.steps,
        call_steps: options.call_steps,
        states: options.states,
        depth: options.depth,
    };
    let interest = Arc::new(Interest::find(program, families));
    let roots = program.fns().filter(|&id| {
        let def = program.func(id);
        !def.stub && def.body.is_some() && interest.holds(id)
    });
    let roots: Vec<FnId> = roots.collect();
    let next = AtomicUsize::new(0);
    // Each thread keeps one machine, since what it has learnt of types and names stays true.
    let work = |_| {
        let mut machine = Machine::new(program, families, bounds, interest.clone());
        let mut done: Vec<(usize, Vec<Event>)> = Vec::new();
        let mut stats = Stats::default();
        loop {
            // The pairs of functions first: that work cannot be shared.
            match next.fetch_add(1, Ordering::Relaxed) {
                0 => {
                    let mut events = machine.protocols();
                    events.append(&mut machine.cloned_owners());
                    done.push((roots.len() + 1, events));
                }
                at if at <= roots.len() => {
                    machine.root(roots[at - 1]);
                    stats.bodies += 1;
                    stats.steps += u64::from(machine.steps);
                    stats.states_capped += usize::from(machine.capped);
                    done.push((at, std::mem::take(&mut machine.events)));
                }
                _ => return (done, stats),
            }
        }
    };
    let parts: Vec<_> = (0..rayon::current_num_threads())
        .into_par_iter()
        .with_max_len(1)
        .map(work)
        .collect();
    let mut stats = Stats::default();
    let mut events = Vec::new();
    for (done, part) in parts {
        events.extend(done);
        stats.bodies += part.bodies;
        stats.states_capped += part.states_capped;
        stats.steps += part.steps;
    }
    events.sort_by_key(|e| e.0);
    (events.into_iter().flat_map(|e| e.1).collect(), stats)
}

/// A root about to be executed.
pub(crate) struct Prepared {
    pub(crate) active: Active,
    pub(crate) state: State,
}

impl Machine<'_> {
    /// Executes one function with unknown parameters.
    fn root(&mut self, id: FnId) {
        let Some(Prepared { active, state }) = self.prepare_root(id) else {
            return;
        };
        for (mut st, result) in self.run_root(active, state) {
            self.check_end(&mut st, result);
        }
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
