//! The frontier: which functions are executed as roots, round by round.
//!
//! First those that mention a routine which allocates, releases or converts; then those that call
//! a function which was seen to act on its caller's memory, and so on. What a round admits depends on
//! what the rounds before have shown, not on the order within them.

use super::callers::Acting;
use super::heat::Heat;
use super::interest::{HotNames, Mention, Survey};
use super::machine::Machine;
use super::signs::Signs;
use crate::name::Name;
use crate::resolve::FnId;
use rustc_hash::FxHashSet;
use std::cmp::Reverse;

/// The functions still to be judged, and what makes them worth executing.
pub(crate) struct Frontier<'p> {
    survey: Survey<'p>,
    waiting: Vec<Mention<'p>>,
    /// The names that are new in this round, and the words for them.
    names: HotNames,
    heat: Heat<'p>,
    /// The functions that are called by these names.
    acting: FxHashSet<FnId>,
}

/// A function whose text holds a word of the round.
#[derive(Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) id: FnId,
    signs: Signs,
}

impl<'p> Frontier<'p> {
    /// The first round: routines. Functions that can never be reached by them are left out.
    pub(crate) fn new(
        survey: Survey<'p>,
        waiting: Vec<Mention<'p>>,
        (names, heat): (HotNames, Heat<'p>),
    ) -> Frontier<'p> {
        Frontier {
            survey,
            waiting,
            names,
            heat,
            acting: FxHashSet::default(),
        }
    }

    /// Functions whose text holds a word of this round, the longest first, so that no thread ends up
    /// alone with one.
    pub(crate) fn candidates(&self) -> Vec<Candidate> {
        let may = self
            .waiting
            .iter()
            .filter(|mention| mention.may_hold(&self.heat, &self.names));
        let (program, mut found) = (self.survey.program, Vec::new());
        found.extend(may.map(|&Mention { id, signs, .. }| Candidate { id, signs }));
        found.sort_by_key(|candidate| {
            let span = program.func(candidate.id).span;
            Reverse(span.hi.line - span.lo.line)
        });
        found
    }

    /// Whether a candidate does mention a name of this round, and means the function of that name:
    /// its body is lowered to see that.
    pub(crate) fn admits(&self, candidate: Candidate, machine: &mut Machine<'_>) -> bool {
        let program = self.survey.program;
        let def = program.func(candidate.id);
        let Some(body) = def.body else { return false };
        let names = self.survey.names(body);
        let mentions = |word: &str| names.contains(&Name::new(word));
        if self.names.are_routines() && candidate.signs.hold(mentions)
            || self.names.are_of_lender(&names)
        {
            return true;
        }
        let acting = Acting {
            functions: &self.acting,
            names: &self.names,
        };
        self.names.are_in(program.crate_name(def.scope), &names)
            && machine.may_call(candidate.id, body, &acting)
    }

    /// The next round: `executed` are done with, callers of `acting` may come in.
    pub(crate) fn advance(&mut self, executed: &FxHashSet<FnId>, acting: &[FnId]) {
        self.waiting
            .retain(|mention| !executed.contains(&mention.id));
        self.names = HotNames::default();
        self.heat.cool();
        self.acting.clear();
        let program = self.survey.program;
        for &id in acting {
            if self.survey.hands_on(id) {
                self.acting.insert(id);
                let def = program.func(id);
                self.names.add(program.crate_name(def.scope), def.name);
            }
        }
        self.names.warm(&mut self.heat);
    }
}
