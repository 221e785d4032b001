//! Families that the declarations of foreign functions tell by themselves: `opts_new` and
//! `opts_free` of one extern block, which speak of the same type.
//!
//! Nothing is guessed where more than one thing could be meant: a name is shared by one maker's
//! and one ender's words, both are foreign, and no table knows either of them.

use crate::families::{Families, FamilyTable, Kind, Tables};
use crate::name::Name;
use crate::resolve::{FnId, Program};
use crate::symbol::words;
use crate::types::Ty;
use rustc_hash::{FxHashMap, FxHashSet};

/// Words by which a routine says that it ends what it gets; the surest first: what frees is not
/// what closes.
const ENDERS: &[&[&str]] = &[
    &[
        "free",
        "destroy",
        "delete",
        "dispose",
        "dealloc",
        "deallocate",
    ],
    &["close"],
];

/// Words by which a routine says that it hands out something new.
const MAKERS: &[&str] = &[
    "new", "create", "alloc", "allocate", "make", "open", "dup", "clone", "copy", "load", "parse",
    "build",
];

/// Words by which a routine says that it counts.
const COUNTERS: &[&str] = &[
    "ref", "retain", "addref", "incref", "acquire", "grab", "hold",
];

/// What routines are called after: all words of the name but the one that says what is done.
type Subject = Vec<String>;

/// The routines that end one subject.
#[derive(Default)]
struct Enders(Vec<(usize, FnId)>);

impl Enders {
    /// The only one of the surest kind.
    fn only(&self) -> Option<FnId> {
        let surest = self.0.iter().map(|ender| ender.0).min()?;
        let mut sure = self.0.iter().filter(|ender| ender.0 == surest);
        match (sure.next(), sure.next()) {
            (Some(&(_, id)), None) => Some(id),
            _ => None,
        }
    }
}

/// The families that the program's foreign declarations tell.
pub(crate) fn deduced(program: &Program, known: &Families) -> Tables {
    let mut tables = Tables::default();
    let foreign: Vec<(FnId, Vec<String>)> = program
        .fns()
        .filter(|&id| program.func(id).foreign && !program.func(id).stub)
        .map(|id| (id, words(program.func(id).link_name.as_str())))
        .collect();
    let enders = enders(program, known, &foreign);
    if enders.is_empty() {
        return tables;
    }
    let defined = defined(program);
    let mut makers: FxHashMap<Subject, Vec<FnId>> = FxHashMap::default();
    let mut counted: FxHashSet<Subject> = FxHashSet::default();
    for (id, words) in &foreign {
        for subject in subjects(words, COUNTERS, false) {
            counted.insert(subject);
        }
        let name = program.func(*id).link_name;
        if known.routine(name).is_some() || defined.contains(&name) {
            continue;
        }
        let ends = |subject: &Subject| {
            let ender = enders.get(subject).and_then(Enders::only);
            ender.is_some_and(|ender| {
                !defined.contains(&program.func(ender).link_name) && hands_out(program, *id, ender)
            })
        };
        if let Some(subject) = subjects(words, MAKERS, true).into_iter().find(ends) {
            makers.entry(subject).or_default().push(*id);
        }
    }
    let mut found: Vec<_> = makers.into_iter().collect();
    found.sort();
    for (subject, makers) in found {
        let Some(ender) = enders.get(&subject).and_then(Enders::only) else {
            continue;
        };
        tables
            .family
            .push(family(program, ender, &makers, counted.contains(&subject)));
    }
    tables
}

/// The foreign functions that end something, by what they end.
fn enders(
    program: &Program,
    known: &Families,
    foreign: &[(FnId, Vec<String>)],
) -> FxHashMap<Subject, Enders> {
    let mut found: FxHashMap<Subject, Enders> = FxHashMap::default();
    let mut seen: FxHashSet<Name> = FxHashSet::default();
    for (id, words) in foreign {
        let name = program.func(*id).link_name;
        for (rank, ends) in ENDERS.iter().enumerate() {
            for subject in subjects(words, ends, false) {
                // A symbol may be declared in several places.
                if known.routine(name).is_none() && ends_one(program, *id) && seen.insert(name) {
                    found.entry(subject).or_default().0.push((rank, *id));
                }
            }
        }
    }
    found
}

