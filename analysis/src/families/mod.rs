//! Families: which foreign routine allocates, releases, reallocates, counts, lends or only looks.
//!
//! The knowledge is data: `analysis/families/*.toml`, one file a library, in the schema in which
//! users write their own ([`FamilyTable`]).

mod catalogue;
mod own;
mod schema;
mod table;
#[cfg(test)]
mod tests;

pub use catalogue::tables_markdown;
pub use schema::{ConditionTable, FamilyTable, Kind, LookTable, Success, Tables};
pub use table::{Fault, TableError};

use crate::name::Name;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

/// Index of a family.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct FamilyId(pub u32);

/// Routines that may be paired with one another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Family {
    /// Its key (`c_heap`, `rust`).
    pub name: Name,
    /// In words, as a report speaks of it (`the C heap`).
    pub label: String,
    /// How its blocks should be released, best first (`libc::free`).
    pub release_with: Vec<String>,
    /// What its routines hand out.
    pub kind: Kind,
    /// What the names begin with of routines that only act on such a handle.
    pub acts: Vec<String>,
    /// What the names begin with of routines that take no such block over.
    pub uses: Vec<String>,
    /// Whether a mismatch with another accusing family is reported.
    pub accuse: bool,
    /// Whether losing one of its blocks is reported.
    pub leaks: bool,
}

impl Family {
    /// One of Rust's own: the global allocator and the containers that carry more than the bytes.
    pub fn is_rust(&self) -> bool {
        let name = self.name.as_str();
        name == "rust" || name.starts_with("rust-")
    }
}

/// What is known of one foreign routine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routine {
    /// Its link name.
    pub name: Name,
    /// Its family; `None` for one that only looks.
    pub family: Option<FamilyId>,
    /// What it does: first to its arguments, last what comes back.
    pub effects: Vec<Effect>,
    /// The argument that must be the same in the allocation and the release (a heap handle).
    pub same_arg: Option<u32>,
}

/// What a routine does to a block. Arguments are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// Hands out a fresh block.
    Acquire(Acquire),
    /// Ends the block behind this argument; null is fine.
    Release {
        /// The argument.
        arg: u32,
        /// It is the address of the pointer, which is set to null.
        through: bool,
    },
    /// Ends the block behind this argument and hands out a new one as its result; on failure the
    /// result is null and the old block stays.
    Resize {
        /// The old block.
        arg: u32,
        /// The arguments whose product is the new size in bytes.
        size: Vec<u32>,
        /// The product is checked inside.
        checked: bool,
        /// On failure the old block is released (`reallocf`).
        frees_on_failure: bool,
    },
    /// Adds a count to the block behind this argument.
    Retain {
        /// The argument.
        arg: u32,
    },
    /// Takes a count of the block behind this argument back; null is fine. It ends with the last one.
    Unref {
        /// The argument.
        arg: u32,
        /// It is the address of the pointer, which is set to null.
        through: bool,
    },
    /// Takes over the ownership of the block behind this argument.
    Transfer {
        /// The argument.
        arg: u32,
    },
    /// Takes over the ownership of the block behind this argument for good: to release it as well is
    /// the error.
    Take {
        /// The argument.
        arg: u32,
        /// What the result says when it did; `None`: it always does.
        success: Option<Success>,
    },
    /// The result belongs to somebody else: to release it is the error.
    Borrowed,
    /// Looks at or writes through its arguments, and keeps none of them.
    Look {
        /// Arguments whose pointee is read.
        reads: Vec<u32>,
        /// Arguments whose pointee is written.
        writes: Vec<u32>,
        /// The argument that is the result too (`memcpy`).
        returns_arg: Option<u32>,
        /// The variadic arguments are only read.
        rest: bool,
    },
}

/// An allocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acquire {
    /// Where it comes back.
    pub to: Slot,
    /// May fail: null, or as `success` and `sentinel` say.
    pub nullable: bool,
    /// What the status (the result) says when an out-parameter was filled; `None`: nothing, the
    /// slot itself is null or not.
    pub success: Option<Success>,
    /// The result that means failure, instead of null.
    pub sentinel: Option<i64>,
    /// Allocates only under this condition.
    pub condition: Option<Condition>,
    /// The arguments whose product is the size in bytes; empty if none is.
    pub size: Vec<u32>,
    /// The product is checked inside (`calloc`).
    pub checked: bool,
    /// It may succeed with nothing, and hand out null.
    pub empty: bool,
    /// To lose the block is no report.
    pub kept: bool,
}

