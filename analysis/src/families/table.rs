//! From tables to families: every name is checked, a later table overrides an earlier one.

use super::schema::{ConditionTable, FamilyTable, LookTable, Success, Tables};
use super::{Acquire, Condition, Effect, Families, Family, FamilyId, Routine, Slot};
use crate::name::Name;
use std::collections::BTreeMap;
use std::fmt;

/// Why a table was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    /// The file as the caller calls it.
    pub file: String,
    /// What is wrong, in words; for a syntax error with the place.
    pub message: String,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.message)
    }
}

impl std::error::Error for TableError {}

/// What is wrong with a table that was read as part of another file, and where to look for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The family's key, if it is about one.
    pub family: Option<String>,
    /// The key of the table that holds it.
    pub key: &'static str,
    /// What stands there, as written.
    pub word: String,
    /// In words.
    pub message: String,
}

impl Fault {
    pub(super) fn new(table: &FamilyTable, key: &'static str, word: &str, what: String) -> Fault {
        Fault {
            family: Some(table.name.clone()),
            key,
            word: word.to_owned(),
            message: format!("family `{}`: {what}", table.name),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl Families {
    /// Reads a file of tables. What it says of a routine replaces what was known of it.
    pub fn read(&mut self, file: &str, text: &str) -> Result<(), TableError> {
        let refuse = |message: String| TableError {
            file: file.to_owned(),
            message,
        };
        let tables: Tables = toml::from_str(text).map_err(|e| refuse(e.to_string()))?;
        self.add(&tables).map_err(|fault| refuse(fault.message))
    }

    /// Adds tables that were read as part of another file.
    pub fn add(&mut self, tables: &Tables) -> Result<(), Fault> {
        for table in &tables.family {
            let id = self.begin(table)?;
            for routine in routines(table, id)? {
                self.put(routine);
            }
        }
        for (name, value) in &tables.constant {
            self.constants.insert(Name::new(name), *value);
        }
        for name in &tables.starts {
            check_name(name).map_err(|message| Fault {
                family: None,
                key: "starts",
                word: name.clone(),
                message,
            })?;
            self.starts.insert(Name::new(name));
        }
        for table in &tables.look {
            for name in &table.names {
                check_name(name).map_err(|message| Fault {
                    family: None,
                    key: "names",
                    word: name.clone(),
                    message,
                })?;
            }
            for routine in lookers(table) {
                self.put(routine);
            }
        }
        Ok(())
    }

    fn put(&mut self, routine: Routine) {
        self.routines.insert(routine.name, routine);
    }

    fn begin(&mut self, table: &FamilyTable) -> Result<FamilyId, Fault> {
        if table.name.is_empty() {
            let what = String::from("a family has an empty `name`");
            return Err(Fault::new(table, "name", "", what));
        }
        let release_with = match &table.release_with[..] {
            [] => [&table.free[..], &table.unref[..]].concat(),
            given => given.to_vec(),
        };
        let mut family = Family {
            name: Name::new(&table.name),
            label: table
                .label
                .clone()
                .unwrap_or_else(|| format!("`{}`", table.name)),
            release_with,
            kind: table.kind,
            acts: table.acts.clone(),
            uses: table.uses.clone(),
            accuse: table.accuse,
            leaks: table.leaks,
        };
        Ok(match self.named(&table.name) {
            Some(id) => {
                let known = &mut self.families[id.0 as usize];
                // What a second table of a family does not say stays as it was.
                if table.label.is_none() {
                    family.label = known.label.clone();
                }
                if table.release_with.is_empty() {
                    let more = std::mem::take(&mut family.release_with);
                    family.release_with = known.release_with.clone();
                    let new = more
                        .into_iter()
                        .filter(|name| !known.release_with.contains(name));
                    family.release_with.extend(new);
                }
                *known = family;
                id
            }
            None => self.add_family(family),
        })
    }
}

fn routines(table: &FamilyTable, id: FamilyId) -> Result<Vec<Routine>, Fault> {
    check_names(table)?;
    let mut effects: BTreeMap<&str, Vec<Effect>> = BTreeMap::new();
    // What happens to the arguments comes first: a list takes its old head over and returns a new one.
    for name in &table.retain {
        let arg = table.retain_arg.get(name).copied().unwrap_or(0);
        effects
            .entry(name)
            .or_default()
            .push(Effect::Retain { arg });
    }
    for entry in &table.transfer {
        let (name, arg) = transferred(table, "transfer", entry)?;
        effects
            .entry(name)
            .or_default()
            .push(Effect::Transfer { arg });
    }
    for entry in &table.takes {
        let (name, arg) = transferred(table, "takes", entry)?;
        let success = table.takes_if.get(name).copied();
        let take = Effect::Take { arg, success };
        effects.entry(name).or_default().push(take);
    }
    for name in &table.alloc {
        let effect = Effect::Acquire(acquire(table, name)?);
        effects.entry(name).or_default().push(effect);
    }
    for name in &table.free {
        let (arg, through) = freed_arg(table, name);
        effects
            .entry(name)
            .or_default()
            .push(Effect::Release { arg, through });
    }
    for name in &table.unref {
        let (arg, through) = freed_arg(table, name);
        effects
            .entry(name)
            .or_default()
            .push(Effect::Unref { arg, through });
    }
    for name in &table.realloc {
        effects.entry(name).or_default().push(Effect::Resize {
            arg: table.realloc_arg.get(name).copied().unwrap_or(0),
            size: table.size.get(name).cloned().unwrap_or_default(),
            checked: table.checked_size.contains(name),
            frees_on_failure: table.frees_on_failure.contains(name),
        });
    }
    for name in &table.borrowed {
        effects.entry(name).or_default().push(Effect::Borrowed);
    }
    let routine = |(name, effects): (&str, Vec<Effect>)| Routine {
        name: Name::new(name),
        family: Some(id),
        effects,
        same_arg: table.same_arg.get(name).copied(),
    };
    Ok(effects.into_iter().map(routine).collect())
}

fn freed_arg(table: &FamilyTable, name: &str) -> (u32, bool) {
    let arg = table.free_arg.get(name).copied().unwrap_or(0);
    (arg, table.through.iter().any(|n| n == name))
}

fn acquire(table: &FamilyTable, name: &str) -> Result<Acquire, Fault> {
    let to = match table.out_param.get(name) {
        Some(&arg) => Slot::OutParam(arg),
        None => Slot::Result,
    };
    let success = match (to, table.success.get(name)) {
        (_, Some(Success::Always)) => None,
        (_, Some(&given)) => Some(given),
        (Slot::OutParam(_), None) => Some(Success::Zero),
        (Slot::Result, None) => None,
    };
    let condition = match table.condition.get(name) {
        Some(given) => Some(condition(table, name, given)?),
        None => None,
    };
    Ok(Acquire {
        to,
        nullable: table.nullable && !table.never_null.iter().any(|n| n == name),
        success,
        sentinel: table.sentinel.get(name).copied(),
        condition,
        size: table.size.get(name).cloned().unwrap_or_default(),
        checked: table.checked_size.iter().any(|n| n == name),
        empty: table.empty.iter().any(|n| n == name),
        kept: table.kept.iter().any(|n| n == name),
    })
}

fn condition(table: &FamilyTable, name: &str, given: &ConditionTable) -> Result<Condition, Fault> {
    match *given {
        ConditionTable {
            null: Some(arg),
            slot_null: None,
            bits: None,
            of: None,
        } => Ok(Condition::ArgNull(arg)),
        ConditionTable {
            null: None,
            slot_null: Some(arg),
            bits: None,
            of: None,
        } => Ok(Condition::SlotNull(arg)),
        ConditionTable {
            null: None,
            slot_null: None,
            bits: Some(bits),
            of: Some(arg),
        } => Ok(Condition::ArgBits { arg, bits }),
        _ => {
            let what = format!(
                "the condition of `{name}` has to be `null`, `slot_null`, or `bits` and `of`"
            );
            Err(Fault::new(table, "condition", name, what))
        }
    }
}

fn transferred<'t>(
    table: &FamilyTable,
    key: &'static str,
    entry: &'t str,
) -> Result<(&'t str, u32), Fault> {
    let parsed = entry
        .split_once('#')
        .and_then(|(name, arg)| Some((name, arg.parse().ok()?)));
    parsed.ok_or_else(|| {
        let what = format!("`{entry}` in `{key}` has to be `routine#argument`");
        Fault::new(table, key, entry, what)
    })
}

/// Every routine that is spoken of has to be one of the family, in the part that is meant.
fn check_names(table: &FamilyTable) -> Result<(), Fault> {
    for (key, names) in lists(table) {
        for name in names {
            let routine = match key {
                "transfer" | "takes" => name.split('#').next().unwrap_or_default(),
                _ => name.as_str(),
            };
            check_name(routine).map_err(|what| Fault::new(table, key, name, what))?;
        }
    }
    let freed = [&table.free[..], &table.unref[..]].concat();
    let sized = [&table.alloc[..], &table.realloc[..]].concat();
    let paired = [&table.alloc[..], &table.free[..], &table.realloc[..]].concat();
    let taken = table
        .takes
        .iter()
        .filter_map(|entry| entry.split('#').next());
    let taken: Vec<String> = taken.map(str::to_owned).collect();
    let said: [(&'static str, Vec<&String>, &[String]); 16] = [
        ("takes_if", table.takes_if.keys().collect(), &taken),
        ("empty", table.empty.iter().collect(), &table.alloc),
        ("kept", table.kept.iter().collect(), &table.alloc),
        ("through", table.through.iter().collect(), &freed),
        ("out_param", table.out_param.keys().collect(), &table.alloc),
        ("success", table.success.keys().collect(), &table.alloc),
        ("sentinel", table.sentinel.keys().collect(), &table.alloc),
        ("condition", table.condition.keys().collect(), &table.alloc),
        (
            "never_null",
            table.never_null.iter().collect(),
            &table.alloc,
        ),
        ("free_arg", table.free_arg.keys().collect(), &freed),
        (
            "realloc_arg",
            table.realloc_arg.keys().collect(),
            &table.realloc,
        ),
        (
            "retain_arg",
            table.retain_arg.keys().collect(),
            &table.retain,
        ),
        (
            "frees_on_failure",
            table.frees_on_failure.iter().collect(),
            &table.realloc,
        ),
        ("size", table.size.keys().collect(), &sized),
        ("checked_size", table.checked_size.iter().collect(), &sized),
        ("same_arg", table.same_arg.keys().collect(), &paired),
    ];
    for (key, names, known) in said {
        if let Some(stray) = names.into_iter().find(|n| !known.contains(n)) {
            let they = match known {
                [] => String::from("it has none of that kind"),
                known => format!("they are: {}", known.join(", ")),
            };
            let what = format!("`{stray}` in `{key}` is no such routine of the family; {they}");
            return Err(Fault::new(table, key, stray, what));
        }
    }
    Ok(())
}

/// The lists of routines, by key.
pub(super) fn lists(table: &FamilyTable) -> [(&'static str, &[String]); 8] {
    [
        ("alloc", &table.alloc),
        ("free", &table.free),
        ("realloc", &table.realloc),
        ("retain", &table.retain),
        ("unref", &table.unref),
        ("transfer", &table.transfer),
        ("takes", &table.takes),
        ("borrowed", &table.borrowed),
    ]
}

/// A routine has the name that the linker knows; a path or a pattern would never match.
fn check_name(name: &str) -> Result<(), String> {
    let mut chars = name.chars();
    let begins = chars.next().is_some_and(|c| c == '_' || c.is_alphabetic());
    match begins && chars.all(|c| c == '_' || c.is_alphanumeric()) {
        true => Ok(()),
        false => Err(format!(
            "`{name}` is no name of a routine: it stands alone, without path, type or pattern"
        )),
    }
}

fn lookers(table: &LookTable) -> impl Iterator<Item = Routine> {
    table.names.iter().map(|name| Routine {
        name: Name::new(name),
        family: None,
        effects: vec![Effect::Look {
            reads: table.reads.clone(),
            writes: table.writes.clone(),
            returns_arg: table.returns,
            rest: table.rest,
        }],
        same_arg: None,
    })
}
