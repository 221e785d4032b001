//! Presence conditions: which `#[cfg]` are certainly false under the options of this run.

use crate::machine::Machine;
use memlint_analysis::ir::{Cfg, FileIr, Function, Item, ItemKind, ModuleIx};
use memlint_analysis::name::Name;
use std::collections::BTreeSet;

/// What is known about the build. Unknown conditions may hold: code under them is looked at.
#[derive(Debug, Default, Clone)]
pub struct Conditions {
    /// Whether `cfg(test)` code is looked at.
    pub tests: bool,
    /// The active features, if options named any.
    pub features: Option<BTreeSet<String>>,
    /// What `rustc --print cfg` prints for the named target: `unix`, `target_os="linux"`.
    pub target: Option<Machine>,
}

impl Conditions {
    /// Whether the condition may hold.
    pub fn possible(&self, cfg: Option<&Cfg>) -> bool {
        cfg.is_none_or(|cfg| self.value(cfg) != Some(false))
    }

    fn value(&self, cfg: &Cfg) -> Option<bool> {
        match cfg {
            Cfg::All(parts) => self.fold(parts, false),
            Cfg::Any(parts) => self.fold(parts, true),
            Cfg::Not(inner) => self.value(inner).map(|value| !value),
            Cfg::Flag(name) => self.flag(name.as_str()),
            Cfg::Value(key, value) => self.key(key.as_str(), value.as_str()),
        }
    }

    /// `decisive` decides as soon as one part has it.
    fn fold(&self, parts: &[Cfg], decisive: bool) -> Option<bool> {
        let mut known = true;
        for part in parts {
            match self.value(part) {
                Some(value) if value == decisive => return Some(decisive),
                Some(_) => {}
                None => known = false,
            }
        }
        known.then_some(!decisive)
    }

    fn flag(&self, name: &str) -> Option<bool> {
        match name {
            // With tests, both the library and its test build are looked at.
            "test" => (!self.tests).then_some(false),
            "unix" | "windows" => self.target.as_ref().map(|set| set.contains(name)),
            _ => None,
        }
    }

    fn key(&self, key: &str, value: &str) -> Option<bool> {
        if key == "feature" {
            return self.features.as_ref().map(|set| set.contains(value));
        }
        let set = self.target.as_ref()?;
        let holds = || set.contains(&format!("{key}=\"{value}\""));
        match key {
            // Flags of the compiler can add some.
            "target_feature" => holds().then_some(true),
            _ => key.starts_with("target_").then(holds),
        }
    }

    /// Removes the items that are certainly absent, and returns their names.
    pub fn prune(&self, ir: &mut FileIr) -> Vec<Name> {
        let mut gone = Vec::new();
        let modules: Vec<bool> = (0..ir.modules.len())
            .map(|ix| self.module_possible(ir, ix))
            .collect();
        let inside = |ix: ModuleIx| modules.get(ix.0 as usize).copied().unwrap_or(true);
        ir.items.retain(|item| {
            let stays = inside(item.module) && self.item_possible(item);
            if !stays {
                gone.extend(names(item));
            }
            stays
        });
        for module in &mut ir.modules {
            module
                .uses
                .retain(|import| self.possible(import.cfg.as_ref()));
        }
        for item in &mut ir.items {
            let fns = match &mut item.kind {
                ItemKind::Impl(block) => &mut block.fns,
                ItemKind::Trait(block) => &mut block.fns,
                _ => continue,
            };
            fns.retain(|function| {
                let stays = self.function_possible(function);
                if !stays {
                    gone.push(function.name);
                }
                stays
            });
        }
        for directive in &mut ir.directives {
            let possible = |cfg: &Cfg| self.possible(Some(cfg));
            directive.unseen |= !directive.conditions.iter().all(possible);
        }
        gone
    }

    fn module_possible(&self, ir: &FileIr, mut ix: usize) -> bool {
        // A parent has a smaller index, so this ends.
        loop {
            let module = &ir.modules[ix];
            if !self.possible(module.cfg.as_ref()) {
                return false;
            }
            match module.parent {
                Some(parent) if (parent.0 as usize) < ix => ix = parent.0 as usize,
                _ => return true,
            }
        }
    }

    fn item_possible(&self, item: &Item) -> bool {
        let function = match &item.kind {
            ItemKind::Fn(function) | ItemKind::ForeignFn(function) => {
                self.function_possible(function)
            }
            _ => true,
        };
        function && self.possible(item.cfg.as_ref())
    }

    fn function_possible(&self, function: &Function) -> bool {
        (self.tests || !function.is_test) && self.possible(function.cfg.as_ref())
    }
}

/// The item's own name, and those of its functions.
fn names(item: &Item) -> Vec<Name> {
    let functions = match &item.kind {
        ItemKind::Impl(block) => &block.fns[..],
        ItemKind::Trait(block) => &block.fns[..],
        _ => &[],
    };
    let functions = functions.iter().map(|function| function.name);
    functions.chain([item.name]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn flag(name: &str) -> Cfg {
        Cfg::Flag(Name::new(name))
    }

    fn feature(name: &str) -> Cfg {
        Cfg::Value(Name::new("feature"), Name::new(name))
    }

    #[test]
    fn tests_are_absent_unless_asked_for() {
        let plain = Conditions::default();
        assert!(!plain.possible(Some(&flag("test"))));
        assert!(plain.possible(Some(&Cfg::Not(Box::new(flag("test"))))));
        assert!(!plain.possible(Some(&Cfg::All(vec![feature("x"), flag("test")]))));
        assert!(plain.possible(Some(&Cfg::Any(vec![feature("x"), flag("test")]))));
        let tests = Conditions {
            tests: true,
            ..Conditions::default()
        };
        assert!(tests.possible(Some(&flag("test"))));
    }

    #[test]
    fn unknown_conditions_may_hold_either_way() {
        let plain = Conditions::default();
        assert!(plain.possible(Some(&flag("windows"))));
        assert!(plain.possible(Some(&Cfg::Not(Box::new(flag("windows"))))));
    }

    #[test]
    fn a_target_decides() {
        let target = ["unix", "target_os=\"linux\""].map(str::to_owned);
        let target = Arc::new(target.into());
        let linux = Conditions {
            target: Some(target),
            ..Conditions::default()
        };
        assert!(!linux.possible(Some(&flag("windows"))));
        assert!(linux.possible(Some(&Cfg::Value(
            Name::new("target_os"),
            Name::new("linux")
        ))));
        assert!(!linux.possible(Some(&Cfg::Not(Box::new(flag("unix"))))));
    }
}