/// Where an allocation comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Slot {
    /// The result.
    Result,
    /// What this argument points to.
    OutParam(u32),
}

/// When a routine allocates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Condition {
    /// This argument is null (`realpath`).
    ArgNull(u32),
    /// The slot behind this argument holds null (`getline`); else the block there is reused.
    SlotNull(u32),
    /// This argument has these bits (`FormatMessage`).
    ArgBits {
        /// The argument.
        arg: u32,
        /// The bits.
        bits: i64,
    },
}

/// All families and routines that are known.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Families {
    families: Vec<Family>,
    by_name: FxHashMap<Name, FamilyId>,
    routines: FxHashMap<Name, Routine>,
    constants: FxHashMap<Name, i64>,
    /// Routines that start a thread.
    starts: FxHashSet<Name>,
    /// Routines that the user described: their crate need not look like one of bindings.
    anywhere: FxHashSet<Name>,
}

impl Families {
    /// The family of an id.
    pub fn family(&self, id: FamilyId) -> &Family {
        &self.families[id.0 as usize]
    }

    /// The family with this key.
    pub fn named(&self, name: &str) -> Option<FamilyId> {
        self.by_name.get(&Name::new(name)).copied()
    }

    /// All families.
    pub fn iter(&self) -> impl Iterator<Item = (FamilyId, &Family)> {
        (0..).map(FamilyId).zip(&self.families)
    }

    /// All routines, in no order.
    pub fn routines(&self) -> impl Iterator<Item = &Routine> {
        self.routines.values()
    }

    /// The routine with this link name.
    pub fn routine(&self, link_name: Name) -> Option<&Routine> {
        self.routines.get(&link_name)
    }

    /// The routine at a path into a crate that is not in view (`libc::free`,
    /// `windows_sys::Win32::System::Memory::HeapFree`); only crates of bindings count, unless the
    /// user described the routine.
    pub fn by_path(&self, path: &str) -> Option<&Routine> {
        let (front, last) = path.rsplit_once("::")?;
        let mut front = front.split("::");
        if !front.any(is_binding) && !self.anywhere.contains(&Name::new(last)) {
            return None;
        }
        // `HANDLE::free` is an associated function of a type, not the C library's `free`.
        let capital = |word: &str| word.starts_with(|c: char| c.is_ascii_uppercase());
        let owner = path.rsplit("::").nth(1).unwrap_or("");
        if capital(owner) && !capital(last) {
            return None;
        }
        self.routine(Name::new(last))
    }

    /// Whether a routine starts a thread: if it fails, the function that it got never ran.
    pub fn starts_thread(&self, link_name: &str) -> bool {
        let last = link_name.rsplit("::").next().unwrap_or(link_name);
        self.starts.contains(&Name::new(last))
    }

    /// The value of a constant of a library, at a path into a crate that is not in view.
    pub fn constant(&self, path: &str) -> Option<i64> {
        let last = path.rsplit("::").next()?;
        self.constants.get(&Name::new(last)).copied()
    }

    /// The family of an annotation (`#[paired_alloc]`): the known one of that name, or a new one
    /// that accuses.
    pub fn declare(&mut self, name: &str) -> FamilyId {
        match self.named(name) {
            Some(id) => id,
            None => self.add_family(Family {
                name: Name::new(name),
                label: format!("family `{name}`"),
                release_with: Vec::new(),
                kind: Kind::Memory,
                acts: Vec::new(),
                uses: Vec::new(),
                accuse: true,
                leaks: true,
            }),
        }
    }

    /// Adds a routine that releases this family's blocks to what reports propose.
    pub fn propose_release(&mut self, family: FamilyId, routine: &str) {
        let list = &mut self.families[family.0 as usize].release_with;
        if !list.iter().any(|known| known == routine) {
            list.push(routine.to_owned());
        }
    }

    fn add_family(&mut self, family: Family) -> FamilyId {
        let id = FamilyId(u32::try_from(self.families.len()).unwrap_or(u32::MAX));
        self.by_name.insert(family.name, id);
        self.families.push(family);
        id
    }
}

/// Whether a crate or module by this name holds bindings to foreign routines.
pub fn is_binding(segment: &str) -> bool {
    const NAMES: &[&str] = &[
        "libc",
        "ffi",
        "sys",
        "raw",
        "bindings",
        "bindgen",
        "winapi",
        "windows",
        "windows_sys",
        "windows_targets",
        "cty",
        "rustix",
        "c",
    ];
    NAMES.contains(&segment)
        || segment.ends_with("_sys")
        || segment.ends_with("_ffi")
        || segment.starts_with("winapi")
}
