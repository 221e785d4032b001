//! The tables that come with the program, unpacked.

use crate::families::Families;
use std::sync::OnceLock;

/// What all tables say, as the build script packed it.
static TABLES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/tables"));

impl Families {
    /// What the tables that come with the program say, read once.
    pub fn builtin() -> &'static Families {
        static FAMILIES: OnceLock<Families> = OnceLock::new();
        FAMILIES.get_or_init(|| {
            postcard::from_bytes(TABLES).expect("the build script packed this type")
        })
    }
}
