//! Interned names: a word of the source as a number that is cheap to copy and compare.

use crate::given;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::fmt;
use std::sync::{OnceLock, RwLock};

/// An interned string. Equal text gives an equal `Name` in the whole process.
///
/// The names that the stubs and the tables hold come first, with the numbers that they had when the
/// build script packed those: so what was packed needs no text, and nobody interns it again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Name(u32);

/// The names that are not given.
#[derive(Default)]
struct Table {
    ids: FxHashMap<&'static str, u32>,
    texts: Vec<&'static str>,
}

/// Gives numbers to names that the analyzer itself often speaks of.
macro_rules! known {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Known { $($name),* }

        /// Their texts, in order: those that are given begin with them.
        #[allow(dead_code, reason = "the build script gives these alone")]
        pub(crate) const KNOWN: &[&str] = &[$($text),*];

        impl Name {
            $($(#[$doc])* pub const $name: Name = Name(Known::$name as u32);)*
        }
    };
}

known! {
    /// The empty name: anonymous modules and unnamed parameters.
    EMPTY = "";
    /// The address of a pointer as a number.
    ADDR = "addr";
    /// The method of `Deref`.
    DEREF = "deref";
    /// A number with a point.
    FLOAT = "float";
    /// How many elements a slice has.
    SLICE_LEN = "[len]";
    /// The first field of a tuple.
    FIRST = "0";
}

fn table() -> &'static RwLock<Table> {
    static TABLE: OnceLock<RwLock<Table>> = OnceLock::new();
    TABLE.get_or_init(RwLock::default)
}

thread_local! {
    static SEEN: RefCell<FxHashMap<&'static str, u32>> = RefCell::default();
}

impl Name {
    /// The name with this text.
    pub fn new(text: &str) -> Name {
        if let Some(id) = SEEN.with_borrow(|seen| seen.get(text).copied()) {
            return Name(id);
        }
        let (text, id) = given::find(text).unwrap_or_else(|| intern(text));
        SEEN.with_borrow_mut(|seen| seen.insert(text, id));
        Name(id)
    }

    /// The name of a tuple field or of an element at a constant index.
    pub fn index(n: usize) -> Name {
        match n {
            0 => Name::FIRST,
            _ => Name::new(&n.to_string()),
        }
    }

    /// The text.
    pub fn as_str(self) -> &'static str {
        let at = self.0 as usize;
        match given::NAMES.get(at) {
            Some(text) => text,
            None => {
                let table = table().read().unwrap_or_else(|e| e.into_inner());
                table.texts[at - given::NAMES.len()]
            }
        }
    }

    /// All names so far, in the order of their numbers.
    #[allow(dead_code, reason = "only the build script asks")]
    pub(crate) fn all() -> Vec<&'static str> {
        let table = table().read().unwrap_or_else(|e| e.into_inner());
        [given::NAMES, &table.texts].concat()
    }

    /// Whether this is [`Name::EMPTY`].
    pub fn is_empty(self) -> bool {
        self == Name::EMPTY
    }
}

fn intern(text: &str) -> (&'static str, u32) {
    let mut table = table().write().unwrap_or_else(|e| e.into_inner());
    if let Some((&known, &id)) = table.ids.get_key_value(text) {
        return (known, id);
    }
    let id = given::NAMES.len() + table.texts.len();
    let id = u32::try_from(id).expect("fewer than 2^32 names");
    // Names live as long as the process: they are few (one per distinct word).
    let text: &'static str = Box::leak(Box::from(text));
    table.ids.insert(text, id);
    table.texts.push(text);
    (text, id)
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}
