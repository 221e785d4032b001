//! Interned names: a word of the source as a number that is cheap to copy and compare.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::RefCell;
use std::fmt;
use std::sync::{OnceLock, RwLock};

/// An interned string. Equal text gives an equal `Name` in the whole process.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(u32);

struct Table {
    ids: FxHashMap<&'static str, u32>,
    texts: Vec<&'static str>,
}

/// Gives numbers to names that the analyzer itself often speaks of.
macro_rules! known {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Known { $($name),* }

        const KNOWN: &[&str] = &[$($text),*];

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
    TABLE.get_or_init(|| {
        let ids = KNOWN.iter().copied().zip(0..).collect();
        let texts = KNOWN.to_vec();
        RwLock::new(Table { ids, texts })
    })
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
        let (text, id) = intern(text);
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
        let table = table().read().unwrap_or_else(|e| e.into_inner());
        table.texts[self.0 as usize]
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
    let id = u32::try_from(table.texts.len()).expect("fewer than 2^32 names");
    // Names live as long as the process: they are few (one per distinct word).
    let text: &'static str = Box::leak(Box::from(text));
    table.ids.insert(text, id);
    table.texts.push(text);
    (text, id)
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
        <&str>::deserialize(deserializer).map(Name::new)
    }
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
