//! Presence conditions on the platform that counts when alternatives exclude each other.

use crate::ir::Cfg;
use crate::name::Name;

/// Whether the condition holds on x86-64 Linux with all features on.
pub(crate) fn holds(cfg: &Cfg) -> bool {
    match cfg {
        Cfg::All(all) => all.iter().all(holds),
        Cfg::Any(any) => any.iter().any(holds),
        Cfg::Not(inner) => !holds(inner),
        Cfg::Flag(name) => matches!(name.as_str(), "unix" | "panic_unwind"),
        Cfg::Value(key, value) => holds_value(*key, value.as_str()),
    }
}

/// [`holds`] of a condition that need not be there.
pub(crate) fn present(cfg: Option<&Cfg>) -> bool {
    cfg.is_none_or(holds)
}

/// Whether what stands under `a` and what stands under `b` can never be compiled together.
pub(crate) fn exclude(a: &[&Cfg], b: &[&Cfg]) -> bool {
    let (a, b) = (conjuncts(a), conjuncts(b));
    let denied = |yes: &[&Cfg], no: &[&Cfg]| {
        no.iter()
            .any(|c| matches!(c, Cfg::Not(inner) if yes.contains(&&**inner)))
    };
    denied(&a, &b) || denied(&b, &a)
}

fn conjuncts<'c>(all: &[&'c Cfg]) -> Vec<&'c Cfg> {
    let mut out = Vec::new();
    let mut todo = all.to_vec();
    while let Some(cfg) = todo.pop() {
        match cfg {
            Cfg::All(inner) => todo.extend(inner),
            other => out.push(other),
        }
    }
    out
}

fn holds_value(key: Name, value: &str) -> bool {
    match key.as_str() {
        "feature" => true,
        "target_os" => value == "linux",
        "target_family" => value == "unix",
        "target_arch" => value == "x86_64",
        "target_pointer_width" => value == "64",
        "target_endian" => value == "little",
        "target_env" => value == "gnu",
        "target_has_atomic" | "target_vendor" => true,
        "panic" => value == "unwind",
        _ => false,
    }
}