/// Symbols that the program itself defines: their bodies are in view.
fn defined(program: &Program) -> FxHashSet<Name> {
    let exported = |id: &FnId| program.func(*id).body.is_some() && program.function(*id).exported;
    let exported = program.fns().filter(exported);
    exported.map(|id| program.func(id).link_name).collect()
}

/// What a routine's name speaks of, if one of these words says what is done to it: all other
/// words; or, if the name may say more, what stands in front (`conn_open_tls`).
fn subjects(words: &[String], verbs: &[&str], more: bool) -> Vec<Subject> {
    let is_verb = |word: &String| verbs.contains(&word.as_str());
    // A verb at the end is the verb: `copy_new`.
    let Some(at) = words.iter().rposition(is_verb).filter(|_| words.len() > 1) else {
        return Vec::new();
    };
    let (front, rest) = (&words[..at], &words[at + 1..]);
    let mut out = vec![[front, rest].concat()];
    if more && !front.is_empty() && !rest.is_empty() {
        out.push(front.to_vec());
    }
    out
}

/// Whether the function takes one pointer, and returns nothing or a status.
fn ends_one(program: &Program, id: FnId) -> bool {
    let signature = program.signature(id);
    matches!(&signature.params[..], [one] if pointee(one).is_some_and(|ty| pointee(ty).is_none()))
        && (signature.ret == Ty::unit() || matches!(signature.ret, Ty::Int(_) | Ty::External(_)))
}

/// Whether a maker returns what the ender takes.
fn hands_out(program: &Program, maker: FnId, ender: FnId) -> bool {
    let made = match &program.signature(maker).ret {
        Ty::Ptr(true, inner) => &**inner,
        _ => return false,
    };
    let ended = program.signature(ender).params.first().and_then(pointee);
    ended.is_some_and(|ended| ended == made && !ended.is_unknown())
}

fn pointee(ty: &Ty) -> Option<&Ty> {
    match ty {
        Ty::Ptr(_, inner) => Some(inner),
        _ => None,
    }
}

fn family(program: &Program, ender: FnId, makers: &[FnId], counted: bool) -> FamilyTable {
    let name = |id: FnId| program.func(id).link_name.to_string();
    let ends = vec![name(ender)];
    let mut made: Vec<String> = makers.iter().map(|id| name(*id)).collect();
    made.sort();
    made.dedup();
    let (free, unref) = match counted {
        true => (Vec::new(), ends.clone()),
        false => (ends.clone(), Vec::new()),
    };
    FamilyTable {
        name: format!("declared {}", name(ender)),
        label: Some(format!("`{}`'s family", name(ender))),
        kind: match counted {
            true => Kind::Refcount,
            false => Kind::Resource,
        },
        accuse: true,
        leaks: true,
        nullable: true,
        release_with: ends,
        alloc: made,
        free,
        unref,
        ..FamilyTable::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(name: &str, verbs: &[&str]) -> Option<String> {
        let found = subjects(&words(name), verbs, false);
        found.first().map(|subject| subject.join(" "))
    }

    #[test]
    fn the_subject_is_what_the_verb_leaves() {
        assert_eq!(subject("opts_free", ENDERS[0]).as_deref(), Some("opts"));
        assert_eq!(subject("free_opts", ENDERS[0]).as_deref(), Some("opts"));
        assert_eq!(
            subject("SDL_DestroyWindow", ENDERS[0]).as_deref(),
            Some("sdl window")
        );
        assert_eq!(
            subject("opts_free_all", ENDERS[0]).as_deref(),
            Some("opts all")
        );
        assert_eq!(subject("free", ENDERS[0]), None);
        let makers = subjects(&words("conn_open_tls"), MAKERS, true);
        assert_eq!(makers, [vec!["conn", "tls"], vec!["conn"]]);
    }
}
