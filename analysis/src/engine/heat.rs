//! Heat: the words by which bodies that are not yet lowered are told apart. A body without any of
//! them mentions nothing of interest and need not be lowered to know that.

use crate::ir::{ModuleIx, Words};
use crate::name::Name;
use crate::resolve::{Program, Scope};
use rustc_hash::{FxHashMap, FxHashSet};

/// The hashes of words of interest, those that a crate's macros stand for included.
#[derive(Clone)]
pub(crate) struct Heat<'p> {
    /// The macros of each crate: the hash of the call, and what it brings along.
    macros: FxHashMap<Name, Vec<(u32, &'p Words)>>,
    /// Good in all crates.
    common: FxHashSet<u32>,
    /// Each good in one crate.
    own: FxHashMap<Name, FxHashSet<u32>>,
    /// Two words that only count together.
    pairs: Vec<(u32, u32)>,
}

impl<'p> Heat<'p> {
    /// These names, of which those like `a::b` need both words, and pairs of words.
    pub(crate) fn new(
        program: &'p Program,
        names: impl Iterator<Item = Name>,
        pairs: &[(&str, &str)],
    ) -> Heat<'p> {
        let mut heat = Heat {
            macros: FxHashMap::default(),
            common: FxHashSet::default(),
            own: FxHashMap::default(),
            pairs: Vec::new(),
        };
        for name in names {
            match name.as_str().split_once(':') {
                Some((front, last)) => heat.pair(front, last.trim_start_matches(':')),
                None => drop(heat.common.insert(hash(name.as_str()))),
            }
        }
        pairs.iter().for_each(|(a, b)| heat.pair(a, b));
        heat.read_macros(program);
        heat
    }

    /// Two words that only count together.
    fn pair(&mut self, one: &str, other: &str) {
        self.pairs.push((hash(one), hash(other)));
    }

    fn read_macros(&mut self, program: &'p Program) {
        let mut seen = FxHashSet::default();
        for (file, ir) in program.files() {
            let Some(reader) = &ir.reader else { continue };
            let module = ModuleIx(0);
            let krate = program.crate_name(Scope { file, module });
            for (call, words) in reader.shorthands() {
                if seen.insert((krate, call, std::ptr::from_ref(words).addr())) {
                    self.macros.entry(krate).or_default().push((call, words));
                }
            }
        }
        let krates: Vec<Name> = self.macros.keys().copied().collect();
        krates.into_iter().for_each(|krate| self.heat_macros(krate));
    }

    /// Forgets all words.
    pub(crate) fn cool(&mut self) {
        self.common.clear();
        self.own.clear();
        self.pairs.clear();
    }

    /// Makes names hot in their crate.
    pub(crate) fn add(&mut self, krate: Name, names: impl Iterator<Item = Name>) {
        let own = self.own.entry(krate).or_default();
        own.extend(names.map(|name| hash(name.as_str())));
        self.heat_macros(krate);
    }

    /// The macros that stand for hot words are hot as well.
    fn heat_macros(&mut self, krate: Name) {
        let Some(macros) = self.macros.remove(&krate) else {
            return;
        };
        loop {
            let hot = macros.iter().filter(|(_, words)| self.holds(krate, words));
            let hot: Vec<u32> = hot.map(|(call, _)| *call).collect();
            let own = self.own.entry(krate).or_default();
            let before = own.len();
            own.extend(hot);
            if own.len() == before {
                break;
            }
        }
        self.macros.insert(krate, macros);
    }

    /// Whether a text with these words may mention one of the names.
    pub(crate) fn holds(&self, krate: Name, words: &Words) -> bool {
        let own = self.own.get(&krate);
        let hot = |word| self.common.contains(&word) || own.is_some_and(|own| own.contains(&word));
        let both = |&(a, b): &(u32, u32)| words.may_hold(a) && words.may_hold(b);
        words.iter().any(hot) || self.pairs.iter().any(both)
    }
}

fn hash(word: &str) -> u32 {
    Words::hash(word.as_bytes())
}
