//! Exported pairs: what one function hands to C, given to the function by which C gives it back.

use super::export::{TAKING, is_anything};
use super::machine::Machine;
use super::noted::{HandedOut, Noted};
use crate::event::Event;
use crate::ir::SelfKind;
use crate::resolve::FnId;
use crate::types::Ty;
use rustc_hash::FxHashSet;

/// Functions that are tried with one constructor.
const TAKERS: usize = 4;

impl Machine<'_> {
    /// What the exported releases do wrong with what the exported constructors hand out. Where one
    /// of several releases fits, C is believed to call that one.
    pub(crate) fn mispaired_exports(&mut self, noted: &Noted) -> Vec<Event> {
        let mut events = Vec::new();
        let mut seen = FxHashSet::default();
        for one in &noted.handed_out {
            if self.program.function(one.by).is_test || !seen.insert((one.by, one.slot)) {
                continue;
            }
            let mut wrong = Vec::new();
            for (taker, at) in self.takers(one) {
                let mut faults = self.hand_back(one, taker, at);
                if faults.is_empty() {
                    wrong.clear();
                    break;
                }
                if wrong.is_empty() {
                    wrong.append(&mut faults);
                }
            }
            events.append(&mut wrong);
        }
        events
    }

    /// The exported functions that take such a pointer back, and by which parameter.
    fn takers(&self, one: &HandedOut) -> Vec<(FnId, usize)> {
        let program = self.program;
        let mut found = Vec::new();
        for id in program.fns() {
            let def = program.func(id);
            let function = program.function(id);
            if def.stub || def.body.is_none() || def.self_kind != SelfKind::None || id == one.by {
                continue;
            }
            if !function.exported || function.is_test || found.len() == TAKERS {
                continue;
            }
            let name = def.link_name.as_str().to_ascii_lowercase();
            if !TAKING.iter().any(|word| name.contains(word)) {
                continue;
            }
            let params = &program.signature(id).params;
            let takes = |ty: &Ty| matches!(ty, Ty::Ptr(_, inner) if **inner == one.pointee);
            let Some(at) = params.iter().position(takes) else {
                continue;
            };
            // A pointer to bytes says nothing by its type: then the names must agree.
            let maker = program.func(one.by).link_name;
            if !is_anything(program, &one.pointee) || names_agree(maker.as_str(), &name) {
                found.push((id, at));
            }
        }
        found
    }
}

/// Whether all that the release's name says, but for its verb, is in the constructor's name.
fn names_agree(maker: &str, taker: &str) -> bool {
    let maker = maker.to_ascii_lowercase();
    let made: Vec<&str> = maker.split('_').collect();
    let mut subject = taker
        .split('_')
        .filter(|word| !word.is_empty() && !TAKING.contains(word))
        .peekable();
    subject.peek().is_some() && subject.all(|word| made.contains(&word))
}
