//! Exports without a counterpart: memory that C gets, and that nothing in the program takes back.

use super::handover::names_agree;
use super::machine::Machine;
use super::noted::{HandedOut, Noted, Taken};
use crate::event::{Event, EventKind};
use crate::ir::SelfKind;
use crate::resolve::{FnId, Program};
use crate::types::Ty;
use rustc_hash::FxHashSet;

/// Words in the names of functions that take memory back.
pub(super) const TAKING: &[&str] = &[
    "free", "drop", "destroy", "delete", "release", "close", "dispose", "dealloc", "fini", "unref",
    "deinit", "cleanup", "clear", "destruct", "finish",
];

impl Machine<'_> {
    /// The exported functions whose memory nobody takes back.
    pub(crate) fn unpaired_exports(&mut self, noted: &Noted) -> Vec<Event> {
        let mut events = Vec::new();
        let mut seen = FxHashSet::default();
        for one in &noted.handed_out {
            if !one.of_rust || seen.contains(&one.by) || self.is_taken_back(one, &noted.taken) {
                continue;
            }
            seen.insert(one.by);
            let def = self.program.func(one.by);
            events.push(Event {
                kind: EventKind::Unpaired,
                site: def.name_span,
                call: None,
                function: def.label.clone(),
                block: one.block.clone(),
                steps: one.steps.clone(),
            });
        }
        events
    }

    fn is_taken_back(&self, one: &HandedOut, taken: &[Taken]) -> bool {
        let program = self.program;
        // Of these it is known what they take back: another family's, or another type.
        let other = |t: &Taken| {
            !t.family.is_empty() && t.family != one.block.family
                || !is_anything(program, self.told(&t.pointee, t.taken_as.as_ref()))
        };
        let understood = |id: FnId| {
            taken.iter().any(|t| t.by == id && other(t)) && !self.are_named_alike(one.by, id)
        };
        program.function(one.by).is_test
            || taken.iter().any(|t| self.fits(one, t))
            || program
                .fns()
                .any(|id| self.is_named_so(id, one) && !understood(id))
    }

    /// Whether what the function takes back can be what was handed out.
    fn fits(&self, one: &HandedOut, taken: &Taken) -> bool {
        let text = one.block.family.contains("CString");
        let made = self.told(&one.pointee, one.made_as.as_ref());
        let released = self.told(&taken.pointee, taken.taken_as.as_ref());
        !self.program.function(taken.by).is_test
            && (taken.family.is_empty() || taken.family == one.block.family)
            && (text && !taken.family.is_empty()
                || self.alike(made, released)
                // Where both belong together by their names, what is wrong is the release.
                || is_anything(self.program, &one.pointee)
                    && is_anything(self.program, &taken.pointee)
                    && self.are_named_alike(one.by, taken.by))
    }

    /// Whether two functions belong together by what they are called.
    fn are_named_alike(&self, maker: FnId, taker: FnId) -> bool {
        let link_name = |id: FnId| self.program.func(id).link_name.as_str();
        names_agree(link_name(maker), &link_name(taker).to_ascii_lowercase())
    }

    /// What a pointer leads to: one to anything is told by what it was made or released as.
    fn told<'t>(&self, pointee: &'t Ty, block: Option<&'t Ty>) -> &'t Ty {
        block
            .filter(|_| is_anything(self.program, pointee))
            .unwrap_or(pointee)
    }

    /// A function that C can call, which by its name and its parameter takes such a pointer back;
    /// how it does so may not be understood.
    fn is_named_so(&self, id: FnId, one: &HandedOut) -> bool {
        let def = self.program.func(id);
        if def.stub || def.foreign || id == one.by || def.self_kind != SelfKind::None {
            return false;
        }
        let function = self.program.function(id);
        let name = def.link_name.as_str().to_ascii_lowercase();
        (function.exported || function.foreign_abi)
            && TAKING.iter().any(|word| name.contains(word))
            && self.program.signature(id).params.iter().any(|ty| {
                match ty {
                    Ty::Ptr(_, inner) | Ty::Ref(_, inner) => self.may_come_as(one, inner),
                    Ty::Adt(adt, _) if !self.is_stub_adt(*adt) => {
                        one.of.is_none_or(|of| of == *adt)
                    }
                    // An owner, or a typedef that hides it.
                    Ty::Adt(_, args) => args.iter().any(|a| self.reaches(a, &one.pointee)),
                    Ty::External(_) | Ty::Unknown => true,
                    _ => false,
                }
            })
    }

    /// Whether what was handed out may come back as a pointer to this type.
    fn may_come_as(&self, one: &HandedOut, ty: &Ty) -> bool {
        let user_type = |ty: &Ty| match ty {
            Ty::Adt(adt, _) => (!self.is_stub_adt(*adt)).then_some(*adt),
            _ => None,
        };
        let Some(adt) = user_type(ty) else {
            return self.alike(&one.pointee, ty);
        };
        if one.of == Some(adt) || user_type(&one.pointee) == Some(adt) {
            return true;
        }
        // A text, or bytes, are no struct of the user's.
        let bytes =
            one.block.family.contains("CString") || one.made_as.as_ref().is_some_and(is_bytes);
        let made = one.made_as.as_ref();
        one.of.is_none()
            && !bytes
            && made.is_none_or(|made| self.alike(made, ty))
            && self.alike(&one.pointee, ty)
    }

    fn reaches(&self, ty: &Ty, pointee: &Ty) -> bool {
        self.alike(ty, pointee)
            || match ty {
                Ty::Adt(_, args) => args.iter().any(|a| self.reaches(a, pointee)),
                Ty::Ptr(_, inner) | Ty::Ref(_, inner) => self.reaches(inner, pointee),
                _ => false,
            }
    }

    /// Whether two types behind pointers may be the same.
    fn alike(&self, a: &Ty, b: &Ty) -> bool {
        match (a, b) {
            _ if is_anything(self.program, a) || is_anything(self.program, b) => true,
            (Ty::Adt(a, _), Ty::Adt(b, _)) => a == b,
            _ => a == b,
        }
    }
}

fn is_bytes(ty: &Ty) -> bool {
    matches!(ty, Ty::Int(int) if int.bytes() == Some(1))
}

/// `c_void` and bytes stand for any type, and what was seen through a trait can be any.
pub(super) fn is_anything(program: &Program, ty: &Ty) -> bool {
    match ty {
        Ty::Unknown | Ty::External(_) | Ty::Param(_) | Ty::Dyn(_) => true,
        Ty::Adt(adt, _) => program.adt(*adt).name == "c_void",
        Ty::Int(int) => int.bytes() == Some(1),
        Ty::Tuple(all) => all.is_empty(),
        _ => false,
    }
}
