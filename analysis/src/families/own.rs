//! Families of users: tables in the same schema, held to what only those of others can get wrong.

use super::Families;
use super::schema::{FamilyTable, Tables};
use super::table::{Fault, lists};
use crate::name::Name;
use rustc_hash::FxHashMap;

impl Tables {
    /// Whether they say nothing.
    pub fn is_empty(&self) -> bool {
        self.family.is_empty()
            && self.look.is_empty()
            && self.constant.is_empty()
            && self.starts.is_empty()
    }

    /// Adds what other tables say.
    pub fn join(&mut self, other: Tables) {
        self.family.extend(other.family);
        self.look.extend(other.look);
        self.constant.extend(other.constant);
        self.starts.extend(other.starts);
    }

    /// The routines that hand out, end or move blocks, in a family that accuses.
    pub fn routines(&self) -> impl Iterator<Item = &str> {
        let accusing = self.family.iter().filter(|family| family.accuse);
        accusing.flat_map(|family| {
            let moving = lists(family)
                .into_iter()
                .filter(|(key, _)| *key != "borrowed");
            moving
                .flat_map(|(_, names)| names)
                .filter_map(|name| name.split('#').next())
        })
    }
}

impl Families {
    /// These families and those of the user. A table that names a known family adds to it; what it
    /// says of a routine replaces what was known.
    pub fn extended(&self, tables: &Tables) -> Result<Families, Fault> {
        let mut claimed: FxHashMap<&str, &str> = FxHashMap::default();
        for table in &tables.family {
            check_reserved(table)?;
            check_claims(table, &mut claimed)?;
        }
        let mut extended = self.clone();
        extended.add(tables)?;
        let said = tables.family.iter().flat_map(lists);
        let said = said
            .flat_map(|(_, names)| names)
            .filter_map(|name| name.split('#').next());
        let looked = tables.look.iter().flat_map(|look| &look.names);
        let names = said.chain(looked.map(String::as_str)).map(Name::new);
        extended.anywhere.extend(names);
        Ok(extended)
    }
}

/// Rust's own families are more than their routines: the engine knows them.
fn check_reserved(table: &FamilyTable) -> Result<(), Fault> {
    if table.name == "rust" || table.name.starts_with("rust-") {
        let what = String::from("the name is taken by Rust's own allocator and containers");
        return Err(Fault::new(table, "name", &table.name, what));
    }
    Ok(())
}

/// Two families that both claim a routine: the last would win, unseen.
fn check_claims<'t>(
    table: &'t FamilyTable,
    claimed: &mut FxHashMap<&'t str, &'t str>,
) -> Result<(), Fault> {
    for (key, names) in lists(table) {
        for name in names {
            let routine = name.split('#').next().unwrap_or_default();
            let other = claimed.insert(routine, &table.name);
            if let Some(other) = other.filter(|other| *other != table.name) {
                let what = format!("`{routine}` belongs to the family `{other}` already");
                return Err(Fault::new(table, key, name, what));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extended(text: &str) -> Result<Families, String> {
        let tables: Tables = toml::from_str(text).expect("valid TOML");
        let known = Families::builtin();
        known.extended(&tables).map_err(|fault| fault.message)
    }

    #[test]
    fn a_new_family_is_known_under_any_path() {
        let text = "[[family]]\nname = 'widget'\nalloc = ['widget_new']\nfree = ['widget_del']\n";
        let families = extended(text).expect("right");
        assert!(families.by_path("widgets::widget_new").is_some());
        assert!(Families::builtin().by_path("widgets::free").is_none());
        assert!(families.by_path("widgets::free").is_none());
    }

    #[test]
    fn a_known_family_is_added_to() {
        let text = "[[family]]\nname = 'c_heap'\nalloc = ['my_strdup']\n";
        let families = extended(text).expect("right");
        let known = Families::builtin();
        let id = known.named("c_heap").expect("known");
        assert_eq!(families.family(id), known.family(id));
        let routine = families.routine(Name::new("my_strdup")).expect("known");
        assert_eq!(routine.family, Some(id));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (text, part) in [
            ("[[family]]\nname = 'rust'\n", "Rust's own"),
            (
                "[[family]]\nname = 'a'\nfree = ['x']\n[[family]]\nname = 'b'\nfree = ['x']\n",
                "belongs to the family `a`",
            ),
            (
                "[[family]]\nname = 'a'\nalloc = ['b::c']\n",
                "no name of a routine",
            ),
            (
                "[[family]]\nname = 'a'\nalloc = ['']\n",
                "no name of a routine",
            ),
            ("[[look]]\nnames = ['a*']\n", "no name of a routine"),
            ("[[family]]\nname = ''\n", "empty"),
        ] {
            let error = extended(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
