//! The schema of family tables, as they stand in `analysis/families/*.toml` and in `memlint.toml`.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A file of tables.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tables {
    /// Families.
    #[serde(default)]
    pub family: Vec<FamilyTable>,
    /// Routines that only look or copy.
    #[serde(default)]
    pub look: Vec<LookTable>,
    /// What constants of the library mean, by name (`SQLITE_OK = 0`), so that a status that is
    /// compared with one is understood.
    #[serde(default)]
    pub constant: BTreeMap<String, i64>,
    /// Routines that start a thread: if they fail, the function that they got never ran, and what was
    /// passed beside it is still the caller's.
    #[serde(default)]
    pub starts: Vec<String>,
}

/// One family and its routines. Arguments are counted from 0.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyTable {
    /// The family's key.
    pub name: String,
    /// In words; the key in back-ticks if left out.
    pub label: Option<String>,
    /// Where the routines live.
    pub library: Option<String>,
    /// What they hand out.
    #[serde(default)]
    pub kind: Kind,
    /// Where the contract is written down (`malloc(3)`).
    pub source: Option<String>,
    /// What is worth knowing.
    pub notes: Option<String>,
    /// Where it exists (`unix`, `windows`, ..); everywhere if empty.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// Whether a mismatch with another family is reported.
    #[serde(default = "yes")]
    pub accuse: bool,
    /// Whether losing one is reported; `false` for what is often kept until the process ends.
    #[serde(default = "yes")]
    pub leaks: bool,
    /// How to release, best first; the routines of `free` if empty.
    #[serde(default)]
    pub release_with: Vec<String>,
    /// Hand out a fresh block.
    #[serde(default)]
    pub alloc: Vec<String>,
    /// End it.
    #[serde(default)]
    pub free: Vec<String>,
    /// Take the old block and return the new one.
    #[serde(default)]
    pub realloc: Vec<String>,
    /// Add a count.
    #[serde(default)]
    pub retain: Vec<String>,
    /// Take a count back, and end the block with the last one. While the block may have been
    /// counted out of view nothing is said of a second release.
    #[serde(default)]
    pub unref: Vec<String>,
    /// `routine#argument`: takes the ownership of that argument.
    #[serde(default)]
    pub transfer: Vec<String>,
    /// Return what belongs to somebody else.
    #[serde(default)]
    pub borrowed: Vec<String>,
    /// What the names of routines begin with that only act on such a handle, given as their first
    /// argument (`lua_`); the beginning of its allocator's name, for a resource, if empty. A name
    /// that says that something ends or changes hands (`free`, `take`) does not count.
    #[serde(default)]
    pub acts: Vec<String>,
    /// What the names of routines begin with that take no such block over, whichever argument it is,
    /// but for those in `transfer` and `takes`. Of a counted one they may hold a count of their own.
    #[serde(default)]
    pub uses: Vec<String>,
    /// `routine#argument`: takes that argument over for good, so that a release of it is a second one.
    #[serde(default)]
    pub takes: Vec<String>,
    /// What the result of such a routine says when it did; if left out, it always does.
    #[serde(default)]
    pub takes_if: BTreeMap<String, Success>,
    /// Allocators that may succeed with nothing, and hand out null.
    #[serde(default)]
    pub empty: Vec<String>,
    /// Allocators of which losing a block is no report, though it is for the others.
    #[serde(default)]
    pub kept: Vec<String>,
    /// Whether the allocators can fail.
    #[serde(default = "yes")]
    pub nullable: bool,
    /// Allocators that cannot, though the others can.
    #[serde(default)]
    pub never_null: Vec<String>,
    /// The allocation comes back through this argument, not as the result.
    #[serde(default)]
    pub out_param: BTreeMap<String, u32>,
    /// What the result says when the out-parameter was filled; `zero` if left out.
    #[serde(default)]
    pub success: BTreeMap<String, Success>,
    /// The result that means failure, if it is not null.
    #[serde(default)]
    pub sentinel: BTreeMap<String, i64>,
    /// Allocates only under this condition.
    #[serde(default)]
    pub condition: BTreeMap<String, ConditionTable>,
    /// The released argument, of `free` and `unref`; 0 if left out.
    #[serde(default)]
    pub free_arg: BTreeMap<String, u32>,
    /// Of `free` and `unref`, those that take the address of the pointer, and set it to null.
    #[serde(default)]
    pub through: Vec<String>,
    /// The argument that is the old block; 0 if left out.
    #[serde(default)]
    pub realloc_arg: BTreeMap<String, u32>,
    /// The argument that gets a count; 0 if left out.
    #[serde(default)]
    pub retain_arg: BTreeMap<String, u32>,
    /// The argument that must be the same in allocation and release.
    #[serde(default)]
    pub same_arg: BTreeMap<String, u32>,
    /// The arguments whose product is the size in bytes.
    #[serde(default)]
    pub size: BTreeMap<String, Vec<u32>>,
    /// Routines that check that product themselves.
    #[serde(default)]
    pub checked_size: Vec<String>,
    /// Reallocators that release the old block when they fail.
    #[serde(default)]
    pub frees_on_failure: Vec<String>,
}

/// Routines that only look or copy, and keep no pointer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LookTable {
    /// Their names.
    pub names: Vec<String>,
    /// Arguments whose pointee is read.
    #[serde(default)]
    pub reads: Vec<u32>,
    /// Arguments whose pointee is written.
    #[serde(default)]
    pub writes: Vec<u32>,
    /// The argument that is the result too.
    pub returns: Option<u32>,
    /// The variadic arguments are only read.
    #[serde(default)]
    pub rest: bool,
}

/// What a family hands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Memory.
    #[default]
    Memory,
    /// A handle, initialised storage, nested state.
    Resource,
    /// A counted reference.
    Refcount,
}

/// What a status says when an out-parameter was filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Success {
    /// It is zero.
    Zero,
    /// It is not zero (not null).
    Nonzero,
    /// It is zero or more.
    Nonnegative,
    /// It is more than zero.
    Positive,
    /// It says nothing: the slot itself is null or not.
    Always,
}

/// When a routine allocates: one of the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionTable {
    /// This argument is null.
    pub null: Option<u32>,
    /// The slot behind this argument holds null.
    pub slot_null: Option<u32>,
    /// The argument `of` has these bits.
    pub bits: Option<i64>,
    /// The argument that `bits` is about.
    pub of: Option<u32>,
}

fn yes() -> bool {
    true
}
