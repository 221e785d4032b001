//! The tables that come with the program.

use super::{Families, Tables};
use std::sync::OnceLock;

/// All tables in their order, as the build script packed them.
static TABLES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/tables"));

pub(super) fn families() -> &'static Families {
    static FAMILIES: OnceLock<Families> = OnceLock::new();
    FAMILIES.get_or_init(|| {
        let tables: Vec<Tables> =
            postcard::from_bytes(TABLES).expect("the build script packed this type");
        let mut families = Families::default();
        for tables in &tables {
            // A test holds every table to this; a broken one would only be left out.
            let added = families.add(tables);
            debug_assert!(added.is_ok(), "{added:?}");
        }
        families
    })
}
